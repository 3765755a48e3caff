package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"comity/web/webhook"
)

// A listener is another system that is told. While deaf it takes messages and
// does not answer.
type listener struct {
	key  webhook.Key
	mu   sync.Mutex
	deaf bool
	got  map[string]int // entries that were told, how often
	ids  map[string]string
	bad  []string
	body []byte // everything that came
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	seconds, _ := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
	id := r.Header.Get("webhook-id")
	var e struct {
		Type string
		Data struct {
			Entry, Kind string
			Due         []webhook.Due
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.body = append(l.body, body...)
	switch {
	case err != nil || json.Unmarshal(body, &e) != nil:
		l.bad = append(l.bad, string(body))
	case r.Header.Get("webhook-signature") != l.key.Sign(id, time.Unix(seconds, 0), body):
		l.bad = append(l.bad, "not signed: "+string(body))
	case l.ids[id] != "" && l.ids[id] != string(body):
		l.bad = append(l.bad, "another message under the same id: "+string(body))
	case e.Data.Kind == "detainer" && len(e.Data.Due) == 0:
		l.bad = append(l.bad, "no clock: "+string(body))
	}
	l.ids[id] = string(body)
	if l.deaf {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	l.got[e.Data.Entry]++
}

func (l *listener) set(deaf bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deaf = deaf
}

// refused reports whether a message came that was not taken yet.
func (l *listener) refused() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.ids) > len(l.got)
}

func (l *listener) told() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]int{}
	for id, n := range l.got {
		out[id] = n
	}
	return out
}

// listening writes the file of addresses with one that leads to this test.
func listening(t *testing.T) (*listener, string) {
	t.Helper()
	l := &listener{got: map[string]int{}, ids: map[string]string{}}
	out, said, code := comityRun(t, "webhook", "key")
	if code != 0 {
		t.Fatal(said)
	}
	var err error
	if l.key, err = webhook.ParseKey(out); err != nil {
		t.Fatal(err)
	}
	at := httptest.NewServer(l)
	t.Cleanup(at.Close)
	dir := t.TempDir()
	file := filepath.Join(dir, "webhooks.yaml")
	text := fmt.Sprintf("webhooks:\n  - name: jms\n    agency: %s\n    url: %s/hook\n    keys: [jms.key]\n    kinds: [detainer, assistance, act]\n    allow: [127.0.0.0/8]\n", testAgency, at.URL)
	if os.WriteFile(filepath.Join(dir, "jms.key"), []byte(out), 0o600) != nil || os.WriteFile(file, []byte(text), 0o600) != nil {
		t.Fatal("the files cannot be written")
	}
	return l, file
}

// TestWebhooksOutliveKills kills the server at random moments while entries are
// written: each entry that was acknowledged is told at least once, signed, and
// always under the same id with the same bytes.
func TestWebhooksOutliveKills(t *testing.T) {
	t.Parallel() // it waits for leases to end, and works little
	l, file := listening(t)
	dir, token := newRecord(t)
	start := func() *server {
		s, err := startServer(context.Background(), mustProgram(t), dir, "-webhooks", file)
		if err != nil {
			t.Fatal(err)
		}
		s.token = token
		return s
	}
	s := start()
	t.Cleanup(func() { _ = s.stop() })
	var sent []string
	write := func() {
		id := fmt.Sprintf("told-%d", len(sent))
		body := detainer(id, `,"sealed":{"booking":"CANARY-BOOKING","name":"CANARY-NAME"}`)
		body = strings.Replace(body, `"facts":{`, `"facts":{"person.custody":"jailed","person.release_due":true,"person.release_due_at":"2026-10-07T02:00:00-05:00",`, 1)
		if r := s.post(t, "/api/v1/requests", body); r.status != 201 {
			t.Fatalf("%d %s", r.status, r.body)
		}
		sent = append(sent, id)
	}
	waitFor(t, "the first message", func() bool { // the address begins where the log ends when it is first seen
		write()
		return len(l.told()) > 0
	})
	first := len(sent)
	for round := range 3 {
		l.set(round == 1) // once it refuses everything
		for range 6 {
			write()
		}
		if round == 1 {
			waitFor(t, "a message that is refused", l.refused)
		}
		if err := s.kill(); err != nil {
			t.Fatalf("it had ended before it was killed: %v %s", err, s.log)
		}
		l.set(false)
		s = start()
	}
	waitFor(t, "every message", func() bool {
		told := l.told()
		for _, id := range sent[first:] {
			if told[id] == 0 {
				return false
			}
		}
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.bad) > 0 {
		t.Errorf("%d messages were wrong: %v", len(l.bad), l.bad[:min(3, len(l.bad))])
	}
	noCanary(t, "what other systems are told", l.body)
	noCanary(t, "the server's log", []byte(s.log.String()))
	if strings.Contains(s.log.String(), "/hook") {
		t.Error("the server's log names the address")
	}
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s does not come", what)
		}
	}
}

// What is wrong in the file of addresses is said before anything is opened.
func TestWebhooksFile(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "k")
	if err := os.WriteFile(key, []byte(webhook.Key(make([]byte, 32)).String()), 0o600); err != nil {
		t.Fatal(err)
	}
	good := "webhooks:\n  - {name: jms, agency: IL0160000, url: 'https://jms.county.example/x', keys: [k], kinds: [detainer]}\n"
	for name, c := range map[string]struct{ text, want string }{
		"good":              {good, ""},
		"a kind never told": {strings.Replace(good, "[detainer]", "[joint-operation]", 1), "never told"},
		"plain http":        {strings.Replace(good, "https:", "http:", 1), "https"},
		"no such secret":    {strings.Replace(good, "[k]", "[nokey]", 1), "nokey"},
		"a bad network":     {strings.Replace(good, "kinds:", "allow: [everything], kinds:", 1), "everything"},
		"twice":             {good + strings.TrimPrefix(good, "webhooks:\n"), "twice"},
		"another key":       {strings.Replace(good, "kinds:", "events:", 1), "events"},
	} {
		file := filepath.Join(dir, "webhooks.yaml")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := readWebhooks(file)
		switch {
		case c.want == "" && (err != nil || len(list) != 1):
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", name, err)
		}
	}
}
