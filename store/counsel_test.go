package store

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
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
	note := func(id, text string) CounselNote {
		return CounselNote{ID: id, Entry: "case-e", Author: "Counsel 1", Text: text, Written: c.now(), Expires: c.now().Add(time.Hour)}
	}
	for _, x := range []CounselNote{note("n-1", "a first thought"), note("n-2", "Canary Ruiz may sue"), note("n-2", "sent again")} {
		if err := n.Add(t.Context(), cook, x); err != nil {
			t.Fatal(err)
		}
	}
	question := note("q-1", "asked by staff")
	question.Entry, question.Pack = "case-q", []byte(`{"entry":"case-q"}`)
	answer := note("n-3", "answered")
	answer.Entry, answer.Answers = "case-q", "q-1"
	for _, x := range []CounselNote{question, answer} {
		if err := n.Add(t.Context(), "TX2270000", x); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := open(key).Of(t.Context(), "TX2270000", "case-q"); err != nil || len(list) != 2 || string(list[0].Pack) != string(question.Pack) || list[1].Answers != "q-1" {
		t.Errorf("a question and its answer come back as %+v, %v", list, err)
	}
	texts := func(n *CounselNotes, agency string) (out []string) {
		t.Helper()
		list, err := n.Of(t.Context(), agency, "case-e")
		all, allErr := n.All(t.Context(), agency)
		if err != nil || allErr != nil || len(all) != len(list) {
			t.Fatal(err, allErr, len(all), len(list))
		}
		for _, x := range list {
			out = append(out, x.Text)
		}
		return out
	}
	if got := texts(open(key), cook); !slices.Equal(got, []string{"a first thought", "Canary Ruiz may sue"}) {
		t.Errorf("the notes are %q", got)
	}
	for _, where := range []string{dir, apart} {
		if found, err := search(where, append(spellings("Canary Ruiz may"), spellings("case-e")...)); err != nil || found != "" {
			t.Errorf("the note lies open in %s, %v", found, err)
		}
	}
	if mode := fileMode(t, key); mode != 0o600 {
		t.Errorf("the key has mode %o", mode)
	}
	if got := texts(n, other); got != nil {
		t.Errorf("another agency reads %q", got)
	}
	stranger := open(filepath.Join(apart, "other.key"))
	if got, err := stranger.Of(t.Context(), cook, "case-e"); err != nil || got != nil {
		t.Errorf("under another key: %q, %v", got, err)
	}
	if _, err := stranger.All(t.Context(), cook); code(err) != "damaged" {
		t.Errorf("all under another key: %v", err)
	}
	if now, err := s.Size(t.Context()); err != nil || now != size {
		t.Errorf("a note made an entry: %d, %v", now, err)
	}
	for name, x := range map[string]CounselNote{"without an end": {ID: "n", Entry: "e", Written: c.now()}, "of no case": {ID: "n", Expires: c.now().Add(time.Hour)}} {
		if err := n.Add(t.Context(), cook, x); code(err) != "bad-note" {
			t.Errorf("a note %s: %v", name, err)
		}
	}
	if err := n.Add(t.Context(), cook, note("n-3", strings.Repeat("x", maxDraft))); code(err) != "too-large" {
		t.Errorf("a long note: %v", err)
	}

	// Counsel destroys one; the clock destroys what ran out long ago, unless a
	// hold keeps the case.
	if err := n.Drop(t.Context(), cook, "case-e", "n-1"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after time.Duration
		held  bool
		left  int
	}{{KeepCounselNotes, false, 1}, {KeepCounselNotes + 2*time.Hour, true, 1}, {KeepCounselNotes + 2*time.Hour, false, 0}} {
		err := n.Sweep(t.Context(), c.now().Add(step.after), func(context.Context, string, string) (bool, error) { return step.held, nil })
		if got := texts(n, cook); err != nil || len(got) != step.left {
			t.Errorf("%+v: %q, %v", step, got, err)
		}
	}
	if list, err := os.ReadDir(filepath.Join(apart, "notes")); err != nil || len(list) != 0 {
		t.Errorf("%d files are left, %v", len(list), err)
	}
}
