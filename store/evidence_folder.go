package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// An evidenceFolder keeps objects in a folder:
//
//	DIR/ab/abcd…        the object, read-only
//	DIR/ab/abcd….kept   its lock and hold, if it has any
//	DIR/new/            what is being written; opening clears what a crash left
//
// Locks and holds bind this program. Someone with the rights of its user on the
// machine can delete files; then CheckEvidence and the record, which names
// every digest, show what is missing.
type evidenceFolder struct {
	dir string
	now func() time.Time
	mu  sync.Mutex // one change of locks or removal at a time
}

func openEvidenceFolder(dir string) (*evidenceFolder, error) {
	f := &evidenceFolder{dir: dir, now: time.Now}
	if err := makeDirs(f.incoming()); err != nil {
		return nil, evidenceFault("open "+dir, err)
	}
	if err := f.clearAbandoned(); err != nil {
		return nil, evidenceFault("open "+dir, err)
	}
	return f, nil
}

// A file that is being written grows all the time; one that nobody has touched
// for so long was left by a crash.
const abandonedAfter = time.Hour

// clearAbandoned removes what was never acknowledged and spares what another
// server over the same folder is writing now.
func (f *evidenceFolder) clearAbandoned() error {
	list, err := os.ReadDir(f.incoming())
	if err != nil {
		return err
	}
	for _, entry := range list {
		info, err := entry.Info()
		if err == nil && f.now().Sub(info.ModTime()) > abandonedAfter {
			err = os.RemoveAll(filepath.Join(f.incoming(), entry.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // the other server may have finished it
			return err
		}
	}
	return nil
}

func (f *evidenceFolder) incoming() string { return filepath.Join(f.dir, "new") }

func (f *evidenceFolder) path(d Digest) string {
	name := d.String()
	return filepath.Join(f.dir, name[:2], name)
}

func (f *evidenceFolder) Put(ctx context.Context, r io.Reader, want Digest) (Object, error) {
	temporary, got, size, err := spool(ctx, f.incoming(), r)
	if err != nil {
		return Object{}, evidenceFault("write", err)
	}
	defer os.Remove(temporary)
	if err := checkWant(got, want); err != nil {
		return Object{}, err
	}
	path := f.path(got)
	if f.sound(ctx, got) {
		return f.Stat(ctx, got)
	}
	if err := makeDirs(filepath.Dir(path)); err != nil {
		return Object{}, evidenceFault("write", err)
	}
	// Replaces a damaged object of that name, if there is one.
	if err := os.Rename(temporary, path); err != nil {
		return Object{}, evidenceFault("write", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return Object{}, evidenceFault("write", err)
	}
	return Object{Digest: got, Size: size}, nil
}

// spool copies r into a new file of a folder, durably, and hashes it.
func spool(ctx context.Context, dir string, r io.Reader) (path string, d Digest, size int64, err error) {
	w, err := os.CreateTemp(dir, "part-")
	if err != nil {
		return "", d, 0, err
	}
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(w, sum), withContext{ctx, r})
	err = errors.Join(err, w.Chmod(0o400), w.Sync(), w.Close())
	if err != nil {
		return "", d, 0, errors.Join(err, os.Remove(w.Name()))
	}
	return w.Name(), Digest(sum.Sum(nil)), size, nil
}

// withContext stops reading when the caller has gone.
type withContext struct {
	ctx context.Context
	r   io.Reader
}

func (c withContext) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// sound reports whether the object is there, whole.
func (f *evidenceFolder) sound(ctx context.Context, d Digest) bool {
	return readThrough(ctx, f, d) == nil
}

func (f *evidenceFolder) Open(_ context.Context, d Digest) (io.ReadCloser, error) {
	file, err := os.Open(f.path(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noObject(d)
	}
	if err != nil {
		return nil, evidenceFault("read", err)
	}
	return newChecked(file, d), nil
}

func (f *evidenceFolder) Stat(_ context.Context, d Digest) (Object, error) {
	info, err := os.Stat(f.path(d))
	if errors.Is(err, fs.ErrNotExist) {
		return Object{}, noObject(d)
	}
	if err != nil {
		return Object{}, evidenceFault("look", err)
	}
	k, err := f.kept(d)
	if err != nil {
		return Object{}, evidenceFault("look", err)
	}
	return Object{Digest: d, Size: info.Size(), Until: k.Until, Held: k.Held}, nil
}

// kept is the file of an object's lock and hold.
type kept struct {
	Until time.Time `json:"until"`
	Held  bool      `json:"held"`
}

func (f *evidenceFolder) kept(d Digest) (kept, error) {
	var k kept
	data, err := os.ReadFile(f.path(d) + ".kept")
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &k)
	}
	return k, err // a file that cannot be read keeps the object: nobody may remove it
}

func (f *evidenceFolder) Lock(ctx context.Context, d Digest, until time.Time) error {
	return f.keep(ctx, d, func(o Object) (kept, error) {
		return kept{until.UTC(), o.Held}, o.earlier(until)
	})
}

func (f *evidenceFolder) Hold(ctx context.Context, d Digest, on bool) error {
	return f.keep(ctx, d, func(o Object) (kept, error) { return kept{o.Until, on}, nil })
}

func (f *evidenceFolder) keep(ctx context.Context, d Digest, change func(Object) (kept, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, err := f.Stat(ctx, d)
	if err != nil {
		return err
	}
	k, err := change(o)
	if err != nil {
		return err
	}
	data, err := json.Marshal(k)
	if err != nil {
		return evidenceFault("lock", err)
	}
	name := d.String()
	return evidenceFault("lock", files{f.dir}.WriteFile(ctx, name[:2]+"/"+name+".kept", data))
}

func (f *evidenceFolder) Remove(ctx context.Context, d Digest) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, err := f.Stat(ctx, d)
	if err != nil {
		return err
	}
	if err := o.refusal(f.now()); err != nil {
		return err
	}
	path := f.path(d)
	if err := os.Remove(path); err != nil {
		return evidenceFault("remove", err)
	}
	if err := os.Remove(path + ".kept"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return evidenceFault("remove", err)
	}
	return evidenceFault("remove", syncDir(filepath.Dir(path)))
}

func (f *evidenceFolder) All(ctx context.Context) iter.Seq2[Digest, error] {
	return func(yield func(Digest, error) bool) {
		err := filepath.WalkDir(f.dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil || e.IsDir() {
				return err
			}
			d, err := ParseDigest(e.Name())
			if err != nil || f.path(d) != path {
				return nil // a lock, or something that is not ours
			}
			if !yield(d, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Digest{}, evidenceFault("list", err))
		}
	}
}
