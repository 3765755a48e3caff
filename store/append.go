package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"time"

	"comity/record"
)

// Append writes one entry; see [record.Log.Append] for what each step means.
func (s *Store) Append(ctx context.Context, d record.Draft) (record.Appended, error) {
	return s.log.Append(ctx, d)
}

// Commit implements [record.Storage].
func (s *Store) Commit(ctx context.Context, p record.Prepared) (record.Committed, error) {
	return s.commitWith(ctx, p, nil)
}

// commitWith commits an entry and, in the same transaction, what follows from
// it: the destruction that an erasure entry reports, the hold that a hold
// entry sets. Both may be run again after a fault, so they write nothing but
// through the transaction.
func (s *Store) commitWith(ctx context.Context, p record.Prepared, also func(*tx) error) (record.Committed, error) {
	var c record.Committed
	err := s.writeAgain(ctx, func(t *tx) error {
		var err error
		if c, err = t.again(p); !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		c, err = t.insert(p)
		if err == nil && also != nil {
			err = also(t)
		}
		return err
	})
	if err != nil {
		return record.Committed{}, err
	}
	s.counted.add(p.Stored)
	return c, nil
}

// again finds an entry of the same id. Only a keyed digest of what the caller
// sent is compared, so that it works after erasure too.
func (t *tx) again(p record.Prepared) (record.Committed, error) {
	var c record.Committed
	var same []byte
	var by int64
	err := t.row(`SELECT log.idx, ulid, receipt, published_by, same FROM entry JOIN log USING (n) WHERE id = ?`, p.ID).
		scan(&c.Index, &c.ULID, &c.Receipt, &by, &same)
	if err != nil {
		return record.Committed{}, err
	}
	if !bytes.Equal(same, p.Same) && !bytes.Equal(same, p.SameInOrder) {
		return record.Committed{}, record.Conflict(p.ID)
	}
	c.PublishedBy = fromUnix(by)
	// The permanent id is drawn anew at every try of a caller: if this very one
	// is there, it was our own try of which we did not hear the end.
	c.Again = c.ULID != p.ULID
	return c, nil
}

// insert writes everything of an entry and gives it the next index. Nobody else
// writes meanwhile, so numbers are counted; an identity column would skip some
// when a transaction fails.
func (t *tx) insert(p record.Prepared) (record.Committed, error) {
	thread, err := t.thread(p)
	if err != nil {
		return record.Committed{}, err
	}
	var n, index int64
	if err := t.row(`SELECT (SELECT coalesce(max(n) + 1, 1) FROM entry), (SELECT coalesce(max(idx) + 1, 0) FROM log)`).scan(&n, &index); err != nil {
		return record.Committed{}, err
	}
	var ended any
	if !p.Ended.IsZero() {
		ended = p.Ended.Unix()
	}
	err = t.exec(`INSERT INTO entry (n, id, ulid, agency, kind, month, law, ref, thread, stored, ended, leaf, same, receipt, published_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		n, p.ID, p.ULID, p.Agency, p.Kind, p.Header.Header.Month, p.Header.Header.Law, p.Ref, thread,
		p.Stored.Unix(), ended, p.Leaf[:], p.Same, p.Receipt, p.PublishedBy.Unix())
	if err != nil {
		return record.Committed{}, err
	}
	if err := t.exec(`INSERT INTO header (n, body) VALUES (?, ?)`, n, p.Header.Marshal()); err != nil {
		return record.Committed{}, err
	}
	for _, part := range p.Parts {
		if err := t.exec(`INSERT INTO sealed (n, part, day, key, text) VALUES (?, ?, ?, ?, ?)`, n, part.Name, part.Day, part.Key, part.Text); err != nil {
			return record.Committed{}, err
		}
	}
	for _, term := range p.Terms {
		if err := t.exec(`INSERT INTO term (agency, term, n) VALUES (?, ?, ?) ON CONFLICT (agency, term, n) DO NOTHING`, p.Agency, term, n); err != nil {
			return record.Committed{}, err
		}
	}
	// One writer writes at a time, so order can be fixed in the same
	// transaction: the index is durable when the entry is.
	if err := t.exec(`INSERT INTO log (idx, n, agency, leaf) VALUES (?, ?, ?, ?)`, index, n, p.Agency, p.Leaf[:]); err != nil {
		return record.Committed{}, err
	}
	return record.Committed{Index: index, ULID: p.ULID, Receipt: p.Receipt, PublishedBy: p.PublishedBy}, nil
}

// thread is the first entry of the chain that the entry points back along.
func (t *tx) thread(p record.Prepared) (string, error) {
	if p.Ref == "" {
		return p.ID, nil
	}
	var thread, agency string
	err := t.row(`SELECT thread, agency FROM entry WHERE id = ?`, p.Ref).scan(&thread, &agency)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && agency != p.Agency) {
		return "", problem("unknown-ref", "ref", "give the id of an entry of the same agency", "the entry points back to %q, which the agency has not written", p.Ref)
	}
	return thread, err
}

func fromUnix(n int64) time.Time { return time.Unix(n, 0).UTC() }
