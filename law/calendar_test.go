package law

import (
	"testing"
	"time"
)

func mustDay(t testing.TB, s string) day {
	t.Helper()
	d, bad := readDay(s)
	if bad != nil {
		t.Fatal(bad)
	}
	return d
}

func mustInstant(t testing.TB, s string) time.Time {
	t.Helper()
	at, bad := readInstant(s)
	if bad != nil {
		t.Fatal(bad)
	}
	return at
}

func TestFederalHolidays(t *testing.T) {
	for s, want := range map[string]bool{
		"2025-01-01": true, "2025-01-20": true, "2025-02-17": true, "2025-05-26": true, "2025-06-19": true, "2025-07-04": true,
		"2025-09-01": true, "2025-10-13": true, "2025-11-11": true, "2025-11-27": true, "2025-12-25": true,
		"2020-06-19": false, "2025-11-28": false, "2025-05-19": false, "2025-02-12": false,
		"2021-12-31": true,  // 1 January 2022 was a Saturday
		"2022-12-26": true,  // Christmas 2022 was a Sunday
		"2026-07-03": true,  // Independence Day 2026 is a Saturday
		"2026-07-06": false, //
		"2023-11-10": true,  // Veterans Day 2023 was a Saturday
		"2023-11-13": false,
		"2015-07-03": true,
	} {
		if got := federalHoliday(mustDay(t, s)); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}

func TestHours(t *testing.T) {
	all := businessDay
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to       string
		plain, counted int
		written        bool // local days are those of the offset written
	}{
		{"2025-11-07T17:00:00-05:00", "2025-11-10T16:00:00-05:00", 71, 23, true},  // over a weekend
		{"2025-11-10T08:00:00-06:00", "2025-11-12T08:00:00-06:00", 48, 24, false}, // Veterans Day between
		{"2025-11-10T08:00:00-06:00", "2025-11-10T07:00:00-06:00", 0, 0, false},   // the second is earlier
		{"2026-03-07T12:00:00-06:00", "2026-03-09T12:00:00-05:00", 47, 12, false}, // clocks go forward on Sunday
		{"2025-10-31T12:00:00-05:00", "2025-11-03T12:00:00-06:00", 73, 24, false}, // and back
		{"2025-12-24T17:59:59-06:00", "2025-12-26T17:00:00-06:00", 47, 23, false}, // rounded down
	} {
		from, to := mustInstant(t, c.from), mustInstant(t, c.to)
		zone := chicago
		if c.written {
			zone = from.Location()
		}
		if n := hoursBetween(from, to); n != c.plain {
			t.Errorf("%s to %s: %d plain hours, want %d", c.from, c.to, n, c.plain)
		}
		if n := countedHours(from, to, zone, all); n != c.counted {
			t.Errorf("%s to %s: %d counted hours, want %d", c.from, c.to, n, c.counted)
		}
	}
}

func TestAfterCountedUndoesCounting(t *testing.T) {
	zone, _ := time.LoadLocation("America/New_York")
	f := businessDay
	from := mustInstant(t, "2025-11-07T17:00:00-05:00")
	for h := 1; h < 200; h++ {
		end := afterCounted(from, time.Duration(h)*time.Hour, zone, f)
		if got := countedHours(from, end, zone, f); got != h {
			t.Fatalf("%d hours end at %v, when %d are counted", h, end, got)
		}
		if got := countedHours(from, end.Add(-time.Second), zone, f); got != h-1 {
			t.Fatalf("a second before %v %d hours are counted", end, got)
		}
	}
}

func TestFullYears(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"2020-06-01", "2025-05-31", 4}, {"2020-06-01", "2025-06-01", 5}, {"2020-02-29", "2025-02-28", 4},
		{"2020-02-29", "2025-03-01", 5}, {"2020-02-29", "2024-02-29", 4}, {"2025-01-01", "2020-01-01", 0},
	} {
		if n := fullYears(mustDay(t, c.from), mustDay(t, c.to)); n != c.want {
			t.Errorf("%s to %s: %d, want %d", c.from, c.to, n, c.want)
		}
	}
}

func TestLengths(t *testing.T) {
	zone, _ := time.LoadLocation("America/Chicago")
	start := mustInstant(t, "2025-10-31T17:00:00-05:00") // a Friday; clocks go back on Sunday
	for length, want := range map[string]string{
		"48h": "2025-11-02T16:00:00-06:00", "30min": "2025-10-31T17:30:00-05:00", "12d": "2025-11-12", "10bd": "2025-11-17",
		"2w": "2025-11-14", "4mo": "2026-02-28", "10y": "2035-10-31", "23:59 same day": "2025-10-31T23:59:00-05:00",
	} {
		l, ok := readLength(length)
		if !ok {
			t.Fatal(length)
		}
		if got := l.end(start, zone, dayFilter{}); got != want {
			t.Errorf("%s ends %s, want %s", length, got, want)
		}
	}
	for _, bad := range []string{"", "0h", "48", "two days", "24:00 same day", "-3d", "999999h"} {
		if _, ok := readLength(bad); ok {
			t.Errorf("%q was read", bad)
		}
	}
	l, _ := readLength("48h")
	if got := l.end(mustInstant(t, "2025-11-07T17:00:00-06:00"), zone, businessDay); got != "2025-11-12T17:00:00-06:00" {
		t.Errorf("48 counted hours over weekend and Veterans Day end %s", got)
	}
}

func TestNextYearDay(t *testing.T) {
	for from, want := range map[string]string{"2025-06-01": "2026-03-01", "2025-03-01": "2025-03-01", "2025-02-10": "2025-03-01"} {
		if got := nextYearDay("03-01", mustDay(t, from)); got != want {
			t.Errorf("%s: %s", from, got)
		}
	}
}
