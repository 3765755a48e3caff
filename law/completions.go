package law

import (
	"slices"

	"comity"
)

// verdictTerminals numbers verdicts; 0 is impossible.
var verdictTerminals = []comity.Verdict{"", comity.Required, comity.Prohibited, comity.Permitted, comity.NoRule, comity.NeedsCounsel}

func (s *search) verdicts() ref {
	return s.relabel(s.answer, func(a int) int {
		if a == impossibleAnswer {
			return 0
		}
		v, _ := s.joints.list[a].verdict(s.p.uncovered)
		return slices.Index(verdictTerminals, v)
	})
}

// result reads the answer off the diagrams: what is common to all possible
// completions, and what only some have.
func (s *search) result() *result {
	if s.over {
		return nil
	}
	r := &result{next: -1, exact: true}
	verdicts := s.verdicts()
	for _, v := range s.reached(verdicts) {
		if v != 0 {
			r.possible = append(r.possible, verdictTerminals[v])
		}
	}
	slices.Sort(r.possible)
	r.verdict = comity.NeedsFacts
	if len(r.possible) == 1 {
		r.verdict, r.possible = r.possible[0], nil
	}
	s.readJoints(r)
	s.readRules(r)
	s.readLayers(r)
	if r.verdict == comity.NeedsFacts {
		s.readMissing(r, verdicts)
	}
	return r
}

// readJoints gives the flags, and the verdict believed, common to all.
func (s *search) readJoints(r *result) {
	byOrder := isFalse
	for i := range s.p.rules {
		for k, o := range s.p.rules[i].orders {
			if o.Unsettled != "" {
				byOrder = s.or(byOrder, s.and(s.ofRule[i].orders[k], s.ofRule[i].met))
			}
		}
	}
	answers := s.values(s.answer, byOrder, func(a, by int) int {
		if a == impossibleAnswer {
			return 0
		}
		return 2*a + by
	})
	first := true
	for _, t := range s.reached(answers) {
		if t == 0 {
			continue
		}
		j := s.joints.list[t/2]
		flags := s.p.flags(j, t%2 == 1)
		_, believed := j.verdict(s.p.uncovered)
		if first {
			r.flags, r.believed, first = flags, believed, false
			continue
		}
		r.flags = slices.DeleteFunc(r.flags, func(f comity.Flag) bool { return !slices.Contains(flags, f) })
		if r.believed != believed {
			r.believed = ""
		}
	}
}

const (
	elsewhere  = 1 // the rule does not carry and is not overridden
	carries    = 2
	overridden = 3
)

// fate draws what becomes of one rule.
func (s *search) fate(i int) ref {
	r := &s.p.rules[i]
	own := voiceOf(r.Verdict)
	heard := s.values(s.ofLayer[r.layer], s.ofRule[i].stands, func(voice, stands int) int {
		switch v := s.spokens.list[voice].voice; {
		case stands == 0:
			return elsewhere
		case v == own:
			return carries // if its layer does
		case v == prohibits && own == requires:
			return overridden
		}
		return elsewhere
	})
	bit := uint8(1) << r.layer
	return s.values(s.answer, heard, func(a, h int) int {
		switch {
		case a == impossibleAnswer:
			return 0
		case h != carries:
			return h
		case s.joints.list[a].overridden&bit != 0:
			return overridden
		case s.joints.list[a].carrying&bit != 0:
			return carries
		}
		return elsewhere
	})
}

func (s *search) readRules(r *result) {
	var some, aside []int
	var defeated, suspended [][2]int
	for i := range s.p.rules {
		if s.ofRule[i].fires == isFalse && len(s.ofRule[i].orders) == 0 {
			continue // most rules in play
		}
		fates := slices.DeleteFunc(s.reached(s.fate(i)), func(t int) bool { return t == 0 })
		switch {
		case slices.Equal(fates, []int{carries}):
			r.carrying = append(r.carrying, i)
		case slices.Contains(fates, carries):
			some = append(some, i)
		case slices.Equal(fates, []int{overridden}):
			aside = append(aside, i)
		}
		for _, d := range s.p.rules[i].defeaters {
			if s.certain(s.and(s.ofRule[i].fires, s.ofRule[d].stands)) {
				defeated = append(defeated, [2]int{i, d})
			}
		}
		for k, when := range s.ofRule[i].orders {
			if s.certain(when) {
				suspended = append(suspended, [2]int{i, k})
			}
		}
	}
	r.rules, r.mayCarry, r.overridden = s.p.ids(r.carrying), s.p.ids(some), s.p.ids(aside)
	r.mayCarry = slices.DeleteFunc(r.mayCarry, func(id string) bool { return slices.Contains(r.rules, id) })
	r.defeated, r.suspended = s.p.defeatList(defeated), s.p.suspensionList(suspended)
}

// certain: true in every possible completion.
func (s *search) certain(a ref) bool {
	return s.and(s.possible, s.not(a)) == isFalse
}

func (s *search) readLayers(r *result) {
	for i, layer := range s.ofLayer {
		words := s.reached(s.whenPossible(s.relabel(layer, func(v int) int { return 1 + int(s.spokens.list[v].voice) })))
		words = slices.DeleteFunc(words, func(w int) bool { return w == 0 })
		r.layers[i] = comity.Unknown
		if len(words) == 1 {
			r.layers[i] = voiceWords[voice(words[0]-1)]
		}
	}
}

// readMissing lists the facts that could decide, and which to ask first: the
// one after whose answer the fewest verdicts are expected to remain, and a
// never-stored fact only where nothing else helps.
func (s *search) readMissing(r *result, verdicts ref) {
	all := setOf(s.reached(verdicts)...)
	all = all.minus(setOf(0))
	deciding := s.deciding(verdicts)
	type candidate struct {
		fact   int
		secret bool
		left   float64
	}
	best := candidate{fact: -1}
	present := map[int]bool{}
	s.visit(verdicts, func(n diagramNode) { present[n.level] = true })
	for level, f := range s.facts {
		if !present[level] {
			continue
		}
		fact := s.p.book.vocabulary.Facts[f]
		class := s.p.classes[slices.Index(s.p.vars, f)]
		weight, left, shrinks := 0.0, 0.0, false
		for i, k := range s.choices[level] {
			rest := s.reachedWith(verdicts, level, i).minus(setOf(0))
			if rest.empty() {
				continue
			}
			n := float64(class.cells[k].meet(s.free[f]).size())
			weight += n
			left += n * float64(rest.size())
			shrinks = shrinks || rest != all
		}
		if !deciding[level] && !shrinks {
			continue
		}
		r.missing = append(r.missing, fact.Name)
		now := candidate{f, fact.NeverStored, left / weight}
		if best.fact < 0 || best.secret && !now.secret || best.secret == now.secret && now.left < best.left-1e-9 {
			best = now
		}
	}
	slices.Sort(r.missing)
	r.next = best.fact
}
