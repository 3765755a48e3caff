package web

import (
	"net/http"
	"slices"
	"time"

	"comity/desk"
)

// A noticeView is the paper for the person, as it is printed, with the form
// that records its service below, which is not.
type noticeView struct {
	deskPage
	ID      string
	Notice  desk.Notice
	Other   []string // the other languages it can be printed in
	Service formView
}

func (noticeView) template() string { return "desk_notice" }

// notice shows the notice in the person's language, which need not be that of
// the page around it.
func (s *site) notice(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.noticePage(w, r, who, http.StatusOK, nil)
}

func (s *site) noticePage(w http.ResponseWriter, r *http.Request, who Account, status int, problems []formProblem) error {
	if !who.MayOpen() {
		return s.problem(r, http.StatusForbidden, "not-yours")
	}
	card, err := s.Desk.Case(r.Context(), r.PathValue("id"), who.Agency)
	if err != nil {
		return s.notOurs(r, err)
	}
	if card.Kind != "detainer" {
		return s.missing(r, "no-entry")
	}
	if err := s.viewed(r.Context(), who, "notice", card.ID); err != nil {
		return err
	}
	tag := r.URL.Query().Get("in")
	if !slices.Contains(desk.NoticeLangs, tag) {
		tag = s.langOf(r).tag
	}
	l, page := s.langs[tag], s.deskPage(who, "")
	kind, _ := desk.KindOf("notice")
	v := noticeView{deskPage: page, ID: card.ID, Service: s.form(r, who, kind, "")}
	v.Service.Action, v.Service.Problems = entryPath(card.ID)+"/notice?in="+tag, problems
	v.Notice = s.Desk.Notice(card, tag, desk.Referral{Name: page.Home.Referral, Phone: page.Home.Phone}, func(at time.Time) string { return s.when(l, at) })
	for _, other := range desk.NoticeLangs {
		if other != tag {
			v.Other = append(v.Other, other)
		}
	}
	return s.render(w, r, status, v)
}

// served records that the notice was handed over.
func (s *site) served(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	kind, _ := desk.KindOf("notice")
	card, err := s.Desk.Case(r.Context(), r.PathValue("id"), who.Agency)
	if err != nil {
		return s.notOurs(r, err)
	}
	_, err = s.Desk.Handle(r.Context(), desk.Request{
		ID: r.PostFormValue("id"), Agency: who.Agency, Kind: kind.Name, Ref: card.ID, In: card.In, Actor: card.Actor, Role: who.Role,
		Form: readForm(kind, r.PostForm),
	})
	if problems := formProblems(err); problems != nil {
		var shown []formProblem
		for _, p := range problems {
			shown = append(shown, s.langOf(r).formProblem(kind.Name, p))
		}
		return s.noticePage(w, r, who, http.StatusUnprocessableEntity, shown)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, s.langOf(r).link(entryPath(card.ID)), http.StatusSeeOther)
	return nil
}

// An interviewView is the written form before an interview by immigration
// officers.
type interviewView struct {
	deskPage
	ID, Name, Booking string
	Form              desk.InterviewForm
	Other             []string // the other languages
}

func (interviewView) template() string { return "desk_interview" }

func (s *site) interview(w http.ResponseWriter, r *http.Request, who Account) error {
	card, err := s.Desk.Case(r.Context(), r.PathValue("id"), who.Agency)
	if err != nil {
		return s.notOurs(r, err)
	}
	if card.Kind != "detainer" {
		return s.missing(r, "no-entry")
	}
	if err := s.viewed(r.Context(), who, "notice", card.ID); err != nil {
		return err
	}
	tag := r.URL.Query().Get("in")
	if !slices.Contains(desk.InterviewLangs, tag) {
		tag = s.langOf(r).tag
	}
	v := interviewView{deskPage: s.deskPage(who, ""), ID: card.ID, Name: card.Form["name"], Booking: card.Form["booking"], Form: s.Desk.Interview(card, tag)}
	for _, other := range desk.InterviewLangs {
		if other != tag {
			v.Other = append(v.Other, other)
		}
	}
	return s.show(w, r, v)
}
