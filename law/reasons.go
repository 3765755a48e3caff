package law

import (
	"cmp"
	"math"
	"slices"

	"comity"
)

// A Why tells what forces a verdict and what would alter it.
type Why struct {
	// Forced are facts of the question that alone force the verdict, whatever
	// the others are: as few as there are. Exact says that fewer were sought
	// through and do not do it; otherwise none of those listed can be spared.
	Forced []FactIs
	Exact  bool
	// Nearest is the least that would alter the verdict: facts that may be
	// varied, each with its other value. None: only a change of law would, or
	// the question is one on which no boundary is described.
	Nearest []FactIs
	Then    comity.Verdict // the verdict after that change
	// Guarded: a prohibited act of the public or of identity. Nothing is said
	// about how near another answer is (semantics 9).
	Guarded bool
}

// Why explains the verdict of a question. A question that needs facts has no
// verdict to force; its Why is empty.
func (b *Book) Why(q comity.Question) (Why, error) {
	c, bad := b.ask(&q)
	if bad != nil {
		return Why{}, bad
	}
	rules, _ := c.inPlay()
	p := c.planFor(rules, len(c.uncovered()) > 0)
	r := p.solve(c)
	if r.verdict == comity.NeedsFacts {
		return Why{}, nil
	}
	var known []int
	for _, f := range p.vars {
		if c.pattern[f].size() == 1 && !c.fixedByPlace(f) {
			known = append(known, f)
		}
	}
	s := p.newSearch(c, known, nodeBudget)
	if s.over {
		return Why{}, problem("too-many-facts", "act", "the law on this act is too large to explain whole", "")
	}
	w := &why{search: s, root: s.verdicts(), verdict: slices.Index(verdictTerminals, r.verdict)}
	w.findLevels()
	out := Why{Guarded: c.guards(r.verdict)}
	out.Forced, out.Exact = w.forced()
	if !out.Guarded {
		out.Nearest, out.Then = w.nearest()
	}
	return out, nil
}

// fixedByPlace: the place settles the federal district, and nobody can vary it.
func (c *asked) fixedByPlace(f int) bool {
	return c.book.vocabulary.Facts[f].Name == districtFact && c.source[f] == computed
}

func (c *asked) guards(v comity.Verdict) bool {
	group := c.book.vocabulary.Acts[c.act].Group
	return v == comity.Prohibited && (group == "public" || group == "identity")
}

type why struct {
	*search
	root    ref
	verdict int
	is      map[int]int // level → the choice that the question makes
	levels  []int       // in the order in which facts are spared first
}

func (w *why) findLevels() {
	w.is = map[int]int{}
	for level, f := range w.facts {
		have := w.c.pattern[f]
		if have.size() != 1 {
			continue
		}
		for i := range w.choices[level] {
			if w.cells(level, i).touches(have) {
				w.is[level] = i
			}
		}
		w.levels = append(w.levels, level)
	}
	// What was given explains better than what was assumed.
	slices.SortStableFunc(w.levels, func(a, b int) int { return cmp.Compare(w.weight(a), w.weight(b)) })
}

func (w *why) weight(level int) int {
	switch w.c.source[w.facts[level]] {
	case given:
		return 2
	case computed:
		return 1
	}
	return 0
}

// settled says whether the kept facts alone leave one verdict.
func (w *why) settled(keep map[int]bool) bool {
	seen := map[ref]bool{}
	var other func(r ref) bool
	other = func(r ref) bool {
		if r.final() {
			return r.value() != 0 && r.value() != w.verdict
		}
		if seen[r] {
			return false
		}
		seen[r] = true
		n := w.nodes[r]
		if keep[n.level] {
			return other(n.kids[w.is[n.level]])
		}
		return slices.ContainsFunc(n.kids, other)
	}
	return !other(w.root)
}

// mostSets bounds the search for a set smaller than the one found by sparing
// facts one by one.
const mostSets = 4000

func (w *why) forced() ([]FactIs, bool) {
	keep := map[int]bool{}
	for _, l := range w.levels {
		keep[l] = true
	}
	for _, l := range w.levels {
		delete(keep, l)
		if !w.settled(keep) {
			keep[l] = true
		}
	}
	best, exact, tries := keep, true, 0
	for size := 0; size < len(best) && exact; size++ {
		if found := w.subset(size, 0, map[int]bool{}, &tries); found != nil {
			best = found
			break
		}
		exact = tries < mostSets
	}
	return w.choose(best, func(l int) int { return w.is[l] }), exact
}

// subset tries sets of a size, facts that explain best first.
func (w *why) subset(size, from int, keep map[int]bool, tries *int) map[int]bool {
	if size == 0 {
		if *tries++; w.settled(keep) {
			out := map[int]bool{}
			for l := range keep {
				out[l] = true
			}
			return out
		}
		return nil
	}
	for i := from; i <= len(w.levels)-size && *tries < mostSets; i++ {
		l := w.levels[len(w.levels)-1-i]
		keep[l] = true
		if found := w.subset(size-1, i+1, keep, tries); found != nil {
			return found
		}
		delete(keep, l)
	}
	return nil
}

// nearest is the way to another verdict on which the fewest facts change. A
// fact that cannot change is never varied; one that nobody gave stays as it
// is assumed unless it is varied too.
func (w *why) nearest() ([]FactIs, comity.Verdict) {
	cost := map[ref]int{}
	var price func(r ref) int
	step := func(level, choice int) int {
		have, known := w.is[level]
		switch {
		case known && have == choice, !known:
			return 0
		case !w.p.book.vocabulary.Facts[w.facts[level]].mayVary():
			return math.MaxInt32
		}
		return 1
	}
	price = func(r ref) int {
		if r.final() {
			if r.value() == 0 || r.value() == w.verdict {
				return math.MaxInt32
			}
			return 0
		}
		if c, ok := cost[r]; ok {
			return c
		}
		best := math.MaxInt32
		for i, kid := range w.nodes[r].kids {
			if a, b := step(w.nodes[r].level, i), price(kid); a < math.MaxInt32 && b < math.MaxInt32 {
				best = min(best, a+b)
			}
		}
		cost[r] = best
		return best
	}
	if price(w.root) == math.MaxInt32 {
		return nil, ""
	}
	changed := map[int]int{}
	r := w.root
	for !r.final() {
		n := w.nodes[r]
		for i, kid := range n.kids {
			a, b := step(n.level, i), price(kid)
			if a < math.MaxInt32 && b < math.MaxInt32 && a+b == cost[r] {
				if a == 1 {
					changed[n.level] = i
				}
				r = kid
				break
			}
		}
	}
	levels := map[int]bool{}
	for l := range changed {
		levels[l] = true
	}
	return w.choose(levels, func(l int) int { return changed[l] }), verdictTerminals[r.value()]
}

// mayVary: advice never varies a state of mind, a past fact or an offence, nor
// a paper that nobody keeps.
func (f *Fact) mayVary() bool { return f.Changeable && !f.NeverStored }

// choose names a choice at each of some levels.
func (w *why) choose(levels map[int]bool, choice func(level int) int) []FactIs {
	v := w.p.book.vocabulary
	var out []FactIs
	for l := range levels {
		f, cells := w.facts[l], w.cells(l, choice(l))
		out = append(out, FactIs{v.Facts[f].Name, v.Facts[f].sample(cells.first()), v.factText(f, cells)})
	}
	slices.SortFunc(out, func(a, b FactIs) int { return compareText(a.Fact, b.Fact) })
	return out
}
