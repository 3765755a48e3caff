package store

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"time"

	"comity/record"
)

// Append writes one entry; see [record.Log.Append] for what each step means.
func (s *Store) Append(ctx context.Context, d record.Draft) (record.Appended, error) {
	return s.log.Append(ctx, d)
}

// Commit implements [record.Storage]. Entries that wait at the same time are
// written together (insertAll).
func (s *Store) Commit(ctx context.Context, p record.Prepared) (record.Committed, error) {
	e := newPending(p)
	err := s.writer.submit(ctx, &job{entry: e, do: func(t *tx) error { return t.insertOne(e) }, twice: true, done: make(chan struct{})})
	if err != nil {
		return record.Committed{}, err
	}
	s.counted.add(p.Stored)
	return e.c, nil
}

// commitWith commits an entry and, in the same transaction, what follows from
// it: the destruction that an erasure entry reports, the hold that a hold
// entry sets. Both may be run again after a fault, so they write nothing but
// through the transaction.
func (s *Store) commitWith(ctx context.Context, p record.Prepared, also func(*tx) error) (record.Committed, error) {
	e := newPending(p)
	err := s.writeAgain(ctx, func(t *tx) error {
		if err := t.insertOne(e); err != nil || e.found {
			return err
		}
		return also(t)
	})
	if err != nil {
		return record.Committed{}, err
	}
	s.counted.add(p.Stored)
	return e.c, nil
}

// A pending entry is one that is being written.
type pending struct {
	p      record.Prepared
	header []byte // as it is kept
	c      record.Committed
	err    error // why this one is refused; the others are written
	found  bool  // it was written before
}

// newPending does what can be done before the writer's turn: callers are many,
// the writer is one.
func newPending(p record.Prepared) *pending {
	return &pending{p: p, header: p.Header.Marshal()}
}

// insert writes an entry.
func (t *tx) insert(p record.Prepared) (record.Committed, error) {
	e := newPending(p)
	err := t.insertOne(e)
	return e.c, err
}

func (t *tx) insertOne(e *pending) error {
	if err := t.insertAll([]*pending{e}); err != nil {
		return err
	}
	return e.err
}

// insertAll writes entries and counts them in their cells.
func (t *tx) insertAll(list []*pending) error { return t.insertEntries(list, true) }

// insertEntries writes entries, each with the next index. Nobody else writes
// meanwhile, so numbers are counted; an identity column would skip some when a
// transaction fails. The order is fixed in the transaction that stores the
// entry: its index is durable when it is.
func (t *tx) insertEntries(list []*pending, counted bool) error {
	n, index, known, err := t.known(list)
	if err != nil {
		return err
	}
	cells := map[writtenCell]int64{}
	var entries, headers, sealed, terms, log []any // columns of one row after those of the other
	for _, e := range list {
		e.c, e.err, e.found = record.Committed{}, nil, false
		if was, ok := known[e.p.ID]; ok {
			e.c, e.err, e.found = was.answer(e.p)
			continue
		}
		var thread string
		if thread, e.err = threadOf(e.p, known); e.err != nil {
			continue
		}
		p := &e.p
		entries = append(entries, n, p.ID, p.ULID, p.Agency, p.Kind, p.Header.Header.Month, p.Header.Header.Law, p.Ref, thread,
			p.Stored.Unix(), unixOrNull(p.Ended), p.Leaf[:], p.Same, p.Receipt, p.PublishedBy.Unix())
		headers = append(headers, n, e.header)
		for _, part := range p.Parts {
			sealed = append(sealed, n, part.Name, part.Day, part.Key, part.Text)
		}
		for i, term := range p.Terms {
			if !slices.ContainsFunc(p.Terms[:i], func(other []byte) bool { return bytes.Equal(other, term) }) {
				terms = append(terms, p.Agency, term, n)
			}
		}
		log = append(log, index, n, p.Agency, p.Leaf[:])
		e.c = record.Committed{Index: index, ULID: p.ULID, Receipt: p.Receipt, PublishedBy: p.PublishedBy}
		known[p.ID] = knownEntry{e.c, p.Same, thread, p.Agency}
		cells[cellOf(p)]++
		n, index = n+1, index+1
	}
	into := []insertion{
		{into: "entry (n, id, ulid, agency, kind, month, law, ref, thread, stored, ended, leaf, same, receipt, published_by)", values: entries},
		{into: "header (n, body)", values: headers}, {into: "sealed (n, part, day, key, text)", values: sealed},
		{into: "term (agency, term, n)", values: terms}, {into: "log (idx, n, agency, leaf)", values: log},
	}
	if counted {
		into = append(into, counting(cells))
	}
	return t.w.data.insert(t, into)
}

// A knownEntry is one that was written before, perhaps in this transaction.
type knownEntry struct {
	c              record.Committed
	same           []byte
	thread, agency string
}

// answer is the first answer again, or the refusal of an id that was used for
// something else. Only a keyed digest of what the caller sent is compared, so
// that it works after erasure too.
func (k knownEntry) answer(p record.Prepared) (record.Committed, error, bool) {
	if !p.Repeats(k.same) {
		return record.Committed{}, record.Conflict(p.ID), true
	}
	// The permanent id is drawn anew at every try of a caller: if this very one
	// is there, it was our own try of which we did not hear the end.
	c := k.c
	c.Again = c.ULID != p.ULID
	return c, nil, true
}

// known finds the next number and index, which of the entries were written
// before, and those they point back to: all in one question.
func (t *tx) known(list []*pending) (n, index int64, known map[string]knownEntry, err error) {
	ids := make([]string, 0, len(list))
	for _, e := range list {
		if ids = append(ids, e.p.ID); e.p.Ref != "" {
			ids = append(ids, e.p.Ref)
		}
	}
	known = make(map[string]knownEntry, len(ids))
	anyOf, arg := t.w.data.anyOf(ids)
	err = t.each(func(r *sql.Rows) error {
		var id, ulid, thread, agency sql.NullString // NULL: none is known
		var place, by sql.NullInt64
		var k knownEntry
		if err := r.Scan(&n, &index, &id, &place, &ulid, &k.c.Receipt, &by, &k.same, &thread, &agency); err != nil || !id.Valid {
			return err
		}
		k.c.Index, k.c.ULID, k.c.PublishedBy = place.Int64, ulid.String, fromUnix(by.Int64)
		k.thread, k.agency = thread.String, agency.String
		known[id.String] = k
		return nil
	}, `SELECT next.n, next.idx, was.id, was.idx, was.ulid, was.receipt, was.published_by, was.same, was.thread, was.agency
		FROM (SELECT (SELECT coalesce(max(n) + 1, 1) FROM entry) AS n, (SELECT coalesce(max(idx) + 1, 0) FROM log) AS idx) AS next
		LEFT JOIN (SELECT id, log.idx, ulid, receipt, published_by, same, thread, entry.agency FROM entry JOIN log USING (n) WHERE id IN `+anyOf+`) AS was ON 1 = 1`, arg)
	return n, index, known, err
}

// threadOf is the first entry of the chain that an entry points back along.
func threadOf(p record.Prepared, known map[string]knownEntry) (string, error) {
	if p.Ref == "" {
		return p.ID, nil
	}
	ref, ok := known[p.Ref]
	if !ok || ref.agency != p.Agency {
		return "", problem("unknown-ref", "ref", "give the id of an entry of the same agency", "the entry points back to %q, which the agency has not written", p.Ref)
	}
	return ref.thread, nil
}

// unixOrNull is NULL for the zero time.
func unixOrNull(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	u := t.Unix()
	return &u
}

func fromUnix(n int64) time.Time { return time.Unix(n, 0).UTC() }
