package law

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"comity"
)

// A Draft is a bill laid over the law to see what it would change. It is not
// law: no pack that is a draft may stand in law/, and no decision of the book
// it was laid over knows of it.
type Draft struct {
	Pack *Pack
	Bill *Bill

	without, with *Book
}

// A Bill says what a draft is, where it stands and who is for and against it,
// each with a source.
type Bill struct {
	Name    string // AB 24
	Session string
	Sample  bool // made up to show how drafts work, filed nowhere
	Status  Statement
	// Text is the version that the rules follow; its grade says how much of it
	// was seen: A the words, B a reliable digest.
	Text Statement
	// Effect is the first day on which the bill would be law. Where no source
	// names it, it is Assumed.
	Effect     string
	Assumed    bool
	Sponsors   []Party
	Supporters []Party
	Opponents  []Party
	Repeals    []string // rules that would end
	LeftOut    Says     // what of the bill is not in these rules; empty: nothing

	effect day
	line   int
}

// A Statement is something said of a bill, as of a day, and where it was read.
type Statement struct {
	Says                  Says
	AsOf, Source, Checked string
	Grade                 comity.Grade
}

// A Party is who takes a side on record, and where that was read.
type Party struct {
	Who             []string
	Source, Checked string
}

// Drafts reads every draft of a folder and lays each, alone, over the law of
// the book, which stays as it is. The error, if any, is Problems.
func (b *Book) Drafts(fsys fs.FS) ([]*Draft, error) {
	files, err := draftFiles(fsys)
	if err != nil {
		return nil, Problems{{Code: "bad-folder", Message: "the drafts cannot be read: " + reason(err)}}
	}
	var out []*Draft
	var found []finding
	for _, p := range readPacks(files, b.vocabulary) {
		p.checkDraft(b)
		if len(p.src.problems) == 0 {
			out = append(out, &Draft{Pack: p, Bill: p.Bill, without: b})
		}
		found = append(found, p.src.problems...)
	}
	for _, d := range out {
		d.with = b.under(d.Pack)
		found = append(found, d.Pack.src.problems...)
	}
	if len(found) > 0 {
		return nil, sortFindings(found)
	}
	return out, nil
}

// Book is the law as it would be. Nothing that it answers is law.
func (d *Draft) Book() *Book { return d.with }

// Test runs the draft's own tests on the law as it would be.
func (d *Draft) Test() []TestResult {
	var out []TestResult
	for _, t := range d.Pack.Tests() {
		out = append(out, d.with.RunTest(d.Pack, t))
	}
	return out
}

// Day is the day to compare on if none is asked for: the first day of the
// bill, or today if that is later.
func (d *Draft) Day(today string) string { return max(d.Bill.Effect, today) }

// An Effect is what a draft would change on one day, and what it would not.
type Effect struct {
	On string
	// Acts are those that the draft speaks of, or of which it ends a rule.
	Acts []string
	// Places are the draft's own, first, and those below it with law of their
	// own: everywhere else it is as at the first.
	Places []PlaceEffect
}

// A PlaceEffect is what changes at one place.
type PlaceEffect struct {
	Place   string
	Changes []Change
	// Same lists acts of which the draft speaks, with the actors it binds for
	// whom no answer changes.
	Same []Unchanged
	// AsAbove counts changes that are not listed because they are those of the
	// draft's own place.
	AsAbove int
}

// An Unchanged names an act and actors whose answers all stay as they are.
type Unchanged struct {
	Act    string
	Actors []string
}

// Effect compares the law of a day without and with the draft, for every act
// and actor. The day must not be earlier than the first day of the bill.
func (d *Draft) Effect(on string) (*Effect, error) {
	day, bad := readDay(on)
	if bad != nil {
		return nil, bad
	}
	if day < d.Bill.effect {
		return nil, problem("too-early", "on", fmt.Sprintf("the bill would be law from %s at the earliest", d.Bill.Effect), "ask about that day or a later one")
	}
	e := &Effect{On: on, Acts: d.acts()}
	var above []Change
	for _, place := range d.places() {
		changes, err := Diff(d.without, on, d.with, on, place)
		if err != nil {
			return nil, err
		}
		own := PlaceEffect{Place: place, Same: d.same(e.Acts, changes)}
		for _, c := range changes {
			if slices.ContainsFunc(above, c.isSame) {
				own.AsAbove++
				continue
			}
			own.Changes = append(own.Changes, c)
		}
		if above == nil {
			above = changes
		}
		e.Places = append(e.Places, own)
	}
	return e, nil
}

// isSame says that the same answers change in the same way, at whatever place.
func (c Change) isSame(o Change) bool {
	return c.Act == o.Act && c.From == o.From && c.To == o.To && slices.Equal(c.Actors, o.Actors) &&
		slices.Equal(c.Before, o.Before) && slices.Equal(c.After, o.After) && slices.EqualFunc(c.Facts, o.Facts, func(x, y Row) bool { return x.Text == y.Text })
}

// acts that the draft's rules, or the rules it would end, speak of, in the
// order of the vocabulary.
func (d *Draft) acts() []string {
	var spoken []string
	for _, r := range d.touched() {
		spoken = append(spoken, r.Acts...)
	}
	var out []string
	for _, a := range d.without.vocabulary.names.acts {
		if slices.Contains(spoken, a) {
			out = append(out, a)
		}
	}
	return out
}

func (d *Draft) touched() []*Rule {
	out := slices.Clone(d.Pack.Rules)
	for _, id := range d.Bill.Repeals {
		out = append(out, d.without.byRule[id]...)
	}
	return out
}

// places are the draft's own and every place below it that has law of its own.
func (d *Draft) places() []string {
	places := &d.without.places
	own := places.byID[d.Pack.Place]
	out := []string{d.Pack.Place}
	for _, id := range sortedNames(d.without.placesWithLaw()) {
		if slices.Contains(places.up[places.byID[id]], own) {
			out = append(out, id)
		}
	}
	return out
}

// same lists the actors bound by the draft, or by a rule that it ends, for whom
// no answer on an act changes.
func (d *Draft) same(acts []string, changes []Change) []Unchanged {
	var out []Unchanged
	for _, act := range acts {
		var actors []string
		for _, actor := range d.without.vocabulary.names.actors {
			bound := slices.ContainsFunc(d.touched(), func(r *Rule) bool { return slices.Contains(r.Acts, act) && slices.Contains(r.Actors, actor) })
			changed := slices.ContainsFunc(changes, func(c Change) bool { return c.Act == act && slices.Contains(c.Actors, actor) })
			if bound && !changed {
				actors = append(actors, actor)
			}
		}
		if len(actors) > 0 {
			out = append(out, Unchanged{act, actors})
		}
	}
	return out
}

// under copies the law of the book and adds the draft: rules that it would end
// end on its first day, its own begin no earlier. A draft makes no layer
// covered, so that a place whose law nobody read stays so.
func (b *Book) under(draft *Pack) *Book {
	out := &Book{
		Now: b.Now, AgencyZone: b.AgencyZone,
		vocabulary: b.vocabulary, places: b.places, holidays: b.holidays, texts: b.texts,
		byRule: map[string][]*Rule{}, local: map[string]*localLaw{},
	}
	for _, p := range b.packs {
		out.packs = append(out.packs, p.copyEnding(draft.Bill))
	}
	draft.knownFrom, draft.KnownFrom = lastDay, ""
	for _, r := range draft.Rules {
		if r.lasts.from.day <= draft.Bill.effect {
			r.From, r.lasts.from = draft.Bill.Effect, bound{day: draft.Bill.effect}
		}
	}
	out.packs = append(out.packs, draft)
	slices.SortFunc(out.packs, func(x, y *Pack) int { return strings.Compare(x.ID, y.ID) })
	out.check()
	out.digest = out.digestOf(out.packs, out.holidays.digestLines()...)
	return out
}

// copyEnding copies a pack for another book, without the rules that a bill
// would end from its first day on.
func (p *Pack) copyEnding(bill *Bill) *Pack {
	out := *p
	out.src = &source{file: p.src.file} // what is said of the copy is not said of the pack
	names := *p.scope
	names.entries = nil
	out.scope = &names
	out.Rules, out.Orders, out.Silent = nil, nil, nil
	for _, r := range p.Rules {
		c := *r
		c.pack, c.defeaters = &out, nil
		if slices.Contains(bill.Repeals, r.ID) {
			if bill.effect <= c.lasts.from.day {
				continue
			}
			if bill.effect < c.lasts.until.day {
				c.Until, c.lasts.until = bill.Effect, bound{day: bill.effect}
			}
		}
		out.Rules = append(out.Rules, &c)
	}
	for _, o := range p.Orders {
		c := *o
		c.pack, c.rules = &out, nil
		out.Orders = append(out.Orders, &c)
	}
	for _, s := range p.Silent {
		c := *s
		c.pack = &out
		out.Silent = append(out.Silent, &c)
	}
	return &out
}

// draftFiles finds the drafts of a folder; their ids begin at drafts/ where
// the folder holds one.
func draftFiles(fsys fs.FS) ([]packFile, error) {
	root := "drafts"
	if _, err := fs.Stat(fsys, root); err != nil {
		root = "."
	}
	var out []packFile
	err := fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		out = append(out, packFile{root: "drafts/", path: strings.TrimPrefix(name, "drafts/"), text: text, err: err})
		return nil
	})
	return out, err
}
