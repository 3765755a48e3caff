package law

import (
	"slices"

	"comity"
)

// A DeadRule never matters, or never decides, on any day of its life.
type DeadRule struct {
	Rule *Rule
	// Never: it stands on no possible facts. Otherwise it stands, but the
	// verdict would be the same without it, everywhere at its own place.
	Never bool
}

// Dead lists rules that never stand, and those without which no verdict at
// their own place would differ; the second sort may still be worth citing.
func (b *Book) Dead() ([]DeadRule, error) {
	var out []DeadRule
	for _, p := range b.packs {
		for _, r := range p.Rules {
			if r.opens {
				continue // the other half of only_if speaks for both
			}
			stands, decides, err := b.life(p, r)
			if err != nil {
				return nil, err
			}
			if !stands || !decides {
				out = append(out, DeadRule{r, !stands})
			}
		}
	}
	return out, nil
}

// life looks at the rule on its first day, on its last, and on each day in
// between on which another rule about its acts begins or ends.
func (b *Book) life(p *Pack, r *Rule) (stands, decides bool, err error) {
	agency := ""
	if len(p.Agencies) > 0 {
		agency = p.Agencies[0]
	}
	for _, on := range b.daysOf(p, r) {
		for _, act := range r.acts {
			for _, actor := range r.actors.members() {
				q := comity.Question{In: p.Place, On: on.String(), Agency: agency, Closed: true, Act: b.vocabulary.Acts[act].Name, Actor: b.vocabulary.Actors[actor].Name}
				c, bad := b.ask(&q)
				if bad != nil {
					return false, false, bad
				}
				s, d := c.matters(r)
				stands, decides = stands || s, decides || d
				if decides {
					return true, true, nil
				}
			}
		}
	}
	return stands, decides, nil
}

func (b *Book) daysOf(p *Pack, r *Rule) []day {
	l, _ := b.lawOf(p.Place)
	first, last := r.lasts.from.day, r.lasts.until.day
	if first == firstDay {
		first = max(p.knownFrom, dayOf(1950, 1, 1))
	}
	days := []day{first}
	add := func(d day) {
		if d > first && d < last {
			days = append(days, d)
		}
	}
	for _, a := range r.acts {
		for _, o := range l.byAct[a] {
			add(o.lasts.from.day)
			add(o.lasts.until.day)
			for _, order := range l.orders[o.index] {
				add(order.lasts.from.day)
				add(order.lasts.until.day)
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// matters says whether the rule can stand here, and whether some verdict
// would be another without it.
func (c *asked) matters(r *Rule) (stands, decides bool) {
	rules, _ := c.inPlay()
	i := slices.IndexFunc(rules, func(p played) bool { return p.rule == r })
	if i < 0 {
		return false, false
	}
	uncovered := len(c.uncovered()) > 0
	with := c.newPlan(rules, uncovered)
	without := c.newPlan(slices.Delete(slices.Clone(rules), i, i+1), uncovered, conditions(rules, c.actor)...)
	sa := with.openSearch(c, c.freed(with), nodeBudget)
	sb := without.openSearch(c, c.freed(without), nodeBudget)
	if !slices.Equal(sa.facts, sb.facts) {
		return true, true // it alone ties facts together
	}
	sb.diagram, sb.possible = sa.diagram, sa.possible
	sa.build()
	sb.build()
	at := slices.IndexFunc(with.rules, func(p planRule) bool { return p.Rule == r })
	stands = sa.and(sa.possible, sa.ofRule[at].stands) != isFalse
	return stands, sa.over || sa.verdicts() != sb.verdicts()
}
