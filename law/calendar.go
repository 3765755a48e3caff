package law

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A day counts days since 1970-01-01, so that days compare as numbers.
type day int32

const (
	firstDay day = -1 << 31
	lastDay  day = 1<<31 - 1
)

func dayOf(y, m, d int) day {
	return day(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func localDay(t time.Time) day {
	y, m, d := t.Date()
	return dayOf(y, int(m), d)
}

func (d day) date() (year, month, dom int) {
	y, m, n := time.Unix(int64(d)*86400, 0).UTC().Date()
	return y, int(m), n
}

func (d day) String() string {
	y, m, n := d.date()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, n)
}

func (d day) weekday() time.Weekday { return time.Unix(int64(d)*86400, 0).UTC().Weekday() }

// start is 00:00 of the day in a zone.
func (d day) start(zone *time.Location) time.Time {
	y, m, n := d.date()
	return time.Date(y, time.Month(m), n, 0, 0, 0, 0, zone)
}

func monthDays(y, m int) int {
	return time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// FederalHoliday reports whether 5 USC 6103 closes federal offices on that
// day: the holiday itself or the Friday or Monday on which it is observed.
func federalHoliday(d day) bool {
	y, m, n := d.date()
	w := d.weekday()
	if fixedHoliday(y, m, n) {
		return true
	}
	if w == time.Friday && onFixed(d+1) || w == time.Monday && onFixed(d-1) {
		return true
	}
	nth := (n + 6) / 7
	switch {
	case w == time.Monday && m == 1 && nth == 3:
		return y >= 1986 // Birthday of Martin Luther King, Jr.
	case w == time.Monday && m == 2 && nth == 3:
		return y >= 1971 // Washington's Birthday
	case w == time.Monday && m == 5 && n > 24:
		return y >= 1971 // Memorial Day
	case w == time.Monday && m == 9 && nth == 1:
		return true // Labor Day
	case w == time.Monday && m == 10 && nth == 2:
		return y >= 1971 // Columbus Day
	case w == time.Thursday && m == 11 && nth == 4:
		return true // Thanksgiving Day
	}
	return false
}

func onFixed(d day) bool { y, m, n := d.date(); return fixedHoliday(y, m, n) }

func fixedHoliday(y, m, n int) bool {
	switch {
	case m == 1 && n == 1, m == 7 && n == 4, m == 11 && n == 11, m == 12 && n == 25:
		return true
	case m == 6 && n == 19:
		return y >= 2021 // Juneteenth, Pub. L. 117-17
	}
	return false
}

// A dayFilter says which local days a clock leaves out. The holidays of a
// state are left out only where a text says so by the word state-holidays.
type dayFilter struct {
	saturdays, sundays, holidays bool
	state                        bool           // the text says state-holidays
	of                           *stateHolidays // the table of the place asked about, nil where there is none
}

var (
	calendarWords = []string{"sat", "sun", "federal-holidays", "state-holidays"}
	businessDay   = dayFilter{saturdays: true, sundays: true, holidays: true}
)

// readFilter reads "sat,sun,federal-holidays".
func readFilter(text string) (dayFilter, error) {
	var f dayFilter
	if text == "" {
		return f, nil
	}
	for w := range strings.SplitSeq(text, ",") {
		w = strings.TrimSpace(w)
		if !slices.Contains(calendarWords, w) {
			return f, fmt.Errorf("%q is no calendar; %s", w, didYouMean(w, calendarWords))
		}
		f.saturdays = f.saturdays || w == "sat"
		f.sundays = f.sundays || w == "sun"
		f.holidays = f.holidays || w == "federal-holidays"
		f.state = f.state || w == "state-holidays"
	}
	return f, nil
}

// at gives the filter the table of a state. Where there is none, the word
// state-holidays leaves nothing out: whatever runs ends early, never late.
func (f dayFilter) at(of *stateHolidays) dayFilter {
	f.of = of
	return f
}

// business adds what no business day is.
func (f dayFilter) business() dayFilter {
	f.saturdays, f.sundays, f.holidays = true, true, true
	return f
}

// words are those of the days that are left out indeed.
func (f dayFilter) words() string {
	var out []string
	for i, left := range []bool{f.saturdays, f.sundays, f.holidays, f.state && f.of != nil} {
		if left {
			out = append(out, calendarWords[i])
		}
	}
	return strings.Join(out, ",")
}

func (f dayFilter) excludes(d day) bool {
	w := d.weekday()
	return f.saturdays && w == time.Saturday || f.sundays && w == time.Sunday || f.holidays && federalHoliday(d) || f.state && f.of.closed(d)
}

// maxHours bounds what a fact of hours can say; counting further is waste.
const maxHours = 10000

// hoursBetween counts whole hours of absolute time.
func hoursBetween(from, to time.Time) int {
	if to.Before(from) {
		return 0
	}
	return int(to.Sub(from) / time.Hour)
}

// countedHours leaves out every excluded local day from 00:00 to 24:00.
func countedHours(from, to time.Time, zone *time.Location, f dayFilter) int {
	counted := time.Duration(0)
	for at := from; at.Before(to) && counted < maxHours*time.Hour; {
		d := localDay(at.In(zone))
		end := (d + 1).start(zone)
		if to.Before(end) {
			end = to
		}
		if !f.excludes(d) {
			counted += end.Sub(at)
		}
		at = end
	}
	return int(counted / time.Hour)
}

// afterCounted is the instant when that much counted time has passed.
func afterCounted(from time.Time, length time.Duration, zone *time.Location, f dayFilter) time.Time {
	at := from
	for left := length; ; {
		d := localDay(at.In(zone))
		end := (d + 1).start(zone)
		if !f.excludes(d) {
			if left <= end.Sub(at) {
				return at.Add(left)
			}
			left -= end.Sub(at)
		}
		at = end
	}
}

// beforeCounted is the instant from which that much counted time is left.
func beforeCounted(to time.Time, length time.Duration, zone *time.Location, f dayFilter) time.Time {
	at := to
	for left := length; ; {
		d := localDay(at.Add(-1).In(zone))
		begin := d.start(zone)
		if !f.excludes(d) {
			if left <= at.Sub(begin) {
				return at.Add(-left)
			}
			left -= at.Sub(begin)
		}
		at = begin
	}
}

// fullYears counts anniversaries passed; 29 February counts as 1 March in other years.
func fullYears(from, to day) int {
	y1, m1, d1 := from.date()
	y2, _, _ := to.date()
	if to < from {
		return 0
	}
	n := y2 - y1
	if dayOf(y2, m1, d1) > to { // time.Date turns 29 February into 1 March
		n--
	}
	return n
}

// countDays goes n counted days on from a day, or back where n is negative.
func countDays(d day, n int, f dayFilter) day {
	step := day(1)
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		if d += step; !f.excludes(d) {
			n--
		}
	}
	return d
}
