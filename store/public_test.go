package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"comity/record"
)

// serve serves what [Store.LogFile] gives, as the site will at /log.
func serve(t *testing.T, s *Store) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := s.LogFile(r.Context(), strings.TrimPrefix(r.URL.Path, "/log/"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		w.Write(data)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/log/"
}

// Another project's programs, given nothing but address and key, accept the log.
func TestTesseraAcceptsTheLog(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	for i := range 700 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
		if i%97 == 0 {
			c.add(time.Minute)
			mustPublish(t, s)
		}
	}
	c.add(time.Minute)
	mustPublish(t, s)
	address, err := url.Parse(serve(t, s))
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(s.Key().String())
	if err != nil {
		t.Fatal(err)
	}
	fetch, err := client.NewHTTPFetcher(address, nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func() error {
		return fsck.New(s.Identity().Origin, verifier, fetch, bundleHasher, fsck.Opts{N: 2}).Check(t.Context())
	}
	if err := check(); err != nil {
		t.Errorf("fsck: %v", err)
	}
	proofs, err := client.NewProofBuilder(t.Context(), 701, fetch.ReadTile)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := proofs.InclusionProof(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.Entries(t.Context(), cook, 99, 1)
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.Receipt(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := record.ParseReceipt(data)
	if err != nil || !bytes.Equal(bytes.Join(theirs, nil), ours.Proof) {
		t.Errorf("Tessera's inclusion proof of entry 100 is not the one in our receipt (%v)", err)
	}

	// The oracle is awake: with one byte of a tile changed it refuses.
	tile := filepath.Join(dir, "log", "tile", "0", "001")
	good, err := os.ReadFile(tile)
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(good)
	bad[40] ^= 1
	if err := os.WriteFile(tile, bad, 0o644); err != nil {
		t.Fatal(err)
	}
	if check() == nil {
		t.Error("fsck takes a changed tile: it tests nothing")
	}
	remote, err := Remote(strings.TrimSuffix(address.String(), "/"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.Verify(t.Context(), s.Key(), remote); code(err) != "bad-proof" || !strings.Contains(err.Error(), "tile/0/001") {
		t.Errorf("our own check of the changed tile: %v", err)
	}
	if err := s.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, err := os.ReadFile(tile); err != nil || !bytes.Equal(now, good) {
		t.Errorf("the rebuilt tile differs: %v", err)
	}
	if report, err := record.Verify(t.Context(), s.Key(), remote); err != nil || report.Checkpoint.Size != 701 {
		t.Errorf("after the rebuild: %+v, %v", report, err)
	}
}

// bundleHasher reads an entry bundle as c2sp.org/tlog-tiles describes it.
func bundleHasher(data []byte) ([][]byte, error) {
	var out [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(data[0])<<8+int(data[1]) {
			return nil, fmt.Errorf("truncated bundle")
		}
		n := int(data[0])<<8 + int(data[1])
		h := tlog.RecordHash(data[2 : 2+n])
		out = append(out, h[:])
		data = data[2+n:]
	}
	return out, nil
}

func TestLogFiles(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	for _, path := range []string{"checkpoint", "/checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1", "key"} {
		if _, err := s.LogFile(t.Context(), path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "log", "stray"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", "stray", "../keys/log.key", "tile/../../keys/log.key", "tile/0/000", "tile/0/000.p/2", "header/" + strings.Repeat("0", 64), "header/x", "tile", "tile/0"} {
		if data, err := s.LogFile(t.Context(), path); code(err) != "not-found" {
			t.Errorf("%q gives %d bytes, %v", path, len(data), err)
		}
	}
}

// H12, H26 and contracts: whatever is written when, no header comes out by any
// way that its rule withholds, and all that the rule allows comes out.
func TestNoHeaderBeforeItsTime(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 1))
	t.Logf("seed %d", seed)
	c := newClock()
	s, _ := create(t, c)
	type written struct {
		record.Draft
		stored time.Time
		name   string
	}
	var all []written
	released := 0
	for step := range 260 {
		c.add(time.Duration(random.IntN(40)) * time.Hour)
		d := record.Draft{
			ID: fmt.Sprintf("e%d", step), Agency: []string{cook, other}[random.IntN(6)/5],
			Kind: testKinds[random.IntN(len(testKinds))].Name,
			At:   c.now().Add(-time.Duration(random.IntN(60*24)) * time.Hour),
		}
		if random.IntN(3) == 0 && len(all) > 0 {
			first := all[random.IntN(len(all))]
			d.Agency, d.Ref = first.Agency, first.ID
		}
		if random.IntN(3) == 0 {
			d.Ended = c.now().Add(-time.Duration(random.IntN(30)) * time.Hour)
		}
		mustAppend(t, s, d)
		r, err := s.receiptRow(t.Context(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, written{d, c.now(), r.receipt.Leaf().Name()})
		if random.IntN(4) == 0 {
			mustPublish(t, s)
		}
		if step%10 != 9 {
			continue
		}
		mustPublish(t, s)
		byID := map[string]written{}
		for _, w := range all {
			byID[w.ID] = w
		}
		thread := func(w written) written {
			for w.Ref != "" {
				w = byID[w.Ref]
			}
			return w
		}
		// The rules once more, in the plainest words, without the code under test.
		now := c.now()
		month := time.Date(now.Add(-12*time.Hour).Year(), now.Add(-12*time.Hour).Month(), 1, 0, 0, 0, 0, time.UTC)
		rule := func(w, chain written) bool {
			switch w.Kind {
			case "assistance":
				var end time.Time
				for _, o := range all {
					if thread(o).ID == chain.ID && o.Ended.After(end) {
						end = o.Ended
					}
				}
				return !end.IsZero() && now.Sub(end) >= 24*time.Hour
			case "detainer", "act":
				cell := 0
				for _, o := range all {
					if o.Agency == w.Agency && o.Kind == w.Kind && o.At.Format("2006-01") == w.At.Format("2006-01") && o.stored.Before(month) {
						cell++
					}
				}
				return w.At.Format("2006-01") < month.Format("2006-01") && w.stored.Before(month) && cell >= 11
			}
			return false
		}
		want := map[string]bool{}
		for _, w := range all {
			if chain := thread(w); rule(w, chain) && rule(chain, chain) {
				want[w.name] = true
			}
		}
		public := map[string]bool{}
		for after := int64(-1); ; {
			page, err := s.PublicHeaders(t.Context(), after, 1+random.IntN(20))
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, p := range page {
				after = p.Index
				if p.Header.Kind != "schema" {
					public[p.Leaf] = true
				}
			}
		}
		released += len(public)
		for _, w := range all {
			_, err := s.LogFile(t.Context(), "header/"+w.name)
			if served := err == nil; served != want[w.name] || public[w.name] != want[w.name] {
				t.Fatalf("step %d: %s (%s, %s, ref %q): served %v, listed %v, the rule says %v", step, w.ID, w.Kind, w.At.Format("2006-01"), w.Ref, served, public[w.name], want[w.name])
			}
		}
	}
	if released == 0 {
		t.Error("no header ever came out: the test shows nothing")
	}
}

func TestReleasedHeaderIsTheLeaf(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	for i := range 11 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
	}
	mustPublish(t, s)
	c.set(date(2026, 4, 2))
	list, err := s.PublicHeaders(t.Context(), -1, 100)
	if err != nil || len(list) != 12 {
		t.Fatalf("%d headers, %v", len(list), err)
	}
	served, err := s.LogFile(t.Context(), "header/"+list[5].Leaf)
	if err != nil {
		t.Fatal(err)
	}
	h, err := record.ParseSalted(list[5].Leaf, served)
	if err != nil || h.Header.Month != "2026-03" || h.Header.Agency != cook || len(h.Header.Commitments) != 28 {
		t.Errorf("%+v, %v", h, err)
	}
	for _, word := range []string{"Canary", "i-247a", "prohibited", "T14", "2026-03-03"} {
		if bytes.Contains(served, []byte(word)) {
			t.Errorf("%q stands in a public header", word)
		}
	}
}

func TestWithheldAgenciesReleaseNothing(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	for i := range 12 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
	}
	mustPublish(t, s)
	c.set(date(2026, 4, 2))
	s.config.Withhold = func(agency, kind string) bool { return agency == cook && kind == "detainer" }
	list, err := s.PublicHeaders(t.Context(), -1, 100)
	if err != nil || len(list) != 1 || list[0].Header.Kind != "schema" {
		t.Errorf("%d headers, %v", len(list), err)
	}
	if cells, err := s.Cells(t.Context()); err != nil || len(cells) != 0 {
		t.Errorf("cells %v, %v", cells, err)
	}
}

func TestCells(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	add := func(n int, kind, agency string, at time.Time) {
		for range n {
			d := record.Draft{ID: fmt.Sprintf("c%d", rand.Int64()), Agency: agency, Kind: kind, At: at}
			mustAppend(t, s, d)
		}
	}
	add(11, "detainer", cook, date(2026, 2, 3))
	add(10, "detainer", other, date(2026, 2, 3))
	add(12, "detainer", cook, c.now())
	add(6, "complaint", cook, date(2026, 1, 3))
	add(6, "complaint", cook, date(2026, 2, 3))
	show := func() string {
		cells, err := s.Cells(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(cells)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if got := show(); got != "null" {
		t.Errorf("in March, when all was written: %s", got)
	}
	c.set(date(2026, 4, 2))
	if got, want := show(), `[{"Agency":"IL0160000","Kind":"detainer","Period":"2026-02","Count":11},{"Agency":"IL0160000","Kind":"detainer","Period":"2026-03","Count":12}]`; got != want {
		t.Errorf("in April: %s", got)
	}
	c.set(date(2027, 1, 2))
	if got := show(); !strings.Contains(got, `{"Agency":"IL0160000","Kind":"complaint","Period":"2026","Count":12}`) || strings.Contains(got, other) {
		t.Errorf("after the year: %s", got)
	}
	c.set(date(2026, 12, 30)) // the clock is set back over the end of the year
	add(1, "complaint", cook, date(2026, 2, 3))
	c.set(date(2027, 1, 2))
	if got := show(); !strings.Contains(got, `{"Agency":"IL0160000","Kind":"complaint","Period":"2026","Count":13}`) {
		t.Errorf("after an entry that belongs into what was counted: %s", got)
	}
}

// Random appends, beats, restarts and one deleted log: rebuilt is live.
func TestRebuiltIsLive(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	for step := range 12 {
		for i := range rand.IntN(120) {
			mustAppend(t, s, draft(fmt.Sprintf("s%d-%d", step, i), c.now()))
		}
		c.add(time.Minute)
		live := mustPublish(t, s)
		if step%4 == 3 {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(filepath.Join(dir, "log")); err != nil {
				t.Fatal(err)
			}
			var err error
			if s, err = Open(t.Context(), dir, c.config()); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
		}
		report, err := s.Check(t.Context())
		if err != nil || report.Checkpoint.Root != live.Root || report.Checkpoint.Size != live.Size {
			t.Fatalf("step %d: %+v, %v", step, report, err)
		}
	}
}

func TestOpenRefusesARestoredBackup(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	mustAppend(t, s, draft("a", c.now()))
	mustPublish(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	restore := backUp(t, dir, c)
	s, err := Open(t.Context(), dir, c.config())
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, draft("b", c.now()))
	mustPublish(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	restore()
	if _, err := Open(t.Context(), dir, c.config()); code(err) != "restored-backup" {
		t.Errorf("open: %v", err)
	}
}

func TestRunBeats(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	s.config.Beat = 5 * time.Millisecond
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { s.Run(ctx); close(ended) }()
	a := mustAppend(t, s, draft("a", c.now()))
	deadline := time.Now().Add(20 * time.Second)
	for {
		head, err := s.Head(t.Context())
		if err == nil && head.Size > a.Index {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not published after 20 s: %v", err)
		}
		time.Sleep(time.Millisecond)
	}
	first, err := s.LogFile(t.Context(), "checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	c.add(time.Minute)
	for { // an empty beat shows too
		now, err := s.LogFile(t.Context(), "checkpoint")
		if err == nil && !bytes.Equal(now, first) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no empty beat after 20 s: %v", err)
		}
		time.Sleep(time.Millisecond)
	}
	stop()
	<-ended
}
