package main

import (
	"fmt"
	"io"
	"time"

	"comity"
	"comity/law"
	"comity/web"
)

// An explanation is a decision with its reasons, as the command gives it.
type explanation struct {
	Decision comity.Decision  `json:"decision"`
	Says     []saidRule       `json:"says"`
	Forced   []explainedFact  `json:"forced_by"`
	Exact    bool             `json:"fewest"`
	Nearest  []explainedFact  `json:"nearest_change"`
	Then     comity.Verdict   `json:"then"`
	Guarded  bool             `json:"guarded"`
	For      []shownAuthority `json:"for"`
	Against  []shownAuthority `json:"against"`
	Gaps     []string         `json:"gaps"`
}

type saidRule struct {
	Rule string `json:"rule"`
	EN   string `json:"en"`
	ES   string `json:"es"`
}

type explainedFact struct {
	Fact  string `json:"fact"`
	Value string `json:"value"`
	Text  string `json:"text"`
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
	f := newLawFlags()
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
	x, err := explain(book, q)
	if err != nil {
		return err
	}
	if f.asJSON {
		return writeJSON(e, x)
	}
	cards, err := web.NewCards(book)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(e.out, cards.Text(cards.Card(*lang, q, x.Decision, time.Time{}))); err != nil {
		return err
	}
	fmt.Fprintln(e.out)
	printFacts(e, "forced by", x.Forced)
	printAuthorities(e, "for", x.For)
	printAuthorities(e, "against", x.Against)
	return nil
}

func explain(book *law.Book, q comity.Question) (*explanation, error) {
	d, err := book.Decide(q)
	if err != nil {
		return nil, err
	}
	why, err := book.Why(q)
	if err != nil {
		return nil, err
	}
	x := &explanation{Decision: d, Says: []saidRule{}, Exact: why.Exact, Then: why.Then, Guarded: why.Guarded, Forced: []explainedFact{}, Nearest: []explainedFact{}, For: []shownAuthority{}, Against: []shownAuthority{}, Gaps: []string{}}
	for _, r := range book.Explain(d) {
		x.Says = append(x.Says, saidRule{r.Rule.ID, r.Says.EN, r.Says.ES})
	}
	for _, is := range why.Forced {
		x.Forced = append(x.Forced, explainedFact(is))
	}
	for _, is := range why.Nearest {
		x.Nearest = append(x.Nearest, explainedFact(is))
	}
	pro, con := book.Authorities(d)
	for _, a := range pro {
		x.For = append(x.For, shownAuthority{a.Rule.ID, a.Cite.Ref, a.Is, a.Layer, a.Cite.Grade})
	}
	for _, a := range con {
		x.Against = append(x.Against, shownAuthority{a.Rule.ID, a.Cite.Ref, a.Is, a.Layer, a.Cite.Grade})
	}
	for _, g := range book.Gaps(q) {
		x.Gaps = append(x.Gaps, g.Why)
	}
	return x, nil
}

func printFacts(e env, title string, list []explainedFact) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(e.out, "%s:\n", title)
	for _, f := range list {
		fmt.Fprintf(e.out, "  %s\n", f.Text)
	}
}

func printAuthorities(e env, title string, list []shownAuthority) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(e.out, "%s, the strongest first:\n", title)
	for _, a := range list {
		fmt.Fprintf(e.out, "  %s (%s, %s, grade %s)\n", a.Ref, a.Layer, a.Is, a.Grade)
	}
}
