package store

import (
	"context"
	"database/sql"
	"time"
)

// KeepViewings is how long it stays known who looked at what is sealed.
const KeepViewings = 3 * 365 * 24 * time.Hour

// A Viewing says that an account saw what is sealed of an entry.
type Viewing struct {
	Entry   string    // id
	Account string    // id
	Role    string    // that it had then
	How     string    // page, list, notice, api, …
	Purpose string    // code of what it was for
	At      time.Time // to the minute
}

// Viewed remembers that an account saw what is sealed of these entries. It
// returns when that is durable: who shows something, asks this first.
func (s *Store) Viewed(ctx context.Context, account, role, how string, ids ...string) error {
	return s.ViewedFor(ctx, account, role, how, "", ids...)
}

// ViewedFor is Viewed with the code of what the look was for.
func (s *Store) ViewedFor(ctx context.Context, account, role, how, purpose string, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	minute := s.config.Now().UTC().Truncate(time.Minute).Unix()
	return s.writeAgain(ctx, func(t *tx) error {
		for _, id := range ids {
			err := t.exec(`INSERT INTO viewing (n, account, role, how, at, purpose) SELECT n, ?, ?, ?, ?, ? FROM entry WHERE id = ?
				ON CONFLICT (n, account, how, at) DO NOTHING`, account, role, how, minute, purpose, id)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Viewings lists who looked at what is sealed of an agency, the latest first:
// of one entry, or of all where the id is empty.
func (s *Store) Viewings(ctx context.Context, agency, id string, most int) ([]Viewing, error) {
	var out []Viewing
	err := s.each(ctx, func(r *sql.Rows) error {
		var v Viewing
		var at int64
		err := r.Scan(&v.Entry, &v.Account, &v.Role, &v.How, &v.Purpose, &at)
		v.At = fromUnix(at)
		out = append(out, v)
		return err
	}, `SELECT entry.id, account, role, how, purpose, at FROM viewing JOIN entry USING (n)
		WHERE agency = ? AND (entry.id = ? OR ? = '') ORDER BY at DESC, entry.id, account, how LIMIT ?`, agency, id, id, most)
	return out, err
}
