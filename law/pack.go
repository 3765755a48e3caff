package law

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"comity"
)

// A Pack is one instrument of law: a file of dated, cited rules of one place
// and one layer, with its tests.
type Pack struct {
	ID        string // us/il/trust-act
	File      string
	Place     string
	Layer     comity.Layer
	Agencies  []string // policy and agreement: these ORIs only; empty is any
	Cities    bool     // a county pack that reaches the cities of the county
	Title     string
	TitleES   string
	Added     string
	KnownFrom string
	AsOf      string
	NextCheck string
	Reviewed  []Review
	Rules     []*Rule
	Orders    []*Order
	Silent    []*Silence
	Tables    []Table
	Bill      *Bill // of a draft, which is not law; nil in every pack of a book

	layer      int
	added      day
	nextCheck  day
	knownFrom  day
	impossible []*condition
	digest     [sha256.Size]byte
	src        *source
	placeLine  int
	layerLine  int
	scope      *scope
	tests      []Test                 // read with the rest …
	later      func() ([]Test, error) // … or, where this is given, when first asked for
}

// A Review is one real person's signature under a pack.
type Review struct{ By, Role, On, Signature string }

// A Silence says why a pack has no rule on some acts. Its kind is one of
//   - meant: the instrument is silent on purpose;
//   - searched: it was looked for and not found, as of the day of the pack;
//   - gap: law is known or must be supposed that nobody has read. The layer
//     then does not cover these acts (semantics 2.1).
type Silence struct {
	Acts        []string
	Kind        string
	Binds       []string // empty: every actor
	From, Until string
	Why, WhyES  string

	pack   *Pack
	acts   []int
	actors set
	lasts  period
}

// A Table lists the offences of one statute that give a fact its value.
type Table struct {
	ID, Title, Fact, Value, From, Until string
	Rows                                []TableRow
	Cites                               []Cite

	lasts period
}

// A TableRow is one section of code in a Table.
type TableRow struct {
	Section, Is, From, Until string

	lasts period
}

// A Says is one plain sentence in both languages of the product.
type Says struct{ EN, ES string }

// A Cite is one citation as the pack writes it.
type Cite struct {
	Ref, Quote, Source, Page, Checked string
	Grade                             comity.Grade
	From, Until                       string

	in period
}

// A Rule says that an actor must, must not or may do an act on conditions.
type Rule struct {
	ID             string
	Acts           []string
	Verdict        comity.Verdict
	Binds          []string // as written: actors and groups
	Actors         []string // every actor bound, conditions on the actor considered
	Agencies       []string
	Lower          string // stands, yields, shields
	Defeats        []string
	From, Until    string
	Learned        string
	Withdrawn      string
	Contested      string
	Untranslatable string
	Penalty        string
	OnlyIf         string // the defined condition that turns the ban into a permission
	Says           Says
	Cites          []Cite
	Duties         []DutyRule
	Clock          *ClockRule
	Line           int

	pack         *Pack
	index        int
	acts         []int
	actors       set
	when, unless *condition
	lasts, known period
	defeaters    []int // rules that name this one in defeats
	reads        []int // base facts that its conditions read
	opens        bool  // the permission half of only_if
}

// Pack returns the pack that holds the rule.
func (r *Rule) Pack() *Pack { return r.pack }

// A DutyRule follows from doing the act of its rule.
type DutyRule struct {
	Act, To, Event, Within, Cite string
	lasts                        period
}

// A ClockRule ends an act, makes a report due, or keeps a record.
type ClockRule struct {
	Kind, Starts, Length, Excludes, After, By, Period, Nil, To string

	length length
	filter dayFilter
}

// An Order of a court keeps rules from being enforced against a class of actors.
type Order struct {
	ID                              string
	Suspends                        []string
	For                             []string
	Agencies                        []string
	From, Until, Learned, Withdrawn string
	Unsettled                       string
	Says                            Says
	Cites                           []Cite
	Line                            int

	pack         *Pack
	index        int
	actors       set
	when         *condition
	lasts, known period
	rules        []int
	reads        []int
}

// A Test is one closed question inside a pack and the answer its author expects.
type Test struct {
	Name        string
	Question    comity.Question
	Expect      []comity.Verdict
	ExpectNot   []comity.Verdict
	MustCite    []string
	MustNotCite []string
	ExpectFlags []comity.Flag
	Believed    comity.Verdict // what needs-counsel would have been
	Line        int
}

// A bound is a day at 00:00 local, or an instant.
type bound struct {
	day     day
	instant time.Time
	exact   bool
}

// A period is [from, until).
type period struct{ from, until bound }

// reached says whether the moment is at or after the bound.
func (b bound) reached(m moment) bool {
	if b.exact {
		return !m.instant().Before(b.instant)
	}
	return m.day >= b.day
}

func (p period) covers(m moment) bool { return p.from.reached(m) && !p.until.reached(m) }

func (p period) coversDay(d day) bool { return p.from.day <= d && d < p.until.day }

// overlaps compares by day; an instant counts as its own day.
func (p period) overlaps(o period) bool { return p.from.day < o.until.day && o.from.day < p.until.day }

// readPack reads one file. Faults are collected in s; a pack with faults is
// still returned as far as it could be read, so that all are reported at once.
func readPack(s *source, id string, data []byte, v *Vocabulary) *Pack {
	p := &Pack{ID: id, File: s.file, src: s, digest: sha256.Sum256(data)}
	root, ok := s.parse(data)
	if !ok {
		return p
	}
	f := root.fields(packKeys...)
	p.readHead(f, root)
	p.readBill(f)
	p.scope = newScope(v, f["define"])
	for _, it := range f["rules"].sequence() {
		p.readRule(it)
	}
	for _, it := range f["orders"].sequence() {
		p.readOrder(it)
	}
	for _, it := range f["silent"].sequence() {
		p.readSilence(it)
	}
	for _, it := range f["impossible"].sequence() {
		p.impossible = append(p.impossible, p.scope.condition(it))
	}
	for _, it := range f["tables"].sequence() {
		p.readTable(it)
	}
	for _, it := range f["tests"].sequence() {
		p.readTest(it)
	}
	p.closeHead(f, root)
	p.scope.warnUnused()
	p.scope.entries = nil // with them goes the text's tree
	return p
}

func (p *Pack) readHead(f map[string]item, root item) {
	if id := root.need(f, "pack"); id != "" && id != p.ID {
		f["pack"].fail("bad-pack-id", "the pack is called "+id+" but stands in the file of "+p.ID, "write  pack: "+p.ID)
	}
	p.Place = root.need(f, "place")
	root.need(f, "layer")
	p.placeLine, p.layerLine = f["place"].lineOr(1), f["layer"].lineOr(1)
	p.Layer = comity.Layer(f["layer"].choice(layerNames...))
	p.layer = max(0, slices.Index(comity.Layers, p.Layer))
	p.Title = root.need(f, "title")
	p.TitleES = f["title_es"].text()
	p.Agencies = p.readAgencies(f["agency"])
	if (p.Layer == comity.Policy || p.Layer == comity.Agreement) && f["agency"].node == nil {
		root.fail("missing-key", "a policy or agreement pack must say whose it is", "write  agency: [ORI, …]  or  agency: any")
	}
	if reach, ok := f["reach"]; ok {
		p.Cities = reach.choice("cities") == "cities"
		if p.Layer != comity.County {
			reach.fail("bad-reach", "only a pack of the county layer can reach cities", "")
		}
	}
	p.Added, p.added = f["added"].dayText(firstDay)
	p.AsOf, _ = f["as_of"].dayText(firstDay)
	p.NextCheck, p.nextCheck = f["next_check"].dayText(lastDay)
	for _, it := range f["reviewed"].list() {
		k := it.fields(reviewKeys...)
		on, _ := k["on"].dayText(firstDay)
		p.Reviewed = append(p.Reviewed, Review{it.need(k, "by"), k["role"].text(), on, it.need(k, "signature")})
	}
}

// closeHead sets what depends on the rules: coverage begins with the earliest.
func (p *Pack) closeHead(f map[string]item, root item) {
	earliest := lastDay
	for _, r := range p.Rules {
		earliest = min(earliest, r.lasts.from.day)
	}
	p.KnownFrom, p.knownFrom = f["known_from"].dayText(earliest)
	if f["known_from"].isNull() && len(p.Rules) == 0 && len(p.Orders) == 0 && p.Bill == nil {
		root.fail("missing-key", "a pack without rules must say from which day it is known to be complete", `write  known_from: "YYYY-MM-DD"`)
	}
	if p.KnownFrom == "" && earliest > firstDay && earliest < lastDay {
		p.KnownFrom = earliest.String()
	}
}

var layerNames = []string{"federal", "state", "county", "city", "policy", "agreement"}

func (p *Pack) readAgencies(it item) []string {
	words := it.words()
	if len(words) == 1 && words[0] == "any" {
		return nil
	}
	for i, w := range words {
		if w == "any" {
			it.at(i, it.node).fail("bad-agency", "any stands alone", "")
		}
	}
	return words
}

// need reads a key that must not be missing.
func (v item) need(f map[string]item, key string) string {
	it, ok := f[key]
	if !ok || it.isNull() {
		v.fail("missing-key", "the key "+key+" is missing", "add  "+key+":")
		return ""
	}
	t := it.text()
	if t == "" && it.node.Value == "" {
		it.fail("empty-value", key+" is empty", "")
	}
	return t
}

// dayText reads a quoted day; absent or null is the given one.
func (v item) dayText(missing day) (string, day) {
	if v.isNull() {
		return "", missing
	}
	if t := v.text(); t != "" {
		if !v.quoted() {
			v.fail("unquoted-date", "a date must stand in quotes", "write \""+t+"\"")
			return "", missing
		}
		d, bad := readDay(t)
		if bad != nil {
			v.fail(bad.Code, bad.Message, bad.Hint)
			return "", missing
		}
		return t, d
	}
	return "", missing
}

// boundText reads a quoted day or instant.
func (v item) boundText(missing day) (string, bound) {
	if !v.isNull() && strings.Contains(v.node.Value, "T") && v.quoted() {
		t, bad := readInstant(v.node.Value)
		if bad != nil {
			v.fail(bad.Code, bad.Message, bad.Hint)
		}
		return v.node.Value, bound{localDay(t), t, true}
	}
	s, d := v.dayText(missing)
	return s, bound{day: d}
}

func (v item) readPeriod(f map[string]item, from, until string) (string, string, period) {
	a, b1 := f[from].boundText(firstDay)
	z, b2 := f[until].boundText(lastDay)
	p := period{b1, b2}
	if b2.day < b1.day || b1 == b2 && a != "" {
		f[until].fail("bad-period", until+" ("+z+") is not after "+from+" ("+a+")", "the day of "+until+" is the first day on which it no longer holds")
	}
	return a, z, p
}

// actWords reads acts and @groups of acts.
func (p *Pack) actWords(it item) []string {
	v := p.scope.v
	var out []string
	for _, w := range it.list() {
		name := w.text()
		if group, ok := strings.CutPrefix(name, "@"); ok {
			acts := v.ActsIn(group)
			if len(acts) == 0 {
				w.fail("unknown-act", name+" is no group of acts", didYouMean(group, v.ActGroups))
			}
			out = append(out, acts...)
			continue
		}
		if _, ok := v.acts[name]; !ok {
			w.fail("unknown-act", name+" is not in the vocabulary", didYouMean(name, v.names.acts))
			continue
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
