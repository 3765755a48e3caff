package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/record"
)

// A Keeper carries out what goes beyond writing entries.
type Keeper interface {
	Hold(ctx context.Context, id string, o record.HoldOrder) (record.Appended, error)
	LiftHold(ctx context.Context, hold string, o record.HoldOrder) (record.Appended, error)
	Holds(ctx context.Context, id string) ([]record.Hold, error)
	Expunge(ctx context.Context, o record.Order) ([]record.Appended, error)
	// Disclose returns the receipt of an entry with these fields shown and proved.
	Disclose(ctx context.Context, id string, names ...string) ([]byte, error)
}

// Hold sets a litigation hold on the chain of an entry of the agency.
func (d *Desk) Hold(ctx context.Context, agency, id string, o record.HoldOrder) (record.Appended, error) {
	if err := d.mayOrder(ctx, agency, id); err != nil {
		return record.Appended{}, err
	}
	return d.Keeper.Hold(ctx, id, o)
}

// LiftHold ends a litigation hold of the agency.
func (d *Desk) LiftHold(ctx context.Context, agency, hold string, o record.HoldOrder) (record.Appended, error) {
	if err := d.mayOrder(ctx, agency, hold); err != nil {
		return record.Appended{}, err
	}
	return d.Keeper.LiftHold(ctx, hold, o)
}

// Expunge carries out an order about an entry of the agency.
func (d *Desk) Expunge(ctx context.Context, agency string, o record.Order) ([]record.Appended, error) {
	if err := d.mayOrder(ctx, agency, o.Entry); err != nil {
		return nil, err
	}
	if o.By == record.BySchedule {
		return nil, &comity.Problem{Code: "bad-order", Where: "by", Message: "the record itself carries out its schedule", Hint: "court, statute or agency"}
	}
	return d.Keeper.Expunge(ctx, o)
}

// Holds lists the holds in force on the chain of an entry of the agency.
func (d *Desk) Holds(ctx context.Context, agency, id string) ([]record.Hold, error) {
	if err := d.mayOrder(ctx, agency, id); err != nil {
		return nil, err
	}
	return d.Keeper.Holds(ctx, id)
}

func (d *Desk) mayOrder(ctx context.Context, agency, id string) error {
	if d.Keeper == nil {
		return &comity.Problem{Code: "no-keeper", Message: "orders cannot be carried out here", Hint: "use the program that keeps the record"}
	}
	e, err := d.Record.Entry(ctx, id)
	if IsNotFound(err) || err == nil && e.Agency != agency {
		return NoCase(id)
	}
	return err
}

// A Disclosing is what somebody does on the way to a sealed field.
type Disclosing struct {
	ID      string // of the entry that this will be
	Agency  string
	Role    string
	Account string // id of whoever does it
	Fields  []string
	Reason  string
}

// GrantLasts is how long a grant opens what it grants.
const GrantLasts = 7 * 24 * time.Hour

// AskDisclosure asks to see sealed fields of one entry, with a reason.
func (d *Desk) AskDisclosure(ctx context.Context, id string, by Disclosing) (Answer, error) {
	card, err := d.Case(ctx, id, by.Agency)
	if err != nil {
		return Answer{}, err
	}
	kind, ok := KindOf(card.Kind)
	if !ok || kind == &look || card.Erased || len(by.Fields) == 0 {
		return Answer{}, &comity.Problem{Code: "nothing-sealed", Message: "there is nothing here that could be shown", Where: "fields", Hint: "name sealed fields of an entry that was not erased"}
	}
	for _, name := range by.Fields {
		if _, ok := kind.Field(name); !ok || card.Form[name] == "" {
			return Answer{}, &comity.Problem{Code: "no-field", Message: "the entry has no such field", Where: "fields", Hint: "its fields are: " + commas(kind.names())}
		}
	}
	fields := slices.Compact(slices.Sorted(slices.Values(by.Fields)))
	return d.disclosed(ctx, card, by, Asked, strings.Join(fields, " "))
}

// AnswerDisclosure grants or denies what another person of another role asked.
func (d *Desk) AnswerDisclosure(ctx context.Context, ask string, grant bool, by Disclosing) (Answer, error) {
	asked, steps, err := d.disclosureOf(ctx, ask, by.Agency)
	if err != nil {
		return Answer{}, err
	}
	if asked.Form["account"] == by.Account || asked.Role == by.Role {
		return Answer{}, &comity.Problem{Code: "second-person", Message: "whoever asks cannot answer, nor anybody of the same role", Where: "account", Hint: "a second person decides, of another role"}
	}
	for _, s := range steps {
		if step := s.Form["step"]; s.ID != by.ID && (step == Granted || step == Denied) {
			return Answer{}, &comity.Problem{Code: "answered", Message: "this was answered already", Where: "id " + ask, Hint: "ask anew"}
		}
	}
	step := Denied
	if grant {
		step = Granted
	}
	return d.disclosed(ctx, asked, by, step, asked.Form["fields"])
}

// OpenDisclosure shows, to whoever asked, what was granted, and nothing else:
// the receipt of the entry with those fields and their proofs, which anybody
// can verify. Every opening is an entry, and is written first.
func (d *Desk) OpenDisclosure(ctx context.Context, ask string, by Disclosing) ([]byte, error) {
	asked, steps, err := d.disclosureOf(ctx, ask, by.Agency)
	if err != nil {
		return nil, err
	}
	granted := slices.ContainsFunc(steps, func(s Card) bool {
		return s.Form["step"] == Granted && d.Now().Before(s.Stored.Add(GrantLasts))
	})
	if !granted || asked.Form["account"] != by.Account || d.Keeper == nil {
		return nil, &comity.Problem{Code: "not-granted", Message: "nothing was granted to you here, or the time to look is over", Where: "id " + ask, Hint: "a second person grants it, for seven days; ask anew"}
	}
	if _, err := d.disclosed(ctx, asked, by, Opened, asked.Form["fields"]); err != nil {
		return nil, err
	}
	var names []string
	for _, f := range strings.Fields(asked.Form["fields"]) {
		names = append(names, formPrefix+f)
	}
	return d.Keeper.Disclose(ctx, asked.Ref, names...)
}

func (d *Desk) disclosed(ctx context.Context, to Card, by Disclosing, step, fields string) (Answer, error) {
	return d.Handle(ctx, Request{
		ID: by.ID, Agency: by.Agency, Kind: look.Name, Ref: to.ID, In: to.In, Role: by.Role,
		Form: Form{"step": step, "fields": fields, "account": by.Account, "reason": by.Reason},
	})
}

// disclosureOf finds what was asked, and what followed.
func (d *Desk) disclosureOf(ctx context.Context, ask, agency string) (Card, []Card, error) {
	card, err := d.Case(ctx, ask, agency)
	if err != nil {
		return Card{}, nil, err
	}
	if card.Kind != look.Name || card.Form["step"] != Asked {
		return Card{}, nil, NoCase(ask)
	}
	later, err := d.Record.Follow(ctx, ask)
	if err != nil {
		return Card{}, nil, fmt.Errorf("read what followed: %w", err)
	}
	return card, cards(later), nil
}
