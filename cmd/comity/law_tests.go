package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"comity"
	"comity/law"
)

// lawTest runs the tests inside the packs, tests them, or gives them out.
func lawTest(e env, args []string) error {
	f := newLawFlags("test")
	vectors := f.Bool("vectors", false, "write the tests as JSON lines, with what must come out and the text that says so")
	mutation := f.Bool("mutation", false, "delete, turn round and shift every rule, and see whether a test fails")
	coverage := f.Bool("coverage", false, "list the rules that no test meets")
	watch := f.Bool("watch", false, "run again whenever a file of the folder -law changes, until interrupted")
	if err := f.parse(e, args, 1000); err != nil {
		return err
	}
	if *watch {
		return watchTests(e, f.overlay, f.Args())
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	for _, id := range f.Args() {
		if _, ok := book.Pack(id); !ok {
			return noSuchPack(book, id)
		}
	}
	chosen := func(p *law.Pack) bool { return f.NArg() == 0 || slices.Contains(f.Args(), p.ID) }
	switch {
	case *vectors:
		return writeVectors(e, book, chosen)
	case *mutation:
		return testTheTests(e, f.asJSON, book, chosen)
	case *coverage:
		return testedRules(e, f.asJSON, book, chosen)
	}
	r := runTests(book, chosen)
	forms := showForms(book.CrossCheck(chosen))
	if f.asJSON {
		err = writeJSON(e, struct {
			testRun
			Forms shownForms `json:"forms"`
		}{r, forms})
	} else {
		r.print(e)
		forms.print(e)
	}
	switch {
	case err != nil:
		return err
	case r.Ran == 0:
		return &comity.Problem{Code: "no-tests", Message: "no pack of that name has tests"}
	case len(r.Failed) > 0 || len(forms.Apart) > 0:
		return errFinding
	}
	return nil
}

// testRun is how the tests of some packs ended.
type testRun struct {
	Ran    int          `json:"ran"`
	Failed []failedTest `json:"failed"`
}

type failedTest struct {
	File   string   `json:"file"`
	Line   int      `json:"line"`
	Test   string   `json:"test"`
	Failed []string `json:"failed"`
}

func runTests(book *law.Book, chosen func(*law.Pack) bool) testRun {
	r := testRun{Failed: []failedTest{}}
	for _, p := range book.Packs() {
		if !chosen(p) {
			continue
		}
		for _, t := range p.Tests() {
			r.Ran++
			if out := book.RunTest(p, t); len(out.Failures) > 0 {
				r.Failed = append(r.Failed, failedTest{p.File, t.Line, t.Name, out.Failures})
			}
		}
	}
	return r
}

// print writes only what failed, and one line of summary.
func (r testRun) print(e env) {
	for _, t := range r.Failed {
		t.print(e)
	}
	fmt.Fprintln(e.out, r)
}

func (t failedTest) print(e env) {
	fmt.Fprintf(e.out, "FAIL %s:%d: %s: %s\n", t.File, t.Line, t.Test, strings.Join(t.Failed, "; "))
}

func (r testRun) String() string { return fmt.Sprintf("%d tests, %d failed", r.Ran, len(r.Failed)) }

func writeVectors(e env, book *law.Book, chosen func(*law.Pack) bool) error {
	out := json.NewEncoder(e.out)
	out.SetEscapeHTML(false)
	for _, p := range book.Packs() {
		if !chosen(p) {
			continue
		}
		for _, v := range book.Vectors(p) {
			if err := out.Encode(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// testedRules lists the rules that no test of any pack meets: it neither
// carries an answer nor is overridden, defeated or suspended in one.
func testedRules(e env, asJSON bool, book *law.Book, chosen func(*law.Pack) bool) error {
	type unmet struct {
		File string `json:"file"`
		Line int    `json:"line"`
		Rule string `json:"rule"`
	}
	met := book.TestedRules()
	rules, out := 0, []unmet{}
	for _, p := range book.Packs() {
		if !chosen(p) {
			continue
		}
		seen := map[string]bool{}
		for _, r := range p.Rules {
			if seen[r.ID] {
				continue
			}
			seen[r.ID] = true
			rules++
			if !met[r.ID] {
				out = append(out, unmet{p.File, r.Line, r.ID})
			}
		}
	}
	if asJSON {
		if err := writeJSON(e, struct {
			Rules int     `json:"rules"`
			Unmet []unmet `json:"unmet"`
		}{rules, out}); err != nil {
			return err
		}
	} else {
		for _, u := range out {
			fmt.Fprintf(e.out, "%s:%d: %s: no test meets it\n", u.File, u.Line, u.Rule)
		}
		fmt.Fprintf(e.out, "%d of %d rules are met by a test\n", rules-len(out), rules)
	}
	if len(out) > 0 {
		return errFinding
	}
	return nil
}

// testTheTests puts faults into rules; a fault that no test notices is a finding.
func testTheTests(e env, asJSON bool, book *law.Book, chosen func(*law.Pack) bool) error {
	type survivor struct {
		File string         `json:"file"`
		Line int            `json:"line"`
		Rule string         `json:"rule"`
		Kind law.MutantKind `json:"kind"`
		What string         `json:"what"`
	}
	tried, lived, alive := map[law.MutantKind]int{}, map[law.MutantKind]int{}, []survivor{}
	book.Mutate(chosen, func(m law.Mutant) {
		tried[m.Kind]++
		if !m.Killed {
			lived[m.Kind]++
			alive = append(alive, survivor{m.Pack.File, m.Line, m.Rule, m.Kind, m.What})
		}
	})
	if asJSON {
		if err := writeJSON(e, struct {
			Tried    map[law.MutantKind]int `json:"tried"`
			Survived []survivor             `json:"survived"`
		}{tried, alive}); err != nil {
			return err
		}
	} else {
		for _, s := range alive {
			fmt.Fprintf(e.out, "%s:%d: %s: no test fails when %s\n", s.File, s.Line, s.Rule, s.What)
		}
		for _, k := range []law.MutantKind{law.Deleted, law.Inverted, law.Shifted, law.Condition} {
			fmt.Fprintf(e.out, "%-9s %d faults, %d noticed\n", k, tried[k], tried[k]-lived[k])
		}
	}
	if len(alive) > lived[law.Condition] {
		return errFinding
	}
	return nil
}
