package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"comity/record"
)

// The schema is the sum of the numbered files in migrations/. To change it, add
// the next number; a file that was released never changes again (the golden
// digests in testdata/migrations.sum say so).
//
// They are written once, in the form of SQLite, of which postgres_schema.go
// translates what may stand in them: CREATE TABLE … STRICT with TEXT, INTEGER
// and BLOB in capitals, CREATE INDEX, ALTER TABLE … ADD COLUMN, CREATE TRIGGER
// … BEFORE … [WHEN …] BEGIN SELECT RAISE(ABORT, '…'); END, DROP, INSERT,
// UPDATE and DELETE in the SQL that both databases speak. Every column has a
// comment. A table that is append-only has both triggers, stays and remains:
// from them follow the rights of the application's role in PostgreSQL. What
// only PostgreSQL needs stands in a line "-- postgres: …", run before the rest.
// A column that is added must have a default or be filled by the same file.
//
// Every change is an entry of kind "schema" in the record itself (H37), written
// in the transaction that makes the change. We run the files ourselves, in
// forty lines: a library such as goose would run each in a transaction of its
// own, in which we could not write that entry, and would keep the version in a
// table that anyone may change.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// A migration leads from the version before to its own.
type migration struct {
	version int
	name    string // of the file
	text    string
}

// migrations lists them in order: the first is version 1.
func migrations() ([]migration, error) {
	files, err := fs.ReadDir(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	var out []migration
	for i, f := range files {
		number, _, _ := strings.Cut(f.Name(), "-")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("migrations/%s: the number after %d must follow", f.Name(), i)
		}
		text, err := migrationFiles.ReadFile("migrations/" + f.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, migration{i + 1, f.Name(), string(text)})
	}
	return out, nil
}

// schemaEntry is what the record says of its own schema. The first entry of a
// record gives the digest of all files together, one of a change that of its
// file.
func (s *Store) schemaEntry(id string, version int, text string) record.Draft {
	return record.Draft{
		ID: id, Agency: s.identity.Agency, Kind: "schema", At: s.config.Now(),
		Fields: []record.Field{{Name: "version", Value: strconv.Itoa(version)}, {Name: "sha256", Value: fmt.Sprintf("%x", sha256.Sum256([]byte(text)))}},
	}
}

// beginSchema appends the first entry of a new record: its schema.
func (s *Store) beginSchema(ctx context.Context) error {
	all, err := migrations()
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, m := range all {
		text.WriteString(m.text)
	}
	_, err = s.Append(ctx, s.schemaEntry(fmt.Sprintf("schema-%d", len(all)), len(all), text.String()))
	return err
}

// fillDatabase makes the tables of a new record in an empty database.
func fillDatabase(ctx context.Context, data database, id Identity) error {
	all, err := migrations()
	if err != nil {
		return err
	}
	return inOne(ctx, data, true, func(c *sql.Conn) error {
		for _, m := range all {
			if err := runScript(ctx, data, c, m); err != nil {
				return err
			}
		}
		for name, value := range map[string]string{"origin": id.Origin, "agency": id.Agency, "sample": fmt.Sprint(id.Sample), "schema": strconv.Itoa(len(all))} {
			if _, err := c.ExecContext(ctx, data.query(`INSERT INTO meta (name, value) VALUES (?, ?)`), name, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// inOne opens a database that nobody else uses yet, runs do in one transaction
// and closes it.
func inOne(ctx context.Context, data database, create bool, do func(*sql.Conn) error) error {
	read, write, err := data.open(ctx, create)
	if err != nil {
		return err
	}
	defer read.Close()
	defer write.Close()
	c, err := write.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := data.begin(ctx, c); err != nil {
		return err
	}
	if err := do(c); err != nil {
		return err
	}
	if err := data.commit(ctx, c); err != nil {
		return err
	}
	return errors.Join(c.Close(), write.Close())
}

func runScript(ctx context.Context, data database, c *sql.Conn, m migration) error {
	statements, err := data.script(ctx, c, m.text)
	if err != nil {
		return fmt.Errorf("migrations/%s: %w", m.name, err)
	}
	for _, statement := range statements {
		if _, err := c.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("migrations/%s: %w", m.name, err)
		}
	}
	return nil
}

// migrate brings a record of an older schema to this program's. Each step and
// the entry that reports it are one transaction: a crash leaves a whole
// version, and the next start goes on from there.
func (s *Store) migrate(ctx context.Context, from int) error {
	all, err := migrations()
	if err != nil {
		return err
	}
	for _, m := range all[from:] {
		id := fmt.Sprintf("schema-%d.%s", m.version, s.log.ULID(s.config.Now()))
		p, err := s.log.Prepare(ctx, s.schemaEntry(id, m.version, m.text))
		if err != nil {
			return err
		}
		err = s.write(ctx, func(t *tx) error { return t.migrate(m, p) })
		if code(err) == "not-allowed" {
			return problem("older-schema", s.data.where(), "open it once as the owner of its tables, for example: comity doctor -repair -dir DIR -db OWNER-ADDRESS; that migrates it",
				"the record has schema %d, this program needs %d, and this account may not change tables", m.version-1, len(all))
		}
		if err != nil {
			return err
		}
		s.config.Log.Info("the schema was changed", "version", m.version, "entry", id)
	}
	return nil
}

func (t *tx) migrate(m migration, p record.Prepared) error {
	var was string
	if err := t.row(`SELECT value FROM meta WHERE name = 'schema'`).scan(&was); err != nil {
		return err
	}
	if was != strconv.Itoa(m.version-1) {
		return nil // another process did it first
	}
	if err := runScript(t.ctx, t.w.data, t.w.conn, m); err != nil {
		return t.failed(err)
	}
	if err := t.exec(`UPDATE meta SET value = ? WHERE name = 'schema'`, strconv.Itoa(m.version)); err != nil {
		return err
	}
	return t.insertEntries([]*pending{newPending(p)}, m.version >= cellsSince)
}
