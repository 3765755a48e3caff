package law

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func viewsBook(t testing.TB) *Book {
	t.Helper()
	text, err := os.ReadFile("testdata/views.yaml")
	if err != nil {
		t.Fatal(err)
	}
	words, err := os.ReadFile("testdata/schema.vocabulary.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files := oneFile(t, string(text))
	files["vocabulary.yaml"] = &fstest.MapFile{Data: words}
	b, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	b.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	return b
}

// TestViews: every view of one small pack, in both languages where it has one.
func TestViews(t *testing.T) {
	b := viewsBook(t)
	for _, as := range Views {
		for _, lang := range []string{"en", "es"} {
			if lang == "es" && (as == "rego" || as == "cedar") {
				continue
			}
			got, err := b.View(b.Packs()[0], as, lang)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "testdata/views."+as+"."+lang+".golden", got)
		}
	}
	for want, ask := range map[string][2]string{"is no view": {"html", "en"}, "is no language": {"text", "fr"}} {
		if _, err := b.View(b.Packs()[0], ask[0], ask[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestViewsOfShippedPacks: no pack upsets a view, and no rule is lost: it is
// exported or listed with the reason.
func TestViewsOfShippedPacks(t *testing.T) {
	b := shipped(t)
	for _, p := range b.Packs() {
		for _, as := range []string{"table", "text", "rego", "cedar"} {
			got, err := b.View(p, as, "es")
			if err != nil {
				t.Fatal(err)
			}
			if as == "table" || as == "text" {
				continue
			}
			mark := "rules contains"
			if as == "cedar" {
				mark = "@rule("
			}
			head, _, _ := strings.Cut(got, mark)
			_, left, _ := strings.Cut(head, "Not exported:\n")
			listed := len(regexp.MustCompile(`(?m)^(#|//) - \S+ \((required|prohibited|permitted)\): `).FindAllString(left, -1))
			if n := strings.Count(got, mark) + listed; n != len(p.Rules) {
				t.Errorf("%s %s: %d of %d rules", p.ID, as, n, len(p.Rules))
			}
		}
	}
}
