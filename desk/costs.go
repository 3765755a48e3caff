package desk

import (
	"cmp"
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
)

// A CostTotal is what one month's work of one sort cost, with the entries that
// it is the sum of.
type CostTotal struct {
	Month   string // 2006-01
	What    string
	Units   int
	Dollars int
	Payroll int      // units that payroll itself was the source of
	Entries []string // ids
}

// Costs adds up the cost entries of an agency, as corrected, by month and sort.
func (d *Desk) Costs(ctx context.Context, agency string) ([]CostTotal, error) {
	list, err := d.Matters(ctx, agency, cost.Name)
	if err != nil {
		return nil, err
	}
	var out []CostTotal
	for _, m := range list {
		place, _ := d.Law.Place(m.Card.In)
		month := m.Card.Happened.In(d.zone(place, agency, m.Card.At)).Format("2006-01")
		i := slices.IndexFunc(out, func(t CostTotal) bool { return t.Month == month && t.What == m.Card.Form["what"] })
		if i < 0 {
			out, i = append(out, CostTotal{Month: month, What: m.Card.Form["what"]}), len(out)
		}
		units, _ := strconv.Atoi(m.Card.Form["units"]) // the form takes whole numbers only
		dollars, _ := strconv.Atoi(m.Card.Form["dollars"])
		out[i].Units, out[i].Dollars = out[i].Units+units, out[i].Dollars+dollars
		if m.Card.Form["measured"] == "payroll" {
			out[i].Payroll += units
		}
		out[i].Entries = append(out[i].Entries, m.Card.ID)
	}
	slices.SortFunc(out, func(a, b CostTotal) int { return cmp.Or(cmp.Compare(b.Month, a.Month), cmp.Compare(a.What, b.What)) })
	return out, nil
}

// A PayrollLine is one line of what payroll exported: a month, a sort of cost,
// and how much. It names nobody.
type PayrollLine struct {
	Month, What string
	Units       int
}

const mostPayroll = 10_000

// ReadPayroll reads a payroll's CSV with the columns month, what and units. A
// file with any other column is refused: names have no place in it.
func ReadPayroll(r io.Reader) ([]PayrollLine, error) {
	wrong := func(where, message string) error {
		return &comity.Problem{Code: "bad-payroll", Message: message, Hint: "three columns: month (2026-11), what (" + strings.Join(CostTypes, ", ") + "), units", Where: where}
	}
	in := csv.NewReader(r)
	head, err := in.Read()
	if err != nil || !slices.Equal(head, []string{"month", "what", "units"}) {
		return nil, wrong("line 1", "the columns are not month, what, units")
	}
	var out []PayrollLine
	for n := 2; ; n++ {
		row, err := in.Read()
		if err == io.EOF {
			return out, nil
		}
		where := "line " + strconv.Itoa(n)
		if err != nil || n > mostPayroll {
			return nil, wrong(where, "this cannot be read, or the file is too long")
		}
		_, month := time.Parse("2006-01", row[0])
		units, number := strconv.Atoi(row[2])
		if month != nil || number != nil || units < 0 || units > 1_000_000 || !slices.Contains(CostTypes, row[1]) {
			return nil, wrong(where, "this is not a month, a sort of cost and a whole number")
		}
		out = append(out, PayrollLine{row[0], row[1], units})
	}
}

// A Reconciled line sets a total of the record beside that of payroll.
type Reconciled struct {
	Month, What     string
	Record, Payroll int
}

// Agrees says whether both say the same.
func (r Reconciled) Agrees() bool { return r.Record == r.Payroll }

// Reconcile compares, for the months of payroll's file, what the record took
// from payroll with what payroll says.
func Reconcile(totals []CostTotal, payroll []PayrollLine) []Reconciled {
	sums := map[PayrollLine]*Reconciled{}
	months := map[string]bool{}
	at := func(month, what string) *Reconciled {
		key := PayrollLine{Month: month, What: what}
		if sums[key] == nil {
			sums[key] = &Reconciled{Month: month, What: what}
		}
		return sums[key]
	}
	for _, p := range payroll {
		months[p.Month] = true
		at(p.Month, p.What).Payroll += p.Units
	}
	for _, t := range totals {
		if months[t.Month] && t.Payroll > 0 {
			at(t.Month, t.What).Record += t.Payroll
		}
	}
	var out []Reconciled
	for _, r := range sums {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Reconciled) int { return cmp.Or(cmp.Compare(b.Month, a.Month), cmp.Compare(a.What, b.What)) })
	return out
}
