package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/record"
)

// wrongs lists what an examination finds wrong, by what it is about.
func wrongs(t *testing.T, dir string, c *clock) map[string]string {
	t.Helper()
	list, err := Examine(t.Context(), dir, c.config())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, r := range list {
		if r.Grade == Wrong {
			out[r.About] += r.Says + "\n"
			if r.Do == "" {
				t.Errorf("%s: it does not say what to do: %s", r.About, r.Says)
			}
		}
	}
	return out
}

// A record is examined while it is written to; then it is damaged in every way
// that a disk, a clock or a hand can, one at a time, and each is found.
func TestExamine(t *testing.T) {
	onlySQLite(t, "the files of PostgreSQL are its own")
	c := newClock()
	s, dir := create(t, c)
	for i := range 300 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
	}
	if _, err := s.Erase(t.Context(), "e9", order); err != nil {
		t.Fatal(err)
	}
	mustPublish(t, s)
	if found := wrongs(t, dir, c); len(found) > 0 {
		t.Fatalf("a sound record that is open: %v", found)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sql := func(statements ...string) func(string) error {
		return func(dir string) error {
			s, err := Open(t.Context(), dir, c.config())
			if err != nil {
				return err
			}
			defer s.Close()
			return s.write(t.Context(), func(x *tx) error {
				for _, statement := range statements {
					if err := x.exec(statement); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	flip := func(name string) func(string) error {
		return func(dir string) error {
			path := filepath.Join(dir, name)
			data, err := os.ReadFile(path)
			if err == nil {
				data[len(data)/2] ^= 1
				err = os.WriteFile(path, data, 0o600)
			}
			return err
		}
	}
	later := func(d time.Duration) func(string) error {
		return func(string) error { c.add(d); return nil }
	}
	for _, test := range []struct {
		name, about, says string
		do                func(dir string) error
	}{
		{"a key that others may read", "keys", "others may use", func(dir string) error { return os.Chmod(filepath.Join(dir, "keys", "seal.key"), 0o644) }},
		{"a key that is gone", "record", "a key of this record is missing", func(dir string) error { return os.Remove(filepath.Join(dir, "keys", "log.key")) }},
		{"another seal key", "entries", "do not open under the keys at hand", func(dir string) error {
			other, _ := create(t, newClock())
			text, err := os.ReadFile(filepath.Join(other.dir, "keys", "seal.key"))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, "keys", "seal.key"), text, 0o600)
			}
			return err
		}},
		{"a page of zeroes", "database", "", func(dir string) error {
			f, err := os.OpenFile(filepath.Join(dir, databaseFile), os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			info, err := f.Stat()
			if err == nil {
				_, err = f.WriteAt(make([]byte, 4096), info.Size()/2/4096*4096)
			}
			return err
		}},
		{"a leaf exchanged", "entries", "leaves that differ from their entry", sql(`DROP TRIGGER log_stays`, `UPDATE log SET leaf = (SELECT leaf FROM log WHERE idx = 3) WHERE idx = 5`)},
		{"a header exchanged", "entries", "1 headers that do not hash to their leaf (the first is entry number 5)", sql(`DROP TRIGGER header_stays`, `UPDATE header SET body = (SELECT body FROM header JOIN log USING (n) WHERE idx = 3) WHERE n = (SELECT n FROM log WHERE idx = 5)`)},
		{"a header gone", "entries", "1 entries without a header", sql(`DROP TRIGGER header_remains`, `DELETE FROM header WHERE n = (SELECT n FROM log WHERE idx = 5)`)},
		{"content gone", "entries", "1 entries without content", sql(`DROP TRIGGER sealed_remains`, `DELETE FROM sealed WHERE n = (SELECT n FROM log WHERE idx = 5)`)},
		{"content exchanged", "entries", "2 sealed parts that do not open", sql(`DROP TRIGGER sealed_stays`, `UPDATE sealed SET text = randomblob(200) WHERE n = (SELECT n FROM log WHERE idx = 5)`)},
		{"a term left of what was erased", "entries", "1 terms of entries that were erased", sql(`INSERT INTO term (agency, term, n) SELECT agency, randomblob(32), n FROM entry WHERE id = 'e9'`)},
		{"sealed parts left of what was erased", "entries", "2 sealed parts of entries that were erased", sql(`INSERT INTO erasure (n, by, at) SELECT n, 'x', 0 FROM log WHERE idx = 5`)},
		{"a header left that was withdrawn", "entries", "1 headers that were withdrawn", sql(`INSERT INTO withdrawal (n, note) SELECT n, x'00' FROM entry WHERE id = 'e9'`)},
		{"evidence that an order destroys", "evidence", "1 objects that an order destroys", sql(`INSERT INTO evidence_due (digest) VALUES (randomblob(32))`)},
		{"a gap", "entries", "1 gaps in the log", sql(`DROP TRIGGER log_remains`, `DELETE FROM log WHERE idx = 5`)},
		{"a full tile changed", "log", "", flip("log/tile/0/000")},
		{"a bundle changed", "log", "", flip("log/tile/entries/000")},
		{"a checkpoint changed", "log", "", flip("log/checkpoint")},
		{"a head without its leaves", "entries", "do not add up", sql(`UPDATE head SET root = randomblob(32)`)},
		{"a ledger that lacks an erasure", "erasures", "the ledger 0", func(dir string) error { return os.WriteFile(filepath.Join(dir, "erasures"), nil, 0o600) }},
		{"a ledger that was changed", "erasures", "", flip("erasures")},
		{"the clock put back", "clock", "ahead of this clock", later(-time.Hour)},
		{"never backed up", "backup", "there is no backup", later(30 * time.Hour)},
		{"a promise broken", "promises", "1 entries are not public", func(dir string) error {
			s, err := Open(t.Context(), dir, c.config())
			if err != nil {
				return err
			}
			defer s.Close()
			_, err = s.Append(t.Context(), draft("kept-back", c.now()))
			c.add(time.Hour)
			return err
		}},
	} {
		began := c.now()
		damaged := filepath.Join(t.TempDir(), "damaged")
		if err := os.CopyFS(damaged, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if err := test.do(damaged); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		found := wrongs(t, damaged, c)
		if says, ok := found[test.about]; !ok || !strings.Contains(says, test.says) {
			t.Errorf("%s: found %v", test.name, found)
		}
		c.set(began)
	}
}

// A tile that was changed on the disk is found and made anew, the same.
func TestADamagedLogIsRepaired(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	for i := range 600 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
	}
	mustPublish(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before := listing(t, filepath.Join(dir, "log"))
	for _, name := range []string{"tile/0/000", "tile/0/001", "tile/entries/000", "tile/1/000.p/2", "checkpoint"} {
		path := filepath.Join(dir, "log", filepath.FromSlash(name))
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/3] ^= 4
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := record.Verify(t.Context(), s.Key(), s.files); err == nil {
			t.Errorf("%s was changed and the log verifies", name)
		}
		if err := Repair(t.Context(), dir, c.config()); err != nil {
			t.Fatal(err)
		}
		if after := listing(t, filepath.Join(dir, "log")); after != before {
			t.Errorf("%s: the log that was made anew is another", name)
		}
	}
	t.Log("counted: fault=tile tiles=5 detected=5 rebuilt=5")
}

// Nothing that is examined changes.
func TestExamineChangesNothing(t *testing.T) {
	onlySQLite(t, "the folder holds no database")
	c := newClock()
	s, dir := create(t, c)
	mustAppend(t, s, draft("a", c.now()))
	mustPublish(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before := listing(t, dir)
	if found := wrongs(t, dir, c); len(found) > 0 {
		t.Errorf("a sound record: %v", found)
	}
	for _, beside := range []string{"record.db-wal", "record.db-shm"} { // SQLite's own, empty
		os.Remove(filepath.Join(dir, beside))
	}
	if after := listing(t, dir); after != before {
		t.Errorf("the folder changed:\n%q\n%q", before, after)
	}
	if _, err := Examine(t.Context(), t.TempDir(), c.config()); code(err) != "no-record" {
		t.Errorf("an empty folder: %v", err)
	}
}

// Pages of the database torn as a power cut tears them: the first half is new,
// the second is not. The doctor finds each.
func TestTornPagesAreFound(t *testing.T) {
	onlySQLite(t, "the files of PostgreSQL are its own")
	c := newClock()
	s, dir := create(t, c)
	for i := range 400 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
	}
	mustPublish(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	pages, torn, found := len(whole)/page, 0, 0
	for n := 0; n < pages; n += 1 + pages/40 {
		data := slices.Clone(whole)
		other := (n + pages/2) % pages
		copy(data[n*page+page/2:(n+1)*page], whole[other*page+page/2:(other+1)*page])
		empty := (whole[n*page] == 0x0a || whole[n*page] == 0x0d) && whole[n*page+3] == 0 && whole[n*page+4] == 0
		if bytes.Equal(data, whole) || empty { // of a table without rows: what is torn there is unused
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, databaseFile), data, 0o600); err != nil {
			t.Fatal(err)
		}
		torn++
		if len(wrongs(t, dir, c)) > 0 {
			found++
			continue
		}
		t.Errorf("page %d of %d was torn and nothing is wrong", n, pages)
	}
	if !t.Failed() {
		t.Logf("counted: fault=torn-page pages=%d detected=%d", torn, found)
	}
}

// Evidence outside the folder is read through where it is named, and said not
// to be checked where it is not.
func TestExamineEvidenceElsewhere(t *testing.T) {
	c := newClock()
	_, dir := create(t, c)
	place := filepath.Join(t.TempDir(), "evidence")
	e, err := OpenEvidence(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	o, err := e.Put(t.Context(), strings.NewReader("a scan"), Digest{})
	if err != nil {
		t.Fatal(err)
	}
	says := func(place string) (out string) {
		t.Helper()
		config := c.config()
		config.EvidencePlace = place
		list, err := Examine(t.Context(), dir, config)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			if r.About == "evidence" {
				out += r.Grade + ": " + r.Says + "; "
			}
		}
		return out
	}
	if got := says(""); got != "note: none lies in the folder; none elsewhere was checked; " {
		t.Errorf("unnamed: %s", got)
	}
	if got := says(place); got != "ok: 1 objects, all as they were put; note: it lies outside the folder, at "+place+"; " {
		t.Errorf("named: %s", got)
	}
	path := filepath.Join(place, o.Digest.String()[:2], o.Digest.String())
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("a scam"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := says(place); !strings.HasPrefix(got, "wrong: the object "+o.Digest.String()+" is damaged") {
		t.Errorf("damaged: %s", got)
	}
	if got := says(place + "-gone"); !strings.HasPrefix(got, "wrong: ") {
		t.Errorf("gone: %s", got)
	}
}
