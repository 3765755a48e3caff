package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"comity"
	"comity/record"
)

// A Cosigner watches logs and keeps in its folder the last checkpoint that it
// signed of each. That folder is its memory: a signature leaves only after the
// memory of it is on the disk, so that no crash makes it sign twice. Restore
// the folder from an old copy and the memory is gone: then make a new key.
type Cosigner struct {
	watch  *record.Watch
	files  files
	lock   *os.File
	now    func() time.Time
	hashes map[string]string      // of every origin
	turns  map[string]*sync.Mutex // by hash of the origin: one checkpoint at a time
}

// OpenCosigner opens the folder of a cosigner, or makes it, and reads what it
// keeps of every log.
func OpenCosigner(ctx context.Context, dir string, watch *record.Watch, now func() time.Time) (*Cosigner, error) {
	c := &Cosigner{watch: watch, now: now, hashes: map[string]string{}, turns: map[string]*sync.Mutex{}}
	if err := c.open(ctx, dir); err != nil {
		return nil, errors.Join(explain("open "+dir, err), c.Close())
	}
	return c, nil
}

func (c *Cosigner) open(ctx context.Context, dir string) error {
	var err error
	if c.files, err = newFiles(filepath.Join(dir, "seen")); err != nil {
		return err
	}
	if c.lock, err = os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	mine, err := tryLock(c.lock)
	if err != nil {
		return err
	}
	if !mine {
		return problem("in-use", dir, "stop the other program first; two could sign two histories", "another cosigner has this folder open")
	}
	for _, origin := range c.watch.Origins() {
		hash := originPath(origin)
		c.hashes[origin], c.turns[hash] = hash, &sync.Mutex{}
		last, err := c.last(ctx, hash)
		if err == nil {
			_, err = c.watch.Kept(last)
		}
		var damaged *comity.Problem
		if errors.As(err, &damaged) {
			return problem(damaged.Code, filepath.Join(c.files.dir, hash), "if the key was exchanged, use a new folder; otherwise keep this one as it is and make a new key, since nobody knows what was signed last", "%s (log %s)", damaged.Message, origin)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Close gives the folder back.
func (c *Cosigner) Close() error {
	if c.lock == nil {
		return nil
	}
	return c.lock.Close()
}

// last is what was kept of a log; nil: nothing yet. Only a file that is not
// there means that nothing was signed.
func (c *Cosigner) last(ctx context.Context, hash string) ([]byte, error) {
	data, err := c.files.ReadFile(ctx, hash+"/checkpoint")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// Add answers an addition: it returns signature lines, and they may leave,
// since what was signed is on the disk.
func (c *Cosigner) Add(ctx context.Context, body []byte) ([]byte, error) {
	a, err := record.ParseAddition(body)
	if err != nil {
		return nil, err
	}
	hash, watched := c.hashes[a.Origin()]
	if !watched {
		return nil, problem("unknown-log", "checkpoint", "ask the operator of this cosigner to add the log's key", "this log is not watched here")
	}
	c.turns[hash].Lock()
	defer c.turns[hash].Unlock()
	last, err := c.last(ctx, hash)
	if err != nil {
		return nil, explain("read what was signed", err)
	}
	j, err := c.watch.Judge(a, last, c.now())
	if err != nil {
		return nil, err
	}
	if err := c.files.WriteFile(ctx, hash+"/checkpoint", j.Kept); err != nil {
		return nil, explain("keep what is signed", err)
	}
	return j.Lines, nil
}

// ServeHTTP speaks c2sp.org/tlog-witness.
func (c *Cosigner) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch {
	case r.URL.Path == "/add-checkpoint" && r.Method == http.MethodPost:
		c.serveAdd(w, r)
	case r.URL.Path == "/" && r.Method == http.MethodGet:
		c.serveAbout(w)
	case r.Method == http.MethodGet:
		c.serveView(w, r)
	default:
		http.Error(w, "this is a cosigner: POST /add-checkpoint, GET /ORIGIN-HASH/checkpoint", http.StatusMethodNotAllowed)
	}
}

func (c *Cosigner) serveAdd(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, record.MaxAddition))
	if err != nil {
		http.Error(w, "the request is too long, or was cut short", http.StatusBadRequest)
		return
	}
	lines, err := c.Add(r.Context(), body)
	var other record.OtherSize
	var p *comity.Problem
	switch {
	case err == nil:
		_, _ = w.Write(lines) // a log that left asks again
	case errors.As(err, &other):
		w.Header().Set("Content-Type", "text/x.tlog.size")
		w.WriteHeader(http.StatusConflict)
		fmt.Fprintf(w, "%d\n", int64(other))
	case errors.As(err, &p):
		http.Error(w, p.Error(), statusOf(p.Code))
	default:
		http.Error(w, "the cosigner cannot read or write its folder", http.StatusInternalServerError)
	}
}

func statusOf(code string) int {
	switch code {
	case "bad-request":
		return http.StatusBadRequest
	case "unknown-log":
		return http.StatusNotFound
	case "not-signed":
		return http.StatusForbidden
	case "bad-proof":
		return http.StatusUnprocessableEntity
	}
	return http.StatusInternalServerError
}

// serveView shows the last checkpoint signed of a log, for monitors to compare.
func (c *Cosigner) serveView(w http.ResponseWriter, r *http.Request) {
	hash, isCheckpoint := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/checkpoint")
	if c.turns[hash] == nil || !isCheckpoint {
		http.Error(w, "there is no such log here", http.StatusNotFound)
		return
	}
	data, err := c.last(r.Context(), hash)
	switch {
	case err != nil:
		http.Error(w, "the cosigner cannot read its folder", http.StatusInternalServerError)
	case data == nil:
		http.Error(w, "nothing of this log has been signed yet", http.StatusNotFound)
	default:
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(data)
	}
}

func (c *Cosigner) serveAbout(w http.ResponseWriter) {
	fmt.Fprintln(w, "This is a cosigner (c2sp.org/tlog-witness). It signs a checkpoint of a log only if nothing\nthat it saw of that log before was removed or changed.\n\nIts keys:")
	for _, k := range c.watch.Public() {
		fmt.Fprintln(w, k)
	}
	fmt.Fprintln(w, "\nIt watches:")
	for _, origin := range c.watch.Origins() {
		fmt.Fprintf(w, "%s\n/%s/checkpoint\n", origin, c.hashes[origin])
	}
}
