package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// R10: whoever has the export alone, or only the address, makes the year's
// table byte for byte as the record itself does.
func TestStatisticsFromOutside(t *testing.T) {
	s, dir := serve(t)
	for _, id := range []string{"c-1", "c-2"} {
		s.post(t, "/api/v1/requests", detainer(id, ""))
	}
	time.Sleep(1500 * time.Millisecond) // a beat
	year := time.Now().UTC().Format("2006")
	statistics := func(what string) string {
		out, said, code := comityRun(t, "report", "statistics", "-csv", "-year", year, what)
		if code != exitRan {
			t.Fatalf("%s: %d %s", what, code, said)
		}
		return out
	}
	export := filepath.Join(t.TempDir(), "export")
	if out, said, code := comityRun(t, "export", "-o", export, s.url); code != exitRan || !strings.Contains(out, "entries.parquet") {
		t.Fatalf("export: %d %s%s", code, out, said)
	}
	address := statistics(s.url)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	own, alone := statistics(dir), statistics(export)
	if address != own || alone != own || !strings.Contains(own, testAgency+",schema,") || strings.Contains(own, "detainer") {
		t.Errorf("at the address:\n%s\nin the folder:\n%s\nfrom the export:\n%s", address, own, alone)
	}
	mustRefuse := func(want string, args ...string) {
		t.Helper()
		if out, said, code := comityRun(t, args...); code != exitInput || !strings.Contains(said, want) || !strings.Contains(said, "hint: ") {
			t.Errorf("%v: %d %s%s, want %q", args, code, out, said, want)
		}
	}
	mustRefuse("not empty", "export", "-o", export, dir)
	mustRefuse("no export in this format", "export", "-o", export+"2", "-format", "xls", dir)
	mustRefuse("four digits", "report", "statistics", "-year", "26", export)
	mustRefuse("-year is missing", "report", "statistics", export)
	mustRefuse("say which report", "report")
	mustRefuse("say which record", "export", "-o", export+"2")
	mustRefuse("does not answer", "export", "-o", export+"2", "http://127.0.0.1:1")

	// A changed export is refused, not counted.
	file := filepath.Join(export, "entries.jsonl")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(data), `"kind":"schema"`, `"kind":"detainer"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRefuse("not the one of the leaf it names", "report", "statistics", "-year", year, export)
}
