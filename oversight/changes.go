package oversight

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"comity"
)

// ReleaseFile lies beside the files of an export that two people released.
const ReleaseFile = "RELEASE"

// plain are the files of an export that are no tables.
var plain = [...]string{"checkpoint", "key", "DATASHEET.md"}

// tableColumns are what each table may hold, in its order.
func tableColumns(table string) []string {
	switch table {
	case "entries":
		return append(slices.Clone(entryColumns), "version", "salt", "commitments")
	case "counts":
		return []string{"agency", "kind", "period", "count"}
	case "figures":
		return []string{"agency", "month", "kind", "field", "answer", "count", "of"}
	}
	return nil
}

// Listing names every file of an export with its digest. A file, a table or a
// column that nobody listed is refused: a hidden sheet does not leave with the
// rest.
func Listing(export fs.FS) (string, error) {
	var out strings.Builder
	names, err := fs.ReadDir(export, ".")
	if err != nil {
		return "", notAnExport(".", "the folder cannot be read")
	}
	for _, d := range names {
		if d.Name() == ReleaseFile {
			continue
		}
		data, err := fs.ReadFile(export, d.Name())
		if err != nil || d.Type() != 0 {
			return "", notAnExport(d.Name(), "it is no file")
		}
		if err := listed(d.Name(), data); err != nil {
			return "", err
		}
		sum := sha256.Sum256(data)
		fmt.Fprintf(&out, "%s %s\n", hex.EncodeToString(sum[:]), d.Name())
	}
	if out.Len() == 0 {
		return "", notAnExport(".", "there is nothing in it")
	}
	return out.String(), nil
}

// listed refuses a file that no export holds, and a column that no table has.
func listed(name string, data []byte) error {
	if slices.Contains(plain[:], name) {
		return nil
	}
	table, format, _ := strings.Cut(name, ".")
	allowed := tableColumns(table)
	if allowed == nil || !slices.Contains(Formats(), Format(format)) {
		return notAnExport(name, "no export holds such a file")
	}
	columns, err := columnsOf(Format(format), data)
	if err != nil {
		return notAnExport(name, "its columns cannot be read")
	}
	for _, c := range columns {
		if !slices.Contains(allowed, c) {
			return notAnExport(name, fmt.Sprintf("nobody listed the column %.40q", c))
		}
	}
	return nil
}

func columnsOf(f Format, data []byte) ([]string, error) {
	var out []string
	switch f {
	case CSV:
		r := csv.NewReader(bytes.NewReader(data)) // every row has as many cells as the first
		header, err := r.Read()
		for err == nil {
			_, err = r.Read()
		}
		if err != io.EOF {
			return nil, err
		}
		return header, nil
	case JSONL:
		for line := range bytes.Lines(data) {
			var row map[string]json.RawMessage
			if err := json.Unmarshal(line, &row); err != nil {
				return nil, err
			}
			for name := range row {
				out = append(out, name)
			}
		}
	case Parquet:
		file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return nil, err
		}
		for _, c := range file.Schema().Columns() {
			out = append(out, c[0])
		}
	}
	return out, nil
}

// mostShown is how many rows of one table are shown that came or went.
const mostShown = 100

// Changes says what the newer export would make public beside the older, line by
// line, for whoever releases it; old may be nil. Tables are compared as CSV, or
// as JSON Lines where there is none.
func Changes(old, now fs.FS) ([]string, error) {
	if _, err := Listing(now); err != nil {
		return nil, err
	}
	var out []string
	for _, table := range []string{"entries", "counts", "figures"} {
		before, after := rowsOf(old, table), rowsOf(now, table)
		came, went := only(after, before), only(before, after)
		out = append(out, fmt.Sprintf("%s: %d rows, %d of them new; %d are gone", table, len(after), len(came), len(went)))
		out = append(out, shown("+ ", came)...)
		out = append(out, shown("- ", went)...)
	}
	return out, nil
}

func rowsOf(export fs.FS, table string) []string {
	if export == nil {
		return nil
	}
	for _, f := range []Format{CSV, JSONL} {
		if data, err := fs.ReadFile(export, path.Clean(table+"."+string(f))); err == nil {
			rows := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
			if f == CSV || rows[0] == "" {
				rows = rows[1:]
			}
			return rows
		}
	}
	return nil
}

// only are the rows of one that the other has not.
func only(rows, other []string) []string {
	has := make(map[string]int, len(other))
	for _, r := range other {
		has[r]++
	}
	var out []string
	for _, r := range rows {
		if has[r]--; has[r] < 0 {
			out = append(out, r)
		}
	}
	return out
}

func shown(mark string, rows []string) []string {
	var out []string
	for _, r := range rows[:min(len(rows), mostShown)] {
		out = append(out, mark+r)
	}
	if more := len(rows) - mostShown; more > 0 {
		out = append(out, fmt.Sprintf("%s… and %d more", mark, more))
	}
	return out
}

func notAnExport(where, why string) *comity.Problem {
	return &comity.Problem{Code: "not-listed", Where: where, Message: "the export is not released: " + why, Hint: "export into an empty folder, and add nothing to it"}
}
