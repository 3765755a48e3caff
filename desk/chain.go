package desk

import (
	"context"
	"fmt"
	"slices"

	"comity"
	"comity/record"
)

// MostInChain bounds how many entries of one chain are read at once.
const MostInChain = 2000

// Following lists everything that points back to an entry, and what points back
// to that in turn, in the order of the log.
func (d *Desk) Following(ctx context.Context, id string) ([]record.Entry, error) {
	var out []record.Entry
	for open := []string{id}; len(open) > 0; open = open[1:] {
		later, err := d.Record.Follow(ctx, open[0])
		if err != nil {
			return nil, fmt.Errorf("read what followed: %w", err)
		}
		for _, e := range later {
			out, open = append(out, e), append(open, e.ID)
		}
		if len(out) > MostInChain {
			return nil, &comity.Problem{Code: "long-chain", Where: "id " + id, Message: fmt.Sprintf("more than %d entries point back to this one", MostInChain), Hint: "ask for a single entry of the chain instead"}
		}
	}
	slices.SortFunc(out, func(a, b record.Entry) int { return int(a.Index - b.Index) })
	return out, nil
}

// Chain lists every entry of the chain that an entry of the agency belongs to,
// the first one first.
func (d *Desk) Chain(ctx context.Context, agency, id string) ([]record.Entry, error) {
	first, err := d.Record.Entry(ctx, id)
	for n := 0; err == nil && first.Ref != "" && n < MostInChain; n++ {
		first, err = d.Record.Entry(ctx, first.Ref)
	}
	if IsNotFound(err) || err == nil && first.Agency != agency {
		return nil, NoCase(id)
	}
	if err != nil {
		return nil, fmt.Errorf("read what an entry points back to: %w", err)
	}
	later, err := d.Following(ctx, first.ID)
	return append([]record.Entry{first}, later...), err
}
