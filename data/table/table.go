// Package table reads other people's CSV files strictly: the columns that are
// needed must be there, columns about a person's status must not, and every
// fault names its line and column. A file that is empty, cut off or an error
// page is a fault, never a short table.
package table

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// A Fault says what is wrong with a file and where. Its fields are those of
// comity.Problem, to which the importers convert it.
type Fault struct {
	Code    string
	Message string
	Hint    string
	Where   string
}

func (f *Fault) Error() string { return f.Where + ": " + f.Message }

// A Table is one CSV file that is being read.
type Table struct {
	name string
	csv  *csv.Reader
	at   map[string]int
	row  []string
	line int
	n    int
}

// refused are words that no column of an import may carry: what they hold is
// never taken in, so that it can neither leak nor be demanded.
var refused = regexp.MustCompile(`(^|_)(status|citizen|citizenship|nationality|birth|birthdate|birthplace|birthday|dob|born|sex|gender|anumber|alien_number|alien_no|a_number|a_num)(_|$)`)

// Open reads the head of a CSV file. name stands in faults; needed are the
// columns that must be there, in any order. Further columns are passed over,
// unless they are among those never taken in.
func Open(r io.Reader, name string, needed ...string) (*Table, error) {
	t := &Table{name: name, csv: csv.NewReader(r), at: map[string]int{}, line: 1}
	t.csv.ReuseRecord = true
	head, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, t.fault("empty-file", "", "the file is empty", "a source that could not be fetched must not be imported")
	}
	if err != nil {
		return nil, t.unreadable(err)
	}
	for i, column := range head {
		column = strings.TrimSpace(strings.TrimPrefix(column, "\ufeff"))
		if Refused(column) {
			return nil, t.fault("refused-column", column, "this column is never taken in", "cut it off before the import: no field for status, citizenship, birth, sex or A-number exists here")
		}
		if _, twice := t.at[column]; twice {
			return nil, t.fault("double-column", column, "the column stands twice", "")
		}
		t.at[column] = i
	}
	for _, column := range needed {
		if _, ok := t.at[column]; !ok {
			return nil, t.fault("missing-column", column, "the column is missing", "the first line must name "+strings.Join(needed, ", "))
		}
	}
	return t, nil
}

// Refused reports whether a column of that name is never taken in.
func Refused(column string) bool {
	spaced := regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(strings.TrimSpace(column), "${1}_$2")
	folded := strings.Trim(regexp.MustCompile(`[^a-z]+`).ReplaceAllString(strings.ToLower(spaced), "_"), "_")
	return refused.MatchString(folded)
}

// Next goes to the next row. At the end it gives io.EOF, or a fault if there
// was no row at all.
func (t *Table) Next() error {
	row, err := t.csv.Read()
	switch {
	case errors.Is(err, io.EOF) && t.n == 0:
		return t.fault("no-rows", "", "the file has no rows", "a source that could not be fetched must not be imported")
	case errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return t.unreadable(err)
	}
	t.row, t.n = row, t.n+1
	t.line, _ = t.csv.FieldPos(0)
	return nil
}

// Get gives a column of the present row without space around it.
func (t *Table) Get(column string) string {
	i, ok := t.at[column]
	if !ok {
		return ""
	}
	return strings.Clone(strings.TrimSpace(t.row[i]))
}

// Has reports whether the file has the column.
func (t *Table) Has(column string) bool { _, ok := t.at[column]; return ok }

// Line is the number of the present line, from 1.
func (t *Table) Line() int { return t.line }

// Where names the present line.
func (t *Table) Where() string { return fmt.Sprintf("%s:%d", t.name, t.line) }

// Fault is a fault in a column of the present row.
func (t *Table) Fault(code, column, message, hint string) *Fault {
	return t.fault(code, column, message, hint)
}

func (t *Table) fault(code, column, message, hint string) *Fault {
	where := t.Where()
	if column != "" {
		where += ", column " + column
	}
	return &Fault{Code: code, Message: message, Hint: hint, Where: where}
}

func (t *Table) unreadable(err error) *Fault {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		t.line = parse.Line
		err = parse.Err
	}
	return t.fault("unreadable-row", "", "the row cannot be read: "+err.Error(), "the file may be cut off, or not be CSV")
}
