package law

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"comity"

	"go.yaml.in/yaml/v3"
)

// A TestResult is one test of a pack and how it ended.
type TestResult struct {
	Pack     *Pack
	Test     Test
	Decision comity.Decision
	Failures []string // empty: it passed
}

// Tests lists the tests of the pack. A pack that was read from compiled law
// alone has none.
func (p *Pack) Tests() []Test {
	tests, _ := p.allTests()
	return tests
}

func (p *Pack) allTests() ([]Test, error) {
	if p.later != nil {
		return p.later()
	}
	return p.tests, nil
}

// Test runs every test of every pack. Tests that cannot be read fail.
func (b *Book) Test() []TestResult {
	var out []TestResult
	for _, p := range b.packs {
		tests, err := p.allTests()
		if err != nil {
			out = append(out, TestResult{Pack: p, Failures: []string{err.Error()}})
		}
		for _, t := range tests {
			out = append(out, b.RunTest(p, t))
		}
	}
	return out
}

// RunTest runs one test of a pack.
func (b *Book) RunTest(p *Pack, t Test) TestResult {
	d, err := b.Decide(t.Question)
	r := TestResult{Pack: p, Test: t, Decision: d}
	if err != nil {
		r.Failures = []string{"the question is refused: " + explainError(err)}
		return r
	}
	if len(t.Expect) > 0 && !slices.Contains(t.Expect, d.Verdict) {
		r.fail("expected %s, got %s", verdictList(t.Expect), d.Verdict)
	}
	if slices.Contains(t.ExpectNot, d.Verdict) {
		r.fail("got %s, which was not expected", d.Verdict)
	}
	for _, want := range t.MustCite {
		if !Cites(d, want) {
			r.fail("no citation of a carrying rule contains %q", want)
		}
	}
	if t.Believed != "" && (d.Believed == nil || *d.Believed != t.Believed) {
		r.fail("the verdict believed is not %s", t.Believed)
	}
	for _, bad := range t.MustNotCite {
		if Cites(d, bad) {
			r.fail("a citation of a carrying rule contains %q", bad)
		}
	}
	for _, want := range t.ExpectFlags {
		if !d.Has(want) {
			r.fail("the flag %s is not set", want)
		}
	}
	return r
}

func (r *TestResult) fail(form string, args ...any) {
	r.Failures = append(r.Failures, fmt.Sprintf(form, args...))
}

func explainError(err error) string {
	var p *comity.Problem
	if errors.As(err, &p) && p.Hint != "" {
		return p.Error() + " (" + p.Hint + ")"
	}
	return err.Error()
}

func verdictList(list []comity.Verdict) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = string(v)
	}
	return strings.Join(words, " or ")
}

// Cites says whether some citation of a carrying rule contains the text, both
// sides stripped to lower-case letters and digits.
func Cites(d comity.Decision, text string) bool {
	want := strip(text)
	return slices.ContainsFunc(d.Citations, func(c comity.Citation) bool { return strings.Contains(strip(c.Ref), want) })
}

func strip(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(s))
}

var verdictNames = []string{"required", "prohibited", "permitted", "no-rule", "needs-facts", "needs-counsel"}

// readTest reads one closed question; `open: all` leaves every fact that is
// not listed unknown instead.
func (p *Pack) readTest(it item) {
	f := it.fields(testKeys...)
	v := p.scope.v
	t := Test{Name: it.need(f, "name"), Line: it.line()}
	q := comity.Question{In: p.Place, Actor: f["actor"].choice(v.names.actors...), Act: f["act"].choice(v.names.acts...), Agency: f["agency"].text(), Closed: true}
	it.need(f, "actor")
	it.need(f, "act")
	q.At, _ = f["at"].boundText(0)
	q.Facts = p.readFacts(f["facts"])
	if open := f["open"]; open.node != nil {
		if open.node.Kind == yaml.ScalarNode && open.text() == "all" {
			q.Closed = false
		} else {
			for _, w := range open.list() {
				q.Open = append(q.Open, w.choice(v.names.facts...))
			}
		}
	}
	t.readExpected(f)
	t.Question = q
	if days := f["days"]; !days.isNull() {
		p.readDays(t, days)
		return
	}
	when := f["on"]
	if when.node == nil {
		when = f["day"]
	}
	if when.node == nil {
		it.fail("missing-key", "the day of the question is missing", `write  "on": "2025-06-01"`)
	}
	t.Question.On, _ = when.dayText(0)
	p.addTest(t, it)
}

// readDays reads one question asked on several days, each with its answer:
// days: {"2021-08-01": permitted, "2021-08-02": prohibited}.
func (p *Pack) readDays(t Test, days item) {
	if days.node.Kind != yaml.MappingNode {
		days.fail("bad-shape", "days is a mapping of days to what is expected", `write  days: {"2021-08-01": permitted, "2021-08-02": prohibited}`)
		return
	}
	for on, val := range days.rows() {
		one := t
		one.Name, one.Line = t.Name+" ("+on+")", val.line()
		if _, bad := readDay(on); bad != nil {
			val.fail(bad.Code, bad.Message, bad.Hint)
			continue
		}
		one.Question.On = on
		if val.node.Kind == yaml.MappingNode {
			one.readExpected(val.fields(answerKeys...))
		} else {
			one.readExpected(map[string]item{"expect": val})
		}
		p.addTest(one, val)
	}
}

func (p *Pack) addTest(t Test, it item) {
	if len(t.Expect)+len(t.ExpectNot)+len(t.MustCite)+len(t.MustNotCite)+len(t.ExpectFlags) == 0 && t.Believed == "" {
		it.fail("missing-key", "the test expects nothing", "add  expect: with a verdict")
	}
	p.tests = append(p.tests, t)
}

// readExpected adds what the test expects to what it expects already.
func (t *Test) readExpected(f map[string]item) {
	for key, list := range map[string]*[]comity.Verdict{"expect": &t.Expect, "expect_not": &t.ExpectNot} {
		for _, w := range f[key].list() {
			*list = append(slices.Clip(*list), comity.Verdict(w.choice(verdictNames...)))
		}
	}
	if b := f["believed"]; !b.isNull() {
		t.Believed = comity.Verdict(b.choice(verdictNames[:4]...))
	}
	t.MustCite = append(slices.Clip(t.MustCite), f["must_cite"].words()...)
	t.MustNotCite = append(slices.Clip(t.MustNotCite), f["must_not_cite"].words()...)
	for _, w := range f["expect_flags"].list() {
		t.ExpectFlags = append(slices.Clip(t.ExpectFlags), comity.Flag(w.choice("conflict", "unsettled", "unverified", "incomplete")))
	}
}

func (p *Pack) readFacts(it item) comity.Facts {
	out := comity.Facts{}
	if it.isNull() {
		return out
	}
	if it.node.Kind != yaml.MappingNode {
		it.fail("bad-shape", "facts is a mapping of facts to values", "")
		return out
	}
	for name, val := range it.rows() {
		f, ok := p.scope.v.Fact(name)
		if !ok {
			val.fail("unknown-fact", "the fact "+name+" is not in the vocabulary", didYouMean(name, p.scope.v.names.facts))
			continue
		}
		text := val.text()
		if _, bad := f.read(text); bad != nil {
			val.fail(bad.Code, bad.Message, bad.Hint)
			continue
		}
		out[name] = text
	}
	return out
}
