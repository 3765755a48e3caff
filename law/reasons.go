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
	Forced []FactIn
	Exact  bool
	// Nearest is the least that would alter the verdict: facts that may be
	// varied, each with its other values. None: only a change of law would, or
	// the question is one on which no boundary is described.
	Nearest []FactIn
	Then    comity.Verdict // the verdict after that change
	Sure    bool           // whatever the facts are that nobody gave
	// Guarded: a prohibited act of the public or of identity. Nothing is said
	// about how near another answer is (semantics 9).
	Guarded bool
}

// A FactIn is a fact with the values that it has, or that would do.
type FactIn struct {
	FactIs
	Values   []string // of a bool or enum
	From, To int      // of a number, both included; the vocabulary's bounds where it is open
	Assumed  bool     // nobody gave it: it is taken as usual
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
		w.nearest(&out)
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

func (w *why) forced() ([]FactIn, bool) {
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
	return w.having(best), exact
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
func (w *why) nearest(out *Why) {
	if w.single(out) {
		return
	}
	changed := w.cheapest()
	if changed == nil {
		return
	}
	left := w.after(changed)
	out.Then, out.Sure = w.another(left)
	for level, choice := range changed {
		out.Nearest = append(out.Nearest, w.factIn(w.facts[level], w.cells(level, choice)))
	}
	sortFacts(out.Nearest)
}

// single finds the one fact whose change alters the verdict, if one does. Of
// several, one that settles it comes first, then one that ends in a rule, then
// one that is not merely a default, then the one that the vocabulary names first. All values that do the same are
// named together.
func (w *why) single(out *Why) bool {
	type option struct {
		level int
		rank  int
		then  comity.Verdict
		cells set
	}
	var best *option
	for level, f := range w.facts {
		have, known := w.is[level]
		if !known || !w.p.book.vocabulary.Facts[f].mayVary() {
			continue
		}
		byEnd := map[comity.Verdict]*option{}
		for i := range w.choices[level] {
			if i == have {
				continue
			}
			then, sure := w.another(w.after(map[int]int{level: i}))
			if then == "" {
				continue
			}
			o := byEnd[then]
			if o == nil || o.rank > endRank(then, sure) {
				o = &option{level: level, rank: endRank(then, sure), then: then}
				byEnd[then] = o
			}
			if o.rank == endRank(then, sure) {
				o.cells = o.cells.union(w.cells(level, i))
			}
		}
		for _, then := range verdictTerminals {
			if o := byEnd[then]; o != nil && (best == nil || cmp.Or(cmp.Compare(o.rank, best.rank), cmp.Compare(w.byDefault(level), w.byDefault(best.level)), f-w.facts[best.level]) < 0) {
				best = o
			}
		}
	}
	if best == nil {
		return false
	}
	out.Then, out.Sure = best.then, best.rank < 2
	out.Nearest = []FactIn{w.factIn(w.facts[best.level], best.cells)}
	return true
}

func (w *why) byDefault(level int) uint64 { return bit(w.c.source[w.facts[level]] == byDefault) }

// endRank prefers a change that surely alters the answer, to one that a rule gives.
func endRank(then comity.Verdict, sure bool) int {
	rank := 0
	if then == comity.NoRule || then == comity.NeedsCounsel {
		rank++
	}
	if !sure {
		rank += 2
	}
	return rank
}

// after is the set of terminals that remain with the question's facts, some of
// them changed.
func (w *why) after(changed map[int]int) set {
	sums := map[ref]set{}
	var sum func(r ref) set
	sum = func(r ref) set {
		if r.final() {
			return setOf(r.value())
		}
		if s, ok := sums[r]; ok {
			return s
		}
		n := w.nodes[r]
		var s set
		choice, fixed := changed[n.level]
		if !fixed {
			choice, fixed = w.is[n.level]
		}
		if fixed {
			s = sum(n.kids[choice])
		} else {
			for _, k := range n.kids {
				s = s.union(sum(k))
			}
		}
		sums[r] = s
		return s
	}
	return sum(w.root).minus(setOf(impossibleAnswer))
}

// another is a verdict among those left that is not the answer's, and whether
// it is the only one left.
func (w *why) another(left set) (comity.Verdict, bool) {
	for v := range verdictTerminals {
		if v != w.verdict && left.has(v) {
			return verdictTerminals[v], left.size() == 1
		}
	}
	return "", false
}

// cheapest gives the levels that change, with their choices, on the way to
// another verdict that changes the fewest; nil is none.
func (w *why) cheapest() map[int]int {
	cost := map[ref]int{}
	var price func(r ref) int
	price = func(r ref) int {
		if r.final() {
			if r.value() == impossibleAnswer || r.value() == w.verdict {
				return math.MaxInt32
			}
			return 0
		}
		if c, ok := cost[r]; ok {
			return c
		}
		best := math.MaxInt32
		for i, kid := range w.nodes[r].kids {
			if a, b := w.step(w.nodes[r].level, i), price(kid); a < math.MaxInt32 && b < math.MaxInt32 {
				best = min(best, a+b)
			}
		}
		cost[r] = best
		return best
	}
	if price(w.root) == math.MaxInt32 {
		return nil
	}
	changed := map[int]int{}
	for r := w.root; !r.final(); {
		n := w.nodes[r]
		for i, kid := range n.kids {
			a, b := w.step(n.level, i), price(kid)
			if a < math.MaxInt32 && b < math.MaxInt32 && a+b == cost[r] {
				if a == 1 {
					changed[n.level] = i
				}
				r = kid
				break
			}
		}
	}
	return changed
}

// step is what a choice costs: nothing where the fact is so or open, one where
// it changes.
func (w *why) step(level, choice int) int {
	have, known := w.is[level]
	switch {
	case known && have == choice, !known:
		return 0
	case !w.p.book.vocabulary.Facts[w.facts[level]].mayVary():
		return math.MaxInt32
	}
	return 1
}

// mayVary: advice never varies a state of mind, a past fact or an offence, nor
// a paper that nobody keeps.
func (f *Fact) mayVary() bool { return f.Changeable && !f.NeverStored }

// having names facts as the question has them; of a number, the class that it
// falls in.
func (w *why) having(levels map[int]bool) []FactIn {
	var out []FactIn
	for l := range levels {
		f := w.facts[l]
		cells := w.c.pattern[f]
		if w.p.book.vocabulary.Facts[f].Type == Int {
			cells = run(w.cells(l, w.is[l]), cells.first())
		}
		x := w.factIn(f, cells)
		x.Assumed = w.c.source[f] == byDefault || w.c.source[f] == neutral
		out = append(out, x)
	}
	sortFacts(out)
	return out
}

func (w *why) factIn(fact int, cells set) FactIn {
	v := w.p.book.vocabulary
	f := v.Facts[fact]
	x := FactIn{FactIs: FactIs{f.Name, f.sample(cells.first()), v.factText(fact, cells)}}
	if f.Type == Int {
		list := run(cells, cells.first()).members()
		x.From, x.To = f.cells[list[0]].lo, f.cells[list[len(list)-1]].hi
		return x
	}
	x.Values = f.cellTexts(cells)
	return x
}

// run is the unbroken row of number cells round one of them.
func run(cells set, at int) set {
	out := setOf(at)
	for i := at + 1; cells.has(i); i++ {
		out = out.union(setOf(i))
	}
	for i := at - 1; i >= 0 && cells.has(i); i-- {
		out = out.union(setOf(i))
	}
	return out
}

func sortFacts(list []FactIn) {
	slices.SortFunc(list, func(a, b FactIn) int { return compareText(a.Fact, b.Fact) })
}
