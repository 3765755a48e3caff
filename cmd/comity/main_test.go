package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var kills = flag.Int("kills", 12, "how often TestKillServer kills the server")

// suite runs the tests and removes the program that some of them built.
type suite struct{ m *testing.M }

func (s suite) Run() int {
	code := s.m.Run()
	if path, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	return code
}

func TestMain(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){"comity": main})
}

// program is the real program, built once: what these tests start, kill and
// starve is what is shipped.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "comity-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "comity")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	// It also runs as another user, who must be able to reach it.
	return path, os.Chmod(dir, 0o755)
})

func mustProgram(t testing.TB) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestScripts runs testdata/*.txt: each is a user at a terminal.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TZ", "UTC")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  scriptExits,
			"listen": scriptListen,
			"post":   scriptPost,
		},
	})
}

// exits CODE COMMAND…: the command ends with exactly this code, and an error
// is told in the one voice of the program.
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var ended *exec.ExitError
	got := 0
	switch {
	case errors.As(err, &ended):
		got = ended.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("it ended with %d, want %d", got, want)
	}
	said := ts.ReadFile("stderr")
	if (want == exitInput || want == exitOurs) && !strings.HasPrefix(said, "comity: ") {
		ts.Fatalf("an error must begin with comity:, it says %q", said)
	}
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "comity: ") && !strings.HasPrefix(line, "hint: ") {
			ts.Fatalf("a line of stderr in another voice: %q", line)
		}
	}
}

// listen DIR: serves the record until the script ends; sets URL.
func scriptListen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: listen DIR")
	}
	path, err := program()
	ts.Check(err)
	s, err := startServer(context.Background(), path, ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(func() { _ = s.stop() })
	ts.Setenv("URL", s.url)
}

// post PATH FILE CODE: sends a file with the token in the file token.
func scriptPost(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: post PATH FILE CODE")
	}
	s := &server{url: ts.Getenv("URL"), token: strings.TrimSpace(ts.ReadFile("token"))}
	got, err := s.send("POST", args[0], ts.ReadFile(args[1]))
	ts.Check(err)
	if strconv.Itoa(got.status) != args[2] {
		ts.Fatalf("%s: %d %s", args[0], got.status, got.body)
	}
}
