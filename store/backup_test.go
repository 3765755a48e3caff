package store

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"comity/record"
)

// makeBackup backs up a record and its keys.
func makeBackup(t *testing.T, dir string, c *clock) (Backup, []byte, map[string][]byte) {
	t.Helper()
	var data, keys bytes.Buffer
	b, err := BackUp(t.Context(), dir, c.config(), t.TempDir(), &data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := BackUpKeys(t.Context(), dir, c.config(), &keys); err != nil {
		t.Fatal(err)
	}
	read, err := ReadKeys(&keys)
	if err != nil {
		t.Fatal(err)
	}
	return b, data.Bytes(), read
}

// intoSQLite is the configuration of a restore into a folder.
func (c *clock) intoSQLite() Config {
	config := c.config()
	config.Database = ""
	return config
}

// A drill: a backup is taken while writers write and beats are published; what
// was acknowledged before it is in it, once, and opens, and every proof holds.
func TestRestoreDrill(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	began := c.now()
	for i := range 300 {
		mustAppend(t, s, draft(fmt.Sprintf("before-%d", i), began))
	}
	mustPublish(t, s)
	receipt, err := s.Disclose(t.Context(), "before-7", "answer")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Hold(t.Context(), "before-9", record.HoldOrder{ID: "hold", Authority: order}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Erase(t.Context(), "before-8", order); err != nil {
		t.Fatal(err)
	}
	evidence, err := OpenEvidence(t.Context(), filepath.Join(dir, "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	object, err := evidence.Put(t.Context(), strings.NewReader("a picture"), Digest{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	for w := range 4 {
		busy.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if _, err := s.Append(context.Background(), draft(fmt.Sprintf("during-%d-%d", w, i), c.now())); err != nil {
					t.Errorf("a writer beside the backup: %v", err)
					return
				}
			}
		})
	}
	busy.Go(func() {
		for ctx.Err() == nil {
			c.add(time.Minute)
			if _, err := s.Publish(context.Background()); err != nil {
				t.Errorf("a beat beside the backup: %v", err)
			}
		}
	})
	const drills = 3
	for drill := range drills {
		id := fmt.Sprintf("last-%d", drill)
		mustAppend(t, s, draft(id, c.now()))
		b, data, keys := makeBackup(t, dir, c)
		for name, key := range keys {
			if bytes.Contains(data, bytes.TrimSpace(key)) {
				t.Errorf("the key %s is in the backup", name)
			}
		}
		into := filepath.Join(t.TempDir(), "restored")
		out, err := Restore(t.Context(), bytes.NewReader(data), into, c.intoSQLite(), Restoring{Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		back, err := Open(t.Context(), into, c.intoSQLite())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 300 {
			want := 4
			if i == 8 {
				want = 0
			}
			if e, err := back.Entry(t.Context(), fmt.Sprintf("before-%d", i)); err != nil || len(e.Fields) != want {
				t.Fatalf("before-%d: %+v, %v", i, e, err)
			}
		}
		if _, err := back.Entry(t.Context(), id); err != nil {
			t.Errorf("acknowledged just before the backup: %v", err)
		}
		if n, err := back.Size(t.Context()); err != nil || n != b.Entries || n != out.Backup.Entries {
			t.Errorf("%d entries, the backup says %d, %v", n, b.Entries, err)
		}
		if _, err := back.Erase(t.Context(), "before-9", order); code(err) != "on-hold" {
			t.Errorf("the hold is gone: %v", err)
		}
		if p, err := back.Key().Receipt(receipt); err != nil || len(p.Fields) != 1 {
			t.Errorf("a receipt from before: %v", err)
		}
		if again, err := back.Append(t.Context(), draft("before-3", began)); err != nil || !again.Again {
			t.Errorf("a request sent again after the restore: %+v, %v", again, err)
		}
		restored, err := OpenEvidence(t.Context(), filepath.Join(into, "evidence"))
		if err != nil {
			t.Fatal(err)
		}
		if n, found, err := CheckEvidence(t.Context(), restored); n != 1 || len(found) > 0 || err != nil {
			t.Errorf("evidence %s: %d, %v, %v", object.Digest, n, found, err)
		}
		if mode := fileMode(t, filepath.Join(into, "keys", "seal.key")); mode != 0o600 {
			t.Errorf("the restored key has mode %o", mode)
		}
		mustAppend(t, back, draft("goes-on", c.now()))
		mustPublish(t, back)
		if err := back.Close(); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	busy.Wait()
	if _, err := s.Check(t.Context()); err != nil {
		t.Errorf("the record that was backed up: %v", err)
	}
	if !t.Failed() {
		t.Logf("counted: fault=restore-drill drills=%d acknowledged=%d lost=0 doubled=0", drills, 300+drills)
	}
}

// The other kind of database gets the same record.
func TestRestoreIntoPostgres(t *testing.T) {
	needsPostgres(t)
	c := newClock()
	s, dir := create(t, c)
	for i := range 30 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
	}
	mustPublish(t, s)
	if _, err := s.Erase(t.Context(), "e3", order); err != nil {
		t.Fatal(err)
	}
	_, data, keys := makeBackup(t, dir, c)
	into := filepath.Join(t.TempDir(), "restored")
	owner, serve := newDatabase(t)
	config := c.config()
	config.Database = owner
	if _, err := Restore(t.Context(), bytes.NewReader(data), into, config, Restoring{Keys: keys}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(into, databaseFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a second database lies in the folder: %v", err)
	}
	config.Database = serve
	back, err := Open(t.Context(), into, config)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if e, err := back.Entry(t.Context(), "e3"); err != nil || !e.Erased {
		t.Errorf("the erased entry: %+v, %v", e, err)
	}
	if again, err := back.Append(t.Context(), draft("e4", c.now())); err != nil || !again.Again {
		t.Errorf("sent again: %+v, %v", again, err)
	}
	mustAppend(t, back, draft("goes-on", c.now()))
	c.add(time.Minute)
	mustPublish(t, back)
	if _, err := back.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// remake changes the files of an archive.
func remake(t *testing.T, data []byte, change func(name string, text []byte) (string, []byte), more ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	add := func(name string, text []byte) {
		if name == "" {
			return
		}
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(text)), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		add(change(h.Name, text))
	}
	for _, name := range more {
		add(name, []byte("more"))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestABadBackupIsRefused(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	for i := range 20 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
	}
	mustPublish(t, s)
	_, data, keys := makeBackup(t, dir, c)
	_, strange, strangeKeys := makeBackup(t, func() string { _, dir := create(t, newClock()); return dir }(), func() *clock { n := newClock(); n.address = c.address; return n }())
	_ = strange
	same := func(name string, text []byte) (string, []byte) { return name, text }
	flip := func(of string) func(string, []byte) (string, []byte) {
		return func(name string, text []byte) (string, []byte) {
			if name == of {
				text = slices.Clone(text)
				text[len(text)/2] ^= 1
			}
			return name, text
		}
	}
	without := func(of string) func(string, []byte) (string, []byte) {
		return func(name string, text []byte) (string, []byte) {
			if name == of {
				name = ""
			}
			return name, text
		}
	}
	for _, test := range []struct {
		name string
		data []byte
		keys map[string][]byte
		code string
	}{
		{"keys of another record", data, strangeKeys, "other-key"},
		{"no keys", data, nil, "no-key"},
		{"a changed database", remake(t, data, flip(databaseFile)), keys, "bad-backup"},
		{"a changed checkpoint", remake(t, data, flip("log/checkpoint")), keys, "bad-backup"},
		{"a changed manifest", remake(t, data, flip(manifestFile)), keys, "other-key"},
		{"no manifest", remake(t, data, without(manifestFile)), keys, "bad-backup"},
		{"no mac", remake(t, data, without(macFile)), keys, "other-key"},
		{"no database", remake(t, data, without(databaseFile)), keys, "bad-backup"},
		{"a file more", remake(t, data, same, "evidence/more"), keys, "bad-backup"},
		{"a key in it", remake(t, data, same, "keys/log.key"), keys, "bad-backup"},
		{"a file twice", remake(t, data, same, "log/checkpoint"), keys, "bad-backup"},
		{"a way out of the folder", remake(t, data, same, "../more"), keys, "bad-backup"},
		{"a place of its own", remake(t, data, same, "/tmp/more"), keys, "bad-backup"},
		{"cut off", data[:len(data)/2], keys, "bad-backup"},
		{"cut off between two files", data[:1024*((len(data)/1024)-20)], keys, "bad-backup"},
		{"no archive", []byte(strings.Repeat("no archive ", 200)), keys, "bad-backup"},
		{"nothing", nil, keys, "bad-backup"},
	} {
		parent := t.TempDir()
		_, err := Restore(t.Context(), bytes.NewReader(test.data), filepath.Join(parent, "restored"), c.intoSQLite(), Restoring{Keys: test.keys})
		if code(err) != test.code {
			t.Errorf("%s: %v, want %s", test.name, err, test.code)
		}
		if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
			t.Errorf("%s left %v, %v", test.name, left, err)
		}
	}
	if _, err := Restore(t.Context(), bytes.NewReader(data), dir, c.intoSQLite(), Restoring{Keys: keys}); code(err) != "exists" {
		t.Errorf("over a record: %v", err)
	}
}

// A backup that is older than what the public log or a cosigner has seen is not
// restored; the same one without anybody who knows is.
func TestAnOldBackupIsRefused(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	auditor := startCosigner(t, "cosigner.auditor.example/w1", c, s.Key())
	p := policyOf(t, 1, auditor)
	s = with(t, s, c, p)
	mustAppend(t, s, draft("a", c.now()))
	mustPublish(t, s)
	_, old, keys := makeBackup(t, dir, c)
	mustAppend(t, s, draft("b", c.now()))
	c.add(time.Minute)
	mustPublish(t, s)
	mustAppend(t, s, draft("c", c.now()))
	_, fresh, _ := makeBackup(t, dir, c)
	c.add(time.Minute)
	mustPublish(t, s) // what is published now is in the backup, and was not then

	config := c.intoSQLite()
	asking := config
	asking.Cosigners = p
	into := func() string { return filepath.Join(t.TempDir(), "restored") }
	if _, err := Restore(t.Context(), bytes.NewReader(old), into(), config, Restoring{Keys: keys, Public: s.files}); code(err) != "restored-backup" {
		t.Errorf("the public log shows more: %v", err)
	}
	if _, err := Restore(t.Context(), bytes.NewReader(old), into(), asking, Restoring{Keys: keys}); code(err) != "restored-backup" {
		t.Errorf("the cosigner has seen more: %v", err)
	}
	out, err := Restore(t.Context(), bytes.NewReader(fresh), into(), asking, Restoring{Keys: keys, Public: s.files})
	if err != nil || len(out.Asked) != 2 || len(out.Silent) != 0 {
		t.Errorf("the newest backup: %+v, %v", out, err)
	}
	if out, err = Restore(t.Context(), bytes.NewReader(fresh), into(), asking, Restoring{Keys: keys}); err != nil || len(out.Asked) != 1 {
		t.Errorf("the newest backup, by the cosigner alone: %+v, %v", out, err)
	}
	auditor.server.Close()
	out, err = Restore(t.Context(), bytes.NewReader(fresh), into(), asking, Restoring{Keys: keys})
	if err != nil || len(out.Asked) != 0 || len(out.Silent) != 1 {
		t.Errorf("a silent cosigner: %+v, %v", out, err)
	}
	if _, err := Restore(t.Context(), bytes.NewReader(old), into(), config, Restoring{Keys: keys}); err != nil {
		t.Errorf("nobody knows more: %v", err)
	}
}

// A damaged record is not backed up as if it were good.
func TestNoBackupOfADamagedRecord(t *testing.T) {
	onlySQLite(t, "the files of PostgreSQL are its own")
	c := newClock()
	s, dir := create(t, c)
	for i := range 60 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
	}
	mustPublish(t, s)
	if err := s.write(t.Context(), func(x *tx) error {
		return errors.Join(x.exec(`DROP TRIGGER log_stays`), x.exec(`UPDATE log SET leaf = (SELECT leaf FROM log WHERE idx = 3) WHERE idx = 5`))
	}); err != nil {
		t.Fatal(err)
	}
	temporary := t.TempDir()
	if _, err := BackUp(t.Context(), dir, c.config(), temporary, io.Discard); code(err) != "damaged" {
		t.Errorf("a backup of a record that was changed: %v", err)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	if err := os.Symlink("/elsewhere", filepath.Join(dir, "evidence")); err != nil {
		t.Fatal(err)
	}
	if _, err := BackUp(t.Context(), dir, c.config(), temporary, io.Discard); code(err) == "" {
		t.Errorf("a link in the folder: %v", err)
	}
}

func TestWhenBackupsWereMade(t *testing.T) {
	dir := t.TempDir()
	if b, err := LastBackups(dir); err != nil || !b.Data.IsZero() {
		t.Errorf("never: %+v, %v", b, err)
	}
	at := date(2026, 3, 3)
	for _, note := range []func(*Backups){func(b *Backups) { b.Data, b.Entries = at, 7 }, func(b *Backups) { b.Keys = at }} {
		if err := NoteBackup(t.Context(), dir, note); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := LastBackups(dir); err != nil || b != (Backups{at, 7, at}) {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestTheFoldIsTheTree(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	for i := range 40 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
		c.add(time.Minute)
		head := mustPublish(t, s)
		leaves, err := s.Leaves(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var sum fold
		for _, l := range leaves {
			sum.add(l.Hash())
		}
		if sum.root() != head.Root {
			t.Fatalf("%d leaves: %v, want %v", len(leaves), sum.root(), head.Root)
		}
	}
	var none fold
	if none.root() != (record.Head{}).Root && none.n != 0 {
		t.Error("no leaves")
	}
}
