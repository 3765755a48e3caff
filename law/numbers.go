package law

// Facts that measure the same time cannot contradict each other (semantics 8):
// counted hours are never more than plain hours, and the day of release is
// over when 24 plain hours are gone.
const (
	plainHours   = "clock.hours_past_release"
	countedFact  = "clock.counted_hours_past_release"
	dayOverFact  = "clock.release_day_over"
	hoursOfADay  = 24
	dayIsOver    = 1
	dayIsNotOver = 0
)

// clockTriple holds the three facts, where the vocabulary has them.
type clockTriple struct{ plain, counted, over *Fact }

func (v *Vocabulary) clockTriple() (t clockTriple, ok bool) {
	var a, b, c bool
	t.plain, a = v.Fact(plainHours)
	t.counted, b = v.Fact(countedFact)
	t.over, c = v.Fact(dayOverFact)
	return t, a && b && c && t.plain.Type == Int && t.counted.Type == Int && t.over.Type == Bool
}

// numberPatterns states the two exclusions over what conditions can tell apart.
func (v *Vocabulary) numberPatterns() []limit {
	t, ok := v.clockTriple()
	if !ok {
		return nil
	}
	var out []limit
	add := func(a, b *condition) { out = append(out, limit{allOf(a, b), []int{a.fact, b.fact}, true}) }
	for _, i := range t.plain.domain.members() {
		var more set
		for _, j := range t.counted.domain.members() {
			if t.counted.cells[j].lo > t.plain.cells[i].hi {
				more.add(j)
			}
		}
		if !more.empty() {
			add(&condition{op: opFact, fact: t.plain.index, cells: setOf(i)}, &condition{op: opFact, fact: t.counted.index, cells: more})
		}
	}
	if gone := t.plain.above(hoursOfADay); !gone.empty() {
		add(&condition{op: opFact, fact: t.over.index, cells: setOf(dayIsNotOver)}, &condition{op: opFact, fact: t.plain.index, cells: gone})
	}
	return out
}

// above gives the cells that lie wholly at or above n.
func (f *Fact) above(n int) set {
	var out set
	for _, i := range f.domain.members() {
		if f.cells[i].lo >= n {
			out.add(i)
		}
	}
	return out
}

// relateNumbers does the same with exact numbers: it narrows an open fact by a
// known one, and gives up an assumption. Facts that were all given, or computed
// from instants, are taken as they are: a day of 25 hours is real.
func (c *asked) relateNumbers() (dropped bool) {
	t, ok := c.book.vocabulary.clockTriple()
	if !ok {
		return false
	}
	plain, counted, over := t.plain.index, t.counted.index, t.over.index
	if c.one(plain) && c.one(counted) && c.nums[counted] > c.nums[plain] && c.dropAssumed([]int{plain, counted}) {
		return true
	}
	if c.one(plain) && c.nums[plain] >= hoursOfADay && c.pattern[over] == setOf(dayIsNotOver) && c.dropAssumed([]int{over, plain}) {
		return true
	}
	c.narrow(t)
	return false
}

func (c *asked) one(fact int) bool { return c.source[fact] != unknown }

func (c *asked) narrow(t clockTriple) {
	plain, counted, over := t.plain.index, t.counted.index, t.over.index
	switch {
	case c.one(plain) && !c.one(counted):
		c.pattern[counted] = t.counted.domain.minus(t.counted.above(c.nums[plain] + 1))
	case c.one(counted) && !c.one(plain):
		c.pattern[plain] = t.plain.domain.meet(t.plain.reaching(c.nums[counted]))
	}
	if c.one(plain) && !c.one(over) && c.nums[plain] >= hoursOfADay {
		c.pattern[over] = setOf(dayIsOver)
	}
}

// reaching gives the cells with some number of n or more.
func (f *Fact) reaching(n int) set {
	var out set
	for _, i := range f.domain.members() {
		if f.cells[i].hi >= n {
			out.add(i)
		}
	}
	return out
}
