package law

import (
	"fmt"
	"maps"
	"slices"

	"comity"
)

// A Decider answers one act of one actor at one place on one day for many
// combinations of facts. It is compiled from the same rules as Decide and
// gives the same verdicts, and nothing but verdicts: reasons are Decide's. It
// does not change after it was made and may be used by many at once.
type Decider struct {
	facts  []encoded      // in the order of columns
	byName map[string]int // those that can matter
	usual  []byte         // the row on which no fact is given
	form   Form
	nodes  map[comity.Layer]int

	next   []uint32 // rows of all walks: where each value of a byte leads
	parts  []part
	matrix *byMatrix // only of the form Matrix
}

// A Form is how a Decider answers.
type Form string

const (
	// Joined: the diagrams of the layers were joined ahead into one.
	Joined Form = "joined"
	// ByLayer: one diagram a layer, whose answers a table of verdicts joins.
	ByLayer Form = "by-layer"
	// Matrix: some layer is too large for a diagram in any order of facts that
	// was tried. The bit matrix answers, as exactly, but more slowly.
	Matrix Form = "matrix"
)

// Compile makes a Decider. Facts not given to Encode have their default or
// neutral value, as in a closed question. The error is a *comity.Problem about
// the question.
func (b *Book) Compile(place, on, known, agency, actor, act string) (*Decider, error) {
	q := comity.Question{In: place, On: on, Known: known, Agency: agency, Actor: actor, Act: act, Closed: true}
	c, bad := b.ask(&q)
	if bad != nil {
		return nil, bad
	}
	rules, _ := c.inPlay()
	return c.newPlan(rules, len(c.uncovered()) > 0).draw(c).decider(Joined), nil
}

// Form says how the Decider answers.
func (d *Decider) Form() Form { return d.form }

// Nodes counts the nodes of the diagram of each layer that speaks; none if the
// matrix answers.
func (d *Decider) Nodes() map[comity.Layer]int { return maps.Clone(d.nodes) }

// Columns names the facts that can matter, in the order of Rows.
func (d *Decider) Columns() []string {
	out := make([]string, len(d.facts))
	for i, f := range d.facts {
		out[i] = f.Name
	}
	return out
}

// Encode turns facts into a row, which is for this Decider only. Facts that
// cannot matter are ignored; those not given are as usual. Facts derived from
// others, and moments, are given by what they give: hours and days as numbers.
// The error names the fact whose value is wrong.
func (d *Decider) Encode(facts comity.Facts, row []byte) ([]byte, error) {
	row = append(row[:0], d.usual...)
	for name, text := range facts {
		i, ok := d.byName[name]
		if !ok {
			continue
		}
		f := &d.facts[i]
		code, bad := f.encode(text)
		if bad != nil {
			return nil, d.firstBad(facts)
		}
		row[f.at] += code - f.usual
	}
	return row, nil
}

// firstBad is always the same of several faults.
func (d *Decider) firstBad(facts comity.Facts) error {
	for _, f := range d.facts {
		if text, ok := facts[f.Name]; ok {
			if _, bad := f.read(text); bad != nil {
				return bad
			}
		}
	}
	return nil
}

// EncodeColumn turns values of one fact into a column; an empty value is as usual.
func (d *Decider) EncodeColumn(fact string, values []string) ([]byte, error) {
	i := slices.IndexFunc(d.facts, func(f encoded) bool { return f.Name == fact })
	if i < 0 {
		return nil, problem("unknown-fact", "facts."+clip(fact), "the fact cannot matter here", "Columns names those that can")
	}
	f, out := &d.facts[i], make([]byte, len(values))
	for k, text := range values {
		out[k] = f.usual
		if text != "" {
			var bad *comity.Problem
			if out[k], bad = f.encode(text); bad != nil {
				return nil, bad
			}
		}
	}
	return out, nil
}

// Verdict answers one encoded row. An impossible combination of facts gives
// the empty verdict.
func (d *Decider) Verdict(row []byte) comity.Verdict {
	if d.matrix != nil {
		return d.matrix.verdict(row)
	}
	answer := uint32(0)
	for i := range d.parts {
		p := &d.parts[i]
		at := p.root
		for _, k := range p.bytes {
			at = d.next[at+uint32(row[k])]
		}
		answer = p.table[answer*p.says+at]
	}
	return verdictTerminals[answer]
}

// Rows answers many rows at once: columns as Columns names them, each of the
// same length, encoded by EncodeColumn. Out must be as long.
func (d *Decider) Rows(columns [][]byte, out []comity.Verdict) error {
	for i, c := range columns {
		if len(columns) != len(d.facts) || len(c) != len(out) {
			return fmt.Errorf("column %d has %d rows and %d columns stand beside %d facts; want %d rows", i, len(c), len(columns), len(d.facts), len(out))
		}
	}
	d.eachBlock(columns, out)
	return nil
}

// An encoded fact is one that can matter, and the code of each of its values.
type encoded struct {
	*Fact
	at    int    // the byte of a row to which its code is added, or -1: it cannot matter
	code  []byte // by cell
	usual byte
}

func (f *encoded) encode(text string) (byte, *comity.Problem) {
	for i, word := range f.Values { // few: quicker than to hash the text
		if word == text {
			return f.code[i], nil
		}
	}
	v, bad := f.read(text)
	if bad != nil {
		return 0, bad
	}
	return f.code[v.cell], nil
}

// usualCell is the cell of the default or the neutral value, else the first.
func (f *Fact) usualCell() int {
	switch {
	case f.hasDefault():
		return f.byDefault.cell
	case f.hasNeutral():
		return f.neutral.cell
	}
	return f.domain.first()
}
