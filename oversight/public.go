package oversight

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"comity"
	"comity/record"
)

// A PublicEntry is one released header of a record with what checks it: its
// place in the log and the name of its leaf.
type PublicEntry struct {
	Index  int64
	Leaf   string // hexadecimal, as in /log/header/LEAF
	Header record.Salted
}

// A PublicCount is a published number of entries of one agency, kind and period.
// Counts below 11 are not published, and cannot be told from none.
type PublicCount struct {
	Agency string `json:"agency" parquet:"agency"` // ORI
	Kind   string `json:"kind" parquet:"kind"`
	Period string `json:"period" parquet:"period"` // 2006-01, or 2006 for kinds of which only totals are given
	Count  int    `json:"count" parquet:"count"`
}

// PublicEntries are read one after another: a record may be larger than memory.
type PublicEntries = iter.Seq2[PublicEntry, error]

// Paged reads entries page by page: next gives at most limit of those after an
// index.
func Paged(next func(after int64, limit int) ([]PublicEntry, error)) PublicEntries {
	return func(yield func(PublicEntry, error) bool) {
		for after := int64(-1); ; {
			list, err := next(after, pageOfHeaders)
			if err != nil {
				yield(PublicEntry{}, err)
				return
			}
			for _, e := range list {
				if !yield(e, nil) {
					return
				}
				after = e.Index
			}
			if len(list) < pageOfHeaders {
				return
			}
		}
	}
}

const pageOfHeaders = 500

var yearForm = regexp.MustCompile(`^(19|20)[0-9]{2}$`)

// Statistics counts a year of a record from what is public of it, so that
// whoever holds the export gets the same table, byte for byte. Where a count is
// published it stands; kinds whose headers come out one by one (scene help) are
// counted from those. A month that has both must agree, or the export is not
// whole: that is an error.
func Statistics(entries PublicEntries, counts []PublicCount, year string) (Table, error) {
	t := Table{Title: "Entries of " + year, Columns: []string{"agency", "kind", "period", "entries", "counted from"},
		Note: "Counts below 11 are not published, nor headers that their release rule still keeps back. What is not here is not zero."}
	if !yearForm.MatchString(year) {
		return t, &comity.Problem{Code: "bad-year", Where: "year", Message: "the year must have four digits", Hint: "for example 2026"}
	}
	type cell struct{ agency, kind, period string }
	published := map[cell]int{}
	for _, c := range counts {
		if len(c.Period) >= 4 && c.Period[:4] == year {
			published[cell{c.Agency, c.Kind, c.Period}] = c.Count
		}
	}
	headers := map[cell]int{}
	for e, err := range entries {
		if err != nil {
			return t, err
		}
		if h := e.Header.Header; h.Month[:4] == year {
			headers[cell{h.Agency, h.Kind, h.Month}]++
		}
	}
	for c, n := range headers {
		if want, both := published[c]; both && n > want {
			return t, &comity.Problem{Code: "not-whole", Where: c.agency + " " + c.kind + " " + c.period,
				Message: fmt.Sprintf("%d headers are released and the published count is %d", n, want),
				Hint:    "fetch headers and counts of the same moment"}
		}
		if _, both := published[c]; !both {
			published[c] = n
		}
	}
	cells := slices.SortedFunc(maps.Keys(published), func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.agency, b.agency), cmp.Compare(a.kind, b.kind), cmp.Compare(a.period, b.period))
	})
	for _, c := range cells {
		from := "count"
		if headers[c] == published[c] {
			from = "headers"
		}
		t.Rows = append(t.Rows, []string{c.agency, c.kind, c.period, strconv.Itoa(published[c]), from})
	}
	return t, nil
}

// CountEntries reads them all.
func CountEntries(entries PublicEntries) (n int64, err error) {
	for _, err := range entries {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
