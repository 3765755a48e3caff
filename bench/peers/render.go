package peers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"comity/law"
)

var underscores = strings.NewReplacer(".", "_", "-", "_")

// plain is how a fact is called where no dot may stand in a name.
func plain(fact string) string { return underscores.Replace(fact) }

func quoted(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strconv.Quote(w)
	}
	return strings.Join(out, ", ")
}

// shorter says "not a" where that is shorter than "b, c or d".
func (n *node) shorter() (wanted []string, out bool) {
	if n.kind == isActor || n.fact.Type == law.Bool {
		return n.words, n.out
	}
	var rest []string
	for _, w := range n.fact.Values {
		if !slices.Contains(n.words, w) {
			rest = append(rest, w)
		}
	}
	if len(rest) < len(n.words) {
		return rest, !n.out
	}
	return n.words, n.out
}

// holdsTrue says whether a comparison of a yes-or-no fact wants yes.
func (n *node) holdsTrue() bool { return (n.words[0] == "true") != n.out }

var signs = map[string]string{"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}

// --- CEL: one expression for an act, whose bits are the rules that fire.

func celProgram(rules []rule, alone bool) string {
	parts := make([]string, len(rules))
	for i, r := range rules {
		condition := r.fires.cel()
		if !alone {
			condition = "actor in [" + quoted(r.actors) + "] && " + condition
		}
		parts[i] = fmt.Sprintf("(%s ? %d : 0)", condition, uint64(1)<<i)
	}
	return strings.Join(parts, " +\n")
}

func (n *node) cel() string {
	switch n.kind {
	case and, or:
		return n.joinText(" && ", " || ", (*node).cel)
	case compares:
		return fmt.Sprintf("%s %s %d", n.fact.Name, signs[n.op], n.number)
	}
	name := "actor"
	if n.kind == isOneOf {
		name = n.fact.Name
		if n.fact.Type == law.Bool {
			return map[bool]string{true: "", false: "!"}[n.holdsTrue()] + name
		}
	}
	words, out := n.shorter()
	switch {
	case len(words) == 1:
		return name + map[bool]string{true: " != ", false: " == "}[out] + quoted(words)
	case out:
		return "!(" + name + " in [" + quoted(words) + "])"
	}
	return name + " in [" + quoted(words) + "]"
}

func (n *node) joinText(ands, ors string, write func(*node) string) string {
	if len(n.kids) == 0 {
		return strconv.FormatBool(n.kind == and)
	}
	parts := make([]string, len(n.kids))
	for i, k := range n.kids {
		parts[i] = write(k)
	}
	if n.kind == and {
		return "(" + strings.Join(parts, ands) + ")"
	}
	return "(" + strings.Join(parts, ors) + ")"
}

// --- Cedar: one permit a rule and act; which of them apply is in the reasons.

// cedarPolicy names the actors by the group that group gives, or leaves them out.
func cedarPolicy(r rule, act, group string) string {
	principal := "principal"
	if group != "" {
		principal = "principal in Group::" + strconv.Quote(group)
	}
	text := fmt.Sprintf("permit (%s, action == Action::%q, resource)", principal, act)
	if r.fires.kind != and || len(r.fires.kids) > 0 {
		text += " when { " + r.fires.cedar() + " }"
	}
	return text + ";"
}

func (n *node) cedar() string {
	switch n.kind {
	case and, or:
		return n.joinText(" && ", " || ", (*node).cedar)
	case compares:
		return fmt.Sprintf("context.%s %s %d", plain(n.fact.Name), signs[n.op], n.number)
	case isActor:
		return map[bool]string{true: "!", false: ""}[n.out] + "[" + quoted(n.words) + "].contains(context.actor)"
	}
	if n.fact.Type == law.Bool {
		return map[bool]string{true: "", false: "!"}[n.holdsTrue()] + "context." + plain(n.fact.Name)
	}
	words, out := n.shorter()
	switch {
	case len(words) == 1:
		return "context." + plain(n.fact.Name) + map[bool]string{true: " != ", false: " == "}[out] + quoted(words)
	case out:
		return "![" + quoted(words) + "].contains(context." + plain(n.fact.Name) + ")"
	}
	return "[" + quoted(words) + "].contains(context." + plain(n.fact.Name) + ")"
}

// --- Rego: a set of the numbers of rules that fire. The act stands first in a
// body and plain comparisons are equalities, which is what its index reads.

type regoWriter struct {
	rules, parts strings.Builder
	named        map[string]string // of an "or": its text and its rule
}

func regoModule(rules []rule, alone bool) string {
	w := &regoWriter{named: map[string]string{}}
	for i, r := range rules {
		for _, act := range r.acts {
			var body []string
			if !alone {
				body = append(body, fmt.Sprintf("input.act == %q", act), "input.actor in {"+quoted(r.actors)+"}")
			}
			body = append(body, w.body(r.fires)...)
			if len(body) == 0 {
				body = []string{"true"}
			}
			fmt.Fprintf(&w.rules, "fires contains %d if {\n\t%s\n}\n\n", i, strings.Join(body, "\n\t"))
		}
	}
	return "package law\n\n" + w.rules.String() + w.parts.String()
}

// body writes the lines that all must hold; an "or" becomes a rule of its own.
func (w *regoWriter) body(n *node) []string {
	switch n.kind {
	case and:
		var out []string
		for _, k := range n.kids {
			out = append(out, w.body(k)...)
		}
		return out
	case or:
		return []string{w.either(n)}
	}
	return []string{n.rego()}
}

func (w *regoWriter) either(n *node) string {
	if len(n.kids) == 0 {
		return "false"
	}
	bodies := make([]string, len(n.kids))
	for i, k := range n.kids {
		bodies[i] = strings.Join(w.body(k), "\n\t")
	}
	key := strings.Join(bodies, "\n\n")
	if name, ok := w.named[key]; ok {
		return name
	}
	name := fmt.Sprintf("part%d", len(w.named))
	w.named[key] = name
	for _, b := range bodies {
		fmt.Fprintf(&w.parts, "%s if {\n\t%s\n}\n\n", name, b)
	}
	return name
}

func (n *node) rego() string {
	if n.kind == compares {
		return fmt.Sprintf("input.%s %s %d", plain(n.fact.Name), signs[n.op], n.number)
	}
	field := "input.actor"
	if n.kind == isOneOf {
		field = "input." + plain(n.fact.Name)
		if n.fact.Type == law.Bool {
			return fmt.Sprintf("%s == %v", field, n.holdsTrue())
		}
	}
	words, out := n.shorter()
	switch {
	case len(words) == 1:
		return field + map[bool]string{true: " != ", false: " == "}[out] + quoted(words)
	case out:
		return "not " + field + " in {" + quoted(words) + "}"
	}
	return field + " in {" + quoted(words) + "}"
}
