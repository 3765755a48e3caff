package store

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comity/record"
	"comity/record/recordtest"
	"comity/seal"
)

const (
	cook  = "IL0160000"
	other = "IL0450000"
)

var testKinds = []record.Kind{
	{Name: "detainer", Commitments: 24, Release: record.Monthly, Series: "custody"},
	{Name: "act", Commitments: 8, Release: record.Monthly, Series: "custody"},
	{Name: "assistance", Commitments: 8, Release: record.AfterEnd, Series: "scene"},
	{Name: "complaint", Commitments: 8, Release: record.Totals, Series: "complaint"},
}

// A clock that tests move, and what else their records are opened with.
type clock struct {
	unix    atomic.Int64
	address string // of the database, empty for SQLite
	owner   string // the same, for the owner of the tables
}

func newClock() *clock {
	c := &clock{}
	c.unix.Store(time.Date(2026, 3, 3, 14, 5, 0, 0, time.UTC).Unix())
	return c
}

func (c *clock) now() time.Time      { return time.Unix(c.unix.Load(), 0).UTC() }
func (c *clock) add(d time.Duration) { c.unix.Add(int64(d / time.Second)) }
func (c *clock) set(t time.Time)     { c.unix.Store(t.Unix()) }
func (c *clock) config() Config {
	return Config{Database: c.address, Kinds: testKinds, Now: c.now, Log: slog.New(slog.DiscardHandler)}
}
func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, time.UTC) }

func create(t testing.TB, c *clock) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	owner, serve := newDatabase(t)
	c.address, c.owner = owner, owner
	s, err := Create(context.Background(), dir, Identity{Origin: "record.example/log", Agency: cook, Sample: true}, c.config())
	if err != nil {
		t.Fatal(err)
	}
	if c.address = serve; serve != "" {
		return reopen(t, s, c), dir
	}
	t.Cleanup(func() { s.Close() })
	return s, dir
}

func reopen(t testing.TB, s *Store, c *clock) *Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(context.Background(), s.dir, c.config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func draft(id string, at time.Time) record.Draft {
	return record.Draft{
		ID: id, Agency: cook, Kind: "detainer", At: at, Law: "sha256:" + strings.Repeat("0a", 32),
		Fields: []record.Field{
			{Name: "document.detainer", Value: "i-247a"}, {Name: "answer", Value: "prohibited"},
			{Name: "person.name", Value: "Canary Ruiz " + id, Personal: true}, {Name: "person.booking", Value: "B-" + id, Personal: true},
		},
	}
}

func mustAppend(t testing.TB, s *Store, d record.Draft) record.Appended {
	t.Helper()
	a, err := s.Append(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func mustPublish(t testing.TB, s *Store) record.Head {
	t.Helper()
	h, err := s.Publish(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestConformance(t *testing.T) {
	c := newClock()
	recordtest.TestStorage(t,
		func(t *testing.T) record.Storage {
			s := emptyStore(t, c)
			return s
		},
		func(t *testing.T, s record.Storage) record.Storage { return reopen(t, s.(*Store), c) })
}

// emptyStore is a store without its first entry and checkpoint, and whose
// checkpoints nobody reads, for the conformance test.
func emptyStore(t *testing.T, c *clock) *Store {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	secret, err := record.NewSigner("record.example/log")
	if err != nil {
		t.Fatal(err)
	}
	root, err := seal.NewRoot()
	if err != nil {
		t.Fatal(err)
	}
	owner, serve := newDatabase(t)
	data, err := Config{Database: owner}.database(dir)
	if err != nil {
		t.Fatal(err)
	}
	c.address = serve
	if err := fill(t.Context(), data, dir, filepath.Join(dir, "keys"), Identity{Origin: "record.example/log", Agency: cook}, secret, root.Secret()); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), dir, c.config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestAppendReadReceipt(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	at := c.now().Add(-20 * time.Minute).In(time.FixedZone("CST", -6*3600))
	d := draft("request-1", at)
	first := mustAppend(t, s, d)
	if first.Index != 1 || first.Again || first.ULID == "" {
		t.Fatalf("Append = %+v", first)
	}
	if again := mustAppend(t, s, d); !again.Again || string(again.Receipt) != string(first.Receipt) || again.Index != 1 {
		t.Errorf("again = %+v", again)
	}
	d.Fields[1].Value = "permitted"
	if _, err := s.Append(t.Context(), d); code(err) != "conflict-id" {
		t.Errorf("other content: %v", err)
	}
	mustAppend(t, s, record.Draft{ID: "act-1", Agency: cook, Kind: "act", Ref: "request-1", At: c.now(), Ended: c.now(), Fields: []record.Field{{Name: "done", Value: "declined"}}})

	for range 2 {
		e, err := s.Entry(t.Context(), "request-1")
		if err != nil {
			t.Fatal(err)
		}
		if e.Index != 1 || e.ULID != first.ULID || e.Kind != "detainer" || !e.At.Equal(at) || e.At.Format("15:04 -07:00") != at.Format("15:04 -07:00") ||
			!e.Stored.Equal(c.now()) || e.Published || e.Erased || e.Late() != 0 || len(e.Fields) != 4 {
			t.Errorf("Entry = %+v", e)
		}
		if f := e.Fields[2]; f.Name != "person.name" || f.Value != "Canary Ruiz request-1" || !f.Personal {
			t.Errorf("field = %+v", f)
		}
		back, err := s.Follow(t.Context(), "request-1")
		if err != nil || len(back) != 1 || back[0].ID != "act-1" || !back[0].Ended.Equal(c.now()) {
			t.Errorf("Follow = %+v, %v", back, err)
		}
		list, err := s.Entries(t.Context(), cook, 0, 10)
		if err != nil || len(list) != 2 || list[0].ID != "request-1" {
			t.Errorf("Entries = %d, %v", len(list), err)
		}
		if none, err := s.Entries(t.Context(), other, -1, 10); err != nil || len(none) != 0 {
			t.Errorf("another agency sees %d entries, %v", len(none), err)
		}
		s = reopen(t, s, c)
	}
}

func TestReceiptIsCompletedAfterTheBeat(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	a := mustAppend(t, s, draft("request-1", c.now()))
	before, err := s.Receipt(t.Context(), "request-1")
	if err != nil || string(before) != string(a.Receipt) {
		t.Errorf("before the beat it is the promise: %v", err)
	}
	c.add(time.Minute)
	mustPublish(t, s)
	after, err := s.Receipt(t.Context(), "request-1")
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Key().Receipt(after)
	if err != nil || !p.Receipt.Complete() || *p.Receipt.Index != 1 {
		t.Errorf("after the beat: %+v, %v", p, err)
	}
	if len(after) >= 2000 {
		t.Errorf("the receipt has %d bytes", len(after))
	}
	shown, err := s.Disclose(t.Context(), "request-1", "answer")
	if err != nil {
		t.Fatal(err)
	}
	p, err = s.Key().Receipt(shown)
	if err != nil || len(p.Fields) != 1 || p.Fields[0] != (record.Field{Name: "answer", Value: "prohibited"}) || strings.Contains(string(shown), "person") {
		t.Errorf("disclosed: %+v, %v", p.Fields, err)
	}
	if _, err := s.Disclose(t.Context(), "request-1", "nothing"); code(err) != "no-field" {
		t.Errorf("a field that is not there: %v", err)
	}
	if _, err := s.Receipt(t.Context(), "request-9"); code(err) != "not-found" {
		t.Errorf("an entry that is not there: %v", err)
	}
}

// seal and record may not import each other; this holds their forms together.
func TestRecordReadsWhatSealWrites(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	d := draft("x", c.now())
	d.Fields[0].Value = "línea <1>\n\"dos\" \u2028"
	mustAppend(t, s, d)
	shown, err := s.Disclose(t.Context(), "x", "document.detainer")
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Key().Receipt(shown)
	if err != nil || p.Fields[0].Value != d.Fields[0].Value {
		t.Errorf("%+v, %v", p.Fields, err)
	}
}

func TestCreate(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	if id := s.Identity(); id.Origin != "record.example/log" || id.Agency != cook || !id.Sample {
		t.Errorf("Identity = %+v", id)
	}
	e, err := s.Entry(t.Context(), fmt.Sprintf("schema-%d", len(allMigrations(t))))
	if err != nil || e.Kind != "schema" || e.Index != 0 || !e.Published {
		t.Errorf("the first entry is the schema: %+v, %v", e, err)
	}
	for _, name := range []string{"log.key", "seal.key"} {
		if mode := fileMode(t, filepath.Join(dir, "keys", name)); mode != 0o600 {
			t.Errorf("%s has mode %o", name, mode)
		}
	}
	if mode := fileMode(t, filepath.Join(dir, "keys")); mode != 0o700 {
		t.Errorf("keys has mode %o", mode)
	}
	if _, err := Create(t.Context(), dir, Identity{Origin: "a/b", Agency: cook}, c.config()); code(err) != "exists" {
		t.Errorf("create over a record: %v", err)
	}
	for name, id := range map[string]Identity{"bad-origin": {Origin: "two words", Agency: cook}, "bad-agency": {Origin: "a/b", Agency: "Cook County"}} {
		if _, err := Create(t.Context(), filepath.Join(t.TempDir(), "x"), id, c.config()); code(err) != name {
			t.Errorf("%+v: %v", id, err)
		}
	}
	if _, err := Open(t.Context(), t.TempDir(), newClock().config()); code(err) != "no-record" {
		t.Errorf("open of an empty folder: %v", err)
	}
}

func TestUnknownRef(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	mustAppend(t, s, draft("a", c.now()))
	for name, d := range map[string]record.Draft{
		"nowhere":          {ID: "b", Agency: cook, Kind: "act", Ref: "zzz", At: c.now()},
		"another agency's": {ID: "b", Agency: other, Kind: "act", Ref: "a", At: c.now()},
	} {
		if _, err := s.Append(t.Context(), d); code(err) != "unknown-ref" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n, err := s.Size(t.Context()); err != nil || n != 2 {
		t.Errorf("size %d, %v", n, err)
	}
}

// Entries that wait at the same time are written together: one that the
// database refuses leaves the others alone, one may point back to another, and
// an id that comes twice is written once.
func TestEntriesWrittenTogether(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	first := mustAppend(t, s, draft("first", c.now()))
	hold, held := make(chan struct{}), make(chan struct{})
	go s.write(context.Background(), func(*tx) error { close(held); <-hold; return nil })
	<-held // now the writer is busy and what comes is queued

	prepare := func(d record.Draft) record.Prepared {
		p, err := s.log.Prepare(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	poison := prepare(draft("poison", c.now()))
	poison.ULID = first.ULID // as no program of ours would draw it
	act := record.Draft{ID: "act", Agency: cook, Kind: "act", Ref: "a", At: c.now()}
	queue := []record.Prepared{prepare(draft("a", c.now())), poison, prepare(act), prepare(draft("b", c.now())), prepare(draft("b", c.now()))}
	got := make([]record.Committed, len(queue))
	errs := make([]error, len(queue))
	var wg sync.WaitGroup
	for i, p := range queue {
		wg.Go(func() { got[i], errs[i] = s.Commit(context.Background(), p) })
		for len(s.writer.queue) <= i { // in this order
			time.Sleep(time.Millisecond)
		}
	}
	close(hold)
	wg.Wait()
	for i, want := range []int64{2, 0, 3, 4, 4} {
		if i == 1 {
			if errs[i] == nil {
				t.Errorf("two entries have one permanent id: %+v", got[i])
			}
			continue
		}
		if errs[i] != nil || got[i].Index != want || got[i].Again != (i == 4) {
			t.Errorf("%s: %+v, %v", queue[i].ID, got[i], errs[i])
		}
	}
	if back, err := s.Follow(t.Context(), "a"); err != nil || len(back) != 1 || back[0].ID != "act" {
		t.Errorf("Follow = %+v, %v", back, err)
	}
	mustPublish(t, s)
	if _, err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTheDatabaseRefusesChanges(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	mustAppend(t, s, draft("a", c.now()))
	for _, query := range []string{
		`UPDATE entry SET agency = 'x'`, `DELETE FROM entry`, `UPDATE header SET body = x''`, `DELETE FROM header`,
		`UPDATE sealed SET text = x''`, `DELETE FROM sealed`, `UPDATE log SET leaf = x''`, `DELETE FROM log`,
		`INSERT INTO log (idx, n, agency, leaf) VALUES (9, 9, 'x', x'')`,
		`UPDATE head SET size = 0`, `DELETE FROM head`, `UPDATE meta SET value = 'x'`, `DELETE FROM meta`,
		`INSERT OR REPLACE INTO entry SELECT * FROM entry`,
	} {
		if err := s.write(t.Context(), func(t *tx) error { return t.exec(query) }); err == nil {
			t.Errorf("%s was allowed", query)
		}
	}
	if _, err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	for i := range 3 {
		mustAppend(t, s, draft(fmt.Sprintf("b%d", i), c.now()))
	}
}
