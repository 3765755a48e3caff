package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A Log writes entries and publishes them. This file is the whole way of an
// entry from a caller to the public, in numbered steps; each says what a crash
// there means. The rule behind them all: nobody is told what is not yet
// durable, and where it is not known whether a write succeeded, the program
// stops rather than guesses.
type Log struct {
	Storage Storage
	Files   Files
	Sealer  Sealer
	Signer  *Signer
	Kinds   []Kind
	Beat    time.Duration                 // between two checkpoints
	Now     func() time.Time              //
	ULID    func(time.Time) string        //
	Same    func(canonical []byte) []byte // keyed digest: tells the same content from other content without keeping it

	Cosigners Cosigners // nil: there are none

	publishing sync.Mutex // one beat at a time
	edge       *edge      // guarded by publishing; nil until read back
	cosigning  cosigning
}

// Storage is the database: the system of record. The public log can be deleted
// and rebuilt from it to the same root.
type Storage interface {
	// Commit makes an entry durable and gives it the next index, without
	// gaps, or returns what was first stored under its id with Again set. The
	// same id with another Same is [Conflict]. Commit may be called by many
	// at once and may put several entries in one transaction.
	Commit(ctx context.Context, p Prepared) (Committed, error)
	// Leaves returns leaves in order of index, beginning with from.
	Leaves(ctx context.Context, from int64, limit int) ([]Leaf, error)
	// Head returns what was last published, the zero Head if nothing was.
	Head(ctx context.Context) (Head, error)
	// SetHead replaces old by next, durably, or returns [ErrHeadMoved].
	SetHead(ctx context.Context, old, next Head) error
}

// Files is where the public log lies: tiles, entry bundles, checkpoint.
type Files interface {
	ReadFile(ctx context.Context, path string) ([]byte, error)
	// WriteFile replaces a file whole or not at all, and returns only when
	// file and folder are durable.
	WriteFile(ctx context.Context, path string, data []byte) error
	// Drop removes a folder if it is there.
	Drop(ctx context.Context, dir string) error
}

// Sealer commits to the fields of an entry and seals them.
type Sealer interface {
	// Seal returns exactly n commitments, decoys among them.
	Seal(ctx context.Context, agency, id string, stored time.Time, fields []Field, n int) (Sealed, error)
}

// Sealed is what a [Sealer] makes of the fields of one entry.
type Sealed struct {
	Commitments []string
	Parts       []Part
	Terms       [][]byte // keyed digests by which the agency's staff find the entry again
}

// A Part is one box of sealed fields that can be destroyed by itself.
type Part struct {
	Name string // "case" or "personal"
	Day  string // of the key that wraps this part's key
	Key  []byte // wrapped
	Text []byte
}

// A Prepared entry has everything but its place in the log.
type Prepared struct {
	ID, ULID, Agency, Kind, Ref string
	Stored, Ended               time.Time
	Header                      Salted
	Leaf                        Leaf
	Parts                       []Part
	Terms                       [][]byte
	Same                        []byte        // keyed digest of what the caller sent
	SameInOrder                 func() []byte // as older programs made it: of the fields in the order in which they came; seldom needed, nil: never
	Receipt                     []byte
	PublishedBy                 time.Time
}

// Repeats reports whether an entry with this Same says what this one says.
func (p *Prepared) Repeats(same []byte) bool {
	return bytes.Equal(same, p.Same) || p.SameInOrder != nil && bytes.Equal(same, p.SameInOrder())
}

// A Committed entry is durable.
type Committed struct {
	Index       int64
	ULID        string
	Receipt     []byte
	PublishedBy time.Time
	Again       bool
}

// A Head is the published state of the log.
type Head struct {
	Size       int64
	Root       tlog.Hash
	Checkpoint []byte // signed
}

// ErrHeadMoved is returned where another publisher was faster.
var ErrHeadMoved = errors.New("the head of the log has moved")

// Append writes one entry. When it returns without an error, the entry is
// durable and has its index, and the receipt is a signed promise.
func (l *Log) Append(ctx context.Context, d Draft) (Appended, error) {
	p, err := l.Prepare(ctx, d)
	if err != nil {
		return Appended{}, err
	}

	// 4. Commit. One transaction: entry, header, leaf, sealed fields, outbox,
	// index. A crash before the end of it: nothing is stored and nobody was
	// told. A crash after it: the entry is stored and will be published; the
	// caller was not told, asks again with the same id, and gets this same
	// receipt. The order of entries is fixed here, for good.
	c, err := l.Storage.Commit(ctx, p)
	if err != nil {
		return Appended{}, err
	}
	return Appended{Index: c.Index, ID: d.ID, ULID: c.ULID, Receipt: c.Receipt, PublishedBy: c.PublishedBy, Again: c.Again}, nil
}

// Prepare does the steps of [Log.Append] that touch nothing but memory.
func (l *Log) Prepare(ctx context.Context, d Draft) (Prepared, error) {
	// 1. Check. Nothing is done for a draft that cannot be written.
	now := l.Now()
	kind, err := l.kind(d.Kind)
	if err != nil {
		return Prepared{}, err
	}
	if err := d.check(kind, now); err != nil {
		return Prepared{}, err
	}

	// 2. Seal. Fields are committed to and encrypted under keys of their own.
	// A crash leaves at most an unused key for this agency and day.
	fields := slices.Concat(d.own(), d.Fields)
	sealed, err := l.Sealer.Seal(ctx, d.Agency, d.ID, now, fields, kind.Commitments+ownFields)
	if err != nil {
		return Prepared{}, fmt.Errorf("seal entry: %w", err)
	}
	if len(sealed.Commitments) != kind.Commitments+ownFields {
		return Prepared{}, fmt.Errorf("seal entry: %d commitments instead of %d", len(sealed.Commitments), kind.Commitments+ownFields)
	}

	// 3. Promise. Signed before the entry is durable, so that one write holds
	// both; given out only after. A crash here: nobody has seen it. A log that
	// a cosigner proved not to be the newest promises nothing.
	if err := l.mayPromise(ctx); err != nil {
		return Prepared{}, err
	}
	header := newSalted(&d, sealed.Commitments)
	by := now.Add(l.Beat + grace(l.Beat))
	receipt, leaf, err := l.Signer.promise(d.ID, header.Header.Stub(), header.Salt, now, by)
	if err != nil {
		return Prepared{}, err
	}
	return Prepared{
		ID: d.ID, ULID: l.ULID(now), Agency: d.Agency, Kind: d.Kind, Ref: d.Ref,
		Stored: utc(now), Ended: utc(d.Ended), Header: header, Leaf: leaf,
		Parts: sealed.Parts, Terms: sealed.Terms, Same: l.Same(d.bytes()), SameInOrder: func() []byte { return l.Same(d.bytesInOrder()) }, Receipt: receipt.Marshal(), PublishedBy: utc(by),
	}, nil
}

// grace is how long writing the files of one beat may take before a promise
// counts as broken.
func grace(beat time.Duration) time.Duration { return max(2*time.Second, beat/6) }

func (l *Log) kind(name string) (Kind, error) {
	for _, k := range l.Kinds {
		if k.Name == name {
			return k, nil
		}
	}
	return Kind{}, problem("unknown-kind", "kind", "there is no kind of entry %q", name)
}

// Publish makes every entry committed so far public under a new checkpoint. It
// runs at every beat, also when nothing was added: silence would look like a
// stopped log.
func (l *Log) Publish(ctx context.Context) (Head, error) {
	l.publishing.Lock()
	defer l.publishing.Unlock()
	head, err := l.Storage.Head(ctx)
	if err != nil {
		return Head{}, fmt.Errorf("publish: %w", err)
	}
	if err := l.ready(ctx, head); err != nil {
		return Head{}, err
	}
	if err := l.Agree(ctx); err != nil {
		return Head{}, err
	}

	// 5. Tiles. They are a function of the order fixed in step 4, so a crash
	// leaves files that the next beat writes again, byte for byte; until a
	// checkpoint names them nobody may rely on them.
	grown, full, err := l.writeTiles(ctx, head.Size)
	if err != nil {
		l.edge = nil // its state is ahead of the files: read it back at the next beat
		return Head{}, fmt.Errorf("publish tiles: %w", err)
	}

	// 6. Sign and set the head, only if it is still the one we started from:
	// two publishers cannot sign two histories. A crash here: the database
	// holds a checkpoint that nobody has seen; the next start puts its file
	// there.
	next := Head{Size: grown.size, Root: grown.root()}
	if next.Checkpoint, err = l.Signer.checkpoint(next.Size, next.Root, l.signingTime(head)); err != nil {
		return Head{}, err
	}
	if err := l.Storage.SetHead(ctx, head, next); err != nil {
		l.edge = nil
		return Head{}, fmt.Errorf("publish head: %w", err)
	}

	// 7. Cosigners. They see the checkpoint before anybody else and may refuse
	// it; their lines go into the head. Who does not answer in time is missing.
	// A crash here: see 6.
	if next, err = l.cosign(ctx, next); err != nil {
		l.edge = nil
		return Head{}, err
	}

	// 8. The checkpoint file: now the entries are public. A crash before: see
	// 6. A crash after: done.
	if err := l.Files.WriteFile(ctx, "checkpoint", next.Checkpoint); err != nil {
		l.edge = nil
		return Head{}, fmt.Errorf("publish checkpoint: %w", err)
	}

	if err := l.keepFirst(ctx, next); err != nil {
		return Head{}, err
	}

	// 9. Tidy. Partial tiles whose full tile is public may go. A crash leaves
	// some of them: they are true and do no harm.
	for _, path := range full {
		if err := l.Files.Drop(ctx, path+".p"); err != nil {
			return Head{}, fmt.Errorf("publish: remove partial tiles: %w", err)
		}
	}
	return next, nil
}

// signingTime is now, and never before the time of the checkpoint that this one
// follows. Where the clock was put back, checkpoints carry the same time until
// it has come up again: a log whose times run backwards could not be told from
// one that shows old checkpoints once more, and a smaller one with a later time
// is the proof that entries went missing.
func (l *Log) signingTime(head Head) time.Time {
	now := l.Now()
	if head.Checkpoint == nil {
		return now
	}
	if last, err := l.Signer.key.Checkpoint(head.Checkpoint); err == nil && now.Before(last.At) {
		return last.At
	}
	return now
}

// writeTiles appends what the storage holds beyond size and returns the grown
// edge and the paths of tiles that became full.
func (l *Log) writeTiles(ctx context.Context, size int64) (*edge, []string, error) {
	var full []string
	write := func(path string, data []byte) error { return l.Files.WriteFile(ctx, path, data) }
	keep := func(path string, data []byte) error {
		full = append(full, path)
		return write(path, data)
	}
	e := l.edge
	for {
		leaves, err := l.Storage.Leaves(ctx, e.size, readAtOnce)
		if err != nil {
			return nil, nil, err
		}
		for _, leaf := range leaves {
			if err := e.add(leaf, keep); err != nil {
				return nil, nil, err
			}
		}
		if len(leaves) < readAtOnce {
			return e, full, e.flush(size, write)
		}
	}
}

const readAtOnce = 16 * tileWidth
