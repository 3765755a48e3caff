package oversight

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"comity"
	"comity/data/table"
	"comity/record"
)

// An Outside row is one event that somebody else holds: ICE's list of
// detainers, a jail's bookings, a dispatch system's calls.
type Outside struct {
	Day  string // 2006-01-02, as the source counts days
	Ref  string // the number both sides know it by, or ""
	Line int    // of the source, so that an auditor can look it up
}

// An Inside row is one event that the record holds.
type Inside struct {
	ID  string // of the entry
	Day string // in the zone in which it was written down
	Ref string
}

// A Comparison sets a record beside what somebody else holds. It cannot say
// who is wrong: it lists what one side has and the other has not.
type Comparison struct {
	Source  string           `json:"source"`
	Kind    string           `json:"kind"`
	From    string           `json:"from"`
	To      string           `json:"to"`
	Months  []ComparedMonth  `json:"months"`
	Missing []UnmatchedRow   `json:"missing"` // they show it, the record does not
	Extra   []UnmatchedEntry `json:"extra"`   // the record shows it, they do not
	Total   ComparedMonth    `json:"total"`
	outside []Outside
	inside  []Inside
}

// A ComparedMonth counts by the day each side gives.
type ComparedMonth struct {
	Month    string `json:"month"`
	Outside  int    `json:"outside"`
	Recorded int    `json:"recorded"`
	Matched  int    `json:"matched"` // rows of the source that an entry answers
}

// An UnmatchedRow names a row of the source by line and day. Its number stays in
// the source.
type UnmatchedRow struct {
	Line int    `json:"line"`
	Day  string `json:"day"`
}

// An UnmatchedEntry names an entry by its id and day.
type UnmatchedEntry struct {
	ID  string `json:"id"`
	Day string `json:"day"`
}

// CompareSources matches rows and entries: those with a number on both sides by that
// number, each once; the others by day, at most slack days apart, so that as
// many as possible are matched.
func CompareSources(source, kind string, outside []Outside, inside []Inside, from, to string, slack int) (*Comparison, error) {
	if from > to {
		return nil, &comity.Problem{Code: "bad-date", Where: "-from", Message: "the first day lies after the last", Hint: "change them round"}
	}
	within := func(day string) bool { return from <= day && day <= to }
	c := &Comparison{Source: source, Kind: kind, From: from, To: to, Missing: []UnmatchedRow{}, Extra: []UnmatchedEntry{}}
	for _, o := range outside {
		if within(o.Day) {
			c.outside = append(c.outside, o)
		}
	}
	for _, i := range inside {
		if within(i.Day) {
			c.inside = append(c.inside, i)
		}
	}
	slices.SortStableFunc(c.outside, func(a, b Outside) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Line, b.Line)) })
	slices.SortStableFunc(c.inside, func(a, b Inside) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.ID, b.ID)) })
	c.count(c.match(slack))
	return c, nil
}

// match says for every row of the source which entry answers it, or -1.
func (c *Comparison) match(slack int) []int {
	answer := make([]int, len(c.outside))
	taken := make([]bool, len(c.inside))
	byRef := map[string][]int{}
	for i, in := range c.inside {
		if in.Ref != "" {
			byRef[in.Ref] = append(byRef[in.Ref], i)
		}
	}
	for o, out := range c.outside {
		answer[o] = -1
		if list := byRef[out.Ref]; out.Ref != "" && len(list) > 0 {
			answer[o], byRef[out.Ref] = list[0], list[1:]
			taken[list[0]] = true
		}
	}
	// Both sides are in order of days and every window has one width, so the
	// earliest entry that fits is never a loss for a later row.
	next := 0
	for o, out := range c.outside {
		if answer[o] >= 0 {
			continue
		}
		first, last := shiftDay(out.Day, -slack), shiftDay(out.Day, slack)
		for next < len(c.inside) && (c.inside[next].Day < first) {
			next++
		}
		for i := next; i < len(c.inside) && c.inside[i].Day <= last; i++ {
			if !taken[i] && (out.Ref == "" || c.inside[i].Ref == "") {
				answer[o], taken[i] = i, true
				break
			}
		}
	}
	return answer
}

func shiftDay(day string, by int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day // only days that were read as such come here
	}
	return t.AddDate(0, 0, by).Format(time.DateOnly)
}

func (c *Comparison) count(answer []int) {
	months := map[string]*ComparedMonth{}
	month := func(day string) *ComparedMonth {
		m := day[:len("2006-01")]
		if months[m] == nil {
			months[m] = &ComparedMonth{Month: m}
		}
		return months[m]
	}
	found := make([]bool, len(c.inside))
	for o, out := range c.outside {
		month(out.Day).Outside++
		if i := answer[o]; i >= 0 {
			found[i] = true
			month(out.Day).Matched++
			continue
		}
		c.Missing = append(c.Missing, UnmatchedRow{out.Line, out.Day})
	}
	for i, in := range c.inside {
		month(in.Day).Recorded++
		if !found[i] {
			c.Extra = append(c.Extra, UnmatchedEntry{in.ID, in.Day})
		}
	}
	c.Total.Month = "all"
	for _, m := range slices.Sorted(maps.Keys(months)) {
		c.Months = append(c.Months, *months[m])
		c.Total.Outside += months[m].Outside
		c.Total.Recorded += months[m].Recorded
		c.Total.Matched += months[m].Matched
	}
}

// Sentence says the result in words, e.g. "ICE shows 41, you recorded 29".
func (c *Comparison) Sentence() string {
	return fmt.Sprintf("From %s to %s %s shows %d, you recorded %d; %d of theirs are answered by an entry, %d are not, and %d of your entries are not in their list.",
		c.From, c.To, c.Source, c.Total.Outside, c.Total.Recorded, c.Total.Matched, len(c.Missing), len(c.Extra))
}

// ByMonth is the comparison as a table.
func (c *Comparison) ByMonth() Table {
	t := Table{Title: c.Sentence(), Columns: []string{"month", c.Source + " shows", "you recorded", "matched"},
		Note: "A difference is a question, not a finding: a list may count days, places or kinds otherwise, and may be wrong."}
	for _, m := range append(slices.Clone(c.Months), c.Total) {
		t.Rows = append(t.Rows, []string{m.Month, strconv.Itoa(m.Outside), strconv.Itoa(m.Recorded), strconv.Itoa(m.Matched)})
	}
	return t
}

// Unmatched lists what one side has and the other has not, for the auditor.
func (c *Comparison) Unmatched() Table {
	t := Table{Title: "To look up", Columns: []string{"who shows it", "day", "line of the source", "entry"}}
	for _, m := range c.Missing {
		t.Rows = append(t.Rows, []string{c.Source, m.Day, strconv.Itoa(m.Line), ""})
	}
	for _, e := range c.Extra {
		t.Rows = append(t.Rows, []string{"the record", e.Day, "", e.ID})
	}
	return t
}

// A Layout says which columns of somebody's list mean what.
type Layout struct {
	Day   string            // column of the day, 2006-01-02 or an instant that begins with it
	Ref   string            // column of the number, or ""
	Where map[string]string // columns that must have a value for the row to count
}

// ReadOutside reads somebody's list as CSV. A column about status, citizenship,
// birth or sex is refused, as everywhere.
func ReadOutside(r io.Reader, name string, l Layout) ([]Outside, error) {
	needed := []string{l.Day}
	if l.Ref != "" {
		needed = append(needed, l.Ref)
	}
	needed = append(needed, slices.Sorted(maps.Keys(l.Where))...)
	var out []Outside
	err := eachRow(r, name, needed, func(t *table.Table) error {
		if !l.counts(t) {
			return nil
		}
		day := t.Get(l.Day)
		day = day[:min(len(day), len(time.DateOnly))]
		if !plausibleDay(day) {
			return t.Fault("bad-day", l.Day, "this is not a day since 1996", "write days as 2014-10-01")
		}
		row := Outside{Day: day, Line: t.Line()}
		if l.Ref != "" {
			row.Ref = t.Get(l.Ref)
		}
		out = append(out, row)
		return nil
	})
	return out, err
}

func (l Layout) counts(t *table.Table) bool {
	for column, value := range l.Where {
		if t.Get(column) != value {
			return false
		}
	}
	return true
}

// FacilityRows are the rows of the shipped list for one facility, as printed.
func (d *Detainers) FacilityRows(facility, state string) ([]Outside, error) {
	var out []Outside
	known := false
	for i, r := range d.Rows {
		if c := d.Custodians[r.Custodian]; c.Facility == facility && (state == "" || c.State == state) {
			known = true
			out = append(out, Outside{Day: r.Day, Line: i + 1})
		}
	}
	if !known {
		return nil, &comity.Problem{Code: "unknown-facility", Where: "-facility", Message: "the list has no facility of that name", Hint: "give the name as printed in the list, for example with: comity replay -csv"}
	}
	return out, nil
}

// InsideRows are a record's entries of one kind, with the field that holds the
// number both sides know.
func InsideRows(entries []record.Entry, kind, field string) []Inside {
	var out []Inside
	for _, e := range entries {
		if e.Kind != kind || e.Erased {
			continue
		}
		out = append(out, Inside{ID: e.ID, Day: e.At.Format(time.DateOnly), Ref: fieldsOf(e)["form."+field]})
	}
	return out
}
