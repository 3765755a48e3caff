package law

import (
	"slices"
	"testing"

	"comity"
)

// Questions that every state must answer, or send to counsel: never in
// general words, never with nothing.
func TestEveryStateAnswers(t *testing.T) {
	b := shipped(t)
	states := 0
	for _, place := range b.Places() {
		if place.Kind != "state" {
			continue
		}
		states++
		for _, c := range []struct {
			name, actor, act string
			facts            comity.Facts
			may              []comity.Verdict
		}{
			{"filming a federal officer", "bystander", "record-officer", comity.Facts{"bystander.conduct": "records", "officer.level": "federal"}, v("permitted", "needs-counsel")},
			{"filming a local officer", "bystander", "record-officer", comity.Facts{"bystander.conduct": "records", "officer.level": "state-or-local"}, v("permitted", "needs-counsel")},
			{"watching", "bystander", "observe", comity.Facts{"bystander.conduct": "watches"}, v("permitted", "needs-counsel")},
			{"saying nothing", "resident", "remain-silent", comity.Facts{}, v("permitted", "needs-counsel")},
			{"a door kept closed before an I-205", "resident", "refuse-entry", comity.Facts{"place.kind": "home", "document.admin_warrant": "i-205"}, v("permitted", "needs-counsel")},
			{"force against a federal officer", "bystander", "block-or-touch", comity.Facts{"bystander.conduct": "force", "officer.level": "federal", "bystander.intent": "impede"}, v("prohibited")},
			{"force against a local officer", "bystander", "block-or-touch", comity.Facts{"bystander.conduct": "force", "officer.level": "state-or-local", "bystander.intent": "impede"}, v("prohibited", "needs-counsel")},
			{"words to a local officer", "bystander", "block-or-touch", comity.Facts{"bystander.conduct": "speech-only", "officer.level": "state-or-local"}, v("permitted", "no-rule", "needs-counsel")},
			{"silence before a local officer", "bystander", "block-or-touch", comity.Facts{"bystander.conduct": "silent", "officer.level": "state-or-local"}, v("permitted", "no-rule", "needs-counsel")},
		} {
			d, err := b.Decide(comity.Question{In: place.ID, On: shippedDay, Actor: c.actor, Act: c.act, Facts: c.facts, Closed: true})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(c.may, d.Verdict) {
				t.Errorf("%s, %s: %s by %v", place.ID, c.name, d.Verdict, d.Rules)
			}
			if d.Verdict == comity.Permitted && len(d.Citations) == 0 {
				t.Errorf("%s, %s: no citation", place.ID, c.name)
			}
		}
	}
	if states != 51 {
		t.Errorf("%d states and the District, want 51", states)
	}
}

// No territory was researched: none may answer "may" or "no rule" as if it were.
func TestTerritoriesSayThatTheyAreOpen(t *testing.T) {
	b := shipped(t)
	for _, id := range []string{"us-pr", "us-gu", "us-vi", "us-as", "us-mp"} {
		d, err := b.Decide(comity.Question{In: id, On: shippedDay, Actor: "sheriff", Act: "sign-287g", Closed: true})
		if err != nil {
			t.Fatal(err)
		}
		if d.Verdict != comity.NeedsCounsel || !d.Has(comity.Incomplete) {
			t.Errorf("%s: %s, flags %v", id, d.Verdict, d.Flags)
		}
	}
}

// Row L18: the place is a fact. The same facts moved from the street to a home
// meet the test of consent or a judge's warrant, for every officer in every state.
func TestAHomeAsksForConsentOrAWarrant(t *testing.T) {
	b := shipped(t)
	for _, place := range b.Places() {
		if place.Kind != "state" {
			continue
		}
		for _, actor := range []string{"ice-ero", "municipal-police"} {
			decide := func(kind string, more comity.Facts) comity.Decision {
				facts := comity.Facts{"place.kind": kind, "document.admin_warrant": "i-200", "consent.entry": "none", "request.exigent": "false"}
				for f, value := range more {
					facts[f] = value
				}
				d, err := b.Decide(comity.Question{In: place.ID, On: shippedDay, Actor: actor, Act: "enter-place", Facts: facts, Closed: true})
				if err != nil {
					t.Fatal(err)
				}
				return d
			}
			home := slices.Contains(decide("home", nil).Rules, "us/4th-amendment#enter.home")
			street := slices.Contains(decide("street", nil).Rules, "us/4th-amendment#enter.home")
			if d := decide("home", nil); !home || street || d.Verdict != comity.Prohibited && d.Verdict != comity.NeedsCounsel {
				t.Errorf("%s, %s: the rule stands at home %t, in the street %t: %s", place.ID, actor, home, street, d.Verdict)
			}
			for name, leave := range map[string]comity.Facts{"a judge's warrant": {"document.judicial": "search-warrant", "document.judge_signed": "true"}, "an emergency": {"request.exigent": "true"}} {
				if d := decide("home", leave); d.Verdict == comity.Prohibited {
					t.Errorf("%s, %s: %s, and still %s by %v", place.ID, actor, name, d.Verdict, d.Rules)
				}
			}
		}
	}
}
