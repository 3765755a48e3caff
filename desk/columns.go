package desk

import (
	"strconv"
	"time"

	"comity"
)

// Columns are the columns of a kind's export, read off its field list. What is
// sealed as personal, and what is never stored, has no column. Month, not day:
// the same granularity as a public header.
func (k *Kind) Columns() []string {
	out := []string{"entry", "kind", "agency", "month", "place", "actor", "law", "points_to"}
	for _, f := range k.Fields {
		if f.exported() {
			out = append(out, f.Name)
		}
	}
	if len(k.Acts) > 0 {
		out = append(out, "defects")
		for _, a := range k.Acts {
			out = append(out, a)
		}
	}
	return out
}

func (f Field) exported() bool {
	return !f.Personal && !f.Never && f.Type != Text && f.Type != Instant
}

// Row is one entry in the order of Columns. A verdict stands under the act it
// answers; an act that was not asked about stays empty.
func (k *Kind) Row(c Card) []string {
	out := []string{strconv.FormatInt(c.Index, 10), c.Kind, c.Agency, c.Happened.Format("2006-01"), c.In, c.Actor, c.Law, c.Ref}
	for _, f := range k.Fields {
		if f.exported() {
			out = append(out, c.Form[f.Name])
		}
	}
	if len(k.Acts) > 0 {
		out = append(out, defectCodes(c.Defects))
		for _, a := range k.Acts {
			d, _ := c.Decision(a)
			out = append(out, string(d.Verdict))
		}
	}
	return out
}

// Preview decides without recording and says only which facts are still to be
// asked: no answer leaves it, so nothing need be written down.
func (d *Desk) Preview(r Request) ([]string, error) {
	c, err := d.check(r)
	if err != nil {
		return nil, err
	}
	if err := d.decide(c); err != nil {
		return nil, err
	}
	return d.open(c.told), nil
}

// open lists the facts that could decide an answer and that a member of staff
// can know, in the order of the vocabulary.
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
		if !wanted[f.Name] || f.Deprecated {
			continue
		}
		if f.Derives() {
			continue // asked as the instants and dates it comes from
		}
		out = append(out, f.Name)
	}
	return out
}

// Today is the local day at a place.
func (d *Desk) Today(in, agency string) string {
	place, _ := d.Law.Place(in)
	return d.Now().In(d.zone(place, agency, "")).Format(time.DateOnly)
}
