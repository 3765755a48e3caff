package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestBadRequests sends what no program should send. Each is refused with its
// own code and a hint, nothing of it is recorded, and the server goes on.
func TestBadRequests(t *testing.T) {
	s, dir := serve(t)
	good := detainer("good", "")
	if r := s.post(t, "/api/v1/requests", good); r.status != 201 {
		t.Fatalf("good: %d %s", r.status, r.body)
	}
	with := func(id, old, new string) string {
		out := strings.Replace(detainer(id, ""), old, new, 1)
		if out == detainer(id, "") {
			t.Fatalf("%q does not stand in the request", old)
		}
		return out
	}
	for _, c := range []struct {
		name, path, body string
		status           int
		code, where      string
	}{
		{"no JSON", "requests", `{"id":`, 400, "bad-json", "line 1 column 7"},
		{"no object", "requests", `[1,2]`, 400, "bad-json", ""},
		{"two values", "requests", good + good, 400, "bad-json", "line 2"},
		{"a key that is not there", "requests", detainer("b1", `,"citizenship":"x"`), 400, "unknown-key", "citizenship"},
		{"an unknown fact", "requests", with("b2", `"document.judicial":"none"`, `"document.judical":"none"`), 400, "unknown-fact", "items[0].facts.document.judical"},
		{"a misspelt value", "requests", with("b3", "i-247a", "i-274a"), 400, "unknown-value", "items[0].facts.document.detainer"},
		{"the year 20026", "requests", with("b4", "2026-10-07T", "20026-10-07T"), 400, "bad-date", "at"},
		{"the year 1887", "requests", with("b5", "2026-10-07T", "1887-10-07T"), 400, "bad-date", "at"},
		{"a place that is not there", "requests", with("b6", "us-il-cook", "us-il-cooc"), 400, "unknown-place", "in"},
		{"an actor that is not there", "requests", with("b7", "county-jail", "county-jial"), 400, "unknown-actor", "items[0].actor"},
		{"an act of another kind", "requests", with("b8", "hold-on-detainer", "scene-support"), 400, "wrong-act", "items[0].act"},
		{"a kind that is not there", "requests", with("b9", `"kind":"detainer"`, `"kind":"dossier"`), 400, "unknown-kind", "kind"},
		{"another agency", "requests", with("b10", testAgency, "TX0010000"), 403, "not-yours", "agency"},
		{"a field for status", "requests", detainer("b11", `,"sealed":{"immigration_status":"x"}`), 400, "refused-field", "sealed.immigration_status"},
		{"an id with spaces", "requests", with("b12", "b12", "b 12"), 400, "bad-id", "id"},
		{"no id", "requests", with("b13", "b13", ""), 400, "bad-id", "id"},
		{"a used id with other content", "requests", strings.Replace(good, "i-247a", "i-247d", 1), 409, "conflict-id", "id good"},
		{"an act on nothing", "requests/nobody/acts", `{"id":"b14","done":"released"}`, 404, "no-entry", ""},
		{"an act that cannot be", "requests/good/acts", `{"id":"b15","done":"vanished"}`, 400, "bad-field", "done"},
		{"decide: no JSON", "decide", `{`, 400, "bad-json", ""},
		{"decide: an unknown place", "decide", `{"in":"us-zz","on":"2025-06-01","actor":"sheriff","act":"hold-on-detainer","facts":{}}`, 400, "unknown-place", "in"},
		{"decide: the year 20026", "decide", `{"in":"us-il","on":"20026-06-01","actor":"sheriff","act":"hold-on-detainer","facts":{}}`, 400, "bad-date", "on"},
	} {
		r := s.post(t, "/api/v1/"+c.path, c.body)
		p := r.problem()
		if r.status != c.status || p.Code != c.code || !strings.HasPrefix(p.Where, c.where) || p.Title == "" {
			t.Errorf("%s: %d %s, want %d %s at %q", c.name, r.status, r.body, c.status, c.code, c.where)
		}
		if got := r.header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s: it is sent as %s", c.name, got)
		}
	}
	entries := read[struct{ Entries []struct{ ID string } }](t, s.get(t, "/api/v1/entries?limit=1000"))
	if len(entries.Entries) != 2 {
		t.Errorf("something of it was recorded: %+v", entries)
	}
	if r := s.post(t, "/api/v1/requests", good); r.status != 200 {
		t.Errorf("the good one again: %d %s", r.status, r.body)
	}
	if err := s.stop(); err != nil {
		t.Errorf("stop: %v %s", err, s.log)
	}
	mustVerify(t, dir, dir)
}

// endless gives n bytes of JSON that never ends, and counts what was taken.
type endless struct {
	left  int64
	taken atomic.Int64 // the client may still be sending when the answer is there
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := copy(p, bytes.Repeat([]byte("["), int(min(int64(len(p)), e.left))))
	e.left -= int64(n)
	e.taken.Add(int64(n))
	return n, nil
}

// TestTwoGigabytes: an upload of 2 GB is refused with 413 before much of it
// has been read, whether or not it says how long it is.
func TestTwoGigabytes(t *testing.T) {
	s, dir := serve(t)
	const size = 2 << 30
	for _, c := range []struct {
		path   string
		length int64
	}{
		{"/api/v1/requests", size}, {"/api/v1/requests", -1}, {"/api/v1/requests/x/acts", -1},
		{"/api/v1/decide", size}, {"/api/v1/decide", -1}, {"/ask", size}, {"/ask", -1},
	} {
		name := fmt.Sprintf("%s with length %d", c.path, c.length)
		body := &endless{left: size}
		req, err := http.NewRequest(http.MethodPost, s.url+c.path, body)
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = c.length
		req.Header.Set("Authorization", "Bearer "+s.token)
		req.Header.Set("Content-Type", "application/json")
		if c.path == "/ask" {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		began := time.Now()
		res, err := client.Do(req)
		took := time.Since(began)
		if body.taken.Load() > 64<<20 || took > 10*time.Second {
			t.Errorf("%s: %d bytes were taken in %s", name, body.taken.Load(), took)
		}
		// A server that hangs up in the middle may be seen as a broken pipe.
		if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
			t.Logf("%s: hung up after %d bytes", name, body.taken.Load())
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			said, _ := io.ReadAll(io.LimitReader(res.Body, 300))
			t.Errorf("%s: %s %s", name, res.Status, said)
		}
		res.Body.Close()
	}
	if grown := residentBytes(t, s.cmd.Process.Pid); grown > 512<<20 {
		t.Errorf("the server holds %d MB", grown>>20)
	}
	if r := s.post(t, "/api/v1/requests", detainer("after", "")); r.status != 201 {
		t.Errorf("after it: %d %s", r.status, r.body)
	}
	mustVerify(t, dir, s.url)
}

// residentBytes is the most memory that a process has held, where the system
// tells.
func residentBytes(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Logf("how much memory it holds is not known here: %v", err)
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kb int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kb); err == nil {
			return kb << 10
		}
	}
	return 0
}

// TestASecondProcess: one record has one program. The second is told so and
// changes nothing.
func TestASecondProcess(t *testing.T) {
	s, dir := serve(t)
	for _, args := range [][]string{
		{"serve", "-dir", dir, "-addr", "127.0.0.1:0"}, {"replay", dir}, {"doctor", "-repair", "-dir", dir},
		{"init", "-dir", dir, "-origin", testOrigin, "-agency", testAgency},
	} {
		out, said, code := comityRun(t, args...)
		if code != 2 || !strings.Contains(said, "hint: ") {
			t.Errorf("%v beside a server: %d %s%s", args, code, out, said)
		}
	}
	if _, _, code := comityRun(t, "serve", "-dir", dir, "-addr", strings.TrimPrefix(s.url, "http://")); code != 2 {
		t.Errorf("the same address: %d", code)
	}
	if r := s.post(t, "/api/v1/requests", detainer("still-here", "")); r.status != 201 {
		t.Errorf("the first server: %d %s", r.status, r.body)
	}
	mustVerify(t, dir, s.url)
}

// TestFullDisk: where the disk gives no more room, a request is refused with
// 507 or 503, what was acknowledged stays, and with room again all goes on.
// The disk is a small one where mounting is allowed; else files may not grow.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	mounted := syscall.Mount("none", disk, "tmpfs", 0, "size=3m") == nil
	if mounted {
		t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	}
	t.Logf("a disk of 3 MB is mounted: %v", mounted)
	path := mustProgram(t)
	dir := filepath.Join(disk, "record")
	out, err := exec.Command(path, "init", "-json", "-dir", dir, "-origin", testOrigin, "-agency", testAgency).Output()
	if err != nil {
		t.Fatal(err)
	}
	token := adminToken(t, out)
	command := exec.Command(path, "serve", "-json", "-dir", dir, "-addr", "127.0.0.1:0", "-beat", "1s")
	if !mounted {
		command = exec.Command("bash", "-c", `ulimit -f 2000; exec "$@"`, "-", path, "serve", "-json", "-dir", dir, "-addr", "127.0.0.1:0", "-beat", "1s")
	}
	s, err := startCommand(command)
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	s.token = token

	var acked []string
	var refused reply
	for i := range 5000 {
		id := fmt.Sprint("e", i)
		refused = s.post(t, "/api/v1/requests", detainer(id, ""))
		if refused.status != 201 {
			break
		}
		acked = append(acked, id)
	}
	p := refused.problem()
	if refused.status != 507 && refused.status != 503 || p.Code != "disk-full" && p.Code != "disk-fault" || p.Hint == "" {
		t.Fatalf("after %d entries: %d %s", len(acked), refused.status, refused.body)
	}
	if mounted {
		_, said, code := comityRun(t, "init", "-dir", filepath.Join(disk, "another"), "-origin", testOrigin, "-agency", testAgency)
		if code != exitOurs || !strings.Contains(said, "full") {
			t.Errorf("init on a full disk: %d %s", code, said)
		}
		if left, _ := filepath.Glob(filepath.Join(disk, ".making-*")); len(left) > 0 {
			t.Errorf("half-made records: %v", left)
		}
	}
	_ = s.stop() // on a full disk it may have something to say

	if mounted {
		if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT, "size=40m"); err != nil {
			t.Fatal(err)
		}
	}
	again, err := startServer(context.Background(), path, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.stop()
	again.token = token
	for _, id := range acked {
		if r := again.post(t, "/api/v1/requests", detainer(id, "")); r.status != 200 {
			t.Fatalf("%s is lost: %d %s", id, r.status, r.body)
		}
	}
	if r := again.post(t, "/api/v1/requests", detainer("room", "")); r.status != 201 {
		t.Errorf("with room: %d %s", r.status, r.body)
	}
	if err := again.stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	mustVerify(t, dir, dir)
	// The record is sound; on a mounted disk of a few MB the doctor rightly asks
	// for more room, and for nothing else.
	examined, said, code := comityRun(t, "doctor", "-dir", dir)
	if wrong := strings.Count(examined, "WRONG "); wrong != strings.Count(examined, "WRONG disk: ") || code != min(wrong, 1) {
		t.Errorf("doctor: %d %s%s", code, examined, said)
	}
	t.Logf("%d entries before the disk was full (%s)", len(acked), p.Code)
}

// TestReadOnly: a record that may not be written is not served, and nothing of
// it changes.
func TestReadOnly(t *testing.T) {
	dir, _ := newRecord(t)
	mayRead(t, dir)
	before := snapshot(t, dir)
	for _, args := range [][]string{
		{"serve", "-dir", dir, "-addr", "127.0.0.1:0"},
		{"init", "-dir", filepath.Join(dir, "new"), "-origin", testOrigin, "-agency", testAgency},
		{"import", "-o", filepath.Join(dir, "out"), "detainers", "none.csv"},
	} {
		cmd := exec.Command(mustProgram(t), args...)
		if os.Geteuid() == 0 { // who may write anywhere
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		var said bytes.Buffer
		cmd.Stderr = &said
		err := cmd.Run()
		if err == nil || cmd.ProcessState.ExitCode() != exitOurs || !strings.Contains(said.String(), "hint: ") {
			t.Errorf("%s: %v %s", args[0], err, &said)
		}
	}
	if after := snapshot(t, dir); after != before {
		t.Errorf("the folder changed")
	}
}

// mayRead takes the right to write from everything in dir and lets others read
// it and what leads there.
func mayRead(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		t.Cleanup(func() { _ = os.Chmod(path, 0o700) })
		if d.IsDir() {
			return os.Chmod(path, 0o555)
		}
		return os.Chmod(path, 0o444)
	})
	if err != nil {
		t.Fatal(err)
	}
	for up := filepath.Dir(dir); up != filepath.Clean(os.TempDir()) && up != "/"; up = filepath.Dir(up) {
		if err := os.Chmod(up, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// snapshot is every file below dir with its content.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		fmt.Fprintf(&out, "%s %q\n", path, data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
