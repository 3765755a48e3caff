package law

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"comity"

	"go.yaml.in/yaml/v3"
)

func everyPack(*Pack) bool { return true }

// The three forms of the shipped law agree, all of it, and none of it is too
// large for a diagram.
func TestFormsAgree(t *testing.T) {
	x := shipped(t).CrossCheck(everyPack)
	for _, a := range x.Apart {
		t.Errorf("%+v", a)
	}
	if x.Questions < 2000 || x.Patterns < 16*2000 {
		t.Errorf("only %d questions and %d patterns were compared", x.Questions, x.Patterns)
	}
	if x.Forms[Joined] != x.Questions {
		t.Errorf("some shipped law is too large to join: %v", x.Forms)
	}
	t.Logf("%d questions, %d patterns, %v, %d nodes in all layers, %d in the largest", x.Questions, x.Patterns, x.Forms, x.Nodes, x.Largest)
}

// Whatever order the vocabulary declares its facts in, the diagrams have the
// same size and the forms agree.
func TestAnyDeclaredOrder(t *testing.T) {
	text, err := os.ReadFile("../data/vocabulary.yaml")
	if err != nil {
		t.Fatal(err)
	}
	some := func(p *Pack) bool { return len(p.ID)%7 == 0 }
	want := shipped(t).CrossCheck(some)
	r := rand.New(rand.NewPCG(12, 34))
	for range 2 {
		words := &fstest.MapFile{Data: shuffledFacts(t, text, r)}
		b, err := load(overFile{os.DirFS("../data"), "vocabulary.yaml", fstest.MapFS{"vocabulary.yaml": words}}, nil, func(string) bool { return true }, nil)
		if err != nil {
			t.Fatal(err)
		}
		b.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
		got := b.CrossCheck(some)
		if len(got.Apart) > 0 || got.Questions != want.Questions || got.Nodes != want.Nodes || got.Largest != want.Largest || got.Forms[Joined] != got.Questions {
			t.Errorf("as declared %+v\nshuffled %+v", want, got)
		}
	}
}

// An overFile has another file in the place of one.
type overFile struct {
	fs.FS
	name string
	over fs.FS
}

func (o overFile) Open(name string) (fs.File, error) {
	if name == o.name {
		return o.over.Open(name)
	}
	return o.FS.Open(name)
}

func shuffledFacts(t *testing.T, text []byte, r *rand.Rand) []byte {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	top := doc.Content[0]
	for i := 0; i < len(top.Content); i += 2 {
		if rows := top.Content[i+1].Content; top.Content[i].Value == "facts" {
			r.Shuffle(len(rows)/2, func(a, b int) {
				rows[2*a], rows[2*b] = rows[2*b], rows[2*a]
				rows[2*a+1], rows[2*b+1] = rows[2*b+1], rows[2*a+1]
			})
		}
	}
	out, err := yaml.Marshal(&doc)
	if err != nil || bytes.Equal(out, text) {
		t.Fatal("nothing was shuffled", err)
	}
	return out
}

// A fault put into any one form is found and told.
func TestFaultsInAFormAreFound(t *testing.T) {
	b := claimBook(t)
	q := comity.Question{In: "us-il", On: "2025-06-01", Actor: "county-jail", Act: "hold-on-detainer", Closed: true}
	fresh := func() *checker {
		c, bad := b.ask(&q)
		if bad != nil {
			t.Fatal(bad)
		}
		return newChecker(c)
	}
	check := func(k *checker) CrossCheck { return k.check(rand.New(rand.NewPCG(1, 2))) }
	if x := check(fresh()); len(x.Apart) > 0 {
		t.Fatalf("apart before any fault: %+v", x.Apart)
	}
	for name, spoil := range map[string]func(k *checker){
		"the table of verdicts": func(k *checker) {
			last := k.deciders[0].parts[len(k.deciders[0].parts)-1].table
			for i, v := range last {
				switch verdictTerminals[v] {
				case comity.Prohibited:
					last[i] = 3 // permitted
				case comity.Permitted:
					last[i] = 2
				}
			}
		},
		"the joined diagram": func(k *checker) {
			next := k.deciders[1].next
			for i := range next {
				if next[i] == 2 {
					next[i] = 3
				}
			}
		},
		"what is possible":    func(k *checker) { k.deciders[0].parts[0].table[1] = 0 },
		"the matrix":          func(k *checker) { slices.Reverse(k.p.matrix.rules) },
		"the plain evaluator": func(k *checker) { k.p.rules[0].fires = never; k.p.rules[1].fires = never },
		"the code of a fact":  func(k *checker) { k.deciders[1].facts[0].code[0]++; k.deciders[1].facts[1].code[0]++ },
	} {
		k := fresh()
		spoil(k)
		x := check(k)
		if len(x.Apart) == 0 {
			t.Errorf("a fault in %s was not found", name)
			continue
		}
		if a := x.Apart[0]; a.In != "us-il" || a.Act != "hold-on-detainer" || len(a.Facts) == 0 || len(a.Verdicts) != 4 {
			t.Errorf("%s: %+v", name, a)
		}
	}
}
