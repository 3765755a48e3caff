package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"comity"
	"comity/law"
	"comity/web"
)

// runAsk asks one question after the other, the fewest that lead to an answer,
// and prints the card. Nothing is recorded.
func runAsk(_ context.Context, e env, args []string) error {
	f := newFlags("ask")
	var q comity.Question
	var facts pairs
	f.StringVar(&q.In, "in", "", "place, by name or id")
	f.StringVar(&q.On, "on", "", "day; now by default")
	f.StringVar(&q.Known, "known", "", "the day whose knowledge of the law is meant; default today")
	f.StringVar(&q.Agency, "agency", "", "ORI of the agency")
	f.StringVar(&q.Actor, "actor", "", "who would act, for example county-jail")
	f.StringVar(&q.Act, "act", "", "what they would do, for example hold-on-detainer")
	f.Var(&facts, "fact", "NAME=VALUE, as often as needed; NAME=? is \"I cannot tell\"")
	silent := f.Bool("no-input", false, "ask nothing: answer as far as it goes with what is given")
	overlay := f.String("law", "", "a folder laid over the built-in law")
	lang := f.String("lang", "en", "en or es")
	asJSON := f.Bool("json", false, "questions as JSON, one a line, and the whole decision last")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	if *lang != "en" && *lang != "es" {
		return &comity.Problem{Code: "bad-flag", Message: "-lang must be en or es", Where: "-lang"}
	}
	if q.On != "" {
		if err := needDay("on", q.On); err != nil {
			return err
		}
	}
	book, err := openBook(*overlay)
	if err != nil {
		return err
	}
	q.Facts = facts.facts
	interview, err := web.NewInterview(book, *lang, time.Now, q)
	if err != nil {
		return err
	}
	a := &asker{Interview: interview, env: e, book: book, json: *asJSON}
	if !*silent {
		a.lines = bufio.NewScanner(e.in)
	}
	return a.run()
}

// asker is an interview with somebody at a terminal, or with a program.
type asker struct {
	*web.Interview
	env
	book  *law.Book
	json  bool
	lines *bufio.Scanner // nil: nobody answers
	told  bool           // how to answer
}

func (a *asker) run() error {
	asked := map[string]bool{}
	for {
		p, err := a.Next()
		switch {
		case err != nil:
			return err
		case p.Card != nil:
			return a.answer(p)
		case p.Problem != nil && !asked[p.Key]:
			return p.Problem // given as a flag
		}
		line, ok := "", false
		if a.lines != nil {
			if err := a.put(p); err != nil {
				return err
			}
			if ok = a.lines.Scan(); ok {
				line = strings.TrimSpace(a.lines.Text())
			}
			asked[p.Key] = true
		}
		switch {
		case !ok || line == ".":
			if err := a.enough(p); err != nil {
				return err
			}
			a.lines = nil
		case line == "<" && p.Back != "":
			a.Change(p.Back)
		case !a.Answer(p, line) && !a.json:
			fmt.Fprintln(a.out, a.Say("not-one"))
		}
	}
}

// enough asks for the answer where place, actor and act are known: what is
// missing is named by its flag otherwise.
func (a *asker) enough(p web.Prompt) error {
	switch p.Key {
	case "place":
		if p.Problem != nil {
			return p.Problem
		}
		if len(p.Choices) > 0 {
			return severalPlaces(p.Choices)
		}
		return need("in", "", "us-il-cook")
	case "actor":
		return need("actor", "", "county-jail")
	case "act":
		return need("act", "", "hold-on-detainer")
	}
	a.Done()
	return nil
}

func severalPlaces(found []web.Choice) error {
	var ids []string
	for _, c := range found {
		ids = append(ids, c.Value)
	}
	return &comity.Problem{Code: "several-places", Message: "several places have this name", Where: "-in", Hint: "one of " + strings.Join(ids, ", ")}
}

// put asks: in words with numbers, or as one line of JSON.
func (a *asker) put(p web.Prompt) error {
	if a.json {
		return a.encode(p)
	}
	var b strings.Builder
	if !a.told {
		fmt.Fprintf(&b, "%s\n", a.Say("how"))
		a.told = true
	}
	if p.Problem != nil {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(p.Problem.Message+" "+p.Problem.Hint))
	}
	fmt.Fprintf(&b, "\n%s\n", p.Ask)
	for _, more := range []string{p.Help, p.Usual, p.Left} {
		if more != "" {
			fmt.Fprintf(&b, "  %s\n", more)
		}
	}
	group := ""
	for n, c := range p.Choices {
		if c.Group != group {
			group = c.Group
			fmt.Fprintf(&b, "  %s\n", group)
		}
		fmt.Fprintf(&b, "%4d  %s\n", n+1, c.Words)
	}
	if how := a.Typed(p); how != "" {
		fmt.Fprintf(&b, "  (%s)\n", how)
	}
	_, err := io.WriteString(a.out, b.String()+"> ")
	return err
}

func (a *asker) answer(p web.Prompt) error {
	if !a.json {
		cards, err := web.NewCards(a.book)
		if err == nil {
			_, err = io.WriteString(a.out, map[bool]string{true: "\n\n"}[a.told]+cards.Text(*p.Card))
		}
		return err
	}
	d, err := a.book.Decide(p.Asked)
	if err != nil {
		return err
	}
	return a.encode(d)
}

func (a *asker) encode(v any) error {
	out := json.NewEncoder(a.out)
	out.SetEscapeHTML(false)
	return out.Encode(v)
}
