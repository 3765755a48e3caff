package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"comity"
	"comity/store"
)

// runRestore makes a record from a backup, or shows that it could.
func runRestore(ctx context.Context, e env, args []string) error {
	f := newFlags("restore")
	dir := f.String("dir", "", "folder of the new record: empty, or not there")
	db := f.String("db", "", databaseHelp+"; it must be empty, and the account its owner")
	var identities list
	f.Var(&identities, "identity", "`file` of the key that opens the backup; as often as needed")
	keys := f.String("keys", "", "the `file` that comity backup -keys wrote, or a folder with the keys")
	ledger := f.String("ledger", "", "`file` of the newest ledger of erasures (erasures in the record's folder), if it was saved after the backup was made")
	public := f.String("log", "", "`address` or folder of the public log as it was served last; the backup must not be older")
	var cosigners cosignerList
	f.Var(&cosigners, "cosigner", "`URL=VKEY` of a cosigner to ask whether it has seen more; those in the backup's file cosigners are asked without being named")
	drill := f.Bool("drill", false, "restore into a folder of its own, check everything, and delete it again")
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if f.NArg() == 0 {
		return &comity.Problem{Code: "missing-argument", Message: "which backup?", Hint: "comity restore FILE -dir DIR -identity FILE -keys FILE"}
	}
	if *drill == (*dir != "") {
		return &comity.Problem{Code: "bad-flag", Message: "give either -dir or -drill", Hint: "a drill has a folder of its own"}
	}
	for _, want := range []struct{ name, value, example string }{{"identity", identities.String(), "backup.key"}, {"keys", *keys, "keys.backup"}} {
		if err := need(want.name, want.value, want.example); err != nil {
			return err
		}
	}
	config := recordConfig(slog.New(slog.DiscardHandler), 0)
	config.Database = *db
	var err error
	if config.Cosigners, err = cosigners.policy(1); err != nil {
		return err
	}
	r := restoring{file: f.Arg(0), dir: *dir, config: config, with: store.Restoring{Ledger: *ledger}}
	if r.identities, err = readIdentities(identities); err != nil {
		return err
	}
	if r.with.Keys, err = r.readKeys(*keys); err != nil {
		return err
	}
	if *public != "" {
		if r.with.Public, err = store.Remote(*public); err != nil {
			return err
		}
	}
	if *drill {
		made, err := os.MkdirTemp("", "comity-drill-")
		if err != nil {
			return notWritten(os.TempDir())
		}
		defer os.RemoveAll(made)
		r.dir = filepath.Join(made, "record")
	}
	start := time.Now()
	done, err := r.run(ctx)
	if err != nil {
		return err
	}
	return tellRestored(e, r, done, *drill, *asJSON, time.Since(start))
}

type restoring struct {
	file, dir  string
	config     store.Config
	identities []age.Identity
	with       store.Restoring
}

func (r restoring) run(ctx context.Context) (store.Restored, error) {
	f, err := os.Open(r.file)
	if err != nil {
		return store.Restored{}, noFile(r.file, "give the file that comity backup wrote")
	}
	defer f.Close()
	archive, err := r.decrypt(f, r.file)
	if err != nil {
		return store.Restored{}, err
	}
	return store.Restore(ctx, archive, r.dir, r.config, r.with)
}

func (r restoring) decrypt(in io.Reader, name string) (io.Reader, error) {
	out, err := age.Decrypt(in, r.identities...)
	var other *age.NoIdentityMatchError
	switch {
	case errors.As(err, &other):
		return nil, &comity.Problem{Code: "wrong-identity", Message: "none of the keys given opens this file", Where: name, Hint: "-identity names the secret key that the backup was encrypted to"}
	case err != nil:
		return nil, notABackup(name)
	}
	return decrypted{out, name}, nil
}

// decrypted says in words that a file was changed or cut off.
type decrypted struct {
	io.Reader
	name string
}

func (d decrypted) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = notABackup(d.name)
	}
	return n, err
}

func notABackup(name string) *comity.Problem {
	return &comity.Problem{Code: "bad-backup", Message: "the file is no backup, or was changed or cut off", Where: name, Hint: "take another backup"}
}

func readIdentities(names []string) ([]age.Identity, error) {
	var out []age.Identity
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, noFile(name, "give the file that comity backup -new-key wrote")
		}
		defer f.Close()
		some, err := age.ParseIdentities(f)
		if err != nil {
			return nil, &comity.Problem{Code: "bad-key", Message: "this is no secret key of age", Where: name, Hint: "it is a file with a line AGE-SECRET-KEY-1…"}
		}
		out = append(out, some...)
	}
	return out, nil
}

// readKeys takes the backup of keys, or the folder of the keys themselves.
func (r restoring) readKeys(path string) (map[string][]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, noFile(path, "give the file that comity backup -keys wrote, or the folder of the keys")
	}
	if !info.IsDir() {
		f, err := os.Open(path)
		if err != nil {
			return nil, noFile(path, "give the file that comity backup -keys wrote")
		}
		defer f.Close()
		archive, err := r.decrypt(f, path)
		if err != nil {
			return nil, err
		}
		return store.ReadKeys(archive)
	}
	list, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	keys := map[string][]byte{}
	for _, entry := range list {
		if !entry.Type().IsRegular() {
			continue
		}
		if keys[entry.Name()], err = os.ReadFile(filepath.Join(path, entry.Name())); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func tellRestored(e env, r restoring, done store.Restored, drill, asJSON bool, took time.Duration) error {
	b := done.Backup
	if asJSON {
		return json.NewEncoder(e.out).Encode(struct {
			Dir     string    `json:"dir,omitempty"`
			Origin  string    `json:"origin"`
			Made    time.Time `json:"made"`
			Entries int64     `json:"entries"`
			Size    int64     `json:"published"`
			Root    string    `json:"root"`
			Again   int       `json:"erased_again"`
			Let     int       `json:"accounts"`
			Asked   []string  `json:"asked"`
			Silent  []string  `json:"silent"`
			Seconds float64   `json:"seconds"`
			Drill   bool      `json:"drill"`
		}{map[bool]string{false: r.dir}[drill], b.Origin, b.Made, b.Entries, b.Size, b.Root, done.Erased.Erased, done.Let, nonNil(done.Asked), nonNil(done.Silent), took.Seconds(), drill})
	}
	fmt.Fprintf(e.out, "The record %s of %s was restored in %.1f s: %d entries, %d of them published. Every page, header, leaf and sealed part was checked.\n",
		b.Origin, b.Made.Format("2 January 2006, 15:04:05 UTC"), took.Seconds(), b.Entries, done.Report.Checkpoint.Size)
	if len(done.Asked) > 0 {
		fmt.Fprintf(e.out, "Nothing newer is known to: %s.\n", strings.Join(done.Asked, ", "))
	} else {
		fmt.Fprintln(e.out, "note  nobody was asked whether more was published since: name the public log with -log, or a cosigner")
	}
	for _, s := range done.Silent {
		fmt.Fprintf(e.out, "note  no answer from %s; the server signs nothing before enough cosigners have answered\n", s)
	}
	if done.Let > 0 {
		fmt.Fprintf(e.out, "note  %d accounts are let in as when the backup was made, with their tokens and passkeys; everybody signs in again. End those who left since: comity account list\n", done.Let)
	}
	if r.with.Ledger == "" {
		fmt.Fprintln(e.out, "note  no newer ledger of erasures was given: orders carried out after the backup must be carried out again")
	} else {
		fmt.Fprintf(e.out, "%d entries were erased again by the ledger; %d are kept by a hold.\n", done.Erased.Erased, done.Erased.Held)
	}
	if drill {
		fmt.Fprintln(e.out, "It was a drill: the restored folder is deleted.")
	} else {
		fmt.Fprintf(e.out, "Next: comity serve -dir %s -addr 127.0.0.1:8080\n", r.dir)
	}
	return nil
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
