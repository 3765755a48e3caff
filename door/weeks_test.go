package door

import (
	"math"
	"testing"
)

func TestWeeks(t *testing.T) {
	days := []DayOutcome{
		{"2026-03-01", "done", 2},    // a Sunday
		{"2026-03-02", "refused", 1}, // a Monday
		{"2026-03-08", Doubted, 2}, {"2026-03-08", "done", 5}, {"2026-03-08", "nobody-home", 4}, {"2026-03-08", "cancelled", 3},
		{"2026-03-09", "nobody-home", 1}, {"nonsense", "done", 9},
	}
	got := Weeks(days)
	if len(got) != 3 || got[0].Monday != "2026-03-09" || got[1].Monday != "2026-03-02" || got[2].Monday != "2026-02-23" {
		t.Fatalf("%+v", got)
	}
	if w := got[1]; w.Closed() != 3 || w.Answered() != 8 {
		t.Errorf("%+v: nobody at home and cancelled visits are no answer", w)
	}
	if _, _, _, ok := got[0].Rate(); ok {
		t.Error("a rate of nobody")
	}
	// 3 of 8: Wilson at 95 % is 13.7 to 69.4 %.
	if r, low, high, ok := got[1].Rate(); !ok || r != 37.5 || math.Abs(low-13.7) > .05 || math.Abs(high-69.4) > .05 {
		t.Errorf("%.2f (%.2f to %.2f)", r, low, high)
	}
	before, since := BeforeAndSince(days[:7], "2026-03-08")
	if before.Answered() != 3 || before.Closed() != 1 || since.Answered() != 7 || since.Closed() != 2 {
		t.Errorf("before %+v, since %+v", before, since)
	}
	if r, low, high, _ := (Week{Outcomes: map[Outcome]int{"done": 3}}).Rate(); r != 0 || low != 0 || high < 50 {
		t.Errorf("none of three: %.1f, %.1f to %.1f", r, low, high)
	}
}
