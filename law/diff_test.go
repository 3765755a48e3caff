package law

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"comity"
)

func TestDiffOfTwoDays(t *testing.T) {
	b := bookOf(t, map[string]string{
		"us/none": federalSilence,
		"us/il/a": "place: us-il\nlayer: state\nknown_from: \"2010-01-01\"\nrules:\n" +
			ruleText("us/il/a#old", "permitted", "transport", `"2018-01-01"`, "") +
			ruleText("us/il/a#new", "prohibited", "transport", `"2020-01-01"`, ", unless: {document.judge_signed: true}") +
			ruleText("us/il/a#same", "prohibited", "lend-equipment", `"2015-01-01"`, ""),
	})
	list, err := Diff(b, "2019-12-31", b, "2020-01-01", "us-il")
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %+v", err, list)
	}
	c := list[0]
	if c.From != comity.Permitted || c.To != comity.Prohibited || c.Act != "transport" || len(c.Actors) < 10 || c.Before[0] != "us/il/a#old" || c.After[0] != "us/il/a#new" || len(c.Facts) != 0 && c.Facts[0].Fact != "document.judicial" && c.Facts[0].Fact != "document.signed_by" {
		t.Errorf("%+v", c)
	}
	if list, err := Diff(b, "2020-01-01", b, "2025-01-01", ""); err != nil || len(list) != 0 {
		t.Errorf("nothing changed: %v %v", err, list)
	}
	if _, err := Diff(b, "soon", b, "2020-01-01", ""); err == nil {
		t.Error("no day, no fault")
	}
	if _, err := Diff(b, "2020-01-01", b, "2020-01-01", "us-nowhere"); err == nil {
		t.Error("no place, no fault")
	}
}

// Two random laws: wherever their answers differ on a random pattern, the
// difference is listed; and every listed case does differ.
func TestDiffListsEveryChange(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	facts := []string{"document.judicial", "document.detainer", "person.role", "request.exigent", "info.public", "place.kind", "conviction.years_ago"}
	values := map[string][]string{
		"document.judicial": {"none", "arrest-warrant", "court-order"}, "document.detainer": {"none", "i-247a", "i-247d"}, "person.role": {"none", "victim", "suspect"},
		"request.exigent": {"true", "false"}, "info.public": {"true", "false"}, "place.kind": {"none", "jail", "street", "home"}, "conviction.years_ago": {"0", "4", "5", "6", "15", "30"},
	}
	row := func() string {
		f := facts[r.IntN(len(facts)-1)]
		return fmt.Sprintf("%s: %s", f, values[f][r.IntN(len(values[f]))])
	}
	make1 := func() *Book {
		text := "place: us-il\nlayer: state\nrules:\n"
		for i := range 2 + r.IntN(4) {
			verdict := []string{"permitted", "prohibited", "required"}[r.IntN(3)]
			more := fmt.Sprintf(", when: {%s}, unless: {%s}", row(), row())
			if r.IntN(3) == 0 {
				more = ", when: {conviction.years_ago: {lt: 5}}"
			}
			text += ruleText(fmt.Sprintf("us/il/a#%d", i), verdict, "transport", `"2018-01-01"`, more)
		}
		return bookOf(t, map[string]string{"us/none": federalSilence, "us/il/a": text})
	}
	differed := 0
	for range 60 {
		a, b := make1(), make1()
		list, err := Diff(a, "2025-01-01", b, "2025-01-01", "us-il")
		if err != nil {
			t.Fatal(err)
		}
		decide := func(b *Book, facts comity.Facts) (comity.Decision, bool) {
			d, err := b.Decide(comity.Question{In: "us-il", On: "2025-01-01", Actor: "county-jail", Act: "transport", Facts: facts, Closed: true})
			return d, err == nil
		}
		pairs := map[string]bool{}
		for _, c := range list {
			given := comity.Facts{}
			for _, f := range c.Facts {
				given[f.Fact] = f.Value
			}
			x, _ := decide(a, given)
			y, _ := decide(b, given)
			if x.Verdict != c.From || y.Verdict != c.To {
				t.Errorf("%+v: in fact %s and %s", c, x.Verdict, y.Verdict)
			}
			pairs[string(c.From+" "+c.To)] = true
		}
		for range 200 {
			given := comity.Facts{}
			for _, f := range facts {
				given[f] = values[f][r.IntN(len(values[f]))]
			}
			x, ok1 := decide(a, given)
			y, ok2 := decide(b, given)
			if ok1 && ok2 && x.Verdict != y.Verdict {
				differed++
				if !pairs[string(x.Verdict+" "+y.Verdict)] {
					t.Fatalf("%s became %s on %v, which is not listed: %+v", x.Verdict, y.Verdict, given, list)
				}
			}
		}
	}
	if differed < 100 {
		t.Errorf("only %d patterns differed: the test shows little", differed)
	}
}

func TestDiffWantsOneVocabulary(t *testing.T) {
	a := bookOf(t, map[string]string{"us/none": federalSilence})
	text := strings.Replace(string(vocabularyText(t)), "  request.exigent:", "  request.sample:\n    {type: bool, neutral: false, module: request, known_by: agency, question: q, help: h}\n  request.exigent:", 1)
	b, err := Load(fstest.MapFS{"vocabulary.yaml": {Data: []byte(text)}, "places/us.csv": {Data: []byte(samplePlaces)}, "law/us/none.yaml": {Data: []byte("pack: us/none\ntitle: t\n" + federalSilence)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Diff(a, "2025-01-01", b, "2025-01-01", ""); err == nil {
		t.Error("laws with other facts were compared")
	}
}
