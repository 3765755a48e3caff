package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// The tests run on SQLite, and on PostgreSQL where COMITY_TEST_POSTGRES gives
// the address of a server for its superuser: .ci/postgres go test ./store. There
// every record is made by one account and used by another that has no right to
// change what is append-only.
var (
	postgresServer = os.Getenv("COMITY_TEST_POSTGRES")
	postgresFiles  = os.Getenv("COMITY_TEST_PGDATA")
)

const (
	ownerAccount = "comity_test_owner"
	serveAccount = "comity_test_serve"
)

// onlySQLite leaves out a test of what only SQLite has.
func onlySQLite(t testing.TB, why string) {
	t.Helper()
	if postgresServer != "" {
		t.Skip("SQLite only: " + why)
	}
}

func needsPostgres(t testing.TB) {
	t.Helper()
	if postgresServer == "" {
		t.Skip("needs PostgreSQL: .ci/postgres go test ./store")
	}
}

// newDatabase returns the addresses of a new database for its owner and for
// the application, both empty for SQLite.
func newDatabase(t testing.TB) (owner, serve string) {
	t.Helper()
	if postgresServer == "" {
		return "", ""
	}
	for _, role := range []string{appRole + " NOLOGIN", ownerAccount + " LOGIN", serveAccount + " LOGIN IN ROLE " + appRole} {
		name, _, _ := strings.Cut(role, " ")
		onServer(t, fmt.Sprintf(`DO $$ BEGIN IF to_regrole('%s') IS NULL THEN CREATE ROLE %s; END IF; END $$`, name, role))
	}
	name := "comity_" + strings.ToLower(rand.Text())
	onServer(t, `CREATE DATABASE `+name+` OWNER `+ownerAccount+` TEMPLATE template0 ENCODING 'UTF8'`)
	t.Cleanup(func() { onServer(t, `DROP DATABASE `+name+` WITH (FORCE)`) })
	return addressFor(t, ownerAccount, name), addressFor(t, serveAccount, name)
}

// addressFor is the address of the test server with another account.
func addressFor(t testing.TB, account, name string) string {
	t.Helper()
	u, err := url.Parse(postgresServer)
	if err != nil {
		t.Fatal(err)
	}
	u.User, u.Path = url.User(account), "/"+name
	return u.String()
}

// backUp keeps the database of a closed record as it is, and returns what puts
// it back.
func backUp(t *testing.T, dir string, c *clock) (restore func()) {
	t.Helper()
	if c.address == "" {
		path := filepath.Join(dir, "record.db")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	u, err := url.Parse(c.address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	copied := name + "_kept"
	onServer(t, `CREATE DATABASE `+copied+` TEMPLATE `+name+` OWNER `+ownerAccount)
	t.Cleanup(func() { onServer(t, `DROP DATABASE `+copied+` WITH (FORCE)`) })
	return func() { c.address = addressFor(t, serveAccount, copied) }
}

// onServer runs statements as the superuser of the test server.
func onServer(t testing.TB, statements ...string) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, postgresServer)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	for _, s := range statements {
		if _, err := c.Exec(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// searchAll searches the folder of a record and, with PostgreSQL, the files of
// all tables; not its write-ahead log, which docs/reliability.md speaks of.
func searchAll(t *testing.T, dir string, needles [][]byte) (string, error) {
	t.Helper()
	where, err := search(dir, needles)
	if postgresServer == "" || where != "" || err != nil {
		return where, err
	}
	onServer(t, `CHECKPOINT`) // what is in memory onto the disk
	return search(filepath.Join(postgresFiles, "base"), needles)
}
