package law

import (
	"testing"

	"comity"
)

func TestDead(t *testing.T) {
	b := bookOf(t, map[string]string{
		"us/none": federalSilence,
		"us/il/a": "place: us-il\nlayer: state\nknown_from: \"2010-01-01\"\nrules:\n" +
			ruleText("us/il/a#alive", "prohibited", "transport", `"2018-01-01"`, ", when: {request.exigent: true}") +
			ruleText("us/il/a#idle", "prohibited", "transport", `"2018-01-01"`, ", when: {request.exigent: true, info.public: true}") +
			ruleText("us/il/a#never", "permitted", "lend-equipment", `"2018-01-01"`, ", when: {document.judicial: none, document.signed_by: federal-judge}") +
			ruleText("us/il/a#beaten", "permitted", "provide-facility", `"2018-01-01"`, "") +
			ruleText("us/il/a#beater", "prohibited", "provide-facility", `"2018-01-01"`, ", defeats: [us/il/a#beaten]") +
			ruleText("us/il/a#before", "permitted", "joint-operation", `"2016-01-01"`, "") +
			ruleText("us/il/a#after", "prohibited", "joint-operation", `"2018-01-01"`, ", defeats: [us/il/a#before]"),
	})
	list, err := b.Dead()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, d := range list {
		got[d.Rule.ID] = d.Never
	}
	want := map[string]bool{"us/il/a#idle": false, "us/il/a#never": true, "us/il/a#beaten": true}
	if len(got) != len(want) {
		t.Errorf("%v, want %v", got, want)
	}
	for id, never := range want {
		if is, ok := got[id]; !ok || is != never {
			t.Errorf("%s: %v %v", id, ok, is)
		}
	}
}

func TestExamples(t *testing.T) {
	b := bookOf(t, map[string]string{
		"us/none":    federalSilence,
		"us/il/a":    "place: us-il\nlayer: state\nrules:\n" + ruleText("us/il/a#1", "prohibited", "transport", `"2018-01-01"`, ", unless: {request.exigent: true}"),
		"us/il/cook": "place: us-il-cook\nlayer: county\nrules:\n" + ruleText("us/il/cook#1", "permitted", "transport", `"2018-01-01"`, ", when: {person.role: victim}"),
	})
	w, err := b.ReadWish("state prohibits, county permits")
	if err != nil {
		t.Fatal(err)
	}
	list, err := b.Examples(w, "", "2025-06-01")
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %+v", err, list)
	}
	x := list[0]
	if x.Place != "us-il-cook" || x.Act != "transport" || x.Decision.Verdict != comity.Prohibited || x.Decision.Layers[comity.County] != comity.Voice(comity.Permitted) {
		t.Errorf("%+v", x)
	}
	if w, err = b.ReadWish("state silent, county permits transport for county-jail"); err != nil {
		t.Fatal(err)
	}
	if list, err = b.Examples(w, "us-il-cook", "2025-06-01"); err != nil || len(list) != 1 || list[0].Actor != "county-jail" || list[0].Decision.Verdict != comity.Permitted {
		t.Errorf("%v %+v", err, list)
	}
	if w, err = b.ReadWish("federal prohibits"); err != nil {
		t.Fatal(err)
	}
	if list, err = b.Examples(w, "us-il", "2025-06-01"); err != nil || len(list) != 0 {
		t.Errorf("%v %+v", err, list)
	}
	for _, text := range []string{"", "village permits", "state allows", "state permits fly", "state permits transport for pilots", "state permits transport for sheriff today"} {
		if _, err := b.ReadWish(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	if _, err := b.Examples(w, "us-nowhere", "2025-06-01"); err == nil {
		t.Error("an example of nowhere")
	}
}
