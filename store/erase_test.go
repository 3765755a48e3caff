package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"comity/record"
)

const order = "Circuit Court of Cook County, order 26-EX-104 of 3 March 2026"

// An order: no byte of the content, nor of the keys and boxes it was sealed
// in, is in any file afterwards; every proof given before still holds.
func TestErasureLeavesNoByte(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	for i := range 40 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
	}
	before := mustPublish(t, s)
	receipt, err := s.Disclose(t.Context(), "e7", "answer")
	if err != nil {
		t.Fatal(err)
	}
	target7, err := s.target(t.Context(), "e7")
	if err != nil {
		t.Fatal(err)
	}
	remains, err := s.needles(t.Context(), record.Order{}, []target{target7})
	if err != nil || len(remains) != 6 {
		t.Fatalf("%d remains of two sealed parts, %v", len(remains), err)
	}
	canaries := append(remains, []byte("Canary Ruiz e7"))
	if where, err := searchAll(t, dir, canaries); err != nil || where == "" {
		t.Fatalf("before the order nothing is found either: the test shows nothing (%v)", err)
	}

	done, err := s.Erase(t.Context(), "e7", order)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if where, err := searchAll(t, dir, canaries); err != nil || where != "" {
			t.Errorf("remains in %s, %v", where, err)
		}
		e, err := s.Entry(t.Context(), "e7")
		if err != nil || !e.Erased || len(e.Fields) != 0 || !e.At.IsZero() || e.Kind != "detainer" {
			t.Errorf("the erased entry: %+v, %v", e, err)
		}
		if _, err := s.Disclose(t.Context(), "e7", "answer"); code(err) != "no-field" {
			t.Errorf("disclose after erasure: %v", err)
		}
		s = reopen(t, s, c)
	}

	tomb, err := s.Entry(t.Context(), done.ID)
	if err != nil || tomb.Kind != "erasure" || tomb.Ref != "e7" || tomb.Fields[0].Value != order {
		t.Errorf("the tombstone: %+v, %v", tomb, err)
	}
	after := mustPublish(t, s)
	if _, err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := record.Consistent(t.Context(), s.Key(), s.files, before.Checkpoint, after.Checkpoint); err != nil {
		t.Error(err)
	}
	if p, err := s.Key().Receipt(receipt); err != nil || len(p.Fields) != 1 {
		t.Errorf("a receipt given out before the order: %v", err)
	}
	if again, err := s.Append(t.Context(), draft("e7", c.now())); err != nil || !again.Again {
		t.Errorf("the same request once more is known without its content: %+v, %v", again, err)
	}
	if e, err := s.Entry(t.Context(), "e8"); err != nil || len(e.Fields) != 4 {
		t.Errorf("its neighbour: %+v, %v", e, err)
	}

	once, err := s.Erase(t.Context(), "e7", order)
	if err != nil || !once.Again || once.ID != done.ID || once.Index != done.Index {
		t.Errorf("the order carried out twice: %+v, %v", once, err)
	}
}

// Erasure out of a database whose pages were split and moved many times.
func TestErasureInAnOldDatabase(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	var canaries [][]byte
	for i := range 120 {
		d := draft(fmt.Sprintf("e%d", i), c.now())
		d.Fields = append(d.Fields, record.Field{Name: "note", Value: string(make([]byte, (i*977)%6000)), Personal: true})
		mustAppend(t, s, d)
	}
	for i := 0; i < 120; i += 12 {
		one, err := s.target(t.Context(), fmt.Sprintf("e%d", i))
		if err != nil {
			t.Fatal(err)
		}
		remains, err := s.needles(t.Context(), record.Order{}, []target{one})
		if err != nil {
			t.Fatal(err)
		}
		canaries = append(canaries, remains...)
		if _, err := s.Erase(t.Context(), one.id, order); err != nil {
			t.Fatal(err)
		}
	}
	if where, err := searchAll(t, dir, canaries); err != nil || where != "" {
		t.Errorf("remains in %s, %v", where, err)
	}
	mustPublish(t, s)
	if _, err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestALitigationHoldBeatsErasure(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	mustAppend(t, s, draft("request", c.now()))
	mustAppend(t, s, record.Draft{ID: "act", Agency: cook, Kind: "act", Ref: "request", At: c.now(), Fields: []record.Field{{Name: "done", Value: "declined"}}})
	const court = "N.D. Ill., 26-cv-1, preservation order"
	if _, err := s.Hold(t.Context(), "request", record.HoldOrder{ID: "hold-1", Authority: court}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"request", "act"} { // the whole chain is kept
		if _, err := s.Erase(t.Context(), id, order); code(err) != "on-hold" {
			t.Errorf("%s: %v", id, err)
		}
		if e, err := s.Entry(t.Context(), id); err != nil || e.Erased || len(e.Fields) == 0 {
			t.Errorf("%s: %+v, %v", id, e, err)
		}
	}
	n, err := s.Size(t.Context())
	if err != nil || n != 4 {
		t.Errorf("a refused erasure left an entry: %d, %v", n, err)
	}
	// Not even someone at the database can go round it.
	if err := s.write(t.Context(), func(t *tx) error {
		return t.exec(`INSERT INTO erasure (n, by, at) SELECT n, 'x', 0 FROM entry WHERE id = 'act'`)
	}); err == nil {
		t.Error("the database let an erasure pass a hold")
	}
	if _, err := s.LiftHold(t.Context(), "hold-1", record.HoldOrder{ID: "lift-1", Authority: court}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Erase(t.Context(), "request", order); err != nil {
		t.Errorf("after the hold: %v", err)
	}
	for _, e := range []func() (record.Appended, error){
		func() (record.Appended, error) { return s.Erase(t.Context(), "act", " ") },
		func() (record.Appended, error) { return s.Hold(t.Context(), "act", record.HoldOrder{ID: "hold-2"}) },
	} {
		if _, err := e(); code(err) != "no-authority" {
			t.Errorf("without an authority: %v", err)
		}
	}
	if _, err := s.Erase(t.Context(), "hold-1", order); code(err) != "own-entry" {
		t.Errorf("erasing a hold: %v", err)
	}
	if _, err := s.Erase(t.Context(), "nowhere", order); code(err) != "not-found" {
		t.Errorf("erasing nothing: %v", err)
	}
}

func TestADamagedDatabaseIsRefused(t *testing.T) {
	onlySQLite(t, "the files of PostgreSQL are its own")
	c := newClock()
	s, dir := create(t, c)
	for i := range 60 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
	}
	mustPublish(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "record.db")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	torn := append([]byte(nil), data...)
	copy(torn[len(torn)/2/4096*4096:], make([]byte, 4096))
	if err := os.WriteFile(path, torn, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(t.Context(), dir, c.config()); code(err) != "damaged" {
		if err == nil {
			_, err = s.Check(t.Context())
		}
		t.Errorf("a page of zeroes: %v", err)
	}
	if err := os.WriteFile(path, []byte("this is not a database, whatever it is called"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, c.config()); code(err) != "damaged" {
		t.Errorf("no database: %v", err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "keys", "seal.key"), filepath.Join(dir, "seal.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, c.config()); code(err) != "no-key" {
		t.Errorf("without the key: %v", err)
	}
}

func TestDraftsExpire(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	if err := s.SaveDraft(t.Context(), cook, "form-1", []byte(`{"person.name":"Canary"}`), time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveDraft(t.Context(), cook, "form-1", []byte(`{"person.name":"Canary Ruiz"}`), time.Hour); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Draft(t.Context(), cook, "form-1"); err != nil || string(got) != `{"person.name":"Canary Ruiz"}` {
		t.Errorf("Draft = %q, %v", got, err)
	}
	if where, err := searchAll(t, dir, [][]byte{[]byte("Canary Ruiz")}); err != nil || where != "" {
		t.Errorf("a draft lies open in %s, %v", where, err)
	}
	if _, err := s.Draft(t.Context(), other, "form-1"); code(err) != "not-found" {
		t.Errorf("another agency: %v", err)
	}
	c.add(time.Hour)
	if _, err := s.Draft(t.Context(), cook, "form-1"); code(err) != "not-found" {
		t.Errorf("after its clock: %v", err)
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, "draft"); n != 0 {
		t.Errorf("%d drafts are left", n)
	}
	if err := s.SaveDraft(t.Context(), cook, "form-2", nil, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := s.DropDraft(t.Context(), cook, "form-2"); err != nil || count(t, s, "draft") != 0 {
		t.Errorf("drop: %v", err)
	}
}

func count(t *testing.T, s *Store, table string) int {
	t.Helper()
	var n int
	if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
