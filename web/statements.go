package web

import (
	"net/http"
	"net/url"
	"strings"

	"comity/desk"
)

// A statementsView is what an agency says to everyone about operations and
// rumours, in its own words, with what other agencies say beside it.
type statementsView struct {
	ORI, Agency string
	One         bool // a page of one
	List        []statementLine
}

func (statementsView) template() string { return "statements" }

type statementLine struct {
	ID, About, Role, When, By string
	Withdrawn                 bool
	Rumour, Did, DidNot       string
	Foreign                   bool   // its words are English on a Spanish page
	Evidence, Link            string // as it was written; address, where it is one
	Theirs                    []theirLine
}

type theirLine struct{ Agency, How, When, Version string }

// statements lists those of one agency.
func (s *site) statements(w http.ResponseWriter, r *http.Request) error {
	list, err := s.statementsOf(r)
	if err != nil {
		return err
	}
	v := s.statementsView(r)
	for _, one := range list {
		v.List = append(v.List, s.statementLine(s.langOf(r), one))
	}
	return s.show(w, r, v)
}

// statement is one of them, with an address to send to whoever asks.
func (s *site) statement(w http.ResponseWriter, r *http.Request) error {
	one, err := s.statementNamed(r)
	if err != nil {
		return err
	}
	v := s.statementsView(r)
	v.One, v.List = true, []statementLine{s.statementLine(s.langOf(r), one)}
	return s.show(w, r, v)
}

// statementReceipt is the signed proof of its words.
func (s *site) statementReceipt(w http.ResponseWriter, r *http.Request) error {
	one, err := s.statementNamed(r)
	if err != nil {
		return err
	}
	text, err := s.Desk.StatementReceipt(r.Context(), one)
	if err != nil {
		return err
	}
	handOut(w, "statement-"+one.Card.ID+".json", "application/json", text)
	return nil
}

func (s *site) statementsOf(r *http.Request) ([]desk.Statement, error) {
	if s.Desk == nil {
		return nil, nil
	}
	return s.Desk.Statements(r.Context(), strings.ToUpper(r.PathValue("ori")))
}

func (s *site) statementNamed(r *http.Request) (desk.Statement, error) {
	list, err := s.statementsOf(r)
	if err != nil {
		return desk.Statement{}, err
	}
	for _, one := range list {
		if one.Card.ID == r.PathValue("id") {
			return one, nil
		}
	}
	return desk.Statement{}, s.missing(r, "no-page")
}

func (s *site) statementsView(r *http.Request) statementsView {
	v := statementsView{ORI: strings.ToUpper(r.PathValue("ori"))}
	v.Agency = v.ORI
	if s.Homes != nil {
		if home, ok := s.Homes.Home(v.ORI); ok {
			v.Agency = home.Name
		}
	}
	return v
}

func (s *site) statementLine(l *lang, one desk.Statement) statementLine {
	form, zone := one.Card.Form, s.zone(one.Card.In)
	out := statementLine{
		ID: one.Card.ID, About: l.option("desk.statement.about", form["about"]), Role: l.option("desk.statement.role", form["role"]), When: s.when(l, one.Released.In(zone)),
		By: l.say("desk.role." + one.By), Withdrawn: one.Withdrawn, Rumour: form["rumour"], Did: form["did"], DidNot: form["did_not"], Evidence: form["evidence"], Foreign: l.tag != tags[0],
	}
	if l.tag == "es" && form["did_es"] != "" && form["did_not_es"] != "" && (form["rumour"] == "" || form["rumour_es"] != "") {
		out.Rumour, out.Did, out.DidNot, out.Foreign = form["rumour_es"], form["did_es"], form["did_not_es"], false
	}
	if u, err := url.Parse(out.Evidence); err == nil && u.Scheme == "https" && u.Host != "" {
		out.Link = u.String()
	}
	for _, step := range one.Theirs {
		out.Theirs = append(out.Theirs, theirLine{step.Form["whose"], l.option("desk.statement-step.how", step.Form["how"]), s.when(l, step.Happened.In(zone)), step.Form["version"]})
	}
	return out
}
