package law

import (
	"testing"

	"comity"
)

func TestConflicts(t *testing.T) {
	b := bookOf(t, map[string]string{
		"us/none": federalSilence,
		"us/il/a": "place: us-il\nlayer: state\nrules:\n" +
			ruleText("us/il/a#duty", "required", "transport", `"2018-01-01"`, ", when: {document.judicial: arrest-warrant}") +
			ruleText("us/il/a#ban", "prohibited", "transport", `"2018-01-01"`, ", when: {request.kind: detainer, document.judicial: [arrest-warrant, prisoner-writ]}") +
			ruleText("us/il/a#beaten", "required", "lend-equipment", `"2018-01-01"`, "") +
			ruleText("us/il/a#over", "prohibited", "lend-equipment", `"2018-01-01"`, ", defeats: [us/il/a#beaten]") +
			ruleText("us/il/a#shield", "permitted", "provide-facility", `"2018-01-01"`, ", lower: shields"),
		"us/il/cook": "place: us-il-cook\nlayer: county\nrules:\n" + ruleText("us/il/cook#1", "prohibited", "provide-facility", `"2019-01-01"`, ""),
	})
	list, err := b.Conflicts("", "2025-06-01")
	if err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	duty, shield := list[0], list[1]
	if duty.Ban.ID != "us/il/a#ban" {
		duty, shield = shield, duty
	}
	if duty.Between() || duty.Against.ID != "us/il/a#duty" || duty.Verdict != comity.Prohibited || len(duty.Flags) != 1 || len(duty.Facts) != 2 || duty.Facts[0].Value != "arrest-warrant" || duty.Facts[1].Value != "detainer" {
		t.Errorf("%+v", duty)
	}
	if !shield.Between() || shield.Place != "us-il-cook" || shield.Verdict != comity.Permitted || len(shield.Facts) != 0 {
		t.Errorf("%+v", shield)
	}
	if list, err := b.Conflicts("", "2018-06-01"); err != nil || len(list) != 1 {
		t.Errorf("before the county spoke: %v, %v", list, err)
	}
	if _, err := b.Conflicts("", "soon"); err == nil {
		t.Error("no day, no fault")
	}
}
