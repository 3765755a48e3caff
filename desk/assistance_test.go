package desk

import (
	"slices"
	"strings"
	"testing"

	"comity"
)

func chicago(id string, changes ...string) Request {
	return Request{
		ID: id, Agency: "ILCPD0000", Kind: "assistance", In: "us-il-chicago", Actor: "municipal-police", Role: "sergeant",
		At: "2026-11-21T09:00:00-06:00",
		Form: Form{"asked": "perimeter", "by": "ice", "called_back": "yes", "purpose": "civil-immigration", "danger": "no",
			"paper": "i-205", "setting": "street"},
	}.but(id, changes...)
}

// Scenario 2 of users.md: a sergeant in Chicago is asked for a traffic perimeter.
func TestScenarioIllinoisSergeant(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	civil := handle(t, d, chicago("il-1"))
	scene := decisionOn(t, civil, "scene-support")
	if scene.Verdict != comity.Prohibited || !cites(scene, "805/15(h)") && !cites(scene, "2-173-020") {
		t.Errorf("perimeter on an I-205: %s, citing %v", scene.Verdict, refs(scene))
	}
	if !slices.Contains(scene.Binds.Actors, "municipal-police") || !slices.Contains(scene.Binds.Not, "ice-ero") && slices.Contains(scene.Binds.Actors, "ice-ero") {
		t.Errorf("binds %+v; it binds the sergeant, not ICE", scene.Binds)
	}
	if v := decisionOn(t, civil, "ordinary-policing").Verdict; v == comity.Prohibited {
		t.Error("ordinary policing is forbidden because somebody asked for help")
	}

	shots := handle(t, d, chicago("il-2", "danger", "yes"))
	if v := decisionOn(t, shots, "ordinary-policing").Verdict; v == comity.Prohibited {
		t.Errorf("shots fired: ordinary policing is %s", v)
	}

	warrant := handle(t, d, chicago("il-3", "paper", "arrest-warrant", "paper_signed", "federal-magistrate", "paper_charge", "federal-felony", "purpose", "other-crime"))
	if v := decisionOn(t, warrant, "scene-support").Verdict; v == comity.Prohibited {
		t.Errorf("a magistrate's criminal warrant: %s", v)
	}
}

func TestEveryTickHasItsOwnAnswer(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	a := handle(t, d, chicago("il-all", "asked", strings.Join(helpTicks, " ")))
	if len(a.Decisions) != len(helpTicks)+1 {
		t.Fatalf("%d answers to %d ticks and ordinary policing", len(a.Decisions), len(helpTicks))
	}
	if a.Acts[len(a.Acts)-1] != "ordinary-policing" {
		t.Errorf("the last answer is about %s", a.Acts[len(a.Acts)-1])
	}
}

// Row K23: the gate cannot be skipped; an identity that is not confirmed is a
// supervisor's decision and says nothing about the requester.
func TestIdentityGate(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	if _, err := d.Handle(t.Context(), chicago("gate", "called_back", "")); code(err) != "missing-field" {
		t.Errorf("the gate was skipped: %v", err)
	}
	r := chicago("gate", "called_back", "not-yet", "paper", "arrest-warrant", "paper_signed", "federal-magistrate",
		"paper_charge", "federal-felony", "purpose", "other-crime")
	a := handle(t, d, r)
	if !slices.Contains(a.Stops, StopIdentity) {
		t.Error("nobody was called back and no supervisor is asked")
	}
	done := Done{ID: "gate-act", Agency: "ILCPD0000", Done: Honoured}
	if _, err := d.Act(t.Context(), "gate", done); code(err) != "identity-not-confirmed" && code(err) != "needs-supervisor" {
		t.Errorf("help without a call-back: %v", err)
	}
	done.Reason, done.Rank = "known to the lieutenant in person", "lieutenant"
	if _, err := d.Act(t.Context(), "gate", done); err != nil {
		t.Errorf("help by a supervisor's decision: %v", err)
	}
}

// "No paper" is an answer, and an immigration judge's paper is not a court's.
func TestPapersAtTheScene(t *testing.T) {
	for _, c := range []struct{ paper, signed, warrant, judicial string }{
		{"none", "", "none", "none"},
		{"i-205", "", "i-205", "none"},
		{"ncic-civil-hit", "", "ncic-civil-hit", "none"},
		{"arrest-warrant", "immigration-judge", "other-ice-form", "none"},
		{"arrest-warrant", "federal-magistrate", "none", "arrest-warrant"},
		{"cannot-tell", "", "", ""},
	} {
		facts := assistanceFacts(Form{"paper": c.paper, "paper_signed": c.signed})
		if facts["document.admin_warrant"] != c.warrant || facts["document.judicial"] != c.judicial {
			t.Errorf("%s signed by %q: %v", c.paper, c.signed, facts)
		}
	}
}

// Row R12: both sides can be written down, and no field could name a civilian.
func TestMisidentificationNamesNobody(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	form := Form{"side": "officer", "happened_at": "2026-11-20T20:00", "setting": "street", "signs": "unmarked-vehicle plain-clothes",
		"injured_officers": "none", "injured_others": "none", "delay_minutes": "12", "outcome": "cleared-by-card"}
	r := Request{ID: "m-1", Agency: "ILCPD0000", Kind: "misidentification", In: "us-il-chicago", Role: "sergeant", Form: form}
	handle(t, d, r)
	other := r.but("m-2", "side", "resident", "outcome", "complaint")
	other.Ref = "m-1"
	handle(t, d, other)
	if len(s.Kept) != 2 || s.Kept[1].Ref != "m-1" {
		t.Error("the resident's side does not point to the officer's")
	}
	for _, f := range misidentification.Fields {
		if f.Type == Text {
			t.Errorf("%s takes free text", f.Name)
		}
	}
}
