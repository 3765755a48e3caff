package web

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"

	"comity"
)

// A ReplayTable is a published list of detainers decided again under the law of
// its days, counted. Cells holds every combination that occurs; nothing is
// left out, so that Total is the number of rows that were read.
type ReplayTable struct {
	From, Until string // first and last day
	Source      string // where the list is from
	Known       string // the day whose knowledge of the law was used
	Law         string // digest
	Cells       []ReplayCell
}

// A ReplayCell counts the rows of one state and month with one answer of the
// law and one outcome. Law is a verdict, or no-pack where an expected layer is
// not covered. State is empty where the list has none.
type ReplayCell struct {
	State, Month  string
	Law, Happened string
	N             int
}

// Answers of the law and outcomes in the order of columns.
var (
	replayLaw      = []string{string(comity.Prohibited), string(comity.Required), string(comity.Permitted), string(comity.NoRule), string(comity.NeedsFacts), string(comity.NeedsCounsel), "no-pack"}
	replayHappened = []string{"booked", "declined", "closed", "other", "unknown"}
)

type replayView struct {
	Table    *ReplayTable
	Total    int
	NoState  int
	Unknown  int // no outcome given
	Law      []string
	Happened []string
	Cross    []replayLine // law × what happened
	States   []replayLine // state × law
	Months   []replayLine // month × law, of one state
	State    string
}

// A replayLine is one row of a table: a name, a count for each column, the sum
// and the share of rows whose outcome is not known.
type replayLine struct {
	Key     string
	Counts  []int
	Sum     int
	Unknown int
}

// Missing is the share without an outcome, in whole percent.
func (l replayLine) Missing() int {
	if l.Sum == 0 {
		return 0
	}
	return (100*l.Unknown + l.Sum/2) / l.Sum
}

func (replayView) template() string { return "replay" }

// replay shows what the law said of each detainer of a published list beside
// what then happened. States stand in order of name: there is no ranking.
func (s *site) replay(w http.ResponseWriter, r *http.Request) error {
	v := replayView{Table: s.Replay, Law: replayLaw, Happened: replayHappened, State: r.URL.Query().Get("state")}
	if s.Replay == nil {
		return s.show(w, r, v)
	}
	cross, states, months := lines{}, lines{}, lines{}
	for _, c := range s.Replay.Cells {
		v.Total += c.N
		if c.State == "" {
			v.NoState += c.N
		}
		if c.Happened == "unknown" {
			v.Unknown += c.N
		}
		cross.add(c.Law, replayHappened, c.Happened, c)
		states.add(c.State, replayLaw, c.Law, c)
		if c.State == v.State && v.State != "" {
			months.add(c.Month, replayLaw, c.Law, c)
		}
	}
	v.Cross, v.States, v.Months = cross.sorted(replayLaw), states.sorted(nil), months.sorted(nil)
	return s.show(w, r, v)
}

type lines map[string]*replayLine

func (t lines) add(key string, columns []string, column string, c ReplayCell) {
	line := t[key]
	if line == nil {
		line = &replayLine{Key: key, Counts: make([]int, len(columns))}
		t[key] = line
	}
	if i := slices.Index(columns, column); i >= 0 {
		line.Counts[i] += c.N
	}
	line.Sum += c.N
	if c.Happened == "unknown" {
		line.Unknown += c.N
	}
}

// sorted puts lines in the given order, else by name, the unnamed one last.
func (t lines) sorted(order []string) []replayLine {
	var out []replayLine
	for _, l := range t {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b replayLine) int {
		if order != nil {
			return slices.Index(order, a.Key) - slices.Index(order, b.Key)
		}
		return cmp.Or(cmp.Compare(unset(a.Key), unset(b.Key)), cmp.Compare(a.Key, b.Key))
	})
	return out
}

// replayCSV gives every cell, so that anyone can count again.
func (s *site) replayCSV(w http.ResponseWriter, r *http.Request) error {
	if s.Replay == nil {
		return s.missing(r, "no-replay")
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="comity-replay-`+s.Replay.From+`.csv"`)
	out := csv.NewWriter(w)
	rows := [][]string{{"state", "month", "law", "happened", "n"}}
	for _, c := range s.Replay.Cells {
		rows = append(rows, []string{c.State, c.Month, c.Law, c.Happened, strconv.Itoa(c.N)})
	}
	_ = out.WriteAll(rows) // the reader may have left
	return nil
}
