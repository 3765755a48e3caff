package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"comity/record"
	"comity/seal"
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

// Check looks at everything: every page, every count, every entry, and that
// the public log verifies under the record's own key. It reads the whole
// database.
func (s *Store) Check(ctx context.Context) (record.Report, error) {
	if err := s.data.check(ctx, s, true); err != nil {
		return record.Report{}, err
	}
	if err := s.checkCounts(ctx); err != nil {
		return record.Report{}, err
	}
	if err := s.checkCells(ctx); err != nil {
		return record.Report{}, err
	}
	if _, err := s.checkEntries(ctx); err != nil {
		return record.Report{}, err
	}
	return record.Verify(ctx, s.Key(), s.files)
}

// checkCounts holds tables against each other.
func (s *Store) checkCounts(ctx context.Context) error {
	var wrong []string
	for _, c := range []struct{ what, query string }{
		{"entries without a place in the log", `SELECT count(*) FROM entry WHERE n NOT IN (SELECT n FROM log) AND n NOT IN (SELECT n FROM outbox)`},
		{"gaps in the log", `SELECT coalesce(max(idx) + 1, 0) - count(*) FROM log`},
		{"leaves that differ from their entry", `SELECT count(*) FROM log JOIN entry USING (n) WHERE log.leaf <> entry.leaf OR log.agency <> entry.agency`},
		{"entries without a header and without an order", `SELECT count(*) FROM entry WHERE n NOT IN (SELECT n FROM header) AND n NOT IN (SELECT n FROM withdrawal)`},
		{"terms of entries that were erased", `SELECT count(*) FROM term WHERE n IN (SELECT n FROM erasure)`},
		{"entries to be indexed that were erased", `SELECT count(*) FROM unindexed WHERE n IN (SELECT n FROM erasure)`},
		{"sealed parts of entries that were erased", `SELECT count(*) FROM sealed WHERE n IN (SELECT n FROM erasure)`},
		{"headers that were withdrawn", `SELECT count(*) FROM header WHERE n IN (SELECT n FROM withdrawal)`},
		{"entries without content and without an order", `SELECT count(*) FROM entry WHERE n NOT IN (SELECT n FROM sealed) AND n NOT IN (SELECT n FROM erasure)`},
	} {
		var n int64
		if err := s.read.QueryRowContext(ctx, c.query).Scan(&n); err != nil {
			return explain("check", err)
		}
		if n != 0 {
			wrong = append(wrong, fmt.Sprintf("%d %s", n, c.what))
		}
	}
	if len(wrong) > 0 {
		return damaged("%s", strings.Join(wrong, ", "))
	}
	return nil
}

// A tally counts what checkEntries has read.
type tally struct {
	entries int64 // in the log
	erased  int64 // of them, by an order
	parts   int64 // sealed parts that open
	wrong   map[string]*faults
}

type faults struct{ count, first int64 }

func (t *tally) fault(what string, index int64) {
	if t.wrong == nil {
		t.wrong = map[string]*faults{}
	}
	if t.wrong[what] == nil {
		t.wrong[what] = &faults{0, index}
	}
	t.wrong[what].count++
}

// err says what is wrong. Entries are named by their index: an id is the
// caller's and may say more.
func (t *tally) err() error {
	var all []string
	for what, f := range t.wrong {
		all = append(all, fmt.Sprintf("%d %s (the first is entry number %d)", f.count, what, f.first))
	}
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	return damaged("%s", strings.Join(all, "; "))
}

// A checkedEntry is what the sealed parts of an entry are held against.
type checkedEntry struct {
	index      int64
	agency, id string
	header     record.Salted
	whole      bool // its header hashes to its leaf
	erased     bool
}

// checkEntries reads every entry: its header hashes to its leaf, its sealed
// parts open under the keys at hand and say what the header commits to, and the
// leaves add up to the root that was published.
func (s *Store) checkEntries(ctx context.Context) (tally, error) {
	head, err := s.Head(ctx)
	if err != nil {
		return tally{}, err
	}
	var t tally
	var sum fold
	days := map[dayName]seal.Key{}
	for {
		if head.Checkpoint != nil && sum.n == head.Size && sum.root() != head.Root {
			return t, damaged("the leaves do not add up to the root that was published")
		}
		limit := int64(500)
		if sum.n < head.Size {
			limit = min(limit, head.Size-sum.n)
		}
		page, err := s.checkHeaders(ctx, &t, &sum, limit)
		if err != nil {
			return t, err
		}
		if len(page) == 0 {
			break
		}
		if err := s.checkParts(ctx, &t, page, days); err != nil {
			return t, err
		}
	}
	if sum.n < head.Size {
		return t, damaged("the published log has %d entries, the database only %d", head.Size, sum.n)
	}
	return t, t.err()
}

// checkHeaders reads the next entries in the order of the log.
func (s *Store) checkHeaders(ctx context.Context, t *tally, sum *fold, limit int64) (map[int64]*checkedEntry, error) {
	page := map[int64]*checkedEntry{}
	err := s.each(ctx, func(r *sql.Rows) error {
		var e checkedEntry
		var n int64
		var raw, body, receipt []byte
		if err := r.Scan(&n, &e.index, &e.id, &e.agency, &raw, &body, &receipt, &e.erased); err != nil {
			return err
		}
		page[n] = &e
		t.entries++
		if e.erased {
			t.erased++
		}
		if len(raw) != len(record.Leaf{}) {
			return damaged("the leaf of entry number %d has %d bytes", e.index, len(raw))
		}
		leaf := record.Leaf(raw)
		sum.add(leaf.Hash())
		if _, err := s.Key().Receipt(receipt); err != nil {
			t.fault("receipts that are not as they were given out", e.index)
		}
		if body == nil { // counted by checkCounts
			return nil
		}
		var err error
		e.header, err = record.ParseSalted(leaf.Name(), body)
		if e.whole = err == nil; !e.whole {
			t.fault("headers that do not hash to their leaf", e.index)
		}
		return nil
	}, `SELECT log.n, log.idx, entry.id, entry.agency, log.leaf, header.body, entry.receipt, EXISTS (SELECT 1 FROM erasure WHERE erasure.n = entry.n)
		FROM log JOIN entry ON entry.n = log.n LEFT JOIN header ON header.n = log.n WHERE log.idx >= ? ORDER BY log.idx LIMIT ?`, sum.n, limit)
	return page, err
}

// checkParts opens what is sealed of a page of entries.
func (s *Store) checkParts(ctx context.Context, t *tally, page map[int64]*checkedEntry, days map[dayName]seal.Key) error {
	first, last := int64(-1), int64(-1)
	for _, e := range page {
		if first < 0 || e.index < first {
			first = e.index
		}
		last = max(last, e.index)
	}
	type part struct {
		n   int64
		row sealedRow
	}
	var parts []part
	err := s.each(ctx, func(r *sql.Rows) error {
		var p part
		err := r.Scan(&p.n, &p.row.part, &p.row.day, &p.row.box.Key, &p.row.box.Text)
		parts = append(parts, p)
		return err
	}, `SELECT sealed.n, part, day, key, text FROM log JOIN sealed ON sealed.n = log.n WHERE log.idx >= ? AND log.idx <= ?`, first, last)
	if err != nil {
		return err
	}
	for _, p := range parts {
		e := page[p.n]
		if e == nil {
			continue
		}
		kek, err := s.checkedDay(ctx, dayName{e.agency, p.row.day}, days)
		if err != nil {
			return err
		}
		if why := e.wrongPart(p.row, kek); why != "" {
			t.fault(why, e.index)
			continue
		}
		t.parts++
	}
	return nil
}

// checkedDay opens the key of an agency and day; a zero key if there is none.
func (s *Store) checkedDay(ctx context.Context, name dayName, days map[dayName]seal.Key) (seal.Key, error) {
	if key, ok := days[name]; ok {
		return key, nil
	}
	key, err := s.storedDayKey(ctx, name)
	if err != nil && !errors.Is(err, sql.ErrNoRows) && !errors.Is(err, seal.ErrSealed) {
		return seal.Key{}, explain("check", err)
	}
	days[name] = key
	return key, nil
}

// wrongPart says what is wrong with a sealed part, or nothing.
func (e *checkedEntry) wrongPart(row sealedRow, kek seal.Key) string {
	text, err := row.box.Open(kek, sealContext(e.agency, e.id, row.part))
	if err != nil {
		return "sealed parts that do not open under the keys at hand"
	}
	var list []seal.Disclosure
	if err := json.Unmarshal(text, &list); err != nil {
		return "sealed parts that cannot be read"
	}
	for _, d := range list {
		if _, found := slices.BinarySearch(e.header.Header.Commitments, d.Digest()); e.whole && !found {
			return "sealed parts that say what their header does not commit to"
		}
	}
	return ""
}

// A fold adds leaves up to the root of their tree (RFC 6962).
type fold struct {
	n     int64
	peaks []tlog.Hash // of the full subtrees, from the largest
}

func (f *fold) add(h tlog.Hash) {
	f.peaks = append(f.peaks, h)
	for n := f.n; n&1 == 1; n >>= 1 {
		last := len(f.peaks) - 1
		f.peaks = append(f.peaks[:last-1], tlog.NodeHash(f.peaks[last-1], f.peaks[last]))
	}
	f.n++
}

func (f *fold) root() tlog.Hash {
	if len(f.peaks) == 0 {
		h, _ := tlog.TreeHash(0, nil) // of no leaves: reads nothing
		return h
	}
	h := f.peaks[len(f.peaks)-1]
	for i := len(f.peaks) - 2; i >= 0; i-- {
		h = tlog.NodeHash(f.peaks[i], h)
	}
	return h
}
