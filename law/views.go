package law

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"comity"
)

// Views lists the forms in which a pack can be shown.
var Views = []string{"table", "text", "markdown", "rego", "cedar"}

// View shows a pack in one of the Views, in English or Spanish (en, es).
// Rego and Cedar have no language.
func (b *Book) View(p *Pack, as, lang string) (string, error) {
	if lang != "en" && lang != "es" {
		return "", problem("unknown-value", "-lang", fmt.Sprintf("%.40q is no language here", lang), "en or es")
	}
	v := view{b, p, b.vocabulary, lang == "es"}
	switch as {
	case "table":
		return v.table(), nil
	case "text":
		return v.text(), nil
	case "markdown":
		return v.markdown(), nil
	case "rego":
		return newExport(b, p).rego(), nil
	case "cedar":
		return newExport(b, p).cedar(), nil
	}
	return "", problem("unknown-value", "-as", fmt.Sprintf("%.40q is no view", as), didYouMean(as, Views))
}

// A view shows one pack in one language.
type view struct {
	b  *Book
	p  *Pack
	v  *Vocabulary
	es bool
}

// say chooses between the two languages.
func (v view) say(en, es string) string {
	if v.es {
		return es
	}
	return en
}

func (v view) title() string {
	if v.es && v.p.TitleES != "" {
		return v.p.TitleES
	}
	return v.p.Title
}

func (v view) verdict(r *Rule) string {
	switch r.Verdict {
	case comity.Required:
		return v.say("must", "debe")
	case comity.Prohibited:
		return v.say("must not", "no debe")
	}
	return v.say("may", "puede, pero no está obligado")
}

// acts names the acts; in words where the vocabulary has them in the language.
func (v view) acts(r *Rule) string {
	var out []string
	for _, name := range r.Acts {
		a, _ := v.v.Act(name)
		if is := v.say(a.Is, a.IsES); is != "" {
			name += " (" + strings.TrimSuffix(is, ".") + ")"
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}

func (v view) dates(r *Rule) string {
	s := v.say("in force", "vigente")
	if r.From != "" {
		s += v.say(" from ", " desde ") + r.From
	}
	if r.Until != "" {
		s += v.say(" until ", " hasta ") + r.Until + v.say(" (that day no longer)", " (ese día ya no)")
	}
	if r.From == "" && r.Until == "" {
		s += v.say(" without a date", " sin fecha")
	}
	return s
}

func (v view) when(r *Rule) string   { return v.condition(r.when, opTrue) }
func (v view) unless(r *Rule) string { return v.condition(r.unless, opFalse) }

// condition says a condition in words; empty is the one without effect.
func (v view) condition(c *condition, empty op) string {
	if c.op == empty {
		return ""
	}
	if !v.es {
		return c.text(v.v)
	}
	return v.spanish(c, false)
}

// spanish joins the words of the vocabulary, which are names, with Spanish ones.
func (v view) spanish(c *condition, inner bool) string {
	word := " y "
	switch c.op {
	case opTrue:
		return "siempre"
	case opFalse:
		return "nunca"
	case opActor:
		return "el actor es " + spanishList(v.v.shortActors(c.actors))
	case opNamed:
		return v.spanish(c.kids[0], inner)
	case opNot:
		return "no se cumple que " + v.spanish(c.kids[0], true)
	case opFact:
		f := v.v.Facts[c.fact]
		switch f.Type {
		case Bool:
			return f.Name + map[bool]string{true: " es sí", false: " es no"}[c.cells.has(1)]
		case Int:
			return f.Name + " es " + strings.NewReplacer("less than", "menos de", " or more", " o más", " to ", " a ", " or ", " o ").Replace(f.rangeText(c.cells))
		}
		return f.Name + " es " + spanishList(f.cellTexts(c.cells))
	case opOr:
		word = " o "
	}
	var parts []string
	for _, k := range c.kids {
		parts = append(parts, v.spanish(k, true))
	}
	if s := strings.Join(parts, word); !inner {
		return s
	}
	return "(" + strings.Join(parts, word) + ")"
}

func spanishList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " o " + words[len(words)-1]
}

func cites(r *Rule) string {
	var out []string
	for _, c := range r.Cites {
		out = append(out, c.Ref+" ["+string(c.Grade)+"]")
	}
	return strings.Join(out, "; ")
}

// table has one row a rule; columns stand below each other.
func (v view) table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		for i, c := range cells {
			if c == "" {
				cells[i] = "-"
			}
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	row(strings.Split(v.say("RULE VERDICT FROM UNTIL BINDS ACTS WHEN UNLESS CITE", "REGLA VEREDICTO DESDE HASTA OBLIGA ACTOS CUANDO SALVO CITA"), " ")...)
	for _, r := range v.p.Rules {
		row(shortID(r.ID), v.verdict(r), r.From, r.Until, strings.Join(r.Binds, ", "), strings.Join(r.Acts, ", "), v.when(r), v.unless(r), cites(r))
	}
	_ = w.Flush() // a strings.Builder takes everything
	return v.p.ID + ": " + v.title() + "\n" + b.String()
}

func shortID(id string) string { return id[strings.LastIndexByte(id, '#'):] }

// text says every rule in sentences.
func (v view) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s: %s\n", v.title(), v.p.ID, v.say("as of ", "texto del ")+v.p.AsOf)
	for _, r := range v.p.Rules {
		fmt.Fprintf(&b, "\n%s  %s\n%s", shortID(r.ID), v.say(r.Says.EN, r.Says.ES), v.sentence(r))
	}
	return b.String()
}

// sentence puts the rule itself in words, below what it says.
func (v view) sentence(r *Rule) string {
	var b strings.Builder
	line := func(s string) { b.WriteString("  " + s + "\n") }
	line(strings.Join(r.Binds, ", ") + " " + v.verdict(r) + ": " + v.acts(r))
	if r.opens {
		line(v.say("(the other side of the ban: the key is met)", "(el otro lado de la prohibición: se cumple la llave)"))
	}
	for _, part := range []struct{ en, es, is string }{
		{"when", "cuando", v.when(r)}, {"unless", "salvo que", v.unless(r)},
		{"only for the agencies", "solo para las agencias", strings.Join(append(slices.Clone(v.p.Agencies), r.Agencies...), ", ")},
		{"sets aside", "deja sin efecto", strings.Join(r.Defeats, ", ")},
		{"contested:", "discutida:", r.Contested}, {"ask counsel:", "pregunte a un abogado:", r.Untranslatable},
		{"penalty:", "sanción:", r.Penalty},
	} {
		if part.is != "" {
			line(v.say(part.en, part.es) + " " + part.is)
		}
	}
	line(v.dates(r))
	line(cites(r))
	return b.String()
}
