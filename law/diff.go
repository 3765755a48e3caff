package law

import (
	"cmp"
	"slices"

	"comity"
)

// A Change is one way in which the answer to a question differs between two
// laws: the verdict before and after, and a case in which it does.
type Change struct {
	Place, Act string
	Actors     []string
	From, To   comity.Verdict
	Facts      []FactIs // of one case, as few as were found; all others are as usual
	// Rules that carry the answer in that case, before and after.
	Before, After []string
}

// Diff compares what two books say on two days, at a place or, if it is
// empty, at every place that has law of its own in either. The same book on
// two days is the usual case; two books must have the same vocabulary.
func Diff(a *Book, onA string, b *Book, onB string, place string) ([]Change, error) {
	if !slices.EqualFunc(a.vocabulary.Facts, b.vocabulary.Facts, sameFact) || !slices.Equal(a.vocabulary.names.acts, b.vocabulary.names.acts) || !slices.Equal(a.vocabulary.names.actors, b.vocabulary.names.actors) {
		return nil, problem("other-vocabulary", "", "the two laws use different vocabularies", "load both with the newer one")
	}
	for _, on := range []string{onA, onB} {
		if _, bad := readDay(on); bad != nil {
			return nil, bad
		}
	}
	d := &differ{a: a, b: b, onA: onA, onB: onB, found: map[changeKey]*Change{}}
	for _, p := range d.places(place) {
		for _, act := range a.vocabulary.Acts {
			for _, actor := range a.vocabulary.Actors {
				if err := d.compare(p, act.Name, actor.Name); err != nil {
					return nil, err
				}
			}
		}
	}
	out := make([]Change, 0, len(d.found))
	for _, c := range d.found {
		slices.Sort(c.Actors)
		out = append(out, *c)
	}
	slices.SortFunc(out, func(x, y Change) int {
		return cmp.Or(compareText(x.Place, y.Place), compareText(x.Act, y.Act), compareText(string(x.From), string(y.From)), compareText(string(x.To), string(y.To)),
			slices.Compare(x.Before, y.Before), slices.Compare(x.After, y.After), slices.Compare(x.Actors, y.Actors))
	})
	return out, nil
}

func sameFact(x, y *Fact) bool {
	return x.Name == y.Name && x.Type == y.Type && slices.Equal(x.Values, y.Values) && slices.Equal(x.Thresholds, y.Thresholds) && x.Derived == y.Derived
}

type differ struct {
	a, b     *Book
	onA, onB string
	found    map[changeKey]*Change
}

type changeKey struct {
	place, act    string
	from, to      comity.Verdict
	before, after string
}

func (d *differ) places(place string) []string {
	if place != "" {
		return []string{place}
	}
	all := d.a.placesWithLaw()
	for p := range d.b.placesWithLaw() {
		all[p] = true
	}
	return sortedNames(all)
}

// compare draws both answers over the same facts and reads off where they part.
func (d *differ) compare(place, act, actor string) error {
	before, err := d.a.askOn(place, act, actor, d.onA)
	if err != nil {
		return err
	}
	after, err := d.b.askOn(place, act, actor, d.onB)
	if err != nil {
		return err
	}
	rulesA, _ := before.inPlay()
	rulesB, _ := after.inPlay()
	uncoveredA, uncoveredB := len(before.uncovered()) > 0, len(after.uncovered()) > 0
	if len(rulesA) == 0 && len(rulesB) == 0 && uncoveredA == uncoveredB || d.a == d.b && uncoveredA == uncoveredB && sameRules(rulesA, rulesB) {
		return nil
	}
	pointA := before.newPlan(rulesA, uncoveredA).conditions()
	pointB := after.newPlan(rulesB, uncoveredB).conditions()
	planA := before.newPlan(rulesA, uncoveredA, pointB...)
	planB := after.newPlan(rulesB, uncoveredB, pointA...)
	sa := planA.openSearch(before, before.freed(planA), nodeBudget)
	sb := planB.openSearch(after, after.freed(planB), nodeBudget)
	if !slices.Equal(sa.facts, sb.facts) {
		return problem("other-facts", "act", "the two laws cannot be laid side by side on "+act, "")
	}
	sb.diagram = sa.diagram // one set of nodes, so that both can be compared
	sb.possible = sa.possible
	sa.build()
	sb.build()
	if sa.over {
		return problem("too-many-facts", "act", "the law on "+act+" is too large to compare whole", "")
	}
	n := len(verdictTerminals)
	pairs := sa.values(sa.verdicts(), sb.verdicts(), func(x, y int) int {
		if x == y {
			return 0
		}
		return x*n + y
	})
	for _, pair := range sa.reached(pairs) {
		if pair == 0 {
			continue
		}
		where := sa.relabel(pairs, func(x int) int {
			if x == pair {
				return 1
			}
			return 0
		})
		facts, full := sa.shortest(where, nil)
		d.note(Change{
			Place: place, Act: act, Actors: []string{actor}, From: verdictTerminals[pair/n], To: verdictTerminals[pair%n], Facts: facts,
			Before: planA.carriers(full), After: planB.carriers(full),
		})
	}
	return nil
}

func (d *differ) note(c Change) {
	key := changeKey{c.Place, c.Act, c.From, c.To, join0(c.Before), join0(c.After)}
	if old, ok := d.found[key]; ok {
		old.Actors = append(old.Actors, c.Actors...)
		return
	}
	d.found[key] = &c
}

func join0(ids []string) string {
	out := ""
	for _, id := range ids {
		out += id + "\x00"
	}
	return out
}

// askOn asks a closed question of which nothing but its subject is given.
func (b *Book) askOn(place, act, actor, on string) (*asked, error) {
	q := comity.Question{In: place, On: on, Act: act, Actor: actor, Closed: true}
	c, bad := b.ask(&q)
	if bad != nil {
		return nil, bad
	}
	return c, nil
}

// conditions are all that the rules of the plan and their orders read.
func (p *plan) conditions() []*condition {
	var out []*condition
	for _, r := range p.rules {
		out = append(out, r.fires)
		for _, o := range r.orders {
			out = append(out, o.when)
		}
	}
	return out
}

// carriers are the rules that carry the answer on a whole pattern.
func (p *plan) carriers(full pattern) []string {
	return p.ids(p.conclude(p.stand(full)).carrying)
}

func sameRules(a, b []played) bool {
	return slices.EqualFunc(a, b, func(x, y played) bool {
		return x.rule == y.rule && x.fromMind == y.fromMind && slices.Equal(x.orders, y.orders)
	})
}
