package desk

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/record"
)

// Scenario 1 of users.md, the rest of the week-end at the desk: a hold stands on
// the first one, the counted hours end on Tuesday, and the person is let go.
func TestScenarioLieutenantTillTheRelease(t *testing.T) {
	j := newJail(t, "2026-11-21T15:00:00Z")
	handle(t, j.Desk, texas())
	j.did("tx-1", Done{Done: Honoured, Compared: "yes"})
	j.must("notice", "tx-1", servedNotice...)
	task := j.one()
	if task.State != Basis || task.Unserved || task.Verdict != comity.Required {
		t.Fatalf("Saturday: %s %s, unserved %v", task.State, task.Verdict, task.Unserved)
	}
	j.move(t, "2026-11-23T15:00:00Z")
	if v := j.one().Verdict; v == comity.Required {
		t.Error("Monday: the form's own 48 hours are over, and it is still a plain must")
	}
	j.move(t, "2026-11-25T00:00:00Z")
	if task = j.one(); task.State != ReleaseNow || !task.Overdue || task.Verdict != comity.Prohibited {
		t.Errorf("Tuesday 18:00: %s %s, overdue %v", task.State, task.Verdict, task.Overdue)
	}
	j.did("tx-1", Done{Done: Released, Ground: "hours-ended", At: "2026-11-24T18:10:00-06:00"})
	book, err := j.Detainers(t.Context(), "TX2270000")
	if err != nil || len(book.Unserved) != 0 || len(book.Over) != 1 {
		t.Fatalf("%+v, %v", book, err)
	}
	over := book.Over[0].Extra
	if over.Plain != 97*time.Hour+10*time.Minute || over.Form != 49*time.Hour+10*time.Minute || over.Federal != time.Hour+10*time.Minute {
		t.Errorf("kept %s, %s past the form, %s past the regulation", over.Plain, over.Form, over.Federal)
	}
}

// Scenario 4: a California jail may tell ICE of a release after a violent
// felony, never must; hold and hand-over are barred, and the person has a copy
// and is told whether the agency means to comply.
func TestScenarioCaliforniaJail(t *testing.T) {
	d, _ := at(t, "2026-11-21T18:00:00Z")
	r := texas()
	r.Agency, r.In = "CA0100000", "us-ca-fresno"
	r.More = comity.Facts{"conviction.category": "ca-violent-felony"}
	a := handle(t, d, r.but("ca-1", "asked", "transfer interview"))
	for act, want := range map[string][]comity.Verdict{
		"hold-on-detainer":      {comity.Prohibited},
		"jail-interview-access": {comity.Prohibited, comity.NeedsFacts}, // until the written form is signed
		"notify-person":         {comity.Required},
	} {
		if got := decisionOn(t, a, act); !slices.Contains(want, got.Verdict) {
			t.Errorf("%s: %s, want %v", act, got.Verdict, want)
		}
	}
	if v := decisionOn(t, a, "notify-release").Verdict; v == comity.Required {
		t.Error("telling ICE of the release is a plain must")
	}
	card, err := d.Case(t.Context(), "ca-1", "CA0100000")
	if err != nil {
		t.Fatal(err)
	}
	if form := d.Interview(card, "vi"); !slices.ContainsFunc(form.Law, func(l NoticeLaw) bool { return strings.Contains(l.Ref, "7283.1(a)") }) {
		t.Errorf("the form before an interview quotes %+v", form.Law)
	}
	n := d.Notice(card, "es", Referral{}, func(at time.Time) string { return at.Format(time.RFC3339) })
	if !slices.ContainsFunc(n.Law, func(l NoticeLaw) bool { return strings.Contains(l.Ref, "7283.1(b)") }) {
		t.Errorf("the notice names %v", n.Law)
	}
}

// Scenario 7: an Illinois jailer who released on time. Months later the record
// still gives the answer of that day, the release says why, and what the public
// may ever see of it names no rank.
func TestScenarioIllinoisJailer(t *testing.T) {
	d, s := at(t, "2026-12-01T15:00:00Z")
	r := texas()
	r.Agency, r.In, r.At = "IL0160000", "us-il-cook", "2026-12-01T09:00:00-06:00"
	r = r.but("il-1", "received_at", "2026-11-30T10:00", "release_at", "2026-12-01T10:00")
	first := decisionOn(t, handle(t, d, r), "hold-on-detainer")
	if first.Verdict != comity.Prohibited {
		t.Fatalf("a hold in Illinois: %s", first.Verdict)
	}
	d.move(t, "2026-12-01T16:00:00Z")
	for i, done := range []Done{{Done: Declined}, {Done: Released, Ground: "bond-posted"}} {
		done.ID, done.Agency = fmt.Sprintf("il-act-%d", i), "IL0160000"
		if _, err := d.Act(t.Context(), "il-1", done); err != nil {
			t.Fatal(err)
		}
	}
	d.move(t, "2027-06-01T15:00:00Z")
	card := ReadCard(s.Kept[0])
	then, ok := card.Decision("hold-on-detainer")
	if !ok || then.Law != first.Law || !slices.Equal(refs(then), refs(first)) || then.Known != "2026-12-01" {
		t.Errorf("the answer of that day reads %+v", then)
	}
	book, err := d.Detainers(t.Context(), "IL0160000")
	if err != nil || len(book.Declined) != 1 || len(book.Over) != 0 {
		t.Fatalf("%+v, %v", book, err)
	}
	for _, k := range []*Kind{&detainer, &custody, &releaseCall, &transfer} {
		if k.Record.Release != record.Monthly || k.Record.Series != "custody" {
			t.Errorf("%s is released %v in the series %s", k.Name, k.Record.Release, k.Record.Series)
		}
	}
}

// Row K3 as a property: whatever comes in whatever order, no case is over by a
// hand-over unless the id of a paper and the notice are on record.
func TestNoHandOverClosesWithoutPaperAndNotice(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1121))
	closed := 0
	for run := range 60 {
		j := newJail(t, "2026-11-21T15:00:00Z")
		handle(t, j.Desk, texas())
		for range 5 {
			switch rng.IntN(6) {
			case 0:
				_, _ = j.follow("notice", "tx-1", servedNotice...)
			case 1:
				_, _ = j.follow("transfer", "tx-1", handedOver...)
			case 2:
				_, _ = j.follow("transfer", "tx-1", append(slices.Clone(handedOver), "pointer", "")...)
			case 3:
				_, _ = act1(j.Desk, t, "tx-1", Done{ID: fmt.Sprint("bare-", rng.Uint32()), Done: Transferred, Reason: "x", Rank: "y"})
			case 4:
				_, _ = act1(j.Desk, t, "tx-1", Done{ID: fmt.Sprint("held-", rng.Uint32()), Done: Honoured, Compared: "yes"})
			case 5:
				j.event(fmt.Sprint("e-", rng.Uint32()), Rebooked, "2026-11-21T08:30:00-06:00", "new", "B-1001")
			}
		}
		list, err := j.Tasks(t.Context(), "TX2270000")
		if err != nil {
			t.Fatal(err)
		}
		if len(list) > 0 {
			continue
		}
		closed++
		entries, err := j.Entries(t.Context(), "TX2270000")
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(entries, func(e record.Entry) bool { return e.Kind == transfer.Name })
		if i < 0 {
			t.Fatalf("run %d is over without a hand-over on record", run)
		}
		over := ReadCard(entries[i])
		if n := slices.IndexFunc(entries[:i], func(e record.Entry) bool { return e.ID == over.Form["notice"] }); n < 0 || over.Form["pointer"] == "" {
			t.Errorf("run %d is over with the paper %q and the notice %q", run, over.Form["pointer"], over.Form["notice"])
		}
	}
	if closed < 5 || closed > 55 {
		t.Errorf("%d of 60 runs ended in a hand-over: the runs show little", closed)
	}
}

// The form before an interview stands in every language that the statute names
// and says in each what the statute asks for; recorded, it is no notice of the
// request.
func TestInterviewForm(t *testing.T) {
	j := newJail(t, "2026-11-21T18:00:00Z")
	handle(t, j.Desk, texas().but("tx-1", "asked", "interview"))
	card := j.one().Card
	seen := map[string]bool{}
	for _, lang := range InterviewLangs {
		f := j.Interview(card, lang)
		if f.Lang != lang || len(f.Text) != 3 || len(f.Choices) != 3 || len(f.Sign) != 2 || seen[f.Title] {
			t.Errorf("%s: %+v", lang, f)
		}
		seen[f.Title] = true
	}
	if form := j.Interview(card, "en"); len(form.Law) != 0 {
		t.Errorf("in Texas, where no section asks for the form, it quotes %+v", form.Law)
	}
	said := append(slices.Clone(servedNotice), "about", "interview", "choice", "with-lawyer")
	j.must("notice", "tx-1", said...)
	if !j.one().Unserved {
		t.Error("the form before an interview counts as the notice of the request")
	}
	if _, err := j.follow("notice", "tx-1", append(slices.Clone(servedNotice), "about", "interview")...); code(err) != "missing-field" {
		t.Errorf("without what the person chose: %v", err)
	}
}
