package web

import (
	"net/http"
	"strings"

	"comity/door"
)

type tellView struct{ Tell []door.Tell }

func (tellView) template() string { return "tell" }

// tell says how anyone can check who is at a door, and lists the agencies that
// describe their own staff.
func (s *site) tell(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, tellView{s.Tell})
}

type tellAgencyView struct {
	Tell   door.Tell
	Banner []door.Text
	Stale  bool
}

func (tellAgencyView) template() string { return "tell_agency" }

// tellAgency is one agency's own page, by its ORI or, for a sample, its id.
func (s *site) tellAgency(w http.ResponseWriter, r *http.Request) error {
	key := r.PathValue("ori")
	for _, t := range s.Tell {
		if t.ID == key || t.ORI != "" && strings.EqualFold(t.ORI, key) {
			return s.show(w, r, tellAgencyView{t, t.Banner(s.Now()), t.Stale(s.Now())})
		}
	}
	return s.missing(r, "no-tell")
}
