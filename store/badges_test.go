package store

import (
	"testing"
	"time"

	"comity/door"
)

// A badge is revoked when its card is lost and while nobody is on shift with it;
// its place is free again once it ended.
func TestBadges(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	card, err := s.SaveCard(t.Context(), door.Card{Agency: cook, Title: "Sample meter technician"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Shift(t.Context(), cook, card.ID, c.now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for range 20 {
		place, err := s.GiveBadge(t.Context(), cook, card.ID, c.now().Add(time.Hour))
		if err != nil || seen[place] {
			t.Fatalf("place %d: %v", place, err)
		}
		seen[place] = true
	}
	revoked := func(agency string, want int, when string) {
		t.Helper()
		got, err := s.RevokedBadges(t.Context(), agency, c.now())
		if err != nil || len(got) != want {
			t.Errorf("%s: %d revoked, not %d, %v", when, len(got), want, err)
		}
	}
	revoked(cook, 0, "on shift")
	if err := s.Shift(t.Context(), cook, card.ID, time.Time{}); err != nil {
		t.Fatal(err)
	}
	revoked(cook, 20, "the shift is over")
	if err := s.Shift(t.Context(), cook, card.ID, c.now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.RevokeCard(t.Context(), cook, card.ID); err != nil {
		t.Fatal(err)
	}
	revoked(cook, 20, "lost")
	revoked(other, 0, "another agency")
	c.add(2 * time.Hour)
	if err := s.sweepVisits(t.Context()); err != nil {
		t.Fatal(err)
	}
	revoked(cook, 0, "all have ended")
}

// Keys of agencies and years differ, and are the same after a restart.
func TestBadgeKeys(t *testing.T) {
	s, _ := create(t, newClock())
	first, err := s.BadgeKey(cook, "2026")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.BadgeKey(cook, "2026"); err != nil || !again.Equal(first) {
		t.Errorf("the key changed: %v", err)
	}
	for _, of := range [][2]string{{cook, "2027"}, {other, "2026"}} {
		if key, err := s.BadgeKey(of[0], of[1]); err != nil || key.Equal(first) {
			t.Errorf("%v has the same key, %v", of, err)
		}
	}
}
