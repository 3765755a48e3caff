package door

import (
	"testing"
	"time"
)

func TestQuestionsStandAWhile(t *testing.T) {
	q, now := NewQuestions(), time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC)
	one, err := q.Ask("A", " cad-2026-0412 ", now)
	if err != nil || one.Number != "CAD-2026-0412" {
		t.Fatalf("%+v, %v", one, err)
	}
	if len(q.Open("A", now)) != 1 || len(q.Open("B", now)) != 0 {
		t.Error("a question stands with another agency, or not with its own")
	}
	if _, ok := q.Find("B", one.ID, now); ok || q.Answer("B", one.ID, Yes, now) == nil {
		t.Error("another agency finds or answers it")
	}
	if err := q.Answer("A", one.ID, "perhaps", now); err == nil {
		t.Error("an answer that is none is taken")
	}
	if err := q.Answer("A", one.ID, No, now); err != nil {
		t.Fatal(err)
	}
	if q.Answer("A", one.ID, Yes, now) == nil {
		t.Error("a second answer is taken")
	}
	got, ok := q.Find("A", one.ID, now.Add(14*time.Minute))
	if !ok || got.Answer != No || got.Number != "" || len(q.Open("A", now)) != 0 {
		t.Errorf("answered: %+v", got)
	}
	if _, ok := q.Find("A", one.ID, now.Add(15*time.Minute)); ok {
		t.Error("it stands after a quarter of an hour")
	}
	for range mostQuestions {
		if _, err := q.Ask("A", "V-1234", now); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := q.Ask("A", "V-1234", now); err == nil {
		t.Error("a flood is taken")
	}
}

func TestQuestionsTakeNoAddress(t *testing.T) {
	q := NewQuestions()
	for _, bad := range []string{"", "412 Main St", "Smith", "MAINST412A", "412 B", "https://x/1", "1", "A-1", "217-555-0100-1-2"} {
		if _, err := q.Ask("A", bad, time.Now()); err == nil {
			t.Errorf("%q is taken as a number", bad)
		}
	}
	for _, good := range []string{"20260412", "CAD-2026-0412", "V2026/12", "#4455", "P26-001234"} {
		if _, err := q.Ask("A", good, time.Now()); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}
