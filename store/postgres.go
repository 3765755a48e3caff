package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"comity"
)

// postgresDB is a PostgreSQL database, perhaps of several servers of which one
// takes writes. Several processes may serve it at once.
type postgresDB struct {
	config *pgx.ConnConfig
	unsure *atomic.Bool // the server warned about the commit that goes on
}

func newPostgres(address string) (database, error) {
	if !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://") {
		return nil, problem("bad-address", "-db", "postgres://USER@HOST,HOST2/DATABASE; the password belongs into PGPASSWORD or ~/.pgpass", "this is not the address of a PostgreSQL database")
	}
	c, err := pgx.ParseConfig(address)
	if err != nil { // its text may hold the password
		return nil, problem("bad-address", "-db", "postgres://USER@HOST,HOST2/DATABASE; the password belongs into PGPASSWORD or ~/.pgpass", "the address of the database cannot be read")
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 3 * time.Second // for each host, so that the next is soon tried
	}
	return postgresDB{c, new(atomic.Bool)}, nil
}

func (d postgresDB) where() string {
	return fmt.Sprintf("postgres://%s/%s", d.config.Host, d.config.Database)
}

func (d postgresDB) exists(ctx context.Context) error {
	there, err := d.holdsRecord(ctx)
	if err == nil && !there {
		err = problem("no-record", d.where(), "make one with: comity init -dir DIR -db OWNER-ADDRESS -origin NAME -agency ORI", "there is no record in this database")
	}
	return err
}

func (d postgresDB) holdsRecord(ctx context.Context) (there bool, err error) {
	c, err := pgx.ConnectConfig(ctx, d.writing())
	if err != nil {
		return false, err
	}
	defer c.Close(ctx)
	err = c.QueryRow(ctx, `SELECT to_regclass('meta') IS NOT NULL`).Scan(&there)
	return there, err
}

func (d postgresDB) open(ctx context.Context, fresh bool) (read, write *sql.DB, err error) {
	if fresh {
		there, err := d.holdsRecord(ctx)
		if err == nil && there {
			err = problem("exists", d.where(), "give an empty database, or open the record that is there", "there is a record in this database")
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return stdlib.OpenDB(*d.reading()), stdlib.OpenDB(*d.writing()), nil
}

// writing connects to the server that takes writes, whichever it is. A commit
// returns when it is on the disk of that server and, where one is configured,
// of a synchronous standby.
func (d postgresDB) writing() *pgx.ConnConfig {
	c := d.config.Copy()
	c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	c.RuntimeParams["synchronous_commit"] = "on"
	// Every statement of the writer finds its rows by an index. A plan that was
	// made when a table was small must not read the whole of it later.
	c.RuntimeParams["enable_seqscan"] = "off"
	c.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if n.SeverityUnlocalized == "WARNING" {
			d.unsure.Store(true)
		}
	}
	return c
}

// reading connects to the same server, so that what was written is seen, and
// cannot write.
func (d postgresDB) reading() *pgx.ConnConfig {
	c := d.config.Copy()
	c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsPrimary
	c.RuntimeParams["default_transaction_read_only"] = "on"
	return c
}

// query numbers the values: PostgreSQL writes $1 where SQLite writes ?.
func (postgresDB) query(q string) string {
	var out strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(q, "?")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteByte('$')
		out.WriteString(strconv.Itoa(n))
		q = after
	}
}

func (postgresDB) anyOf(values []string) (string, any) { return "(SELECT unnest(?::text[]))", values }

// insert sends all tables at once and waits once: on a busy machine a round trip
// takes longer than the work. Each column is one array.
func (postgresDB) insert(t *tx, list []insertion) error {
	batch := &pgx.Batch{}
	for _, one := range list {
		if len(one.values) == 0 {
			continue
		}
		types, columns, err := columnsOf(one)
		if err != nil {
			return err
		}
		batch.Queue("INSERT INTO "+one.into+" SELECT * FROM unnest("+types+")"+one.then, columns...)
	}
	return t.failed(t.w.conn.Raw(func(driver any) error {
		return driver.(*stdlib.Conn).Conn().SendBatch(t.ctx, batch).Close()
	}))
}

func columnsOf(one insertion) (string, []any, error) {
	width := strings.Count(one.into, ",") + 1
	columns := make([]any, width)
	types := make([]string, width)
	for i := range columns {
		kind := ""
		switch one.values[i].(type) {
		case int64:
			columns[i], kind = column[int64](one.values, i, width), "bigint"
		case *int64:
			columns[i], kind = column[*int64](one.values, i, width), "bigint"
		case string:
			columns[i], kind = column[string](one.values, i, width), "text"
		case []byte:
			columns[i], kind = column[[]byte](one.values, i, width), "bytea"
		default:
			return "", nil, fmt.Errorf("insert into %s: column %d is a %T", one.into, i+1, one.values[i])
		}
		types[i] = fmt.Sprintf("$%d::%s[]", i+1, kind)
	}
	return strings.Join(types, ", "), columns, nil
}

func column[T any](values []any, i, width int) []T {
	out := make([]T, 0, len(values)/width)
	for ; i < len(values); i += width {
		out = append(out, values[i].(T))
	}
	return out
}

// begin takes the lock that every writer of the record takes, and writes a word
// into the write-ahead log. Without that word a transaction that only finds an
// entry would commit at once, although the standby may not hold the entry yet
// (after a crash, a server shows what it wrote and had not sent); with it,
// whatever is answered after the commit is held by both.
func (postgresDB) begin(ctx context.Context, c *sql.Conn) error {
	return raw(c, func(pg *pgconn.PgConn) error {
		_, err := pg.Exec(ctx, `BEGIN ISOLATION LEVEL READ COMMITTED;
			SELECT pg_advisory_xact_lock(`+writeLock+`);
			SELECT pg_logical_emit_message(true, 'comity', '')`).ReadAll()
		return err
	})
}

const writeLock = "109330228147321" // "comity" in ASCII

func (d postgresDB) commit(ctx context.Context, c *sql.Conn) error {
	d.unsure.Store(false)
	return raw(c, func(pg *pgconn.PgConn) error {
		results, err := pg.Exec(ctx, `COMMIT`).ReadAll()
		switch {
		case err != nil:
			return err
		case len(results) != 1 || results[0].CommandTag.String() != "COMMIT":
			return errRolledBack
		case d.unsure.Load():
			return errWarned
		}
		return nil
	})
}

var (
	// A transaction in which a statement failed answers COMMIT with ROLLBACK.
	errRolledBack = errors.New("the database rolled the transaction back")
	// Someone cancelled the wait for the standby: the primary holds it, the
	// standby may not.
	errWarned = errors.New("the database warned while committing: a standby may not hold what was written")
)

func raw(c *sql.Conn, do func(*pgconn.PgConn) error) error {
	return c.Raw(func(driver any) error { return do(driver.(*stdlib.Conn).Conn().PgConn()) })
}

func (d postgresDB) outcome(err error, committing bool) outcome {
	var pg *pgconn.PgError
	answered := errors.As(err, &pg) && pg.SeverityUnlocalized == "ERROR"
	switch {
	case committing && errors.Is(err, errRolledBack):
		return undone
	case committing && !answered:
		return unsure
	case !answered && connectionLost(err):
		return again // and the transaction is gone with it
	case !answered:
		return undone
	}
	switch class := pg.Code[:2]; {
	case class == "23", pg.Code == "42501": // a constraint, one of our triggers, or the rights of the role
		return refused
	case pg.Code == "53100": // disk full
		return undone
	case class == "40", class == "53", class == "55", class == "57", class == "58", pg.Code == "25006":
		return again // a conflict; the server is short of something, goes down, or takes no writes any more
	}
	return undone
}

func connectionLost(err error) bool {
	var pg *pgconn.PgError // fatal: the server ended the connection
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &pg) || errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, context.DeadlineExceeded)
}

// patience: Patroni needs up to half a minute to give the lead to a standby.
func (postgresDB) patience() time.Duration { return 45 * time.Second }

// check looks at the rights of the account. PostgreSQL looks after its own pages
// (data checksums); what the tables say is checked by [Store.Check].
func (d postgresDB) check(ctx context.Context, s *Store, _ bool) error {
	var mayChange bool
	err := s.read.QueryRowContext(ctx, `SELECT has_table_privilege('entry', 'UPDATE') OR has_table_privilege('log', 'DELETE')`).Scan(&mayChange)
	if err == nil && mayChange {
		s.config.Log.Warn("this account may change what is append-only: serve as a member of the role "+appRole+" that does not own the tables", "database", d.where())
	}
	return err
}

// settle has nothing to do: the server's own log is not ours to cut.
func (postgresDB) settle(context.Context, *Store) error { return nil }

// scrub writes the table anew that held the rows: what was deleted stays in its
// old pages otherwise. The write-ahead log and its archive keep encrypted bytes
// until they expire; docs/reliability.md says what to do there.
func (d postgresDB) scrub(ctx context.Context, s *Store, _ [][]byte, _ bool) error {
	return s.writeAlone(ctx, func(t *tx) error {
		_, err := t.w.conn.ExecContext(t.ctx, `SELECT erased_anew()`)
		return explain("erase", err)
	})
}

// postgresProblem says what PostgreSQL answers in words, nil if err is none of
// its errors.
func postgresProblem(doing string, err error) error {
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &pg) && pg.Code == "53100":
		return problem("disk-full", doing, "make room on the disk of the database, then try again; what was acknowledged before is safe", "the disk of the database is full: nothing was written")
	case errors.As(err, &pg) && pg.Code == "42501":
		return problem("not-allowed", doing, "the account of the application needs the role comity_app; tables are changed by their owner", "the database does not allow this account to do that")
	case errors.As(err, &pg) && (pg.Code[:2] == "28" || pg.Code[:2] == "3D"):
		return problem("no-database", doing, "check user, password and name of the database", "the database does not let us in")
	case errors.As(err, &pg) && (pg.Code[:2] == "57" || pg.Code == "25006"), errors.As(err, &connect):
		return away(doing)
	}
	return nil
}

func away(doing string) *comity.Problem {
	return problem("no-database", doing, "try again; is the database running, and is one of its servers taking writes? What was acknowledged before is safe", "the database cannot be reached or takes no writes now: nothing was written")
}
