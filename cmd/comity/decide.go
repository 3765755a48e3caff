package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"comity"
	"comity/law"
	"comity/web"
)

// runDecide answers one question from its flags, or each line of a file.
func runDecide(_ context.Context, e env, args []string) error {
	f := newFlags("decide")
	asked := newQuestion(f)
	batch := f.String("batch", "", "a file of questions, one JSON object a line; - is standard input")
	overlay := f.String("law", "", "a folder laid over the built-in law")
	lang := f.String("lang", "en", "en or es")
	asJSON := f.Bool("json", false, "write the whole decision as JSON")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	if *lang != "en" && *lang != "es" {
		return &comity.Problem{Code: "bad-flag", Message: "-lang must be en or es", Where: "-lang"}
	}
	book, err := openBook(*overlay)
	if err != nil {
		return err
	}
	if *batch != "" {
		return decideBatch(e, book, *batch)
	}
	q, err := asked.question()
	if err != nil {
		return err
	}
	d, err := book.Decide(q)
	if err != nil {
		return err
	}
	if *asJSON {
		out := json.NewEncoder(e.out)
		out.SetEscapeHTML(false)
		return out.Encode(d)
	}
	cards, err := web.NewCards(book)
	if err != nil {
		return err
	}
	_, err = io.WriteString(e.out, cards.Text(cards.Card(*lang, q, d, time.Time{})))
	return err
}

// askedBy holds the flags that make one question.
type askedBy struct {
	q     comity.Question
	facts pairs
	open  list
}

func newQuestion(f *flags) *askedBy {
	a := &askedBy{}
	f.StringVar(&a.q.ID, "id", "", "an id to find the answer by")
	f.StringVar(&a.q.In, "in", "", "place, for example us-il-cook")
	f.StringVar(&a.q.On, "on", "", "day, 2006-01-02")
	f.StringVar(&a.q.At, "at", "", "instant, 2006-01-02T15:04:05-06:00")
	f.StringVar(&a.q.Known, "known", "", "the day whose knowledge of the law is meant; default today")
	f.StringVar(&a.q.Agency, "agency", "", "ORI of the agency")
	f.StringVar(&a.q.Actor, "actor", "", "who would act, for example county-jail")
	f.StringVar(&a.q.Act, "act", "", "what they would do, for example hold-on-detainer")
	f.Var(&a.facts, "fact", "NAME=VALUE, as often as needed")
	f.BoolVar(&a.q.Closed, "closed", false, "facts not given take their default or neutral value")
	f.Var(&a.open, "open", "with -closed: facts that stay unknown")
	return a
}

// question refuses a question without its place, day, actor or act.
func (a *askedBy) question() (comity.Question, error) {
	for _, want := range []struct{ name, value, example string }{
		{"in", a.q.In, "us-il-cook"}, {"on", a.q.On, "2026-11-20"}, {"actor", a.q.Actor, "county-jail"}, {"act", a.q.Act, "hold-on-detainer"},
	} {
		if err := need(want.name, want.value, want.example); err != nil {
			return comity.Question{}, err
		}
	}
	a.q.Facts, a.q.Open = a.facts.facts, a.open
	return a.q, nil
}

// decideBatch streams; one bad line is answered with its error and the run
// goes on, to end as bad input.
func decideBatch(e env, book *law.Book, name string) error {
	in := e.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return &comity.Problem{Code: "no-file", Message: "the file cannot be read", Where: name, Hint: "give a file of JSON lines, or - for standard input"}
		}
		defer file.Close()
		in = file
	}
	out := bufio.NewWriterSize(e.out, 1<<16)
	count, err := book.DecideBatch(in, out)
	if err := errors.Join(err, out.Flush()); err != nil {
		return fmt.Errorf("decide batch: %w", err)
	}
	if count.Errors > 0 {
		return &comity.Problem{Code: "bad-lines", Message: fmt.Sprintf("%d of %d lines could not be decided; each says why in its place", count.Errors, count.Lines), Where: name}
	}
	return nil
}
