package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/data"
	"comity/desk"
	"comity/record"
	"comity/store"
)

// The schedule that ships covers every series and cites or says that it is a
// choice.
func TestShippedRetention(t *testing.T) {
	list, err := store.ReadRetention(data.FS, "retention.yaml", append(record.OwnKinds(), desk.RecordKinds()...))
	if err != nil || len(list) == 0 {
		t.Fatalf("%d series, %v", len(list), err)
	}
}

// Counsel holds, lifts, shows one field with its proof, and erases, all from
// the command line; what is shown passes comity verify.
func TestCounselFromTheCommandLine(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "rec")
	ctx := context.Background()
	config := recordConfig(slog.New(slog.DiscardHandler), time.Minute)
	s, err := store.Create(ctx, dir, store.Identity{Origin: "record.example/log", Agency: "IL0160000"}, config)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Append(ctx, record.Draft{ID: "jail-1", Agency: "IL0160000", Kind: "detainer", At: time.Now(), Fields: []record.Field{
		{Name: "form.box", Value: "box-1"}, {Name: "form.name", Value: "Canary Person", Personal: true}}})
	if err == nil {
		_, err = s.Publish(ctx)
	}
	key := s.Key().String()
	if err != nil || s.Close() != nil {
		t.Fatal(err)
	}
	comity := func(want int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if got := run(ctx, env{strings.NewReader(""), &out, &errs}, args); got != want {
			t.Fatalf("comity %q: exit %d, want %d\n%s%s", args, got, want, out.String(), errs.String())
		}
		return out.String()
	}
	comity(exitRan, "record", "hold", "-dir", dir, "-entry", "jail-1", "-id", "h-1", "-authority", "N.D. Ill., 26-cv-1")
	if got := comity(exitRan, "record", "holds", "-dir", dir, "-entry", "jail-1"); !strings.Contains(got, "26-cv-1") {
		t.Errorf("holds: %s", got)
	}
	comity(exitInput, "record", "erase", "-dir", dir, "-entry", "jail-1", "-authority", "order 26-EX-104")

	shown := comity(exitRan, "record", "show", "-dir", dir, "-entry", "jail-1", "-field", "form.box", "-authority", "audit of 2026")
	if strings.Contains(shown, "Canary") {
		t.Error("more is shown than was asked for")
	}
	receipt := filepath.Join(t.TempDir(), "receipt.json")
	if err := os.WriteFile(receipt, []byte(shown), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := comity(exitRan, "verify", "-key", key, dir, "-receipt", receipt); !strings.Contains(got, "box-1") {
		t.Errorf("verify says: %s", got)
	}

	comity(exitRan, "record", "lift", "-dir", dir, "-entry", "h-1", "-id", "l-1", "-authority", "N.D. Ill., 26-cv-1")
	var written struct{ Entries []string }
	if err := json.Unmarshal([]byte(comity(exitRan, "record", "erase", "-dir", dir, "-entry", "jail-1", "-authority", "order 26-EX-104", "-header", "-json")), &written); err != nil || len(written.Entries) != 1 {
		t.Errorf("erase: %+v, %v", written, err)
	}
	if got := comity(exitRan, "record", "ledger", "-dir", dir, "-file", filepath.Join(dir, "erasures")); !strings.HasPrefix(got, "1 lines: 0 erased again") {
		t.Errorf("ledger: %s", got)
	}
	comity(exitInput, "record", "show", "-dir", dir, "-entry", "jail-1", "-field", "form.box", "-authority", "audit")
	comity(exitRan, "verify", "-key", key, dir, "-receipt", receipt)
}
