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
	behind   [][]set     // by level: the values behind each choice
	costs    []int       // of cheapest, by node
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

// impossibleAnswer is the terminal of patterns that never occur, and
// impossibleJoint the answer that it numbers.
const impossibleAnswer = 0

var impossibleJoint = joint{carrying: 0xff}

// newSearch builds the diagrams; facts in freed count as open too.
func (p *plan) newSearch(c *asked, freed []int, budget int) *search {
	s := p.openSearch(c, freed, budget)
	s.build()
	return s
}

// openSearch lays out the open facts and draws nothing yet.
func (p *plan) openSearch(c *asked, freed []int, budget int) *search {
	s := &search{diagram: newDiagram(budget), p: p, c: c, free: map[int]set{}}
	for i, f := range p.vars {
		may := c.pattern[f]
		if slices.Contains(freed, f) {
			may = p.book.vocabulary.Facts[f].domain
			if here := c.law.districts; p.book.vocabulary.Facts[f].Name == districtFact && !here.empty() {
				may = here // of a place, not of the world
			}
		}
		if may.size() < 2 {
			continue
		}
		s.free[f] = may
		var classes []int
		var behind []set
		for k, cells := range p.classes[i].cells {
			if cells.touches(may) {
				classes = append(classes, k)
				behind = append(behind, cells.meet(may))
			}
		}
		s.addFact(f, classes)
		s.behind = append(s.behind, behind)
	}
	s.possible = isTrue
	for _, k := range s.limits() {
		s.possible = s.and(s.possible, s.not(s.condition(k)))
	}
	return s
}

func (s *search) build() {
	s.drawLayers()
	s.joinLayers()
}

func (s *search) drawLayers() {
	for i := range s.ofLayer {
		s.ofLayer[i] = terminal(s.spokens.number(spoken{}))
	}
	for i := range s.p.rules {
		s.addRule(&s.p.rules[i])
	}
}

func (s *search) joinLayers() {
	s.joints.number(impossibleJoint) // has the number impossibleAnswer
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
	d := s.drawRule(r)
	s.ofRule = append(s.ofRule, d)
	if d.stands == isFalse {
		return
	}
	alone := r.alone()
	s.ofLayer[r.layer] = s.values(s.ofLayer[r.layer], d.stands, func(voice, stands int) int {
		if stands == 0 {
			return voice
		}
		return s.spokens.number(s.spokens.list[voice].hear(alone))
	})
}

// drawRule needs the diagrams of the rules that may defeat this one.
func (s *search) drawRule(r *planRule) ruleDiagram {
	var d ruleDiagram
	d.met = s.condition(r.fires)
	if d.met == isFalse && len(r.orders) == 0 {
		return ruleDiagram{isFalse, isFalse, isFalse, nil}
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
	return d
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
