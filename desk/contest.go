package desk

import (
	"context"
	"fmt"
	"slices"

	"comity/record"
)

// A Contest stands beside an entry, with what was answered to it.
type Contest struct {
	Card    Card
	Answers []Card
}

const mostContests = 10_000

// Contests lists what is contested of an agency's entries, by the id of the
// contested entry, the oldest first. Every view of entries lays it beside them.
func (d *Desk) Contests(ctx context.Context, agency string) (map[string][]Contest, error) {
	list, err := d.Record.Latest(ctx, agency, []string{contest.Name, rebuttal.Name}, mostContests)
	if err != nil {
		return nil, fmt.Errorf("read what is contested: %w", err)
	}
	answers := map[string][]Card{}
	var contests []record.Entry
	for _, e := range slices.Backward(list) {
		if e.Kind == rebuttal.Name {
			answers[e.Ref] = append(answers[e.Ref], ReadCard(e))
			continue
		}
		contests = append(contests, e)
	}
	out := map[string][]Contest{}
	for _, e := range contests {
		out[e.Ref] = append(out[e.Ref], Contest{ReadCard(e), answers[e.ID]})
	}
	return out, nil
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
