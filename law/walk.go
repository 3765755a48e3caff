package law

import (
	"encoding/binary"
	"slices"

	"comity"
)

// A Decider walks tables made from diagrams. The levels of the diagrams are
// packed into bytes: the codes of a few facts add up to one byte, which leads
// from a row of the table to another in one look-up. A walk always has the same
// length, so nothing in it depends on a guess of the processor.

const (
	byteValues  = 64      // of one packed byte, unless a single fact has more
	joinedTable = 1 << 16 // entries: what still fits near the processor
	layersTable = 1 << 20 // entries
)

// A part of a Decider is one stage of its layers, ready to walk.
type part struct {
	root  uint32
	bytes []int // of a row, in turn
	says  uint32
	table []uint32
}

// decider packs the layers; the form is the one wanted if that fits, else the next.
func (l *layers) decider(want Form) *Decider {
	d := &Decider{form: want, nodes: l.nodes()}
	if l.large {
		d.form = Matrix
	}
	if d.form == Joined {
		stages, fits := l.joined()
		if !fits || !d.pack(l, stages, joinedTable) {
			d.form = ByLayer
		}
	}
	if d.form == ByLayer && !d.pack(l, l.inTurn(), layersTable) {
		d.form = Matrix
	}
	if d.form == Matrix {
		d.nodes = nil
		d.useMatrix(l)
	}
	slices.SortFunc(d.facts, func(a, b encoded) int { return a.index - b.index })
	d.byName = make(map[string]int, len(d.facts))
	for i, f := range d.facts {
		if f.at >= 0 {
			d.byName[f.Name] = i
			d.usual[f.at] += f.usual
		}
	}
	return d
}

// A packer lays out rows of the table, one for each node and byte.
type packer struct {
	l      *layers
	levels [][]int // by byte
	next   []uint32
	most   int
}

// pack makes the parts and the facts, unless they are too large.
func (d *Decider) pack(l *layers, stages []stage, most int) bool {
	k := &packer{l: l, most: most}
	read := make([]bool, len(l.facts))
	for _, s := range stages {
		l.visit(s.root, func(n diagramNode) { read[n.level] = true })
	}
	d.facts, d.parts = nil, nil
	values := byteValues + 1
	for level := range l.facts {
		n := len(l.choices[level])
		f := l.encoded(level)
		if read[level] {
			if values*n > byteValues {
				k.levels, values = append(k.levels, nil), 1
			}
			f.at = len(k.levels) - 1
			f.spread(values)
			k.levels[f.at] = append(k.levels[f.at], level)
			values *= n
		} else {
			f.at = -1
		}
		d.facts = append(d.facts, f)
	}
	d.usual = make([]byte, len(k.levels))
	for _, s := range stages {
		d.parts = append(d.parts, k.part(s))
	}
	d.next = k.next
	return len(k.next) <= most
}

// encoded gives each value the number of its choice.
func (l *layers) encoded(level int) encoded {
	f := encoded{Fact: l.p.book.vocabulary.Facts[l.facts[level]], code: make([]byte, setSize)}
	for i := range l.choices[level] {
		for _, cell := range l.cells(level, i).members() {
			f.code[cell] = byte(i)
		}
	}
	f.usual = f.code[f.usualCell()]
	return f
}

// spread makes room in the byte for facts before this one.
func (f *encoded) spread(factor int) {
	for i := range f.code {
		f.code[i] *= byte(factor)
	}
	f.usual *= byte(factor)
}

func (k *packer) part(s stage) part {
	p := part{says: uint32(s.says), table: s.table}
	read := map[int]bool{}
	k.l.visit(s.root, func(n diagramNode) { read[n.level] = true })
	for i, levels := range k.levels {
		if slices.ContainsFunc(levels, func(l int) bool { return read[l] }) {
			p.bytes = append(p.bytes, i)
		}
	}
	p.root = k.row(s.root, p.bytes, map[rowKey]uint32{})
	return p
}

type rowKey struct {
	node ref
	left int // bytes not looked at yet
}

// row lays out where a node leads for each value of the next byte, and gives
// the place of the row; after the last byte it gives the number of the terminal.
func (k *packer) row(r ref, bytes []int, done map[rowKey]uint32) uint32 {
	if len(bytes) == 0 {
		return uint32(r.value())
	}
	key := rowKey{r, len(bytes)}
	if at, ok := done[key]; ok {
		return at
	}
	if len(k.next) > k.most {
		return 0 // too large already
	}
	var row []uint32
	k.spread(r, k.levels[bytes[0]], func(kid ref) { row = append(row, k.row(kid, bytes[1:], done)) })
	at := uint32(len(k.next))
	k.next = append(k.next, row...)
	done[key] = at
	return at
}

// spread visits what a node leads to for each value of a byte: the first level
// of the byte counts fastest.
func (k *packer) spread(r ref, levels []int, visit func(ref)) {
	total := 1
	for _, level := range levels {
		total *= len(k.l.choices[level])
	}
	for value := range total {
		kid := r
		for _, level := range levels {
			n := len(k.l.choices[level])
			kid = k.l.kid(kid, level, value%n)
			value /= n
		}
		visit(kid)
	}
}

const blockRows = 1024

// eachBlock answers rows block by block: byte after byte for all rows of the
// block, so that no row waits for another.
func (d *Decider) eachBlock(columns [][]byte, out []comity.Verdict) {
	if d.matrix != nil {
		d.eachByMatrix(columns, out)
		return
	}
	var b block
	for from := 0; from < len(out); from += blockRows {
		n := min(blockRows, len(out)-from)
		d.answerBlock(&b, columns, from, n)
		for i := range n {
			out[from+i] = verdictTerminals[b.answer[i]]
		}
	}
}

// A block holds what is worked on, so that it stays near the processor.
type block struct {
	values     [blockRows]byte
	at, answer [blockRows]uint32
}

func (d *Decider) answerBlock(b *block, columns [][]byte, from, n int) {
	clear(b.answer[:n])
	for i := range d.parts {
		p := &d.parts[i]
		for k := range n {
			b.at[k] = p.root
		}
		for _, at := range p.bytes {
			d.addColumns(b, columns, at, from, n)
			for k, value := range b.values[:n] {
				b.at[k] = d.next[b.at[k]+uint32(value)]
			}
		}
		for k := range n {
			b.answer[k] = p.table[b.answer[k]*p.says+b.at[k]]
		}
	}
}

// addColumns adds up the facts of one byte, eight rows at a time: no sum of
// codes is larger than a byte.
func (d *Decider) addColumns(b *block, columns [][]byte, at, from, n int) {
	first := true
	for i := range d.facts {
		if f := &d.facts[i]; f.at != at {
			continue
		}
		column := columns[i][from : from+n]
		if first {
			copy(b.values[:], column)
			first = false
			continue
		}
		k := 0
		for ; k+8 <= n; k += 8 {
			sum := binary.LittleEndian.Uint64(b.values[k:]) + binary.LittleEndian.Uint64(column[k:])
			binary.LittleEndian.PutUint64(b.values[k:], sum)
		}
		for ; k < n; k++ {
			b.values[k] += column[k]
		}
	}
}

// byMatrix answers rows of one byte a fact, the number of its choice.
type byMatrix struct {
	p      *plan
	base   pattern
	limits []*condition
	facts  []int
	cells  [][]set
}

func (d *Decider) useMatrix(l *layers) {
	l.p.matrix = newMatrix(l.p)
	m := &byMatrix{p: l.p, base: slices.Clone(l.c.pattern), limits: l.limits()}
	d.matrix, d.facts, d.usual = m, nil, make([]byte, len(l.facts))
	for level, fact := range l.facts {
		f := l.encoded(level)
		f.at = level
		d.facts = append(d.facts, f)
		var cells []set
		for i := range l.choices[level] {
			cells = append(cells, setOf(l.cells(level, i).first()))
		}
		m.facts, m.cells = append(m.facts, fact), append(m.cells, cells)
	}
}

func (m *byMatrix) verdict(row []byte) comity.Verdict {
	facts := slices.Clone(m.base)
	for i, f := range m.facts {
		facts[f] = m.cells[i][row[i]]
	}
	m.p.deriveLogic(facts)
	if slices.ContainsFunc(m.limits, func(k *condition) bool { return k.holds(m.p.actor, facts) == yes }) {
		return ""
	}
	v, _ := m.p.conclude(m.p.matrix.stand(m.p, facts)).answer.verdict(m.p.uncovered)
	return v
}

func (d *Decider) eachByMatrix(columns [][]byte, out []comity.Verdict) {
	row := make([]byte, len(d.usual))
	for k := range out {
		for i, f := range d.facts {
			row[f.at] = columns[i][k]
		}
		out[k] = d.matrix.verdict(row)
	}
}

// deriveLogic computes the facts that follow from the others.
func (p *plan) deriveLogic(facts pattern) {
	for _, f := range p.book.vocabulary.Facts {
		if f.logic != nil {
			facts[f.index] = setOf(int(f.logic.holds(p.actor, facts)))
		}
	}
}
