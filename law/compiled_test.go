package law

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity"
)

const compiledFile = "../data/law.bin"

func compiledOf(t testing.TB, b *Book, place string) string {
	t.Helper()
	var out bytes.Buffer
	if err := b.WriteCompiled(&out, place); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func readCompiled(t testing.TB, text string) *Book {
	t.Helper()
	b, err := ReadCompiled(text)
	if err != nil {
		t.Fatal(err)
	}
	b.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	return b
}

// TestShippedCompiled: the compiled law that ships is that of the packs.
func TestShippedCompiled(t *testing.T) {
	got := compiledOf(t, shipped(t), "")
	if got != compiledOf(t, shipped(t), "") {
		t.Fatal("the same law gives other bytes")
	}
	if *update {
		if err := os.WriteFile(compiledFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(compiledFile)
	if err != nil || string(want) != got {
		t.Errorf("data/law.bin is not that of the packs (%v); run  go generate ./data", err)
	}
}

// TestCompiledIsTheSame: every field of every pack, and what a book says of
// itself, is the same on both ways.
func TestCompiledIsTheSame(t *testing.T) {
	for name, files := range map[string]fs.FS{"shipped": os.DirFS("../data"), "every key": oneFile(t, everyKey)} {
		b, err := Load(files)
		if err != nil {
			t.Fatal(err)
		}
		text := compiledOf(t, b, "")
		loaded, err := LoadCompiled(text, files)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range loaded.packs {
			if p.later == nil || !reflect.DeepEqual(p.Tests(), b.packs[i].Tests()) {
				t.Errorf("%s has other tests, or had them too early", p.ID)
			}
		}
		sameBooks(t, name+", loaded", loaded, b)
		sameBooks(t, name+", read", readCompiled(t, text), b)
	}
}

func sameBooks(t *testing.T, name string, got, want *Book) {
	t.Helper()
	if got.Digest() != want.Digest() || len(got.packs) != len(want.packs) || !reflect.DeepEqual(got.Warnings(), want.Warnings()) {
		t.Errorf("%s: %s, %d packs, %v", name, got.Digest(), len(got.packs), got.Warnings())
	}
	if !reflect.DeepEqual(got.places, want.places) || !reflect.DeepEqual(got.holidays, want.holidays) {
		t.Errorf("%s: other places or holidays", name)
	}
	for i, p := range got.packs {
		is := want.packs[i]
		for _, q := range []*Pack{p, is} { // these differ on purpose
			q.tests, q.later, q.scope = nil, nil, &scope{v: want.vocabulary}
		}
		if !reflect.DeepEqual(p, is) {
			t.Errorf("%s: %s is another: %s", name, p.ID, firstDifference([]byte(packText(is)), []byte(packText(p))))
		}
	}
}

// everyKey is a pack that uses what no shipped pack uses.
const everyKey = `pack: us/il/act
place: us-il
layer: policy
agency: [IL0160000, IL0160100]
title: An Act
title_es: Una ley
added: "2026-01-02"
as_of: "2026-01-01"
next_check: "2027-01-01"
reviewed:
  - {by: A Person, role: counsel, "on": "2026-02-01", signature: "0123"}
define:
  x.unused: {document.detainer: none}
  x.key: {document.detainer: none}
rules:
  - id: us/il/act#1
    act: hold-on-detainer
    verdict: prohibited
    binds: [law-enforcement]
    agency: [IL0160000]
    when: {document.detainer: i-247a}
    only_if: x.key
    from: "2017-08-28T12:00:00-05:00"
    until: "2027-08-28"
    learned: "2026-02-03"
    withdrawn: "2026-05-01"
    duties:
      - {act: file-report, event: detainer-received, within: 10bd, cite: Act 2, from: "2017-08-28", until: "2020-01-01"}
    says: {en: One., es: Uno.}
    cite:
      - {ref: Act 1, source: the code, checked: "2026-11-21", grade: A, from: "2017-08-28", until: "2027-08-28"}
orders:
  - id: us/il/act#order
    suspends: us/il/act#1
    for: [sheriff]
    agency: [IL0160000]
    when: {not: {document.detainer: none}}
    from: "2025-01-01T09:30:00Z"
    until: "2025-02-01"
    learned: "2025-01-02"
    withdrawn: "2026-01-01"
    unsettled: It may be lifted.
    cite: [{ref: Order 1, source: the court, checked: "2026-11-21", grade: B}]
impossible:
  - {document.detainer: none, document.signed_by: federal-judge}
tables:
  - id: us/il/act#table
    title: A table
    fact: conviction.category
    value: other-felony
    from: "2020-01-01"
    rows:
      - {section: "1", is: one, from: "2020-01-01", until: "2021-01-01"}
    cite: [{ref: Act 3, source: the code, checked: "2026-11-21", grade: C}]
tests:
  - {name: a hold, "on": "2026-03-01", actor: sheriff, agency: IL0160000, act: hold-on-detainer, facts: {document.detainer: i-247a}, expect_not: permitted}
`

// TestCompiledCarriesEveryField: no field of what is compiled is empty in all
// packs, or the comparison above would not notice that it is left out.
func TestCompiledCarriesEveryField(t *testing.T) {
	b, err := Load(oneFile(t, everyKey))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := []string{"index", "defeaters", "reads", "rules", "scope", "tests", "later", "Bill"} // linked, or not compiled
	seen := map[string]bool{}
	var names []string
	note := func(v reflect.Value) {
		for i := range v.NumField() {
			name := v.Type().Name() + "." + v.Type().Field(i).Name
			if !seen[name] && !slices.Contains(names, name) && !slices.Contains(elsewhere, v.Type().Field(i).Name) {
				names = append(names, name)
			}
			seen[name] = seen[name] || !v.Field(i).IsZero()
		}
	}
	for _, p := range append(shipped(t).packs, b.packs...) {
		note(reflect.ValueOf(p).Elem())
		for _, r := range p.Rules {
			note(reflect.ValueOf(r).Elem())
			for _, c := range r.Cites {
				note(reflect.ValueOf(c))
			}
			for _, d := range r.Duties {
				note(reflect.ValueOf(d))
			}
			if r.Clock != nil {
				note(reflect.ValueOf(*r.Clock))
			}
		}
		for _, o := range p.Orders {
			note(reflect.ValueOf(o).Elem())
		}
		for _, s := range p.Silent {
			note(reflect.ValueOf(s).Elem())
		}
		for _, table := range p.Tables {
			note(reflect.ValueOf(table))
			for _, row := range table.Rows {
				note(reflect.ValueOf(row))
			}
		}
	}
	for _, name := range names {
		if !seen[name] {
			t.Errorf("%s is empty in every pack", name)
		}
	}
}

// TestCompiledDecides: a few thousand random questions are answered with the
// same bytes.
func TestCompiledDecides(t *testing.T) {
	b := shipped(t)
	text := compiledOf(t, b, "")
	loaded, err := LoadCompiled(text, os.DirFS("../data"))
	if err != nil {
		t.Fatal(err)
	}
	loaded.Now = b.Now
	questions := mixedQuestions(b, 4000, 5, 5)
	want := decided(t, b, questions)
	for name, c := range map[string]*Book{"read": readCompiled(t, text), "loaded": loaded} {
		if got := decided(t, c, questions); got != want {
			t.Errorf("%s: another answer: %s", name, firstDifference([]byte(want), []byte(got)))
		}
	}
}

func decided(t *testing.T, b *Book, questions []byte) string {
	t.Helper()
	var out bytes.Buffer
	n, err := b.DecideBatch(bytes.NewReader(questions), &out)
	if err != nil || n.Lines == 0 || n.Errors > n.Lines/2 {
		t.Fatal(n, err)
	}
	return out.String()
}

// TestCompiledPart: for every state, the law around it answers as the whole
// does, and holds no more than that.
func TestCompiledPart(t *testing.T) {
	b := shipped(t)
	questions := slices.Collect(bytes.Lines(mixedQuestions(b, 2500, 9, 6)))
	asked := 0
	for _, place := range append(b.placesOfKind("state", "territory"), "us-ca-los-angeles", "us-il-cook") {
		part := readCompiled(t, compiledOf(t, b, place))
		if _, ok := part.Place(place); !ok {
			t.Fatal(place, "is not in its part")
		}
		if len(part.packs) >= len(b.packs)/2 {
			t.Errorf("the part of %s has %d packs", place, len(part.packs))
		}
		for _, line := range questions {
			var q comity.Question
			if err := json.Unmarshal(line, &q); err != nil {
				t.Fatal(err)
			}
			if at, ok := part.Place(q.In); !ok || !slices.Contains(append(at.Parents, at.ID), place) && q.In != "us" {
				continue
			}
			asked++
			want, bad := b.DecideJSON(line)
			got, worse := part.DecideJSON(line)
			if !bytes.Equal(got, want) || fmt.Sprint(bad) != fmt.Sprint(worse) {
				t.Fatalf("%s: another answer at %s:\n%s\n%s", place, q.In, got, want)
			}
		}
	}
	if asked < 2000 {
		t.Errorf("only %d questions were asked", asked)
	}
	if all := compiledOf(t, b, "us"); len(readCompiled(t, all).packs) != len(b.packs) {
		t.Error("what lies in the nation is not everything")
	}
	if err := b.WriteCompiled(io.Discard, "us-xx"); err == nil || !strings.Contains(err.Error(), "us-xx") {
		t.Error(err)
	}
}

func (b *Book) placesOfKind(kinds ...string) []string {
	var out []string
	for _, p := range b.places.list {
		if slices.Contains(kinds, p.Kind) {
			out = append(out, p.ID)
		}
	}
	return out
}

// TestCompiledViews: what is shown of packs and rules is the same.
func TestCompiledViews(t *testing.T) {
	b := shipped(t)
	loaded, err := LoadCompiled(compiledOf(t, b, ""), os.DirFS("../data"))
	if err != nil {
		t.Fatal(err)
	}
	loaded.Now = b.Now
	for i, p := range b.packs {
		if want, got := shown(t, b, p, i%10 == 0), shown(t, loaded, loaded.packs[i], i%10 == 0); got != want {
			t.Errorf("%s is shown otherwise: %s", p.ID, firstDifference([]byte(want), []byte(got)))
		}
	}
	for _, p := range b.CoveredPlaces() {
		const on = "2026-11-21"
		if want, got := cells(b, p.ID, on), cells(loaded, p.ID, on); got != want {
			t.Errorf("%s has another table: %s", p.ID, firstDifference([]byte(want), []byte(got)))
		}
	}
}

func cells(b *Book, place, on string) string {
	var out strings.Builder
	for _, c := range b.Table(place, on) {
		fmt.Fprintln(&out, c.Act, c.Is, c.Grade, c.Contested, c.AsOf)
		for _, r := range c.Rules {
			fmt.Fprintln(&out, r.ID)
		}
		for _, s := range c.Silences {
			fmt.Fprintln(&out, s.Pack().ID, s.Kind, s.Acts)
		}
	}
	for _, c := range b.Coverage(place, on) {
		fmt.Fprintln(&out, c.Layer, c.Covered, len(c.Packs))
	}
	return out.String()
}

// shown is all that a pack's page says; with its tests where whole.
func shown(t *testing.T, b *Book, p *Pack, whole bool) string {
	t.Helper()
	var out strings.Builder
	for _, as := range Views {
		for _, lang := range []string{"en", "es"} {
			if as == "markdown" && (!whole || lang == "es") {
				continue
			}
			text, err := b.View(p, as, lang)
			if err != nil {
				t.Fatal(err)
			}
			out.WriteString(text)
		}
	}
	for _, r := range p.Rules {
		fmt.Fprintln(&out, r.WhenText(), r.UnlessText(), r.Reads(), r.Actors, r.BestGrade(), r.Opens(), len(b.Orders(r)), len(b.DefeatedBy(r)))
	}
	if whole {
		fmt.Fprintln(&out, b.Vectors(p))
	}
	return out.String()
}

// TestCompiledOld: a file that is not the one that was compiled counts, and is
// told; so does everything under another vocabulary, or with a broken form.
func TestCompiledOld(t *testing.T) {
	files := oneFile(t, goodPack)
	b, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	text := compiledOf(t, b, "")
	change := func(name, from, to string) fstest.MapFS {
		out := maps.Clone(files)
		out[name] = &fstest.MapFile{Data: bytes.Replace(files[name].Data, []byte(from), []byte(to), 1)}
		return out
	}
	for name, c := range map[string]struct {
		text string
		fsys fstest.MapFS
		old  bool
	}{
		"the same":           {text, files, false},
		"another pack":       {text, change("law/us/il/act.yaml", "One.", "Won."), true},
		"another vocabulary": {text, change("vocabulary.yaml", "dated:", "# changed\ndated:"), true},
		"another table":      {text, change("places/us.csv", "Illinois", "Illinoy"), false},
		"broken":             {text[:len(text)-1], files, true},
		"none":               {"", files, true},
	} {
		want, err := Load(c.fsys)
		if err != nil {
			t.Fatal(name, err)
		}
		got, err := LoadCompiled(c.text, c.fsys)
		if err != nil {
			t.Fatal(name, err)
		}
		if told := strings.Contains(got.Warnings().Error(), "the compiled law is not that of this file"); told != c.old {
			t.Errorf("%s: %v", name, got.Warnings())
		}
		got.warnings = want.warnings
		sameBooks(t, name, got, want)
	}
	over := fstest.MapFS{"us/il/act.yaml": {Data: []byte(strings.Replace(goodPack, "One.", "Mine.", 1))}}
	got, err := LoadCompiled(text, files, over)
	if err != nil || got.packs[0].Rules[0].Says.EN != "Mine." || len(got.Warnings()) > 0 {
		t.Error("an overlay does not count", err, got.Warnings())
	}
}

// TestCompiledTestsChange: tests of a file that changed since are no tests of
// the pack, and that is a failure, not an absence.
func TestCompiledTestsChange(t *testing.T) {
	files := oneFile(t, everyKey)
	b, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	b, err = LoadCompiled(compiledOf(t, b, ""), files)
	if err != nil {
		t.Fatal(err)
	}
	files["law/us/il/act.yaml"] = &fstest.MapFile{Data: []byte(goodPack)}
	if r := b.Test(); len(r) != 1 || len(r[0].Failures) != 1 || !strings.Contains(r[0].Failures[0], "has changed since") {
		t.Error(r)
	}
}

func TestReadCompiledRefuses(t *testing.T) {
	b, err := Load(oneFile(t, goodPack))
	if err != nil {
		t.Fatal(err)
	}
	text := compiledOf(t, b, "")
	for name, c := range map[string]struct{ text, want string }{
		"nothing":   {"", "does not begin with"},
		"a pack":    {goodPack, "does not begin with"},
		"cut":       {text[:len(text)/2], "its digest is another"},
		"head":      {compiledHead, "ends too early"},
		"a bit":     {text[:99] + "?" + text[100:], "its digest is another"},
		"longer":    {sealed(text[:len(text)-32] + "x"), "something follows"},
		"a long no": {sealed(compiledHead + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), "ends too early"},
	} {
		if _, err := ReadCompiled(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func sealed(body string) string {
	sum := sha256.Sum256([]byte(body))
	return body + string(sum[:])
}

// FuzzOpenCompiled: no text upsets the reader, and every part of it is a part
// of the text.
func FuzzOpenCompiled(f *testing.F) {
	c := &coder{}
	for _, text := range []string{"vocabulary", "places", "holidays"} {
		c.text(&text)
	}
	each(c, &[]string{"us/a", "us/b"}, func(id *string) {
		c.text(id)
		c.put(strings.Repeat("d", sha256.Size))
		c.text(id)
	})
	f.Add(string(c.out))
	f.Add("\x00\x00\x00\x00")
	f.Add("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := openCompiled(sealed(compiledHead + body))
		if err != nil {
			return
		}
		size := len(form.vocabulary) + len(form.places) + len(form.holidays)
		for _, p := range form.packs {
			size += len(p.id) + len(p.digest) + len(p.body)
		}
		if size > len(body) {
			t.Fatalf("%d bytes of %d", size, len(body))
		}
	})
}

// FuzzReadCompiledPack: no text upsets the reader of a pack; what is read can
// be written, and is the same when read again.
func FuzzReadCompiledPack(f *testing.F) {
	for _, text := range []string{everyKey, goodPack} {
		b, err := Load(oneFile(f, text))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(writePack(b.packs[0], b.vocabulary))
	}
	b, err := Load(oneFile(f, goodPack))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		file := compiledPack{id: "us/il/act", digest: strings.Repeat("x", sha256.Size), body: body}
		p, err := file.read(b.vocabulary)
		if err != nil {
			return
		}
		file.body = writePack(p, b.vocabulary)
		again, err := file.read(b.vocabulary)
		if err != nil || !reflect.DeepEqual(p, again) {
			t.Fatalf("it is read as something else: %v\n%s", err, firstDifference([]byte(packText(p)), []byte(packText(again))))
		}
	})
}
