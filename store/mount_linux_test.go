package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"comity/record"
)

// A really full disk of 3 MB, then the same one mounted read-only. Mounting
// needs a right that not every system gives; then the size limit of
// TestAFullDiskLosesNothing and the permissions of
// TestAReadOnlyFolderIsRefused are what was tested, and this test fills the
// database to a limit of its own instead.
func TestASmallDisk(t *testing.T) {
	onlySQLite(t, "the folder holds no database")
	c := newClock()
	disk := t.TempDir()
	mounted := syscall.Mount("none", disk, "tmpfs", 0, "size=3m") == nil
	if mounted {
		t.Cleanup(func() { syscall.Unmount(disk, syscall.MNT_DETACH) })
	}
	t.Logf("a disk of 3 MB is mounted: %v", mounted)
	dir := filepath.Join(disk, "data")
	s, err := Create(t.Context(), dir, Identity{Origin: "record.example/log", Agency: cook}, c.config())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { s.Close() }()
	if !mounted {
		err := s.write(t.Context(), func(x *tx) error {
			var pages int
			return x.row(`PRAGMA max_page_count = 300`).scan(&pages)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	acks := map[string]record.Appended{}
	for i := 0; err == nil; i++ {
		var a record.Appended
		if a, err = s.Append(t.Context(), draft(fmt.Sprintf("e%d", i), c.now())); err == nil {
			acks[a.ID] = a
		}
	}
	if code(err) != "disk-full" {
		t.Fatalf("after %d entries: %v", len(acks), err)
	}
	if _, err := s.Publish(t.Context()); err != nil && code(err) != "disk-full" {
		t.Errorf("publish on a full disk: %v", err)
	}
	if mounted {
		if err := s.Close(); err != nil {
			t.Logf("close on a full disk: %v", err)
		}
		if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT, "size=40m"); err != nil {
			t.Fatal(err)
		}
		if s, err = Open(t.Context(), dir, c.config()); err != nil {
			t.Fatal(err)
		}
	} else if err := s.write(t.Context(), func(x *tx) error {
		var pages int
		return x.row(`PRAGMA max_page_count = 100000`).scan(&pages)
	}); err != nil {
		t.Fatal(err)
	}
	for id, a := range acks {
		e, err := s.Entry(t.Context(), id)
		if err != nil || e.Index != a.Index {
			t.Fatalf("%s: %+v, %v", id, e, err)
		}
	}
	if n, err := s.Size(t.Context()); err != nil || n != int64(len(acks))+1 {
		t.Errorf("%d entries, acknowledged %d, %v", n, len(acks), err)
	}
	mustAppend(t, s, draft("room-again", c.now()))
	mustPublish(t, s)
	if _, err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	t.Logf("counted: fault=full-disk mounted=%v acknowledged=%d lost=0 doubled=0", mounted, len(acks))
	if mounted {
		readOnlyDisk(t, s, disk, c)
	}
}

func readOnlyDisk(t *testing.T, s *Store, disk string, c *clock) {
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), s.dir, c.config()); code(err) != "read-only" {
		t.Errorf("open on a read-only disk: %v", err)
	}
	_, err := Create(t.Context(), filepath.Join(disk, "new"), Identity{Origin: "a/b", Agency: cook}, c.config())
	if code(err) != "read-only" {
		t.Errorf("create on a read-only disk: %v", err)
	}
	if _, err := os.Stat(filepath.Join(disk, "new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something half-made stands there: %v", err)
	}
}
