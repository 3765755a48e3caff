package law

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"comity"
)

// A Clash is a pair of rules that stand together on some facts and demand
// opposite things: a ban beside a duty, or beside a permission that lower law
// may not forbid.
type Clash struct {
	Place   string
	Act     string
	Actors  []string
	Ban     *Rule
	Against *Rule
	// Facts is a pattern on which both stand, as few as were found; what it
	// does not name may be as it likes.
	Facts []FactIs
	// Verdict and Flags are what the law answers on that pattern.
	Verdict comity.Verdict
	Flags   []comity.Flag
}

// Between says whether the two are law of different layers.
func (c Clash) Between() bool { return c.Ban.pack.Layer != c.Against.pack.Layer }

// A FactIs is one row of a pattern of facts: a value that a question may give,
// and words for all values that do as well.
type FactIs struct{ Fact, Value, Text string }

// sample is one value of a cell as a question writes it.
func (f *Fact) sample(cell int) string {
	if f.Type == Int {
		return itoa(f.cells[cell].lo)
	}
	return f.valueText(cell)
}

// Conflicts lists every clash that law in force on a day can produce, at the
// place of the lower of the two rules. The error is about the day.
func (b *Book) Conflicts(on string) ([]Clash, error) {
	if _, bad := readDay(on); bad != nil {
		return nil, bad
	}
	found := map[clashKey]*Clash{}
	for place := range b.placesWithLaw() {
		for act := range b.vocabulary.Acts {
			for actor := range b.vocabulary.Actors {
				b.clashesOf(place, on, act, actor, found)
			}
		}
	}
	out := make([]Clash, 0, len(found))
	for _, c := range found {
		slices.Sort(c.Actors)
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Clash) int {
		return cmp.Or(compareText(a.Place, b.Place), compareText(a.Act, b.Act), compareText(a.Ban.ID, b.Ban.ID), compareText(a.Against.ID, b.Against.ID), compareText(a.Ban.From, b.Ban.From))
	})
	return out, nil
}

type clashKey struct {
	place        string
	act          int
	ban, against *Rule
}

// placesWithLaw are the places at which some pack stands.
func (b *Book) placesWithLaw() map[string]bool {
	out := map[string]bool{}
	for _, p := range b.packs {
		if _, ok := b.places.byID[p.Place]; ok {
			out[p.Place] = true
		}
	}
	return out
}

func (b *Book) clashesOf(place, on string, act, actor int, found map[clashKey]*Clash) {
	l, ok := b.lawOf(place)
	if !ok || !l.bound[act].has(actor) {
		return
	}
	c, err := b.askOn(place, b.vocabulary.Acts[act].Name, b.vocabulary.Actors[actor].Name, on)
	if err != nil {
		return
	}
	rules, _ := c.inPlay()
	if !mayClash(rules, place) {
		return
	}
	p := c.planFor(rules, false)
	s := p.openSearch(c, c.freed(p), nodeBudget)
	for i := range p.rules {
		s.ofRule = append(s.ofRule, s.drawRule(&p.rules[i]))
	}
	for i := range p.rules {
		for k := range p.rules {
			s.clash(i, k, place, found)
		}
	}
}

// mayClash: a ban and something against it, one of them of this very place.
func mayClash(rules []played, place string) bool {
	for _, a := range rules {
		for _, b := range rules {
			if opposed(a.rule, b.rule) && (a.rule.pack.Place == place || b.rule.pack.Place == place) {
				return true
			}
		}
	}
	return false
}

func opposed(ban, against *Rule) bool {
	return ban.Verdict == comity.Prohibited && (against.Verdict == comity.Required || against.Verdict == comity.Permitted && against.Lower == "shields" && against.pack.layer != ban.pack.layer)
}

// clash finds facts on which both rules stand, if there are any.
func (s *search) clash(i, k int, place string, found map[clashKey]*Clash) {
	ban, against := &s.p.rules[i], &s.p.rules[k]
	if !opposed(ban.Rule, against.Rule) || ban.pack.Place != place && against.pack.Place != place {
		return
	}
	if against.Verdict == comity.Permitted && against.layer > ban.layer {
		return // a permission of lower law opens nothing
	}
	key := clashKey{place, s.c.act, ban.Rule, against.Rule}
	if c, ok := found[key]; ok {
		if actor := s.c.q.Actor; s.together(i, k) != isFalse {
			c.Actors = append(c.Actors, actor)
		}
		return
	}
	both := s.together(i, k)
	if s.over || both == isFalse {
		return
	}
	facts, pattern := s.shortest(both, append(slices.Clone(ban.reads), against.reads...))
	o := s.p.conclude(s.p.stand(pattern))
	verdict, _ := o.answer.verdict(false)
	found[key] = &Clash{
		Place: place, Act: s.c.q.Act, Actors: []string{s.c.q.Actor}, Ban: ban.Rule, Against: against.Rule,
		Facts: facts, Verdict: verdict, Flags: s.p.flags(o.answer, o.unsettled),
	}
}

func (s *search) together(i, k int) ref {
	return s.and(s.possible, s.and(s.ofRule[i].stands, s.ofRule[k].stands))
}

// shortest reads off the way to true on which the fewest facts are unusual,
// and a whole pattern that agrees with it. Facts that are as usual are named
// only if they are in point.
func (s *search) shortest(root ref, inPoint []int) ([]FactIs, pattern) {
	v := s.p.book.vocabulary
	full := slices.Clone(s.c.pattern)
	cost := map[ref]int{}
	var price func(r ref) int
	price = func(r ref) int {
		switch {
		case r == isTrue:
			return 0
		case r.final():
			return math.MaxInt32
		}
		if c, ok := cost[r]; ok {
			return c
		}
		best := math.MaxInt32
		for i, kid := range s.nodes[r].kids {
			if p := price(kid); p < math.MaxInt32 {
				best = min(best, p+s.step(full, s.nodes[r].level, i))
			}
		}
		cost[r] = best
		return best
	}
	price(root)
	var out []FactIs
	for r := root; !r.final(); {
		n := s.nodes[r]
		for i, kid := range n.kids {
			p := price(kid)
			if p == math.MaxInt32 || p+s.step(full, n.level, i) != cost[r] {
				continue
			}
			f := s.facts[n.level]
			cells := s.cells(n.level, i)
			usual := cells.touches(full[f])
			if usual {
				cells = full[f]
			}
			full[f] = setOf(cells.first())
			if usual && !slices.Contains(inPoint, f) {
				r = kid
				break
			}
			out = append(out, FactIs{v.Facts[f].Name, v.Facts[f].sample(cells.first()), v.factText(f, s.cells(n.level, i))})
			r = kid
			break
		}
	}
	slices.SortFunc(out, func(a, b FactIs) int { return strings.Compare(a.Fact, b.Fact) })
	return out, full
}

// step is the price of a choice: what is as usual is nearly free.
func (s *search) step(usual pattern, level, choice int) int {
	if s.cells(level, choice).touches(usual[s.facts[level]]) {
		return 1
	}
	return 100
}

// cells are the values behind a choice.
func (s *search) cells(level, choice int) set {
	f := s.facts[level]
	return s.p.classes[slices.Index(s.p.vars, f)].cells[s.choices[level][choice]].meet(s.free[f])
}
