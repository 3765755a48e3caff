package desk

import (
	"slices"
	"strings"
	"testing"
)

// Totals are the sum of their entries and agree with payroll's file where it
// was their source; what differs is shown (O10).
func TestCostsReconcile(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	line := func(id, when, what, units, measured string) {
		r := cook(id, "cost", "what", what, "for", "detainers", "units", units, "dollars", "10", "measured", measured)
		r.At = when
		handle(t, d, r)
	}
	line("c1", "2026-10-31T23:30:00-05:00", "overtime-hours", "7", "payroll") // November in London, October here
	line("c2", "2026-10-03T09:00:00-05:00", "overtime-hours", "5", "payroll")
	line("c3", "2026-10-04T09:00:00-05:00", "overtime-hours", "100", "estimate")
	line("c4", "2026-11-04T09:00:00-06:00", "bed-days", "3", "payroll")
	totals, err := d.Costs(t.Context(), "IL0160000")
	if err != nil || len(totals) != 2 {
		t.Fatalf("%+v, %v", totals, err)
	}
	october := totals[1]
	slices.Sort(october.Entries)
	if october.Month != "2026-10" || october.Units != 112 || october.Payroll != 12 || october.Dollars != 30 || strings.Join(october.Entries, " ") != "c1 c2 c3" {
		t.Errorf("%+v", october)
	}
	payroll, err := ReadPayroll(strings.NewReader("month,what,units\n2026-10,overtime-hours,8\n2026-10,overtime-hours,4\n2026-10,hours,2\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := Reconcile(totals, payroll)
	if len(got) != 2 || got[1] != (Reconciled{"2026-10", "overtime-hours", 12, 12}) || got[0].Agrees() {
		t.Errorf("%+v", got)
	}
	for _, bad := range []string{"", "month,what,units,name\n", "name,what,units\n", "month,what,units\nOctober,hours,2\n", "month,what,units\n2026-10,wages,2\n", "month,what,units\n2026-10,hours,-2\n", "month,what,units\n2026-10,hours\n"} {
		if _, err := ReadPayroll(strings.NewReader(bad)); code(err) != "bad-payroll" {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
}

// A payroll's file never makes a line that could not be written.
func FuzzReadPayroll(f *testing.F) {
	f.Add("month,what,units\n2026-10,overtime-hours,8\n")
	f.Add("month,what,units\n\"2026-10\",hours,0\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := ReadPayroll(strings.NewReader(text))
		if err != nil && lines != nil {
			t.Fatal("a refused file gives lines")
		}
		for _, l := range lines {
			if len(l.Month) != 7 || l.Units < 0 || !slices.Contains(CostTypes, l.What) {
				t.Fatalf("%+v", l)
			}
		}
	})
}
