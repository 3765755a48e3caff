package web

import (
	"net/http"
	"slices"
	"time"

	"comity"
	"comity/law"
)

type offencesView struct {
	Place   comity.Place
	On      string
	Section string
	Looks   []law.Look
	Asked   bool
	Tables  []*law.Table
}

func (offencesView) template() string { return "offences" }

// offences shows the dated lists of offences that a place uses, and on which
// of them a section of code stands.
func (s *site) offences(w http.ResponseWriter, r *http.Request) error {
	p, ok := s.Law.Place(r.PathValue("place"))
	if !ok {
		return s.missing(r, "no-place")
	}
	v := offencesView{Place: p, On: r.URL.Query().Get("on"), Section: r.URL.Query().Get("section")}
	if _, err := time.Parse(time.DateOnly, v.On); err != nil {
		v.On = s.Now().Format(time.DateOnly)
	}
	v.Tables = s.Law.TablesAt(p.ID, v.On)
	v.Looks = s.Law.Look(p.ID, v.On, v.Section)
	v.Asked = v.Section != ""
	return s.show(w, r, v)
}

// hasTable says whether a list of offences helps with a fact in a place.
func (s *site) hasTable(q comity.Question, fact string) bool {
	return slices.ContainsFunc(s.Law.TablesAt(q.In, q.On), func(t *law.Table) bool { return t.Fact == fact })
}
