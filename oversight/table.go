package oversight

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// A Table is what a page, a text, a CSV and a spreadsheet are all made of.
type Table struct {
	Title   string     `json:"title"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
	Note    string     `json:"note,omitempty"`
}

// WriteText writes the table for a terminal.
func (t Table) WriteText(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "%s\n", t.Title); err != nil {
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		if _, err := fmt.Fprintf(tw, "  %s\n", strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if t.Note != "" {
		_, err := fmt.Fprintf(w, "  %s\n", t.Note)
		return err
	}
	return nil
}

// WriteCSV writes the table alone.
func (t Table) WriteCSV(w io.Writer) error {
	return csv.NewWriter(w).WriteAll(append([][]string{t.Columns}, t.Rows...))
}

const blankState = "(none)"

// Months is the main table: a row for each state and month, whose columns of
// answers add up to the total, and those of outcomes too.
func (r *DetainerReplay) Months() Table {
	t := Table{Title: "By state and month", Columns: append([]string{"state", "month", "detainers"}, headings()...)}
	for _, g := range r.Groups {
		t.Rows = append(t.Rows, append([]string{orNone(g.State), g.Month}, g.cells()...))
	}
	return t
}

// States is the main table summed over months, with a last row for all.
func (r *DetainerReplay) States() Table {
	t := Table{Title: "By state", Columns: append([]string{"state", "detainers"}, headings()...)}
	all := Group{State: "all"}
	var sum Group
	flush := func() {
		if sum.Total > 0 {
			t.Rows = append(t.Rows, append([]string{orNone(sum.State)}, sum.cells()...))
		}
	}
	for _, g := range r.Groups {
		if g.State != sum.State {
			flush()
			sum = Group{State: g.State}
		}
		sum.plus(g)
		all.plus(g)
	}
	flush()
	t.Rows = append(t.Rows, append([]string{"all"}, all.cells()...))
	return t
}

// Answered is answer × outcome.
func (r *DetainerReplay) Answered() Table {
	t := Table{Title: "What the law of that day says, and what happened", Columns: []string{"answer", "rows"},
		Note: "An outcome that the list does not give is unknown; it is not counted as honoured or declined."}
	for _, o := range Outcomes {
		t.Columns = append(t.Columns, string(o))
	}
	for i := 0; i < len(r.Cross); i += len(Outcomes) {
		row, sum := []string{string(r.Cross[i].Answer), ""}, 0
		for _, c := range r.Cross[i : i+len(Outcomes)] {
			row = append(row, strconv.Itoa(c.Rows))
			sum += c.Rows
		}
		row[1] = strconv.Itoa(sum)
		t.Rows = append(t.Rows, row)
	}
	return t
}

// Depending lists the facts that the list lacks and the answers depend on.
func (r *DetainerReplay) Depending() Table {
	return tallied("Facts that the list does not have and the answer depends on", "fact", r.Missing, "A row may depend on several.")
}

// Unloaded lists where an expected layer of law is not loaded for that day.
func (r *DetainerReplay) Unloaded() Table {
	return tallied("Law not loaded for that day", "place and layer", r.NoPacks, "")
}

// Looking lists what to look at.
func (r *DetainerReplay) Looking() Table {
	t := Table{Title: "To look at", Columns: []string{"what", "state", "facility", "place", "rules", "rows"},
		Note: "Not breaches: the list has neither the clocks nor the papers of a case."}
	for _, l := range r.LookAt {
		t.Rows = append(t.Rows, []string{l.What, orNone(l.State), l.Facility, l.Place, strings.Join(l.Rules, " "), strconv.Itoa(l.Rows)})
	}
	return t
}

// WriteText writes the whole result for a terminal.
func (r *DetainerReplay) WriteText(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%d detainers from %s to %s, under the law in force on each day as known on %s\nlaw %s, %d different questions\n\n",
		r.Total, r.From, r.To, r.Known, r.Law, r.Decided)
	if err != nil {
		return err
	}
	short := r.Looking()
	if n := len(short.Rows); n > 20 {
		short.Rows, short.Title = short.Rows[:20], fmt.Sprintf("%s (20 of %d)", short.Title, n)
	}
	for _, t := range []Table{r.States(), r.Answered(), r.Depending(), r.Unloaded(), short,
		tallied("How facilities were placed", "grade", r.Grades, ""), tallied("Kind of facility", "kind", r.Classes, "")} {
		if len(t.Rows) == 0 {
			continue
		}
		if err := t.WriteText(w); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(w, "%d questions could not be decided.\n", len(r.Faults))
	return err
}

// WriteCSV writes the rows of state and month.
func (r *DetainerReplay) WriteCSV(w io.Writer) error { return r.Months().WriteCSV(w) }

// WriteJSON writes everything.
func (r *DetainerReplay) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(r)
}

func headings() []string {
	var out []string
	for _, a := range Answers {
		out = append(out, string(a))
	}
	for _, o := range Outcomes {
		out = append(out, string(o))
	}
	return out
}

func (g *Group) cells() []string {
	out := []string{strconv.Itoa(g.Total)}
	for _, a := range Answers {
		out = append(out, strconv.Itoa(g.Answers[a]))
	}
	for _, o := range Outcomes {
		out = append(out, strconv.Itoa(g.Outcomes[o]))
	}
	return out
}

func (g *Group) plus(h Group) {
	if g.Answers == nil {
		g.Answers, g.Outcomes = map[Answer]int{}, map[Outcome]int{}
	}
	g.Total += h.Total
	for a, n := range h.Answers {
		g.Answers[a] += n
	}
	for o, n := range h.Outcomes {
		g.Outcomes[o] += n
	}
}

func tallied(title, what string, list []Tally, note string) Table {
	t := Table{Title: title, Columns: []string{what, "rows"}, Note: note}
	for _, x := range list {
		t.Rows = append(t.Rows, []string{x.Name, strconv.Itoa(x.Rows)})
	}
	return t
}

func orNone(state string) string {
	if state == "" {
		return blankState
	}
	return state
}
