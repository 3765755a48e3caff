package law

import "slices"

// A diagram is a multi-valued decision diagram: shared, ordered, reduced. A
// reference is a node, or, if negative, a terminal that carries a number.
// Levels are the open facts of one question; branches are classes of values.
type diagram struct {
	facts   []int   // by level
	choices [][]int // by level: classes still possible
	nodes   []diagramNode
	unique  []ref // hash table of nodes, by level and children; -1 is empty
	memo    memo
	budget  int
	over    bool // the budget is spent: what was built since is worthless

	sums  []set   // of reachedWith, by node
	seen  []int32 // the last round that came to a node
	round int32
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
	d := &diagram{budget: budget}
	d.grow(64)
	return d
}

func (d *diagram) addFact(fact int, classes []int) {
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
	slot := d.slot(level, kids)
	if r := d.unique[slot]; r >= 0 {
		return r
	}
	if len(d.nodes) >= d.budget {
		d.over = true
		return isFalse
	}
	r := ref(len(d.nodes))
	d.nodes = append(d.nodes, diagramNode{level, slices.Clone(kids)})
	d.unique[slot] = r
	if 2*len(d.nodes) > len(d.unique) {
		d.grow(2 * len(d.unique))
	}
	return r
}

// slot finds the place of a node in the hash table, empty or taken by it.
func (d *diagram) slot(level int, kids []ref) int {
	h := uint64(level) + 0x9e3779b97f4a7c15
	for _, k := range kids {
		h = (h ^ uint64(uint32(k))) * 0xff51afd7ed558ccd
		h ^= h >> 32
	}
	for i := int(h & uint64(len(d.unique)-1)); ; i = (i + 1) & (len(d.unique) - 1) {
		r := d.unique[i]
		if r < 0 || d.nodes[r].level == level && slices.Equal(d.nodes[r].kids, kids) {
			return i
		}
	}
}

// grow makes a larger hash table; its size is a power of two.
func (d *diagram) grow(size int) {
	d.unique = make([]ref, size)
	for i := range d.unique {
		d.unique[i] = -1
	}
	for i, n := range d.nodes {
		d.unique[d.slot(n.level, n.kids)] = ref(i)
	}
}

// levelOfFact is the level at which a fact branches, if it is open.
func (d *diagram) levelOfFact(fact int) (int, bool) {
	i := slices.Index(d.facts, fact)
	return i, i >= 0
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

// merge combines two diagrams: rule gives the result of two references as soon
// as it is known, which is at terminals at the latest.
func (d *diagram) merge(a, b ref, rule func(a, b ref) (ref, bool)) ref {
	if r, known := rule(a, b); known || d.over {
		return r
	}
	d.memo.empty()
	return d.walk(a, b, rule)
}

func (d *diagram) walk(a, b ref, rule func(a, b ref) (ref, bool)) ref {
	if r, known := rule(a, b); known || d.over {
		return r
	}
	if r, ok := d.memo.get(a, b); ok {
		return r
	}
	level := min(d.levelOf(a), d.levelOf(b))
	var room [16]ref
	kids := room[:0]
	for i := range d.choices[level] {
		kids = append(kids, d.walk(d.kid(a, level, i), d.kid(b, level, i), rule))
	}
	r := d.node(level, kids)
	d.memo.put(a, b, r)
	if d.memo.used > d.budget {
		d.over = true
	}
	return r
}

// A memo remembers what pairs were merged to: a hash table that is emptied by
// beginning another round.
type memo struct {
	slots []memoSlot
	round uint32
	used  int
}

type memoSlot struct {
	a, b, is ref
	round    uint32
}

func (m *memo) empty() {
	m.round++
	m.used = 0
	if m.slots == nil || m.round == 0 { // the first time, or rounds begin anew
		m.slots, m.round = make([]memoSlot, max(64, len(m.slots))), 1
	}
}

func (m *memo) get(a, b ref) (ref, bool) {
	s := m.slot(a, b)
	return s.is, s.round == m.round
}

func (m *memo) put(a, b, is ref) {
	if 2*m.used >= len(m.slots) {
		old := m.slots
		m.slots = make([]memoSlot, 2*len(old))
		for _, s := range old {
			if s.round == m.round {
				*m.slot(s.a, s.b) = s
			}
		}
	}
	*m.slot(a, b) = memoSlot{a, b, is, m.round}
	m.used++
}

// slot finds the place of a pair, free or taken by it.
func (m *memo) slot(a, b ref) *memoSlot {
	h := (uint64(uint32(a))<<32 | uint64(uint32(b))) * 0x9e3779b97f4a7c15
	h ^= h >> 32
	for i := int(h & uint64(len(m.slots)-1)); ; i = (i + 1) & (len(m.slots) - 1) {
		if s := &m.slots[i]; s.round != m.round || s.a == a && s.b == b {
			return s
		}
	}
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

func (d *diagram) or(a, b ref) ref {
	return d.merge(a, b, func(a, b ref) (ref, bool) {
		switch {
		case a == isTrue || b == isTrue:
			return isTrue, true
		case a == isFalse || a == b:
			return b, true
		case b == isFalse:
			return a, true
		}
		return isFalse, false
	})
}

func (d *diagram) not(a ref) ref {
	return d.relabel(a, func(value int) int { return 1 - value })
}

// relabel maps the numbers of terminals.
func (d *diagram) relabel(a ref, to func(int) int) ref {
	return d.values(a, isTrue, func(a, _ int) int { return to(a) })
}

// begin starts a round through the nodes.
func (d *diagram) begin() {
	if len(d.seen) < len(d.nodes) {
		d.seen, d.round = make([]int32, len(d.nodes)+len(d.nodes)/4), 0
	}
	d.round++
}

// first says, once a round, that the round comes to a node for the first time.
func (d *diagram) first(r ref) bool {
	if d.seen[r] == d.round {
		return false
	}
	d.seen[r] = d.round
	return true
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

type pair struct{ a, b ref }

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
	seen := make([]bool, len(d.nodes))
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

// size counts the nodes that the root reaches.
func (d *diagram) size(root ref) int {
	n := 0
	d.visit(root, func(diagramNode) { n++ })
	return n
}

// reachedWith is the set of terminals that remain when one choice is made at
// one level; terminals must be below 128.
func (d *diagram) reachedWith(root ref, level, choice int) set {
	if len(d.sums) < len(d.nodes) {
		d.sums = make([]set, len(d.nodes)+len(d.nodes)/4)
	}
	d.begin()
	return d.sum(root, level, choice)
}

func (d *diagram) sum(r ref, level, choice int) set {
	if r.final() {
		return setOf(r.value())
	}
	if !d.first(r) {
		return d.sums[r]
	}
	var s set
	n := &d.nodes[r]
	if n.level == level {
		s = d.sum(n.kids[choice], level, choice)
	} else {
		for _, k := range n.kids {
			s = s.union(d.sum(k, level, choice))
		}
	}
	d.sums[r] = s
	return s
}
