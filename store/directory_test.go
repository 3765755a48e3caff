package store

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"comity/record"
)

// A watchedLog is a record of another agency, served at an address.
type watchedLog struct {
	*Store
	server *httptest.Server
	down   atomic.Bool
	shown  atomic.Pointer[Store] // in its place
}

func newWatchedLog(t *testing.T, c *clock, n int) *watchedLog {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "other")
	s, err := Create(t.Context(), dir, Identity{Origin: fmt.Sprintf("log-%d.example/log", n), Agency: fmt.Sprintf("IL0%d", n), Sample: true},
		Config{Kinds: testKinds, Now: c.now, Log: c.config().Log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	l := &watchedLog{Store: s}
	l.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := l.Store
		if other := l.shown.Load(); other != nil {
			from = other
		}
		data, err := from.LogFile(r.Context(), strings.TrimPrefix(r.URL.Path, "/log/"))
		if err != nil || l.down.Load() {
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		}
		w.Write(data)
	}))
	t.Cleanup(l.server.Close)
	return l
}

func (l *watchedLog) block() string {
	return fmt.Sprintf("log %s %s/log\nagency %s\n", l.Key(), l.server.URL, l.identity.Agency)
}

func (l *watchedLog) grow(t *testing.T, c *clock, ids ...string) {
	t.Helper()
	for _, id := range ids {
		mustAppend(t, l.Store, draft(id, c.now()))
	}
	mustPublish(t, l.Store)
}

// Six real logs over HTTP: good, late, silent, restored shorter, forked, not
// cosigned. One directory, its record, and what it knows after a restart.
func TestDirectoryOfManyLogs(t *testing.T) {
	c := newClock()
	own, _ := create(t, c)
	logs := make([]*watchedLog, 6)
	var list strings.Builder
	for i := range logs {
		logs[i] = newWatchedLog(t, c, i)
		logs[i].grow(t, c, "a", "b")
		list.WriteString(logs[i].block())
		if i == 5 {
			auditor := startCosigner(t, "cosigner.auditor.example/w1", c, logs[i].Key())
			list.WriteString("witness auditor " + auditor.policy[0].Key.String() + " " + auditor.server.URL + "\nquorum auditor\n")
		}
	}
	good, late, silent, short, forked := logs[0], logs[1], logs[2], logs[3], logs[4]
	old := filepath.Join(t.TempDir(), "old")
	backups := map[*watchedLog]string{short: old + "-short", forked: old + "-forked"}
	for l, to := range backups {
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(to, os.DirFS(l.dir)); err != nil {
			t.Fatal(err)
		}
		again, err := Open(t.Context(), l.dir, l.config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { again.Close() })
		l.Store = again
		l.grow(t, c, "c", "d", "e")
	}
	listed := must(record.ParseDirectory([]byte(list.String())))
	d := must(OpenDirectory(t.Context(), own, listed))
	expect := func(what string, wrote int, want map[*watchedLog]string) {
		t.Helper()
		round, err := d.Look(t.Context())
		if err != nil || round.Looked != len(logs) || round.Wrote != wrote {
			t.Errorf("%s: %+v, want %d entries; %v", what, round, wrote, err)
		}
		for _, w := range d.Logs() {
			var got []string
			for _, f := range w.Faults {
				got = append(got, string(f))
			}
			i := slices.IndexFunc(logs, func(l *watchedLog) bool { return l.Key().String() == w.Key })
			if expected := want[logs[i]]; strings.Join(got, ",") != expected {
				t.Errorf("%s: %s is %v, want %q (%s)", what, w.Origin, got, expected, w.Why)
			}
		}
	}
	expect("first", 6, map[*watchedLog]string{logs[5]: "uncosigned"})

	c.add(5 * time.Minute)
	silent.down.Store(true)
	for l, dir := range backups {
		config := l.config
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		back, err := Open(t.Context(), dir, config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { back.Close() })
		l.shown.Store(back)
		mustPublish(t, back)
		if l == forked {
			for i := range 300 {
				mustAppend(t, back, draft(fmt.Sprintf("x%d", i), c.now()))
			}
			mustPublish(t, back)
		}
	}
	good.grow(t, c, "c")
	mustPublish(t, logs[5].Store)
	expect("second", 5, map[*watchedLog]string{late: "late", silent: "unreachable", short: "shrunk", forked: "forked", logs[5]: "uncosigned"})
	expect("nothing new", 0, map[*watchedLog]string{late: "late", silent: "unreachable", short: "shrunk", forked: "forked", logs[5]: "uncosigned"})

	// Its own record says so, and anyone can check it.
	mustPublish(t, own)
	if r, err := own.Check(t.Context()); err != nil || r.Checkpoint.Size != 1+6+5 {
		t.Errorf("its own record: %+v, %v", r.Checkpoint, err)
	}
	for _, w := range d.Logs() {
		receipt := must(d.Receipt(t.Context(), w.Key))
		p, err := own.Key().Receipt(receipt)
		if err != nil || !p.Receipt.Complete() || !w.Says(p.Fields) {
			t.Errorf("%s: the receipt says %v, %v", w.Origin, p.Fields, err)
		}
		key := must(record.ParseKey(w.Key))
		for _, proof := range w.Proofs {
			if err := proof.Check(key, must(d.Note(t.Context(), proof.From)), must(d.Note(t.Context(), proof.To))); err != nil {
				t.Errorf("%s: %v", w.Origin, err)
			}
		}
	}

	// A restart forgets nothing, and who was struck off the list stays to be seen.
	own = reopen(t, own, c)
	d = must(OpenDirectory(t.Context(), own, listed[:4]))
	all := d.Logs()
	if len(all) != 6 || all[0].Struck || !all[4].Struck || !all[4].Has(record.Forked) || len(all[4].Proofs) != 1 || all[3].Size != 6 {
		t.Errorf("after a restart: %+v", all)
	}
	if _, err := d.Note(t.Context(), strings.Repeat("0", 64)); code(err) != "not-found" {
		t.Errorf("a note that nobody kept: %v", err)
	}
	if err := own.write(t.Context(), func(t *tx) error { return t.exec(`DELETE FROM watched_note`) }); err == nil {
		t.Error("a proof was deleted")
	}
}

// A log cannot send the directory elsewhere, flood it or hold it up.
func TestDirectoryAmongHostileLogs(t *testing.T) {
	c := newClock()
	own, _ := create(t, c)
	inner := atomic.Int32{}
	secret := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inner.Add(1) }))
	defer secret.Close()
	answers := map[string]http.HandlerFunc{
		"redirects": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, secret.URL, http.StatusFound) },
		"floods": func(w http.ResponseWriter, _ *http.Request) {
			for range 2000 {
				if _, err := w.Write(make([]byte, 1<<10)); err != nil {
					return
				}
			}
		},
		"says nothing": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	}
	var list strings.Builder
	i := 0
	for _, answer := range answers {
		server := httptest.NewServer(answer)
		defer server.Close()
		l := newWatchedLog(t, c, i)
		fmt.Fprintf(&list, "log %s %s/log\nagency X\n", l.Key(), server.URL)
		i++
	}
	good := newWatchedLog(t, c, 9)
	list.WriteString(good.block())
	d := must(OpenDirectory(t.Context(), own, must(record.ParseDirectory([]byte(list.String())))))
	d.client.Timeout = 300 * time.Millisecond
	if _, err := d.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, w := range d.Logs() {
		wrong := !w.Has(record.Unreachable)
		if w.Key == good.Key().String() {
			wrong = len(w.Faults) != 0
		}
		if wrong || strings.Contains(w.Why, "127.0.0.1") {
			t.Errorf("%s: %v %q", w.Origin, w.Faults, w.Why)
		}
	}
	if inner.Load() != 0 {
		t.Error("it followed a redirect")
	}
}
