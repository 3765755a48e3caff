package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"comity"
)

// A writer is the one goroutine that writes. While one transaction goes to the
// disk, the next callers queue up; they share the next transaction and its one
// wait for the disk (group commit).
type writer struct {
	data  database
	db    *sql.DB
	conn  *sql.Conn            // used by the goroutine only; nil: lost
	stmts map[string]*sql.Stmt // of conn, by their text
	queue chan *job
	ended chan struct{}

	broken atomic.Pointer[comity.Problem] // once set, nothing more is written
	waited bool                           // the last batch waited for the database in vain

	mu      sync.RWMutex
	closed  bool          // guarded by mu
	closing chan struct{} // closed with it
}

// A job is one caller's writes: all of them or none.
type job struct {
	do    func(*tx) error
	entry *pending // an entry, which is written together with others if nothing is against it
	twice bool     // finds what was stored before and does not store it again, so it may be tried although a try may have succeeded
	maybe bool     // it is not known whether a try succeeded
	alone bool     // outside any transaction: for checkpoints of the database
	err   error
	done  chan struct{}
}

// A tx is the transaction that a job writes in.
type tx struct {
	ctx context.Context
	w   *writer
	err error // the first that the database gave, none if the job itself refuses
}

const (
	maxBatch = 512
	maxQueue = 4096

	// How long a batch waits for the database if the one before it waited in
	// vain.
	shortPatience = 2 * time.Second
)

func newWriter(ctx context.Context, data database, db *sql.DB) (*writer, error) {
	w := &writer{data: data, db: db, stmts: map[string]*sql.Stmt{}, queue: make(chan *job, maxQueue), ended: make(chan struct{}), closing: make(chan struct{})}
	if err := w.connect(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	go w.run()
	return w, nil
}

// write runs do in a transaction and returns when that is durable. Once queued
// it is not taken back: a caller who gave up could not know what became of it.
// Where a transaction is known to have come to nothing, do is run once more in
// another: it must set what it returns anew and write only through the tx.
func (s *Store) write(ctx context.Context, do func(*tx) error) error {
	return s.writer.submit(ctx, &job{do: do, done: make(chan struct{})})
}

// writeAgain is write for what finds out by itself that it was stored before,
// as every entry does by its id: it is also tried again where it is not known
// whether it was stored.
func (s *Store) writeAgain(ctx context.Context, do func(*tx) error) error {
	return s.writer.submit(ctx, &job{do: do, twice: true, done: make(chan struct{})})
}

// writeAlone runs do between transactions.
func (s *Store) writeAlone(ctx context.Context, do func(*tx) error) error {
	return s.writer.submit(ctx, &job{do: do, alone: true, done: make(chan struct{})})
}

func (w *writer) submit(ctx context.Context, j *job) error {
	if err := ctx.Err(); err != nil {
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
	return explain("write", j.err)
}

func (w *writer) close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
		close(w.closing)
	}
	w.mu.Unlock()
	<-w.ended
	w.drop()
	return w.db.Close()
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
	ctx := context.Background()
	if j.err = w.connect(ctx); j.err == nil {
		j.err = j.do(&tx{ctx: ctx, w: w})
	}
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

// commit writes a batch, and tries again where the database says that nothing
// of it was stored. Where that is not known, it does not guess: jobs that find
// what was stored before are asked again, the others are told.
func (w *writer) commit(batch []*job) {
	if p := w.broken.Load(); p != nil {
		failAll(batch, p)
		return
	}
	ctx, cancel := w.context()
	defer cancel()
	together := true
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		became, err := w.try(ctx, batch, together)
		switch became {
		case stored:
			w.waited = false
			return
		case refused: // the database refuses one of the entries: let it be alone
			together = false
			continue
		case undone:
			failAll(batch, err)
			return
		case stopped:
			failAll(batch, err)
			w.stop(err)
			return
		case unsure:
			batch = dropUnsure(batch)
		}
		if len(batch) == 0 {
			return
		}
		if !w.pause(ctx, pause) {
			w.waited = true
			failAll(batch, err)
			return
		}
	}
}

func failAll(batch []*job, err error) {
	for _, j := range batch {
		if j.err = err; j.maybe {
			j.err = notKnown()
		}
	}
}

// dropUnsure tells those jobs that cannot be tried again, and keeps the others.
func dropUnsure(batch []*job) []*job {
	var left []*job
	for _, j := range batch {
		if j.maybe = true; j.twice {
			left = append(left, j)
		} else {
			j.err = notKnown()
		}
	}
	return left
}

func notKnown() *comity.Problem {
	return problem("not-known", "", "look whether it is there before you do it again; an entry may be sent again with the same id, it is never written twice",
		"the connection to the database broke at the end: it is not known whether this was stored")
}

// context ends when a batch has waited long enough for its database.
func (w *writer) context() (context.Context, context.CancelFunc) {
	d := w.data.patience()
	if d == 0 {
		return context.Background(), func() {}
	}
	if w.waited {
		d = shortPatience
	}
	return context.WithTimeout(context.Background(), d)
}

// pause waits before the next try and reports whether there may be one.
func (w *writer) pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
	case <-w.closing:
	}
	return false
}

// try writes a batch in one transaction. A job that is refused (a used id, a
// held entry) leaves the others alone. It returns refused where the database
// refuses what was written together: then nothing was stored.
func (w *writer) try(ctx context.Context, batch []*job, together bool) (outcome, error) {
	if err := w.connect(ctx); err != nil {
		return w.failed("connect to the database", err, false)
	}
	if err := w.data.begin(ctx, w.conn); err != nil {
		return w.failed("begin to write", err, false)
	}
	if together {
		if err := w.runEntries(ctx, batch); err != nil {
			became := w.data.outcome(err, false)
			told, err := w.failed("write", err, false)
			if became == refused {
				return refused, err
			}
			return told, err
		}
	}
	for _, j := range batch {
		if together && j.entry != nil {
			j.err = j.entry.err
		} else if err := w.runJob(ctx, j); err != nil {
			return w.failed("write", err, false)
		}
	}
	if err := w.data.commit(ctx, w.conn); err != nil {
		return w.failed("commit", err, true)
	}
	return stored, nil
}

// failed leaves a transaction that failed as a whole.
func (w *writer) failed(doing string, err error, committing bool) (outcome, error) {
	became := w.data.outcome(err, committing)
	if became == refused {
		became = undone
	}
	w.end(became)
	if became == again {
		return again, away(doing)
	}
	return became, explain(doing, err)
}

// runEntries writes all entries of a batch.
func (w *writer) runEntries(ctx context.Context, batch []*job) error {
	var list []*pending
	for _, j := range batch {
		if j.entry != nil {
			list = append(list, j.entry)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return (&tx{ctx: ctx, w: w}).insertAll(list)
}

// runJob runs one job under a savepoint. The error it returns is a fault of
// the database; a refusal is kept in the job.
func (w *writer) runJob(ctx context.Context, j *job) error {
	t := &tx{ctx: ctx, w: w}
	if err := t.exec(`SAVEPOINT job`); err != nil {
		return err
	}
	if j.err = j.do(t); j.err != nil {
		if t.err != nil && w.data.outcome(t.err, false) != refused {
			return t.err
		}
		if err := t.exec(`ROLLBACK TO SAVEPOINT job`); err != nil {
			return err
		}
	}
	return t.exec(`RELEASE SAVEPOINT job`)
}

// end leaves a transaction that failed. A fault may have ended it already; then
// there is nothing to roll back and the database says so.
func (w *writer) end(became outcome) {
	if w.conn == nil {
		return
	}
	if became == undone || became == stopped {
		_, err := w.conn.ExecContext(context.Background(), `ROLLBACK`)
		if err == nil || w.data.outcome(err, false) != again {
			return
		}
	}
	w.drop()
}

// connect takes the one connection that writes, if there is none.
func (w *writer) connect(ctx context.Context) (err error) {
	if w.conn == nil {
		w.conn, err = w.db.Conn(ctx)
	}
	return err
}

// drop gives up a connection of which it is not known in what state it is.
func (w *writer) drop() {
	if w.conn == nil {
		return
	}
	for _, s := range w.stmts {
		s.Close()
	}
	clear(w.stmts)
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn }) // not back into the pool
	_ = w.conn.Close()
	w.conn = nil
}

func (w *writer) stop(cause error) {
	w.broken.Store(problem("stopped", "", "check the disk, then start the program again: it reads what is really there", "writing was stopped after a fault of the disk (%v)", cause))
}

// exec runs a statement. After an error of the database a job writes nothing
// more and returns it.
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
	r, err := s.ExecContext(t.ctx, bind(args)...)
	if err != nil {
		return 0, t.failed(err)
	}
	return r.RowsAffected()
}

// each reads rows inside the transaction.
func (t *tx) each(row func(*sql.Rows) error, query string, args ...any) error {
	s, err := t.stmt(query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(t.ctx, bind(args)...)
	if err != nil {
		return t.failed(err)
	}
	return t.failed(scanAll(rows, row))
}

// row reads one row inside the transaction.
func (t *tx) row(query string, args ...any) *row {
	s, err := t.stmt(query)
	if err != nil {
		return &row{tx: t, err: err}
	}
	return &row{tx: t, row: s.QueryRowContext(t.ctx, bind(args)...)}
}

type row struct {
	tx  *tx
	row *sql.Row
	err error
}

// scan reads the row; sql.ErrNoRows if there is none.
func (r *row) scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	return r.tx.failed(r.row.Scan(into...))
}

func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if s, ok := t.w.stmts[query]; ok {
		return s, nil
	}
	s, err := t.w.conn.PrepareContext(t.ctx, t.w.data.query(query))
	if err != nil {
		return nil, t.failed(err)
	}
	t.w.stmts[query] = s
	return s, nil
}

func (t *tx) failed(err error) error {
	if t.err == nil && err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.err = err
	}
	return err
}
