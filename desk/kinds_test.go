package desk

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
)

func cook(id, kind string, pairs ...string) Request {
	return Request{ID: id, Agency: "IL0160000", Kind: kind, In: "us-il-cook", Actor: "county-jail", Role: "clerk", At: "2026-11-21T09:00:00-06:00"}.but(id, pairs...)
}

func perimeterByWord(id string, more ...string) Request {
	return cook(id, "informal", append([]string{"asked", "perimeter release-date", "how", "telephone", "by", "ice", "purpose", "civil-immigration", "paper", "none"}, more...)...)
}

// A request by word has an answer for each thing asked, with no paper at all,
// and nobody helps on the strength of a voice (R3, K23).
func TestAskedByWord(t *testing.T) {
	d, s := at(t, "2026-11-21T09:10:00-06:00")
	a := handle(t, d, perimeterByWord("word-1"))
	if v := decisionOn(t, a, "scene-support").Verdict; v != comity.Prohibited {
		t.Errorf("a perimeter for a civil matter in Illinois: %s", v)
	}
	decisionOn(t, a, "notify-release")
	if v := decisionOn(t, a, "ordinary-policing").Verdict; v == comity.Prohibited {
		t.Error("ordinary policing is forbidden")
	}
	if !slices.Contains(a.Stops, StopIdentity) {
		t.Error("nobody was called back and no supervisor is asked for")
	}
	if _, err := d.Act(t.Context(), "word-1", Done{ID: "word-1-done", Agency: "IL0160000", Done: Honoured}); code(err) != "contrary-act" {
		t.Errorf("help against the answer: %v", err)
	}
	texas := perimeterByWord("word-2", "asked", "perimeter")
	texas.Agency, texas.In, texas.Actor = "TX2270000", "us-tx-travis", "sheriff"
	if v := decisionOn(t, handle(t, d, texas), "scene-support").Verdict; v != comity.Required && v != comity.Permitted {
		t.Fatalf("a perimeter in Texas: %s", v)
	}
	if _, err := d.Act(t.Context(), "word-2", Done{ID: "word-2-done", Agency: "TX2270000", Done: Honoured}); code(err) != "identity-not-confirmed" {
		t.Errorf("help to a voice: %v", err)
	}
	if len(s.Kept) != 2 {
		t.Errorf("%d entries", len(s.Kept))
	}
}

// Every tick alone is answered, and all together too.
func TestEveryThingAskedByWordIsAnswered(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	for _, tick := range append(slices.Clone(informalTicks), strings.Join(informalTicks, " ")) {
		for _, paper := range []string{"none", "detainer", "i-205", "court-paper", cannotTell} {
			name, _, many := strings.Cut(tick, " ")
			if many {
				name = "all"
			}
			r := perimeterByWord("word-"+name+"-"+paper, "asked", tick, "paper", paper)
			if a := handle(t, d, r); len(a.Decisions) == 0 {
				t.Errorf("%s with %s: no answer", tick, paper)
			}
		}
	}
}

func takenAway(id string) Request {
	return cook(id, "unattributed", "told_by", "emergency-call", "setting", "courthouse", "taken", "1", "faces", "all-covered", "marking", "word-police-only",
		"badge", "not-shown", "asked_who", "asked-and-refused", "vehicle_marking", "unmarked", "incident", "CAD-77")
}

// A detention nobody owns stays on the desk with a clock that every call winds
// up again, until it is attributed or closed with a reason (R4).
func TestUnattributedStaysUntilItIsKnown(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	handle(t, d, takenAway("taken-1"))
	handle(t, d, takenAway("taken-2"))
	task := func(moment string) []Task {
		t.Helper()
		d.move(t, moment)
		list, err := d.Tasks(t.Context(), "IL0160000")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	first := task("2026-11-21T09:20:00-06:00")
	if len(first) != 2 || first[0].State != Attribute || first[0].Overdue || first[0].Next.Name != "attribution" {
		t.Fatalf("at first: %+v", first)
	}
	if late := task("2026-11-21T10:30:00-06:00"); !late[0].Overdue {
		t.Error("an hour without a call is not overdue")
	}
	step := func(id, ref string, pairs ...string) error {
		r := cook(id, "attribution", pairs...)
		r.At, r.Ref = "", ref
		_, err := d.Handle(t.Context(), r)
		return err
	}
	if err := step("call-1", "taken-1", "result", "called-no-answer", "number_from", "own-directory"); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(task("2026-11-21T14:00:00-06:00"), func(x Task) bool { return x.Card.ID == "taken-1" && !x.Overdue })
	if i < 0 {
		t.Error("a call does not wind the clock up")
	}
	for _, c := range []struct{ id, ref, want string }{{"x1", "", "missing-ref"}, {"x2", "taken-0", "no-entry"}, {"x3", "call-1", "wrong-ref"}} {
		if err := step(c.id, c.ref, "result", "called-no-answer"); code(err) != c.want {
			t.Errorf("%s: %v, want %s", c.id, err, c.want)
		}
	}
	for _, form := range [][]string{{"result", Attributed}, {"result", Closed}, {"result", Attributed, "agency", "ice"}} {
		if err := step("x4", "taken-1", form...); code(err) != "missing-field" {
			t.Errorf("%v without its reason: %v", form, err)
		}
	}
	if err := step("known-1", "taken-1", "result", Attributed, "agency", "ice", "known_from", "field-office"); err != nil {
		t.Fatal(err)
	}
	if err := step("closed-2", "taken-2", "result", Closed, "why", "no-detention"); err != nil {
		t.Fatal(err)
	}
	if left := task("2026-11-21T15:00:00-06:00"); len(left) != 0 {
		t.Errorf("still open: %+v", left)
	}
	other := cook("steal", "attribution", "result", Closed, "why", "no-detention")
	other.Agency, other.Ref = "TX2270000", "taken-1"
	if _, err := d.Handle(t.Context(), other); code(err) != "no-entry" {
		t.Errorf("another agency closes it: %v", err)
	}
}

// What is open on the desk is the same whether it is asked for the entry alone
// or folded from the whole record.
func TestTaskOfOneIsTaskOfAll(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	handle(t, d, takenAway("taken-1"))
	handle(t, d, cook("wrong-1", "complaint", "about", "force", "against", "federal-agency", "from", "without-name", "why", "words"))
	all, err := d.Tasks(t.Context(), "IL0160000")
	if err != nil || len(all) != 2 {
		t.Fatalf("%d tasks, %v", len(all), err)
	}
	for _, want := range all {
		got, open, err := d.Task(t.Context(), want.Card)
		if err != nil || !open || got.State != want.State || !got.Next.Due.Equal(want.Next.Due) {
			t.Errorf("%s: %+v, %v", want.Card.ID, got, err)
		}
	}
}

// Nothing of the new kinds is decided by luck: lent equipment and database
// access ask the law, what went by itself does not.
func TestWhatAsksTheLaw(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	access := cook("db-1", "database-access", "what", "account-opened", "system", "jail", "by", "ice", "users", "federal-officer", "purpose", "civil-immigration", "basis", "none")
	if v := decisionOn(t, handle(t, d, access), "grant-database-access").Verdict; v != comity.Prohibited {
		t.Errorf("an ICE account in an Illinois jail's database: %s", v)
	}
	lent := cook("eq-1", "equipment", "what", "lent", "type", "vehicle", "count", "2", "for", "ice", "purpose", "civil-immigration", "reason", "transport", "approved", "before", "rank", "captain")
	decisionOn(t, handle(t, d, lent), "lend-equipment")
	flow := cook("flow-1", "automatic-flow", "flow", "booking-prints", "count", "31", "through", "state-bureau", "can_stop", "no", "rule", "28-usc-534")
	if a := handle(t, d, flow); len(a.Decisions) != 0 {
		t.Errorf("what went by itself was decided: %v", a.Acts)
	}
	if _, err := d.Act(context.Background(), "flow-1", Done{ID: "flow-act", Agency: "IL0160000", Done: Declined}); code(err) != "nothing-asked" {
		t.Errorf("an act on what nobody asked: %v", err)
	}
}

// An open complaint runs out: it can no longer be sustained and leaves the desk
// as not proven; nothing in its form has a place for a name.
func TestHarm_H32_complaints_run_out_and_name_nobody(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	handle(t, d, cook("wrong-1", "complaint", "about", "force", "against", "this-agency", "from", "person-concerned", "why", "words of the complaint"))
	outcome := func(id, what string) error {
		r := cook(id, "complaint-outcome", "outcome", what, "decided_by", "internal-review", "measure", "training")
		r.At, r.Ref = "", "wrong-1"
		_, err := d.Handle(t.Context(), r)
		return err
	}
	d.move(t, "2027-11-22T09:10:00-06:00")
	if list, err := d.Tasks(t.Context(), "IL0160000"); err != nil || len(list) != 0 {
		t.Errorf("after a year it is still on the desk: %v %v", list, err)
	}
	if err := outcome("late", Sustained); code(err) != "ran-out" {
		t.Errorf("it is sustained after it ran out: %v", err)
	}
	entry, err := d.Record.Entry(t.Context(), "wrong-1")
	if err != nil || Stands(entry, nil, d.Now()) != RanOut {
		t.Errorf("it does not count as run out: %v", err)
	}
	if err := outcome("unfounded", "unfounded"); err != nil {
		t.Errorf("what clears an officer is refused after the clock: %v", err)
	}
	contests := cook("contest-1", "contest", "who", "person-concerned", "of", "this-entry", "why", "it was not so")
	contests.At, contests.Ref = "", "wrong-1"
	if _, err := d.Handle(t.Context(), contests); err != nil {
		t.Errorf("a complaint cannot be contested: %v", err)
	}
	for _, name := range []string{"complaint", "complaint-outcome"} {
		k, _ := KindOf(name)
		if k.Record.Release != 0 {
			t.Errorf("headers of %s may become public", name)
		}
		for _, f := range k.Fields {
			if f.Type == Text && !f.Personal {
				t.Errorf("%s: %s could hold a name in the clear", name, f.Name)
			}
			if strings.Contains(f.Name, "officer") || strings.Contains(f.Name, "name") {
				t.Errorf("%s: the field %s", name, f.Name)
			}
		}
		if slices.Contains(k.Columns(), "why") {
			t.Errorf("%s: its words leave with an export", name)
		}
	}
	if complaintOpen > 366*24*time.Hour {
		t.Error("an unproven complaint stands for more than a year")
	}
}
