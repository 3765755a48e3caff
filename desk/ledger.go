package desk

import (
	"context"
	"fmt"
	"math"
	"slices"

	"comity/record"
)

// Names of the entries that the record writes of its own orders, and of their
// fields.
const (
	kindHold    = "hold"
	kindErasure = "erasure"
)

// An Ordered is one line of what was ordered of an agency's entries: a hold
// set or lifted, an erasure carried out.
type Ordered struct {
	Card      Card
	About     string // id of the entry that it was ordered of
	What      string // set, lifted, erased
	Authority string // it names no person
	By        string // sort of authority of an erasure: court, statute, agency, schedule
	Lifts     string // id of the hold that is lifted
	Chain     bool   // the order was about the whole chain
	Header    bool   // the public header was withdrawn too
	InForce   bool   // a hold that nobody lifted
}

// Ordered lists what was ordered of an agency's entries, the latest first, with
// an index below one.
func (d *Desk) Ordered(ctx context.Context, agency string, below int64, most int) ([]Ordered, error) {
	list, err := d.Record.Older(ctx, agency, []string{kindHold, kindErasure}, below, most)
	if err != nil {
		return nil, fmt.Errorf("read what was ordered: %w", err)
	}
	lifted, err := d.lifted(ctx, agency)
	if err != nil {
		return nil, err
	}
	var out []Ordered
	for _, e := range list {
		out = append(out, ordered(e, lifted))
	}
	return out, nil
}

// HoldsInForce lists every hold of the agency that nobody lifted, the latest
// first.
func (d *Desk) HoldsInForce(ctx context.Context, agency string) ([]Ordered, error) {
	lifted, err := d.lifted(ctx, agency)
	if err != nil {
		return nil, err
	}
	var out []Ordered
	err = d.eachOf(ctx, agency, []string{kindHold}, func(e record.Entry) {
		if o := ordered(e, lifted); o.InForce {
			out = append(out, o)
		}
	})
	return out, err
}

func (d *Desk) lifted(ctx context.Context, agency string) (map[string]bool, error) {
	out := map[string]bool{}
	err := d.eachOf(ctx, agency, []string{kindHold}, func(e record.Entry) {
		if id := valueOf(e, "lifts"); id != "" {
			out[id] = true
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the holds: %w", err)
	}
	return out, nil
}

func ordered(e record.Entry, lifted map[string]bool) Ordered {
	o := Ordered{Card: ReadCard(e), About: e.Ref, What: "erased", Authority: valueOf(e, FieldAuthority)}
	if e.Kind == kindHold {
		o.What, o.Lifts = valueOf(e, "hold"), valueOf(e, "lifts")
		o.InForce = o.What == "set" && !lifted[e.ID]
		return o
	}
	o.By, o.Chain, o.Header = valueOf(e, "by"), valueOf(e, "scope") == "chain", valueOf(e, "header") == "withdrawn"
	return o
}

// A Going says what an order about an entry would destroy, before it does.
type Going struct {
	Goes  []Card // their content, salts and keys
	Stays []Card // what the record wrote of itself, and what is gone already
	Holds []record.Hold
}

// Going looks at what an order would destroy: one entry, or its whole chain.
func (d *Desk) Going(ctx context.Context, agency, id string, chain bool) (Going, error) {
	if err := d.mayOrder(ctx, agency, id); err != nil {
		return Going{}, err
	}
	list, err := d.Chain(ctx, agency, id)
	if err != nil {
		return Going{}, err
	}
	var out Going
	for _, e := range list {
		switch {
		case e.Erased || isOwn(e.Kind):
			out.Stays = append(out.Stays, ReadCard(e))
		case chain || e.ID == id:
			out.Goes = append(out.Goes, ReadCard(e))
		}
	}
	out.Holds, err = d.Keeper.Holds(ctx, id)
	return out, err
}

// isOwn: the record wrote it of itself, and no order is about it.
func isOwn(kind string) bool {
	return slices.ContainsFunc(record.OwnKinds(), func(k record.Kind) bool { return k.Name == kind })
}

// A Look is one request to see sealed fields, with what came of it.
type Look struct {
	Asked Card
	Steps []Card // granted, denied, opened, in order
	State string // asked, granted, denied, over
}

// Looks lists requests to see sealed fields of an agency's entries, the latest
// first.
func (d *Desk) Looks(ctx context.Context, agency string, most int) ([]Look, error) {
	steps := map[string][]Card{}
	var out []Look
	for below := int64(math.MaxInt64); len(out) < most; {
		page, err := d.Record.Older(ctx, agency, []string{look.Name}, below, pageOfKind)
		if err != nil {
			return nil, fmt.Errorf("read who asked to see sealed fields: %w", err)
		}
		for _, e := range page {
			below = e.Index
			c := ReadCard(e)
			if c.Form["step"] != Asked {
				steps[c.Ref] = append([]Card{c}, steps[c.Ref]...)
			} else if len(out) < most {
				out = append(out, d.lookOf(c, steps[c.ID]))
			}
		}
		if len(page) < pageOfKind {
			break
		}
	}
	return out, nil
}

// LookOf reads one such request of an agency.
func (d *Desk) LookOf(ctx context.Context, agency, ask string) (Look, error) {
	asked, steps, err := d.disclosureOf(ctx, ask, agency)
	if err != nil {
		return Look{}, err
	}
	return d.lookOf(asked, steps), nil
}

func (d *Desk) lookOf(asked Card, steps []Card) Look {
	l := Look{Asked: asked, Steps: steps, State: Asked}
	for _, s := range steps {
		switch s.Form["step"] {
		case Denied:
			l.State = Denied
		case Granted:
			l.State = Granted
			if !d.Now().Before(s.Stored.Add(GrantLasts)) {
				l.State = "over"
			}
		}
	}
	return l
}

// Sealed lists the personal fields that the entry holds, by their names in the
// form: what somebody may ask to see. It tells no value.
func (c Card) Sealed() []string {
	kind, ok := KindOf(c.Kind)
	if !ok || kind == &look || c.Erased {
		return nil
	}
	var out []string
	for _, f := range kind.Fields {
		if f.Personal && c.Form[f.Name] != "" {
			out = append(out, f.Name)
		}
	}
	return out
}
