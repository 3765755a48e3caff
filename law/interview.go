package law

import (
	"maps"
	"math/bits"
	"slices"

	"comity"
)

// An Interview is where a series of questions stands: what can still come out,
// what to ask next, and how many questions are left.
type Interview struct {
	Possible []comity.Verdict // what the answers still to come can lead to
	Next     *FactPrompt      // nil: no question that may be put would tell more
	// Most is the number of questions left at most, if each can be answered.
	// Often is enough for half of all ways to answer, every answer counting
	// alike; 0 where that was not counted. Mean is their average.
	Most, Often int
	Mean        float64
	// Exact: no order of questions could promise fewer than Most. Otherwise the
	// order follows a rule of thumb and Most is a bound on it.
	Exact bool
}

// Interview gives the question that leads to an answer in the fewest. Facts
// that could decide come first, what is usual and could turn out otherwise
// after them (semantics 3.2), never-stored facts where nothing else helps. ask
// says which facts may be put to a person, nil all; what the question leaves
// open is never asked again, and an hour count is asked for by its instants.
func (b *Book) Interview(q comity.Question, ask func(*Fact) bool) (Interview, error) {
	c, bad := b.ask(&q)
	if bad != nil {
		return Interview{}, bad
	}
	if ask == nil {
		ask = func(*Fact) bool { return true }
	}
	rules, _ := c.inPlay()
	p := c.planFor(rules, len(c.uncovered()) > 0)
	v := p.newInterview(c, ask)
	if v.over {
		return p.unplanned(c, ask), nil
	}
	return v.stand(), nil
}

// unplanned is the honest answer where the law on an act is too large to plan
// through: one question after the other, and no promise but their number.
func (p *plan) unplanned(c *asked, ask func(*Fact) bool) Interview {
	r := p.solve(c)
	out := Interview{Possible: list(r.possible)}
	names := slices.Concat(r.missing, r.could)
	if r.next >= 0 {
		names = slices.Insert(names, 0, p.book.vocabulary.Facts[r.next].Name)
	}
	seen := map[string]bool{}
	for _, name := range names {
		f, _ := p.book.vocabulary.Fact(*c.askable(p.book.vocabulary.facts[name]))
		if seen[f.Name] || f.Derives() || slices.Contains(c.q.Open, f.Name) || c.source[f.index] == given || !ask(f) {
			continue
		}
		seen[f.Name] = true
		out.Most++
		if out.Next == nil {
			out.Next = c.prompt(f)
		}
	}
	return out
}

func (c *asked) prompt(f *Fact) *FactPrompt {
	p := &FactPrompt{Fact: f, Values: c.valuesLeft(f)}
	if c.source[f.index] == byDefault {
		p.Assumed = f.Default
	}
	return p
}

// valuesLeft are the values of a fact that can occur beside the facts given.
func (c *asked) valuesLeft(f *Fact) []string {
	bound := func(k limit) bool { return slices.Contains(k.reads, f.index) }
	if f.logic == nil && !slices.ContainsFunc(c.law.impossible, bound) {
		return f.valueList()
	}
	var out []string
	for _, value := range f.valueList() {
		q := *c.q
		q.Facts = maps.Clone(q.Facts)
		if q.Facts == nil {
			q.Facts = comity.Facts{}
		}
		q.Facts[f.Name] = value
		if _, bad := c.book.ask(&q); bad == nil {
			out = append(out, value)
		}
	}
	return out
}

// An interview plans over the diagram of verdicts. A terminal is the set of
// verdicts that remain whatever is answered, one bit each, since facts that
// cannot be asked are joined out; 0 never occurs.
type interview struct {
	*search
	root      ref
	questions []question
	usual     map[int]int    // level → choice, of facts with a default
	heads     map[int]int    // fact → the fact to ask before it
	kept      map[uint64]ref // node, level and choice → node
	notes     []note         // by node
}

// A question settles one level, or all that are computed from one instant.
type question struct {
	fact    int
	levels  []int
	at      set // the same
	secret  bool
	assumed bool
}

// interviewNodes bounds the diagram that an interview plans over.
const interviewNodes = 200_000

func (p *plan) newInterview(c *asked, ask func(*Fact) bool) *interview {
	v := &interview{usual: map[int]int{}, heads: c.heads(), kept: map[uint64]ref{}}
	var freed []int
	for _, f := range p.vars {
		if c.source[f] == byDefault && ask(p.book.vocabulary.Facts[f]) {
			freed = append(freed, f)
		}
	}
	v.search = p.newSearch(c, freed, interviewNodes)
	v.root = v.relabel(v.verdicts(), func(t int) int {
		if t == impossibleAnswer {
			return 0
		}
		return 1 << t
	})
	for level, f := range v.facts {
		if c.source[f] == byDefault {
			for i := range v.choices[level] {
				if v.cells(level, i).touches(c.pattern[f]) {
					v.usual[level] = i
				}
			}
		}
		if input, ok := c.inputToAsk(f, ask); ok {
			v.addQuestion(level, input)
		} else {
			v.root = v.joinOut(v.root, level)
		}
	}
	return v
}

// inputToAsk is what settles a fact: itself, or the instant or date that it is
// computed from. It is not ok where that cannot be asked or does not help.
func (c *asked) inputToAsk(fact int, ask func(*Fact) bool) (int, bool) {
	f := c.book.vocabulary.Facts[fact]
	if f.expr != nil && f.logic == nil {
		if c.q.At == "" && f.expr.readsNow() {
			return 0, false
		}
		i := slices.IndexFunc(f.inputs, func(i int) bool { return c.source[i] == unknown })
		if i < 0 {
			return 0, false
		}
		f = c.book.vocabulary.Facts[f.inputs[i]]
	}
	return f.index, !slices.Contains(c.q.Open, f.Name) && ask(f)
}

func (e *expression) readsNow() bool {
	return e.text == "now" || slices.ContainsFunc(e.kids, (*expression).readsNow)
}

// addQuestion puts levels that share an instant into one question.
func (v *interview) addQuestion(level, input int) {
	f := v.p.book.vocabulary.Facts[input]
	_, assumed := v.usual[level]
	for i := range v.questions {
		if q := &v.questions[i]; q.fact == input {
			q.levels, q.at = append(q.levels, level), q.at.union(setOf(level))
			return
		}
	}
	v.questions = append(v.questions, question{input, []int{level}, setOf(level), f.NeverStored, assumed})
}

// joinOut removes a level: what remains is everything that either choice leaves.
func (v *interview) joinOut(root ref, level int) ref {
	out := v.keep(root, level, 0)
	for i := range v.choices[level] {
		out = v.values(out, v.keep(root, level, i), func(a, b int) int { return a | b })
	}
	return out
}

// keep makes one choice at a level.
func (v *interview) keep(r ref, level, choice int) ref {
	switch {
	case !v.noteOf(r).levels.has(level):
		return r
	case v.levelOf(r) == level:
		return v.nodes[r].kids[choice]
	}
	key := uint64(r)<<16 | uint64(level)<<8 | uint64(choice)
	if out, ok := v.kept[key]; ok {
		return out
	}
	kids := make([]ref, len(v.nodes[r].kids))
	at := v.nodes[r].level
	for i, k := range v.nodes[r].kids {
		kids[i] = v.keep(k, level, choice)
	}
	out := v.node(at, kids)
	v.kept[key] = out
	return out
}

// settled: no answer would tell more.
func (v *interview) settled(r ref) bool { return bits.OnesCount64(v.ends(r)) < 2 }

// assume answers every question that has a usual answer with it; where that
// cannot be, nothing is usual any more.
func (v *interview) assume(r ref) ref {
	out := r
	for level, choice := range v.usual {
		out = v.keep(out, level, choice)
	}
	if v.ends(out) == 0 {
		return r
	}
	return out
}

// worthAsking lists the questions whose turn it is.
func (v *interview) worthAsking(r ref) []int {
	decided := v.assume(r)
	assumed := v.settled(decided)
	if assumed {
		decided = r
	}
	tells := v.deciding(decided)
	var open, secret []int
	for _, i := range v.branching(decided) {
		q := v.questions[i]
		if q.assumed && !assumed && decided != r || !v.tells(decided, q, tells) {
			continue
		}
		switch {
		case assumed && !q.assumed:
		case q.secret:
			secret = append(secret, i)
		default:
			open = append(open, i)
		}
	}
	switch {
	case len(open) > 0:
		return v.headsFirst(open)
	case len(secret) > 0:
		return v.headsFirst(secret)
	}
	return v.branching(r)
}

// headsFirst leaves out what is asked of a paper before it is asked whether
// there is one.
func (v *interview) headsFirst(list []int) []int {
	return slices.DeleteFunc(slices.Clone(list), func(i int) bool {
		head, ok := v.heads[v.questions[i].fact]
		return ok && slices.ContainsFunc(list, func(k int) bool { return v.questions[k].fact == head })
	})
}

// heads are the facts without which another has nothing to say: they never
// occur together where the first is none.
func (c *asked) heads() map[int]int {
	out := map[int]int{}
	for i := range c.law.impossible {
		k := c.law.impossible[i].condition
		if k.op != opAnd || len(k.kids) != 2 || len(c.law.impossible[i].reads) != 2 {
			continue
		}
		a, b := k.kids[0].plain(), k.kids[1].plain()
		if none, ok := c.book.vocabulary.Facts[a.fact].word["none"]; a.op == opFact && b.op == opFact && ok && a.cells == setOf(none) {
			out[b.fact] = a.fact
		}
	}
	return out
}

// branching lists the questions that a node depends on: no order puts more.
func (v *interview) branching(r ref) []int {
	at := v.noteOf(r).levels
	var out []int
	for i, q := range v.questions {
		if at.touches(q.at) {
			out = append(out, i)
		}
	}
	return out
}

// A note is what is known of a node: on which levels it depends, and which
// terminals can still be reached, one bit each, 0 left out.
type note struct {
	levels set
	ends   uint64
}

func (v *interview) noteOf(r ref) note {
	if r.final() {
		return note{ends: (1 << r.value()) &^ 1}
	}
	if int(r) >= len(v.notes) {
		v.notes = append(v.notes, make([]note, len(v.nodes)-len(v.notes))...)
	}
	if n := v.notes[r]; n.ends != 0 {
		return n
	}
	n := note{levels: setOf(v.nodes[r].level)}
	for _, k := range v.nodes[r].kids {
		below := v.noteOf(k)
		n.levels, n.ends = n.levels.union(below.levels), n.ends|below.ends
	}
	v.notes[r] = n
	return n
}

func (v *interview) ends(r ref) uint64 { return v.noteOf(r).ends }

// tells: an answer to the question can change what remains.
func (v *interview) tells(r ref, q question, deciding map[int]bool) bool {
	all := v.ends(r)
	for _, level := range q.levels {
		if deciding[level] {
			return true
		}
		for i := range v.choices[level] {
			if e := v.ends(v.keep(r, level, i)); e != 0 && e != all {
				return true
			}
		}
	}
	return false
}

// A branch is where one answer leads, and how many values give it.
type branch struct {
	to     ref
	weight float64
}

// branches are the answers that can occur, those that lead to one place
// together.
func (v *interview) branches(r ref, q question) []branch {
	out := []branch{{r, 1}}
	for _, level := range q.levels {
		var next []branch
		for _, b := range out {
			for i := range v.choices[level] {
				to := v.keep(b.to, level, i)
				if v.ends(to) == 0 {
					continue
				}
				w := b.weight * float64(v.cells(level, i).size())
				if at := slices.IndexFunc(next, func(n branch) bool { return n.to == to }); at >= 0 {
					next[at].weight += w
				} else {
					next = append(next, branch{to, w})
				}
			}
		}
		out = next
	}
	return out
}
