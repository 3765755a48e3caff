package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/record"
)

// A Docket is a list of matters that an agency must not lose sight of. A
// matter is one entry, with the steps that point back to it; its deadline, who
// looks after it and whether it is over are read off their fields, which have
// the same names in every docket:
//
//	due, zone  when it must be done, and whose clock says so
//	owner      the role that looks after it
//	result     of a step: extended moves the deadline, stayed and the ends
//	           listed here take it away, appealed brings the matter back
type Docket struct {
	Opens *Kind
	Step  *Kind    // nil: nothing follows
	Ends  []string // results that end a matter
	Shows []string // fields that a list shows
}

// Name is that of the kind that opens a matter.
func (r Docket) Name() string { return r.Opens.Name }

// Dockets lists them in the order of the desk. A new one is its kinds in
// kinds.go and its line here.
func Dockets() []Docket {
	return []Docket{
		{Opens: &demand, Step: &demandStep, Ends: []string{"answered", "court-event"}, Shows: []string{"what", "from", "reference"}},
		{Opens: &recordsRequest, Step: &recordsStep, Ends: []string{"answered", "refused", "withdrawn"}, Shows: []string{"from", "reference", "scope"}},
		{Opens: &certification, Step: &certificationStep, Ends: []string{"signed", "denied", "withdrawn"}, Shows: []string{"form", "stage"}},
		{Opens: &shield, Shows: []string{"flag", "part"}},
		{Opens: &militarySupport, Step: &militaryStep, Ends: []string{"returned", "declined"}, Shows: []string{"duty", "support"}},
		{Opens: &statement, Step: &statementStep, Ends: []string{released, "withdrawn"}, Shows: []string{"about", "role"}},
		{Opens: &cost, Shows: []string{"what", "for", "units", "dollars"}},
	}
}

// DocketOf finds a docket by its name.
func DocketOf(name string) (Docket, bool) {
	i := slices.IndexFunc(Dockets(), func(r Docket) bool { return r.Name() == name })
	if i < 0 {
		return Docket{}, false
	}
	return Dockets()[i], true
}

// A Matter is one line of a docket.
type Matter struct {
	Docket string
	Card   Card
	Steps  []Card // in order
	State  string // result of the last step that counts, or Open
	Over   bool
	Owner  string
	Due    Alarm // zero: it has no deadline now
	Late   bool
}

// Matters folds the entries of an agency into the matters of some dockets, or
// of all: first those with a deadline, the earliest first, then those without,
// then what is over, the latest first.
func (d *Desk) Matters(ctx context.Context, agency string, names ...string) ([]Matter, error) {
	entries, err := d.all(ctx, agency)
	if err != nil {
		return nil, err
	}
	var out []*Matter
	byID := map[string]*Matter{}
	for _, e := range entries {
		r, opens := DocketOf(e.Kind)
		switch m := byID[e.Ref]; {
		case opens && (len(names) == 0 || slices.Contains(names, e.Kind)):
			one := &Matter{Docket: r.Name(), Card: ReadCard(e)}
			out, byID[e.ID] = append(out, one), one
		case m != nil:
			m.add(e)
		}
	}
	var list []Matter
	for _, m := range out {
		if !m.Card.Erased {
			d.settle(m)
			list = append(list, *m)
		}
	}
	slices.SortStableFunc(list, byDeadline)
	return list, nil
}

// MatterOf is the matter of one entry; ok is false where its kind opens none.
func (d *Desk) MatterOf(ctx context.Context, card Card) (m Matter, ok bool, err error) {
	if _, ok := DocketOf(card.Kind); !ok || card.Erased {
		return Matter{}, false, nil
	}
	later, err := d.Record.Follow(ctx, card.ID)
	if err != nil {
		return Matter{}, false, fmt.Errorf("read what followed: %w", err)
	}
	m = Matter{Docket: card.Kind, Card: card}
	for _, e := range later {
		m.add(e)
	}
	d.settle(&m)
	return m, true, nil
}

func (m *Matter) add(e record.Entry) {
	r, _ := DocketOf(m.Docket)
	switch card := ReadCard(e); {
	case e.Kind == correction.Name:
		m.Card.correct(card)
	case r.Step != nil && e.Kind == r.Step.Name && !card.Erased:
		m.Steps = append(m.Steps, card)
	}
}

// settle says how a matter stands by its steps.
func (d *Desk) settle(m *Matter) {
	r, _ := DocketOf(m.Docket)
	m.State, m.Owner, m.Due = Open, m.Card.Form["owner"], d.firstDue(m.Card)
	m.Over = r.Step == nil
	for _, s := range m.Steps {
		result := s.Form["result"]
		switch {
		case slices.Contains(r.Ends, result):
			m.State, m.Over = result, true
		case m.Over && result != "appealed":
			continue // what is over is not moved by a later note
		default:
			m.State, m.Over = result, false
		}
		if due := readRecorded(s.Form["due"]); !due.IsZero() {
			m.Due = d.dueAt(s, due)
		} else if result == "stayed" || result == "appealed" {
			m.Due = Alarm{}
		}
		if owner := s.Form["owner"]; owner != "" {
			m.Owner = owner
		}
	}
	m.Late = !m.Over && !m.Due.Due.IsZero() && m.Due.Late(d.Now())
}

// firstDue is the deadline that was written, or that of a clock of the law,
// whichever comes first.
func (d *Desk) firstDue(card Card) Alarm {
	var first Alarm
	if due := readRecorded(card.Form["due"]); !due.IsZero() {
		first = d.dueAt(card, due)
	}
	for _, a := range d.Alarms(card) {
		if a.Name == "law" && (first.Due.IsZero() || a.Due.Before(first.Due)) {
			first = a
		}
	}
	return first
}

func (d *Desk) dueAt(card Card, due time.Time) Alarm {
	place, _ := d.Law.Place(card.In)
	zone := d.zone(place, card.Agency, card.At)
	if named, ok := zoneNamed(card.Form["zone"]); ok {
		zone = named
	}
	return Alarm{Name: "due", Due: due.In(zone), Cite: card.Form["source"]}
}

func byDeadline(a, b Matter) int {
	rank := func(m Matter) int {
		switch {
		case m.Over:
			return 2
		case m.Due.Due.IsZero():
			return 1
		}
		return 0
	}
	if rank(a) != rank(b) {
		return rank(a) - rank(b)
	}
	if rank(a) == 0 {
		return a.Due.Due.Compare(b.Due.Due)
	}
	return b.Card.Happened.Compare(a.Card.Happened)
}

// zones are those in which a paper's deadline may be written. "here" is the
// agency's own.
var zones = []string{"here", "eastern", "central", "mountain", "arizona", "pacific", "alaska", "hawaii"}

func zoneNamed(name string) (*time.Location, bool) {
	iana := map[string]string{
		"eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver", "arizona": "America/Phoenix",
		"pacific": "America/Los_Angeles", "alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu",
	}[name]
	zone, err := time.LoadLocation(iana)
	return zone, iana != "" && err == nil
}

// dueFields ask for a deadline: its moment, on whose clock, and what sets it.
// Without a rule in a pack the last is typed, never guessed.
func dueFields(when, need string) []Field {
	group := "due"
	if when != "" {
		group = "what" // no heading over what may not be asked
	}
	return []Field{
		{Name: "due", Type: Instant, Zoned: "zone", Group: group, When: when, Need: need},
		{Name: "zone", Type: Choice, Values: zones, Group: group, When: when, Need: need},
		{Name: "source", Type: Text, Group: group, When: when, Need: need},
	}
}

// needsZone: a deadline is the moment of somebody's clock.
func needsZone(f Form) Problems {
	var bad Problems
	for _, name := range []string{"zone", "source"} {
		if f["due"] != "" && f[name] == "" {
			bad = append(bad, &comity.Problem{Code: "missing-field", Message: "a deadline needs this", Hint: "say on whose clock it stands, and what sets it", Where: name})
		}
	}
	return bad
}

// caretakers are the roles that look after a matter.
var caretakers = []string{"counsel", "commander", "records", "supervisor", "finance", "administrator"}
