package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
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
	"comity/record/stamp/stamptest"
)

// A running cosigner: its folder, its server and how a log's policy names it.
type cosignerRun struct {
	*Cosigner
	dir    string
	server *httptest.Server
	policy []record.PolicyCosigner
}

func startCosigner(t *testing.T, name string, c *clock, logs ...record.Key) *cosignerRun {
	t.Helper()
	r := &cosignerRun{dir: t.TempDir()}
	var secret strings.Builder
	for _, quantum := range []bool{false, true} {
		line, err := record.NewCosignKey(name, quantum)
		if err != nil {
			t.Fatal(err)
		}
		secret.WriteString(line + "\n")
	}
	keys, err := record.ParseCosignKeys(secret.String())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, k := range logs {
		texts = append(texts, k.String())
	}
	watch, err := record.NewWatch(keys, texts)
	if err != nil {
		t.Fatal(err)
	}
	if r.Cosigner, err = OpenCosigner(t.Context(), r.dir, watch, c.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Cosigner.Close() })
	r.server = httptest.NewServer(r)
	t.Cleanup(r.server.Close)
	for _, k := range keys {
		r.policy = append(r.policy, record.PolicyCosigner{Key: k.Public(), URL: r.server.URL})
	}
	return r
}

func policyOf(t *testing.T, need int, list ...*cosignerRun) record.Policy {
	t.Helper()
	var all []record.PolicyCosigner
	for _, r := range list {
		all = append(all, r.policy...)
	}
	p, err := record.NewPolicy(all, need)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// with opens the record again, to ask these cosigners.
func with(t *testing.T, s *Store, c *clock, p record.Policy) *Store {
	t.Helper()
	_ = s.Close() // it may be closed already
	config := c.config()
	config.Cosigners = p
	s, err := Open(t.Context(), s.dir, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Two cosigners over HTTP see every checkpoint, the same one, and the log
// shows it with their lines; other projects' programs still accept it.
func TestCosignedLog(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	auditor, paper := startCosigner(t, "cosigner.auditor.example/w1", c, s.Key()), startCosigner(t, "cosigner.paper.example", c, s.Key())
	p := policyOf(t, 2, auditor, paper)
	s = with(t, s, c, p)
	if err := s.Agree(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		mustAppend(t, s, draft(fmt.Sprintf("e%d", i), c.now()))
		if i%97 == 0 {
			c.add(time.Minute)
			mustPublish(t, s)
		}
	}
	c.add(24 * time.Hour)
	head := mustPublish(t, s)
	address := serve(t, s)
	remote, err := Remote(strings.TrimSuffix(address, "/"))
	if err != nil {
		t.Fatal(err)
	}
	report, err := record.Verify(t.Context(), s.Key(), remote)
	if err != nil || report.Checkpoint.Size != 301 || !bytes.Equal(report.Signed, head.Checkpoint) {
		t.Fatalf("%+v, %v", report, err)
	}
	v, err := record.Vouch(t.Context(), s.Key(), remote, report.Signed, nil, p)
	if err != nil || len(v.By) != 2 || len(v.Missing) != 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	for _, b := range v.By {
		if len(b.Algorithms) != 2 || !b.At.Equal(c.now()) || b.SinceSize != 2 || b.Since.Day() != 3 {
			t.Errorf("%+v", b)
		}
	}
	// Both keep this checkpoint.
	for _, r := range []*cosignerRun{auditor, paper} {
		view, err := CosignerView(t.Context(), r.server.URL, s.Identity().Origin)
		if err != nil {
			t.Fatal(err)
		}
		seen, err := record.SameView(t.Context(), s.Key(), remote, report.Checkpoint, view)
		if err != nil || seen.Size != 301 || seen.Root != report.Checkpoint.Root {
			t.Errorf("%+v, %v", seen, err)
		}
	}
	// Tessera and x/mod read the log as before.
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(s.Key().String())
	if err != nil {
		t.Fatal(err)
	}
	fetch, err := client.NewHTTPFetcher(u, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := fsck.New(s.Identity().Origin, verifier, fetch, bundleHasher, fsck.Opts{N: 2}).Check(t.Context()); err != nil {
		t.Errorf("fsck: %v", err)
	}
	n, err := note.Open(head.Checkpoint, note.VerifierList(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + strings.SplitN(n.Text, "\n", 2)[1])); err != nil || tree.N != 301 {
		t.Errorf("x/mod reads %+v, %v", tree, err)
	}
	// The receipt carries both, offline.
	data, err := s.Receipt(t.Context(), "e7")
	if err != nil || len(data) >= 2000 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	proved, err := s.Key().Receipt(data)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := proved.Vouch(p); err != nil || len(v.By) != 2 {
		t.Errorf("%+v, %v", v, err)
	}
	// What everybody may see of them.
	page, err := s.LogFile(t.Context(), "cosigners")
	var states []CosignerState
	if err != nil || json.Unmarshal(page, &states) != nil || len(states) != 2 || states[0].Size != 301 || states[0].Why != "" || len(states[0].Keys) != 2 {
		t.Errorf("%s, %v", page, err)
	}
}

// The case: an old copy of the data folder comes back and grows. The
// log says in words why it signs nothing, and the cosigner refuses the fork.
func TestRestoredFolderSignsNothing(t *testing.T) {
	onlySQLite(t, "its database is in the folder that is copied")
	c := newClock()
	s, dir := create(t, c)
	auditor := startCosigner(t, "cosigner.auditor.example/w1", c, s.Key())
	p := policyOf(t, 1, auditor)
	s = with(t, s, c, p)
	mustAppend(t, s, draft("a", c.now()))
	mustPublish(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	restore := backUp(t, dir, c)
	s = with(t, s, c, p)
	for _, id := range []string{"b", "c", "d"} {
		mustAppend(t, s, draft(id, c.now()))
	}
	c.add(time.Minute)
	mustPublish(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	restore()
	config := c.config()
	config.Cosigners = p
	back, err := Open(t.Context(), old, config)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if _, err := back.Append(t.Context(), draft("x", c.now())); code(err) != "restored-backup" || !strings.Contains(err.Error(), auditor.server.URL+" has seen this log with 5 entries, this record has published 2") {
		t.Errorf("Append: %v", err)
	}
	if _, err := back.Publish(t.Context()); code(err) != "restored-backup" {
		t.Errorf("Publish: %v", err)
	}
	if err := back.Close(); err != nil {
		t.Fatal(err)
	}
	// The operator switches the question off and lets it grow: a fork. The
	// cosigner refuses it, and from then on the log knows.
	fork, err := Open(t.Context(), old, c.config())
	if err != nil {
		t.Fatal(err)
	}
	defer fork.Close()
	for i := range 9 {
		mustAppend(t, fork, draft(fmt.Sprintf("x%d", i), c.now()))
	}
	c.add(time.Minute)
	head := mustPublish(t, fork)
	proof, err := tlog.ProveTree(head.Size, 5, forkReader(t, old, head))
	if err != nil {
		t.Fatal(err)
	}
	before, err := auditor.last(t.Context(), originPath("record.example/log"))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := auditor.Add(t.Context(), record.Addition{Old: 5, Proof: proof, Checkpoint: head.Checkpoint}.Marshal())
	after, errAfter := auditor.last(t.Context(), originPath("record.example/log"))
	if code(err) != "bad-proof" || lines != nil || errAfter != nil || !bytes.Equal(before, after) {
		t.Errorf("the cosigner took a fork: %v", err)
	}
	fork = with(t, fork, c, p)
	if err := fork.Agree(t.Context()); code(err) != "restored-backup" || !strings.Contains(err.Error(), "another history") {
		t.Errorf("Agree: %v", err)
	}
}

func forkReader(t *testing.T, dir string, head record.Head) tlog.HashReader {
	t.Helper()
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		// Small enough to be one tile: recompute from its leaves.
		data, err := os.ReadFile(filepath.Join(dir, "log", "tile", "0", fmt.Sprintf("000.p/%d", head.Size)))
		if err != nil {
			return nil, err
		}
		var stored []tlog.Hash
		for n := range head.Size {
			h := tlog.Hash(data[n*32:][:32])
			more, err := tlog.StoredHashesForRecordHash(n, h, tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
				out := make([]tlog.Hash, len(at))
				for i, x := range at {
					out[i] = stored[x]
				}
				return out, nil
			}))
			if err != nil {
				return nil, err
			}
			stored = append(stored, more...)
		}
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
}

// Statuses and bodies as c2sp.org/tlog-witness fixes them.
func TestCosignerOverHTTP(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	other, _ := create(t, c)
	auditor := startCosigner(t, "cosigner.auditor.example/w1", c, s.Key())
	post := func(body string) (int, string, string) {
		t.Helper()
		resp, err := http.Post(auditor.server.URL+"/add-checkpoint", "text/plain", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(resp.Body); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, b.String(), resp.Header.Get("Content-Type")
	}
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := other.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	view := auditor.server.URL + "/" + originPath(s.Identity().Origin) + "/checkpoint"
	if resp, err := http.Get(view); err != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("a view before anything was signed: %v, %v", resp.StatusCode, err)
	}
	good := "old 0\n\n" + string(head.Checkpoint)
	if status, body, _ := post(good); status != 200 || strings.Count(body, "— cosigner.auditor.example/w1 ") != 2 || !strings.HasSuffix(body, "\n") {
		t.Errorf("200: %d %q", status, body)
	}
	for _, q := range []struct {
		name, body string
		status     int
	}{
		{"nothing", "", 400},
		{"no old size", "\n" + string(head.Checkpoint), 400},
		{"a size with a zero before it", strings.Replace(good, "old 0", "old 01", 1), 400},
		{"an old size larger than the checkpoint", strings.Replace(good, "old 0", "old 2", 1), 400},
		{"too long", "old 0\n\n" + strings.Repeat("x", 100<<10), 400},
		{"64 hashes", "old 1\n" + strings.Repeat("PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n", 64) + "\n" + string(head.Checkpoint), 400},
		{"another key of the same name", "old 1\n\n" + string(wrong.Checkpoint), 403},
		{"an unknown log", strings.ReplaceAll(good, "record.example", "record.elsewhere"), 404},
		{"the old size of a lost memory", good, 409},
		{"a proof where none belongs", "old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\n" + string(head.Checkpoint), 422},
	} {
		status, body, kind := post(q.body)
		if status != q.status {
			t.Errorf("%s: %d %s, want %d", q.name, status, body, q.status)
		}
		if status == 409 && (body != "1\n" || kind != "text/x.tlog.size") {
			t.Errorf("409: %q, %s", body, kind)
		}
	}
	if status, _, _ := post("old 1\n\n" + string(head.Checkpoint)); status != 200 {
		t.Errorf("the same again: %d", status)
	}
	for path, want := range map[string]int{"/add-checkpoint": 404, "/": 200, "/" + strings.Repeat("0", 64) + "/checkpoint": 404, "/../lock": 404} {
		resp, err := http.Get(auditor.server.URL + path)
		if err != nil || resp.StatusCode != want {
			t.Errorf("GET %s: %v, %v", path, resp.StatusCode, err)
		}
	}
}

// A cosigner that cannot keep what it signs signs nothing; one whose memory is
// damaged does not start; two do not share a folder.
func TestCosignerMemory(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	r := startCosigner(t, "cosigner.auditor.example/w1", c, s.Key())
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	body := record.Addition{Checkpoint: head.Checkpoint}.Marshal()
	hash := originPath(s.Identity().Origin)
	blocked := filepath.Join(r.dir, "seen", hash)
	if err := os.WriteFile(blocked, []byte("not a folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	if lines, err := r.Add(t.Context(), body); err == nil || lines != nil {
		t.Error("signed without keeping it")
	}
	if err := os.Remove(blocked); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCosigner(t.Context(), r.dir, r.watch, c.now); code(err) != "in-use" {
		t.Errorf("a second cosigner: %v", err)
	}
	if _, err := r.Add(t.Context(), body); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := OpenCosigner(t.Context(), r.dir, r.watch, c.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Add(t.Context(), body); err == nil || err.Error() != record.OtherSize(1).Error() {
		t.Errorf("after a restart it remembers nothing: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "x", string(head.Checkpoint)} {
		if err := os.WriteFile(filepath.Join(blocked, "checkpoint"), []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenCosigner(t.Context(), r.dir, r.watch, c.now); code(err) != "damaged" {
			t.Errorf("with a memory of %.20q: %v", bad, err)
		}
	}
}

// Whoever does not answer is missing from the beat and shown, and holds up
// nothing for longer than its time.
func TestDeadCosigners(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	good := startCosigner(t, "cosigner.auditor.example/w1", c, s.Key())
	stranger := startCosigner(t, "cosigner.other.example", c, must(record.ParseKey(otherLog(t))))
	release := make(chan struct{})
	slow := startCosigner(t, "cosigner.slow.example", c, s.Key())
	slow.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(release) })
	liar := startCosigner(t, "cosigner.liar.example", c, s.Key())
	liar.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "— cosigner.liar.example AAAAAAAAAAAAAAAAAAAAAAAA")
	})
	gone := startCosigner(t, "cosigner.gone.example", c, s.Key())
	gone.server.Close()
	s = with(t, s, c, policyOf(t, 1, good, stranger, slow, liar, gone))
	s.asker.wait = 500 * time.Millisecond
	mustAppend(t, s, draft("a", c.now()))
	began := time.Now()
	head := mustPublish(t, s)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("a beat took %v", took)
	}
	if n := strings.Count(string(head.Checkpoint), "— cosigner."); n != 2 {
		t.Errorf("the checkpoint has %d lines of cosigners:\n%s", n, head.Checkpoint)
	}
	want := map[string]string{good.server.URL: "", stranger.server.URL: "does not watch this log", slow.server.URL: "did not answer", liar.server.URL: "no good signature", gone.server.URL: "cannot be reached"}
	for _, st := range s.Cosigners() {
		if w := want[st.URL]; w == "" && st.Why != "" || !strings.Contains(st.Why, w) {
			t.Errorf("%s: %q, want %q", st.Name, st.Why, w)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func otherLog(t *testing.T) string {
	t.Helper()
	secret, err := record.NewSigner("record.elsewhere.example/log")
	if err != nil {
		t.Fatal(err)
	}
	return must(record.ParseSigner(secret)).Key().String()
}

// The file in the data folder is read whoever opens the record.
func TestCosignersFile(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	r := startCosigner(t, "cosigner.auditor.example/w1", c, s.Key())
	file := filepath.Join(dir, "cosigners")
	for text, want := range map[string]string{
		"quorum all\n": "bad-policy",
		"witness auditor " + r.policy[0].Key.String() + "\nquorum auditor\n":                       "bad-policy", // no address
		"witness auditor " + r.policy[0].Key.String() + " ftp://x.example\nquorum auditor\n":       "bad-policy",
		"witness auditor " + r.policy[0].Key.String() + " " + r.server.URL + "\nquorum none\n":     "",
		"witness auditor " + r.policy[0].Key.String() + " " + r.server.URL + "/\nquorum auditor\n": "",
	} {
		_ = s.Close()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := Open(t.Context(), dir, c.config())
		if got := code(err); want != "" && got != want || want == "" && err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil {
			s = again
			if head := mustPublish(t, s); !strings.Contains(string(head.Checkpoint), "— cosigner.auditor.example/w1 ") {
				t.Errorf("%q: not cosigned", text)
			}
		}
	}
	config := c.config()
	config.Cosigners = policyOf(t, 1, r)
	_ = s.Close()
	if _, err := Open(t.Context(), dir, config); code(err) != "bad-policy" {
		t.Errorf("as flags and in the file: %v", err)
	}
}

func TestLogWithASecondKey(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	secret, err := record.NewCosignKey(s.Identity().Origin, true)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "keys", "log-mldsa.key")
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s, c)
	c.add(time.Minute)
	head := mustPublish(t, s)
	text, err := s.LogFile(context.Background(), "key-mldsa")
	if err != nil {
		t.Fatal(err)
	}
	key, err := record.ParseCosigner(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if _, sigs, err := s.Key().Cosigned(head.Checkpoint, []record.Cosigner{key}); err != nil || len(sigs) != 1 {
		t.Errorf("%v, %v", sigs, err)
	}
	if err := os.WriteFile(path, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Open(t.Context(), dir, c.config()); code(err) != "bad-key" {
		t.Errorf("a broken second key: %v", err)
	}
}

// What leaves for cosigners and time-stamp authorities is public already: a
// checkpoint, hashes of the tree, one hash. Nothing about an entry.
func TestNothingAboutEntriesLeaves(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	auditor := startCosigner(t, "cosigner.auditor.example/w1", c, s.Key())
	var sent bytes.Buffer
	listen := func(next http.Handler) *httptest.Server {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			fmt.Fprintf(&sent, "%s %s %v\n%s\n", r.Method, r.URL, r.Header, body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		return server
	}
	ear := listen(auditor)
	for i := range auditor.policy {
		auditor.policy[i].URL = ear.URL
	}
	s = with(t, s, c, policyOf(t, 1, auditor))
	var secrets []string
	for i := range 3 {
		d := draft(fmt.Sprintf("case-%d", i), c.now())
		a := mustAppend(t, s, d)
		secrets = append(secrets, d.ID, a.ULID, d.Agency, "detainer", "Canary", "B-case")
		c.add(time.Minute)
		mustPublish(t, s)
	}
	a, err := stamptest.New("Authority", c.now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	authority := listen(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if answer, err := a.Respond(body, c.now()); err == nil {
			w.Write(answer)
		}
	}))
	if err := s.Stamp(t.Context(), []string{authority.URL}, time.Hour); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(sent.String(), "POST "); n < 5 {
		t.Fatalf("only %d requests were heard", n)
	}
	for _, word := range secrets {
		if strings.Contains(sent.String(), word) {
			t.Errorf("%q left:\n%s", word, &sent)
		}
	}
}
