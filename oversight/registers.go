package oversight

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/record"
)

// A Register is one table that an agency has of its own entries. It is for its
// own staff: its numbers are exact, and are not for giving out ([Figures] are).
type Register struct {
	Name string
	fold func(r *reading, t *Table)
	cols []string
	note string
}

// Registers lists them all.
func Registers() []Register {
	return []Register{
		{Name: "settings", fold: foldSettings, cols: []string{"month", "setting", "special", "kind", "entries"}},
		{Name: "funnel", fold: foldFunnel, cols: []string{"month", "went by itself", "decided here", "only noted", "all entries", "things that went by themselves"}},
		{Name: "overrides", fold: foldOverrides, cols: []string{"month", "acts", "overrides", "share"}},
		{Name: "equipment", fold: foldEquipment, cols: []string{"type", "what", "entries", "pieces", "approved before", "approved after", "not approved"}},
		{Name: "unapproved", fold: foldUnapproved, cols: []string{"entry", "month", "type", "why"}, note: findingNote},
		{Name: "access", fold: foldAccess, cols: []string{"system", "for", "purpose", "basis", "entries", "queries and shares"}},
		{Name: "access-ended", fold: foldAccessEnded, cols: []string{"entry", "month", "system", "account", "basis", "until", "why"}, note: findingNote},
		{Name: "unattributed", fold: foldUnattributed, cols: []string{"month", "entries", "attributed", "closed", "open", "asked, refused"}},
		{Name: "misidentification", fold: foldMisidentified, cols: []string{"month", "events", "entries", "minutes lost", "minutes of staff", "somebody was hurt", "tied to a federal operation", "not attributable"}},
		{Name: "complaints", fold: foldComplaints, cols: []string{"year", "about", "outcome", "entries"}},
	}
}

const findingNote = "Every line is something to look into."

// IsFinding says whether a line of the register is something to look into.
func (r Register) IsFinding() bool { return r.note == findingNote }

// RegisterNamed finds a register.
func RegisterNamed(name string) (Register, error) {
	var names []string
	for _, r := range Registers() {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	return Register{}, &comity.Problem{Code: "bad-argument", Where: "register", Message: "there is no such register", Hint: "there are " + strings.Join(names, ", ")}
}

// A Reading is what registers are folded from: the entries of one agency.
type Reading struct {
	Entries []record.Entry
	Setting string // only entries with this setting; empty: all
	Now     time.Time
	// Stands says how an entry that waits for others stands, given those.
	Stands func(e record.Entry, later []record.Entry, now time.Time) string
}

// Table folds the entries into the register.
func (r Register) Table(in Reading) Table {
	t := Table{Title: r.Name, Columns: r.cols, Rows: [][]string{}, Note: r.note}
	r.fold(newReading(in), &t)
	return t
}

// SpecialSettings are places where contacts are flagged (R6).
func SpecialSettings() []string { return []string{"courthouse", "school"} }

// reading is a Reading with later corrections laid over the entries.
type reading struct {
	Reading
	list  []noted
	byID  map[string]int
	later map[string][]record.Entry
}

// A noted entry is one with its fields as corrected.
type noted struct {
	record.Entry
	form map[string]string
}

func (n noted) month() string { return n.At.Format("2006-01") }

func (n noted) number(field string) int {
	i, err := strconv.Atoi(n.form[field])
	if err != nil {
		return 0 // not filled in
	}
	return i
}

func newReading(in Reading) *reading {
	r := &reading{Reading: in, later: map[string][]record.Entry{}, byID: map[string]int{}}
	for _, e := range in.Entries {
		r.add(e)
	}
	if in.Setting != "" {
		r.list = slices.DeleteFunc(r.list, func(n noted) bool { return n.form["setting"] != in.Setting })
		r.byID = map[string]int{}
		for i, n := range r.list {
			r.byID[n.ID] = i
		}
	}
	return r
}

// add lays an entry down, or over the one that it corrects.
func (r *reading) add(e record.Entry) {
	if e.Ref != "" {
		r.later[e.Ref] = append(r.later[e.Ref], e)
	}
	if e.Erased {
		return
	}
	n := readNoted(e)
	if i, ok := r.byID[e.Ref]; ok && e.Kind == "correction" {
		if _, has := r.list[i].form[n.form["field"]]; has {
			r.list[i].form[n.form["field"]] = n.form["value"]
		}
	}
	r.byID[e.ID] = len(r.list)
	r.list = append(r.list, n)
}

func readNoted(e record.Entry) noted {
	form := map[string]string{}
	for name, value := range fieldsOf(e) {
		if field, ok := strings.CutPrefix(name, "form."); ok {
			form[field] = value
		}
	}
	return noted{e, form}
}

func (r *reading) of(kind string) []noted {
	return slices.DeleteFunc(slices.Clone(r.list), func(n noted) bool { return n.Kind != kind })
}

// tally adds rows up by their first cells.
type tally map[string][]int

const between = "\x00"

func (t tally) add(key []string, counts ...int) {
	k := strings.Join(key, between)
	if t[k] == nil {
		t[k] = make([]int, len(counts))
	}
	for i, n := range counts {
		t[k][i] += n
	}
}

func (t tally) rows(into *Table) {
	for _, k := range slices.Sorted(maps.Keys(t)) {
		row := strings.Split(k, between)
		for _, n := range t[k] {
			row = append(row, strconv.Itoa(n))
		}
		into.Rows = append(into.Rows, row)
	}
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

func foldSettings(r *reading, t *Table) {
	sum := tally{}
	for _, n := range r.list {
		if setting := n.form["setting"]; setting != "" {
			special := ""
			if slices.Contains(SpecialSettings(), setting) {
				special = "special"
			}
			sum.add([]string{n.month(), setting, special, n.Kind}, 1)
		}
	}
	sum.rows(t)
}

// foldFunnel sorts every entry into one of three columns, so that they add up
// to the record: what went by itself, what the law was asked about, the rest.
func foldFunnel(r *reading, t *Table) {
	sum := tally{}
	for _, n := range r.list {
		automatic := n.Kind == "automatic-flow"
		asked := fieldsOf(n.Entry)["question.1"] != ""
		sum.add([]string{n.month()}, one(automatic), one(!automatic && asked), one(!automatic && !asked), 1, one(automatic)*n.number("count"))
	}
	sum.rows(t)
}

func foldOverrides(r *reading, t *Table) {
	sum := tally{}
	for _, n := range r.of("act") {
		sum.add([]string{n.month()}, 1, one(n.form["override"] == "yes"))
	}
	sum.rows(t)
	for i, row := range t.Rows {
		c := sum[row[0]]
		t.Rows[i] = append(row, fmt.Sprintf("%.1f %%", 100*float64(c[1])/float64(c[0])))
	}
}

func foldEquipment(r *reading, t *Table) {
	sum := tally{}
	for _, n := range r.of("equipment") {
		a := n.form["approved"]
		sum.add([]string{n.form["type"], n.form["what"]}, 1, n.number("count"), one(a == "before"), one(a == "after"), one(a == "not"))
	}
	sum.rows(t)
}

// foldUnapproved finds equipment that was used or lent without approval, or
// lent although the law of that moment forbids it (K20).
func foldUnapproved(r *reading, t *Table) {
	for _, n := range r.of("equipment") {
		if n.form["what"] == "asked-not-used" {
			continue
		}
		line := func(why string) { t.Rows = append(t.Rows, []string{n.ID, n.month(), n.form["type"], why}) }
		if n.form["approved"] == "not" || n.form["approved"] == "" {
			line("not-approved")
		}
		if n.form["what"] == "lent" && verdictOf(n.Entry) == comity.Prohibited {
			line("answer-prohibited")
		}
	}
}

// verdictOf is the first answer that the entry carries, or empty.
func verdictOf(e record.Entry) comity.Verdict {
	text := fieldsOf(e)["decision.1"]
	var d comity.Decision
	if text == "" || json.Unmarshal([]byte(text), &d) != nil {
		return ""
	}
	return d.Verdict
}

func foldAccess(r *reading, t *Table) {
	sum := tally{}
	for _, n := range r.of("database-access") {
		sum.add([]string{n.form["system"], n.form["by"], n.form["purpose"], n.form["basis"]}, 1, n.number("count"))
	}
	sum.rows(t)
}

// foldAccessEnded finds accounts that stand open although what they rest on has
// ended, use after that day, and access that the answer of that moment forbids.
func foldAccessEnded(r *reading, t *Table) {
	list := r.of("database-access")
	today := r.Now.Format(time.DateOnly)
	for i, n := range list {
		line := func(why string) {
			t.Rows = append(t.Rows, []string{n.ID, n.month(), n.form["system"], n.form["account"], n.form["basis"], n.form["basis_until"], why})
		}
		until, what := n.form["basis_until"], n.form["what"]
		closed := slices.ContainsFunc(list[i+1:], func(c noted) bool {
			return c.form["what"] == "account-closed" && c.form["account"] == n.form["account"] && c.form["system"] == n.form["system"]
		})
		if what == "account-opened" && until != "" && until < today && !closed {
			line("basis-ended")
		}
		if what != "account-opened" && what != "account-closed" && until != "" && n.At.Format(time.DateOnly) > until {
			line("used-after-end")
		}
		if what != "account-closed" && n.form["basis"] == "none" {
			line("no-basis")
		}
		if verdictOf(n.Entry) == comity.Prohibited {
			line("answer-prohibited")
		}
	}
}

func foldUnattributed(r *reading, t *Table) {
	sum := tally{}
	for _, n := range r.of("unattributed") {
		state := r.stands(n)
		sum.add([]string{n.month()}, 1, one(state == "attributed"), one(state == "closed"), one(state == "open"), one(n.form["asked_who"] == "asked-and-refused"))
	}
	sum.rows(t)
}

func (r *reading) stands(n noted) string {
	if r.Stands == nil {
		return ""
	}
	return r.Stands(n.Entry, r.later[n.ID], r.Now)
}

// foldMisidentified counts an event once, however many tell of it (O15).
func foldMisidentified(r *reading, t *Table) {
	sum := tally{}
	for _, e := range r.events(false) {
		if e.Kind != misidentification {
			continue
		}
		tied := e.form["tied_to"]
		sum.add([]string{e.month()}, 1, e.Entries, e.number("delay_minutes"), e.number("staff_minutes"), one(e.form[fieldHurt] == "yes"),
			one(tied == "federal-operation-here" || tied == "federal-operation-elsewhere"), one(tied == "not-attributable"))
	}
	sum.rows(t)
}

func foldComplaints(r *reading, t *Table) {
	sum := tally{}
	for _, n := range r.of("complaint") {
		sum.add([]string{n.At.Format("2006"), n.form["about"], cmp.Or(r.stands(n), "unknown")}, 1)
	}
	sum.rows(t)
}
