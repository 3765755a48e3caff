package training

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"comity"
	"comity/law"
)

var shipped = sync.OnceValues(func() (*law.Book, error) { return law.Load(os.DirFS("../../data")) })

const (
	today = "2026-11-21"
	trust = "law/us/il/trust-act.yaml"
)

func book(t testing.TB, edit ...string) *law.Book {
	t.Helper()
	b, err := shipped()
	if err == nil && len(edit) > 0 {
		text, bad := os.ReadFile("../../data/" + trust)
		if bad != nil {
			t.Fatal(bad)
		}
		changed := strings.NewReplacer(edit...).Replace(string(text))
		if changed == string(text) {
			t.Fatal("the edit changes nothing")
		}
		b, err = law.Load(os.DirFS("../../data"), fstest.MapFS{trust: {Data: []byte(changed)}})
	}
	if err != nil {
		t.Fatal(err)
	}
	b.Now = func() time.Time { return time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC) }
	return b
}

var jail = comity.Question{In: "us-il-cook", On: today, Known: today, Actor: "county-jail"}

func draw(t testing.TB, b Book, who comity.Question, topic, seed string) Quiz {
	t.Helper()
	return Draw(b, who, topic, seed)
}

// Nothing doubtful is ever asked, the key is the engine's answer, and each
// answer is explained by a section (K19).
func TestQuizKeyIsTheEnginesDecision(t *testing.T) {
	b := book(t)
	keys := map[comity.Verdict]int{}
	for _, place := range []string{"us-il-cook", "us-tx-travis", "us-ca-los-angeles", "us-wy", "us-fl-miami-dade"} {
		for _, topic := range Topics() {
			who := jail
			who.In = place
			for _, item := range draw(t, b, who, topic, "seed "+place).Items {
				d, err := b.Decide(item.Question)
				if err != nil {
					t.Fatal(err)
				}
				if d.Verdict != item.Key || len(d.Flags)+len(d.Missing)+len(d.Stale)+len(d.Uncovered) > 0 || d.On != today {
					t.Errorf("%s %s: key %s, decided %s %v", place, item.Question.Act, item.Key, d.Verdict, d.Flags)
				}
				for _, id := range d.Rules {
					if r, _, _ := b.Rule(id); r.Contested != "" || r.BestGrade() == comity.GradeC {
						t.Errorf("%s rests on %s: contested %q, grade %s", item.Question.Act, id, r.Contested, r.BestGrade())
					}
				}
				if item.Says.EN == "" || len(item.Cites) == 0 {
					t.Errorf("%s is not explained: %+v", item.Question.Act, item)
				}
				keys[item.Key]++
			}
		}
	}
	for _, key := range []comity.Verdict{comity.Prohibited, comity.Required, comity.Permitted} {
		if keys[key] == 0 {
			t.Errorf("no question has the answer %s: %v", key, keys)
		}
	}
}

func TestQuizIsDrawnBySeed(t *testing.T) {
	b := book(t)
	first, again := draw(t, b, jail, "custody", "one"), draw(t, b, jail, "custody", "one")
	if first.Digest != again.Digest || len(first.Items) != Length {
		t.Fatalf("%d items, %s and %s", len(first.Items), first.Digest, again.Digest)
	}
	others := 0
	for _, seed := range []string{"two", "three", "four"} {
		if draw(t, b, jail, "custody", seed).Digest != first.Digest {
			others++
		}
	}
	if others == 0 {
		t.Error("every seed draws the same questions")
	}
	answers := make([]comity.Verdict, Length)
	for i, item := range first.Items {
		answers[i] = item.Key
	}
	if n := first.Right(answers); n != Length || !first.Enough(n) || first.Enough(Least-1) {
		t.Errorf("%d right", n)
	}
	short := Quiz{Items: first.Items[:2]}
	if short.Enough(2) {
		t.Error("a quiz of two questions passes somebody")
	}
}

// A change of law gives another quiz, and the certificates that rest on what
// changed are stale; others are not.
func TestCertificatesGoStaleWithTheLaw(t *testing.T) {
	before := book(t)
	var quiz Quiz
	var with Item
	for _, seed := range strings.Split("abcdefghij", "") {
		quiz = draw(t, before, jail, "custody", seed)
		if i := slices.IndexFunc(quiz.Items, func(x Item) bool { return strings.HasPrefix(x.Rule, "us/il/trust-act#") }); i >= 0 {
			with = quiz.Items[i]
			break
		}
	}
	if with.Rule == "" {
		t.Fatal("no question rests on the Act")
	}
	answers := make([]comity.Verdict, Length)
	for i, item := range quiz.Items {
		answers[i] = item.Key
	}
	pass := quiz.Graded(Pass{ID: "p1", Account: "a1", Role: "clerk", Shift: "A", On: today}, answers)
	if failed := quiz.Graded(Pass{ID: "p2", Account: "a2", Role: "clerk", Shift: "A", On: today}, nil); failed.Passed() || failed.Role+failed.Shift != "" {
		t.Errorf("a try that did not pass says who: %+v", failed)
	}
	if list := pass.Changed(before, today); len(list) > 0 {
		t.Fatalf("stale on its own day: %+v", list)
	}
	after := book(t, with.Says.EN, with.Says.EN+" Changed.")
	changed := pass.Changed(after, today)
	if len(changed) == 0 || !slices.ContainsFunc(changed, func(x Item) bool { return x.Rule == with.Rule }) {
		t.Fatalf("the certificate is not stale: %+v", changed)
	}
	if slices.ContainsFunc(changed, func(x Item) bool { return x.Rule != with.Rule && x.Says.EN != with.Says.EN }) {
		t.Errorf("stale for what did not change: %+v", changed)
	}
	shifts := []Shift{{"A", 10}}
	for b, want := range map[*law.Book]Row{before: {Passed: 1}, after: {Stale: 1}} {
		row := rowOf(Report(b, today, shifts, nil, []Pass{pass}), "custody")
		if row.Passed != want.Passed || row.Stale != want.Stale {
			t.Errorf("%+v, want %+v", row, want)
		}
	}
	if later := draw(t, after, jail, "custody", "a"); later.Digest == draw(t, before, jail, "custody", "a").Digest && slices.ContainsFunc(later.Items, func(x Item) bool { return x.Rule == with.Rule }) {
		t.Error("the quiz did not follow the law")
	}
}

func rowOf(rows []Row, topic string) Row {
	return rows[slices.IndexFunc(rows, func(r Row) bool { return r.Topic == topic })]
}

// The share of a shift with a valid course, expired excluded, counted by hand (K18).
func TestReportExcludesWhatExpired(t *testing.T) {
	course := Course{ID: "c", Topic: "custody", Title: "Detainers", Months: 12}
	held := func(on, shift string, n int) Session {
		return Session{Course: course, Shift: shift, On: on, Until: Until(on, 12), Own: map[string]int{"officers": n - 1, "supervisors": 1}, Other: map[string]int{"federal-officers": 3}}
	}
	sessions := []Session{held("2025-11-21", "A", 9), held("2025-11-22", "A", 6), held("2026-03-01", "A", 4), held("2026-11-22", "A", 10), held("2026-03-01", "B", 2)}
	rows := Report(book(t), today, []Shift{{"A", 12}, {"B", 8}, {"C", 5}}, sessions, nil)
	want := map[string]Row{"A": {Trained: 6, Share: 50, Expired: 1}, "B": {Trained: 2, Share: 25}, "C": {}}
	for _, row := range rows {
		if row.Topic != "custody" {
			if row.Trained > 0 {
				t.Errorf("trained in %s by a course on custody", row.Topic)
			}
			continue
		}
		if w := want[row.Shift]; row.Trained != w.Trained || row.Share != w.Share || row.Expired != w.Expired {
			t.Errorf("shift %s: %+v, want %+v", row.Shift, row, w)
		}
	}
	if len(rows) != 3*len(Topics()) {
		t.Errorf("%d rows", len(rows))
	}
}

func TestChecks(t *testing.T) {
	good := Session{On: today, Own: map[string]int{"officers": 3}, Other: map[string]int{"federal-officers": 2}}
	for name, err := range map[string]error{
		"topic":     Course{Topic: "x", Title: "T", Months: 12}.Check(),
		"title":     Course{Topic: "custody", Months: 12}.Check(),
		"months":    Course{Topic: "custody", Title: "T"}.Check(),
		"materials": Course{Topic: "custody", Title: "T", Months: 1, Materials: "abc"}.Check(),
		"shift":     Shift{"<b>", 3}.Check(),
		"strength":  Shift{"A", 0}.Check(),
		"future":    Session{On: "2026-11-22", Own: good.Own}.Check(5, today),
		"nobody":    Session{On: today}.Check(5, today),
		"too many":  good.Check(2, today),
		"a name":    Session{On: today, Own: map[string]int{"Sample Name": 1}}.Check(5, today),
	} {
		if err == nil {
			t.Errorf("%s: no complaint", name)
		}
	}
	for name, err := range map[string]error{"course": Course{Topic: "custody", Title: "T", Months: 12}.Check(), "shift": Shift{"Noche 2", 4}.Check(), "session": good.Check(3, today)} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
