package peers

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/data"
	"comity/law"
)

const (
	place    = "us-il"
	on       = "2026-11-20"
	known    = "2026-11-21"
	actor    = "county-jail"
	act      = "hold-on-detainer"
	patterns = 10_000
)

// A workload is 10,000 possible fact patterns of one question with the verdict
// of law.Decide, the stack they are asked of, and the compiled question.
type workload struct {
	stack    *stack
	actor    string
	act      string
	decider  *law.Decider
	combiner *combiner
	facts    []comity.Facts
	verdicts []comity.Verdict
}

func load(t testing.TB) *law.Book {
	t.Helper()
	book, err := law.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// draw makes the workload for an actor and an act. Every fact that can matter
// is given, so that no engine must know what is usual; half of them as usual,
// so that more than bans come about.
func draw(t testing.TB, s *stack, actor, act string, n int) *workload {
	t.Helper()
	w := &workload{stack: s, actor: actor, act: act}
	var err error
	if w.decider, err = s.book.Compile(place, on, known, "", actor, act); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(4, 9))
	uncovered, drawn := false, 0
	for len(w.facts) < n {
		if drawn++; drawn > 100*n {
			t.Fatalf("%s %s: only %d possible patterns", actor, act, len(w.facts))
		}
		facts := comity.Facts{}
		for _, name := range w.decider.Columns() {
			f, _ := s.book.Vocabulary().Fact(name)
			facts[name] = value(f, r)
		}
		d, err := s.book.Decide(question(actor, act, facts))
		if err != nil {
			continue // these facts never occur together
		}
		if d.Verdict == comity.NeedsFacts {
			t.Fatalf("%s %s: needs facts %v though all were given", actor, act, d.Missing)
		}
		uncovered = uncovered || len(d.Uncovered) > 0
		w.facts, w.verdicts = append(w.facts, facts), append(w.verdicts, d.Verdict)
	}
	w.combiner = newCombiner(byAct(s.rules)[act], uncovered)
	return w
}

func question(actor, act string, facts comity.Facts) comity.Question {
	return comity.Question{In: place, On: on, Known: known, Actor: actor, Act: act, Facts: facts, Closed: true}
}

func value(f *law.Fact, r *rand.Rand) string {
	usual := f.Default
	if usual == "" {
		usual = f.Neutral
	}
	if usual != "" && r.IntN(2) == 0 {
		return usual
	}
	switch f.Type {
	case law.Bool:
		return fmt.Sprint(r.IntN(2) == 0)
	case law.Int:
		at := f.Thresholds[r.IntN(len(f.Thresholds))] + r.IntN(3) - 1
		return fmt.Sprint(min(max(at, f.Min), f.Max))
	}
	return f.Values[r.IntN(len(f.Values))]
}

// engines are those compared, each built from the stack.
func engines(t testing.TB, s *stack, whole bool) map[string]engine {
	t.Helper()
	must := func(e engine, err error) engine {
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	out := map[string]engine{}
	o, err := newOPA(s, whole, false)
	out["opa"] = must(o, err)
	p, err := newOPA(s, whole, true)
	out["opa-partial"] = must(p, err)
	c, err := newCedar(s, whole)
	out["cedar"] = must(c, err)
	l, err := newCEL(s, whole)
	out["cel"] = must(l, err)
	return out
}

// agree asks every engine every pattern, and the compiled question too.
func (w *workload) agree(t testing.TB, all map[string]engine) {
	t.Helper()
	var row []byte
	var err error
	for i, facts := range w.facts {
		if row, err = w.decider.Encode(facts, row); err != nil {
			t.Fatal(err)
		}
		if got := w.decider.Verdict(row); got != w.verdicts[i] {
			t.Fatalf("compiled: %s, Decide %s on %v", got, w.verdicts[i], facts)
		}
	}
	for name, e := range all {
		for i, facts := range w.facts {
			q, err := e.ready(w.actor, w.act, typedFacts(w.stack.book.Vocabulary(), facts))
			if err != nil {
				t.Fatal(err)
			}
			fired, err := e.fired(q)
			if err != nil {
				t.Fatal(err)
			}
			if got := w.combiner.verdict(fired); got != w.verdicts[i] {
				t.Fatalf("%s %s %s: %s, Decide %s on %v", name, w.actor, w.act, got, w.verdicts[i], facts)
			}
		}
	}
}

func (w *workload) kinds() map[comity.Verdict]int {
	out := map[comity.Verdict]int{}
	for _, v := range w.verdicts {
		out[v]++
	}
	return out
}

func wholeStack(t testing.TB) *stack {
	t.Helper()
	s, err := readStack(load(t), data.FS, place, on)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The question measured, from the rules in play alone and from the whole stack;
// and other questions of the stack with fewer patterns, for the translation.
func TestEnginesAgreeWithDecide(t *testing.T) {
	s := wholeStack(t)
	one := s.inPlay(actor, act)
	w := draw(t, one, actor, act, patterns)
	t.Logf("%d rules in play of %d, %d facts: %v", len(one.rules), len(s.rules), len(w.decider.Columns()), w.kinds())
	if len(w.kinds()) < 3 {
		t.Errorf("the patterns give only %v", w.kinds())
	}
	w.agree(t, engines(t, one, false))
	all := engines(t, s, true)
	for _, q := range [][2]string{{actor, act}, {"sheriff", "transfer-custody"}, {"municipal-police", "scene-support"}, {"county-jail", "notify-release"},
		{"state-police", "joint-operation"}, {"ice-ero", "enter-place"}} {
		draw(t, s, q[0], q[1], 1000).agree(t, all)
	}
}

// BenchmarkOne asks one question, compiled ahead: the rules in play are known
// and each engine's input stands ready. x is how many times as long it takes
// as Comity from encoded facts.
func BenchmarkOne(b *testing.B) {
	s := wholeStack(b).inPlay(actor, act)
	w := draw(b, s, actor, act, patterns)
	all := engines(b, s, false)
	w.agree(b, all)
	rows := w.encoded(b)
	own := func(i int) { w.decider.Verdict(rows[i%patterns]) }
	b.Run("comity", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			w.decider.Verdict(rows[i%patterns])
			i++
		}
	})
	b.Run("comity-columns", func(b *testing.B) { w.columns(b) })
	for _, name := range []string{"opa", "opa-partial", "cedar", "cel"} {
		b.Run(name, func(b *testing.B) {
			ready := w.ready(b, all[name])
			peer := func(i int) {
				fired, err := all[name].fired(ready[i%patterns])
				if err != nil {
					b.Fatal(err)
				}
				w.combiner.verdict(fired)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				peer(i)
			}
			ratio(b, peer, own)
		})
	}
}

// BenchmarkFromMap is the same with the facts in a Go map, as a caller has them.
func BenchmarkFromMap(b *testing.B) {
	s := wholeStack(b).inPlay(actor, act)
	w := draw(b, s, actor, act, patterns)
	all := engines(b, s, false)
	w.agree(b, all)
	buf := make([]byte, 0, 64)
	once := func(i int) {
		row, _ := w.decider.Encode(w.facts[i%patterns], buf) // agree encoded each of them
		w.decider.Verdict(row)
	}
	b.Run("comity", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			once(i)
			i++
		}
	})
	for _, name := range []string{"opa", "opa-partial", "cedar", "cel"} {
		b.Run(name, func(b *testing.B) {
			in := make([]typed, patterns)
			for i, f := range w.facts {
				in[i] = typedFacts(w.stack.book.Vocabulary(), f)
			}
			peer := func(i int) {
				q, err := all[name].ready(actor, act, in[i%patterns])
				if err != nil {
					b.Fatal(err)
				}
				fired, err := all[name].fired(q)
				if err != nil {
					b.Fatal(err)
				}
				w.combiner.verdict(fired)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				peer(i)
			}
			ratio(b, peer, once)
		})
	}
}

// BenchmarkStack asks the whole law of the place: every act and actor, found by
// the engine's own index. Comity answers with Decide: reasons, citations,
// duties and clocks, which nobody else gives.
func BenchmarkStack(b *testing.B) {
	s := wholeStack(b)
	w := draw(b, s, actor, act, patterns)
	all := engines(b, s, true)
	w.agree(b, all)
	once := func(i int) {
		if _, err := s.book.Decide(question(actor, act, w.facts[i%patterns])); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("comity-reasons", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			once(i)
			i++
		}
	})
	b.Run("comity-reasons-first", func(b *testing.B) { // facts not met before
		b.ReportAllocs()
		var book *law.Book
		for i := 0; b.Loop(); i++ {
			if i%patterns == 0 {
				b.StopTimer()
				book = load(b)
				b.StartTimer()
			}
			if _, err := book.Decide(question(actor, act, w.facts[i%patterns])); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, name := range []string{"opa", "opa-partial", "cedar", "cel"} {
		b.Run(name, func(b *testing.B) {
			ready := w.ready(b, all[name])
			peer := func(i int) {
				fired, err := all[name].fired(ready[i%patterns])
				if err != nil {
					b.Fatal(err)
				}
				w.combiner.verdict(fired)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				peer(i)
			}
			ratio(b, peer, once)
		})
	}
}

// ratio reports how many times as long one turn of peer takes as one of own:
// turns of both by turns, the fastest round of each, so that a machine busy
// with other work slows neither or both.
func ratio(b *testing.B, peer, own func(i int)) {
	fastest := func(turns int, do func(i int), best float64) float64 {
		began := time.Now()
		for i := range turns {
			do(i)
		}
		took := float64(time.Since(began).Nanoseconds()) / float64(turns)
		if best == 0 {
			return took
		}
		return min(best, took)
	}
	var peers, ours float64
	for range 7 {
		peers = fastest(500, peer, peers)
		ours = fastest(patterns, own, ours)
	}
	b.ReportMetric(peers/ours, "x")
}

func (w *workload) encoded(b *testing.B) [][]byte {
	out := make([][]byte, len(w.facts))
	for i, f := range w.facts {
		row, err := w.decider.Encode(f, nil)
		if err != nil {
			b.Fatal(err)
		}
		out[i] = row
	}
	return out
}

func (w *workload) ready(b *testing.B, e engine) []any {
	out := make([]any, len(w.facts))
	for i, f := range w.facts {
		q, err := e.ready(w.actor, w.act, typedFacts(w.stack.book.Vocabulary(), f))
		if err != nil {
			b.Fatal(err)
		}
		out[i] = q
	}
	return out
}

// columns answers 100,000 rows at once, on one core.
func (w *workload) columns(b *testing.B) {
	const rows = 100_000
	var columns [][]byte
	for _, name := range w.decider.Columns() {
		values := make([]string, rows)
		for i := range values {
			values[i] = w.facts[i%patterns][name]
		}
		c, err := w.decider.EncodeColumn(name, values)
		if err != nil {
			b.Fatal(err)
		}
		columns = append(columns, c)
	}
	out := make([]comity.Verdict, rows)
	b.ReportAllocs()
	for b.Loop() {
		if err := w.decider.Rows(columns, out); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

// The translations hold every rule once, and the three sorts of comparison.
func TestRenderedForms(t *testing.T) {
	s := wholeStack(t).inPlay(actor, act)
	module := regoModule(s.rules, true)
	if n := strings.Count(module, "fires contains"); n != len(s.rules) {
		t.Errorf("Rego has %d of %d rules", n, len(s.rules))
	}
	for _, want := range []string{"input.clock_counted_hours_past_release < 48", `input.document_detainer != "none"`, "input.document_served_on_person == true"} {
		if !strings.Contains(module, want) {
			t.Errorf("the Rego lacks %s:\n%s", want, module)
		}
	}
	if text := celProgram(s.rules, true); !strings.Contains(text, "clock.counted_hours_past_release >= 48") {
		t.Errorf("the CEL lacks the limit:\n%s", text)
	}
	if text := cedarPolicy(s.rules[0], act, "g"); !strings.HasPrefix(text, `permit (principal in Group::"g", action == Action::"hold-on-detainer", resource) when {`) {
		t.Error(text)
	}
}
