package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"math"
	"slices"
	"strings"

	"comity/record"
	"comity/seal"
)

// Staff find a person's later papers by terms: a booking number, a name, the
// number of a file, as Config.Terms reads them off an entry. A term is kept as
// a keyed digest, under a key for each agency, in a table that goes with the
// sealed fields. So there is no search across agencies, and whoever has the
// database without the seal key can test no name (H21).

// terms are the keyed digests of everything by which an entry is found.
func (s *Store) terms(agency string, fields []record.Field) ([][]byte, error) {
	var out [][]byte
	if s.config.Terms != nil {
		key, err := s.termKey(agency)
		if err != nil {
			return nil, err
		}
		for _, text := range s.config.Terms(fields) {
			out = append(out, digestOf(key, text))
		}
	}
	digests := evidenceOf(fields)
	if len(digests) == 0 {
		return out, nil
	}
	key, err := s.evidenceKey()
	if err != nil {
		return nil, err
	}
	for _, d := range digests {
		out = append(out, digestOf(key, d.String()))
	}
	return out, nil
}

func (s *Store) termKey(agency string) (seal.Key, error) { return s.root.Derive("find/" + agency) }

// evidenceKey is one for all agencies: an object stays while any entry names it.
func (s *Store) evidenceKey() (seal.Key, error) { return s.root.Derive("evidence") }

func digestOf(key seal.Key, text string) []byte {
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte(text))
	return h.Sum(nil)
}

// Find returns the entries of an agency that have an id, its own or the
// permanent one, or one of these terms, the latest first. It opens no other.
func (s *Store) Find(ctx context.Context, agency, id string, terms []string, most int) ([]record.Entry, error) {
	key, err := s.termKey(agency)
	if err != nil {
		return nil, err
	}
	args := []any{agency, id, strings.ToUpper(id)}
	found := `SELECT n FROM entry WHERE agency = ? AND (id = ? OR ulid = ?)`
	if len(terms) > 0 {
		found += ` UNION SELECT n FROM term WHERE agency = ? AND term IN (` + places(len(terms)) + `)`
		args = append(args, agency)
	}
	for _, text := range terms {
		args = append(args, digestOf(key, text))
	}
	return s.entries(ctx, selectEntry+`WHERE entry.n IN (`+found+`) ORDER BY log.idx DESC LIMIT ?`, append(args, most)...)
}

// Latest returns the last entries of an agency that are of these kinds, the
// latest first.
func (s *Store) Latest(ctx context.Context, agency string, kinds []string, most int) ([]record.Entry, error) {
	return s.Older(ctx, agency, kinds, math.MaxInt64, most)
}

// Older lists such entries with an index below one, the latest first.
func (s *Store) Older(ctx context.Context, agency string, kinds []string, below int64, most int) ([]record.Entry, error) {
	if len(kinds) == 0 {
		return nil, nil
	}
	args := []any{agency, below}
	for _, k := range kinds {
		args = append(args, k)
	}
	return s.entries(ctx, selectEntry+`WHERE log.agency = ? AND log.idx < ? AND kind IN (`+places(len(kinds))+`) ORDER BY log.idx DESC LIMIT ?`, append(args, most)...)
}

// places is ?, ?, ? for the values of a list.
func places(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

const indexAtOnce = 500

// index makes the terms of entries that were written under an older schema. A
// start that is broken off goes on where it was.
func (s *Store) index(ctx context.Context) error {
	for {
		var numbers []int64
		if err := s.each(ctx, func(r *sql.Rows) error {
			var n int64
			err := r.Scan(&n)
			numbers = append(numbers, n)
			return err
		}, `SELECT n FROM unindexed ORDER BY n LIMIT ?`, indexAtOnce); err != nil || len(numbers) == 0 {
			return err
		}
		var rows []termRow
		for _, n := range numbers {
			row, err := s.termRow(ctx, n)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		if err := s.writeAgain(ctx, func(t *tx) error { return t.index(rows) }); err != nil {
			return err
		}
	}
}

type termRow struct {
	n      int64
	agency string
	terms  [][]byte
}

func (s *Store) termRow(ctx context.Context, n int64) (termRow, error) {
	row := termRow{n: n}
	var id string
	if err := s.read.QueryRowContext(ctx, `SELECT id, agency FROM entry WHERE n = ?`, n).Scan(&id, &row.agency); err != nil {
		return row, explain("index entries", err)
	}
	parts, err := s.disclosures(ctx, n, row.agency, id)
	if err != nil {
		return row, err
	}
	fields, err := fieldsOf(parts)
	if err != nil {
		return row, err
	}
	row.terms, err = s.terms(row.agency, fields)
	return row, err
}

func (t *tx) index(rows []termRow) error {
	for _, row := range rows {
		for _, term := range row.terms {
			// Not one that was erased meanwhile.
			if err := t.exec(`INSERT INTO term (agency, term, n) SELECT ?, ?, n FROM unindexed WHERE n = ? AND n NOT IN (SELECT n FROM erasure)
				ON CONFLICT (agency, term, n) DO NOTHING`, row.agency, term, row.n); err != nil {
				return err
			}
		}
		if err := t.exec(`DELETE FROM unindexed WHERE n = ?`, row.n); err != nil {
			return err
		}
	}
	return nil
}

// evidenceOf lists the objects that an entry names: digests, separated by
// spaces, in fields called evidence.
func evidenceOf(fields []record.Field) []Digest {
	var out []Digest
	for _, f := range fields {
		if f.Name != "evidence" && !strings.HasSuffix(f.Name, ".evidence") {
			continue
		}
		for _, word := range strings.Fields(f.Value) {
			if d, err := ParseDigest(word); err == nil && !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return out
}
