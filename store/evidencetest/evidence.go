// Package evidencetest is the conformance test that every [store.Evidence]
// must pass.
package evidencetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"comity"
	"comity/store"
)

// A Case is a store under test.
type Case struct {
	Evidence store.Evidence // new and empty
	// Damage changes one byte of a stored object behind the store's back.
	Damage func(t *testing.T, d store.Digest)
	// Locks says that locks and holds are offered.
	Locks bool
	// Pass lets a lock of a second run out.
	Pass func()
}

// Test runs everything that must hold.
func Test(t *testing.T, c Case) {
	ctx := context.Background()
	e := c.Evidence

	t.Run("empty", func(t *testing.T) {
		for d, err := range e.All(ctx) {
			t.Fatalf("an empty store lists %v, %v", d, err)
		}
		for what, err := range map[string]error{
			"open": second(e.Open(ctx, store.Digest{1})), "stat": second(e.Stat(ctx, store.Digest{1})), "remove": e.Remove(ctx, store.Digest{1}),
		} {
			wantCode(t, what, err, "not-found")
		}
	})

	var put []store.Digest
	t.Run("round trip", func(t *testing.T) {
		random := rand.NewChaCha8([32]byte{7})
		for _, size := range []int{0, 1, 4095, 1 << 20, 6<<20 + 1} {
			data := make([]byte, size)
			random.Read(data)
			want := store.Digest(sha256.Sum256(data))
			for range 2 { // again: the same object
				o, err := e.Put(ctx, bytes.NewReader(data), want)
				if err != nil || o.Digest != want || o.Size != int64(size) || o.Held || !o.Until.IsZero() {
					t.Fatalf("put %d bytes = %+v, %v", size, o, err)
				}
			}
			if got := read(t, e, want); !bytes.Equal(got, data) {
				t.Fatalf("%d bytes came back as %d others", size, len(got))
			}
			put = append(put, want)
		}
		slices.SortFunc(put, func(a, b store.Digest) int { return bytes.Compare(a[:], b[:]) })
		if got := all(t, e); !slices.Equal(got, put) {
			t.Fatalf("it lists %v, want %v", got, put)
		}
	})

	t.Run("refused", func(t *testing.T) {
		_, err := e.Put(ctx, bytes.NewReader([]byte("other")), store.Digest{9})
		wantCode(t, "other digest", err, "other-digest")
		broken := errors.New("the line broke")
		if _, err := e.Put(ctx, io.MultiReader(bytes.NewReader([]byte("half")), iotest.ErrReader(broken)), store.Digest{}); !errors.Is(err, broken) {
			t.Fatalf("a broken upload = %v", err)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := e.Put(gone, bytes.NewReader([]byte("late")), store.Digest{}); err == nil {
			t.Fatal("a caller who had gone was served")
		}
		if got := all(t, e); len(got) != len(put) {
			t.Fatalf("a refused upload left something: %d objects, want %d", len(got), len(put))
		}
	})

	t.Run("damage is seen and mended", func(t *testing.T) {
		data := []byte("what the camera saw")
		o := must(e.Put(ctx, bytes.NewReader(data), store.Digest{}))
		c.Damage(t, o.Digest)
		r, err := e.Open(ctx, o.Digest)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(r); !errors.Is(err, store.ErrDamaged) {
			t.Fatalf("damaged bytes were read with error %v", err)
		}
		r.Close()
		n, found, err := store.CheckEvidence(ctx, e)
		if err != nil || n != len(put)+1 || len(found) != 1 || found[0].Digest != o.Digest || !errors.Is(found[0].Err, store.ErrDamaged) {
			t.Fatalf("check = %d objects, %v, %v", n, found, err)
		}
		must(e.Put(ctx, bytes.NewReader(data), o.Digest))
		if got := read(t, e, o.Digest); !bytes.Equal(got, data) {
			t.Fatalf("after the upload was repeated it reads %q", got)
		}
		if err := e.Remove(ctx, o.Digest); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "after removal", second(e.Open(ctx, o.Digest)), "not-found")
	})

	t.Run("locks", func(t *testing.T) {
		o := must(e.Put(ctx, bytes.NewReader([]byte("locked")), store.Digest{}))
		if !c.Locks {
			wantCode(t, "lock", e.Lock(ctx, o.Digest, time.Now().Add(time.Hour)), "no-lock")
			wantCode(t, "hold", e.Hold(ctx, o.Digest, true), "no-lock")
			return
		}
		until := time.Now().Add(2 * time.Second).UTC().Truncate(time.Second)
		if err := e.Lock(ctx, o.Digest, until); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "a shorter lock", e.Lock(ctx, o.Digest, until.Add(-time.Second)), "locked")
		if got := must(e.Stat(ctx, o.Digest)); !got.Until.Equal(until) {
			t.Fatalf("locked until %v, want %v", got.Until, until)
		}
		wantCode(t, "remove while locked", e.Remove(ctx, o.Digest), "locked")
		if err := e.Hold(ctx, o.Digest, true); err != nil {
			t.Fatal(err)
		}
		c.Pass()
		wantCode(t, "remove while held", e.Remove(ctx, o.Digest), "on-hold")
		if got := must(e.Stat(ctx, o.Digest)); !got.Held || !got.Until.Equal(until) {
			t.Fatalf("the hold changed the lock: %+v", got)
		}
		if err := e.Hold(ctx, o.Digest, false); err != nil {
			t.Fatal(err)
		}
		if err := e.Remove(ctx, o.Digest); err != nil {
			t.Fatalf("remove after lock and hold had ended: %v", err)
		}
	})
}

func read(t *testing.T, e store.Evidence, d store.Digest) []byte {
	t.Helper()
	r, err := e.Open(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return data
}

func all(t *testing.T, e store.Evidence) []store.Digest {
	t.Helper()
	var out []store.Digest
	for d, err := range e.All(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	return out
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	var p *comity.Problem
	if !errors.As(err, &p) || p.Code != code {
		t.Fatalf("%s: error %v, want code %s", what, err, code)
	}
}

func second[T any](_ T, err error) error { return err }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
