package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"comity/record"
	"comity/record/stamp"
)

// A Published header is one that its release rule lets everybody see.
type Published struct {
	Index  int64         // of its entry in the log
	Leaf   string        // hexadecimal: the header is served at /log/header/LEAF
	Header record.Header //
	Salt   []byte        //
}

// A Cell is one published count: entries of one agency, kind and period.
type Cell struct {
	Agency string
	Kind   string
	Period string // a month, 2006-01, or for kinds of which only totals are given a year, 2006
	Count  int
}

// PublicHeaders returns headers that are released by now, with an index
// greater than after, in order. Headers come out late and in batches: whoever
// follows them must begin at -1 again from time to time.
func (s *Store) PublicHeaders(ctx context.Context, after int64, limit int) ([]Published, error) {
	q := s.newReleases(ctx)
	var out []Published
	// A page where all are released reads no more than itself.
	for read := limit; len(out) < limit; read = 500 {
		rows, err := s.headerRows(ctx, `WHERE log.idx > ? AND log.idx < (SELECT size FROM head) ORDER BY log.idx LIMIT ?`, after, read)
		if err != nil || len(rows) == 0 {
			return out, err
		}
		for _, row := range rows {
			after = row.index
			if row.body == nil {
				continue // withdrawn
			}
			ok, err := q.released(row)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			h, err := row.open()
			if err != nil {
				return nil, err
			}
			if out = append(out, Published{row.index, row.leaf.Name(), h.Header, h.Salt}); len(out) == limit {
				return out, nil
			}
		}
	}
	return out, nil
}

// Cells returns the counts that may be published by now. A cell that stands
// below 11 is left out like one that is empty: nobody can tell them apart.
func (s *Store) Cells(ctx context.Context) ([]Cell, error) {
	cut := record.Cutoff(s.config.Now())
	all, err := s.counted.before(ctx, s, cut)
	if err != nil {
		return nil, err
	}
	var out []Cell
	for _, c := range s.foldYears(all) {
		if c.Count >= record.MinCell && c.Period < cut.Format(monthForm)[:len(c.Period)] && !s.withheld(c.Agency, c.Kind) {
			out = append(out, c)
		}
	}
	return out, nil
}

// foldYears adds up the months of kinds of which only totals are published.
func (s *Store) foldYears(months []Cell) []Cell {
	var out []Cell
	for _, c := range months {
		if kind, ok := s.kind(c.Kind); !ok || kind.Release == record.Totals {
			c.Period = c.Period[:4]
		}
		last := len(out) - 1
		if last >= 0 && out[last].Agency == c.Agency && out[last].Kind == c.Kind && out[last].Period == c.Period {
			out[last].Count += c.Count
			continue
		}
		out = append(out, c)
	}
	return out
}

var headerName = regexp.MustCompile(`^header/([0-9a-f]{64})$`)

// LogFile serves what lies below /log: checkpoint, tiles, entry bundles, the
// key, released headers, and what cosigners and time-stamp authorities signed.
func (s *Store) LogFile(ctx context.Context, path string) ([]byte, error) {
	path = strings.TrimPrefix(path, "/")
	switch path {
	case "key":
		return []byte(s.Key().String() + "\n"), nil
	case "key-mldsa":
		return s.secondPublic()
	case "cosigners":
		return s.cosignersPage()
	}
	if m := headerName.FindStringSubmatch(path); m != nil {
		return s.publicHeader(ctx, m[1])
	}
	if path != "checkpoint" && !record.IsTilePath(path) && !firstCosigned.MatchString(path) && !stamp.IsPath(path) {
		return nil, notFound("file")
	}
	data, err := s.files.ReadFile(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound("file")
	}
	return data, explain("read "+path, err)
}

func (s *Store) publicHeader(ctx context.Context, name string) ([]byte, error) {
	leaf, err := hex.DecodeString("01" + name)
	if err != nil {
		return nil, notFound("header")
	}
	rows, err := s.headerRows(ctx, `WHERE entry.leaf = ? AND log.idx < (SELECT size FROM head)`, leaf)
	if err != nil {
		return nil, err
	}
	if len(rows) == 1 {
		ok, err := s.newReleases(ctx).released(rows[0])
		if err != nil {
			return nil, err
		}
		if ok && rows[0].body == nil {
			return s.withdrawn(ctx, leaf)
		}
		if ok {
			h, err := rows[0].open()
			return h.Marshal(), err
		}
	}
	return nil, notFound("header")
}

// withdrawn is the signed note that stands in place of a header. It comes out
// when the header would have: before, nobody may know that there is an entry.
func (s *Store) withdrawn(ctx context.Context, leaf []byte) ([]byte, error) {
	var note []byte
	err := s.read.QueryRowContext(ctx, `SELECT note FROM withdrawal JOIN entry USING (n) WHERE leaf = ?`, leaf).Scan(&note)
	return note, explain("read what stands in place of a header", err)
}

// A headerRow is what the release of one header is decided on.
type headerRow struct {
	index               int64
	leaf                record.Leaf
	body                []byte // nil: an order withdrew it
	agency, kind, month string
	stored              time.Time
	isFirst             bool // of its chain
	firstKind           string
	firstMonth          string
	firstStored         time.Time
	lastEnd             time.Time // that any entry of the chain records
}

// open reads the header and checks that it is that of the leaf.
func (h headerRow) open() (record.Salted, error) { return record.ParseSalted(h.leaf.Name(), h.body) }

func (s *Store) headerRows(ctx context.Context, where string, args ...any) ([]headerRow, error) {
	var out []headerRow
	err := s.each(ctx, func(r *sql.Rows) error {
		var h headerRow
		var leaf []byte
		var stored, firstStored int64
		var ended sql.NullInt64
		err := r.Scan(&h.index, &leaf, &h.body, &h.agency, &h.kind, &h.month, &stored, &h.isFirst, &h.firstKind, &h.firstMonth, &firstStored, &ended)
		if err != nil {
			return err
		}
		if len(leaf) != len(h.leaf) {
			return damaged("a leaf has %d bytes", len(leaf))
		}
		h.leaf, h.stored, h.firstStored = record.Leaf(leaf), fromUnix(stored), fromUnix(firstStored)
		if ended.Valid {
			h.lastEnd = fromUnix(ended.Int64)
		}
		out = append(out, h)
		return nil
	}, `SELECT log.idx, entry.leaf, header.body, entry.agency, entry.kind, entry.month, entry.stored, entry.thread = entry.id,
			first.kind, first.month, first.stored,
			(SELECT max(e) FROM (SELECT first.ended AS e UNION ALL SELECT ended FROM entry AS later WHERE later.ref <> '' AND later.thread = entry.thread) AS ends)
		FROM log JOIN entry USING (n) LEFT JOIN header USING (n) JOIN entry AS first ON first.id = entry.thread `+where, args...)
	return out, err
}

// releases decides on headers at one moment and remembers the counts it needed.
type releases struct {
	ctx   context.Context
	s     *Store
	now   time.Time
	cut   time.Time
	cells map[Cell]int
}

func (s *Store) newReleases(ctx context.Context) *releases {
	now := s.config.Now()
	return &releases{ctx, s, now, record.Cutoff(now), map[Cell]int{}}
}

// released applies the rule of the entry's kind and that of the kind at the
// beginning of its chain: what was done after a detainer is not public before
// the detainer.
func (q *releases) released(h headerRow) (bool, error) {
	if q.s.withheld(h.agency, h.kind) || q.s.withheld(h.agency, h.firstKind) {
		return false, nil
	}
	ok, err := q.allows(h.agency, h.kind, h.month, h.stored, h.lastEnd)
	if !ok || err != nil || h.isFirst {
		return ok, err
	}
	return q.allows(h.agency, h.firstKind, h.firstMonth, h.firstStored, h.lastEnd)
}

func (q *releases) allows(agency, name, month string, stored, ended time.Time) (bool, error) {
	kind, ok := q.s.kind(name)
	if !ok {
		return false, nil // a kind this program does not know has no rule that allows anything
	}
	standing := record.Standing{Month: month, Stored: stored, Ended: ended}
	if kind.Release == record.Monthly {
		var err error
		if standing.Cell, err = q.cell(agency, name, month); err != nil {
			return false, err
		}
	}
	return kind.Release.Released(standing, q.now), nil
}

func (q *releases) cell(agency, kind, month string) (int, error) {
	key := Cell{Agency: agency, Kind: kind, Period: month}
	if n, ok := q.cells[key]; ok {
		return n, nil
	}
	if n, kept := q.s.counted.cell(key, q.cut); kept {
		return n, nil
	}
	var n int
	err := q.s.read.QueryRowContext(q.ctx, `SELECT coalesce(CAST(sum(count) AS BIGINT), 0) FROM cell WHERE agency = ? AND kind = ? AND month = ? AND written < ?`,
		agency, kind, month, q.cut.Format(monthForm)).Scan(&n)
	if err != nil {
		return 0, explain("count entries", err)
	}
	q.cells[key] = n
	return n, nil
}

func (s *Store) withheld(agency, kind string) bool {
	return s.config.Withhold != nil && s.config.Withhold(agency, kind)
}

func (s *Store) kind(name string) (record.Kind, bool) {
	for _, k := range s.kinds {
		if k.Name == name {
			return k, true
		}
	}
	return record.Kind{}, false
}
