package web

import (
	"cmp"
	"encoding/csv"
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
	Cells  []coverCell // of the act, by place
	Rows   []coverRow
	Packs  int
	Rules  int
	Signed int // packs that a lawyer reviewed
	Stale  int
	// The states, the District of Columbia and the territories together.
	States coverCount
	Marks  []law.CellKind
}

// A coverRow is one place of the table.
type coverRow struct {
	Place comity.Place
	coverCount
}

// A coverCount counts acts by what the law of a place holds on them.
type coverCount struct {
	Places, Acts, None         int // None: acts of places without any pack
	A, B, C, GapBeside         int
	Meant, Searched, Gap, Open int
}

func (c *coverCount) add(cell law.Cell) {
	c.Acts++
	if cell.Is == law.CellRule && cell.HasGap() {
		c.GapBeside++
	}
	*map[law.CellKind]*int{law.CellRule: c.grade(cell.Grade), law.CellMeant: &c.Meant, law.CellSearched: &c.Searched,
		law.CellUnread: &c.Gap, law.CellOpen: &c.Open, law.CellNoPack: &c.None}[cell.Is]++
}

func (c *coverCount) grade(g comity.Grade) *int {
	switch g {
	case comity.GradeA:
		return &c.A
	case comity.GradeB:
		return &c.B
	}
	return &c.C
}

// Share is how many of a hundred acts have a rule.
func (c coverCount) Share() int { return 100 * (c.A + c.B + c.C) / max(1, c.Acts) }

// Empty says that no law of the place is loaded.
func (c coverCount) Empty() bool { return c.None == c.Acts }

func (coverageView) template() string { return "coverage" }

// A coverCell is a cell with what a page needs to show it.
type coverCell struct {
	law.Cell
	In    comity.Place
	IDs   []string // of its rules
	Stale bool     // a pack it rests on is due for a check
	// Penalties are what its bans and duties threaten, as the packs say it;
	// Unpunished says that there are some and no penalty was found.
	Penalties  []string
	Unpunished bool
}

func (s *site) coverCell(p comity.Place, c law.Cell, on string) coverCell {
	out := coverCell{Cell: c, In: p}
	for _, r := range c.Rules {
		out.IDs = append(out.IDs, r.ID)
		if _, pack, ok := s.Law.Rule(r.ID); ok && pack.Stale(on) {
			out.Stale = true
		}
	}
	slices.Sort(out.IDs)
	out.IDs = slices.Compact(out.IDs)
	for _, r := range c.Rules {
		if r.Penalty != "" && !slices.Contains(out.Penalties, r.Penalty) {
			out.Penalties = append(out.Penalties, r.Penalty)
		}
		out.Unpunished = out.Unpunished || r.Verdict != comity.Permitted
	}
	out.Unpunished = out.Unpunished && len(out.Penalties) == 0
	return out
}

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
	for _, place := range s.Law.CoveredPlaces() {
		row := coverRow{Place: place}
		for _, c := range s.Law.Table(place.ID, v.On) {
			row.add(c)
			if place.Kind == "state" || place.Kind == "territory" {
				v.States.add(c)
			}
			if c.Act == v.Act {
				v.Cells = append(v.Cells, s.coverCell(place, c, v.On))
			}
		}
		if place.Kind == "state" || place.Kind == "territory" {
			v.States.Places++
		}
		v.Rows = append(v.Rows, row)
	}
	byName := func(a, b comity.Place) int {
		return cmp.Or(cmp.Compare(kindRank(a), kindRank(b)), cmp.Compare(a.Name, b.Name))
	}
	slices.SortFunc(v.Rows, func(a, b coverRow) int { return byName(a.Place, b.Place) })
	slices.SortFunc(v.Cells, func(a, b coverCell) int { return byName(a.In, b.In) })
	return s.show(w, r, v)
}

// kindRank puts the nation first and then states, territories and cities, each
// in order of name.
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

type coveragePlaceView struct {
	Place  comity.Place
	On     string
	Count  coverCount
	Groups []coverGroup
}

type coverGroup struct {
	Name  string
	Cells []coverCell
}

func (coveragePlaceView) template() string { return "coverage_place" }

// coverageOf shows every act at one place.
func (s *site) coverageOf(w http.ResponseWriter, r *http.Request) error {
	p, ok := s.Law.Place(r.PathValue("place"))
	if !ok {
		return s.missing(r, "no-place")
	}
	v := coveragePlaceView{Place: p, On: s.Now().Format(time.DateOnly)}
	cells := map[string]coverCell{}
	for _, c := range s.Law.Table(p.ID, v.On) {
		v.Count.add(c)
		cells[c.Act] = s.coverCell(p, c, v.On)
	}
	for _, g := range allActGroups(s.Law.Vocabulary()) {
		group := coverGroup{Name: g.Name}
		for _, act := range g.Choices {
			group.Cells = append(group.Cells, cells[act])
		}
		v.Groups = append(v.Groups, group)
	}
	return s.show(w, r, v)
}

// coverageCSV is the whole table, one cell a row.
func (s *site) coverageCSV(w http.ResponseWriter, r *http.Request) error {
	on := s.Now().Format(time.DateOnly)
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="comity-coverage-`+on+`.csv"`)
	rows := [][]string{{"place", "act", "is", "grade", "rules", "contested", "gap_beside", "as_of"}}
	for _, place := range s.Law.CoveredPlaces() {
		for _, c := range s.Law.Table(place.ID, on) {
			rows = append(rows, []string{place.ID, c.Act, string(c.Is), string(c.Grade), strconv.Itoa(len(c.Rules)),
				strconv.FormatBool(c.Contested), strconv.FormatBool(c.Is == law.CellRule && c.HasGap()), c.AsOf})
		}
	}
	_ = csv.NewWriter(w).WriteAll(rows) // the reader may have left
	return nil
}
