package desk

import (
	"slices"
	"time"

	"comity"
	"comity/record"
)

// A Reason is one reason other than the detainer for which a person is held.
type Reason struct {
	What    string    // as the form names it; empty is what the intake knew of
	Number  string    // of the other office's paper
	Began   time.Time // zero: before the paper came
	Ended   time.Time // zero while it lasts
	Planned bool      // Ended was foreseen at the intake; nobody has told that it came true
}

// lasts reports whether nobody has told of its end yet.
func (r Reason) lasts() bool { return r.Ended.IsZero() || r.Planned }

// A Custody is what later entries told about the person's being held.
type Custody struct {
	Reasons  []Reason
	Freed    time.Time     // as the booking system says, zero while in custody
	Rebooked time.Time     // zero: never
	Expected time.Time     // when the federal officers said that they would come
	Called   bool          // the requesting office was called about the release
	NoShow   bool          // and nobody came
	Spent    time.Duration // held on the detainer alone before another reason began again
}

// Open are the reasons whose end nobody told of.
func (c Custody) Open() []Reason {
	return slices.DeleteFunc(slices.Clone(c.Reasons), func(r Reason) bool { return !r.lasts() })
}

// last is when the last reason ends; zero while one has no end.
func (c Custody) last() time.Time {
	var last time.Time
	for _, r := range c.Reasons {
		if r.Ended.IsZero() {
			return time.Time{}
		}
		if r.Ended.After(last) {
			last = r.Ended
		}
	}
	return last
}

// alone is how long nothing but the detainer held the person before the last
// reason began: no law in our packs says whether those hours count again, so a
// supervisor looks.
func (c Custody) alone() time.Duration {
	list := slices.Clone(c.Reasons)
	slices.SortStableFunc(list, func(a, b Reason) int { return a.Began.Compare(b.Began) })
	var sum time.Duration
	var covered time.Time
	for i, r := range list {
		if i > 0 && !covered.IsZero() && r.Began.After(covered) {
			sum += r.Began.Sub(covered)
		}
		if r.Ended.IsZero() {
			return sum
		}
		if r.Ended.After(covered) {
			covered = r.Ended
		}
	}
	return sum
}

// lay lays what a later entry changes over a card: corrections, custody, calls.
func (c *Card) lay(later Card) {
	switch {
	case later.Erased:
	case later.Kind == correction.Name:
		c.correct(later)
		if slices.Contains(releaseFields, later.Form["field"]) {
			c.Custody.Reasons, c.Custody.Spent = nil, 0 // said anew; what comes later counts on from it
		}
	case later.Kind == custody.Name:
		c.event(later)
	case later.Kind == releaseCall.Name:
		c.heard(later)
	}
}

var releaseFields = []string{"release_at", "other_reason", releaseFact, "person.release_due"}

// event lays one event of the booking system over the card.
func (c *Card) event(e Card) {
	now, at := &c.Custody, e.Happened
	if len(now.Reasons) == 0 {
		now.Reasons = c.intake()
	}
	what, number := e.Form["reason"], e.Form["pointer"]
	switch e.Form["event"] {
	case ChargeAdded:
		now.Reasons = append(now.Reasons, Reason{What: orDefault(what, localCharge), Number: number, Began: at})
	case OtherHold:
		now.Reasons = append(now.Reasons, Reason{What: what, Number: number, Began: at})
	case ChargeEnded:
		now.end(orDefault(what, localCharge), number, at)
	case HoldEnded:
		now.end(what, number, at)
	case NoReason:
		for i := range now.Reasons {
			now.Reasons[i].endAt(at)
		}
	case Freed:
		now.Freed = at
		return
	case Rebooked:
		*now = Custody{Rebooked: at, Reasons: []Reason{{What: localCharge, Began: at}}}
		c.Form["booking"] = e.Form["booking"]
	default:
		return
	}
	now.Freed = time.Time{} // told of after all: the person is in custody
	now.Spent = now.alone()
	c.count()
}

// heard lays a call about the release over the card.
func (c *Card) heard(call Card) {
	now := &c.Custody
	now.Called = now.Called || call.Form["called"] != ""
	switch call.Form["result"] {
	case WillCome:
		now.NoShow, now.Expected = false, readRecorded(call.Form["expected_at"])
	case DidNotCome:
		now.NoShow, now.Expected = true, time.Time{}
	case "came", "will-not-come", "cancels":
		now.NoShow, now.Expected = false, time.Time{}
	}
}

func orDefault(value, usual string) string {
	if value == "" {
		return usual
	}
	return value
}

func (r *Reason) endAt(at time.Time) {
	if r.lasts() {
		r.Ended, r.Planned = at, false
	}
}

// end ends the reason that is meant: the one with this number, else the only
// one of its sort, else what the intake knew of. One that nobody told of ends
// nothing: somebody would go free, or stay, by a guess.
func (c *Custody) end(what, number string, at time.Time) {
	fits := c.lasting(func(r Reason) bool { return r.What == what && (number == "" || r.Number == number) })
	if len(fits) == 0 {
		fits = c.lasting(func(r Reason) bool { return r.What == "" })
	}
	if len(fits) == 1 {
		c.Reasons[fits[0]].endAt(at)
	}
}

func (c *Custody) lasting(meant func(Reason) bool) []int {
	var out []int
	for i, r := range c.Reasons {
		if r.lasts() && meant(r) {
			out = append(out, i)
		}
	}
	return out
}

// intake is what the intake said of other reasons: they are older than the
// paper. An end that lay ahead then was foreseen and not seen.
func (c *Card) intake() []Reason {
	at, known := c.releaseDue()
	if !known && len(c.Questions) == 0 {
		return nil
	}
	return []Reason{{Ended: at, Planned: at.After(c.Happened)}}
}

// count puts the moment of release that follows into what is asked and shown.
func (c *Card) count() {
	due, at := "false", ""
	if last := c.Custody.last(); !last.IsZero() {
		if asked, err := time.Parse(time.RFC3339, c.At); err == nil {
			last = last.In(asked.Location()) // the offset of the question: another system may tell in another
		}
		due, at = "true", last.Format(time.RFC3339)
	}
	c.change(comity.Facts{"person.release_due": due, releaseFact: at}, nil)
	if c.Form["other_reason"] != "" {
		c.Form["other_reason"], c.Form["release_at"] = map[string]string{"true": no, "false": yes}[due], at
	}
}

// fits checks what no field of its own can tell of an entry about a detainer.
func (d *Desk) fits(c *contact, later []record.Entry, card Card) error {
	switch c.kind.Name {
	case transfer.Name:
		id, ok := noticeOf(card, later)
		if !ok {
			return &comity.Problem{Code: "no-notice", Message: "nobody is handed over before the notice to the person is on record", Hint: "give the notice and record its service, then hand over", Where: "ref"}
		}
		c.Form["notice"] = id
	case releaseCall.Name:
		tell, asked := card.Decision("notify-release")
		settled := c.Form["reason"] != "" && c.Form["rank"] != ""
		if c.Form["called"] != "" && asked && tell.Verdict == comity.Prohibited && !settled {
			return refusal("contrary-act", tell, c.Form)
		}
	}
	return nil
}

// noticeOf finds the notice that tells the person of this request, since the
// last booking.
func noticeOf(card Card, later []record.Entry) (string, bool) {
	for _, e := range slices.Backward(later) {
		if n := ReadCard(e); n.tellsOfRequest() && !n.served().Before(card.Custody.Rebooked) {
			return n.ID, true
		}
	}
	return "", false
}

// served is when a notice was handed over.
func (c *Card) served() time.Time {
	if at := readRecorded(c.Form["served_at"]); !at.IsZero() {
		return at
	}
	return c.Happened
}
