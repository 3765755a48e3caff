package web

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"
)

func TestNIEMNames(t *testing.T) {
	const niem = `{"nc:ActivityIdentification":{"nc:IdentificationID":"jms-1"},"j:BookingAgencyRecordIdentification":{"nc:IdentificationID":"B-1"},` +
		`"nc:ActivityCategoryText":"other-hold","nc:ActivityDate":{"nc:DateTime":"2026-11-20T17:00:00-06:00"},"reason":"other-county"}`
	const plain = `{"id":"jms-1","booking":"B-1","event":"other-hold","at":"2026-11-20T17:00:00-06:00","reason":"other-county"}`
	got, err := plainKeys([]byte(niem))
	if err != nil {
		t.Fatal(err)
	}
	var a, b map[string]string
	if json.Unmarshal(got, &a) != nil || json.Unmarshal([]byte(plain), &b) != nil || !maps.Equal(a, b) {
		t.Errorf("%s", got)
	}
	if got, err := plainKeys([]byte(plain)); err != nil || string(got) != plain {
		t.Errorf("our own keys: %s, %v", got, err)
	}
	for name, text := range map[string]string{
		"two names":     `{"id":"x","nc:ActivityIdentification":{"nc:IdentificationID":"y"}}`,
		"a bare value":  `{"nc:ActivityDate":"2026-11-20T17:00:00-06:00"}`,
		"more inside":   `{"nc:ActivityDate":{"nc:DateTime":"2026-11-20T17:00:00-06:00","nc:PersonBirthDate":"x"}}`,
		"another thing": `{"nc:ActivityIdentification":{"nc:IdentificationSourceText":"x"}}`,
	} {
		if _, err := plainKeys([]byte(text)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	o := newOffice(t)
	o.badges.tokens["jms"] = Account{Agency: "TX2270000", Role: "integrator", By: "token"}
	for _, key := range []string{"nc:PersonBirthDate", "nc:PersonCitizenshipText", "nc:PersonSexText", "nc:PersonUSCitizenIndicator", "nc:PersonNationalityText"} {
		w := o.call("POST", "/api/v1/bookings", "jms", strings.Replace(niem, `"reason"`, `"`+key+`":"x","reason"`, 1))
		if w.Code != 400 || !strings.Contains(w.Body.String(), "refused-field") {
			t.Errorf("%s: %d %s", key, w.Code, w.Body)
		}
	}
	if w := o.call("POST", "/api/v1/bookings", "jms", niem); w.Code != 200 {
		t.Errorf("an event under the names of NIEM: %d %s", w.Code, w.Body)
	}
	page, err := os.ReadFile("../docs/integration.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range niemNames() {
		if !strings.Contains(string(page), "`"+n.Outer+"`") || !strings.Contains(string(page), "`"+n.Key+"`") {
			t.Errorf("the page has no line for %s", n.Outer)
		}
	}
}
