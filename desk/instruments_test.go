package desk

import (
	"fmt"
	"testing"

	"comity"
)

// An agency with three models on one day keeps three agreements, each with its
// own dates (K13), and a task force letter of two years ends at midnight (K12,
// scenario 8).
func TestRegister(t *testing.T) {
	d, _ := at(t, "2027-03-02T23:59:00-06:00")
	const agency, in = "TX2270000", "us-tx-travis"
	put := func(id, kind, ref string, form Form) Answer {
		t.Helper()
		a, err := d.Handle(t.Context(), Request{ID: id, Agency: agency, Kind: kind, Ref: ref, In: in, Actor: "sheriff", Role: "commander", Form: form})
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		return a
	}
	put("tfm", "instrument", "", Form{"model": "tfm", "parties": "ICE; Sample County", "signed": "2025-02-20"})
	put("wso", "instrument", "", Form{"model": "wso", "parties": "ICE; Sample County", "signed": "2025-01-10", "last_day": "2027-01-31"})
	put("jem", "instrument", "", Form{"model": "jem", "parties": "ICE; Sample County"})
	put("wso-renewed", "instrument-event", "wso", Form{"event": "renewed", "effective": "2027-01-20", "last_day": "2028-01-31", "evidence": "letter of 20 January 2027"})
	put("d-tfm", "designation", "tfm", Form{"officer": "S-104", "functions": "serve-warrants interrogate", "authorized": "2025-03-03", "last_day": "2027-03-02", "letter": "yes"})
	put("d-wso", "designation", "wso", Form{"officer": "s 104", "functions": "serve-warrants", "authorized": "2025-02-01", "letter": "yes"})
	put("d-other", "designation", "wso", Form{"officer": "S-105", "functions": "serve-warrants", "authorized": "2025-02-01", "letter": "yes"})
	put("d-wso-end", "designation-end", "d-wso", Form{"why": "revoked-by-federal-side", "effective": "2026-06-01"})
	put("none", "no-instrument", "", Form{"fact": "declined", "model": "older-joint", "effective": "2024-05-01", "evidence": "minutes of 1 May 2024"})

	r, err := d.Register(t.Context(), agency)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Instruments) != 3 || len(r.None) != 1 {
		t.Fatalf("%d instruments and %d facts that there is none", len(r.Instruments), len(r.None))
	}
	for _, want := range []struct{ id, day, state, since string }{
		{"tfm", "2025-02-19", "not-yet", "2025-02-20"},
		{"tfm", "2025-02-20", InForce, "2025-02-20"},
		{"wso", "2027-01-31", InForce, "2027-01-20"},
		{"wso", "2028-01-31", InForce, "2027-01-20"},
		{"wso", "2028-02-01", Expired, "2028-02-01"},
		{"jem", "2027-01-01", PendingIt, ""},
	} {
		for _, i := range r.Instruments {
			if s := i.On(want.day); i.Card.ID == want.id && (s.State != want.state || s.Since != want.since) {
				t.Errorf("%s on %s: %+v, want %s since %q", want.id, want.day, s, want.state, want.since)
			}
		}
	}
	for _, want := range []struct{ officer, function, day, powers string }{
		{"S-104", "serve-warrants", "2026-05-31", "tfm: wso:"},
		{"s104", "serve-warrants", "2026-06-01", "tfm: wso:ended"},
		{"S-104", "interrogate", "2026-05-31", "tfm: wso:function"},
		{"S-104", "serve-warrants", "2025-02-15", "wso: tfm:not-yet"},
		{"S-104", "serve-warrants", "2027-03-02", "tfm: wso:ended"},
		{"S-104", "serve-warrants", "2027-03-03", "tfm:over wso:ended"},
		{"S-999", "serve-warrants", "2026-05-31", ""},
	} {
		got := ""
		for _, p := range r.Powers(want.officer, want.function, want.day) {
			if got != "" {
				got += " "
			}
			got += fmt.Sprintf("%s:%s", p.Instrument.Card.ID, p.Invalid)
		}
		if got != want.powers {
			t.Errorf("%s, %s on %s: %q, want %q", want.officer, want.function, want.day, got, want.powers)
		}
	}

	// One minute later the letter is over, and the answer with it.
	act := Request{Agency: agency, Kind: "delegated", In: in, Actor: "sheriff", Role: "sergeant", Form: Form{
		"officer": "S-104", "function": "serve-warrants", "paper": "i-200", "setting": "street", "carries": "yes", "supervised": "yes", "contradicts": "no", "shown": "none"}}
	for _, want := range []struct {
		at      string
		verdict comity.Verdict
	}{
		{"2027-03-02T23:59:00-06:00", comity.Permitted},
		{"2027-03-03T00:00:00-06:00", comity.Prohibited},
	} {
		d.move(t, want.at)
		act.ID = want.at[:16]
		a, err := d.Handle(t.Context(), act)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Decisions[0]; got.Verdict != want.verdict {
			t.Errorf("at %s: %s, want %s (%v, missing %v)", want.at, got.Verdict, want.verdict, got.Rules, got.Missing)
		}
		again, err := d.Handle(t.Context(), act)
		if err != nil || !again.Again {
			t.Errorf("sent again: %+v, %v", again, err)
		}
	}
}

// A letter of somebody unknown to the register gives nothing, whatever the
// agency has signed.
func TestNoLetterNoPower(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:00:00-06:00")
	a, err := d.Handle(t.Context(), Request{ID: "x", Agency: "TX2270000", Kind: "delegated", In: "us-tx-travis", Actor: "sheriff", Role: "sergeant", Form: Form{
		"officer": "S-1", "function": "arrest-without-warrant", "paper": "none", "setting": "street", "carries": "yes", "supervised": "yes", "contradicts": "no", "shown": "none"}})
	if err != nil {
		t.Fatal(err)
	}
	if v := a.Decisions[0].Verdict; v == comity.Permitted || v == comity.Required {
		t.Errorf("without a letter the answer is %s", v)
	}
}

// Whatever happens to an instrument, on no day is it in no state, and it is in
// force only where something on file says so.
func TestStandingFollowsFile(t *testing.T) {
	for _, event := range instrumentEvent.Fields[0].Values {
		i := Instrument{Card: Card{ID: "i", Form: Form{"signed": "2025-01-01"}}, Events: []Card{{ID: "e", Form: Form{"event": event, "effective": "2025-06-01"}}}}
		if s := i.On("2025-05-31"); s.State != InForce {
			t.Errorf("before %s: %+v", event, s)
		}
		want := event
		if event == Renewed {
			want = InForce
		}
		if s := i.On("2025-06-01"); s.State != want || s.By != "e" {
			t.Errorf("after %s: %+v", event, s)
		}
	}
}
