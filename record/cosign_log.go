package record

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/mod/sumdb/tlog"

	"comity"
)

// This file is what a log does with its cosigners: before it signs anything
// after a start it asks them what they know, and every checkpoint is shown to
// them before it is public. Whoever does not answer in time is missing from
// that beat; nobody can hold up an entry.

// Cosigners carries a log's questions; package store does it over HTTP.
type Cosigners interface {
	// Policy says who is asked and how many must have answered after a start
	// before the log signs.
	Policy() Policy
	// Ask shows a checkpoint to every cosigner, with proofs from the size
	// each knows, and returns what came back in time: one answer each.
	Ask(ctx context.Context, signed []byte, size int64, prove func(old int64) (tlog.TreeProof, error)) []Answer
}

// An Answer is what one cosigner said.
type Answer struct {
	From  string // its address
	Lines []byte // signature lines; nil: it did not sign
	Knows int64  // entries it says it has seen, where that is more than it was shown
	Seen  []byte // the checkpoint of this log that it keeps, where it did not accept ours
	Err   error  // why it did not sign
}

// cosigning is what a log remembers of its cosigners since it was started.
type cosigning struct {
	first   sync.Once                      // question
	mu      sync.Mutex                     // one question at a time
	agreed  map[string]Cosignature         // guarded by mu, by ID of the key: who knows nothing newer
	settled atomic.Bool                    // enough have agreed
	stopped atomic.Pointer[comity.Problem] // proof that this is not the newest log: nothing is signed any more
}

// Agree asks the cosigners whether they have seen more of this log than it
// knows itself, as they have after an old backup was restored. It does nothing
// once enough have agreed. A log that is not the newest signs nothing more.
func (l *Log) Agree(ctx context.Context) error {
	if l.Cosigners == nil {
		return nil
	}
	if p := l.cosigning.stopped.Load(); p != nil {
		return p
	}
	if l.cosigning.settled.Load() {
		return nil
	}
	l.cosigning.mu.Lock()
	defer l.cosigning.mu.Unlock()
	head, err := l.Storage.Head(ctx)
	if err != nil {
		return fmt.Errorf("ask cosigners: %w", err)
	}
	if head.Checkpoint == nil {
		return nil // its first checkpoint is still to be signed
	}
	return l.agree(ctx, head)
}

func (l *Log) agree(ctx context.Context, head Head) error {
	c := &l.cosigning
	policy := l.Cosigners.Policy()
	shown := l.Signer.key.own(head.Checkpoint)
	answers := l.Cosigners.Ask(ctx, shown, head.Size, l.proofs(ctx, head))
	if err := l.judge(ctx, head, answers); err != nil {
		return err
	}
	if c.agreed == nil {
		c.agreed = map[string]Cosignature{}
	}
	var silent []string
	for _, a := range answers {
		_, sigs, err := a.cosignatures(shown, policy.Keys())
		if err != nil || len(sigs) == 0 {
			silent = append(silent, a.words())
		}
		for _, s := range sigs {
			c.agreed[s.By.ID()] = s
		}
		if a.Knows > head.Size {
			return restored(head, a.Knows, a.From)
		}
	}
	var all []Cosignature
	for _, s := range c.agreed {
		all = append(all, s)
	}
	if !policy.Satisfied(all) {
		return &comity.Problem{Code: "cosigners-silent", Where: "cosigners",
			Message: "no checkpoint is signed: after a start enough cosigners must first say that they know nothing newer, and they do not answer: " + strings.Join(silent, "; "),
			Hint:    "entries are still written and kept; ask the cosigners' operators, or lower the quorum if you know that no backup was restored"}
	}
	c.settled.Store(true)
	return nil
}

// mayPromise refuses a promise by a log that is not the newest. Cosigners who
// do not answer do not hold it up.
func (l *Log) mayPromise(ctx context.Context) error {
	if l.Cosigners == nil {
		return nil
	}
	l.cosigning.first.Do(func() {
		_ = l.Agree(ctx) // a proof against us is kept in stopped
	})
	if p := l.cosigning.stopped.Load(); p != nil {
		return p
	}
	return nil
}

// judge looks at checkpoints that cosigners keep of this log. One that bears
// our own signature and is not in our history proves that this is not the
// newest log.
func (l *Log) judge(ctx context.Context, head Head, answers []Answer) error {
	for _, a := range answers {
		if a.Seen == nil {
			continue
		}
		seen, ok := l.Signer.key.signedOnce(a.Seen)
		if !ok {
			continue
		}
		p := restored(head, seen.Size, a.From)
		if seen.Size <= head.Size {
			root, err := tlog.TreeHash(seen.Size, treeReader(ctx, l.Files, tlog.Tree{N: head.Size, Hash: head.Root}))
			if err != nil {
				return fmt.Errorf("compare with %s: %w", a.From, err)
			}
			if root == seen.Root {
				continue
			}
			p.Message = fmt.Sprintf("nothing is signed: %s keeps a checkpoint of %d entries signed by this log, and this record holds another history: an older backup was restored and has grown", a.From, seen.Size)
		}
		l.cosigning.stopped.Store(p)
		return p
	}
	return nil
}

func restored(head Head, knows int64, from string) *comity.Problem {
	return &comity.Problem{Code: "restored-backup", Where: "cosigners",
		Message: fmt.Sprintf("nothing is signed: %s has seen this log with %d entries, this record has published %d: an older backup was restored", from, knows, head.Size),
		Hint:    "restore the newest backup, or the database that wrote those entries; if they are lost for good, begin a new log and say so in public"}
}

// signedOnce reads a checkpoint that bears the log's own plain signature,
// whether or not it says when.
func (k Key) signedOnce(signed []byte) (Checkpoint, bool) {
	o, err := k.open(signed)
	if err != nil || !o.plain {
		return Checkpoint{}, false
	}
	c, ok := parseCheckpoint(o.text)
	return c, ok && c.Origin == k.Origin()
}

// own is a checkpoint without the lines of others.
func (k Key) own(signed []byte) []byte {
	text := noteText(signed)
	own := text + "\n"
	for line := range strings.Lines(string(signed[min(len(text)+1, len(signed)):])) {
		if strings.HasPrefix(line, "— "+k.Origin()+" ") {
			own += line
		}
	}
	return []byte(own)
}

// cosign shows a new head to the cosigners and puts their lines under its
// checkpoint, in the database first.
func (l *Log) cosign(ctx context.Context, head Head) (Head, error) {
	if l.Cosigners == nil {
		return head, nil
	}
	answers := l.Cosigners.Ask(ctx, head.Checkpoint, head.Size, l.proofs(ctx, head))
	if err := l.judge(ctx, head, answers); err != nil {
		return Head{}, err
	}
	next := head
	policy := l.Cosigners.Policy()
	var all []Cosignature
	for _, a := range answers {
		lines, sigs, err := a.cosignatures(head.Checkpoint, policy.Keys())
		if err == nil {
			all = append(all, sigs...)
			next.Checkpoint = append(next.Checkpoint[:len(next.Checkpoint):len(next.Checkpoint)], lines...)
		}
	}
	if policy.Satisfied(all) {
		l.cosigning.settled.Store(true)
	}
	if len(next.Checkpoint) == len(head.Checkpoint) {
		return head, nil
	}
	if err := l.Storage.SetHead(ctx, head, next); err != nil {
		return Head{}, fmt.Errorf("publish cosigned head: %w", err)
	}
	return next, nil
}

// keepFirst keeps beside the log the first checkpoint that each cosigner
// signed: it shows since when the cosigner has watched.
func (l *Log) keepFirst(ctx context.Context, head Head) error {
	if l.Cosigners == nil {
		return nil
	}
	_, sigs, err := cosignatures(head.Checkpoint, l.Cosigners.Policy().Keys())
	if err != nil {
		return err
	}
	for _, s := range sigs {
		path := FirstPath(s.By)
		if _, err := l.Files.ReadFile(ctx, path); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := l.Files.WriteFile(ctx, path, head.Checkpoint); err != nil {
			return fmt.Errorf("keep the first checkpoint of %s: %w", s.By.Name(), err)
		}
	}
	return nil
}

// FirstPath is where the log keeps the first checkpoint that a cosigner signed.
func FirstPath(c Cosigner) string { return "cosigned/" + c.ID() }

// proofs gives consistency proofs to a head from its tiles.
func (l *Log) proofs(ctx context.Context, head Head) func(int64) (tlog.TreeProof, error) {
	return func(old int64) (tlog.TreeProof, error) { return Growth(ctx, l.Files, old, head) }
}

// Growth proves from the tiles that a head holds the first old entries as they
// were (RFC 6962, 2.1.2).
func Growth(ctx context.Context, files Fetcher, old int64, head Head) (tlog.TreeProof, error) {
	if old == 0 || old == head.Size {
		return nil, nil
	}
	if old < 0 || old > head.Size {
		return nil, fmt.Errorf("no proof leads from %d entries to %d", old, head.Size)
	}
	return tlog.ProveTree(head.Size, old, treeReader(ctx, files, tlog.Tree{N: head.Size, Hash: head.Root}))
}

// cosignatures returns the lines of an answer that are good.
func (a Answer) cosignatures(signed []byte, by []Cosigner) (string, []Cosignature, error) {
	return cosignatures(append(signed[:len(signed):len(signed)], a.Lines...), by)
}

func (a Answer) words() string {
	if a.Err == nil {
		return a.From + ": its answer carries no signature of its key"
	}
	return a.From + ": " + a.Err.Error()
}
