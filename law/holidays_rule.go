package law

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A dayRule says on which day of every year a holiday falls:
//
//	07-04                                 a fixed day
//	third monday of january               the nth weekday of a month
//	last monday of may
//	easter
//	2 days before easter                  so many days before or after one of these
//	day after fourth thursday of november
//
// followed, after a comma, by what else is true of it:
//
//	observed          Saturday's holiday is also on Friday, Sunday's on Monday
//	sunday observed   only Sunday's, on Monday
//	on monday         Tuesday to Friday go back to Monday, Saturday and Sunday on to it
//	even years        only in these, odd years
type dayRule struct {
	month, dom int          // a fixed day, or the month of the weekday
	weekday    time.Weekday // with nth
	nth        int          // 1 to 5, or last
	easter     bool
	shift      int    // days after the day named
	observed   string // one of observances, or nothing
	years      string // one of parities, or nothing
}

const lastNth = -1

var (
	parities    = []string{"even years", "odd years"}
	observances = []string{"observed", "sunday observed", "on monday"}
	ordinals    = []string{"first", "second", "third", "fourth", "fifth"}
	months      = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
	weekdays    = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

	shiftForm   = regexp.MustCompile(`^(?:([1-9]|[1-5][0-9]) days|day) (before|after) (.+)$`)
	weekdayForm = regexp.MustCompile(`^(first|second|third|fourth|fifth|last) (` + strings.Join(weekdays, "|") + `) of (` + strings.Join(months, "|") + `)$`)
)

const dayRuleHint = `write 07-04, third monday of january, last monday of may, easter, 2 days before easter or day after fourth thursday of november; then, after a comma, observed, sunday observed, on monday, even years or odd years`

func readDayRule(text string) (dayRule, error) {
	var r dayRule
	base, rest, more := strings.Cut(text, ", ")
	for more {
		var word string
		word, rest, more = strings.Cut(rest, ", ")
		if err := r.readWord(word); err != nil {
			return r, err
		}
	}
	if m := shiftForm.FindStringSubmatch(base); m != nil {
		r.shift = 1
		if m[1] != "" {
			r.shift, _ = strconv.Atoi(m[1])
		}
		if m[2] == "before" {
			r.shift = -r.shift
		}
		base = m[3]
	}
	return r, r.readBase(base, text)
}

func (r *dayRule) readWord(word string) error {
	switch {
	case slices.Contains(parities, word) && r.years == "":
		r.years = word
	case slices.Contains(observances, word) && r.observed == "":
		r.observed = word
	default:
		return fmt.Errorf("%.40q says nothing here, or says it twice", word)
	}
	return nil
}

func (r *dayRule) readBase(base, text string) error {
	switch m := weekdayForm.FindStringSubmatch(base); {
	case m != nil:
		r.nth = slices.Index(ordinals, m[1]) + 1
		if m[1] == "last" {
			r.nth = lastNth
		}
		r.weekday, r.month = time.Weekday(slices.Index(weekdays, m[2])), slices.Index(months, m[3])+1
	case base == "easter":
		r.easter = true
	case yearDay.MatchString(base):
		r.month, _ = strconv.Atoi(base[:2])
		r.dom, _ = strconv.Atoi(base[3:])
		if r.dom > monthDays(2024, r.month) {
			return fmt.Errorf("there is no day %s", base)
		}
	default:
		return fmt.Errorf("%.60q is no rule for a day", text)
	}
	if r.observed != "" && r.dom == 0 {
		return fmt.Errorf("only a fixed day can be observed on another")
	}
	return nil
}

// on reports whether the holiday is on that day: itself, or where it is observed.
func (r dayRule) on(d day) bool {
	w := d.weekday()
	switch r.observed {
	case "observed":
		return r.falls(d) || w == time.Friday && r.falls(d+1) || w == time.Monday && r.falls(d-1)
	case "sunday observed":
		return r.falls(d) || w == time.Monday && r.falls(d-1)
	case "on monday":
		if w != time.Monday {
			return false
		}
		for away := day(-2); away <= 4; away++ {
			if r.falls(d + away) {
				return true
			}
		}
		return false
	}
	return r.falls(d)
}

// falls reports whether the rule names that very day.
func (r dayRule) falls(d day) bool {
	d -= day(r.shift)
	y, m, n := d.date()
	switch {
	case r.years != "" && r.years != parities[y&1]:
		return false
	case r.easter:
		return d == easter(y)
	case m != r.month:
		return false
	case r.nth == 0:
		return n == r.dom
	case d.weekday() != r.weekday:
		return false
	case r.nth == lastNth:
		return n+7 > monthDays(y, m)
	}
	return (n+6)/7 == r.nth
}

// easter is Easter Sunday by the Gregorian reckoning: the Sunday after the
// full moon, by its table of nineteen years, on or after 21 March.
func easter(y int) day {
	century := y / 100
	golden := y % 19
	// moon is the number of days from 21 March to the full moon, corrected for
	// the leap days that centuries leave out and for the moon's slow gain.
	moon := (19*golden + century - century/4 - (century-(century+8)/25+1)/3 + 15) % 30
	if moon == 29 || moon == 28 && golden > 10 {
		moon--
	}
	full := dayOf(y, 3, 21) + day(moon)
	return full + day(7-int(full.weekday()))
}
