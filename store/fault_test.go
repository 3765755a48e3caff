//go:build linux

package store

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"comity/record"
)

var faultRuns = flag.Int("faults", 1, "how often each system call is made to fail in TestSystemCallsFail")

// Faults of the system under load, injected by strace: from a random moment on,
// every so often a call fails. Whatever the program makes of it, what it had
// acknowledged is there afterwards, once, and the log verifies.
func TestSystemCallsFail(t *testing.T) {
	onlySQLite(t, "the folder holds no database")
	strace, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(strace, "-f", "-o", "/dev/null", "true").Run()
	}
	if err != nil {
		t.Skipf("needs strace and the right to trace: %v", err)
	}
	all, runs, failed := 0, 0, 0
	for _, f := range []struct {
		fault string
		first int // calls of one thread before the first that fails, at least
	}{
		{"fsync:error=EIO", 20}, {"fsync:error=ENOSPC", 20}, {"pwrite64:error=EIO", 40}, {"pwrite64:error=ENOSPC", 40},
		{"write:error=ENOSPC", 20}, {"renameat:error=EIO", 2}, {"renameat:error=ENOSPC", 2}, {"openat:error=EMFILE", 6},
	} {
		fault, call := f.fault, strings.SplitN(f.fault, ":", 2)[0]
		met := 0
		dir := filepath.Join(t.TempDir(), "data")
		acks := map[string]bool{}
		var public record.Head
		for run := range *faultRuns {
			inject := fmt.Sprintf("inject=%s:when=%d+%d", fault, f.first+rand.IntN(2*f.first), 1+rand.IntN(9))
			path, err := crashwriter()
			if err != nil {
				t.Fatal(err)
			}
			if run == 0 { // made without faults
				_ = writerCommand(t, "-dir", dir, "-limit", "1").Run() // ends at once: it may not write
			}
			trace := filepath.Join(t.TempDir(), "trace")
			cmd := exec.Command(strace, "-f", "--seccomp-bpf", "-o", trace, "-e", "trace="+call, "-e", inject, path, "-dir", dir, "-run", fmt.Sprint(run+1))
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			end := time.AfterFunc(3*time.Second, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
			got, _ := acknowledged(out, func() {})
			_ = cmd.Wait() // killed, or ended by itself with a Problem
			end.Stop()
			for _, id := range got {
				acks[id] = true
			}
			text, err := os.ReadFile(trace)
			if err != nil {
				t.Fatal(err)
			}
			met += bytes.Count(text, []byte("(INJECTED)"))
			runs++
			public = afterKill(t, dir, acks, public)
		}
		if met == 0 {
			t.Errorf("%s: no call failed: the test shows nothing", fault)
		}
		all, failed = all+len(acks), failed+met
		t.Logf("%s: %d calls failed in %d runs, %d acknowledged", fault, met, *faultRuns, len(acks))
	}
	t.Logf("counted: fault=syscalls runs=%d failed-calls=%d acknowledged=%d lost=0 doubled=0", runs, failed, all)
}

// The clock jumps both ways, as after an empty battery or a wrong time server.
func TestTheClockJumps(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	began := c.now()
	mustAppend(t, s, draft("begin", began))
	before := mustPublish(t, s)
	acks := map[string]record.Appended{}
	ulids := map[string]bool{}
	refused := 0
	for i, jump := range []time.Duration{time.Hour, -2 * time.Hour, 26 * time.Hour, -400 * 24 * time.Hour, 800 * 24 * time.Hour, -400 * 24 * time.Hour, time.Second} {
		c.add(jump)
		for n := range 20 {
			a := mustAppend(t, s, draft(fmt.Sprintf("jump-%d-%d", i, n), c.now()))
			if ulids[a.ULID] {
				t.Errorf("the permanent id %s is given twice", a.ULID)
			}
			ulids[a.ULID], acks[a.ID] = true, a
		}
		head, err := s.Publish(t.Context())
		if err != nil {
			refused++
			t.Logf("after a jump of %v: %v", jump, err)
			continue
		}
		g, err := record.Consistent(t.Context(), s.Key(), s.files, before.Checkpoint, head.Checkpoint)
		if err != nil {
			t.Error(err)
		}
		if g.To.At.Before(g.From.At) || g.To.At.Before(c.now()) {
			t.Errorf("after a jump of %v the checkpoint is of %v, the one before of %v", jump, g.To.At, g.From.At)
		}
		before = head
		if err := s.Sweep(t.Context()); err != nil {
			t.Errorf("after a jump of %v: %v", jump, err)
		}
		s = reopen(t, s, c)
	}
	c.set(began.Add(1000 * 24 * time.Hour))
	mustPublish(t, s)
	for id, a := range acks {
		if e, err := s.Entry(t.Context(), id); err != nil || e.Index != a.Index || len(e.Fields) != 4 {
			t.Errorf("%s: %+v, %v", id, e, err)
		}
	}
	if n, err := s.Size(t.Context()); err != nil || n != int64(len(acks))+2 {
		t.Errorf("%d entries for %d acknowledged, %v", n, len(acks), err)
	}
	if _, err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if !t.Failed() {
		t.Logf("counted: fault=clock jumps=7 acknowledged=%d lost=0 doubled=0 beats-refused=%d", len(acks), refused)
	}
}
