package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity/record"
	"comity/web"
)

// Scenario 10: a county with one detainer, and a court order to erase it. An
// outsider reads log, header, tiles, files, feeds and pages: none gives the day,
// the fields or a count below eleven. A litigation hold refuses the order the
// day before; then it is run, what was written is in no byte of the folder, and
// the receipt given before still verifies.
func TestScenarioOneDetainerInAMonth(t *testing.T) {
	r, p := packetCase(t)
	before, err := r.store.Receipt(t.Context(), "quixotic-case")
	if err != nil {
		t.Fatal(err)
	}
	packet, err := p.Packet(t.Context(), web.PacketOrder{ID: "quixotic-case", Agency: testAgency})
	if err != nil {
		t.Fatal(err)
	}
	r.clock.set(time.Date(2027, 2, 3, 13, 0, 0, 0, time.UTC)) // the month is long over
	r.tellsNothing(t, "before the order")

	hold, err := r.store.Hold(t.Context(), "quixotic-case", record.HoldOrder{ID: "hold-1", Authority: "Circuit Court, hold 3"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.Erase(t.Context(), "quixotic-case", "Circuit Court, order 26-EX-104"); err == nil {
		t.Fatal("a litigation hold does not beat an order to erase")
	}
	if _, err := r.store.LiftHold(t.Context(), hold.ID, record.HoldOrder{ID: "hold-1-lifted", Authority: "Circuit Court, hold 3 lifted"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.Erase(t.Context(), "quixotic-case", "Circuit Court, order 26-EX-104"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.tellsNothing(t, "after the order")
	for _, name := range filesWith(t, r.dir, "Quixotic Name", "quixotic-booking") {
		t.Errorf("%s still holds what was erased", name)
	}
	if _, err := p.Packet(t.Context(), web.PacketOrder{ID: "quixotic-case", Agency: testAgency, Authority: "Court, order 9"}); code(err) != "erased" {
		t.Errorf("a packet of what was erased: %v", err)
	}
	// Old proofs hold: the receipt, and the packet that was given out.
	for _, lang := range []string{"en", "es"} {
		if f := (record.Inquiry{Key: r.store.Key().String(), Receipt: string(before)}).Answer(lang); !f.Good {
			t.Errorf("the receipt from before: %v", f.Problem)
		}
	}
	if _, err := verifyPacket(r.store.Key(), packet); err != nil {
		t.Errorf("the packet from before: %v", err)
	}
	if _, err := record.Verify(t.Context(), r.store.Key(), logFiles(t, r.site.url)); err != nil {
		t.Errorf("the log: %v", err)
	}
}

var (
	rowOfCounts = regexp.MustCompile(`(?m)^` + testAgency + `,`)
	anHour      = regexp.MustCompile(`2026-11-21T1[0-5]:`)
)

// tellsNothing reads every public address as an outsider.
func (r *releaseTest) tellsNothing(t *testing.T, when string) {
	t.Helper()
	for address, got := range walk(t, r.site) {
		text := got.text()
		for _, bad := range []string{"uixotic", "B-1001"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s: %s tells %q", when, address, bad)
			}
		}
		recordOnly := strings.Contains(address, "/record") || strings.Contains(address, "/feeds/entries") || strings.Contains(address, "/log/")
		if m := anHour.FindString(text); recordOnly && m != "" {
			t.Errorf("%s: %s tells the hour %s", when, address, m)
		}
		if recordOnly && strings.Contains(address, "counts.csv") && rowOfCounts.MatchString(text) {
			t.Errorf("%s: %s counts fewer than eleven", when, address)
		}
		if strings.Contains(address, "/feeds/entries") && strings.Contains(text, testAgency) && strings.Contains(text, "etainer,") {
			t.Errorf("%s: %s lists the detainer", when, address)
		}
	}
	for _, address := range []string{"/record/counts.csv", "/record/entries.csv", "/record/entries.jsonl", "/record/counts.jsonl"} {
		if text := r.site.get(t, address).text(); strings.Contains(text, "detainer") {
			t.Errorf("%s: %s tells of the detainer: %s", when, address, text)
		}
	}
}

// logFiles reads the log as it is served.
func logFiles(t *testing.T, address string) record.Fetcher {
	t.Helper()
	files, err := logAt(address)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// filesWith are the files below a folder that hold one of the words.
func filesWith(t *testing.T, dir string, words ...string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		for _, w := range words {
			if bytes.Contains(data, []byte(w)) {
				found = append(found, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
