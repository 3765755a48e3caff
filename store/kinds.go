package store

import (
	"context"
	"database/sql"
	"time"

	"comity/record"
)

// EntriesOf returns entries of some kinds from a month on (2006-01), of all
// agencies, with an index greater than after, in order. Use -1 to begin.
func (s *Store) EntriesOf(ctx context.Context, kinds []string, from string, after int64, limit int) ([]record.Entry, error) {
	args := []any{after, from}
	for _, k := range kinds {
		args = append(args, k)
	}
	// A log of millions is not read through for kinds that it does not hold.
	held := false
	err := s.each(ctx, func(r *sql.Rows) error { held = true; return nil },
		`SELECT 1 FROM cell WHERE month >= ? AND kind IN (`+places(len(kinds))+`) LIMIT 1`, args[1:]...)
	if err != nil || !held {
		return nil, err
	}
	return s.entries(ctx, selectEntry+`WHERE log.idx > ? AND entry.month >= ? AND entry.kind IN (`+places(len(kinds))+`) ORDER BY log.idx LIMIT ?`, append(args, limit)...)
}

// Withholds says whether a law or an agreement keeps an agency's entries of a
// kind back, whatever their numbers are.
func (s *Store) Withholds(agency, kind string) bool { return s.withheld(agency, kind) }

// Now is the record's clock.
func (s *Store) Now() time.Time { return s.config.Now() }
