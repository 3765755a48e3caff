package desk

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/record"
)

// A keeper remembers what it was told.
type keeper struct {
	told  []string
	shown []string
}

func (k *keeper) Hold(_ context.Context, id string, o record.HoldOrder) (record.Appended, error) {
	k.told = append(k.told, "hold "+id+" "+o.ID)
	return record.Appended{ID: o.ID}, nil
}

func (k *keeper) LiftHold(_ context.Context, hold string, o record.HoldOrder) (record.Appended, error) {
	k.told = append(k.told, "lift "+hold+" "+o.ID)
	return record.Appended{ID: o.ID}, nil
}

func (k *keeper) Holds(context.Context, string) ([]record.Hold, error) { return nil, nil }

func (k *keeper) Expunge(_ context.Context, o record.Order) ([]record.Appended, error) {
	k.told = append(k.told, "expunge "+o.Entry)
	return []record.Appended{{}}, nil
}

func (k *keeper) Disclose(_ context.Context, id string, names ...string) ([]byte, error) {
	k.shown = append(k.shown, id+" "+strings.Join(names, ","))
	return []byte("{}"), nil
}

func TestOrdersReachTheAgencysOwnEntriesOnly(t *testing.T) {
	d, _ := at(t, "2026-11-21T16:00:00Z")
	k := &keeper{}
	handle(t, d, texas())
	if _, err := d.Hold(t.Context(), "TX2270000", "tx-1", record.HoldOrder{ID: "h"}); code(err) != "no-keeper" {
		t.Errorf("without a keeper: %v", err)
	}
	d.Keeper = k
	for _, agency := range []string{"TX2270000", "IL0160000"} {
		_, holdErr := d.Hold(t.Context(), agency, "tx-1", record.HoldOrder{ID: "h"})
		_, liftErr := d.LiftHold(t.Context(), agency, "tx-1", record.HoldOrder{ID: "l"})
		_, eraseErr := d.Expunge(t.Context(), agency, record.Order{Entry: "tx-1"})
		for _, err := range []error{holdErr, liftErr, eraseErr} {
			if (agency == "TX2270000") != (err == nil) || err != nil && code(err) != "no-entry" {
				t.Errorf("%s: %v", agency, err)
			}
		}
	}
	if _, err := d.Expunge(t.Context(), "TX2270000", record.Order{Entry: "tx-1", By: record.BySchedule}); code(err) != "bad-order" {
		t.Errorf("a person as a schedule: %v", err)
	}
	if want := []string{"hold tx-1 h", "lift tx-1 l", "expunge tx-1"}; !slices.Equal(k.told, want) {
		t.Errorf("the keeper was told %v", k.told)
	}
}

// O2, H7: two people of different roles, a reason, and a trace of every step.
func TestHarm_H07_two_people_release_a_sealed_field(t *testing.T) {
	d, shelf := at(t, "2026-11-21T16:00:00Z")
	k := &keeper{}
	d.Keeper = k
	handle(t, d, texas())
	by := func(id, role, account, reason string) Disclosing {
		return Disclosing{ID: id, Agency: "TX2270000", Role: role, Account: account, Reason: reason}
	}
	board := by("ask", "board", "account-1", "complaint 12 says that another person was meant")
	board.Fields = []string{"name"}
	if _, err := d.AskDisclosure(t.Context(), "tx-1", by("ask", "board", "account-1", "x")); code(err) != "nothing-sealed" {
		t.Errorf("asking for nothing: %v", err)
	}
	mute := board
	mute.Reason = ""
	if _, err := d.AskDisclosure(t.Context(), "tx-1", mute); code(err) != "missing-field" {
		t.Errorf("asking without a reason: %v", err)
	}
	if _, err := d.AskDisclosure(t.Context(), "tx-1", board); err != nil {
		t.Fatal(err)
	}
	open := func(account string) error {
		_, err := d.OpenDisclosure(t.Context(), "ask", by("open-"+account+d.Now().Format("150405"), "board", account, ""))
		return err
	}
	if err := open("account-1"); code(err) != "not-granted" {
		t.Errorf("opened before anybody granted it: %v", err)
	}
	for _, second := range []Disclosing{by("grant", "board", "account-2", "yes"), by("grant", "counsel", "account-1", "yes")} {
		if _, err := d.AnswerDisclosure(t.Context(), "ask", true, second); code(err) != "second-person" {
			t.Errorf("granted by %s of %s: %v", second.Account, second.Role, err)
		}
	}
	counsel := by("grant", "counsel", "account-2", "within the review")
	for range 2 { // sent twice is one
		if _, err := d.AnswerDisclosure(t.Context(), "ask", true, counsel); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.AnswerDisclosure(t.Context(), "ask", false, by("deny", "supervisor", "account-3", "no")); code(err) != "answered" {
		t.Errorf("answered twice: %v", err)
	}
	if err := open("account-2"); code(err) != "not-granted" {
		t.Errorf("opened by another than asked: %v", err)
	}
	if err := open("account-1"); err != nil {
		t.Fatal(err)
	}
	d.move(t, "2026-11-28T16:00:01Z")
	if err := open("account-1"); code(err) != "not-granted" {
		t.Errorf("opened a week after the grant: %v", err)
	}
	if want := []string{"tx-1 form.name"}; !slices.Equal(k.shown, want) {
		t.Errorf("shown: %v", k.shown)
	}
	var trace []string
	for _, e := range shelf.Kept {
		if c := ReadCard(e); c.Kind == "look" {
			trace = append(trace, c.Form["step"]+" "+c.Role+" "+c.Form["account"])
		}
	}
	if want := []string{"asked board account-1", "granted counsel account-2", "opened board account-1"}; !slices.Equal(trace, want) {
		t.Errorf("the trace is %v", trace)
	}
	if len(k.told) != 0 || GrantLasts != 7*24*time.Hour {
		t.Errorf("%v", k.told)
	}
}

func TestAnErasedEntryShowsNothing(t *testing.T) {
	d, shelf := at(t, "2026-11-21T16:00:00Z")
	handle(t, d, texas())
	shelf.Kept[0].Erased, shelf.Kept[0].Fields = true, nil
	ask := Disclosing{ID: "ask", Agency: "TX2270000", Role: "auditor", Account: "a", Fields: []string{"name"}, Reason: "x"}
	if _, err := d.AskDisclosure(t.Context(), "tx-1", ask); err == nil {
		t.Error("it may be asked for")
	}
}

// H27, R11: whoever is named may answer, and the answer stands beside.
func TestHarm_H27_a_contest_and_its_rebuttal_stand_beside_the_entry(t *testing.T) {
	d, _ := at(t, "2026-11-21T16:00:00Z")
	handle(t, d, texas())
	say := func(id, kind, ref string, form Form) {
		t.Helper()
		handle(t, d, Request{ID: id, Agency: "TX2270000", Kind: kind, Ref: ref, In: "us-tx-travis", Role: "clerk", Form: form})
	}
	state := func() string {
		t.Helper()
		all, err := d.Contests(t.Context(), "TX2270000")
		if err != nil {
			t.Fatal(err)
		}
		return ContestState(all["tx-1"])
	}
	if s := state(); s != "" {
		t.Errorf("before: %q", s)
	}
	say("c-1", "contest", "tx-1", Form{"who": "person-concerned", "of": "this-entry", "about": "box", "why": "the box was empty on my copy"})
	if s := state(); s != "contested" {
		t.Errorf("contested: %q", s)
	}
	say("r-1", "rebuttal", "c-1", Form{"outcome": "stands", "why": "the copy on file has the box ticked"})
	all, err := d.Contests(t.Context(), "TX2270000")
	if err != nil || ContestState(all["tx-1"]) != "answered" || all["tx-1"][0].Card.Form["who"] != "person-concerned" || all["tx-1"][0].Answers[0].Form["outcome"] != "stands" {
		t.Errorf("answered: %+v, %v", all, err)
	}
	if others, err := d.Contests(t.Context(), "IL0160000"); err != nil || len(others) != 0 {
		t.Errorf("another agency sees %+v, %v", others, err)
	}
	card, err := d.Case(t.Context(), "tx-1", "TX2270000")
	if err != nil || card.Form["box"] != "box-1" || len(card.Corrected) != 0 {
		t.Errorf("a contest changed the entry: %+v, %v", card.Form, err)
	}
}

func TestFind(t *testing.T) {
	d, _ := at(t, "2026-11-21T16:00:00Z")
	handle(t, d, texas())
	handle(t, d, texas().but("tx-2", "name", "Ñandú, José", "booking", "B-2002"))
	for text, want := range map[string]string{
		"Canary Person": "tx-1", "person, CANARY": "tx-1", "b1001": "tx-1", "B-1001": "tx-1", "tx-1": "tx-1", "jose nandu": "tx-2",
		"": "tx-2 tx-1", "Canary": "", "Person": "", "B-1": "",
	} {
		list, err := d.Find(t.Context(), "TX2270000", text, 10)
		var ids []string
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		if err != nil || strings.Join(ids, " ") != want {
			t.Errorf("%q finds %v, %v; want %s", text, ids, err, want)
		}
	}
	if list, err := d.Find(t.Context(), "IL0160000", "Canary Person", 10); err != nil || len(list) != 0 {
		t.Errorf("another agency finds %d, %v", len(list), err)
	}
	if _, err := d.Correct(t.Context(), "tx-2", Correction{ID: "fix", Agency: "TX2270000", Role: "clerk", Field: "name", Value: "Josefa Nandu", Why: "misread"}); err != nil {
		t.Fatal(err)
	}
	if list, err := d.Find(t.Context(), "TX2270000", "Josefa Nandu", 10); err != nil || len(list) != 1 || list[0].ID != "tx-2" {
		t.Errorf("by the corrected name: %+v, %v", list, err)
	}
}
