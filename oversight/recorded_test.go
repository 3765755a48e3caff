package oversight

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity"
	"comity/data"
	"comity/law"
	"comity/record"
)

// testLaw is one state of our own: a hold is permitted for 48 hours with
// papers that show cause, forbidden after, and the person is told within a day.
// A bail order is a duty that must be followed.
const testLaw = `pack: us/vt/test
place: us-vt
layer: state
title: A law for tests
added: "2026-01-01"
known_from: "2020-01-01"
as_of: "2026-01-01"
next_check: "2027-01-01"
reviewed: []
rules:
  - id: us/vt/test#hold
    act: hold-on-detainer
    verdict: permitted
    binds: [law-enforcement]
    when: {document.detainer_shows: [probable-cause], clock.hours_past_release: {lt: 48}}
    from: "2020-01-01"
    clock: {kind: limit, starts: person.release_due_at, length: 48h, after: prohibited}
    says: {en: It may be done., es: Se puede hacer.}
    cite: [{ref: Test 1, quote: may, source: test, checked: "2026-01-01", grade: A}]
  - id: us/vt/test#over
    act: hold-on-detainer
    verdict: prohibited
    binds: [law-enforcement]
    when: {clock.hours_past_release: {ge: 48}}
    from: "2020-01-01"
    says: {en: It must not be done., es: No debe hacerse.}
    cite: [{ref: Test 2, quote: not, source: test, checked: "2026-01-01", grade: A}]
  - id: us/vt/test#contradicts
    act: hold-on-detainer
    verdict: prohibited
    binds: [law-enforcement]
    when: {person.record_contradicts: true}
    from: "2020-01-01"
    says: {en: It must not be done., es: No debe hacerse.}
    cite: [{ref: Test 3, quote: not, source: test, checked: "2026-01-01", grade: A}]
  - id: us/vt/test#writ
    act: execute-judicial-warrant
    verdict: required
    binds: [law-enforcement]
    when: {document.judicial: [arrest-warrant]}
    from: "2020-01-01"
    says: {en: It must be done., es: Debe hacerse.}
    cite: [{ref: Test 4, quote: must, source: test, checked: "2026-01-01", grade: A}]
tests: []
`

// testFederal covers the federal layer; it says nothing of these acts.
const testFederal = `pack: us/test
place: us
layer: federal
title: A federal law for tests
added: "2020-01-01"
known_from: "2020-01-01"
as_of: "2026-01-01"
next_check: "2027-01-01"
reviewed: []
rules:
  - id: us/test#record
    act: record-officer
    verdict: permitted
    binds: [public]
    from: "2020-01-01"
    says: {en: It may be done., es: Se puede hacer.}
    cite: [{ref: Test 0, quote: may, source: test, checked: "2026-01-01", grade: A}]
tests: []
`

func testBook(t *testing.T) *law.Book {
	t.Helper()
	fsys := fstest.MapFS{"law/us/vt/test.yaml": {Data: []byte(testLaw)}, "law/us/test.yaml": {Data: []byte(testFederal)}}
	for _, name := range []string{"vocabulary.yaml", "places/states.csv", "places/counties.csv", "places/cities.csv"} {
		b, err := fs.ReadFile(data.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		fsys[name] = &fstest.MapFile{Data: b}
	}
	book, err := law.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

var day0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", -5*3600)) // a Monday

// contact is a clean request for a hold, n hours after day0; the person would
// go free one hour later.
func contact(t *testing.T, book *law.Book, id string, n int, more comity.Facts) Recorded {
	t.Helper()
	at := day0.Add(time.Duration(n) * time.Hour)
	q := comity.Question{
		In: "us-vt", On: at.Format(time.DateOnly), At: at.Format(time.RFC3339), Actor: "county-jail", Act: "hold-on-detainer",
		Facts: comity.Facts{"document.detainer": "i-247a", "document.detainer_shows": "probable-cause",
			"person.release_due_at": at.Add(-time.Hour).Format(time.RFC3339)},
	}
	for name, value := range more {
		q.Facts[name] = value
	}
	q.Known = q.On
	d, err := book.Decide(q)
	if err != nil {
		t.Fatal(err)
	}
	delete(q.Facts, "person.record_contradicts") // never stored
	d.Duties = append(d.Duties, comity.Duty{Act: "notify-person", To: "person", Due: at.Add(24 * time.Hour).Format(time.RFC3339), Cite: "Test 5"})
	return Recorded{ID: id, At: at, Items: []RecordedItem{{q, d}}, Told: []Told{{ID: id + "-told", To: "person", At: at.Add(time.Hour)}}}
}

func (e Recorded) done(id, what string, after time.Duration) Done {
	return Done{ID: id, What: what, At: e.At.Add(after)}
}

// cleanLog is a log of n contacts in which everything was done as answered.
func cleanLog(t *testing.T, book *law.Book, n int) []Recorded {
	var log []Recorded
	for i := range n {
		e := contact(t, book, fmt.Sprintf("clean-%d", i), i, nil)
		switch i % 4 {
		case 0:
			e.Done = []Done{e.done(e.ID+"-a", "honoured", time.Hour), e.done(e.ID+"-b", "transferred", 20*time.Hour)}
		case 1:
			e.Done = []Done{e.done(e.ID+"-a", "declined", time.Hour)}
		case 2:
			e.Done = []Done{e.done(e.ID+"-a", "honoured", 2*time.Hour), e.done(e.ID+"-b", "released", 46*time.Hour)}
		case 3: // the agency's own record contradicted the form: forbidden, and declined
			e = contact(t, book, e.ID, i, comity.Facts{"person.record_contradicts": "true"})
			e.Done = []Done{e.done(e.ID+"-a", "declined", time.Hour)}
		}
		log = append(log, e)
	}
	return log
}

func TestCleanLogHasNoFindings(t *testing.T) {
	book := testBook(t)
	log := cleanLog(t, book, 40)
	r := ReplayLog(book, log, day0.AddDate(0, 1, 0))
	if len(r.Findings) != 0 {
		t.Errorf("%d findings on a clean log, first %+v", len(r.Findings), r.Findings[0])
	}
	if r.Total != 40 || r.Standings[Consistent] != 30 || r.Standings[Withheld] != 10 {
		t.Errorf("%d decisions: %v", r.Total, r.Standings)
	}
}

// Every planted breach is found, each for what it is, and nothing else is.
func TestPlantedBreachesAreFound(t *testing.T) {
	book := testBook(t)
	log := cleanLog(t, book, 20)
	var want []string
	plant := func(what string, n int, spoil func(e *Recorded)) {
		for i := range n {
			e := contact(t, book, fmt.Sprintf("%s %d", what, i), 100+i, nil)
			spoil(&e)
			log = append(log, e)
			want = append(want, what)
		}
	}
	plant(NoticeLate, 8, func(e *Recorded) { e.Told[0].At = e.At.Add(25 * time.Hour) })
	plant(NoticeMissing, 4, func(e *Recorded) { e.Told = nil })
	plant(HoldPastClock, 7, func(e *Recorded) {
		e.Done = []Done{e.done(e.ID, "honoured", time.Hour), e.done(e.ID, "released", 48*time.Hour)}
	})
	plant(HoldPastClock, 2, func(e *Recorded) { e.Done = []Done{e.done(e.ID, "honoured", time.Hour)} }) // never ended
	plant(ActAgainst, 5, func(e *Recorded) {                                                            // begun when the clock was over
		e.Done = []Done{e.done(e.ID, "transferred", time.Hour)}
		e.Items[0].Question.Act, e.Items[0].Question.Facts = "transfer-custody", comity.Facts{}
		e.Items[0].Question.Act = "hold-on-detainer"
		e.Items[0].Question.Facts = comity.Facts{"clock.hours_past_release": "50", "document.detainer": "i-247a"}
		d, err := book.Decide(e.Items[0].Question)
		if err != nil || d.Verdict != comity.Prohibited {
			t.Fatalf("%v %v", d.Verdict, err)
		}
		e.Items[0].Decision = d
		e.Done[0].About = "hold-on-detainer"
		e.Done[0].What = "honoured"
	})
	plant(ActAgainst, 3, func(e *Recorded) { // a judge's warrant that was to be executed
		e.Items[0].Question.Act = "execute-judicial-warrant"
		e.Items[0].Question.Facts = comity.Facts{"document.judicial": "arrest-warrant"}
		d, err := book.Decide(e.Items[0].Question)
		if err != nil || d.Verdict != comity.Required {
			t.Fatalf("%v %v", d.Verdict, err)
		}
		e.Items[0].Decision = d
		e.Done = []Done{e.done(e.ID, "declined", time.Hour)}
	})
	plant(OverrideUnproven, 4, func(e *Recorded) {
		e.Done = []Done{{ID: e.ID, What: "overridden", At: e.At, Override: true, Rank: true}}
	})
	plant(DecisionDiffers, 4, func(e *Recorded) { e.Items[0].Decision.Verdict = comity.Required })

	r := ReplayLog(book, log, day0.AddDate(0, 2, 0))
	var got []string
	for _, f := range r.Findings {
		got = append(got, f.What)
		if !strings.HasPrefix(f.Entry, f.What) || f.Cause == "" {
			t.Errorf("found for another reason than planted: %+v", f)
		}
	}
	slices.Sort(want)
	if !slices.Equal(got, want) || len(want) != 37 {
		t.Errorf("%d planted, %d found:\n%v\n%v", len(want), len(got), want, got)
	}
	if r.Standings[Differs] != 4 {
		t.Errorf("%v", r.Standings)
	}
}

func TestOverrideWithReasonIsNoFinding(t *testing.T) {
	book := testBook(t)
	e := contact(t, book, "x", 0, nil)
	e.Done = []Done{{ID: "y", What: "overridden", At: e.At, Override: true, Reason: true, Rank: true}}
	if r := ReplayLog(book, []Recorded{e}, day0.AddDate(0, 1, 0)); len(r.Findings) != 0 {
		t.Errorf("%+v", r.Findings)
	}
}

// What was learned later does not make an old answer wrong.
func TestLawLearnedLaterIsNotHeldAgainstThem(t *testing.T) {
	book := testBook(t)
	e := contact(t, book, "x", 0, nil)
	e.Items[0].Question.Known = "2025-12-31" // the pack was added on 1 January 2026
	d, err := book.Decide(e.Items[0].Question)
	if err != nil {
		t.Fatal(err)
	}
	if e.Items[0].Decision.Verdict == d.Verdict {
		t.Fatal("the test needs two different answers")
	}
	e.Items[0].Decision = d
	if r := ReplayLog(book, []Recorded{e}, day0); r.Standings[Consistent] != 1 {
		t.Errorf("%+v", r)
	}
}

func TestFromEntries(t *testing.T) {
	book := testBook(t)
	e := contact(t, book, "r1", 0, nil)
	encode := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	entries := []record.Entry{
		{Draft: record.Draft{ID: "r1", Kind: "detainer", At: e.At, Fields: []record.Field{
			{Name: "question.1", Value: encode(e.Items[0].Question)}, {Name: "decision.1", Value: encode(e.Items[0].Decision)}}}},
		{Draft: record.Draft{ID: "a1", Kind: "act", Ref: "r1", At: e.At.Add(time.Hour), Fields: []record.Field{
			{Name: "form.done", Value: "honoured"}, {Name: "form.override", Value: "yes"}, {Name: "form.rank", Value: "lieutenant"}}}},
		{Draft: record.Draft{ID: "n1", Kind: "notice", Ref: "r1", At: e.At.Add(3 * time.Hour), Fields: []record.Field{
			{Name: "form.served_at", Value: e.At.Add(2 * time.Hour).Format(time.RFC3339)}}}},
		{Draft: record.Draft{ID: "gone", Kind: "detainer"}, Erased: true},
		{Draft: record.Draft{ID: "other", Kind: "misidentification"}},
	}
	log, err := FromEntries(entries)
	if err != nil || len(log) != 1 || len(log[0].Items) != 1 || len(log[0].Done) != 1 || len(log[0].Told) != 1 {
		t.Fatalf("%v %+v", err, log)
	}
	if d := log[0].Done[0]; !d.Override || d.Reason || !d.Rank || d.What != "honoured" {
		t.Errorf("%+v", d)
	}
	if !log[0].Told[0].At.Equal(e.At.Add(2 * time.Hour)) {
		t.Errorf("served at %s", log[0].Told[0].At)
	}
	if r := ReplayLog(book, log, day0); len(r.Findings) == 0 || r.Findings[0].What != OverrideUnproven && r.Findings[0].What != HoldPastClock {
		t.Errorf("%+v", r.Findings)
	}
	entries[0].Fields[0].Value = "{"
	if _, err := FromEntries(entries); err == nil {
		t.Error("an entry that cannot be read was passed over in silence")
	}
}

func TestReadRecorded(t *testing.T) {
	book := testBook(t)
	line, err := json.Marshal(contact(t, book, "r1", 0, nil))
	if err != nil {
		t.Fatal(err)
	}
	log, err := ReadRecorded(strings.NewReader(string(line) + "\n\n" + string(line) + "\n"))
	if err != nil || len(log) != 2 || log[0].Items[0].Question.Facts["document.detainer"] != "i-247a" {
		t.Errorf("%v %+v", err, log)
	}
	var p *comity.Problem
	if _, err := ReadRecorded(strings.NewReader(string(line) + "\nnot json\n")); !errors.As(err, &p) || p.Where != "line 2" {
		t.Errorf("got %v", err)
	}
	if _, err := ReadRecorded(strings.NewReader("")); !errors.As(err, &p) || p.Code != "no-rows" {
		t.Errorf("got %v", err)
	}
}

func FuzzReadRecorded(f *testing.F) {
	f.Add(`{"id":"a","at":"2026-03-02T09:00:00Z","items":[],"done":[],"told":[]}`)
	f.Add(`{"items":[{"question":{"facts":{"a":1}},"decision":{"duties":[{"due":"2026-03-02"}]}}],"done":[{"what":"honoured"}]}`)
	answers := &decider{answers: map[string]comity.Decision{}}
	f.Fuzz(func(t *testing.T, text string) {
		log, err := ReadRecorded(strings.NewReader(text))
		if err != nil {
			return
		}
		total := 0
		for _, e := range log {
			total += len(e.Items)
		}
		r := ReplayLog(answers, log, day0)
		if r.Total != total || r.Standings[Consistent]+r.Standings[Withheld]+r.Standings[Differs] != total {
			t.Fatalf("%d read: %+v", total, r)
		}
	})
}
