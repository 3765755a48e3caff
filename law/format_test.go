package law

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestFormatGolden: one untidy pack and its canonical form.
func TestFormatGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/format.yaml")
	if err != nil {
		t.Fatal(err)
	}
	out, err := Format("format.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/format.golden.yaml", string(out))
	if ok, err := Formatted("format.yaml", out); !ok || err != nil {
		t.Error("the canonical form is not stable", err)
	}
}

// TestFormatShipped: every shipped pack has the canonical form.
func TestFormatShipped(t *testing.T) {
	for _, p := range shipped(t).Packs() {
		text, err := os.ReadFile("../data/" + p.File)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := Formatted(p.File, text); !ok || err != nil {
			t.Errorf("%s is not in the canonical form (%v); run  comity law fmt -w data/%s", p.ID, err, p.File)
		}
	}
}

// TestFormatKeepsMeaning: every shipped pack, with its keys in reverse order
// and all collections as blocks, loads to the same rules, silences, tests and
// tables after it was formatted, and is then stable.
func TestFormatKeepsMeaning(t *testing.T) {
	b := shipped(t)
	for _, p := range b.Packs() {
		text := untidied(t, "../data/"+p.File)
		out, err := Format(p.File, text)
		if err != nil {
			t.Error(err)
			continue
		}
		if again, err := Format(p.File, out); err != nil || !bytes.Equal(out, again) {
			t.Errorf("%s: the second form is another: %v\n%s", p.ID, err, firstDifference(out, again))
		}
		if got, want := loaded(t, b, p.ID, out), loaded(t, b, p.ID, text); got != want || strings.HasPrefix(want, "faulty") {
			t.Errorf("%s loads to something else: %s", p.ID, firstDifference([]byte(want), []byte(got)))
		}
	}
}

// untidied reads a pack and writes it as another program might.
func untidied(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var turn func(n *yaml.Node)
	turn = func(n *yaml.Node) {
		n.Style &^= yaml.FlowStyle
		n.HeadComment, n.LineComment, n.FootComment = "", "", "" // it would write some of them wrongly
		if n.Kind == yaml.MappingNode {
			for i, j := 0, len(n.Content)-2; i < j; i, j = i+2, j-2 {
				n.Content[i], n.Content[j] = n.Content[j], n.Content[i]
				n.Content[i+1], n.Content[j+1] = n.Content[j+1], n.Content[i+1]
			}
		}
		for _, k := range n.Content {
			turn(k)
		}
	}
	turn(&doc)
	out, err := yaml.Marshal(&doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// loaded writes a pack as it was loaded, without lines.
func loaded(t testing.TB, b *Book, id string, text []byte) string {
	t.Helper()
	s := &source{file: id}
	p := readPack(s, id, text, b.vocabulary)
	if len(s.problems) > 0 {
		return "faulty: " + s.problems[0].Message
	}
	return packText(p)
}

func firstDifference(a, b []byte) string {
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] + "\n" + y[i]
		}
	}
	return "one is longer"
}

// TestFormatKnowsTheKeysOfTests: the formatter's order has every key once.
func TestFormatKnowsTheKeysOfTests(t *testing.T) {
	if a, b := slices.Sorted(slices.Values(testKeys)), slices.Sorted(slices.Values(testOrder)); !slices.Equal(a, b) {
		t.Errorf("%v, %v", a, b)
	}
}

func TestFormatRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "the file is empty",
		"pack: [us":                  "not YAML",
		"- a\n":                      "a pack is a mapping",
		"a: &x b\nc: *x\n":           "anchors and aliases",
		"a: b\n---\na: c\n":          "more than one YAML document",
		"a: b\na: c\n":               "stands here twice",
		"a: b\rc: d\n":               "unusual character",
		"a: !!str b\n":               "tags",
		"on: 2025-01-01\n":           "bare word",
		"a: |2\n    x\n   y\nb: c\n": "cannot be written",
	} {
		out, err := Format("x.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q, %v; want %q", text, out, err, want)
		}
	}
}

// FuzzFormat: what is formatted means the same, keeps its comments and is
// stable. A pack that loads still loads to the same rules.
func FuzzFormat(f *testing.F) {
	add := func(name string) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	names, _ := filepath.Glob("testdata/bad/*.yaml")
	for _, name := range append(names, "testdata/us-il-trust-act.yaml", "testdata/format.yaml") {
		add(name)
	}
	for _, s := range []string{
		"a: b # c\n", "# x\n\n\na:\n  # y\n  b: c\n    # z\n# end\n", "a: {b: c, # d\n  e: [f, 'g#h']}\n",
		"a: \"x # y\"#z\n", "a: |\n  # no comment\n  b\n\nc: >-\n  d\n  e # f\n", "a:\n- # b\n  c: d\n- - e\n  - f # g\n",
		"rules:\n  - act: x\n    # about the id\n    id: y # z\n\n  - 2025-01-01: ~\n", "a: [b: c, {d}, e'#f, \"\\u0085\"]\n", "? a\n: b\n", "a:\n\n\n  b\n  c\n",
	} {
		f.Add(s)
	}
	b, err := Load(oneFile(f, goodPack))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out, err := Format("x.yaml", []byte(text))
		if err != nil {
			return
		}
		again, err := Format("x.yaml", out)
		if err != nil || !bytes.Equal(out, again) {
			t.Fatalf("not stable: %v\n%q\n%q\n%q", err, text, out, again)
		}
		for line := range strings.Lines(string(out)) {
			if strings.TrimRight(line, " \n") != strings.TrimRight(line, "\n") && !strings.ContainsAny(text, "|>") {
				t.Fatalf("a space ends %q", line)
			}
		}
		if was := loaded(t, b, "us/il/act", []byte(text)); !strings.HasPrefix(was, "faulty") {
			if now := loaded(t, b, "us/il/act", out); now != was {
				t.Fatalf("it loads to something else: %s", firstDifference([]byte(was), []byte(now)))
			}
		}
	})
}

// FuzzScanComments: no text upsets the scanner, whatever its nodes are.
func FuzzScanComments(f *testing.F) {
	f.Add("a: 'b''c' # d\n", "a: [1, \"2\"]\n")
	f.Fuzz(func(t *testing.T, text, other string) {
		root, ok := (&source{file: "x"}).parse([]byte(other))
		if ok {
			scanComments(text, root.node)
		}
	})
}

// packText writes everything of a pack that its file says.
func packText(p *Pack) string {
	var out strings.Builder
	write := func(v any) { fmt.Fprintf(&out, "%+v\n", v) }
	write([]any{p.ID, p.Place, p.Layer, p.Agencies, p.Cities, p.Title, p.TitleES, p.Added, p.KnownFrom, p.AsOf, p.NextCheck, p.Reviewed})
	cond := func(c *condition) string { return c.text(p.scope.v) }
	for _, r := range p.Rules {
		write([]any{r.ID, r.Acts, r.Verdict, r.Binds, r.actors, r.Agencies, r.Lower, r.Defeats, r.From, r.Until, r.Learned, r.Withdrawn,
			r.Contested, r.Untranslatable, r.Penalty, r.OnlyIf, r.Says, r.Cites, r.Duties, r.opens, cond(r.when), cond(r.unless)})
		if r.Clock != nil {
			write(*r.Clock)
		}
	}
	for _, o := range p.Orders {
		write([]any{o.ID, o.Suspends, o.For, o.actors, o.Agencies, o.From, o.Until, o.Learned, o.Withdrawn, o.Unsettled, o.Says, o.Cites, cond(o.when)})
	}
	for _, s := range p.Silent {
		write([]any{s.Acts, s.Kind, s.Binds, s.From, s.Until, s.Why, s.WhyES})
	}
	for _, c := range p.impossible {
		write(cond(c))
	}
	write(p.Tables)
	for _, t := range p.Tests() {
		t.Line = 0
		write(t)
	}
	return out.String()
}
