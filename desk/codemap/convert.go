package codemap

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"comity"
	"comity/data/table"
	"comity/desk"
)

// An Event is one booking event, as POST /api/v1/bookings takes it.
type Event struct {
	ID         string `json:"id"`
	Booking    string `json:"booking"`
	Event      string `json:"event"`
	At         string `json:"at"`
	Reason     string `json:"reason,omitempty"`
	Number     string `json:"number,omitempty"`
	NewBooking string `json:"new_booking,omitempty"`
}

// A Report counts every row of a file once.
type Report struct {
	Read, Mapped, Ignored int
	Unmapped              []Unmapped // codes that the map does not know
	Refused               []Refusal  // rows that are no event
}

// Unmapped is one code that the map does not know.
type Unmapped struct {
	Column, Code string // the code is empty where it looks like no code
	Rows         int
}

// A Refusal says why a row is no event, without what stands in it.
type Refusal struct {
	Line int
	Why  string
}

// Add counts the rows of another file.
func (r *Report) Add(o Report) {
	r.Read, r.Mapped, r.Ignored = r.Read+o.Read, r.Mapped+o.Mapped, r.Ignored+o.Ignored
	r.Refused = append(r.Refused, o.Refused...)
	for _, u := range o.Unmapped {
		r.unmapped(u.Column, u.Code, u.Rows)
	}
}

// Missing is how many rows have a code that the map does not know.
func (r *Report) Missing() (n int) {
	for _, u := range r.Unmapped {
		n += u.Rows
	}
	return n
}

func (r *Report) unmapped(column, code string, rows int) {
	for i, u := range r.Unmapped {
		if u.Column == column && u.Code == code {
			r.Unmapped[i].Rows += rows
			return
		}
	}
	r.Unmapped = append(r.Unmapped, Unmapped{column, code, rows})
}

// Convert reads a CSV file. It fails whole where a column is one that is never
// taken in, or where the file is cut off.
func (m *Map) Convert(text []byte, name string) ([]Event, Report, error) {
	if err := headAllowed(text, name); err != nil {
		return nil, Report{}, err
	}
	t, err := table.Open(bytes.NewReader(text), name, m.columns()...)
	if err != nil {
		return nil, Report{}, problem(err)
	}
	var out []Event
	var report Report
	seen := map[string]bool{}
	for {
		if err := t.Next(); errors.Is(err, io.EOF) {
			return out, report, nil
		} else if err != nil {
			return nil, Report{}, problem(err)
		}
		report.Read++
		e, ok := m.row(t, &report)
		if !ok {
			continue
		}
		if why := m.fault(e, seen); why != "" {
			report.Refused = append(report.Refused, Refusal{t.Line(), why})
			continue
		}
		seen[e.ID] = true
		report.Mapped++
		out = append(out, e)
	}
}

// headAllowed looks at every column, also those that the map does not read: a
// file that carries one of them was made to carry it.
func headAllowed(text []byte, name string) error {
	head, err := csv.NewReader(bytes.NewReader(text)).Read()
	if err != nil {
		return nil // told where the file is read
	}
	for _, column := range head {
		if column = strings.TrimSpace(strings.TrimPrefix(column, "\ufeff")); Refused(column) {
			return refused(name, column)
		}
	}
	return nil
}

func problem(err error) error {
	var f *table.Fault
	if errors.As(err, &f) {
		return (*comity.Problem)(f)
	}
	return err
}

// row reads one line; ok is false where it is no event by its codes.
func (m *Map) row(t *table.Table, r *Report) (e Event, ok bool) {
	e = Event{ID: join(t, m.ID, "-"), Booking: t.Get(m.Booking), Number: t.Get(m.Number), NewBooking: t.Get(m.NewBooking), At: join(t, m.At, " ")}
	var ignored bool
	if e.Event, ignored, ok = m.Event.look(t.Get(m.Event.Column), r); ignored {
		r.Ignored++
	}
	if !ok {
		return e, false
	}
	if code := ""; m.Reason != nil {
		if code = t.Get(m.Reason.Column); code != "" {
			e.Reason, _, ok = m.Reason.look(code, r)
		}
	}
	if at, err := m.instant(e.At); err == nil {
		e.At = at.Format(time.RFC3339)
	} else {
		e.At = ""
	}
	if e.Event != desk.OtherHold && e.Event != desk.HoldEnded {
		e.Number = ""
	}
	if e.Event != desk.Rebooked {
		e.NewBooking = ""
	}
	return e, ok
}

// longestCode is how long a code may be to be repeated in the report: a name in
// the wrong column is not.
const longestCode = 16

func (c codes) look(code string, r *Report) (means string, ignored, ok bool) {
	for _, i := range c.Ignore {
		if i == code {
			return "", true, false
		}
	}
	if means, ok = c.Codes[code]; !ok {
		if len(code) > longestCode || strings.ContainsAny(code, " ,") || Refused(code) {
			code = ""
		}
		r.unmapped(c.Column, code, 1)
	}
	return means, false, ok
}

func join(t *table.Table, columns []string, between string) string {
	var parts []string
	for _, c := range columns {
		parts = append(parts, t.Get(c))
	}
	return strings.Trim(strings.Join(parts, between), between)
}

// instant reads a time. An hour that the clocks skip or repeat is refused:
// which one was meant, nobody can say.
func (m *Map) instant(s string) (time.Time, error) {
	if m.zone == nil {
		return time.Parse(time.RFC3339, s)
	}
	at, err := time.ParseInLocation(m.layout, s, m.zone)
	if err != nil {
		return at, err
	}
	for _, other := range []time.Duration{-time.Hour, time.Hour} {
		if at.Add(other).Format(m.layout) == s {
			return at, errors.New("this hour is there twice")
		}
	}
	if at.Format(m.layout) != s {
		return at, errors.New("there is no such hour")
	}
	return at, nil
}

// idForm is what the record takes as an id, less what the desk adds for each
// case.
var idForm = regexp.MustCompile(`^[A-Za-z0-9._:@-]{1,110}$`)

// fault says why an event would be refused, in words that repeat nothing of it.
func (m *Map) fault(e Event, seen map[string]bool) string {
	switch {
	case !idForm.MatchString(e.ID):
		return "the id must be 1 to 110 letters, digits, or . _ : @ -"
	case seen[e.ID]:
		return "the id was there before"
	case strings.Contains(e.ID, e.Booking) && e.Booking != "":
		return "the id holds the booking number"
	case e.At == "":
		return "the time cannot be read, or the clocks skipped or repeated that hour"
	}
	b := desk.BookingEvent{ID: e.ID, Booking: e.Booking, Event: e.Event, At: e.At, Reason: e.Reason, Pointer: e.Number, NewBooking: e.NewBooking}
	var p *comity.Problem
	if err := b.Check(); errors.As(err, &p) {
		return p.Code + " " + p.Where
	} else if err != nil {
		return "it is no booking event"
	}
	return ""
}
