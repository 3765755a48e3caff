package law

import (
	"cmp"
	"slices"
)

// sifted moves one fact after the other, those with most nodes first, to the
// level at which the diagrams have the fewest nodes (after Rudell).
func (d *diagram) sifted(roots []ref) (*diagram, []ref) {
	best, bestRoots := d.exchanged(-1, roots)
	facts := slices.Clone(best.facts)
	weight := map[int]int{}
	for _, n := range best.nodes {
		weight[best.facts[n.level]]++
	}
	slices.SortStableFunc(facts, func(a, b int) int { return cmp.Compare(weight[b], weight[a]) })
	for _, f := range facts {
		begin, beginRoots := best, bestRoots
		for _, step := range []int{1, -1} {
			now, nowRoots := begin, beginRoots
			for level, _ := now.levelOfFact(f); level+step >= 0 && level+step < len(now.facts); level += step {
				now, nowRoots = now.exchanged(min(level, level+step), nowRoots)
				if now.over || len(now.nodes) > 2*len(begin.nodes) {
					break // further on it only grows
				}
				if len(now.nodes) < len(best.nodes) {
					best, bestRoots = now, nowRoots
				}
			}
		}
	}
	best.budget = d.budget
	return best, bestRoots
}

// exchanged copies what the roots reach into a diagram in which a level and
// the next have changed places; level -1 only leaves behind what is not reached.
func (d *diagram) exchanged(level int, roots []ref) (*diagram, []ref) {
	out := newDiagram(d.budget)
	out.facts, out.choices = slices.Clone(d.facts), slices.Clone(d.choices)
	if level >= 0 {
		out.facts[level], out.facts[level+1] = d.facts[level+1], d.facts[level]
		out.choices[level], out.choices[level+1] = d.choices[level+1], d.choices[level]
	}
	copied := map[ref]ref{}
	var copyOf func(r ref) ref
	copyOf = func(r ref) ref {
		if r.final() {
			return r
		}
		if c, ok := copied[r]; ok {
			return c
		}
		n := d.nodes[r]
		var kids []ref
		at := n.level
		switch {
		case level >= 0 && at == level:
			for i := range d.choices[level+1] {
				var below []ref
				for _, k := range n.kids {
					below = append(below, copyOf(d.kid(k, level+1, i)))
				}
				kids = append(kids, out.node(level+1, below))
			}
		default:
			for _, k := range n.kids {
				kids = append(kids, copyOf(k))
			}
			if level >= 0 && at == level+1 {
				at = level
			}
		}
		copied[r] = out.node(at, kids)
		return copied[r]
	}
	moved := make([]ref, len(roots))
	for i, r := range roots {
		moved[i] = copyOf(r)
	}
	return out, moved
}
