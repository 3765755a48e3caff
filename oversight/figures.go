package oversight

import (
	"cmp"
	"fmt"
	"io"
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

// A measure is a question whose answers are counted. Kinds of which only yearly
// totals may be public have none.
type measure struct {
	kind, field string
	answers     []string // that are given out; nil: every one
}

func measures() []measure {
	return []measure{
		{"act", "override", []string{"yes"}},
		{"unattributed", "asked_who", []string{"asked-and-refused"}},
		{"unattributed", "faces", []string{"all-covered", "some-covered"}},
		{"unattributed", "setting", SpecialSettings()},
		{"assistance", "setting", SpecialSettings()},
		{"misidentification", "setting", SpecialSettings()},
		{"misidentification", "outcome", []string{"force-used"}},
		{"equipment", "type", nil},
		{"equipment", "approved", []string{"not"}},
		{"database-access", "purpose", []string{"none-given"}},
		{"database-access", "system", nil},
	}
}

// cost is the field whose numbers are added up: what it cost to be taken for
// somebody else.
var cost = measure{kind: "misidentification", field: "staff_minutes"}

// Figures folds a record into what of it may be published by now, of months
// that are over and for what had been written when they were. withhold names
// what a law or an agreement keeps back whatever the numbers are; it may be nil.
// Read again in the same month they are the same, so that nobody can watch a
// single entry appear.
func Figures(entries []record.Entry, now time.Time, withhold func(agency, kind string) bool) []Figure {
	cut := record.Cutoff(now)
	kept := slices.DeleteFunc(slices.Clone(entries), func(e record.Entry) bool {
		return !e.Stored.Before(cut) || withhold != nil && withhold(e.Agency, e.Kind)
	})
	cells := map[[3]string][]noted{}
	for _, n := range newReading(Reading{Entries: kept}).list {
		if n.month() < cut.Format("2006-01") {
			key := [3]string{n.Agency, n.month(), n.Kind}
			cells[key] = append(cells[key], n)
		}
	}
	var out []Figure
	for key, list := range cells {
		if len(list) < record.MinCell {
			continue
		}
		f := Figure{Agency: key[0], Month: key[1], Kind: key[2], Of: len(list)}
		for _, m := range measures() {
			if m.kind == f.Kind {
				out = append(out, m.figures(f, list)...)
			}
		}
		if cost.kind == f.Kind {
			out = append(out, cost.sum(f, list)...)
		}
	}
	slices.SortFunc(out, func(a, b Figure) int {
		return cmp.Or(cmp.Compare(b.Month, a.Month), cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Field, b.Field), cmp.Compare(a.Answer, b.Answer))
	})
	return out
}

// figures counts the answers; those that are not given out count together, as
// what is left of the total.
func (m measure) figures(f Figure, list []noted) []Figure {
	const rest = ""
	counts := map[string]int{}
	if m.answers != nil {
		counts[rest] = 0
		for _, a := range m.answers {
			counts[a] = 0
		}
	}
	for _, n := range list {
		answer := n.form[m.field]
		if m.answers != nil && !slices.Contains(m.answers, answer) {
			answer = rest
		}
		counts[answer]++
	}
	answers := slices.Sorted(maps.Keys(counts))
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
func (m measure) sum(f Figure, list []noted) []Figure {
	sum, most, given := 0, 0, 0
	for _, n := range list {
		if n.form[m.field] != "" {
			sum, most, given = sum+n.number(m.field), max(most, n.number(m.field)), given+1
		}
	}
	if given < record.MinCell || 2*most >= sum {
		return nil
	}
	f.Field, f.Count, f.Of = m.field, sum, given
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
