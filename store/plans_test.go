package store

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"comity/record"
)

// A plan stands outside the record: sealed in every file, changed only by who
// read it last, gone when its time is over, kept by a litigation hold.
func TestPlansStandApart(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	ctx := t.Context()
	text := []byte(`{"form":{"title":"CANARY-PLAN"}}`)
	expires := c.now().Add(time.Hour)
	if err := s.SavePlan(ctx, cook, "p-1", 0, text, "", expires); err != nil {
		t.Fatal(err)
	}
	if err := s.SavePlan(ctx, cook, "p-1", 0, text, "", expires); code(err) != "plan-changed" {
		t.Errorf("the same new plan twice: %v", err)
	}
	if err := s.SavePlan(ctx, cook, "p-1", 1, text, "", expires); err != nil {
		t.Errorf("a change: %v", err)
	}
	if err := s.SavePlan(ctx, cook, "p-1", 1, text, "", expires); code(err) != "plan-changed" {
		t.Errorf("a change of what was read before: %v", err)
	}
	if got, rev, err := s.ReadPlan(ctx, cook, "p-1"); err != nil || rev != 2 || !bytes.Equal(got, text) {
		t.Errorf("read: %s, revision %d, %v", got, rev, err)
	}
	if _, _, err := s.ReadPlan(ctx, "TX0000000", "p-1"); code(err) != "not-found" {
		t.Errorf("another agency reads it: %v", err)
	}
	if texts, revs, err := s.ReadPlans(ctx, cook); err != nil || len(texts) != 1 || revs[0] != 2 {
		t.Errorf("all plans: %d, %v, %v", len(texts), revs, err)
	}
	unreadableInFiles(t, dir, "CANARY-PLAN")
	c.add(2 * time.Hour)
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.ReadPlan(ctx, cook, "p-1"); code(err) != "not-found" {
		t.Errorf("after its time: %v", err)
	}
}

func unreadableInFiles(t *testing.T, dir, word string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(word)) {
			t.Errorf("%s stands readable in %s", word, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestHoldKeepsThePlan(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	ctx := t.Context()
	mustAppend(t, s, draft("check", c.now()))
	if err := s.SavePlan(ctx, cook, "p-1", 0, []byte("x"), "check", c.now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Hold(ctx, "check", record.HoldOrder{ID: "h-1", Authority: "a court"}); err != nil {
		t.Fatal(err)
	}
	c.add(2 * time.Hour)
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.ReadPlan(ctx, cook, "p-1"); err != nil {
		t.Errorf("a held plan was destroyed: %v", err)
	}
	if _, err := s.LiftHold(ctx, "h-1", record.HoldOrder{ID: "h-2", Authority: "a court"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.ReadPlan(ctx, cook, "p-1"); code(err) != "not-found" {
		t.Errorf("after the hold: %v", err)
	}
}

// Forty questions at once are counted one after another.
func TestQuestionsAreCounted(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	ctx := t.Context()
	since := c.now().Add(-12 * time.Hour)
	counts := make([]int, 40)
	var wait sync.WaitGroup
	for i := range counts {
		wait.Go(func() {
			n, _, err := s.CountPlanQuery(ctx, PlanQuery{Agency: cook, Peer: "TX1", ID: string(rune('A' + i)), Digest: "d", At: c.now()}, since)
			if err != nil {
				t.Error(err)
			}
			counts[i] = n
		})
	}
	wait.Wait()
	seen := map[int]bool{}
	for _, n := range counts {
		if n < 1 || n > 40 || seen[n] {
			t.Fatalf("two questions count as the same: %v", counts)
		}
		seen[n] = true
	}
	same := PlanQuery{Agency: cook, Peer: "TX1", ID: "A", Digest: "d", At: c.now()}
	if n, again, err := s.CountPlanQuery(ctx, same, since); n != 40 || !again || err != nil {
		t.Errorf("the same again: %d, %v, %v", n, again, err)
	}
	same.Digest = "other"
	if _, _, err := s.CountPlanQuery(ctx, same, since); code(err) != "conflict-id" {
		t.Errorf("the same id for other tokens: %v", err)
	}
	if list, err := s.PlanQueries(ctx, cook, since); err != nil || len(list) != 40 {
		t.Errorf("%d questions, %v", len(list), err)
	}
	c.add(49 * time.Hour)
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if list, err := s.PlanQueries(ctx, cook, since); err != nil || len(list) != 0 {
		t.Errorf("after two days: %d questions, %v", len(list), err)
	}
}
