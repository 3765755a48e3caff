package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"comity/desk/training"
)

// keepTraining is how long it is kept after it counts for the last time. It is
// our choice; an agency's schedule may ask for more.
const keepTraining = 3 * 366 * 24 * time.Hour

// Parts of the table.
const (
	coursePart  = "course"
	sessionPart = "session"
	shiftPart   = "shift"
	passPart    = "pass"
)

// Courses lists the catalogue of an agency.
func (s *Store) Courses(ctx context.Context, agency string) ([]training.Course, error) {
	return readTraining[training.Course](ctx, s, agency, coursePart)
}

// KeepCourse writes a course, or writes it anew; sessions keep what it was.
func (s *Store) KeepCourse(ctx context.Context, agency string, c training.Course) error {
	return s.keepTraining(ctx, agency, coursePart, c.ID, "", c, true)
}

// Sessions lists what was held.
func (s *Store) Sessions(ctx context.Context, agency string) ([]training.Session, error) {
	return readTraining[training.Session](ctx, s, agency, sessionPart)
}

// AddSession writes what was held. It is never changed.
func (s *Store) AddSession(ctx context.Context, agency string, held training.Session) error {
	return s.keepTraining(ctx, agency, sessionPart, held.ID, held.Until, held, false)
}

// Shifts lists the shifts of an agency.
func (s *Store) Shifts(ctx context.Context, agency string) ([]training.Shift, error) {
	return readTraining[training.Shift](ctx, s, agency, shiftPart)
}

// KeepShift writes how strong a shift is.
func (s *Store) KeepShift(ctx context.Context, agency string, shift training.Shift) error {
	return s.keepTraining(ctx, agency, shiftPart, shift.Name, "", shift, true)
}

// Passes lists the certificates of an agency's accounts.
func (s *Store) Passes(ctx context.Context, agency string) ([]training.Pass, error) {
	return readTraining[training.Pass](ctx, s, agency, passPart)
}

// AddPass writes a certificate. It is never changed.
func (s *Store) AddPass(ctx context.Context, agency string, p training.Pass) error {
	return s.keepTraining(ctx, agency, passPart, p.ID, p.Until, p, false)
}

// keepTraining writes one line; until is the last day on which it counts, empty
// where it counts until it is written anew. The same line again is no error.
func (s *Store) keepTraining(ctx context.Context, agency, part, id, until string, v any, anew bool) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keep %s: %w", part, err)
	}
	now := s.config.Now()
	last, err := time.Parse(time.DateOnly, until)
	if err != nil {
		last = now.AddDate(100, 0, 0)
	}
	end := last.Add(keepTraining).Unix()
	if anew {
		return s.write(ctx, func(t *tx) error {
			return t.exec(`INSERT INTO training (agency, part, id, at, expires, body) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT (agency, part, id) DO UPDATE SET at = excluded.at, expires = excluded.expires, body = excluded.body`, agency, part, id, now.Unix(), end, body)
		})
	}
	return s.write(ctx, func(t *tx) error {
		var was []byte
		err := t.row(`SELECT body FROM training WHERE agency = ? AND part = ? AND id = ?`, agency, part, id).scan(&was)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return t.exec(`INSERT INTO training (agency, part, id, at, expires, body) VALUES (?, ?, ?, ?, ?, ?)`, agency, part, id, now.Unix(), end, body)
		case err == nil && string(was) != string(body):
			return problem("conflict-id", part+" "+id, "a new one has a new id", "this was written before with other content")
		}
		return err
	})
}

func readTraining[T any](ctx context.Context, s *Store, agency, part string) ([]T, error) {
	out := []T{}
	err := s.each(ctx, func(r *sql.Rows) error {
		var body []byte
		if err := r.Scan(&body); err != nil {
			return err
		}
		var one T
		if err := json.Unmarshal(body, &one); err != nil {
			return fmt.Errorf("read %s: %w", part, err)
		}
		out = append(out, one)
		return nil
	}, `SELECT body FROM training WHERE agency = ? AND part = ? AND expires > ? ORDER BY at, id`, agency, part, s.config.Now().Unix())
	return out, err
}

// sweepTraining destroys what is kept no longer.
func (t *tx) sweepTraining(now time.Time) error {
	return t.exec(`DELETE FROM training WHERE expires <= ?`, now.Unix())
}
