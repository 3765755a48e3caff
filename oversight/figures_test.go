package oversight

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/record"
)

// Whoever knows the published numbers, the total and how this program keeps
// numbers back still cannot tell any number that was kept back: for every group
// of small numbers, another group would be published in the same way.
func TestHarm_H26_no_hidden_number_can_be_worked_out(t *testing.T) {
	const k = 3
	for cells := 2; cells <= 4; cells++ {
		seen := map[string][]map[int]bool{} // what is published → values that each cell may have
		groups := everyGroup(cells, 9)
		for _, g := range groups {
			key, hidden := publishedAs(g, k)
			if seen[key] == nil {
				seen[key] = make([]map[int]bool, cells)
				for i := range cells {
					seen[key][i] = map[int]bool{}
				}
			}
			for i := range g {
				seen[key][i][g[i]] = true
				if g[i] < k && !hidden[i] {
					t.Fatalf("%v shows a number below %d", g, k)
				}
			}
		}
		for _, g := range groups {
			key, hidden := publishedAs(g, k)
			total := 0
			for _, n := range g {
				total += n
			}
			if total < k || total > 8 {
				continue // a total below k is itself not published; larger groups are cut off by the test
			}
			for i, h := range hidden {
				if h && len(seen[key][i]) < 2 {
					t.Errorf("%v is published as %s, and tells that number %d is %d", g, key, i, g[i])
				}
			}
		}
	}
}

func publishedAs(g []int, k int) (string, []bool) {
	hidden := suppress(g, k)
	total, parts := 0, []string{}
	for i, n := range g {
		total += n
		if hidden[i] {
			parts = append(parts, "…")
		} else {
			parts = append(parts, fmt.Sprint(n))
		}
	}
	return fmt.Sprintf("%s of %d", strings.Join(parts, " "), total), hidden
}

func everyGroup(cells, below int) [][]int {
	if cells == 0 {
		return [][]int{{}}
	}
	var out [][]int
	for _, g := range everyGroup(cells-1, below) {
		for n := range below {
			out = append(out, append(slices.Clone(g), n))
		}
	}
	return out
}

var figureNow = time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC)

func formed(kind, id string, at time.Time, pairs ...string) record.Entry {
	e := record.Entry{Stored: at, Draft: record.Draft{ID: id, Agency: "IL0160000", Kind: kind, At: at}}
	for i := 0; i < len(pairs); i += 2 {
		e.Fields = append(e.Fields, record.Field{Name: "form." + pairs[i], Value: pairs[i+1]})
	}
	return e
}

func november(day int) time.Time { return time.Date(2026, 11, day, 9, 0, 0, 0, time.UTC) }

// many writes n entries of a kind in November.
func many(n int, kind, label string, pairs ...string) []record.Entry {
	var out []record.Entry
	for i := range n {
		out = append(out, formed(kind, fmt.Sprintf("%s-%s-%d", kind, label, i), november(1+i%28), pairs...))
	}
	return out
}

// published are the figures of entries in memory.
func published(t *testing.T, entries []record.Entry, now time.Time, withhold func(agency, kind string) bool) []Figure {
	t.Helper()
	list, err := Figures(func(yield func(record.Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}, now, withhold)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func figureOf(list []Figure, field, answer string) (Figure, bool) {
	i := slices.IndexFunc(list, func(f Figure) bool { return f.Field == field && f.Answer == answer })
	if i < 0 {
		return Figure{}, false
	}
	return list[i], true
}

// Overrides, "asked and refused" and what it costs to be taken for ICE are
// published by month (R5, R9, R12), and nothing where one side is small.
func TestFigures(t *testing.T) {
	for _, c := range []struct {
		name          string
		entries       []record.Entry
		field, answer string
		count, of     int // 0: kept back
	}{
		{"overrides", append(many(30, "act", "plain", "done", "declined"), many(11, "act", "over", "done", "overridden", "override", "yes")...), "override", "yes", 11, 41},
		{"few overrides", append(many(30, "act", "plain", "done", "declined"), many(10, "act", "over", "override", "yes")...), "override", "yes", 0, 0},
		{"few without", append(many(10, "act", "plain", "done", "declined"), many(30, "act", "over", "override", "yes")...), "override", "yes", 0, 0},
		{"refused", append(many(12, "unattributed", "a", "asked_who", "not-asked"), many(13, "unattributed", "b", "asked_who", "asked-and-refused")...), "asked_who", "asked-and-refused", 13, 25},
		{"refused by few", append(many(12, "unattributed", "a", "asked_who", "not-asked"), many(3, "unattributed", "b", "asked_who", "asked-and-refused")...), "asked_who", "asked-and-refused", 0, 0},
		{"cost", many(12, "misidentification", "a", "staff_minutes", "20"), "staff_minutes", "", 240, 12},
		{"cost of few", many(10, "misidentification", "a", "staff_minutes", "20"), "staff_minutes", "", 0, 0},
		{"cost of one", append(many(11, "misidentification", "a", "staff_minutes", "1"), many(1, "misidentification", "b", "staff_minutes", "900")...), "staff_minutes", "", 0, 0},
		{"courthouse", append(many(20, "assistance", "a", "setting", "street"), many(15, "assistance", "b", "setting", "courthouse")...), "setting", "courthouse", 0, 0}, // school is 0: it would be told
		{"both special", slices.Concat(many(20, "assistance", "a", "setting", "street"), many(15, "assistance", "b", "setting", "courthouse"), many(12, "assistance", "c", "setting", "school")), "setting", "courthouse", 15, 47},
		{"totals only", many(40, "informal", "a", "setting", "school"), "setting", "school", 0, 0},
	} {
		got, ok := figureOf(published(t, c.entries, figureNow, nil), c.field, c.answer)
		if ok != (c.count > 0) || got.Count != c.count || got.Of != c.of {
			t.Errorf("%s: %+v", c.name, got)
		}
		if list := published(t, c.entries, november(29), nil); len(list) != 0 {
			t.Errorf("%s: figures of a month that runs: %v", c.name, list)
		}
		if list := published(t, c.entries, figureNow, func(_, _ string) bool { return true }); len(list) != 0 {
			t.Errorf("%s: figures that are withheld: %v", c.name, list)
		}
	}
}

// One event that three sources tell of counts once, in the published figures and
// in the agency's own register (O15): of minutes the largest, not the sum.
func TestOneEventOfThreeSourcesCountsOnce(t *testing.T) {
	var entries []record.Entry
	tell := func(id, ref string, at time.Time, pairs ...string) {
		e := formed("misidentification", id, at, pairs...)
		e.Ref = ref
		entries = append(entries, e)
	}
	for i := range 12 {
		id, at := fmt.Sprintf("m-%d", i), november(1+i)
		tell(id, "", at, "side", "officer", "injured_officers", "none", "delay_minutes", "10", "staff_minutes", "20", "outcome", "left", "tied_to", "not-attributable")
		tell(id+"-resident", id, at, "side", "resident", "injured_others", "minor", "delay_minutes", "15", "tied_to", "federal-operation-here")
		tell(id+"-third", id+"-resident", at, "side", "resident", "staff_minutes", "20", "delay_minutes", "10")
	}
	tell("late", "m-0", time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC), "side", "resident", "staff_minutes", "900")
	list := published(t, entries, time.Date(2027, 1, 2, 12, 0, 0, 0, time.UTC), nil)
	for field, want := range map[string][2]int{"staff_minutes": {240, 12}, "delay_minutes": {180, 12}, FigureEvents: {12, 36}} {
		if got, ok := figureOf(list, field, ""); !ok || got.Count != want[0] || got.Of != want[1] || got.Month != "2026-11" {
			t.Errorf("%s: %+v", field, got)
		}
	}
	if slices.ContainsFunc(list, func(f Figure) bool { return f.Month != "2026-11" }) {
		t.Errorf("what came late is an event: %+v", list)
	}
	register, err := RegisterNamed("misidentification")
	if err != nil {
		t.Fatal(err)
	}
	if rows := register.Table(Reading{Entries: entries}).Rows; len(rows) != 1 || strings.Join(rows[0], " ") != "2026-11 12 37 180 1120 12 12 0" {
		t.Errorf("the register: %v", rows)
	}
	// Few events behind many entries stay unpublished.
	if list := published(t, entries[:30], time.Date(2027, 1, 2, 12, 0, 0, 0, time.UTC), nil); len(list) > 0 {
		t.Errorf("ten events: %+v", list)
	}
	// Two that point to each other, or to a call, end.
	entries = nil
	tell("a", "b", november(1))
	tell("b", "a", november(1))
	tell("c", "call-7", november(1))
	tell("d", "call-7", november(1))
	if rows := register.Table(Reading{Entries: entries}).Rows; len(rows) != 1 {
		t.Errorf("%v", rows)
	}
}

// Hurt, not attributable: published where eleven or more stand on every side.
func TestFiguresOfMisidentification(t *testing.T) {
	entries := append(many(14, "misidentification", "a", "injured_others", "minor", "tied_to", "not-attributable"), many(30, "misidentification", "b", "injured_others", "none", "tied_to", "federal-operation-here")...)
	list := published(t, entries, figureNow, nil)
	if got, ok := figureOf(list, fieldHurt, "yes"); !ok || got.Count != 14 || got.Of != 44 {
		t.Errorf("hurt: %+v", list)
	}
	few := append(many(3, "misidentification", "a", "injured_others", "minor"), many(30, "misidentification", "b", "injured_others", "none")...)
	if got, ok := figureOf(published(t, few, figureNow, nil), fieldHurt, "yes"); ok {
		t.Errorf("three people hurt are published: %+v", got)
	}
}

// Of outcomes of complaints only class and month come out, once the year is
// over, and never so that the year's public total tells a small rest (H26, H32).
func TestHarm_H32_outcomes_by_class_and_month(t *testing.T) {
	month := func(m, n int, pairs ...string) (out []record.Entry) {
		for i := range n {
			out = append(out, formed("complaint-outcome", fmt.Sprintf("end-%d-%s-%d", m, pairs[1], i), time.Date(2026, time.Month(m), 3, 9, 0, 0, 0, time.UTC), append(pairs, "decided_by", "supervisor", "measure", "discipline")...))
		}
		return out
	}
	june := append(month(6, 12, "outcome", "followed-the-card"), month(6, 13, "outcome", "unfounded")...)
	if got := published(t, june, figureNow, nil); len(got) > 0 {
		t.Errorf("before the year is over: %+v", got)
	}
	after := time.Date(2027, 1, 2, 12, 0, 0, 0, time.UTC)
	list := published(t, june, after, nil)
	if f, ok := figureOf(list, "outcome", "followed-the-card"); !ok || f.Month != "2026-06" || f.Count != 12 || f.Of != 25 {
		t.Errorf("class and month: %+v", list)
	}
	for _, f := range list {
		if f.Field != "outcome" {
			t.Errorf("%s is published", f.Field)
		}
	}
	july := month(7, 3, "outcome", "sustained")
	if got := published(t, append(july, june...), after, nil); len(got) > 0 {
		t.Errorf("the total of the year, less June, tells that July has three: %+v", got)
	}
	august := month(8, 11, "outcome", "withdrawn")
	got := published(t, append(append(july, june...), august...), after, nil)
	if _, ok := figureOf(got, "outcome", "followed-the-card"); !ok || slices.ContainsFunc(got, func(f Figure) bool { return f.Month != "2026-06" }) {
		t.Errorf("the smallest month joins the rest: %+v", got)
	}
}

// What is written after the month does not move a figure in the month after,
// and the order of reading does not matter: folded again they are the same.
func TestFiguresStandStill(t *testing.T) {
	entries := append(many(30, "act", "plain", "done", "declined"), many(12, "act", "over", "override", "yes")...)
	want := published(t, entries, figureNow, nil)
	late := formed("act", "late", november(30), "override", "yes")
	late.Stored = figureNow.Add(-time.Hour)
	for _, entries := range [][]record.Entry{entries, append(slices.Clone(entries), late)} {
		if got := published(t, entries, figureNow.Add(10*24*time.Hour), nil); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	slices.Reverse(entries)
	if got := published(t, entries, figureNow, nil); !slices.Equal(got, want) {
		t.Errorf("in another order: %v", got)
	}
	var a, b bytes.Buffer
	if err := WriteFigures(&a, CSV, want); err != nil {
		t.Fatal(err)
	}
	if err := WriteFigures(&b, JSONL, want); err != nil || strings.Contains(a.String()+b.String(), "2026-11-") {
		t.Errorf("a day, or %v: %s %s", err, a.String(), b.String())
	}
	if !strings.Contains(a.String(), "IL0160000,2026-11,act,override,yes,12,42\n") {
		t.Errorf("%s", a.String())
	}
}

func tableOf(t *testing.T, name string, in Reading) Table {
	t.Helper()
	r, err := RegisterNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return r.Table(in)
}

// The funnel's columns add up to the record, whatever is in it (R7).
func TestFunnelAddsUp(t *testing.T) {
	asked := many(7, "detainer", "a")
	for i := range asked {
		asked[i].Fields = append(asked[i].Fields, record.Field{Name: "question.1", Value: "{}"})
	}
	entries := slices.Concat(asked, many(5, "automatic-flow", "b", "count", "40"), many(3, "notice", "c"), []record.Entry{formed("act", "old", november(1).AddDate(0, -1, 0))})
	erased := formed("detainer", "gone", november(2))
	erased.Erased = true
	table := tableOf(t, "funnel", Reading{Entries: append(entries, erased), Now: figureNow})
	if got := fmt.Sprint(table.Rows); got != "[[2026-10 0 0 1 1 0] [2026-11 5 7 3 15 200]]" {
		t.Error(got)
	}
}

// A correction changes what a register counts.
func TestRegistersFollowCorrections(t *testing.T) {
	e := formed("equipment", "eq", november(3), "type", "drone", "what", "used", "count", "1", "approved", "not")
	mended := formed("correction", "mend", november(4), "field", "approved", "value", "before")
	mended.Ref = "eq"
	if got := tableOf(t, "unapproved", Reading{Entries: []record.Entry{e}}); len(got.Rows) != 1 {
		t.Errorf("unapproved use is not found: %v", got.Rows)
	}
	if got := tableOf(t, "unapproved", Reading{Entries: []record.Entry{e, mended}}); len(got.Rows) != 0 {
		t.Errorf("after the correction: %v", got.Rows)
	}
}

// Accounts whose legal basis has ended are found in one run (R8).
func TestAccessWhoseBasisEnded(t *testing.T) {
	account := func(id, what, until string, day int) record.Entry {
		return formed("database-access", id, november(day), "what", what, "system", "jail", "account", "A-"+id[:1], "by", "ice", "purpose", "none-given", "basis", "agreement", "basis_until", until)
	}
	entries := []record.Entry{
		account("1-open", "account-opened", "2026-11-10", 1), account("2-open", "account-opened", "2026-11-10", 1), account("3-open", "account-opened", "2027-11-10", 1),
		account("2-shut", "account-closed", "", 9), account("3-use", "queries", "2026-11-10", 20), account("3-fine", "queries", "2026-11-20", 20),
	}
	table := tableOf(t, "access-ended", Reading{Entries: entries, Now: figureNow})
	var found []string
	for _, row := range table.Rows {
		found = append(found, row[0])
	}
	if want := []string{"1-open", "3-use"}; !slices.Equal(found, want) {
		t.Errorf("found %v, want %v", found, want)
	}
}

// Filtered by setting, registers count only that setting (R6).
func TestRegistersBySetting(t *testing.T) {
	entries := slices.Concat(many(4, "assistance", "a", "setting", "school"), many(3, "unattributed", "b", "setting", "courthouse"), many(2, "informal", "c", "setting", "street"))
	all, school := tableOf(t, "settings", Reading{Entries: entries}), tableOf(t, "settings", Reading{Entries: entries, Setting: "school"})
	if len(all.Rows) != 3 || fmt.Sprint(school.Rows) != "[[2026-11 school special assistance 4]]" {
		t.Errorf("%v %v", all.Rows, school.Rows)
	}
}
