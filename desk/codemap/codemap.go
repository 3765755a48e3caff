// Package codemap turns the CSV of a booking system into booking events, by a
// map of its columns and codes that the agency writes.
//
// Every row is counted: mapped, passed over because the map says so, unmapped
// because a code is not in the map, or refused because it is no event. A file
// with a column about a person's status, citizenship, birth, sex, race, address
// or employer is refused whole, and so is a map that speaks of one (L22, H1).
package codemap

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/data/table"
	"comity/desk"

	"go.yaml.in/yaml/v3"
)

// A Map says which column means what.
type Map struct {
	Zone       string // of times without an offset
	Time       string // how they are written, such as MM/DD/YYYY HH:mm; empty: RFC 3339
	ID         columns
	Booking    string
	At         columns
	Event      codes
	Reason     *codes
	Number     string
	NewBooking string `yaml:"new_booking"`

	zone   *time.Location
	layout string
}

// codes are the words of one column and what each means here.
type codes struct {
	Column string
	Codes  map[string]string
	Ignore []string // codes that are no event
}

// columns is one name or a list of them.
type columns []string

// UnmarshalYAML reads a name or a list of names.
func (c *columns) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*c = columns{n.Value}
		return nil
	}
	var list []string
	err := n.Decode(&list)
	*c = list
	return err
}

// Read reads a map and refuses what no import may carry.
func Read(text []byte, name string) (*Map, error) {
	m := &Map{}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(m); err != nil {
		return nil, bad(name, "it is not in its form: "+err.Error())
	}
	for _, f := range []func(string) error{m.complete, m.allowed, m.known, m.readTime} {
		if err := f(name); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func bad(where, what string) error {
	return &comity.Problem{Code: "bad-map", Message: what, Where: where, Hint: "docs/integration.md shows the form of a map"}
}

func (m *Map) complete(name string) error {
	switch {
	case len(m.ID) == 0 || m.Booking == "" || len(m.At) == 0 || m.Event.Column == "" || len(m.Event.Codes) == 0:
		return bad(name, "a map names id, booking, at and event with its codes")
	case slices.Contains(m.ID, m.Booking) || m.NewBooking != "" && slices.Contains(m.ID, m.NewBooking):
		return bad(name, "the id of an event must not be made from the booking number: it is told to other systems")
	case m.Reason != nil && (m.Reason.Column == "" || len(m.Reason.Codes) == 0 || len(m.Reason.Ignore) > 0):
		return bad(name, "reason has a column and its codes, and ignores none")
	}
	return nil
}

// allowed refuses a map that speaks of what is never taken in.
func (m *Map) allowed(name string) error {
	words := slices.Concat(m.columns(), m.Event.Ignore)
	for _, c := range m.lists() {
		for code, means := range c.Codes {
			words = append(words, code, means)
		}
	}
	for _, w := range words {
		if Refused(w) {
			return refused(name, w)
		}
	}
	return nil
}

func (m *Map) lists() []codes {
	if m.Reason == nil {
		return []codes{m.Event}
	}
	return []codes{m.Event, *m.Reason}
}

// columns are all that is read of a file; the others stay unread.
func (m *Map) columns() []string {
	list := slices.Concat([]string{m.Booking, m.Event.Column, m.Number, m.NewBooking}, m.ID, m.At)
	if m.Reason != nil {
		list = append(list, m.Reason.Column)
	}
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	slices.Sort(list)
	return slices.Compact(list)
}

// known refuses codes that mean nothing here.
func (m *Map) known(name string) error {
	for i, field := range []string{"event", "reason"} {
		if i >= len(m.lists()) {
			break
		}
		for code, means := range m.lists()[i].Codes {
			if values := valuesOf(field); !slices.Contains(values, means) {
				return bad(name, fmt.Sprintf("%s: the code %q stands for %q; it may stand for %s", field, code, means, strings.Join(values, ", ")))
			}
		}
	}
	return nil
}

// valuesOf are the words of a booking event's field.
func valuesOf(field string) []string {
	kind, _ := desk.KindOf("custody")
	f, _ := kind.Field(field)
	if field == "event" {
		return append(slices.Clone(f.Values), desk.Booked) // it changes nothing, so the record has no such entry
	}
	return f.Values
}

var pieces = strings.NewReplacer("YYYY", "2006", "YY", "06", "MM", "01", "DD", "02", "HH", "15", "mm", "04", "ss", "05")

func (m *Map) readTime(name string) error {
	if m.Time == "" {
		m.layout = time.RFC3339
		return nil
	}
	if m.layout = pieces.Replace(m.Time); !strings.Contains(m.layout, "06") || !strings.Contains(m.layout, "01") || !strings.Contains(m.layout, "02") || !strings.Contains(m.layout, "15") || !strings.Contains(m.layout, "04") {
		return bad(name, "time is written with YYYY, MM, DD, HH, mm and perhaps ss, such as MM/DD/YYYY HH:mm")
	}
	zone, err := time.LoadLocation(m.Zone)
	if err != nil || m.Zone == "" {
		return bad(name, "zone is a name such as America/Chicago")
	}
	m.zone = zone
	return nil
}

// words that no column and no code of a map may hold, beside those that every
// import refuses: other spellings of them, and what H1 says is never kept.
var words = regexp.MustCompile(`(^|_)(stat|stts|ctz|ctzn|citz|citizens|imm|immig|immigration|immigrant|migratory|visa|alien|aliens|undoc|undocumented|illegal|illegals|deportable|removable|` +
	`cob|pob|country|race|ethnic|ethnicity|religion|address|addr|employer|anum|passport|` +
	`ciudadan[a-z]*|nacional[a-z]*|estatus|migrator[a-z]*|indocumentad[a-z]*|nacimiento|sexo|raza|domicilio|direcci[a-z]*)(_|$)`)

var (
	notLetters = regexp.MustCompile(`[^a-z]+`)
	camel      = regexp.MustCompile(`([a-z])([A-Z])`)
)

// Refused reports whether a column or code of that name is never taken in.
func Refused(name string) bool {
	folded := notLetters.ReplaceAllString(strings.ToLower(camel.ReplaceAllString(name, "${1}_$2")), "_")
	return table.Refused(name) || words.MatchString(strings.Trim(folded, "_"))
}

func refused(where, name string) error {
	return &comity.Problem{
		Code: "refused-column", Message: fmt.Sprintf("%q is never taken in", name), Where: where,
		Hint: "cut it off before the import: no field for status, citizenship, birth, sex, race, address or employer exists here",
	}
}
