package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"

	"comity"
)

// A writer is the one goroutine that writes. While one transaction goes to the
// disk, the next callers queue up; they share the next transaction and its one
// wait for the disk (group commit).
type writer struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt // by their text; used by the goroutine only
	queue chan *job
	ended chan struct{}

	broken atomic.Pointer[comity.Problem] // once set, nothing more is written

	mu     sync.RWMutex
	closed bool // guarded by mu
}

// A job is one caller's writes: all of them or none.
type job struct {
	ctx   context.Context
	do    func(*tx) error
	alone bool // outside any transaction: for checkpoints of the database
	err   error
	done  chan struct{}
}

// A tx is the transaction that a job writes in.
type tx struct {
	ctx context.Context
	w   *writer
}

const (
	maxBatch = 512
	maxQueue = 4096
)

func newWriter(ctx context.Context, path string) (*writer, error) {
	db, err := openDB(path, "rw", "foreign_keys(ON)")
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	w := &writer{db: db, conn: conn, stmts: map[string]*sql.Stmt{}, queue: make(chan *job, maxQueue), ended: make(chan struct{})}
	go w.run()
	return w, nil
}

// write runs do in a transaction and returns when that is on the disk. Once
// queued it is not taken back: a caller who gave up could not know what became
// of it.
func (s *Store) write(ctx context.Context, do func(*tx) error) error {
	return s.writer.submit(&job{ctx: context.WithoutCancel(ctx), do: do, done: make(chan struct{})}, ctx)
}

// writeAlone runs do between transactions.
func (s *Store) writeAlone(ctx context.Context, do func(*tx) error) error {
	return s.writer.submit(&job{ctx: context.WithoutCancel(ctx), do: do, alone: true, done: make(chan struct{})}, ctx)
}

func (w *writer) submit(j *job, caller context.Context) error {
	if err := caller.Err(); err != nil {
		return err
	}
	w.mu.RLock()
	if w.closed {
		w.mu.RUnlock()
		return problem("closed", "", "", "the record is being closed: nothing was written")
	}
	w.queue <- j
	w.mu.RUnlock()
	<-j.done
	return j.err
}

func (w *writer) close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.ended
	for _, s := range w.stmts {
		s.Close()
	}
	return errors.Join(w.conn.Close(), w.db.Close())
}

func (w *writer) run() {
	defer close(w.ended)
	for first := range w.queue {
		if first.alone {
			w.runAlone(first)
			continue
		}
		batch, alone := w.collect(first)
		w.commit(batch)
		for _, j := range batch {
			close(j.done)
		}
		if alone != nil {
			w.runAlone(alone)
		}
	}
}

func (w *writer) runAlone(j *job) {
	j.err = j.do(&tx{j.ctx, w})
	close(j.done)
}

// collect takes what waits, without waiting for more.
func (w *writer) collect(first *job) (batch []*job, alone *job) {
	batch = append(batch, first)
	for len(batch) < maxBatch {
		select {
		case j, ok := <-w.queue:
			if !ok {
				return batch, nil
			}
			if j.alone {
				return batch, j
			}
			batch = append(batch, j)
		default:
			return batch, nil
		}
	}
	return batch, nil
}

// commit writes a batch in one transaction. A job that is refused (a used id,
// a held entry) leaves the others alone; a fault of disk or database fails
// them all, and nothing of any of them is stored.
func (w *writer) commit(batch []*job) {
	fail := func(err error) {
		for _, j := range batch {
			j.err = err
		}
	}
	if p := w.broken.Load(); p != nil {
		fail(p)
		return
	}
	t := &tx{context.Background(), w}
	if err := t.exec(`BEGIN IMMEDIATE`); err != nil {
		fail(explain("begin to write", err))
		return
	}
	for _, j := range batch {
		if err := w.runJob(j); err != nil {
			w.rollback(t)
			fail(explain("write", err))
			return
		}
	}
	if err := t.exec(`COMMIT`); err != nil {
		w.rollback(t)
		// The database says whether a full or a read-only disk stopped it:
		// then nothing was written. After any other fault it is not known
		// what the disk holds. We do not guess: stop, and let a restart read
		// what is there.
		err = explain("commit", err)
		fail(err)
		if c := code(err); c != "disk-full" && c != "read-only" {
			w.stop(err)
		}
	}
}

// runJob runs one job under a savepoint. The error it returns is a fault of
// the database; a refusal is kept in the job.
func (w *writer) runJob(j *job) error {
	t := &tx{j.ctx, w}
	if err := t.exec(`SAVEPOINT job`); err != nil {
		return err
	}
	if j.err = j.do(t); j.err != nil {
		if isFault(j.err) {
			return j.err
		}
		if err := t.exec(`ROLLBACK TO job`); err != nil {
			return err
		}
	}
	return t.exec(`RELEASE job`)
}

func (w *writer) rollback(t *tx) {
	// A fault may have ended the transaction already; then there is nothing
	// to roll back and the database says so.
	_ = t.exec(`ROLLBACK`)
}

func (w *writer) stop(cause error) {
	w.broken.Store(problem("stopped", "", "check the disk, then start the program again: it reads what is really there", "writing was stopped after a fault of the disk (%v)", cause))
}

func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if s, ok := t.w.stmts[query]; ok {
		return s, nil
	}
	s, err := t.w.conn.PrepareContext(t.ctx, query)
	if err != nil {
		return nil, err
	}
	t.w.stmts[query] = s
	return s, nil
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.execCount(query, args...)
	return err
}

// execCount also says how many rows changed.
func (t *tx) execCount(query string, args ...any) (int64, error) {
	s, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row reads one row inside the transaction.
func (t *tx) row(query string, args ...any) *row {
	s, err := t.stmt(query)
	if err != nil {
		return &row{err: err}
	}
	return &row{row: s.QueryRowContext(t.ctx, args...)}
}

type row struct {
	row *sql.Row
	err error
}

// scan reads the row; sql.ErrNoRows if there is none.
func (r *row) scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	return r.row.Scan(into...)
}
