package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity/desk"
	"comity/record"
	"comity/record/stamp/stamptest"
	"comity/store"
)

// A cosignerProgram is a running `comity cosign`.
type cosignerProgram struct {
	*server
	dir, key string // its folder, its secret key
	args     []string
}

func newCosigner(t *testing.T, name string, logs ...string) *cosignerProgram {
	t.Helper()
	c := &cosignerProgram{dir: filepath.Join(t.TempDir(), "cosigner")}
	c.key = filepath.Join(t.TempDir(), "cosigner.key")
	if out, said, code := comityRun(t, "cosign", "-new-key", name, "-algorithm", "ed25519,mldsa", "-o", c.key); code != 0 || !strings.Contains(out, name+"+") {
		t.Fatalf("%d: %s%s", code, out, said)
	}
	c.args = []string{"cosign", "-json", "-dir", c.dir, "-key", c.key}
	for _, l := range logs {
		c.args = append(c.args, "-log", l)
	}
	c.start(t, "127.0.0.1:0")
	t.Cleanup(func() { _ = c.stop() })
	return c
}

func (c *cosignerProgram) start(t *testing.T, addr string) {
	t.Helper()
	var err error
	if c.server, err = startCommand(exec.Command(mustProgram(t), append(c.args, "-addr", addr)...)); err != nil {
		t.Fatal(err)
	}
}

// flag is how others name it: who, where, key.
func (c *cosignerProgram) flag() string { return c.url + "=" + c.key + ".pub" }

// eventually tries until check is satisfied.
func eventually(t *testing.T, what string, check func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !check(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// The whole way: two cosigners and two time-stamp authorities beside a server,
// a reader, a monitor, a restored backup.
func TestCosignedRecord(t *testing.T) {
	t.Parallel()
	dir, token := newRecord(t)
	vkey := filepath.Join(dir, "log.vkey")
	auditor, paper := newCosigner(t, "cosigner.auditor.example/w1", vkey), newCosigner(t, "cosigner.paper.example", vkey)
	var roots []byte
	var stamps []string
	for _, name := range []string{"Authority One", "Authority Two"} {
		a, err := stamptest.New(name, time.Now(), nil)
		if err != nil {
			t.Fatal(err)
		}
		roots = append(roots, a.Root...)
		stamps = append(stamps, authorityServer(t, a))
	}
	rootFile := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(rootFile, roots, 0o600); err != nil {
		t.Fatal(err)
	}
	more := []string{"-cosigner", auditor.flag(), "-cosigner", paper.flag(), "-quorum", "2", "-stamp", stamps[0], "-stamp", stamps[1]}
	s, err := startServer(context.Background(), mustProgram(t), dir, more...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.stop() })
	s.token = token
	for i := range 3 {
		if r := s.post(t, "/api/v1/requests", detainer(fmt.Sprintf("case-%d", i), "")); r.status != http.StatusCreated {
			t.Fatal(r.text())
		}
	}
	eventually(t, "a cosigned checkpoint of 4 entries", func() bool {
		c := s.get(t, "/log/checkpoint").text()
		return strings.Contains(c, "\n4\n") && strings.Count(c, "— cosigner.") == 4
	})

	check := func(want int, args ...string) string {
		t.Helper()
		out, said, code := comityRun(t, append([]string{"verify", "-key", vkey}, args...)...)
		if code != want {
			t.Fatalf("verify %v: %d, want %d\n%s%s", args, code, want, out, said)
		}
		return out + said
	}
	said := check(0, "-cosigner", "the City Auditor="+auditor.flag(), "-cosigner", paper.key+".pub", "-stamp-root", rootFile, s.url)
	for _, want := range []string{
		`Nothing has been removed or changed since \d+ \w+ \d{4}, \d\d:\d\d UTC, says the City Auditor's cosigner \(cosigner.auditor.example/w1\), which signed this on .*, with Ed25519 and ML-DSA-44\.`,
		`says the cosigner cosigner.paper.example, which`,
		`The cosigner cosigner.auditor.example/w1 keeps the same history: it has seen \d+ entries`,
		`The time-stamp authority Authority One confirms that \d+ entr`,
		`The time-stamp authority Authority Two confirms`,
	} {
		if !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("verify said\n%s\nwant %s", said, want)
		}
	}
	spanish := check(0, "-lang", "es", "-cosigner", "la Auditoría="+auditor.flag(), "-cosigner", paper.key+".pub", "-stamp-root", rootFile, s.url)
	for _, want := range []string{
		`^El registro record\S+ contiene \d+ anotaci`, `Cada anotación está donde dice la raíz firmada`,
		`según el cofirmante de la Auditoría \(cosigner.auditor.example/w1\), que firmó esto el .*, con Ed25519 y ML-DSA-44\.`,
		`guarda la misma historia: ha visto \d+ anotaciones`, `La autoridad de sellado de tiempo Authority One confirma que el registro contenía \d+ anotaci`,
	} {
		if !regexp.MustCompile(want).MatchString(spanish) {
			t.Errorf("verify -lang es said\n%s\nwant %s", spanish, want)
		}
	}
	if m := regexp.MustCompile(`(?i)\b(the|entries|entry|signed|says|holds)\b`).FindString(spanish); m != "" {
		t.Errorf("English in it (%s):\n%s", m, spanish)
	}
	var v verified
	if err := json.Unmarshal([]byte(check(0, "-json", "-cosigner", auditor.flag(), "-cosigner", paper.flag(), "-stamp-root", rootFile, dir)), &v); err != nil || !v.Good || len(v.Cosigners) != 2 || len(v.Stamps) < 2 || v.Cosigners[0].Since == nil {
		t.Errorf("%+v, %v", v, err)
	}
	// A receipt alone, offline.
	receipt := filepath.Join(t.TempDir(), "receipt.json")
	var text []byte
	eventually(t, "a receipt that the auditor's cosigner signed", func() bool {
		text = s.get(t, "/api/v1/receipts/case-1").body
		return bytes.Contains(text, []byte("cosigner.auditor.example/w1"))
	})
	if err := os.WriteFile(receipt, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if said := check(0, "-receipt", receipt, "-cosigner", auditor.key+".pub"); !strings.Contains(said, "The cosigner cosigner.auditor.example/w1 signed this on") {
		t.Error(said)
	}
	check(0, "-receipt", receipt, "-cosigner", auditor.key+".pub", s.url)
	// A cosigner who never signed; one of two is enough where a quorum says so.
	stranger := filepath.Join(t.TempDir(), "stranger.key")
	if _, said, code := comityRun(t, "cosign", "-new-key", "stranger.example", "-o", stranger); code != 0 {
		t.Fatal(said)
	}
	if said := check(1, "-cosigner", auditor.flag(), "-cosigner", stranger+".pub", s.url); !strings.Contains(said, "missing: the cosigner stranger.example") {
		t.Error(said)
	}
	if said := check(0, "-cosigner", auditor.flag(), "-cosigner", stranger+".pub", "-quorum", "1", s.url); !strings.Contains(said, "The cosigner stranger.example has not signed this.") {
		t.Error(said)
	}
	check(1, "-stamp-root", mustRoot(t), s.url)
	var states []map[string]any
	if err := json.Unmarshal(s.get(t, "/log/cosigners").body, &states); err != nil || len(states) != 2 || states[0]["missing"] != nil {
		t.Errorf("%v, %v", states, err)
	}

	// The monitor: good looks, then a beat that is late.
	seen := filepath.Join(t.TempDir(), "seen")
	if said := check(0, "-watch", seen, "-beat", "1s", "-looks", "3", "-cosigner", auditor.flag(), "-cosigner", paper.flag(), s.url); !strings.Contains(said, "is followed from its checkpoint") || !strings.Contains(said, "Nothing was removed or changed since") {
		t.Error(said)
	}
	// An old copy of the folder, taken while the server is down.
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if said := check(1, "-watch", seen, "-beat", "1s", s.url); !strings.Contains(said, "the beat is late") {
		t.Error(said)
	}
	old := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	s2, err := startServer(context.Background(), mustProgram(t), dir, more...)
	if err != nil {
		t.Fatal(err)
	}
	s2.token = token
	for i := range 3 {
		if r := s2.post(t, "/api/v1/requests", detainer(fmt.Sprintf("later-%d", i), "")); r.status != http.StatusCreated {
			t.Fatal(r.text())
		}
	}
	eventually(t, "a cosigned checkpoint of 7 entries", func() bool {
		c := s2.get(t, "/log/checkpoint").text()
		return strings.Contains(c, "\n7\n") && strings.Count(c, "— cosigner.") == 4
	})
	if said := check(0, "-watch", seen, "-beat", "1s", "-looks", "1", "-cosigner", auditor.flag(), s2.url); !strings.Contains(said, "3 entries were added") {
		t.Error(said)
	}
	later := s2.get(t, "/api/v1/receipts/later-2").body
	if err := s2.stop(); err != nil {
		t.Fatal(err)
	}
	refused, err := startServer(context.Background(), mustProgram(t), old, more...)
	if err == nil {
		_ = refused.stop()
		t.Fatal("a restored backup was served")
	}
	if !strings.Contains(err.Error(), "an older backup was restored") || !strings.Contains(err.Error(), "has seen this log with 7 entries, this record has published 4") {
		t.Errorf("it says %v", err)
	}
	if said := check(1, "-watch", seen, "-beat", "1h", "-looks", "1", old); !strings.Contains(said, "entries were removed: there were 7, now there are 4") {
		t.Error(said)
	}
	if err := os.WriteFile(receipt, later, 0o600); err != nil {
		t.Fatal(err)
	}
	if said := check(1, "-receipt", receipt, old); !strings.Contains(said, "the receipt is of a log of 7 entries, here are 4") {
		t.Error(said)
	}
	if said := check(1, "-cosigner", auditor.flag(), old); !strings.Contains(said, "has seen 7 entries, the log shows 4") {
		t.Error(said)
	}
}

func mustRoot(t *testing.T) string {
	t.Helper()
	a, err := stamptest.New("Nobody", time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(file, a.Root, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func authorityServer(t *testing.T, a *stamptest.Authority) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		answer, err := a.Respond(body, time.Now())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Write(answer)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// A cosigner killed again and again forgets nothing: no signature leaves that
// it does not remember, and what it signed only grows.
func TestKillCosigner(t *testing.T) {
	t.Parallel()
	dir, token := newRecord(t)
	vkey := filepath.Join(dir, "log.vkey")
	c := newCosigner(t, "cosigner.auditor.example/w1", vkey)
	addr := strings.TrimPrefix(c.url, "http://")
	s, err := startServer(context.Background(), mustProgram(t), dir, "-cosigner", c.flag())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.stop() })
	s.token = token
	var signed []string // every cosigned checkpoint seen in public
	cosigned := func() bool {
		text := s.get(t, "/log/checkpoint").text()
		if strings.Contains(text, "— cosigner.") && (len(signed) == 0 || signed[len(signed)-1] != text) {
			signed = append(signed, text)
			return true
		}
		return false
	}
	for i := range 5 {
		if r := s.post(t, "/api/v1/requests", detainer(fmt.Sprintf("case-%d", i), "")); r.status != http.StatusCreated {
			t.Fatal(r.text())
		}
		eventually(t, "a cosigned checkpoint", cosigned)
		_ = c.kill() // it ends with an error: that is what a kill is
		c.start(t, addr)
	}
	eventually(t, "a last cosigned checkpoint", cosigned)
	_ = s.stop()
	_ = c.stop()
	older := filepath.Join(t.TempDir(), "older")
	for i, text := range signed {
		if err := os.WriteFile(older, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, said, code := comityRun(t, "verify", "-key", vkey, "-cosigner", c.key+".pub", "-from", older, dir); code != 0 {
			t.Errorf("checkpoint %d of %d: %s%s", i, len(signed), out, said)
		}
	}
	// After the last kill it refuses what would roll it back.
	c.start(t, addr)
	resp, err := http.Post(c.url+"/add-checkpoint", "text/plain", strings.NewReader("old 0\n\n"+signed[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil || resp.StatusCode != http.StatusConflict || b.String() == "0\n" {
		t.Errorf("rolled back: %d %s, %v", resp.StatusCode, &b, err)
	}
}

// An entry written with the clock set back by an hour (R2): whoever kept a
// checkpoint of that hour, whoever asks a cosigner that watched, and whoever
// has the stamps, is told.
func TestBackDatedEntryIsFlagged(t *testing.T) {
	now := time.Now().Add(-3 * time.Hour)
	config := store.Config{Kinds: desk.RecordKinds(), Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	dir := filepath.Join(t.TempDir(), "record")
	s, err := store.Create(t.Context(), dir, store.Identity{Origin: testOrigin, Agency: testAgency}, config)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	vkey, kept, receipt, roots := filepath.Join(dir, "log.vkey"), filepath.Join(dir, "kept"), filepath.Join(dir, "receipt"), filepath.Join(dir, "roots.pem")
	authority, err := stamptest.New("Authority One", now, nil)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if answer, err := authority.Respond(body, now); err == nil {
			w.Write(answer)
		}
	}))
	defer server.Close()
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stamp(t.Context(), []string{server.URL}, time.Hour); err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{vkey: []byte(s.Key().String()), kept: head.Checkpoint, roots: authority.Root} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write := func(id string) {
		t.Helper()
		if _, err := s.Append(t.Context(), record.Draft{ID: id, Agency: testAgency, Kind: "detainer", At: now}); err != nil {
			t.Fatal(err)
		}
	}
	write("honest")
	now = now.Add(-time.Hour)
	write("back-dated")
	now = now.Add(time.Hour + time.Minute)
	if _, err := s.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int{"honest": exitRan, "back-dated": exitFinding} {
		data, err := s.Receipt(t.Context(), id)
		if err != nil || os.WriteFile(receipt, data, 0o600) != nil {
			t.Fatal(err)
		}
		for _, with := range [][]string{{"-from", kept}, {"-stamp-root", roots}} {
			out, said, code := comityRun(t, append([]string{"verify", "-key", vkey, "-receipt", receipt, dir}, with...)...)
			if code != want || want == exitFinding && !strings.Contains(said, "the entry is back-dated") {
				t.Errorf("%s, %s: %d\n%s%s", id, with[0], code, out, said)
			}
		}
	}
}

// Kills at any moment, under load: what left as signed is remembered, always.
func TestKillCosignerUnderLoad(t *testing.T) {
	now := time.Now()
	dir := filepath.Join(t.TempDir(), "record")
	s, err := store.Create(t.Context(), dir, store.Identity{Origin: testOrigin, Agency: testAgency},
		store.Config{Kinds: desk.RecordKinds(), Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	vkey := filepath.Join(dir, "log.vkey")
	if err := os.WriteFile(vkey, []byte(s.Key().String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var heads []record.Head
	for i := range 150 {
		if _, err := s.Append(t.Context(), record.Draft{ID: fmt.Sprintf("e%d", i), Agency: testAgency, Kind: "detainer", At: now}); err != nil {
			t.Fatal(err)
		}
		head, err := s.Publish(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, head)
	}
	files, err := store.Remote(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := newCosigner(t, "cosigner.auditor.example/w1", vkey)
	addr := strings.TrimPrefix(c.url, "http://")
	view := fmt.Sprintf("%s/%x/checkpoint", c.url, sha256.Sum256([]byte(testOrigin)))

	signed := int64(0) // the largest size for which a signature came back
	next := 0
	// ask posts the next checkpoint; false: the cosigner is gone.
	ask := func() bool {
		proof, err := record.Growth(t.Context(), files, signed, heads[next])
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Post(c.url+"/add-checkpoint", "text/plain", bytes.NewReader(record.Addition{Old: signed, Proof: proof, Checkpoint: heads[next].Checkpoint}.Marshal()))
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		switch {
		case err != nil:
			return false
		case resp.StatusCode == http.StatusConflict: // signed, and killed before it answered
			if _, err := fmt.Sscanf(string(body), "%d\n", &signed); err != nil || signed != heads[next].Size {
				t.Fatalf("it says %q, was asked from %d to %d", body, signed, heads[next].Size)
			}
		case resp.StatusCode != http.StatusOK:
			t.Fatalf("%d %s", resp.StatusCode, body)
		default:
			signed = heads[next].Size
		}
		next++
		return true
	}
	killed := 0
	for next < len(heads) {
		moment := time.Duration(rand.IntN(60)) * time.Millisecond
		if killed < *kills {
			killed++
			time.AfterFunc(moment, func() { _ = c.server.cmd.Process.Kill() })
		}
		for next < len(heads) && ask() {
		}
		if next == len(heads) {
			break
		}
		<-c.ended
		c.ended <- nil
		c.start(t, addr)
		resp, err := http.Get(view)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK && signed > 0 {
			t.Fatalf("after kill %d: %d, %v", killed, resp.StatusCode, err)
		}
		if resp.StatusCode == http.StatusOK {
			kept, err := s.Key().Checkpoint(body)
			if err != nil || kept.Size < signed || kept.Size > heads[next].Size {
				t.Fatalf("after kill %d it remembers %d entries, it had signed %d; %v", killed, kept.Size, signed, err)
			}
		}
	}
	if killed < min(3, *kills) {
		t.Errorf("it was killed %d times only", killed)
	}
	t.Logf("killed %d times while it signed %d checkpoints", killed, len(heads))
}
