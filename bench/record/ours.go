package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"comity/desk"
	"comity/record"
	"comity/store"
)

const (
	agency = "IL0160000"
	beat   = time.Second // sixty times as often as by default, so that a round of seconds pays for publishing
)

func config() store.Config {
	return store.Config{Kinds: desk.RecordKinds(), Beat: beat, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

// comity is our record; it publishes at its beat while it is measured, and all
// that was kept is published before its round ends.
type comity struct {
	store *store.Store
	stop  context.CancelFunc
	ended sync.WaitGroup

	mu    sync.Mutex
	beats []moment         // guarded by mu
	owed  map[int64]moment // by index; guarded by mu
	late  int
}

// A moment is when the log was published up to a size, or must be.
type moment struct {
	at   time.Time
	size int64
}

func openComity(ctx context.Context, _ plan, dir string, _ int) (keeper, error) {
	return newComity(ctx, dir, config())
}

func newComity(ctx context.Context, dir string, c store.Config) (*comity, error) {
	s, err := store.Create(ctx, dir, store.Identity{Origin: "record.bench.example/log", Agency: agency}, c)
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	k := &comity{store: s, stop: stop, owed: map[int64]moment{}}
	k.ended.Go(func() { k.publish(running) })
	return k, nil
}

func (k *comity) publish(ctx context.Context) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if head, err := k.store.Publish(ctx); err == nil {
				k.published(head.Size)
			}
		}
	}
}

func (k *comity) published(size int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	for index, due := range k.owed {
		if index < size {
			if now.After(due.at) {
				k.late++
			}
			delete(k.owed, index)
		}
	}
}

func (k *comity) keep(ctx context.Context, e entry) error {
	a, err := k.store.Append(ctx, draft(e))
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.owed[a.Index] = moment{at: a.PublishedBy}
	return nil
}

func (k *comity) close(ctx context.Context) error {
	k.stop()
	k.ended.Wait()
	head, err := k.store.Publish(ctx)
	k.published(head.Size)
	err = errors.Join(err, k.store.Close())
	if err == nil && (k.late > 0 || len(k.owed) > 0) {
		err = fmt.Errorf("%d promises were broken: the entries were published later than their receipts say, %d never", k.late, len(k.owed))
	}
	return err
}

// draft is a detainer of eight fields, which the record commits to singly with
// its own four among 68 digests, and seals.
func draft(e entry) record.Draft {
	d := record.Draft{ID: e.id, Agency: agency, Kind: "detainer", At: time.Now(), Law: "sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}
	d.Fields = make([]record.Field, fields)
	for i := range d.Fields {
		d.Fields[i] = record.Field{Name: fieldNames[i], Value: e.body[i*len(e.body)/fields : (i+1)*len(e.body)/fields], Personal: i >= fields-2}
	}
	return d
}

const fields = 8

var fieldNames = [fields]string{"a", "b", "c", "d", "e", "f", "person.name", "person.booking"}

func drawBodies(n int) []string {
	random := rand.NewChaCha8([32]byte{1})
	out := make([]string, n)
	for i := range out {
		raw := make([]byte, 768)
		_, _ = random.Read(raw) // never fails
		out[i] = base64.StdEncoding.EncodeToString(raw)
	}
	return out
}

func drawEntry(who string, i int) entry {
	return entry{id: fmt.Sprintf("%s-%d", who, i), body: bodies[i%len(bodies)]}
}
