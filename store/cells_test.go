package store

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"comity/record"
)

// The counts that are kept are those of the entries, whatever was written when,
// and are made anew where they are not.
func TestKeptCountsAreRebuiltCounts(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	start := c.now()
	agencies, kinds := []string{cook, other}, []string{"detainer", "complaint"}
	for step := range 6 {
		c.set(start.AddDate(0, 0, rand.IntN(150))) // also backwards
		for i := range rand.IntN(40) {
			at := c.now().AddDate(0, -rand.IntN(14), 0)
			mustAppend(t, s, record.Draft{ID: fmt.Sprintf("k%d-%d", step, i), Agency: agencies[rand.IntN(2)], Kind: kinds[rand.IntN(2)], At: at})
		}
		if err := s.checkCells(t.Context()); err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
	}
	c.set(start.AddDate(3, 0, 0))
	cells := func() string {
		list, err := s.Cells(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(list)
	}
	live := cells()
	spoil := func(how string) {
		if err := s.write(t.Context(), func(t *tx) error { return t.exec(how) }); err != nil {
			t.Fatal(err)
		}
	}

	spoil(`DELETE FROM cell`) // as in a record of before: counted at the start
	if s = reopen(t, s, c); cells() != live {
		t.Errorf("counted anew: %s, want %s", cells(), live)
	}

	spoil(`UPDATE cell SET written = written || '-later' WHERE kind = 'detainer'`)
	if err := s.checkCells(t.Context()); code(err) != "miscounted" {
		t.Errorf("wrong counts: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Repair(t.Context(), dir, c.config()); err != nil {
		t.Fatal(err)
	}
	var err error
	if s, err = Open(t.Context(), dir, c.config()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if cells() != live {
		t.Errorf("repaired: %s, want %s", cells(), live)
	}
}

// A cell that was written over several months is counted by each of them.
func TestCountAllPartsMonthsOfWriting(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	at := c.now()
	for i, now := range []time.Time{at, at, at.AddDate(0, 1, 0), at.AddDate(0, 3, 0), at.AddDate(1, 0, 0)} {
		c.set(now)
		mustAppend(t, s, record.Draft{ID: fmt.Sprint("m", i), Agency: cook, Kind: "detainer", At: at})
	}
	all, err := countAll(func(row func(*sql.Rows) error, query string, args ...any) error {
		return s.each(t.Context(), row, query, args...)
	})
	if err != nil {
		t.Fatal(err)
	}
	month := at.Format(monthForm)
	for written, want := range map[string]int64{month: 2, at.AddDate(0, 1, 0).Format(monthForm): 1, at.AddDate(0, 2, 0).Format(monthForm): 0, at.AddDate(0, 3, 0).Format(monthForm): 1, at.AddDate(1, 0, 0).Format(monthForm): 1} {
		if got := all[writtenCell{cook, "detainer", month, written}]; got != want {
			t.Errorf("written in %s: %d, want %d", written, got, want)
		}
	}
}
