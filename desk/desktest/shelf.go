// Package desktest holds a record in memory for the tests of what asks the
// desk: real entries and real receipts, sealed by nothing.
package desktest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"comity"
	"comity/record"
	"comity/record/recordtest"
)

// A Shelf is a record in memory. Broken makes Append fail, as a full disk would.
type Shelf struct {
	mu       sync.Mutex
	log      *record.Log
	receipts map[string][]byte
	Kept     []record.Entry
	Broken   error
	Terms    func([]record.Field) []string // by which Find finds
}

// New returns an empty shelf for these kinds of entries.
func New(kinds []record.Kind, now func() time.Time) (*Shelf, error) {
	secret, err := record.NewSigner("desk.example/log")
	if err != nil {
		return nil, err
	}
	signer, err := record.ParseSigner(secret)
	if err != nil {
		return nil, err
	}
	memory := recordtest.NewMemory()
	s := &Shelf{receipts: map[string][]byte{}}
	s.log = &record.Log{
		Storage: memory, Files: memory, Sealer: recordtest.PlainSealer{}, Signer: signer, Kinds: kinds, Beat: time.Minute, Now: now,
		ULID: func(time.Time) string { return fmt.Sprintf("01TEST%020d", len(s.Kept)) },
		Same: func(b []byte) []byte { sum := sha256.Sum256(b); return sum[:] },
	}
	return s, nil
}

// Append keeps an entry.
func (s *Shelf) Append(ctx context.Context, d record.Draft) (record.Appended, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Broken != nil {
		return record.Appended{}, s.Broken
	}
	done, err := s.log.Append(ctx, d)
	if err == nil && !done.Again {
		s.receipts[d.ID] = done.Receipt
		d.Fields = apart(d.Fields)
		s.Kept = append(s.Kept, record.Entry{Index: done.Index, ULID: done.ULID, Draft: d, Stored: s.log.Now()})
	}
	return done, err
}

// apart puts personal fields after the others: a record seals them apart and
// need not give them back in the order in which they came.
func apart(fields []record.Field) []record.Field {
	out := slices.Clone(fields)
	slices.SortStableFunc(out, func(a, b record.Field) int {
		switch {
		case a.Personal == b.Personal:
			return 0
		case b.Personal:
			return -1
		}
		return 1
	})
	return out
}

// Entry finds an entry by its id.
func (s *Shelf) Entry(_ context.Context, id string) (record.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.Kept {
		if e.ID == id {
			return e, nil
		}
	}
	return record.Entry{}, &comity.Problem{Code: "not-found", Message: "there is no such entry"}
}

// Entries lists those of an agency after an index.
func (s *Shelf) Entries(_ context.Context, agency string, after int64, limit int) ([]record.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []record.Entry
	for _, e := range s.Kept {
		if e.Agency == agency && e.Index > after && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

// Latest lists those of some kinds, the latest first.
func (s *Shelf) Latest(_ context.Context, agency string, kinds []string, most int) ([]record.Entry, error) {
	return s.pick(most, func(e record.Entry) bool { return e.Agency == agency && slices.Contains(kinds, e.Kind) }), nil
}

// Older lists those below an index, the latest first.
func (s *Shelf) Older(_ context.Context, agency string, kinds []string, below int64, most int) ([]record.Entry, error) {
	return s.pick(most, func(e record.Entry) bool {
		return e.Agency == agency && e.Index < below && slices.Contains(kinds, e.Kind)
	}), nil
}

// Find lists those of an id or a term, the latest first.
func (s *Shelf) Find(_ context.Context, agency, id string, terms []string, most int) ([]record.Entry, error) {
	return s.pick(most, func(e record.Entry) bool {
		if e.Agency != agency || e.ID == id || strings.EqualFold(e.ULID, id) {
			return e.Agency == agency
		}
		return s.Terms != nil && slices.ContainsFunc(s.Terms(e.Fields), func(t string) bool { return slices.Contains(terms, t) })
	}), nil
}

func (s *Shelf) pick(most int, wanted func(record.Entry) bool) []record.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []record.Entry
	for _, e := range slices.Backward(s.Kept) {
		if wanted(e) && len(out) < most {
			out = append(out, e)
		}
	}
	return out
}

// Follow lists what points back to an entry.
func (s *Shelf) Follow(_ context.Context, ref string) ([]record.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.Kept), func(e record.Entry) bool { return e.Ref != ref }), nil
}

// Receipt gives the first receipt of an entry.
func (s *Shelf) Receipt(ctx context.Context, id string) ([]byte, error) {
	if _, err := s.Entry(ctx, id); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.receipts[id], nil
}

// Key checks the receipts.
func (s *Shelf) Key() record.Key { return s.log.Signer.Key() }
