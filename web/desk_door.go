package web

import (
	"net/http"

	"comity/door"
)

// A doorView is a call-back check: what to ask the dispatcher, then what to
// read aloud. It has no field for who calls, from where or about whom.
type doorView struct {
	deskPage
	Lang    string // of the words to read aloud
	Other   string
	Ask     string
	Answers []string
	Answer  string
	Script  *door.Script
	Problem bool
	Visits  bool // booked ones are checked here too
}

func (doorView) template() string { return "desk_door" }

// doorCheck shows the check; a posted answer shows the words and adds one to a
// day total. Nothing else is kept.
func (s *site) doorCheck(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	l := s.langOf(r)
	v := doorView{deskPage: s.deskPage(who, "door"), Lang: l.tag, Visits: s.Door != nil}
	if r.FormValue("say") == "es" || r.FormValue("say") == "en" {
		v.Lang = r.FormValue("say")
	}
	v.Other = map[string]string{"en": "es", "es": "en"}[v.Lang]
	v.Ask = door.Ask(l.tag)
	for _, a := range door.Answers {
		v.Answers = append(v.Answers, string(a))
	}
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	answer, err := door.ParseAnswer(r.PostFormValue("answer"))
	if err != nil {
		v.Problem = true
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	script, err := door.Read(v.Lang, answer)
	if err != nil {
		return err
	}
	if s.Counts != nil {
		day := s.Desk.Today(v.Home.Place, who.Agency)
		if err := s.Counts.AddDayTotal(r.Context(), who.Agency, "call-back", day, string(answer), 1); err != nil {
			return err
		}
	}
	v.Answer, v.Script = string(answer), &script
	return s.show(w, r, v)
}
