package store

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"comity/record"
	"comity/seal"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what it was; look at the difference, then -update\n%s", path, got)
	}
}

func allMigrations(t *testing.T) []migration {
	t.Helper()
	all, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A migration that was released never changes: records have gone through it,
// and their schema entries give its digest.
func TestMigrationsStay(t *testing.T) {
	var sums strings.Builder
	for _, m := range allMigrations(t) {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte(m.text)), m.name)
	}
	golden(t, "migrations.sum", sums.String())
}

// What PostgreSQL gets, for people to read.
func TestPostgresScript(t *testing.T) {
	var out strings.Builder
	for _, m := range allMigrations(t) {
		list, err := postgresScript(m.text, true)
		if err != nil {
			t.Fatalf("%s: %v", m.name, err)
		}
		fmt.Fprintf(&out, "-- %s\n%s;\n", m.name, strings.Join(list, ";\n"))
	}
	golden(t, "postgres.sql", out.String())
	for _, bad := range []string{`CREATE VIEW v AS SELECT 1;`, `PRAGMA user_version = 2;`, `CREATE TABLE t (a TEXT);`, `CREATE TRIGGER x AFTER UPDATE ON meta BEGIN SELECT 1; END;`} {
		if list, err := postgresScript(bad, true); err == nil {
			t.Errorf("%s became %q", bad, list)
		}
	}
}

// Every column of the schema says what it is for.
func TestSchemaIsExplained(t *testing.T) {
	columns := 0
	for _, m := range allMigrations(t) {
		for i, line := range strings.Split(m.text, "\n") {
			added := strings.HasPrefix(line, "ALTER TABLE")
			plain := strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "  WHEN") && !strings.HasPrefix(line, "  BEGIN") && !strings.HasPrefix(line, "  PRIMARY KEY")
			if !added && !plain {
				continue
			}
			if columns++; !strings.Contains(line, " -- ") {
				t.Errorf("%s:%d: no comment: %s", m.name, i+1, line)
			}
		}
	}
	if columns < 50 {
		t.Errorf("only %d columns found", columns)
	}
}

// unpack puts a record that an earlier version of this program made into a
// folder.
func unpack(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o755)
		} else {
			var data []byte
			if data, err = io.ReadAll(r); err == nil {
				err = os.WriteFile(path, data, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// H37: a record made by the program as it was with schema 1 is brought to the
// schema of today; the record says so itself, and nothing that it said or
// proved before is different.
func TestHarm_H37_a_record_of_schema_one_says_and_proves_what_it_did(t *testing.T) {
	dir := unpack(t, "schema-1.tar.gz")
	was, err := os.ReadFile(filepath.Join(dir, "log", "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	c := newClock()
	s, err := Open(t.Context(), dir, c.config())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all := allMigrations(t)
	expectSchemaEntries(t, s, all)

	e, err := s.Entry(t.Context(), "request-1")
	if err != nil || len(e.Fields) != 4 || e.Fields[2].Value != "Canary Ruiz request-1" {
		t.Errorf("an entry of then: %+v, %v", e, err)
	}
	if e, err := s.Entry(t.Context(), "request-2"); err != nil || !e.Erased {
		t.Errorf("an erased entry of then: %+v, %v", e, err)
	}
	if _, err := s.Erase(t.Context(), "request-3", order); code(err) != "on-hold" {
		t.Errorf("a hold of then: %v", err)
	}
	if form, err := s.Draft(t.Context(), cook, "form-1"); err != nil || string(form) != `{"a":"b"}` {
		t.Errorf("a draft of then: %q, %v", form, err)
	}
	// request-4 was sent two minutes after the record was begun.
	if a := mustAppend(t, s, draft("request-4", c.now().Add(2*time.Minute))); !a.Again || a.Index != 6 {
		t.Errorf("a request of then, sent again, is not known: index %d", a.Index)
	}
	head := mustPublish(t, s)
	if _, err := record.Consistent(t.Context(), s.Key(), s.files, was, head.Checkpoint); err != nil {
		t.Error(err)
	}
	if _, err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	size, err := s.Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s, c)
	if n, err := s.Size(t.Context()); err != nil || n != size {
		t.Errorf("opened once more it was changed again: %d, then %d entries, %v", size, n, err)
	}
}

// A database of each version before this one, as that version's files make it,
// is brought forward: on PostgreSQL too, where it runs what SQLite does not.
func TestEveryOlderSchemaIsBroughtForward(t *testing.T) {
	all := allMigrations(t)
	for from := 1; from < len(all); from++ {
		t.Run(fmt.Sprint(from), func(t *testing.T) {
			c := newClock()
			dir := filepath.Join(t.TempDir(), "data")
			c.address, _ = newDatabase(t)
			olderRecord(t, dir, c, all[:from])
			s, err := Open(t.Context(), dir, c.config())
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if version, err := s.readMeta(t.Context()); err != nil || version != len(all) {
				t.Errorf("version %d, %v", version, err)
			}
			list, err := s.Entries(t.Context(), "", -1, 100)
			if err != nil || len(list) != len(all)-from || list[0].Fields[0].Value != strconv.Itoa(from+1) {
				t.Errorf("it says of its changes: %+v, %v", list, err)
			}
			mustAppend(t, s, draft("after", c.now()))
			mustPublish(t, s)
			if _, err := s.Check(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// olderRecord makes an empty record with the files of an older schema.
func olderRecord(t *testing.T, dir string, c *clock, all []migration) {
	t.Helper()
	root, err := seal.NewRoot()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"log.key": must(record.NewSigner("record.example/log")), "seal.key": root.Secret()} {
		path := filepath.Join(dir, "keys", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text+"\n"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	config := c.config()
	data, err := config.database(dir)
	if err != nil {
		t.Fatal(err)
	}
	err = inOne(t.Context(), data, true, func(conn *sql.Conn) error {
		for _, m := range all {
			if err := runScript(t.Context(), data, conn, m); err != nil {
				return err
			}
		}
		for name, value := range map[string]string{"origin": "record.example/log", "agency": cook, "sample": "true", "schema": strconv.Itoa(len(all))} {
			if _, err := conn.ExecContext(t.Context(), data.query(`INSERT INTO meta (name, value) VALUES (?, ?)`), name, value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// expectSchemaEntries looks for one entry for each migration after the first.
func expectSchemaEntries(t *testing.T, s *Store, all []migration) {
	t.Helper()
	list, err := s.Entries(t.Context(), "", -1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		if e.Kind == "schema" {
			got = append(got, e.Fields[0].Value+" "+e.Fields[1].Value)
		}
	}
	var want []string
	for _, m := range all {
		want = append(want, fmt.Sprintf("%d %x", m.version, sha256.Sum256([]byte(m.text))))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the record says of its schema:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A migration that fails leaves the version before, whole.
func TestAMigrationThatFailsChangesNothing(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	c.address = c.owner // only the owner of the tables may
	s = reopen(t, s, c)
	size, err := s.Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	next := len(allMigrations(t)) + 1
	bad := migration{next, "bad.sql", "CREATE TABLE fresh (a INTEGER PRIMARY KEY) STRICT;\nINSERT INTO nowhere (a) VALUES (1);"}
	p, err := s.log.Prepare(t.Context(), s.schemaEntry("schema-bad", next, bad.text))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.write(t.Context(), func(t *tx) error { return t.migrate(bad, p) }); err == nil {
		t.Fatal("it was carried out")
	}
	if now, err := s.Size(t.Context()); err != nil || now != size {
		t.Errorf("an entry reports a change that was not made: %d, %v", now, err)
	}
	if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM fresh`).Scan(new(int)); err == nil {
		t.Error("half of it was carried out")
	}
	if version, err := s.readMeta(t.Context()); err != nil || version != next-1 {
		t.Errorf("version %d, %v", version, err)
	}
}

func TestANewerRecordIsRefused(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	c.address = c.owner // only the owner of the tables may
	s = reopen(t, s, c)
	next := strconv.Itoa(len(allMigrations(t)) + 1)
	setVersion := func(v string) error {
		return s.write(context.Background(), func(t *tx) error { return t.exec(`UPDATE meta SET value = ? WHERE name = 'schema'`, v) })
	}
	if err := setVersion("1"); err == nil {
		t.Error("the version of the schema was set back")
	}
	if err := setVersion(next); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, c.config()); code(err) != "other-version" || !strings.Contains(err.Error(), "schema "+next) {
		t.Errorf("a record of tomorrow: %v", err)
	}
}
