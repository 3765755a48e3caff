package law

import "comity"

// A Vector is one test of a pack in the form that other programs read: the
// question as `decide -batch` takes it, and what must come out.
type Vector struct {
	comity.Question
	Name        string           `json:"name"`
	Expect      []comity.Verdict `json:"expect,omitempty"`
	ExpectNot   []comity.Verdict `json:"expect_not,omitempty"`
	MustCite    []string         `json:"must_cite,omitempty"`
	MustNotCite []string         `json:"must_not_cite,omitempty"`
	ExpectFlags []comity.Flag    `json:"expect_flags,omitempty"`
	Believed    comity.Verdict   `json:"believed,omitempty"`
	// Citations are those of the rules that carry the answer, with the words
	// of the law where they were seen.
	Citations []comity.Citation `json:"citations"`
}

// Vectors gives the tests of a pack. A test that fails has no citations.
func (b *Book) Vectors(p *Pack) []Vector {
	out := make([]Vector, 0, len(p.Tests()))
	for _, t := range p.Tests() {
		r := b.RunTest(p, t)
		v := Vector{
			Question: t.Question, Name: t.Name, Expect: t.Expect, ExpectNot: t.ExpectNot, MustCite: t.MustCite,
			MustNotCite: t.MustNotCite, ExpectFlags: t.ExpectFlags, Believed: t.Believed, Citations: []comity.Citation{},
		}
		if len(r.Failures) == 0 {
			v.Citations = list(r.Decision.Citations)
		}
		out = append(out, v)
	}
	return out
}
