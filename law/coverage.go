package law

import (
	"cmp"
	"slices"

	"comity"
)

// A Cell says what the law of one place holds on one act: never what the law
// above it says, and never "nothing".
type Cell struct {
	Place, Act string
	Is         CellKind
	// Grade is the best grade of the best known rule; Rules are in force on
	// the day. Contested: some rule is, or an order suspends one.
	Grade     comity.Grade
	Rules     []*Rule
	Contested bool
	// Silences that explain the cell, or open a gap beside rules.
	Silences []*Silence
	AsOf     string // day of the oldest text that the cell rests on
}

// A CellKind is what a cell of the coverage table is.
type CellKind string

// The kinds of cells. Unread is a declared gap, Open an undeclared one.
const (
	CellRule     CellKind = "rule"
	CellMeant    CellKind = "silent"
	CellSearched CellKind = "searched"
	CellUnread   CellKind = "gap"
	CellOpen     CellKind = "open"
	CellNoPack   CellKind = "no-pack"
)

// CellKinds lists the kinds from the best known to the least.
func CellKinds() []CellKind {
	return []CellKind{CellRule, CellMeant, CellSearched, CellUnread, CellOpen, CellNoPack}
}

// Table gives the cells of a place on a day, as it is known now, one for each
// act of the vocabulary in its order. An unknown place or day gives none.
func (b *Book) Table(place, on string) []Cell {
	at, ok := b.places.byID[place]
	d, bad := readDay(on)
	if !ok || bad != nil {
		return nil
	}
	var packs []*Pack
	known := b.knownNow()
	for _, p := range b.packs {
		if p.Place == b.places.list[at].ID && p.knownFrom <= d && p.knownBy(known) && p.Layer != comity.Agreement {
			packs = append(packs, p)
		}
	}
	out := make([]Cell, len(b.vocabulary.Acts))
	for a, act := range b.vocabulary.Acts {
		out[a] = b.cell(place, act.Name, a, packs, d)
	}
	return out
}

// CoveredPlaces lists what the coverage table has rows for: the nation, every
// state and territory, and counties and cities whose law was searched.
func (b *Book) CoveredPlaces() []comity.Place {
	withLaw := b.placesWithLaw()
	var out []comity.Place
	for _, p := range b.places.list {
		if p.Kind == "nation" || p.Kind == "state" || p.Kind == "territory" || p.Searched || withLaw[p.ID] {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b comity.Place) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// NearPlaces asks whether a place of a like name was meant; empty where there is none.
func (b *Book) NearPlaces(id string) string { return didYouMean(id, b.places.ids) }

func (b *Book) cell(place, name string, act int, packs []*Pack, on day) Cell {
	c := Cell{Place: place, Act: name, Is: CellOpen}
	if len(packs) == 0 {
		c.Is = CellNoPack
		return c
	}
	for _, p := range packs {
		c.addRules(b, p, act, on)
		c.addSilences(p, act, on)
	}
	// A rule outweighs a silence; what is known to be unread outweighs the
	// words "silent" and "searched".
	rank := []CellKind{CellOpen, CellSearched, CellMeant, CellUnread}
	for _, s := range c.Silences {
		if k := s.cellKind(); slices.Index(rank, k) > slices.Index(rank, c.Is) {
			c.Is = k
		}
	}
	if len(c.Rules) > 0 {
		c.Is = CellRule
	}
	return c
}

// HasGap says whether law on the act is known or supposed that nobody read.
func (c Cell) HasGap() bool {
	return slices.ContainsFunc(c.Silences, func(s *Silence) bool { return s.Kind == Gap })
}

func (s *Silence) cellKind() CellKind {
	switch s.Kind {
	case Meant:
		return CellMeant
	case Gap:
		return CellUnread
	}
	return CellSearched
}

func (c *Cell) addRules(b *Book, p *Pack, act int, on day) {
	for _, r := range p.Rules {
		if r.opens || !slices.Contains(r.acts, act) || !r.lasts.coversDay(on) || !r.known.coversDay(b.knownNow()) {
			continue
		}
		c.Rules = append(c.Rules, r)
		c.restsOn(p)
		c.Contested = c.Contested || r.Contested != "" || slices.ContainsFunc(b.ordersFor[r.index], func(o *Order) bool { return o.lasts.coversDay(on) && o.known.coversDay(b.knownNow()) })
		if g := r.BestGrade(); c.Grade == "" || g < c.Grade {
			c.Grade = g
		}
	}
}

func (c *Cell) addSilences(p *Pack, act int, on day) {
	for _, s := range p.Silent {
		if slices.Contains(s.acts, act) && s.lasts.coversDay(on) {
			c.Silences = append(c.Silences, s)
			c.restsOn(p)
		}
	}
}

func (c *Cell) restsOn(p *Pack) {
	if p.AsOf != "" && (c.AsOf == "" || p.AsOf < c.AsOf) {
		c.AsOf = p.AsOf
	}
}

// A Tally counts cells by what they are.
type Tally struct {
	Acts, None                 int // cells; None: those of places without any pack
	A, B, C                    int // with a rule, by its best grade
	Meant, Searched, Gap, Open int
	Beside                     int // with a rule, and a gap beside it
}

// Add counts one cell.
func (t *Tally) Add(c Cell) {
	t.Acts++
	switch c.Is {
	case CellRule:
		*map[comity.Grade]*int{comity.GradeA: &t.A, comity.GradeB: &t.B, comity.GradeC: &t.C, "": &t.C}[c.Grade]++
		t.Beside += int(bit(c.HasGap()))
	case CellMeant:
		t.Meant++
	case CellSearched:
		t.Searched++
	case CellUnread:
		t.Gap++
	case CellOpen:
		t.Open++
	case CellNoPack:
		t.None++
	}
}

// Rules counts the cells with a rule.
func (t Tally) Rules() int { return t.A + t.B + t.C }

// Share is how many of a hundred acts have a rule.
func (t Tally) Share() int { return t.Percent(t.Rules()) }

// Percent is how many of a hundred cells so many are.
func (t Tally) Percent(n int) int { return 100 * n / max(1, t.Acts) }

// Empty says that no law of the place is loaded.
func (t Tally) Empty() bool { return t.None == t.Acts }
