package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/law"
)

// lawVerbs is what can be done with the law itself.
func lawVerbs() []lawVerb {
	return []lawVerb{
		{"check", "[-law DIR]: every pack loads, and what is doubtful is listed", lawCheck},
		{"test", "[-law DIR] [PACK…]: run the tests inside the packs", lawTest},
		{"show", "[-law DIR] PACK|RULE: a pack or a rule with its source, dates and grade", lawShow},
		{"coverage", "[-on DAY]: which places have law, from when, and which do not", lawCoverage},
		{"due", "[-on DAY]: packs whose next check has passed", lawDue},
	}
}

type lawVerb struct {
	name, usage string
	run         func(e env, args []string) error
}

func runLaw(_ context.Context, e env, args []string) error {
	if len(args) > 0 {
		for _, v := range lawVerbs() {
			if v.name == args[0] {
				return v.run(e, args[1:])
			}
		}
	}
	fmt.Fprintln(e.out, "usage: comity law VERB")
	for _, v := range lawVerbs() {
		fmt.Fprintf(e.out, "  %-9s %s\n", v.name, v.usage)
	}
	if len(args) == 0 || args[0] == "-h" {
		return nil
	}
	return &comity.Problem{Code: "unknown-command", Message: fmt.Sprintf("there is no law verb %q", args[0]), Hint: "comity law lists the verbs"}
}

func lawCheck(e env, args []string) error {
	f := newFlags("law")
	overlay := f.String("law", "", "a folder laid over the built-in law")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	book, err := openBook(*overlay)
	if err != nil {
		return err
	}
	for _, w := range book.Warnings() {
		fmt.Fprintf(e.out, "doubtful: %v\n", w)
	}
	rules := 0
	for _, p := range book.Packs() {
		rules += len(p.Rules)
	}
	fmt.Fprintf(e.out, "%d packs, %d rules, %d places: no fault\n%s\n", len(book.Packs()), rules, len(book.Places()), book.Digest())
	return nil
}

func lawTest(e env, args []string) error {
	f := newFlags("law")
	overlay := f.String("law", "", "a folder laid over the built-in law")
	if err := f.parse(e, args, 1000); err != nil {
		return err
	}
	book, err := openBook(*overlay)
	if err != nil {
		return err
	}
	ran, failed := 0, 0
	for _, t := range book.Test() {
		if f.NArg() > 0 && !slices.Contains(f.Args(), t.Pack.ID) {
			continue
		}
		ran++
		if len(t.Failures) > 0 {
			failed++
			fmt.Fprintf(e.out, "FAIL %s: %s: %s\n", t.Pack.File, t.Test.Name, strings.Join(t.Failures, "; "))
		}
	}
	fmt.Fprintf(e.out, "%d tests, %d failed\n", ran, failed)
	switch {
	case ran == 0:
		return &comity.Problem{Code: "no-tests", Message: "no pack of that name has tests"}
	case failed > 0:
		return errFinding
	}
	return nil
}

func lawShow(e env, args []string) error {
	f := newFlags("law")
	overlay := f.String("law", "", "a folder laid over the built-in law")
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if err := need("PACK|RULE", f.Arg(0), "us/il/trust-act#15a"); err != nil {
		return err
	}
	book, err := openBook(*overlay)
	if err != nil {
		return err
	}
	if r, _, ok := book.Rule(f.Arg(0)); ok {
		return showRules(e, *asJSON, []*law.Rule{r})
	}
	if p, ok := book.Pack(f.Arg(0)); ok {
		if !*asJSON {
			fmt.Fprintf(e.out, "%s\n%s, layer %s, known from %s, as of %s, next check %s\n%s\n\n", p.Title, p.Place, p.Layer, p.KnownFrom, p.AsOf, p.NextCheck, reviewed(p))
		}
		return showRules(e, *asJSON, p.Rules)
	}
	var ids []string
	for _, p := range book.Packs() {
		ids = append(ids, p.ID)
	}
	return &comity.Problem{Code: "unknown-rule", Message: fmt.Sprintf("there is no pack or rule %q", f.Arg(0)), Hint: "packs: " + strings.Join(ids, ", ")}
}

func reviewed(p *law.Pack) string {
	if len(p.Reviewed) == 0 {
		return "not reviewed by a named lawyer"
	}
	var by []string
	for _, r := range p.Reviewed {
		by = append(by, r.By+", "+r.Role+", "+r.On)
	}
	return "reviewed by " + strings.Join(by, "; ")
}

// A shownRule is a rule as `law show -json` gives it.
type shownRule struct {
	ID        string         `json:"id"`
	Verdict   comity.Verdict `json:"verdict"`
	Acts      []string       `json:"acts"`
	Binds     []string       `json:"binds"`
	From      string         `json:"from"`
	Until     string         `json:"until"`
	Contested string         `json:"contested"`
	Says      string         `json:"says"`
	Cites     []law.Cite     `json:"cites"`
}

func showRules(e env, asJSON bool, rules []*law.Rule) error {
	out := json.NewEncoder(e.out)
	out.SetEscapeHTML(false)
	for _, r := range rules {
		if asJSON {
			if err := out.Encode(shownRule{r.ID, r.Verdict, r.Acts, r.Binds, r.From, r.Until, r.Contested, r.Says.EN, r.Cites}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(e.out, "%s  %s %s\n  %s\n  binds %s; from %s until %s\n", r.ID, r.Verdict, strings.Join(r.Acts, ", "), r.Says.EN, strings.Join(r.Binds, ", "), orDash(r.From), orDash(r.Until))
		if r.Contested != "" {
			fmt.Fprintf(e.out, "  contested: %s\n", r.Contested)
		}
		for _, c := range r.Cites {
			fmt.Fprintf(e.out, "  %s (grade %s, checked %s, %s)\n", c.Ref, c.Grade, c.Checked, c.Source)
			if c.Quote != "" {
				fmt.Fprintf(e.out, "    “%s”\n", c.Quote)
			}
		}
		fmt.Fprintln(e.out)
	}
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// openOn reads the one flag of verbs that ask about a day, and opens the law.
func openOn(e env, args []string) (*law.Book, string, error) {
	f := newFlags("law")
	on := f.String("on", time.Now().Format(time.DateOnly), "the day asked about")
	if err := f.parse(e, args, 0); err != nil {
		return nil, "", err
	}
	if err := needDay("on", *on); err != nil {
		return nil, "", err
	}
	book, err := openBook("")
	return book, *on, err
}

// lawCoverage names every state, covered or not: a gap is data.
func lawCoverage(e env, args []string) error {
	book, on, err := openOn(e, args)
	if err != nil {
		return err
	}
	packs := map[string][]*law.Pack{}
	for _, p := range book.Packs() {
		if p.KnownFrom <= on {
			packs[p.Place] = append(packs[p.Place], p)
		}
	}
	for _, place := range book.Places() {
		has := packs[place.ID]
		if place.Kind == "county" && !place.Searched && len(has) == 0 {
			continue
		}
		if len(has) == 0 {
			fmt.Fprintf(e.out, "%-24s gap: no law of this place is loaded for %s\n", place.ID, on)
			continue
		}
		rules := 0
		for _, p := range has {
			rules += len(p.Rules)
		}
		fmt.Fprintf(e.out, "%-24s %d packs, %d rules\n", place.ID, len(has), rules)
	}
	return nil
}

func lawDue(e env, args []string) error {
	book, on, err := openOn(e, args)
	if err != nil {
		return err
	}
	due := 0
	for _, p := range book.Packs() {
		if p.NextCheck < on {
			due++
			fmt.Fprintf(e.out, "%s: to be checked since %s\n", p.ID, p.NextCheck)
		}
	}
	fmt.Fprintf(e.out, "%d of %d packs are due\n", due, len(book.Packs()))
	if due > 0 {
		return errFinding
	}
	return nil
}
