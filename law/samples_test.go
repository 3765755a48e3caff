package law

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity"

	"go.yaml.in/yaml/v3"
)

// The sample packs and the worked examples write conditions as short
// expressions. sampleLaw turns them into the stored form and loads them
// strictly, so that the examples run through the whole loader.

type samplePack struct {
	Pack   string            `yaml:"pack"`
	Place  string            `yaml:"place"`
	Layer  string            `yaml:"layer"`
	Agency string            `yaml:"agency"`
	Define map[string]string `yaml:"define"`
	Rules  []sampleRule      `yaml:"rules"`
	Orders []sampleRule      `yaml:"orders"`
	Tests  []sampleTest      `yaml:"tests"`
}

type sampleRule struct {
	ID        string              `yaml:"id"`
	Act       any                 `yaml:"act"`
	Verdict   string              `yaml:"verdict"`
	Binds     []string            `yaml:"binds"`
	For       []string            `yaml:"for"`
	Suspends  []string            `yaml:"suspends"`
	Lower     string              `yaml:"lower"`
	When      string              `yaml:"when"`
	Unless    string              `yaml:"unless"`
	Defeats   []string            `yaml:"defeats"`
	From      string              `yaml:"from"`
	Until     string              `yaml:"until"`
	Contested string              `yaml:"contested"`
	Unsettled string              `yaml:"unsettled"`
	Clock     map[string]string   `yaml:"clock"`
	Duties    []map[string]string `yaml:"duties"`
	Cite      []map[string]string `yaml:"cite"`
}

type sampleTest struct {
	Day, Actor, Act, Expect, Why string
	Facts                        map[string]string
}

type exampleFile struct {
	Packs    []samplePack `yaml:"packs"`
	Examples []struct {
		N                   string            `yaml:"n"`
		In                  string            `yaml:"in"`
		Day, At, Actor, Act string            `yaml:",omitempty"`
		Facts               map[string]string `yaml:"facts"`
		Verdict             string            `yaml:"verdict"`
		Rules, Overridden   []string
		Flags               []comity.Flag
		Possible            []comity.Verdict
		Missing             []string
	} `yaml:"examples"`
}

const samplePlaces = `id,name,kind,parents,fips,zone,districts,searched
us,United States,nation,,,,,
us-il,Illinois,state,us,17,America/Chicago,nd-ill cd-ill sd-ill,
us-tx,Texas,state,us,48,America/Chicago,,
us-ca,California,state,us,06,America/Los_Angeles,cd-cal nd-cal ed-cal sd-cal,
us-fl,Florida,state,us,12,America/New_York,,
us-mn,Minnesota,state,us,27,America/Chicago,d-minn,
us-xx,Fictional,state,us,99,America/New_York,,
us-ca-sample,Sample County,county,us-ca,,America/Los_Angeles,,
us-tx-sample,Sample City,city,us-tx,,America/Chicago,,
us-il-sample,Sample County,county,us-il,,America/Chicago,,
`

func readYAML(t testing.TB, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func vocabularyText(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../data/vocabulary.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// sampleLaw writes the samples as packs of ids like us/sample/NAME#id.
func sampleLaw(t testing.TB, more ...samplePack) fs.FS {
	t.Helper()
	files := fstest.MapFS{
		"vocabulary.yaml": {Data: vocabularyText(t)},
		"places/us.csv":   {Data: []byte(samplePlaces)},
	}
	names, _ := filepath.Glob("testdata/samples/*.yaml")
	if len(names) == 0 {
		t.Fatal("no sample packs")
	}
	var all []samplePack
	for _, name := range names {
		var p samplePack
		readYAML(t, name, &p)
		all = append(all, p)
	}
	all = append(all, more...)
	ids := map[string]string{}
	for _, p := range all {
		for _, r := range append(slices.Clone(p.Rules), p.Orders...) {
			ids[r.ID] = "us/sample/" + p.Pack + "#" + r.ID
		}
	}
	for _, p := range all {
		files["law/us/sample/"+p.Pack+".yaml"] = &fstest.MapFile{Data: p.stored(t, ids)}
	}
	return files
}

func loadSamples(t testing.TB, more ...samplePack) *Book {
	t.Helper()
	b, err := Load(sampleLaw(t, more...))
	if err != nil {
		t.Fatalf("load samples:\n%v", err)
	}
	b.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	return b
}

type ymap []any // key, value, …

func (m ymap) MarshalYAML() (any, error) {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(m); i += 2 {
		k, v := &yaml.Node{}, &yaml.Node{}
		if err := k.Encode(m[i]); err != nil {
			return nil, err
		}
		if err := v.Encode(m[i+1]); err != nil {
			return nil, err
		}
		n.Content = append(n.Content, k, v)
	}
	return n, nil
}

type dated string

func (d dated) MarshalYAML() (any, error) {
	if d == "" {
		return nil, nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: string(d)}, nil
}

func (p samplePack) stored(t testing.TB, ids map[string]string) []byte {
	t.Helper()
	cond := func(text string) ymap {
		e, err := parseExpression(text)
		if err != nil {
			t.Fatalf("%s: %q: %v", p.Pack, text, err)
		}
		return storedCondition(e, p.Define)
	}
	out := ymap{"pack", "us/sample/" + p.Pack, "place", p.Place, "layer", p.Layer, "title", p.Pack}
	if p.Agency != "" {
		out = append(out, "agency", p.Agency)
	}
	if len(p.Define) > 0 {
		def := ymap{}
		for name, text := range p.Define {
			def = append(def, name, cond(text))
		}
		out = append(out, "define", def)
	}
	rule := func(r sampleRule) ymap {
		m := ymap{"id", ids[r.ID], "from", dated(r.From), "until", dated(r.Until)}
		if r.When != "" {
			m = append(m, "when", cond(r.When))
		}
		var cites []ymap
		for _, c := range r.Cite {
			cites = append(cites, ymap{"ref", c["ref"], "quote", c["quote"], "source", "sample", "checked", dated("2026-11-21"), "grade", "B", "from", dated(c["from"]), "until", dated(c["until"])})
		}
		return append(m, "cite", cites)
	}
	mapped := func(list []string) []string {
		var out []string
		for _, id := range list {
			out = append(out, ids[id])
		}
		return out
	}
	var rules, orders []ymap
	for _, r := range p.Rules {
		m := append(rule(r), "act", r.Act, "verdict", r.Verdict, "binds", r.Binds, "says", ymap{"en", r.ID, "es", r.ID})
		for key, text := range map[string]string{"lower": r.Lower, "contested": r.Contested} {
			if text != "" {
				m = append(m, key, text)
			}
		}
		if r.Unless != "" {
			m = append(m, "unless", cond(r.Unless))
		}
		if len(r.Defeats) > 0 {
			m = append(m, "defeats", mapped(r.Defeats))
		}
		if r.Clock["after"] != "" {
			r.Clock["kind"] = "limit"
			m = append(m, "clock", r.Clock)
		}
		var duties []ymap
		for _, d := range r.Duties {
			duty := ymap{}
			for k, v := range d {
				if k == "from" || k == "until" {
					duty = append(duty, k, dated(v))
				} else {
					duty = append(duty, k, v)
				}
			}
			duties = append(duties, duty)
		}
		if duties != nil {
			m = append(m, "duties", duties)
		}
		rules = append(rules, m)
	}
	for _, o := range p.Orders {
		orders = append(orders, append(rule(o), "suspends", mapped(o.Suspends), "for", o.For, "unsettled", o.Unsettled))
	}
	out = append(out, "rules", rules, "orders", orders)
	var b bytes.Buffer
	if err := yaml.NewEncoder(&b).Encode(out); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// storedCondition writes an expression as rows.
func storedCondition(e *expression, defined map[string]string) ymap {
	switch e.op {
	case "&&", "||":
		var kids []ymap
		for _, k := range e.kids {
			kids = append(kids, storedCondition(k, defined))
		}
		if e.op == "&&" {
			return ymap{"all", kids}
		}
		return ymap{"any", kids}
	case "!":
		return ymap{"not", storedCondition(e.kids[0], defined)}
	case "name":
		if _, ok := defined[e.text]; ok {
			return ymap{"is", e.text}
		}
		return ymap{e.text, true}
	}
	left, right := e.kids[0].text, e.kids[1]
	switch e.op {
	case "<", "<=", ">", ">=":
		word := map[string]string{"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}[e.op]
		return ymap{left, ymap{word, right.num}}
	case "in":
		var words []string
		for _, k := range right.kids {
			words = append(words, k.text)
		}
		return ymap{left, words}
	case "!=":
		return ymap{"not", ymap{left, right.text}}
	}
	return ymap{left, right.text}
}

func bare(ids []string) []string {
	out := []string{}
	for _, id := range ids {
		out = append(out, id[strings.IndexByte(id, '#')+1:])
	}
	slices.Sort(out)
	return out
}

func TestWorkedExamples(t *testing.T) {
	var file exampleFile
	readYAML(t, "testdata/examples.yaml", &file)
	b := loadSamples(t, file.Packs...)
	if len(file.Examples) < 17 {
		t.Fatalf("only %d examples were read", len(file.Examples))
	}
	for _, e := range file.Examples {
		t.Run(e.N, func(t *testing.T) {
			d, err := b.Decide(comity.Question{In: e.In, On: e.Day, At: e.At, Actor: e.Actor, Act: e.Act, Facts: e.Facts})
			if err != nil {
				t.Fatal(err)
			}
			if string(d.Verdict) != e.Verdict {
				t.Errorf("verdict %s, want %s", d.Verdict, e.Verdict)
			}
			same(t, "rules", bare(d.Rules), e.Rules)
			same(t, "overridden", bare(d.Overridden), e.Overridden)
			same(t, "flags", d.Flags, e.Flags)
			same(t, "possible", d.Possible, e.Possible)
			same(t, "missing", d.Missing, e.Missing)
			if t.Failed() {
				t.Logf("%+v", d)
			}
		})
	}
}

// same compares with what an example states; what it does not state is free.
func same[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if want != nil && !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestSamplePackTests(t *testing.T) {
	b := loadSamples(t)
	names, _ := filepath.Glob("testdata/samples/*.yaml")
	ran := 0
	for _, name := range names {
		var p samplePack
		readYAML(t, name, &p)
		for _, e := range p.Tests {
			ran++
			d, err := b.Decide(comity.Question{In: p.Place, On: e.Day, Actor: e.Actor, Act: e.Act, Facts: e.Facts})
			if err != nil || string(d.Verdict) != e.Expect {
				t.Errorf("%s: %s: got %s %v, want %s", p.Pack, e.Why, d.Verdict, err, e.Expect)
			}
		}
	}
	if ran < 10 {
		t.Fatalf("only %d tests ran", ran)
	}
}

func TestStructuredSample(t *testing.T) {
	text, err := os.ReadFile("testdata/us-il-trust-act.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Load(fstest.MapFS{
		"vocabulary.yaml":          {Data: vocabularyText(t)},
		"places/us.csv":            {Data: []byte(samplePlaces)},
		"law/us/il/trust-act.yaml": {Data: text},
		"law/us/il/readme.txt":     {Data: []byte("not a pack")},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	for _, r := range b.Test() {
		if len(r.Failures) > 0 {
			t.Errorf("%s: %v", r.Test.Name, r.Failures)
		}
	}
	fmt.Fprintln(os.Stderr, b.Warnings())
}
