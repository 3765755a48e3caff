package web

import (
	"net/http"
	"net/url"
	"slices"

	"comity/atlas"
)

type answersView struct {
	Text  string // what was asked, in the asker's own words
	Found []atlas.Answer
	All   []atlas.View
}

func (answersView) template() string { return "answers" }

// answers lists the questions that have a cited answer. One asked in somebody's
// own words is posted, so that it stands in no address, and is not kept.
func (s *site) answers(w http.ResponseWriter, r *http.Request) error {
	var v answersView
	if s.Answers == nil {
		return s.show(w, r, v)
	}
	if r.Method == http.MethodPost {
		if err := s.readForm(r); err != nil {
			return err
		}
		v.Text = r.PostForm.Get("question")
		match := s.Answers.Match(v.Text, s.langOf(r).tag)
		if match.Kind == atlas.MatchAnswer {
			http.Redirect(w, r, s.langOf(r).link("/answers/"+match.IDs[0]), http.StatusSeeOther)
			return nil
		}
		for _, id := range match.IDs {
			if a, ok := s.Answers.Get(id); ok {
				v.Found = append(v.Found, a)
			}
		}
	}
	for _, a := range s.Answers.All() {
		if view, ok := s.Answers.View(a.ID, s.Now()); ok {
			v.All = append(v.All, view)
		}
	}
	return s.show(w, r, v)
}

type answerView struct {
	View      atlas.View
	FollowUps []atlas.Answer
	Ask       string // address of the interview for one place
}

func (answerView) template() string { return "answer" }

func (s *site) answer(w http.ResponseWriter, r *http.Request) error {
	if s.Answers == nil {
		return s.missing(r, "no-answer")
	}
	view, ok := s.Answers.View(r.PathValue("id"), s.Now())
	if !ok {
		return s.missing(r, "no-answer")
	}
	v := answerView{View: view}
	for _, id := range view.Answer.FollowUps {
		if a, ok := s.Answers.Get(id); ok {
			v.FollowUps = append(v.FollowUps, a)
		}
	}
	if in := view.Answer.Interview; in != nil {
		v.Ask = "/ask?" + url.Values{"actor": {in.Actor}, "act": {in.Act}}.Encode()
	}
	return s.show(w, r, v)
}

// sourcesOf picks the sources with these keys from an answer's list.
func sourcesOf(v atlas.View, keys []string) []atlas.Source {
	var out []atlas.Source
	for _, s := range v.Sources {
		if slices.Contains(keys, s.Key) {
			out = append(out, s)
		}
	}
	return out
}
