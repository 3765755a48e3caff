package door

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A DayOutcome is how many visits ended so on a day: all that is kept of them.
type DayOutcome struct {
	Day     string // 2006-01-02
	Outcome Outcome
	Count   int
}

// A Week is how an agency's visits went from a Monday on, or a span of weeks.
type Week struct {
	Monday   string // 2006-01-02
	Outcomes map[Outcome]int
}

// Closed are visits at which the door stayed closed, for whatever reason.
func (w Week) Closed() int { return w.Outcomes["refused"] + w.Outcomes[Doubted] }

// Answered are visits at which somebody opened or kept the door closed.
func (w Week) Answered() int { return w.Outcomes["done"] + w.Closed() }

// Rate is the share of answered visits at which the door stayed closed, in
// percent, with the limits between which it lies at 95 % (Wilson); ok is false
// where nobody answered.
func (w Week) Rate() (rate, low, high float64, ok bool) {
	n, z := float64(w.Answered()), 1.96
	if n == 0 {
		return 0, 0, 0, false
	}
	p := float64(w.Closed()) / n
	middle, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	over := 1 + z*z/n
	return 100 * p, 100 * max(0, (middle-half)/over), 100 * min(1, (middle+half)/over), true
}

// Weeks adds days up by week, the newest first. Days that are none are left out.
func Weeks(days []DayOutcome) []Week {
	var out []Week
	for _, d := range days {
		at, err := time.Parse(time.DateOnly, d.Day)
		if err != nil {
			continue
		}
		monday := at.AddDate(0, 0, -(int(at.Weekday())+6)%7).Format(time.DateOnly)
		i := slices.IndexFunc(out, func(w Week) bool { return w.Monday == monday })
		if i < 0 {
			out, i = append(out, Week{monday, map[Outcome]int{}}), len(out)
		}
		out[i].Outcomes[d.Outcome] += d.Count
	}
	slices.SortFunc(out, func(a, b Week) int { return cmp.Compare(b.Monday, a.Monday) })
	return out
}

// BeforeAndSince adds up all days before a day, and all from it on.
func BeforeAndSince(days []DayOutcome, day string) (before, since Week) {
	before, since = Week{Outcomes: map[Outcome]int{}}, Week{Monday: day, Outcomes: map[Outcome]int{}}
	for _, d := range days {
		if d.Day < day {
			before.Outcomes[d.Outcome] += d.Count
		} else {
			since.Outcomes[d.Outcome] += d.Count
		}
	}
	return before, since
}
