package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"comity"
	"comity/law"
)

type coverageView struct {
	On     string
	Act    string // chosen act, or ""
	Groups []choiceGroup
	Kinds  []coverKind
	Packs  int
	Rules  int
	Signed int // packs that a lawyer reviewed
	Stale  int
	// The states, the District of Columbia and the territories together.
	States struct {
		Places int
		law.Tally
	}
	Marks []law.CellKind
}

// A coverKind is the states together, or the cities.
type coverKind struct {
	Kind string
	Rows []coverRow
}

// A coverRow is one place of the table.
type coverRow struct {
	Place comity.Place
	State string     // that a county or city lies in
	Cell  *coverCell // of the act, if one was chosen
	law.Tally
}

func (coverageView) template() string { return "coverage" }

// coverage is the national picture: acts by places, nothing left blank and
// nothing ranked. ?act=… shows one act in every place.
func (s *site) coverage(w http.ResponseWriter, r *http.Request) error {
	v := coverageView{On: s.Now().Format(time.DateOnly), Act: r.URL.Query().Get("act"), Groups: allActGroups(s.Law.Vocabulary()), Marks: law.CellKinds()}
	if _, ok := s.Law.Vocabulary().Act(v.Act); v.Act != "" && !ok {
		return s.missing(r, "no-act")
	}
	for _, p := range s.Law.Packs() {
		v.Packs++
		v.Rules += len(p.Rules)
		if p.IsReviewed() {
			v.Signed++
		}
		if p.Stale(v.On) {
			v.Stale++
		}
	}
	var rows []coverRow
	for _, place := range s.Law.CoveredPlaces() {
		row := coverRow{Place: place}
		if state, ok := s.find.stateOf(place.ID); ok && state.ID != place.ID {
			row.State = state.Name
		}
		for _, c := range s.Law.Table(place.ID, v.On) {
			row.Add(c)
			if place.Kind == "state" || place.Kind == "territory" {
				v.States.Add(c)
			}
			if c.Act == v.Act {
				cell := s.coverCell(c, v.On)
				cell.Whole = "/coverage/" + place.ID + "#" + c.Act
				row.Cell = &cell
			}
		}
		if place.Kind == "state" || place.Kind == "territory" {
			v.States.Places++
		}
		rows = append(rows, row)
	}
	v.Kinds = byKind(rows)
	return s.show(w, r, v)
}

// byKind puts the nation first and then states, territories, counties and
// cities, each in order of name.
func byKind(rows []coverRow) []coverKind {
	slices.SortFunc(rows, func(a, b coverRow) int {
		return cmp.Or(cmp.Compare(kindRank(a.Place), kindRank(b.Place)), cmp.Compare(a.Place.Name, b.Place.Name))
	})
	var out []coverKind
	for _, row := range rows {
		if len(out) == 0 || out[len(out)-1].Kind != row.Place.Kind {
			out = append(out, coverKind{Kind: row.Place.Kind})
		}
		last := &out[len(out)-1]
		last.Rows = append(last.Rows, row)
	}
	return out
}

func kindRank(p comity.Place) int {
	return slices.Index([]string{"nation", "state", "territory", "county", "city", "tribe"}, p.Kind)
}

func allActGroups(v *law.Vocabulary) []choiceGroup {
	var out []choiceGroup
	for _, name := range v.ActGroups {
		out = append(out, choiceGroup{Name: name, Choices: v.ActsIn(name)})
	}
	return out
}

// coverageCSV is the whole table, one cell a row.
func (s *site) coverageCSV(w http.ResponseWriter, r *http.Request) error {
	on := s.Now().Format(time.DateOnly)
	rows := [][]string{{"place", "act", "is", "grade", "rules", "contested", "gap_beside", "as_of"}}
	for _, place := range s.Law.CoveredPlaces() {
		for _, c := range s.Law.Table(place.ID, on) {
			rows = append(rows, []string{place.ID, c.Act, string(c.Is), string(c.Grade), strconv.Itoa(len(c.Rules)),
				strconv.FormatBool(c.Contested), strconv.FormatBool(c.Is == law.CellRule && c.HasGap()), c.AsOf})
		}
	}
	_ = csvFile(w, "comity-coverage-"+on+".csv").WriteAll(rows) // the reader may have left
	return nil
}
