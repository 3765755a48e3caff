package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/oversight"
)

// R10: whoever has the export alone, or only the address, makes the year's
// table byte for byte as the record itself does.
func TestStatisticsFromOutside(t *testing.T) {
	t.Parallel()
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
	if data, err := os.ReadFile(filepath.Join(export, "figures.csv")); err != nil || string(data) != "agency,month,kind,field,answer,count,of\n" {
		t.Errorf("figures of a record with none: %q %v", data, err)
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

// R10: the figures of an export, as they lie there and made again from its JSON
// Lines, are those that the page gives out, byte for byte; so are those of an
// export of an export.
func TestFiguresFromOutside(t *testing.T) {
	t.Parallel()
	r := newReleaseTest(t)
	r.write(t, "one")
	r.clock.set(time.Date(2026, 12, 2, 13, 0, 0, 0, time.UTC))
	if _, err := r.store.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, second := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
	for _, step := range [][2]string{{first, r.site.url}, {second, first}} {
		if out, said, code := comityRun(t, "export", "-o", step[0], step[1]); code != exitRan {
			t.Fatalf("export of %s: %d %s%s", step[1], code, out, said)
		}
	}
	live := r.site.get(t, "/record/figures.csv")
	if live.status != http.StatusOK || !strings.Contains(live.text(), testAgency+",2026-11,") || strings.Contains(live.text(), smallAgency) {
		t.Fatalf("the live figures: %d %s", live.status, live.body)
	}
	lines, err := os.Open(filepath.Join(first, "figures.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer lines.Close()
	list, err := oversight.ReadFigures(lines)
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := oversight.WriteFigures(&again, oversight.CSV, list); err != nil || again.String() != live.text() {
		t.Errorf("made again: %v\n%s\nlive\n%s", err, again.String(), live.text())
	}
	for _, name := range []string{"csv", "jsonl", "parquet"} {
		want := r.site.get(t, "/record/figures."+name)
		for _, dir := range []string{first, second} {
			if got, err := os.ReadFile(filepath.Join(dir, "figures."+name)); err != nil || !bytes.Equal(got, want.body) {
				t.Errorf("%s: figures.%s is not the one of the page: %v", filepath.Base(dir), name, err)
			}
		}
	}
}
