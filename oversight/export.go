package oversight

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"comity"
	"comity/record"
)

// A Format is one in which the public record is given out.
type Format string

const (
	CSV     Format = "csv"
	JSONL   Format = "jsonl"
	Parquet Format = "parquet"
)

// Formats lists them all.
func Formats() []Format { return []Format{CSV, JSONL, Parquet} }

// An entryRow is every column of an exported header. What is not a field here
// cannot leave (H10): a column is added in this place and in the datasheet.
type entryRow struct {
	Index       int64    `json:"index" parquet:"index"`
	Month       string   `json:"month" parquet:"month"`
	Agency      string   `json:"agency" parquet:"agency"`
	Kind        string   `json:"kind" parquet:"kind"`
	Law         string   `json:"law" parquet:"law"`
	Leaf        string   `json:"leaf" parquet:"leaf"`
	Version     int      `json:"version" parquet:"version"`
	Salt        []byte   `json:"salt" parquet:"salt"`
	Commitments []string `json:"commitments" parquet:"commitments,list"`
}

func newEntryRow(e PublicEntry) entryRow {
	h := e.Header.Header
	return entryRow{e.Index, h.Month, h.Agency, h.Kind, h.Law, e.Leaf, h.Version, e.Header.Salt, h.Commitments}
}

// entry is the header of the row, if it is the one of the leaf it names.
func (r entryRow) entry() (PublicEntry, error) {
	h := record.Header{Version: r.Version, Agency: r.Agency, Kind: r.Kind, Month: r.Month, Law: r.Law, Commitments: r.Commitments}
	salted, err := record.ParseSalted(r.Leaf, record.Salted{Header: h, Salt: r.Salt}.Marshal())
	return PublicEntry{r.Index, r.Leaf, salted}, err
}

var entryColumns = []string{"index", "month", "agency", "kind", "law", "leaf"}

// WriteEntries writes released headers. CSV leaves out what only checks them
// (version, salt, commitments); JSON Lines and Parquet hold everything.
func WriteEntries(w io.Writer, f Format, entries PublicEntries) error {
	out, err := newRows(w, f, entryColumns, func(r entryRow) []string {
		return []string{strconv.FormatInt(r.Index, 10), r.Month, r.Agency, r.Kind, r.Law, r.Leaf}
	})
	if err != nil {
		return err
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		if err := out.write(newEntryRow(e)); err != nil {
			return fmt.Errorf("export entry %d: %w", e.Index, err)
		}
	}
	return out.close()
}

// WriteCounts writes published counts.
func WriteCounts(w io.Writer, f Format, counts []PublicCount) error {
	out, err := newRows(w, f, []string{"agency", "kind", "period", "count"}, func(c PublicCount) []string {
		return []string{c.Agency, c.Kind, c.Period, strconv.Itoa(c.Count)}
	})
	if err != nil {
		return err
	}
	for _, c := range counts {
		if err := out.write(c); err != nil {
			return fmt.Errorf("export counts: %w", err)
		}
	}
	return out.close()
}

// rows writes rows of one kind in one format.
type rows[T any] struct {
	write func(T) error
	close func() error
}

func newRows[T any](w io.Writer, f Format, columns []string, cells func(T) []string) (rows[T], error) {
	switch f {
	case CSV:
		c := csv.NewWriter(w)
		if err := c.Write(columns); err != nil {
			return rows[T]{}, err
		}
		return rows[T]{
			write: func(r T) error { return c.Write(cells(r)) },
			close: func() error { c.Flush(); return c.Error() },
		}, nil
	case JSONL:
		b := bufio.NewWriter(w)
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		return rows[T]{write: func(r T) error { return e.Encode(r) }, close: b.Flush}, nil
	case Parquet:
		p := parquet.NewGenericWriter[T](w, parquet.Compression(&parquet.Zstd), parquet.CreatedBy("comity", "", ""))
		n := 0
		return rows[T]{
			write: func(r T) error {
				if n++; n%rowGroup == 0 { // bounds memory
					if err := p.Flush(); err != nil {
						return err
					}
				}
				_, err := p.Write([]T{r})
				return err
			},
			close: p.Close,
		}, nil
	}
	return rows[T]{}, &comity.Problem{Code: "bad-format", Where: string(f), Message: "there is no export in this format", Hint: "csv, jsonl or parquet"}
}

const (
	rowGroup = 10_000
	maxLine  = 1 << 20 // bytes of one line of JSON
)

// ReadEntries reads exported JSON Lines. Every header must be that of the leaf
// it names; index and order must grow.
func ReadEntries(r io.Reader) PublicEntries {
	return func(yield func(PublicEntry, error) bool) {
		last := int64(-1)
		for line, err := range readLines[entryRow](r) {
			var e PublicEntry
			if err == nil {
				if e, err = line.row.entry(); err != nil {
					err = badLine(line.number, "its header is not the one of the leaf it names")
				}
			}
			if err == nil && e.Index <= last {
				err = badLine(line.number, "its index is not greater than that of the line before")
			}
			last = e.Index
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// ReadCounts reads exported JSON Lines.
func ReadCounts(r io.Reader) ([]PublicCount, error) {
	var out []PublicCount
	for line, err := range readLines[PublicCount](r) {
		if err != nil {
			return nil, err
		}
		if c := line.row; c.Agency == "" || c.Kind == "" || len(c.Period) < 4 || c.Count < record.MinCell {
			return nil, badLine(line.number, "it is not a published count")
		}
		out = append(out, line.row)
	}
	return out, nil
}

type numbered[T any] struct {
	number int
	row    T
}

func readLines[T any](r io.Reader) func(yield func(numbered[T], error) bool) {
	return func(yield func(numbered[T], error) bool) {
		s := bufio.NewScanner(r)
		s.Buffer(nil, maxLine)
		n := 0
		for s.Scan() {
			n++
			d := json.NewDecoder(strings.NewReader(s.Text()))
			d.DisallowUnknownFields()
			var row T
			if err := d.Decode(&row); err != nil || d.More() {
				yield(numbered[T]{}, badLine(n, "it is not one JSON object with the columns of the datasheet"))
				return
			}
			if !yield(numbered[T]{n, row}, nil) {
				return
			}
		}
		if err := s.Err(); err != nil {
			if errors.Is(err, bufio.ErrTooLong) {
				err = badLine(n+1, "it is longer than a line can be")
			}
			yield(numbered[T]{}, err)
		}
	}
}

func badLine(n int, why string) *comity.Problem {
	return &comity.Problem{Code: "bad-line", Where: fmt.Sprintf("line %d", n), Message: "the line is refused: " + why, Hint: "fetch the export again; it may be cut off or changed"}
}

// Datasheet describes an export for those who will use it.
func Datasheet(c record.Checkpoint, key string, released int64, counts []PublicCount) string {
	return fmt.Sprintf(datasheet, c.Origin, c.Size, c.At.UTC().Format(time.RFC3339), c.Root, key, released, c.Size-released, len(counts), record.MinCell, record.MinCell)
}

const datasheet = `# Datasheet of an exported public record

- record: %s
- entries in the log: %d, under the checkpoint signed %s
- root: %s
- key of the log: %s
- headers in this export: %d; not in it: %d (their release rule keeps them back, or an order took them away)
- published counts: %d

## Why it exists
Every contact between a local agency and federal immigration enforcement is written once, in a log that nobody can quietly change. This is what anyone may see of it.

## What is in it
` + "`entries`" + `: one row for each released header.

| column | |
|---|---|
| index | number in the log, from 0; gaps are entries that are not released |
| month | in which it happened, 2006-01; day and hour are sealed |
| agency | ORI of the agency that wrote it |
| kind | kind of entry |
| law | digest of the law that decided it, or empty |
| leaf | SHA-256 by which the log knows it; /log/header/LEAF serves the header |
| version, salt, commitments | what checks the leaf (JSON Lines and Parquet only): the leaf is the salted hash of this header |

` + "`counts`" + `: one row for each published count.

| column | |
|---|---|
| agency, kind | as above |
| period | a month, or a year for kinds of which only totals are given |
| count | how many entries; never below %d |

` + "`figures`" + `: one row for each published number that headers and counts do not tell.

| column | |
|---|---|
| agency, month, kind | as above; only months that are over |
| field | the question of the form |
| answer | the answer that is counted; empty: the sum of a number that was asked |
| count, of | how many entries gave the answer, of how many |

## What is not in it, and why
No person, name, address, number of a document, status, day, hour or place is in it: these are sealed. Scene help and joint work come out 24 hours after the recorded end; custody kinds monthly and only where agency, kind and month have %d or more; kinds about victims and complaints as yearly totals; held-for-ICE jails as 8 CFR 236.6 allows. A row that is absent is not a zero. Headers come out late: an export of another day differs.

## How it was made
By the program that keeps the record, from the database, by the rules above; no sampling, no labels, no cleaning. An agency may have failed to write an entry: this log shows that what was written was not changed, not that everything was written.

## How to use it
Counts describe what an agency recorded, not what it did rightly or wrongly; small differences between agencies mean nothing. Do not try to find people in it.

## How to check it
Recompute each leaf from its header and salt; look its index up in the log's tiles; check the log with: comity verify -key KEY ADDRESS. The year's table comes out of the files alone, byte for byte: comity report statistics -year YEAR FOLDER.
`
