package desk

import (
	"context"
	"fmt"
	"strings"

	"comity"
)

// A Correction says what an entry should have said.
type Correction struct {
	ID, Agency, Role string
	Field            string // name on the form, or a fact of the vocabulary
	Value            string
	Why              string
}

// Correct records a correction. The corrected entry stays as it is.
func (d *Desk) Correct(ctx context.Context, id string, c Correction) (Answer, error) {
	card, err := d.Case(ctx, id, c.Agency)
	if err != nil {
		return Answer{}, err
	}
	value, err := d.correctable(card, c)
	if err != nil {
		return Answer{}, err
	}
	return d.Handle(ctx, Request{
		ID: c.ID, Agency: c.Agency, Kind: correction.Name, Ref: id, In: card.In, Actor: card.Actor, Role: c.Role,
		Form: Form{"field": c.Field, "value": value, "why": c.Why},
	})
}

// correctable checks the new value as the form or the vocabulary would have.
func (d *Desk) correctable(card Card, c Correction) (string, error) {
	if strings.Contains(c.Field, ".") {
		if d.neverStored(c.Field) {
			return "", &comity.Problem{Code: "refused-field", Message: "this fact is never written down, so there is nothing to correct", Where: "field"}
		}
		if _, ok := d.Law.Vocabulary().Fact(c.Field); !ok {
			return "", &comity.Problem{Code: "unknown-fact", Message: "this is not a fact of the vocabulary", Hint: "name a field of the form or a fact such as person.release_due_at", Where: "field"}
		}
		return c.Value, nil
	}
	kind, ok := KindOf(card.Kind)
	if !ok {
		return "", fmt.Errorf("correct an entry of kind %s: the kind is not known here", card.Kind)
	}
	field, ok := kind.Field(c.Field)
	if !ok {
		p := kind.unknownField(c.Field)
		p.Where = "field"
		return "", p
	}
	if field.Never || field.Computed {
		return "", &comity.Problem{Code: "refused-field", Message: "this is not written down, so there is nothing to correct", Where: "field"}
	}
	place, _ := d.Law.Place(card.In)
	value, problem := field.read(strings.TrimSpace(c.Value), d.zone(place, card.Agency, card.At))
	if problem != nil {
		problem.Where = "value"
		return "", problem
	}
	return value, nil
}

// correct lays a later correction over a card: over the form, and over what
// the form asks the law.
func (c *Card) correct(later Card) {
	name, value := later.Form["field"], later.Form["value"]
	if later.Kind != correction.Name || name == "" || later.Erased {
		return
	}
	c.Corrected = append(c.Corrected, name)
	if strings.Contains(name, ".") {
		c.change(comity.Facts{name: value}, nil)
		return
	}
	kind, ok := KindOf(c.Kind)
	if !ok || kind.asks == nil {
		c.Form[name] = value
		return
	}
	before := kind.asks(c.Form)
	c.Form[name] = value
	c.change(nil, diff(before, kind.asks(c.Form)))
}

// change lays facts over every question. By act, "" takes a fact away.
func (c *Card) change(all comity.Facts, byAct map[string]comity.Facts) {
	c.changed = true
	for i := range c.Questions {
		q := &c.Questions[i]
		facts := with(with(q.Facts, all), byAct[q.Act])
		for name, value := range facts {
			if value == "" {
				delete(facts, name)
			}
		}
		q.Facts = facts
	}
}

// diff is what a changed form changes in the facts of each act.
func diff(before, after []Item) map[string]comity.Facts {
	out := map[string]comity.Facts{}
	for _, a := range after {
		changed := comity.Facts{}
		for _, b := range before {
			if b.Act != a.Act {
				continue
			}
			for name := range b.Facts {
				if a.Facts[name] != b.Facts[name] {
					changed[name] = a.Facts[name]
				}
			}
		}
		for name, value := range a.Facts {
			changed[name] = value
		}
		out[a.Act] = changed
	}
	return out
}
