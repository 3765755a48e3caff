package web

import (
	"net/http"

	"comity/access"
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

	Open    []door.Question // that wait for this person's yes or no
	Waiting *door.Question  // what was asked, until it is answered
	Number  string          // as typed, where it is none
	Gone    bool            // the question stood too long
}

func (doorView) template() string { return "desk_door" }

// doorCheck shows the check; a posted answer shows the words and adds one to a
// day total; a posted number is put to dispatch on its screen. Nothing else is kept.
func (s *site) doorCheck(w http.ResponseWriter, r *http.Request, who Account) error {
	v, err := s.doorDesk(r, who)
	if err != nil {
		return err
	}
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	if r.PostFormValue("do") == "ask" {
		one, err := s.questions.Ask(who.Agency, r.PostFormValue("number"), s.Now())
		if err != nil {
			v.Number, v.Problem = r.PostFormValue("number"), true
			return s.render(w, r, http.StatusUnprocessableEntity, v)
		}
		http.Redirect(w, r, s.langOf(r).link("/desk/door/asked/"+one.ID+"?say="+v.Lang), http.StatusSeeOther)
		return nil
	}
	answer, err := door.ParseAnswer(r.PostFormValue("answer"))
	if err != nil {
		v.Problem = true
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	if err := s.countCallBack(r, v, answer); err != nil {
		return err
	}
	return s.readAloud(w, r, v, answer)
}

// doorDesk is what every page of a call-back check shows.
func (s *site) doorDesk(r *http.Request, who Account) (doorView, error) {
	if err := s.readForm(r); err != nil {
		return doorView{}, err
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
	v.Open = s.openQuestions(who)
	return v, nil
}

// openQuestions are those that this person may answer: a dispatcher or whoever
// commands the watch.
func (s *site) openQuestions(who Account) []door.Question {
	if !who.May(access.UseDispatch) {
		return nil
	}
	return s.questions.Open(who.Agency, s.Now())
}

// doorAsked shows whoever asked what dispatch answered.
func (s *site) doorAsked(w http.ResponseWriter, r *http.Request, who Account) error {
	v, err := s.doorDesk(r, who)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	one, stands := s.questions.Find(who.Agency, r.PathValue("id"), s.Now())
	switch {
	case !stands:
		v.Gone = true
		return s.render(w, r, http.StatusNotFound, v)
	case one.Answer == "":
		v.Waiting = &one
		return s.show(w, r, v)
	}
	return s.readAloud(w, r, v, one.Answer)
}

// answerDoor keeps dispatch's yes or no; it names nobody.
func (s *site) answerDoor(w http.ResponseWriter, r *http.Request, who Account) error {
	v, err := s.doorDesk(r, who)
	if err != nil {
		return err
	}
	answer, err := door.ParseAnswer(r.PostFormValue("answer"))
	if err != nil {
		return err
	}
	if err := s.questions.Answer(who.Agency, r.PathValue("id"), answer, s.Now()); err != nil {
		v.Gone = true
		return s.render(w, r, http.StatusNotFound, v)
	}
	if err := s.countCallBack(r, v, answer); err != nil {
		return err
	}
	http.Redirect(w, r, s.langOf(r).link("/desk/door"), http.StatusSeeOther)
	return nil
}

func (s *site) countCallBack(r *http.Request, v doorView, answer door.Answer) error {
	if s.Counts == nil {
		return nil
	}
	day := s.Desk.Today(v.Home.Place, v.Who.Agency)
	return s.Counts.AddDayTotal(r.Context(), v.Who.Agency, "call-back", day, string(answer), 1)
}

func (s *site) readAloud(w http.ResponseWriter, r *http.Request, v doorView, answer door.Answer) error {
	script, err := door.Read(v.Lang, answer)
	if err != nil {
		return err
	}
	v.Answer, v.Script = string(answer), &script
	return s.show(w, r, v)
}
