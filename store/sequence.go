package store

import (
	"context"
	"database/sql"
	"errors"
)

// sequence gives the entries in the outbox the next indexes, in the order in
// which they were written, and returns the last one. The index is counted, not
// taken from an identity column: those skip numbers when a transaction fails.
func (t *tx) sequence() (int64, error) {
	var next int64
	if err := t.row(`SELECT coalesce(max(idx) + 1, 0) FROM log`).scan(&next); err != nil {
		return 0, err
	}
	for {
		var n int64
		err := t.row(`SELECT n FROM outbox ORDER BY n LIMIT 1`).scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			return next - 1, nil
		}
		if err != nil {
			return 0, err
		}
		if err := t.exec(`INSERT INTO log (idx, n, agency, leaf) SELECT ?, n, agency, leaf FROM entry WHERE n = ?`, next, n); err != nil {
			return 0, err
		}
		if err := t.exec(`DELETE FROM outbox WHERE n = ?`, n); err != nil {
			return 0, err
		}
		next++
	}
}

// sequence at opening orders what another writer of this database (a restored
// one, a larger installation) left in the outbox.
func (s *Store) sequence(ctx context.Context) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.sequence()
		return err
	})
}
