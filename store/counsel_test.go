package store

import (
	"path/filepath"
	"strings"
	"testing"
)

// Counsel's notes leave nothing in the record, nothing readable in their files,
// and open under counsel's key alone.
func TestCounselNotesStandApart(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	mustAppend(t, s, draft("e", c.now()))
	size, err := s.Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	apart := t.TempDir()
	key := filepath.Join(apart, "counsel.key")
	open := func(key string) *CounselNotes {
		t.Helper()
		n, err := OpenCounselNotes(filepath.Join(apart, "notes"), key)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	n := open(key)
	for _, text := range []string{"a first thought", "Canary Ruiz may sue"} {
		if err := n.Write(t.Context(), cook, "case-e", text); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := open(key).Read(t.Context(), cook, "case-e"); err != nil || got != "Canary Ruiz may sue" {
		t.Errorf("Read = %q, %v", got, err)
	}
	for _, where := range []string{dir, apart} {
		if found, err := search(where, append(spellings("Canary Ruiz may"), spellings("case-e")...)); err != nil || found != "" {
			t.Errorf("the note lies open in %s, %v", found, err)
		}
	}
	if mode := fileMode(t, key); mode != 0o600 {
		t.Errorf("the key has mode %o", mode)
	}
	if _, err := n.Read(t.Context(), other, "case-e"); code(err) != "not-found" {
		t.Errorf("another agency: %v", err)
	}
	stranger := open(filepath.Join(apart, "other.key"))
	if _, err := stranger.Read(t.Context(), cook, "case-e"); code(err) != "not-found" {
		t.Errorf("under another key: %v", err)
	}
	if now, err := s.Size(t.Context()); err != nil || now != size {
		t.Errorf("a note made an entry: %d, %v", now, err)
	}
	if err := n.Drop(t.Context(), cook, "case-e"); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Read(t.Context(), cook, "case-e"); code(err) != "not-found" {
		t.Errorf("after it was destroyed: %v", err)
	}
	if err := n.Write(t.Context(), cook, "e", strings.Repeat("x", maxDraft+1)); code(err) != "too-large" {
		t.Errorf("a long note: %v", err)
	}
}
