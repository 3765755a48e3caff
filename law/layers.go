package law

import (
	"slices"

	"comity"
)

// The layers of a plan are its third form, beside the plain evaluator and the
// bit matrix: one diagram a layer, whose terminals number what the layer says,
// and a small table that joins them. One diagram for all layers is quicker,
// but may be far larger than all of them together: it is an extra.
type layers struct {
	*search
	large bool // some layer is too large: only the matrix answers
}

const (
	layerBudget = 1_000   // nodes of the diagram of one layer
	siftBudget  = 20_000  // nodes of all layers that sifting still tries to make fewer
	drawBudget  = 200_000 // nodes made on the way
	joinBudget  = 20_000  // more nodes made to join the layers ahead
)

// draw draws the layers over every fact that no place fixes. Where a layer
// passes its budget the facts are sifted.
func (p *plan) draw(c *asked) *layers { return p.drawWithin(c, layerBudget) }

func (p *plan) drawWithin(c *asked, budget int) *layers {
	l := &layers{search: p.openSearch(c, c.freed(p), drawBudget)}
	l.drawLayers()
	if l.over {
		l.large = true
		return l
	}
	if l.largest() > budget {
		l.sift()
	}
	l.large = l.largest() > budget
	return l
}

func (l *layers) largest() int {
	most := l.size(l.possible)
	for _, r := range l.ofLayer {
		most = max(most, l.size(r))
	}
	return most
}

// sift looks for a better order of the facts.
func (l *layers) sift() {
	d, roots := l.exchanged(-1, append(l.ofLayer[:], l.possible))
	if len(d.nodes) > siftBudget {
		return
	}
	l.diagram, roots = d.sifted(roots)
	l.possible = roots[copy(l.ofLayer[:], roots)]
	l.ofRule = nil // drawn in the old order
}

// speaking lists the layers that say something on some facts.
func (l *layers) speaking() []int {
	var out []int
	for i, r := range l.ofLayer {
		if !r.final() || r.value() != 0 {
			out = append(out, i)
		}
	}
	return out
}

func (l *layers) nodes() map[comity.Layer]int {
	out := map[comity.Layer]int{}
	for _, i := range l.speaking() {
		out[comity.Layers[i]] = l.size(l.ofLayer[i])
	}
	return out
}

// A stage takes one diagram more into the answer: by the answer so far and what
// the diagram says it gives the answer then. After the last stage an answer is
// the number of a verdict.
type stage struct {
	root  ref
	says  int // what the diagram may say: numbers below this
	table []uint32
}

// joined is one stage for all layers, if its diagram is not too large.
func (l *layers) joined() ([]stage, bool) {
	l.budget = len(l.search.nodes) + joinBudget
	l.joinLayers()
	root := l.verdicts()
	if l.over {
		return nil, false
	}
	table := make([]uint32, len(verdictTerminals))
	for i := range table {
		table[i] = uint32(i)
	}
	return []stage{{root, len(table), table}}, true
}

// inTurn is a stage for what is possible and one for each layer that speaks,
// from the federal layer down: the table of verdicts.
func (l *layers) inTurn() []stage {
	states := []joint{impossibleJoint, {}}
	out := []stage{{l.possible, 2, []uint32{0, 1}}}
	for _, layer := range l.speaking() {
		s := stage{root: l.ofLayer[layer], says: len(l.spokens.list)}
		s.table = make([]uint32, len(states)*s.says)
		var next table[joint]
		next.number(impossibleJoint)
		for i, a := range states[1:] {
			for _, says := range l.reached(s.root) {
				s.table[(i+1)*s.says+says] = uint32(next.number(a.join(layer, l.spokens.list[says])))
			}
		}
		out, states = append(out, s), next.list
	}
	last := out[len(out)-1].table
	for i, state := range last {
		if state != 0 {
			verdict, _ := states[state].verdict(l.p.uncovered)
			last[i] = uint32(slices.Index(verdictTerminals, verdict))
		}
	}
	return out
}
