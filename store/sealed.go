package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"comity/record"
	"comity/seal"
)

// The two parts of an entry that are sealed, and can be destroyed, apart.
const (
	casePart     = "case"
	personalPart = "personal"
)

// dayName names the key of one agency and day.
type dayName struct{ agency, day string }

// Seal implements [record.Sealer].
func (s *Store) Seal(ctx context.Context, agency, id string, stored time.Time, fields []record.Field, n int) (record.Sealed, error) {
	day := stored.UTC().Format(time.DateOnly)
	kek, err := s.dayKey(ctx, dayName{agency, day})
	if err != nil {
		return record.Sealed{}, err
	}
	parts := map[string][]seal.Disclosure{}
	out := record.Sealed{Commitments: make([]string, 0, n)}
	for _, f := range fields {
		d := seal.NewDisclosure(f.Name, f.Value)
		parts[partOf(f)] = append(parts[partOf(f)], d)
		out.Commitments = append(out.Commitments, d.Digest())
	}
	if decoys := n - len(fields); decoys > 0 {
		out.Commitments = append(out.Commitments, seal.Decoys(decoys)...)
	}
	if out.Terms, err = s.terms(agency, fields); err != nil {
		return record.Sealed{}, err
	}
	for _, name := range []string{casePart, personalPart} {
		if len(parts[name]) == 0 {
			continue
		}
		box, err := seal.Seal(kek, sealContext(agency, id, name), seal.MarshalDisclosures(parts[name]))
		if err != nil {
			return record.Sealed{}, err
		}
		out.Parts = append(out.Parts, record.Part{Name: name, Day: day, Key: box.Key, Text: box.Text})
	}
	return out, nil
}

func partOf(f record.Field) string {
	if f.Personal {
		return personalPart
	}
	return casePart
}

// sealContext ties a box to its place: moved elsewhere it does not open.
func sealContext(agency, id, part string) string {
	return "comity/1\x00" + agency + "\x00" + id + "\x00" + part
}

// dayKey returns the key of an agency and day and makes it, durably, at its
// first use.
func (s *Store) dayKey(ctx context.Context, name dayName) (seal.Key, error) {
	s.daysMu.Lock()
	defer s.daysMu.Unlock()
	if key, ok := s.days[name]; ok {
		return key, nil
	}
	key, err := s.storedDayKey(ctx, name)
	if errors.Is(err, sql.ErrNoRows) {
		key, err = s.newDayKey(ctx, name)
	}
	if err != nil {
		return seal.Key{}, fmt.Errorf("key of %s for %s: %w", name.agency, name.day, err)
	}
	if len(s.days) >= 1024 {
		clear(s.days)
	}
	s.days[name] = key
	return key, nil
}

func (s *Store) storedDayKey(ctx context.Context, name dayName) (seal.Key, error) {
	var sealed []byte
	err := s.read.QueryRowContext(ctx, `SELECT key FROM day_key WHERE agency = ? AND day = ?`, name.agency, name.day).Scan(&sealed)
	if err != nil {
		return seal.Key{}, err
	}
	return s.root.OpenDay(name.agency, name.day, sealed)
}

func (s *Store) newDayKey(ctx context.Context, name dayName) (seal.Key, error) {
	_, sealed, err := s.root.NewDay(name.agency, name.day)
	if err != nil {
		return seal.Key{}, err
	}
	// Another process on the same database may be making it too: the first
	// one's stands.
	err = s.write(ctx, func(t *tx) error {
		err := t.exec(`INSERT INTO day_key (agency, day, key) VALUES (?, ?, ?) ON CONFLICT (agency, day) DO NOTHING`, name.agency, name.day, sealed)
		if err != nil {
			return err
		}
		return t.row(`SELECT key FROM day_key WHERE agency = ? AND day = ?`, name.agency, name.day).scan(&sealed)
	})
	if err != nil {
		return seal.Key{}, err
	}
	return s.root.OpenDay(name.agency, name.day, sealed)
}

// A sealedRow is one row of the table sealed.
type sealedRow struct {
	part, day string
	box       seal.Box
}

func (s *Store) sealedRows(ctx context.Context, n int64) ([]sealedRow, error) {
	var out []sealedRow
	err := s.each(ctx, func(r *sql.Rows) error {
		var row sealedRow
		err := r.Scan(&row.part, &row.day, &row.box.Key, &row.box.Text)
		out = append(out, row)
		return err
	}, `SELECT part, day, key, text FROM sealed WHERE n = ? ORDER BY part`, n)
	return out, err
}

// disclosures opens the sealed parts of an entry: none if it was erased.
func (s *Store) disclosures(ctx context.Context, n int64, agency, id string) (map[string][]seal.Disclosure, error) {
	rows, err := s.sealedRows(ctx, n)
	if err != nil {
		return nil, err
	}
	out := map[string][]seal.Disclosure{}
	for _, row := range rows {
		kek, err := s.dayKey(ctx, dayName{agency, row.day})
		if err != nil {
			return nil, err
		}
		text, err := row.box.Open(kek, sealContext(agency, id, row.part))
		if err != nil {
			return nil, problem("damaged", "entry "+id, "restore the last good backup and its keys", "the sealed part %q does not open", row.part)
		}
		var list []seal.Disclosure
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, problem("damaged", "entry "+id, "restore the last good backup", "the sealed part %q cannot be read", row.part)
		}
		out[row.part] = list
	}
	return out, nil
}

// fieldsOf opens disclosures into fields, the case's first.
func fieldsOf(parts map[string][]seal.Disclosure) ([]record.Field, error) {
	var out []record.Field
	for _, part := range []string{casePart, personalPart} {
		for _, d := range parts[part] {
			name, value, err := d.Field()
			if err != nil {
				return nil, err
			}
			out = append(out, record.Field{Name: name, Value: value, Personal: part == personalPart})
		}
	}
	return out, nil
}
