package law

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// oneFile loads one pack beside the vocabulary and the sample places.
func oneFile(t testing.TB, text string) fstest.MapFS {
	return fstest.MapFS{
		"vocabulary.yaml":    {Data: vocabularyText(t)},
		"places/us.csv":      {Data: []byte(samplePlaces)},
		"law/us/il/act.yaml": {Data: []byte(text)},
	}
}

func problemText(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return "no problem\n"
	}
	var list Problems
	if !errors.As(err, &list) || len(list) == 0 {
		t.Fatalf("not Problems: %v", err)
	}
	var b strings.Builder
	for _, p := range list {
		b.WriteString(p.Where + "\n    " + p.Code + ": " + p.Message + "\n")
		if p.Hint != "" {
			b.WriteString("    → " + p.Hint + "\n")
		}
	}
	return b.String()
}

// TestBadPacks: each file in testdata/bad holds one kind of fault, and the
// golden file what an author is told about it.
func TestBadPacks(t *testing.T) {
	files, _ := filepath.Glob("testdata/bad/*.yaml")
	if len(files) < 25 {
		t.Fatalf("only %d bad packs", len(files))
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Load(oneFile(t, string(text)))
			if err == nil {
				t.Error("the pack was accepted")
			}
			golden(t, strings.TrimSuffix(name, ".yaml")+".golden", problemText(t, err))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s:\ngot\n%s\nwant\n%s", name, got, want)
	}
}

func TestBadPlacesAndVocabulary(t *testing.T) {
	good := oneFile(t, goodPack)
	for name, change := range map[string]struct{ file, text, want string }{
		"no places":      {"places/us.csv", "id,name,kind,parents,fips,zone,districts,searched\n", "no place is known"},
		"bad head":       {"places/us.csv", "id,name\n", "the first line must be"},
		"short row":      {"places/us.csv", samplePlaces + "us-yy,Yy\n", "wrong number of fields"},
		"unknown parent": {"places/us.csv", samplePlaces + "us-yy,Yy,state,uss,,,,\n", "did you mean us?"},
		"circle":         {"places/us.csv", samplePlaces + "us-yy,Yy,state,us-yz,,,,\nus-yz,Yz,county,us-yy,,,,\n", "its own ancestor"},
		"twice":          {"places/us.csv", samplePlaces + "us-il,Illinois,state,us,,,,\n", "stands twice"},
		"unknown zone":   {"places/us.csv", samplePlaces + "us-yy,Yy,state,us,,America/Chikago,,\n", "is not known"},
		"unknown kind":   {"places/us.csv", samplePlaces + "us-yy,Yy,stat,us,,,,\n", "did you mean state?"},
		"searched":       {"places/us.csv", samplePlaces + "us-yy,Yy,state,us,,,,perhaps\n", "searched must be true or empty"},
		"bad derived":    {"vocabulary.yaml", strings.Replace(string(vocabularyText(t)), "hours_between(person.release_due_at, now)", "hours_between(person.release_due_on, now)", 1), "did you mean person.release_due_at?"},
		"bad impossible": {"vocabulary.yaml", string(vocabularyText(t)) + "\n", ""},
		"bad default":    {"vocabulary.yaml", strings.Replace(string(vocabularyText(t)), "default: none, values: [none, federal-law", "default: nothing, values: [none, federal-law", 1), "not a value of request.legal_duty"},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{}
			for k, v := range good {
				files[k] = v
			}
			files[change.file] = &fstest.MapFile{Data: []byte(change.text)}
			_, err := Load(files)
			if change.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(problemText(t, err), change.want) {
				t.Errorf("got %v, want %q", err, change.want)
			}
		})
	}
	if _, err := Load(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "vocabulary.yaml cannot be read") {
		t.Errorf("got %v", err)
	}
}

const goodPack = `pack: us/il/act
place: us-il
layer: state
title: An Act
rules:
  - id: us/il/act#1
    act: hold-on-detainer
    verdict: prohibited
    binds: [law-enforcement]
    when: {document.detainer: i-247a}
    from: "2017-08-28"
    until: null
    says: {en: One., es: Uno.}
    cite: [{ref: Act 1, source: the code, checked: "2026-11-21", grade: A}]
`

func TestWarnings(t *testing.T) {
	text := strings.Replace(goodPack, "    from:", "    duties: [{act: file-report, event: detainer-received, cite: Act 2}]\n    from:", 1) + "define: {x.unused: {document.detainer: none}}\n"
	b, err := Load(oneFile(t, text))
	if err != nil {
		t.Fatal(err)
	}
	got := b.Warnings().Error()
	for _, want := range []string{"the duty file-report is not a rule on its own act", "x.unused is defined but not used"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
}

// TestDigest: the digest names what was used and does not depend on order.
func TestDigest(t *testing.T) {
	a, err := Load(oneFile(t, goodPack))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Load(oneFile(t, goodPack))
	if a.Digest() != again.Digest() || !strings.HasPrefix(a.Digest(), "sha256:") || len(a.Digest()) != 7+64 {
		t.Errorf("%s %s", a.Digest(), again.Digest())
	}
	changed, err := Load(oneFile(t, strings.Replace(goodPack, "One.", "Won.", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if a.Digest() == changed.Digest() {
		t.Error("another text has the same digest")
	}
	overlaid, err := Load(oneFile(t, goodPack), fstest.MapFS{"us/il/act.yaml": {Data: []byte(strings.Replace(goodPack, "One.", "Won.", 1))}})
	if err != nil || overlaid.Digest() != changed.Digest() {
		t.Errorf("an overlay must replace the pack of the same path: %v", err)
	}
}

func FuzzLoadPack(f *testing.F) {
	names, _ := filepath.Glob("testdata/bad/*.yaml")
	for _, name := range append(names, "testdata/us-il-trust-act.yaml") {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(goodPack)
	files := oneFile(f, goodPack)
	b, err := Load(files)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := &source{file: "law/us/il/act.yaml"}
		p := readPack(s, "us/il/act", []byte(text), b.vocabulary)
		book := &Book{byRule: map[string][]*Rule{}, vocabulary: b.vocabulary, places: b.places, packs: []*Pack{p}}
		book.check()
		for _, q := range s.problems {
			if q.Code == "" || q.Message == "" || q.Where == "" {
				t.Fatalf("%+v", q)
			}
		}
	})
}

func FuzzExpression(f *testing.F) {
	f.Add("a.b == 'x' && !(c || d in ['x','y']) && n >= 48")
	f.Add("hours_between(a, now) < 2")
	b, err := Load(oneFile(f, goodPack))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseExpression(text)
		if err != nil {
			return
		}
		if e.calls() {
			_, _ = e.calendarInputs(b.vocabulary)
			return
		}
		if c, err := b.vocabulary.compile(e, nil); err == nil {
			_ = c.text(b.vocabulary)
		}
	})
}

func FuzzDates(f *testing.F) {
	f.Add("2024-02-29")
	f.Add("20026-01-01")
	f.Add("2025-11-07T17:00:00-05:00")
	f.Fuzz(func(t *testing.T, text string) {
		if d, bad := readDay(text); bad == nil && d.String() != text {
			t.Fatalf("%q became %s", text, d)
		}
		if at, bad := readInstant(text); bad == nil {
			l, _ := readLength("48h")
			if end := l.end(at, at.Location(), businessDay); end == "" {
				t.Fatal("no end")
			}
		}
	})
}
