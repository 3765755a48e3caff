package law

import (
	"encoding/binary"
	"slices"
)

// A diagram is a multi-valued decision diagram: shared, ordered, reduced. A
// reference is a node, or, if negative, a terminal that carries a number.
// Levels are the open facts of one question; branches are classes of values.
type diagram struct {
	facts   []int          // by level
	choices [][]int        // by level: classes still possible
	level   map[int]int    // by fact
	nodes   []diagramNode  //
	unique  map[string]ref // by level and children
	budget  int
	over    bool // the budget is spent: what was built since is worthless
}

type diagramNode struct {
	level int
	kids  []ref
}

type ref int32

func terminal(value int) ref { return ref(^value) }
func (r ref) final() bool    { return r < 0 }
func (r ref) value() int     { return int(^r) }

var (
	isFalse = terminal(0)
	isTrue  = terminal(1)
)

// nodeBudget ends a search that has become too large (semantics 8).
const nodeBudget = 1_000_000

func newDiagram(budget int) *diagram {
	return &diagram{level: map[int]int{}, unique: map[string]ref{}, budget: budget}
}

func (d *diagram) addFact(fact int, classes []int) {
	d.level[fact] = len(d.facts)
	d.facts = append(d.facts, fact)
	d.choices = append(d.choices, classes)
}

// node returns the node with these children, or the child if they are all one.
func (d *diagram) node(level int, kids []ref) ref {
	same := true
	for _, k := range kids[1:] {
		same = same && k == kids[0]
	}
	if same {
		return kids[0]
	}
	key := binary.LittleEndian.AppendUint16(make([]byte, 0, 2+4*len(kids)), uint16(level))
	for _, k := range kids {
		key = binary.LittleEndian.AppendUint32(key, uint32(k))
	}
	if r, ok := d.unique[string(key)]; ok {
		return r
	}
	if len(d.nodes) >= d.budget {
		d.over = true
		return isFalse
	}
	r := ref(len(d.nodes))
	d.nodes = append(d.nodes, diagramNode{level, slices.Clone(kids)})
	d.unique[string(key)] = r
	return r
}

func (d *diagram) levelOf(r ref) int {
	if r.final() {
		return len(d.facts)
	}
	return d.nodes[r].level
}

// kid is the child at a level, or the node itself if it does not branch there.
func (d *diagram) kid(r ref, level, choice int) ref {
	if d.levelOf(r) != level {
		return r
	}
	return d.nodes[r].kids[choice]
}

type pair struct{ a, b ref }

// merge combines two diagrams: rule gives the result of two references as soon
// as it is known, which is at terminals at the latest.
func (d *diagram) merge(a, b ref, rule func(a, b ref) (ref, bool)) ref {
	memo := map[pair]ref{}
	var walk func(a, b ref) ref
	walk = func(a, b ref) ref {
		if r, known := rule(a, b); known || d.over {
			return r
		}
		if r, ok := memo[pair{a, b}]; ok {
			return r
		}
		level := min(d.levelOf(a), d.levelOf(b))
		kids := make([]ref, len(d.choices[level]))
		for i := range kids {
			kids[i] = walk(d.kid(a, level, i), d.kid(b, level, i))
		}
		r := d.node(level, kids)
		memo[pair{a, b}] = r
		if len(memo) > d.budget {
			d.over = true
		}
		return r
	}
	return walk(a, b)
}

// values is merge for a rule over the numbers of two terminals.
func (d *diagram) values(a, b ref, rule func(a, b int) int) ref {
	return d.merge(a, b, func(a, b ref) (ref, bool) {
		if a.final() && b.final() {
			return terminal(rule(a.value(), b.value())), true
		}
		return isFalse, false
	})
}

func (d *diagram) and(a, b ref) ref {
	return d.merge(a, b, func(a, b ref) (ref, bool) {
		switch {
		case a == isFalse || b == isFalse:
			return isFalse, true
		case a == isTrue || a == b:
			return b, true
		case b == isTrue:
			return a, true
		}
		return isFalse, false
	})
}

func (d *diagram) not(a ref) ref {
	return d.values(a, isTrue, func(a, _ int) int { return 1 - a })
}

func (d *diagram) or(a, b ref) ref { return d.not(d.and(d.not(a), d.not(b))) }

// relabel maps the numbers of terminals.
func (d *diagram) relabel(a ref, to func(int) int) ref {
	return d.values(a, isTrue, func(a, _ int) int { return to(a) })
}

// reached lists the numbers of the terminals that some assignment reaches.
func (d *diagram) reached(root ref) []int {
	seen := map[ref]bool{}
	var out []int
	var walk func(r ref)
	walk = func(r ref) {
		if seen[r] {
			return
		}
		seen[r] = true
		if r.final() {
			out = append(out, r.value())
			return
		}
		for _, k := range d.nodes[r].kids {
			walk(k)
		}
	}
	walk(root)
	slices.Sort(out)
	return out
}

// deciding lists the levels at which one choice alone can lead from one
// terminal to another, the terminal 0 (impossible) not counted.
func (d *diagram) deciding(root ref) map[int]bool {
	memo := map[pair]bool{}
	var differ func(a, b ref) bool
	differ = func(a, b ref) bool {
		if a == b || a == isFalse || b == isFalse {
			return false
		}
		if a.final() && b.final() {
			return true
		}
		if known, ok := memo[pair{a, b}]; ok {
			return known
		}
		level := min(d.levelOf(a), d.levelOf(b))
		found := false
		for i := range d.choices[level] {
			if differ(d.kid(a, level, i), d.kid(b, level, i)) {
				found = true
				break
			}
		}
		memo[pair{a, b}] = found
		return found
	}
	out := map[int]bool{}
	d.visit(root, func(n diagramNode) {
		for i, a := range n.kids {
			for _, b := range n.kids[i+1:] {
				if !out[n.level] && differ(a, b) {
					out[n.level] = true
				}
			}
		}
	})
	return out
}

func (d *diagram) visit(root ref, each func(diagramNode)) {
	seen := map[ref]bool{}
	var walk func(r ref)
	walk = func(r ref) {
		if r.final() || seen[r] {
			return
		}
		seen[r] = true
		each(d.nodes[r])
		for _, k := range d.nodes[r].kids {
			walk(k)
		}
	}
	walk(root)
}

// reachedWith is the set of terminals that remain when one choice is made at
// one level; terminals must be below 128.
func (d *diagram) reachedWith(root ref, level, choice int) set {
	memo := map[ref]set{}
	var walk func(r ref) set
	walk = func(r ref) set {
		if r.final() {
			return setOf(r.value())
		}
		if s, ok := memo[r]; ok {
			return s
		}
		var s set
		n := d.nodes[r]
		for i, k := range n.kids {
			if n.level != level || i == choice {
				s = s.union(walk(k))
			}
		}
		memo[r] = s
		return s
	}
	return walk(root)
}
