package law

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"comity"
)

// A route is a way on from a node of an interview.
type route struct {
	ask   int       // the question to put first, -1 at the end
	most  int       // questions on its longest way
	share []float64 // of the ways to answer, by number of questions
	over  bool      // it was not followed to the end: most is a bound
}

// A planner finds routes: the shortest, by trying every question first at each
// node, or that of a rule of thumb, which ranks questions by what they leave.
type planner struct {
	*interview
	thumb  thumb // nil: the shortest
	budget int   // nodes that may still be planned
	found  map[ref]*route
}

// A thumb says how much a question is expected to leave open: less is better.
type thumb func(n *planner, list []branch) float64

// thumbs are tried in turn where the shortest route is too long to seek; the
// best of them is taken. The last keeps to the order of the vocabulary.
var thumbs = []thumb{
	func(n *planner, list []branch) float64 {
		return n.expect(list, func(r ref) int { return len(n.branching(r)) })
	},
	func(n *planner, list []branch) float64 {
		return n.expect(list, func(r ref) int { return bits.OnesCount64(n.ends(r)) - 1 })
	},
	func(*planner, []branch) float64 { return 0 },
}

func (n *planner) expect(list []branch, left func(ref) int) float64 {
	sum, total := 0.0, 0.0
	for _, b := range list {
		total += b.weight
		if !n.settled(b.to) {
			sum += b.weight * float64(left(b.to))
		}
	}
	return sum / total
}

func (v *interview) plan(by thumb, budget int) *route {
	return (&planner{interview: v, thumb: by, budget: budget, found: map[ref]*route{}}).from(v.root)
}

// Budgets, in nodes: for the shortest route, and for following the rule of thumb.
const (
	shortestNodes = 3_000
	thumbNodes    = 5_000
)

// stand says how things are before the next question.
func (v *interview) stand() Interview {
	out := Interview{Possible: v.possible(), Exact: true}
	if v.settled(v.root) {
		return out
	}
	best := v.plan(nil, shortestNodes)
	if best.over {
		out.Exact = false
		for _, by := range thumbs {
			if x := v.plan(by, thumbNodes); best.over || !x.over && x.less(best) {
				best = x
			}
		}
	}
	out.Next, out.Most = v.c.prompt(v.p.book.vocabulary.Facts[v.questions[best.ask].fact]), best.most
	if best.over {
		return out
	}
	sum := 0.0
	for n, share := range best.share {
		out.Mean += float64(n) * share
		if sum += share; out.Often == 0 && sum > 0.5-1e-9 {
			out.Often = n
		}
	}
	return out
}

// possible lists the verdicts that the questions can still lead to.
func (v *interview) possible() []comity.Verdict {
	out := []comity.Verdict{}
	ends := v.ends(v.root)
	for t, verdict := range verdictTerminals {
		for mask := 1; mask < 1<<len(verdictTerminals); mask++ {
			if ends>>mask&1 == 1 && mask>>t&1 == 1 {
				out = append(out, verdict)
				break
			}
		}
	}
	slices.Sort(out)
	return out
}

// from gives the route on from a node.
func (n *planner) from(r ref) *route {
	if n.settled(r) {
		return &route{ask: -1, share: []float64{1}}
	}
	if best, ok := n.found[r]; ok {
		return best
	}
	list := n.worthAsking(r)
	if n.budget--; n.budget < 0 || n.interview.over {
		return &route{ask: list[0], most: len(n.branching(r)), over: true}
	}
	list = n.byPromise(r, list)
	var best *route
	for _, i := range list {
		if x := n.through(r, i, best); x != nil && (best == nil || x.less(best)) {
			best = x
		}
		if best.over {
			break // the search has ended
		}
	}
	n.found[r] = best
	return best
}

// through is the route that puts one question first; nil if it is longer than
// the best so far.
func (n *planner) through(r ref, ask int, best *route) *route {
	out := &route{ask: ask, share: []float64{0}}
	list := n.branches(r, n.questions[ask])
	total := 0.0
	for _, b := range list {
		total += b.weight
	}
	for _, b := range list {
		next := n.from(b.to)
		out.over = out.over || next.over
		out.most = max(out.most, next.most+1)
		if best != nil && out.most > best.most {
			return nil
		}
		for k, share := range next.share {
			for len(out.share) < k+2 {
				out.share = append(out.share, 0)
			}
			out.share[k+1] += share * b.weight / total
		}
	}
	return out
}

func (x *route) less(o *route) bool {
	if x.most != o.most {
		return x.most < o.most
	}
	return x.mean() < o.mean()-1e-9
}

func (x *route) mean() float64 {
	sum := 0.0
	for n, share := range x.share {
		sum += float64(n) * share
	}
	return sum
}

// byPromise puts the questions first after which the least is expected to
// remain; of a rule of thumb, only the first is wanted.
func (n *planner) byPromise(r ref, list []int) []int {
	by := n.thumb
	if by == nil {
		by = thumbs[0]
	}
	left := map[int]float64{}
	for _, i := range list {
		left[i] = by(n, n.branches(r, n.questions[i]))
	}
	slices.SortFunc(list, func(a, b int) int {
		if math.Abs(left[a]-left[b]) > 1e-9 {
			return cmp.Compare(left[a], left[b])
		}
		return n.questions[a].fact - n.questions[b].fact
	})
	if n.thumb != nil {
		return list[:1]
	}
	return list
}
