package law

import (
	"fmt"
	"slices"

	"comity"
)

// A Mutant is one deliberate fault put into one rule or order. Tests that
// still pass with it prove nothing about what was changed.
type Mutant struct {
	Rule   string // the rule's or order's id
	Pack   *Pack
	Line   int
	Kind   MutantKind
	What   string // what was changed
	Killed bool   // some test of some pack fails
}

// A MutantKind is what sort of fault was put in.
type MutantKind string

// The kinds of faults. Without the first three all killed a pack is not
// shipped; condition faults are counted apart.
const (
	Deleted   MutantKind = "delete"
	Inverted  MutantKind = "invert"
	Shifted   MutantKind = "date"
	Condition MutantKind = "condition"
)

// Mutate puts every fault into every wanted rule and order, one at a time,
// runs the pack tests that can meet it, and gives each mutant to yield. The
// book answers wrongly meanwhile: nobody else may use it.
func (b *Book) Mutate(wanted func(*Pack) bool, yield func(Mutant)) {
	m := &mutation{book: b, byAct: make([][]packTest, len(b.vocabulary.Acts))}
	m.sortTests()
	defer b.forgetPlans()
	for _, p := range b.packs {
		if !wanted(p) {
			continue
		}
		for _, r := range p.Rules {
			m.rule(r, yield)
		}
		for _, o := range p.Orders {
			m.order(o, yield)
		}
	}
}

// TestedRules names the rules that some test of some pack meets: they carry its
// answer, may carry it, or are overridden, defeated or suspended in it.
func (b *Book) TestedRules() map[string]bool {
	out := map[string]bool{}
	for _, r := range b.Test() {
		d := &r.Decision
		for _, id := range slices.Concat(d.Rules, d.MayCarry, d.Overridden) {
			out[id] = true
		}
		for _, x := range d.Defeated {
			out[x.Rule] = true
		}
		for _, x := range d.Suspended {
			out[x.Rule] = true
		}
	}
	return out
}

type packTest struct {
	pack  *Pack
	test  Test
	actor int
	law   *localLaw
}

type mutation struct {
	book  *Book
	byAct [][]packTest // the tests that pass, by act
}

func (m *mutation) sortTests() {
	v := m.book.vocabulary
	for _, r := range m.book.Test() {
		if len(r.Failures) > 0 {
			continue
		}
		l, _ := m.book.lawOf(r.Test.Question.In)
		act := v.acts[r.Test.Question.Act]
		m.byAct[act] = append(m.byAct[act], packTest{r.Pack, r.Test, v.actors[r.Test.Question.Actor], l})
	}
}

// rule tries every fault of one rule, and mends it after each.
func (m *mutation) rule(r *Rule, yield func(Mutant)) {
	tests := m.meeting(r)
	sound := *r
	try := func(kind MutantKind, what string, change func()) {
		change()
		yield(Mutant{r.ID, r.pack, r.Line, kind, what, m.killed(tests)})
		*r = sound
	}
	half := ""
	if r.OnlyIf != "" {
		half = " (" + string(r.Verdict) + " half)"
	}
	try(Deleted, "the rule is gone"+half, func() { r.lasts = period{} })
	try(Inverted, "the verdict is "+string(opposite(r.Verdict))+half, func() {
		r.Verdict, r.Lower = opposite(r.Verdict), "stands"
		if r.Verdict == comity.Permitted {
			r.Lower = "yields"
		}
	})
	shifts(&r.lasts, func(what string, change func()) { try(Shifted, what+half, change) })
	tryRow := func(what string, change func()) { try(Condition, what+half, change) }
	rows("when", &r.when, tryRow)
	rows("unless", &r.unless, tryRow)
}

func (m *mutation) order(o *Order, yield func(Mutant)) {
	var tests []packTest
	for _, i := range o.rules {
		tests = append(tests, m.meeting(m.book.rules[i])...)
	}
	sound := *o
	try := func(kind MutantKind, what string, change func()) {
		change()
		yield(Mutant{o.ID, o.pack, o.Line, kind, what, m.killed(tests)})
		*o = sound
	}
	try(Deleted, "the order is gone", func() { o.lasts = period{} })
	shifts(&o.lasts, func(what string, change func()) {
		change()
		same := !m.matters(sound.lasts, o.lasts, o)
		*o = sound
		if !same {
			try(Shifted, what, change)
		}
	})
	rows("when", &o.when, func(what string, change func()) { try(Condition, what, change) })
}

// matters says whether some suspended rule is in force on a day that only one
// of the two periods covers; an order may begin or end with its rule.
func (m *mutation) matters(a, b period, o *Order) bool {
	for _, gap := range []period{{a.from, b.from}, {b.from, a.from}, {a.until, b.until}, {b.until, a.until}} {
		for _, i := range o.rules {
			if gap.from.day < gap.until.day && gap.overlaps(m.book.rules[i].lasts) {
				return true
			}
		}
	}
	return false
}

// meeting lists the tests whose place, act and actor can meet the rule.
func (m *mutation) meeting(r *Rule) []packTest {
	var out []packTest
	for _, a := range r.acts {
		for _, t := range m.byAct[a] {
			if r.actors.has(t.actor) && slices.Contains(t.law.packs, r.pack) {
				out = append(out, t)
			}
		}
	}
	// The pack's own tests are the likeliest to notice.
	slices.SortStableFunc(out, func(a, b packTest) int { return int(bit(a.pack != r.pack)) - int(bit(b.pack != r.pack)) })
	return out
}

func (m *mutation) killed(tests []packTest) bool {
	m.book.forgetPlans()
	return slices.ContainsFunc(tests, func(t packTest) bool { return len(m.book.RunTest(t.pack, t.test).Failures) > 0 })
}

func (b *Book) forgetPlans() {
	b.plans.mu.Lock()
	defer b.plans.mu.Unlock()
	b.plans.all = nil
}

func opposite(v comity.Verdict) comity.Verdict {
	if v == comity.Prohibited {
		return comity.Permitted
	}
	return comity.Prohibited
}

// shifts moves each written date by a day, either way.
func shifts(p *period, try func(what string, change func())) {
	for _, by := range []day{-1, 1} {
		if p.from.day != firstDay {
			try(fmt.Sprintf("from is moved by %+d day", by), func() { p.from = p.from.moved(by) })
		}
		if p.until.day != lastDay {
			try(fmt.Sprintf("until is moved by %+d day", by), func() { p.until = p.until.moved(by) })
		}
	}
}

// rows takes each row of a condition as true, and as false.
func rows(name string, c **condition, try func(what string, change func())) {
	sound := *c
	for n := range leaves(sound) {
		for _, by := range []*condition{always, never} {
			try(fmt.Sprintf("row %d of %s is taken as %s", n+1, name, by.word()), func() { *c = replaceLeaf(sound, n, by) })
		}
	}
}

func (b bound) moved(by day) bound {
	return bound{b.day + by, b.instant.AddDate(0, 0, int(by)), b.exact}
}

func (c *condition) word() string {
	if c == always {
		return "true"
	}
	return "false"
}

// leaves counts the rows of a condition; a definition used by name is one.
func leaves(c *condition) int {
	switch c.op {
	case opTrue, opFalse:
		return 0
	case opAnd, opOr, opNot:
		n := 0
		for _, k := range c.kids {
			n += leaves(k)
		}
		return n
	}
	return 1
}

// replaceLeaf copies a condition with its n-th row replaced.
func replaceLeaf(c *condition, n int, by *condition) *condition {
	switch c.op {
	case opTrue, opFalse:
		return c
	case opAnd, opOr, opNot:
		out := *c
		out.kids = slices.Clone(c.kids)
		for i, k := range c.kids {
			if l := leaves(k); n < l {
				out.kids[i] = replaceLeaf(k, n, by)
				return &out
			} else {
				n -= l
			}
		}
		return c
	}
	return by
}
