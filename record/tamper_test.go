package record_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/record"
	"comity/record/recordtest"
)

// disclosuresOf returns the disclosures of those fields from the part that
// PlainSealer left open.
func disclosuresOf(t testing.TB, e record.Prepared, names ...string) []string {
	t.Helper()
	var all, out []string
	if err := json.Unmarshal(e.Parts[0].Text, &all); err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		text, err := base64.RawURLEncoding.DecodeString(d)
		var parts []string
		if err != nil || json.Unmarshal(text, &parts) != nil {
			t.Fatal("bad disclosure")
		}
		if slices.Contains(names, parts[1]) {
			out = append(out, d)
		}
	}
	if len(out) != len(names) {
		t.Fatalf("fields %v: found %d", names, len(out))
	}
	return out
}

// tamper flips every bit of data and reports the flips that check took.
func tamper(t *testing.T, what string, data []byte, check func([]byte) error) {
	t.Helper()
	if err := check(data); err != nil {
		t.Fatalf("%s is refused as it is: %v", what, err)
	}
	for bit := range len(data) * 8 {
		bad := bytes.Clone(data)
		bad[bit/8] ^= 1 << (bit % 8)
		err := check(bad)
		if err == nil {
			t.Errorf("%s: bit %d (%q) may be flipped", what, bit, data[bit/8])
			continue
		}
		if c := code(err); !slices.Contains([]string{"bad-proof", "bad-receipt", "bad-header", "unreadable"}, c) || len(err.Error()) < 20 {
			t.Fatalf("%s: bit %d: not a sentence that names what is wrong: %v", what, bit, err)
		}
	}
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	w := newWorld(t)
	w.append(t, 300)
	head := w.publish(t)
	e := w.memory.Entries()[7]

	tamper(t, "promise", bytes.TrimSpace(e.Receipt), func(b []byte) error { _, err := w.key.Receipt(b); return err })
	tamper(t, "checkpoint", head.Checkpoint, func(b []byte) error { _, err := w.key.Checkpoint(b); return err })
	tamper(t, "header", e.Header.Marshal(), func(b []byte) error { _, err := record.ParseSalted(e.Leaf.Name(), b); return err })

	shown, err := ptr(w.receipt(t, 7)).Show(e.Header.Header, disclosuresOf(t, e, "form"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.key.Receipt(shown.Marshal())
	if err != nil || len(p.Fields) != 1 || p.Fields[0].Value != "i-247a" {
		t.Fatalf("the receipt shows %+v, %v", p.Fields, err)
	}
	tamper(t, "receipt", bytes.TrimSpace(shown.Marshal()), func(b []byte) error { _, err := w.key.Receipt(b); return err })

	for _, path := range []string{"tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"} {
		data, err := w.memory.ReadFile(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		step := max(1, len(data)/40)
		for i := 0; i < len(data); i += step {
			bad := bytes.Clone(data)
			bad[i] ^= 1 << (i % 8)
			err := verifyWith(w, path, bad)
			if code(err) != "bad-proof" || !strings.Contains(err.Error(), "tile/") && !strings.Contains(err.Error(), "root") {
				t.Fatalf("%s with byte %d changed: %v", path, i, err)
			}
		}
		if err := verifyWith(w, path, data[:len(data)-1]); code(err) != "bad-proof" {
			t.Errorf("%s cut short: %v", path, err)
		}
		if err := verifyWith(w, path, nil); code(err) != "unreadable" {
			t.Errorf("%s missing: %v", path, err)
		}
	}
}

// instead serves one file in place of the log's own.
type instead struct {
	record.Files
	path string
	data []byte
}

func (f instead) ReadFile(ctx context.Context, path string) ([]byte, error) {
	if path != f.path {
		return f.Files.ReadFile(ctx, path)
	}
	if f.data == nil {
		return nil, recordtest.ErrBroken
	}
	return f.data, nil
}

func verifyWith(w *world, path string, data []byte) error {
	_, err := record.Verify(context.Background(), w.key, instead{w.memory, path, data})
	return err
}

func TestSomeoneElsesKeyProvesNothing(t *testing.T) {
	w, other := newWorld(t), newWorld(t)
	w.append(t, 2)
	head := w.publish(t)
	if _, err := other.key.Checkpoint(head.Checkpoint); code(err) != "bad-proof" {
		t.Errorf("checkpoint: %v", err)
	}
	if _, err := other.key.Receipt(w.memory.Entries()[0].Receipt); code(err) != "bad-proof" {
		t.Errorf("receipt: %v", err)
	}
	if _, err := record.Verify(t.Context(), other.key, w.memory); code(err) != "bad-proof" {
		t.Errorf("log: %v", err)
	}
}

// A promise cannot be passed off as a checkpoint nor the other way round.
func TestSignaturesDoNotCross(t *testing.T) {
	w := newWorld(t)
	w.append(t, 1)
	head := w.publish(t)
	r := w.receipt(t, 0)
	_, line, _ := strings.Cut(string(head.Checkpoint), "\n\n")
	r.Promise = strings.Split(line, "\n")[0]
	if _, err := w.key.Receipt(r.Marshal()); code(err) != "bad-proof" {
		t.Errorf("the signature of a checkpoint passed as a promise: %v", err)
	}
}

func TestConsistent(t *testing.T) {
	w := newWorld(t)
	empty := w.publish(t)
	w.append(t, 300)
	w.now = w.now.Add(time.Minute)
	small := w.publish(t)
	w.append(t, 400)
	w.now = w.now.Add(time.Minute)
	big := w.publish(t)

	fork := newWorld(t)
	fork.Log.Signer, fork.key = w.Signer, w.key
	fork.append(t, 300)
	forked := fork.publish(t)

	for _, c := range []struct {
		name     string
		from, to record.Head
		code     string
	}{
		{"grown", small, big, ""},
		{"from nothing", empty, big, ""},
		{"the same", big, big, ""},
		{"removed", big, small, "bad-proof"},
		{"another history of one size", forked, small, "bad-proof"},
		{"another history before", forked, big, "bad-proof"},
	} {
		g, err := record.Consistent(t.Context(), w.key, w.memory, c.from.Checkpoint, c.to.Checkpoint)
		if c.code == "" && (err != nil || g.To.Size != c.to.Size) || c.code != "" && code(err) != c.code {
			t.Errorf("%s: %+v, %v", c.name, g, err)
		}
		if err == nil && c.name == "grown" {
			if got, want := g.Sentences()[0], "Nothing was removed or changed since 3 March 2026, 14:06 UTC: the first 300 entries are still the same; 400 entries were added."; got != want {
				t.Errorf("says %q, want %q", got, want)
			}
		}
	}
}

// Sealed fields stay out of everything public, and a receipt stays small even
// in a log of sixteen million entries.
func TestReceiptIsSmallAndSaysNothing(t *testing.T) {
	w := newWorld(t)
	d := w.draft("01JQZX4T9Y8W7V6S5R4Q3P2N1M")
	if _, err := w.Append(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	w.append(t, 299)
	w.publish(t)
	r := w.receipt(t, 0)
	r.Proof = make([]byte, 32*20) // as deep as in a log of a million
	r.Checkpoint = strings.Replace(r.Checkpoint, "\n300\n", "\n1000000\n", 1)
	if n := len(r.Marshal()); n >= 2000 {
		t.Errorf("a receipt has %d bytes in a log of a million entries", n)
	} else {
		t.Logf("%d bytes in a log of a million entries", n)
	}
	text := string(ptr(w.receipt(t, 0)).Marshal()) + string(w.memory.Entries()[0].Header.Marshal())
	for _, word := range []string{"Ana", "Ruiz", "i-247a", "T13", "03T"} {
		if strings.Contains(strings.ReplaceAll(text, "2026-03-03T14:0", ""), word) {
			t.Errorf("%q stands in what is public", word)
		}
	}
}

func FuzzReceipt(f *testing.F) {
	key := goldenKey(f)
	for _, name := range []string{"promise.json", "receipt.json", "shown.json"} {
		f.Add([]byte(golden(f, name)))
	}
	f.Add([]byte(`{"comity":"receipt/1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := record.ParseReceipt(data)
		if err == nil {
			if _, err := record.ParseReceipt(r.Marshal()); err != nil {
				t.Errorf("does not survive a round trip: %v", err)
			}
		}
		p, err := key.Receipt(data)
		if err == nil && p.Receipt.ID != "e7" {
			t.Errorf("proved an entry %q that was never written", p.Receipt.ID)
		}
		p.Sentences()
		expectProblem(t, err)
	})
}

func FuzzHeader(f *testing.F) {
	r, err := record.ParseReceipt([]byte(golden(f, "receipt.json")))
	if err != nil {
		f.Fatal(err)
	}
	name, want := r.Leaf().Name(), golden(f, "header.json")
	f.Add([]byte(want))
	f.Add([]byte(`{"header":{},"salt":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := record.ParseSalted(name, data)
		if err == nil && string(s.Marshal()) != want {
			t.Error("took another header for that leaf")
		}
		expectProblem(t, err)
	})
}

func FuzzCheckpoint(f *testing.F) {
	key, want := goldenKey(f), golden(f, "checkpoint")
	good, err := key.Checkpoint([]byte(want))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(want))
	f.Add([]byte(origin + "\n1\nAAAA\n\n— " + origin + " AAAA\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := key.Checkpoint(data)
		if err == nil && c != good {
			t.Errorf("took a checkpoint that was never signed: %+v", c)
		}
		expectProblem(t, err)
	})
}

func goldenKey(t testing.TB) record.Key {
	t.Helper()
	key, err := record.ParseKey(golden(t, "key"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func FuzzKey(f *testing.F) {
	f.Add(golden(f, "key"))
	f.Add("a+1+b")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := record.ParseKey(text)
		if err == nil && k.String() != strings.TrimSpace(text) {
			t.Errorf("read %q as %q", text, k)
		}
		expectProblem(t, err)
	})
}

func expectProblem(t *testing.T, err error) {
	t.Helper()
	if _, ok := err.(*comity.Problem); err != nil && !ok {
		t.Errorf("not a Problem: %v", err)
	}
}
