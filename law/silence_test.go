package law

import (
	"slices"
	"testing"

	"comity"
)

// A declared gap opens the layer for its acts, actors and days, and for no others.
func TestGap(t *testing.T) {
	b := bookOf(t, map[string]string{
		"us/none": federalSilence,
		"us/il/a": "place: us-il\nlayer: state\nadded: \"2025-03-01\"\nknown_from: \"2015-01-01\"\nrules:\n" + ruleText("us/il/a#1", "prohibited", "lend-equipment", `"2018-01-01"`, "") + `
silent:
  - {acts: [transport, lend-equipment], kind: gap, binds: [county-jail], from: "2020-01-01", until: "2024-01-01", why: section 9 was not read}
  - {acts: [joint-operation], kind: meant, why: left to cities}
`})
	for _, c := range []struct {
		name, on, known, actor, act string
		want                        comity.Verdict
		incomplete                  bool
	}{
		{"in the gap", "2020-01-01", "", "", "", comity.NeedsCounsel, true},
		{"the day before", "2019-12-31", "", "", "", comity.NoRule, false},
		{"its last day", "2023-12-31", "", "", "", comity.NeedsCounsel, true},
		{"after it", "2024-01-01", "", "", "", comity.NoRule, false},
		{"another actor", "2021-01-01", "", "municipal-police", "", comity.NoRule, false},
		{"a ban stays a ban", "2021-01-01", "", "", "lend-equipment", comity.Prohibited, true},
		{"silence that is meant", "2021-01-01", "", "", "joint-operation", comity.NoRule, false},
		{"before the pack was known", "2021-01-01", "2025-02-28", "", "", comity.NeedsCounsel, true},
	} {
		q := comity.Question{In: "us-il", On: c.on, Known: c.known, Actor: c.actor, Act: c.act}
		d := ask(t, b, q)
		if d.Verdict != c.want || d.Has(comity.Incomplete) != c.incomplete {
			t.Errorf("%s: %s, flags %v", c.name, d.Verdict, d.Flags)
		}
		if c.incomplete && !slices.Contains(d.Uncovered, comity.State) {
			t.Errorf("%s: uncovered %v", c.name, d.Uncovered)
		}
	}
	gaps := b.Gaps(comity.Question{In: "us-il", On: "2021-01-01", Actor: "county-jail", Act: "transport"})
	if len(gaps) != 1 || gaps[0].Why != "section 9 was not read" || gaps[0].Pack().ID != "us/il/a" {
		t.Error(gaps)
	}
	if g := b.Gaps(comity.Question{In: "us-nowhere"}); g != nil {
		t.Error(g)
	}
}

// One question on several days is one test a day, each with its own answer.
func TestDaysOfATest(t *testing.T) {
	b := bookOf(t, map[string]string{"us/none": federalSilence + `
tests:
  - name: two days
    actor: county-jail
    act: transport
    must_cite: x
    days: {"2020-01-01": no-rule, "2020-01-02": {expect_not: prohibited, must_not_cite: y}}
`})
	p, _ := b.Pack("us/none")
	if len(p.tests) != 2 || p.tests[0].Name != "two days (2020-01-01)" || p.tests[1].Question.On != "2020-01-02" {
		t.Fatal(p.tests)
	}
	if a, z := p.tests[0], p.tests[1]; !slices.Equal(a.MustCite, []string{"x"}) || len(a.MustNotCite) != 0 || !slices.Equal(z.MustNotCite, []string{"y"}) || len(z.Expect) != 0 {
		t.Error(p.tests)
	}
	if r := b.Test(); len(r[0].Failures) != 1 {
		t.Error("a missing citation passed")
	}
}

// A test may name the verdict that is believed where counsel is needed.
func TestBelievedOfATest(t *testing.T) {
	b := bookOf(t, map[string]string{"us/none": "place: us\nlayer: federal\nrules:\n" + ruleText("us/none#1", "prohibited", "transport", `"2018-01-01"`, ", untranslatable: a standard") + `
tests:
  - {name: right, "on": "2020-01-01", actor: county-jail, act: transport, expect: needs-counsel, believed: prohibited}
  - {name: wrong, "on": "2020-01-01", actor: county-jail, act: transport, believed: permitted}
`})
	if r := b.Test(); len(r[0].Failures) != 0 || len(r[1].Failures) != 1 {
		t.Error(r)
	}
}
