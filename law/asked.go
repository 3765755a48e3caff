package law

import (
	"fmt"
	"slices"
	"time"

	"comity"
)

// Where the value of a fact comes from.
type origin uint8

const (
	unknown   origin = iota
	given            // in the question
	computed         // from other facts, dates, instants or the table of places
	byDefault        // nobody answered; listed as assumed
	neutral          // closed case only; listed as assumed
)

// An asked question is a Question whose every name was found and whose facts
// were completed as far as they determine each other.
type asked struct {
	book    *Book
	q       *comity.Question
	law     *localLaw
	actor   int
	act     int
	moment  moment
	known   day
	where   *time.Location
	guessed string // the zone, where the place does not settle it
	written bool   // local times are those written in each instant

	source  []origin
	pattern pattern
	nums    []int         // exact numbers of known int facts
	moments map[int]value // dates and instants given
	scratch pattern
}

func problem(code, where, message, hint string) *comity.Problem {
	return &comity.Problem{Code: code, Message: message, Hint: hint, Where: where}
}

// ask resolves a question, or says what is wrong with it.
func (b *Book) ask(q *comity.Question) (*asked, *comity.Problem) {
	c := &asked{book: b}
	if bad := c.resolve(q); bad != nil {
		return nil, bad
	}
	return c, nil
}

func (c *asked) resolve(q *comity.Question) *comity.Problem {
	c.begin(q)
	for _, step := range [...]func() *comity.Problem{c.findNames, c.findTime, c.readFacts, c.assume, c.derive, c.refuseImpossible} {
		if bad := step(); bad != nil {
			return bad
		}
	}
	return nil
}

// begin forgets the question before, but keeps its memory.
func (c *asked) begin(q *comity.Question) {
	n := len(c.book.vocabulary.Facts)
	if c.source == nil {
		c.source, c.pattern, c.nums = make([]origin, n), make(pattern, n), make([]int, n)
	}
	clear(c.source)
	clear(c.pattern)
	clear(c.nums)
	clear(c.moments)
	*c = asked{book: c.book, q: q, source: c.source, pattern: c.pattern, nums: c.nums, moments: c.moments, scratch: c.scratch}
}

func (c *asked) findNames() *comity.Problem {
	v, q := c.book.vocabulary, c.q
	var ok bool
	if c.law, ok = c.book.lawOf(q.In); !ok {
		return problem("unknown-place", "in", fmt.Sprintf("%.60q is not in the table of places", q.In), didYouMean(q.In, c.book.places.ids))
	}
	if c.act, ok = v.acts[q.Act]; !ok {
		return problem("unknown-act", "act", fmt.Sprintf("%.60q is not an act of the vocabulary", q.Act), didYouMean(q.Act, v.names.acts))
	}
	if c.actor, ok = v.actors[q.Actor]; !ok {
		hint := didYouMean(q.Actor, v.names.actors)
		if _, group := v.groups[q.Actor]; group {
			hint = "a question names one actor, not a group"
		}
		return problem("unknown-actor", "actor", fmt.Sprintf("%.60q is not an actor of the vocabulary", q.Actor), hint)
	}
	return nil
}

func (c *asked) findTime() *comity.Problem {
	on, bad := readDay(c.q.On)
	if bad != nil {
		bad.Where = "on"
		return bad
	}
	c.moment.day = on
	if c.q.At != "" {
		if c.moment.at, bad = readInstant(c.q.At); bad != nil {
			bad.Where = "at"
			return bad
		}
	}
	c.findZone()
	if !c.moment.at.IsZero() && localDay(c.moment.at.In(c.zoneOf(c.moment.at))) != on {
		return problem("bad-date", "at", fmt.Sprintf("the instant %s is not on %s at this place", c.q.At, c.q.On), "let on be the local date of at")
	}
	y, m, d := on.date()
	c.moment.noon = time.Date(y, time.Month(m), d, 12, 0, 0, 0, c.where)
	switch {
	case c.q.Known != "":
		if c.known, bad = readDay(c.q.Known); bad != nil {
			bad.Where = "known"
			return bad
		}
	case c.book.Now == nil:
		return problem("bad-date", "known", "the question does not say as of which day the law shall be known", "add known: YYYY-MM-DD")
	default:
		c.known = localDay(c.book.Now().UTC()) // packs are added on days of no zone: the latest wins
	}
	return nil
}

// findZone takes the zone of the place, else the agency's, else the offset of
// the instant, else New York, and remembers a guess.
func (c *asked) findZone() {
	place := &c.book.places.list[c.law.place]
	if place.Zone != "" {
		c.where = c.book.location(place.Zone)
		return
	}
	c.written = place.Kind == "nation"
	if c.q.Agency != "" && c.book.AgencyZone != nil {
		if name := c.book.AgencyZone(c.q.Agency); name != "" {
			c.where, c.guessed = c.book.location(name), name
			return
		}
	}
	if !c.moment.at.IsZero() {
		c.where, c.guessed = c.moment.at.Location(), c.moment.at.Format("-07:00")
		return
	}
	c.guessed = "America/New_York"
	c.where = c.book.location(c.guessed)
}

func (c *asked) zone() *time.Location { return c.where }

// zoneOf is the zone in which an instant has its local date: for the nation,
// the offset written in it.
func (c *asked) zoneOf(t time.Time) *time.Location {
	if c.written {
		return t.Location()
	}
	return c.where
}

func (c *asked) readFacts() *comity.Problem {
	v := c.book.vocabulary
	names := make([]string, 0, len(c.q.Facts))
	for name := range c.q.Facts {
		names = append(names, name)
	}
	slices.Sort(names) // of several faults, always the same is told
	for _, name := range names {
		f, ok := v.Fact(name)
		if !ok {
			return problem("unknown-fact", "facts."+name, fmt.Sprintf("%.60q is not a fact of the vocabulary", name), didYouMean(name, v.names.facts))
		}
		val, bad := f.read(c.q.Facts[name])
		if bad != nil {
			return bad
		}
		c.set(f, val, given)
	}
	for _, name := range c.q.Open {
		if _, ok := v.facts[name]; !ok {
			return problem("unknown-fact", "open", fmt.Sprintf("%.60q is not a fact of the vocabulary", name), didYouMean(name, v.names.facts))
		}
	}
	return nil
}

func (c *asked) set(f *Fact, val value, from origin) {
	i := f.index
	c.source[i] = from
	switch f.Type {
	case Date, Instant:
		if c.moments == nil {
			c.moments = map[int]value{}
		}
		c.moments[i] = val
	default:
		c.pattern[i] = setOf(val.cell)
		c.nums[i] = val.num
	}
}

// assume fills in defaults and, in a closed case, neutral values. Derived
// facts wait until their inputs are settled.
func (c *asked) assume() *comity.Problem {
	for _, f := range c.book.vocabulary.Facts {
		if c.source[f.index] == unknown && f.expr == nil {
			c.assumeFact(f)
		}
	}
	if f, ok := c.book.vocabulary.Fact(districtFact); ok && !c.law.districts.empty() {
		c.settleDistrict(f)
	}
	return nil
}

func (c *asked) assumeFact(f *Fact) {
	i := f.index
	c.pattern[i] = f.domain
	switch open := slices.Contains(c.q.Open, f.Name); {
	case open:
	case f.hasDefault():
		c.set(f, f.byDefault, byDefault)
	case c.q.Closed && f.hasNeutral():
		c.set(f, f.neutral, neutral)
	}
}

// settleDistrict lets the table of places speak before any assumption.
func (c *asked) settleDistrict(f *Fact) {
	here := c.law.districts
	if c.source[f.index] == given || c.source[f.index] == neutral && c.pattern[f.index].within(here) {
		return
	}
	c.pattern[f.index], c.source[f.index] = here, unknown
	if here.size() == 1 {
		c.source[f.index] = computed
	}
}

// derive computes every derived fact whose inputs are known. A derived value
// that was given too must agree.
func (c *asked) derive() *comity.Problem {
	for _, f := range c.book.vocabulary.Facts {
		if f.expr == nil {
			continue
		}
		val, known := c.derived(f)
		switch i := f.index; {
		case c.source[i] == given:
			// A value given outweighs an assumption about what it is computed from.
			if known && (c.pattern[i] != setOf(val.cell) || c.nums[i] != val.num) && !c.dropAssumed(f.inputs) {
				return c.inconsistent(f, val)
			}
		case known:
			c.set(f, val, computed)
		case f.logic != nil:
			c.pattern[i] = f.domain
		default:
			c.assumeDerived(f)
		}
	}
	if f, ok := c.book.vocabulary.Fact(districtFact); ok && c.source[f.index] == given && !c.law.districts.empty() && !c.pattern[f.index].within(c.law.districts) {
		return problem("inconsistent-fact", "facts."+f.Name, "the place lies in another federal district", "leave the fact out: it comes from the place")
	}
	return nil
}

func (c *asked) inconsistent(f *Fact, val value) *comity.Problem {
	if f.NeverStored {
		return problem("inconsistent-fact", "facts."+f.Name, f.Name+" is given, but other facts of the question give another value", "leave it out: it is computed")
	}
	want := itoa(val.num)
	if f.Type == Bool {
		want = f.valueText(val.cell)
	}
	return problem("inconsistent-fact", "facts."+f.Name, fmt.Sprintf("%s is given as %s, but the other facts make it %s", f.Name, c.q.Facts[f.Name], want), "leave it out: it is computed")
}

func (c *asked) derived(f *Fact) (value, bool) {
	if f.logic != nil {
		switch f.logic.holds(c.actor, c.pattern) {
		case yes:
			return value{cell: 1}, true
		case no:
			return value{}, true
		}
		return value{}, false
	}
	r, ok := c.compute(f.expr)
	if !ok {
		return value{}, false
	}
	if f.Type == Bool {
		if r.flag {
			return value{cell: 1}, true
		}
		return value{}, true
	}
	n := min(max(r.num, f.Min), f.Max)
	return value{cell: f.cellOf(n), num: n}, true
}

// assumeDerived uses a derived fact's own default or neutral value only when
// its inputs have none and none of them was left open.
func (c *asked) assumeDerived(f *Fact) {
	c.pattern[f.index] = f.domain
	for _, i := range f.inputs {
		in := c.book.vocabulary.Facts[i]
		if in.hasNeutral() || in.hasDefault() || slices.Contains(c.q.Open, in.Name) {
			return
		}
	}
	c.assumeFact(f)
}

// refuseImpossible gives up assumptions that cannot stand beside the facts
// given, and refuses a question that no case could fit.
func (c *asked) refuseImpossible() *comity.Problem {
	for again := true; again; {
		again = false
		for i := range c.law.impossible {
			rule := &c.law.impossible[i]
			if rule.holds(c.actor, c.pattern) != yes {
				continue
			}
			if !c.dropAssumed(rule.reads) {
				if rule.soft {
					continue
				}
				return problem("impossible-pattern", "facts", "these facts cannot occur together: "+rule.text(c.book.vocabulary), "check the facts named")
			}
			again = true
		}
		again = c.relateNumbers() || again
	}
	if !c.completable() {
		return problem("impossible-pattern", "facts", "no case fits all the facts given", "check facts that are computed from others, and facts that exclude each other")
	}
	return nil
}

func (c *asked) dropAssumed(facts []int) bool {
	dropped := false
	for _, i := range facts {
		if c.source[i] == byDefault || c.source[i] == neutral {
			c.source[i], c.pattern[i] = unknown, c.book.vocabulary.Facts[i].domain
			dropped = true
		}
	}
	if dropped {
		for _, f := range c.book.vocabulary.Facts {
			if f.logic == nil || c.source[f.index] == given {
				continue
			}
			if val, known := c.derived(f); known {
				c.set(f, val, computed)
			} else {
				c.source[f.index], c.pattern[f.index] = unknown, f.domain
			}
		}
	}
	return dropped
}

// A limit is a pattern that never occurs, and the base facts it reads. A soft
// one narrows what open facts may be, but refuses no question: it is not among
// the patterns that the vocabulary lists as impossible.
type limit struct {
	*condition
	reads []int
	soft  bool
}

// idle: a soft limit says nothing about facts that are all known.
func (k *limit) idle(p pattern) bool {
	return k.soft && !slices.ContainsFunc(k.reads, func(f int) bool { return p[f].size() > 1 })
}

// constraints that a completion must not meet and that are not settled yet:
// impossible patterns, and derived values that were given and come out
// otherwise.
func (c *asked) constraints() []limit {
	var out []limit
	for _, k := range c.law.impossible {
		if k.holds(c.actor, c.pattern) != no && !k.idle(c.pattern) {
			out = append(out, k)
		}
	}
	for _, f := range c.book.vocabulary.Facts {
		if f.logic == nil || c.source[f.index] != given {
			continue
		}
		wrong := f.logic
		if c.pattern[f.index].has(1) {
			wrong = negation(wrong)
		}
		if wrong.holds(c.actor, c.pattern) != no {
			out = append(out, limit{condition: wrong, reads: f.inputs})
		}
	}
	return out
}

// completable searches one completion that breaks no constraint.
func (c *asked) completable() bool {
	open := c.constraints()
	if len(open) == 0 {
		return true
	}
	c.scratch = append(c.scratch[:0], c.pattern...)
	return c.complete(c.scratch, open)
}

func (c *asked) complete(p pattern, open []limit) bool {
	next := -1
	for i := range open {
		switch open[i].holds(c.actor, p) {
		case yes:
			return false
		case maybe:
			if next < 0 {
				next = open[i].reads[slices.IndexFunc(open[i].reads, func(f int) bool { return p[f].size() > 1 })]
			}
		}
	}
	if next < 0 {
		return true
	}
	before := p[next]
	for cell := range setSize {
		if !before.has(cell) {
			continue
		}
		p[next] = setOf(cell)
		if c.complete(p, open) {
			return true
		}
	}
	p[next] = before
	return false
}

// sensitive says whether a never-stored fact was given: then nothing of this
// question may stay in memory either.
func (c *asked) sensitive(facts []int) bool {
	return slices.ContainsFunc(facts, func(i int) bool {
		return c.source[i] == given && c.book.vocabulary.Facts[i].NeverStored
	})
}
