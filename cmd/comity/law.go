package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"comity"
	"comity/law"
)

// lawVerbs is what can be done with the law itself.
func lawVerbs() []lawVerb {
	return []lawVerb{
		{"check", "[-law DIR] [-json]: every pack loads, and what is doubtful is listed", lawCheck},
		{"test", "[-law DIR] [-watch|-coverage|-mutation|-vectors] [-json] [PACK…]: run the tests inside the packs, test the tests, or give them out", lawTest},
		{"show", "[-law DIR] [-known DAY] [-json] PACK|RULE: a pack or a rule with its source, dates and grade", lawShow},
		{"explain", "-in PLACE -on DAY -actor A -act B -fact F=V… [-lang es] [-json]: an answer with what forces it, what would alter it, and who says so", lawExplain},
		{"coverage", "[-law DIR] [-on DAY] [-known DAY] [-in PLACE] [-json]: acts by places: a rule, silent on purpose, searched, or a gap", lawCoverage},
		{"gaps", "[-law DIR] [-on DAY] [-known DAY] [-in PLACE] [-json]: silence that nobody declared as meant, and law known but not read", lawGaps},
		{"conflicts", "[-law DIR] [-on DAY] [-known DAY] [-in PLACE] [-json]: facts on which two rules demand opposite things", lawConflicts},
		{"prove", "-in PLACE [-law DIR] [-on DAY] [-known DAY] [-json] CLAIM: prove a sentence about the law, or show a case against it", lawProve},
		{"example", "[-in PLACE] [-law DIR] [-on DAY] [-known DAY] [-json] WISH: cases in which the layers speak so, as 'state prohibits, city permits'", lawExample},
		{"diff", "[-in PLACE] [-on DAY] [-known DAY] [-json|-format markdown] (-from DAY -to DAY [-rules] | A B | DIR): which rules and answers change between two days, folders or git revisions", lawDiff},
		{"draft", "[-drafts DIR] [-law DIR] [-on DAY] [-test] [-json|-format markdown] [DRAFT]: bills that are not law, and what one would change", lawDraft},
		{"dead", "[-law DIR] [-json]: rules that never stand, or never decide", lawDead},
		{"quotes", "[-law DIR] [-json] TEXTS: look for every quote in a folder of stored texts", lawQuotes},
		{"offence", "-in PLACE [-law DIR] [-on DAY] [-json] SECTION: on which lists of offences a section of code stands", lawOffence},
		{"due", "[-law DIR] [-on DAY] [-json]: packs whose next check has passed", lawDue},
		{"schema", "[-law DIR]: the JSON Schema of a pack, for completion in editors", lawSchema},
		{"fmt", "[-w|-check] [-json] FILE|DIR…: packs in their canonical form", lawFmt},
		{"new", "-place P -layer L -title T [-o DIR] PACK: begin a pack, every key explained", lawNew},
		{"view", "[-as table|text|markdown|rego|cedar] [-lang es] [-law DIR] [-json] PACK: a pack for reading, for review or for another engine", lawView},
		{"update", "-into DIR [-trust KEY,KEY] FILE: install a signed release; -law DIR then uses it", lawUpdate},
	}
}

// A lawVerb has one line of usage, "arguments: what it does".
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
	f := newLawFlags("check")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	rules := 0
	for _, p := range book.Packs() {
		rules += len(p.Rules)
	}
	if f.asJSON {
		return writeJSON(e, struct {
			Packs    int               `json:"packs"`
			Rules    int               `json:"rules"`
			Places   int               `json:"places"`
			Law      string            `json:"law"`
			Doubtful []*comity.Problem `json:"doubtful"`
		}{len(book.Packs()), rules, len(book.Places()), book.Digest(), append([]*comity.Problem{}, book.Warnings()...)})
	}
	for _, w := range book.Warnings() {
		fmt.Fprintf(e.out, "doubtful: %v\n", w)
	}
	fmt.Fprintf(e.out, "%d packs, %d rules, %d places: no fault\n%s\n", len(book.Packs()), rules, len(book.Places()), book.Digest())
	return nil
}

func lawShow(e env, args []string) error {
	f := newLawFlags("show")
	known := f.String("known", "", "only rules that were known on this day")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if *known != "" {
		if err := needDay("known", *known); err != nil {
			return err
		}
	}
	if err := need("PACK|RULE", f.Arg(0), "us/il/trust-act#15a"); err != nil {
		return err
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	if r, _, ok := book.Rule(f.Arg(0)); ok {
		if *known != "" && !r.KnownOn(*known) {
			return &comity.Problem{Code: "unknown-then", Message: fmt.Sprintf("%s was not known on %s", r.ID, *known), Where: "-known"}
		}
		return showRules(e, f.asJSON, []*law.Rule{r})
	}
	if p, ok := book.Pack(f.Arg(0)); ok {
		if !f.asJSON {
			fmt.Fprintf(e.out, "%s\n%s, layer %s, known from %s, as of %s, next check %s\n%s\n\n", p.Title, p.Place, p.Layer, p.KnownFrom, p.AsOf, p.NextCheck, reviewed(p))
		}
		return showRules(e, f.asJSON, knownRules(p.Rules, *known))
	}
	return noSuchPack(book, f.Arg(0))
}

func knownRules(rules []*law.Rule, on string) []*law.Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r *law.Rule) bool { return on != "" && !r.KnownOn(on) })
}

// noSuchPack names the packs that share the beginning of what was asked for.
func noSuchPack(book *law.Book, id string) error {
	start, _, _ := strings.Cut(id, "#")
	var ids []string
	for start != "" && len(ids) == 0 {
		for _, p := range book.Packs() {
			if strings.HasPrefix(p.ID, start) {
				ids = append(ids, p.ID)
			}
		}
		start = start[:max(0, strings.LastIndexByte(start, '/'))]
	}
	if len(ids) == 0 || len(ids) > 30 {
		return &comity.Problem{Code: "unknown-rule", Message: fmt.Sprintf("there is no pack or rule %q", id), Hint: "comity law coverage lists the places; comity law show us/il/trust-act shows a pack"}
	}
	return &comity.Problem{Code: "unknown-rule", Message: fmt.Sprintf("there is no pack or rule %q", id), Hint: "packs: " + strings.Join(ids, ", ")}
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
		if r.Learned != "" || r.Withdrawn != "" {
			fmt.Fprintf(e.out, "  known from %s until %s\n", orDash(r.Learned), orDash(r.Withdrawn))
		}
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
