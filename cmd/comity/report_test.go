package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A jail's own list beside the record: the detainer that was written down
// matches by booking number, the one that was not is listed by its line.
func TestCompletenessReport(t *testing.T) {
	s, dir := serve(t)
	s.post(t, "/api/v1/requests", detainer("c-1", `,"sealed":{"booking":"2026-118-7","name":"Sample Person"}`))
	entry := s.get(t, "/api/v1/entries").text()
	if !strings.Contains(entry, "c-1") {
		t.Fatalf("the entry was not written: %s", entry)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "bookings.csv")
	if err := os.WriteFile(list, []byte("booked,number,hold\n2026-10-20,2026-118-7,ICE\n2026-10-09,2026-120-1,ICE\n2026-10-09,2026-120-2,none\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"report", "completeness", "-from", "2026-10-01", "-to", "2026-10-31", "-against", list, "-name", "the jail",
		"-day", "booked", "-ref", "number", "-where", "hold=ICE"}
	out, said, code := comityRun(t, append(args, dir)...)
	if code != exitFinding || !strings.Contains(out, "the jail shows 2, you recorded 1; 1 of theirs are answered by an entry, 1 are not") {
		t.Errorf("%d %s%s", code, out, said)
	}
	out, _, _ = comityRun(t, append(args, "-list", "-csv", dir)...)
	if want := "who shows it,day,line of the source,entry\nthe jail,2026-10-09,3,\n"; out != want {
		t.Errorf("the list is\n%s, want\n%s", out, want)
	}
	for want, more := range map[string][]string{
		"not a day":            {"-to", "31 October", dir},
		"either -facility or":  {"-facility", "ADAMS COUNTY JAIL", dir},
		"column is missing":    {"-ref", "booking_no", dir},
		"is one argument too":  {dir, dir},
		"no record in this fo": {t.TempDir()},
	} {
		if _, said, code := comityRun(t, append(args, more...)...); code != exitInput || !strings.Contains(said, want) {
			t.Errorf("%v: %d %s, want %q", more, code, said, want)
		}
	}
}
