package law

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sync"

	"comity"
)

// A plan is everything about a question but its facts: the rules in play for
// one actor, prepared for evaluation. Questions that meet the same rules share it.
type plan struct {
	book      *Book
	actor     int
	uncovered bool // an expected layer is not loaded
	rules     []planRule
	reads     []int // base facts that rules and their orders read
	vars      []int // the same, and the facts joined to them by constraints, in the order of diagrams
	limits    []limit
	secret    bool         // vars hold a never-stored fact
	inPoint   []*condition // of an analysis: told apart beside what rules read
	classes   []classing
	matrix    *matrix

	mu   sync.RWMutex
	memo map[string]*result
}

// A planRule is one rule in play. Rules stand in order of layer, and each
// after those that may defeat it.
type planRule struct {
	*Rule
	layer     int
	fires     *condition // when and not unless, for this actor
	orders    []planOrder
	defeaters []int // positions in the plan
	fromMind  bool
}

type planOrder struct {
	*Order
	when *condition
}

// A classing says which values of a fact no relevant condition tells apart.
type classing struct {
	fact  int
	of    []uint8 // class by cell
	cells []set   // cells by class
}

type planCache struct {
	mu  sync.RWMutex
	all map[string]*plan
}

// maxPlans and maxMemo bound memory; when full, the cache begins again.
const (
	maxPlans = 20000
	maxMemo  = 20000
)

// planFor returns the plan for the rules in play.
func (c *asked) planFor(rules []played, uncovered bool) *plan {
	key := c.planKey(rules, uncovered, true)
	cache := &c.book.plans
	cache.mu.RLock()
	p, ok := cache.all[string(key)]
	cache.mu.RUnlock()
	if ok {
		return p
	}
	p = c.newPlan(rules, uncovered)
	p.matrix = newMatrix(p) // an analysis has no use for it
	cache.mu.Lock()
	defer cache.mu.Unlock()
	if cache.all == nil || len(cache.all) >= maxPlans {
		cache.all = map[string]*plan{}
	}
	cache.all[string(key)] = p
	return p
}

// planKey says which rules are met: numbers of variable length, each list after
// its length, so that two questions have the same key only if they meet the same.
func (c *asked) planKey(rules []played, uncovered, withActor bool) []byte {
	key := make([]byte, 0, 8+4*len(rules))
	place, actor := 0, 0 // where no pack adds constraints, places may share a plan
	if len(c.law.impossible) != len(c.book.vocabulary.impossible) {
		place = 1 + c.law.place
	}
	if withActor {
		actor = c.actor
	}
	key = binary.AppendUvarint(key, uint64(place))
	key = binary.AppendUvarint(key, uint64(actor)<<1|bit(uncovered))
	for _, r := range rules {
		key = binary.AppendUvarint(key, uint64(r.rule.index)<<1|bit(r.fromMind))
		key = binary.AppendUvarint(key, uint64(len(r.orders)))
		for _, o := range r.orders {
			key = binary.AppendUvarint(key, uint64(o.index))
		}
	}
	return key
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// newPlan prepares the rules; conditions in point make it tell apart what they
// tell apart, although no rule reads it.
func (c *asked) newPlan(rules []played, uncovered bool, inPoint ...*condition) *plan {
	p := &plan{book: c.book, actor: c.actor, uncovered: uncovered, inPoint: inPoint, memo: map[string]*result{}}
	for _, r := range orderRules(rules) {
		pr := planRule{Rule: r.rule, layer: r.rule.pack.layer, fromMind: r.fromMind}
		pr.fires = allOf(r.rule.when.forActor(c.actor), negation(r.rule.unless.forActor(c.actor)))
		for _, o := range r.orders {
			pr.orders = append(pr.orders, planOrder{o, o.when.forActor(c.actor)})
		}
		for i := range p.rules {
			if slices.Contains(r.rule.defeaters, p.rules[i].index) {
				pr.defeaters = append(pr.defeaters, i)
			}
		}
		p.rules = append(p.rules, pr)
	}
	p.findFacts(c.law.impossible)
	return p
}

// orderRules sorts by layer and id, and puts every rule after its defeaters.
func orderRules(rules []played) []played {
	sorted := slices.Clone(rules)
	slices.SortFunc(sorted, func(a, b played) int {
		return cmp.Or(cmp.Compare(a.rule.pack.layer, b.rule.pack.layer), cmp.Compare(a.rule.ID, b.rule.ID), cmp.Compare(a.rule.index, b.rule.index))
	})
	out := make([]played, 0, len(sorted))
	placed := map[int]bool{}
	for len(out) < len(sorted) {
		for _, r := range sorted {
			if placed[r.rule.index] || slices.ContainsFunc(r.rule.defeaters, func(d int) bool {
				return !placed[d] && slices.ContainsFunc(sorted, func(o played) bool { return o.rule.index == d })
			}) {
				continue
			}
			placed[r.rule.index] = true
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b played) int { return cmp.Compare(a.rule.pack.layer, b.rule.pack.layer) })
	return out
}

// findFacts lists what the rules read and what constraints tie to it.
func (p *plan) findFacts(impossible []limit) {
	v := p.book.vocabulary
	for _, r := range p.rules {
		p.reads = append(p.reads, v.reads(r.fires)...)
		for _, o := range r.orders {
			p.reads = append(p.reads, v.reads(o.when)...)
		}
	}
	p.reads = append(p.reads, v.reads(p.inPoint...)...)
	slices.Sort(p.reads)
	p.reads = slices.Compact(p.reads)
	groups := p.constraintGroups(impossible)
	in := map[int]bool{}
	for _, f := range p.reads {
		in[f] = true
	}
	for grown := true; grown; {
		grown = false
		for _, g := range groups {
			if !slices.ContainsFunc(g.facts, func(f int) bool { return in[f] }) || g.taken {
				continue
			}
			g.taken, grown = true, true
			if g.limit.condition != nil {
				p.limits = append(p.limits, g.limit)
			}
			for _, f := range g.facts {
				in[f] = true
			}
		}
	}
	for f := range in {
		p.vars = append(p.vars, f)
		p.secret = p.secret || v.Facts[f].NeverStored
	}
	p.orderFacts()
	p.classify()
}

type constraintGroup struct {
	facts []int
	limit limit
	taken bool
}

// constraintGroups ties facts together: by an impossible pattern, or as inputs
// of one derived fact, whose value may be given instead of them.
func (p *plan) constraintGroups(impossible []limit) []*constraintGroup {
	var out []*constraintGroup
	for _, k := range impossible {
		out = append(out, &constraintGroup{facts: k.reads, limit: k})
	}
	for _, f := range p.book.vocabulary.Facts {
		if f.logic != nil {
			out = append(out, &constraintGroup{facts: f.inputs})
		}
	}
	return out
}

// classify divides the values of each variable by the comparisons that can
// tell them apart.
func (p *plan) classify() {
	cuts := map[int][]set{}
	note := func(f int, cells set) { cuts[f] = append(cuts[f], cells) }
	v := p.book.vocabulary
	for _, r := range p.rules {
		v.expand(r.fires).each(note)
		for _, o := range r.orders {
			v.expand(o.when).each(note)
		}
	}
	for _, k := range p.inPoint {
		v.expand(k).each(note)
	}
	for _, k := range p.limits {
		k.each(note)
	}
	for _, f := range v.Facts {
		if f.logic != nil && slices.ContainsFunc(f.inputs, func(i int) bool { return slices.Contains(p.vars, i) }) {
			f.logic.each(note)
		}
	}
	for _, f := range p.vars {
		p.classes = append(p.classes, divide(v.Facts[f], cuts[f]))
	}
}

func divide(f *Fact, cuts []set) classing {
	c := classing{fact: f.index, of: make([]uint8, setSize)}
	parts := []set{f.domain}
	for _, cut := range cuts {
		var finer []set
		for _, part := range parts {
			for _, piece := range []set{part.meet(cut), part.minus(cut)} {
				if !piece.empty() {
					finer = append(finer, piece)
				}
			}
		}
		parts = finer
	}
	slices.SortFunc(parts, func(a, b set) int { return cmp.Compare(a.first(), b.first()) })
	c.cells = parts
	for i, part := range parts {
		for _, cell := range part.members() {
			c.of[cell] = uint8(i)
		}
	}
	return c
}

// expand replaces facts derived from other facts by their expressions.
func (v *Vocabulary) expand(c *condition) *condition {
	switch c.op {
	case opFact:
		f := v.Facts[c.fact]
		if f.logic == nil {
			return c
		}
		switch {
		case c.cells.has(0) && c.cells.has(1):
			return always
		case c.cells.has(1):
			return v.expand(f.logic)
		case c.cells.has(0):
			return negation(v.expand(f.logic))
		}
		return never
	case opNot:
		return negation(v.expand(c.kids[0]))
	case opNamed:
		return v.expand(c.kids[0])
	case opAnd, opOr:
		kids := make([]*condition, len(c.kids))
		for i, k := range c.kids {
			kids[i] = v.expand(k)
		}
		if c.op == opAnd {
			return allOf(kids...)
		}
		return anyOf(kids...)
	}
	return c
}

// solve answers the plan for the facts of a question. Equal facts are answered
// once; a question with a never-stored fact leaves nothing behind.
func (p *plan) solve(c *asked) *result {
	if p.secret && c.sensitive(p.vars) {
		return p.work(c)
	}
	key := p.memoKey(c)
	p.mu.RLock()
	r, ok := p.memo[string(key)]
	p.mu.RUnlock()
	if ok {
		return r
	}
	r = p.work(c)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.memo) >= maxMemo {
		p.memo = map[string]*result{}
	}
	p.memo[string(key)] = r
	return r
}

// memoKey says what the answer can depend on: the class of each known fact,
// whether it is a default, what an open fact may be, and derived values given.
func (p *plan) memoKey(c *asked) []byte {
	key := make([]byte, 0, len(p.vars)+16)
	v := p.book.vocabulary
	for i, f := range p.vars {
		switch {
		case c.source[f] == byDefault:
			key = append(key, 0xfe, p.classes[i].of[c.pattern[f].first()])
		case c.source[f] != unknown:
			key = append(key, p.classes[i].of[c.pattern[f].first()])
		case c.pattern[f] == v.Facts[f].domain:
			key = append(key, 0xff)
		default:
			key = append(key, 0xfd)
			key = binary.LittleEndian.AppendUint64(key, c.pattern[f][0])
			key = binary.LittleEndian.AppendUint64(key, c.pattern[f][1])
		}
	}
	for _, f := range v.Facts {
		if f.logic != nil {
			if c.source[f.index] == given {
				key = append(key, 0xfc, uint8(c.pattern[f.index].first()))
			} else {
				key = append(key, 0xfb)
			}
		}
	}
	return key
}

// voices in the order of comity.Verdict words.
var voiceWords = map[voice]comity.Voice{
	silent: comity.Silent, prohibits: comity.Voice(comity.Prohibited), requires: comity.Voice(comity.Required), permits: comity.Voice(comity.Permitted),
}
