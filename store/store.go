// Package store keeps the record in one folder: a SQLite database, which is
// the system of record, and the public log, which is a projection of it and
// can be deleted and rebuilt. Keys lie in a folder of their own.
//
//	DIR/record.db   the database (schema.sql)
//	DIR/log/        tiles and checkpoint, as any web server may serve them
//	DIR/keys/       log.key signs checkpoints, seal.key opens what is sealed
//	DIR/lock        held by the one process that has the record open
//
// There is one write path (write.go): everything that is written goes through
// one goroutine that puts what waits into one transaction.
package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"comity/record"
	"comity/seal"
)

//go:embed schema.sql
var schema string

// schemaVersion is raised with every change of schema.sql.
const schemaVersion = "1"

// A Config says how to open a record.
type Config struct {
	Kinds    []record.Kind                  // besides the record's own
	Keys     string                         // folder of the keys; empty: DIR/keys
	Beat     time.Duration                  // between two checkpoints; 0: 60 s
	Now      func() time.Time               // nil: the system's clock
	Withhold func(agency, kind string) bool // true: a law or an agreement forbids any release (8 CFR 236.6); nil: none does
	Log      *slog.Logger                   // of the program's running, never of what is recorded; nil: the default
}

// An Identity is what a record is, for ever.
type Identity struct {
	Origin string // name of the log, e.g. record.cook-sheriff.example/log
	Agency string // ORI of whoever runs it
	Sample bool   // invented entries for a demonstration
}

// A Store is an open record.
type Store struct {
	dir      string
	identity Identity
	config   Config
	lock     *os.File
	read     *sql.DB
	writer   *writer
	root     *seal.Root
	signer   *record.Signer
	log      *record.Log
	files    files
	kinds    []record.Kind

	daysMu sync.Mutex
	days   map[dayName]seal.Key // guarded by daysMu
}

// Create makes a new record in a folder that is empty or not there and opens
// it. It alone makes origin and keys.
func Create(ctx context.Context, dir string, id Identity, c Config) (*Store, error) {
	if err := record.CheckAgency(id.Agency); err != nil {
		return nil, err
	}
	if names, err := os.ReadDir(dir); err == nil && len(names) > 0 {
		return nil, problem("exists", dir, "choose another folder, or open the record that is there", "the folder is not empty")
	}
	logKey, err := record.NewSigner(id.Origin)
	if err != nil {
		return nil, err
	}
	root, err := seal.NewRoot()
	if err != nil {
		return nil, err
	}
	// Everything is made beside the folder and moved there at the end: a crash
	// leaves no half-made record, only a folder that can be deleted.
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, explain("create "+dir, err)
	}
	making, err := os.MkdirTemp(parent, ".making-")
	if err != nil {
		return nil, explain("create "+dir, err)
	}
	defer os.RemoveAll(making)
	if err := fill(ctx, making, keysDir(making, c), id, logKey, root.Secret()); err != nil {
		return nil, explain("create "+dir, err)
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, explain("create "+dir, err)
	}
	if err := os.Rename(making, dir); err != nil {
		return nil, explain("create "+dir, err)
	}
	if err := syncDir(parent); err != nil {
		return nil, explain("create "+dir, err)
	}
	return begin(ctx, dir, c)
}

// begin opens a record for the first time and makes its first entry: the
// schema.
func begin(ctx context.Context, dir string, c Config) (*Store, error) {
	s, err := Open(ctx, dir, c)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(schema))
	_, err = s.Append(ctx, record.Draft{
		ID: "schema-" + schemaVersion, Agency: s.identity.Agency, Kind: "schema", At: s.config.Now(),
		Fields: []record.Field{{Name: "version", Value: schemaVersion}, {Name: "sha256", Value: fmt.Sprintf("%x", sum)}},
	})
	if err == nil {
		_, err = s.Publish(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// fill writes keys and an empty database into a new folder.
func fill(ctx context.Context, dir, keys string, id Identity, logKey, sealKey string) error {
	if err := os.MkdirAll(keys, 0o700); err != nil {
		return err
	}
	for name, text := range map[string]string{"log.key": logKey, "seal.key": sealKey} {
		if err := writeNew(filepath.Join(keys, name), text+"\n"); err != nil {
			return err
		}
	}
	db, err := openDB(filepath.Join(dir, "record.db"), "rwc", "foreign_keys(ON)")
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	for name, value := range map[string]string{"origin": id.Origin, "agency": id.Agency, "sample": fmt.Sprint(id.Sample), "schema": schemaVersion} {
		if _, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES (?, ?)`, name, value); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return errors.Join(db.Close(), syncDir(keys), syncDir(dir))
}

// writeNew writes a key file that must not be there yet.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return problem("exists", path, "move it away: it may be the only key to another record", "a key is there already")
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// Open opens a record. It takes the lock, checks that database, keys and
// public files belong together, and mends the files after a crash.
func Open(ctx context.Context, dir string, c Config) (*Store, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Beat == 0 {
		c.Beat = time.Minute
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &Store{dir: dir, config: c, kinds: slices.Concat(record.OwnKinds(), c.Kinds), days: map[dayName]seal.Key{}}
	if err := record.CheckKinds(s.kinds); err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(explain("open "+dir, err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(s.dir, "record.db")); errors.Is(err, fs.ErrNotExist) {
		return problem("no-record", s.dir, "make one with: comity init -dir DIR -origin NAME -agency ORI", "there is no record in this folder")
	}
	if err := s.takeLock(); err != nil {
		return err
	}
	if err := s.readKeys(); err != nil {
		return err
	}
	var err error
	path := filepath.Join(s.dir, "record.db")
	if s.writer, err = newWriter(ctx, path); err != nil {
		return err
	}
	if s.read, err = openDB(path, "rw", "query_only(ON)"); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(8)
	s.read.SetMaxIdleConns(8)
	if err := s.readMeta(ctx); err != nil {
		return err
	}
	if err := s.quickCheck(ctx); err != nil {
		return err
	}
	if s.files, err = newFiles(filepath.Join(s.dir, "log")); err != nil {
		return err
	}
	if err := s.sequence(ctx); err != nil {
		return err
	}
	same, err := s.root.Derive("same")
	if err != nil {
		return err
	}
	s.log = &record.Log{
		Storage: s, Files: s.files, Sealer: s, Signer: s.signer, Kinds: s.kinds, Beat: s.config.Beat, Now: s.config.Now,
		ULID: func(t time.Time) string { return ulid.MustNew(ulid.Timestamp(t), ulid.DefaultEntropy()).String() },
		Same: func(b []byte) []byte {
			h := hmac.New(sha256.New, same[:])
			h.Write(b)
			return h.Sum(nil)
		},
	}
	return s.log.Open(ctx)
}

func (s *Store) takeLock() error {
	f, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	s.lock = f
	mine, err := tryLock(f)
	if err != nil {
		return err
	}
	if !mine {
		return problem("in-use", s.dir, "stop the other program first; one record has one program", "another program has this record open")
	}
	return nil
}

func (s *Store) readKeys() error {
	keys := keysDir(s.dir, s.config)
	read := func(name string) (string, error) {
		data, err := os.ReadFile(filepath.Join(keys, name))
		if errors.Is(err, fs.ErrNotExist) {
			return "", problem("no-key", filepath.Join(keys, name), "bring the key back from where keys are kept; without it the record can be neither signed nor opened", "a key of this record is missing")
		}
		return string(data), err
	}
	logKey, err := read("log.key")
	if err != nil {
		return err
	}
	if s.signer, err = record.ParseSigner(logKey); err != nil {
		return err
	}
	sealKey, err := read("seal.key")
	if err != nil {
		return err
	}
	s.root, err = seal.ParseRoot(sealKey)
	return err
}

func keysDir(dir string, c Config) string {
	if c.Keys != "" {
		return c.Keys
	}
	return filepath.Join(dir, "keys")
}

func (s *Store) readMeta(ctx context.Context) error {
	meta := map[string]string{}
	err := s.each(ctx, func(r *sql.Rows) error {
		var name, value string
		err := r.Scan(&name, &value)
		meta[name] = value
		return err
	}, `SELECT name, value FROM meta`)
	if err != nil {
		return err
	}
	if meta["schema"] != schemaVersion {
		return problem("other-version", s.dir, "use the version of this program that made it, or restore into a new record", "the record has schema %q, this program knows %q", meta["schema"], schemaVersion)
	}
	s.identity = Identity{Origin: meta["origin"], Agency: meta["agency"], Sample: meta["sample"] == "true"}
	if s.identity.Origin != s.signer.Key().Origin() {
		return problem("other-key", s.dir, "bring back the key of this record", "the log key is of %q, the record is %q", s.signer.Key().Origin(), s.identity.Origin)
	}
	return nil
}

// Close ends what is being written and gives the lock back.
func (s *Store) Close() error {
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// Identity says what the record is.
func (s *Store) Identity() Identity { return s.identity }

// Key is the public key that checks what this record signs.
func (s *Store) Key() record.Key { return s.signer.Key() }

// openDB opens the database for this process.
func openDB(path, mode string, pragmas ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	q := url.Values{"mode": {mode}, "_txlock": {"immediate"}, "_pragma": append([]string{
		"busy_timeout(10000)",
		"journal_mode(WAL)",
		"synchronous(FULL)", // a commit returns when it is on the disk
		"secure_delete(ON)", // what is deleted is overwritten
		"trusted_schema(OFF)",
		"recursive_triggers(ON)", // so that REPLACE cannot pass as an insert
	}, pragmas...)}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: q.Encode()}
	return sql.Open("sqlite", u.String())
}

// each reads rows from a reading connection.
func (s *Store) each(ctx context.Context, row func(*sql.Rows) error, query string, args ...any) error {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return explain("read", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return explain("read", err)
		}
	}
	return explain("read", rows.Err())
}
