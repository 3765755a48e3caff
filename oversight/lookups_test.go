package oversight

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
)

// A synthetic log of 5,000 look-ups by 60 accounts: those whose basis has ended
// are found and listed in one run, and no other (R8).
func TestEndedAccountsInALog(t *testing.T) {
	var b strings.Builder
	b.WriteString("account,system,for,day,person_searched,purpose,basis,basis_until\n")
	var want []string
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 60 {
		until, name := "2026-12-31", fmt.Sprintf("A-%02d", i)
		switch {
		case i%7 == 0:
			until, want = "2026-03-01", append(want, name+" used-after-end")
		case i == 5:
			until = ""
		}
		for j := range 84 {
			fmt.Fprintf(&b, "%s,jail,ice,%s,Canary Person,audit,agreement,%s\n", name, day.AddDate(0, 0, j).Format(time.DateOnly), until)
		}
	}
	list, err := ReadLookups(strings.NewReader(b.String()), "log.csv")
	if err != nil || len(list) != 60*84 {
		t.Fatalf("%d look-ups, %v", len(list), err)
	}
	table := EndedAccounts(list, "2026-11-21")
	var got []string
	for _, row := range table.Rows {
		got = append(got, row[1]+" "+row[len(row)-1])
	}
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	if strings.Contains(fmt.Sprint(table, list), "Canary") {
		t.Error("whom they looked up was read")
	}
}

func TestLookupLogsThatAreRefused(t *testing.T) {
	const heading = "account,system,for,day,purpose,basis,basis_until"
	for _, c := range []struct{ name, in, code string }{
		{"status", heading + ",immigration_status\nA,,,2026-01-01,,,,x\n", "refused-column"},
		{"born", heading + ",Date of Birth\nA,,,2026-01-01,,,,x\n", "refused-column"},
		{"alien number", "A-Number," + heading + "\n1,A,,,2026-01-01,,,\n", "refused-column"},
		{"nothing", "", ""}, {"no lines", heading + "\n", ""}, {"no account", heading + "\n,,,2026-01-01,,,\n", "bad-account"},
		{"bad day", heading + "\nA,,,1/2/26,,,\n", "bad-day"}, {"cut off", heading + "\nA,,,2026-01-01\n", ""},
		{"bad end", heading + "\nA,,,2026-01-01,,,soon\n", "bad-day"}, {"long", heading + "\n" + strings.Repeat("A", 300) + ",,,2026-01-01,,,\n", "bad-account"},
	} {
		_, err := ReadLookups(strings.NewReader(c.in), "log.csv")
		var p *comity.Problem
		if !errors.As(err, &p) || c.code != "" && p.Code != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Whatever comes, the reader answers with look-ups or a Problem, and nothing of
// a column that it refuses or passes over leaves it.
func FuzzLookups(f *testing.F) {
	f.Add("account,system,for,day,purpose,basis,basis_until,person\nA,jail,ice,2026-01-01,audit,none,2026-02-01,Canary\n")
	f.Add("account,status\n\"A\n")
	f.Fuzz(func(t *testing.T, in string) {
		list, err := ReadLookups(strings.NewReader(in), "log.csv")
		var p *comity.Problem
		if err != nil && !errors.As(err, &p) {
			t.Fatalf("no Problem: %v", err)
		}
		if err == nil && len(EndedAccounts(list, "2026-11-21").Rows) > len(list) {
			t.Fatal("more findings than look-ups")
		}
	})
}
