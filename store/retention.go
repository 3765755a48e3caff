package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"comity/record"
)

// A Retention is one line of a retention schedule: how long the chains of one
// series are kept after the last that happened in them.
type Retention struct {
	Series string `yaml:"series"`
	Keep   string `yaml:"keep"`  // as 5y or 18m; empty: for ever
	Cite   string `yaml:"cite"`  // the law that says so
	Local  bool   `yaml:"local"` // no law that we know says so: the agency's own choice
	Note   string `yaml:"note"`
	keep   retainFor
}

type retainFor struct{ years, months int }

// ReadRetention reads a schedule. Every line cites its law or says that it is a
// local choice; every series of these kinds has a line.
func ReadRetention(fsys fs.FS, name string, kinds []record.Kind) ([]Retention, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, problem("no-schedule", name, "give the file of the agency's retention schedule", "the retention schedule cannot be read")
	}
	var file struct {
		Schedule []Retention `yaml:"schedule"`
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		return nil, problem("bad-schedule", name, "docs/erasure.md shows the form", "the retention schedule is not in its form: %v", err)
	}
	return file.Schedule, checkRetention(file.Schedule, name, kinds)
}

func checkRetention(list []Retention, name string, kinds []record.Kind) error {
	bad := func(series, format string, args ...any) error {
		return problem("bad-schedule", name+" "+series, "docs/erasure.md shows the form", format, args...)
	}
	seen := map[string]bool{}
	for i := range list {
		r := &list[i]
		known := slices.ContainsFunc(kinds, func(k record.Kind) bool { return k.Series == r.Series })
		var err error
		r.keep, err = readPeriod(r.Keep)
		switch {
		case !known:
			return bad(r.Series, "there is no series %q", r.Series)
		case seen[r.Series]:
			return bad(r.Series, "the series is listed twice")
		case err != nil:
			return bad(r.Series, "%v", err)
		case (r.Cite == "") != r.Local:
			return bad(r.Series, "a line cites its law, or says local: true")
		}
		seen[r.Series] = true
	}
	for _, k := range kinds {
		if !seen[k.Series] {
			return bad(k.Series, "the series of %q has no line", k.Name)
		}
	}
	return nil
}

var periodForm = regexp.MustCompile(`^([1-9][0-9]{0,2})([ym])$`)

func readPeriod(s string) (retainFor, error) {
	if s == "" {
		return retainFor{}, nil
	}
	m := periodForm.FindStringSubmatch(s)
	if m == nil {
		return retainFor{}, fmt.Errorf("%q is no period such as 5y or 18m", s)
	}
	n, err := strconv.Atoi(m[1])
	if m[2] == "m" {
		return retainFor{months: n}, err
	}
	return retainFor{years: n}, err
}

// before is the moment up to which a chain must have come to rest to be due.
func (r Retention) before(now time.Time) time.Time {
	return now.AddDate(-r.keep.years, -r.keep.months, 0)
}

func (r Retention) authority() string {
	if r.Cite != "" {
		return fmt.Sprintf("retention schedule, series %s, %s: %s", r.Series, r.Keep, r.Cite)
	}
	return fmt.Sprintf("retention schedule, series %s, %s: choice of the agency", r.Series, r.Keep)
}

const (
	retainEvery = 24 * time.Hour // a day more or less is nothing to a schedule of years
	retainMost  = 500            // chains in one go, so that others can write between
)

// retain destroys the chains that the schedule in force lets go. A hold keeps
// its chain, whatever the schedule says; so does anything that happened in it.
func (s *Store) retain(ctx context.Context) error {
	now := s.config.Now()
	if len(s.config.Retention) == 0 || now.Sub(s.retained) < retainEvery {
		return nil
	}
	for _, r := range s.config.Retention {
		if r.keep == (retainFor{}) {
			continue
		}
		due, err := s.due(ctx, r, r.before(now))
		if err != nil {
			return err
		}
		for _, thread := range due {
			chain, err := s.chain(ctx, thread)
			if err != nil {
				return err
			}
			chain = slices.DeleteFunc(chain, func(t target) bool { return t.isOwn() || t.erased })
			_, err = s.expunge(ctx, record.Order{Entry: thread, Authority: r.authority(), By: record.BySchedule, Chain: true}, chain)
			if err != nil && code(err) != "on-hold" { // set since it was looked for
				return err
			}
		}
	}
	s.retained = now
	return nil
}

// due lists chains of a series that came to rest before a moment, that no hold
// keeps and that still have content.
func (s *Store) due(ctx context.Context, r Retention, before time.Time) ([]string, error) {
	args := []any{}
	for _, k := range s.kinds {
		if k.Series == r.Series && !slices.ContainsFunc(record.OwnKinds(), func(own record.Kind) bool { return own.Name == k.Name }) {
			args = append(args, k.Name)
		}
	}
	if len(args) == 0 {
		return nil, nil
	}
	query := `SELECT first.id FROM entry AS first WHERE first.ref = '' AND first.kind IN (` + places(len(args)) + `)
		AND first.stored < ? AND coalesce(first.ended, 0) < ?
		AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.ref <> '' AND later.thread = first.id AND (later.stored >= ? OR later.ended >= ?))
		AND NOT EXISTS (SELECT 1 FROM held JOIN entry AS kept ON kept.n = held.n WHERE kept.thread = first.id)
		AND (EXISTS (SELECT 1 FROM sealed WHERE sealed.n = first.n)
			OR EXISTS (SELECT 1 FROM entry AS later JOIN sealed ON sealed.n = later.n WHERE later.ref <> '' AND later.thread = first.id AND later.kind NOT IN ('erasure', 'hold')))
		ORDER BY first.n LIMIT ?`
	at := before.Unix()
	args = append(args, at, at, at, at, retainMost)
	var out []string
	err := s.each(ctx, func(row *sql.Rows) error {
		var id string
		err := row.Scan(&id)
		out = append(out, id)
		return err
	}, query, args...)
	return out, err
}
