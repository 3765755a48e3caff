package store

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A backup is a tar archive that any tar opens. In this order:
//
//	log/…        the public log, checkpoint first
//	record.db    the database in one state, as SQLite, whatever it was kept in
//	…            all else in the folder: cosigners, erasure ledger, evidence
//	backup.json  what the backup holds, with the digest of every file
//	backup.mac   shows that whoever wrote backup.json had the record's seal key
//
// The log is older than the database and the rest is newer. So the database
// knows everything that the copied log shows, every file that an entry names is
// there, and so is every order to erase. Keys are never in it (BackUpKeys).
const backupFormat = "comity-backup/1"

// A Backup is what a backup says of itself.
type Backup struct {
	Format  string    `json:"format"`
	Origin  string    `json:"origin"`
	Agency  string    `json:"agency"`
	Sample  bool      `json:"sample,omitempty"`
	Schema  int       `json:"schema"`
	Made    time.Time `json:"made"`
	Entries int64     `json:"entries"`
	Size    int64     `json:"published"` // entries under the last checkpoint
	Root    string    `json:"root"`      // base64
	Files   []Backed  `json:"files"`
}

// A Backed file is one file in a backup.
type Backed struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Bytes is the size of all files.
func (b Backup) Bytes() (n int64) {
	for _, f := range b.Files {
		n += f.Size
	}
	return n
}

const (
	manifestFile = "backup.json"
	macFile      = "backup.mac"
)

// BackUp writes a backup of a record that may be served meanwhile. While it
// runs, a copy of the database lies in a folder inside temporary; what is
// sealed in the database is sealed in the copy.
func BackUp(ctx context.Context, dir string, c Config, temporary string, w io.Writer) (Backup, error) {
	b, err := writeBackup(ctx, dir, c, temporary, w)
	return b, explain("back up "+dir, err)
}

func writeBackup(ctx context.Context, dir string, c Config, temporary string, w io.Writer) (Backup, error) {
	s, err := openBeside(ctx, dir, c)
	if err != nil {
		return Backup{}, err
	}
	defer s.Close()
	a := newArchive(w, s.config.Now())
	a.secret = filepath.Clean(keysDir(dir, c))
	if err := a.addTree(ctx, dir, "log", "log/checkpoint"); err != nil {
		return Backup{}, err
	}
	if err := s.addDatabase(ctx, a, temporary); err != nil {
		return Backup{}, err
	}
	if err := a.addTree(ctx, dir, "."); err != nil {
		return Backup{}, err
	}
	return a.b, a.end(s)
}

// addDatabase copies the database in one state, checks that the copy carries
// the root that was signed, and says in the manifest what it holds.
func (s *Store) addDatabase(ctx context.Context, a *archive, temporary string) error {
	making, err := os.MkdirTemp(temporary, ".copying-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(making)
	path := filepath.Join(making, databaseFile)
	if err := s.data.copyTo(ctx, s, path); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	if err := s.describe(ctx, path, &a.b); err != nil {
		return err
	}
	return a.addFile(ctx, path, databaseFile)
}

// describe reads from a copied database what it is.
func (s *Store) describe(ctx context.Context, path string, b *Backup) error {
	data := sqliteDB{path: path}
	db, err := data.connections("rw") // it becomes a database with a write-ahead log, as ours are
	if err != nil {
		return err
	}
	copied := &Store{data: data, read: reader{db, data}, signer: s.signer}
	defer copied.Close()
	if b.Schema, err = copied.readMeta(ctx); err != nil {
		return err
	}
	id := copied.identity
	b.Origin, b.Agency, b.Sample = id.Origin, id.Agency, id.Sample
	head, err := copied.Head(ctx)
	if err != nil {
		return err
	}
	var sum fold
	for sum.n < head.Size {
		leaves, err := copied.Leaves(ctx, sum.n, int(min(4096, head.Size-sum.n)))
		if err != nil {
			return err
		}
		if len(leaves) == 0 {
			break
		}
		for _, l := range leaves {
			sum.add(l.Hash())
		}
	}
	if head.Checkpoint != nil && (sum.n != head.Size || sum.root() != head.Root) {
		return damaged("the leaves do not add up to the root that was published: no backup is made of it")
	}
	b.Size, b.Root = head.Size, base64.StdEncoding.EncodeToString(head.Root[:])
	b.Entries, err = copied.Size(ctx)
	return err
}

// copyTo writes the database in one state into a new file. Other processes read
// and write meanwhile. Free pages, and what may remain in them, are not copied.
func (d sqliteDB) copyTo(ctx context.Context, s *Store, path string) error {
	_, err := s.read.db.ExecContext(ctx, `VACUUM INTO ?`, path)
	return err
}

// An archive writes a backup.
type archive struct {
	tar    *tar.Writer
	b      Backup
	has    map[string]bool // by path
	secret string          // the folder of the keys
}

func newArchive(w io.Writer, now time.Time) *archive {
	return &archive{tar: tar.NewWriter(w), b: Backup{Format: backupFormat, Made: now.UTC().Truncate(time.Second)}, has: map[string]bool{}}
}

// addTree adds the files below a folder of the record that are not there yet,
// some of them first.
func (a *archive) addTree(ctx context.Context, dir, below string, first ...string) error {
	var names []string
	err := fs.WalkDir(os.DirFS(dir), below, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // it was replaced meanwhile, or there is no log yet
		case err != nil:
			return err
		case leftOut(name), filepath.Join(dir, name) == a.secret:
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return problem("not-a-file", filepath.Join(dir, name), "put the files themselves there, or move it out of the folder", "the folder of the record holds something that is neither file nor folder, which no backup could bring back")
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Concat(first, names) {
		if a.has[name] {
			continue
		}
		err := a.addFile(ctx, filepath.Join(dir, filepath.FromSlash(name)), name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// leftOut says what does not go into a backup as it lies there: keys, the
// database (copied in one state instead), and what means nothing elsewhere.
func leftOut(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return top == "keys" || top == "lock" || top == backupsFile || strings.HasPrefix(top, databaseFile) ||
		strings.HasPrefix(top, ".") && top != "." || strings.HasSuffix(name, ".new") || strings.HasSuffix(name, "/new")
}

func (a *archive) addFile(ctx context.Context, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	// A file that is written to meanwhile grows at its end: as much is taken
	// as it had.
	sum := sha256.New()
	r := io.TeeReader(io.LimitReader(withContext{ctx, f}, info.Size()), sum)
	if err := a.add(name, info.Size(), r); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	a.has[name] = true
	a.b.Files = append(a.b.Files, Backed{name, info.Size(), hex.EncodeToString(sum.Sum(nil))})
	return nil
}

func (a *archive) add(name string, size int64, r io.Reader) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: a.b.Made}
	if err := a.tar.WriteHeader(h); err != nil {
		return err
	}
	n, err := io.Copy(a.tar, r)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func (a *archive) end(s *Store) error {
	text, err := json.MarshalIndent(a.b, "", "  ")
	if err != nil {
		return err
	}
	mac, err := s.backupMAC(text)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{manifestFile, text}, {macFile, []byte(hex.EncodeToString(mac) + "\n")}} {
		if err := a.add(f.name, int64(len(f.text)), bytes.NewReader(f.text)); err != nil {
			return err
		}
	}
	return a.tar.Close()
}

// backupMAC is what only the record's own keys can make: an archive in which
// somebody else wrote himself an account is refused.
func (s *Store) backupMAC(manifest []byte) ([]byte, error) {
	key, err := s.root.Derive("backup")
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, key[:])
	h.Write(manifest)
	return h.Sum(nil), nil
}

// BackUpKeys writes the keys of a record, and nothing else, as a tar archive.
func BackUpKeys(ctx context.Context, dir string, c Config, w io.Writer) (names []string, err error) {
	keys := keysDir(dir, c)
	s := &Store{dir: dir, config: c}
	if err := s.readKeys(); err != nil { // what is no key is no backup of one
		return nil, explain("back up keys", err)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	a := newArchive(w, c.Now())
	list, err := os.ReadDir(keys)
	if err != nil {
		return nil, explain("back up keys", err)
	}
	for _, e := range list {
		if !e.Type().IsRegular() {
			continue
		}
		if err := a.addFile(ctx, filepath.Join(keys, e.Name()), "keys/"+e.Name()); err != nil {
			return nil, explain("back up keys", err)
		}
		names = append(names, e.Name())
	}
	return names, explain("back up keys", a.tar.Close())
}

// backupsFile in the folder of a record says when backups were made, for
// [Examine].
const backupsFile = "backups"

// Backups says when a record was last backed up.
type Backups struct {
	Data    time.Time `json:"data"`
	Entries int64     `json:"entries"`
	Keys    time.Time `json:"keys"`
}

// LastBackups reads what [NoteBackup] wrote; zero if nothing.
func LastBackups(dir string) (Backups, error) {
	var b Backups
	text, err := os.ReadFile(filepath.Join(dir, backupsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	return b, explain("read when backups were made", err)
}

// NoteBackup remembers that a backup is safe where it was written to.
func NoteBackup(ctx context.Context, dir string, note func(*Backups)) error {
	b, err := LastBackups(dir)
	if err != nil {
		b = Backups{} // a damaged note must not stand in the way of backups
	}
	note(&b)
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return explain("note the backup", files{dir}.WriteFile(ctx, backupsFile, append(text, '\n')))
}
