package web

import (
	"math"
	"net/http"
	"strconv"
	"strings"

	"comity/desk"
	"comity/record"
)

// What counsel is ordered, and what came of it: holds, erasures, and the list of
// both. See docs/erasure.md.

// orderedAtOnce is how many lines the list of orders shows on a page.
const orderedAtOnce = 50

type ordersView struct {
	deskPage
	Holds   []orderLine
	Looks   []lookLine
	Ordered []orderLine
	Older   string // index below which the next page begins; empty: this is the last
	Latest  bool   // this is the first page
}

func (ordersView) template() string { return "desk_orders" }

// An orderLine is one hold or erasure, in words.
type orderLine struct {
	ID, About, What, When, Authority string
	InForce                          bool
}

// orders lists the holds in force, what waits for a second person, and
// everything that was ordered. Nothing on it is sealed.
func (s *site) orders(w http.ResponseWriter, r *http.Request, who Account) error {
	v := ordersView{deskPage: s.deskPage(who, "orders"), Latest: true}
	l, below := s.langOf(r), int64(math.MaxInt64)
	if n, err := strconv.ParseInt(r.URL.Query().Get("below"), 10, 64); err == nil {
		below, v.Latest = n, false
	}
	if v.Latest {
		if err := s.openOrders(r, l, who, &v); err != nil {
			return err
		}
	}
	list, err := s.Desk.Ordered(r.Context(), who.Agency, below, orderedAtOnce)
	if err != nil {
		return err
	}
	for _, o := range list {
		v.Ordered = append(v.Ordered, s.orderLine(l, o))
	}
	if len(list) == orderedAtOnce {
		v.Older = strconv.FormatInt(list[len(list)-1].Card.Index, 10)
	}
	return s.show(w, r, v)
}

// openOrders is what is still in force or waits for somebody.
func (s *site) openOrders(r *http.Request, l *lang, who Account, v *ordersView) error {
	holds, err := s.Desk.HoldsInForce(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	for _, o := range holds {
		v.Holds = append(v.Holds, s.orderLine(l, o))
	}
	looks, err := s.Desk.Looks(r.Context(), who.Agency, looksAtOnce)
	if err != nil {
		return err
	}
	for _, k := range looks {
		line, err := s.lookLine(r.Context(), l, k)
		if err != nil {
			return err
		}
		v.Looks = append(v.Looks, line)
	}
	return nil
}

func (s *site) orderLine(l *lang, o desk.Ordered) orderLine {
	out := orderLine{
		ID: o.Card.ID, About: o.About, Authority: o.Authority, InForce: o.InForce,
		What: l.say("orders.what." + o.What), When: s.when(l, o.Card.Stored),
	}
	if o.By != "" {
		out.What += " · " + l.say("orders.by."+o.By)
	}
	if o.Header {
		out.What += " · " + l.say("orders.header-withdrawn")
	}
	return out
}

type holdView struct {
	deskPage
	ID        string // of the entry
	Kind      string
	When      string
	New       string // id of the hold that the form will make
	Authority string // as typed
	Chain     []chainLine
	Holds     []orderLine
	Problems  []formProblem
}

func (holdView) template() string { return "desk_hold" }

// A chainLine is one entry of a chain, without what is sealed.
type chainLine struct {
	ID, Kind, When string
	Sealed         int    // fields
	Stays          string // why no order destroys it; empty: it goes
}

// hold sets a litigation hold, or lifts one.
func (s *site) hold(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	id, status := r.PathValue("id"), http.StatusOK
	var problems []formProblem
	if r.Method == http.MethodPost {
		err := s.orderHold(r, who, id)
		if err == nil {
			http.Redirect(w, r, s.langOf(r).link(entryPath(id)), http.StatusSeeOther)
			return nil
		}
		if problems = s.orderProblems(r, err); problems == nil {
			return err
		}
		status = http.StatusUnprocessableEntity
	}
	v, err := s.holdView(r, who, id)
	if err != nil {
		return s.notOurs(r, err)
	}
	v.Problems = problems
	return s.render(w, r, status, v)
}

func (s *site) orderHold(r *http.Request, who Account, id string) error {
	o := record.HoldOrder{ID: r.PostFormValue("id"), Authority: strings.TrimSpace(r.PostFormValue("authority")), Role: who.Role}
	if lifts := r.PostFormValue("lifts"); lifts != "" {
		_, err := s.Desk.LiftHold(r.Context(), who.Agency, lifts, o)
		return err
	}
	_, err := s.Desk.Hold(r.Context(), who.Agency, id, o)
	return err
}

func (s *site) holdView(r *http.Request, who Account, id string) (holdView, error) {
	l := s.langOf(r)
	going, card, err := s.going(r, who, id, true)
	if err != nil {
		return holdView{}, err
	}
	v := holdView{
		deskPage: s.deskPage(who, "orders"), ID: id, Kind: l.say("desk.kind." + card.Kind), When: s.when(l, card.Happened.In(s.zone(card.In))),
		New: newID(), Authority: r.PostFormValue("authority"), Chain: s.chainLines(l, going.Goes),
	}
	for _, h := range going.Holds {
		v.Holds = append(v.Holds, orderLine{ID: h.ID, About: h.Entry, Authority: h.Authority, When: s.when(l, h.Since.In(s.zone(card.In)))})
	}
	return v, nil
}

// going reads the entry and what an order about it would reach.
func (s *site) going(r *http.Request, who Account, id string, chain bool) (desk.Going, desk.Card, error) {
	card, err := s.Desk.Case(r.Context(), id, who.Agency)
	if err != nil {
		return desk.Going{}, card, err
	}
	going, err := s.Desk.Going(r.Context(), who.Agency, id, chain)
	return going, card, err
}

func (s *site) chainLines(l *lang, cards []desk.Card) []chainLine {
	var out []chainLine
	for _, c := range cards {
		line := chainLine{ID: c.ID, Kind: l.say("desk.kind." + c.Kind), When: s.when(l, c.Happened.In(s.zone(c.In))), Sealed: len(c.Sealed())}
		switch {
		case c.Erased:
			line.Stays = l.say("orders.stays.erased")
		case c.Kind == "hold" || c.Kind == "erasure":
			line.Stays = l.say("orders.stays.own")
		}
		out = append(out, line)
	}
	return out
}

// orderProblems says what is wrong with an order in words; nil: it is our fault.
func (s *site) orderProblems(r *http.Request, err error) []formProblem {
	var out []formProblem
	for _, p := range formProblems(err) {
		out = append(out, s.langOf(r).formProblem("look", p))
	}
	return out
}
