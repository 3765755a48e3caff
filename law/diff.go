package law

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"comity"
)

// A Change is one way in which the answer to a question differs between two
// laws: the verdict before and after, and the facts on which it does.
type Change struct {
	Place, Act string
	Actors     []string
	From, To   comity.Verdict
	Facts      Pattern // of one case, as few as there can be; all others are as usual
	// Patterns are every combination of facts on which the verdict changes so,
	// whatever the facts that they do not name; no other that can occur is in
	// one of them.
	Patterns []Pattern
	// Rules that carry the answer in the case of Facts, before and after.
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
	d := &differ{a: a, b: b, onA: onA, onB: onB, found: map[changeKey]*bareChange{}}
	for _, p := range d.places(place) {
		if err := d.compareAt(p); err != nil {
			return nil, err
		}
	}
	out := make([]Change, 0, len(d.found))
	for _, c := range d.found {
		slices.Sort(c.Actors)
		for _, rows := range c.patterns {
			c.Patterns = append(c.Patterns, a.vocabulary.pattern(rows))
		}
		out = append(out, c.Change)
	}
	slices.SortFunc(out, func(x, y Change) int {
		return cmp.Or(compareText(x.Place, y.Place), compareText(x.Act, y.Act), compareText(string(x.From), string(y.From)), compareText(string(x.To), string(y.To)),
			slices.Compare(x.Before, y.Before), slices.Compare(x.After, y.After), slices.Compare(x.Actors, y.Actors), compareText(x.Facts.key(), y.Facts.key()))
	})
	return out, nil
}

func sameFact(x, y *Fact) bool {
	return x.Name == y.Name && x.Type == y.Type && slices.Equal(x.Values, y.Values) && slices.Equal(x.Thresholds, y.Thresholds) && x.Derived == y.Derived
}

type differ struct {
	a, b     *Book
	onA, onB string
	found    map[changeKey]*bareChange
}

// A bareChange is a change whose patterns are not yet put in words.
type bareChange struct {
	Change
	patterns [][]bareRow
}

type changeKey struct {
	place, act    string
	from, to      comity.Verdict
	before, after string
	patterns      string
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

// compareAt asks each act of every actor whom either law binds, or leaves
// without an answer.
func (d *differ) compareAt(place string) error {
	before, err := d.a.surveyOf(place, d.onA)
	if err != nil {
		return err
	}
	after, err := d.b.surveyOf(place, d.onB)
	if err != nil {
		return err
	}
	everyone := setUpTo(len(d.a.vocabulary.Actors))
	for act := range d.a.vocabulary.Acts {
		circles, err := before.circles(act, everyone)
		if err != nil {
			return err
		}
		for _, x := range circles {
			var actors set
			for _, name := range x.actors {
				actors.add(d.a.vocabulary.actors[name])
			}
			parts, err := after.circles(act, actors)
			if err != nil {
				return err
			}
			for _, y := range parts {
				if err := d.compare(x, y); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// compare draws both answers over the same facts and reads off where they
// part; the actors are those of the second circle.
func (d *differ) compare(x, y circle) error {
	uncoveredA, uncoveredB := len(x.uncovered()) > 0, len(y.uncovered()) > 0
	if uncoveredA == uncoveredB && (sameRules(x.rules, y.rules)) {
		return nil
	}
	planA := x.newPlan(x.rules, uncoveredA, conditions(y.rules, y.actor)...)
	planB := y.newPlan(y.rules, uncoveredB, conditions(x.rules, x.actor)...)
	sa := planA.openSearch(x.asked, x.freed(planA), nodeBudget)
	sb := planB.openSearch(y.asked, y.freed(planB), nodeBudget)
	if !slices.Equal(sa.facts, sb.facts) {
		return problem("other-facts", "act", "the two laws cannot be laid side by side on "+x.q.Act, "")
	}
	sb.diagram = sa.diagram // one set of nodes, so that both can be compared
	sb.possible = sa.possible
	sa.build()
	sb.build()
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
		where := sa.relabel(pairs, func(x int) int { return int(bit(x == pair)) })
		facts, full := sa.shortest(where)
		patterns, left := sa.cover(where, mostPatterns)
		if left != isFalse {
			return tooLarge(x.q.Act)
		}
		d.note(bareChange{Change{
			Place: x.q.In, Act: x.q.Act, Actors: y.actors, From: verdictTerminals[pair/n], To: verdictTerminals[pair%n], Facts: facts,
			Before: planA.carriers(full), After: planB.carriers(full),
		}, patterns})
	}
	if sa.over {
		return tooLarge(x.q.Act)
	}
	return nil
}

// mostPatterns bounds what one change may be made of.
const mostPatterns = 5000

func tooLarge(act string) error {
	return problem("too-many-facts", "act", "the law on "+act+" is too large to compare whole", "")
}

func (d *differ) note(c bareChange) {
	key := changeKey{c.Place, c.Act, c.From, c.To, strings.Join(c.Before, " "), strings.Join(c.After, " "), patternsKey(c.patterns)}
	if old, ok := d.found[key]; ok {
		old.Actors = append(old.Actors, c.Actors...)
		return
	}
	d.found[key] = &c
}

// patternsKey is the same for patterns that say the same.
func patternsKey(list [][]bareRow) string {
	var key []byte
	for _, rows := range list {
		key = binary.AppendUvarint(key, uint64(len(rows)))
		for _, r := range rows {
			key = binary.AppendUvarint(key, uint64(r.fact))
			key = binary.LittleEndian.AppendUint64(key, r.is[0])
			key = binary.LittleEndian.AppendUint64(key, r.is[1])
		}
	}
	return string(key)
}

// carriers are the rules that carry the answer on a whole pattern.
func (p *plan) carriers(full pattern) []string {
	return p.ids(p.conclude(p.stand(full)).carrying)
}

// sameRules says that both have the same text: they decide alike then, in
// whatever book they stand.
func sameRules(a, b []played) bool {
	return slices.EqualFunc(a, b, func(x, y played) bool {
		return x.rule.ID == y.rule.ID && x.fromMind == y.fromMind && x.rule.opens == y.rule.opens && sameLine(x.rule.pack, x.rule.Line, y.rule.pack, y.rule.Line) &&
			slices.EqualFunc(x.orders, y.orders, func(o, p *Order) bool { return sameLine(o.pack, o.Line, p.pack, p.Line) })
	})
}

func sameLine(p *Pack, i int, q *Pack, j int) bool {
	return i == j && p.ID == q.ID && p.digest == q.digest
}
