package law

import (
	"slices"

	"comity"
)

// noteDefaults lists the defaults that could change the verdict: with them and
// the open facts free, one of them alone can make the difference.
func (p *plan) noteDefaults(c *asked, r *result) {
	var defaults []int
	for _, f := range p.reads {
		if c.source[f] == byDefault {
			defaults = append(defaults, f)
		}
	}
	if len(defaults) == 0 {
		return
	}
	if r.could = p.tryDefaults(c, defaults); r.could != nil {
		return
	}
	s := p.newSearch(c, defaults, nodeBudget)
	verdicts := s.verdicts()
	deciding := s.deciding(verdicts)
	for _, f := range defaults {
		if level, free := s.levelOfFact(f); s.over || free && deciding[level] {
			r.could = append(r.could, p.book.vocabulary.Facts[f].Name)
		}
	}
	slices.Sort(r.could)
}

// maxTries bounds the patterns that tryDefaults compares one by one.
const maxTries = 256

// tryDefaults is noteDefaults for facts that are otherwise all known and
// defaults with few values: every pattern is decided by the matrix. It gives
// nil where that is too much.
func (p *plan) tryDefaults(c *asked, defaults []int) []string {
	total := 1
	var classes []classing
	for _, f := range defaults {
		class := p.classes[slices.Index(p.vars, f)]
		classes = append(classes, class)
		total *= len(class.cells)
	}
	if total > maxTries || !p.complete(c) || p.tied(c, defaults) {
		return nil
	}
	facts := slices.Clone(c.pattern)
	verdicts := make([]comity.Verdict, total)
	for n := range total {
		left := n
		for _, class := range classes {
			facts[class.fact] = setOf(class.cells[left%len(class.cells)].first())
			left /= len(class.cells)
		}
		verdicts[n], _ = p.conclude(p.matrix.stand(p, facts)).answer.verdict(p.uncovered)
	}
	out := []string{}
	step := 1
	for i, class := range classes {
		for n := range total {
			if lower := n - n/step%len(class.cells)*step; verdicts[n] != verdicts[lower] {
				out = append(out, p.book.vocabulary.Facts[defaults[i]].Name)
				break
			}
		}
		step *= len(class.cells)
	}
	slices.Sort(out)
	return out
}

// tied says whether a default hangs together with other facts: by a pattern
// that never occurs, or as the input of a derived fact.
func (p *plan) tied(c *asked, defaults []int) bool {
	reads := func(list []int) bool {
		return slices.ContainsFunc(list, func(f int) bool { return slices.Contains(defaults, f) })
	}
	for _, k := range p.limits {
		if reads(k.reads) {
			return true
		}
	}
	return slices.ContainsFunc(p.book.vocabulary.Facts, func(f *Fact) bool { return f.logic != nil && reads(f.inputs) })
}
