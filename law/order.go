package law

import (
	"cmp"
	"slices"
)

// The size of a diagram hangs on the order of its facts. It is found by a fixed
// heuristic, which asks nothing of the order in which a vocabulary declares them;
// where that is not enough, facts are sifted.

// orderFacts puts the facts in the order in which conditions read them, each
// fact followed by those that an impossible pattern ties to it.
func (p *plan) orderFacts() {
	v, first := p.book.vocabulary, p.firstRead()
	sooner := func(a, b int) int {
		i, inA := first[a]
		j, inB := first[b]
		if inA && inB {
			return cmp.Compare(i, j)
		}
		return cmp.Or(cmp.Compare(bit(inB), bit(inA)), compareText(v.Facts[a].Name, v.Facts[b].Name))
	}
	tied := map[int][]int{}
	for _, k := range p.limits {
		facts := k.condition.facts()
		for _, f := range facts {
			tied[f] = append(tied[f], facts...)
		}
	}
	order := make([]int, 0, len(p.vars))
	placed := map[int]bool{}
	var place func(facts []int)
	place = func(facts []int) {
		slices.SortFunc(facts, sooner)
		for _, f := range facts {
			if !placed[f] {
				placed[f] = true
				order = append(order, f)
				place(tied[f])
			}
		}
	}
	place(p.vars)
	p.vars = order
}

// firstRead numbers facts as conditions read them, the parts of a condition
// before the whole. It hangs on the set of conditions alone: no order in which
// anything was written down has an effect, and plans over the same conditions
// agree.
func (p *plan) firstRead() map[int]int {
	v := p.book.vocabulary
	var reads [][]string
	var note func(c *condition)
	note = func(c *condition) {
		if names := v.factNames(c.facts()); len(names) > 1 {
			reads = append(reads, names)
		}
		for _, k := range c.kids {
			note(k)
		}
	}
	for _, c := range append(p.conditions(), p.inPoint...) {
		note(v.expand(c))
	}
	slices.SortFunc(reads, func(a, b []string) int { return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b)) })
	first := map[int]int{}
	for _, names := range reads {
		for _, name := range names {
			if _, seen := first[v.facts[name]]; !seen {
				first[v.facts[name]] = len(first)
			}
		}
	}
	return first
}
