package desk

import (
	"context"
	"slices"
	"strings"
)

// Find lists cards of an agency, the latest first: those whose booking number
// or name holds the text, or simply the latest. It looks only into the agency's
// own sealed fields; there is no search across agencies (H21).
func (d *Desk) Find(ctx context.Context, agency, text string, most int) ([]Card, error) {
	entries, err := d.all(ctx, agency)
	if err != nil {
		return nil, err
	}
	text = strings.ToLower(strings.TrimSpace(text))
	var out []Card
	for _, e := range slices.Backward(entries) {
		card := ReadCard(e)
		if card.Kind == act.Name || card.Kind == notice.Name || card.Kind == correction.Name {
			continue
		}
		known, _ := KindOf(card.Kind)
		if known == nil || text != "" && !card.mentions(text) {
			continue
		}
		if out = append(out, card); len(out) == most {
			break
		}
	}
	return out, nil
}

func (c *Card) mentions(text string) bool {
	for _, name := range []string{"booking", "name", "incident"} {
		if strings.Contains(strings.ToLower(c.Form[name]), text) {
			return true
		}
	}
	return strings.EqualFold(c.ID, text) || strings.EqualFold(c.ULID, text)
}
