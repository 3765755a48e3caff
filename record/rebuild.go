package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"comity"
)

// Open makes the public files agree with the database: it puts the last
// checkpoint there if a crash came between, writes tiles anew where they are
// missing or damaged, and refuses to go on where the files show more than the
// database knows.
func (l *Log) Open(ctx context.Context) error {
	l.publishing.Lock()
	defer l.publishing.Unlock()
	head, err := l.Storage.Head(ctx)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	if head.Checkpoint == nil {
		return nil
	}
	own, err := l.Signer.key.Checkpoint(head.Checkpoint)
	if err != nil || own.Size != head.Size || own.Root != head.Root {
		return problem("damaged", "head", "the stored head does not carry a checkpoint by this log's key: the database is damaged or the key was exchanged")
	}
	public, err := l.Files.ReadFile(ctx, "checkpoint")
	if err == nil && !bytes.Equal(public, head.Checkpoint) && l.follow(ctx, head) != nil {
		if err := l.checkPublic(ctx, public, own); err != nil {
			return err
		}
	}
	if err := l.ready(ctx, head); err != nil {
		return err
	}
	if bytes.Equal(public, head.Checkpoint) {
		return nil
	}
	if err := l.Files.WriteFile(ctx, "checkpoint", head.Checkpoint); err != nil {
		return fmt.Errorf("open log: write checkpoint: %w", err)
	}
	return nil
}

// checkPublic compares a published checkpoint that is not the database's last
// one with it. An older one is what a crash leaves. A longer or a different
// one was published by a database that knew more than this one.
func (l *Log) checkPublic(ctx context.Context, public []byte, own Checkpoint) error {
	c, err := l.Signer.key.Checkpoint(public)
	if err != nil {
		return nil // a damaged projection: the database's checkpoint replaces it
	}
	same := c.Size <= own.Size
	if same {
		e := &edge{}
		if err := l.replay(ctx, e, c.Size, discard); err != nil {
			return err
		}
		same = e.root() == c.Root
	}
	if same {
		return nil
	}
	return &comity.Problem{
		Code:    "restored-backup",
		Message: fmt.Sprintf("the public log shows %d entries, the database holds another or a shorter history of %d: an older backup was restored", c.Size, own.Size),
		Hint:    "do not delete the public log; restore the newer database, or ask whoever runs the log",
		Where:   "checkpoint",
	}
}

func discard(string, []byte) error { return nil }

// ready reads the edge of the tree back from the files, goes on where another
// process published meanwhile and, where the files do not add up to the root in
// the database, writes them all anew.
func (l *Log) ready(ctx context.Context, head Head) error {
	if l.edge != nil && l.edge.size == head.Size {
		return nil
	}
	if head.Checkpoint == nil {
		l.edge = &edge{}
		return nil
	}
	e, err := loadEdge(head.Size, func(path string) ([]byte, error) { return l.Files.ReadFile(ctx, path) })
	if err == nil && e.root() == head.Root {
		l.edge = e
		return nil
	}
	if l.follow(ctx, head) == nil {
		return nil
	}
	return l.rebuild(ctx, head)
}

// follow goes on from the checkpoint that the files show to the head, which
// another process may have set since. It reads what lies between them, not the
// whole log, and first without writing.
func (l *Log) follow(ctx context.Context, head Head) error {
	public, err := l.Files.ReadFile(ctx, "checkpoint")
	if err != nil {
		return err
	}
	from, err := l.Signer.key.Checkpoint(public)
	if err != nil {
		return err
	}
	write := func(path string, data []byte) error { return l.Files.WriteFile(ctx, path, data) }
	for _, out := range []emit{discard, write} {
		e, err := loadEdge(from.Size, func(path string) ([]byte, error) { return l.Files.ReadFile(ctx, path) })
		if err != nil {
			return err
		}
		if e.root() != from.Root {
			return errNotFollowed
		}
		if err := l.replay(ctx, e, head.Size, out); err != nil {
			return err
		}
		if e.size != head.Size || e.root() != head.Root {
			return errNotFollowed
		}
		if err := e.flush(from.Size, out); err != nil {
			return err
		}
		l.edge = e
	}
	return nil
}

var errNotFollowed = errors.New("the files do not lead to the head")

// Follow brings the tiles up to the head of the database, which another process
// may have set. Publishing does so too; this is for whoever needs them before.
func (l *Log) Follow(ctx context.Context) (Head, error) {
	l.publishing.Lock()
	defer l.publishing.Unlock()
	head, err := l.Storage.Head(ctx)
	if err != nil {
		return Head{}, fmt.Errorf("follow log: %w", err)
	}
	return head, l.ready(ctx, head)
}

// Rebuild writes every public file anew from the database.
func (l *Log) Rebuild(ctx context.Context) error {
	l.publishing.Lock()
	defer l.publishing.Unlock()
	head, err := l.Storage.Head(ctx)
	if err != nil {
		return fmt.Errorf("rebuild log: %w", err)
	}
	if err := l.rebuild(ctx, head); err != nil {
		return err
	}
	if head.Checkpoint == nil {
		return nil
	}
	return l.Files.WriteFile(ctx, "checkpoint", head.Checkpoint)
}

func (l *Log) rebuild(ctx context.Context, head Head) error {
	// First without writing: files must not be replaced by those of a
	// database that does not add up to its own head.
	trial := &edge{}
	if err := l.replay(ctx, trial, head.Size, discard); err != nil {
		return err
	}
	if head.Checkpoint != nil && trial.root() != head.Root {
		return problem("damaged", "log", "the leaves in the database do not add up to the root that was published: the database was changed from outside")
	}
	e := &edge{}
	write := func(path string, data []byte) error { return l.Files.WriteFile(ctx, path, data) }
	if err := l.replay(ctx, e, head.Size, write); err != nil {
		return err
	}
	if err := e.flush(0, write); err != nil {
		return fmt.Errorf("rebuild log: %w", err)
	}
	l.edge = e
	return nil
}

// replay appends leaves of the storage to an edge until it has that size.
func (l *Log) replay(ctx context.Context, e *edge, size int64, out emit) error {
	for e.size < size {
		leaves, err := l.Storage.Leaves(ctx, e.size, int(min(readAtOnce, size-e.size)))
		if err != nil {
			return fmt.Errorf("rebuild log: %w", err)
		}
		if len(leaves) == 0 {
			return problem("damaged", "log", "the database holds %d leaves and its head says %d", e.size, size)
		}
		for _, leaf := range leaves {
			if err := e.add(leaf, out); err != nil {
				return fmt.Errorf("rebuild log: %w", err)
			}
		}
	}
	return nil
}
