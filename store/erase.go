package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"comity/record"
)

// Erase destroys the content of an entry because an authority ordered it, and
// writes a signed entry that says so and names the authority. Entry, header,
// leaf and every proof given out stay good; nothing that was said can be read
// or tested any more. A litigation hold on the entry or its chain refuses it.
func (s *Store) Erase(ctx context.Context, id, authority string) (record.Appended, error) {
	if strings.TrimSpace(authority) == "" {
		return record.Appended{}, problem("no-authority", "authority", "name the court and the order, e.g. Circuit Court of Cook County, order of 3 March 2026", "an erasure must name who ordered it")
	}
	target, err := s.target(ctx, id)
	if err != nil {
		return record.Appended{}, err
	}
	if target.erased {
		return s.eraseAgain(ctx, target)
	}
	remains, err := s.sealedRows(ctx, target.n)
	if err != nil {
		return record.Appended{}, err
	}

	// 1. In one transaction: the erasure entry, the ledger row, and the end of
	// the sealed rows with their salts and wrapped keys. A crash before its
	// end: nothing happened. After it: no query can read the content; the
	// order is carried out again and step 2 is done then.
	now := s.config.Now()
	done, err := s.appendWith(ctx, record.Draft{
		ID: target.orderID(), Agency: target.agency, Kind: "erasure", Ref: id, At: now,
		Fields: []record.Field{{Name: "authority", Value: authority}},
	}, func(t *tx) error { return t.destroy(target, now.Unix()) })
	if err != nil {
		return record.Appended{}, err
	}

	// 2. Out of the write-ahead log and of free pages. A crash here may leave
	// encrypted bytes whose key is gone from every table.
	return done, s.data.scrub(ctx, s, needles(remains), false)
}

// eraseAgain repeats an order. What the destroyed rows held is not known any
// more, so the database is written anew without looking.
func (s *Store) eraseAgain(ctx context.Context, target target) (record.Appended, error) {
	a := record.Appended{ID: target.orderID(), Again: true}
	var by int64
	err := s.read.QueryRowContext(ctx, `SELECT idx, ulid, receipt, published_by FROM entry JOIN log USING (n) WHERE id = ?`, a.ID).
		Scan(&a.Index, &a.ULID, &a.Receipt, &by)
	if err != nil {
		return record.Appended{}, explain("find the erasure", err)
	}
	a.PublishedBy = fromUnix(by)
	return a, s.data.scrub(ctx, s, nil, true)
}

// A target is the entry that an order is about.
type target struct {
	n                int64
	id, ulid, agency string
	kind             string
	erased           bool
}

// orderID is the id of the one erasure entry that a target can have.
func (t target) orderID() string { return "erasure." + t.ulid }

func (s *Store) target(ctx context.Context, id string) (target, error) {
	t := target{id: id}
	err := s.read.QueryRowContext(ctx, `SELECT n, ulid, agency, kind, EXISTS (SELECT 1 FROM erasure WHERE erasure.n = entry.n) FROM entry WHERE id = ?`, id).
		Scan(&t.n, &t.ulid, &t.agency, &t.kind, &t.erased)
	if errors.Is(err, sql.ErrNoRows) {
		return t, notFound("entry")
	}
	if err != nil {
		return t, explain("find entry", err)
	}
	for _, own := range record.OwnKinds() {
		if t.kind == own.Name {
			return t, problem("own-entry", "entry "+id, "", "an entry of kind %q is about the record itself and names nobody: it stays", t.kind)
		}
	}
	return t, nil
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

func (t *tx) destroy(target target, at int64) error {
	var held int
	err := t.row(`SELECT count(*) FROM hold JOIN entry USING (n) WHERE thread = (SELECT thread FROM entry WHERE n = ?)`, target.n).scan(&held)
	if err != nil {
		return err
	}
	if held > 0 {
		return problem("on-hold", "entry "+target.id, "ask counsel; the hold must be lifted first", "a litigation hold keeps this entry: it was not erased")
	}
	if err := t.exec(`INSERT INTO erasure (n, by, at) VALUES (?, ?, ?)`, target.n, target.orderID(), at); err != nil {
		return err
	}
	return t.exec(`DELETE FROM sealed WHERE n = ?`, target.n)
}

// Hold sets a litigation hold on an entry and its chain: nothing in it can be
// erased until it is lifted. The hold is itself an entry and names its
// authority.
func (s *Store) Hold(ctx context.Context, holdID, id, authority string) (record.Appended, error) {
	return s.holdEntry(ctx, holdID, id, authority, "set", func(t *tx, n int64) error {
		return t.exec(`INSERT INTO hold (n, by) VALUES (?, ?) ON CONFLICT (n) DO UPDATE SET by = excluded.by`, n, holdID)
	})
}

// LiftHold ends a litigation hold, by an entry that names its authority.
func (s *Store) LiftHold(ctx context.Context, holdID, id, authority string) (record.Appended, error) {
	return s.holdEntry(ctx, holdID, id, authority, "lifted", func(t *tx, n int64) error {
		return t.exec(`DELETE FROM hold WHERE n = ?`, n)
	})
}

func (s *Store) holdEntry(ctx context.Context, holdID, id, authority, what string, effect func(*tx, int64) error) (record.Appended, error) {
	if strings.TrimSpace(authority) == "" {
		return record.Appended{}, problem("no-authority", "authority", "name who orders it and by what paper", "a litigation hold must name its authority")
	}
	target, err := s.target(ctx, id)
	if err != nil {
		return record.Appended{}, err
	}
	return s.appendWith(ctx, record.Draft{
		ID: holdID, Agency: target.agency, Kind: "hold", Ref: id, At: s.config.Now(),
		Fields: []record.Field{{Name: "authority", Value: authority}, {Name: "hold", Value: what}},
	}, func(t *tx) error { return effect(t, target.n) })
}

// needles are what must be found nowhere after an erasure: the wrapped keys,
// and the beginning and end of what they sealed.
func needles(rows []sealedRow) [][]byte {
	var out [][]byte
	for _, r := range rows {
		out = append(out, r.box.Key, r.box.Text[:min(32, len(r.box.Text))], r.box.Text[max(0, len(r.box.Text)-32):])
	}
	return out
}

// search returns the first file below dir that holds any of the needles. It
// leaves out what may not be opened like any file.
func search(dir string, needles [][]byte, except ...string) (string, error) {
	found := ""
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || found != "" || slices.Contains(except, path) {
			return err
		}
		has, err := fileHas(path, needles)
		if has {
			found = path
		}
		return err
	})
	return found, err
}

func fileHas(path string, needles [][]byte) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	return has(f, needles)
}

func has(r io.Reader, needles [][]byte) (bool, error) {
	const overlap = 256 // longer than any needle
	buf := make([]byte, 1<<20)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		for _, needle := range needles {
			if bytes.Contains(buf[:kept+n], needle) {
				return true, nil
			}
		}
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("search for what was erased: %w", err)
		}
		keep := min(overlap, kept+n)
		copy(buf, buf[kept+n-keep:kept+n])
		kept = keep
	}
}
