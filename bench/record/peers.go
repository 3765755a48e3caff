package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	_ "modernc.org/sqlite"
)

// grouped commits what waits in one transaction, as our record does: the same
// database, the same durability, one row, and nothing else.
type grouped struct {
	db    *sql.DB
	queue chan insertion
	ended chan error
}

type insertion struct {
	entry entry
	done  chan error
}

const (
	insertSQLite   = `INSERT INTO raw (id, body) VALUES (?, ?)`
	insertPostgres = `INSERT INTO raw (id, body) VALUES ($1, $2)`
)

func openSQLite(ctx context.Context, _ plan, dir string, _ int) (keeper, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "raw.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `CREATE TABLE raw (id TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID`); err != nil {
		return nil, err
	}
	return newGrouped(ctx, db, insertSQLite)
}

func newGrouped(ctx context.Context, db *sql.DB, query string) (keeper, error) {
	insert, err := db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	g := &grouped{db: db, queue: make(chan insertion, 4096), ended: make(chan error, 1)}
	go func() {
		defer close(g.ended)
		for first := range g.queue {
			g.commit(ctx, insert, first)
		}
	}()
	return g, nil
}

func (g *grouped) commit(ctx context.Context, insert *sql.Stmt, first insertion) {
	batch := []insertion{first}
	for more := true; more && len(batch) < 512; {
		select {
		case one, ok := <-g.queue:
			if more = ok; ok {
				batch = append(batch, one)
			}
		default:
			more = false
		}
	}
	err := func() error {
		tx, err := g.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		in := tx.StmtContext(ctx, insert)
		for _, one := range batch {
			if _, err := in.ExecContext(ctx, one.entry.id, []byte(one.entry.body)); err != nil {
				return errors.Join(err, tx.Rollback())
			}
		}
		return tx.Commit()
	}()
	for _, one := range batch {
		one.done <- err
	}
}

func (g *grouped) keep(_ context.Context, e entry) error {
	one := insertion{e, make(chan error, 1)}
	g.queue <- one
	return <-one.done
}

func (g *grouped) close(context.Context) error {
	close(g.queue)
	<-g.ended
	return g.db.Close()
}

// files is Tessera on files. A batch is as large as there are writers, so that
// it goes to the disk as soon as all of them wait.
type files struct {
	appender *tessera.Appender
	shutdown func(context.Context) error
	stop     context.CancelFunc
}

func openTessera(ctx context.Context, _ plan, dir string, writers int) (keeper, error) {
	secret, _, err := note.GenerateKey(rand.Reader, "tessera.bench.example/log")
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		stop()
		return nil, err
	}
	options := tessera.NewAppendOptions().WithCheckpointSigner(signer).WithCheckpointInterval(beat).WithBatching(uint(writers), time.Millisecond)
	appender, shutdown, _, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		stop()
		return nil, err
	}
	return files{appender, shutdown, stop}, nil
}

// keep returns when the entry is in its bundle and in the tree, synced.
func (f files) keep(ctx context.Context, e entry) error {
	_, err := f.appender.Add(ctx, tessera.NewEntry([]byte(e.id+e.body)))()
	return err
}

func (f files) close(ctx context.Context) error {
	defer f.stop()
	return f.shutdown(ctx)
}

// pool is PostgreSQL as one usually writes to it: each writer a connection of
// its own, each insert a transaction; the server gathers their waits.
type pool struct{ *pgxpool.Pool }

func openPostgres(ctx context.Context, p plan, dir string, writers int) (keeper, error) {
	address, err := newDatabase(ctx, p, dir)
	if err != nil {
		return nil, err
	}
	c, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	c.MaxConns = int32(writers)
	db, err := pgxpool.NewWithConfig(ctx, c)
	return pool{db}, err
}

func (p pool) keep(ctx context.Context, e entry) error {
	_, err := p.Exec(ctx, insertPostgres, e.id, []byte(e.body))
	return err
}

func (p pool) close(context.Context) error {
	p.Close()
	return nil
}

// openPostgresBatched gathers writers into one transaction on one connection.
func openPostgresBatched(ctx context.Context, p plan, dir string, _ int) (keeper, error) {
	address, err := newDatabase(ctx, p, dir)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return newGrouped(ctx, db, insertPostgres)
}

func newDatabase(ctx context.Context, p plan, dir string) (string, error) {
	address, err := emptyDatabase(ctx, p, dir)
	if err != nil {
		return "", err
	}
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		return "", err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, `CREATE TABLE raw (id TEXT PRIMARY KEY, body BYTEA NOT NULL)`)
	return address, err
}

// emptyDatabase makes a database on the server, named after the folder.
func emptyDatabase(ctx context.Context, p plan, dir string) (string, error) {
	name := "bench_" + strings.ReplaceAll(filepath.Base(dir), "-", "_")
	c, err := pgx.Connect(ctx, p.postgres)
	if err != nil {
		return "", err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `CREATE DATABASE `+name); err != nil {
		return "", err
	}
	return strings.Replace(p.postgres, "/postgres?", "/"+name+"?", 1), nil
}

func openComityPostgres(ctx context.Context, p plan, dir string, _ int) (keeper, error) {
	address, err := emptyDatabase(ctx, p, dir)
	if err != nil {
		return nil, err
	}
	c := config()
	c.Database = address
	return newComity(ctx, dir, c)
}
