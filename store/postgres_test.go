package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"comity/record"
)

// beside opens the record of s once more, in a folder of its own with the same
// keys, as a second server does.
func beside(t *testing.T, s *Store, c *clock) *Store {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "beside")
	if err := os.CopyFS(filepath.Join(dir, "keys"), os.DirFS(filepath.Join(s.dir, "keys"))); err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), dir, c.config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// Two servers write and publish at once: no index is given twice or left out,
// no id is written twice, and both show one history.
func TestTwoServersOneRecord(t *testing.T) {
	needsPostgres(t)
	c := newClock()
	a, _ := create(t, c)
	servers := []*Store{a, beside(t, a, c)}
	const writers, each = 6, 60
	var wg sync.WaitGroup
	for i, s := range servers {
		for w := range writers {
			wg.Go(func() {
				for n := range each {
					id := fmt.Sprintf("s%d-w%d-%d", i, w, n)
					if n%3 == 0 {
						id = fmt.Sprintf("both-w%d-%d", w, n) // a client that asks both
					}
					if _, err := s.Append(context.Background(), draft(id, c.now())); err != nil {
						t.Errorf("%s: %v", id, err)
					}
				}
			})
		}
		wg.Go(func() {
			for range 12 {
				if _, err := s.Publish(context.Background()); err != nil && !errors.Is(err, record.ErrHeadMoved) {
					t.Errorf("publish: %v", err)
				}
			}
		})
	}
	wg.Wait()
	const want = 1 + writers*each/3 + 2*writers*(each-each/3)
	for i, s := range servers {
		c.add(60e9)
		head := mustPublish(t, s)
		if head.Size != want {
			t.Errorf("server %d published %d entries, want %d", i, head.Size, want)
		}
		report, err := s.Check(t.Context())
		if err != nil || report.Checkpoint.Root != head.Root {
			t.Errorf("server %d: %+v, %v", i, report, err)
		}
	}
	// The first has not published since: what the second published is shown
	// by the first as well.
	receipt, err := servers[0].Receipt(t.Context(), "s1-w0-1")
	if err != nil {
		t.Fatal(err)
	}
	if p, err := a.Key().Receipt(receipt); err != nil || !p.Receipt.Complete() {
		t.Errorf("a receipt from the other server: %+v, %v", p, err)
	}
}

// A second server that was away does not read the whole log to come back.
func TestAServerComesBack(t *testing.T) {
	needsPostgres(t)
	c := newClock()
	a, _ := create(t, c)
	b := beside(t, a, c)
	for round := range 3 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		for i := range 300 {
			mustAppend(t, a, draft(fmt.Sprintf("r%d-%d", round, i), c.now()))
		}
		c.add(60e9)
		head := mustPublish(t, a)
		var err error
		if b, err = Open(t.Context(), b.dir, c.config()); err != nil {
			t.Fatal(err)
		}
		if report, err := b.Check(t.Context()); err != nil || report.Checkpoint.Root != head.Root {
			t.Errorf("round %d: %+v, %v", round, report, err)
		}
	}
	b.Close()
}

// The account of the application cannot change what is append-only, nor the
// rules that say so.
func TestTheApplicationMayNotChangeTheRecord(t *testing.T) {
	needsPostgres(t)
	c := newClock()
	s, _ := create(t, c)
	mustAppend(t, s, draft("a", c.now()))
	conn, err := pgx.Connect(t.Context(), c.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, statement := range []string{
		`UPDATE entry SET agency = 'x'`, `DELETE FROM entry`, `TRUNCATE entry CASCADE`, `DROP TABLE log`,
		`ALTER TABLE entry DISABLE TRIGGER ALL`, `DROP TRIGGER entry_stays ON entry`, `DROP FUNCTION entry_stays() CASCADE`,
		`CREATE OR REPLACE FUNCTION entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$`,
		`SET session_replication_role = replica`, `UPDATE meta SET value = '99' WHERE name = 'schema'`,
		`UPDATE log SET leaf = ''`, `DELETE FROM log`, `UPDATE sealed SET text = ''`, `DELETE FROM erasure`,
		`CREATE TABLE other (a int)`,
	} {
		_, err := conn.Exec(t.Context(), statement)
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	// What rights leave open, the triggers refuse.
	for statement, why := range map[string]string{`DELETE FROM sealed`: "only by an erasure", `DELETE FROM header`: "only by an order"} {
		if _, err := conn.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// Whoever serves as the owner of the tables is told so.
func TestServingAsTheOwnerIsTold(t *testing.T) {
	needsPostgres(t)
	c := newClock()
	s, _ := create(t, c)
	for account, want := range map[string]int{c.address: 0, c.owner: 1} {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		config := c.config()
		config.Database, config.Log = account, slog.New(slog.NewTextHandler(&said, nil))
		var err error
		if s, err = Open(t.Context(), s.dir, config); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(said.String(), "may change what is append-only"); got != want {
			t.Errorf("%d warnings, want %d: %s", got, want, &said)
		}
	}
	s.Close()
}

// The application's account is told to let the owner migrate; then the owner
// does.
func TestOnlyTheOwnerMigrates(t *testing.T) {
	needsPostgres(t)
	c := newClock()
	s, _ := create(t, c)
	serve := c.address
	next := migration{len(allMigrations(t)) + 1, "next.sql", "CREATE TABLE fresh (a INTEGER PRIMARY KEY) STRICT;"}
	p, err := s.log.Prepare(t.Context(), s.schemaEntry("schema-next", next.version, next.text))
	if err != nil {
		t.Fatal(err)
	}
	err = s.write(t.Context(), func(t *tx) error { return t.migrate(next, p) })
	if code(err) != "not-allowed" {
		t.Errorf("the application changed tables: %v", err)
	}
	if _, err := s.Entry(t.Context(), "schema-next"); code(err) != "not-found" {
		t.Errorf("a change that was refused is reported: %v", err)
	}
	c.address = c.owner
	s = reopen(t, s, c)
	if err := s.write(t.Context(), func(t *tx) error { return t.migrate(next, p) }); err != nil {
		t.Fatal(err)
	}
	if e, err := s.Entry(t.Context(), "schema-next"); err != nil || e.Kind != "schema" {
		t.Errorf("the owner's change is not reported: %+v, %v", e, err)
	}
	conn, err := pgx.Connect(t.Context(), serve)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `INSERT INTO fresh (a) VALUES (1)`); err != nil {
		t.Errorf("the application cannot use a new table: %v", err)
	}
}

// One schema: the translation has the same tables and columns, and the same of
// them must be there or are keys.
func TestBothDatabasesHaveOneSchema(t *testing.T) {
	needsPostgres(t)
	columns := func(data database, query string) string {
		if err := fillDatabase(t.Context(), data, Identity{Origin: "a/b", Agency: cook}); err != nil {
			t.Fatal(err)
		}
		read, write, err := data.open(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		defer write.Close()
		defer read.Close()
		s := &Store{read: reader{read, data}}
		var out strings.Builder
		err = s.each(t.Context(), func(r *sql.Rows) error {
			var table, column string
			var needed, key bool
			err := r.Scan(&table, &column, &needed, &key)
			fmt.Fprintln(&out, table, column, needed, key)
			return err
		}, query)
		if err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	lite := columns(sqliteDB{path: filepath.Join(t.TempDir(), "record.db")},
		`SELECT m.name, c.name, c."notnull" OR c.pk > 0, c.pk > 0 FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' ORDER BY 1, 2`)
	owner, _ := newDatabase(t)
	data, err := newPostgres(owner)
	if err != nil {
		t.Fatal(err)
	}
	post := columns(data, `SELECT c.table_name COLLATE "C", c.column_name COLLATE "C", c.is_nullable = 'NO', k.column_name IS NOT NULL
		FROM information_schema.columns AS c
		LEFT JOIN information_schema.table_constraints AS p ON p.table_schema = 'public' AND p.table_name = c.table_name AND p.constraint_type = 'PRIMARY KEY'
		LEFT JOIN information_schema.key_column_usage AS k ON k.constraint_name = p.constraint_name AND k.table_name = c.table_name AND k.column_name = c.column_name
		WHERE c.table_schema = 'public' ORDER BY 1, 2`)
	if lite != post || strings.Count(lite, "\n") < 50 {
		t.Errorf("SQLite:\n%s\nPostgreSQL:\n%s", lite, post)
	}
}

// A cutter stands between the store and PostgreSQL and cuts the connection at
// the next COMMIT: before the server sees it, or after it is carried out and
// before its answer is passed on.
type cutter struct {
	server string // socket
	cut    atomic.Int32
	cuts   atomic.Int32
}

const (
	cutNothing = iota
	cutBefore
	cutAfter
)

// newCutter returns a cutter and the address that leads through it.
func newCutter(t *testing.T, address string) (*cutter, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	const socket = ".s.PGSQL.5432"
	q := u.Query()
	k := &cutter{server: filepath.Join(q.Get("host"), socket)}
	dir, err := os.MkdirTemp("", "cut") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); os.RemoveAll(dir) })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go k.pass(c)
		}
	}()
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	return k, u.String()
}

func (k *cutter) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", k.server)
	if err != nil {
		return
	}
	defer server.Close()
	var deaf atomic.Bool // from now on nothing that the server says is passed on
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer client.Close()
		buf := make([]byte, 1<<16)
		for {
			n, err := server.Read(buf)
			if err != nil || deaf.Load() { // what it says now is its answer to COMMIT
				return
			}
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 1<<16)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if mode := k.cut.Load(); mode != cutNothing && bytes.Contains(buf[:n], []byte("COMMIT\x00")) {
			k.cut.Store(cutNothing)
			k.cuts.Add(1)
			if mode == cutBefore {
				return
			}
			deaf.Store(true)
			if _, err := server.Write(buf[:n]); err == nil {
				<-ended
			}
			return
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

// Where the end of a commit is not heard, entries are looked up and never
// written twice; what cannot be looked up is told honestly.
func TestTheEndOfACommitIsNotHeard(t *testing.T) {
	needsPostgres(t)
	for name, mode := range map[string]int32{"it was not carried out": cutBefore, "it was carried out": cutAfter} {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			s, _ := create(t, c)
			k, through := newCutter(t, c.address)
			c.address = through
			s = reopen(t, s, c)
			mustAppend(t, s, draft("before", c.now()))

			k.cut.Store(mode)
			a := mustAppend(t, s, draft("a", c.now()))
			if a.Again || a.Index != 2 || k.cuts.Load() != 1 {
				t.Errorf("%+v after %d cuts", a, k.cuts.Load())
			}
			if b := mustAppend(t, s, draft("a", c.now())); !b.Again || string(b.Receipt) != string(a.Receipt) {
				t.Errorf("the first receipt is not given again: %+v", b)
			}
			// A day's count has nothing by which it could be found.
			k.cut.Store(mode)
			if err := s.AddDayTotal(t.Context(), cook, "code", "2026-03-03", "yes", 1); code(err) != "not-known" {
				t.Errorf("a count: %v", err)
			}
			want := 0
			if mode == cutAfter {
				want = 1
			}
			if totals, err := s.DayTotals(t.Context(), cook, "2026-03-03", "2026-03-03"); err != nil || len(totals) != want {
				t.Errorf("totals %+v, %v", totals, err)
			}
			k.cut.Store(mode)
			c.add(time.Minute)
			if _, err := s.Publish(t.Context()); code(err) != "not-known" {
				t.Errorf("publish: %v", err)
			}
			head := mustPublish(t, s)
			if report, err := s.Check(t.Context()); err != nil || report.Checkpoint.Size != head.Size || head.Size != 3 {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
}

// Nothing is acknowledged that a standby does not hold, also where someone
// cancels the wait for it and the primary holds it already.
func TestTheWaitForTheStandbyIsCancelled(t *testing.T) {
	needsPostgres(t)
	c := newClock()
	s, _ := create(t, c)
	onServer(t, `ALTER SYSTEM SET synchronous_standby_names = 'nobody'`, `SELECT pg_reload_conf()`)
	reset := sync.OnceFunc(func() {
		onServer(t, `ALTER SYSTEM RESET synchronous_standby_names`, `SELECT pg_reload_conf()`)
	})
	t.Cleanup(reset)
	acknowledged := make(chan record.Appended, 1)
	go func() {
		a, err := s.Append(context.Background(), draft("a", c.now()))
		if err != nil {
			t.Errorf("append: %v", err)
		}
		acknowledged <- a
	}()
	cancelled := 0
	for deadline := time.Now().Add(20 * time.Second); cancelled < 3; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("only %d waits were seen", cancelled)
		}
		cancelled += int(countOnServer(t, `SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`))
	}
	select {
	case a := <-acknowledged:
		t.Fatalf("it was acknowledged without a standby: %+v", a)
	case <-time.After(300 * time.Millisecond):
	}
	reset()
	select {
	case a := <-acknowledged:
		if a.Again || a.Index != 1 {
			t.Errorf("%+v", a)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it was not acknowledged when nothing was to be waited for any more")
	}
}

func countOnServer(t *testing.T, query string) (n int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), postgresServer)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
