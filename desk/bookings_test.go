package desk

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A stay is one synthetic booking: when each reason began and ended, and when
// the person left.
type stay struct {
	intake  time.Time
	ends    time.Time // of what the intake knew
	foresee bool      // the form named that end, rightly or not
	wrong   time.Duration
	reasons []span
	left    time.Time
}

type span struct{ from, to time.Time }

// Row K2: extra hours of 200 synthetic bookings equal a count by hand. The hand
// knows nothing of the desk: it walks the calendar minute by minute.
func TestExtraHoursOf200Bookings(t *testing.T) {
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(2026, 1121))
	over, stacked, early := 0, 0, 0
	var j *jail
	for i := range 200 {
		if i%20 == 0 { // the record in memory is searched from end to end
			j = newJail(t, "2027-03-01T12:00:00Z")
		}
		s := someStay(rng, chicago)
		got := s.play(t, j, i)
		want := s.byHand(chicago)
		if got != want {
			t.Errorf("booking %d: %+v, by hand %+v\n%+v", i, got, want, s)
		}
		count(&over, want.Form > 0)
		count(&stacked, len(s.reasons) > 1)
		count(&early, want.Form > 0 && want.Federal == 0)
	}
	t.Logf("200 bookings: %d with stacked holds, %d past the form's hours, %d of them inside the regulation's", stacked, over, early)
	if over < 40 || stacked < 40 || early < 10 {
		t.Error("the bookings show too little")
	}
}

func someStay(rng *rand.Rand, zone *time.Location) stay {
	minutes := func(most int) time.Duration { return time.Duration(rng.IntN(most)) * time.Minute }
	s := stay{intake: time.Date(2026, 2, 1, 0, 0, 0, 0, zone).Add(minutes(330 * 24 * 60))}
	s.ends = s.intake.Add(minutes(72*60) + time.Minute)
	s.foresee = rng.IntN(2) == 0
	if s.foresee && rng.IntN(2) == 0 {
		s.wrong = minutes(600) - 300*time.Minute
	}
	for range rng.IntN(4) {
		from := s.intake.Add(minutes(int(s.ends.Sub(s.intake) / time.Minute)))
		s.reasons = append(s.reasons, span{from, from.Add(minutes(96*60) + time.Minute)})
	}
	s.left = s.free().Add(minutes(130 * 60))
	return s
}

// free is when the last other reason ended.
func (s stay) free() time.Time {
	last := s.ends
	for _, r := range s.reasons {
		if r.to.After(last) {
			last = r.to
		}
	}
	return last
}

// play tells the desk the stay as a booking system and a clerk would, the news
// in the order in which it happens, and reads the extra hours back.
func (s stay) play(t *testing.T, j *jail, i int) Extra {
	t.Helper()
	id, booking := fmt.Sprintf("tx-%d", i), fmt.Sprintf("S-%04d", i)
	r := texas().but(id, "booking", booking, "other_reason", "yes", "release_at", "", "received_at", s.intake.Format(time.RFC3339))
	if s.foresee {
		at := s.ends.Add(s.wrong)
		if !at.After(s.intake) {
			at = s.intake.Add(time.Minute)
		}
		r = r.but(id, "other_reason", "no", "release_at", at.Format(time.RFC3339))
	}
	r.At = s.intake.Format(time.RFC3339)
	handle(t, j.Desk, r)
	type news struct {
		at   time.Time
		tell func(id, at string)
	}
	var all []news
	for n, reason := range s.reasons {
		number := fmt.Sprintf("W-%d", n)
		what := []string{"other-county", "state-prison", "parole", "bond-conditions"}[n]
		all = append(all,
			news{reason.from, func(id, at string) {
				j.event(id, OtherHold, at, "booking", booking, "reason", what, "number", number)
			}},
			news{reason.to, func(id, at string) {
				j.event(id, HoldEnded, at, "booking", booking, "reason", what, "number", number)
			}})
	}
	all = append(all, news{s.ends, func(id, at string) { j.event(id, ChargeEnded, at, "booking", booking) }})
	slices.SortStableFunc(all, func(a, b news) int { return a.at.Compare(b.at) })
	for n, one := range all {
		one.tell(fmt.Sprintf("%s-%d", id, n), one.at.UTC().Format(time.RFC3339))
	}
	j.event(id+"-free", Freed, s.left.Format(time.RFC3339), "booking", booking)
	card, err := j.Case(t.Context(), id, "TX2270000")
	if err != nil {
		t.Fatal(err)
	}
	over, _ := j.heldOver(&followed{card: card})
	return over.Extra
}

// closed are the federal holidays of the year as the calendar on the wall has
// them, with the days on which they are observed.
var closed = []string{
	"2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03", "2026-07-04", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25",
	"2027-01-01", "2027-01-18", "2027-02-15",
}

// byHand counts minutes: all of them, those past 48 hours, and those past 48
// hours of days on which offices are open.
func (s stay) byHand(zone *time.Location) Extra {
	var out Extra
	plain, open := 0, 0
	for at := s.free(); at.Before(s.left); at = at.Add(time.Minute) {
		local := at.In(zone)
		day := local.Weekday()
		out.Plain += time.Minute
		if plain >= 48*60 {
			out.Form += time.Minute
		}
		plain++
		if open >= 48*60 {
			out.Federal += time.Minute
		} else if day != time.Saturday && day != time.Sunday && !slices.Contains(closed, local.Format(time.DateOnly)) {
			open++
		}
	}
	return out
}
