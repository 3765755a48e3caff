package law

import (
	"slices"

	"comity"
)

// work answers for some facts, known or open (semantics 8).
func (p *plan) work(c *asked) *result {
	r := p.verdictFor(c)
	p.noteDefaults(c, r)
	r.binds = p.bound(r.carrying)
	return r
}

func (p *plan) bound(carrying []int) set {
	var out set
	for _, i := range carrying {
		out = out.union(p.rules[i].effectiveActors())
	}
	return out
}

// verdictFor tries in turn: the matrix, if every fact that a rule reads is
// known; the plain evaluator, if what is open leaves the answer definite; the
// join of the layers' diagrams; and, if that grows too large, a superset.
func (p *plan) verdictFor(c *asked) *result {
	if p.complete(c) {
		return p.settled(p.conclude(p.matrix.stand(p, c.pattern)))
	}
	all := p.stand(c.pattern)
	if p.definite(all) {
		return p.settled(p.conclude(all))
	}
	s := p.newSearch(c, nil, nodeBudget)
	if r := s.result(); !s.over {
		return r
	}
	return p.superset(c, all)
}

// complete: a logical fact that was given stands for its inputs.
func (p *plan) complete(c *asked) bool {
	for _, f := range p.reads {
		if c.pattern[f].size() != 1 {
			return false
		}
	}
	return true
}

// A search joins the diagrams of the layers for one question.
type search struct {
	*diagram
	p        *plan
	c        *asked
	free     map[int]set // open facts and the values they may have
	possible ref
	ofRule   []ruleDiagram
	ofLayer  [6]ref
	answer   ref
	spokens  table[spoken]
	joints   table[joint]
}

type ruleDiagram struct {
	met, fires, stands ref
	orders             []ref
}

// A table numbers values, so that terminals can carry them.
type table[T comparable] struct {
	list  []T
	index map[T]int
}

func (t *table[T]) number(v T) int {
	if i, ok := t.index[v]; ok {
		return i
	}
	if t.index == nil {
		t.index = map[T]int{}
	}
	t.index[v] = len(t.list)
	t.list = append(t.list, v)
	return len(t.list) - 1
}

// impossibleAnswer is the terminal of patterns that never occur.
const impossibleAnswer = 0

// newSearch builds the diagrams; facts in freed count as open too.
func (p *plan) newSearch(c *asked, freed []int, budget int) *search {
	s := &search{diagram: newDiagram(budget), p: p, c: c, free: map[int]set{}}
	for i, f := range p.vars {
		may := c.pattern[f]
		if slices.Contains(freed, f) {
			may = p.book.vocabulary.Facts[f].domain
		}
		if may.size() < 2 {
			continue
		}
		s.free[f] = may
		var classes []int
		for k, cells := range p.classes[i].cells {
			if cells.touches(may) {
				classes = append(classes, k)
			}
		}
		s.addFact(f, classes)
	}
	s.build()
	return s
}

func (s *search) build() {
	s.possible = isTrue
	for _, k := range s.limits() {
		s.possible = s.and(s.possible, s.not(s.condition(k)))
	}
	for i := range s.ofLayer {
		s.ofLayer[i] = terminal(s.spokens.number(spoken{}))
	}
	for i := range s.p.rules {
		s.addRule(&s.p.rules[i])
	}
	s.joints.number(joint{carrying: 0xff}) // the impossible answer has number 0
	s.answer = terminal(s.joints.number(joint{}))
	for layer, voice := range s.ofLayer {
		s.answer = s.values(s.answer, voice, func(a, v int) int {
			return s.joints.number(s.joints.list[a].join(layer, s.spokens.list[v]))
		})
	}
	s.answer = s.whenPossible(s.answer)
}

// limits are the constraints that the open facts can break: impossible
// patterns, and derived facts that were given.
func (s *search) limits() []*condition {
	var out []*condition
	for _, k := range s.p.limits {
		if !k.idle(s.c.pattern) {
			out = append(out, k.condition)
		}
	}
	for _, f := range s.p.book.vocabulary.Facts {
		if f.logic == nil || s.c.source[f.index] != given {
			continue
		}
		if !slices.ContainsFunc(f.inputs, func(i int) bool { _, open := s.free[i]; return open }) {
			continue
		}
		if s.c.pattern[f.index].has(1) {
			out = append(out, negation(f.logic))
		} else {
			out = append(out, f.logic)
		}
	}
	return out
}

// whenPossible sends patterns that never occur to terminal 0.
func (s *search) whenPossible(a ref) ref {
	return s.merge(s.possible, a, func(possible, a ref) (ref, bool) {
		switch possible {
		case isFalse:
			return terminal(impossibleAnswer), true
		case isTrue:
			return a, true
		}
		return isFalse, false
	})
}

func (s *search) addRule(r *planRule) {
	var d ruleDiagram
	d.met = s.condition(r.fires)
	if d.met == isFalse && len(r.orders) == 0 {
		s.ofRule = append(s.ofRule, ruleDiagram{isFalse, isFalse, isFalse, nil})
		return
	}
	suspended := isFalse
	for _, o := range r.orders {
		when := s.condition(o.when)
		d.orders = append(d.orders, when)
		suspended = s.or(suspended, when)
	}
	d.fires = s.and(d.met, s.not(suspended))
	d.stands = d.fires
	for _, k := range r.defeaters {
		d.stands = s.and(d.stands, s.not(s.ofRule[k].stands))
	}
	s.ofRule = append(s.ofRule, d)
	alone := r.alone()
	s.ofLayer[r.layer] = s.values(s.ofLayer[r.layer], d.stands, func(voice, stands int) int {
		if stands == 0 {
			return voice
		}
		return s.spokens.number(s.spokens.list[voice].hear(alone))
	})
}

// condition draws a checked condition over the open facts.
func (s *search) condition(c *condition) ref {
	switch c.op {
	case opTrue:
		return isTrue
	case opFact:
		return s.comparison(c)
	case opNot:
		return s.not(s.condition(c.kids[0]))
	case opNamed:
		return s.condition(c.kids[0])
	case opAnd:
		out := isTrue
		for _, k := range c.kids {
			out = s.and(out, s.condition(k))
		}
		return out
	case opOr:
		out := isFalse
		for _, k := range c.kids {
			out = s.or(out, s.condition(k))
		}
		return out
	}
	return isFalse
}

func (s *search) comparison(c *condition) ref {
	f := s.p.book.vocabulary.Facts[c.fact]
	if f.logic != nil && s.c.source[c.fact] != given {
		return s.condition(s.p.book.vocabulary.expand(c))
	}
	if _, open := s.free[c.fact]; !open {
		if s.c.pattern[c.fact].touches(c.cells) {
			return isTrue
		}
		return isFalse
	}
	level, _ := s.levelOfFact(c.fact)
	class := s.p.classes[slices.Index(s.p.vars, c.fact)]
	kids := make([]ref, len(s.choices[level]))
	for i, k := range s.choices[level] {
		kids[i] = isFalse
		if class.cells[k].touches(c.cells) {
			kids[i] = isTrue
		}
	}
	return s.node(level, kids)
}

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

// superset is the honest answer when the search ended at its budget.
func (p *plan) superset(c *asked, all []status) *result {
	r := &result{verdict: comity.NeedsFacts, next: -1}
	r.possible = p.mayAnswer(all)
	for i := range r.layers {
		r.layers[i] = comity.Unknown
	}
	var some []int
	for i := range all {
		if all[i].stands != no {
			some = append(some, i)
		}
	}
	r.mayCarry = p.ids(some)
	for _, f := range p.vars {
		if c.pattern[f].size() < 2 {
			continue
		}
		fact := p.book.vocabulary.Facts[f]
		r.missing = append(r.missing, fact.Name)
		if r.next < 0 || p.book.vocabulary.Facts[r.next].NeverStored && !fact.NeverStored {
			r.next = f
		}
	}
	slices.Sort(r.missing)
	return r
}

// mayAnswer joins everything that each layer may say, ignoring how open facts
// hang together; it can only be too large.
func (p *plan) mayAnswer(all []status) []comity.Verdict {
	answers := map[joint]bool{{}: true}
	for layer := range 6 {
		voices := map[spoken]bool{{}: true}
		for i := range p.rules {
			if p.rules[i].layer != layer || all[i].stands == no {
				continue
			}
			next := map[spoken]bool{}
			for v := range voices {
				next[v.hear(p.rules[i].alone())] = true
				if all[i].stands == maybe {
					next[v] = true
				}
			}
			voices = next
		}
		next := map[joint]bool{}
		for a := range answers {
			for v := range voices {
				next[a.join(layer, v)] = true
			}
		}
		answers = next
	}
	var out []comity.Verdict
	for a := range answers {
		v, _ := a.verdict(p.uncovered)
		out = append(out, v)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
