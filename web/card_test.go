package web

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity"
)

// A cardCase is one question whose card is looked at in every form.
type cardCase struct {
	name    string
	q       comity.Question
	verdict comity.Verdict
}

var detainerFacts = comity.Facts{
	"document.detainer": "i-247a", "document.detainer_shows": "probable-cause", "document.admin_warrant": "i-200", "document.judicial": "none",
	"person.release_due_at": "2026-11-20T17:00:00-06:00", "person.citizenship_proof": "none",
}

func with(f comity.Facts, more comity.Facts) comity.Facts {
	out := comity.Facts{}
	for _, m := range []comity.Facts{f, more} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

var cardCases = []cardCase{
	{"illinois", comity.Question{In: "us-il", Actor: "county-jail", Act: "hold-on-detainer", Facts: detainerFacts}, comity.Prohibited},
	{"wyoming", comity.Question{In: "us-wy", Actor: "county-jail", Act: "hold-on-detainer", Facts: detainerFacts}, comity.Permitted},
	{"texas", comity.Question{In: "us-tx", Actor: "county-jail", Act: "hold-on-detainer", Facts: detainerFacts}, comity.Required},
	{"texas-over", comity.Question{In: "us-tx", Actor: "county-jail", Act: "hold-on-detainer", Facts: with(detainerFacts, comity.Facts{"person.release_due_at": "2026-11-18T17:00:00-06:00"})}, comity.Prohibited},
	{"houston", comity.Question{In: "us-tx-houston", Actor: "municipal-police", Act: "hold-on-detainer", Facts: detainerFacts}, comity.Required},
	{"colorado", comity.Question{In: "us-co", Actor: "county-jail", Act: "hold-on-detainer", Facts: detainerFacts}, comity.NeedsCounsel},
	{"depends", comity.Question{In: "us-il", Actor: "county-jail", Act: "hold-on-detainer", Facts: comity.Facts{"document.detainer": "i-247a"}, Open: []string{"document.judicial"}}, comity.NeedsFacts},
	{"silence", comity.Question{In: "us-il", Actor: "resident", Act: "refuse-entry", Facts: comity.Facts{}}, comity.NoRule},
	{"force", comity.Question{In: "us-il", Actor: "bystander", Act: "block-or-touch", Facts: comity.Facts{"bystander.conduct": "force"}}, comity.Prohibited},
}

// form is the question as the interview's last page posts it.
func (c cardCase) form() url.Values {
	v := url.Values{"in": {c.q.In}, "actor": {c.q.Actor}, "act": {c.q.Act}, "done": {"1"}}
	for name, value := range c.q.Facts {
		v.Set(factPrefix+name, value)
	}
	for _, name := range c.q.Open {
		v.Set(factPrefix+name, cannotTell)
	}
	return v
}

func (c cardCase) question() comity.Question {
	q := c.q
	q.At, q.On, q.Known = now.In(time.FixedZone("CST", -6*3600)).Format(time.RFC3339), now.Format(time.DateOnly), now.Format(time.DateOnly)
	if c.q.In == "us-wy" || c.q.In == "us-co" {
		q.At = now.In(time.FixedZone("MST", -7*3600)).Format(time.RFC3339)
	}
	return q
}

func testCards(t testing.TB) *Cards {
	t.Helper()
	cards, err := NewCards(testBook(t))
	if err != nil {
		t.Fatal(err)
	}
	return cards
}

// The whole card as text, in both languages, is reviewed as text.
func TestCardGolden(t *testing.T) {
	cards := testCards(t)
	for _, c := range cardCases {
		d, err := testBook(t).Decide(c.question())
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if d.Verdict != c.verdict {
			t.Errorf("%s: %s, want %s", c.name, d.Verdict, c.verdict)
		}
		for _, tag := range tags {
			card := cards.Card(tag, c.question(), d, now)
			card.Law = "sha256:" + strings.Repeat("0", 64) // changes with the vocabulary
			got := cards.Text(card)
			file := filepath.Join("testdata", "card", c.name+"."+tag+".txt")
			if *update {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s changed; review it and run with -update:\n%s", file, got)
			}
		}
	}
}

// The posted interview ends in the same card.
func TestInterviewEndsInTheCard(t *testing.T) {
	h := testSite(t)
	for _, c := range cardCases {
		for _, prefix := range []string{"", "/es"} {
			w := post(h, prefix+"/ask", c.form())
			body := w.Body.String()
			if w.Code != 200 || !strings.Contains(body, `class="card v-`+string(c.verdict)+`"`) {
				t.Errorf("%s%s: status %d, no card of %s", c.name, prefix, w.Code, c.verdict)
			}
			checkPage(t, w, strings.TrimPrefix(prefix, "/"))
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s: the answer may be kept: %s", c.name, w.Header().Get("Cache-Control"))
			}
		}
	}
}

func TestEarliestAlarmFirstAndLateOnlyWhenOver(t *testing.T) {
	cards := testCards(t)
	card := func(i int) Card {
		d, err := testBook(t).Decide(cardCases[i].question())
		if err != nil {
			t.Fatal(err)
		}
		return cards.Card("en", cardCases[i].question(), d, now)
	}
	texas := card(2)
	for i := 1; i < len(texas.Tasks); i++ {
		if a, b := texas.Tasks[i-1].alarm, texas.Tasks[i].alarm; a > b && b != "" {
			t.Errorf("task %d (%s) stands before %s", i-1, a, b)
		}
	}
	for _, task := range texas.Tasks {
		if task.Late {
			t.Errorf("late before its end: %+v", task)
		}
	}
	if d := texas.Tasks[0]; d.Due != "22 November 2026, 17:00 CST" {
		t.Errorf("the first clock ends %q", d.Due)
	}
}

// Red is only for what has run out by the moment asked about; a day is over
// when the next one begins.
func TestLate(t *testing.T) {
	w := &cardWriter{lang: testCards(t).langs["en"], zone: "America/Chicago", now: now}
	for due, want := range map[string]bool{
		"2026-11-21T09:29:00-06:00": true, "2026-11-21T09:31:00-06:00": false, "2026-11-20": true, "2026-11-21": false, "": false, "soon": false,
	} {
		if _, late := w.due(due, true); late != want {
			t.Errorf("%q is late: %v", due, late)
		}
		if _, late := w.due(due, false); late {
			t.Errorf("a time to keep a record until is never late")
		}
	}
	w.now = time.Time{}
	if _, late := w.due("2020-01-01", true); late {
		t.Error("a question about another day marks nothing as late")
	}
}
