package store

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"comity"
	"comity/record"
)

// A Restoring says what goes into a restored record besides its backup.
type Restoring struct {
	Keys   map[string][]byte // the files of its keys, by name; see [ReadKeys]
	Public record.Fetcher    // the public log as others still hold it; nil: nobody does
	Ledger string            // file of the newest ledger of erasures; empty: the one in the backup
}

// A Restored record was checked in every part and is in its place.
type Restored struct {
	Backup Backup        `json:"backup"`
	Report record.Report `json:"-"`
	Erased Replayed      `json:"erased"` // what the ledger of erasures destroyed again
	Let    int           `json:"let"`    // accounts that are let in as when the backup was made
	Asked  []string      `json:"asked"`  // who says that nothing newer is known
	Silent []string      `json:"silent"` // who should be asked and did not answer
}

// Restore makes a record from a backup in a folder that is empty or not there.
// Everything happens beside that folder, which appears when all is checked and
// nobody who was asked knows of more than the backup holds. With an address of
// a database in the configuration, the rows go there.
func Restore(ctx context.Context, archive io.Reader, dir string, c Config, r Restoring) (Restored, error) {
	if names, err := os.ReadDir(dir); err == nil && len(names) > 0 {
		return Restored{}, problem("exists", dir, "choose another folder: a restore never writes over anything", "the folder is not empty")
	}
	out, err := restore(ctx, archive, filepath.Clean(dir), c, r)
	return out, explain("restore "+dir, err)
}

func restore(ctx context.Context, archive io.Reader, dir string, c Config, r Restoring) (Restored, error) {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return Restored{}, err
	}
	making, err := os.MkdirTemp(parent, ".restoring-")
	if err != nil {
		return Restored{}, err
	}
	defer os.RemoveAll(making)
	var out Restored
	if out.Backup, err = unpackBackup(ctx, archive, making, r.Keys); err != nil {
		return Restored{}, err
	}
	c.Keys = ""
	if err := out.open(ctx, making, c, r); err != nil {
		return Restored{}, err
	}
	if err := os.Remove(filepath.Join(making, "lock")); err != nil {
		return Restored{}, err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Restored{}, err
	}
	if err := os.Rename(making, dir); err != nil {
		return Restored{}, err
	}
	return out, syncDir(parent)
}

// open opens what was unpacked, which also makes the public log anew where it
// is behind the database and carries out the ledger of erasures in the backup,
// checks all of it, asks who may know more, and carries out a newer ledger.
func (out *Restored) open(ctx context.Context, making string, c Config, r Restoring) error {
	address := c.Database
	c.Database, c.Ledger = "", ""
	s, err := Open(ctx, making, c)
	if err != nil {
		return err
	}
	err = out.examine(ctx, s, r.Public)
	if err == nil && r.Ledger != "" {
		out.Erased, err = s.ReplayErasures(ctx, r.Ledger)
	}
	if err == nil {
		out.Let, err = s.closeDoors(ctx, out.Backup.Made)
	}
	if err = errors.Join(err, s.Close()); err != nil || address == "" {
		return err
	}
	lite := sqliteDB{path: filepath.Join(making, databaseFile)}
	c.Database = address
	to, err := c.database(making)
	if err != nil {
		return err
	}
	if err := moveInto(ctx, to, s.identity, lite); err != nil {
		return err
	}
	if err := os.Remove(lite.path); err != nil {
		return err
	}
	moved, err := Open(ctx, making, c)
	if err != nil {
		return err
	}
	_, err = moved.Check(ctx)
	return errors.Join(err, moved.Close())
}

func (out *Restored) examine(ctx context.Context, s *Store, public record.Fetcher) error {
	var err error
	if out.Report, err = s.Check(ctx); err != nil {
		return err
	}
	if n := out.Report.Checkpoint.Size; n < out.Backup.Size {
		return badBackup("it says that %d entries were published, its database says %d", out.Backup.Size, n)
	}
	if err := out.askOthers(ctx, s, public); err != nil {
		return err
	}
	err = s.Agree(ctx)
	if code(err) != "" && code(err) != "cosigners-silent" || err != nil && code(err) == "" {
		return err
	}
	for _, c := range s.Cosigners() {
		if c.Why == "" {
			out.Asked = append(out.Asked, c.Name)
		} else {
			out.Silent = append(out.Silent, c.Name+": "+c.Why)
		}
	}
	return nil
}

// askOthers looks at the checkpoints of this record that others hold: the
// public log, and what each cosigner keeps.
func (out *Restored) askOthers(ctx context.Context, s *Store, public record.Fetcher) error {
	var seen [][]byte
	if public != nil {
		signed, err := public.ReadFile(ctx, "checkpoint")
		if err != nil {
			return problem("unreadable", "-log", "give the address or folder of the public log as it was served last", "the public log cannot be read")
		}
		seen = append(seen, signed)
		out.Asked = append(out.Asked, "the public log")
	}
	for _, c := range s.Cosigners() {
		if signed, err := CosignerView(ctx, c.URL, s.identity.Origin); err == nil {
			seen = append(seen, signed)
		} // whoever is silent is named when all are asked to agree
	}
	grown := false
	for _, signed := range seen {
		more, err := s.catchUp(ctx, signed)
		if err != nil {
			return err
		}
		grown = grown || more
	}
	if grown {
		return s.Rebuild(ctx)
	}
	return nil
}

// catchUp compares a checkpoint of this record that others hold with the
// entries in the backup. A backup holds entries that were published a moment
// later: then that checkpoint, which the record itself has signed, becomes its
// head again. One of more entries, or of others, shows that the backup is old.
func (s *Store) catchUp(ctx context.Context, signed []byte) (grown bool, err error) {
	theirs, err := s.Key().Checkpoint(signed)
	if err != nil {
		return false, err
	}
	var sum fold
	for sum.n < theirs.Size {
		leaves, err := s.Leaves(ctx, sum.n, int(min(4096, theirs.Size-sum.n)))
		if err != nil {
			return false, err
		}
		if len(leaves) == 0 {
			break
		}
		for _, l := range leaves {
			sum.add(l.Hash())
		}
	}
	if sum.n < theirs.Size || sum.root() != theirs.Root {
		return false, &comity.Problem{Code: "restored-backup", Where: "backup",
			Message: fmt.Sprintf("others have seen %d entries of this record, and the backup holds %d, or others: it is older than what was published, and was not restored", theirs.Size, sum.n),
			Hint:    "restore a newer backup; if there is none, docs/backup.md says how the record goes on under a new name without denying the lost entries"}
	}
	head, err := s.Head(ctx)
	if err != nil || theirs.Size <= head.Size {
		return false, err
	}
	return true, s.SetHead(ctx, head, record.Head{Size: theirs.Size, Root: theirs.Root, Checkpoint: signed})
}

// unpackBackup writes the files of a backup and its keys into a new folder, durably,
// and holds them against the manifest.
func unpackBackup(ctx context.Context, archive io.Reader, making string, keys map[string][]byte) (Backup, error) {
	files := map[string]Backed{}
	var manifest, mac []byte
	err := untar(archive, func(h *tar.Header, r io.Reader) (err error) {
		switch {
		case h.Name == manifestFile:
			manifest, err = io.ReadAll(io.LimitReader(r, maxManifest))
			return err
		case h.Name == macFile:
			mac, err = io.ReadAll(io.LimitReader(r, 1<<10))
			return err
		case leftOut(h.Name) && h.Name != databaseFile, files[h.Name] != Backed{}:
			return badBackup("it holds %q, which no backup holds or only once", h.Name)
		}
		files[h.Name], err = unpackFile(ctx, making, h.Name, r)
		return err
	})
	if err != nil {
		return Backup{}, err
	}
	if err := writeKeys(filepath.Join(making, "keys"), keys); err != nil {
		return Backup{}, err
	}
	b, err := readManifest(making, manifest, mac)
	if err != nil {
		return Backup{}, err
	}
	for _, want := range b.Files {
		if files[want.Path] != want {
			return Backup{}, badBackup("the file %s is missing, or is not the one that was backed up", want.Path)
		}
		delete(files, want.Path)
	}
	if len(files) > 0 {
		return Backup{}, badBackup("it holds %d files that it does not list", len(files))
	}
	return b, syncDir(making)
}

const maxManifest = 1 << 30 // a hundred bytes a file

// untar calls with every file of an archive, of which the name is a clean path
// inside the folder.
func untar(archive io.Reader, file func(*tar.Header, io.Reader) error) error {
	t := tar.NewReader(archive)
	for {
		h, err := t.Next()
		if err == io.EOF {
			_, err := io.Copy(io.Discard, archive) // what encrypts it is checked to its end
			return err
		}
		if err != nil {
			return unreadableBackup(err)
		}
		if h.Typeflag != tar.TypeReg || !fs.ValidPath(h.Name) || !filepath.IsLocal(filepath.FromSlash(h.Name)) {
			return badBackup("%q is no file that a backup can hold", h.Name)
		}
		if err := file(h, t); err != nil {
			return unreadableBackup(err)
		}
	}
}

// unreadableBackup: what the archive itself says of its end is no fault of ours.
func unreadableBackup(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, tar.ErrHeader) {
		return badBackup("it ends too early or is no backup")
	}
	return err
}

func unpackFile(ctx context.Context, making, name string, r io.Reader) (Backed, error) {
	path := filepath.Join(making, filepath.FromSlash(name))
	if err := makeDirs(filepath.Dir(path)); err != nil {
		return Backed{}, err
	}
	mode := fs.FileMode(0o600)
	if strings.HasPrefix(name, "log/") {
		mode = 0o644 // any web server may serve it
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return Backed{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), withContext{ctx, r})
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Backed{}, err
	}
	return Backed{name, n, hex.EncodeToString(sum.Sum(nil))}, syncDir(filepath.Dir(path))
}

func writeKeys(dir string, keys map[string][]byte) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		if err := writeNew(filepath.Join(dir, name), string(keys[name])); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

// readManifest checks by the keys that the record itself wrote the manifest.
func readManifest(making string, manifest, mac []byte) (Backup, error) {
	var b Backup
	if manifest == nil {
		return b, badBackup("it does not say what it holds")
	}
	s := &Store{dir: making}
	if err := s.readKeys(); err != nil {
		return b, err
	}
	want, err := s.backupMAC(manifest)
	if err != nil {
		return b, err
	}
	got, err := hex.DecodeString(strings.TrimSpace(string(mac)))
	if err != nil || !hmac.Equal(got, want) {
		return b, problem("other-key", "keys", "give the keys of the same record as the backup", "the backup was not made with these keys, or was changed since")
	}
	d := json.NewDecoder(bytes.NewReader(manifest))
	if err := d.Decode(&b); err != nil || b.Format != backupFormat {
		return b, badBackup("it is of the form %q, this program knows %s", b.Format, backupFormat)
	}
	return b, nil
}

func badBackup(format string, args ...any) *comity.Problem {
	return problem("bad-backup", "backup", "take another backup", "the backup is refused: "+format, args...)
}

// ReadKeys reads what [BackUpKeys] wrote.
func ReadKeys(archive io.Reader) (map[string][]byte, error) {
	keys := map[string][]byte{}
	err := untar(archive, func(h *tar.Header, r io.Reader) (err error) {
		name, ok := strings.CutPrefix(h.Name, "keys/")
		if !ok || strings.Contains(name, "/") || len(keys) > 100 {
			return problem("bad-keys", "keys", "give the file that comity backup -keys wrote", "this is no backup of keys")
		}
		keys[name], err = io.ReadAll(io.LimitReader(r, 1<<20))
		return err
	})
	if err == nil && len(keys) == 0 {
		err = problem("bad-keys", "keys", "give the file that comity backup -keys wrote", "this is no backup of keys")
	}
	return keys, err
}
