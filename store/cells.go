package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"comity/record"
)

// The public record shows how many entries an agency has of a kind in a month,
// and no header while that is too few. The table cell keeps those counts, by
// the month in which the entries were written, in the transaction that writes
// them: counting ten million takes the better part of a minute.

// cellsSince is the version of the schema that brought the table.
const cellsSince = 6

const monthForm = "2006-01"

// A written cell is one row of the table.
type writtenCell struct{ agency, kind, month, written string }

func cellOf(p *record.Prepared) writtenCell {
	return writtenCell{p.Agency, p.Kind, p.Header.Header.Month, p.Stored.UTC().Format(monthForm)}
}

func (a writtenCell) compare(b writtenCell) int {
	return cmp.Or(cmp.Compare(a.agency, b.agency), cmp.Compare(a.kind, b.kind), cmp.Compare(a.month, b.month), cmp.Compare(a.written, b.written))
}

// counting adds to the counts.
func counting(more map[writtenCell]int64) insertion {
	var rows []any
	for _, c := range slices.SortedFunc(maps.Keys(more), writtenCell.compare) {
		rows = append(rows, c.agency, c.kind, c.month, c.written, more[c])
	}
	return insertion{"cell (agency, kind, month, written, count)", rows,
		" ON CONFLICT (agency, kind, month, written) DO UPDATE SET count = cell.count + excluded.count"}
}

// settleCells counts all entries where the counts do not hold every one: in a
// record of an older schema, or after entries were brought in by other means.
// Entries are numbered without gaps and never deleted.
func (s *Store) settleCells(ctx context.Context) error {
	var counted, entries int64
	err := s.read.QueryRowContext(ctx, `SELECT coalesce((SELECT CAST(sum(count) AS BIGINT) FROM cell), 0), coalesce((SELECT max(n) FROM entry), 0)`).Scan(&counted, &entries)
	if err != nil || counted == entries {
		return explain("count entries", err)
	}
	return s.recount(ctx)
}

// recount makes all counts anew.
func (s *Store) recount(ctx context.Context) error {
	return explain("count entries", s.writeAgain(ctx, func(t *tx) error {
		all, err := countAll(t.each)
		if err != nil {
			return err
		}
		if err := t.exec(`DELETE FROM cell`); err != nil {
			return err
		}
		return t.w.data.insert(t, []insertion{counting(all)})
	}))
}

type eachRow func(row func(*sql.Rows) error, query string, args ...any) error

// countAll counts the entries themselves, reading one index from end to end.
// Nearly every cell was written within one month; the others are counted month
// by month.
func countAll(each eachRow) (map[writtenCell]int64, error) {
	out := map[writtenCell]int64{}
	type span struct {
		cell        writtenCell
		first, last time.Time
	}
	var spans []span
	err := each(func(r *sql.Rows) error {
		var c writtenCell
		var n, first, last int64
		if err := r.Scan(&c.agency, &c.kind, &c.month, &n, &first, &last); err != nil {
			return err
		}
		c.written = fromUnix(first).Format(monthForm)
		if fromUnix(last).Format(monthForm) == c.written {
			out[c] = n
		} else {
			spans = append(spans, span{c, fromUnix(first), fromUnix(last)})
		}
		return nil
	}, `SELECT agency, kind, month, count(*), min(stored), max(stored) FROM entry GROUP BY agency, kind, month`)
	if err != nil {
		return nil, err
	}
	for _, s := range spans {
		next := time.Time{}
		for from := time.Date(s.first.Year(), s.first.Month(), 1, 0, 0, 0, 0, time.UTC); !from.After(s.last); from = next {
			next = from.AddDate(0, 1, 0)
			c := s.cell
			c.written = from.Format(monthForm)
			err := each(func(r *sql.Rows) error {
				var n int64
				err := r.Scan(&n)
				if n > 0 {
					out[c] = n
				}
				return err
			}, `SELECT count(*) FROM entry WHERE agency = ? AND kind = ? AND month = ? AND stored >= ? AND stored < ?`, c.agency, c.kind, c.month, from.Unix(), next.Unix())
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// checkCells holds the counts against the entries, both as one moment saw them.
func (s *Store) checkCells(ctx context.Context) error {
	var kept, all map[writtenCell]int64
	err := s.atOnce(ctx, func(each eachRow) (err error) {
		kept = map[writtenCell]int64{}
		if err := each(func(r *sql.Rows) error {
			var c writtenCell
			var n int64
			err := r.Scan(&c.agency, &c.kind, &c.month, &c.written, &n)
			kept[c] = n
			return err
		}, `SELECT agency, kind, month, written, count FROM cell`); err != nil {
			return err
		}
		all, err = countAll(each)
		return err
	})
	if err == nil && !maps.Equal(kept, all) {
		err = problem("miscounted", s.data.where(), "stop the server and run: comity doctor -repair; it counts anew", "the counts of the public record are not those of the entries")
	}
	return explain("check", err)
}

// atOnce reads several things as one moment saw them.
func (s *Store) atOnce(ctx context.Context, do func(eachRow) error) error {
	tx, err := s.read.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return do(func(row func(*sql.Rows) error, query string, args ...any) error {
		rows, err := tx.QueryContext(ctx, s.data.query(query), args...)
		if err != nil {
			return err
		}
		return scanAll(rows, row)
	})
}

// counted keeps the counts of months that are over: they change once a month.
type counted struct {
	mu    sync.Mutex   // one reads at a time
	cells []Cell       // of what was stored before cut; guarded by mu
	cut   atomic.Int64 // of the counts that are kept or being read; 0: none
	stale atomic.Bool  // an entry came that belongs into them
}

func (k *counted) before(ctx context.Context, s *Store, cut time.Time) ([]Cell, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cut.Load() == cut.Unix() && !k.stale.Load() {
		return k.cells, nil
	}
	k.cut.Store(cut.Unix())
	k.stale.Store(false)
	k.cells = nil
	// A cutoff is the first moment of a month.
	err := s.each(ctx, func(r *sql.Rows) error {
		var c Cell
		err := r.Scan(&c.Agency, &c.Kind, &c.Period, &c.Count)
		k.cells = append(k.cells, c)
		return err
	}, `SELECT agency, kind, month, CAST(sum(count) AS BIGINT) FROM cell WHERE written < ? GROUP BY agency, kind, month ORDER BY agency, kind, month`, cut.Format(monthForm))
	if err != nil {
		k.stale.Store(true)
	}
	return k.cells, err
}

// cell is the count of one cell where it is kept; it waits for nobody who reads.
func (k *counted) cell(c Cell, cut time.Time) (n int, kept bool) {
	if !k.mu.TryLock() {
		return 0, false
	}
	defer k.mu.Unlock()
	if k.cut.Load() != cut.Unix() || k.stale.Load() {
		return 0, false
	}
	if i, found := slices.BinarySearchFunc(k.cells, c, byName); found {
		n = k.cells[i].Count
	}
	return n, true
}

func byName(a, b Cell) int {
	return cmp.Or(cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Period, b.Period))
}

// add makes the next reader read again where an entry belongs into what was
// counted: the clock was set back across the end of a month.
func (k *counted) add(stored time.Time) {
	if stored.Unix() < k.cut.Load() {
		k.stale.Store(true)
	}
}
