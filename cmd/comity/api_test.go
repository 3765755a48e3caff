package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type answered struct {
	Entry struct {
		Index int64
		ID    string
	}
	Decisions   []struct{ Verdict, Law string }
	Receipt     json.RawMessage
	PublishedBy string `json:"published_by"`
}

func read[T any](t testing.TB, r reply) (out T) {
	t.Helper()
	if err := json.Unmarshal(r.body, &out); err != nil {
		t.Fatalf("%v: %d %.300s", err, r.status, r.body)
	}
	return out
}

// TestAPI goes the whole way of docs/contracts.md over HTTP: ask, ask again,
// ask otherwise, act, read, take the receipt, verify it.
func TestAPI(t *testing.T) {
	s, dir := serve(t)
	body := detainer("case-1", `,"sealed":{"booking":"BK-1","name":"Somebody"}`)

	first := s.post(t, "/api/v1/requests", body)
	if first.status != 201 {
		t.Fatalf("first: %d %s", first.status, first.body)
	}
	a := read[answered](t, first)
	if a.Entry.ID != "case-1" || a.Entry.Index != 1 || len(a.Decisions) != 1 || a.Decisions[0].Verdict != "prohibited" || len(a.Receipt) == 0 {
		t.Errorf("first answer: %s", first.body)
	}
	if by, err := time.Parse(time.RFC3339, a.PublishedBy); err != nil || time.Until(by) > 5*time.Minute {
		t.Errorf("published by %q", a.PublishedBy)
	}

	again := s.post(t, "/api/v1/requests", body)
	if b := read[answered](t, again); again.status != 200 || b.Entry != a.Entry || !bytes.Equal(b.Receipt, a.Receipt) {
		t.Errorf("again: %d %s", again.status, again.body)
	}
	other := s.post(t, "/api/v1/requests", strings.Replace(body, "BK-1", "BK-2", 1))
	if p := other.problem(); other.status != 409 || p.Code != "conflict-id" || p.Hint == "" {
		t.Errorf("other bytes: %d %s", other.status, other.body)
	}

	act := s.post(t, "/api/v1/requests/case-1/acts", `{"id":"case-1-done","done":"released","at":"2026-10-07T04:00:00-05:00"}`)
	if b := read[answered](t, act); act.status != 201 || b.Entry.Index != 2 {
		t.Errorf("act: %d %s", act.status, act.body)
	}
	against := s.post(t, "/api/v1/requests/case-1/acts", `{"id":"case-1-against","done":"honoured","at":"2026-10-07T04:00:00-05:00"}`)
	if p := against.problem(); against.status != 409 || p.Code != "contrary-act" {
		t.Errorf("an act against the answer: %d %s", against.status, against.body)
	}
	override := s.post(t, "/api/v1/requests/case-1/acts", `{"id":"case-1-override","done":"overridden","at":"2026-10-07T04:00:00-05:00","reason":"a reason","rank":"captain"}`)
	if override.status != 201 {
		t.Errorf("override: %d %s", override.status, override.body)
	}

	entries := read[struct {
		Entries []struct {
			Index    int64
			ID, Kind string
		}
		Next int64
	}](t, s.get(t, "/api/v1/entries?after=0&limit=2"))
	if len(entries.Entries) != 2 || entries.Entries[0].ID != "case-1" || entries.Next != 2 {
		t.Errorf("entries: %+v", entries)
	}
	entry := read[struct {
		Kind, Ref string
		Sealed    map[string]string
	}](t, s.get(t, "/api/v1/entries/case-1"))
	if entry.Kind != "detainer" || entry.Sealed["booking"] != "BK-1" {
		t.Errorf("entry: %+v", entry)
	}
	receiptVerifies(t, s, dir)

	token := s.token
	s.token = ""
	for _, path := range []string{"/api/v1/entries", "/api/v1/entries/case-1", "/api/v1/receipts/case-1"} {
		if r := s.get(t, path); r.status != 401 {
			t.Errorf("%s without a token: %d", path, r.status)
		}
	}
	s.token = token

	// What a server shows can be decided again from elsewhere.
	t.Setenv("COMITY_TOKEN", token)
	out, said, code := comityRun(t, "replay", s.url)
	if code != 0 || !strings.Contains(out, "decided again") || strings.HasPrefix(out, "0 ") {
		t.Errorf("replay of the address: %d %s%s", code, out, said)
	}
	if err := s.stop(); err != nil {
		t.Errorf("stop: %v %s", err, s.log)
	}
	if here, said, code := comityRun(t, "replay", dir); code != 0 || here != out {
		t.Errorf("replay of the folder: %d %s%s; of the address %s", code, here, said, out)
	}
}

// receiptVerifies waits for the beat and gives the receipt to the program,
// whole and with one byte changed.
func receiptVerifies(t *testing.T, s *server, dir string) {
	t.Helper()
	key := filepath.Join(dir, "log.vkey")
	file := filepath.Join(t.TempDir(), "receipt")
	var r reply
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		r = s.get(t, "/api/v1/receipts/case-1")
		if strings.Contains(string(r.body), "checkpoint") || time.Now().After(end) {
			break
		}
	}
	if r.status != 200 || len(r.body) > 2000 {
		t.Errorf("receipt: %d, %d bytes", r.status, len(r.body))
	}
	if err := os.WriteFile(file, r.body, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, said, code := comityRun(t, "verify", "-key", key, "-receipt", file, s.url); code != 0 {
		t.Errorf("verify the receipt: %d %s%s", code, out, said)
	}
	if out, said, code := comityRun(t, "verify", "-key", s.url, "-receipt", file); code != 2 {
		t.Errorf("an address is no key: %d %s%s", code, out, said)
	}
	forged := strings.Replace(string(r.body), `"2026-10"`, `"2026-09"`, 1)
	if forged == string(r.body) {
		t.Fatalf("no month to forge in %s", r.body)
	}
	if err := os.WriteFile(file, []byte(forged), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, said, code := comityRun(t, "verify", "-key", key, "-receipt", file); code != 1 {
		t.Errorf("verify a forged receipt: %d %s%s", code, out, said)
	}
}
