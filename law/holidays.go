package law

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"comity"
)

// holidaysFile may be absent: then no state's holidays are known.
const holidaysFile = "calendars/holidays.csv"

var holidayColumns = []string{"state", "name", "rule", "from", "until", "cite", "source", "checked", "grade"}

// A holiday is one legal holiday of a state: on which day of the year it falls
// and in which years its law was in force.
type holiday struct {
	name  string
	rule  dayRule
	from  day
	until day // the first day after
}

// stateHolidays are the legal holidays of one state.
type stateHolidays struct {
	state  string
	list   []holiday
	digest string
}

// closed reports whether the state's table makes that day a holiday. Without
// a table it never does.
func (s *stateHolidays) closed(d day) bool {
	if s == nil {
		return false
	}
	return slices.ContainsFunc(s.list, func(h holiday) bool { return h.from <= d && d < h.until && h.rule.on(d) })
}

// holidayTables holds the holidays by the id of the state.
type holidayTables map[string]*stateHolidays

func (b *Book) loadHolidays(fsys fs.FS) []finding {
	in, err := fsys.Open(holidaysFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var text []byte
	if err == nil {
		defer in.Close()
		text, err = io.ReadAll(io.LimitReader(in, maxFile))
	}
	if err != nil {
		s := &source{file: holidaysFile}
		s.problem(1, "", "bad-file", reason(err), "")
		return s.problems
	}
	return b.takeHolidays(string(text))
}

// takeHolidays reads the table for the places that are known.
func (b *Book) takeHolidays(text string) []finding {
	s := &source{file: holidaysFile}
	b.texts.holidays = text
	b.holidays = readHolidays(s, strings.NewReader(text))
	for state := range b.holidays {
		if p, ok := b.Place(state); !ok || p.Kind != "state" && p.Kind != "territory" {
			s.problem(1, "state", "bad-holiday", state+" is no state or territory of the table of places", didYouMean(state, b.places.ids))
		}
	}
	return s.problems
}

// readHolidays reads the table strictly: every fault names its line.
func readHolidays(s *source, r io.Reader) holidayTables {
	in := csv.NewReader(r)
	head, err := in.Read()
	if err != nil || !slices.Equal(head, holidayColumns) {
		s.problem(1, "", "bad-holidays", "the first line must be "+strings.Join(holidayColumns, ","), "")
		return nil
	}
	out := holidayTables{}
	text := map[string]*strings.Builder{}
	line := 1
	for {
		row, err := in.Read()
		switch {
		case errors.Is(err, io.EOF) && len(out) == 0 && len(s.problems) == 0:
			s.problem(line, "", "bad-holidays", "the table has no rows", "remove the file, or add the days of a state")
			return out
		case errors.Is(err, io.EOF):
			for state, t := range out {
				sum := sha256.Sum256([]byte(text[state].String()))
				t.digest = hex.EncodeToString(sum[:])
			}
			return out
		case err != nil:
			var parse *csv.ParseError
			if errors.As(err, &parse) {
				line, err = parse.Line, parse.Err
			}
			s.problem(line, "", "bad-holidays", "the row cannot be read: "+err.Error(), fmt.Sprintf("write %d columns, quoting texts with a comma", len(holidayColumns)))
			return out
		}
		line, _ = in.FieldPos(0)
		state := row[0]
		if h, ok := readHoliday(s, line, row); ok {
			if out[state] == nil {
				out[state], text[state] = &stateHolidays{state: state}, &strings.Builder{}
			}
			out[state].add(s, line, h)
			fmt.Fprintf(text[state], "%q\n", row)
		}
	}
}

// add refuses a name twice on the same days: a change is two rows that meet.
func (t *stateHolidays) add(s *source, line int, h holiday) {
	for _, o := range t.list {
		if o.name == h.name && o.from < h.until && h.from < o.until {
			s.problem(line, "name", "bad-holiday", h.name+" stands twice for the same days", "end one row with until where the other begins")
		}
	}
	t.list = append(t.list, h)
}

func readHoliday(s *source, line int, row []string) (holiday, bool) {
	before := len(s.problems)
	fail := func(column, message, hint string) { s.problem(line, column, "bad-holiday", message, hint) }
	for i, cell := range row {
		if cell != strings.TrimSpace(cell) {
			fail(holidayColumns[i], "the cell begins or ends with a space", "")
		}
	}
	h := holiday{name: row[1], from: firstDay, until: lastDay}
	if row[0] == "" || row[1] == "" {
		fail("name", "a holiday has a state and a name", "")
	}
	rule, err := readDayRule(row[2])
	if err != nil {
		fail("rule", err.Error(), dayRuleHint)
	}
	h.rule = rule
	for i, to := range map[int]*day{3: &h.from, 4: &h.until} {
		if row[i] == "" {
			continue
		}
		d, bad := readDay(row[i])
		if bad != nil {
			fail(holidayColumns[i], bad.Message, "write 2022-07-01, or nothing")
			continue
		}
		*to = d
	}
	if h.from >= h.until {
		fail("until", "the row ends before it begins", "until is the first day after")
	}
	if row[5] == "" || row[6] == "" {
		fail("cite", "a holiday names its statute and where that was read", "")
	}
	if _, bad := readDay(row[7]); bad != nil {
		fail("checked", bad.Message, "write the day on which the text was read")
	}
	if !slices.Contains([]comity.Grade{comity.GradeA, comity.GradeB, comity.GradeC}, comity.Grade(row[8])) {
		fail("grade", fmt.Sprintf("%.20q is no grade", row[8]), "A the text was read, B a reliable report of it, C from memory")
	}
	return h, len(s.problems) == before
}

// holidaysOf gives the table of the state that a place lies in, or nil.
func (b *Book) holidaysOf(chain []int) *stateHolidays {
	for _, i := range chain {
		if t := b.holidays[b.places.list[i].ID]; t != nil {
			return t
		}
	}
	return nil
}

// digestLines stand in the digest of the law whose clocks the table can move.
func (s *stateHolidays) digestLines() []string {
	if s == nil {
		return nil
	}
	return []string{"holidays " + s.state + " " + s.digest + "\n"}
}

// digestLines of all tables; digestOf puts them in order.
func (t holidayTables) digestLines() []string {
	var out []string
	for _, s := range t {
		out = append(out, s.digestLines()...)
	}
	return out
}
