package desk

import (
	"slices"
	"strings"
	"testing"

	"comity"
)

// Scenario 1 of users.md: a lieutenant in Texas. The last other reason to keep
// the person ends on Friday, 20 November 2026, 17:00.
func TestScenarioTexasLieutenant(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	saturday := handle(t, d, texas())
	hold := decisionOn(t, saturday, "hold-on-detainer")
	if hold.Verdict != comity.Required || !cites(hold, "2A.060(a)(1)") {
		t.Errorf("Saturday: %s, citing %v; want required by CCP 2A.060(a)(1)", hold.Verdict, refs(hold))
	}
	tell := decisionOn(t, saturday, "notify-person")
	if tell.Verdict != comity.Required || !cites(tell, "2A.060(a)(2)") {
		t.Errorf("Saturday, telling the person: %s, citing %v; want required by CCP 2A.060(a)(2)", tell.Verdict, refs(tell))
	}

	d.move(t, "2026-11-23T15:00:00Z")
	monday := texas().but("tx-2")
	monday.At = "2026-11-23T09:00:00-06:00"
	if v := decisionOn(t, handle(t, d, monday), "hold-on-detainer").Verdict; v != comity.Permitted && v != comity.NeedsFacts && v != comity.NeedsCounsel {
		t.Errorf("Monday: %s; the form's own 48 hours are over, so never a plain must", v)
	}

	d.move(t, "2026-11-25T00:00:00Z")
	tuesday := texas().but("tx-3")
	tuesday.At = "2026-11-24T18:00:00-06:00"
	over := decisionOn(t, handle(t, d, tuesday), "hold-on-detainer")
	if over.Verdict != comity.Prohibited || !cites(over, "287.7(d)") {
		t.Errorf("Tuesday 18:00: %s, citing %v; want prohibited by 8 CFR 287.7(d)", over.Verdict, refs(over))
	}
	tasks, err := d.Tasks(t.Context(), "TX2270000")
	if err != nil {
		t.Fatal(err)
	}
	if len(tasks) != 3 || tasks[0].State != ReleaseNow || !tasks[0].Overdue {
		t.Errorf("Tuesday: tasks %+v; want the release task overdue", states(tasks))
	}
}

func TestScenarioTexasPassport(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	a := handle(t, d, texas().but("tx-passport", "shown", "us-citizen-document"))
	if v := decisionOn(t, a, "hold-on-detainer").Verdict; v == comity.Required || v == comity.Permitted {
		t.Errorf("a passport was shown: %s; the duty is lifted and no plain may stands", v)
	}
	if !slices.Contains(a.Stops, StopContradiction) {
		t.Error("a passport was shown and no supervisor is asked to look")
	}
}

func cites(d comity.Decision, ref string) bool {
	return slices.ContainsFunc(d.Citations, func(c comity.Citation) bool { return strings.Contains(c.Ref, ref) })
}

func refs(d comity.Decision) []string {
	var out []string
	for _, c := range d.Citations {
		out = append(out, c.Ref)
	}
	return out
}

func states(tasks []Task) []string {
	var out []string
	for _, t := range tasks {
		out = append(out, t.Card.ID+" "+string(t.State)+" "+string(t.Verdict))
	}
	return out
}
