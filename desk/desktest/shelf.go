// Package desktest holds a record in memory for the tests of what asks the desk.
package desktest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"comity"
	"comity/record"
)

// A Shelf is a record in memory: real entries, no cryptography. Broken makes Append fail, as a full
// disk would.
type Shelf struct {
	mu     sync.Mutex
	Kept   []record.Entry
	Broken error
}

func (s *Shelf) Append(_ context.Context, d record.Draft) (record.Appended, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Broken != nil {
		return record.Appended{}, s.Broken
	}
	for _, e := range s.Kept {
		switch {
		case e.ID != d.ID:
		case reflect.DeepEqual(e.Draft, d):
			return record.Appended{Index: e.Index, ID: e.ID, ULID: e.ULID, Receipt: s.promise(e), Again: true}, nil
		default:
			return record.Appended{}, record.Conflict(d.ID)
		}
	}
	e := record.Entry{Index: int64(len(s.Kept)), ULID: fmt.Sprintf("01TEST%020d", len(s.Kept)), Draft: d, Stored: d.At}
	s.Kept = append(s.Kept, e)
	return record.Appended{Index: e.Index, ID: d.ID, ULID: e.ULID, Receipt: s.promise(e)}, nil
}

func (s *Shelf) promise(e record.Entry) []byte {
	return fmt.Appendf(nil, `{"id":%q,"published_by":"2026-11-21T15:01:00Z"}`, e.ID)
}

func (s *Shelf) Entry(_ context.Context, id string) (record.Entry, error) {
	for _, e := range s.Kept {
		if e.ID == id {
			return e, nil
		}
	}
	return record.Entry{}, &comity.Problem{Code: "not-found", Message: "there is no such entry"}
}

func (s *Shelf) Entries(_ context.Context, agency string, after int64, limit int) ([]record.Entry, error) {
	var out []record.Entry
	for _, e := range s.Kept {
		if e.Agency == agency && e.Index > after && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

func (s *Shelf) Follow(_ context.Context, ref string) ([]record.Entry, error) {
	return slices.DeleteFunc(slices.Clone(s.Kept), func(e record.Entry) bool { return e.Ref != ref }), nil
}

func (s *Shelf) Receipt(ctx context.Context, id string) ([]byte, error) {
	e, err := s.Entry(ctx, id)
	return s.promise(e), err
}
