package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/record"
)

// An Instrument is a written agreement with what became of it.
type Instrument struct {
	Card         Card
	Events       []Card // by the day they took effect
	Designations []Designation
}

// A Designation is one officer's letter under an instrument.
type Designation struct {
	Card Card
	Ends []Card // what ended it; several if it was written twice
}

// A Register is what an agency has on file of its instruments. It is a fold
// over the record and kept nowhere.
type Register struct {
	Instruments []Instrument
	None        []Card // facts that there is no instrument, by the day they took effect
}

// Standing says how an instrument stands on a day. Nothing ends because a list
// does not name it: only what is on file counts (K16).
type Standing struct {
	State string // not-yet, or one of the events of an instrument
	Since string // day from which it stands so; empty where no day is on file
	By    string // id of the entry that says so
}

// Register folds what an agency has on file.
func (d *Desk) Register(ctx context.Context, agency string) (Register, error) {
	kinds := []string{instrument.Name, instrumentEvent.Name, noInstrument.Name, designation.Name, designationEnd.Name, correction.Name}
	entries, err := d.Record.Latest(ctx, agency, kinds, mostInRegister+1)
	if err != nil {
		return Register{}, fmt.Errorf("read the register of agreements: %w", err)
	}
	if len(entries) > mostInRegister {
		return Register{}, fmt.Errorf("the register of agreements of %s has more than %d entries", agency, mostInRegister)
	}
	slices.Reverse(entries)
	return foldRegister(entries), nil
}

// mostInRegister is far above what an agency of this country can have.
const mostInRegister = 50_000

func foldRegister(entries []record.Entry) Register {
	cards, order := map[string]*Card{}, []string{}
	for _, e := range entries {
		c := ReadCard(e)
		if c.Kind == correction.Name {
			if of := cards[c.Ref]; of != nil {
				of.correct(c)
			}
			continue
		}
		if !c.Erased {
			cards[c.ID], order = &c, append(order, c.ID)
		}
	}
	var out Register
	designations, ends := map[string][]*Card{}, map[string][]Card{}
	events := map[string][]Card{}
	for _, id := range order {
		switch c := cards[id]; c.Kind {
		case noInstrument.Name:
			out.None = append(out.None, *c)
		case instrumentEvent.Name:
			events[c.Ref] = append(events[c.Ref], *c)
		case designation.Name:
			designations[c.Ref] = append(designations[c.Ref], c)
		case designationEnd.Name:
			ends[c.Ref] = append(ends[c.Ref], *c)
		}
	}
	for _, id := range order {
		c := cards[id]
		if c.Kind != instrument.Name {
			continue
		}
		one := Instrument{Card: *c, Events: byEffect(events[id])}
		for _, of := range designations[id] {
			one.Designations = append(one.Designations, Designation{*of, byEffect(ends[of.ID])})
		}
		out.Instruments = append(out.Instruments, one)
	}
	out.None = byEffect(out.None)
	return out
}

func byEffect(cards []Card) []Card {
	slices.SortStableFunc(cards, func(a, b Card) int { return strings.Compare(a.Form["effective"], b.Form["effective"]) })
	return cards
}

// On says how the instrument stands on a day (2006-01-02).
func (i Instrument) On(day string) Standing {
	form := i.Card.Form
	from := form["from"]
	if from == "" {
		from = form["signed"]
	}
	s := Standing{State: PendingIt, By: i.Card.ID}
	switch {
	case from == "":
	case from <= day:
		s = Standing{InForce, from, i.Card.ID}
	default:
		s = Standing{"not-yet", from, i.Card.ID}
	}
	last, ended := form["last_day"], i.Card.ID
	for _, e := range i.Events {
		effective := e.Form["effective"]
		if effective > day {
			break
		}
		s = Standing{e.Form["event"], effective, e.ID}
		if s.State == Renewed {
			s.State, last, ended = InForce, e.Form["last_day"], e.ID
		}
	}
	if s.State == InForce && last != "" && last < day {
		s = Standing{Expired, next(last), ended}
	}
	return s
}

// LastDay is the last day in force as far as the file goes, or empty where it
// names none.
func (i Instrument) LastDay() string {
	last := i.Card.Form["last_day"]
	for _, e := range i.Events {
		if e.Form["event"] == Renewed {
			last = e.Form["last_day"]
		}
	}
	return last
}

// next is the day after.
func next(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.AddDate(0, 0, 1).Format(time.DateOnly)
}

// Why a designation gives no power on a day.
const (
	NotYet          = "not-yet"
	LetterOver      = "over"       // its last day has passed: it ended at midnight
	LetterEnded     = "ended"      // revoked, withdrawn, …
	NoInstrumentNow = "instrument" // the instrument is not in force
	NotThisFunction = "function"   // the letter does not name it
)

// Invalid says why the designation gives no power for a function on a day, or
// nothing if it does. It ends at local midnight after its last day (K12). An
// empty function asks about the letter alone.
func (d Designation) Invalid(of Instrument, function, day string) string {
	form := d.Card.Form
	switch {
	case form["authorized"] > day:
		return NotYet
	case form["last_day"] != "" && form["last_day"] < day:
		return LetterOver
	case len(d.Ends) > 0 && d.Ends[0].Form["effective"] <= day:
		return LetterEnded
	case of.On(day).State != InForce:
		return NoInstrumentNow
	case function != "" && !form.Has("functions", function):
		return NotThisFunction
	}
	return ""
}

// LastDay is the last day on which the designation can be valid as far as the
// file goes, or empty where it names none.
func (d Designation) LastDay() string {
	last := d.Card.Form["last_day"]
	if len(d.Ends) > 0 {
		if end := before(d.Ends[0].Form["effective"]); last == "" || end < last {
			last = end
		}
	}
	return last
}

func before(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.AddDate(0, 0, -1).Format(time.DateOnly)
}

// A Power is one letter that an officer has, valid or not on a day.
type Power struct {
	Instrument  Instrument
	Designation Designation
	Invalid     string // why not; empty: valid
}

// Powers answers "which instrument authorised this officer to do that on that
// day?": every letter of the officer, the valid ones first. Nothing valid is
// the answer "none".
func (r Register) Powers(officer, function, day string) []Power {
	var out []Power
	for _, i := range r.Instruments {
		for _, d := range i.Designations {
			if term("officer", d.Card.Form["officer"]) == term("officer", officer) {
				out = append(out, Power{i, d, d.Invalid(i, function, day)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Power) int {
		if (a.Invalid == "") != (b.Invalid == "") {
			if a.Invalid == "" {
				return -1
			}
			return 1
		}
		return strings.Compare(b.Designation.Card.Form["authorized"], a.Designation.Card.Form["authorized"])
	})
	return out
}

// addPowers lays what the register says of the officer's designation beside
// what the form says: model, letter and day of authorisation (K12).
func (d *Desk) addPowers(ctx context.Context, c *contact) error {
	if c.kind.Name != delegated.Name {
		return nil
	}
	register, err := d.Register(ctx, c.Agency)
	if err != nil {
		return err
	}
	facts := powerFacts(register.Powers(c.Form["officer"], c.Form["function"], c.On))
	for i := range c.Items {
		c.Items[i].Facts = with(c.Items[i].Facts, facts)
	}
	return nil
}

// powerFacts is what the register tells the law. Without a valid letter the
// officer is not certified, whatever the agency has signed.
func powerFacts(powers []Power) comity.Facts {
	if len(powers) == 0 {
		return comity.Facts{"agreement.model": "none", "agreement.officer_certified": "false"}
	}
	first := powers[0]
	model := first.Instrument.Card.Form["model"]
	if !slices.Contains([]string{"tfm", "wso", "jem"}, model) {
		// The law knows the three models of today; of another instrument it
		// cannot say what it gives, and is asked without it.
		return comity.Facts{}
	}
	return comity.Facts{
		"agreement.model": model, "agreement.officer_certified": strconv.FormatBool(first.Invalid == ""),
		"agreement.authorized_on": first.Designation.Card.Form["authorized"],
	}
}
