package record_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"comity"
	"comity/record"
	"comity/record/recordtest"
)

const origin = "record.example/log"

var testKinds = []record.Kind{
	{Name: "detainer", Commitments: 12, Release: record.Monthly, Series: "custody"},
	{Name: "assistance", Commitments: 6, Release: record.AfterEnd, Series: "scene"},
}

// A world is a log in memory with a clock that the test moves.
type world struct {
	*record.Log
	memory *recordtest.Memory
	key    record.Key
	now    time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	secret, err := record.NewSigner(origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := record.ParseSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{memory: recordtest.NewMemory(), key: signer.Key(), now: time.Date(2026, 3, 3, 14, 5, 0, 0, time.UTC)}
	w.Log = w.restart(signer)
	return w
}

// restart returns a log as after a restart: nothing is remembered but what
// was written.
func (w *world) restart(signer *record.Signer) *record.Log {
	ulids := 0
	return &record.Log{
		Storage: w.memory, Files: w.memory, Sealer: recordtest.PlainSealer{}, Signer: signer,
		Kinds: testKinds, Beat: time.Minute,
		Now:  func() time.Time { return w.now },
		ULID: func(time.Time) string { ulids++; return fmt.Sprintf("%026d", ulids) },
		Same: func(b []byte) []byte {
			h := hmac.New(sha256.New, []byte("key"))
			h.Write(b)
			return h.Sum(nil)
		},
	}
}

func (w *world) draft(id string) record.Draft {
	return record.Draft{
		ID: id, Agency: "IL0160000", Kind: "detainer", At: w.now.Add(-10 * time.Minute),
		Law:    "sha256:" + strings.Repeat("ab", 32),
		Fields: []record.Field{{Name: "form", Value: "i-247a"}, {Name: "signed", Value: "true"}, {Name: "person.name", Value: "Ana Ruiz", Personal: true}},
	}
}

func (w *world) append(t testing.TB, n int) {
	t.Helper()
	have := len(w.memory.Entries())
	for i := range n {
		if _, err := w.Append(context.Background(), w.draft(fmt.Sprintf("e%d", have+i))); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) publish(t testing.TB) record.Head {
	t.Helper()
	head, err := w.Publish(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// receipt returns the completed receipt of entry i.
func (w *world) receipt(t testing.TB, i int) record.Receipt {
	t.Helper()
	r, err := record.ParseReceipt(w.memory.Entries()[i].Receipt)
	if err != nil {
		t.Fatal(err)
	}
	head, err := w.memory.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	full, err := r.Prove(context.Background(), w.memory, head, int64(i))
	if err != nil {
		t.Fatal(err)
	}
	return full
}

func code(err error) string {
	var p *comity.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return fmt.Sprint(err)
}

func TestAppendPublishVerify(t *testing.T) {
	w := newWorld(t)
	w.publish(t) // the empty log has a checkpoint too
	first, err := w.Append(t.Context(), w.draft("request-1"))
	if err != nil || first.Index != 0 || first.Again {
		t.Fatalf("Append = %+v, %v", first, err)
	}
	promise, err := w.key.Receipt(first.Receipt)
	if err != nil || promise.Receipt.Complete() || promise.Late != 0 {
		t.Fatalf("the promise: %+v, %v", promise, err)
	}
	if want := w.now.Add(70 * time.Second); !first.PublishedBy.Equal(want) || promise.Receipt.PublishedBy != want.Format(time.RFC3339) {
		t.Errorf("promised by %v and %s, want %v", first.PublishedBy, promise.Receipt.PublishedBy, want)
	}
	again, err := w.Append(t.Context(), w.draft("request-1"))
	if err != nil || !again.Again || string(again.Receipt) != string(first.Receipt) {
		t.Errorf("sent again: %+v, %v", again, err)
	}
	other := w.draft("request-1")
	other.Fields[0].Value = "i-247d"
	if _, err := w.Append(t.Context(), other); code(err) != "conflict-id" {
		t.Errorf("sent with other content: %v", err)
	}

	w.append(t, 600)
	w.now = w.now.Add(time.Minute)
	w.publish(t)
	report, err := record.Verify(t.Context(), w.key, w.memory)
	if err != nil || report.Checkpoint.Size != 601 || !report.Checkpoint.At.Equal(w.now) {
		t.Fatalf("Verify = %+v, %v", report, err)
	}
	full, err := w.key.Receipt(ptr(w.receipt(t, 0)).Marshal())
	if err != nil || !full.Receipt.Complete() {
		t.Fatalf("the receipt: %v", err)
	}
	for _, s := range append(report.Sentences(), full.Sentences()...) {
		t.Log(s)
	}
}

func ptr[T any](v T) *T { return &v }

func TestDraftsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		change func(*record.Draft)
		code   string
	}{
		"no id":              {func(d *record.Draft) { d.ID = "" }, "bad-id"},
		"a path as id":       {func(d *record.Draft) { d.ID = "../e" }, "bad-id"},
		"unknown kind":       {func(d *record.Draft) { d.Kind = "parade" }, "unknown-kind"},
		"no agency":          {func(d *record.Draft) { d.Agency = "" }, "bad-agency"},
		"itself":             {func(d *record.Draft) { d.Ref = d.ID }, "bad-ref"},
		"the year 20026":     {func(d *record.Draft) { d.At = d.At.AddDate(18000, 0, 0) }, "bad-time"},
		"no time":            {func(d *record.Draft) { d.At = time.Time{} }, "bad-time"},
		"an end to come":     {func(d *record.Draft) { d.Ended = w.now.Add(time.Hour) }, "bad-time"},
		"a law of one's own": {func(d *record.Draft) { d.Law = "latest" }, "bad-law"},
		"twice the same":     {func(d *record.Draft) { d.Fields[1].Name = d.Fields[0].Name }, "bad-field"},
		"our own name":       {func(d *record.Draft) { d.Fields[0].Name = "entry.at" }, "bad-field"},
		"not text":           {func(d *record.Draft) { d.Fields[0].Value = "\xff" }, "bad-field"},
		"birth date (H1)":    {func(d *record.Draft) { d.Fields[0].Name = "person.Date_of_birth" }, "never-stored"},
		"too many": {func(d *record.Draft) {
			for i := range 20 {
				d.Fields = append(d.Fields, record.Field{Name: fmt.Sprintf("f%d", i)})
			}
		}, "too-many-fields"},
	} {
		t.Run(name, func(t *testing.T) {
			d := w.draft("x")
			c.change(&d)
			if _, err := w.Append(t.Context(), d); code(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
	if n := len(w.memory.Entries()); n != 0 {
		t.Errorf("%d refused drafts were stored", n)
	}
}

func TestEveryEntryOfAKindHasAsManyCommitments(t *testing.T) {
	w := newWorld(t)
	bare := w.draft("bare")
	bare.Fields = nil
	full := w.draft("full")
	for i := range 9 {
		full.Fields = append(full.Fields, record.Field{Name: fmt.Sprintf("f%d", i)})
	}
	for _, d := range []record.Draft{bare, full, w.draft("usual")} {
		if _, err := w.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for _, e := range w.memory.Entries() {
		if n := len(e.Header.Header.Commitments); n != 16 {
			t.Errorf("%s has %d commitments", e.ID, n)
		}
		for _, c := range e.Header.Header.Commitments {
			if seen[c] {
				t.Error("a commitment repeats: its salt was not fresh")
			}
			seen[c] = true
		}
	}
}

// An entry written an hour after the event is flagged by whoever checks its
// receipt (R2), if the hour is shown; without it, once the month is over.
func TestLateEntriesAreFlagged(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		ago    time.Duration
		shown  bool
		wanted bool
	}{
		{10 * time.Minute, true, false},
		{time.Hour, true, true},
		{time.Hour, false, false},
		{5 * 24 * time.Hour, false, true}, // 26 February, written on 3 March
	} {
		d := w.draft(fmt.Sprintf("late-%v-%v", c.ago, c.shown))
		d.At = w.now.Add(-c.ago).In(time.FixedZone("CST", -6*3600))
		if _, err := w.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		e := w.memory.Entries()[len(w.memory.Entries())-1]
		r, err := record.ParseReceipt(e.Receipt)
		if err != nil {
			t.Fatal(err)
		}
		if c.shown {
			if r, err = r.Show(e.Header.Header, disclosuresOf(t, e, "entry.at")); err != nil {
				t.Fatal(err)
			}
		}
		p, err := w.key.Receipt(r.Marshal())
		if err != nil || (p.Late > 0) != c.wanted {
			t.Errorf("%v ago, hour shown %v: late %v, %v", c.ago, c.shown, p.Late, err)
		}
		if said := strings.Contains(strings.Join(p.Sentences(), " "), "written late"); said != c.wanted {
			t.Errorf("%v ago, hour shown %v: sentence says late: %v", c.ago, c.shown, said)
		}
	}
}

// The failure matrix: every write of a beat fails once, with and without
// having happened; after each, a restart must lead to a log that is whole and
// goes on from what was public.
func TestPublishSurvivesEveryFailure(t *testing.T) {
	for _, persists := range []bool{false, true} {
		for step := 0; ; step++ {
			w := newWorld(t)
			w.append(t, 250)
			before := w.publish(t)
			w.append(t, 300)
			n := 0
			w.memory.Fail = func(string) (bool, bool) { n++; return n == step+1, persists }
			_, err := w.Publish(t.Context())
			w.memory.Fail = nil
			if err == nil {
				if step < 6 {
					t.Fatalf("only %d writes in a beat: the matrix tests nothing", step)
				}
				break
			}
			if !errors.Is(err, recordtest.ErrBroken) {
				t.Fatalf("write %d: %v", step, err)
			}
			// What readers see between crash and restart is never wrong.
			if _, err := record.Verify(t.Context(), w.key, w.memory); err != nil {
				t.Errorf("write %d, persists %v: the public log is broken after the crash: %v", step, persists, err)
			}
			w.Log = w.restart(w.Signer)
			if err := w.Open(t.Context()); err != nil {
				t.Fatalf("write %d, persists %v: open: %v", step, persists, err)
			}
			after := w.publish(t)
			report, err := record.Verify(t.Context(), w.key, w.memory)
			if err != nil || report.Checkpoint.Size != 550 {
				t.Errorf("write %d, persists %v: %+v, %v", step, persists, report, err)
			}
			if _, err := record.Consistent(t.Context(), w.key, w.memory, before.Checkpoint, after.Checkpoint); err != nil {
				t.Errorf("write %d, persists %v: %v", step, persists, err)
			}
		}
	}
}

func TestOpenRefusesARestoredBackup(t *testing.T) {
	w := newWorld(t)
	w.append(t, 5)
	w.publish(t)
	old := recordtest.NewMemory() // the backup: what the database held then
	for _, e := range w.memory.Entries() {
		if _, err := old.Commit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	head, err := w.memory.Head(t.Context())
	if err != nil || old.SetHead(t.Context(), record.Head{}, head) != nil {
		t.Fatal(err)
	}
	w.append(t, 3)
	w.publish(t)

	back := w.restart(w.Signer)
	back.Storage = old
	if err := back.Open(t.Context()); code(err) != "restored-backup" {
		t.Errorf("the backup was shorter than the public log: %v", err)
	}
	for i := range 9 { // it grows, with other entries
		if _, err := old.Commit(t.Context(), recordtest.Prepare(fmt.Sprintf("other-%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	back = w.restart(w.Signer)
	back.Storage, back.Files = old, recordtest.NewMemory()
	if _, err := back.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	back.Files = w.memory
	if err := back.Open(t.Context()); code(err) != "restored-backup" {
		t.Errorf("the backup grew another history: %v", err)
	}
}

// Any sequence of appends and beats, deleted and rebuilt, gives the same files.
func TestRebuiltIsLive(t *testing.T) {
	w := newWorld(t)
	for i, n := range []int{0, 1, 254, 1, 1, 255, 700, 0, 513} {
		w.append(t, n)
		w.now = w.now.Add(time.Minute)
		w.publish(t)
		live := w.memory.Paths()
		if n == 0 && i > 0 {
			continue
		}
		files := recordtest.NewMemory()
		rebuilt := w.restart(w.Signer)
		rebuilt.Files = files
		if err := rebuilt.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, path := range files.Paths() {
			a, errA := files.ReadFile(t.Context(), path)
			b, errB := w.memory.ReadFile(t.Context(), path)
			if errA != nil || errB != nil || string(a) != string(b) {
				t.Errorf("after %d appends %s differs: %v, %v", n, path, errA, errB)
			}
		}
		if len(live) < len(files.Paths()) {
			t.Errorf("after %d appends the live log has %d files, the rebuilt one %d", n, len(live), len(files.Paths()))
		}
		if _, err := record.Verify(t.Context(), w.key, files); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckpointIsAPlainNote(t *testing.T) {
	w := newWorld(t)
	w.append(t, 3)
	head := w.publish(t)
	verifier, err := note.NewVerifier(w.key.String())
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(head.Checkpoint, note.VerifierList(verifier))
	if err != nil || len(n.Sigs) != 1 || strings.Count(n.Text, "\n") != 3 || !strings.HasPrefix(n.Text, origin+"\n3\n") {
		t.Errorf("x/mod reads %+v, %v", n, err)
	}
}

func TestCheckKinds(t *testing.T) {
	if err := record.CheckKinds(append(record.OwnKinds(), testKinds...)); err != nil {
		t.Error(err)
	}
	for _, bad := range [][]record.Kind{
		{{Name: "Bad", Commitments: 1}}, {{Name: "a"}}, {{Name: "a", Commitments: 1}, {Name: "a", Commitments: 1}},
		{{Name: "a", Commitments: 1, Release: 9}},
	} {
		if record.CheckKinds(bad) == nil {
			t.Errorf("took %+v", bad)
		}
	}
}
