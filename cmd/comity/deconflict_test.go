package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity/store"
)

// A station is one agency with a server process of its own and its watch
// commander at a browser.
type station struct {
	*server
	t      *testing.T
	ori    string
	dir    string
	cookie *http.Cookie
}

// stationsOf starts a server for each agency. Every pair shares a key, made by
// the program; addresses are given after the servers know theirs.
func stationsOf(t *testing.T, oris ...string) map[string]*station {
	t.Helper()
	folder := t.TempDir()
	out := map[string]*station{}
	addresses := map[string]string{}
	for _, ori := range oris {
		addresses[ori] = freeAddress(t)
		out[ori] = &station{t: t, ori: ori, dir: filepath.Join(folder, ori)}
	}
	for i, a := range oris {
		for _, b := range oris[i+1:] {
			key, said, code := comityRun(t, "deconflict", "key")
			if code != 0 {
				t.Fatalf("make a key: %s", said)
			}
			write(t, filepath.Join(folder, a+"-"+b+".key"), key)
		}
	}
	for _, ori := range oris {
		var peers strings.Builder
		fmt.Fprintf(&peers, "agency: %s\nwatch_desk: {name: Watch desk, phone: 555-%s}\npeers:\n", ori, ori)
		for _, other := range oris {
			if other != ori {
				name := min(ori, other) + "-" + max(ori, other) + ".key"
				fmt.Fprintf(&peers, "  - {agency: %s, name: Agency %s, phone: \"555-0100\", url: \"http://%s\", key: %s}\n", other, other, addresses[other], name)
			}
		}
		file := filepath.Join(folder, ori+".yaml")
		write(t, file, peers.String())
		out[ori].start(addresses[ori], file)
	}
	return out
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// start makes the record and a sign-in link, and starts the process.
func (s *station) start(address, peers string) {
	s.t.Helper()
	s.dir = filepath.Join(s.dir, "record")
	config := recordConfig(slog.New(slog.DiscardHandler), time.Second)
	r, err := store.Create(s.t.Context(), s.dir, store.Identity{Origin: s.ori + ".example/log", Agency: s.ori, Sample: true}, config)
	if err != nil {
		s.t.Fatal(err)
	}
	link, err := r.NewLink(s.t.Context(), store.Account{Agency: s.ori, Role: "watch-commander", Name: "sample commander", Sample: true}, time.Hour)
	if err != nil || r.Close() != nil {
		s.t.Fatal(err)
	}
	cmd := startCommandAt(s.t, s.dir, address, peers)
	s.server = cmd
	s.t.Cleanup(func() { _ = s.stop() })
	w := s.do("GET", "/desk/enter?token="+link, nil)
	for _, c := range w.Cookies() {
		if strings.HasSuffix(c.Name, "comity-desk") {
			s.cookie = c
		}
	}
	if s.cookie == nil {
		s.t.Fatalf("sign in: %s", w.Status)
	}
}

func startCommandAt(t *testing.T, dir, address, peers string) *server {
	t.Helper()
	s, err := startServer(context.Background(), mustProgram(t), dir, "-addr", address, "-peers", peers)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *station) do(method, path string, form url.Values) *http.Response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if s.cookie != nil {
		r.AddCookie(s.cookie)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { w.Body.Close() })
	return w
}

func (s *station) page(path string) string {
	s.t.Helper()
	b, err := io.ReadAll(s.do("GET", path, nil).Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// plans enters a plan and asks the others; it returns the address of the plan.
func (s *station) plans(kind, cells string) (address string, status int) {
	s.t.Helper()
	begins := time.Now().Add(6 * time.Hour)
	w := s.do("POST", "/desk/joint/plan", url.Values{"title": {"CANARY-" + s.ori}, "kind": {kind}, "cells": {cells}, "lead": {"CANARY-LEAD"},
		"begins": {begins.Format("2006-01-02T15:04")}, "ends": {begins.Add(2 * time.Hour).Format("2006-01-02T15:04")}})
	address = w.Header.Get("Location")
	if w.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("save a plan: %s", w.Status)
	}
	return address, s.do("POST", address+"/ask", nil).StatusCode
}

// Scenario 8 and row K5 with real processes: both parties of an overlap are
// told, the third agency keeps and shows nothing, nobody outside sees anything,
// and the alarm stops who asks too often.
func TestDeconflictionBetweenServers(t *testing.T) {
	t.Parallel()
	all := stationsOf(t, "IL9999901", "IL9999902", "IL9999903")
	one, two, third := all["IL9999901"], all["IL9999902"], all["IL9999903"]
	first, status := one.plans("arrest-or-search", "41.8781,-87.6298")
	if status != http.StatusSeeOther {
		t.Fatalf("ask: %d", status)
	}
	second, _ := two.plans("surveillance", "41.8790,-87.6280")
	if page := two.page(second); !strings.Contains(page, "Overlap with Agency IL9999901") || !strings.Contains(page, "555-IL9999901") {
		t.Error("who asked was not told of the overlap")
	}
	if page := one.page("/desk/joint"); !strings.Contains(page, "Overlap with Agency IL9999902") || !strings.Contains(page, "555-IL9999902") {
		t.Error("who was asked was not told of the overlap")
	}
	for _, s := range all {
		if page := s.page("/desk/joint"); strings.Count(page, "CANARY") != strings.Count(page, "CANARY-"+s.ori) || s == third && strings.Contains(page, "CANARY") {
			t.Errorf("%s sees another's plan", s.ori)
		}
	}
	if page := third.page("/desk/joint"); strings.Contains(page, "Overlap") {
		t.Error("the third agency learned of the overlap")
	}
	for i := range 11 {
		if _, status := two.plans("surveillance", fmt.Sprintf("3%d.5,-100.5", i%9)); status != http.StatusSeeOther {
			t.Fatalf("plan %d: %d", i+2, status)
		}
	}
	if _, status := two.plans("surveillance", "41.8781,-87.6298"); status != http.StatusUnprocessableEntity {
		t.Errorf("above the cap: %d", status)
	}
	if page := two.page("/desk/joint"); !strings.Contains(page, "Probe alarm") {
		t.Error("the commander sees no alarm")
	}
	if n := strings.Count(one.page(first), "Overlap with"); n != 1 {
		t.Errorf("the first plan was told %d overlaps", n)
	}
	// A peer that is down is said so, and telephoned.
	if err := one.stop(); err != nil {
		t.Error(err)
	}
	alone, _ := third.plans("undercover", "41.8781,-87.6298")
	if page := third.page(alone); !strings.Contains(page, "not reached") || !strings.Contains(page, "555-0100") {
		t.Error("a server that is down is not said so")
	}
	for _, s := range []*station{two, third} {
		canaryOutside(t, s)
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	}
	for _, s := range all {
		filesWithoutCanary(t, "after it", s.dir)
		noCanary(t, "the log of "+s.ori, []byte(s.log.String()))
	}
}

// canaryOutside reads what anyone may see.
func canaryOutside(t *testing.T, s *station) {
	t.Helper()
	time.Sleep(1200 * time.Millisecond) // a beat
	for _, path := range []string{"/record", "/log/checkpoint", "/feeds/entries.atom", "/record/entries.csv", "/desk/joint"} {
		cookie := s.cookie
		s.cookie = nil
		page := s.page(path)
		s.cookie = cookie
		noCanary(t, path, []byte(page))
		if regexp.MustCompile(`deconfliction-check|joint-operation`).MatchString(page) {
			t.Errorf("%s tells of a question that is not over", path)
		}
	}
	body := []byte(`{"v":1,"from":"IL9999901","to":"` + s.ori + `","query":"aaaaaaaaaaaaaaaaaaaa","at":"` + time.Now().UTC().Format(time.RFC3339) + `","box":"AAAA"}`)
	w, err := http.Post(s.url+"/api/v1/deconfliction", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	if w.StatusCode != http.StatusForbidden {
		t.Errorf("a question without the key: %s", w.Status)
	}
}
