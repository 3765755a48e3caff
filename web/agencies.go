package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"comity"
	"comity/atlas"
	"comity/door"
)

type agenciesView struct {
	Query, State string
	States       []comity.Place
	Asked        bool
	Found        []comity.Agency
	More         bool
	Total        int
}

func (agenciesView) template() string { return "agencies" }

const agenciesShown = 50

// agencies finds an agency by name and state.
func (s *site) agencies(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := agenciesView{Query: strings.TrimSpace(q.Get("q")), State: strings.ToUpper(q.Get("state"))}
	for _, p := range s.Law.Places() {
		if p.Kind == "state" || p.Kind == "territory" {
			v.States = append(v.States, p)
		}
	}
	slices.SortFunc(v.States, func(a, b comity.Place) int { return cmp.Compare(a.Name, b.Name) })
	if s.Agencies != nil {
		v.Total = s.Agencies.Len()
		if v.Asked = v.Query != "" || v.State != ""; v.Asked {
			v.Found = s.Agencies.Search(v.Query, v.State, agenciesShown+1)
		}
	}
	if v.More = len(v.Found) > agenciesShown; v.More {
		v.Found = v.Found[:agenciesShown]
	}
	return s.show(w, r, v)
}

type agencyView struct {
	Page atlas.AgencyPage
	Ask  string // place to ask about
	Tell *door.Tell
	List string // day of the latest list of agreements
}

func (agencyView) template() string { return "agency" }

// agency is the page of one agency: where it is, its agreements as the dated
// lists show them, and where the law it is under may be read.
func (s *site) agency(w http.ResponseWriter, r *http.Request) error {
	if s.Agencies == nil {
		return s.missing(r, "no-agency")
	}
	page, ok := s.Agencies.Page(strings.ToUpper(r.PathValue("ori")), s.Agreements, s.Law.Places())
	if !ok {
		return s.missing(r, "no-agency")
	}
	v := agencyView{Page: page, Tell: s.tellOf(page.Agency.ORI)}
	if len(page.Places) > 0 {
		v.Ask = page.Places[0].ID
	}
	if s.Agreements != nil {
		for _, l := range s.Agreements.Lists() {
			v.List = max(v.List, l.Day)
		}
	}
	return s.show(w, r, v)
}

// tellOf is the guide of an agency to its own staff, nil where it has none.
func (s *site) tellOf(ori string) *door.Tell {
	i := slices.IndexFunc(s.Tell, func(t door.Tell) bool { return t.ORI == ori && ori != "" })
	if i < 0 {
		return nil
	}
	return &s.Tell[i]
}

// match says how the ORI of an agreement was found, or why it was not.
func (l *lang) match(how string) string {
	if strings.HasPrefix(how, "none") {
		return l.say("match.none")
	}
	return l.orPlain("match.", how)
}
