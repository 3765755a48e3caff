package desk

import (
	"strconv"
	"time"
)

// Columns are the columns of a kind's export, read off its field list. What is
// sealed as personal, and what is never stored, has no column. Month, not day:
// the same granularity as a public header.
func (k *Kind) Columns() []string {
	out := []string{"entry", "kind", "agency", "month", "place", "actor", "law", "points_to", "contested"}
	for _, f := range k.Fields {
		if f.exported() {
			out = append(out, f.Name)
		}
	}
	if len(k.Acts) > 0 {
		out = append(append(out, "defects"), k.Acts...)
	}
	return out
}

func (f Field) exported() bool {
	return !f.Personal && !f.Never && f.Type != Text && f.Type != Instant && f.Type != Day
}

// Row is one entry in the order of Columns. A verdict stands under the act it
// answers; an act that was not asked about stays empty.
func (k *Kind) Row(c Card) []string {
	out := []string{strconv.FormatInt(c.Index, 10), c.Kind, c.Agency, c.Happened.Format("2006-01"), c.In, c.Actor, c.Law, c.Ref, c.Contested}
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

// Today is the local day at a place.
func (d *Desk) Today(in, agency string) string {
	return d.Now().In(d.Zone(in, agency)).Format(time.DateOnly)
}

// Zone is the time zone of an agency at a place.
func (d *Desk) Zone(in, agency string) *time.Location {
	place, _ := d.Law.Place(in)
	return d.zone(place, agency, "")
}
