package main

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Two servers of one record in PostgreSQL: what one writes the other shows, the
// log verifies at both, and a killed one leaves the other at work.
func TestTwoServersOnPostgreSQL(t *testing.T) {
	address := os.Getenv("COMITY_TEST_POSTGRES")
	if address == "" {
		t.Skip("needs PostgreSQL: .ci/postgres go test ./cmd/comity")
	}
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	for _, statement := range []string{`DROP DATABASE IF EXISTS comity_cmd WITH (FORCE)`,
		`DO $$ BEGIN IF to_regrole('comity_app') IS NULL THEN CREATE ROLE comity_app NOLOGIN; END IF; END $$`,
		`DO $$ BEGIN IF to_regrole('comity_cmd') IS NULL THEN CREATE ROLE comity_cmd LOGIN IN ROLE comity_app; END IF; END $$`,
		`CREATE DATABASE comity_cmd TEMPLATE template0 ENCODING 'UTF8'`} {
		if _, err := c.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/comity_cmd"
	owner := u.String()
	u.User = url.User("comity_cmd")
	app := u.String()

	dir, second := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
	out, err := exec.Command(mustProgram(t), "init", "-json", "-dir", dir, "-db", owner, "-origin", testOrigin, "-agency", testAgency).Output()
	if err != nil {
		t.Fatal(err)
	}
	token := adminToken(t, out)
	if _, said, code := comityRun(t, "init", "-dir", filepath.Join(t.TempDir(), "x"), "-db", owner, "-origin", testOrigin, "-agency", testAgency); code != exitInput || !strings.Contains(said, "there is a record in this database") {
		t.Errorf("init over a record: %d %s", code, said)
	}
	if err := os.CopyFS(filepath.Join(second, "keys"), os.DirFS(filepath.Join(dir, "keys"))); err != nil {
		t.Fatal(err)
	}
	var servers []*server
	for _, d := range []string{dir, second} {
		s, err := startServer(context.Background(), mustProgram(t), d, "-db", app)
		if err != nil {
			t.Fatal(err)
		}
		defer s.stop()
		s.token = token
		servers = append(servers, s)
	}
	if r := servers[0].post(t, "/api/v1/requests", detainer("d-1", "")); r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.text())
	}
	if r := servers[1].post(t, "/api/v1/requests", detainer("d-1", "")); r.status != http.StatusOK {
		t.Errorf("the same request at the other server: %d %s", r.status, r.text())
	}
	if r := servers[1].get(t, "/api/v1/entries/d-1"); r.status != http.StatusOK {
		t.Errorf("the other server does not show it: %d %s", r.status, r.text())
	}
	if err := servers[0].kill(); err != nil && servers[0].cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if r := servers[1].post(t, "/api/v1/requests", assistance("a-1", "")); r.status != http.StatusCreated {
		t.Errorf("after the first was killed: %d %s", r.status, r.text())
	}
	mustVerify(t, dir, servers[1].url+"/log")
	if err := servers[1].stop(); err != nil {
		t.Error(err)
	}
	// The environment names the database for every command.
	t.Setenv("COMITY_DB", owner)
	if out, said, code := comityRun(t, "doctor", "-dir", second); code == exitOurs || !strings.Contains(out, "ok ") || strings.Contains(said, "no record") {
		t.Errorf("doctor ends with %d: %s%s", code, out, said)
	}
	if _, said, code := comityRun(t, "serve", "-dir", second, "-db", "mysql://x"); code != exitInput || !strings.Contains(said, "postgres://") {
		t.Errorf("another database: %d %s", code, said)
	}
}
