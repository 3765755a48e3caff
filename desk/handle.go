// Package desk is where staff ask. Whatever they ask about a case goes through
// [Desk.Handle]: check, decide, record, receipt. No record, no answer.
//
// A kind of entry is one file kind_<name>.go with its field list and a line in
// kinds.go; forms, checks, sealing and columns are read off the list.
//
// The package is pure: it reaches law and record through the small interfaces
// below and reads no clock but the one it is given.
package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"comity"
	"comity/law"
	"comity/record"
)

// A Desk answers staff. Law, Record and Now are required.
type Desk struct {
	Law    Law
	Record Recorder
	Now    func() time.Time
	// AgencyZone gives the IANA zone of an agency, for places that lie in
	// several; it may be nil.
	AgencyZone func(ori string) string
	// Keeper carries out the orders of courts and opens sealed fields; nil: no
	// order can be given here.
	Keeper Keeper

	zones sync.Map // *time.Location by name
}

// Law is what the desk needs of a book of law.
type Law interface {
	Decide(comity.Question) (comity.Decision, error)
	Vocabulary() *law.Vocabulary
	Place(id string) (comity.Place, bool)
	Digest() string
}

// Recorder is what the desk needs of the record. Entry answers an id that was
// never used with a Problem of code not-found.
type Recorder interface {
	Append(ctx context.Context, d record.Draft) (record.Appended, error)
	Entry(ctx context.Context, id string) (record.Entry, error)
	// Entries lists those of an agency after an index, in order; -1 begins.
	Entries(ctx context.Context, agency string, after int64, limit int) ([]record.Entry, error)
	// Follow lists the entries that point back to one, in order.
	Follow(ctx context.Context, ref string) ([]record.Entry, error)
	Receipt(ctx context.Context, id string) ([]byte, error)
	// Latest lists those of an agency that are of these kinds, the latest first.
	Latest(ctx context.Context, agency string, kinds []string, most int) ([]record.Entry, error)
	// Older lists such entries with an index below one, the latest first.
	Older(ctx context.Context, agency string, kinds []string, below int64, most int) ([]record.Entry, error)
	// Find lists those of an agency that have the id, or one of the terms that
	// Terms reads off an entry, the latest first.
	Find(ctx context.Context, agency, id string, terms []string, most int) ([]record.Entry, error)
}

// IsNotFound reports whether an error says that there is no such entry.
func IsNotFound(err error) bool {
	var p *comity.Problem
	return errors.As(err, &p) && p.Code == "not-found"
}

// A Request is what staff, or a program of theirs, ask about one case.
type Request struct {
	ID     string // the caller's; the same request may be sent twice
	Agency string // ORI
	Kind   string
	Ref    string       // entry it points back to, or empty
	In     string       // place
	On     string       // day; empty is the local day of At
	At     string       // instant; empty is now, unless On is another day
	Actor  string       // who would act; may be empty where nothing is decided
	Role   string       // role of the person who writes this, never a name
	Form   Form         // the kind's fields; a program may send Items instead
	Items  []Item       // what is asked; empty is what the form asks
	More   comity.Facts // further facts, for every item: answers to follow-up questions
	Sealed Form         // the personal fields, where they are sent apart
	Ended  time.Time    // when the contact ended, zero while it lasts
	Known  string       // day whose knowledge of the law was used, of an answer given before it could be sent; empty is today
}

// An Item is one act asked about, with its own facts.
type Item struct {
	Act   string       `json:"act"`
	Facts comity.Facts `json:"facts"`
}

// An Answer is what staff get, after the entry is durable.
type Answer struct {
	Index       int64
	ID, ULID    string
	Acts        []string          // what was asked about, one for each item
	Decisions   []comity.Decision // the answer to each
	Defects     []Defect          // of the paper
	Stops       []Stop            // who must look before anything is done
	Receipt     []byte
	PublishedBy time.Time
	Again       bool // the same request had been answered before
}

// A Stop is a person who must look before anything is done. It is told, and
// not written down: the reason may be a fact that is never stored.
type Stop string

const (
	// StopContradiction: the agency's own record, or a document shown, speaks
	// against the form. A supervisor looks before any hold (H31).
	StopContradiction Stop = "contradiction"
	// StopIdentity: the requester was not called back. A supervisor decides.
	StopIdentity Stop = "identity"
	// StopImpersonation: the requester was not called back and something else
	// speaks against them. It is a reason to look, never a finding (K23, H19).
	StopImpersonation Stop = "impersonation"
)

// Handle answers a request: check, decide each item, record, receipt. When it
// returns an error nothing was recorded and no answer was given.
func (d *Desk) Handle(ctx context.Context, r Request) (Answer, error) {
	earlier, found, err := d.earlier(ctx, r.ID)
	if err != nil {
		return Answer{}, err
	}
	if found && r.At == "" && r.On == "" {
		r.At, r.On = valueOf(earlier, fieldAt), valueOf(earlier, fieldOn) // the moment we chose then
	}
	c, err := d.check(r)
	if err != nil {
		return Answer{}, err
	}
	if err := d.addPowers(ctx, c); err != nil {
		return Answer{}, err
	}
	if err := d.pointsRight(ctx, c); err != nil {
		return Answer{}, err
	}
	if err := d.decide(c); err != nil {
		return Answer{}, err
	}
	if found {
		return d.again(ctx, c, earlier)
	}
	if err := d.apart(ctx, c); err != nil {
		return Answer{}, err
	}
	done, err := d.Record.Append(ctx, c.draft(d))
	if err != nil {
		return Answer{}, fmt.Errorf("record the answer: %w", err)
	}
	return c.answer(done), nil
}

// A contact is a request while it is being handled.
type contact struct {
	Request
	kind *Kind
	zone *time.Location
	at   time.Time
	told []comity.Decision // the answers
	kept []comity.Decision // what of them may be written
}

// check reads the request against its kind. Every fault of the form is told at
// once.
func (d *Desk) check(r Request) (*contact, error) {
	kind, ok := KindOf(r.Kind)
	if !ok {
		return nil, &comity.Problem{Code: "unknown-kind", Message: "there is no such kind of entry", Hint: "use one of: " + kindNames(), Where: "kind"}
	}
	place, ok := d.Law.Place(r.In)
	if !ok {
		return nil, &comity.Problem{Code: "unknown-place", Message: "this place is not in the table of places", Hint: "use an id such as us-il-cook", Where: "in"}
	}
	c := &contact{Request: r, kind: kind, zone: d.zone(place, r.Agency, r.At)}
	if err := c.readTime(d.Now()); err != nil {
		return nil, err
	}
	if err := c.readForm(); err != nil {
		return nil, err
	}
	return c, c.readItems()
}

// zone is the place's, else the agency's, else the offset of the instant, else
// New York: as law settles it.
func (d *Desk) zone(place comity.Place, agency, at string) *time.Location {
	names := []string{place.Zone}
	if d.AgencyZone != nil {
		names = append(names, d.AgencyZone(agency))
	}
	for _, name := range names {
		if zone := d.location(name); zone != nil {
			return zone
		}
	}
	if t, err := time.Parse(time.RFC3339, at); err == nil {
		return t.Location()
	}
	if zone := d.location("America/New_York"); zone != nil {
		return zone
	}
	return time.UTC
}

// location reads a zone once; nil: there is none of that name.
func (d *Desk) location(name string) *time.Location {
	if zone, ok := d.zones.Load(name); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if name == "" || err != nil {
		return nil
	}
	d.zones.Store(name, zone)
	return zone
}

// readTime settles when it happens. With no day and no instant it is now.
func (c *contact) readTime(now time.Time) error {
	if c.At == "" && c.On == "" {
		c.At = now.In(c.zone).Format(time.RFC3339)
	}
	if c.At != "" {
		at, problem := readInstant(c.At, c.zone)
		if problem != "" {
			return &comity.Problem{Code: "bad-date", Message: problem, Hint: "give an instant such as 2026-11-21T09:00:00-06:00", Where: "at"}
		}
		c.At, c.at = at.Format(time.RFC3339), at
		if c.On == "" {
			c.On = at.In(c.zone).Format(time.DateOnly)
		}
		return nil
	}
	noon, err := time.ParseInLocation(time.DateOnly, c.On, c.zone)
	if err != nil {
		return &comity.Problem{Code: "bad-date", Message: "this is not a day", Hint: "write it as 2026-11-21", Where: "on"}
	}
	c.at = noon.Add(12 * time.Hour)
	return nil
}

// readForm checks the fields. A program that sends items need not fill the form.
func (c *contact) readForm() error {
	all := Form{}
	for name, value := range c.Form {
		all[name] = value
	}
	for _, name := range sortedKeys(c.Sealed) {
		field, ok := c.kind.Field(name)
		if !ok || !field.Personal {
			p := c.kind.unknownField(name)
			if p.Code == "unknown-field" {
				p.Hint = "sealed fields of this kind are: " + commas(c.kind.sealedNames())
			}
			p.Where = "sealed." + name
			return p
		}
		all[field.Name] = c.Sealed[name]
	}
	form, err := c.kind.Read(all, c.zone, len(c.Items) > 0 && len(c.Form) == 0)
	if err != nil {
		return err
	}
	c.Form = form
	return nil
}

const mostItems = 12

func (c *contact) readItems() error {
	if len(c.Items) == 0 && c.kind.asks != nil {
		c.Items = c.kind.asks(c.Form)
	}
	if len(c.Items) > mostItems {
		return &comity.Problem{Code: "too-many-items", Message: fmt.Sprintf("one request asks about at most %d acts", mostItems), Hint: "send several requests", Where: "items"}
	}
	for i, item := range c.Items {
		if !slices.Contains(c.kind.Acts, item.Act) {
			return &comity.Problem{
				Code:    "wrong-act",
				Message: "a request of this kind does not ask about this act",
				Hint:    "it asks about: " + commas(c.kind.Acts),
				Where:   "items[" + strconv.Itoa(i) + "].act",
			}
		}
		c.Items[i].Facts = with(item.Facts, c.More)
	}
	return nil
}

// decide asks the law about every item. What is told uses every fact; what is
// kept does not depend on the values of facts that are never stored.
func (d *Desk) decide(c *contact) error {
	known, err := d.known(c.Known)
	if err != nil {
		return err
	}
	for i := range c.Items {
		q := c.question(i)
		q.Known = known
		told, err := d.Law.Decide(q)
		if err != nil {
			return itemProblem(i, err)
		}
		kept, err := d.keep(q, told)
		if err != nil {
			return itemProblem(i, err)
		}
		c.told, c.kept = append(c.told, told), append(c.kept, kept)
	}
	return nil
}

// longestUnsent is how long an answer may wait on a device until it is recorded.
const longestUnsent = 30 * 24 * time.Hour

// known is the day whose knowledge of the law counts: today, or an earlier day
// on which a device answered.
func (d *Desk) known(day string) (string, error) {
	now := d.Now().UTC()
	today := now.Format(time.DateOnly)
	if day == "" {
		return today, nil
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil || day > today || now.Sub(at) > longestUnsent {
		return "", &comity.Problem{Code: "bad-date", Message: "the day whose law was used cannot be this one", Hint: "give a day of the last 30, such as " + today, Where: "known"}
	}
	return day, nil
}

func (c *contact) question(i int) comity.Question {
	actor := c.Actor
	if c.kind.as != nil {
		actor = c.kind.as(c.Form)
	}
	return comity.Question{
		ID: c.ID + "#" + strconv.Itoa(i+1), In: c.In, On: c.On, At: c.At, Agency: c.Agency,
		Actor: actor, Act: c.Items[i].Act, Facts: c.Items[i].Facts,
	}
}

func itemProblem(i int, err error) error {
	var p *comity.Problem
	if !errors.As(err, &p) {
		return fmt.Errorf("decide: %w", err)
	}
	where := *p
	where.Where = fmt.Sprintf("items[%d].%s", i, p.Where)
	return &where
}

func (c *contact) answer(done record.Appended) Answer {
	acts := make([]string, len(c.Items))
	for i, item := range c.Items {
		acts[i] = item.Act
	}
	return Answer{
		Acts: acts, Index: done.Index, ID: done.ID, ULID: done.ULID, Decisions: c.told, Defects: c.defects(), Stops: c.stops(),
		Receipt: done.Receipt, PublishedBy: done.PublishedBy, Again: done.Again,
	}
}

func (c *contact) defects() []Defect {
	if c.kind.defects == nil || len(c.Form) == 0 {
		return nil
	}
	return c.kind.defects(c.Form)
}

// stops names who must look first. A document shown counts like a record that
// contradicts: open point 1 allows no plain "must" beside it.
func (c *contact) stops() []Stop {
	var out []Stop
	for _, item := range c.Items {
		shown := item.Facts["person.citizenship_proof"]
		proof := shown != "" && shown != "none" && shown != "other-id"
		if (proof || item.Facts["person.record_contradicts"] == "true") && !slices.Contains(out, StopContradiction) {
			out = append(out, StopContradiction)
		}
	}
	if unconfirmed(c.kind.Name, c.Form) {
		out = append(out, StopIdentity)
		if c.Form["signs"] != "" {
			out = append(out, StopImpersonation)
		}
	}
	return out
}

func kindNames() string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return commas(names)
}

func commas(words []string) string {
	b, _ := json.Marshal(words) // strings always marshal
	return string(b)
}
