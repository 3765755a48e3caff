package store

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comity/door"
)

func TestAccounts(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	clerk, err := s.AddAccount(t.Context(), Account{Agency: cook, Role: "clerk", Name: "Sample clerk", Sample: true})
	if err != nil || clerk.ID == "" {
		t.Fatalf("%+v, %v", clerk, err)
	}
	token, err := s.NewToken(t.Context(), clerk)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Token(t.Context(), token); err != nil || got != clerk {
		t.Errorf("Token = %+v, %v", got, err)
	}
	for _, wrong := range []string{"", "x", token + "x", strings.ToLower(token)} {
		if _, err := s.Token(t.Context(), wrong); code(err) != "bad-token" {
			t.Errorf("token %q: %v", wrong, err)
		}
	}
	if where, err := search(dir, [][]byte{[]byte(token)}); err != nil || where != "" {
		t.Errorf("the token itself lies in %s, %v", where, err)
	}
	if _, err := s.Session(t.Context(), token); code(err) != "session-ended" {
		t.Errorf("a token passed as a session: %v", err)
	}
	if list, err := s.Accounts(t.Context(), cook); err != nil || len(list) != 1 || list[0] != clerk {
		t.Errorf("Accounts = %+v, %v", list, err)
	}
	if err := s.RemoveAccount(t.Context(), clerk.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Token(t.Context(), token); code(err) != "bad-token" {
		t.Errorf("the token of a removed account: %v", err)
	}
	if _, err := s.AddAccount(t.Context(), Account{Agency: cook}); code(err) != "bad-account" {
		t.Errorf("an account without a role: %v", err)
	}
}

func TestLinksWorkOnce(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	link, err := s.NewLink(t.Context(), Account{Agency: cook, Role: "clerk", Name: "A"}, 10*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var opened atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			a, err := s.UseLink(t.Context(), link)
			switch {
			case err == nil && a.Role == "clerk" && a.ID != "":
				opened.Add(1)
			case code(err) != "link-used":
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
	wg.Wait()
	if n := opened.Load(); n != 1 {
		t.Errorf("the link opened %d times", n)
	}
	old, err := s.NewLink(t.Context(), Account{Agency: cook, Role: "clerk", Name: "B"}, 10*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	c.add(10 * time.Minute)
	if _, err := s.UseLink(t.Context(), old); code(err) != "link-expired" {
		t.Errorf("an old link: %v", err)
	}
	if _, err := s.UseLink(t.Context(), "x"); code(err) != "bad-link" {
		t.Errorf("an unknown link: %v", err)
	}
	if err := s.Sweep(t.Context()); err != nil || count(t, s, "link") != 0 {
		t.Errorf("%d links are left, %v", count(t, s, "link"), err)
	}
}

func TestSessionsEnd(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	begin := func() string {
		secret, err := s.NewSession(t.Context(), Account{Agency: cook, Role: "clerk", Name: "A"})
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	busy, idle, left := begin(), begin(), begin()
	if err := s.EndSession(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(t.Context(), left); code(err) != "session-ended" {
		t.Errorf("after signing out: %v", err)
	}
	for minute := 0; minute < 12*60-20; minute += 20 {
		c.add(20 * time.Minute)
		if _, err := s.Session(t.Context(), busy); err != nil {
			t.Fatalf("a busy session ended after %d minutes: %v", minute+20, err)
		}
	}
	if _, err := s.Session(t.Context(), idle); code(err) != "session-ended" {
		t.Errorf("an idle session: %v", err)
	}
	c.add(20 * time.Minute)
	if _, err := s.Session(t.Context(), busy); code(err) != "session-ended" {
		t.Errorf("after twelve hours: %v", err)
	}
	if err := s.Sweep(t.Context()); err != nil || count(t, s, "session") != 0 {
		t.Errorf("%d sessions are left, %v", count(t, s, "session"), err)
	}
}

// H17: of a door check nothing is kept but a day total, and the way it is kept
// has no room for more.
func TestH17DoorTotals(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	for range 3 {
		if err := s.AddDayTotal(t.Context(), cook, "call-back", "2026-03-03", "yes", 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddDayTotal(t.Context(), cook, "call-back", "2026-03-04", "no", 1); err != nil {
		t.Fatal(err)
	}
	if err := s.AddDayTotal(t.Context(), cook, visitTotal, "2026-02-04", string(door.Doubted), 2); err != nil {
		t.Fatal(err)
	}
	if ended, err := s.VisitOutcomes(t.Context(), cook); err != nil || len(ended) != 1 || ended[0] != (door.DayOutcome{Day: "2026-02-04", Outcome: door.Doubted, Count: 2}) {
		t.Errorf("how visits ended: %+v, %v", ended, err)
	}
	if first, err := s.FirstCard(t.Context(), cook); err != nil || !first.IsZero() {
		t.Errorf("a card before there is one: %v, %v", first, err)
	}
	if _, err := s.SaveCard(t.Context(), door.Card{Agency: cook, Title: "Sample meter technician"}); err != nil {
		t.Fatal(err)
	}
	if first, err := s.FirstCard(t.Context(), cook); err != nil || first.IsZero() {
		t.Errorf("the first card: %v, %v", first, err)
	}
	got, err := s.DayTotals(t.Context(), cook, "2026-03-01", "2026-03-31")
	if err != nil || len(got) != 2 || got[0] != (DayTotal{cook, "call-back", "2026-03-03", "yes", 3}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range [][3]string{{"call-back", "2026-03-03T10:00", "yes"}, {"Badge 4711", "2026-03-03", "yes"}, {"code", "2026-03-03", "yes, at 12 Main St"}} {
		if err := s.AddDayTotal(t.Context(), cook, bad[0], bad[1], bad[2], 1); code(err) != "bad-total" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
