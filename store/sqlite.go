package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteDB is one file, written by one process. Others may read it (beside.go).
type sqliteDB struct {
	path string
	raw  *rawFile
}

// A rawFile is the file of the database, read beside SQLite. It is opened once
// and stays open: POSIX drops every lock that a process has on a file when it
// closes any handle of it, SQLite's too, and another process that reads the
// database would then take it for one that nobody has open.
type rawFile struct {
	once sync.Once
	file *os.File
	err  error
}

func (r *rawFile) has(path string, needles [][]byte) (bool, error) {
	r.once.Do(func() { r.file, r.err = os.Open(path) })
	if r.err != nil {
		return false, r.err
	}
	return has(io.NewSectionReader(r.file, 0, math.MaxInt64), needles)
}

func (d sqliteDB) where() string { return d.path }

func (d sqliteDB) exists(context.Context) error {
	if _, err := os.Stat(d.path); errors.Is(err, fs.ErrNotExist) {
		return problem("no-record", filepath.Dir(d.path), "make one with: comity init -dir DIR -origin NAME -agency ORI", "there is no record in this folder")
	}
	return nil
}

func (d sqliteDB) open(_ context.Context, fresh bool) (read, write *sql.DB, err error) {
	mode := "rw"
	if fresh {
		mode = "rwc"
	}
	if write, err = d.connections(mode, "foreign_keys(ON)", "temp_store(MEMORY)", "wal_autocheckpoint(8192)", "cache_size(-32768)"); err != nil {
		return nil, nil, err
	}
	if read, err = d.connections("rw", "query_only(ON)"); err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	return read, write, nil
}

func (d sqliteDB) connections(mode string, pragmas ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(d.path)
	if err != nil {
		return nil, err
	}
	q := url.Values{"mode": {mode}, "_pragma": append([]string{
		"busy_timeout(10000)",
		"journal_mode(WAL)",
		"synchronous(FULL)", // a commit returns when it is on the disk
		"secure_delete(ON)", // what is deleted is overwritten
		"trusted_schema(OFF)",
		"recursive_triggers(ON)", // so that REPLACE cannot pass as an insert
	}, pragmas...)}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: q.Encode()}
	return sql.Open("sqlite", u.String())
}

func (sqliteDB) query(q string) string { return q }

func (sqliteDB) anyOf(values []string) (string, any) {
	text, err := json.Marshal(values)
	if err != nil {
		panic(err) // strings can always be written
	}
	return "(SELECT value FROM json_each(?))", string(text)
}

func (sqliteDB) insert(t *tx, list []insertion) error {
	for _, one := range list {
		if err := insertInGroups(t, one); err != nil {
			return err
		}
	}
	return nil
}

// insertInGroups inserts in groups of few sizes, so that the statements stay
// prepared.
func insertInGroups(t *tx, one insertion) error {
	width := strings.Count(one.into, ",") + 1
	row := "(?" + strings.Repeat(", ?", width-1) + ")"
	values := one.values
	for _, size := range []int{64, 16, 4, 1} {
		for ; len(values) >= size*width; values = values[size*width:] {
			if err := t.exec("INSERT INTO "+one.into+" VALUES "+row+strings.Repeat(", "+row, size-1)+one.then, values[:size*width]...); err != nil {
				return err
			}
		}
	}
	return nil
}

// script: migrations are written in SQLite's own form.
func (sqliteDB) script(_ context.Context, _ *sql.Conn, migration string) ([]string, error) {
	return []string{migration}, nil
}

func (sqliteDB) begin(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, `BEGIN IMMEDIATE`)
	return err
}

func (sqliteDB) commit(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, `COMMIT`)
	return err
}

func (sqliteDB) outcome(err error, committing bool) outcome {
	var e *sqlite.Error
	switch {
	case !committing && errors.As(err, &e) && e.Code()&0xff != sqlite3.SQLITE_CONSTRAINT:
		return undone
	case !committing:
		return refused
	case isSQLite(err, sqlite3.SQLITE_FULL), isSQLite(err, sqlite3.SQLITE_READONLY):
		return undone // the database says so
	}
	return stopped
}

// quickCheckBelow is the size of a database up to which opening looks at every
// page; larger ones are checked by [Store.Check], so that a start stays quick.
const quickCheckBelow = 64 << 20

func (sqliteDB) patience() time.Duration { return 0 }

func (d sqliteDB) check(ctx context.Context, s *Store, thorough bool) error {
	if thorough {
		return s.pages(ctx, `PRAGMA integrity_check(1)`)
	}
	info, err := os.Stat(d.path)
	if err != nil || info.Size() >= quickCheckBelow {
		return err
	}
	return s.pages(ctx, `PRAGMA quick_check(1)`)
}

func (s *Store) pages(ctx context.Context, pragma string) error {
	return s.each(ctx, func(r *sql.Rows) error {
		var said string
		if err := r.Scan(&said); err != nil {
			return err
		}
		if said != "ok" {
			return damaged("the database says: %s", said)
		}
		return nil
	}, pragma)
}

// settle empties the write-ahead log, without making anybody wait for a reader.
func (sqliteDB) settle(ctx context.Context, s *Store) error {
	return s.writeAlone(ctx, func(t *tx) error {
		_, err := t.w.conn.ExecContext(t.ctx, `PRAGMA busy_timeout = 50`)
		if err == nil {
			err = t.emptyWAL()
		}
		_, back := t.w.conn.ExecContext(t.ctx, `PRAGMA busy_timeout = 10000`)
		return explain("settle", errors.Join(err, back))
	})
}

// scrub empties the write-ahead log and looks through every file. SQLite
// overwrites what it deletes, but a page that was split long ago may hold an
// older copy; then, or where anew is set, the database is written anew.
func (d sqliteDB) scrub(ctx context.Context, s *Store, needles [][]byte, anew bool) error {
	return s.writeAlone(ctx, func(t *tx) error {
		if !anew {
			if clean, err := d.clean(t, s.dir, needles); clean || err != nil {
				return explain("erase", err)
			}
		}
		if _, err := t.w.conn.ExecContext(t.ctx, `VACUUM`); err != nil {
			return explain("erase", err)
		}
		clean, err := d.clean(t, s.dir, needles)
		if err == nil && !clean {
			err = problem("not-erased", s.dir, "stop the program, keep the folder, and call whoever maintains it", "the entry can no longer be read, but encrypted remains of it are still in a file")
		}
		return explain("erase", err)
	})
}

// clean empties the write-ahead log and reports whether no file holds a needle.
func (d sqliteDB) clean(t *tx, dir string, needles [][]byte) (bool, error) {
	if err := t.emptyWAL(); err != nil {
		return false, err
	}
	if found, err := d.raw.has(d.path, needles); found || err != nil {
		return false, err
	}
	where, err := search(dir, needles, d.path, d.path+"-shm") // the latter holds numbers of pages, no content
	return where == "", err
}

func (t *tx) emptyWAL() error {
	var busy, pages, done int
	if err := t.w.conn.QueryRowContext(t.ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &done); err != nil {
		return err
	}
	if busy != 0 {
		return problem("busy", "", "try again; the entry can no longer be read", "a long reading kept the write-ahead log from being emptied")
	}
	return nil
}

func isSQLite(err error, code int) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == code
}
