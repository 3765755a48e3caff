package law

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What the shipped law leaves open, and where it demands opposite things, is
// kept as text: a change of a pack that moves either shows in a review.
const shippedDay = "2026-11-21"

func TestShippedConflicts(t *testing.T) {
	list, err := shipped(t).Conflicts("", shippedDay)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "%s %s: %s forbids, %s speaks against it: %s %v\n", c.Place, c.Act, c.Ban.ID, c.Against.ID, c.Verdict, c.Flags)
		for _, f := range c.Facts {
			fmt.Fprintf(&b, "    %s\n", f.Text)
		}
	}
	sameAsGolden(t, "conflicts.golden", b.String())
}

func TestShippedGaps(t *testing.T) {
	b := shipped(t)
	var out strings.Builder
	count := map[CellKind]int{}
	for _, place := range b.CoveredPlaces() {
		unread, open := map[string][]string{}, []string{}
		for _, c := range b.Table(place.ID, shippedDay) {
			count[c.Is]++
			switch {
			case c.HasGap():
				for _, s := range c.Silences {
					if s.Kind == Gap {
						unread[s.Why] = append(unread[s.Why], c.Act)
					}
				}
			case c.Is == CellNoPack:
				unread["no law of this place is loaded"] = []string{"every act"}
			case c.Is == CellOpen:
				open = append(open, c.Act)
			}
		}
		for _, why := range sortedKeys(unread) {
			fmt.Fprintf(&out, "%s: %s\n    %s\n", place.ID, strings.Join(unread[why], ", "), why)
		}
		if len(open) > 0 {
			fmt.Fprintf(&out, "%s: not declared: %s\n", place.ID, strings.Join(open, ", "))
		}
		// A state's silence is always explained.
		if len(open) > 0 && (place.Kind == "state" || place.Kind == "nation") {
			t.Errorf("%s says nothing about %s, and not why", place.ID, strings.Join(open, ", "))
		}
	}
	for _, k := range CellKinds() {
		fmt.Fprintf(&out, "%s: %d cells\n", k, count[k])
	}
	sameAsGolden(t, "gaps.golden", out.String())
}

func sortedKeys(m map[string][]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func sameAsGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		a, b := strings.Split(string(want), "\n"), strings.Split(got, "\n")
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("%s, line %d:\n was %s\n is  %s\nif that is right: go test ./law -run '%s' -update", file, i+1, a[i], b[i], t.Name())
			}
		}
		t.Fatalf("%s: %d lines, now %d; if that is right: go test ./law -run '%s' -update", file, len(a), len(b), t.Name())
	}
}
