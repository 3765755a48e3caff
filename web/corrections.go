package web

import (
	"net/http"

	"comity/atlas"
)

type correctionsView struct {
	Rule    string // the rule, pack or place that the reader came from
	Law     string
	Contact string
	List    []atlas.Correction
}

func (correctionsView) template() string { return "corrections" }

// corrections tells how to report wrong law and logs what was put right.
func (s *site) corrections(w http.ResponseWriter, r *http.Request) error {
	v := correctionsView{Law: s.Law.Digest(), Contact: s.Contact, List: s.Corrections}
	if id := r.URL.Query().Get("about"); id != "" {
		_, _, isRule := s.Law.Rule(id)
		_, isPack := s.Law.Pack(id)
		if isRule || isPack {
			v.Rule = id
		}
	}
	return s.show(w, r, v)
}
