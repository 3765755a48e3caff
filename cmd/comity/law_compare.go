package main

import (
	"fmt"
	"strings"

	"comity"
)

// lawProve proves a claim for every possible combination of facts, or shows
// the smallest case against it.
func lawProve(e env, args []string) error {
	f := newOnDay("prove").withKnown()
	book, err := f.open(e, args, mostWords)
	if err != nil {
		return err
	}
	if err := need("in", f.in, "us-il"); err != nil {
		return err
	}
	text := strings.Join(f.Args(), " ")
	if err := wantText(text, "a claim", "never permitted hold-on-detainer for county-jail unless document.signed_by = federal-judge|federal-magistrate|state-judge"); err != nil {
		return err
	}
	claim, err := book.ReadClaim(text)
	if err != nil {
		return err
	}
	x, err := book.Prove(claim, f.in, f.on)
	if err != nil {
		return err
	}
	if f.asJSON {
		err = writeJSON(e, struct {
			Claim   string     `json:"claim"`
			Place   string     `json:"place"`
			On      string     `json:"on"`
			Proved  bool       `json:"proved"`
			Against *shownCase `json:"against"`
		}{text, f.in, f.on, x == nil, showCase(book, f.in, claim.Act, x)})
	} else if x == nil {
		fmt.Fprintf(e.out, "proved for every combination of facts in %s on %s\n", f.in, f.on)
	} else {
		fmt.Fprintln(e.out, "not so: the smallest case against it is")
		showCase(book, f.in, claim.Act, x).print(e)
		fmt.Fprintln(e.out, usualSays)
	}
	if err == nil && x != nil {
		return errFinding
	}
	return err
}

// mostWords is how many words a sentence may have that nobody put in quotes.
const mostWords = 500

func wantText(text, what, example string) error {
	if text != "" {
		return nil
	}
	return &comity.Problem{Code: "missing-argument", Message: what + " is missing", Hint: "for example '" + example + "'"}
}

// lawExample shows cases in which the layers speak as wished.
func lawExample(e env, args []string) error {
	f := newOnDay("example").withKnown()
	book, err := f.open(e, args, mostWords)
	if err != nil {
		return err
	}
	text := strings.Join(f.Args(), " ")
	if err := wantText(text, "what the layers say", "local policy permits what state law prohibits"); err != nil {
		return err
	}
	wish, err := book.ReadWish(text)
	if err != nil {
		return err
	}
	list, err := book.Examples(wish, f.in, f.on)
	if err != nil {
		return err
	}
	out := []*shownCase{}
	for i := range list {
		out = append(out, showCase(book, list[i].Place, list[i].Act, &list[i].CounterExample))
	}
	if f.asJSON {
		return writeJSON(e, out)
	}
	for _, c := range out {
		c.print(e)
	}
	if len(out) > 0 {
		fmt.Fprintln(e.out, usualSays)
	}
	fmt.Fprintf(e.out, "%s on %s\n", plural(len(out), "case"), f.on)
	return nil
}

func lawDead(e env, args []string) error {
	f := newLawFlags("dead")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	list, err := book.Dead()
	if err != nil {
		return err
	}
	type dead struct {
		Rule  string `json:"rule"`
		File  string `json:"file"`
		Line  int    `json:"line"`
		Ref   string `json:"ref"`
		Never bool   `json:"never_stands"`
	}
	out, never := []dead{}, 0
	for _, d := range list {
		_, pack, _ := book.Rule(d.Rule.ID)
		x := dead{d.Rule.ID, pack.File, d.Rule.Line, "", d.Never}
		if len(d.Rule.Cites) > 0 {
			x.Ref = d.Rule.Cites[0].Ref
		}
		out = append(out, x)
		says := "never decides: each verdict at its place is the same without it"
		if d.Never {
			never++
			says = "never stands: no facts that can occur meet it, or another rule always defeats it"
		}
		if !f.asJSON {
			fmt.Fprintf(e.out, "%s:%d: %s (%s) %s\n", x.File, x.Line, x.Rule, x.Ref, says)
		}
	}
	if f.asJSON {
		err = writeJSON(e, out)
	} else {
		fmt.Fprintf(e.out, "%d rules never stand, %d never decide\n", never, len(list)-never)
	}
	if err == nil && never > 0 {
		return errFinding
	}
	return err
}
