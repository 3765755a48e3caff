package law

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"comity"
)

const draftHead = `draft:
  bill: House Bill 1
  session: 2026
  status: {says: {en: e, es: s}, as_of: "2026-11-01", source: s, checked: "2026-11-21", grade: A}
  text: {says: {en: e, es: s}, as_of: "2026-11-01", source: s, checked: "2026-11-21", grade: A}
  effect: {day: "2027-01-01", by: assumed}
`

func draftsOf(b *Book, texts map[string]string) ([]*Draft, error) {
	files := fstest.MapFS{}
	for id, text := range texts {
		files[id+".yaml"] = &fstest.MapFile{Data: []byte("pack: " + id + "\ntitle: t\n" + text)}
	}
	return b.Drafts(files)
}

func draftBook(t *testing.T) *Book {
	return bookOf(t, map[string]string{
		"us/none": federalSilence,
		"us/il/a": "place: us-il\nlayer: state\nknown_from: \"2010-01-01\"\nrules:\n" +
			ruleText("us/il/a#old", "permitted", "transport", `"2018-01-01"`, "") +
			ruleText("us/il/a#other", "prohibited", "lend-equipment", `"2015-01-01"`, ""),
		"us/il/chicago": "place: us-il-chicago\nlayer: city\nrules:\n" + ruleText("us/il/chicago#1", "prohibited", "transport", `"2018-01-01"`, ""),
	})
}

// A14: a bill that ends one rule and adds another, compared on a day.
func TestDraftEffect(t *testing.T) {
	b := draftBook(t)
	before := b.Digest()
	list, err := draftsOf(b, map[string]string{"us/il/hb-1": "place: us-il\nlayer: state\n" + draftHead + "  repeals: [us/il/a#other]\nrules:\n" +
		ruleText("us/il/hb-1#1", "prohibited", "transport", "null", ", unless: {document.judge_signed: true}")})
	if err != nil || len(list) != 1 {
		t.Fatalf("%v", err)
	}
	d := list[0]
	if _, err := d.Effect("2026-12-31"); err == nil {
		t.Error("compared before the bill would be law")
	}
	if day := d.Day("2026-11-21"); day != "2027-01-01" {
		t.Errorf("compared on %s", day)
	}
	if day := d.Day("2028-02-03"); day != "2028-02-03" {
		t.Errorf("compared on %s", day)
	}
	e, err := d.Effect("2027-01-01")
	if err != nil || len(e.Places) != 2 || !slices.Equal(e.Acts, []string{"transport", "lend-equipment"}) {
		t.Fatalf("%v %+v", err, e)
	}
	state, city := e.Places[0], e.Places[1]
	if len(state.Changes) != 2 || state.Place != "us-il" || len(state.Same) != 0 {
		t.Fatalf("%+v", state)
	}
	equipment, transport := state.Changes[0], state.Changes[1]
	if equipment.From != comity.Prohibited || equipment.To != comity.NoRule || !slices.Equal(equipment.Before, []string{"us/il/a#other"}) {
		t.Errorf("the rule that ends: %+v", equipment)
	}
	if transport.From != comity.Permitted || transport.To != comity.Prohibited || !slices.Equal(transport.After, []string{"us/il/hb-1#1"}) {
		t.Errorf("the rule that begins: %+v", transport)
	}
	// The city forbids it already: nothing changes there but the end of the ban
	// on equipment, which is as in the state.
	if city.Place != "us-il-chicago" || len(city.Changes) != 0 || city.AsAbove != 1 || len(city.Same) != 1 || city.Same[0].Act != "transport" {
		t.Errorf("%+v", city)
	}
	if b.Digest() != before || d.Book().Digest() == before {
		t.Error("the law of the book is another one, or that of the draft is not")
	}
	if r, _, _ := b.Rule("us/il/a#other"); r.Until != "" || !r.InForce("2027-06-01") {
		t.Error("the rule ended in the law itself")
	}
}

// A place whose law nobody loaded does not become covered by a bill.
func TestDraftCoversNothing(t *testing.T) {
	b := bookOf(t, map[string]string{"us/none": federalSilence})
	list, err := draftsOf(b, map[string]string{"us/zz/hb-1": "place: us-zz\nlayer: state\n" + draftHead + "rules:\n" + ruleText("us/zz/hb-1#1", "prohibited", "transport", "null", "")})
	if err != nil {
		t.Fatal(err)
	}
	d := ask(t, list[0].Book(), comity.Question{In: "us-zz", On: "2027-06-01", Act: "lend-equipment"})
	if d.Verdict != comity.NeedsCounsel || !d.Has(comity.Incomplete) {
		t.Errorf("%s %v", d.Verdict, d.Flags)
	}
}

func TestBadDrafts(t *testing.T) {
	b := draftBook(t)
	rule := "rules:\n" + ruleText("us/il/hb-1#1", "prohibited", "transport", "null", "")
	for name, c := range map[string]struct{ text, code string }{
		"no header":                {"place: us-il\nlayer: state\nknown_from: \"2020-01-01\"\nrules: []\n", "no-draft"},
		"unknown place":            {"place: us-yy\nlayer: state\n" + draftHead + rule, "unknown-place"},
		"ends a rule that is none": {"place: us-il\nlayer: state\n" + draftHead + "  repeals: [us/il/a#none]\n" + rule, "unknown-rule"},
		"ends higher law":          {"place: us-il-chicago\nlayer: city\n" + draftHead + "  repeals: [us/il/a#old]\n" + rule, "bad-repeal"},
		"says when it was known":   {"place: us-il\nlayer: state\nknown_from: \"2020-01-01\"\n" + draftHead + rule, "not-in-a-draft"},
		"orders of a court":        {"place: us-il\nlayer: state\norders: []\n" + draftHead + rule, "not-in-a-draft"},
		"a sample with a sponsor":  {"place: us-il\nlayer: state\n" + draftHead + "  sample: true\n  sponsors: [{who: x, source: s, checked: \"2026-01-01\"}]\n" + rule, "bad-sample"},
		"no first day":             {"place: us-il\nlayer: state\n" + strings.Replace(draftHead, `day: "2027-01-01", `, "", 1) + rule, "missing-key"},
		"a sponsor without source": {"place: us-il\nlayer: state\n" + draftHead + "  sponsors: [{who: x, checked: \"2026-01-01\"}]\n" + rule, "missing-key"},
		"defeats what is not":      {"place: us-il\nlayer: state\n" + draftHead + "rules:\n" + ruleText("us/il/hb-1#1", "prohibited", "transport", "null", ", defeats: [us/il/a#none]"), "unknown-rule"},
	} {
		_, err := draftsOf(b, map[string]string{"us/il/hb-1": c.text})
		if err == nil || !strings.Contains(problemText(t, err), c.code+":") || !strings.Contains(problemText(t, err), "drafts/us/il/hb-1.yaml") {
			t.Errorf("%s: %v", name, problemText(t, err))
		}
	}
	if _, err := draftsOf(b, map[string]string{"us/il/a": "place: us-il\nlayer: state\n" + draftHead + "rules: []\n"}); err == nil || !strings.Contains(problemText(t, err), "bad-pack-id") {
		t.Error("a draft took the name of a law")
	}
}

// Every shipped bill, laid under law/ or over it, is refused.
func TestDraftsAreNoLaw(t *testing.T) {
	files, err := draftFiles(os.DirFS("../data"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		over := fstest.MapFS{"law/" + f.path: {Data: f.text}}
		_, err := Load(os.DirFS("../data"), over)
		if err == nil || !strings.Contains(problemText(t, err), "draft-in-law") {
			t.Errorf("%s: %s", f.path, problemText(t, err))
		}
	}
}

// Ordinary answers are the same to the byte whether drafts were read and
// compared or not.
func TestDraftsNeverEnterDecisions(t *testing.T) {
	plain, read := shipped(t), shipped(t)
	list, err := read.Drafts(os.DirFS("../data"))
	if err != nil {
		t.Fatal(err)
	}
	questions := mixedQuestions(plain, 3000, 14, 5)
	for _, d := range list {
		if _, err := d.Effect(d.Day(shippedDay)); err != nil {
			t.Fatal(err)
		}
		for _, test := range d.Pack.Tests() {
			a, err1 := plain.Decide(test.Question)
			b, err2 := read.Decide(test.Question)
			if err1 != nil || err2 != nil || a.Verdict != b.Verdict || !slices.Equal(a.Rules, b.Rules) || slices.ContainsFunc(b.Rules, func(id string) bool { return strings.HasPrefix(id, d.Pack.ID) }) {
				t.Errorf("%s: %s by %v, %s by %v", test.Name, a.Verdict, a.Rules, b.Verdict, b.Rules)
			}
		}
	}
	var a, b bytes.Buffer
	if _, err := plain.DecideBatch(bytes.NewReader(questions), &a); err != nil {
		t.Fatal(err)
	}
	if _, err := read.DecideBatch(bytes.NewReader(questions), &b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) || plain.Digest() != read.Digest() {
		t.Error("an answer differs once drafts were read")
	}
}

// A14: the bills that ship pass their own tests, name their sources and who is
// for and against, change something, and do not all point one way.
func TestShippedDrafts(t *testing.T) {
	b := shipped(t)
	list, err := b.Drafts(os.DirFS("../data"))
	if err != nil {
		t.Fatal(err)
	}
	limits, demands := 0, 0
	for _, d := range list {
		for _, r := range d.Test() {
			for _, f := range r.Failures {
				t.Errorf("%s:%d: %s: %s; carried by %v", d.Pack.File, r.Test.Line, r.Test.Name, f, r.Decision.Rules)
			}
		}
		for _, s := range []Statement{d.Bill.Status, d.Bill.Text} {
			if !strings.HasPrefix(s.Source, "https://") || s.AsOf == "" {
				t.Errorf("%s: no source and day for %q", d.Pack.ID, s.Says.EN)
			}
		}
		if len(d.Bill.Sponsors) == 0 && !d.Bill.Sample {
			t.Errorf("%s: nobody is named as sponsor", d.Pack.ID)
		}
		for _, p := range slices.Concat(d.Bill.Sponsors, d.Bill.Supporters, d.Bill.Opponents) {
			if !strings.HasPrefix(p.Source, "https://") {
				t.Errorf("%s: no source says who %v are", d.Pack.ID, p.Who)
			}
		}
		e, err := d.Effect(d.Day(shippedDay))
		if err != nil {
			t.Fatal(err)
		}
		toBan, toDuty := 0, 0
		for _, c := range e.Places[0].Changes {
			if !slices.Contains(e.Acts, c.Act) {
				t.Errorf("%s changes %s, of which it does not speak", d.Pack.ID, c.Act)
			}
			if !slices.ContainsFunc(c.After, func(id string) bool { return strings.HasPrefix(id, d.Pack.ID+"#") }) && len(d.Bill.Repeals) == 0 {
				t.Errorf("%s: %s changes by %v", d.Pack.ID, c.Act, c.After)
			}
			switch c.To {
			case comity.Prohibited:
				toBan++
			case comity.Required:
				toDuty++
			}
		}
		if toBan+toDuty == 0 {
			t.Errorf("%s changes nothing", d.Pack.ID)
		}
		if toBan > 0 {
			limits++
		} else {
			demands++
		}
	}
	if limits == 0 || demands == 0 {
		t.Errorf("%d bills that limit, %d that demand: all point one way", limits, demands)
	}
}
