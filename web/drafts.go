package web

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"comity"
	"comity/law"
)

type draftsView struct{ Drafts []draftRow }

// A draftRow is one bill in the list.
type draftRow struct {
	Draft  *law.Draft
	Status Side
}

func (draftsView) template() string { return "drafts" }

// drafts lists the bills that this copy knows. None of them is law.
func (s *site) drafts(w http.ResponseWriter, r *http.Request) error {
	l := s.langOf(r)
	var v draftsView
	for _, d := range s.Drafts {
		v.Drafts = append(v.Drafts, draftRow{d, l.side(d.Bill.Status.Says)})
	}
	return s.show(w, r, v)
}

type draftView struct {
	Draft   *law.Draft
	Bill    *law.Bill
	Place   comity.Place
	Status  Side
	Text    Side
	LeftOut Side
	Parties []partyRow
	On      string
	Places  []draftPlace
	Acts    []string
	Rules   []draftRule
}

// A partyRow is one side of a bill; empty Named says that no source was seen.
type partyRow struct {
	Key   string // sponsors, supporters, opponents
	Named []law.Party
}

// A draftPlace is what changes at one place, verdict by verdict.
type draftPlace struct {
	Place   string
	Groups  []draftGroup
	Same    []law.Unchanged
	AsAbove int
}

type draftGroup struct {
	From, To comity.Verdict
	Changes  []draftChange
}

// A draftChange is one change in words: who, when, and by which text.
type draftChange struct {
	Act           string
	Actors        []string
	When          []Line
	Before, After []draftCite
}

// A draftCite is a rule as a change names it; one of the draft has no page.
type draftCite struct {
	ID, Ref string
	Law     bool
}

type draftRule struct {
	Rule  *law.Rule
	Says  Side
	Acts  []string
	Bound []string
}

func (draftView) template() string { return "draft" }

// draft shows one bill: what it is, who is for and against it, which answers
// would change on its first day and which not. It takes no position.
func (s *site) draft(w http.ResponseWriter, r *http.Request) error {
	i := slices.IndexFunc(s.Drafts, func(d *law.Draft) bool { return d.Pack.ID == r.PathValue("id") })
	if i < 0 {
		return s.missing(r, "no-draft")
	}
	d := s.Drafts[i]
	effect, err := s.effects.of(d, d.Day(s.Now().UTC().Format(time.DateOnly)))
	if err != nil {
		return err
	}
	l := s.langOf(r)
	place, _ := s.Law.Place(d.Pack.Place)
	v := draftView{Draft: d, Bill: d.Bill, Place: place, Status: l.side(d.Bill.Status.Says), Text: l.side(d.Bill.Text.Says), LeftOut: l.side(d.Bill.LeftOut), On: effect.On, Acts: effect.Acts}
	v.Parties = []partyRow{{"sponsors", d.Bill.Sponsors}, {"supporters", d.Bill.Supporters}, {"opponents", d.Bill.Opponents}}
	for _, p := range effect.Places {
		v.Places = append(v.Places, l.draftPlace(d, p))
	}
	for _, rule := range d.Pack.Rules {
		if rule.Opens() {
			continue
		}
		row := draftRule{Rule: rule, Says: l.side(rule.Says), Acts: rule.Acts}
		for _, a := range rule.Actors {
			row.Bound = append(row.Bound, l.words.actors(a))
		}
		v.Rules = append(v.Rules, row)
	}
	return s.show(w, r, v)
}

func (l *lang) side(says law.Says) Side {
	text, foreign := l.says(says)
	return Side{text, foreign}
}

func (l *lang) draftPlace(d *law.Draft, p law.PlaceEffect) draftPlace {
	out := draftPlace{Place: p.Place, Same: p.Same, AsAbove: p.AsAbove}
	for _, c := range p.Changes {
		g := slices.IndexFunc(out.Groups, func(g draftGroup) bool { return g.From == c.From && g.To == c.To })
		if g < 0 {
			g = len(out.Groups)
			out.Groups = append(out.Groups, draftGroup{From: c.From, To: c.To})
		}
		out.Groups[g].Changes = append(out.Groups[g].Changes, l.draftChange(d, c))
	}
	return out
}

func (l *lang) draftChange(d *law.Draft, c law.Change) draftChange {
	out := draftChange{Act: c.Act, Before: draftCites(d, c.Before), After: draftCites(d, c.After)}
	for _, a := range c.Actors {
		out.Actors = append(out.Actors, l.words.actors(a))
	}
	for _, row := range c.Facts {
		var values []string
		for _, value := range row.Values {
			values = append(values, l.words.value(row.Fact, value))
		}
		out.When = append(out.When, Line{l.words.question(row.Fact), l.either(values)})
	}
	return out
}

// either joins values as a choice does: a; b; or c.
func (l *lang) either(values []string) string {
	last := len(values) - 1
	if last < 1 {
		return l.list(values)
	}
	return l.say("drafts.either", "List", strings.Join(values[:last], "; "), "Last", values[last])
}

func draftCites(d *law.Draft, ids []string) []draftCite {
	var out []draftCite
	for _, id := range ids {
		r, pack, ok := d.Book().Rule(id)
		if !ok {
			continue
		}
		c := draftCite{ID: id, Ref: id, Law: pack.Bill == nil}
		if len(r.Cites) > 0 {
			c.Ref = r.Cites[0].Ref
		}
		out = append(out, c)
	}
	return out
}

// effects keeps what each draft would change on the last day that was asked
// for: to compare two laws takes a moment.
type effects struct {
	mu   sync.Mutex
	kept map[string]*law.Effect
}

func (e *effects) of(d *law.Draft, on string) (*law.Effect, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if known := e.kept[d.Pack.ID]; known != nil && known.On == on {
		return known, nil
	}
	found, err := d.Effect(on)
	if err != nil {
		return nil, err
	}
	if e.kept == nil {
		e.kept = map[string]*law.Effect{}
	}
	e.kept[d.Pack.ID] = found
	return found, nil
}
