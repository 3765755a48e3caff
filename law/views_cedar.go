package law

import (
	"fmt"
	"slices"
	"strings"

	"comity"
)

// cedar writes bans as forbid and permissions as permit. A duty has no
// counterpart in Cedar.
func (x *export) cedar() string {
	x.rules = slices.DeleteFunc(x.rules, func(r *Rule) bool {
		if r.Verdict == comity.Required {
			x.left = append(x.left, r.ID+" (required): Cedar knows what is allowed and has no duties")
			return true
		}
		return false
	})
	more := []string{
		`- Request: principal Actor::"county-jail", action Action::"hold-on-detainer"; in the context, on as a number`,
		"  (2025-06-01 is 20250601), agency where a rule asks for it, and every fact below by its name.",
		"- Cedar denies what nothing permits. In Comity silence is no rule, which is not a ban: read the policies that",
		"  decided, not only allow or deny. A forbid beats a permit; Comity may say conflict, or a defeat may decide.",
		"- A fact that is missing or of another type is an error, and Cedar then passes over the policy, bans too.",
		"  Refuse a request whose answer has errors.",
	}
	for _, f := range x.facts() {
		more = append(more, "  "+f.Name+": "+cedarType(f))
	}
	var b strings.Builder
	for _, l := range x.header(more...) {
		b.WriteString(strings.TrimRight("// "+l, " ") + "\n")
	}
	for _, r := range x.rules {
		x.cedarPolicy(&b, r)
	}
	return b.String()
}

func cedarType(f *Fact) string {
	switch f.Type {
	case Bool:
		return "true or false"
	case Int:
		return fmt.Sprintf("a number from %d to %d", f.Min, f.Max)
	}
	return strings.Join(f.Values, ", ")
}

func (x *export) cedarPolicy(b *strings.Builder, r *Rule) {
	effect := "forbid"
	if r.Verdict == comity.Permitted {
		effect = "permit"
	}
	var refs, acts []string
	for _, c := range r.Cites {
		refs = append(refs, c.Ref)
	}
	for _, a := range r.Acts {
		acts = append(acts, "Action::"+str(a))
	}
	lines := []string{x.cedarActors(r.actors)}
	for _, list := range x.agencies(r) {
		lines = append(lines, "["+quoted(list)+"].contains(context.agency)")
	}
	if r.From != "" {
		lines = append(lines, "context.on >= "+strings.ReplaceAll(r.From, "-", ""))
	}
	if r.Until != "" {
		lines = append(lines, "context.on < "+strings.ReplaceAll(r.Until, "-", ""))
	}
	if when := x.v.expand(r.when); when.op != opTrue {
		lines = append(lines, x.cedarExpr(when))
	}
	fmt.Fprintf(b, "\n@rule(%s)\n@says(%s)\n@cite(%s)\n%s (\n  principal,\n  action in [%s],\n  resource\n) when {\n  %s\n}",
		str(r.ID), str(r.Says.EN), str(strings.Join(refs, "; ")), effect, strings.Join(acts, ", "), strings.Join(lines, " &&\n  "))
	if unless := x.v.expand(r.unless); unless.op != opFalse {
		fmt.Fprintf(b, " unless {\n  %s\n}", x.cedarExpr(unless))
	}
	b.WriteString(";\n")
}

func (x *export) cedarActors(s set) string {
	var out []string
	for _, a := range x.v.actorNames(s) {
		out = append(out, "Actor::"+str(a))
	}
	return "[" + strings.Join(out, ", ") + "].contains(principal)"
}

// cedarExpr writes a condition; every part that joins others is in brackets.
func (x *export) cedarExpr(c *condition) string {
	switch c.op {
	case opTrue:
		return "true"
	case opFalse:
		return "false"
	case opActor:
		return x.cedarActors(c.actors)
	case opFact:
		return cedarFact(x.v.Facts[c.fact], c.cells)
	case opNot:
		return "!(" + x.cedarExpr(c.kids[0]) + ")"
	}
	word := " && "
	if c.op == opOr {
		word = " || "
	}
	var parts []string
	for _, k := range c.kids {
		parts = append(parts, x.cedarExpr(k))
	}
	return "(" + strings.Join(parts, word) + ")"
}

func cedarFact(f *Fact, cells set) string {
	at := fmt.Sprintf("context[%q]", f.Name)
	switch f.Type {
	case Bool:
		switch {
		case cells.size() == 2:
			return "true"
		case cells.has(1):
			return at
		}
		return "!" + at
	case Int:
		var parts []string
		for _, s := range f.ranges(cells) {
			parts = append(parts, fmt.Sprintf("(%s >= %d && %s <= %d)", at, s.lo, at, s.hi))
		}
		if len(parts) == 0 {
			return "false"
		}
		return "(" + strings.Join(parts, " || ") + ")"
	}
	return "[" + quoted(f.cellTexts(cells)) + "].contains(" + at + ")"
}
