package law

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An export writes the rules of one pack for another program. It carries one
// rule at a time, exactly or not at all; what the other program cannot know is
// written above them.
type export struct {
	b       *Book
	p       *Pack
	v       *Vocabulary
	rules   []*Rule
	left    []string // rules that are not exported, and why
	helpers []string // Rego: bodies of conditions with a name of their own
}

func newExport(b *Book, p *Pack) *export {
	x := &export{b: b, p: p, v: b.vocabulary}
	for _, r := range p.Rules {
		if why := cannotExport(r); why != "" {
			x.left = append(x.left, r.ID+" ("+string(r.Verdict)+"): "+why)
			continue
		}
		x.rules = append(x.rules, r)
	}
	return x
}

// cannotExport says why a rule would be another rule elsewhere.
func cannotExport(r *Rule) string {
	switch {
	case r.Untranslatable != "":
		return "it cannot be put exactly in facts: " + oneLine(r.Untranslatable)
	case r.lasts.from.exact || r.lasts.until.exact:
		return "it begins or ends at an instant, and the export knows days"
	case r.Withdrawn != "":
		return "it was found to be a mistake on " + r.Withdrawn
	}
	return ""
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// header says what the export is, and what it does not carry.
func (x *export) header(more ...string) []string {
	out := []string{
		x.p.ID + ": " + oneLine(x.p.Title), "Exported from Comity, law " + x.b.Digest() + ". Not legal advice.", "",
		"One pack of the " + string(x.p.Layer) + " layer at " + x.p.Place + ", and no other law. What this cannot carry:",
		"- Layers: whether higher law shields, forbids or demands otherwise is not here.",
		"- Place: the rules hold only where the place is " + x.p.Place + " or lies in it; whoever asks sees to that.",
		"- Unknown facts: Comity keeps all answers that stay possible. Here every fact listed must be given.",
		"- Silence: no rule is not permission. Comity also says where law was not read.",
		"- The day on which the law was known, clocks, duties that follow, contested rules, and grades of citations.",
	}
	for _, r := range x.p.Rules {
		if len(r.Defeats) > 0 && !r.opens {
			out = append(out, "- Defeats: "+r.ID+" sets aside "+strings.Join(r.Defeats, ", ")+"; here both fire.")
		}
		for _, o := range x.b.Orders(r) {
			out = append(out, fmt.Sprintf("- Orders: %s suspends %s for %s from %s until %s; here it still fires.", o.ID, r.ID, strings.Join(o.For, ", "), dash(o.From), dash(o.Until)))
		}
		if r.Contested != "" && !r.opens {
			out = append(out, "- Contested: "+r.ID+": "+oneLine(r.Contested))
		}
	}
	for _, f := range x.facts() {
		if f.Derives() {
			out = append(out, "- Computed: give "+f.Name+" as the vocabulary computes it: "+oneLine(f.Derived))
		}
	}
	out = append(out, more...)
	if len(x.left) > 0 {
		out = append(out, "", "Not exported:")
		for _, l := range x.left {
			out = append(out, "- "+l)
		}
	}
	return out
}

// facts lists the facts that the exported rules read; facts derived from
// others are written out.
func (x *export) facts() []*Fact {
	var at []int
	for _, r := range x.rules {
		at = append(at, x.v.expand(r.when).facts()...)
		at = append(at, x.v.expand(r.unless).facts()...)
	}
	slices.Sort(at)
	var out []*Fact
	for _, i := range slices.Compact(at) {
		out = append(out, x.v.Facts[i])
	}
	return out
}

// agencies are the lists that must each hold the agency asked about.
func (x *export) agencies(r *Rule) [][]string {
	var out [][]string
	for _, list := range [][]string{x.p.Agencies, r.Agencies} {
		if len(list) > 0 {
			out = append(out, list)
		}
	}
	return out
}

func quoted(list []string) string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = str(w)
	}
	return strings.Join(out, ", ")
}

// ranges gives the cells of a number as spans that do not touch.
func (f *Fact) ranges(cells set) []span {
	var out []span
	for _, i := range cells.meet(f.domain).members() {
		c := f.cells[i]
		if n := len(out); n > 0 && out[n-1].hi+1 >= c.lo {
			out[n-1].hi = c.hi
			continue
		}
		out = append(out, c)
	}
	return out
}

// rego writes the pack for Open Policy Agent: data.comity.….rules is the set
// of rules that fire.
func (x *export) rego() string {
	var b strings.Builder
	for _, l := range x.header(
		`- Input: {"on": "2025-06-01", "actor": …, "act": …, "agency": …, "facts": {…}}. While a fact is missing or not`,
		"  a value of the vocabulary, it stands in missing and no rule fires.") {
		b.WriteString(strings.TrimRight("# "+l, " ") + "\n")
	}
	fmt.Fprintf(&b, "package comity.%s\n\nimport rego.v1\n\n", regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(x.p.ID, "_"))
	x.regoFacts(&b)
	var rules strings.Builder
	for _, r := range x.rules {
		x.regoRule(&rules, r)
	}
	x.writeHelpers(&b)
	b.WriteString(strings.TrimRight(rules.String(), "\n") + "\n")
	return b.String()
}

// regoFacts says which facts must be given, and with which values. Empty
// tables are left out: Rego refuses to look into them.
func (x *export) regoFacts(b *strings.Builder) {
	var values, numbers, needs []string
	for _, f := range x.facts() {
		needs = append(needs, f.Name)
		switch f.Type {
		case Enum:
			values = append(values, fmt.Sprintf("\t%q: {%s},\n", f.Name, quoted(f.Values)))
		case Bool:
			values = append(values, fmt.Sprintf("\t%q: {true, false},\n", f.Name))
		case Int:
			numbers = append(numbers, fmt.Sprintf("\t%q: {\"least\": %d, \"most\": %d},\n", f.Name, f.Min, f.Max))
		}
	}
	if len(values) > 0 {
		fmt.Fprintf(b, "values := {\n%s}\n\n%s", strings.Join(values, ""), regoValues)
	}
	if len(numbers) > 0 {
		fmt.Fprintf(b, "numbers := {\n%s}\n\n%s", strings.Join(numbers, ""), regoNumbers)
	}
	if len(needs) == 0 {
		b.WriteString("missing := set()\n\n")
	} else {
		fmt.Fprintf(b, "missing := {%s} - given\n\n", quoted(needs))
	}
	b.WriteString(regoReady)
}

const (
	regoValues = `given contains f if {
	some f, allowed in values
	input.facts[f] in allowed
}

`
	regoNumbers = `given contains f if {
	some f, n in numbers
	is_number(input.facts[f])
	input.facts[f] == floor(input.facts[f])
	input.facts[f] >= n.least
	input.facts[f] <= n.most
}

`
	regoReady = `ready if {
	count(missing) == 0
	regex.match("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", input.on)
}

`
)

func (x *export) regoRule(b *strings.Builder, r *Rule) {
	lines := []string{"ready", "input.act in {" + quoted(r.Acts) + "}", "input.actor in {" + quoted(x.v.actorNames(r.actors)) + "}"}
	for _, list := range x.agencies(r) {
		lines = append(lines, "input.agency in {"+quoted(list)+"}")
	}
	if r.From != "" {
		lines = append(lines, "input.on >= "+strconv.Quote(r.From))
	}
	if r.Until != "" {
		lines = append(lines, "input.on < "+strconv.Quote(r.Until))
	}
	lines = append(lines, x.regoBody(x.v.expand(r.when))...)
	lines = append(lines, x.regoBody(negation(x.v.expand(r.unless)))...)
	var refs []string
	for _, c := range r.Cites {
		refs = append(refs, c.Ref)
	}
	fmt.Fprintf(b, "# %s\nrules contains {\"rule\": %s, \"verdict\": %q, \"cite\": [%s]} if {\n\t%s\n}\n\n", oneLine(r.Says.EN), str(r.ID), r.Verdict, quoted(refs), strings.Join(lines, "\n\t"))
}

// regoBody gives the lines that must all hold; what is not a plain row becomes
// a helper of its own.
func (x *export) regoBody(c *condition) []string {
	switch c.op {
	case opTrue:
		return nil
	case opFalse:
		return []string{"false"}
	case opActor:
		return []string{"input.actor in {" + quoted(x.v.actorNames(c.actors)) + "}"}
	case opFact:
		return x.regoFact(x.v.Facts[c.fact], c.cells)
	case opAnd:
		var out []string
		for _, k := range c.kids {
			out = append(out, x.regoBody(k)...)
		}
		return out
	case opNot:
		if k := c.kids[0]; k.op == opOr {
			return []string{"not " + x.helper(k.kids...)}
		}
		return []string{"not " + x.helper(c.kids[0])}
	}
	return []string{x.helper(c.kids...)}
}

func (x *export) regoFact(f *Fact, cells set) []string {
	at := fmt.Sprintf("input.facts[%q]", f.Name)
	switch f.Type {
	case Bool:
		if cells.size() == 2 {
			return nil
		}
		return []string{at + " == " + strconv.FormatBool(cells.has(1))}
	case Int:
		var bodies [][]string
		for _, s := range f.ranges(cells) {
			bodies = append(bodies, []string{fmt.Sprintf("%s >= %d", at, s.lo), fmt.Sprintf("%s <= %d", at, s.hi)})
		}
		switch len(bodies) {
		case 0:
			return []string{"false"}
		case 1:
			return bodies[0]
		}
		return []string{x.helperOf(bodies)}
	}
	return []string{at + " in {" + quoted(f.cellTexts(cells)) + "}"}
}

// helper names a condition that holds when one of these does.
func (x *export) helper(either ...*condition) string {
	var bodies [][]string
	for _, c := range either {
		bodies = append(bodies, x.regoBody(c))
	}
	return x.helperOf(bodies)
}

// helperOf writes the helper once, however often it is used.
func (x *export) helperOf(bodies [][]string) string {
	var parts []string
	for _, lines := range bodies {
		if len(lines) == 0 {
			lines = []string{"true"}
		}
		parts = append(parts, strings.Join(lines, "\n\t"))
	}
	body := strings.Join(parts, "\n\x00\n")
	at := slices.Index(x.helpers, body)
	if at < 0 {
		at = len(x.helpers)
		x.helpers = append(x.helpers, body)
	}
	return fmt.Sprintf("c%d", at+1)
}

func (x *export) writeHelpers(b *strings.Builder) {
	for i, body := range x.helpers {
		for part := range strings.SplitSeq(body, "\n\x00\n") {
			fmt.Fprintf(b, "c%d if {\n\t%s\n}\n\n", i+1, part)
		}
	}
}

// str writes a text as Rego and Cedar both read it.
func str(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(oneLine(s)) + `"`
}
