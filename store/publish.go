package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"comity/record"
)

// Publish makes everything written so far public under a new checkpoint; see
// [record.Log.Publish] for what each step means.
func (s *Store) Publish(ctx context.Context) (record.Head, error) {
	head, err := s.log.Publish(ctx)
	for tries := 1; errors.Is(err, record.ErrHeadMoved) && tries < 4; tries++ {
		head, err = s.log.Publish(ctx) // another process was faster: go on from its head
	}
	return head, explain("publish", err)
}

// Rebuild writes all public files anew from the database.
func (s *Store) Rebuild(ctx context.Context) error {
	return explain("rebuild", s.log.Rebuild(ctx))
}

// Run publishes at every beat and deletes what has expired, until ctx ends.
// A beat that fails is tried again at the next; only the promise suffers.
func (s *Store) Run(ctx context.Context) {
	ticker := time.NewTicker(s.config.Beat)
	defer ticker.Stop()
	for {
		if _, err := s.Publish(ctx); err != nil && ctx.Err() == nil {
			s.config.Log.Error("a checkpoint could not be published", "error", err)
		}
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.config.Log.Error("expired rows could not be deleted", "error", err)
		}
		if _, err := s.Cells(ctx); err != nil && ctx.Err() == nil { // so that nobody's page waits for the count of a new month
			s.config.Log.Error("entries could not be counted", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Leaves implements [record.Storage].
func (s *Store) Leaves(ctx context.Context, from int64, limit int) ([]record.Leaf, error) {
	var out []record.Leaf
	err := s.each(ctx, func(r *sql.Rows) error {
		var raw sql.RawBytes
		if err := r.Scan(&raw); err != nil {
			return err
		}
		if len(raw) != len(record.Leaf{}) {
			return problem("damaged", "log", "restore the last good backup", "a leaf in the database has %d bytes", len(raw))
		}
		out = append(out, record.Leaf(raw))
		return nil
	}, `SELECT leaf FROM log WHERE idx >= ? ORDER BY idx LIMIT ?`, from, limit)
	return out, err
}

// Head implements [record.Storage].
func (s *Store) Head(ctx context.Context) (record.Head, error) {
	h, err := scanHead(s.read.QueryRowContext(ctx, selectHead).Scan)
	return h, explain("read the head", err)
}

const selectHead = `SELECT size, root, checkpoint FROM head WHERE one = 1`

func scanHead(scan func(...any) error) (record.Head, error) {
	var h record.Head
	var root []byte
	err := scan(&h.Size, &root, &h.Checkpoint)
	if errors.Is(err, sql.ErrNoRows) {
		return record.Head{}, nil
	}
	if err == nil && len(root) != tlog.HashSize {
		return record.Head{}, problem("damaged", "head", "restore the last good backup", "the root in the database has %d bytes", len(root))
	}
	if err != nil {
		return record.Head{}, err
	}
	h.Root = tlog.Hash(root)
	return h, nil
}

// SetHead implements [record.Storage]: compare and set in one transaction.
func (s *Store) SetHead(ctx context.Context, old, next record.Head) error {
	return s.write(ctx, func(t *tx) error {
		now, err := scanHead(t.row(selectHead).scan)
		if err != nil {
			return err
		}
		if now.Size != old.Size || now.Root != old.Root || !bytes.Equal(now.Checkpoint, old.Checkpoint) {
			return record.ErrHeadMoved
		}
		return t.exec(`INSERT INTO head (one, size, root, checkpoint) VALUES (1, ?, ?, ?)
			ON CONFLICT (one) DO UPDATE SET size = excluded.size, root = excluded.root, checkpoint = excluded.checkpoint`,
			next.Size, next.Root[:], next.Checkpoint)
	})
}

// files is the folder of the public log.
type files struct{ dir string }

func newFiles(dir string) (files, error) {
	return files{dir}, os.MkdirAll(dir, 0o755)
}

// ReadFile implements [record.Files].
func (f files) ReadFile(_ context.Context, path string) ([]byte, error) {
	if !filepath.IsLocal(path) {
		return nil, fmt.Errorf("%q leaves the folder of the log", path)
	}
	return os.ReadFile(filepath.Join(f.dir, path))
}

// WriteFile implements [record.Files]: a temporary file is made durable, then
// takes the name, then the folder that holds the name is made durable. A crash
// leaves the old file or the new one, and perhaps a temporary one that the
// next write of it replaces.
func (f files) WriteFile(_ context.Context, path string, data []byte) error {
	path = filepath.Join(f.dir, path)
	dir := filepath.Dir(path)
	if err := makeDirs(dir); err != nil {
		return err
	}
	temporary := path + ".new"
	if err := writeSynced(temporary, data); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncDir(dir)
}

func writeSynced(path string, data []byte) error {
	w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return errors.Join(err, w.Close())
	}
	return errors.Join(w.Sync(), w.Close())
}

// makeDirs makes a folder and those above it, each durable in the one above.
func makeDirs(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	parent := filepath.Dir(dir)
	if err := makeDirs(parent); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(parent)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Drop implements [record.Files].
func (f files) Drop(_ context.Context, dir string) error {
	return os.RemoveAll(filepath.Join(f.dir, dir))
}
