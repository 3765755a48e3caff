package store

import (
	"context"

	"comity/record"
)

// quickCheck is done at every start: the pages of a database that is not too
// large, and the counts that must agree.
func (s *Store) quickCheck(ctx context.Context) error {
	if err := s.data.check(ctx, s, false); err != nil {
		return err
	}
	var ordered, head int64
	err := s.read.QueryRowContext(ctx, `SELECT coalesce(max(idx) + 1, 0), coalesce((SELECT size FROM head), 0) FROM log`).Scan(&ordered, &head)
	if err != nil {
		return err
	}
	if head > ordered {
		return damaged("the published log has %d entries, the database only %d", head, ordered)
	}
	return nil
}

func damaged(format string, args ...any) error {
	return problem("damaged", "record.db", "stop; copy the data folder as it is, then restore the last good backup", format, args...)
}

// Check looks at everything: every page, every count, and that the public log
// verifies under the record's own key. It reads the whole database.
func (s *Store) Check(ctx context.Context) (record.Report, error) {
	if err := s.data.check(ctx, s, true); err != nil {
		return record.Report{}, err
	}
	for what, query := range map[string]string{
		"entries without a place in the log":           `SELECT count(*) FROM entry WHERE n NOT IN (SELECT n FROM log) AND n NOT IN (SELECT n FROM outbox)`,
		"gaps in the log":                              `SELECT coalesce(max(idx) + 1, 0) - count(*) FROM log`,
		"leaves that differ from their entry":          `SELECT count(*) FROM log JOIN entry USING (n) WHERE log.leaf <> entry.leaf OR log.agency <> entry.agency`,
		"entries without a header":                     `SELECT count(*) FROM entry WHERE n NOT IN (SELECT n FROM header)`,
		"entries without content and without an order": `SELECT count(*) FROM entry WHERE n NOT IN (SELECT n FROM sealed) AND n NOT IN (SELECT n FROM erasure)`,
	} {
		var n int64
		if err := s.read.QueryRowContext(ctx, query).Scan(&n); err != nil {
			return record.Report{}, explain("check", err)
		}
		if n != 0 {
			return record.Report{}, damaged("%d %s", n, what)
		}
	}
	return record.Verify(ctx, s.Key(), s.files)
}
