package web

import (
	"net/http"
	"strings"

	"comity"
	"comity/record"
)

// An eraseView is an order to erase: first the order, then what it destroys and
// what stays, and only then the doing.
type eraseView struct {
	deskPage
	ID, Kind, When string
	Court, Number  string // as typed
	By             string
	Chain, Header  bool
	Sorts          []formOption
	Preview        bool
	Authority      string // court and number, as the entry will name it
	Goes, Stays    []chainLine
	Fields         int // sealed fields that go
	Holds          []orderLine
	Erased         bool // the content is gone already
	Problems       []formProblem
}

func (eraseView) template() string { return "desk_erase" }

// erase carries out an order in two steps. A litigation hold refuses both.
func (s *site) erase(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	v, err := s.eraseView(r, who)
	if err != nil {
		return s.notOurs(r, err)
	}
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	o := v.order()
	err = o.Check()
	if err == nil && len(v.Holds) > 0 {
		err = &comity.Problem{Code: "on-hold", Message: "a litigation hold keeps this case: nothing was erased"}
	}
	if err == nil && r.PostFormValue("step") != "2" {
		v.Preview = true
		return s.show(w, r, v)
	}
	if err == nil && r.PostFormValue("confirmed") != "yes" {
		v.Preview = true
		err = &comity.Problem{Code: "not-confirmed", Message: "tick that the order covers what is listed", Where: "confirmed"}
	}
	if err == nil {
		_, err = s.Desk.Expunge(r.Context(), who.Agency, o)
	}
	if v.Problems = s.orderProblems(r, err); v.Problems != nil {
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, s.langOf(r).link("/desk/orders"), http.StatusSeeOther)
	return nil
}

func (s *site) eraseView(r *http.Request, who Account) (eraseView, error) {
	l := s.langOf(r)
	v := eraseView{
		deskPage: s.deskPage(who, "orders"), ID: r.PathValue("id"), By: r.PostFormValue("by"),
		Court: strings.TrimSpace(r.PostFormValue("court")), Number: strings.TrimSpace(r.PostFormValue("number")),
		Chain: r.PostFormValue("scope") != "one", Header: r.PostFormValue("header") == "withdrawn",
	}
	if v.By == "" {
		v.By = string(record.ByCourt)
	}
	for _, by := range record.Authorities() {
		v.Sorts = append(v.Sorts, formOption{string(by), l.say("orders.by." + string(by)), v.By == string(by)})
	}
	v.Authority = v.order().Authority
	going, card, err := s.going(r, who, v.ID, v.Chain)
	if err != nil {
		return v, err
	}
	v.Kind, v.When, v.Erased = l.say("desk.kind."+card.Kind), s.when(l, card.Happened.In(s.zone(card.In))), card.Erased
	v.Goes, v.Stays = s.chainLines(l, going.Goes), s.chainLines(l, going.Stays)
	for _, line := range v.Goes {
		v.Fields += line.Sealed
	}
	for _, h := range going.Holds {
		v.Holds = append(v.Holds, orderLine{ID: h.ID, About: h.Entry, Authority: h.Authority, When: s.when(l, h.Since.In(s.zone(card.In)))})
	}
	return v, nil
}

// order is what was typed. Without a court or a number it names no authority.
func (v eraseView) order() record.Order {
	o := record.Order{Entry: v.ID, By: record.By(v.By), Chain: v.Chain, Header: v.Header}
	if v.Court != "" && v.Number != "" {
		o.Authority = v.Court + ", " + v.Number
	}
	return o
}
