package desk

import (
	"context"
	"slices"
	"time"

	"comity/record"
)

// A Holding is what an agency holds of one kind of entry, and what a stranger
// could be given of it: what a request for public records asks (H1).
type Holding struct {
	Kind    string
	Entries int
	Public  int            // whose headers are public by now
	Erased  int            // whose content an order destroyed
	Release record.Release // how headers become public
	Columns []string       // of an export: nothing personal, the month and not the day
	Sealed  []string       // fields that only the agency's own staff can open
}

// Holdings counts the entries of some kinds between two days, the second
// included; a zero day bounds nothing. Kinds of which nothing is held stand in
// the list too.
func (d *Desk) Holdings(ctx context.Context, agency string, kinds []string, since, until time.Time) ([]Holding, error) {
	entries, err := d.all(ctx, agency)
	if err != nil {
		return nil, err
	}
	var out []Holding
	for _, k := range Kinds() {
		if !slices.Contains(kinds, k.Name) {
			continue
		}
		h := Holding{Kind: k.Name, Release: k.Record.Release, Columns: k.Columns(), Sealed: k.sealedNames()}
		for _, e := range entries {
			if e.Kind != k.Name || !between(e.At, since, until) {
				continue
			}
			h.Entries++
			if e.Published {
				h.Public++
			}
			if e.Erased {
				h.Erased++
			}
		}
		out = append(out, h)
	}
	return out, nil
}

func between(at, since, until time.Time) bool {
	return (since.IsZero() || !at.Before(since)) && (until.IsZero() || at.Before(until.AddDate(0, 0, 1)))
}

// AllKinds names every kind that staff write.
func AllKinds() []string {
	var out []string
	for _, k := range Kinds() {
		out = append(out, k.Name)
	}
	return out
}

// Asked is what a request for public records asks for: kinds and days.
func (d *Desk) Asked(card Card) (kinds []string, since, until time.Time) {
	for _, scope := range recordsScopes {
		if card.Form.Has("scope", scope) {
			kinds = append(kinds, recordsKinds(scope)...)
		}
	}
	place, _ := d.Law.Place(card.In)
	zone := d.zone(place, card.Agency, card.At)
	since, _ = time.ParseInLocation(time.DateOnly, card.Form["since"], zone) // no day: zero
	until, _ = time.ParseInLocation(time.DateOnly, card.Form["until"], zone)
	return kinds, since, until
}

// Rows are the entries of a kind between two days as an export gives them. Of
// kinds of which only totals are public there is none.
func (d *Desk) Rows(ctx context.Context, agency string, kind *Kind, since, until time.Time) ([][]string, error) {
	if kind.Record.Release == record.Totals {
		return nil, nil
	}
	entries, err := d.all(ctx, agency)
	if err != nil {
		return nil, err
	}
	var out [][]string
	for _, e := range entries {
		if e.Kind == kind.Name && !e.Erased && between(e.At, since, until) {
			out = append(out, kind.Row(ReadCard(e)))
		}
	}
	return out, nil
}
