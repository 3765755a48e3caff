package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/desk"
	"comity/law"
	"comity/record"
	"comity/web"
)

// A packetCase is a record with one case that has an answer and an act.
func packetCase(t *testing.T) (*releaseTest, packets) {
	t.Helper()
	r := newReleaseTest(t)
	r.clock.set(time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)) // the law is known by then
	r.detainer(t, "quixotic-case", testAgency, r.clock.Now().Add(-time.Hour), 0)
	if _, err := r.store.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r, packets{r.store, r.desk.Law.(*law.Book), r.desk}
}

// K9: the packet verifies offline, is the same bytes twice, and holds no sealed
// field; with a court order it holds them, and an entry says so.
func TestPacket(t *testing.T) {
	r, p := packetCase(t)
	plain := web.PacketOrder{ID: "quixotic-case", Agency: testAgency, Role: web.RoleSupervisor}
	first, err := p.Packet(t.Context(), plain)
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Packet(t.Context(), plain)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("the same packet is other bytes (%v)", err)
	}
	said, err := verifyPacket(r.store.Key(), first)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"holds 2 signed entries", "nothing sealed is in it", "signed that entry quixotic-case", "It is entry number"} {
		if !strings.Contains(strings.Join(said, "\n"), want) {
			t.Errorf("%q lacks %q", said, want)
		}
	}
	files := mustUnzip(t, first)
	for name, want := range map[string]string{
		"case.json": `"hold-on-detainer"`, "rules.json": "5 ILCS 805/15", "clocks.json": "[", "README.txt": "comity verify", "receipts/000.json": "receipt/1", "receipts/001.json": "receipt/1",
	} {
		if !strings.Contains(string(files[name]), want) {
			t.Errorf("%s lacks %q", name, want)
		}
	}
	for name, data := range files {
		for _, sealed := range []string{"Quixotic Name", "quixotic-booking"} {
			if bytes.Contains(data, []byte(sealed)) {
				t.Errorf("%s holds the sealed %q", name, sealed)
			}
		}
	}
	ordered := plain
	ordered.Authority = "Circuit Court of Cook County, order 26-CV-17"
	given, err := p.Packet(t.Context(), ordered)
	if err != nil {
		t.Fatal(err)
	}
	if said, err = verifyPacket(r.store.Key(), given); err != nil || !strings.Contains(said[1], "under "+ordered.Authority) {
		t.Errorf("%q, %v", said, err)
	}
	if c := string(mustUnzip(t, given)["case.json"]); !strings.Contains(c, "Quixotic Name") || !strings.Contains(c, ordered.Authority) {
		t.Error("what the court ordered is not in it")
	}
	if _, err := p.Packet(t.Context(), ordered); err != nil {
		t.Errorf("the same order again: %v", err)
	}
	if n := r.disclosures(t); n != 1 {
		t.Errorf("%d entries of disclosure, want 1", n)
	}
	// The packet without an order is still made, and still holds nothing sealed.
	later, err := p.Packet(t.Context(), plain)
	if err != nil || bytes.Contains(mustUnzip(t, later)["case.json"], []byte("Quixotic Name")) {
		t.Errorf("after an order: %v", err)
	}
	// What answers an answer belongs to the case too.
	at := r.clock.Now()
	r.note(t, "quixotic-contest", testAgency, at, desk.Request{Kind: "contest", Ref: "quixotic-case", Form: desk.Form{"who": "person-counsel", "of": "this-entry", "why": "Quixotic Name was meant"}})
	r.note(t, "quixotic-rebuttal", testAgency, at, desk.Request{Kind: "rebuttal", Ref: "quixotic-contest", Form: desk.Form{"outcome": "stands", "why": "Quixotic Name was not"}})
	whole, err := p.Packet(t.Context(), plain)
	if c := string(mustUnzip(t, whole)["case.json"]); err != nil || !strings.Contains(c, `"quixotic-rebuttal"`) || strings.Contains(c, "Quixotic Name") {
		t.Errorf("the answer to a contest is not in the packet, or its words are: %v", err)
	}
	for _, bad := range []web.PacketOrder{{ID: "none", Agency: testAgency}, {ID: "quixotic-case", Agency: smallAgency}} {
		if _, err := p.Packet(t.Context(), bad); code(err) != "no-entry" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// Every change of a packet is refused: of any file, of the list, of the order.
func TestPacketRefused(t *testing.T) {
	r, p := packetCase(t)
	plain, err := p.Packet(t.Context(), web.PacketOrder{ID: "quixotic-case", Agency: testAgency})
	if err != nil {
		t.Fatal(err)
	}
	given, err := p.Packet(t.Context(), web.PacketOrder{ID: "quixotic-case", Agency: testAgency, Authority: "Court, order 9"})
	if err != nil {
		t.Fatal(err)
	}
	for name := range mustUnzip(t, plain) {
		files := mustUnzip(t, plain)
		files[name][len(files[name])/2] ^= 1
		r.refused(t, "a changed "+name, files, "")
		files = mustUnzip(t, plain)
		delete(files, name)
		r.refused(t, "without "+name, files, "")
	}
	more := mustUnzip(t, plain)
	more["note.txt"] = []byte("more")
	r.refused(t, "a file that is not listed", more, "not the one that the packet lists")
	// Whoever writes the list anew too is still held to the signatures.
	r.refused(t, "a changed answer", relisted(t, plain, func(f map[string][]byte) {
		f["case.json"] = bytes.ReplaceAll(f["case.json"], []byte("prohibited"), []byte("permitted"))
	}), "do not show")
	r.refused(t, "a changed receipt", relisted(t, plain, func(f map[string][]byte) {
		f["receipts/000.json"] = bytes.Replace(f["receipts/000.json"], []byte(testAgency), []byte("IL0169999"), 1)
	}), "promise is refused")
	r.refused(t, "an act left out", relisted(t, plain, func(f map[string][]byte) { delete(f, "receipts/001.json") }), "do not show")
	r.refused(t, "sealed fields without the order", relisted(t, given, func(f map[string][]byte) {
		f["packet.json"] = bytes.Replace(f["packet.json"], []byte("Court, order 9"), nil, 1)
	}), "names no court order")
	r.refused(t, "another order", relisted(t, given, func(f map[string][]byte) {
		f["packet.json"] = bytes.Replace(f["packet.json"], []byte("order 9"), []byte("order 8"), 1)
	}), "no entry in the record")
	if _, err := verifyPacket(r.store.Key(), plain[:len(plain)-30]); code(err) != "bad-proof" {
		t.Errorf("cut off: %v", err)
	}
}

// refused packs the files and wants a bad proof.
func (r *releaseTest) refused(t *testing.T, name string, files map[string][]byte, why string) {
	t.Helper()
	data, err := zipped(files)
	if err != nil {
		t.Fatal(err)
	}
	_, err = verifyPacket(r.store.Key(), data)
	if code(err) != "bad-proof" || !strings.Contains(err.Error(), why) {
		t.Errorf("%s: %v", name, err)
	}
}

// relisted changes files and writes their list anew.
func relisted(t *testing.T, packet []byte, change func(map[string][]byte)) map[string][]byte {
	t.Helper()
	files := mustUnzip(t, packet)
	var sheet packetSheet
	change(files)
	if err := json.Unmarshal(files["packet.json"], &sheet); err != nil {
		t.Fatal(err)
	}
	sheet.Files = map[string]string{}
	for name, data := range files {
		if name != "packet.json" {
			sheet.Files[name] = digestHex(data)
		}
	}
	files["packet.json"] = packetJSON(sheet)
	return files
}

func mustUnzip(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	files, err := unzipped(data)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func (r *releaseTest) disclosures(t *testing.T) (n int) {
	t.Helper()
	entries, err := allEntries(t.Context(), r.store)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Kind == desk.Disclosure {
			n++
		}
	}
	return n
}

// The command makes the packet and `comity verify` checks it without a network.
func TestPacketCommand(t *testing.T) {
	r, _ := packetCase(t)
	dir := r.dir
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(r.store.Key().String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	packet := filepath.Join(t.TempDir(), "packet.zip")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"evidence", "packet", "-dir", dir, "-o", packet, "quixotic-case"}, exitRan, packet},
		{[]string{"evidence", "packet", "-dir", dir, "-o", packet, "quixotic-case"}, exitInput, "there already"},
		{[]string{"evidence", "packet", "-dir", dir, "-o", packet + "2", "none"}, exitInput, "no entry with this id"},
		{[]string{"evidence", "packet", "-o", packet, "quixotic-case"}, exitInput, "-dir is missing"},
		{[]string{"evidence"}, exitInput, "say what to make"},
		{[]string{"verify", "-key", key, "-receipt", packet}, exitRan, "nothing sealed is in it"},
		{[]string{"verify", "-json", "-key", key, "-receipt", packet}, exitRan, `{"good":true,"sentences":["The packet of entry`},
		{[]string{"verify", "-key", otherKey(t), "-receipt", packet}, exitFinding, "the packet is refused"},
	} {
		var out, errs bytes.Buffer
		got := run(t.Context(), env{strings.NewReader(""), &out, &errs}, c.args)
		if got != c.code || !strings.Contains(out.String()+errs.String(), c.says) {
			t.Errorf("%q: exit %d, %s%s", c.args, got, &out, &errs)
		}
	}
}

// otherKey is the key of another log.
func otherKey(t *testing.T) string {
	t.Helper()
	secret, err := record.NewSigner("other.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := record.ParseSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer.Key().String()
}
