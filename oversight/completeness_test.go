package oversight_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/oversight"
	"comity/record"
)

func TestCompareSources(t *testing.T) {
	outside := []oversight.Outside{
		{Day: "2025-03-01", Ref: "B-1", Line: 2}, {Day: "2025-03-01", Ref: "B-2", Line: 3}, {Day: "2025-03-02", Line: 4},
		{Day: "2025-03-31", Line: 5}, {Day: "2025-04-01", Ref: "B-9", Line: 6}, {Day: "2024-01-01", Ref: "B-0", Line: 7},
	}
	inside := []oversight.Inside{
		{ID: "far", Day: "2025-03-20", Ref: "B-1"},  // the number is known: the day does not matter
		{ID: "near", Day: "2025-03-03", Ref: "B-7"}, // answers line 4, which has no number
		{ID: "april", Day: "2025-04-01"},            // answers line 5, a day apart
		{ID: "other", Day: "2025-04-15", Ref: "B-3"},
	}
	c, err := oversight.CompareSources("ICE", "detainer", outside, inside, "2025-03-01", "2025-04-30", 1)
	if err != nil {
		t.Fatal(err)
	}
	if want := []oversight.UnmatchedRow{{Line: 3, Day: "2025-03-01"}, {Line: 6, Day: "2025-04-01"}}; !slices.Equal(c.Missing, want) {
		t.Errorf("missing %v, want %v", c.Missing, want)
	}
	if want := []oversight.UnmatchedEntry{{ID: "other", Day: "2025-04-15"}}; !slices.Equal(c.Extra, want) {
		t.Errorf("extra %v, want %v", c.Extra, want)
	}
	if want := []oversight.ComparedMonth{{"2025-03", 4, 2, 3}, {"2025-04", 1, 2, 0}}; !slices.Equal(c.Months, want) {
		t.Errorf("months %v, want %v", c.Months, want)
	}
	if want := "ICE shows 5, you recorded 4; 3 of theirs are answered by an entry, 2 are not, and 1 of your entries are not in their list."; !strings.HasSuffix(c.Sentence(), want) {
		t.Errorf("%s", c.Sentence())
	}
	if _, err := oversight.CompareSources("ICE", "detainer", nil, nil, "2025-04-30", "2025-03-01", 1); err == nil {
		t.Error("days the wrong way round were taken")
	}
}

// The greedy matching by day finds as many pairs as any other, and loses none.
func TestCompareSourcesMatchesTheMost(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	day := func() string { return fmt.Sprintf("2025-03-%02d", 1+random.IntN(9)) }
	for range 400 {
		var outside []oversight.Outside
		var inside []oversight.Inside
		for i := range random.IntN(6) {
			outside = append(outside, oversight.Outside{Day: day(), Line: i})
		}
		for i := range random.IntN(6) {
			inside = append(inside, oversight.Inside{ID: fmt.Sprint(i), Day: day()})
		}
		slack := random.IntN(3)
		c, err := oversight.CompareSources("x", "k", outside, inside, "2025-03-01", "2025-03-31", slack)
		if err != nil {
			t.Fatal(err)
		}
		if want := mostPairs(outside, inside, slack, 0); c.Total.Matched != want {
			t.Fatalf("%v, %v, %d days: %d matched, %d can be", outside, inside, slack, c.Total.Matched, want)
		}
		if c.Total.Outside != len(outside) || c.Total.Recorded != len(inside) ||
			len(c.Missing) != len(outside)-c.Total.Matched || len(c.Extra) != len(inside)-c.Total.Matched {
			t.Fatalf("%+v does not add up", c.Total)
		}
	}
}

// mostPairs tries everything.
func mostPairs(outside []oversight.Outside, inside []oversight.Inside, slack, used int) int {
	if len(outside) == 0 {
		return 0
	}
	best := mostPairs(outside[1:], inside, slack, used)
	for i, in := range inside {
		a, _ := time.Parse(time.DateOnly, outside[0].Day)
		b, _ := time.Parse(time.DateOnly, in.Day)
		if used&(1<<i) == 0 && a.Sub(b).Abs() <= time.Duration(slack)*24*time.Hour {
			best = max(best, 1+mostPairs(outside[1:], inside, slack, used|1<<i))
		}
	}
	return best
}

func TestReadOutside(t *testing.T) {
	const list = "booked,number,hold\n2025-03-01T04:00:00-06:00,B-1,ICE\n2025-03-02,B-2,none\n2025-03-03,B-3,ICE\n"
	l := oversight.Layout{Day: "booked", Ref: "number", Where: map[string]string{"hold": "ICE"}}
	got, err := oversight.ReadOutside(strings.NewReader(list), "jail.csv", l)
	want := []oversight.Outside{{"2025-03-01", "B-1", 2}, {"2025-03-03", "B-3", 4}}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%v, %v; want %v", got, err, want)
	}
	for text, code := range map[string]string{
		"":                     "empty-file",
		"booked,number\n":      "missing-column",
		"booked,number,hold\n": "no-rows",
		"booked,number,hold,citizenship\n2025-03-01,B,ICE,x\n": "refused-column",
		"booked,number,hold\n3/1/2025,B-1,ICE\n":               "bad-day",
	} {
		_, err := oversight.ReadOutside(strings.NewReader(text), "jail.csv", l)
		var p *comity.Problem
		if !errors.As(err, &p) || p.Code != code {
			t.Errorf("%q: %v, want %s", text, err, code)
		}
	}
}

func FuzzReadOutside(f *testing.F) {
	f.Add("day,ref\n2025-03-01,B-1\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := oversight.ReadOutside(strings.NewReader(text), "x.csv", oversight.Layout{Day: "day", Ref: "ref"})
		if err != nil && len(rows) > 0 && !strings.Contains(err.Error(), "x.csv") {
			t.Fatalf("the error does not name the file: %v", err)
		}
		for _, r := range rows {
			if _, bad := time.Parse(time.DateOnly, r.Day); bad != nil {
				t.Fatalf("%q is no day", r.Day)
			}
		}
	})
}

func TestInsideRows(t *testing.T) {
	at := time.Date(2025, 3, 1, 23, 30, 0, 0, time.FixedZone("", -6*3600))
	entry := func(id, kind string, erased bool) record.Entry {
		return record.Entry{Draft: record.Draft{ID: id, Kind: kind, At: at, Fields: []record.Field{{Name: "form.booking", Value: "B-" + id}}}, Erased: erased}
	}
	got := oversight.InsideRows([]record.Entry{entry("1", "detainer", false), entry("2", "assistance", false), entry("3", "detainer", true)}, "detainer", "booking")
	if want := []oversight.Inside{{ID: "1", Day: "2025-03-01", Ref: "B-1"}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
