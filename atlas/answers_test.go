package atlas

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity"
)

func shipped(t testing.TB) *Answers {
	t.Helper()
	as, err := LoadAnswers(os.DirFS("../data"))
	if err != nil {
		t.Fatal(err)
	}
	return as
}

const sampleSources = `sources:
  reg:
    ref: 8 CFR 287.7(d)
    title: federal regulation
    rule: us/8cfr287#7d
    address: https://www.ecfr.gov/current/title-8/section-287.7
    checked: "2026-11-21"
    grade: A
  news:
    ref: report of 2019
    title: newspaper
    address: https://example.org/report
    checked: "2026-11-21"
    grade: B
`

const sampleAnswer = `id: how-long
question: {en: How long may a jail hold, es: Cuánto puede retener una cárcel}
paraphrases:
  en: [one way, two ways, three ways, four ways, five ways]
  es: [una forma, dos formas, tres formas, cuatro formas, cinco formas]
statements:
  - id: how-long#1
    part: short
    says: {en: At most 48 hours., es: Como máximo 48 horas.}
    sources: [reg]
    grade: A
  - id: how-long#2
    part: detail
    says: {en: An auditor reported it., es: Lo informó una auditora.}
    sources: [reg, news]
    grade: B
    about: [us-wa-king]
places:
  - {place: us-il, says: {en: No time., es: Ningún tiempo.}, sources: [reg]}
  - {place: us-wy, says: {en: Not found., es: No se encontró.}, sources: [news]}
contested: true
positions:
  - {holder: {en: A, es: A}, view: {en: it is so, es: es así}, sources: [reg]}
  - {holder: {en: B, es: B}, view: {en: it is not so, es: no es así}, sources: [news]}
changes: [{en: A new law, es: Una nueva ley}]
gaps: []
interview: {actor: county-jail, act: hold-on-detainer}
checked_on: "2026-11-21"
next_check: "2027-02-19"
follow_ups: []
notes: []
withdrawn: null
`

func sampleFS(answer, sources string) fstest.MapFS {
	return fstest.MapFS{
		"answers/how-long.yaml": {Data: []byte(answer)},
		"answers/sources.yaml":  {Data: []byte(sources)},
	}
}

func sample(t *testing.T, old, new string) (*Answers, error) {
	t.Helper()
	if !strings.Contains(sampleAnswer, old) {
		t.Fatalf("the sample has no %q", old)
	}
	return LoadAnswers(sampleFS(strings.Replace(sampleAnswer, old, new, 1), sampleSources))
}

func TestLoadAnswers(t *testing.T) {
	as, err := sample(t, "", "")
	if err != nil {
		t.Fatal(err)
	}
	a, ok := as.Get("how-long")
	if !ok || a.Short("es") != "Como máximo 48 horas." || a.Grade() != comity.GradeA {
		t.Errorf("got %+v", a)
	}
	if got := as.Sources(a); len(got) != 2 || got[0].Key != "reg" || got[0].ReadAt != got[0].Address {
		t.Errorf("sources %+v", got)
	}
	if !a.Places[0].TextSeen || a.Places[1].TextSeen {
		t.Error("only the Illinois row rests on a text that was read")
	}
}

// codes collects the codes and places of all problems in err.
func codes(err error) string {
	var out []string
	var walk func(error)
	walk = func(err error) {
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				walk(e)
			}
			return
		}
		var p *comity.Problem
		if errors.As(err, &p) {
			out = append(out, p.Code+" "+p.Where)
		}
	}
	walk(err)
	return strings.Join(out, "; ")
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown key", "gaps: []", "gasp: []", "bad-yaml answers/how-long.yaml:26"},
		{"double key", "gaps: []", "gaps: []\ngaps: []", "bad-yaml answers/how-long.yaml"},
		{"anchor", "gaps: []", "gaps: &g []", "anchor answers/how-long.yaml:26"},
		{"two documents", "withdrawn: null", "withdrawn: null\n---\nid: x", "several-documents answers/how-long.yaml"},
		{"other id", "id: how-long\n", "id: how-short\n", "wrong-id answers/how-long.yaml:1"},
		{"statement id", "how-long#2", "how-long#3", "wrong-id answers/how-long.yaml:12"},
		{"part", "part: detail", "part: long", "bad-part"},
		{"no source", "    sources: [reg]", "    sources: []", "no-source answers/how-long.yaml:10"},
		{"unknown source", "sources: [reg, news]", "sources: [reg, olds]", "unknown-source answers/how-long.yaml:15"},
		{"double source", "sources: [reg, news]", "sources: [news, news]", "double-source"},
		{"grade above the weakest source", "grade: B", "grade: A", "grade-too-good answers/how-long.yaml:16"},
		{"no grade", "    grade: B\n", "", "bad-grade"},
		{"one source about a county", "sources: [reg, news]\n    grade: B", "sources: [news]\n    grade: B", "two-sources answers/how-long.yaml:17"},
		{"pending with two sources", "about: [us-wa-king]", "about: [us-wa-king]\n    pending: true", "two-sources"},
		{"pending about nobody", "    about: [us-wa-king]", "    pending: true", "bad-pending"},
		{"a name where an id belongs", "us-wa-king", "King County", "bad-place answers/how-long.yaml:17"},
		{"place order", "place: us-wy", "place: us-ak", "place-order answers/how-long.yaml:20"},
		{"place twice", "place: us-wy", "place: us-il", "place-order"},
		{"contested with one side", "  - {holder: {en: B, es: B}, view: {en: it is not so, es: no es así}, sources: [news]}\n", "", "positions"},
		{"not contested with sides", "contested: true", "contested: false", "positions"},
		{"side order", "holder: {en: B", "holder: {en: 0", "position-order"},
		{"longer side", "it is not so", "it is not so and here follow many more words than the other side has", "position-size"},
		{"few paraphrases", ", five ways", "", "few-paraphrases answers/how-long.yaml:4"},
		{"double paraphrase", "two ways", "one way", "bad-paraphrase"},
		{"no Spanish", "es: Como máximo 48 horas.", "es: ''", "bad-text answers/how-long.yaml:9"},
		{"exclamation", "At most 48 hours.", "At most 48 hours!", "bad-text"},
		{"year 20026", "\"2026-11-21\"", "\"20026-11-21\"", "bad-day answers/how-long.yaml:28"},
		{"30 February", "\"2027-02-19\"", "\"2027-02-30\"", "bad-day answers/how-long.yaml:29"},
		{"next check before the last", "\"2027-02-19\"", "\"2026-11-21\"", "bad-dates"},
		{"nothing changes it", "[{en: A new law, es: Una nueva ley}]", "[]", "no-changes"},
		{"follow-up to nowhere", "follow_ups: []", "follow_ups: [nowhere]", "unknown-answer"},
		{"follow-up to itself", "follow_ups: []", "follow_ups: [how-long]", "unknown-answer"},
		{"interview without actor", "actor: county-jail, ", "", "bad-interview"},
		{"note on nothing", "notes: []", "notes: [{kind: correction, statement: how-long#9, \"on\": \"2026-12-01\", was: {en: a, es: a}, says: {en: b, es: b}}]", "unknown-statement"},
		{"reply of a stranger", "notes: []", "notes: [{kind: reply, statement: how-long#2, by: us-wa-pierce, \"on\": \"2026-12-01\", says: {en: b, es: b}}]", "bad-note"},
		{"a long short answer", "At most 48 hours.", strings.Repeat("word ", 60) + "end.", "short-length"},
		{"not YAML", "gaps: []", "gaps: [", "bad-yaml"},
		{"a list", sampleAnswer, "- a\n", "bad-yaml"},
		{"empty", sampleAnswer, "", "bad-yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			as, err := sample(t, c.old, c.new)
			if err == nil || as != nil {
				t.Fatal("loaded")
			}
			if got := codes(err); !strings.Contains(got, c.want) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestLoadRefusesSources(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"no address", "https://example.org/report", "a book", "no-address answers/sources.yaml:12"},
		{"no ref", "ref: report of 2019", "ref: ''", "no-citation"},
		{"grade D", "grade: B", "grade: D", "bad-grade answers/sources.yaml:14"},
		{"rule form", "us/8cfr287#7d", "8 CFR 287.7", "bad-rule answers/sources.yaml:5"},
		{"nobody uses it", "  news:", "  extra: {ref: a, title: b, address: 'https://example.org', checked: \"2026-11-21\", grade: C}\n  news:", "unused-source"},
		{"merge key", "  news:\n", "  news:\n    <<: {grade: A}\n", "merge-key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadAnswers(sampleFS(sampleAnswer, strings.Replace(sampleSources, c.old, c.new, 1)))
			if got := codes(err); !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %s", got, c.want)
			}
		})
	}
}

func TestLoadRefusesLostInput(t *testing.T) {
	if _, err := LoadAnswers(fstest.MapFS{}); !strings.Contains(codes(err), "no-sources") {
		t.Errorf("no sources: %v", err)
	}
	only := fstest.MapFS{"answers/sources.yaml": {Data: []byte(sampleSources)}}
	if _, err := LoadAnswers(only); !strings.Contains(codes(err), "no-answers") {
		t.Errorf("no answers: %v", err)
	}
}

func TestState(t *testing.T) {
	for _, c := range []struct {
		next, today string
		want        State
		from        Day
	}{
		{"2027-02-19", "2026-11-21", Fresh, "2027-02-19"},
		{"2027-02-19", "2027-02-18", Fresh, "2027-02-19"},
		{"2027-02-19", "2027-02-19", Stale, "2027-02-19"}, // 90 days, though the next check is due that day
		{"2028-11-21", "2027-02-19", Stale, "2027-02-19"}, // a far next check does not help
		{"2026-12-01", "2026-12-01", Fresh, "2026-12-02"},
		{"2026-12-01", "2026-12-02", Stale, "2026-12-02"},
	} {
		a := Answer{CheckedOn: "2026-11-21", NextCheck: Day(c.next)}
		now, err := time.Parse(time.DateOnly, c.today)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.State(now); got != c.want || a.StaleFrom() != c.from {
			t.Errorf("next check %s, today %s: %s from %s, want %s from %s", c.next, c.today, got, a.StaleFrom(), c.want, c.from)
		}
	}
}

// A stale answer keeps its words out of the field that readers use.
func TestHarm_H28_a_stale_answer_is_not_used(t *testing.T) {
	as := shipped(t)
	day0 := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, a := range as.All() {
		fresh, _ := as.View(a.ID, day0)
		aged, _ := as.View(a.ID, day0.AddDate(0, 0, 90))
		if fresh.State != Fresh || fresh.Text.EN == "" || fresh.LastText.EN != "" {
			t.Errorf("%s on the day of its check: %s %q", a.ID, fresh.State, fresh.Text.EN)
		}
		if aged.State != Stale || aged.Text != (Text{}) || aged.LastText != fresh.Text || aged.Badge == fresh.Badge {
			t.Errorf("%s after 90 days: %s %q", a.ID, aged.State, aged.Text.EN)
		}
	}
	if v, _ := as.View("open-the-door", day0); v.Source("kidd").Ref == "" || v.Source("wy-search").Ref != "" {
		t.Error("a view gives the sources of its own answer and no others")
	}
	if _, ok := as.View("nowhere", day0); ok {
		t.Error("a view of an answer that does not exist")
	}
}

func TestHarm_H28_a_withdrawn_answer_shows_nothing_but_why(t *testing.T) {
	as, err := sample(t, "withdrawn: null", "withdrawn: {\"on\": \"2026-12-01\", why: {en: Taken back., es: Retirada.}}")
	if err != nil {
		t.Fatal(err)
	}
	v, _ := as.View("how-long", time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC))
	if v.State != Withdrawn || v.Badge.EN != "Taken back." || v.Text.EN+v.LastText.EN != "" || len(v.Answer.Statements)+len(v.Sources) != 0 {
		t.Errorf("got %+v", v)
	}
	if m := as.Match("How long may a jail hold", "en"); m.Kind != MatchAnswer {
		t.Errorf("a withdrawn question is still recognised, so that its reader learns why: %+v", m)
	}
}

func FuzzLoadAnswers(f *testing.F) {
	f.Add([]byte(sampleAnswer), []byte(sampleSources))
	f.Add([]byte("id: [a, {b: c}]\nstatements: 3"), []byte("sources: {a: {grade: A}}"))
	f.Add([]byte("a: &a [*a]"), []byte("sources: null"))
	f.Fuzz(func(t *testing.T, answer, sources []byte) {
		as, err := LoadAnswers(sampleFS(string(answer), string(sources)))
		if err != nil {
			if as != nil || codes(err) == "" {
				t.Fatalf("an error that is no Problem: %v", err)
			}
			return
		}
		a := as.All()[0]
		v, ok := as.View(a.ID, a.CheckedOn.time())
		if !ok || fmt.Sprint(v.Badge) == "" || v.State == Stale {
			t.Fatalf("a loaded answer that cannot be shown: %+v", v)
		}
	})
}
