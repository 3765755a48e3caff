package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/record"
)

// How a contact stands in the record. Fields of the form keep their names
// behind "form."; each item is a question and the decision that was given.
const (
	fieldIn       = "in"
	fieldOn       = "on"
	fieldAt       = "at"
	fieldActor    = "actor"
	fieldRole     = "role"
	formPrefix    = "form."
	fieldQuestion = "question." // + number from 1; a comity.Question as JSON, without facts that are never stored
	fieldDecision = "decision." // + number; a comity.Decision as JSON
	fieldDefects  = "defects"   // codes, separated by spaces
)

// keep is the decision as it may be written. It is settled by the stored facts
// and the verdict alone: two requests that differ only in facts that are never
// stored, and got the same verdict, leave the same bytes behind.
func (d *Desk) keep(q comity.Question, told comity.Decision) (comity.Decision, error) {
	plain := q
	plain.Facts = d.storable(q.Facts)
	usual := plain
	usual.Facts = with(plain.Facts, d.ordinary())
	kept, err := d.Law.Decide(usual)
	if err != nil || kept.Verdict != told.Verdict {
		// The ordinary case has another verdict, or cannot occur: say what
		// holds whatever those facts are, with the verdict that was given.
		plain.Open = append(slices.Clone(plain.Open), told.Withheld...)
		if kept, err = d.Law.Decide(plain); err != nil {
			return comity.Decision{}, err
		}
		kept.Verdict, kept.Believed = told.Verdict, nil // what was believed would tell which fact it was
		kept.Missing, kept.Next, kept.CouldChange = []string{}, nil, []string{}
	}
	kept.Assumed = d.storable(kept.Assumed)
	kept.CouldChange = slices.DeleteFunc(slices.Clone(kept.CouldChange), d.neverStored)
	kept.Missing = slices.DeleteFunc(slices.Clone(kept.Missing), d.neverStored)
	if kept.Next != nil && d.neverStored(*kept.Next) {
		kept.Next = nil
	}
	return kept, nil
}

// storable is the facts without those that are never stored.
func (d *Desk) storable(facts comity.Facts) comity.Facts {
	out := comity.Facts{}
	for name, value := range facts {
		if !d.neverStored(name) {
			out[name] = value
		}
	}
	return out
}

func (d *Desk) neverStored(fact string) bool {
	f, ok := d.Law.Vocabulary().Fact(fact)
	return ok && f.NeverStored
}

// ordinary is every fact that is never stored, at the value it nearly always has.
func (d *Desk) ordinary() comity.Facts {
	out := comity.Facts{}
	for _, f := range d.Law.Vocabulary().Facts {
		value := f.Default
		if value == "" {
			value = f.Neutral
		}
		if f.NeverStored && value != "" {
			out[f.Name] = value
		}
	}
	return out
}

// draft is the entry of a contact, without facts and fields that are never stored.
func (c *contact) draft(d *Desk) record.Draft {
	lawDigest := d.Law.Digest()
	if len(c.kept) > 0 {
		lawDigest = c.kept[0].Law // the law of the place, so that other states' packs do not change it
	}
	out := record.Draft{ID: c.ID, Agency: c.Agency, Kind: c.kind.Name, Ref: c.Ref, At: c.at, Ended: c.Ended, Law: lawDigest}
	add := func(name, value string, personal bool) {
		if value != "" {
			out.Fields = append(out.Fields, record.Field{Name: name, Value: value, Personal: personal})
		}
	}
	add(fieldIn, c.In, false)
	add(fieldOn, c.On, false)
	add(fieldAt, c.At, false)
	add(fieldActor, c.Actor, false)
	add(fieldRole, c.Role, false)
	for _, f := range c.kind.Fields {
		if !f.Never {
			add(formPrefix+f.Name, c.Form[f.Name], f.Personal)
		}
	}
	add(fieldDefects, defectCodes(c.defects()), false)
	for i := range c.Items {
		q := c.question(i)
		q.ID, q.Facts = "", d.storable(q.Facts)
		n := strconv.Itoa(i + 1)
		add(fieldQuestion+n, encode(q), false)
		add(fieldDecision+n, encode(c.kept[i]), false)
	}
	return out
}

func defectCodes(list []Defect) string {
	codes := make([]string, len(list))
	for i, d := range list {
		codes[i] = d.Code
	}
	return strings.Join(codes, " ")
}

func encode[T comity.Question | comity.Decision](v T) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // both types always marshal
	}
	return string(b)
}

// earlier finds the entry that already has the id.
func (d *Desk) earlier(ctx context.Context, id string) (record.Entry, bool, error) {
	e, err := d.Record.Entry(ctx, id)
	switch {
	case IsNotFound(err):
		return record.Entry{}, false, nil
	case err != nil:
		return record.Entry{}, false, fmt.Errorf("look for an earlier answer: %w", err)
	}
	return e, true, nil
}

// again gives the first answer to a request that comes a second time. What
// follows from the request by law and clock is not compared: the law may have
// changed since, and the first answer stands.
func (d *Desk) again(ctx context.Context, c *contact, was record.Entry) (Answer, error) {
	now := c.draft(d)
	if !sameRequest(was.Draft, now) {
		return Answer{}, record.Conflict(c.ID)
	}
	first, err := d.firstReceipt(ctx, was, now)
	if err != nil {
		return Answer{}, err
	}
	answer := c.answer(first)
	if given := ReadCard(was).Decisions; !sameDecisions(given, c.kept) {
		answer.Decisions = given
	}
	return answer, nil
}

// firstReceipt asks the record for the receipt that was given first, by sending
// the first draft again. A record may give fields back in another order, so they
// are put into the order in which a draft is made; where an older program made
// it in another, the receipt as it stands now serves.
func (d *Desk) firstReceipt(ctx context.Context, was record.Entry, now record.Draft) (record.Appended, error) {
	first := was.Draft
	first.Fields = nil
	for _, f := range now.Fields {
		f.Value = valueOf(was, f.Name)
		first.Fields = append(first.Fields, f)
	}
	done, err := d.Record.Append(ctx, first)
	if err == nil {
		done.Again = true
		return done, nil
	}
	if !isConflict(err) {
		return record.Appended{}, fmt.Errorf("find the first receipt: %w", err)
	}
	receipt, err := d.Record.Receipt(ctx, was.ID)
	if err != nil {
		return record.Appended{}, fmt.Errorf("find the receipt: %w", err)
	}
	out := record.Appended{Index: was.Index, ID: was.ID, ULID: was.ULID, Receipt: receipt, Again: true}
	if r, err := record.ParseReceipt(receipt); err == nil {
		out.PublishedBy, _ = time.Parse(time.RFC3339, r.PublishedBy) // a receipt of ours has it in this form
	}
	return out, nil
}

func isConflict(err error) bool {
	var p *comity.Problem
	return errors.As(err, &p) && p.Code == "conflict-id"
}

// sameRequest compares everything that the caller said.
func sameRequest(was, now record.Draft) bool {
	return was.Agency == now.Agency && was.Kind == now.Kind && was.Ref == now.Ref &&
		slices.Equal(said(was.Fields), said(now.Fields))
}

func said(fields []record.Field) []record.Field {
	var out []record.Field
	for _, f := range fields {
		if !strings.HasPrefix(f.Name, fieldDecision) && !record.IsOwn(f.Name) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b record.Field) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func sameDecisions(a, b []comity.Decision) bool {
	return slices.EqualFunc(a, b, func(x, y comity.Decision) bool { return encode(x) == encode(y) })
}

// A Card is an entry as staff see it again: what was asked and what the answer
// was on that day, from the record alone.
type Card struct {
	Index     int64
	ID, ULID  string
	Agency    string
	Kind      string
	Ref       string
	In, On    string
	At        string
	Actor     string
	Role      string
	Happened  time.Time
	Stored    time.Time
	Law       string
	Form      Form
	Defects   []Defect
	Questions []comity.Question
	Decisions []comity.Decision
	Digest    string // of the decisions as they were given
	Published bool
	Erased    bool
	Contested string        // "", contested or answered; filled in where a list is made
	Corrected []string      // fields that a later entry corrected
	Custody   Custody       // what later entries told; empty in an entry read alone
	Late      time.Duration // how long after the event it was written, zero where that is soon

	changed bool // later entries changed what was asked
}

// ReadCard reads an entry back.
func ReadCard(e record.Entry) Card {
	c := Card{
		Index: e.Index, ID: e.ID, ULID: e.ULID, Agency: e.Agency, Kind: e.Kind, Ref: e.Ref, Happened: e.At,
		Stored: e.Stored, Law: e.Law, Form: Form{}, Published: e.Published, Erased: e.Erased, Late: e.Late(),
	}
	values := map[string]string{}
	for _, f := range e.Fields {
		values[f.Name] = f.Value
		if name, ok := FormField(f.Name); ok {
			c.Form[name] = f.Value
		}
	}
	c.In, c.On, c.At, c.Actor, c.Role = values[fieldIn], values[fieldOn], values[fieldAt], values[fieldActor], values[fieldRole]
	var given []string
	for i := 1; values[fieldQuestion+strconv.Itoa(i)] != ""; i++ {
		n := strconv.Itoa(i)
		var q comity.Question
		var a comity.Decision
		if json.Unmarshal([]byte(values[fieldQuestion+n]), &q) != nil || json.Unmarshal([]byte(values[fieldDecision+n]), &a) != nil {
			break // written by another version: what cannot be read is not shown as an answer
		}
		c.Questions, c.Decisions = append(c.Questions, q), append(c.Decisions, a)
		given = append(given, values[fieldDecision+n])
	}
	c.Digest = digestOf(given)
	c.readDefects(values[fieldDefects])
	return c
}

func (c *Card) readDefects(codes string) {
	for _, code := range strings.Fields(codes) {
		for _, rule := range defectRules {
			if rule.code == code {
				c.Defects = append(c.Defects, Defect{rule.code, rule.field, rule.stops})
			}
		}
	}
}

// FormField is the form's name of a recorded field.
func FormField(name string) (string, bool) { return strings.CutPrefix(name, formPrefix) }

func valueOf(e record.Entry, name string) string {
	for _, f := range e.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Decision returns what was decided about an act.
func (c *Card) Decision(act string) (comity.Decision, bool) {
	for i, q := range c.Questions {
		if q.Act == act {
			return c.Decisions[i], true
		}
	}
	return comity.Decision{}, false
}
