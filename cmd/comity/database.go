package main

import (
	"os"
	"path/filepath"
)

const (
	databaseVariable = "COMITY_DB"
	databaseHelp     = "address of a PostgreSQL database, postgres://USER@HOST,HOST2/NAME, in place of SQLite in the folder; COMITY_DB says the same, PGPASSWORD or ~/.pgpass hold the password"
)

// databaseOf is the address of the record's database, empty for SQLite: what
// the flag says, else the environment, unless the folder holds a database.
func databaseOf(dir, flag string) string {
	if flag != "" {
		return flag
	}
	if _, err := os.Stat(filepath.Join(dir, "record.db")); err == nil {
		return ""
	}
	return os.Getenv(databaseVariable)
}
