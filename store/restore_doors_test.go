package store

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"
)

// A clerk left after the backup was made. The restored record keeps accounts,
// passkeys and plans, opens for no session or link of then, and has somebody go
// through the accounts within a day.
func TestRestoreLetsNobodyInUnseen(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	ctx := t.Context()
	mustAppend(t, s, draft("e1", c.now()))
	mustPublish(t, s)
	clerk, err := s.AddAccount(ctx, Account{Agency: cook, Role: "clerk", Name: "Records 1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddPasskey(ctx, clerk, Passkey{ID: []byte("key-1"), Label: "Desk", Public: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	session, err := s.NewSession(ctx, clerk)
	if err != nil {
		t.Fatal(err)
	}
	link, err := s.NewLink(ctx, clerk, 30*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	plan := []byte("a plan")
	if err := s.SavePlan(ctx, cook, "p-1", 0, plan, "", c.now().Add(90*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	b, data, keys := makeBackup(t, dir, c)
	if _, err := s.UseLink(ctx, link); err != nil { // used once, after the backup
		t.Fatal(err)
	}
	if err := s.EndAccount(ctx, cook, clerk.ID, EndLeft, "admin"); err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(t.TempDir(), "restored")
	out, err := Restore(ctx, bytes.NewReader(data), into, c.intoSQLite(), Restoring{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	back, err := Open(ctx, into, c.intoSQLite())
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if _, err := back.Session(ctx, session); code(err) != "session-ended" {
		t.Errorf("a session of the backup: %v", err)
	}
	if _, err := back.UseLink(ctx, link); code(err) != "bad-link" {
		t.Errorf("a link that was used since: %v", err)
	}
	list, err := back.Accounts(ctx, cook)
	if err != nil || len(list) != 1 || out.Let != 1 {
		t.Errorf("accounts: %+v, %d let in, %v", list, out.Let, err)
	}
	if keys, err := back.Passkeys(ctx, clerk.ID); err != nil || len(keys) != 1 {
		t.Errorf("passkeys: %v, %v", keys, err)
	}
	if got, _, err := back.ReadPlan(ctx, cook, "p-1"); err != nil || !bytes.Equal(got, plan) {
		t.Errorf("the plan: %q, %v", got, err)
	}
	reviews, err := back.Reviews(ctx, cook)
	if err != nil || len(reviews) != 1 || !reviews[0].Closed.IsZero() || !reviews[0].Restored.Equal(b.Made.Truncate(time.Second)) || reviews[0].Due.Sub(reviews[0].Opened) != RestoredWithin {
		t.Fatalf("reviews: %+v, %v", reviews, err)
	}
	if err := back.CloseReview(ctx, cook, reviews[0].Law, clerk.ID); err != nil {
		t.Error(err)
	}
}
