package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/record"
)

// A State says what a case needs from staff now.
type State string

const (
	ReleaseNow State = "release-now" // the person should be free: there is no basis on file to keep them
	Supervisor State = "supervisor"  // nothing on file lets staff decide this alone
	Decide     State = "decide"      // what was really done is not written down yet
	Basis      State = "basis"       // held, and the basis is on file
	Waiting    State = "waiting"     // another reason keeps the person for now
)

// A Task is an open case, as the column of tasks shows it.
type Task struct {
	Card     Card
	State    State
	Verdict  comity.Verdict // of the main act, as of now
	Alarms   []Alarm        // earliest first
	Next     Alarm          // the first that has not rung, else the last
	Overdue  bool           // a clock has run out and the person is not recorded as free
	Unserved bool           // no notice to the person is on record
	Last     string         // what was last recorded as done, or empty
}

// Tasks folds the record of an agency into its open cases, the most urgent
// first. It keeps nothing: the column is rebuilt whenever it is asked for.
func (d *Desk) Tasks(ctx context.Context, agency string) ([]Task, error) {
	entries, err := d.all(ctx, agency)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	var out []Task
	for _, c := range fold(entries) {
		task, open, err := d.task(c, now)
		if err != nil {
			return nil, err
		}
		if open {
			out = append(out, task)
		}
	}
	for _, f := range d.followUps(entries) {
		if task, open := d.followUpTask(f, now); open {
			out = append(out, task)
		}
	}
	slices.SortStableFunc(out, func(a, b Task) int {
		if a.State != b.State {
			return slices.Index(urgency, a.State) - slices.Index(urgency, b.State)
		}
		return a.Next.Due.Compare(b.Next.Due)
	})
	return out, nil
}

var urgency = []State{ReleaseNow, Supervisor, Attribute, Decide, Basis, Waiting, Outcome}

const pageSize = 500

func (d *Desk) all(ctx context.Context, agency string) ([]record.Entry, error) {
	var out []record.Entry
	after := int64(-1)
	for {
		page, err := d.Record.Entries(ctx, agency, after, pageSize)
		if err != nil {
			return nil, fmt.Errorf("read the entries of %s: %w", agency, err)
		}
		out = append(out, page...)
		if len(page) < pageSize {
			return out, nil
		}
		after = page[len(page)-1].Index
	}
}

// A followed case is a detainer with what came after it.
type followed struct {
	card   Card
	done   []Card
	served bool
}

func fold(entries []record.Entry) []*followed {
	var order []*followed
	byID := map[string]*followed{}
	for _, e := range entries {
		card := ReadCard(e)
		if card.Kind == detainer.Name && !card.Erased {
			f := &followed{card: card}
			byID[card.ID] = f
			order = append(order, f)
			continue
		}
		f := byID[card.Ref]
		if f == nil {
			continue
		}
		switch card.Kind {
		case act.Name:
			f.done = append(f.done, card)
		case notice.Name:
			f.served = true
		case correction.Name:
			f.card.correct(card)
		}
	}
	return order
}

// task is what a case needs now, or open false where it is over.
func (d *Desk) task(f *followed, now time.Time) (Task, bool, error) {
	t := Task{Card: f.card, Unserved: !f.served, Alarms: d.Alarms(f.card)}
	held := false
	for _, done := range f.done {
		t.Last = done.Form["done"]
		held = held || t.Last == Honoured
		if slices.Contains([]string{Released, Transferred, Cancelled, Replaced}, t.Last) {
			return t, false, nil
		}
	}
	if len(f.card.Questions) == 0 {
		return t, false, nil
	}
	verdict, err := d.verdictNow(f.card, now)
	if err != nil {
		return t, false, fmt.Errorf("decide %s again: %w", f.card.ID, err)
	}
	t.Verdict = verdict
	due, known := f.card.releaseDue()
	t.State = state(verdict, held, t.Last, known && !now.Before(due))
	t.Next = nextAlarm(t.Alarms, now, t.State == ReleaseNow && !held)
	t.Overdue = t.State == ReleaseNow && known && !now.Before(due)
	return t, true, nil
}

// Task is what one case needs now; open is false where it is over or never
// asked for anything.
func (d *Desk) Task(ctx context.Context, card Card) (t Task, open bool, err error) {
	if (card.Kind != detainer.Name || card.Erased) && !waits(card) {
		return Task{}, false, nil
	}
	later, err := d.Record.Follow(ctx, card.ID)
	if err != nil {
		return Task{}, false, fmt.Errorf("read what followed: %w", err)
	}
	if waits(card) {
		t, open := d.followUpTask(&followUp{card, cards(later)}, d.Now())
		return t, open, nil
	}
	f := &followed{card: card}
	for _, e := range later {
		switch c := ReadCard(e); c.Kind {
		case act.Name:
			f.done = append(f.done, c)
		case notice.Name:
			f.served = true
		}
	}
	return d.task(f, d.Now())
}

// verdictNow decides the main act again as of now, on the facts as corrected.
func (d *Desk) verdictNow(card Card, now time.Time) (comity.Verdict, error) {
	q := card.Questions[0]
	place, _ := d.Law.Place(card.In)
	local := now.In(d.zone(place, card.Agency, card.At))
	q.At, q.On, q.Known = local.Format(time.RFC3339), local.Format(time.DateOnly), now.UTC().Format(time.DateOnly)
	decision, err := d.stands(q, card)
	return decision.Verdict, err
}

// state weighs what may be done against what was done. A hold that is only
// permitted has a basis once somebody decided for it; without that decision
// the person goes free when the last other reason ends.
func state(v comity.Verdict, held bool, last string, free bool) State {
	switch {
	case !free && last == "":
		return Decide
	case !free:
		return Waiting
	case v == comity.Prohibited, last == Declined:
		return ReleaseNow
	case (v == comity.Required || v == comity.Permitted) && (held || last == Overridden):
		return Basis
	case v == comity.Required:
		return Decide
	case v == comity.Permitted:
		return ReleaseNow
	}
	return Supervisor
}

// nextAlarm is the first clock that has not rung, else the last that has. For a
// person who should be free it is the moment of release, whatever else runs.
func nextAlarm(list []Alarm, now time.Time, free bool) Alarm {
	for _, a := range list {
		if free && a.Name == "release" {
			return a
		}
	}
	for _, a := range list {
		if !a.Late(now) {
			return a
		}
	}
	if len(list) > 0 {
		return list[len(list)-1]
	}
	return Alarm{}
}
