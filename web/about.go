package web

import (
	"cmp"
	"net/http"
	"slices"

	"comity"
)

type aboutView struct{}

func (aboutView) template() string { return "about" }

// about says what Comity is, what it keeps and never keeps, and its limits.
func (s *site) about(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, aboutView{})
}

type coverageView struct {
	Rows    []coverRow
	Missing []comity.Place // states and territories without a pack
	Seen    int            // citations whose text was seen
	Second  int
	Memory  int
}

// A coverRow is a place with packs of its own.
type coverRow struct {
	Place     comity.Place
	Packs     int
	Rules     int
	KnownFrom string // the first day on which any of them speaks
	Reviewed  int
}

func (coverageView) template() string { return "coverage" }

// coverage says plainly which law is here, since when, how well it is known,
// and where there is none.
func (s *site) coverage(w http.ResponseWriter, r *http.Request) error {
	var v coverageView
	rows := map[string]*coverRow{}
	for _, p := range s.Law.Packs() {
		row := rows[p.Place]
		if row == nil {
			place, _ := s.Law.Place(p.Place)
			row = &coverRow{Place: place}
			rows[p.Place] = row
		}
		row.Packs++
		row.Rules += len(p.Rules)
		row.KnownFrom = earliest(row.KnownFrom, p.KnownFrom)
		if len(p.Reviewed) > 0 {
			row.Reviewed++
		}
		for _, rule := range p.Rules {
			v.grade(bestGrade(rule))
		}
	}
	for _, row := range rows {
		v.Rows = append(v.Rows, *row)
	}
	slices.SortFunc(v.Rows, func(a, b coverRow) int { return cmp.Compare(a.Place.ID, b.Place.ID) })
	for _, p := range s.Law.Places() {
		if (p.Kind == "state" || p.Kind == "territory") && rows[p.ID] == nil {
			v.Missing = append(v.Missing, p)
		}
	}
	slices.SortFunc(v.Missing, func(a, b comity.Place) int { return cmp.Compare(a.Name, b.Name) })
	return s.show(w, r, v)
}

func (v *coverageView) grade(g comity.Grade) {
	switch g {
	case comity.GradeA:
		v.Seen++
	case comity.GradeB:
		v.Second++
	default:
		v.Memory++
	}
}

func earliest(a, b string) string {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}
