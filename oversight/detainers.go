package oversight

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/data/table"
)

const (
	custodiansFile = "detainers/facilities.csv"
	wordsFile      = "detainers/words.csv"
	detainersFile  = "detainers/detainers.csv.gz"
)

// Detainers is one published list of immigration detainers: what form was sent
// to which facility on which day, and why it was lifted. It has no persons.
type Detainers struct {
	Custodians []Custodian
	Forms      []string // as printed
	Reasons    []string // as printed; empty where the list gives none
	Rows       []Detainer
}

// A Detainer is one row; the numbers point into Detainers.
type Detainer struct {
	Day       string // on which the form was prepared, 2006-01-02
	Form      int
	Custodian int
	Reason    int
}

var detainerColumns = []string{"prepare_date", "form", "facility", "state", "city", "lift_reason"}

// ImportDetainers reads a list as the government publishes it (columns
// prepare_date, form, facility, state, city, lift_reason). A file with a
// column about citizenship, status, birth or sex is refused. States stay as
// printed; one that is no state stays visible as such.
func ImportDetainers(r io.Reader, g *Gazetteer) (*Detainers, error) {
	d := &Detainers{}
	custodians, forms, reasons := map[string]int{}, map[string]int{}, map[string]int{}
	err := eachRow(r, "detainers", detainerColumns, func(t *table.Table) error {
		day := t.Get("prepare_date")
		if !plausibleDay(day) {
			return t.Fault("bad-day", "prepare_date", fmt.Sprintf("%.20q is not a day since 1996", day), "write days as 2014-10-01")
		}
		c := Custodian{Facility: t.Get("facility"), State: t.Get("state"), City: t.Get("city")}
		n, ok := custodians[c.key()]
		if !ok {
			n = len(d.Custodians)
			custodians[c.key()] = n
			d.Custodians = append(d.Custodians, g.Find(c.Facility, c.State, c.City))
		}
		d.Rows = append(d.Rows, Detainer{Day: day, Form: number(&d.Forms, forms, t.Get("form")), Custodian: n, Reason: number(&d.Reasons, reasons, t.Get("lift_reason"))})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

var dayForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

func plausibleDay(day string) bool {
	_, err := time.Parse(time.DateOnly, day)
	return err == nil && dayForm.MatchString(day) && day >= "1996-01-01" && day < "2100-01-01"
}

func number(list *[]string, known map[string]int, word string) int {
	n, ok := known[word]
	if !ok {
		n = len(*list)
		known[word] = n
		*list = append(*list, word)
	}
	return n
}

// Write writes our own form: facilities and words once, and rows that point to
// them. create opens one file after another.
func (d *Detainers) Write(create func(name string) (io.WriteCloser, error)) error {
	facilities := [][]string{custodianColumns}
	for _, c := range d.Custodians {
		facilities = append(facilities, []string{c.Facility, c.State, c.City, string(c.Class), c.Place, string(c.Grade)})
	}
	words := [][]string{{"kind", "number", "text"}}
	for kind, list := range map[string][]string{"form": d.Forms, "reason": d.Reasons} {
		for i, text := range list {
			words = append(words, []string{kind, strconv.Itoa(i), text})
		}
	}
	sortRows(words[1:])
	rows := [][]string{{"day", "form", "facility", "reason"}}
	last := ""
	for _, r := range d.Rows {
		day := r.Day
		if day == last {
			day = "" // as the row before
		}
		last = r.Day
		rows = append(rows, []string{day, strconv.Itoa(r.Form), strconv.Itoa(r.Custodian), strconv.Itoa(r.Reason)})
	}
	for _, f := range []struct {
		name string
		rows [][]string
	}{{custodiansFile, facilities}, {wordsFile, words}, {detainersFile, rows}} {
		if err := writeFile(create, f.name, f.rows); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}

func writeFile(create func(string) (io.WriteCloser, error), name string, rows [][]string) (err error) {
	f, err := create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if !strings.HasSuffix(name, ".gz") {
		return csv.NewWriter(f).WriteAll(rows)
	}
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	if err := csv.NewWriter(z).WriteAll(rows); err != nil {
		return err
	}
	return z.Close()
}

// LoadDetainers reads what Write wrote.
func LoadDetainers(fsys fs.FS) (*Detainers, error) {
	d := &Detainers{}
	var err error
	if d.Custodians, err = loadCustodians(fsys); err != nil {
		return nil, err
	}
	err = openRows(fsys, wordsFile, []string{"kind", "number", "text"}, func(t *table.Table) error {
		list := &d.Forms
		if t.Get("kind") == "reason" {
			list = &d.Reasons
		}
		if t.Get("number") != strconv.Itoa(len(*list)) {
			return t.Fault("bad-number", "number", "the words of a kind must be numbered in order", "")
		}
		*list = append(*list, t.Get("text"))
		return nil
	})
	if err != nil {
		return nil, err
	}
	day := ""
	err = openRows(fsys, detainersFile, []string{"day", "form", "facility", "reason"}, func(t *table.Table) error {
		if printed := t.Get("day"); printed != "" {
			day = printed
		}
		row := Detainer{Day: day}
		for _, c := range []struct {
			column string
			to     *int
			below  int
		}{{"form", &row.Form, len(d.Forms)}, {"facility", &row.Custodian, len(d.Custodians)}, {"reason", &row.Reason, len(d.Reasons)}} {
			n, err := strconv.Atoi(t.Get(c.column))
			if err != nil || n < 0 || n >= c.below {
				return t.Fault("bad-number", c.column, "the number points to nothing", "")
			}
			*c.to = n
		}
		if !plausibleDay(day) {
			return t.Fault("bad-day", "day", "not a day", "")
		}
		d.Rows = append(d.Rows, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

func loadCustodians(fsys fs.FS) ([]Custodian, error) {
	var list []Custodian
	err := openRows(fsys, custodiansFile, custodianColumns, func(t *table.Table) error {
		list = append(list, Custodian{t.Get("facility"), t.Get("state"), t.Get("city"), Class(t.Get("class")), t.Get("place"), Grade(t.Get("grade"))})
		return nil
	})
	return list, err
}

func openRows(fsys fs.FS, name string, columns []string, do func(*table.Table) error) error {
	f, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return &comity.Problem{Code: "unreadable-file", Message: "the file is not gzip", Where: name}
		}
		defer z.Close()
		r = z
	}
	return eachRow(r, name, columns, do)
}

// eachRow reads a table to its end; faults become problems.
func eachRow(r io.Reader, name string, columns []string, do func(*table.Table) error) error {
	t, err := table.Open(r, name, columns...)
	for err == nil {
		if err = t.Next(); err == nil {
			err = do(t)
		}
	}
	var f *table.Fault
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &f):
		return (*comity.Problem)(f)
	}
	return err
}
