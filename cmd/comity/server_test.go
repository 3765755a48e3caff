package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	testAgency = "IL0160000"
	testOrigin = "record.test.example/log"
)

// A server is a running `comity serve`.
type server struct {
	url, token string
	cmd        *exec.Cmd
	log        *locked // what it writes to standard error
	ended      chan error
}

// locked collects what another process writes.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// startServer starts the program and returns when it says that it is ready.
func startServer(ctx context.Context, path, dir string, more ...string) (*server, error) {
	args := append([]string{"serve", "-json", "-dir", dir, "-addr", "127.0.0.1:0", "-beat", "1s"}, more...)
	return startCommand(exec.CommandContext(ctx, path, args...))
}

func startCommand(cmd *exec.Cmd) (*server, error) {
	s, _, err := startReading(cmd)
	return s, err
}

// startReading also returns the line in which the program says that it is ready.
func startReading(cmd *exec.Cmd) (*server, []byte, error) {
	s := &server{cmd: cmd, log: &locked{}, ended: make(chan error, 1)}
	cmd.Stderr = s.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	line, readErr := bufio.NewReader(out).ReadBytes('\n')
	go func() { s.ended <- cmd.Wait() }()
	var is ready
	if err := json.Unmarshal(line, &is); readErr != nil || err != nil || is.PID != cmd.Process.Pid {
		_ = s.stop()
		return nil, nil, fmt.Errorf("the server said %q, %v; %s", line, readErr, s.log)
	}
	s.url = "http://" + is.Addr
	return s, line, nil
}

// stop ends the server as Ctrl-C does.
func (s *server) stop() error {
	_ = s.cmd.Process.Signal(os.Interrupt) // it may have ended by itself
	select {
	case err := <-s.ended:
		s.ended <- err
		return err
	case <-time.After(20 * time.Second):
		return fmt.Errorf("the server does not stop: %w", s.kill())
	}
}

// kill ends the server as a power cut does.
func (s *server) kill() error {
	err := s.cmd.Process.Signal(syscall.SIGKILL)
	ended := <-s.ended
	s.ended <- ended
	return err
}

// A reply is what the server answers.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) text() string { return string(r.body) }

// problem reads an RFC 9457 body.
func (r reply) problem() (p struct{ Title, Code, Where, Hint string }) {
	_ = json.Unmarshal(r.body, &p) // what is no problem has no code
	return p
}

var client = &http.Client{
	Timeout:       30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (s *server) send(method, path, body string) (reply, error) {
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	res, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, data}, err
}

func (s *server) post(t testing.TB, path, body string) reply {
	t.Helper()
	r, err := s.send(http.MethodPost, path, body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (s *server) get(t testing.TB, path string) reply {
	t.Helper()
	r, err := s.send(http.MethodGet, path, "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// newRecord makes a record with the real program.
func newRecord(t testing.TB) (dir, token string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "record")
	out, err := exec.Command(mustProgram(t), "init", "-json", "-dir", dir, "-origin", testOrigin, "-agency", testAgency).Output()
	if err != nil {
		t.Fatal(err)
	}
	return dir, adminToken(t, out)
}

// adminToken reads what init -json said.
func adminToken(t testing.TB, out []byte) string {
	t.Helper()
	var made struct {
		Token string `json:"admin_token"`
	}
	if err := json.Unmarshal(out, &made); err != nil || made.Token == "" {
		t.Fatalf("init said %s, %v", out, err)
	}
	return made.Token
}

// serve makes a record and serves it until the test ends.
func serve(t testing.TB) (s *server, dir string) {
	t.Helper()
	dir, token := newRecord(t)
	s, err := startServer(context.Background(), mustProgram(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	s.token = token
	t.Cleanup(func() { _ = s.stop() })
	return s, dir
}

// comityRun runs one command of the real program.
func comityRun(t testing.TB, args ...string) (out, said string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(mustProgram(t), args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// mustVerify checks a record in a folder or at an address with the program.
func mustVerify(t testing.TB, dir, where string) {
	t.Helper()
	if out, said, code := comityRun(t, "verify", "-key", filepath.Join(dir, "log.vkey"), where); code != 0 {
		t.Fatalf("verify ends with %d: %s%s", code, out, said)
	}
}

// detainer is a request about one jailed person; more goes into the object.
func detainer(id, more string) string {
	return fmt.Sprintf(`{"id":%q,"agency":%q,"kind":"detainer","in":"us-il-cook","at":"2026-10-07T03:17:41-05:00","actor":"county-jail",
		"items":[{"act":"hold-on-detainer","facts":{"document.detainer":"i-247a","document.judicial":"none"}}]%s}`, id, testAgency, more)
}

// assistance is a request for help at a scene.
func assistance(id, more string) string {
	return fmt.Sprintf(`{"id":%q,"agency":%q,"kind":"assistance","in":"us-il-cook","at":"2026-10-07T03:17:41-05:00","actor":"sheriff",
		"items":[{"act":"scene-support","facts":{"request.kind":"scene-support","request.purpose":"civil-immigration"}}]%s}`, id, testAgency, more)
}
