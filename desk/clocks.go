package desk

import (
	"slices"
	"strings"
	"time"

	"comity"
)

// An Alarm is one clock that runs on a person's custody, with the moment at
// which it rings. Clocks of the same length with another calendar are other
// clocks: they stand side by side.
type Alarm struct {
	Name     string // release, form, federal, law; pickup: when the federal officers said they would come
	Starts   string // the fact it counts from
	Length   string
	Excludes string // days it leaves out, empty: every hour counts
	Due      time.Time
	Day      bool   // Due is a day, not an hour
	After    string // the verdict its end brings, where law says so
	Rule     string
	Cite     string
}

// Late reports whether the clock has run out.
func (a Alarm) Late(now time.Time) bool { return !now.Before(a.Due) }

// formHours is what forms I-247A and I-247D ask for: up to 48 hours after the
// person would otherwise go free. Every hour counts; the form names no days
// that do not.
const formHours = 48

// Alarms is every clock of a card, the earliest alarm first: the moment of
// release itself, the form's own hours, the federal regulation's counted hours
// and whatever clocks the answers carry.
func (d *Desk) Alarms(card Card) []Alarm {
	place, _ := d.Law.Place(card.In)
	zone := d.zone(place, card.Agency, card.At)
	var out []Alarm
	if start, ok := card.releaseDue(); ok {
		start = start.In(zone)
		out = append(out, Alarm{Name: "release", Starts: releaseFact, Due: start})
		out = append(out, d.holdClocks(card, start, zone)...)
	}
	if at := card.Custody.Expected; !at.IsZero() {
		out = append(out, Alarm{Name: "pickup", Starts: releaseFact, Due: at.In(zone)})
	}
	for i := range card.Decisions {
		for _, clock := range d.lawClocks(card, i) {
			if a, ok := lawAlarm(clock, zone); ok {
				out = append(out, a)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Alarm) int { return a.Due.Compare(b.Due) })
	return withoutTwins(out)
}

// lawClocks are those of an answer. Where custody or a correction changed what
// was asked, they are those of the question as it stands now, with what is never
// stored as it nearly always is: so they tell nothing of it.
func (d *Desk) lawClocks(card Card, i int) []comity.Clock {
	if !card.changed {
		return card.Decisions[i].Clocks
	}
	q := card.Questions[i]
	q.Known = d.Now().UTC().Format(time.DateOnly)
	q.Facts = with(q.Facts, d.ordinary())
	now, err := d.Law.Decide(q)
	if err != nil {
		return nil // the form's hours and the regulation's still stand
	}
	return now.Clocks
}

func (c *Card) releaseDue() (time.Time, bool) {
	for _, q := range c.Questions {
		if at, err := time.Parse(time.RFC3339, q.Facts[releaseFact]); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// holdClocks are the two clocks of a detainer that asks for a hold. They are
// shown whatever the answer is: a clock that runs under a ban is no basis, but
// the person asked is owed its end.
func (d *Desk) holdClocks(card Card, start time.Time, zone *time.Location) []Alarm {
	i := slices.IndexFunc(card.Questions, func(q comity.Question) bool { return q.Act == "hold-on-detainer" })
	if i < 0 {
		return nil
	}
	form := card.Questions[i].Facts["document.detainer"]
	if form == "none" || form == "i-247n" {
		return nil
	}
	form48 := Alarm{
		Name: "form", Starts: releaseFact, Length: "48h", Due: start.Add(formHours * time.Hour), Cite: "Form " + strings.ToUpper(form),
	}
	out := []Alarm{}
	for _, clock := range d.federalClocks(card.Questions[i], start, zone) {
		if clock.Excludes == "" {
			form48.Rule, form48.Cite = clock.Rule, clock.Cite
			continue
		}
		due, err := time.Parse(time.RFC3339, clock.Due)
		if err != nil {
			continue
		}
		out = append(out, Alarm{
			Name: "federal", Starts: clock.Starts, Length: clock.Length, Excludes: clock.Excludes,
			Due: wallClock(due, zone), After: clock.After, Rule: clock.Rule, Cite: clock.Cite,
		})
	}
	if form != "i-247a-return" { // box 2 names no hours
		out = append(out, form48)
	}
	return out
}

const releaseFact = "person.release_due_at"

// federalClocks asks the federal law alone how long it lets a detainer hold,
// where state law speaks above it in the answer. The nation has no zone, so the
// question is put in wall-clock time and counted hours are read back in the
// zone of the place: clocks change on Sundays, which the regulation does not
// count.
func (d *Desk) federalClocks(q comity.Question, start time.Time, zone *time.Location) []comity.Clock {
	wall := wallClock(start, time.UTC)
	q.In, q.Agency = "us", ""
	q.At, q.On = wall.Format(time.RFC3339), wall.Format(time.DateOnly)
	q.Known = d.Now().UTC().Format(time.DateOnly)
	q.Facts = with(d.storable(q.Facts), d.ordinary())
	q.Facts[releaseFact] = q.At
	q.Facts["document.detainer_shows"], q.Facts["document.served_on_person"] = "probable-cause", "true" // the clock of a form in order
	delete(q.Facts, "request.received_at")                                                              // its offset is another; no hold clock counts from it
	decision, err := d.Law.Decide(q)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(decision.Clocks, func(c comity.Clock) bool { return c.Starts != releaseFact })
}

// wallClock is the same reading of the clock in another zone.
func wallClock(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone)
}

func lawAlarm(c comity.Clock, zone *time.Location) (Alarm, bool) {
	a := Alarm{Name: "law", Starts: c.Starts, Length: c.Length, Excludes: c.Excludes, After: c.After, Rule: c.Rule, Cite: c.Cite}
	if due, err := time.Parse(time.RFC3339, c.Due); err == nil {
		a.Due = due.In(zone)
		return a, true
	}
	// A day rings at its beginning: earlier than the law means is safe, later is not.
	due, err := time.ParseInLocation(time.DateOnly, c.Due, zone)
	a.Due, a.Day = due, true
	return a, err == nil
}

// withoutTwins drops a clock that several answers carry, and the federal clock
// that stands twice because the answer carries it too.
func withoutTwins(list []Alarm) []Alarm {
	type twin struct {
		rule, starts, length, excludes string
		due                            int64
	}
	seen := map[twin]bool{}
	return slices.DeleteFunc(list, func(a Alarm) bool {
		if a.Rule == "" {
			return false
		}
		t := twin{a.Rule, a.Starts, a.Length, a.Excludes, a.Due.Unix()}
		again := seen[t]
		seen[t] = true
		return again
	})
}
