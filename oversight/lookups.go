package oversight

import (
	"io"
	"slices"
	"strconv"
	"time"

	"comity/data/table"
)

// A Lookup is one line of a system's log of look-ups: which account, when, what
// for, on what basis. Whom it looked up is not read.
type Lookup struct {
	Account, System, For, Day, Purpose, Basis, Until string
}

// lookupColumns are all that is read of such a log; the others stay unread.
var lookupColumns = []string{"account", "system", "for", "day", "purpose", "basis", "basis_until"}

const longestLabel = 200

// ReadLookups reads a log of look-ups as CSV. A column about status,
// citizenship, birth or sex is refused, as everywhere.
func ReadLookups(r io.Reader, name string) ([]Lookup, error) {
	var out []Lookup
	err := eachRow(r, name, lookupColumns, func(t *table.Table) error {
		one := Lookup{t.Get("account"), t.Get("system"), t.Get("for"), t.Get("day"), t.Get("purpose"), t.Get("basis"), t.Get("basis_until")}
		one.Day, one.Until = one.Day[:min(len(one.Day), len(time.DateOnly))], one.Until[:min(len(one.Until), len(time.DateOnly))]
		switch {
		case one.Account == "" || len(one.Account)+len(one.System)+len(one.For)+len(one.Purpose)+len(one.Basis) > longestLabel:
			return t.Fault("bad-account", "account", "the account is missing, or a label is too long", "give the account's label, never a name, and codes")
		case !plausibleDay(one.Day):
			return t.Fault("bad-day", "day", "this is not a day since 1996", "write days as 2026-11-21")
		case one.Until != "" && !plausibleDay(one.Until):
			return t.Fault("bad-day", "basis_until", "this is not a day since 1996", "write days as 2026-11-21; empty where the basis has no end")
		}
		out = append(out, one)
		return nil
	})
	return out, err
}

// EndedAccounts finds accounts that were used after the day on which their legal
// basis ended, or that have none, and those whose basis has ended by a day
// although they stand in the log (R8). An account with several days is as good
// as its latest.
func EndedAccounts(list []Lookup, on string) Table {
	type account struct {
		Lookup
		used, after, noPurpose int
		last                   string
		none                   bool
	}
	byName := map[string]*account{}
	var order []string
	for _, l := range list {
		key := l.System + between + l.Account
		a := byName[key]
		if a == nil {
			a = &account{Lookup: l}
			byName[key] = a
			order = append(order, key)
		}
		a.Until, a.last, a.used = max(a.Until, l.Until), max(a.last, l.Day), a.used+1
		a.none = a.none || l.Basis == "none"
		if vague := l.Purpose == "" || l.Purpose == "none-given"; vague {
			a.noPurpose++
		}
	}
	for _, l := range list {
		if a := byName[l.System+between+l.Account]; a.Until != "" && l.Day > a.Until {
			a.after++
		}
	}
	t := Table{Title: "Accounts whose legal basis has ended", Columns: []string{"system", "account", "for", "basis", "until", "last used", "look-ups", "after its end", "without a purpose", "why"}, Rows: [][]string{}, Note: findingNote}
	slices.Sort(order)
	for _, key := range order {
		a, why := byName[key], ""
		switch {
		case a.after > 0:
			why = "used-after-end"
		case a.none:
			why = "no-basis"
		case a.Until != "" && a.Until < on:
			why = "basis-ended"
		default:
			continue
		}
		t.Rows = append(t.Rows, []string{a.System, a.Account, a.For, a.Basis, a.Until, a.last, strconv.Itoa(a.used), strconv.Itoa(a.after), strconv.Itoa(a.noPurpose), why})
	}
	return t
}
