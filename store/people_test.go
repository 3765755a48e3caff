package store

import (
	"fmt"
	"testing"
	"time"
)

// H22: one person works at one device at a time. A second one that is alive is
// told, without any address being kept, and ends the first.
func TestHarm_H22_one_person_one_device(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	a, err := s.AddAccount(t.Context(), Account{Agency: cook, Role: "clerk", Name: "post 1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"desk", "laptop"} {
		if err := s.AddPasskey(t.Context(), a, Passkey{ID: []byte(k), Label: k, Public: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	first, err := s.NewSessionBy(t.Context(), a, ByPasskey, []byte("desk"))
	if err != nil {
		t.Fatal(err)
	}
	c.add(time.Minute)
	second, err := s.NewSessionBy(t.Context(), a, ByPasskey, []byte("laptop"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(t.Context(), first); code(err) != "session-ended" {
		t.Errorf("the first device goes on: %v", err)
	}
	told := func() (n int) {
		events, err := s.Events(t.Context(), cook, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.What == "two-devices" && e.Account == a.ID {
				n++
			}
		}
		return n
	}
	if told() != 1 {
		t.Errorf("two devices at once were told %d times", told())
	}
	c.add(31 * time.Minute)
	if got, err := s.Session(t.Context(), second); err != nil || !got.Locked {
		t.Errorf("an idle session: %+v, %v", got, err)
	}
	if err := s.Unlock(t.Context(), second, []byte("desk")); code(err) != "session-ended" {
		t.Errorf("another device's key unlocks: %v", err)
	}
	if err := s.Unlock(t.Context(), second, []byte("laptop")); err != nil {
		t.Error(err)
	}
	if got, err := s.Session(t.Context(), second); err != nil || got.Locked || got.By != ByPasskey {
		t.Errorf("after unlocking: %+v, %v", got, err)
	}
	if err := s.DropPasskey(t.Context(), a, []byte("laptop"), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(t.Context(), second); code(err) != "session-ended" {
		t.Errorf("the session of a lost device: %v", err)
	}
	if _, err := s.PasskeyOwner(t.Context(), []byte("laptop")); code(err) != "bad-passkey" {
		t.Errorf("the key of a lost device: %v", err)
	}
}

// H23: where the rule or the day that access rests on is over, every way in is
// closed, and the account stands in the list of those that ended.
func TestHarm_H23_access_ends_with_its_basis(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	add := func(basis string, until time.Time) (Account, []string) {
		a, err := s.AddAccount(t.Context(), Account{Agency: cook, Role: "clerk", Name: "post", Basis: basis, Until: until})
		if err != nil {
			t.Fatal(err)
		}
		token, err := s.NewToken(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		session, err := s.NewSession(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		return a, []string{token, session}
	}
	over, ways := add("us/il/trust-act#15a", time.Time{})
	stays, open := add("us/il/trust-act#15b", time.Time{})
	dated, late := add("", c.now().Add(time.Hour))
	if got, err := s.EndOver(t.Context(), func(_, basis string) bool { return basis == "us/il/trust-act#15b" }); err != nil || len(got) != 1 || got[0].ID != over.ID || got[0].Why != EndBasis {
		t.Errorf("ended: %+v, %v", got, err)
	}
	if _, err := s.Token(t.Context(), ways[0]); code(err) != "bad-token" {
		t.Errorf("a token whose basis ended: %v", err)
	}
	if _, err := s.Session(t.Context(), ways[1]); code(err) != "session-ended" {
		t.Errorf("a session whose basis ended: %v", err)
	}
	if got, err := s.Token(t.Context(), open[0]); err != nil || got.ID != stays.ID {
		t.Errorf("a token whose basis stands: %v", err)
	}
	c.add(time.Hour)
	if _, err := s.Token(t.Context(), late[0]); code(err) != "bad-token" {
		t.Errorf("after its day, before the night: %v", err)
	}
	if got, err := s.EndOver(t.Context(), func(string, string) bool { return true }); err != nil || len(got) != 1 || got[0].ID != dated.ID {
		t.Errorf("ended by day: %+v, %v", got, err)
	}
	list, err := s.Accounts(t.Context(), cook)
	if err != nil || len(list) != 3 {
		t.Fatalf("the list: %+v, %v", list, err)
	}
	for _, a := range list {
		if want := map[string]string{over.ID: EndBasis, dated.ID: EndUntil}[a.ID]; a.Why != want || a.Ended.IsZero() != (want == "") {
			t.Errorf("listed: %+v, want %q", a, want)
		}
	}
}

// A change of the law opens a review with a clock; the first law seen does not.
func TestReviewsOfAccess(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	if _, err := s.AddAccount(t.Context(), Account{Agency: cook, Role: "clerk", Name: "post"}); err != nil {
		t.Fatal(err)
	}
	for _, law := range []string{"sha256:1", "sha256:1", "sha256:2", "sha256:2"} {
		if err := s.OpenReviews(t.Context(), law); err != nil {
			t.Fatal(err)
		}
		c.add(time.Minute)
	}
	list, err := s.Reviews(t.Context(), cook)
	if err != nil || len(list) != 2 || list[0].Law != "sha256:2" || !list[0].Closed.IsZero() || list[0].Due.Sub(list[0].Opened) != ReviewWithin || list[1].Closed.IsZero() {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := s.CloseReview(t.Context(), cook, "sha256:2", "x"); err != nil {
		t.Error(err)
	}
	if err := s.CloseReview(t.Context(), cook, "sha256:2", "x"); code(err) != "not-found" {
		t.Errorf("closed twice: %v", err)
	}
}

// H24: the sample that an auditor draws follows from its seed alone, and what
// was found stays with it.
func TestHarm_H24_checks_are_drawn_by_seed(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	for i := range 12 {
		mustAppend(t, s, draft(fmt.Sprintf("seen-%d", i), c.now()))
	}
	entries, err := s.Entries(t.Context(), cook, -1, 100)
	if err != nil || len(entries) < 12 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	for _, e := range entries {
		if err := s.ViewedFor(t.Context(), "account-1", "clerk", "page", "complaint", e.ID); err != nil {
			t.Fatal(err)
		}
	}
	one, err := s.DrawChecks(t.Context(), cook, "seed 7", 4)
	if err != nil || len(one) != 4 || one[0].Purpose != "complaint" {
		t.Fatalf("%+v, %v", one, err)
	}
	again, err := s.DrawChecks(t.Context(), cook, "seed 7", 4)
	if err != nil || len(again) != 4 || again[0] != one[0] || again[3] != one[3] {
		t.Errorf("the same seed draws %+v, %v", again, err)
	}
	drawn := map[string]bool{}
	for n := range 6 {
		list, err := s.DrawChecks(t.Context(), cook, fmt.Sprintf("seed %d", 100+n), 4)
		if err != nil || len(list) != 4 {
			t.Fatalf("%+v, %v", list, err)
		}
		drawn[list[0].Entry+list[1].Entry+list[2].Entry+list[3].Entry] = true
	}
	if len(drawn) < 2 {
		t.Error("six seeds draw the same looks: whoever looks knows what is never checked")
	}
	if err := s.Checked(t.Context(), cook, "seed 7", one[0].Entry, one[0].Account, "not-explained"); err != nil {
		t.Error(err)
	}
	if got, err := s.Checks(t.Context(), cook, "seed 7"); err != nil || got[0].Found != "not-explained" {
		t.Errorf("%+v, %v", got, err)
	}
	if other, err := s.DrawChecks(t.Context(), "TX2270000", "seed 7", 4); err != nil || len(other) != 0 {
		t.Errorf("another agency draws %d looks, %v", len(other), err)
	}
}

// Whoever leaves every group of the agency's directory has left at the next check.
func TestDirectoryLeavers(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	a, err := s.FromDirectory(t.Context(), cook, "issuer|CANARY-SUBJECT", "post 4", []string{"clerk", "trainer"})
	if err != nil || a.Role != "clerk" || a.Roles != "clerk trainer" {
		t.Fatalf("%+v, %v", a, err)
	}
	if again, err := s.FromDirectory(t.Context(), cook, "issuer|CANARY-SUBJECT", "post 4", []string{"trainer"}); err != nil || again.ID != a.ID || again.Role != "trainer" {
		t.Errorf("another group: %+v, %v", again, err)
	}
	session, err := s.NewSessionBy(t.Context(), a, ByOIDC, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.FromDirectory(t.Context(), cook, "issuer|CANARY-SUBJECT", "", nil); code(err) != "no-role" {
		t.Errorf("no group: %v", err)
	}
	if _, err := s.Session(t.Context(), session); code(err) != "session-ended" {
		t.Errorf("the session of a leaver: %v", err)
	}
	if where, err := search(dir, [][]byte{[]byte("CANARY-SUBJECT")}); err != nil || where != "" {
		t.Errorf("who it is in the directory lies in %s, %v", where, err)
	}
}
