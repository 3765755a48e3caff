package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"comity/record"
)

func (d *Desk) note(t testing.TB, draft record.Draft) {
	t.Helper()
	draft.Agency, draft.At = "TX2270000", d.Now()
	if _, err := d.Record.Append(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
}

func fields(pairs ...string) (out []record.Field) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, record.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return out
}

// The list of orders tells holds in force from those that were lifted, and goes
// back page by page.
func TestOrderedHoldsAndErasures(t *testing.T) {
	d, shelf := atWithOwnKinds(t, "2026-11-21T16:00:00Z")
	handle(t, d, texas())
	d.note(t, record.Draft{ID: "h-1", Kind: "hold", Ref: "tx-1", Fields: fields("authority", "court A", "hold", "set")})
	d.note(t, record.Draft{ID: "h-2", Kind: "hold", Ref: "tx-1", Fields: fields("authority", "court B", "hold", "set")})
	d.note(t, record.Draft{ID: "l-1", Kind: "hold", Ref: "tx-1", Fields: fields("authority", "court A again", "hold", "lifted", "lifts", "h-1")})
	d.note(t, record.Draft{ID: "e-1", Kind: "erasure", Ref: "tx-1", Fields: fields("authority", "order", "by", "court", "scope", "chain", "header", "withdrawn")})
	var seen []string
	below := int64(1 << 40)
	for {
		list, err := d.Ordered(t.Context(), "TX2270000", below, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list {
			seen = append(seen, fmt.Sprint(o.Card.ID, " ", o.What, " ", o.InForce, " ", o.Chain && o.Header))
			below = o.Card.Index
		}
		if len(list) < 2 {
			break
		}
	}
	if want := []string{"e-1 erased false true", "l-1 lifted false false", "h-2 set true false", "h-1 set false false"}; !slices.Equal(seen, want) {
		t.Errorf("ordered: %q", seen)
	}
	holds, err := d.HoldsInForce(t.Context(), "TX2270000")
	if err != nil || len(holds) != 1 || holds[0].Card.ID != "h-2" || holds[0].Authority != "court B" {
		t.Errorf("in force: %+v, %v", holds, err)
	}
	if list, err := d.Ordered(t.Context(), "IL0160000", below, 9); err != nil || len(list) != 0 {
		t.Errorf("another agency sees %d, %v", len(list), err)
	}

	d.Keeper = &keeper{}
	handle(t, d, Request{ID: "c-1", Agency: "TX2270000", Kind: "contest", In: "us-tx-travis", Ref: "tx-1", Form: Form{"who": "person-counsel", "of": "this-entry", "why": "Canary words"}})
	handle(t, d, Request{ID: "r-1", Agency: "TX2270000", Kind: "rebuttal", In: "us-tx-travis", Ref: "c-1", Form: Form{"outcome": "stands", "why": "Canary answer"}})
	for about, want := range map[string]string{"tx-1 true": "tx-1 c-1 r-1", "r-1 true": "tx-1 c-1 r-1", "r-1 false": "r-1"} {
		id, chain, _ := strings.Cut(about, " ")
		going, err := d.Going(t.Context(), "TX2270000", id, chain == "true")
		var goes []string
		for _, c := range going.Goes {
			goes = append(goes, c.ID)
		}
		if err != nil || strings.Join(goes, " ") != want || len(going.Stays) != 4 {
			t.Errorf("%s: %v goes, %d stay, %v", about, goes, len(going.Stays), err)
		}
	}
	if _, err := d.Going(t.Context(), "IL0160000", "tx-1", true); code(err) != "no-entry" {
		t.Errorf("another agency: %v", err)
	}
	shelf.Kept[0].Erased = true
	if going, err := d.Going(t.Context(), "TX2270000", "tx-1", true); err != nil || len(going.Goes) != 2 || len(going.Stays) != 5 {
		t.Errorf("of what is erased: %d, %d, %v", len(going.Goes), len(going.Stays), err)
	}
}

// Requests to see a sealed field, with what came of each; what may be asked for
// is told by name, never by value.
func TestLooks(t *testing.T) {
	d, _ := at(t, "2026-11-21T16:00:00Z")
	d.Keeper = &keeper{}
	handle(t, d, texas())
	by := func(id, role, account, reason string) Disclosing {
		return Disclosing{ID: id, Agency: "TX2270000", Role: role, Account: account, Reason: reason, Fields: []string{"name"}}
	}
	for _, id := range []string{"ask-1", "ask-2", "ask-3"} {
		if _, err := d.AskDisclosure(t.Context(), "tx-1", by(id, "board", "a", "complaint")); err != nil {
			t.Fatal(err)
		}
	}
	for ask, grant := range map[string]bool{"ask-1": true, "ask-2": false} {
		if _, err := d.AnswerDisclosure(t.Context(), ask, grant, by(ask+"-answer", "counsel", "b", "because")); err != nil {
			t.Fatal(err)
		}
	}
	states := func() string {
		list, err := d.Looks(t.Context(), "TX2270000", 10)
		if err != nil {
			t.Fatal(err)
		}
		out := ""
		for _, l := range list {
			out += fmt.Sprint(l.Asked.ID, " ", l.State, " ", len(l.Steps), "; ")
		}
		return out
	}
	if got := states(); got != "ask-3 asked 0; ask-2 denied 1; ask-1 granted 1; " {
		t.Errorf("looks: %s", got)
	}
	d.move(t, "2026-11-28T16:00:00Z")
	if got := states(); !strings.Contains(got, "ask-1 over 1") {
		t.Errorf("a week later: %s", got)
	}
	card, err := d.Case(t.Context(), "tx-1", "TX2270000")
	if err != nil || !slices.Equal(card.Sealed(), []string{"booking", "name"}) {
		t.Errorf("sealed: %v, %v", card.Sealed(), err)
	}
}

// However many contests there are, each is beside its entry.
func TestContestsAreAllRead(t *testing.T) {
	d, _ := at(t, "2026-11-21T16:00:00Z")
	handle(t, d, texas())
	const many = pageOfKind + 20
	for i := range many {
		d.note(t, record.Draft{ID: fmt.Sprint("c-", i), Kind: "contest", Ref: "tx-1", Fields: fields("form.who", "person-counsel")})
	}
	d.note(t, record.Draft{ID: "r-0", Kind: "rebuttal", Ref: "c-0", Fields: fields("form.outcome", "stands")})
	all, err := d.Contests(t.Context(), "TX2270000")
	if list := all["tx-1"]; err != nil || len(list) != many || list[0].Card.ID != "c-0" || len(list[0].Answers) != 1 || list[many-1].Card.ID != fmt.Sprint("c-", many-1) {
		t.Errorf("%d contests, %v", len(list), err)
	}
	one, err := d.ContestsOf(t.Context(), "tx-1")
	if err != nil || len(one) != many || len(one[0].Answers) != 1 {
		t.Errorf("of the entry: %d, %v", len(one), err)
	}
}

// A chain that never ends is refused, not read for ever.
func TestLongChain(t *testing.T) {
	d, _ := at(t, "2026-11-21T16:00:00Z")
	handle(t, d, texas())
	for i := range MostInChain + 1 {
		d.note(t, record.Draft{ID: fmt.Sprint("c-", i), Kind: "contest", Ref: "tx-1"})
	}
	if _, err := d.Chain(t.Context(), "TX2270000", "tx-1"); code(err) != "long-chain" {
		t.Errorf("%v", err)
	}
}
