package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity"
	"comity/record"
)

// besides are the kinds that may carry the number of a shielded contact, or
// follow an entry that stands apart. Every other kind may not: one that is
// written later is kept away until somebody thinks of it.
var besides = []string{"shield", "certification", "certification-step", "call", "unattributed", "attribution", "complaint", "complaint-outcome", "contest", "rebuttal", "correction", "look"}

// apart keeps the contact of a victim or a witness and the requests of federal
// agencies from ever standing together: by their numbers in either order, by an
// entry that points to another, or by a correction (H20).
func (d *Desk) apart(ctx context.Context, c *contact) error {
	if err := d.refApart(ctx, c); err != nil {
		return err
	}
	kind := c.kind.Name
	if kind == correction.Name {
		var err error
		if kind, err = d.kindOf(ctx, c.Ref); err != nil {
			return err
		}
	}
	terms := Terms(c.draft(d).Fields)
	if len(terms) == 0 || kind != shield.Name && slices.Contains(besides, kind) {
		return nil
	}
	found, err := d.Record.Find(ctx, c.Agency, "", eitherNumber(terms), mostBeside)
	if err != nil {
		return fmt.Errorf("look for a shield: %w", err)
	}
	if kind == shield.Name {
		return besideFederal(c, found)
	}
	if shielded(found) {
		return &comity.Problem{Code: "shielded", Message: "this number belongs to a contact with a victim or a witness and cannot be joined to this",
			Hint: "leave the number out; if it is wrong, take another, or ask a supervisor whether the flag still holds", Where: "incident"}
	}
	return nil
}

const mostBeside = 500

// eitherNumber looks for a number as one of an incident and as one of a
// booking, in whichever field it was typed.
func eitherNumber(terms []string) []string {
	out := slices.Clone(terms)
	for _, t := range terms {
		if number, ok := strings.CutPrefix(t, "booking/"); ok {
			out = append(out, "incident/"+number)
		}
		if number, ok := strings.CutPrefix(t, "incident/"); ok {
			out = append(out, "booking/"+number)
		}
	}
	return out
}

// shielded says whether the last flag of any contact found is set: what Find
// gives comes the latest first.
func shielded(found []record.Entry) bool {
	seen := map[string]bool{}
	for _, e := range found {
		if e.Kind != shield.Name {
			continue
		}
		number := strings.Join(Terms(e.Fields), " ")
		if !seen[number] && valueOf(e, formPrefix+"flag") == shieldSet {
			return true
		}
		seen[number] = true
	}
	return false
}

// besideFederal refuses a flag on a number under which something else stands.
func besideFederal(c *contact, found []record.Entry) error {
	if c.Form["flag"] == shieldLifted {
		return nil
	}
	for _, e := range found {
		if !slices.Contains(besides, e.Kind) {
			return &comity.Problem{Code: "shield-joined", Message: "a request stands under this number already",
				Hint: "give the contact a number of its own, such as a new report, and flag that", Where: "incident"}
		}
	}
	return nil
}

// refApart keeps entries that stand apart from being pointed to, and from
// pointing.
func (d *Desk) refApart(ctx context.Context, c *contact) error {
	if c.Ref == "" || len(c.kind.Of) > 0 {
		return nil // pointsRight has looked
	}
	if c.kind.Apart {
		return &comity.Problem{Code: "shielded", Message: "this stands by itself and points to no other entry", Hint: "leave the reference out", Where: "ref"}
	}
	name, err := d.kindOf(ctx, c.Ref)
	kind, ok := KindOf(name)
	if err != nil || !ok || !kind.Apart || slices.Contains(besides, c.kind.Name) {
		return err
	}
	return &comity.Problem{Code: "shielded", Message: "that entry is about a victim or a witness and cannot be joined to this", Hint: "leave the reference out", Where: "ref"}
}

// kindOf is the kind of an entry; none where there is no such entry.
func (d *Desk) kindOf(ctx context.Context, id string) (string, error) {
	e, err := d.Record.Entry(ctx, id)
	if IsNotFound(err) {
		return "", nil
	}
	return e.Kind, err
}
