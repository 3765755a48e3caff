package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"

	"comity/record"
)

const selectEntry = `SELECT entry.n, log.idx, entry.id, ulid, entry.agency, kind, law, ref, stored,
	log.idx < coalesce((SELECT size FROM head), 0), EXISTS (SELECT 1 FROM erasure WHERE erasure.n = entry.n)
	FROM log JOIN entry USING (n) `

// Entry returns an entry as staff of its agency see it.
func (s *Store) Entry(ctx context.Context, id string) (record.Entry, error) {
	list, err := s.entries(ctx, selectEntry+`WHERE entry.id = ?`, id)
	if err != nil {
		return record.Entry{}, err
	}
	if len(list) == 0 {
		return record.Entry{}, notFound("entry")
	}
	return list[0], nil
}

// Entries returns entries of an agency (all agencies if it is empty) with an
// index greater than after, in order. Use -1 to begin.
func (s *Store) Entries(ctx context.Context, agency string, after int64, limit int) ([]record.Entry, error) {
	if agency == "" {
		return s.entries(ctx, selectEntry+`WHERE log.idx > ? ORDER BY log.idx LIMIT ?`, after, limit)
	}
	return s.entries(ctx, selectEntry+`WHERE log.agency = ? AND log.idx > ? ORDER BY log.idx LIMIT ?`, agency, after, limit)
}

// Follow returns the entries that point back to one, in order.
func (s *Store) Follow(ctx context.Context, ref string) ([]record.Entry, error) {
	return s.entries(ctx, selectEntry+`WHERE entry.ref = ? AND entry.ref <> '' ORDER BY log.idx`, ref)
}

// Size is the number of entries written, published or not.
func (s *Store) Size(ctx context.Context) (int64, error) {
	var n int64
	err := s.read.QueryRowContext(ctx, `SELECT coalesce(max(idx) + 1, 0) FROM log`).Scan(&n)
	return n, explain("count entries", err)
}

// entries reads rows first and opens them after, so that no reading
// transaction stays open meanwhile.
func (s *Store) entries(ctx context.Context, query string, args ...any) ([]record.Entry, error) {
	var out []record.Entry
	var numbers []int64
	err := s.each(ctx, func(r *sql.Rows) error {
		var e record.Entry
		var n, stored int64
		err := r.Scan(&n, &e.Index, &e.ID, &e.ULID, &e.Agency, &e.Kind, &e.Law, &e.Ref, &stored, &e.Published, &e.Erased)
		e.Stored = fromUnix(stored)
		out, numbers = append(out, e), append(numbers, n)
		return err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if err := s.unseal(ctx, numbers[i], &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Store) unseal(ctx context.Context, n int64, e *record.Entry) error {
	if e.Erased {
		return nil
	}
	parts, err := s.disclosures(ctx, n, e.Agency, e.ID)
	if err != nil {
		return err
	}
	fields, err := fieldsOf(parts)
	if err != nil {
		return err
	}
	e.Fill(fields)
	return nil
}

// A stored row of what a receipt is made of.
type receiptRow struct {
	n, index int64
	agency   string
	receipt  record.Receipt
	header   record.Salted
}

func (s *Store) receiptRow(ctx context.Context, id string) (receiptRow, error) {
	var r receiptRow
	var promise, header, leaf []byte
	err := s.read.QueryRowContext(ctx, `SELECT n, idx, entry.agency, receipt, body, entry.leaf
		FROM entry JOIN log USING (n) JOIN header USING (n) WHERE id = ?`, id).Scan(&r.n, &r.index, &r.agency, &promise, &header, &leaf)
	if errors.Is(err, sql.ErrNoRows) {
		return r, s.noReceipt(ctx, id)
	}
	if err != nil {
		return r, explain("read receipt", err)
	}
	if r.receipt, err = record.ParseReceipt(promise); err != nil {
		return r, err
	}
	r.header, err = record.ParseSalted(record.Leaf(leaf).Name(), header)
	return r, err
}

// noReceipt says why there is none: no entry, or an order withdrew its header.
func (s *Store) noReceipt(ctx context.Context, id string) error {
	t, err := s.find(ctx, id)
	if err == nil && t.withdrawn {
		err = problem("withdrawn", "entry "+id, "a receipt that was given out before still proves the entry", "an order withdrew the header of this entry: no new receipt is made")
	}
	return err
}

// Receipt returns the receipt of an entry: complete once a checkpoint covers
// it, the promise before.
func (s *Store) Receipt(ctx context.Context, id string) ([]byte, error) {
	row, err := s.receiptRow(ctx, id)
	if err != nil {
		return nil, err
	}
	r, err := s.complete(ctx, row)
	if err != nil {
		return nil, err
	}
	return r.Marshal(), nil
}

// Disclose returns the receipt with these fields shown and proved, and no
// other. The caller decides who may see them.
func (s *Store) Disclose(ctx context.Context, id string, names ...string) ([]byte, error) {
	row, err := s.receiptRow(ctx, id)
	if err != nil {
		return nil, err
	}
	parts, err := s.disclosures(ctx, row.n, row.agency, id)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, list := range parts {
		for _, d := range list {
			name, _, err := d.Field()
			if err != nil {
				return nil, err
			}
			found[name] = string(d)
		}
	}
	var shown []string
	for _, name := range names {
		if found[name] == "" {
			return nil, problem("no-field", "fields."+name, "", "the entry has no field %q, or it was erased", name)
		}
		shown = append(shown, found[name])
	}
	r, err := s.complete(ctx, row)
	if err != nil {
		return nil, err
	}
	if r, err = r.Show(row.header.Header, shown); err != nil {
		return nil, err
	}
	return r.Marshal(), nil
}

func (s *Store) complete(ctx context.Context, row receiptRow) (record.Receipt, error) {
	head, err := s.Head(ctx)
	if err != nil || row.index >= head.Size {
		return row.receipt, err
	}
	r, err := row.receipt.Prove(ctx, s.files, head, row.index)
	if errors.Is(err, fs.ErrNotExist) { // another process published it; its tiles are not here yet
		if head, err = s.log.Follow(ctx); err == nil {
			r, err = row.receipt.Prove(ctx, s.files, head, row.index)
		}
	}
	return r, err
}
