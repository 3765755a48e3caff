package law

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"comity"

	"go.yaml.in/yaml/v3"
)

// randomPattern draws a possible pattern of base facts and computes the rest.
func randomPattern(r *rand.Rand, v *Vocabulary) pattern {
	for {
		p := make(pattern, len(v.Facts))
		for i, f := range v.Facts {
			if f.Type == Date || f.Type == Instant || f.logic != nil {
				continue
			}
			m := f.domain.members()
			p[i] = setOf(m[r.IntN(len(m))])
			if r.IntN(2) == 0 {
				p[i] = setOf(m[0]) // patterns that cannot occur are many; "none" rarely offends
			}
		}
		for i, f := range v.Facts {
			if f.logic != nil {
				p[i] = setOf(int(f.logic.holds(0, p)))
			}
		}
		if !slices.ContainsFunc(v.impossible, func(k limit) bool { return k.holds(0, p) == yes }) {
			return p
		}
	}
}

// TestMatrixEqualsPlain cross-checks the two evaluators on every plan that
// random questions about the shipped law meet.
func TestMatrixEqualsPlain(t *testing.T) {
	b := shipped(t)
	r := rand.New(rand.NewPCG(5, 6))
	seen := map[*plan]bool{}
	var patterns []pattern
	for range 150 {
		patterns = append(patterns, randomPattern(r, b.vocabulary))
	}
	for line := range bytes.Lines(mixedQuestions(b, 4000, 9, 10)) {
		var q comity.Question
		if bad := readQuestion(bytes.TrimSpace(line), &q); bad != nil {
			t.Fatal(bad)
		}
		c, bad := b.ask(&q)
		if bad != nil {
			continue
		}
		rules, _ := c.inPlay()
		p := c.planFor(rules, false)
		if seen[p] || len(p.rules) == 0 {
			continue
		}
		seen[p] = true
		for _, facts := range patterns {
			plain, fast := p.stand(facts), p.matrix.stand(p, facts)
			if !reflect.DeepEqual(plain, fast) {
				for i := range plain {
					t.Logf("%s: %+v %+v", p.rules[i].ID, plain[i], fast[i])
				}
				t.Fatalf("the evaluators disagree on %s %s", q.In, q.Act)
			}
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d plans were compared", len(seen))
	}
	t.Logf("%d plans compared", len(seen))
}

// shuffled rewrites every pack with its lists and rows in another order.
func shuffled(t *testing.T, files fstest.MapFS, r *rand.Rand) fstest.MapFS {
	out := fstest.MapFS{}
	for name, f := range files {
		out[name] = f
		if !strings.HasPrefix(name, "law/") {
			continue
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(f.Data, &doc); err != nil {
			t.Fatal(err)
		}
		shuffleNode(&doc, r)
		text, err := yaml.Marshal(&doc)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = &fstest.MapFile{Data: text}
	}
	return out
}

func shuffleNode(n *yaml.Node, r *rand.Rand) {
	for _, c := range n.Content {
		shuffleNode(c, r)
	}
	switch n.Kind {
	case yaml.SequenceNode:
		r.Shuffle(len(n.Content), func(i, j int) { n.Content[i], n.Content[j] = n.Content[j], n.Content[i] })
	case yaml.MappingNode:
		r.Shuffle(len(n.Content)/2, func(i, j int) {
			n.Content[2*i], n.Content[2*j] = n.Content[2*j], n.Content[2*i]
			n.Content[2*i+1], n.Content[2*j+1] = n.Content[2*j+1], n.Content[2*i+1]
		})
	}
}

// TestOrderIsIrrelevant: the order of rules, rows and values changes nothing (semantics 2.4).
func TestOrderIsIrrelevant(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		files := randomLaw(r)
		a, err := Load(files)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Load(shuffled(t, files, r))
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			q := randomQuestion(r)
			x, errX := a.Decide(q)
			y, errY := b.Decide(q)
			x.Law, y.Law = "", ""
			if !reflect.DeepEqual(x, y) || !reflect.DeepEqual(errX, errY) {
				t.Fatalf("%+v\n%+v %v\n%+v %v", q, x, errX, y, errY)
			}
		}
	}
}

// TestDefaultsTriedEqualDefaultsSearched: the quick way to find defaults that
// could change the verdict gives what the search gives.
func TestDefaultsTriedEqualDefaultsSearched(t *testing.T) {
	b := shipped(t)
	compared := 0
	for line := range bytes.Lines(mixedQuestions(b, 3000, 11, 10)) {
		var q comity.Question
		if bad := readQuestion(bytes.TrimSpace(line), &q); bad != nil {
			t.Fatal(bad)
		}
		c, bad := b.ask(&q)
		if bad != nil {
			continue
		}
		rules, _ := c.inPlay()
		p := c.planFor(rules, false)
		var defaults []int
		for _, f := range p.reads {
			if c.source[f] == byDefault {
				defaults = append(defaults, f)
			}
		}
		tried := p.tryDefaults(c, defaults)
		if len(defaults) == 0 || tried == nil {
			continue
		}
		compared++
		s := p.newSearch(c, defaults, nodeBudget)
		deciding := s.deciding(s.verdicts())
		want := []string{}
		for _, f := range defaults {
			if level, ok := s.levelOfFact(f); ok && deciding[level] {
				want = append(want, b.vocabulary.Facts[f].Name)
			}
		}
		slices.Sort(want)
		if !slices.Equal(tried, want) {
			t.Fatalf("%+v: tried %v, searched %v", q, tried, want)
		}
	}
	if compared < 200 {
		t.Errorf("only %d compared", compared)
	}
}

// TestBudget: a search that ends early never gives one verdict, and what it
// calls possible includes everything that is.
func TestBudget(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	ended := 0
	for range 80 {
		b, err := Load(randomLaw(r))
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			q := randomQuestion(r)
			c, bad := b.ask(&q)
			if bad != nil {
				continue
			}
			rules, _ := c.inPlay()
			p := c.planFor(rules, len(c.uncovered()) > 0)
			all := p.stand(c.pattern)
			if p.complete(c) || p.definite(all) {
				continue
			}
			if s := p.newSearch(c, nil, 3); !s.over && s.result() != nil && !s.over {
				continue
			}
			ended++
			got, want := p.superset(c, all), p.newSearch(c, nil, nodeBudget).result()
			exact := want.possible
			if len(exact) == 0 {
				exact = []comity.Verdict{want.verdict}
			}
			for _, v := range exact {
				if !slices.Contains(got.possible, v) {
					t.Fatalf("%v is possible but not in %v", v, got.possible)
				}
			}
			if got.verdict != comity.NeedsFacts || got.exact || got.next < 0 {
				t.Fatalf("%+v", got)
			}
			for _, m := range want.missing {
				if !slices.Contains(got.missing, m) {
					t.Fatalf("%s is missing from %v", m, got.missing)
				}
			}
		}
	}
	if ended < 100 {
		t.Errorf("only %d searches ended early", ended)
	}
}

// TestShippedLawStaysInBudget asks every act of the shipped law with nothing
// known, and with random subsets known.
func TestShippedLawStaysInBudget(t *testing.T) {
	b := shipped(t)
	r := rand.New(rand.NewPCG(1, 1))
	most := 0
	for _, rule := range b.rules {
		for _, place := range []string{rule.pack.Place, "us-il-chicago"} {
			if _, ok := b.Place(place); !ok {
				continue
			}
			for try := range 3 {
				q := comity.Question{In: place, On: "2026-06-01", Act: rule.Acts[0], Actor: b.vocabulary.Actors[rule.actors.members()[r.IntN(rule.actors.size())]].Name, Facts: comity.Facts{}}
				for _, f := range b.vocabulary.Facts {
					if f.hasDefault() && r.IntN(2) == 0 || try == 0 {
						q.Open = append(q.Open, f.Name)
					} else if f.Type == Enum && !f.Derives() && r.IntN(3) == 0 && f.Name != districtFact {
						q.Facts[f.Name] = f.Values[r.IntN(len(f.Values))]
					}
				}
				c, bad := b.ask(&q)
				if bad != nil {
					continue
				}
				rules, _ := c.inPlay()
				p := c.planFor(rules, false)
				s := p.newSearch(c, nil, nodeBudget)
				s.result()
				most = max(most, len(s.nodes))
				if s.over {
					t.Errorf("%s %s %s %v: the search passed its budget", q.In, q.Actor, q.Act, q.Facts)
				}
			}
		}
	}
	t.Logf("largest search: %d nodes", most)
}
