package law

import "slices"

// A matrix is the fast evaluator for facts that are all known: for each value
// of each fact the set of comparisons that it satisfies, and a list of gates,
// each a test of earlier bits against masks. Its size is linear in the text of
// the rules, however many facts they read.
type matrix struct {
	words int
	rows  [][][]uint64 // by position in columns, by value: bits satisfied
	facts []int        // by position
	gates []gate
	rules []ruleBits
}

// A gate sets its bit if all (or any) of its inputs are met.
type gate struct {
	any     bool
	want    []int // bits that must be set
	forbid  []int // bits that must not be
	output  int
	wantBit []uint64
	forbBit []uint64
}

type ruleBits struct {
	met, fires, stands int
	orders             []int
}

type comparisonKey struct {
	fact  int
	cells set
}

type matrixBuilder struct {
	m    *matrix
	v    *Vocabulary
	bits int
	seen map[comparisonKey]int
	yes  int // a bit that is always set
}

func newMatrix(p *plan) *matrix {
	b := &matrixBuilder{m: &matrix{}, v: p.book.vocabulary, seen: map[comparisonKey]int{}}
	b.yes = b.gate(false, nil, nil)
	for _, r := range p.rules {
		var bits ruleBits
		bits.met = b.condition(r.fires)
		for _, o := range r.orders {
			bits.orders = append(bits.orders, b.condition(o.when))
		}
		bits.fires = b.gate(false, []int{bits.met}, bits.orders)
		var beaten []int
		for _, d := range r.defeaters {
			beaten = append(beaten, b.m.rules[d].stands)
		}
		bits.stands = b.gate(false, []int{bits.fires}, beaten)
		b.m.rules = append(b.m.rules, bits)
	}
	b.finish()
	return b.m
}

func (b *matrixBuilder) bit() int {
	b.bits++
	return b.bits - 1
}

func (b *matrixBuilder) gate(any bool, want, forbid []int) int {
	g := gate{any: any, want: slices.Clone(want), forbid: slices.Clone(forbid), output: b.bit()}
	b.m.gates = append(b.m.gates, g)
	return g.output
}

// condition gives the bit that says whether the condition holds.
func (b *matrixBuilder) condition(c *condition) int {
	switch c.op {
	case opTrue:
		return b.yes
	case opFact:
		return b.comparison(comparisonKey{c.fact, c.cells})
	case opNamed:
		return b.condition(c.kids[0])
	case opNot:
		return b.gate(false, nil, []int{b.condition(c.kids[0])})
	case opAnd, opOr:
		var want, forbid []int
		for _, k := range c.kids {
			if k.op == opNot {
				forbid = append(forbid, b.condition(k.kids[0]))
			} else {
				want = append(want, b.condition(k))
			}
		}
		return b.gate(c.op == opOr, want, forbid)
	}
	return b.gate(true, nil, nil) // never
}

func (b *matrixBuilder) comparison(k comparisonKey) int {
	if bit, ok := b.seen[k]; ok {
		return bit
	}
	b.seen[k] = b.bit()
	return b.seen[k]
}

// finish lays out the rows and masks now that the number of bits is known.
func (b *matrixBuilder) finish() {
	m := b.m
	m.words = (b.bits + 63) / 64
	at := map[int]int{}
	for k, bit := range b.seen {
		i, ok := at[k.fact]
		if !ok {
			i = len(m.facts)
			at[k.fact] = i
			m.facts = append(m.facts, k.fact)
			values := 1 + lastOf(b.v.Facts[k.fact].domain)
			rows := make([][]uint64, values)
			for v := range rows {
				rows[v] = make([]uint64, m.words)
			}
			m.rows = append(m.rows, rows)
		}
		for v := range m.rows[i] {
			if k.cells.has(v) {
				m.rows[i][v][bit>>6] |= 1 << (bit & 63)
			}
		}
	}
	for i := range m.gates {
		m.gates[i].wantBit = mask(m.gates[i].want, m.words)
		m.gates[i].forbBit = mask(m.gates[i].forbid, m.words)
	}
}

func lastOf(s set) int {
	m := s.members()
	return m[len(m)-1]
}

func mask(bits []int, words int) []uint64 {
	out := make([]uint64, words)
	for _, b := range bits {
		out[b>>6] |= 1 << (b & 63)
	}
	return out
}

// bits evaluates all gates for facts that are all known.
func (m *matrix) bits(facts pattern) []uint64 {
	row := make([]uint64, m.words)
	for i, f := range m.facts {
		for w, bits := range m.rows[i][facts[f].first()] {
			row[w] |= bits
		}
	}
	for i := range m.gates {
		if g := &m.gates[i]; g.open(row) {
			row[g.output>>6] |= 1 << (g.output & 63)
		}
	}
	return row
}

func (g *gate) open(row []uint64) bool {
	for w, bits := range row {
		if g.any {
			if bits&g.wantBit[w] != 0 || ^bits&g.forbBit[w] != 0 {
				return true
			}
		} else if bits&g.wantBit[w] != g.wantBit[w] || bits&g.forbBit[w] != 0 {
			return false
		}
	}
	return !g.any
}

// stand gives the same as plan.stand.
func (m *matrix) stand(p *plan, facts pattern) []status {
	row := m.bits(facts)
	at := func(bit int) truth { return truth(row[bit>>6] >> (bit & 63) & 1) }
	out := make([]status, len(m.rules))
	for i, r := range m.rules {
		s := &out[i]
		s.met, s.fires, s.stands = at(r.met), at(r.fires), at(r.stands)
		for _, o := range r.orders {
			t := at(o)
			s.orders = append(s.orders, t)
			s.suspended |= t
		}
	}
	return out
}
