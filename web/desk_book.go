package web

import (
	"net/http"
	"strings"
	"time"

	"comity/desk"
)

// A bookView is the agency's detainers counted, and what must be looked at.
type bookView struct {
	deskPage
	Empty    bool
	Counts   []bookCount
	Unserved []bookLine
	Handover []bookLine
	Over     []bookLine
	Declined []bookLine
}

func (bookView) template() string { return "desk_book" }

type bookCount struct {
	Label string
	N     int
}

// A bookLine names one case with what the list says of it.
type bookLine struct {
	ID, Name             string
	From, Until          string
	Plain, Form, Federal string
	Ground, Rules        string
}

func (s *site) detainers(w http.ResponseWriter, r *http.Request, who Account) error {
	book, err := s.Desk.Detainers(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	l := s.langOf(r)
	v := bookView{deskPage: s.deskPage(who, "detainers"), Empty: book.Detainers == 0}
	for _, c := range []bookCount{
		{"detainers", book.Detainers}, {"held", book.Held}, {"released", book.Released}, {"handed", book.Handed},
		{"cancelled", book.Cancelled}, {"replaced", book.Replaced}, {"late", book.Late}, {"no-show", book.NoShow},
	} {
		v.Counts = append(v.Counts, bookCount{l.say("desk.book." + c.Label), c.N})
	}
	var shown []string
	line := func(c desk.Card) bookLine {
		shown = append(shown, c.ID)
		name := c.ID
		if who.MayOpen() && c.Form["booking"] != "" {
			name = c.Form["booking"]
		}
		return bookLine{ID: c.ID, Name: name}
	}
	for _, c := range book.Unserved {
		v.Unserved = append(v.Unserved, line(c))
	}
	for _, c := range book.Handover {
		v.Handover = append(v.Handover, line(c))
	}
	for _, o := range book.Over {
		v.Over = append(v.Over, s.overTime(l, o, line(o.Card)))
	}
	for _, d := range book.Declined {
		one := line(d.Card)
		one.Until, one.Rules = s.when(l, d.At.In(s.zone(d.Card.In))), strings.Join(d.Rules, "; ")
		if d.Ground != "" {
			one.Ground = l.option("desk.act.ground", d.Ground)
		}
		v.Declined = append(v.Declined, one)
	}
	if err := s.viewed(r.Context(), who, "list", shown...); err != nil {
		return err
	}
	return s.show(w, r, v)
}

func (s *site) overTime(l *lang, o desk.HeldOver, line bookLine) bookLine {
	zone := s.zone(o.Card.In)
	hours := func(d time.Duration) string {
		if d == 0 {
			return "–"
		}
		minutes := int(d / time.Minute)
		return l.say("desk.book.hours", "Hours", minutes/60, "Minutes", minutes%60)
	}
	line.From, line.Until = s.when(l, o.From.In(zone)), s.when(l, o.Until.In(zone))
	if o.Still {
		line.Until = l.say("desk.book.still")
	}
	line.Plain, line.Form, line.Federal = hours(o.Extra.Plain), hours(o.Extra.Form), hours(o.Extra.Federal)
	return line
}
