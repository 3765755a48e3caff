package law

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestQuotes(t *testing.T) {
	pack := func(quote string) map[string]string {
		return map[string]string{"us/none": "place: us\nlayer: federal\nrules:\n  - {id: us/none#1, act: transport, verdict: prohibited, binds: [sheriff], from: null, says: {en: e, es: s}, cite: [{ref: 8 USC 1357(g), quote: \"" + quote + "\", source: s, checked: \"2026-01-01\", grade: A}]}\n"}
	}
	long := strings.Repeat("Other words of that section. ", 20)
	texts := fstest.MapFS{
		"us/t8_s1357.txt": {Data: []byte("section: 1357\nread: text to 2018 (copy)\n\nAny officer,\n   MAY  enter into a written agreement; at the expense of the State. " + long)},
		"us-fl/908.1.txt": {Data: []byte("A sheriff shall use best efforts. " + long)},
	}
	for _, c := range []struct{ quote, found, wrong string }{
		{"may enter into a written agreement", "us/t8_s1357.txt", ""},
		{"officer may enter ... expense of the State", "us/t8_s1357.txt", ""},
		{"expense of the State ... may enter", "", "us/t8_s1357.txt"},
		{"shall use best efforts", "us-fl/908.1.txt", ""},
		{"shall enter into a written agreement", "", "us/t8_s1357.txt"},
	} {
		list, err := bookOf(t, pack(c.quote)).Quotes(texts)
		if err != nil || len(list) != 1 || list[0].Found != c.found || list[0].Wrong != c.wrong {
			t.Errorf("%q: %+v, %v", c.quote, list, err)
		}
	}
}

// TestSharedQuotes looks for every shipped quote in the stored texts of
// statutes; what has no text is counted as not seen, a wrong quote fails.
func TestSharedQuotes(t *testing.T) {
	if *sharedDir == "" {
		return
	}
	b := shipped(t)
	list, err := b.Quotes(os.DirFS(filepath.Join(*sharedDir, "law", "sources")))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, q := range list {
		switch {
		case q.Found != "":
			found++
		case q.Wrong != "":
			t.Errorf("%s: %s: %s does not hold the quote %q", q.Pack.File, q.Rule, q.Wrong, q.Cite.Quote)
		default:
			t.Logf("not seen: %s %s %q", q.Rule, q.Cite.Ref, q.Cite.Quote)
		}
	}
	if found == 0 {
		t.Error("no quote was found in any text")
	}
	t.Logf("%d of %d quotes found in a stored text; the others count as not seen", found, len(list))
}
