package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

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
	onlyPostgres(t)
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
	onlyPostgres(t)
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
	onlyPostgres(t)
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
		`UPDATE log SET leaf = ''`, `DELETE FROM header`, `UPDATE sealed SET text = ''`, `DELETE FROM erasure`,
		`CREATE TABLE other (a int)`,
	} {
		_, err := conn.Exec(t.Context(), statement)
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	// What rights leave open, the triggers refuse.
	if _, err := conn.Exec(t.Context(), `DELETE FROM sealed`); err == nil || !strings.Contains(err.Error(), "only by an erasure") {
		t.Errorf("delete what is sealed: %v", err)
	}
}

// The application's account is told to let the owner migrate; then the owner
// does.
func TestOnlyTheOwnerMigrates(t *testing.T) {
	onlyPostgres(t)
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
	onlyPostgres(t)
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
