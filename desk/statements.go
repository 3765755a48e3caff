package desk

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A Statement is one that was released, with what other agencies say beside it.
type Statement struct {
	Card      Card
	Theirs    []Card
	Released  time.Time
	By        string // role
	Withdrawn bool
}

// mostStatements is how many of an agency's statements anybody is shown.
const mostStatements = 100

// Statements lists what an agency released, the latest first. It is for
// everyone: a statement that nobody released, or that was erased, is not in it.
func (d *Desk) Statements(ctx context.Context, agency string) ([]Statement, error) {
	list, err := d.Record.Latest(ctx, agency, []string{statement.Name}, mostStatements)
	if err != nil {
		return nil, fmt.Errorf("read the statements of %s: %w", agency, err)
	}
	var out []Statement
	for _, e := range list {
		later, err := d.Record.Follow(ctx, e.ID)
		if err != nil {
			return nil, fmt.Errorf("read what followed a statement: %w", err)
		}
		one := Statement{Card: ReadCard(e)}
		for _, step := range cards(later) {
			if step.Kind != statementStep.Name || step.Erased {
				continue
			}
			switch step.Form["result"] {
			case released:
				if one.Released.IsZero() {
					one.Released, one.By = step.Stored, step.Role
				}
			case "their-version":
				one.Theirs = append(one.Theirs, step)
			case "withdrawn":
				one.Withdrawn = true
			}
		}
		if !one.Released.IsZero() && !one.Card.Erased {
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b Statement) int { return b.Released.Compare(a.Released) })
	return out, nil
}

// StatementReceipt is the signed receipt of a released statement, with its
// words shown and proved: anybody checks it without asking the agency.
func (d *Desk) StatementReceipt(ctx context.Context, s Statement) ([]byte, error) {
	if d.Keeper == nil {
		return d.Record.Receipt(ctx, s.Card.ID)
	}
	var names []string
	for _, f := range statement.Fields {
		if s.Card.Form[f.Name] != "" {
			names = append(names, formPrefix+f.Name)
		}
	}
	slices.Sort(names)
	return d.Keeper.Disclose(ctx, s.Card.ID, names...)
}
