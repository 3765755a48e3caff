//go:build unix

package store

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"comity/record"
)

// crashwriter builds the program that these tests kill.
var crashwriter = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "crashwriter-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "crashwriter")
	out, err := exec.Command("go", "build", "-o", path, "./testdata/crashwriter").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, os.Chmod(dir, 0o755)
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := crashwriter(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

func writerCommand(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := crashwriter()
	if err != nil {
		t.Fatal(err)
	}
	return exec.Command(path, args...)
}

// acknowledged reads ids until the program ends.
func acknowledged(out io.Reader, onFirst func()) (acks []string, said string) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		id, ok := strings.CutPrefix(lines.Text(), "ack ")
		switch {
		case ok:
			if len(acks) == 0 {
				onFirst()
			}
			acks = append(acks, id)
		case lines.Text() != "ready":
			said += lines.Text() + "\n"
		}
	}
	return acks, said
}

// Twelve kills at random moments under load: no entry that was acknowledged is
// lost, none is there twice, the log has no gap and verifies, and what was
// public before is public after.
func TestTwelveKillsLoseNothing(t *testing.T) {
	const kills = 12
	dir := filepath.Join(t.TempDir(), "data")
	acks := map[string]bool{}
	var public record.Head
	for run := range kills {
		cmd := writerCommand(t, "-dir", dir, "-run", fmt.Sprint(run))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		got, said := acknowledged(out, func() {
			time.AfterFunc(time.Duration(rand.IntN(400))*time.Millisecond, func() { cmd.Process.Kill() })
		})
		if err := cmd.Wait(); err == nil || cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("run %d was not killed: %v %s %s", run, err, said, stderr.String())
		}
		for _, id := range got {
			acks[id] = true
		}
		public = afterKill(t, dir, acks, public)
	}
	t.Logf("counted: fault=kill-store kills=%d acknowledged=%d lost=0 doubled=0 published=%d", kills, len(acks), public.Size)
}

// afterKill opens the record and compares it with what was acknowledged.
func afterKill(t *testing.T, dir string, acks map[string]bool, before record.Head) record.Head {
	t.Helper()
	c := Config{Kinds: []record.Kind{{Name: "detainer", Commitments: 12, Release: record.Monthly}}}
	s, err := Open(t.Context(), dir, c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	lost, doubled := 0, 0
	seen := map[string]int{}
	next := int64(0)
	for {
		page, err := s.Entries(t.Context(), "", next-1, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if e.Index != next {
				t.Fatalf("a gap before index %d", e.Index)
			}
			if e.Kind == "detainer" && (len(e.Fields) != 2 || e.Fields[1].Value != "Canary "+e.ID) {
				t.Fatalf("entry %s does not say what was written: %+v", e.ID, e.Fields)
			}
			next++
			seen[e.ID]++
		}
	}
	for id := range acks {
		if seen[id] == 0 {
			lost++
		}
	}
	for _, n := range seen {
		if n > 1 {
			doubled++
		}
	}
	if lost+doubled > 0 {
		t.Fatalf("%d acknowledged entries are lost, %d are there twice", lost, doubled)
	}
	head, err := s.Publish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if before.Checkpoint != nil {
		if _, err := record.Consistent(t.Context(), s.Key(), s.files, before.Checkpoint, head.Checkpoint); err != nil {
			t.Fatal(err)
		}
	}
	return head
}

func TestASecondProcessIsRefused(t *testing.T) {
	onlySQLite(t, "PostgreSQL serves several processes")
	c := newClock()
	s, dir := create(t, c)
	out, err := writerCommand(t, "-dir", dir).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "problem in-use") {
		t.Errorf("a second program said: %s", out)
	}
	mustAppend(t, s, draft("still-ours", c.now()))
}

// A full disk: here a limit on the size of files, which every system has.
// Where mounting is allowed, a small disk is filled besides (mount_test.go).
func TestAFullDiskLosesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	cmd := writerCommand(t, "-dir", dir, "-limit", fmt.Sprint(3<<20))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	got, said := acknowledged(out, func() {})
	timer.Stop()
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 2 {
		t.Fatalf("the program did not stop with a Problem: %v", err)
	}
	if said != "problem disk-fault\n" && said != "problem disk-full\n" {
		t.Errorf("it said %q", said)
	}
	if len(got) == 0 {
		t.Fatal("nothing was acknowledged before the limit: the test shows nothing")
	}
	acks := map[string]bool{}
	for _, id := range got {
		acks[id] = true
	}
	afterKill(t, dir, acks, record.Head{})
	t.Logf("counted: fault=file-limit runs=1 acknowledged=%d lost=0 doubled=0", len(got))
}
