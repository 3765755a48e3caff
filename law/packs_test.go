package law

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// shipped loads ../data. LAW_ONLY="us us/il" loads only packs whose id is one
// of these or lies below it, so that one half-written file stops nobody else.
func shipped(t testing.TB) *Book {
	t.Helper()
	if _, err := os.Stat("../data/vocabulary.yaml"); err != nil {
		t.Fatalf("the shipped law is not there: %v", err)
	}
	only := strings.Fields(os.Getenv("LAW_ONLY"))
	b, err := load(os.DirFS("../data"), nil, func(id string) bool {
		return len(only) == 0 || slices.ContainsFunc(only, func(o string) bool {
			return id == o || o == "us" && strings.Count(id, "/") == 1 || o != "us" && strings.HasPrefix(id, o+"/")
		})
	}, nil)
	if err != nil {
		t.Fatalf("load:\n%v", err)
	}
	b.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	return b
}

func TestShippedPacks(t *testing.T) {
	b := shipped(t)
	for _, w := range b.Warnings() {
		t.Logf("warning: %v (%s)", w, w.Hint)
	}
	passed := 0
	for _, r := range b.Test() {
		if len(r.Failures) == 0 {
			passed++
			continue
		}
		t.Errorf("%s:%d: %s: %s\n\tcarried by %v; layers %v; missing %v; flags %v; believed %v", r.Pack.File, r.Test.Line, r.Test.Name,
			strings.Join(r.Failures, "; "), r.Decision.Rules, r.Decision.Layers, r.Decision.Missing, r.Decision.Flags, believed(r.Decision.Believed))
	}
	t.Logf("%d packs, %d rules, %d tests passed", len(b.Packs()), len(b.rules), passed)
}

func believed[T ~string](v *T) string {
	if v == nil {
		return "-"
	}
	return string(*v)
}
