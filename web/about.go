package web

import "net/http"

type aboutView struct{}

func (aboutView) template() string { return "about" }

// about says what Comity is, what it keeps and never keeps, and its limits.
func (s *site) about(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, aboutView{})
}
