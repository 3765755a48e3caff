package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/record"
)

// pointsRight checks what an entry points back to, where its kind must: the
// agency's own entry of a kind that this one can follow, and still open to it.
// A complaint need not point anywhere, and never to another agency's case.
func (d *Desk) pointsRight(ctx context.Context, c *contact) error {
	mayPoint := c.kind.Name == complaint.Name && c.Ref != ""
	if len(c.kind.Of) == 0 && !mayPoint {
		return nil
	}
	if c.Ref == "" {
		return &comity.Problem{Code: "missing-ref", Message: "this must point back to the entry it is about", Hint: "open that entry and go on from there; it is of kind " + commas(c.kind.Of), Where: "ref"}
	}
	e, err := d.Record.Entry(ctx, c.Ref)
	if err != nil && !IsNotFound(err) {
		return fmt.Errorf("read the entry it points back to: %w", err)
	}
	if err != nil || e.Agency != c.Agency {
		return NoCase(c.Ref)
	}
	if mayPoint {
		return nil
	}
	if !slices.Contains(c.kind.Of, e.Kind) {
		return &comity.Problem{Code: "wrong-ref", Message: "this kind cannot follow that entry", Hint: "it follows an entry of kind " + commas(c.kind.Of), Where: "ref"}
	}
	if c.kind.Name == complaintOutcome.Name && c.Form["outcome"] == Sustained && !c.at.Before(ReadCard(e).Happened.Add(complaintOpen)) {
		return &comity.Problem{Code: "ran-out", Message: "this complaint has run out: what was not proven in time is not proven", Hint: "record another outcome, or none: it counts as run out", Where: "outcome"}
	}
	if c.Form["outcome"] == FollowedCard && c.kind.Name == complaintOutcome.Name {
		return d.closes(ctx, c, ReadCard(e))
	}
	if c.kind.Of[0] != detainer.Name {
		return nil
	}
	later, err := d.Record.Follow(ctx, c.Ref)
	if err != nil {
		return fmt.Errorf("read what followed: %w", err)
	}
	card := ReadCard(e)
	for _, l := range later {
		card.lay(ReadCard(l))
	}
	return d.fits(c, later, card)
}

// What stays on the desk beside detainers until somebody ends it.
const (
	Attribute State = "attribute" // nobody knows yet whose detention it was (R4)
	Outcome   State = "answer"    // a complaint has no outcome yet (H32)
)

// A followUp is an entry that waits for others that point back to it.
type followUp struct {
	card  Card
	later []Card
}

// followUps folds entries into the detentions nobody owns and the complaints
// nobody answered.
func (d *Desk) followUps(entries []record.Entry) []*followUp {
	var order []*followUp
	byID := map[string]*followUp{}
	for _, e := range entries {
		card := ReadCard(e)
		if waits(card) {
			f := &followUp{card: card}
			byID[card.ID] = f
			order = append(order, f)
		} else if f := byID[card.Ref]; f != nil {
			f.later = append(f.later, card)
		}
	}
	return order
}

func waits(card Card) bool {
	return !card.Erased && (card.Kind == unattributed.Name || card.Kind == complaint.Name)
}

// followUpTask is what such an entry needs now; open is false once it is over.
func (d *Desk) followUpTask(f *followUp, now time.Time) (t Task, open bool) {
	t = Task{Card: f.card, State: Attribute}
	if f.card.Kind == complaint.Name {
		t.State = Outcome
	}
	state, next := f.stands(now)
	if state != Open {
		return t, false
	}
	place, _ := d.Law.Place(f.card.In)
	next.Due = next.Due.In(d.zone(place, f.card.Agency, f.card.At))
	t.Alarms, t.Next, t.Overdue = []Alarm{next}, next, next.Late(now)
	return t, true
}

// How an entry that waits stands.
const (
	Open   = "open"
	RanOut = "ran-out" // a complaint that nobody proved in time
)

// stands is open with the clock that runs, or how it ended: attributed, closed,
// the outcome of the complaint, ran-out.
func (f *followUp) stands(now time.Time) (string, Alarm) {
	if f.card.Kind == complaint.Name {
		for _, c := range f.later {
			if c.Kind == complaintOutcome.Name && !c.Erased {
				return c.Form["outcome"], Alarm{}
			}
		}
		clock := Alarm{Name: "complaint", Due: f.card.Happened.Add(complaintOpen)}
		if clock.Late(now) {
			return RanOut, clock
		}
		return Open, clock
	}
	clock := Alarm{Name: "attribution", Due: f.card.Stored.Add(firstCall)}
	for _, c := range f.later {
		switch step := c.Form["result"]; {
		case c.Kind != attribution.Name:
		case step == Attributed, step == Closed:
			return step, Alarm{}
		default:
			clock.Due = c.Happened.Add(nextCall)
		}
	}
	return Open, clock
}

// Stands says how an entry that waits stands by now, given what points back to
// it; it is empty for every other entry.
func Stands(e record.Entry, later []record.Entry, now time.Time) string {
	card := ReadCard(e)
	if !waits(card) {
		return ""
	}
	state, _ := (&followUp{card, cards(later)}).stands(now)
	return state
}

// Entries is every entry of an agency in order: what its registers are folded
// from.
func (d *Desk) Entries(ctx context.Context, agency string) ([]record.Entry, error) {
	return d.all(ctx, agency)
}
