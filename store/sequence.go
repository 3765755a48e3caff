package store

import (
	"context"
	"database/sql"
	"errors"
)

// sequence gives entries in the outbox the next indexes, in the order in which
// they were written. This program fixes the order of an entry in the
// transaction that stores it; the outbox is for a database into which entries
// were brought by other means (a merged or a restored one). The index is
// counted, not taken from an identity column: those skip numbers when a
// transaction fails.
func (s *Store) sequence(ctx context.Context) error {
	return s.writeAgain(ctx, func(t *tx) error {
		for {
			var n int64
			err := t.row(`SELECT n FROM outbox ORDER BY n LIMIT 1`).scan(&n)
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := t.exec(`INSERT INTO log (idx, n, agency, leaf)
				SELECT (SELECT coalesce(max(idx) + 1, 0) FROM log), n, agency, leaf FROM entry WHERE n = ?`, n); err != nil {
				return err
			}
			if err := t.exec(`DELETE FROM outbox WHERE n = ?`, n); err != nil {
				return err
			}
		}
	})
}
