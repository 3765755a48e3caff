package law

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
)

// unaskable are facts that no interview of the public puts.
var unaskable = []string{"person.watchlist_match", "hide.knows_unlawful_presence"}

func publicly(f *Fact) bool { return !slices.Contains(unaskable, f.Name) }

// The number of questions promised is the least that any order could promise:
// on small random laws every order and every answer is tried.
func TestInterviewIsMinimal(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	values := map[string][]string{
		"agreement.terms": {"complete", "not-in-writing", "terms-missing"}, "consent.counsel": {"present", "waived", "neither"}, "info.public": {"true", "false"},
		"officer.announced": {"announced", "not-announced", "not-yet-safe"}, "transport.out_of_state": {"true", "false"},
	}
	var names []string
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	row := func() string {
		f := names[r.IntN(len(names))]
		return f + ": " + values[f][r.IntN(len(values[f]))]
	}
	asked := 0
	for range 40 {
		text := "place: us-il\nlayer: state\nrules:\n"
		for i := range 2 + r.IntN(4) {
			text += ruleText(fmt.Sprintf("us/il/a#%d", i), []string{"permitted", "prohibited", "required"}[r.IntN(3)], "transport", `"2018-01-01"`, fmt.Sprintf(", when: {all: [{%s}, {%s}]}", row(), row()))
		}
		b := bookOf(t, map[string]string{"us/none": federalSilence, "us/il/a": text})
		q := comity.Question{In: "us-il", On: "2025-01-01", Actor: "county-jail", Act: "transport", Facts: comity.Facts{}}
		known := map[string]int{}
		var least func(facts comity.Facts) int
		least = func(facts comity.Facts) int {
			key := fmt.Sprint(facts)
			if n, ok := known[key]; ok {
				return n
			}
			x := q
			x.Facts = facts
			d, err := b.Decide(x)
			if err != nil {
				t.Fatal(err)
			}
			best := len(names)
			if d.Verdict != comity.NeedsFacts {
				best = 0
			}
			for _, name := range names {
				if _, given := facts[name]; given || best == 0 {
					continue
				}
				most := 0
				for _, value := range values[name] {
					most = max(most, 1+least(withFact(facts, name, value)))
				}
				best = min(best, most)
			}
			known[key] = best
			return best
		}
		got, err := b.Interview(q, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := least(comity.Facts{}); got.Most != want || !got.Exact {
			t.Errorf("%d questions are promised (exact: %v), %d would do:\n%s", got.Most, got.Exact, want, text)
		}
		asked += got.Most
	}
	if asked < 60 {
		t.Errorf("only %d questions in 40 laws", asked)
	}
}

func withFact(facts comity.Facts, name, value string) comity.Facts {
	out := comity.Facts{name: value}
	for k, v := range facts {
		out[k] = v
	}
	return out
}

// heldQuestion is the detainer hold at a county jail, this moment, nothing known.
func heldQuestion(t testing.TB, b *Book, place string) comity.Question {
	t.Helper()
	l, ok := b.lawOf(place)
	if !ok {
		t.Fatalf("no place %s", place)
	}
	at := time.Date(2026, 11, 21, 21, 30, 0, 0, time.UTC).In(b.location(b.places.list[l.place].Zone))
	return comity.Question{In: place, On: "2026-11-21", Known: "2026-11-21", At: at.Format(time.RFC3339), Actor: "county-jail", Act: "hold-on-detainer", Facts: comity.Facts{}}
}

// fiftyOne are the states and the District of Columbia.
func fiftyOne(t testing.TB, b *Book) []string {
	t.Helper()
	var out []string
	for _, p := range b.places.list {
		if p.Kind == "state" || p.ID == "us-dc" {
			out = append(out, p.ID)
		}
	}
	if len(out) != 51 {
		t.Fatalf("%d states", len(out))
	}
	return out
}

// Whatever is answered, an interview keeps what it promised: it asks nothing
// twice, nothing that may not be asked, and no more than the most that it
// named; it ends at an answer, and “I cannot tell” leads on too.
func TestInterviewKeepsItsPromise(t *testing.T) {
	b := shipped(t)
	r := rand.New(rand.NewPCG(19, 23))
	places := []string{"us-il", "us-tx", "us-wy", "us-ca", "us-fl", "us-ny", "us-nj", "us-nc"}
	if testing.Short() {
		places = places[:3]
	}
	for _, place := range places {
		for _, evades := range []bool{false, true} {
			q := heldQuestion(t, b, place)
			promised := -1
			for n := 0; ; n++ {
				i, err := b.Interview(q, publicly)
				if err != nil {
					t.Fatalf("%s: %v after %v", place, err, q.Facts)
				}
				if promised >= 0 && !evades && i.Most > promised-1 {
					t.Errorf("%s: %d questions were left, now %d, after %v", place, promised, i.Most, q.Facts)
				}
				promised = i.Most
				if i.Next == nil {
					if d, err := b.Decide(q); err != nil || !evades && d.Verdict == comity.NeedsFacts {
						t.Errorf("%s: no more is asked, but it is %s: %v %v", place, d.Verdict, d.Missing, err)
					}
					break
				}
				f := i.Next.Fact
				if _, given := q.Facts[f.Name]; given || slices.Contains(q.Open, f.Name) || f.Derives() || !publicly(f) || i.Most < 1 || i.Often > i.Most {
					t.Fatalf("%s: asks %s after %v, open %v; %+v", place, f.Name, q.Facts, q.Open, i)
				}
				if evades && r.IntN(2) == 0 || n > 30 {
					q.Open = append(slices.Clone(q.Open), f.Name)
					continue
				}
				q.Facts = b.answer(t, r, q, f)
			}
		}
	}
}

// answer gives a fact a random value that can be.
func (b *Book) answer(t *testing.T, r *rand.Rand, q comity.Question, f *Fact) comity.Facts {
	t.Helper()
	var values []string
	switch f.Type {
	case Instant:
		at, err := time.Parse(time.RFC3339, q.At)
		if err != nil {
			t.Fatal(err)
		}
		for _, hours := range []int{-5, 3, 47, 48, 100} {
			values = append(values, at.Add(-time.Duration(hours)*time.Hour).Format(time.RFC3339))
		}
	case Date:
		values = []string{"2020-01-01", "2026-11-01", "2026-12-24"}
	default:
		for _, cell := range f.domain.members() {
			values = append(values, f.sample(cell))
		}
	}
	r.Shuffle(len(values), func(i, k int) { values[i], values[k] = values[k], values[i] })
	for _, value := range values {
		x := q
		x.Facts = withFact(q.Facts, f.Name, value)
		if _, err := b.Decide(x); err == nil {
			return x.Facts
		}
	}
	t.Fatalf("%s: no value of %s is possible after %v", q.In, f.Name, q.Facts)
	return nil
}

// Nobody is asked for immigration status: there is no such fact, and the
// interview asks only facts.
func TestHarm_H1_no_fact_is_a_status(t *testing.T) {
	b := shipped(t)
	for _, f := range b.Vocabulary().Facts {
		for _, word := range []string{"citizenship_status", "immigration_status", "alien", "undocumented", "birthplace", "country"} {
			if strings.Contains(f.Name, word) {
				t.Errorf("%s is a fact", f.Name)
			}
		}
	}
}

// Every fact that is computed from times is computed from one time that can be
// asked for: a question each, which the count relies on.
func TestComputedFactsHaveOneTime(t *testing.T) {
	for _, f := range shipped(t).Vocabulary().Facts {
		if f.Derives() && f.logic == nil && len(f.inputs) != 1 {
			t.Errorf("%s is computed from %d facts", f.Name, len(f.inputs))
		}
	}
}

// Of the 51 states: the order asks no more than one that takes every fact that
// can still matter as the vocabulary lists it. With -v the figures of
// docs/interview.md are printed.
func TestInterviewOfEveryState(t *testing.T) {
	b := shipped(t)
	var sum, naiveSum float64
	t.Log("place      exact  most  mean   in order: most  mean")
	asked := 0
	for n, place := range fiftyOne(t, b) {
		if testing.Short() && n%6 != 0 {
			continue // ./test -long asks in every state
		}
		asked++
		q := heldQuestion(t, b, place)
		i, err := b.Interview(q, publicly)
		if err != nil {
			t.Fatal(err)
		}
		most, mean := b.inOrder(t, q)
		if i.Mean == 0 || i.Most > most || i.Most == most && i.Mean > mean+1e-9 {
			t.Errorf("%s: at most %d, %.2f on average; in order %d and %.2f", place, i.Most, i.Mean, most, mean)
		}
		sum, naiveSum = sum+i.Mean, naiveSum+mean
		t.Logf("%-9s  %-5v  %4d  %5.2f          %4d  %5.2f", place, i.Exact, i.Most, i.Mean, most, mean)
	}
	t.Logf("mean of %d: %.2f; in order %.2f", asked, sum/float64(asked), naiveSum/float64(asked))
}

// inOrder counts the questions where the first fact of the vocabulary that can
// still matter is always asked.
func (b *Book) inOrder(t *testing.T, q comity.Question) (most int, mean float64) {
	t.Helper()
	c, bad := b.ask(&q)
	if bad != nil {
		t.Fatal(bad)
	}
	rules, _ := c.inPlay()
	v := c.planFor(rules, len(c.uncovered()) > 0).newInterview(c, publicly)
	type count struct {
		most int
		mean float64
	}
	known := map[ref]count{}
	var from func(r ref) count
	from = func(r ref) count {
		if v.settled(r) {
			return count{}
		}
		if n, ok := known[r]; ok {
			return n
		}
		first := slices.MinFunc(v.worthAsking(r), func(a, b int) int { return v.questions[a].fact - v.questions[b].fact })
		var out count
		total := 0.0
		for _, x := range v.branches(r, v.questions[first]) {
			n := from(x.to)
			out.most = max(out.most, n.most+1)
			out.mean += x.weight * (n.mean + 1)
			total += x.weight
		}
		out.mean /= total
		known[r] = out
		return out
	}
	n := from(v.root)
	return n.most, n.mean
}

func BenchmarkInterview(b *testing.B) {
	book := shipped(b)
	for _, place := range []string{"us-il", "us-tx", "us-ca", "us-nj"} {
		q := heldQuestion(b, book, place)
		b.Run(place, func(b *testing.B) {
			for b.Loop() {
				if _, err := book.Interview(q, publicly); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Nobody is offered an answer that cannot occur beside those given, and each
// one that is offered can be given.
func TestInterviewOffersOnlyWhatCanOccur(t *testing.T) {
	b := shipped(t)
	none := comity.Facts{"document.judicial": "none"}
	q := comity.Question{In: "us-il", On: "2026-11-21", Known: "2026-11-21", Actor: "county-jail", Act: "hold-on-detainer", Facts: none}
	c, bad := b.ask(&q)
	if bad != nil {
		t.Fatal(bad)
	}
	f, _ := b.Vocabulary().Fact("document.signed_by")
	left := c.valuesLeft(f)
	if slices.Contains(left, "federal-judge") || !slices.Contains(left, "none") || len(left) == len(f.Values) {
		t.Errorf("without a judicial paper, signed by %v", left)
	}
	for _, value := range f.Values {
		q.Facts = comity.Facts{"document.judicial": "none", f.Name: value}
		_, err := b.Decide(q)
		if offered := slices.Contains(left, value); offered != (err == nil) {
			t.Errorf("%s: offered %v, answered %v", value, offered, err)
		}
	}
	q.Facts = nil
	if c, bad = b.ask(&q); bad != nil {
		t.Fatal(bad)
	}
	if all := c.valuesLeft(f); !slices.Equal(all, f.Values) {
		t.Errorf("with nothing given only %v is offered", all)
	}
}
