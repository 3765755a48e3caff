package store

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"comity/record"
)

// spellings are the ways in which a text may lie in a file: UTF-8, UTF-16 of
// both orders, base64 at every offset, hexadecimal.
func spellings(text string) [][]byte {
	out := [][]byte{[]byte(text), []byte(hex.EncodeToString([]byte(text))), []byte(strings.ToUpper(hex.EncodeToString([]byte(text))))}
	units := utf16.Encode([]rune(text))
	little, big := make([]byte, 0, 2*len(units)), make([]byte, 0, 2*len(units))
	for _, u := range units {
		little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
	}
	out = append(out, little, big)
	for _, raw := range [][]byte{[]byte(text), little, big} {
		for pad := range 3 {
			for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
				whole := e.EncodeToString(append(make([]byte, pad), raw...))
				from := []int{0, 2, 3}[pad] // letters that the bytes before have a part in
				out = append(out, []byte(whole[from:len(whole)/4*4]))
			}
		}
	}
	return out
}

func TestSpellingsFindWhatIsThere(t *testing.T) {
	text := "Canary Ruiz e7"
	units := utf16.Encode([]rune(text))
	var little []byte
	for _, u := range units {
		little = binary.LittleEndian.AppendUint16(little, u)
	}
	for name, data := range map[string]string{
		"plain": "x" + text + "y", "utf-16": "x" + string(little), "hex": hex.EncodeToString([]byte("ab" + text)),
		"base64 0": base64.StdEncoding.EncodeToString([]byte(text + "!")), "base64 1": base64.StdEncoding.EncodeToString([]byte("a" + text)),
		"base64 2": base64.URLEncoding.EncodeToString([]byte("ab" + text + "c")), "base64 of utf-16": base64.StdEncoding.EncodeToString(append([]byte("a"), little...)),
	} {
		if !slices.ContainsFunc(spellings(text), func(s []byte) bool { return bytes.Contains([]byte(data), s) }) {
			t.Errorf("%s: %q is not found", name, data)
		}
	}
}

// An order that takes a chain and its headers: nothing is left of the content
// in any spelling in any file, keys, terms and evidence are gone, and what the
// public holds still verifies.
func TestAnOrderTakesAChainItsHeadersAndItsEvidence(t *testing.T) {
	c := newClock()
	config := c.config()
	evidence, err := OpenEvidence(t.Context(), filepath.Join(t.TempDir(), "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	put := func(text string) Digest {
		o, err := evidence.Put(t.Context(), strings.NewReader(text), Digest{})
		if err != nil {
			t.Fatal(err)
		}
		return o.Digest
	}
	only, both := put("a scan"), put("a scan that two entries name")
	config.Evidence, config.Terms = evidence, testTerms
	s, dir := createWith(t, config)
	for i := range 12 {
		d := draft("request-"+string(rune('a'+i)), c.now())
		if i < 2 {
			d.Fields = append(d.Fields, record.Field{Name: "evidence", Value: both.String(), Personal: true})
		}
		if i == 0 {
			d.Fields[len(d.Fields)-1].Value += " " + only.String()
		}
		mustAppend(t, s, d)
	}
	mustAppend(t, s, record.Draft{ID: "act-a", Agency: cook, Kind: "act", Ref: "request-a", At: c.now(),
		Fields: []record.Field{{Name: "reason", Value: "Canary Ruiz request-a was let go", Personal: true}}})
	before := mustPublish(t, s)
	receipt, err := s.Receipt(t.Context(), "request-a")
	if err != nil {
		t.Fatal(err)
	}
	chain, err := s.chain(t.Context(), "request-a")
	if err != nil || len(chain) != 2 {
		t.Fatalf("the chain has %d entries, %v", len(chain), err)
	}
	o := record.Order{Entry: "act-a", Authority: order, By: record.ByCourt, Chain: true, Header: true}
	canaries, err := s.needles(t.Context(), o, chain)
	if err != nil {
		t.Fatal(err)
	}
	canaries = append(canaries, spellings("Canary Ruiz request-a")...)

	done, err := s.Expunge(t.Context(), o)
	if err != nil || len(done) != 2 {
		t.Fatalf("%d erasures, %v", len(done), err)
	}
	for range 2 {
		if where, err := searchAll(t, dir, canaries); err != nil || where != "" {
			t.Errorf("remains in %s, %v", where, err)
		}
		for _, id := range []string{"request-a", "act-a"} {
			if e, err := s.Entry(t.Context(), id); err != nil || !e.Erased || len(e.Fields) != 0 {
				t.Errorf("%s: %+v, %v", id, e, err)
			}
		}
		if found, err := s.Find(t.Context(), cook, "", []string{"name/Canary Ruiz request-a"}, 10); err != nil || len(found) != 0 {
			t.Errorf("it is still found: %d, %v", len(found), err)
		}
		s = reopenWith(t, s, config)
	}
	if _, err := evidence.Stat(t.Context(), only); code(err) != "not-found" {
		t.Errorf("the evidence of the entry alone: %v", err)
	}
	if _, err := evidence.Stat(t.Context(), both); err != nil {
		t.Errorf("evidence that another entry names: %v", err)
	}

	// The public: the root of before is in the history, the receipt still
	// proves, the header's place says by whom it was withdrawn and no more.
	c.add(40 * 24 * time.Hour)
	after := mustPublish(t, s)
	if _, err := record.Consistent(t.Context(), s.Key(), s.files, before.Checkpoint, after.Checkpoint); err != nil {
		t.Error(err)
	}
	if _, err := s.Key().Receipt(receipt); err != nil {
		t.Errorf("a receipt of before: %v", err)
	}
	if _, err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	name := chain[0].leaf.Name()
	note, err := s.LogFile(t.Context(), "header/"+name)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Key().Withdrawn(name, note)
	if err != nil || !record.IsWithdrawn(note) || w.By != record.ByCourt || w.Month != "2026-03" {
		t.Errorf("in place of the header: %q, %+v, %v", note, w, err)
	}
	if bytes.Contains(note, []byte(cook)) || bytes.Contains(note, []byte("detainer")) {
		t.Errorf("the note tells agency or kind: %s", note)
	}
	if _, err := s.Key().Withdrawn(chain[1].leaf.Name(), note); err == nil {
		t.Error("the note passes for another header's")
	}
	list, err := s.PublicHeaders(t.Context(), -1, 100)
	if err != nil || len(list) == 0 || slices.ContainsFunc(list, func(p Published) bool { return p.Leaf == name }) {
		t.Errorf("%d public headers, %v", len(list), err)
	}
	if _, err := s.Receipt(t.Context(), "request-a"); code(err) != "withdrawn" {
		t.Errorf("a new receipt of a withdrawn entry: %v", err)
	}
}

// The note comes out when the header would have: before, it would tell that
// there is an entry.
func TestHarm_H12_a_withdrawn_header_tells_nothing_early(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	d := draft("scene", c.now())
	d.Kind = "assistance"
	mustAppend(t, s, d)
	mustPublish(t, s)
	one, err := s.target(t.Context(), "scene")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Expunge(t.Context(), record.Order{Entry: "scene", Authority: order, Header: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.LogFile(t.Context(), "header/"+one.leaf.Name()); code(err) != "not-found" {
		t.Errorf("before the end of the scene: %v", err)
	}
}

// A second order may take the header of what was erased before; an order sent
// twice is one.
func TestOrdersRepeated(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	mustAppend(t, s, draft("e", c.now()))
	first, err := s.Erase(t.Context(), "e", order)
	if err != nil {
		t.Fatal(err)
	}
	o := record.Order{Entry: "e", Authority: "another order", Header: true}
	second, err := s.Expunge(t.Context(), o)
	if err != nil || second[0].ID == first.ID || second[0].Again {
		t.Fatalf("the second order: %+v, %v", second, err)
	}
	c.add(time.Hour)
	again, err := s.Expunge(t.Context(), o)
	if err != nil || !again[0].Again {
		t.Errorf("the second order again: %+v, %v", again, err)
	}
	if lines := ledgerOf(t, s); len(lines) != 2 || lines[0].Header || !lines[1].Header {
		t.Errorf("the ledger: %+v", lines)
	}
	for _, bad := range []record.Order{{Entry: "e", Authority: order, By: "king"}, {Entry: "e", Authority: strings.Repeat("x", 501)}} {
		if _, err := s.Expunge(t.Context(), bad); code(err) != "bad-order" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func ledgerOf(t *testing.T, s *Store) []record.Erased {
	t.Helper()
	lines, _, err := readLedger(s.ledger.path, s.Key())
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// A backup of the database that is older than an order brings nothing back.
func TestALedgerIsReplayedAfterARestore(t *testing.T) {
	onlySQLite(t, "copies its file; PostgreSQL is restored by its own tools")
	c := newClock()
	s, dir := create(t, c)
	for _, id := range []string{"a", "b", "c"} {
		mustAppend(t, s, draft(id, c.now()))
	}
	mustPublish(t, s)
	if _, err := s.Hold(t.Context(), "c", record.HoldOrder{ID: "hold-c", Authority: order}); err != nil {
		t.Fatal(err)
	}
	mustPublish(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "record.db")
	backup, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err = Open(t.Context(), dir, c.config())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Expunge(t.Context(), record.Order{Entry: "a", Authority: order, By: record.ByStatute, Header: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.LiftHold(t.Context(), "hold-c", record.HoldOrder{ID: "lift-c", Authority: order}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Erase(t.Context(), "c", order); err != nil {
		t.Fatal(err)
	}
	ledger, err := os.ReadFile(filepath.Join(dir, "erasures"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	restore := func() {
		t.Helper()
		for _, name := range []string{"-wal", "-shm"} {
			_ = os.Remove(path + name) // may not be there
		}
		if err := os.WriteFile(path, backup, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func(s *Store) {
		t.Helper()
		if where, err := searchAll(t, dir, spellings("Canary Ruiz a")); err != nil || where != "" {
			t.Errorf("remains in %s, %v", where, err)
		}
		for id, erased := range map[string]bool{"a": true, "b": false, "c": false} {
			if e, err := s.Entry(t.Context(), id); err != nil || e.Erased != erased {
				t.Errorf("%s: erased %v, %v", id, e.Erased, err)
			}
		}
		tomb, err := s.Follow(t.Context(), "a")
		if err != nil || len(tomb) != 1 || fieldOf(tomb[0], "authority") != order || fieldOf(tomb[0], "by") != "statute" {
			t.Errorf("the entry that reports it: %+v, %v", tomb, err)
		}
		mustPublish(t, s)
		if _, err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}

	// The ledger lies in the folder: the start does it.
	restore()
	if s, err = Open(t.Context(), dir, c.config()); err != nil {
		t.Fatal(err)
	}
	check(s)

	// The ledger comes from elsewhere.
	restore()
	if err := os.Remove(filepath.Join(dir, "erasures")); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "erasures")
	if err := os.WriteFile(elsewhere, ledger, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "log")); err != nil { // that of the other try is longer
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), dir, c.config()); err != nil {
		t.Fatal(err)
	}
	if e, err := s.Entry(t.Context(), "a"); err != nil || e.Erased {
		t.Fatalf("the backup is not older than the order: the test shows nothing (%v)", err)
	}
	got, err := s.ReplayErasures(t.Context(), elsewhere)
	if want := (Replayed{Lines: 2, Erased: 1, Held: 1}); err != nil || got != want {
		t.Errorf("ReplayErasures = %+v, %v; want %+v", got, err, want)
	}
	check(s)
}

// A crash between database and ledger, and one in the middle of a line.
func TestALedgerIsMendedAtTheStart(t *testing.T) {
	c := newClock()
	s, dir := create(t, c)
	for _, id := range []string{"a", "b"} {
		mustAppend(t, s, draft(id, c.now()))
		if _, err := s.Erase(t.Context(), id, order); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "erasures")
	whole, err := os.ReadFile(path)
	if err != nil || bytes.Count(whole, []byte("\n")) != 2 {
		t.Fatalf("%q, %v", whole, err)
	}
	if bytes.Contains(whole, []byte("Circuit")) {
		t.Error("the ledger tells the authority to anybody")
	}
	for _, left := range []int{0, 10, bytes.IndexByte(whole, '\n') + 1, len(whole) - 5} {
		if err := os.WriteFile(path, whole[:left], 0o600); err != nil {
			t.Fatal(err)
		}
		s = reopen(t, s, c)
		if lines := ledgerOf(t, s); len(lines) != 2 {
			t.Errorf("cut to %d bytes it has %d lines after a start", left, len(lines))
		}
		for _, e := range ledgerOf(t, s) {
			if got, err := s.openAuthority(e); err != nil || got != order {
				t.Errorf("authority %q, %v", got, err)
			}
		}
	}
	var signed string
	if err := json.Unmarshal(whole[:bytes.IndexByte(whole, '\n')], &signed); err != nil {
		t.Fatal(err)
	}
	forged, err := json.Marshal(strings.Replace(signed, "by court", "by statute", 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(forged, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, s.config); code(err) != "bad-ledger" {
		t.Errorf("a forged line: %v", err)
	}
}

// Two courts hold one chain: what one lifts the other still keeps. Evidence is
// held with it.
func TestHoldsAreLiftedOneByOne(t *testing.T) {
	c := newClock()
	config := c.config()
	evidence, err := OpenEvidence(t.Context(), filepath.Join(t.TempDir(), "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	config.Evidence = evidence
	scan, err := evidence.Put(t.Context(), strings.NewReader("a scan"), Digest{})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := createWith(t, config)
	d := draft("request", c.now())
	d.Fields = append(d.Fields, record.Field{Name: "form.evidence", Value: scan.Digest.String()})
	mustAppend(t, s, d)
	held := func(want bool) {
		t.Helper()
		_, err := s.Erase(t.Context(), "request", order)
		o, statErr := evidence.Stat(t.Context(), scan.Digest)
		if want && (code(err) != "on-hold" || statErr != nil || !o.Held) || !want && err != nil {
			t.Errorf("erase: %v; evidence %+v, %v", err, o, statErr)
		}
	}
	for _, name := range []string{"one", "two"} {
		o := record.HoldOrder{ID: "hold-" + name, Authority: "court " + name, Role: "counsel"}
		a, err := s.Hold(t.Context(), "request", o)
		if err != nil {
			t.Fatal(err)
		}
		c.add(time.Minute)
		if again, err := s.Hold(t.Context(), "request", o); err != nil || !again.Again || again.Index != a.Index {
			t.Errorf("the same hold again: %+v, %v", again, err)
		}
	}
	if list, err := s.Holds(t.Context(), "request"); err != nil || len(list) != 2 || list[1].Authority != "court two" || list[1].Entry != "request" {
		t.Errorf("Holds = %+v, %v", list, err)
	}
	held(true)
	lift := func(hold string) error {
		_, err := s.LiftHold(t.Context(), hold, record.HoldOrder{ID: "lift-" + hold, Authority: "court"})
		return err
	}
	if err := lift("hold-one"); err != nil {
		t.Fatal(err)
	}
	if err := lift("hold-one"); err != nil {
		t.Errorf("lifted again by the same paper: %v", err)
	}
	held(true)
	if err := lift("nothing"); code(err) != "no-hold" {
		t.Errorf("lifting what is not there: %v", err)
	}
	if err := lift("hold-two"); err != nil {
		t.Fatal(err)
	}
	held(false)
	if _, err := evidence.Stat(t.Context(), scan.Digest); code(err) != "not-found" {
		t.Errorf("the evidence: %v", err)
	}
}
