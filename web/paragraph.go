package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/law"
	"comity/law/card"
)

// Paragraph says in one plain paragraph why an answer is what it is: what it
// rests on, which facts force it, what speaks against it, what would change it
// and what remains uncertain. The words stand in text/why.*.yaml and
// text/clauses.*.yaml; pages, command line and JSON all take them from here.
func (c *Cards) Paragraph(tag string, q comity.Question, a law.Account) string {
	l, ok := c.langs[tag]
	if !ok {
		l = c.langs[tags[0]]
	}
	w := &cardWriter{Reader: card.Reader{Book: c.book, Question: q, Decision: a.Decision}, lang: l}
	return w.paragraph(&a)
}

// Grounds lists, as plain text, every fact that forces an answer and every
// authority for and against it, the strongest first.
func (c *Cards) Grounds(tag string, q comity.Question, a law.Account) string {
	l, ok := c.langs[tag]
	if !ok {
		l = c.langs[tags[0]]
	}
	w := &cardWriter{Reader: card.Reader{Book: c.book, Question: q, Decision: a.Decision}, lang: l}
	t := &textCard{l: l}
	var facts, pro, con []string
	for _, f := range a.Forced {
		facts = append(facts, w.clause(f, true))
	}
	for _, x := range a.For {
		pro = append(pro, w.firstRef([]law.AuthorityFor{x}))
	}
	for _, x := range a.Against {
		con = append(con, w.firstRef([]law.AuthorityFor{x}))
	}
	t.words("why.forced-by", facts)
	t.words("why.for", pro)
	t.words("why.against", con)
	return t.b.String()
}

func (w *cardWriter) paragraph(a *law.Account) string {
	var out []string
	for _, sentence := range slices.Concat(w.leadSentence(a), w.factSentences(a), w.contrarySentences(a), w.changeSentences(a), w.riskSentence(a)) {
		if sentence = strings.TrimSpace(sentence); sentence != "" {
			out = append(out, capital(sentence))
		}
	}
	return strings.Join(out, " ")
}

func (w *cardWriter) leadSentence(a *law.Account) []string {
	p, ok := w.Book.Place(w.Question.In)
	if !ok {
		p = comity.Place{ID: w.Question.In, Name: w.Question.In}
	}
	place := w.placeName(p)
	if p.Kind == "nation" {
		place = w.say("why.nation")
	}
	args := []any{"Place", place, "When", w.day(w.Decision.On), "Who", w.words.actor(w.Question.Actor), "Act", w.words.act(w.Question.Act), "Ref", w.firstRef(a.For)}
	key := string(w.Decision.Verdict)
	switch {
	case w.Decision.Verdict == comity.NeedsFacts:
		args = append(args, "Possible", w.verdictWords(w.Decision.Possible))
	case w.Decision.Verdict == comity.NeedsCounsel && w.Decision.Believed != nil && *w.Decision.Believed == comity.NoRule:
		key = "silent"
	case w.Decision.Verdict == comity.NeedsCounsel && w.Decision.Believed != nil && len(a.For) > 0:
		key, args = "believed", append(args, "Believed", w.say("why.word."+string(*w.Decision.Believed)))
	}
	lead := w.say("why.lead."+key, args...)
	if n := len(w.Decision.Rules) - 1; n > 0 && strings.Contains(lead, w.firstRef(a.For)) {
		lead += w.say("why.further", "N", n)
	}
	out := []string{lead + "."}
	if len(w.Decision.Rules) == 0 && len(a.For) > 0 {
		out = append(out, w.say("why.ground", "Ref", w.firstRef(a.For)))
	}
	return out
}

func (w *cardWriter) firstRef(list []law.AuthorityFor) string {
	if len(list) == 0 {
		return ""
	}
	x := list[0]
	return w.say("why.ref", "Ref", x.Cite.Ref, "Layer", w.say("layer."+string(x.Layer)), "Grade", w.grade(x.Cite.Grade))
}

func (w *cardWriter) verdictWords(list []comity.Verdict) string {
	var words []string
	for _, v := range comity.Verdicts {
		if slices.Contains(list, v) {
			words = append(words, w.say("why.word."+string(v)))
		}
	}
	return joined(words, w.say("why.or"))
}

// factSentences name the facts that force the answer. On an act of the public
// that is banned they would draw its boundary, so they are left out.
func (w *cardWriter) factSentences(a *law.Account) []string {
	if w.Decision.Verdict == comity.NeedsFacts || w.Protected() || a.Then == "" && !a.Exact {
		return nil
	}
	var because, assumed []string
	for _, f := range a.Forced {
		if clause := w.clause(f, true); f.Assumed {
			assumed = append(assumed, clause)
		} else if !slices.Contains(because, clause) {
			because = append(because, clause)
		}
	}
	args := []any{"Clauses", w.some(because, mostClauses), "Assumed", w.some(assumed, mostAssumed)}
	switch {
	case len(because) > 0 && len(assumed) > 0:
		return []string{w.say("why.forced-both", args...)}
	case len(because) > 0:
		return []string{w.say("why.forced", args...)}
	case len(assumed) > 0:
		return []string{w.say("why.forced-assumed", args...)}
	}
	return []string{w.say("why.any-facts")}
}

// contrarySentences give the strongest authority on the other side and how it
// was set aside, and a second that was set aside in another way.
func (w *cardWriter) contrarySentences(a *law.Account) []string {
	var out []string
	var told []law.AsideHow
	for _, against := range a.Against {
		i := slices.IndexFunc(a.Aside, func(x law.Aside) bool { return x.Rule == against.Rule.ID })
		x := a.Aside[i]
		if slices.Contains(told, x.How) || len(told) == 2 {
			continue
		}
		told = append(told, x.How)
		by := w.list(w.Refs(x.By))
		if x.How == law.AsideSuspended {
			by = card.OrderRef(w.Book, x.By[0])
		}
		out = append(out, w.say("why.aside."+string(x.How), "Ref", w.firstRef([]law.AuthorityFor{against}), "Word", w.say("why.word."+string(against.Rule.Verdict)), "By", by))
	}
	if n := len(rulesOf(a.Against)) - len(told); n > 0 {
		out = append(out, w.say("why.more-aside", "N", n))
	}
	if len(a.Disputed) > 0 {
		out = append(out, ended(w.say("why.disputed", "Text", a.Disputed[0])))
	}
	if len(out) == 0 && len(w.Decision.Rules) > 0 {
		out = append(out, w.say("why.unopposed"))
	}
	return out
}

func rulesOf(list []law.AuthorityFor) []string {
	var out []string
	for _, x := range list {
		if !slices.Contains(out, x.Rule.ID) {
			out = append(out, x.Rule.ID)
		}
	}
	return out
}

func ended(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// changeSentences say what would change the answer, or that only a change of
// law would (L15).
func (w *cardWriter) changeSentences(a *law.Account) []string {
	if w.Protected() {
		return []string{w.say("why.guarded")}
	}
	if w.Decision.Verdict == comity.NeedsFacts {
		return w.openSentences(a)
	}
	var out []string
	if len(a.Nearest) > 0 {
		var clauses []string
		for _, f := range a.Nearest {
			clauses = append(clauses, w.clause(f, len(a.Nearest) == 1))
		}
		args := []any{"Word", w.say("why.word." + string(a.Then)), "Clauses", joined(clauses, w.say("why.and"))}
		if a.Sure {
			out = append(out, w.say("why.then", args...))
		} else {
			out = append(out, w.say("why.could", args...))
		}
	}
	if assumed := w.assumptions(a); assumed != "" {
		out = append(out, w.say("why.assumed", "Clauses", assumed))
	}
	switch {
	case len(out) > 0:
	case a.OnlyLaw && w.Decision.Verdict == comity.NeedsCounsel && slices.Contains(a.Risks, law.RiskIncomplete):
		out = append(out, w.say("why.missing-law"))
	case a.OnlyLaw:
		out = append(out, w.say("why.only-law"))
	case len(w.Decision.CouldChange) > 0:
		out = append(out, w.say("why.past"))
	default:
		out = append(out, w.say("why.other-law"))
	}
	return out
}

// Facts are named up to these numbers; the others are counted. All stand in
// the data.
const (
	mostClauses = 4
	mostAssumed = 3
	mostValues  = 3
)

// assumptions are the usual values that could alter the answer, those left out
// that the sentence before has named.
func (w *cardWriter) assumptions(a *law.Account) string {
	var clauses []string
	for _, name := range w.Decision.CouldChange {
		f, ok := w.Book.Vocabulary().Fact(name)
		forced := slices.ContainsFunc(a.Forced, func(x law.FactIn) bool { return x.Fact == name && x.Assumed })
		if ok && f.Changeable && !forced {
			clauses = append(clauses, w.clause(law.FactIn{FactIs: law.FactIs{Fact: name}, Values: []string{w.Decision.Assumed[name]}, Assumed: true}, true))
		}
	}
	return w.some(clauses, mostAssumed)
}

// some joins clauses and counts those beyond the most that are written out.
func (l *lang) some(clauses []string, most int) string {
	if n := len(clauses) - most; n > 1 {
		return l.say("why.some-more", "Clauses", strings.Join(clauses[:most], ", "), "N", n)
	}
	return joined(clauses, l.say("why.and"))
}

// openSentences say what to find out first, and what to do until then.
func (w *cardWriter) openSentences(a *law.Account) []string {
	var open []string
	for _, name := range w.Missing() {
		if f, ok := w.Book.Vocabulary().Fact(name); ok && !f.Derives() && (f.Changeable || !card.PublicAct(w.Book.Vocabulary(), w.Question.Act)) && !slices.Contains(open, name) {
			open = append(open, name)
		}
	}
	if len(open) == 0 {
		return []string{w.say("why.until")}
	}
	first := open[0]
	if slices.Contains(open, a.Next) {
		first = a.Next
	}
	out := []string{w.say("why.find-out", "Question", w.words.question(first))}
	if n := len(open) - 1; n > 0 {
		out = append(out, w.say("why.find-more", "N", n))
	}
	return append(out, w.say("why.until"))
}

func (w *cardWriter) riskSentence(a *law.Account) []string {
	var list []string
	for _, r := range a.Risks {
		switch {
		case r == law.RiskAssumed && len(w.assumptions(a)) > 0:
		case r == law.RiskIncomplete && len(w.Decision.Uncovered) > 0:
			var layers []string
			for _, layer := range w.Decision.Uncovered {
				layers = append(layers, w.say("layer."+string(layer)))
			}
			list = append(list, w.say("why.is.incomplete", "Layers", joined(layers, w.say("why.or"))))
		case r == law.RiskIncomplete:
			list = append(list, w.say("why.is.incomplete-gap"))
		default:
			list = append(list, w.say("why.is."+string(r)))
		}
	}
	if len(list) == 0 {
		return []string{w.say("why.no-risk")}
	}
	return []string{w.say("why.risk", "Risks", strings.Join(list, "; "))}
}

// clause is a fact as part of a sentence; one that stands alone may go on with
// "or if". What is never stored is not repeated.
func (w *cardWriter) clause(f law.FactIn, alone bool) string {
	fact, ok := w.Book.Vocabulary().Fact(f.Fact)
	switch {
	case !ok:
		return f.Text
	case fact.NeverStored && !f.Assumed:
		return w.say("why.not-kept")
	case fact.Type == law.Int && len(f.Values) == 0:
		return w.numberClause(fact, f.From, f.To)
	case fact.Type == law.Int:
		n, _ := strconv.Atoi(f.Values[0])
		return w.numberClause(fact, n, n)
	}
	var own, quoted []string
	clauses := w.words.Clauses[f.Fact]
	values := slices.Clone(f.Values)
	slices.SortStableFunc(values, func(a, b string) int { return cmp.Compare(bit(a == "none"), bit(b == "none")) })
	for _, v := range values {
		quoted = append(quoted, w.say("why.quote", "Text", w.words.value(f.Fact, v)))
		if s := clauses[v]; s != "" {
			own = append(own, s)
		}
	}
	if len(own) == len(values) && (len(own) == 1 || alone && len(own) < mostValues) {
		return joined(own, w.say("why.or-if"))
	}
	if n := len(quoted) - mostValues; n > 1 {
		quoted = append(quoted[:mostValues], w.say("why.others", "N", n))
	}
	return strings.ReplaceAll(clauses["is"], "{}", joined(quoted, w.say("why.or")))
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (w *cardWriter) numberClause(f *law.Fact, from, to int) string {
	key, numbers := "between", []int{from, to}
	switch {
	case to == 0:
		key = "zero"
	case from == f.Min:
		key, numbers = "less", []int{to + 1}
	case to == f.Max:
		key, numbers = "least", []int{from}
	}
	s := w.words.Clauses[f.Name][key]
	for _, n := range numbers {
		s = strings.Replace(s, "{}", w.num(n), 1)
	}
	return s
}

// joined writes a, b and c, with the last word given.
func joined(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + last + words[n]
}
