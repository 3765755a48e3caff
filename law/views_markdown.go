package law

import (
	"fmt"
	"slices"
	"strings"
)

// markdown is for review by a lawyer: every rule with its text, source and
// tests, and room to say whether it is right.
func (v view) markdown() string {
	var b strings.Builder
	line := func(form string, args ...any) { fmt.Fprintf(&b, form+"\n", args...) }
	line("# %s\n", mark(v.title()))
	line("%s\n", v.say("For review by a lawyer. Each rule: is it what the text says, for these actors, on these days?", "Para la revisión de un abogado. Cada regla: ¿dice lo que dice el texto, para estos actores, en estos días?"))
	line("- `%s`, %s, %s", v.p.ID, v.p.Place, v.p.Layer)
	line("- %s %s; %s %s; %s %s", v.say("known from", "completo desde"), dash(v.p.KnownFrom), v.say("text as of", "texto del"), dash(v.p.AsOf), v.say("next check", "próxima revisión"), dash(v.p.NextCheck))
	tested := map[string]bool{}
	for _, r := range v.p.Rules {
		v.ruleMarkdown(line, r, tested)
	}
	for _, o := range v.p.Orders {
		line("\n## %s `%s`\n", v.say("Order", "Orden judicial"), o.ID)
		line("%s `%s`, %s %s, %s – %s", v.say("Suspends", "Suspende"), strings.Join(o.Suspends, "`, `"), v.say("for", "para"), strings.Join(o.For, ", "), dash(o.From), dash(o.Until))
		for _, c := range o.Cites {
			line("\n%s", v.citeMarkdown(c))
		}
	}
	for _, s := range v.p.Silent {
		why := v.say(s.Why, s.WhyES)
		if why == "" {
			why = s.Why
		}
		line("\n## %s (%s)\n\n%s\n\n%s", v.say("No rule", "Sin regla"), s.Kind, strings.Join(s.Acts, ", "), mark(why))
	}
	v.otherTests(line, tested)
	return b.String()
}

func (v view) ruleMarkdown(line func(string, ...any), r *Rule, tested map[string]bool) {
	line("\n## `%s`\n", r.ID)
	line("%s\n\n%s\n", mark(r.Says.EN), mark(r.Says.ES))
	for text := range strings.Lines(v.sentence(r)) {
		line("- %s", mark(strings.TrimSpace(text)))
	}
	for _, c := range r.Cites {
		line("\n%s", v.citeMarkdown(c))
		if c.Quote != "" {
			line("\n> %s", mark(c.Quote))
		}
	}
	tests := v.b.Tests(r)
	line("\n%s:\n", v.say("Tests that this rule carries", "Pruebas que esta regla sostiene"))
	if len(tests) == 0 {
		line("- %s", v.say("none", "ninguna"))
	}
	for _, t := range tests {
		tested[t.Name] = true
		line("- %s", v.test(t))
	}
	line("\n%s: ☐ %s ☐ %s\n", v.say("Reviewed", "Revisada"), v.say("right", "correcta"), v.say("wrong, because:", "incorrecta, porque:"))
	line("%s: ______________________  %s: ______________  %s: ______________________", v.say("Name", "Nombre"), v.say("Date", "Fecha"), v.say("Signature", "Firma"))
}

func (v view) otherTests(line func(string, ...any), tested map[string]bool) {
	rest := slices.DeleteFunc(slices.Clone(v.p.Tests()), func(t Test) bool { return tested[t.Name] })
	if len(rest) == 0 {
		return
	}
	line("\n## %s\n", v.say("Tests that no rule of this pack carries", "Pruebas que ninguna regla de este paquete sostiene"))
	for _, t := range rest {
		line("- %s", v.test(t))
	}
}

func (v view) citeMarkdown(c Cite) string {
	s := fmt.Sprintf("**%s** (%s: %s; %s %s; %s %s)", mark(c.Ref), v.say("source", "fuente"), mark(c.Source), v.say("checked", "comprobado"), c.Checked, v.say("grade", "grado"), c.Grade)
	if c.Page != "" {
		s += " " + mark(c.Page)
	}
	return s
}

// test says a test in words.
func (v view) test(t Test) string {
	var facts []string
	for name, value := range t.Question.Facts {
		facts = append(facts, name+" = "+value)
	}
	slices.Sort(facts)
	given := v.say("no fact but the usual ones", "ningún hecho fuera de los usuales")
	if len(facts) > 0 {
		given = strings.Join(facts, ", ")
	}
	var want []string
	add := func(en, es string, words []string) {
		if len(words) > 0 {
			want = append(want, v.say(en, es)+" "+strings.Join(words, v.say(" or ", " o ")))
		}
	}
	add("the answer is", "la respuesta es", verdictWords(t.Expect))
	add("the answer is not", "la respuesta no es", verdictWords(t.ExpectNot))
	add("it cites", "cita", t.MustCite)
	add("it does not cite", "no cita", t.MustNotCite)
	for _, f := range t.ExpectFlags {
		add("flagged", "con aviso", []string{string(f)})
	}
	if t.Believed != "" {
		add("believed", "se cree", []string{string(t.Believed)})
	}
	return mark(fmt.Sprintf("%s: %s %s, %s, %s; %s: %s.", t.Name, v.say("on", "el"), t.Question.On, t.Question.Actor, t.Question.Act, given, strings.Join(want, "; ")))
}

func verdictWords[T ~string](list []T) []string {
	var out []string
	for _, w := range list {
		out = append(out, string(w))
	}
	return out
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// mark keeps text from being read as Markdown.
func mark(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "[", `\[`, "\n", " ").Replace(s)
}
