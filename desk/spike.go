package desk

import "time"

// A Wave counts calls of one kind in intervals of time, for staff alone: how
// many there are now, how many there usually are, and whether that is a spike.
// A public answer from it could confirm an operation by its timing, so there
// is none.
type Wave struct {
	Interval time.Duration
	Now      int     // in the interval that runs
	Before   int     // in the one before it
	Usual    float64 // a mean interval of the weeks before these two
	Known    int     // intervals that the mean is of
	Spike    bool
}

const (
	spikeTimes  = 3                   // times the usual number
	spikeLeast  = 3                   // calls; fewer are no wave
	waveHistory = 4 * 7 * 24          // intervals that are remembered
	WaveHour    = time.Hour           // the interval of a dispatch floor
	WaveReach   = 28 * 24 * time.Hour // how far back calls are read
)

// WaveOf counts. Calls may come in any order; those of the future are not counted.
func WaveOf(calls []time.Time, now time.Time, interval time.Duration) Wave {
	w := Wave{Interval: interval}
	earlier, first := 0, 0
	for _, at := range calls {
		if at.After(now) {
			continue
		}
		switch age := int(now.Sub(at) / interval); {
		case age == 0:
			w.Now++
		case age == 1:
			w.Before++
		case age < waveHistory:
			earlier++
			first = max(first, age)
		}
	}
	if first > 1 {
		w.Known = first - 1
		w.Usual = float64(earlier) / float64(w.Known)
	}
	most := max(w.Now, w.Before)
	w.Spike = most >= spikeLeast && float64(most) >= spikeTimes*w.Usual
	return w
}
