package law

import (
	"fmt"
	"slices"

	"comity"
)

// A Decider answers one act of one actor at one place on one day for many
// combinations of facts. It is compiled from the same rules as Decide and
// gives the same verdicts, and nothing but verdicts: reasons are Decide's. It
// does not change after it was made and may be used by many at once.
type Decider struct {
	facts []*Fact  // by column
	code  [][]byte // by column and cell: the class of the value
	steps []step   // the diagram, a node after the nodes it leads to
	next  []int32  // children of all nodes; negative: a verdict
	root  int32
}

// A step is one node: which column it looks at and where its children begin.
type step struct {
	column int32
	first  int32
}

// Compile makes a Decider. Facts not given to Encode have their default or
// neutral value, as in a closed question. The error is a *comity.Problem about
// the question, or says that the law on this act is too large for a diagram:
// then Decide, which is never too large, must serve.
func (b *Book) Compile(place, on, known, agency, actor, act string) (*Decider, error) {
	q := comity.Question{In: place, On: on, Known: known, Agency: agency, Actor: actor, Act: act, Closed: true}
	c, bad := b.ask(&q)
	if bad != nil {
		return nil, bad
	}
	rules, _ := c.inPlay()
	p := c.newPlan(rules, len(c.uncovered()) > 0)
	s := p.newSearch(c, c.freed(p), nodeBudget)
	root := s.verdicts()
	if s.over {
		return nil, problem("too-many-facts", "act", "the law on "+act+" is too large for one diagram", "use Decide")
	}
	d := &Decider{}
	for level, f := range s.facts {
		fact := b.vocabulary.Facts[f]
		code := make([]byte, setSize)
		for i := range s.choices[level] {
			for _, cell := range s.cells(level, i).members() {
				code[cell] = byte(i)
			}
		}
		d.facts, d.code = append(d.facts, fact), append(d.code, code)
	}
	at := map[ref]int32{}
	d.root = d.flatten(s, root, at)
	return d, nil
}

// flatten copies the nodes that the root reaches, children first.
func (d *Decider) flatten(s *search, r ref, at map[ref]int32) int32 {
	if r.final() {
		return ^int32(r.value())
	}
	if i, ok := at[r]; ok {
		return i
	}
	n := s.nodes[r]
	kids := make([]int32, len(n.kids))
	for i, k := range n.kids {
		kids[i] = d.flatten(s, k, at)
	}
	i := int32(len(d.steps))
	d.steps = append(d.steps, step{int32(n.level), int32(len(d.next))})
	d.next = append(d.next, kids...)
	at[r] = i
	return i
}

// Columns names the facts that can matter, in the order of Encode.
func (d *Decider) Columns() []string {
	out := make([]string, len(d.facts))
	for i, f := range d.facts {
		out[i] = f.Name
	}
	return out
}

// Size is the number of nodes of the diagram.
func (d *Decider) Size() int { return len(d.steps) }

// Encode turns facts into one byte a column. Facts that cannot matter are
// ignored; those not given are as usual. Facts derived from others, and
// moments, are given by what they give: hours and days as numbers. The error
// names the fact whose value is wrong.
func (d *Decider) Encode(facts comity.Facts, row []byte) ([]byte, error) {
	row = row[:0]
	for i, f := range d.facts {
		cell := f.usual()
		if text, ok := facts[f.Name]; ok {
			v, bad := f.read(text)
			if bad != nil {
				return nil, bad
			}
			cell = v.cell
		}
		row = append(row, d.code[i][cell])
	}
	return row, nil
}

// usual is the cell of the default or the neutral value, else the first.
func (f *Fact) usual() int {
	switch {
	case f.hasDefault():
		return f.byDefault.cell
	case f.hasNeutral():
		return f.neutral.cell
	}
	return f.domain.first()
}

// Verdict answers one encoded row. An impossible combination of facts gives
// the empty verdict.
func (d *Decider) Verdict(row []byte) comity.Verdict { return verdictTerminals[d.walk(row)] }

func (d *Decider) walk(row []byte) int32 {
	at := d.root
	for at >= 0 {
		s := d.steps[at]
		at = d.next[s.first+int32(row[s.column])]
	}
	return ^at
}

// Rows answers many rows at once: columns as Columns names them, each of the
// same length, encoded by EncodeColumn. Out must be as long.
func (d *Decider) Rows(columns [][]byte, out []comity.Verdict) error {
	for i, c := range columns {
		if len(columns) != len(d.facts) || len(c) != len(out) {
			return fmt.Errorf("column %d has %d rows and %d columns stand beside %d facts; want %d rows", i, len(c), len(columns), len(d.facts), len(out))
		}
	}
	for i := range out {
		at := d.root
		for at >= 0 {
			s := d.steps[at]
			at = d.next[s.first+int32(columns[s.column][i])]
		}
		out[i] = verdictTerminals[^at]
	}
	return nil
}

// EncodeColumn turns values of one fact into a column; an empty value is as usual.
func (d *Decider) EncodeColumn(fact string, values []string) ([]byte, error) {
	i := slices.IndexFunc(d.facts, func(f *Fact) bool { return f.Name == fact })
	if i < 0 {
		return nil, problem("unknown-fact", "facts."+clip(fact), "the fact cannot matter here", "Columns names those that can")
	}
	out := make([]byte, len(values))
	usual := d.code[i][d.facts[i].usual()]
	for k, text := range values {
		out[k] = usual
		if text != "" {
			v, bad := d.facts[i].read(text)
			if bad != nil {
				return nil, bad
			}
			out[k] = d.code[i][v.cell]
		}
	}
	return out, nil
}
