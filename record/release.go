package record

import "time"

// MinCell is how many entries of one agency, kind and month must stand before
// any header of them may be public (H26).
const MinCell = 11

// AfterEndDelay is how long after the recorded end of a contact its headers
// stay withheld (H12).
const AfterEndDelay = 24 * time.Hour

// zoneSlack: when a month begins in UTC, it is still the old month for so long
// in the westernmost zones of the country (American Samoa, UTC-11).
const zoneSlack = 12 * time.Hour

// Standing is what the release of one header depends on.
type Standing struct {
	Month  string    // of the header
	Stored time.Time // when the entry was written
	Ended  time.Time // latest end recorded for the contact; zero: none
	Cell   int       // entries of its agency, kind and month written before Cutoff
}

// Released reports whether the rule lets a header become public by now.
func (r Release) Released(s Standing, now time.Time) bool {
	switch r {
	case AtOnce:
		return true
	case AfterEnd:
		return !s.Ended.IsZero() && !now.Before(s.Ended.Add(AfterEndDelay))
	case Monthly:
		cut := Cutoff(now)
		return s.Month < month(cut) && s.Stored.Before(cut) && s.Cell >= MinCell
	default:
		return false
	}
}

// Cutoff is the start of the month that is still running somewhere in the
// country. Monthly headers count and come out together: an entry written
// after it waits for the next month, even if it tells of an earlier one, so
// that nobody can watch a single header appear.
func Cutoff(now time.Time) time.Time {
	t := now.UTC().Add(-zoneSlack)
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}
