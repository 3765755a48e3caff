package recordtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/record"
)

// TestStorage is the conformance test: open returns a new, empty storage, and
// reopen, called with it, the same storage as after a restart.
func TestStorage(t *testing.T, open func(t *testing.T) record.Storage, reopen func(t *testing.T, s record.Storage) record.Storage) {
	t.Run("a new storage is empty", func(t *testing.T) {
		s := open(t)
		head, err := s.Head(t.Context())
		if err != nil || head.Size != 0 {
			t.Errorf("Head = %d, %v", head.Size, err)
		}
		expectLeaves(t, s, 0, 10, nil)
	})
	t.Run("indexes have no gaps and leaves keep their order", func(t *testing.T) {
		s := open(t)
		base := next(t, s)
		var want []record.Leaf
		for i := range 20 {
			p := Prepare(fmt.Sprintf("e%d", i))
			c, err := s.Commit(t.Context(), p)
			if err != nil || c.Again || c.Index != base+int64(i) || c.ULID != p.ULID || string(c.Receipt) != string(p.Receipt) || !c.PublishedBy.Equal(p.PublishedBy) {
				t.Fatalf("Commit %d = %+v, %v", i, c, err)
			}
			want = append(want, p.Leaf)
		}
		expectLeaves(t, s, base, 100, want)
		expectLeaves(t, s, base+5, 3, want[5:8])
		expectLeaves(t, s, base+20, 3, nil)
		expectLeaves(t, reopen(t, s), base, 100, want)
	})
	t.Run("the same id again", func(t *testing.T) {
		s := open(t)
		first, err := s.Commit(t.Context(), Prepare("twice"))
		if err != nil {
			t.Fatal(err)
		}
		same := Prepare("twice") // other salts, other receipt, same content
		again, err := s.Commit(t.Context(), same)
		if err != nil || !again.Again || again.Index != first.Index || string(again.Receipt) != string(first.Receipt) || again.ULID != first.ULID {
			t.Errorf("same bytes: %+v, %v; want the first answer %+v", again, err, first)
		}
		other := Prepare("twice")
		other.Same = []byte("something else")
		_, err = s.Commit(t.Context(), other)
		var problem *comity.Problem
		if !errors.As(err, &problem) || problem.Code != "conflict-id" {
			t.Errorf("other bytes: %v; want conflict-id", err)
		}
		if n := next(t, s); n != first.Index+1 {
			t.Errorf("a repeated id used up an index: %d follow", n-first.Index-1)
		}
	})
	t.Run("many at once", func(t *testing.T) { testMany(t, open(t)) })
	t.Run("the head moves only from where it is", func(t *testing.T) { testHead(t, open(t)) })
}

func testMany(t *testing.T, s record.Storage) {
	const writers, each = 8, 40
	base := next(t, s)
	var mu sync.Mutex
	got := map[int64]string{}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				id := fmt.Sprintf("w%d-%d", (w+i)%writers/2, i) // every id comes from several writers
				c, err := s.Commit(context.Background(), Prepare(id))
				if err != nil {
					t.Errorf("Commit %s: %v", id, err)
					return
				}
				mu.Lock()
				if was, ok := got[c.Index]; ok && was != id {
					t.Errorf("index %d was given to %s and %s", c.Index, was, id)
				}
				got[c.Index] = id
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for i := range int64(len(got)) {
		if _, ok := got[base+i]; !ok {
			t.Errorf("index %d is a gap", base+i)
		}
	}
	if n := next(t, s) - base; n != int64(len(got)) {
		t.Errorf("%d entries are stored, %d were acknowledged", n, len(got))
	}
}

func testHead(t *testing.T, s record.Storage) {
	if _, err := s.Commit(t.Context(), Prepare("a")); err != nil {
		t.Fatal(err)
	}
	zero, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	one := record.Head{Size: 1, Root: Prepare("a").Leaf.Hash(), Checkpoint: []byte("one")}
	beat := record.Head{Size: 1, Root: one.Root, Checkpoint: []byte("one, later")}
	if err := s.SetHead(t.Context(), zero, one); err != nil {
		t.Fatal(err)
	}
	if err := s.SetHead(t.Context(), zero, beat); !errors.Is(err, record.ErrHeadMoved) {
		t.Errorf("SetHead from a head that is no more: %v", err)
	}
	if err := s.SetHead(t.Context(), one, beat); err != nil {
		t.Errorf("SetHead without new entries: %v", err)
	}
	if got, err := s.Head(t.Context()); err != nil || got.Size != 1 || got.Root != beat.Root || string(got.Checkpoint) != "one, later" {
		t.Errorf("Head = %+v, %v", got, err)
	}
}

// Prepare makes an entry as [record.Log] would, without a log.
func Prepare(id string) record.Prepared {
	s, err := PlainSealer{}.Seal(context.Background(), "IL0160000", id, time.Now(), nil, 4)
	if err != nil {
		panic(err)
	}
	salted := record.Salted{
		Header: record.Header{Version: 1, Agency: "IL0160000", Kind: "detainer", Month: "2026-03", Commitments: s.Commitments},
		Salt:   []byte(random())[:32],
	}
	now := time.Now().UTC().Truncate(time.Second)
	return record.Prepared{
		ID: id, ULID: "01ARZ3NDEKTSV4RRFF" + random()[:8], Agency: "IL0160000", Kind: "detainer",
		Stored: now, Header: salted, Leaf: salted.Leaf(), Parts: s.Parts, Same: []byte("same " + id),
		Receipt: []byte("receipt " + random()), PublishedBy: now.Add(time.Minute),
	}
}

func expectLeaves(t *testing.T, s record.Storage, from int64, limit int, want []record.Leaf) {
	t.Helper()
	got, err := s.Leaves(t.Context(), from, limit)
	if err != nil || len(got) != len(want) {
		t.Fatalf("Leaves(%d, %d) has %d leaves, %v; want %d", from, limit, len(got), err, len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("Leaves(%d, %d)[%d] is not the leaf that was committed there", from, limit, i)
		}
	}
}

// next is the index that the next entry will get.
func next(t *testing.T, s record.Storage) int64 {
	t.Helper()
	leaves, err := s.Leaves(t.Context(), 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return int64(len(leaves))
}
