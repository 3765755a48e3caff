package store

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
)

// The migrations are written in SQLite's form; this file puts them into
// PostgreSQL's. What it does not know it refuses, so that nothing is silently
// left out. The result stands in testdata/postgres.sql to be read.

// appRole is the role whose members may use a record and not change what is
// append-only. Whoever makes the tables owns them and is another.
const appRole = "comity_app"

func (postgresDB) script(ctx context.Context, c *sql.Conn, migration string) ([]string, error) {
	var hasRole bool
	if err := c.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '`+appRole+`')`).Scan(&hasRole); err != nil {
		return nil, err
	}
	return postgresScript(migration, hasRole)
}

var (
	onlyPostgres = regexp.MustCompile(`(?m)^-- postgres: (.*)$`)
	comment      = regexp.MustCompile(`(?m)\s*--.*$`)
	createTable  = regexp.MustCompile(`(?s)^CREATE TABLE (\w+) \((.*)\) STRICT$`)
	createIndex  = regexp.MustCompile(`(?s)^CREATE (UNIQUE )?INDEX \w+\s+ON \w+ \(.*$`)
	addColumn    = regexp.MustCompile(`(?s)^ALTER TABLE \w+ ADD COLUMN .*$`)
	dropColumn   = regexp.MustCompile(`^ALTER TABLE \w+ DROP COLUMN \w+$`)
	trigger      = regexp.MustCompile(`(?s)^CREATE TRIGGER (\w+)\s+BEFORE (INSERT|UPDATE|DELETE) ON (\w+)\s+(?:WHEN (.*?)\s+)?BEGIN SELECT RAISE\(ABORT, '([^']*)'\); END$`)
	dropTrigger  = regexp.MustCompile(`^DROP TRIGGER (\w+)$`)
	dropOther    = regexp.MustCompile(`^DROP (TABLE|INDEX) \w+$`)
	changeOfRows = regexp.MustCompile(`(?s)^(INSERT INTO|UPDATE|DELETE FROM) \w+ .*$`)
)

var postgresTypes = strings.NewReplacer("TEXT", `TEXT COLLATE "C"`, "INTEGER", "BIGINT", "BLOB", "BYTEA")

// postgresScript translates a migration. Rights are given to the application's
// role where it exists: everything on a new table, less what its triggers
// refuse in every case.
func postgresScript(migration string, hasRole bool) ([]string, error) {
	var out []string
	right := func(format string, args ...any) {
		if hasRole {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	for _, m := range onlyPostgres.FindAllStringSubmatch(migration, -1) {
		if hasRole || !strings.Contains(m[1], appRole) {
			out = append(out, m[1])
		}
	}
	for _, s := range statements(migration) {
		switch {
		case createTable.MatchString(s):
			m := createTable.FindStringSubmatch(s)
			out = append(out, fmt.Sprintf("CREATE TABLE %s (%s)", m[1], postgresTypes.Replace(m[2])))
			right("GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %s", m[1], appRole)
		case trigger.MatchString(s):
			m := trigger.FindStringSubmatch(s)
			out = append(out, postgresTrigger(m[1], m[2], m[3], postgresTypes.Replace(m[4]), m[5])...)
			if m[4] == "" {
				right("REVOKE %s ON %s FROM %s", m[2], m[3], appRole)
			}
		case dropTrigger.MatchString(s):
			name := dropTrigger.FindStringSubmatch(s)[1]
			out = append(out, fmt.Sprintf("DROP FUNCTION %s() CASCADE", name), fmt.Sprintf("DROP FUNCTION IF EXISTS %s_whole() CASCADE", name))
		case addColumn.MatchString(s):
			out = append(out, postgresTypes.Replace(s))
		case createIndex.MatchString(s), dropColumn.MatchString(s), dropOther.MatchString(s), changeOfRows.MatchString(s):
			out = append(out, s)
		default:
			return nil, fmt.Errorf("this statement is in no form that both databases know: %s", s)
		}
	}
	return out, nil
}

// statements splits a migration; comments go. A trigger has a semicolon inside.
func statements(migration string) []string {
	var out []string
	rest := strings.TrimSpace(comment.ReplaceAllString(migration, ""))
	for rest != "" {
		end := ";"
		if strings.HasPrefix(rest, "CREATE TRIGGER") {
			end = "END;"
		}
		one, after, _ := strings.Cut(rest, end)
		out = append(out, strings.TrimSpace(one+strings.TrimSuffix(end, ";")))
		rest = strings.TrimSpace(after)
	}
	return out
}

// postgresTrigger makes a function and the trigger that calls it. One that
// refuses to delete rows refuses to empty the table too.
func postgresTrigger(name, event, table, when, message string) []string {
	result := "NEW"
	if event == "DELETE" {
		result = "OLD"
	}
	raise := fmt.Sprintf("RAISE EXCEPTION '%s' USING ERRCODE = 'integrity_constraint_violation';", message)
	body := raise
	if when != "" {
		body = fmt.Sprintf("IF %s THEN %s END IF; RETURN %s;", when, raise, result)
	}
	function := func(name, body string) string {
		return fmt.Sprintf("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN %s END $$", name, body)
	}
	out := []string{
		function(name, body),
		fmt.Sprintf("CREATE TRIGGER %s BEFORE %s ON %s FOR EACH ROW EXECUTE FUNCTION %s()", name, event, table, name),
	}
	if event == "DELETE" {
		out = append(out, function(name+"_whole", raise),
			fmt.Sprintf("CREATE TRIGGER %s_whole BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %s_whole()", name, table, name))
	}
	return out
}
