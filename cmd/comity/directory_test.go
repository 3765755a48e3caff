package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"comity/record"
)

// Three records served by the program, and a directory of them: one is good,
// one is restored from an old backup and grows another history, one is stopped.
// Everything is then checked from outside.
func TestDirectoryOverServers(t *testing.T) {
	t.Parallel()
	program := mustProgram(t)
	quiet := log.New(io.Discard, "", 0)
	type agency struct {
		*server
		dir  string
		goes atomic.Pointer[url.URL]
	}
	var list strings.Builder
	var agencies []*agency
	for i := range 3 {
		a := &agency{dir: filepath.Join(t.TempDir(), "record")}
		out, said, code := comityRun(t, "init", "-json", "-dir", a.dir, "-origin", fmt.Sprintf("agency-%d.example/log", i), "-agency", testAgency, "-sample")
		if code != 0 {
			t.Fatal(out, said)
		}
		var made struct{ Key, Admin_token string }
		if err := json.Unmarshal([]byte(out), &made); err != nil {
			t.Fatal(err)
		}
		s, err := startServer(context.Background(), program, a.dir)
		if err != nil {
			t.Fatal(err)
		}
		a.server = s
		a.token = made.Admin_token
		aim(t, &a.goes, s.url)
		proxy := httptest.NewServer(&httputil.ReverseProxy{ErrorLog: quiet, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(a.goes.Load()) }})
		t.Cleanup(proxy.Close)
		t.Cleanup(func() { _ = a.stop() })
		fmt.Fprintf(&list, "log %s %s/log\nagency %s\nbeat 1s\n", made.Key, proxy.URL, testAgency)
		agencies = append(agencies, a)
	}
	logs := filepath.Join(t.TempDir(), "logs.txt")
	if err := os.WriteFile(logs, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, said, code := comityRun(t, "directory", "check", logs); code != 0 || out != "3 logs of 1 agencies, 0 keys of cosigners\n" {
		t.Errorf("%d %s%s", code, out, said)
	}
	dir := filepath.Join(t.TempDir(), "directory")
	if out, said, code := comityRun(t, "init", "-dir", dir, "-origin", "directory.example/log", "-agency", "NEWSROOM"); code != 0 {
		t.Fatal(out, said)
	}
	write := func(a *agency, ids ...string) {
		t.Helper()
		for _, id := range ids {
			if r := a.post(t, "/api/v1/requests", detainer(id, "")); r.status != http.StatusCreated {
				t.Fatal(r.text())
			}
		}
		eventually(t, "a checkpoint of them", func() bool {
			c, err := recordCheckpoint(t, a.dir, a.get(t, "/log/checkpoint").body)
			return err == nil && c.Size > int64(len(ids))
		})
	}
	old := filepath.Join(t.TempDir(), "old")
	forked, stopped := agencies[1], agencies[2]
	write(agencies[0], "a", "b")
	if err := forked.stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(old, os.DirFS(forked.dir)); err != nil {
		t.Fatal(err)
	}
	restart := func(a *agency, dir string) {
		t.Helper()
		s, err := startServer(context.Background(), program, dir)
		if err != nil {
			t.Fatal(err)
		}
		token := a.token
		a.server = s
		a.token = token
		aim(t, &a.goes, s.url)
	}
	restart(forked, forked.dir)
	write(forked, "a", "b")

	d, err := startCommand(exec.Command(program, "directory", "serve", "-json", "-dir", dir, "-logs", logs, "-addr", "127.0.0.1:0", "-every", "1s", "-beat", "1s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.stop() })
	seen := func() []record.Watched {
		var body struct{ Logs []record.Watched }
		if err := json.Unmarshal(d.get(t, "/api/v1/logs").body, &body); err != nil {
			t.Fatal(err)
		}
		return body.Logs
	}
	eventually(t, "all three are known", func() bool {
		list := seen()
		return len(list) == 3 && list[0].Size > 2 && list[1].Size > 2 && list[2].Size > 0
	})
	if err := stopped.stop(); err != nil {
		t.Fatal(err)
	}
	if err := forked.stop(); err != nil {
		t.Fatal(err)
	}
	restart(forked, old)
	eventually(t, "the restored one is short, the stopped one silent", func() bool {
		list := seen()
		return list[1].Has(record.Shrunk) && list[2].Has(record.Unreachable) && !list[2].Has(record.Late)
	})
	write(forked, "x", "y", "z", "w")
	eventually(t, "the restored one forked", func() bool { return seen()[1].Has(record.Forked) })
	if list := seen(); len(list[0].Faults) != 0 && !list[0].Has(record.Late) {
		t.Errorf("the good one: %+v", list[0])
	}
	if page := d.get(t, "/es/logs").text(); !strings.Contains(page, "Bifurcado") || !strings.Contains(page, "Sin respuesta") {
		t.Error("the page does not say so")
	}
	vkey := filepath.Join(dir, "log.vkey")
	eventually(t, "a receipt for all of it", func() bool {
		_, _, code := comityRun(t, "verify", "-key", vkey, d.url)
		return code == 0
	})
	out, said, code := comityRun(t, "directory", "verify", "-json", "-key", vkey, d.url)
	var v directoryVerdict
	if err := json.Unmarshal([]byte(out), &v); code != 0 || err != nil || !v.Good || v.Logs != 3 || v.Receipts != 3 || v.Proofs != 2 {
		t.Errorf("%d %s%s", code, out, said)
	}
	other := filepath.Join(agencies[0].dir, "log.vkey")
	if _, said, code := comityRun(t, "directory", "verify", "-key", other, d.url); code != 1 {
		t.Errorf("under another key: %d %s", code, said)
	}
	if err := d.stop(); err != nil {
		t.Fatal(err)
	}
	out, said, code = comityRun(t, "directory", "once", "-dir", dir, "-logs", logs)
	if code != 1 || !strings.Contains(out, "agency-1.example/log (IL0160000): ") || !strings.Contains(out, "FORKED: it signed two histories") || !strings.Contains(out, "no answer") {
		t.Errorf("%d %s%s", code, out, said)
	}
}

func aim(t *testing.T, to *atomic.Pointer[url.URL], address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	to.Store(u)
}

func recordCheckpoint(t *testing.T, dir string, signed []byte) (record.Checkpoint, error) {
	t.Helper()
	key, err := readKey(filepath.Join(dir, "log.vkey"))
	if err != nil {
		t.Fatal(err)
	}
	return key.Checkpoint(signed)
}

func TestDirectoryRefusesWhatItCannotRead(t *testing.T) {
	for want, args := range map[string][]string{
		"say what to do":      {"directory"},
		"-logs is missing":    {"directory", "once", "-dir", t.TempDir()},
		"-dir is missing":     {"directory", "serve", "-logs", "x"},
		"-key is missing":     {"directory", "verify", "https://x.example"},
		"say which list":      {"directory", "check"},
		"say which directory": {"directory", "verify", "-key", "x"},
	} {
		if _, said, code := comityRun(t, args...); code != 2 || !strings.Contains(said, want) {
			t.Errorf("%v: %d %s", args, code, said)
		}
	}
}
