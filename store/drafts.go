package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"comity/seal"
)

const maxDraft = 1 << 20

// SaveDraft keeps a half-filled form, sealed, until keep has passed.
func (s *Store) SaveDraft(ctx context.Context, agency, id string, form []byte, keep time.Duration) error {
	if len(form) > maxDraft {
		return problem("too-large", "draft", "", "a draft has at most %d bytes", maxDraft)
	}
	day, box, err := s.sealToday(ctx, agency, id, "draft", form)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO draft (agency, id, expires, day, key, text) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (agency, id) DO UPDATE SET expires = excluded.expires, day = excluded.day, key = excluded.key, text = excluded.text`,
			agency, id, s.config.Now().Add(keep).Unix(), day, box.Key, box.Text)
	})
}

// Draft returns a draft that has not expired.
func (s *Store) Draft(ctx context.Context, agency, id string) ([]byte, error) {
	var day string
	var box seal.Box
	err := s.read.QueryRowContext(ctx, `SELECT day, key, text FROM draft WHERE agency = ? AND id = ? AND expires > ?`, agency, id, s.config.Now().Unix()).
		Scan(&day, &box.Key, &box.Text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("draft")
	}
	if err != nil {
		return nil, explain("read draft", err)
	}
	return s.openOf(ctx, agency, id, "draft", day, box)
}

// sealToday seals what stands outside the record under the agency's key of
// today: part says what it is, and it opens as nothing else.
func (s *Store) sealToday(ctx context.Context, agency, id, part string, text []byte) (day string, box seal.Box, err error) {
	day = s.config.Now().UTC().Format(time.DateOnly)
	kek, err := s.dayKey(ctx, dayName{agency, day})
	if err != nil {
		return "", seal.Box{}, err
	}
	box, err = seal.Seal(kek, sealContext(agency, id, part), text)
	return day, box, err
}

// openOf opens it again.
func (s *Store) openOf(ctx context.Context, agency, id, part, day string, box seal.Box) ([]byte, error) {
	kek, err := s.dayKey(ctx, dayName{agency, day})
	if err != nil {
		return nil, err
	}
	return box.Open(kek, sealContext(agency, id, part))
}

// DropDraft deletes a draft.
func (s *Store) DropDraft(ctx context.Context, agency, id string) error {
	return s.write(ctx, func(t *tx) error { return t.exec(`DELETE FROM draft WHERE agency = ? AND id = ?`, agency, id) })
}

// Sweep deletes what has expired: drafts, links, sessions, and what the
// retention schedule in force lets go, which is the one clock that reaches into
// the record. A litigation hold keeps its chain from it.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.config.Now().Unix()
	err := s.write(ctx, func(t *tx) error {
		return errors.Join(
			t.exec(`DELETE FROM draft WHERE expires <= ?`, now),
			t.sweepPlans(s.config.Now()),
			t.sweepWebhooks(s.config.Now()),
			t.sweepTraining(s.config.Now()),
			t.exec(`DELETE FROM link WHERE expires <= ?`, now),
			t.exec(`DELETE FROM session WHERE expires <= ? OR idle <= ? AND passkey IS NULL`, now, now),
			t.exec(`DELETE FROM ceremony WHERE expires <= ?`, now),
			t.sweepPeople(s.config.Now()),
			t.exec(`DELETE FROM viewing WHERE at < ?`, s.config.Now().Add(-KeepViewings).Unix()))
	})
	if due := s.removeEvidence(ctx); code(due) != "locked" && code(due) != "on-hold" {
		err = errors.Join(err, due)
	}
	return errors.Join(err, s.sweepVisits(ctx), s.retain(ctx))
}
