package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"time"
)

// A database is all in which SQLite (sqlite.go) and PostgreSQL (postgres.go)
// differ. Every query in this package is written once, with ? for its values,
// in the SQL that both speak: no upsert but ON CONFLICT, no function that only
// one has, every subquery in FROM named. Writing is one at a time in both: a
// transaction begins by shutting out every other writer, also those of other
// processes, so what it reads is what stands when it commits.
type database interface {
	// where names the database for messages, without a password.
	where() string
	// exists says in words why there is no record to open, if there is none.
	exists(ctx context.Context) error
	// open returns the connections for reading and those for writing, of
	// which one at a time is used.
	open(ctx context.Context, fresh bool) (read, write *sql.DB, err error)
	// beside returns connections for reading only, also while another process
	// writes.
	beside() (*sql.DB, error)
	// copyTo writes the database in one state into a new SQLite file.
	copyTo(ctx context.Context, s *Store, path string) error
	// query puts a query into the form of the database.
	query(string) string
	// anyOf is the list of values in "column IN list", and its one argument.
	anyOf(values []string) (list string, arg any)
	// insert inserts many rows of several tables with few statements.
	insert(t *tx, list []insertion) error
	// script puts a migration into statements of the database.
	script(ctx context.Context, c *sql.Conn, migration string) ([]string, error)
	// begin begins a transaction in which nobody else can write.
	begin(ctx context.Context, c *sql.Conn) error
	// commit returns when the transaction is durable.
	commit(ctx context.Context, c *sql.Conn) error
	// outcome says what an error in a transaction means for what was written
	// in it; committing: the error came from commit.
	outcome(err error, committing bool) outcome
	// patience is how long a batch waits for a database that is away, as
	// during a failover; 0: it is never away.
	patience() time.Duration
	// check looks for damage inside the database, at the start or thoroughly.
	check(ctx context.Context, s *Store, thorough bool) error
	// settle drops older copies of what was overwritten, where that is quick. It
	// is an error where somebody still reads them.
	settle(ctx context.Context, s *Store) error
	// scrub takes deleted bytes out of the files of the database.
	scrub(ctx context.Context, s *Store, needles [][]byte, anew bool) error
}

// An insertion is rows for one table.
type insertion struct {
	into   string // table and columns
	values []any  // of one row after those of the other, all of one type in a column
	then   string // what to do where there is such a row
}

// databaseFile in the folder of a record is its database, if it is SQLite.
const databaseFile = "record.db"

// An outcome is what became of a transaction that met an error.
type outcome int

const (
	stored  outcome = iota // no error: it is durable
	refused                // one job is refused (a used id, a held entry); the transaction can go on without it
	undone                 // nothing was stored, and another try cannot help
	again                  // nothing was stored, and another try may succeed
	unsure                 // it may have been stored or not; the database can be asked
	stopped                // it may have been stored or not; only a restart can tell
)

// database chooses by what the configuration names.
func (c Config) database(dir string) (database, error) {
	if c.Database == "" {
		return sqliteDB{filepath.Join(dir, databaseFile), new(rawFile)}, nil
	}
	return newPostgres(c.Database)
}

// A reader reads outside any transaction of the writer.
type reader struct {
	db   *sql.DB
	data database
}

func (r reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return r.db.QueryContext(ctx, r.data.query(query), bind(args)...)
}

func (r reader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return r.db.QueryRowContext(ctx, r.data.query(query), bind(args)...)
}

// each reads rows from a reading connection.
func (s *Store) each(ctx context.Context, row func(*sql.Rows) error, query string, args ...any) error {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return explain("read", err)
	}
	return explain("read", scanAll(rows, row))
}

func scanAll(rows *sql.Rows, row func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// bind turns truth values into the 0 and 1 that the schema keeps.
func bind(args []any) []any {
	for i, a := range args {
		if b, ok := a.(bool); ok {
			args[i] = int64(0)
			if b {
				args[i] = int64(1)
			}
		}
	}
	return args
}
