package store

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// An erasure looks through the bytes of every file. When it closed the database
// file and its index afterwards, the system dropped SQLite's locks with it, and
// the next program to open the record (a backup, a look by hand) would have
// taken it for one that a crash had left.
func TestErasureKeepsTheLocks(t *testing.T) {
	onlySQLite(t, "PostgreSQL has locks of its own")
	c := newClock()
	s, dir := create(t, c)
	mustAppend(t, s, draft("e1", c.now()))
	// The bytes that SQLite locks: shared readers of the database, and the
	// switch that says that the index of the write-ahead log is in use.
	held := map[string][2]int64{"record.db": {0x40000002, 510}, "record.db-shm": {128, 1}}
	open := map[string]*os.File{}
	for name := range held {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		open[name] = f
	}
	locked := func(name string) bool {
		const getOfAnyHandle = 36 // F_OFD_GETLK: also says what this process itself holds
		l := syscall.Flock_t{Type: syscall.F_WRLCK, Start: held[name][0], Len: held[name][1]}
		if err := syscall.FcntlFlock(open[name].Fd(), getOfAnyHandle, &l); err != nil {
			t.Fatal(err)
		}
		return l.Type != syscall.F_UNLCK
	}
	for _, when := range []string{"before", "after"} {
		for name := range held {
			if !locked(name) {
				t.Errorf("%s the erasure, nothing of %s is locked", when, name)
			}
		}
		if when == "before" {
			if _, err := s.Erase(t.Context(), "e1", order); err != nil {
				t.Fatal(err)
			}
		}
	}
}
