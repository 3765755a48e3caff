package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"comity/record"
)

// Find lists cards of an agency, the latest first: those of a booking number,
// a name, an incident or an id, each whole, or simply the latest. It looks
// through the agency's own keyed index and opens no other entry; there is no
// search across agencies (H21).
func (d *Desk) Find(ctx context.Context, agency, text string, most int) ([]Card, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		entries, err := d.Record.Latest(ctx, agency, asking(), most)
		if err != nil {
			return nil, fmt.Errorf("read the latest entries of %s: %w", agency, err)
		}
		return cards(entries), nil
	}
	found, err := d.Record.Find(ctx, agency, fromCode(text), wanted(text), 4*most)
	if err != nil {
		return nil, fmt.Errorf("look for entries of %s: %w", agency, err)
	}
	var out []record.Entry
	for _, e := range found {
		// A correction is found by the name it gives: what it corrects is meant.
		for e.Ref != "" && !slices.Contains(asking(), e.Kind) {
			if e, err = d.Record.Entry(ctx, e.Ref); err != nil {
				return nil, fmt.Errorf("read what an entry points back to: %w", err)
			}
		}
		seen := slices.ContainsFunc(out, func(o record.Entry) bool { return o.ID == e.ID })
		if !seen && slices.Contains(asking(), e.Kind) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b record.Entry) int { return cmp.Compare(b.Index, a.Index) })
	return cards(out[:min(most, len(out))]), nil
}

func cards(entries []record.Entry) []Card {
	var out []Card
	for _, e := range entries {
		out = append(out, ReadCard(e))
	}
	return out
}

// asking are the kinds that stand by themselves in a list; the others stand
// with the entry they point back to.
func asking() []string {
	var out []string
	for _, k := range Kinds() {
		if !k.Follows && !k.Apart {
			out = append(out, k.Name)
		}
	}
	return out
}

// The fields by which staff find an entry again. A correction of one of them
// is found by what it says.
var termFields = []string{"booking", "name", "incident"}

// Terms reads off an entry the words by which staff find it again. A record
// keeps them as keyed digests only.
func Terms(fields []record.Field) []string {
	values := map[string]string{}
	for _, f := range fields {
		if name, ok := FormField(f.Name); ok {
			values[name] = f.Value
		}
	}
	if corrected := values["field"]; slices.Contains(termFields, corrected) {
		values = map[string]string{corrected: values["value"]}
	}
	var out []string
	for _, name := range termFields {
		if t := term(name, values[name]); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// wanted are the terms that a search may mean.
func wanted(text string) []string {
	var out []string
	for _, name := range termFields {
		if t := term(name, text); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// term folds what people write in several ways: case, accents, punctuation, and
// for a name the order of its words.
func term(field, value string) string {
	folded := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		case unicode.Is(unicode.Mn, r):
			return -1
		}
		return ' '
	}, norm.NFD.String(value))
	words := strings.Fields(folded)
	if len(words) == 0 {
		return ""
	}
	if field == "name" {
		slices.Sort(words)
		return "name/" + strings.Join(words, " ")
	}
	return field + "/" + strings.Join(words, "")
}
