package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
)

// jail is the booking system of a Texas jail, at work.
type jail struct {
	*Desk
	t testing.TB
	n int
}

func (j *jail) event(id, event, at string, more ...string) []Concerned {
	j.t.Helper()
	e := BookingEvent{ID: id, Agency: "TX2270000", Role: "integrator", Booking: "B-1001", Event: event, At: at}
	for i := 0; i < len(more); i += 2 {
		switch more[i] {
		case "reason":
			e.Reason = more[i+1]
		case "number":
			e.Pointer = more[i+1]
		case "booking":
			e.Booking = more[i+1]
		case "new":
			e.NewBooking = more[i+1]
		}
	}
	out, err := j.Booking(j.t.Context(), e)
	if err != nil {
		j.t.Fatalf("%s: %v", id, err)
	}
	return out
}

func (j *jail) follow(kind, ref string, pairs ...string) (Answer, error) {
	j.n++
	r := Request{ID: fmt.Sprintf("%s-%d", kind, j.n), Agency: "TX2270000", Kind: kind, Ref: ref, In: "us-tx-travis", Actor: "county-jail", Role: "clerk", Form: Form{}}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == "at" {
			r.At = pairs[i+1]
			continue
		}
		r.Form[pairs[i]] = pairs[i+1]
	}
	if kind == transfer.Name {
		return j.HandOver(j.t.Context(), r)
	}
	return j.Handle(j.t.Context(), r)
}

func (j *jail) must(kind, ref string, pairs ...string) {
	j.t.Helper()
	if _, err := j.follow(kind, ref, pairs...); err != nil {
		j.t.Fatalf("%s: %v", kind, err)
	}
}

func (j *jail) did(ref string, done Done) {
	j.t.Helper()
	j.n++
	done.ID = fmt.Sprintf("did-%d", j.n)
	if _, err := act1(j.Desk, j.t.(*testing.T), ref, done); err != nil {
		j.t.Fatalf("%s: %v", done.Done, err)
	}
}

// one is the only open case.
func (j *jail) one() Task {
	j.t.Helper()
	list, err := j.Tasks(j.t.Context(), "TX2270000")
	if err != nil || len(list) != 1 {
		j.t.Fatalf("%d tasks, %v; want one", len(list), err)
	}
	return list[0]
}

func (j *jail) due() string {
	j.t.Helper()
	card := j.one().Card
	at, ok := card.releaseDue()
	if !ok {
		return ""
	}
	return at.UTC().Format("Mon 15:04")
}

func newJail(t *testing.T, moment string) *jail {
	d, _ := at(t, moment)
	return &jail{Desk: d, t: t}
}

var servedNotice = []string{"language", "en", "how", "handed-over", "served_at", "2026-11-21T08:00", "by", "booking-officer", "copy", "yes", "counsel", "yes", "signature", "signed"}

var handedOver = []string{"basis", "i-200", "pointer", "JMS-4711", "to", "ice", "taker", "credential-seen office-called-back", "giver", "badge-shown", "person", "wristband photo",
	"papers", "request warrant", "place", "jail-sally-port", "receipt_person", "given", "receipt_counsel", "no-counsel-known", "contradicts", "no", "shown", "none"}

// Holds stand on each other: another county, the state prison, parole. The
// hours count from the end of the last one, whatever order the news comes in.
func TestStackedHolds(t *testing.T) {
	j := newJail(t, "2026-11-21T15:00:00Z")
	handle(t, j.Desk, texas().but("tx-1", "other_reason", "yes", "release_at", "", "received_at", "2026-11-16T08:00"))
	if due := j.due(); due != "" {
		t.Fatalf("a clock runs although another reason keeps the person: %s", due)
	}
	j.event("e1", OtherHold, "2026-11-16T16:00:00Z", "reason", "other-county", "number", "W-1")
	j.event("e2", OtherHold, "2026-11-16T17:00:00Z", "reason", "parole", "number", "P-9")
	j.event("e3", OtherHold, "2026-11-16T18:00:00Z", "reason", "parole", "number", "P-10")
	j.event("e4", ChargeEnded, "2026-11-17T10:00:00Z")
	j.event("e5", HoldEnded, "2026-11-18T10:00:00Z", "reason", "parole") // which of two? none
	j.event("e6", HoldEnded, "2026-11-18T11:00:00Z", "reason", "parole", "number", "P-10")
	j.event("e7", HoldEnded, "2026-11-20T23:00:00Z", "reason", "other-county", "number", "W-1")
	if due := j.due(); due != "" {
		t.Fatalf("parole P-9 still lasts and a clock runs: %s", due)
	}
	j.event("e8", HoldEnded, "2026-11-19T09:30:00Z", "reason", "parole", "number", "P-9") // late news
	if due := j.due(); due != "Fri 23:00" {
		t.Errorf("the hours count from %q, want the end of the last hold", due)
	}
	laws := 0
	for _, a := range j.one().Alarms {
		count(&laws, a.Name == "law" && strings.Contains(a.Cite, "2A.060") && a.Due.Equal(time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)))
		if a.Starts == releaseFact && a.Due.Before(time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC)) {
			t.Errorf("the clock %s (%s) still counts from what was said at first: %s", a.Name, a.Cite, a.Due)
		}
	}
	if laws != 1 {
		t.Errorf("the clock of the state's law stands %d times at the end of 48 hours", laws)
	}
	if spent := j.one().Card.Custody.Spent; spent != 0 {
		t.Errorf("%s counted as held on the detainer alone", spent)
	}
	j.event("e9", NoReason, "2026-11-21T09:00:00Z")
	if due := j.due(); due != "Fri 23:00" {
		t.Errorf("news that comes after the end moves it: %q", due)
	}
}

// What was foreseen at the intake gives way to what really happened, early or late.
func TestForeseenEndGivesWay(t *testing.T) {
	for _, c := range []struct{ told, want string }{{"2026-11-20T20:00:00Z", "Fri 20:00"}, {"2026-11-21T02:00:00Z", "Sat 02:00"}} {
		j := newJail(t, "2026-11-20T15:00:00Z")
		r := texas()
		r.At = "2026-11-20T09:00:00-06:00"
		handle(t, j.Desk, r)
		if due := j.due(); due != "Fri 23:00" {
			t.Fatalf("foreseen: %s", due)
		}
		j.event("e1", ChargeEnded, c.told)
		if due := j.due(); due != c.want {
			t.Errorf("told of %s: %s, want %s", c.told, due, c.want)
		}
	}
}

// A new hold after the hours have begun: they count again from its end, and
// because no law of ours says whether they may, a supervisor looks.
func TestHoursThatRanBefore(t *testing.T) {
	j := newJail(t, "2026-11-21T15:00:00Z")
	handle(t, j.Desk, texas())
	j.did("tx-1", Done{Done: Honoured, Compared: "yes"})
	if s := j.one().State; s != Basis {
		t.Fatalf("held: %s", s)
	}
	j.event("e1", OtherHold, "2026-11-21T09:00:00-06:00", "reason", "other-county", "number", "W-1")
	if task := j.one(); task.State != Waiting || slices.ContainsFunc(task.Alarms, func(a Alarm) bool { return a.Starts == releaseFact }) {
		t.Errorf("another county's hold: %s, with clocks %+v", task.State, task.Alarms)
	}
	j.event("e2", HoldEnded, "2026-11-21T12:00:00-06:00", "reason", "other-county", "number", "W-1")
	j.move(t, "2026-11-21T19:00:00Z")
	task := j.one()
	if task.State != Supervisor || !task.Interrupted || task.Card.Custody.Spent != 16*time.Hour {
		t.Errorf("%s, interrupted %v, %s alone; want a supervisor and 16 h", task.State, task.Interrupted, task.Card.Custody.Spent)
	}
	j.did("tx-1", Done{Done: Honoured, Compared: "yes", Reason: "counsel asked", Rank: "lieutenant"})
	if s := j.one().State; s != Basis {
		t.Errorf("a supervisor has looked: %s", s)
	}
}

// A person who comes back under another number: what was done before does not
// count on, the old paper needs a supervisor, and the notice is due again.
func TestRebooking(t *testing.T) {
	j := newJail(t, "2026-11-21T15:00:00Z")
	handle(t, j.Desk, texas())
	j.did("tx-1", Done{Done: Honoured, Compared: "yes"})
	j.must("notice", "tx-1", servedNotice...)
	j.did("tx-1", Done{Done: Released, Ground: "hours-ended", Reason: "hours ended", Rank: "lieutenant"})
	told := j.event("e1", Rebooked, "2026-11-21T10:00:00-06:00", "new", "B-2002")
	if len(told) != 1 || !told[0].Open {
		t.Fatalf("re-booked: %+v", told)
	}
	task := j.one()
	if task.State != Supervisor || !task.OldPaper || !task.Unserved {
		t.Errorf("%s, old paper %v, unserved %v", task.State, task.OldPaper, task.Unserved)
	}
	if got := j.event("e2", OtherHold, "2026-11-21T11:00:00-06:00", "reason", "parole"); len(got) != 0 {
		t.Error("the old number still finds the case")
	}
	if got := j.event("e3", NoReason, "2026-11-22T11:00:00-06:00", "booking", "b 2002"); len(got) != 1 {
		t.Error("the new number does not find the case")
	}
	if due := j.due(); due != "Sun 17:00" {
		t.Errorf("the hours count from %s", due)
	}
}

// A detainer that is taken back stays so, whatever is booked later.
func TestCancelledStaysCancelled(t *testing.T) {
	for _, done := range []string{Cancelled, Replaced} {
		j := newJail(t, "2026-11-21T15:00:00Z")
		handle(t, j.Desk, texas())
		second := texas().but("tx-2", "edition", "2025-05")
		handle(t, j.Desk, second)
		card, err := j.Case(t.Context(), "tx-2", "TX2270000")
		if err != nil {
			t.Fatal(err)
		}
		beside, err := j.Beside(t.Context(), card)
		if err != nil || len(beside) != 1 || beside[0].ID != "tx-1" {
			t.Fatalf("beside the second paper: %v, %v", beside, err)
		}
		j.did("tx-1", Done{Done: done})
		if got := j.one(); got.Card.ID != "tx-2" {
			t.Errorf("%s: %s is open", done, got.Card.ID)
		}
		j.event("e1", Rebooked, "2026-11-22T10:00:00-06:00", "new", "B-2002")
		if got := j.one(); got.Card.ID != "tx-2" {
			t.Errorf("%s and re-booked: %s is open", done, got.Card.ID)
		}
	}
}

func TestLatePaperIsADefect(t *testing.T) {
	j := newJail(t, "2026-11-21T15:00:00Z")
	a := handle(t, j.Desk, texas().but("tx-1", "received_at", "2026-11-20T19:00"))
	if !slices.ContainsFunc(a.Defects, func(d Defect) bool { return d.Code == lateDefect && !d.Stops }) {
		t.Errorf("a paper that came after the person would have gone free: %v", a.Defects)
	}
}

// The booking system tells the same thing twice, tells of a booking without a
// detainer, and tells nonsense: one entry, none, none.
func TestBookingEventsAreRecordedOnce(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	j := &jail{Desk: d, t: t}
	if got := j.event("e0", OtherHold, "2026-11-21T08:00:00Z", "reason", "parole"); len(got) != 0 || len(s.Kept) != 0 {
		t.Fatal("a booking without a detainer left a trace")
	}
	handle(t, d, texas())
	first := j.event("e1", OtherHold, "2026-11-21T08:00:00Z", "reason", "parole", "number", "P-1")
	again := j.event("e1", OtherHold, "2026-11-21T08:00:00Z", "reason", "parole", "number", "P-1")
	if len(first) != 1 || len(again) != 1 || !again[0].Answer.Again || len(s.Kept) != 2 {
		t.Errorf("twice: %d entries", len(s.Kept))
	}
	if first[0].Task.State != Decide || len(first[0].Task.Card.Custody.Open()) != 1 {
		t.Errorf("printed back: %s, %d reasons", first[0].Task.State, len(first[0].Task.Card.Custody.Open()))
	}
	for name, e := range map[string]BookingEvent{
		"bad-date":      {ID: "x", Agency: "TX2270000", Booking: "B-1001", Event: Freed, At: "yesterday"},
		"bad-field":     {ID: "x", Agency: "TX2270000", Booking: "nobody", Event: "deported", At: "2026-11-21T08:00:00Z"},
		"missing-field": {ID: "x", Agency: "TX2270000", Booking: "nobody", Event: OtherHold, At: "2026-11-21T08:00:00Z"},
		"conflict-id":   {ID: "e1", Agency: "TX2270000", Booking: "B-1001", Event: OtherHold, Reason: "other-court", At: "2026-11-21T08:00:00Z"},
	} {
		if _, err := d.Booking(t.Context(), e); code(err) != name {
			t.Errorf("%+v: %v, want %s", e, err, name)
		}
	}
	if got, err := d.Booking(t.Context(), BookingEvent{ID: "other", Agency: "IL0160000", Booking: "B-1001", Event: Freed, At: "2026-11-21T08:00:00Z"}); err != nil || len(got) != 0 {
		t.Errorf("another agency's booking of that number: %v, %v", got, err)
	}
	if len(s.Kept) != 2 {
		t.Errorf("%d entries after what was refused", len(s.Kept))
	}
}

// Free, as the booking system says, and nobody wrote down what was decided.
func TestFreedAsksForTheReason(t *testing.T) {
	j := newJail(t, "2026-11-21T15:00:00Z")
	handle(t, j.Desk, texas())
	j.event("e1", Freed, "2026-11-21T08:00:00Z")
	if s := j.one().State; s != WriteDown {
		t.Errorf("freed: %s", s)
	}
	j.did("tx-1", Done{Done: Released, Ground: "bond-posted", Reason: "told too late", Rank: "sergeant"})
	if list, err := j.Tasks(t.Context(), "TX2270000"); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", states(list), err)
	}
}

// The booking system says what ended the last reason: the release is recorded
// where the law lets it, and waits for a supervisor where a hold is demanded.
func TestFreedWithItsGround(t *testing.T) {
	for in, want := range map[string]State{"us-il-cook": "", "us-tx-travis": WriteDown} {
		j := newJail(t, "2026-11-21T15:00:00Z")
		r := texas()
		r.In = in
		handle(t, j.Desk, r)
		e := BookingEvent{ID: "e1", Agency: "TX2270000", Role: "integrator", Booking: "B-1001", Event: Freed, At: "2026-11-21T08:00:00-06:00", Ground: "bond-posted"}
		for range 2 {
			got, err := j.Booking(t.Context(), e)
			if err != nil || len(got) != 1 || got[0].Open != (want != "") || got[0].Open && got[0].Task.State != want {
				t.Errorf("%s: %+v, %v", in, got, err)
			}
		}
		entries, _ := j.Entries(t.Context(), "TX2270000")
		if n := len(entries); (want == "") != (n == 3) {
			t.Errorf("%s: %d entries", in, n)
		}
		e.ID, e.Event = "e2", NoReason
		if _, err := j.Booking(t.Context(), e); code(err) != "bad-field" {
			t.Errorf("a ground without a release: %v", err)
		}
	}
}

// Row K4: the audit finds every hold and hand-over without a notice on record,
// and no other.
func TestAuditFindsEveryHoldWithoutNotice(t *testing.T) {
	j := newJail(t, "2026-11-21T15:00:00Z")
	var want []string
	for i := range 16 {
		id := fmt.Sprintf("tx-%02d", i)
		handle(t, j.Desk, texas().but(id, "booking", id))
		held, told, again := i&1 != 0, i&2 != 0, i&4 != 0
		if held {
			j.did(id, Done{Done: Honoured, Compared: "yes"})
		}
		if told {
			j.must("notice", id, servedNotice...)
		}
		if again { // what was served before does not count for the new booking
			j.event("e-"+id, Rebooked, "2026-11-21T08:30:00-06:00", "booking", id, "new", "N-"+id)
			j.did(id, Done{Done: Honoured, Compared: "yes", Reason: "looked", Rank: "sergeant"})
		}
		if i&8 != 0 {
			j.did(id, Done{Done: Released, Reason: "let go", Rank: "sergeant"})
		}
		if held && !told || again {
			want = append(want, id)
		}
	}
	book, err := j.Detainers(t.Context(), "TX2270000")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range book.Unserved {
		got = append(got, c.ID)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

// ICE said that it would come, and did not: the call, its clock and the answer
// stand on record, and the hours go on counting.
func TestNoShow(t *testing.T) {
	j := newJail(t, "2026-11-21T15:00:00Z")
	handle(t, j.Desk, texas())
	j.did("tx-1", Done{Done: Honoured, Compared: "yes"})
	if _, err := j.follow("release-call", "tx-1", "result", WillCome); code(err) != "missing-field" {
		t.Errorf("a call to nobody: %v", err)
	}
	j.must("release-call", "tx-1", "result", WillCome, "called", "duty-officer", "number_from", "own-directory", "expected_at", "2026-11-21T14:00", "at", "2026-11-21T09:30:00-06:00")
	task := j.one()
	if !task.Card.Custody.Called || task.Next.Name != "pickup" {
		t.Errorf("called %v, next %s; want the announced hour first", task.Card.Custody.Called, task.Next.Name)
	}
	j.must("release-call", "tx-1", "result", DidNotCome, "at", "2026-11-21T14:30:00-06:00")
	j.move(t, "2026-11-21T21:00:00Z")
	if task = j.one(); !task.Card.Custody.NoShow || task.State != Basis || task.Next.Name != "form" {
		t.Errorf("nobody came: %+v %s %s", task.Card.Custody.NoShow, task.State, task.Next.Name)
	}
	j.move(t, "2026-11-25T01:00:00Z")
	if task = j.one(); task.State != ReleaseNow || !task.Overdue {
		t.Errorf("the hours are over and nobody came: %s", task.State)
	}
}

// Where the law forbids telling ICE of the release, a call is refused unless a
// supervisor's reason and rank stand beside it; that nobody came may be written.
func TestReleaseCallAgainstTheAnswer(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	r := texas()
	r.Agency, r.In = "IL0160000", "us-il-cook"
	handle(t, d, r)
	call := func(id string, more ...string) error {
		c := cook(id, "release-call", more...)
		c.Ref = "tx-1"
		_, err := d.Handle(t.Context(), c)
		return err
	}
	barred := []string{"result", "no-answer", "called", "field-office", "number_from", "own-directory"}
	if err := call("c1", barred...); code(err) != "contrary-act" {
		t.Errorf("a call that the law forbids: %v", err)
	}
	if err := call("c2", append(barred, "reason", "judge's order", "rank", "captain")...); err != nil {
		t.Errorf("with a supervisor: %v", err)
	}
	if err := call("c3", "result", DidNotCome); err != nil {
		t.Errorf("nobody came: %v", err)
	}
}

// Row K3: nobody is handed over without the id of the paper and the notice.
func TestHandingOver(t *testing.T) {
	j := newJail(t, "2026-11-21T15:00:00Z")
	handle(t, j.Desk, texas())
	j.did("tx-1", Done{Done: Honoured, Compared: "yes"})
	if _, err := j.follow("transfer", "tx-1", handedOver...); code(err) != "no-notice" {
		t.Errorf("without the notice: %v", err)
	}
	j.did("tx-1", Done{Done: Transferred, Reason: "by word", Rank: "sergeant"}) // a program wrote the bare act
	if s := j.one().State; s != Handover {
		t.Errorf("handed over without papers: %s", s)
	}
	book, err := j.Detainers(t.Context(), "TX2270000")
	if err != nil || len(book.Handover) != 1 || len(book.Unserved) != 1 {
		t.Errorf("the audit finds %d without papers and %d without notice, %v", len(book.Handover), len(book.Unserved), err)
	}
	j.must("notice", "tx-1", servedNotice...)
	j.must("transfer", "tx-1", handedOver...)
	if list, err := j.Tasks(t.Context(), "TX2270000"); err != nil || len(list) != 0 {
		t.Errorf("still open: %v, %v", states(list), err)
	}
	book, err = j.Detainers(t.Context(), "TX2270000")
	if err != nil || len(book.Handover) != 0 || len(book.Unserved) != 0 || book.Handed != 1 {
		t.Errorf("%+v, %v", book, err)
	}
}

// What speaks against the form at the last moment stops a hand-over, and leaves
// no byte (H31).
func TestHarm_H31_a_hand_over_is_stopped_too(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	j := &jail{Desk: d, t: t}
	handle(t, d, texas())
	j.must("notice", "tx-1", servedNotice...)
	for _, change := range [][]string{{"contradicts", "yes"}, {"shown", "us-citizen-document"}} {
		if _, err := j.follow("transfer", "tx-1", append(slices.Clone(handedOver), change...)...); code(err) != "contradiction" {
			t.Errorf("%v: %v", change, err)
		}
	}
	if len(s.Kept) != 2 || strings.Contains(written(s), "us-citizen-document") {
		t.Errorf("%d entries", len(s.Kept))
	}
}

// The law is asked before anything of a hand-over is written.
func TestHandingOverAgainstTheAnswer(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	r := texas()
	r.Agency, r.In = "IL0160000", "us-il-cook"
	handle(t, d, r)
	told := cook("n1", "notice", servedNotice...)
	told.Ref = "tx-1"
	handle(t, d, told)
	over := cook("t1", "transfer", handedOver...)
	over.Ref = "tx-1"
	if _, err := d.HandOver(t.Context(), over); code(err) != "contrary-act" {
		t.Errorf("handed over against the answer: %v", err)
	}
	if len(s.Kept) != 2 {
		t.Fatalf("%d entries", len(s.Kept))
	}
	if _, err := d.HandOver(t.Context(), over.but("t1", "reason", "warrant of a judge seen", "rank", "captain")); err != nil {
		t.Fatal(err)
	}
	if got := ReadCard(s.Kept[3]); got.Form["override"] != yes || ReadCard(s.Kept[2]).Form["notice"] != "n1" {
		t.Errorf("the act %+v", got.Form)
	}
}

// A release after a declined detainer says why and by which rule, in custody
// facts only (R11).
func TestReleaseAfterADeclinedDetainer(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	r := texas()
	r.Agency, r.In = "IL0160000", "us-il-cook"
	handle(t, d, r)
	for i, done := range []Done{{Done: Declined}, {Done: Released, Ground: "bond-posted"}} {
		done.ID, done.Agency = "act-"+string(rune('a'+i)), "IL0160000"
		if _, err := d.Act(t.Context(), "tx-1", done); err != nil {
			t.Fatal(err)
		}
	}
	book, err := d.Detainers(t.Context(), "IL0160000")
	if err != nil || len(book.Declined) != 1 {
		t.Fatalf("%+v, %v", book, err)
	}
	let := book.Declined[0]
	if let.Ground != "bond-posted" || !slices.ContainsFunc(let.Rules, func(r string) bool { return r != "" }) {
		t.Errorf("released by %q under %v", let.Ground, let.Rules)
	}
	field, _ := act.Field("ground")
	for _, value := range field.Values {
		if slices.Contains([]string{"status", "nationality", "safety"}, value) {
			t.Errorf("the ground %s is no custody fact", value)
		}
	}
}

// A hold that nobody compared with our own record is no basis on file; a bare
// act by a program is recorded and asks for a supervisor (H31).
func TestHarm_H31_no_hold_before_a_supervisor_compared(t *testing.T) {
	j := newJail(t, "2026-11-21T15:00:00Z")
	handle(t, j.Desk, texas())
	j.did("tx-1", Done{Done: Honoured})
	if task := j.one(); task.State != Supervisor || !task.Uncompared {
		t.Errorf("a hold that nobody compared: %s", task.State)
	}
	j.did("tx-1", Done{Done: Honoured, Compared: "yes"})
	if task := j.one(); task.State != Basis {
		t.Errorf("compared since: %s", task.State)
	}
}

// Wherever a hold is demanded, a contradiction takes the plain must away and
// asks for a supervisor, and the record cannot tell which case it was.
func TestHarm_H31_a_contradiction_is_never_a_plain_must(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	must := 0
	for _, in := range []string{"us-tx-travis", "us-tx", "us-fl", "us-ga", "us-nc", "us-tn", "us-la", "us-ia", "us-ms", "us-wv", "us-ks", "us-al", "us-sc", "us-ok", "us-in", "us-ar"} {
		if _, ok := d.Law.Place(in); !ok {
			continue
		}
		r := texas()
		r.In, r.At = in, "2026-11-20T18:00:00-06:00"
		plain := decisionOn(t, handle(t, d, r.but("plain-"+in)), "hold-on-detainer")
		if plain.Verdict == comity.Required {
			must++
		}
		for _, change := range [][]string{{"contradicts", "yes"}, {"shown", "us-citizen-document"}, {"shown", "lawful-status-document"}} {
			a := handle(t, d, r.but("x-"+in+change[1], change...))
			// A paper of lawful status does not everywhere speak against the form:
			// there the stop beside the answer says that a supervisor looks.
			if v := decisionOn(t, a, "hold-on-detainer").Verdict; v == comity.Required && change[1] != "lawful-status-document" {
				t.Errorf("%s, %v: a plain must", in, change)
			}
			if !slices.Contains(a.Stops, StopContradiction) {
				t.Errorf("%s, %v: no supervisor is asked", in, change)
			}
		}
	}
	if must < 2 {
		t.Errorf("a hold is demanded in %d places: the test shows little", must)
	}
	for _, e := range s.Kept {
		for _, f := range e.Fields {
			if f.Value == "us-citizen-document" || f.Value == "lawful-status-document" {
				t.Fatalf("%s holds %s", e.ID, f.Name)
			}
		}
	}
}
