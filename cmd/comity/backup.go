package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"comity"
	"comity/store"
)

// runBackup writes a record into one encrypted file, or its keys into another.
func runBackup(ctx context.Context, e env, args []string) error {
	f := newFlags("backup")
	dir := f.String("dir", "", "folder of the record; it may be served meanwhile")
	db := f.String("db", "", databaseHelp)
	out := f.String("o", "", "the `file` to write; never over another")
	var to list
	f.Var(&to, "to", "`RECIPIENT` who can open it, age1…, or a file of them; as often as needed")
	evidence := f.String("evidence", "", evidenceHelp+"; what lies outside DIR is named, not copied")
	keys := f.Bool("keys", false, "the keys and nothing else: keep that file apart from the others")
	newKey := f.String("new-key", "", "make the key that opens backups, write it to this `file`, and print the recipient")
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	if *newKey != "" {
		return makeBackupKey(e, *newKey)
	}
	for _, want := range []struct{ name, value, example string }{{"dir", *dir, "./record"}, {"o", *out, "record-2026-11-21.backup"}, {"to", to.String(), "age1…; make one with: comity backup -new-key FILE"}} {
		if err := need(want.name, want.value, want.example); err != nil {
			return err
		}
	}
	recipients, err := readRecipients(to)
	if err != nil {
		return err
	}
	config := recordConfig(slog.New(slog.DiscardHandler), 0)
	config.Database = databaseOf(*dir, *db)
	b := backingUp{dir: *dir, out: *out, config: config, recipients: recipients}
	if *keys {
		return b.keys(ctx, e, *asJSON)
	}
	if *evidence != "" {
		fmt.Fprintf(e.err, "comity: the evidence at %s is not in this file\nhint: back it up where it is; it is named by its digest, so a copy proves itself\n", *evidence)
	}
	return b.data(ctx, e, *asJSON)
}

type backingUp struct {
	dir, out   string
	config     store.Config
	recipients []age.Recipient
}

func (b backingUp) data(ctx context.Context, e env, asJSON bool) error {
	var made store.Backup
	size, err := b.write(func(w io.Writer) (err error) {
		made, err = store.BackUp(ctx, b.dir, b.config, filepath.Dir(b.out), w)
		return err
	})
	if err != nil {
		return err
	}
	if err := store.NoteBackup(ctx, b.dir, func(n *store.Backups) { n.Data, n.Entries = made.Made, made.Entries }); err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(e.out).Encode(struct {
			File    string    `json:"file"`
			Bytes   int64     `json:"bytes"`
			Made    time.Time `json:"made"`
			Origin  string    `json:"origin"`
			Entries int64     `json:"entries"`
			Size    int64     `json:"published"`
			Root    string    `json:"root"`
			Files   int       `json:"files"`
		}{b.out, size, made.Made, made.Origin, made.Entries, made.Size, made.Root, len(made.Files)})
	}
	fmt.Fprintf(e.out, "%s holds the record %s as of %s: %d entries, %d of them published, %d files, %d bytes.\nThe keys are not in it. Back them up once, apart: comity backup -keys -dir %s -o FILE -to RECIPIENT\n",
		b.out, made.Origin, made.Made.Format("2 January 2006, 15:04:05 UTC"), made.Entries, made.Size, len(made.Files), size, b.dir)
	return nil
}

func (b backingUp) keys(ctx context.Context, e env, asJSON bool) error {
	var names []string
	size, err := b.write(func(w io.Writer) (err error) {
		names, err = store.BackUpKeys(ctx, b.dir, b.config, w)
		return err
	})
	if err != nil {
		return err
	}
	if err := store.NoteBackup(ctx, b.dir, func(n *store.Backups) { n.Keys = time.Now().UTC().Truncate(time.Second) }); err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(e.out).Encode(struct {
			File  string   `json:"file"`
			Bytes int64    `json:"bytes"`
			Keys  []string `json:"keys"`
		}{b.out, size, names})
	}
	fmt.Fprintf(e.out, "%s holds the keys %s. Whoever has it and can open it can sign as this record and read what is sealed: keep it apart from the other backups.\n", b.out, strings.Join(names, ", "))
	return nil
}

// write encrypts into a new file, which has its name only once it is whole and
// durable.
func (b backingUp) write(fill func(io.Writer) error) (size int64, err error) {
	if _, err := os.Lstat(b.out); !errors.Is(err, fs.ErrNotExist) {
		return 0, &comity.Problem{Code: "exists", Message: "a file of that name is there", Where: b.out, Hint: "a backup never writes over another: name it by its day"}
	}
	f, err := os.CreateTemp(filepath.Dir(b.out), ".backup-")
	if err != nil {
		return 0, notWritten(b.out)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	w, err := age.Encrypt(f, b.recipients...)
	if err == nil {
		err = fill(w)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = f.Sync()
	}
	info, statErr := f.Stat()
	if err = errors.Join(err, statErr, f.Close()); err != nil {
		return 0, err
	}
	if err := os.Rename(f.Name(), b.out); err != nil {
		return 0, notWritten(b.out)
	}
	return info.Size(), syncFolder(filepath.Dir(b.out))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func readRecipients(list []string) ([]age.Recipient, error) {
	var out []age.Recipient
	for _, text := range list {
		r := io.Reader(strings.NewReader(text))
		if !strings.HasPrefix(text, "age1") {
			f, err := os.Open(text)
			if err != nil {
				return nil, noFile(text, "give a recipient, age1…, or a file with one a line")
			}
			defer f.Close()
			r = f
		}
		some, err := age.ParseRecipients(r)
		if err != nil {
			return nil, &comity.Problem{Code: "bad-key", Message: "this is no recipient of age", Where: "-to", Hint: "it begins with age1; comity backup -new-key FILE prints one. The secret AGE-SECRET-KEY-1… does not belong here"}
		}
		out = append(out, some...)
	}
	return out, nil
}

func makeBackupKey(e env, path string) error {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &comity.Problem{Code: "exists", Message: "a file of that name is there", Where: path, Hint: "it may be the only key to other backups"}
	}
	if err != nil {
		return notWritten(path)
	}
	_, err = fmt.Fprintf(f, "# opens backups; recipient: %s\n%s\n", id.Recipient(), id)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return notWritten(path)
	}
	_, err = fmt.Fprintln(e.out, id.Recipient())
	return err
}
