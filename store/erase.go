package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"comity/record"
)

// Erase destroys the content of one entry because a court ordered it; see
// [Store.Expunge].
func (s *Store) Erase(ctx context.Context, id, authority string) (record.Appended, error) {
	list, err := s.Expunge(ctx, record.Order{Entry: id, Authority: authority, By: record.ByCourt})
	if len(list) == 0 {
		return record.Appended{}, err
	}
	return list[0], err
}

// Expunge carries out an order: content, salts, keys, terms and evidence of an
// entry, or of its whole chain, are destroyed wherever this program keeps them,
// and a signed entry for each says so and names the authority. Leaf and root
// stay, so every proof given out before still holds; nothing that was said can
// be read or tested any more. Where the order takes the header too, a signed
// note stands in its place. A litigation hold on the chain refuses all of it.
//
// The same order may be carried out again: what a crash left undone is done.
func (s *Store) Expunge(ctx context.Context, o record.Order) ([]record.Appended, error) {
	if o.By == "" {
		o.By = record.ByCourt
	}
	if err := o.Check(); err != nil {
		return nil, err
	}
	targets, err := s.targets(ctx, o)
	if err != nil {
		return nil, err
	}
	return s.expunge(ctx, o, targets)
}

func (s *Store) expunge(ctx context.Context, o record.Order, targets []target) ([]record.Appended, error) {
	needles, err := s.needles(ctx, o, targets)
	if err != nil {
		return nil, err
	}
	var work []erasing
	for _, t := range targets {
		e, err := s.prepareErasure(ctx, o, t)
		if err != nil {
			return nil, err
		}
		work = append(work, e)
	}

	// 1. In one transaction, for every target: the erasure entry, and the end
	// of the sealed rows with their salts and wrapped keys, of the terms, and of
	// the header where the order says so. A crash before its end: nothing
	// happened. After it: no query can read the content; the next start, or the
	// order carried out again, does the rest.
	var done []record.Appended
	err = s.writeAgain(ctx, func(t *tx) error {
		done = nil
		for _, e := range work {
			a, err := t.erase(e)
			if err != nil {
				return err
			}
			done = append(done, a)
		}
		for _, e := range work {
			if err := s.dueEvidence(t, e.evidence); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}

	// 2. The ledger outside the database, so that no backup brings it back. A
	// crash here: the next start adds the line.
	if err := s.ledger.add(linesOf(work)...); err != nil {
		return done, err
	}

	// 3. The evidence. A crash here: evidence_due remembers what is left.
	if err := s.removeEvidence(ctx); err != nil {
		return done, err
	}

	// 4. Out of the write-ahead log and of free pages. What the rows of an
	// order carried out before held is not known any more: then the database is
	// written anew without looking. A crash here may leave encrypted bytes whose
	// key is gone from every table.
	return done, s.data.scrub(ctx, s, needles, len(needles) == 0)
}

// An erasing is one entry about to be erased.
type erasing struct {
	target
	entry    record.Prepared // the erasure entry
	note     []byte          // in place of the header; nil: the header stays
	line     ledgerLine
	evidence []Digest
}

func (s *Store) prepareErasure(ctx context.Context, o record.Order, t target) (erasing, error) {
	e := erasing{target: t}
	id := t.orderID(o)
	at, err := s.firstTime(ctx, id)
	if err != nil {
		return e, err
	}
	if e.entry, err = s.log.Prepare(ctx, erasureDraft(id, o, t, at)); err != nil {
		return e, err
	}
	if o.Header {
		if e.note, err = s.signer.Withdrawn(t.leaf, o.By, at); err != nil {
			return e, err
		}
	}
	if e.line, err = s.ledgerLine(o, t, at); err != nil {
		return e, err
	}
	e.evidence, err = s.evidenceNamed(ctx, t)
	return e, err
}

func erasureDraft(id string, o record.Order, t target, at time.Time) record.Draft {
	d := record.Draft{
		ID: id, Agency: t.agency, Kind: "erasure", Ref: t.id, At: at,
		Fields: []record.Field{{Name: "authority", Value: o.Authority}, {Name: "by", Value: string(o.By)}},
	}
	if o.Chain {
		d.Fields = append(d.Fields, record.Field{Name: "scope", Value: "chain"})
	}
	if o.Header {
		d.Fields = append(d.Fields, record.Field{Name: "header", Value: "withdrawn"})
	}
	return d
}

// erase does everything to one target that happens inside the database. If the
// order was carried out before, its entry is there and nothing more happens.
func (t *tx) erase(e erasing) (record.Appended, error) {
	a := record.Appended{ID: e.entry.ID, Again: true}
	var by int64
	err := t.row(`SELECT log.idx, ulid, receipt, published_by FROM entry JOIN log USING (n) WHERE id = ?`, a.ID).scan(&a.Index, &a.ULID, &a.Receipt, &by)
	if !errors.Is(err, sql.ErrNoRows) {
		a.PublishedBy, a.Again = fromUnix(by), a.ULID != e.entry.ULID
		return a, err
	}
	c, err := t.insert(e.entry)
	if err != nil {
		return a, err
	}
	a.Index, a.ULID, a.Receipt, a.PublishedBy, a.Again = c.Index, c.ULID, c.Receipt, c.PublishedBy, false
	return a, t.destroy(e)
}

// destroy ends what an entry said. A hold on its chain refuses.
func (t *tx) destroy(e erasing) error {
	var held int
	err := t.row(`SELECT count(*) FROM held JOIN entry USING (n) WHERE thread = ?`, e.thread).scan(&held)
	if err != nil {
		return err
	}
	if held > 0 {
		return problem("on-hold", "entry "+e.id, "ask counsel; the hold must be lifted first", "a litigation hold keeps this entry: it was not erased")
	}
	if !e.erased {
		err = t.execAll(e.n, `INSERT INTO erasure (n, by, at) VALUES (?, ?, ?)`, []any{e.n, e.entry.ID, e.line.at.Unix()},
			`DELETE FROM sealed WHERE n = ?`, `DELETE FROM term WHERE n = ?`, `DELETE FROM unindexed WHERE n = ?`,
			`DELETE FROM webhook_message WHERE entry = (SELECT id FROM entry WHERE n = ?)`)
	}
	if err == nil && e.note != nil && !e.withdrawn {
		err = t.execAll(e.n, `INSERT INTO withdrawal (n, note) VALUES (?, ?)`, []any{e.n, e.note}, `DELETE FROM header WHERE n = ?`)
	}
	return err
}

// execAll runs the first statement with its values, then the others with n.
func (t *tx) execAll(n int64, first string, args []any, then ...string) error {
	if err := t.exec(first, args...); err != nil {
		return err
	}
	for _, query := range then {
		if err := t.exec(query, n); err != nil {
			return err
		}
	}
	return nil
}

// A target is the entry that an order is about.
type target struct {
	n                        int64
	id, ulid, agency, thread string
	kind                     string
	leaf                     record.Leaf
	erased, withdrawn        bool
}

// orderID is the id of the one erasure entry that a target can have, or of the
// one that withdraws the header of what was erased before.
func (t target) orderID(o record.Order) string {
	if t.erased && o.Header && !t.withdrawn {
		return "withdrawal." + t.ulid
	}
	return "erasure." + t.ulid
}

func (t target) isOwn() bool {
	return slices.ContainsFunc(record.OwnKinds(), func(k record.Kind) bool { return k.Name == t.kind })
}

// target finds an entry that an order may be about.
func (s *Store) target(ctx context.Context, id string) (target, error) {
	t, err := s.find(ctx, id)
	if err == nil && t.isOwn() {
		err = problem("own-entry", "entry "+id, "", "an entry of kind %q is about the record itself and names nobody: it stays", t.kind)
	}
	return t, err
}

// targets are what an order destroys. What the record wrote of itself stays.
func (s *Store) targets(ctx context.Context, o record.Order) ([]target, error) {
	one, err := s.target(ctx, o.Entry)
	if err != nil || !o.Chain {
		return []target{one}, err
	}
	all, err := s.chain(ctx, one.thread)
	return slices.DeleteFunc(all, target.isOwn), err
}

func (s *Store) find(ctx context.Context, id string) (target, error) {
	list, err := s.targetRows(ctx, `WHERE entry.id = ?`, id)
	if err == nil && len(list) == 0 {
		err = notFound("entry")
	}
	if err != nil {
		return target{}, err
	}
	return list[0], nil
}

// chain is every entry of a thread, in the order of writing.
func (s *Store) chain(ctx context.Context, thread string) ([]target, error) {
	return s.targetRows(ctx, `WHERE entry.id = ? OR (entry.ref <> '' AND entry.thread = ?) ORDER BY entry.n`, thread, thread)
}

func (s *Store) targetRows(ctx context.Context, where string, args ...any) ([]target, error) {
	var out []target
	err := s.each(ctx, func(r *sql.Rows) error {
		var t target
		var leaf []byte
		err := r.Scan(&t.n, &t.id, &t.ulid, &t.agency, &t.thread, &t.kind, &leaf, &t.erased, &t.withdrawn)
		if err == nil && len(leaf) != len(t.leaf) {
			err = damaged("a leaf has %d bytes", len(leaf))
		}
		if err == nil {
			t.leaf = record.Leaf(leaf)
		}
		out = append(out, t)
		return err
	}, `SELECT entry.n, entry.id, ulid, agency, thread, kind, leaf, EXISTS (SELECT 1 FROM erasure WHERE erasure.n = entry.n),
		EXISTS (SELECT 1 FROM withdrawal WHERE withdrawal.n = entry.n) FROM entry `+where, args...)
	return out, err
}

// appendWith writes an entry whose effect happens in the same transaction.
func (s *Store) appendWith(ctx context.Context, d record.Draft, effect func(*tx) error) (record.Appended, error) {
	p, err := s.log.Prepare(ctx, d)
	if err != nil {
		return record.Appended{}, err
	}
	c, err := s.commitWith(ctx, p, effect)
	if err != nil {
		return record.Appended{}, err
	}
	return record.Appended{Index: c.Index, ID: d.ID, ULID: c.ULID, Receipt: c.Receipt, PublishedBy: c.PublishedBy, Again: c.Again}, nil
}

// needles are what must be found nowhere after an erasure: the wrapped keys,
// the beginning and end of what they sealed, terms that no other entry has, and
// of a header that goes the commitments, which stand nowhere else.
func (s *Store) needles(ctx context.Context, o record.Order, targets []target) ([][]byte, error) {
	var out [][]byte
	for _, t := range targets {
		rows, err := s.sealedRows(ctx, t.n)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out = append(out, r.box.Key, r.box.Text[:min(32, len(r.box.Text))], r.box.Text[max(0, len(r.box.Text)-32):])
		}
		err = s.each(ctx, func(r *sql.Rows) error {
			var term []byte
			err := r.Scan(&term)
			out = append(out, term)
			return err
		}, `SELECT term FROM term WHERE n = ? AND NOT EXISTS (SELECT 1 FROM term AS other WHERE other.agency = term.agency AND other.term = term.term AND other.n <> term.n)`, t.n)
		if err != nil {
			return nil, err
		}
		if !o.Header || t.withdrawn {
			continue
		}
		var body []byte
		if err := s.read.QueryRowContext(ctx, `SELECT body FROM header WHERE n = ?`, t.n).Scan(&body); err != nil {
			return nil, explain("read header", err)
		}
		h, err := record.ParseSalted(t.leaf.Name(), body)
		if err != nil {
			return nil, err
		}
		for _, c := range h.Header.Commitments {
			out = append(out, []byte(c))
		}
	}
	return out, nil
}
