package store

import (
	"context"
	"database/sql"
	"errors"
)

// evidenceNamed lists the objects that an entry names; none once it is erased.
func (s *Store) evidenceNamed(ctx context.Context, t target) ([]Digest, error) {
	parts, err := s.disclosures(ctx, t.n, t.agency, t.id)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsOf(parts)
	return evidenceOf(fields), err
}

// dueEvidence remembers, in the transaction that erases an entry, the objects
// that have to go with it: those that no entry names any more.
func (s *Store) dueEvidence(t *tx, digests []Digest) error {
	if len(digests) == 0 {
		return nil
	}
	key, err := s.evidenceKey()
	if err != nil {
		return err
	}
	for _, d := range digests {
		err := t.exec(`INSERT INTO evidence_due (digest) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM term WHERE term = ?)
			AND NOT EXISTS (SELECT 1 FROM evidence_due WHERE digest = ?)`, d[:], digestOf(key, d.String()), d[:])
		if err != nil {
			return err
		}
	}
	return nil
}

// removeEvidence removes what is due. What is locked or held stays due and is
// tried again by [Store.Sweep].
func (s *Store) removeEvidence(ctx context.Context) error {
	var due []Digest
	err := s.each(ctx, func(r *sql.Rows) error {
		var raw []byte
		err := r.Scan(&raw)
		if err == nil && len(raw) != len(Digest{}) {
			err = damaged("the digest of an object has %d bytes", len(raw))
		}
		if err == nil {
			due = append(due, Digest(raw))
		}
		return err
	}, `SELECT digest FROM evidence_due ORDER BY digest`)
	if err != nil || len(due) == 0 {
		return err
	}
	if s.config.Evidence == nil {
		return problem("no-evidence", "", "open the record with its evidence store, and carry the order out again", "%d objects that the order destroys lie in an evidence store that is not open", len(due))
	}
	var errs []error
	for _, d := range due {
		if err := s.config.Evidence.Remove(ctx, d); err != nil && code(err) != "not-found" {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, s.write(ctx, func(t *tx) error { return t.exec(`DELETE FROM evidence_due WHERE digest = ?`, d[:]) }))
	}
	return errors.Join(errs...)
}
