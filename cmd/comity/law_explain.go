package main

import (
	"io"
	"time"

	"comity"
	"comity/law"
	"comity/web"
)

// An explanation is a decision with its reasons, as the command gives it.
type explanation struct {
	Decision comity.Decision   `json:"decision"`
	Why      map[string]string `json:"why"` // the paragraph, by language
	Says     []saidRule        `json:"says"`
	Forced   []explainedFact   `json:"forced_by"`
	Exact    bool              `json:"fewest"`
	Nearest  []explainedFact   `json:"nearest_change"`
	Then     comity.Verdict    `json:"then"`
	Sure     bool              `json:"sure"`
	OnlyLaw  bool              `json:"only_law"`
	Guarded  bool              `json:"guarded"`
	Aside    []asideRule       `json:"set_aside"`
	For      []shownAuthority  `json:"for"`
	Against  []shownAuthority  `json:"against"`
	Disputed []string          `json:"disputed"`
	Risks    []law.Risk        `json:"risks"`
	Gaps     []string          `json:"gaps"`
	Compiled compiledForm      `json:"compiled"`
}

type saidRule struct {
	Rule string `json:"rule"`
	EN   string `json:"en"`
	ES   string `json:"es"`
}

type explainedFact struct {
	Fact    string   `json:"fact"`
	Value   string   `json:"value"`
	Values  []string `json:"values"` // that do the same
	Assumed bool     `json:"assumed"`
	Text    string   `json:"text"`
}

type asideRule struct {
	Rule string       `json:"rule"`
	How  law.AsideHow `json:"how"`
	By   []string     `json:"by"`
}

type shownAuthority struct {
	Rule  string        `json:"rule"`
	Ref   string        `json:"ref"`
	Is    law.Authority `json:"is"`
	Layer comity.Layer  `json:"layer"`
	Grade comity.Grade  `json:"grade"`
}

// lawExplain answers one question with everything behind the answer.
func lawExplain(e env, args []string) error {
	f := newLawFlags("explain")
	asked := newQuestion(f.flags)
	lang := f.String("lang", "en", "en or es")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	if *lang != "en" && *lang != "es" {
		return &comity.Problem{Code: "bad-flag", Message: "-lang must be en or es", Where: "-lang"}
	}
	q, err := asked.question()
	if err != nil {
		return err
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	cards, err := web.NewCards(book)
	if err != nil {
		return err
	}
	d, err := book.Decide(q)
	if err != nil {
		return err
	}
	a, err := book.Account(q, d)
	if err != nil {
		return err
	}
	if f.asJSON {
		x := explain(book, cards, q, a)
		if x.Compiled, err = formOf(book, q); err != nil {
			return err
		}
		return writeJSON(e, x)
	}
	text := cards.Text(cards.Card(*lang, q, d, time.Time{})) + cards.Grounds(*lang, q, a)
	_, err = io.WriteString(e.out, text)
	return err
}

func explain(book *law.Book, cards *web.Cards, q comity.Question, a law.Account) *explanation {
	x := &explanation{
		Decision: a.Decision, Why: map[string]string{}, Says: []saidRule{},
		Forced: explained(a.Forced), Exact: a.Exact, Nearest: explained(a.Nearest), Then: a.Then, Sure: a.Sure, OnlyLaw: a.OnlyLaw, Guarded: a.Guarded,
		Aside: []asideRule{}, For: shown(a.For), Against: shown(a.Against), Disputed: append([]string{}, a.Disputed...), Risks: a.Risks, Gaps: []string{},
	}
	for _, lang := range []string{"en", "es"} {
		x.Why[lang] = cards.Paragraph(lang, q, a)
	}
	for _, r := range book.Explain(a.Decision) {
		x.Says = append(x.Says, saidRule{r.Rule.ID, r.Says.EN, r.Says.ES})
	}
	for _, s := range a.Aside {
		x.Aside = append(x.Aside, asideRule(s))
	}
	for _, g := range book.Gaps(q) {
		x.Gaps = append(x.Gaps, g.Why)
	}
	return x
}

func explained(list []law.FactIn) []explainedFact {
	out := []explainedFact{}
	for _, f := range list {
		out = append(out, explainedFact{f.Fact, f.Value, append([]string{}, f.Values...), f.Assumed, f.Text})
	}
	return out
}

func shown(list []law.AuthorityFor) []shownAuthority {
	out := []shownAuthority{}
	for _, a := range list {
		out = append(out, shownAuthority{a.Rule.ID, a.Cite.Ref, a.Is, a.Layer, a.Cite.Grade})
	}
	return out
}
