package desk

import (
	"context"
	"fmt"
	"math"
	"slices"

	"comity/record"
)

// A Contest stands beside an entry, with what was answered to it.
type Contest struct {
	Card    Card
	Answers []Card
}

const pageOfKind = 500

// Contests lists what is contested of an agency's entries, by the id of the
// contested entry, the oldest first. Every list of entries lays it beside them.
func (d *Desk) Contests(ctx context.Context, agency string) (map[string][]Contest, error) {
	answers := map[string][]Card{}
	var contests []Card
	err := d.eachOf(ctx, agency, []string{contest.Name, rebuttal.Name}, func(e record.Entry) {
		if e.Kind == rebuttal.Name {
			answers[e.Ref] = append(answers[e.Ref], ReadCard(e))
			return
		}
		contests = append(contests, ReadCard(e))
	})
	if err != nil {
		return nil, fmt.Errorf("read what is contested: %w", err)
	}
	out := map[string][]Contest{}
	for _, c := range slices.Backward(contests) { // they came the latest first
		list := answers[c.ID]
		slices.Reverse(list)
		out[c.Ref] = append(out[c.Ref], Contest{c, list})
	}
	return out, nil
}

// ContestsOf lists what is contested of one entry, the oldest first.
func (d *Desk) ContestsOf(ctx context.Context, id string) ([]Contest, error) {
	later, err := d.Record.Follow(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read what is contested: %w", err)
	}
	var out []Contest
	for _, e := range later {
		if e.Kind != contest.Name {
			continue
		}
		answers, err := d.Record.Follow(ctx, e.ID)
		if err != nil {
			return nil, fmt.Errorf("read the answers to a contest: %w", err)
		}
		answers = slices.DeleteFunc(answers, func(a record.Entry) bool { return a.Kind != rebuttal.Name })
		out = append(out, Contest{ReadCard(e), cards(answers)})
	}
	return out, nil
}

// eachOf goes through all entries of an agency that are of these kinds, the
// latest first, however many they are.
func (d *Desk) eachOf(ctx context.Context, agency string, kinds []string, do func(record.Entry)) error {
	for below := int64(math.MaxInt64); ; {
		page, err := d.Record.Older(ctx, agency, kinds, below, pageOfKind)
		if err != nil {
			return err
		}
		for _, e := range page {
			do(e)
			below = e.Index
		}
		if len(page) < pageOfKind {
			return nil
		}
	}
}

// ContestState is how an export says it: "", contested or answered.
func ContestState(list []Contest) string {
	switch {
	case len(list) == 0:
		return ""
	case slices.ContainsFunc(list, func(c Contest) bool { return len(c.Answers) == 0 }):
		return "contested"
	}
	return "answered"
}
