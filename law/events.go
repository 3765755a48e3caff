package law

import (
	"cmp"
	"regexp"
	"slices"

	"comity"
)

// An Event is a day on which a rule begins, ends, changes its text, or is
// suspended or freed by a court.
type Event struct {
	On    string // 2006-01-02
	What  EventIs
	By    EventKind
	Rule  *Rule
	Order *Order // of a suspension
	Cite  Cite   // of the rule or order, as in force then
}

// EventIs says what an event does to its rule.
type EventIs string

// What an event does.
const (
	Begins    EventIs = "begins"
	Ends      EventIs = "ends"
	Changes   EventIs = "changes" // one text ends and the next begins
	Suspended EventIs = "suspended"
	Freed     EventIs = "freed" // the order that suspended it ends
)

// An EventKind is what sort of act made the change.
type EventKind string

// Kinds of events. ByRule is a regulation; ByMOA an agreement.
const (
	ByTheConstitution EventKind = "constitution"
	ByBallot          EventKind = "ballot-measure"
	ByLaw             EventKind = "statute"
	ByLocalLaw        EventKind = "ordinance"
	ByRule            EventKind = "rule"
	ByCourt           EventKind = "court-order"
	ByExecutive       EventKind = "executive-order"
	ByMOA             EventKind = "agreement"
	ByAgency          EventKind = "policy"
	ByOther           EventKind = "other"
)

var ballot = regexp.MustCompile(`\b(Prop(osition|\.)?|[Bb]allot [Mm]easure|[Bb]allot [Ii]nitiative|[Ii]nitiative( Measure)?|Measure|[Rr]eferendum) (No\. )?[0-9]`)

// kindOfEvent reads what a citation names; a pack of agreements or policies
// says it by its layer.
func kindOfEvent(p *Pack, ref string) EventKind {
	is, _ := AuthorityOf(ref)
	switch {
	case ballot.MatchString(ref):
		return ByBallot
	case is == ByCase:
		return ByCourt
	case p.Layer == comity.Agreement:
		return ByMOA
	case p.Layer == comity.Policy:
		return ByAgency
	case is == ByStatute && (p.Layer == comity.City || p.Layer == comity.County):
		return ByLocalLaw
	}
	return map[Authority]EventKind{
		ByConstitution: ByTheConstitution, ByStatute: ByLaw, ByAct: ByLaw, ByRegulation: ByRule, ByOrdinance: ByLocalLaw,
		ByOrder: ByExecutive, ByAgreement: ByMOA, ByPolicy: ByAgency, ByOpinion: ByOther, "": ByOther,
	}[is]
}

// Events lists what changed after one day, up to and with another, in the law
// that applies at a place, as it is known now; an empty place is every place.
func (b *Book) Events(place, from, to string) ([]Event, error) {
	first, bad := readDay(from)
	if bad != nil {
		return nil, bad
	}
	last, bad := readDay(to)
	if bad != nil {
		return nil, bad
	}
	packs := b.packs
	if place != "" {
		l, ok := b.lawOf(place)
		if !ok {
			return nil, problem("unknown-place", "in", "there is no place "+clip(place), didYouMean(place, b.places.ids))
		}
		packs = l.packs
	}
	known := b.knownNow()
	in := func(w bound) bool { return first < w.day && w.day <= last }
	var out []Event
	for _, p := range packs {
		for _, r := range p.Rules {
			if r.opens || !r.known.coversDay(known) {
				continue
			}
			if in(r.lasts.from) {
				out = append(out, r.event(r.lasts.from.day, Begins))
			}
			if in(r.lasts.until) {
				out = append(out, r.event(r.lasts.until.day, Ends))
			}
		}
		for _, o := range p.Orders {
			if !o.known.coversDay(known) {
				continue
			}
			for _, r := range o.rules {
				if in(o.lasts.from) {
					out = append(out, o.event(o.lasts.from.day, Suspended, b.rules[r]))
				}
				if in(o.lasts.until) {
					out = append(out, o.event(o.lasts.until.day, Freed, b.rules[r]))
				}
			}
		}
	}
	slices.SortStableFunc(out, func(x, y Event) int {
		return cmp.Or(compareText(x.On, y.On), compareText(x.Rule.ID, y.Rule.ID), compareText(string(x.What), string(y.What)))
	})
	return joinChanges(out), nil
}

func (r *Rule) event(on day, what EventIs) Event {
	e := Event{On: on.String(), What: what, Rule: r, Cite: citeOn(r.Cites, on)}
	if what == Ends {
		e.Cite = citeOn(r.Cites, on-1)
	}
	e.By = kindOfEvent(r.pack, e.Cite.Ref)
	return e
}

func (o *Order) event(on day, what EventIs, r *Rule) Event {
	return Event{On: on.String(), What: what, By: ByCourt, Rule: r, Order: o, Cite: citeOn(o.Cites, on)}
}

func citeOn(list []Cite, on day) Cite {
	for _, c := range list {
		if c.in.coversDay(on) {
			return c
		}
	}
	if len(list) > 0 {
		return list[0]
	}
	return Cite{}
}

// joinChanges makes one event of a text that ends when the next of the same
// rule begins.
func joinChanges(list []Event) []Event {
	var out []Event
	for _, e := range list {
		if n := len(out); n > 0 && e.What == Ends && out[n-1].What == Begins && out[n-1].On == e.On && out[n-1].Rule.ID == e.Rule.ID {
			out[n-1].What = Changes
			continue
		}
		out = append(out, e)
	}
	return out
}

// ChangeDays lists every day on which an answer at a place may differ from
// that of the day before, other facts being the same: between two of them the
// law stands still.
func (b *Book) ChangeDays(place string) []string {
	l, ok := b.lawOf(place)
	if !ok {
		return nil
	}
	days := map[day]bool{}
	note := func(p period) {
		for _, w := range []bound{p.from, p.until} {
			days[w.day] = true
			if w.exact { // a question of a day means its noon
				days[w.day+1] = true
			}
		}
	}
	for _, p := range l.packs {
		days[p.knownFrom] = true
		for _, r := range p.Rules {
			note(r.lasts)
			for i := range r.Cites {
				note(r.Cites[i].in)
			}
			for i := range r.Duties {
				note(r.Duties[i].lasts)
			}
		}
		for _, o := range p.Orders {
			note(o.lasts)
		}
		for _, s := range p.Silent {
			note(s.lasts)
		}
	}
	delete(days, firstDay)
	var out []string
	for d := range days {
		if d < lastDay {
			out = append(out, d.String())
		}
	}
	slices.Sort(out)
	return out
}

// KnownOn says whether the rule was known on a day: learned by then, and not
// yet withdrawn.
func (r *Rule) KnownOn(on string) bool {
	d, bad := readDay(on)
	return bad == nil && r.known.coversDay(d)
}

// knownNow is the day whose knowledge is meant where nobody says; without a
// clock, everything that was ever learned.
func (b *Book) knownNow() day {
	if b.Now == nil {
		return lastDay - 1
	}
	return localDay(b.Now().UTC())
}
