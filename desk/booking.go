package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"comity"
)

// A BookingEvent is what the agency's booking system tells: a number, what
// happened and when. Nothing of it is kept unless a detainer names the booking.
type BookingEvent struct {
	ID, Agency, Role string
	Booking          string
	Event            string // of the kind custody
	At               string // instant
	Reason           string
	Pointer          string // number of the other office's paper
	NewBooking       string
	Ground           string // of a release: what ended the last reason; the act is then recorded too, where the law lets it
}

// A Concerned is one case that an event concerned, as it stands after it: what
// the booking system prints back.
type Concerned struct {
	Answer Answer // empty where nothing was recorded
	Task   Task
	Open   bool
}

// Booking lays an event over every detainer that names the booking and is not
// over. Sent again it changes nothing; sent again after a detainer came, it is
// recorded then. A booking without a detainer leaves no trace.
func (d *Desk) Booking(ctx context.Context, e BookingEvent) ([]Concerned, error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	cases, err := d.OfBooking(ctx, e.Agency, e.Booking)
	if err != nil {
		return nil, err
	}
	var out []Concerned
	for _, card := range cases {
		if e.Event == Booked {
			task, open, err := d.Task(ctx, card)
			if err != nil {
				return nil, err
			}
			task.Card = card
			if open {
				out = append(out, Concerned{Task: task, Open: true})
			}
			continue
		}
		one, err := d.tell(ctx, e, card)
		if err != nil {
			return nil, err
		}
		if one != nil {
			out = append(out, *one)
		}
	}
	return out, nil
}

// Check refuses what is wrong before it is known whether anybody is concerned,
// so that the refusal does not tell.
func (e BookingEvent) Check() error {
	for where, value := range map[string]string{"id": e.ID, "booking": e.Booking, "at": e.At} {
		if value == "" {
			return &comity.Problem{Code: "missing-field", Message: "this must be filled in", Hint: "a booking event has id, booking, event and at", Where: where}
		}
	}
	if _, err := time.Parse(time.RFC3339, e.At); err != nil {
		return &comity.Problem{Code: "bad-date", Message: "this is not an instant", Hint: "give an instant such as 2026-11-21T09:00:00-06:00", Where: "at"}
	}
	if e.Event == Booked {
		return nil
	}
	if ground, _ := act.Field("ground"); e.Ground != "" && (e.Event != Freed || !slices.Contains(ground.Values, e.Ground)) {
		return &comity.Problem{Code: "bad-field", Message: "this is none of the choices", Hint: "only the event released has a ground: " + commas(ground.Values), Where: "ground"}
	}
	_, err := custody.Read(e.form(), time.UTC, false)
	return err
}

func (e BookingEvent) form() Form {
	return Form{"event": e.Event, "reason": e.Reason, "pointer": e.Pointer, "booking": e.NewBooking, "source": "booking-system"}
}

// tell records an event in one case, or does nothing where the case is over.
func (d *Desk) tell(ctx context.Context, e BookingEvent, card Card) (*Concerned, error) {
	id := e.ID + "." + shortHash(card.ID)
	_, known, err := d.earlier(ctx, id)
	if err != nil {
		return nil, err
	}
	if _, open, err := d.Task(ctx, card); err != nil || !known && !open && e.Event != Rebooked {
		return nil, err
	}
	answer, err := d.Handle(ctx, Request{
		ID: id, Agency: e.Agency, Kind: custody.Name, Ref: card.ID, In: card.In, At: e.At, Actor: card.Actor, Role: e.Role, Form: e.form(),
	})
	if err != nil {
		return nil, err
	}
	if err := d.freed(ctx, e, card, id); err != nil {
		return nil, err
	}
	now, err := d.Case(ctx, card.ID, e.Agency)
	if err != nil {
		return nil, err
	}
	task, open, err := d.Task(ctx, now)
	if err != nil {
		return nil, err
	}
	task.Card = now
	return &Concerned{Answer: answer, Task: task, Open: open}, nil
}

// freed records the release itself where the booking system says what ended the
// last reason. What goes against the answer waits for a supervisor.
func (d *Desk) freed(ctx context.Context, e BookingEvent, card Card, id string) error {
	if e.Event != Freed || e.Ground == "" {
		return nil
	}
	_, err := d.Act(ctx, card.ID, Done{ID: id + ".act", Agency: e.Agency, Done: Released, At: e.At, Ground: e.Ground, Role: e.Role})
	var p *comity.Problem
	if errors.As(err, &p) && (p.Code == "contrary-act" || p.Code == "needs-supervisor" || p.Code == "nothing-asked") {
		return nil
	}
	return err
}

// shortHash tells the entries of one event apart where it touches several cases.
func shortHash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:6])
}

// mostOfBooking is how many entries under one booking number are looked at.
const mostOfBooking = 200

// OfBooking lists the agency's detainers under a booking number as they stand
// now, the latest first. Nothing but the agency's own keyed index is asked (H21).
func (d *Desk) OfBooking(ctx context.Context, agency, booking string) ([]Card, error) {
	wanted := term("booking", booking)
	if wanted == "" {
		return nil, nil
	}
	found, err := d.Record.Find(ctx, agency, "", []string{wanted}, mostOfBooking)
	if err != nil {
		return nil, fmt.Errorf("look for a booking of %s: %w", agency, err)
	}
	var out []Card
	for _, e := range found {
		id := e.ID
		if e.Kind != detainer.Name {
			id = e.Ref
		}
		if id == "" || slices.ContainsFunc(out, func(c Card) bool { return c.ID == id }) {
			continue
		}
		card, err := d.Case(ctx, id, agency)
		if err != nil {
			return nil, err
		}
		if card.Kind == detainer.Name && !card.Erased && term("booking", card.Form["booking"]) == wanted {
			out = append(out, card)
		}
	}
	return out, nil
}

// Beside lists the other open detainers of the same booking: a second paper may
// replace the first, and only the record of that ends it.
func (d *Desk) Beside(ctx context.Context, card Card) ([]Card, error) {
	if card.Kind != detainer.Name || card.Erased {
		return nil, nil
	}
	all, err := d.OfBooking(ctx, card.Agency, card.Form["booking"])
	if err != nil {
		return nil, err
	}
	var out []Card
	for _, other := range all {
		if other.ID == card.ID {
			continue
		}
		if _, open, err := d.Task(ctx, other); err != nil {
			return nil, err
		} else if open {
			out = append(out, other)
		}
	}
	return out, nil
}
