package peers

import (
	"slices"

	"comity"
)

// A combiner draws the verdict from the rules that fired, a bit each, by the
// tables of semantics 4 to 6. It is what no engine here has: layers of law.
type combiner struct {
	rules     []rule
	order     []int    // federal law first, defeaters before those they defeat
	defeaters []uint64 // by rule
	uncovered bool     // an expected layer is not loaded
}

// newCombiner takes at most 64 rules: those of one act.
func newCombiner(rules []rule, uncovered bool) *combiner {
	c := &combiner{rules: rules, uncovered: uncovered, defeaters: make([]uint64, len(rules))}
	for i, r := range rules {
		for k, other := range rules {
			if slices.Contains(other.defeats, r.id) {
				c.defeaters[i] |= 1 << k
			}
		}
	}
	var placed uint64
	for layer := range comity.Layers {
		for again := true; again; {
			again = false
			for i, r := range rules {
				if r.layer == layer && placed&(1<<i) == 0 && c.defeaters[i]&^placed == 0 {
					c.order, placed, again = append(c.order, i), placed|1<<i, true
				}
			}
		}
	}
	return c
}

type answer struct {
	verdict                  comity.Verdict
	yields, shields, counsel bool
}

func (c *combiner) verdict(fired uint64) comity.Verdict {
	var sofar answer
	var standing uint64
	layer, voice := -1, answer{}
	for _, i := range c.order {
		if fired&(1<<i) == 0 || c.defeaters[i]&standing != 0 {
			continue
		}
		standing |= 1 << i
		r := &c.rules[i]
		if r.layer != layer {
			sofar = sofar.join(voice)
			layer, voice = r.layer, answer{}
		}
		voice = voice.hear(answer{r.verdict, r.yields, r.shields, r.counsel})
	}
	sofar = sofar.join(voice)
	switch {
	case sofar.verdict == "" && !c.uncovered:
		return comity.NoRule
	case sofar.counsel, c.uncovered && (sofar.verdict == "" || sofar.verdict == comity.Permitted && !sofar.shields):
		return comity.NeedsCounsel
	}
	return sofar.verdict
}

func (a answer) with(b answer) answer {
	return answer{a.verdict, a.yields && b.yields, a.shields || b.shields, a.counsel || b.counsel}
}

// hear is the voice of one layer: a ban over a duty, a duty over a permission.
func (a answer) hear(b answer) answer {
	switch {
	case a.verdict == "" || rank(b.verdict) > rank(a.verdict):
		return b
	case a.verdict == b.verdict:
		return a.with(b)
	}
	return a
}

func rank(v comity.Verdict) int {
	switch v {
	case comity.Prohibited:
		return 3
	case comity.Required:
		return 2
	}
	return 1
}

// join takes in the next lower layer.
func (a answer) join(b answer) answer {
	switch {
	case b.verdict == "":
		return a
	case a.verdict == b.verdict:
		return a.with(b)
	case a.verdict == "" || a.yields || a.verdict == comity.Permitted && b.verdict == comity.Required:
		return b
	}
	return a
}
