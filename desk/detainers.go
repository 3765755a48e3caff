package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/record"
)

// A DetainerBook is the agency's detainers counted, with what must be looked
// at. It is folded from the record whenever it is asked for.
type DetainerBook struct {
	Detainers, Held, Released, Handed, Cancelled, Replaced, Late, NoShow int

	Unserved []Card     // held or handed over, and no notice on record (K4); the target is none
	Handover []Card     // handed over, without paper or notice on record (K3)
	Declined []Let      // released after the request was declined (R11)
	Over     []HeldOver // held longer than the form or the regulation asks (K2)
}

// A Let is a release after a declined detainer: why, and by which rule. It
// tells custody facts only.
type Let struct {
	Card   Card
	At     time.Time
	Ground string
	Rules  []string // sections of the answer that was given
}

// A HeldOver is a person kept past the hours of a request.
type HeldOver struct {
	Card  Card
	From  time.Time // free to go but for the request
	Until time.Time // free, handed over, or now
	Still bool
	Extra Extra
}

// Extra is how long somebody was kept, in plain hours and past both clocks.
type Extra struct {
	Plain   time.Duration // since the last other reason ended
	Form    time.Duration // past the form's own hours
	Federal time.Duration // past the hours that the federal regulation counts
}

// Detainers reads all of an agency's detainers and what came after them.
func (d *Desk) Detainers(ctx context.Context, agency string) (DetainerBook, error) {
	var all []record.Entry
	kinds := []string{detainer.Name, act.Name, notice.Name, transfer.Name, custody.Name, releaseCall.Name, correction.Name}
	if err := d.eachOf(ctx, agency, kinds, func(e record.Entry) { all = append(all, e) }); err != nil {
		return DetainerBook{}, fmt.Errorf("read the detainers of %s: %w", agency, err)
	}
	slices.Reverse(all)
	var out DetainerBook
	for _, f := range fold(all) {
		d.enter(&out, f)
	}
	return out, nil
}

func (d *Desk) enter(b *DetainerBook, f *followed) {
	b.Detainers++
	count(&b.Late, slices.ContainsFunc(f.card.Defects, func(x Defect) bool { return x.Code == lateDefect }))
	count(&b.NoShow, f.card.Custody.NoShow)
	did := map[string]Card{}
	for _, done := range f.since(f.done, happened) {
		did[done.Form["done"]] = done
	}
	held, handed := has(did, Honoured), has(did, Transferred)
	count(&b.Held, held)
	count(&b.Handed, handed)
	count(&b.Released, has(did, Released))
	count(&b.Cancelled, has(did, Cancelled))
	count(&b.Replaced, has(did, Replaced))
	if (held || handed) && !f.served() {
		b.Unserved = append(b.Unserved, f.card)
	}
	if handed && (!f.served() || len(f.since(f.transfers, happened)) == 0) {
		b.Handover = append(b.Handover, f.card)
	}
	if let, ok := did[Released]; ok && has(did, Declined) {
		b.Declined = append(b.Declined, f.let(let))
	}
	if over, ok := d.heldOver(f); ok {
		b.Over = append(b.Over, over)
	}
}

func count(n *int, is bool) {
	if is {
		*n++
	}
}

func has(did map[string]Card, done string) bool { _, ok := did[done]; return ok }

func (f *followed) let(released Card) Let {
	out := Let{Card: f.card, At: released.Happened, Ground: released.Form["ground"]}
	if hold, ok := f.card.Decision("hold-on-detainer"); ok {
		for _, c := range hold.Citations {
			out.Rules = append(out.Rules, c.Ref)
		}
	}
	return out
}

// heldOver is how far past a clock somebody was kept, where it was past one.
func (d *Desk) heldOver(f *followed) (HeldOver, bool) {
	from, known := f.card.releaseDue()
	until, left := f.left()
	if !left {
		until = d.Now()
	}
	if !known || !until.After(from) {
		return HeldOver{}, false
	}
	over := HeldOver{Card: f.card, From: from, Until: until, Still: !left, Extra: d.extra(f.card, until)}
	return over, over.Extra.Form > 0 || over.Extra.Federal > 0 || d.barred(f.card)
}

// barred: the answer gave no hour at all.
func (d *Desk) barred(card Card) bool {
	hold, ok := card.Decision("hold-on-detainer")
	return ok && hold.Verdict == comity.Prohibited
}

// left is when the person left custody, by the first that is on record.
func (f *followed) left() (time.Time, bool) {
	at := f.card.Custody.Freed
	for _, done := range f.since(f.done, happened) {
		if slices.Contains([]string{Released, Transferred}, done.Form["done"]) && (at.IsZero() || done.Happened.Before(at)) {
			at = done.Happened
		}
	}
	return at, !at.IsZero()
}

// extra counts how long a person was kept for the request alone until a moment.
func (d *Desk) extra(card Card, until time.Time) Extra {
	var out Extra
	for _, a := range d.Alarms(card) {
		past := max(until.Sub(a.Due), 0)
		switch a.Name {
		case "release":
			out.Plain = past
		case "form":
			out.Form = past
		case "federal":
			out.Federal = past
		}
	}
	return out
}
