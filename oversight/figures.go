package oversight

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"

	"comity/record"
)

// A Figure is one published number about an agency's month that its headers do
// not tell: how many entries of a kind have one answer to one question of the
// form, of how many. What is published and what can be told from it stand at
// eleven or more (H26).
type Figure struct {
	Agency string `json:"agency" parquet:"agency"` // ORI
	Month  string `json:"month" parquet:"month"`   // 2006-01
	Kind   string `json:"kind" parquet:"kind"`     // of entry
	Field  string `json:"field" parquet:"field"`   // of its form
	Answer string `json:"answer" parquet:"answer"` // empty: the sum of a field that is a number
	Count  int    `json:"count" parquet:"count"`
	Of     int    `json:"of" parquet:"of"` // entries
}

// A measure is a question whose answers are counted. Of a kind whose total for
// the year is public too, months come out only with the year.
type measure struct {
	kind, field string
	answers     []string // that are given out; nil: every one
	yearly      bool
}

func measures() []measure {
	return []measure{
		{kind: "act", field: "override", answers: []string{"yes"}},
		{kind: "unattributed", field: "asked_who", answers: []string{"asked-and-refused"}},
		{kind: "unattributed", field: "faces", answers: []string{"all-covered", "some-covered"}},
		{kind: "unattributed", field: "setting", answers: SpecialSettings()},
		{kind: "assistance", field: "setting", answers: SpecialSettings()},
		{kind: misidentification, field: "setting", answers: SpecialSettings()},
		{kind: misidentification, field: "outcome", answers: []string{"force-used"}},
		{kind: misidentification, field: fieldHurt, answers: []string{"yes"}},
		{kind: misidentification, field: "tied_to", answers: []string{"not-attributable"}},
		{kind: "equipment", field: "type"},
		{kind: "equipment", field: "approved", answers: []string{"not"}},
		{kind: "database-access", field: "purpose", answers: []string{"none-given"}},
		{kind: "database-access", field: "system"},
		{kind: "complaint-outcome", field: "outcome", yearly: true}, // no more than the class: who decided and what followed may name one person
	}
}

// costs are the fields whose numbers are added up: what it cost to be taken for
// somebody else.
func costs() []measure {
	return []measure{{kind: misidentification, field: "staff_minutes"}, {kind: misidentification, field: "delay_minutes"}}
}

// FigureEvents is the field of a figure that says how many events entries tell
// of, where several may tell of one.
const FigureEvents = "events"

// FigureKinds are the kinds of entries that figures are counted from, with the
// corrections of them.
func FigureKinds() []string {
	out := []string{"correction", misidentification}
	for _, m := range measures() {
		out = append(out, m.kind)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Figures folds a record into what of it may be published by now, of months
// that are over and for what had been written when they were. withhold names
// what a law or an agreement keeps back whatever the numbers are; it may be nil.
// Read again in the same month they are the same, so that nobody can watch a
// single entry appear.
func Figures(entries iter.Seq2[record.Entry, error], now time.Time, withhold func(agency, kind string) bool) ([]Figure, error) {
	cut := record.Cutoff(now)
	f := figureFold{cells: map[[3]string]*figureCell{}}
	r := newReading(Reading{})
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		if !e.Stored.Before(cut) || withhold != nil && withhold(e.Agency, e.Kind) {
			continue
		}
		if e.Kind == "act" { // most of a record, and nothing of it that is counted can be corrected
			f.add(event{readNoted(e), 1})
			continue
		}
		r.add(e)
	}
	for _, e := range r.events(true) {
		f.add(e)
	}
	return f.figures(cut.Format("2006-01")), nil
}

// A figureFold counts answers by agency, month and kind.
type figureFold struct {
	cells map[[3]string]*figureCell
}

type figureCell struct {
	of      int                       // events
	entries int                       // that tell of them, where several may tell of one
	answers map[string]map[string]int // by field
	costs   map[string][]int          // by field
}

func (f *figureFold) add(e event) {
	n := e.noted
	if n.Erased || !slices.Contains(FigureKinds(), n.Kind) {
		return
	}
	key := [3]string{n.Agency, n.month(), n.Kind}
	c := f.cells[key]
	if c == nil {
		c = &figureCell{answers: map[string]map[string]int{}, costs: map[string][]int{}}
		f.cells[key] = c
	}
	c.of, c.entries = c.of+1, c.entries+e.Entries
	for _, m := range measures() {
		if m.kind != n.Kind {
			continue
		}
		if c.answers[m.field] == nil {
			c.answers[m.field] = map[string]int{}
		}
		c.answers[m.field][m.answer(n.form[m.field])]++
	}
	for _, m := range costs() {
		if n.Kind == m.kind && n.form[m.field] != "" {
			c.costs[m.field] = append(c.costs[m.field], n.number(m.field))
		}
	}
}

func (f *figureFold) figures(running string) []Figure {
	var out []Figure
	back := f.keptBack(running)
	for key, c := range f.cells {
		if c.of < record.MinCell || key[1] >= running || back[key] {
			continue
		}
		figure := Figure{Agency: key[0], Month: key[1], Kind: key[2], Of: c.of}
		for _, m := range measures() {
			if m.kind == figure.Kind {
				out = append(out, m.figures(figure, c.answers[m.field])...)
			}
		}
		for _, m := range costs() {
			out = append(out, m.sum(figure, c.costs[m.field])...)
		}
		if figure.Kind == misidentification {
			figure.Field, figure.Count, figure.Of = FigureEvents, c.of, c.entries
			out = append(out, figure)
		}
	}
	slices.SortFunc(out, func(a, b Figure) int {
		return cmp.Or(cmp.Compare(b.Month, a.Month), cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Field, b.Field), cmp.Compare(a.Answer, b.Answer))
	})
	return out
}

// keptBack are the months of kinds whose total for the year is public: all of a
// year that runs, and of one that is over as many, the smallest first, as it
// takes that the rest of the total is none, or eleven or more.
func (f *figureFold) keptBack(running string) map[[3]string]bool {
	back, years := map[[3]string]bool{}, map[[3]string][][3]string{}
	for key := range f.cells {
		if !slices.ContainsFunc(measures(), func(m measure) bool { return m.yearly && m.kind == key[2] }) {
			continue
		}
		if year := key[1][:len("2006")]; year >= running[:len("2006")] {
			back[key] = true
		} else {
			in := [3]string{key[0], year, key[2]}
			years[in] = append(years[in], key)
		}
	}
	for _, months := range years {
		slices.SortFunc(months, func(a, b [3]string) int {
			return cmp.Or(cmp.Compare(f.cells[a].of, f.cells[b].of), cmp.Compare(a[1], b[1]))
		})
		hidden := 0
		for _, key := range months {
			if of := f.cells[key].of; of < record.MinCell || hidden > 0 && hidden < record.MinCell {
				hidden += of
				back[key] = true
			}
		}
	}
	return back
}

// rest is what is counted of answers that are not given out one by one.
const rest = ""

func (m measure) answer(value string) string {
	if m.answers != nil && !slices.Contains(m.answers, value) {
		return rest
	}
	return value
}

func (m measure) figures(f Figure, counts map[string]int) []Figure {
	answers := slices.Sorted(maps.Keys(counts))
	if m.answers != nil {
		answers = append([]string{rest}, m.answers...)
	}
	numbers := make([]int, len(answers))
	for i, a := range answers {
		numbers[i] = counts[a]
	}
	var out []Figure
	for i, hide := range suppress(numbers, record.MinCell) {
		if !hide && answers[i] != rest {
			f.Field, f.Answer, f.Count = m.field, answers[i], numbers[i]
			out = append(out, f)
		}
	}
	return out
}

// sum adds up a number that eleven entries or more give, none of which makes
// half of it.
func (m measure) sum(f Figure, numbers []int) []Figure {
	sum, most := 0, 0
	for _, n := range numbers {
		sum, most = sum+n, max(most, n)
	}
	if len(numbers) < record.MinCell || 2*most >= sum {
		return nil
	}
	f.Field, f.Count, f.Of = m.field, sum, len(numbers)
	return []Figure{f}
}

// suppress keeps back the numbers of one group that stand below k, and as many
// more, the smallest first, as it takes that what is kept back cannot be told
// from the group's total: at least two numbers, together at least k, and not so
// many together that each would have to be as large as a small one can be.
func suppress(numbers []int, k int) []bool {
	hidden, order := make([]bool, len(numbers)), make([]int, len(numbers))
	for i, n := range numbers {
		hidden[i], order[i] = n < k, i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(numbers[a], numbers[b]) })
	for _, next := range order {
		if safe(numbers, hidden, k) {
			break
		}
		hidden[next] = true
	}
	return hidden
}

func safe(numbers []int, hidden []bool, k int) bool {
	n, sum := 0, 0
	for i, h := range hidden {
		if h {
			n, sum = n+1, sum+numbers[i]
		}
	}
	return n == 0 || n >= 2 && sum >= k && sum <= n*(k-1)-n
}

// WriteFigures writes published figures.
func WriteFigures(w io.Writer, f Format, figures []Figure) error {
	out, err := newRows(w, f, []string{"agency", "month", "kind", "field", "answer", "count", "of"}, func(x Figure) []string {
		return []string{x.Agency, x.Month, x.Kind, x.Field, x.Answer, strconv.Itoa(x.Count), strconv.Itoa(x.Of)}
	})
	if err != nil {
		return err
	}
	for _, x := range figures {
		if err := out.write(x); err != nil {
			return fmt.Errorf("export figures: %w", err)
		}
	}
	return out.close()
}

// ReadFigures reads exported JSON Lines. A number that could not have been
// published is refused.
func ReadFigures(r io.Reader) ([]Figure, error) {
	var out []Figure
	for line, err := range readLines[Figure](r) {
		if err != nil {
			return nil, err
		}
		_, badMonth := time.Parse("2006-01", line.row.Month)
		if x := line.row; x.Agency == "" || x.Kind == "" || x.Field == "" || badMonth != nil || x.Of < record.MinCell || x.Answer != "" && x.Count < record.MinCell {
			return nil, badLine(line.number, "it is not a published figure")
		}
		out = append(out, line.row)
	}
	return out, nil
}
