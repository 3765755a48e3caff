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
	Handover   State = "handover"    // handed over, and paper or notice of it is not on record (K3)
	WriteDown  State = "write-down"  // free, as the booking system says; what was decided is not written down
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

	Uncompared bool // held, and no supervisor has laid our own record beside the form (H31)
	OldPaper   bool // the paper came before the present booking

	Interrupted bool // hours ran on the detainer alone before another reason came between, and no supervisor has looked since
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

var urgency = []State{ReleaseNow, Handover, Supervisor, Attribute, Decide, WriteDown, Basis, Waiting, Outcome}

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
	card      Card
	done      []Card
	notices   []Card
	transfers []Card
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
		} else if f := byID[card.Ref]; f != nil {
			f.card.lay(card)
			f.add(card)
		}
	}
	return order
}

// add keeps what was done, told and handed over.
func (f *followed) add(later Card) {
	switch {
	case later.Kind == act.Name:
		f.done = append(f.done, later)
	case later.tellsOfRequest():
		f.notices = append(f.notices, later)
	case later.Kind == transfer.Name:
		f.transfers = append(f.transfers, later)
	}
}

// since drops what belongs to an earlier booking of the person.
func (f *followed) since(list []Card, when func(*Card) time.Time) []Card {
	return slices.DeleteFunc(slices.Clone(list), func(c Card) bool { return when(&c).Before(f.card.Custody.Rebooked) })
}

func (f *followed) served() bool { return len(f.since(f.notices, (*Card).served)) > 0 }

// withdrawn reports whether the request itself is over, whatever booking the
// person is held under: taken back, or carried out with its papers on record.
func (f *followed) withdrawn() bool {
	return slices.ContainsFunc(f.done, func(c Card) bool {
		done := c.Form["done"]
		return done == Cancelled || done == Replaced || done == Transferred && len(f.transfers) > 0
	})
}

func happened(c *Card) time.Time { return c.Happened }

// task is what a case needs now, or open false where it is over.
func (d *Desk) task(f *followed, now time.Time) (Task, bool, error) {
	t := Task{Card: f.card, Unserved: !f.served(), Alarms: d.Alarms(f.card), OldPaper: !f.card.Custody.Rebooked.IsZero()}
	held, over := false, f.withdrawn()
	for _, done := range f.since(f.done, happened) {
		t.Last = done.Form["done"]
		if t.Last == Honoured {
			held = true
			t.Uncompared = t.Uncompared || unchecked(f.card, done)
		}
		if done.Form["compared"] == yes || t.Last == Overridden {
			t.Uncompared = false
		}
		over = over || t.Last == Released
	}
	if over || len(f.card.Questions) == 0 {
		return t, false, nil
	}
	verdict, err := d.verdictNow(f.card, now)
	if err != nil {
		return t, false, fmt.Errorf("decide %s again: %w", f.card.ID, err)
	}
	t.Verdict = verdict
	due, known := f.card.releaseDue()
	t.Interrupted = f.card.Custody.Spent > 0 && known && !now.Before(due) && !f.looked(due)
	t.State = t.stands(state(verdict, held, t.Last, known && !now.Before(due)))
	t.Next = nextAlarm(t.Alarms, now, t.State == ReleaseNow && !held)
	t.Overdue = t.State == ReleaseNow && known && !now.Before(due)
	return t, true, nil
}

// stands lets what happened weigh more than what the answer alone would say.
// A hold that nobody compared, a paper older than the booking and hours that ran
// before another reason came between are no basis on file until a supervisor has
// looked.
func (t Task) stands(s State) State {
	switch {
	case t.Last == Transferred:
		return Handover
	case !t.Card.Custody.Freed.IsZero():
		return WriteDown
	case s == Basis && t.Uncompared, s == Decide && t.OldPaper && t.Last == "":
		return Supervisor
	case (s == Basis || s == Decide) && t.Interrupted:
		return Supervisor
	}
	return s
}

// looked reports whether a supervisor decided since a moment.
func (f *followed) looked(since time.Time) bool {
	return slices.ContainsFunc(f.done, func(c Card) bool { return c.Form["rank"] != "" && !c.Happened.Before(since) })
}

// unchecked reports a hold for which neither the comparison nor a supervisor's
// rank is on record.
func unchecked(card, done Card) bool {
	_, hold := card.Decision("hold-on-detainer")
	return hold && done.Form["compared"] != yes && (done.Form["rank"] == "" || done.Form["reason"] == "")
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
		f.add(ReadCard(e))
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
