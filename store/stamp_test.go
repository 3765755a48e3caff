package store

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/record"
	"comity/record/stamp"
	"comity/record/stamp/stamptest"
)

// startAuthority serves a time-stamp authority of its own root.
func startAuthority(t *testing.T, name string, c *clock) (*stamptest.Authority, string) {
	t.Helper()
	a, err := stamptest.New(name, c.now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
			http.Error(w, "not a query", http.StatusBadRequest)
			return
		}
		answer, err := a.Respond(body, c.now())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Write(answer)
	}))
	t.Cleanup(server.Close)
	return a, server.URL
}

func TestStamps(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	one, oneURL := startAuthority(t, "Authority One", c)
	two, twoURL := startAuthority(t, "Authority Two", c)
	urls := []string{oneURL, twoURL}
	both, err := stamp.Roots(append(one.Root, two.Root...))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		mustAppend(t, s, draft(id, c.now()))
		mustPublish(t, s)
		if err := s.Stamp(t.Context(), urls, time.Hour); err != nil {
			t.Fatal(err)
		}
		if err := s.Stamp(t.Context(), urls, time.Hour); err != nil { // too soon: not again
			t.Fatal(err)
		}
		c.add(time.Hour)
	}
	mustPublish(t, s)
	remote, err := Remote(strings.TrimSuffix(serve(t, s), "/"))
	if err != nil {
		t.Fatal(err)
	}
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now, err := s.Key().Checkpoint(head.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	list, err := stamp.Read(t.Context(), s.Key(), remote, now, both)
	if err != nil || len(list) != 4 || list[0].Checkpoint.Size != 2 || list[3].Checkpoint.Size != 3 || !list[3].At.Equal(c.now().Add(-time.Hour)) {
		t.Fatalf("%+v, %v", list, err)
	}
	said := strings.Join(stamp.Sentences(list), "\n")
	if want := "The time-stamp authority Authority One confirms that 3 entries stood in the log on 3 March 2026, 15:05 UTC, as they stand now, and 2 entries on 3 March 2026, 14:05 UTC."; !strings.Contains(said, want) {
		t.Errorf("says %s\nwant %s", said, want)
	}
	// Of one root only, and of none.
	onlyTwo, err := stamp.Roots(two.Root)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := stamp.Read(t.Context(), s.Key(), remote, now, onlyTwo); err != nil || len(list) != 2 || list[0].Authority != "Authority Two" {
		t.Errorf("%+v, %v", list, err)
	}
	third, _ := startAuthority(t, "Authority Three", c)
	onlyThree, err := stamp.Roots(third.Root)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stamp.Read(t.Context(), s.Key(), remote, now, onlyThree); code(err) != "bad-proof" {
		t.Errorf("of an authority that stamped nothing: %v", err)
	}
	// An entry that is dated before a stamp that knew nothing of it.
	c.add(-3 * time.Hour)
	mustAppend(t, s, draft("back-dated", c.now()))
	c.add(3*time.Hour + time.Minute)
	mustPublish(t, s)
	data, err := s.Receipt(t.Context(), "back-dated")
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Key().Receipt(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.BackDated(list[3].Checkpoint.Size, list[3].At, list[3].Authority); code(err) != "bad-proof" {
		t.Errorf("an entry back-dated by two hours: %v", err)
	}
	// What lies there was changed: the stamp no longer fits.
	files, err := filepath.Glob(filepath.Join(dir, "log", "stamps", "*", "checkpoint"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], append(text, "— x AAAAAAAA\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := stamp.Read(t.Context(), s.Key(), remote, now, both); code(err) != "bad-proof" || !strings.Contains(err.Error(), "other bytes") {
		t.Errorf("changed: %v", err)
	}
	for path, public := range map[string]bool{
		"stamps/2026-03": true, "stamps/20260303T140500Z/checkpoint": true, "stamps/20260303T140500Z/1.tsr": true, "stamps/20260303T140500Z/2.tsr": true,
		"stamps/2026-3": false, "stamps/20260303T140500Z/0.tsr": false, "stamps/../checkpoint": false, "stamps/20260303T140500Z/../../../keys/log.key": false, "cosigned/../../keys/log.key": false,
	} {
		if _, err := s.LogFile(t.Context(), path); (err == nil) != public {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// An authority that is down, or answers nonsense, holds up nothing; the other
// one's stamp is kept.
func TestDeadAuthorities(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	good, goodURL := startAuthority(t, "Authority One", c)
	fool := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }))
	t.Cleanup(fool.Close)
	err := s.Stamp(t.Context(), []string{"http://127.0.0.1:1/", fool.URL, goodURL}, time.Hour)
	if err == nil || !strings.Contains(err.Error(), "http://127.0.0.1:1/ cannot be reached") || !strings.Contains(err.Error(), fool.URL) {
		t.Errorf("Stamp: %v", err)
	}
	roots, err := stamp.Roots(good.Root)
	if err != nil {
		t.Fatal(err)
	}
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now, err := s.Key().Checkpoint(head.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := stamp.Read(t.Context(), s.Key(), s.files, now, roots); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := record.Verify(t.Context(), s.Key(), s.files); err != nil {
		t.Error(err)
	}
	if names, err := filepath.Glob(filepath.Join(dir, "log", "stamps", "*", "*")); err != nil || len(names) != 2 {
		t.Errorf("%v, %v", names, err)
	}
	c.add(time.Hour)
	if err := s.Stamp(t.Context(), []string{fool.URL}, time.Hour); err == nil {
		t.Error("nonsense was kept")
	}
	if names, err := filepath.Glob(filepath.Join(dir, "log", "stamps", "*", "*")); err != nil || len(names) != 2 {
		t.Errorf("%v, %v", names, err)
	}
}
