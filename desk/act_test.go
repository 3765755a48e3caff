package desk

import (
	"strings"
	"testing"

	"comity"
)

func act1(d *Desk, t *testing.T, request string, done Done) (Answer, error) {
	t.Helper()
	if done.Agency == "" {
		done.Agency = "TX2270000"
	}
	return d.Act(t.Context(), request, done)
}

// Row R9: against the answer only with a supervisor's reason and rank.
func TestOverride(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	handle(t, d, texas())
	for _, done := range []Done{
		{ID: "a1", Done: Declined},
		{ID: "a1", Done: Declined, Reason: "booking error"},
		{ID: "a1", Done: Declined, Rank: "lieutenant"},
		{ID: "a1", Done: Released},
	} {
		if _, err := act1(d, t, "tx-1", done); code(err) != "contrary-act" {
			t.Errorf("%+v: %v, want contrary-act", done, err)
		}
	}
	if _, err := act1(d, t, "tx-1", Done{ID: "a1", Done: Overridden}); code(err) != "missing-field" {
		t.Errorf("overridden without a reason: %v", err)
	}
	if len(s.Kept) != 1 {
		t.Fatalf("%d refused acts were recorded", len(s.Kept)-1)
	}
	done := Done{ID: "a1", Done: Declined, Reason: "proof shown to the lieutenant", Rank: "lieutenant"}
	if _, err := act1(d, t, "tx-1", done); err != nil {
		t.Fatal(err)
	}
	card := ReadCard(s.Kept[1])
	if card.Ref != "tx-1" || card.Form["override"] != "yes" || card.Decisions[0].Verdict != comity.Required {
		t.Errorf("the override is recorded as %+v", card)
	}
	again, err := act1(d, t, "tx-1", done)
	if err != nil || !again.Again || len(s.Kept) != 2 {
		t.Errorf("the same act again: %v, %d entries", err, len(s.Kept))
	}
	if _, err := act1(d, t, "tx-1", Done{ID: "a1", Done: Honoured}); code(err) != "conflict-id" {
		t.Errorf("another act under the same id: %v", err)
	}
}

func TestHonouredAsAnswered(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	handle(t, d, texas())
	if _, err := act1(d, t, "tx-1", Done{ID: "a1", Done: Honoured, Compared: "yes"}); err != nil {
		t.Fatal(err)
	}
	if o := ReadCard(s.Kept[1]).Form["override"]; o != "" {
		t.Errorf("an act as answered is recorded as an override: %s", o)
	}
	tasks, err := d.Tasks(t.Context(), "TX2270000")
	if err != nil || len(tasks) != 1 || tasks[0].State != Basis || !tasks[0].Unserved {
		t.Errorf("tasks %v, %v; want one with its basis on file and no notice served", states(tasks), err)
	}
}

// A clock that ran out since turns the same act into an override.
func TestClockTurnsAnActContrary(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	handle(t, d, texas())
	d.move(t, "2026-11-25T00:30:00Z") // Tuesday 18:30: the counted hours ended at 17:00
	if _, err := act1(d, t, "tx-1", Done{ID: "a1", Done: Honoured}); code(err) != "contrary-act" {
		t.Errorf("a hold begun after the last clock: %v, want contrary-act", err)
	}
	if _, err := act1(d, t, "tx-1", Done{ID: "a2", Done: Released}); err != nil {
		t.Errorf("a release after the last clock: %v", err)
	}
	tasks, err := d.Tasks(t.Context(), "TX2270000")
	if err != nil || len(tasks) != 0 {
		t.Errorf("tasks %v, %v; want none", states(tasks), err)
	}
}

func TestActOnNothing(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	handle(t, d, texas())
	if _, err := act1(d, t, "nowhere", Done{ID: "a", Done: Honoured}); code(err) != "no-entry" {
		t.Errorf("an act on nothing: %v", err)
	}
	if _, err := act1(d, t, "tx-1", Done{ID: "a", Agency: "TX2210000", Done: Honoured}); code(err) != "no-entry" {
		t.Errorf("an act on another agency's entry: %v", err)
	}
	if _, err := act1(d, t, "tx-1", Done{ID: "a", Done: Honoured, About: "scene-support"}); code(err) != "wrong-act" {
		t.Errorf("an act that was not asked: %v", err)
	}
}

// A release time that turns out wrong is corrected, and the clocks follow.
func TestCorrectionMovesTheClocks(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	handle(t, d, texas())
	_, err := d.Correct(t.Context(), "tx-1", Correction{ID: "c1", Agency: "TX2270000", Field: "release_at", Value: "2026-11-21T08:00", Why: "the bond was posted later"})
	if err != nil {
		t.Fatal(err)
	}
	card, err := d.Case(t.Context(), "tx-1", "TX2270000")
	if err != nil {
		t.Fatal(err)
	}
	if at, _ := card.releaseDue(); at.Format("15:04 Mon") != "08:00 Sat" {
		t.Errorf("release is due at %s", at)
	}
	if !strings.Contains(s.Kept[0].Fields[0].Name, "in") || ReadCard(s.Kept[0]).Form["release_at"] != "2026-11-20T17:00:00-06:00" {
		t.Error("the corrected entry changed")
	}
	for field, want := range map[string]string{"shown": "refused-field", "person.record_contradicts": "refused-field", "hair": "unknown-field", "sex": "refused-field"} {
		if _, err := d.Correct(t.Context(), "tx-1", Correction{ID: "c2", Agency: "TX2270000", Field: field, Value: "x", Why: "y"}); code(err) != want {
			t.Errorf("correct %s: %v, want %s", field, err, want)
		}
	}
}
