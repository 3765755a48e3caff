package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/door"
)

func bookVisit(t testing.TB, s *Store, house door.House, from time.Time) (door.Visit, door.Letter) {
	t.Helper()
	v, l, err := door.Book(door.Booking{
		Agency: cook, Unit: "Springfield Water (sample)", Purpose: "meter", From: from, Until: from.Add(2 * time.Hour), People: 1, Language: "es", House: house,
	}, s.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveVisit(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	return v, l
}

// direct is the store without the queue of the server.
type direct struct{ *Store }

func (d direct) Tried(agency, id string, w door.Wrong) {
	if err := d.VisitTried(context.Background(), VisitTry{agency, id, w}); err != nil {
		panic(err)
	}
}

func TestVisitUntilItIsOver(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	const house = "98765"
	v, l := bookVisit(t, s, house, c.now().Add(time.Hour))
	checker := door.NewChecker(direct{s})
	answer := func() door.Answer {
		a, _, err := checker.Check(t.Context(), cook, door.Try{Code: l.Screen, House: house, At: c.now()})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := answer(); a != door.Yes {
		t.Errorf("a booked visit: %s", a)
	}
	if got, err := s.Visit(t.Context(), cook, v.ID); err != nil || got.Checks != 1 || got.Unit != v.Unit || !got.From.Equal(v.From) {
		t.Errorf("%+v, %v", got, err)
	}
	if all, err := s.Visits(t.Context(), other); err != nil || len(all) != 0 {
		t.Errorf("another agency sees %d visits, %v", len(all), err)
	}
	c.add(5 * time.Hour)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := s.Visit(t.Context(), cook, v.ID)
	if err != nil || got.Seed != nil || got.Keys != nil || got.Unit != v.Unit {
		t.Errorf("after it is over it keeps %+v, %v", got, err)
	}
	if err := s.EndVisit(t.Context(), cook, v.ID, "refused"); err != nil {
		t.Error(err)
	}
	if err := s.EndVisit(t.Context(), cook, v.ID, "done"); code(err) != "not-found" {
		t.Errorf("a second outcome: %v", err)
	}
	c.add(8 * 24 * time.Hour)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Visits(t.Context(), cook); err != nil || len(all) != 0 {
		t.Errorf("%d visits are left, %v", len(all), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	grepFolder(t, dir, house, l.Screen.Group+l.Screen.Secret, l.Telephone.Group+l.Telephone.Secret, v.Unit)
}

// When a visit is over its seed is in no byte of the record, sealed or not: not
// in the write-ahead log either, while the server goes on.
func TestSeedIsGoneWhenTheVisitEnds(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	v, _ := bookVisit(t, s, "412", c.now())
	var key, text []byte
	if err := s.read.QueryRowContext(t.Context(), `SELECT key, text FROM door_visit WHERE id = ?`, v.ID).Scan(&key, &text); err != nil {
		t.Fatal(err)
	}
	if err := s.EndVisit(t.Context(), cook, v.ID, "done"); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	grepFolder(t, dir, string(key), string(text[:32]))
}

// grepFolder finds none of the words in any byte of the folder.
func grepFolder(t testing.TB, dir string, words ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for _, w := range words {
			if bytes.Contains(text, []byte(w)) {
				t.Errorf("%s holds %q", filepath.Base(path), w)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestVisitLocksAreKept(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	v, l := bookVisit(t, s, "412", c.now())
	for n := range 5 {
		a, _, err := door.NewChecker(direct{s}).Check(t.Context(), cook, door.Try{Code: l.Telephone, House: door.House(fmt.Sprint(500 + n)), At: c.now()})
		if a != door.No || err != nil {
			t.Fatalf("%s, %v", a, err)
		}
	}
	c.add(visitsStand)
	if a, _, _ := door.NewChecker(direct{s}).Check(t.Context(), cook, door.Try{Code: l.Screen, House: "412", At: c.now()}); a != door.CallUs {
		t.Errorf("after five wrong house numbers, in another process: %s", a)
	}
	w, m := bookVisit(t, s, "7", c.now())
	if err := s.StopVisit(t.Context(), cook, w.ID); err != nil {
		t.Fatal(err)
	}
	if a, _, _ := door.NewChecker(direct{s}).Check(t.Context(), cook, door.Try{Code: m.Screen, House: "7", At: c.now()}); a != door.CallUs {
		t.Errorf("a stopped visit: %s", a)
	}
	if err := s.StopVisit(t.Context(), other, v.ID); code(err) != "not-found" {
		t.Errorf("another agency stops it: %v", err)
	}
	if err := s.EndVisit(t.Context(), cook, v.ID, "cancelled"); err != nil {
		t.Fatal(err)
	}
	if a, _, _ := door.NewChecker(direct{s}).Check(t.Context(), cook, door.Try{Code: l.Screen, House: "412", At: c.now()}); a != door.No {
		t.Errorf("a cancelled visit: %s", a)
	}
}

func TestCards(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	photo := []byte("\xff\xd8 a face, for the test")
	if _, err := s.SaveCard(t.Context(), door.Card{Agency: cook, Title: "Meter technician", Photo: photo}); code(err) != "no-consent" {
		t.Errorf("a photograph without consent: %v", err)
	}
	if _, err := s.SaveCard(t.Context(), door.Card{Agency: cook, Title: "ICE officer"}); code(err) != "not-ours" {
		t.Errorf("somebody else's staff: %v", err)
	}
	k, err := s.SaveCard(t.Context(), door.Card{Agency: cook, Title: "Meter technician (sample)", Photo: photo, Agreed: c.now(), Account: "a1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Shift(t.Context(), cook, k.ID, door.ShiftUntil(c.now())); err != nil {
		t.Fatal(err)
	}
	got, err := s.Card(t.Context(), cook, k.ID)
	if err != nil || !bytes.Equal(got.Photo, photo) || got.Account != "a1" || !got.OnShift(c.now()) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := s.RevokeCard(t.Context(), cook, k.ID); err != nil {
		t.Fatal(err)
	}
	if got, err = s.Card(t.Context(), cook, k.ID); err != nil || got.OnShift(c.now()) {
		t.Errorf("a lost card is on shift: %+v, %v", got, err)
	}
	if err := s.Shift(t.Context(), cook, k.ID, door.ShiftUntil(c.now())); code(err) != "not-found" {
		t.Errorf("a lost card begins a shift: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	grepFolder(t, dir, string(photo), "Meter technician")
}

// Whoever leaves is sent by nobody any more: the card ends with the account.
func TestCardEndsWithItsAccount(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	a, err := s.AddAccount(t.Context(), Account{Agency: cook, Role: "field-worker", Name: "Sample worker"})
	if err != nil {
		t.Fatal(err)
	}
	k, err := s.SaveCard(t.Context(), door.Card{Agency: cook, Title: "Meter technician (sample)", Account: a.ID})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Shift(t.Context(), cook, k.ID, door.ShiftUntil(c.now())); err != nil {
		t.Fatal(err)
	}
	if err := s.EndAccount(t.Context(), cook, a.ID, EndDirectory, "sample administrator"); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Card(t.Context(), cook, k.ID); err != nil || got.Revoked.IsZero() || got.OnShift(c.now()) {
		t.Errorf("the card of an account that ended: %+v, %v", got, err)
	}
}

func TestVehiclesAreDigests(t *testing.T) {
	s, dir := create(t, newClock())
	cars := []door.Vehicle{{Fleet: "FLEET412", Tail: "7K3"}, {Fleet: "FLEET413", Tail: "7K4"}}
	if err := s.SetVehicles(t.Context(), cook, append(cars, cars[0])); err != nil {
		t.Fatal(err)
	}
	check := func(agency string, v door.Vehicle) door.Answer {
		key, kept, err := s.Vehicles(t.Context(), agency)
		if err != nil {
			t.Fatal(err)
		}
		return door.NewVehicleCheck().Check(agency, key, kept, v, s.Now())
	}
	if a := check(cook, cars[0]); a != door.Yes {
		t.Errorf("our own: %s", a)
	}
	for name, v := range map[string]door.Vehicle{"number and plate of two": {Fleet: "FLEET412", Tail: "7K4"}, "no vehicle": {Fleet: "X1", Tail: "AAA"}} {
		if a := check(cook, v); a != door.No {
			t.Errorf("%s: %s", name, a)
		}
	}
	if a := check(other, cars[0]); a != door.No {
		t.Errorf("another agency's page: %s", a)
	}
	if err := s.SetVehicles(t.Context(), cook, cars[1:]); err != nil || check(cook, cars[0]) != door.No {
		t.Errorf("a vehicle that was sold: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	grepFolder(t, dir, "FLEET412", "FLEET413")
}

func TestClaims(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	k, err := s.SaveClaim(t.Context(), cook, "person")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AnswerClaim(t.Context(), cook, k.ID, ""); code(err) != "no-answer" {
		t.Errorf("a default answer: %v", err)
	}
	if err := s.AnswerClaim(t.Context(), other, k.ID, door.Yes); code(err) != "not-found" {
		t.Errorf("another agency answers: %v", err)
	}
	if err := s.AnswerClaim(t.Context(), cook, k.ID, door.No); err != nil {
		t.Fatal(err)
	}
	if err := s.AnswerClaim(t.Context(), cook, k.ID, door.Yes); code(err) != "not-found" {
		t.Errorf("a second answer: %v", err)
	}
	if got, err := s.Claim(t.Context(), cook, k.ID); err != nil || got.Answer != door.No || strings.ContainsAny(got.What, " ") {
		t.Errorf("%+v, %v", got, err)
	}
	for range mostClaims {
		if _, err := s.SaveClaim(t.Context(), cook, "letter"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.SaveClaim(t.Context(), cook, "letter"); code(err) != "too-many-claims" {
		t.Errorf("a flood: %v", err)
	}
	if _, err := s.SaveClaim(t.Context(), cook, door.NotMe); err != nil {
		t.Errorf("a flood keeps a worker's own report from the watch commander: %v", err)
	}
	c.add(49 * time.Hour)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Claims(t.Context(), cook); err != nil || len(all) != 0 {
		t.Errorf("%d are left after two days, %v", len(all), err)
	}
}

// What is kept in memory for checks is what stands: this server's writes count
// at once, another's within a second, and nothing stays when nobody checks.
func TestOpenVisitsAreWhatStands(t *testing.T) {
	t.Parallel()
	c := newClock()
	s, _ := create(t, c)
	find := func(v door.Visit) *door.Visit {
		t.Helper()
		list, err := s.VisitsOf(t.Context(), cook, door.Screen, v.Keys[door.Screen].Group, c.now())
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range list {
			if got.ID == v.ID {
				return &got
			}
		}
		return nil
	}
	first, _ := bookVisit(t, s, "412", c.now())
	if got := find(first); got == nil || !bytes.Equal(got.Seed, first.Seed) {
		t.Fatalf("%+v", got)
	}
	second, _ := bookVisit(t, s, "7", c.now())
	if find(second) == nil {
		t.Error("a visit that was booked since is not found")
	}
	if err := s.StopVisit(t.Context(), cook, second.ID); err != nil || !find(second).Stopped {
		t.Errorf("a visit that was stopped since answers; %v", err)
	}
	if err := s.EndVisit(t.Context(), cook, second.ID, "cancelled"); err != nil || find(second) != nil {
		t.Errorf("a visit that was ended since answers; %v", err)
	}
	// Another server stops the first: this one is not told.
	find(first)
	err := s.write(t.Context(), func(x *tx) error { return x.exec(`UPDATE door_visit SET stopped = 1 WHERE id = ?`, first.ID) })
	if err != nil || find(first).Stopped {
		t.Fatalf("nothing is kept in memory; %v", err)
	}
	c.add(visitsStand)
	if !find(first).Stopped {
		t.Error("what another server wrote is not seen after a second")
	}
	c.add(-time.Hour)
	if find(first); s.doors.agency(cook).fresh(c.now()) == nil {
		t.Error("a clock that was put back is not followed")
	}
	c.add(3*time.Hour + 30*time.Minute)
	if got := find(first); got != nil {
		t.Errorf("after its hours: %+v", got)
	}
	until := time.Now().Add(10 * visitsStand)
	for s.doors.agency(cook).kept.Load() != nil && time.Now().Before(until) {
		time.Sleep(visitsStand / 20)
	}
	if s.doors.agency(cook).kept.Load() != nil {
		t.Error("visits stay in memory when nobody checks")
	}
}

// A visit that is damaged stops its own group and no other.
func TestDamagedVisitStopsItsGroupOnly(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	bad, l := bookVisit(t, s, "412", c.now())
	_, m := bookVisit(t, s, "7", c.now())
	for m.Screen.Group == l.Screen.Group {
		_, m = bookVisit(t, s, "7", c.now())
	}
	if err := s.write(t.Context(), func(x *tx) error { return x.exec(`UPDATE door_visit SET text = ? WHERE id = ?`, []byte("x"), bad.ID) }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.VisitsOf(t.Context(), cook, door.Screen, l.Screen.Group, c.now()); err == nil {
		t.Error("a damaged visit passes as none")
	}
	if list, err := s.VisitsOf(t.Context(), cook, door.Screen, m.Screen.Group, c.now()); err != nil || len(list) == 0 {
		t.Errorf("another group does not answer: %v", err)
	}
}
