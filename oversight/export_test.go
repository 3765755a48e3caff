package oversight_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"comity"
	"comity/oversight"
	"comity/record"
)

// sampleEntries makes released headers: a dozen detainers of one month, and
// scene help of another.
func sampleEntries() []oversight.PublicEntry {
	var out []oversight.PublicEntry
	for i := range 15 {
		h := record.Header{Version: 1, Agency: "IL0160000", Kind: "detainer", Month: "2025-03", Law: "sha256:" + strings.Repeat("ab", 32)}
		if i >= 12 {
			h.Kind, h.Month, h.Law = "assistance", "2025-07", ""
		}
		sum := sha256.Sum256([]byte{byte(i)})
		h.Commitments = []string{base64.RawURLEncoding.EncodeToString(sum[:])}
		s := record.Salted{Header: h, Salt: sum[:]}
		out = append(out, oversight.PublicEntry{Index: int64(3 * i), Leaf: s.Leaf().Name(), Header: s})
	}
	return out
}

func sampleCounts() []oversight.PublicCount {
	return []oversight.PublicCount{{"IL0160000", "certification", "2025", 40}, {"IL0160000", "detainer", "2025-03", 12}, {"IL0160000", "detainer", "2024-12", 99}}
}

func each(list []oversight.PublicEntry) oversight.PublicEntries {
	return func(yield func(oversight.PublicEntry, error) bool) {
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Whoever holds the export alone gets the table that the record itself gives.
func TestStatisticsFromTheExportAlone(t *testing.T) {
	direct, err := oversight.Statistics(each(sampleEntries()), sampleCounts(), "2025")
	if err != nil {
		t.Fatal(err)
	}
	var entries, counts bytes.Buffer
	if err := errors.Join(oversight.WriteEntries(&entries, oversight.JSONL, each(sampleEntries())), oversight.WriteCounts(&counts, oversight.JSONL, sampleCounts())); err != nil {
		t.Fatal(err)
	}
	read, err := oversight.ReadCounts(&counts)
	if err != nil {
		t.Fatal(err)
	}
	again, err := oversight.Statistics(oversight.ReadEntries(&entries), read, "2025")
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	if err := errors.Join(direct.WriteCSV(&a), again.WriteCSV(&b)); err != nil {
		t.Fatal(err)
	}
	const want = `agency,kind,period,entries,counted from
IL0160000,assistance,2025-07,3,headers
IL0160000,certification,2025,40,count
IL0160000,detainer,2025-03,12,headers
`
	if a.String() != want || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("from the record:\n%s\nfrom the export:\n%s\nwant:\n%s", &a, &b, want)
	}
}

func TestStatisticsRefuses(t *testing.T) {
	for _, year := range []string{"", "25", "2025-01", "abcd"} {
		if _, err := oversight.Statistics(each(nil), nil, year); err == nil {
			t.Errorf("the year %q was taken", year)
		}
	}
	few := []oversight.PublicCount{{"IL0160000", "detainer", "2025-03", 11}}
	_, err := oversight.Statistics(each(sampleEntries()), few, "2025")
	var p *comity.Problem
	if !errors.As(err, &p) || p.Code != "not-whole" {
		t.Errorf("12 headers under a count of 11: %v", err)
	}
}

func TestExportFormatsAgree(t *testing.T) {
	list := sampleEntries()
	files := map[oversight.Format]*bytes.Buffer{}
	for _, f := range oversight.Formats() {
		files[f] = &bytes.Buffer{}
		if err := oversight.WriteEntries(files[f], f, each(list)); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
	}
	rows, err := csv.NewReader(files[oversight.CSV]).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Index       int64    `parquet:"index"`
		Month       string   `parquet:"month"`
		Agency      string   `parquet:"agency"`
		Kind        string   `parquet:"kind"`
		Leaf        string   `parquet:"leaf"`
		Salt        []byte   `parquet:"salt"`
		Commitments []string `parquet:"commitments,list"`
	}
	columns, err := parquet.Read[row](bytes.NewReader(files[oversight.Parquet].Bytes()), int64(files[oversight.Parquet].Len()))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(list)+1 || len(columns) != len(list) {
		t.Fatalf("%d lines of CSV, %d rows of Parquet for %d entries", len(rows), len(columns), len(list))
	}
	for i, e := range list {
		h := e.Header.Header
		if want := []string{fmt.Sprint(e.Index), h.Month, h.Agency, h.Kind, h.Law, e.Leaf}; !slices.Equal(rows[i+1], want) {
			t.Errorf("CSV has %v, want %v", rows[i+1], want)
		}
		c := columns[i]
		if c.Index != e.Index || c.Month != h.Month || c.Kind != h.Kind || c.Leaf != e.Leaf || !bytes.Equal(c.Salt, e.Header.Salt) || !slices.Equal(c.Commitments, h.Commitments) {
			t.Errorf("Parquet has %+v for entry %d", c, e.Index)
		}
	}
	if err := oversight.WriteEntries(&bytes.Buffer{}, "xml", each(list)); err == nil {
		t.Error("a format that does not exist was written")
	}
}

func TestReadingAChangedExport(t *testing.T) {
	var good bytes.Buffer
	if err := oversight.WriteEntries(&good, oversight.JSONL, each(sampleEntries()[:2])); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(good.String(), "\n")
	for name, text := range map[string]string{
		"another kind":   strings.Replace(good.String(), `"detainer"`, `"complaint"`, 1),
		"another salt":   strings.Replace(good.String(), `"salt":"`, `"salt":"A`, 1),
		"cut off":        good.String()[:good.Len()-20],
		"in other order": lines[1] + lines[0],
		"unknown column": strings.Replace(good.String(), `"index":`, `"name":"x","index":`, 1),
		"two on a line":  strings.Replace(good.String(), "\n", " ", 1),
		"no JSON":        "index,month\n",
		"a long line":    `{"month":"` + strings.Repeat("x", 2<<20) + `"}`,
	} {
		var failed error
		for _, err := range oversight.ReadEntries(strings.NewReader(text)) {
			failed = err
		}
		if failed == nil {
			t.Errorf("%s: it was read", name)
		}
	}
	if _, err := oversight.ReadCounts(strings.NewReader(`{"agency":"IL0160000","kind":"detainer","period":"2025-03","count":3}`)); err == nil {
		t.Error("a count below the threshold was read as published")
	}
}

func FuzzReadEntries(f *testing.F) {
	var good bytes.Buffer
	if err := oversight.WriteEntries(&good, oversight.JSONL, each(sampleEntries()[:1])); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for e, err := range oversight.ReadEntries(bytes.NewReader(data)) {
			if err == nil && e.Header.Leaf().Name() != e.Leaf {
				t.Fatal("a header of another leaf was read")
			}
		}
	})
}

// A figure that could not have been published is refused.
func TestReadFigures(t *testing.T) {
	const good = `{"agency":"IL0160000","month":"2026-03","kind":"equipment","field":"type","answer":"drone","count":11,"of":12}`
	for line, ok := range map[string]bool{
		good: true,
		strings.Replace(strings.Replace(good, `"drone"`, `""`, 1), `"count":11`, `"count":4`, 1): true, // a sum of minutes
		strings.Replace(good, `"count":11`, `"count":10`, 1):                                     false,
		strings.Replace(good, `"of":12`, `"of":10`, 1):                                           false,
		strings.Replace(good, "2026-03", "2026-03-04", 1):                                        false,
		strings.Replace(good, `"kind":"equipment"`, `"kind":""`, 1):                              false,
		strings.Replace(good, `"of":12`, `"of":12,"name":"x"`, 1):                                false,
		"{}": false,
	} {
		list, err := oversight.ReadFigures(strings.NewReader(line + "\n"))
		if ok != (err == nil && len(list) == 1) {
			t.Errorf("%s: %v %v", line, list, err)
		}
	}
}

// The datasheet must name every column that leaves.
func TestDatasheetNamesEveryColumn(t *testing.T) {
	sheet := oversight.Datasheet(record.Checkpoint{Origin: "sample.example/log", Size: 100, At: time.Unix(0, 0)}, "KEY", 15, sampleCounts())
	var entries, counts, figures bytes.Buffer
	figure := oversight.Figure{Agency: "IL0160000", Month: "2026-03", Kind: "equipment", Field: "type", Answer: "drone", Count: 11, Of: 12}
	if err := errors.Join(oversight.WriteEntries(&entries, oversight.JSONL, each(sampleEntries()[:1])), oversight.WriteCounts(&counts, oversight.JSONL, sampleCounts()[:1]),
		oversight.WriteFigures(&figures, oversight.JSONL, []oversight.Figure{figure})); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{entries.String(), counts.String(), figures.String()} {
		var columns map[string]any
		if err := json.Unmarshal([]byte(line), &columns); err != nil {
			t.Fatal(err)
		}
		for name := range columns {
			if !strings.Contains(sheet, name) {
				t.Errorf("the datasheet does not name %s", name)
			}
		}
	}
	if !strings.Contains(sheet, "not in it: 85 ") || strings.Contains(sheet, "%!") {
		t.Errorf("the figures are wrong:\n%s", sheet)
	}
}
