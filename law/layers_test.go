package law

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity"
)

// generated is a vocabulary of facts a00 … with as many values each, and one
// rule a layer, a ban when its condition holds, as rows of YAML.
func generated(t *testing.T, names, values []string, conditions map[string]string) *Book {
	t.Helper()
	var words strings.Builder
	words.WriteString("vocabulary: comity\nmodules: [m]\nactors: {jail: {is: b}, ice: {is: c}}\nactor_groups: {federal-immigration-officer: [ice]}\nact_groups: [g]\nacts: {hold: {by: any, group: g, is: x}}\nfacts:\n")
	for _, name := range names {
		fmt.Fprintf(&words, "  %s: {type: enum, module: m, values: [%s], neutral: %s, question: q}\n", name, strings.Join(values, ", "), values[0])
	}
	files := fstest.MapFS{
		"vocabulary.yaml": {Data: []byte(words.String())},
		"places/p.csv":    {Data: []byte("id,name,kind,parents,fips,zone,districts,searched\nus,US,nation,,,America/New_York,,\nus-aa,AA,state,us,,America/Chicago,,\n")},
	}
	for layer, when := range conditions {
		place, verdict := "us-aa", "prohibited"
		if layer == "federal" {
			place, verdict = "us", "permitted"
		}
		text := fmt.Sprintf("pack: us/%s\nplace: %s\nlayer: %s\ntitle: t\nrules:\n  - id: us/%[1]s#1\n    act: hold\n    verdict: %[4]s\n    binds: [jail]\n    from: \"2000-01-01\"\n    says: {en: a, es: b}\n    cite: [{ref: x, source: s, checked: \"2020-01-01\", grade: A}]\n",
			layer, place, layer, verdict)
		if when != "" {
			text += "    when: " + when + "\n"
		}
		files["law/us/"+layer+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	b, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	b.Now = func() time.Time { return time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC) }
	return b
}

func numbered(letter string, n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("%s%02d", letter, i))
	}
	return out
}

func compiled(t *testing.T, b *Book) *Decider {
	t.Helper()
	d, err := b.Compile("us-aa", "2025-01-01", "2025-01-01", "", "jail", "hold")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sameAsDecide compares row by row and by columns.
func sameAsDecide(t *testing.T, b *Book, d *Decider, values []string) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	const n = 300
	columns, want, out := map[string][]string{}, []comity.Verdict{}, make([]comity.Verdict, n)
	kinds := map[comity.Verdict]int{}
	for range n {
		facts := comity.Facts{}
		inTurn := r.IntN(2) == 0 // every value once, or a few at random
		few := values[:1+r.IntN(len(values))]
		for i, name := range d.Columns() {
			facts[name] = few[r.IntN(len(few))]
			if inTurn {
				facts[name] = values[i*(len(values)-1)/(len(d.Columns())-1)]
			}
			columns[name] = append(columns[name], facts[name])
		}
		row, err := d.Encode(facts, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := b.Decide(comity.Question{In: "us-aa", On: "2025-01-01", Known: "2025-01-01", Actor: "jail", Act: "hold", Facts: facts, Closed: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Verdict(row); got != a.Verdict {
			t.Fatalf("%s: compiled %s, Decide %s on %v", d.Form(), got, a.Verdict, facts)
		}
		want = append(want, a.Verdict)
		kinds[a.Verdict]++
	}
	var encoded [][]byte
	for _, name := range d.Columns() {
		c, err := d.EncodeColumn(name, columns[name])
		if err != nil {
			t.Fatal(err)
		}
		encoded = append(encoded, c)
	}
	if err := d.Rows(encoded, out); err != nil || !slices.Equal(out, want) {
		t.Errorf("%s: rows at once differ from rows one by one: %v", d.Form(), err)
	}
	if len(kinds) < 2 {
		t.Errorf("every pattern gives %v", kinds)
	}
}

// Facts that belong in pairs and are declared, and named, as far apart as can
// be stay small: 2^15 nodes in the order of names.
func TestPairsFarApart(t *testing.T) {
	as, bs := numbered("a.x", 14), numbered("b.x", 14)
	var pairs []string
	for i := range as {
		pairs = append(pairs, fmt.Sprintf("{%s: one, %s: one}", as[i], bs[i]))
	}
	values := []string{"none", "one"}
	b := generated(t, append(as, bs...), values, map[string]string{"state": "{any: [" + strings.Join(pairs, ", ") + "]}", "federal": ""})
	d := compiled(t, b)
	if n := d.Nodes()[comity.State]; d.Form() != Joined || n != 28 {
		t.Errorf("%s, %v", d.Form(), d.Nodes())
	}
	sameAsDecide(t, b, d, values)
}

// Where the heuristic goes wrong, sifting finds the order.
func TestSifting(t *testing.T) {
	const pairs = 7
	d := newDiagram(nodeBudget)
	for i := range 2 * pairs {
		d.addFact(i, []int{0, 1})
	}
	is := func(level int) ref { return d.node(level, []ref{isFalse, isTrue}) }
	root := isFalse
	for i := range pairs {
		root = d.or(root, d.and(is(i), is(pairs+i)))
	}
	before := d.size(root)
	small, roots := d.sifted([]ref{root, d.not(root)})
	if after := small.size(roots[0]); after != 2*pairs || before < 1<<pairs {
		t.Errorf("%d nodes, sifted %d", before, after)
	}
	value := func(d *diagram, r ref, bits int) int {
		for !r.final() {
			n := d.nodes[r]
			r = n.kids[bits>>d.facts[n.level]&1]
		}
		return r.value()
	}
	for bits := range 1 << (2 * pairs) {
		if want := value(d, root, bits); value(small, roots[0], bits) != want || value(small, roots[1], bits) != 1-want {
			t.Fatalf("sifting changed the meaning of %b", bits)
		}
	}
}

// seen is a condition that holds when the facts together have every value of a
// list of groups of values. In any order a diagram must remember which.
func seen(facts []string, groups [][]string) string {
	var all []string
	for _, g := range groups {
		var any []string
		for _, f := range facts {
			any = append(any, fmt.Sprintf("{%s: [%s]}", f, strings.Join(g, ", ")))
		}
		all = append(all, "{any: ["+strings.Join(any, ", ")+"]}")
	}
	return "{all: [" + strings.Join(all, ", ") + "]}"
}

// Law that no order of facts makes small is answered by the matrix, which says so.
func TestTooLargeForDiagrams(t *testing.T) {
	facts, values := numbered("a.x", 16), numbered("v", 13)
	var groups [][]string
	for _, v := range values[:12] {
		groups = append(groups, []string{v})
	}
	b := generated(t, facts, values, map[string]string{"state": "{not: " + seen(facts, groups) + "}", "federal": "{" + facts[0] + ": v00}"})
	d := compiled(t, b)
	if d.Form() != Matrix || len(d.Nodes()) != 0 {
		t.Errorf("%s, %v", d.Form(), d.Nodes())
	}
	sameAsDecide(t, b, d, values)
	if x := b.CrossCheck(everyPack); len(x.Apart) > 0 || x.Forms[Matrix] == 0 {
		t.Errorf("%+v", x)
	}
}

// Layers that are small alone and large together stay apart.
func TestTooLargeToJoin(t *testing.T) {
	facts, values := numbered("a.x", 9), []string{}
	const base = 6
	tens, ones := make([][]string, base), make([][]string, base)
	for i := range base * base {
		v := fmt.Sprintf("v%d-%d", i/base, i%base)
		values = append(values, v)
		tens[i/base], ones[i%base] = append(tens[i/base], v), append(ones[i%base], v)
	}
	b := generated(t, facts, values, map[string]string{"federal": seen(facts, tens), "state": seen(facts, ones)})
	d := compiled(t, b)
	if d.Form() != ByLayer || len(d.Nodes()) != 2 {
		t.Errorf("%s, %v", d.Form(), d.Nodes())
	}
	sameAsDecide(t, b, d, values)
	if x := b.CrossCheck(everyPack); len(x.Apart) > 0 || x.Forms[ByLayer] == 0 {
		t.Errorf("%+v", x)
	}
}
