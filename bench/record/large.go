package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"comity/store"
)

// large lays a log of millions of entries, publishes it, then lets a process of
// its own open it, and the built program serve it.
func (p plan) large(ctx context.Context) error {
	if p.entries == 0 {
		return nil
	}
	if p.kept != "" {
		if _, err := os.Stat(filepath.Join(p.kept, "log", "checkpoint")); err == nil {
			return p.reopen(ctx, p.kept)
		}
	}
	dir := cmp.Or(p.kept, filepath.Join(p.dir, "large"))
	if err := p.layLarge(ctx, dir); err != nil {
		return err
	}
	return p.reopen(ctx, dir)
}

func (p plan) layLarge(ctx context.Context, dir string) error {
	took, err := lay(ctx, dir, p.entries)
	if err != nil {
		return err
	}
	info, err := os.Stat(filepath.Join(dir, "record.db"))
	if err != nil {
		return err
	}
	say(fmt.Sprintf("lay %d entries into the database", p.entries), float64(p.entries)/took.Seconds(), "entries/s", "", "%.1f GB", float64(info.Size())/1e9)
	s, err := store.Open(ctx, dir, config())
	if err != nil {
		return err
	}
	began := time.Now()
	_, err = s.Publish(ctx)
	say(fmt.Sprintf("publish %d entries at one beat", p.entries), float64(p.entries)/time.Since(began).Seconds(), "entries/s", "", "")
	return errors.Join(err, s.Close())
}

// reopen measures a large record that is there.
func (p plan) reopen(ctx context.Context, dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, cold := range []bool{true, false} {
		if cold {
			if err := forget(filepath.Join(dir, "record.db")); err != nil {
				return err
			}
		}
		child := exec.CommandContext(ctx, self, "-reopen", dir)
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Run(); err != nil {
			return err
		}
	}
	if p.program == "" {
		return nil
	}
	return p.served(ctx, dir)
}

// forget takes a file out of the memory of the system.
func forget(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return err
	}
	return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
}

// reopened is the process of its own: it opens the record and reads pages.
func reopened(ctx context.Context, dir string) error {
	began := time.Now()
	s, err := store.Open(ctx, dir, config())
	if err != nil {
		return err
	}
	say("open", time.Since(began).Seconds(), "s", "2", "")
	size, err := s.Size(ctx)
	if err != nil {
		return err
	}
	pages := []struct {
		name  string
		after int64
	}{{"first", -1}, {"middle", size / 2}, {"last month", size - size/100}, {"end", size - 100}}
	for _, page := range pages {
		for _, again := range []string{"", ", again"} {
			began := time.Now()
			list, err := s.PublicHeaders(ctx, page.after, 51)
			if err != nil {
				return err
			}
			say("page of headers, "+page.name+again, ms(time.Since(began)), "ms", "50", "%d headers", len(list))
		}
	}
	for _, again := range []string{"", ", again"} {
		began := time.Now()
		cells, err := s.Cells(ctx)
		if err != nil {
			return err
		}
		say("counts of the public record"+again, ms(time.Since(began)), "ms", "50", "%d cells", len(cells))
	}
	began = time.Now()
	if _, err := s.Receipt(ctx, name(int(size/2))); err != nil {
		return err
	}
	say("receipt completed", ms(time.Since(began)), "ms", "", "")
	if err := sayMemory("the process that opened it", "self"); err != nil {
		return err
	}
	return s.Close()
}

// served starts the built program on the record and fetches its page.
func (p plan) served(ctx context.Context, dir string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	program := exec.CommandContext(ctx, p.program, "serve", "-dir", dir, "-addr", "127.0.0.1:0", "-json")
	program.Stderr = os.Stderr
	out, err := program.StdoutPipe()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := program.Start(); err != nil {
		return err
	}
	defer func() { stop(); _ = program.Wait() }()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the program did not start: %w", err)
	}
	say("serve, start to ready", time.Since(began).Seconds(), "s", "2", "law loaded")
	var ready struct{ Addr string }
	if err := json.Unmarshal(line, &ready); err != nil {
		return err
	}
	for _, path := range []string{"/record", "/record", "/record?after=" + fmt.Sprint(p.entries/2), "/record?after=" + fmt.Sprint(p.entries-p.entries/100), "/log/checkpoint"} {
		began := time.Now()
		if err := get("http://" + ready.Addr + path); err != nil {
			return err
		}
		say("GET "+path, ms(time.Since(began)), "ms", "50", "")
	}
	return sayMemory("the program that served it", strconv.Itoa(program.Process.Pid))
}

// sayMemory gives the most that a process ever held.
func sayMemory(who, pid string) error {
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kb); err == nil {
			say("largest memory of "+who, kb/1e3, "MB", "300", "")
		}
	}
	return nil
}

func get(url string) error {
	r, err := http.Get(url)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, r.Status)
	}
	return nil
}
