package desk

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"comity"
	"comity/data"
	"comity/law"
	"comity/record"
)

// illinoisJail is an I-247A in an Illinois county without law of its own: the other reason to keep
// the person ends at 17:00 on 3 March 2027.
func illinoisJail(id string) Request {
	r := texas().but(id, "booking", "B-7-"+id, "received_at", "2027-03-03T08:00", "release_at", "2027-03-03T17:00", "name", "Sample Person")
	r.Agency, r.In, r.At = "IL0160000", "us-il-sangamon", "2027-03-03T09:00:00-06:00"
	return r
}

// correctedOn is the shipped law, where the Illinois pack was found wrong and
// corrected: as dated rules, which is how a pack is corrected, or by writing
// over what stood there.
func correctedOn(t *testing.T, day string) *law.Book {
	t.Helper()
	const path = "law/us/il/trust-act.yaml"
	text, err := fs.ReadFile(data.FS, path)
	if err != nil {
		t.Fatal(err)
	}
	const head = "  - id: us/il/trust-act#15a\n"
	start := strings.Index(string(text), head)
	rest := string(text)[start:]
	rule := rest[:len(head)+strings.Index(rest[len(head):], "  - id: ")]
	corrected := strings.Replace(rule, "verdict: prohibited", "verdict: required", 1)
	if day != "" {
		corrected = strings.Replace(rule, `    from: "2021-08-02"`, `    from: "2021-08-02"`+"\n    withdrawn: \""+day+`"`, 1) +
			strings.NewReplacer("#15a\n", "#15a.corrected\n", "verdict: prohibited", "verdict: required", `    from: "2021-08-02"`, `    from: "2021-08-02"`+"\n    learned: \""+day+`"`).Replace(rule)
	}
	if start < 0 || corrected == rule {
		t.Fatal("the rule was not found in the pack")
	}
	book, err := law.Load(data.FS, fstest.MapFS{path: {Data: []byte(strings.Replace(string(text), rule, corrected, 1))}})
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func complains(t *testing.T, d *Desk, id, about string) Card {
	t.Helper()
	r := cook(id, "complaint", "about", "held-too-long", "against", "this-agency", "from", "family", "why", "sample words")
	r.At, r.Ref = "", about
	handle(t, d, r)
	card, err := d.Case(t.Context(), id, "IL0160000")
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func closeAs(d *Desk, t *testing.T, id, complaint, outcome string) error {
	r := cook(id, "complaint-outcome", "outcome", outcome, "decided_by", "internal-review")
	r.At, r.Ref = "", complaint
	_, err := d.Handle(t.Context(), r)
	return err
}

func did(t *testing.T, d *Desk, id, of, what, at string) {
	t.Helper()
	done := Done{ID: id, Agency: "IL0160000", Done: what, At: at, Role: "clerk"}
	if what == Released {
		done.Ground = "no-basis-to-hold"
	}
	if _, err := d.Act(t.Context(), of, done); err != nil {
		t.Fatalf("%s %s: %v", of, what, err)
	}
}

// Scenario 7 of users.md: an Illinois jailer released on time with a detainer on
// file, on 3 March; the pack was corrected on 10 March; a complaint comes on the
// 12th. The replay asks the law as it was known on the 3rd.
func TestScenarioSevenUnionLawyer(t *testing.T) {
	d, s := atWithOwnKinds(t, "2027-03-03T09:05:00-06:00")
	shown := handle(t, d, illinoisJail("free"))
	if v := decisionOn(t, shown, "hold-on-detainer").Verdict; v != comity.Prohibited {
		t.Fatalf("the card of 3 March: %s", v)
	}
	d.move(t, "2027-03-03T17:00:00-06:00")
	did(t, d, "free-1", "free", Declined, "2027-03-03T09:10:00-06:00")
	did(t, d, "free-2", "free", Released, "2027-03-03T17:00:00-06:00")

	d.move(t, "2027-03-12T10:00:00-06:00")
	d.Law = correctedOn(t, "2027-03-10")
	complaint := complains(t, d, "wrong-1", "free")

	f, err := d.Followed(t.Context(), complaint)
	if err != nil || f.Why != "" {
		t.Fatalf("followed the law as then known: %q, %v", f.Why, err)
	}
	if f.Known != "2027-03-03" || !slices.Contains(f.Corrected, "hold-on-detainer") {
		t.Errorf("known on %s, corrected %v", f.Known, f.Corrected)
	}
	if len(f.Immunity) != 1 || !strings.HasPrefix(f.Immunity[0].Ref, "5 ILCS 805/15(d)") {
		t.Errorf("good-faith immunity: %+v", f.Immunity)
	}
	if err := closeAs(d, t, "end-1", "wrong-1", FollowedCard); err != nil {
		t.Fatal(err)
	}
	end, err := d.Case(t.Context(), "end-1", "IL0160000")
	if err != nil || end.Form["card"] != f.Card || !strings.HasPrefix(f.Card, "sha256:") || end.Form["known"] != "2027-03-03" {
		t.Errorf("the outcome keeps card %q of %q, %v", end.Form["card"], end.Form["known"], err)
	}
	if err := closeAs(d, t, "end-1", "wrong-1", FollowedCard); err != nil {
		t.Errorf("the key pressed twice: %v", err)
	}
	if _, open, err := d.Task(t.Context(), complaint); err != nil || open {
		t.Errorf("the matter is not closed: %v", err)
	}

	// The officer contests by role; nothing names them or their rank.
	for _, who := range []string{"officer-concerned", "officer-representative"} {
		c := cook("contest-"+who, "contest", "who", who, "of", "this-entry", "why", "sample words")
		c.At, c.Ref = "", "wrong-1"
		handle(t, d, c)
	}
	if list, err := d.ContestsOf(t.Context(), "wrong-1"); err != nil || len(list) != 2 {
		t.Errorf("%d contests, %v", len(list), err)
	}
	for _, k := range []string{"complaint", "complaint-outcome", "contest"} {
		kind, _ := KindOf(k)
		if _, ranked := kind.Field("rank"); ranked || kind.Record.Release != record.Totals {
			t.Errorf("%s: rank %v, release %v", k, ranked, kind.Record.Release)
		}
	}
	if strings.Contains(written(s), "form.officer") {
		t.Error("an officer is a field")
	}
}

// Nobody's word closes a complaint so: what the replay does not show is refused,
// with what to do, and every other outcome stays open.
func TestFollowedTheCardIsRefused(t *testing.T) {
	d, _ := at(t, "2027-03-03T09:05:00-06:00")
	for _, id := range []string{"late", "nothing", "over", "rewritten"} {
		handle(t, d, illinoisJail(id))
	}
	other := texas().but("tx-case", "booking", "B-9")
	handle(t, d, other)
	handle(t, d, cook("flow-1", "automatic-flow", "flow", "booking-prints", "count", "31", "through", "state-bureau", "can_stop", "no", "rule", "28-usc-534"))
	d.move(t, "2027-03-03T19:45:00-06:00")
	for _, id := range []string{"late", "over", "rewritten"} {
		did(t, d, id+"-1", id, Declined, "2027-03-03T09:10:00-06:00")
	}
	did(t, d, "late-2", "late", Released, "2027-03-03T19:30:00-06:00")
	did(t, d, "rewritten-2", "rewritten", Released, "2027-03-03T17:00:00-06:00")
	if _, err := d.Act(t.Context(), "over", Done{ID: "over-2", Agency: "IL0160000", Done: Overridden, At: "2027-03-03T17:00:00-06:00", Reason: "sample", Rank: "captain", Role: "supervisor"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		ref  string
		want Unfollowed
	}{{"late", PastCard}, {"nothing", NoAct}, {"over", AgainstCard}, {"flow-1", NoCard}, {"", NoCard}} {
		id := "wrong-" + c.ref
		if c.ref == "" {
			id = "wrong-none"
		}
		card := complains(t, d, id, c.ref)
		if f, err := d.Followed(t.Context(), card); err != nil || f.Why != c.want || len(f.Immunity) > 0 {
			t.Errorf("%s: %q, want %q; %v", id, f.Why, c.want, err)
		}
		if err := closeAs(d, t, "end-"+id, id, FollowedCard); code(err) != string(c.want) {
			t.Errorf("%s: %v, want %s", id, err, c.want)
		}
		if err := closeAs(d, t, "end-"+id, id, "within-policy"); err != nil {
			t.Errorf("%s: another outcome: %v", id, err)
		}
	}
	// A moment that was written down wrongly is mended by a correction.
	if _, err := d.Correct(t.Context(), "late", Correction{ID: "mend", Agency: "IL0160000", Role: "supervisor", Field: "release_at", Value: "2027-03-03T19:30", Why: "sample"}); err != nil {
		t.Fatal(err)
	}
	if f, err := d.Followed(t.Context(), Card{Agency: "IL0160000", Ref: "late"}); err != nil || f.Why != "" {
		t.Errorf("after the correction: %q, %v", f.Why, err)
	}
	// A pack that was written over proves nothing of the day.
	complains(t, d, "wrong-rewritten", "rewritten")
	d.Law = correctedOn(t, "")
	if err := closeAs(d, t, "end-rewritten", "wrong-rewritten", FollowedCard); code(err) != string(NotConfirmed) {
		t.Errorf("a pack written over: %v", err)
	}
	foreign := cook("wrong-tx", "complaint", "about", "force", "against", "this-agency", "from", "family")
	foreign.Ref = "tx-case"
	if _, err := d.Handle(t.Context(), foreign); code(err) != "no-entry" {
		t.Errorf("a complaint points to another agency's case: %v", err)
	}
}

// What the desk has just answered, a replay gives again, also where the answer
// rests on what is never stored; nothing is called corrected that is not.
func TestReplayGivesWhatWasAnswered(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	n := 0
	again := func(r Request) {
		n++
		r.ID = fmt.Sprintf("again-%d", n)
		handle(t, d, r)
		f, err := d.Followed(t.Context(), Card{Agency: r.Agency, Ref: r.ID})
		if err != nil || f.Why == NotConfirmed || len(f.Corrected) > 0 {
			t.Errorf("%s in %s, %v: %q, corrected %v, %v", r.Kind, r.In, r.Form, f.Why, f.Corrected, err)
		}
	}
	for _, in := range []string{"us-tx-travis", "us-il-sangamon", "us-ca-los-angeles"} {
		for _, shown := range []string{"none", "us-citizen-document", "other-id"} {
			for _, contradicts := range []string{"no", "yes"} {
				for _, court := range []string{"none", "arrest-warrant"} {
					r := texas().but("", "booking", fmt.Sprintf("B-%d", n), "shown", shown, "contradicts", contradicts, "court", court)
					r.In = in
					if court != "none" {
						r.Form["court_signed"] = "federal-magistrate"
					}
					again(r)
				}
			}
		}
	}
	again(perimeterByWord(""))
	again(takenAway(""))
	if n < 30 {
		t.Fatalf("only %d were tried", n)
	}
}
