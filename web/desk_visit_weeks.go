package web

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"comity/door"
)

// A visitWeeksView is how visits ended, week by week, before and since a day.
// It knows totals alone: nobody who was sent, nobody who was visited, no place.
type visitWeeksView struct {
	deskPage
	Marker  string // day, 2006-01-02; empty: there is no card yet and no day was given
	Chosen  bool   // given by whoever asks
	Wrong   bool   // what was given is no day
	Weeks   []weekRow
	Spans   []weekRow // before, since
	Columns []string  // outcomes
	CSV     string
}

func (visitWeeksView) template() string { return "desk_visit_weeks" }

type weekRow struct {
	door.Week
	Counts []int
	Share  string // with its limits
	After  bool   // begins with the marker or later
}

// visitWeeks shows it: the marker is the day that the address names, or the day
// on which the first card was made.
func (s *site) visitWeeks(w http.ResponseWriter, r *http.Request, who Account) error {
	v, _, err := s.weeksOf(r, who)
	if err != nil {
		return err
	}
	if v.Wrong {
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	return s.show(w, r, v)
}

func (s *site) weeksOf(r *http.Request, who Account) (visitWeeksView, []door.DayOutcome, error) {
	v := visitWeeksView{deskPage: s.deskPage(who, "visits")}
	if s.Door == nil {
		return v, nil, s.missing(r, "no-page")
	}
	days, err := s.Door.VisitOutcomes(r.Context(), who.Agency)
	if err != nil {
		return v, nil, err
	}
	first, err := s.Door.FirstCard(r.Context(), who.Agency)
	if err != nil {
		return v, nil, err
	}
	if !first.IsZero() {
		v.Marker = first.In(s.Desk.Zone(v.Home.Place, who.Agency)).Format(time.DateOnly)
	}
	if given := r.URL.Query().Get("since"); given != "" {
		_, bad := time.Parse(time.DateOnly, given)
		v.Wrong, v.Chosen = bad != nil, bad == nil
		if v.Chosen {
			v.Marker = given
		}
	}
	v.CSV = "/desk/visits/weeks.csv"
	for _, o := range door.Outcomes {
		v.Columns = append(v.Columns, string(o))
	}
	for _, week := range door.Weeks(days) {
		v.Weeks = append(v.Weeks, rowOf(week, v.Marker))
	}
	if v.Marker != "" {
		before, since := door.BeforeAndSince(days, v.Marker)
		v.Spans = []weekRow{rowOf(before, v.Marker), rowOf(since, v.Marker)}
	}
	return v, days, nil
}

func rowOf(week door.Week, marker string) weekRow {
	row := weekRow{Week: week, After: marker != "" && week.Monday >= marker}
	for _, o := range door.Outcomes {
		row.Counts = append(row.Counts, week.Outcomes[o])
	}
	if rate, low, high, ok := week.Rate(); ok {
		row.Share = fmt.Sprintf("%.0f %% (%.0f–%.0f)", rate, low, high)
	}
	return row
}

// visitWeeksCSV is the table for a spreadsheet: weeks and outcomes, no marker,
// so that whoever reads it may choose any.
func (s *site) visitWeeksCSV(w http.ResponseWriter, r *http.Request, who Account) error {
	_, days, err := s.weeksOf(r, who)
	if err != nil {
		return err
	}
	head := []string{"week"}
	for _, o := range door.Outcomes {
		head = append(head, string(o))
	}
	rows := [][]string{append(head, "answered", "closed", "percent", "low", "high")}
	weeks := door.Weeks(days)
	slices.SortFunc(weeks, func(a, b door.Week) int { return cmp.Compare(a.Monday, b.Monday) })
	for _, week := range weeks {
		row := []string{week.Monday}
		for _, o := range door.Outcomes {
			row = append(row, strconv.Itoa(week.Outcomes[o]))
		}
		row = append(row, strconv.Itoa(week.Answered()), strconv.Itoa(week.Closed()), "", "", "")
		if rate, low, high, ok := week.Rate(); ok {
			for i, x := range []float64{rate, low, high} {
				row[len(row)-3+i] = strconv.FormatFloat(x, 'f', 1, 64)
			}
		}
		rows = append(rows, row)
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="visits-by-week.csv"`)
	h.Set("Cache-Control", "no-store")
	_ = csv.NewWriter(w).WriteAll(rows) // the reader may have left
	return nil
}
