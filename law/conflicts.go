package law

import (
	"cmp"
	"slices"

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
	// Facts are those of a case in which both stand, as few as were found; all
	// others are as usual.
	Facts Pattern
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
// place of the lower of the two rules; only those of one place if it is named.
func (b *Book) Conflicts(place, on string) ([]Clash, error) {
	if _, bad := readDay(on); bad != nil {
		return nil, bad
	}
	places := []string{place}
	if place == "" {
		places = sortedNames(b.placesWithLaw())
	}
	found := map[clashKey]*Clash{}
	for _, place := range places {
		of, err := b.surveyOf(place, on)
		if err != nil {
			return nil, err
		}
		for act := range b.vocabulary.Acts {
			if err := b.clashesOf(of, act, found); err != nil {
				return nil, err
			}
		}
	}
	out := make([]Clash, 0, len(found))
	for _, c := range found {
		slices.Sort(c.Actors)
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Clash) int {
		return cmp.Or(compareText(a.Place, b.Place), compareText(a.Act, b.Act), compareText(a.Ban.ID, b.Ban.ID), compareText(a.Against.ID, b.Against.ID), compareText(a.Ban.From, b.Ban.From), compareText(a.Facts.key(), b.Facts.key()))
	})
	return out, nil
}

type clashKey struct {
	place        string
	act          int
	ban, against *Rule
	facts        string
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

func (b *Book) clashesOf(of *survey, act int, found map[clashKey]*Clash) error {
	circles, err := of.circles(act, of.base.law.bound[act])
	if err != nil {
		return err
	}
	place := of.base.q.In
	for _, c := range circles {
		if !mayClash(c.rules, place) {
			continue
		}
		p := c.newPlan(c.rules, false)
		s := p.openSearch(c.asked, c.freed(p), nodeBudget)
		for i := range p.rules {
			s.ofRule = append(s.ofRule, s.drawRule(&p.rules[i]))
		}
		for i := range p.rules {
			for k := range p.rules {
				s.clash(i, k, c, found)
			}
		}
		if s.over {
			return problem("too-many-facts", "act", "the law on "+c.q.Act+" in "+place+" is too large to search whole", "")
		}
	}
	return nil
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
func (s *search) clash(i, k int, of circle, found map[clashKey]*Clash) {
	ban, against := &s.p.rules[i], &s.p.rules[k]
	place := of.q.In
	if !opposed(ban.Rule, against.Rule) || ban.pack.Place != place && against.pack.Place != place {
		return
	}
	if against.Verdict == comity.Permitted && against.layer > ban.layer {
		return // a permission of lower law opens nothing
	}
	both := s.together(i, k)
	if s.over || both == isFalse {
		return
	}
	facts, pattern := s.shortest(both)
	key := clashKey{place, of.act, ban.Rule, against.Rule, facts.key()}
	if c, ok := found[key]; ok {
		c.Actors = append(c.Actors, of.actors...)
		return
	}
	o := s.p.conclude(s.p.stand(pattern))
	verdict, _ := o.answer.verdict(false)
	found[key] = &Clash{
		Place: place, Act: of.q.Act, Actors: of.actors, Ban: ban.Rule, Against: against.Rule,
		Facts: facts, Verdict: verdict, Flags: s.p.flags(o.answer, o.unsettled),
	}
}

func (s *search) together(i, k int) ref {
	return s.and(s.possible, s.and(s.ofRule[i].stands, s.ofRule[k].stands))
}
