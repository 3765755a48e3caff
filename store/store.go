// Package store keeps the record: a database, which is the system of record,
// and the public log, which is a projection of it and can be deleted and
// rebuilt. Keys lie in a folder of their own.
//
//	DIR/record.db   the database (migrations/), if it is SQLite
//	DIR/log/        tiles and checkpoint, as any web server may serve them
//	DIR/keys/       log.key signs checkpoints, seal.key opens what is sealed
//	DIR/erasures    ledger of what was erased; outside every backup of the database
//	DIR/cosigners   who is asked to sign checkpoints too, if anybody is
//	DIR/lock        held by the one process that has the folder open
//
// The database may be PostgreSQL instead (database.go). Then several processes,
// each with a folder of its own and the same keys, may serve one record.
//
// There is one write path (write.go): everything that is written goes through
// one goroutine that puts what waits into one transaction.
package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"

	"comity/record"
	"comity/seal"
)

// A Config says how to open a record.
type Config struct {
	Database string                         // address of a PostgreSQL database, postgres://…; empty: SQLite in the folder
	Kinds    []record.Kind                  // besides the record's own
	Keys     string                         // folder of the keys; empty: DIR/keys
	Beat     time.Duration                  // between two checkpoints; 0: 60 s
	Now      func() time.Time               // nil: the system's clock
	Withhold func(agency, kind string) bool // true: a law or an agreement forbids any release (8 CFR 236.6); nil: none does
	Log      *slog.Logger                   // of the program's running, never of what is recorded; nil: the default

	Terms    func([]record.Field) []string // by which staff find an entry again; nil: by its id only
	Evidence Evidence                      // of the entries that name objects; nil: there is none
	// EvidencePlace is where [Examine] looks for evidence; empty: DIR/evidence.
	EvidencePlace string

	Ledger    string      // file of the ledger of erasures; empty: DIR/erasures
	Retention []Retention // the schedule in force; empty: nothing is destroyed by a clock

	Cosigners record.Policy // whom to ask; empty: those in DIR/cosigners (cosign.go)
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
	data     database
	read     reader
	writer   *writer
	root     *seal.Root
	signer   *record.Signer
	log      *record.Log
	counted  counted
	asker    *asker // nil: there are no cosigners
	files    files
	ledger   *ledger
	retained time.Time // when the schedule was last carried out; used by Sweep alone
	kinds    []record.Kind
	doors    openVisits
	unclean  atomic.Bool // a visit was forgotten whose seed an older copy still holds

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
	data, err := c.database(making)
	if err != nil {
		return nil, err
	}
	if err := fill(ctx, data, making, keysDir(making, c), id, logKey, root.Secret()); err != nil {
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
	if err = s.beginSchema(ctx); err == nil {
		_, err = s.Publish(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// fill writes keys into a new folder, then makes the tables: keys are durable
// before anything can be sealed with them.
func fill(ctx context.Context, data database, dir, keys string, id Identity, logKey, sealKey string) error {
	if err := os.MkdirAll(keys, 0o700); err != nil {
		return err
	}
	for name, text := range map[string]string{"log.key": logKey, "seal.key": sealKey} {
		if err := writeNew(filepath.Join(keys, name), text+"\n"); err != nil {
			return err
		}
	}
	if err := errors.Join(syncDir(keys), syncDir(dir)); err != nil {
		return err
	}
	if err := fillDatabase(ctx, data, id); err != nil {
		return err
	}
	return syncDir(dir)
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
	var err error
	if s.data, err = s.config.database(s.dir); err != nil {
		return err
	}
	if err := s.data.exists(ctx); err != nil {
		return err
	}
	if err := s.takeLock(); err != nil {
		return err
	}
	if err := s.readKeys(); err != nil {
		return err
	}
	if err := s.connect(ctx); err != nil {
		return err
	}
	version, err := s.readMeta(ctx)
	if err != nil {
		return err
	}
	if err := s.quickCheck(ctx); err != nil {
		return err
	}
	if s.files, err = newFiles(filepath.Join(s.dir, "log")); err != nil {
		return err
	}
	if err := s.newLog(); err != nil {
		return err
	}
	if err := s.migrate(ctx, version); err != nil {
		return err
	}
	if err := s.sequence(ctx); err != nil {
		return err
	}
	if err := s.settleCells(ctx); err != nil {
		return err
	}
	if err := s.log.Open(ctx); err != nil {
		return err
	}
	if err := s.index(ctx); err != nil {
		return err
	}
	return s.openLedger(ctx)
}

func (s *Store) connect(ctx context.Context) error {
	read, write, err := s.data.open(ctx, false)
	if err != nil {
		return err
	}
	read.SetMaxOpenConns(8)
	read.SetMaxIdleConns(8)
	s.read = reader{read, s.data}
	s.writer, err = newWriter(ctx, s.data, write)
	return err
}

func (s *Store) newLog() error {
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
	s.log.Cosigners, err = s.cosigners()
	return err
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
	if err := s.secondKey(); err != nil {
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

// readMeta reads what the record is, and returns the version of its schema.
func (s *Store) readMeta(ctx context.Context) (version int, err error) {
	meta := map[string]string{}
	err = s.each(ctx, func(r *sql.Rows) error {
		var name, value string
		err := r.Scan(&name, &value)
		meta[name] = value
		return err
	}, `SELECT name, value FROM meta`)
	if err != nil {
		return 0, err
	}
	all, err := migrations()
	if err != nil {
		return 0, err
	}
	version, err = strconv.Atoi(meta["schema"])
	if err != nil || version < 1 {
		return 0, damaged("the schema has no version, but %q", meta["schema"])
	}
	if version > len(all) {
		return 0, problem("other-version", s.data.where(), "use a newer program: an older one could not keep the rules that the record has by now",
			"the record has schema %d, this program knows schemas up to %d", version, len(all))
	}
	s.identity = Identity{Origin: meta["origin"], Agency: meta["agency"], Sample: meta["sample"] == "true"}
	if s.identity.Origin != s.signer.Key().Origin() {
		return 0, problem("other-key", s.dir, "bring back the key of this record", "the log key is of %q, the record is %q", s.signer.Key().Origin(), s.identity.Origin)
	}
	return version, nil
}

// Close ends what is being written and gives the lock back.
func (s *Store) Close() error {
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	if s.read.db != nil {
		errs = append(errs, s.read.db.Close())
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
