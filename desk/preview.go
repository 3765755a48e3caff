package desk

import (
	"context"
	"regexp"
	"slices"

	"comity"
	"comity/law"
)

// Preview decides without recording and says only which facts are still to be
// asked: no answer leaves it, so nothing need be written down.
func (d *Desk) Preview(ctx context.Context, r Request) ([]string, error) {
	c, err := d.check(r)
	if err != nil {
		return nil, err
	}
	if err := d.addPowers(ctx, c); err != nil {
		return nil, err
	}
	if err := d.decide(c); err != nil {
		return nil, err
	}
	return d.open(c.told), nil
}

// open lists the facts that could decide an answer and that a member of staff
// can know.
func (d *Desk) open(decisions []comity.Decision) []string {
	wanted := map[string]bool{}
	for _, one := range decisions {
		if one.Verdict != comity.NeedsFacts {
			continue
		}
		for _, name := range one.Missing {
			wanted[name] = true
		}
	}
	var out []string
	for _, f := range d.Law.Vocabulary().Facts {
		if wanted[f.Name] && !f.Deprecated {
			out = append(out, d.askable(f)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// askable is the fact itself, or for a computed one the instants and dates it
// is computed from: people know when, not how many hours ago.
func (d *Desk) askable(f *law.Fact) []string {
	if !f.Derives() {
		return []string{f.Name}
	}
	var out []string
	for _, word := range factName.FindAllString(f.Derived, -1) {
		if in, ok := d.Law.Vocabulary().Fact(word); ok {
			out = append(out, d.askable(in)...)
		}
	}
	return out
}

var factName = regexp.MustCompile(`[a-z]+\.[a-z_]+`)
