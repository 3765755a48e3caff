package store

import (
	"context"
	"database/sql"
	"regexp"
	"time"

	"comity/door"
)

// A DayTotal is all that is kept of door checks: how often on a day (H17).
type DayTotal struct {
	Agency string
	Kind   string // call-back, code, vehicle
	Day    string // 2006-01-02
	Answer string // yes, no
	Count  int
}

var plainWord = regexp.MustCompile(`^[a-z][a-z-]{0,31}$`)

// AddDayTotal counts n checks. Kind and answer are single words, so that
// nothing else can be kept by this way.
func (s *Store) AddDayTotal(ctx context.Context, agency, kind, day, answer string, n int) error {
	if _, err := time.Parse(time.DateOnly, day); err != nil || !plainWord.MatchString(kind) || !plainWord.MatchString(answer) {
		return problem("bad-total", "", "", "a day total has a day, and one word each for kind and answer")
	}
	return s.write(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO door_total (agency, kind, day, answer, count) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (agency, kind, day, answer) DO UPDATE SET count = door_total.count + excluded.count`, agency, kind, day, answer, n)
	})
}

// DayTotals lists the totals of an agency between two days, both included.
func (s *Store) DayTotals(ctx context.Context, agency, from, to string) ([]DayTotal, error) {
	var out []DayTotal
	err := s.each(ctx, func(r *sql.Rows) error {
		var d DayTotal
		err := r.Scan(&d.Agency, &d.Kind, &d.Day, &d.Answer, &d.Count)
		out = append(out, d)
		return err
	}, `SELECT agency, kind, day, answer, count FROM door_total WHERE agency = ? AND day BETWEEN ? AND ? ORDER BY day, kind, answer`, agency, from, to)
	return out, err
}

// visitTotal is the kind of day totals that say how visits ended.
const visitTotal = "visit"

// VisitOutcomes is how visits of an agency ended, day by day.
func (s *Store) VisitOutcomes(ctx context.Context, agency string) ([]door.DayOutcome, error) {
	var out []door.DayOutcome
	err := s.each(ctx, func(r *sql.Rows) error {
		var d door.DayOutcome
		err := r.Scan(&d.Day, &d.Outcome, &d.Count)
		out = append(out, d)
		return err
	}, `SELECT day, answer, count FROM door_total WHERE agency = ? AND kind = ? ORDER BY day, answer`, agency, visitTotal)
	return out, err
}

// FirstCard is when the agency's first card was made; zero where it has none.
func (s *Store) FirstCard(ctx context.Context, agency string) (time.Time, error) {
	var made int64
	err := s.read.QueryRowContext(ctx, `SELECT COALESCE(MIN(made), 0) FROM door_card WHERE agency = ?`, agency).Scan(&made)
	return zeroOr(made), explain("read cards", err)
}
