package store_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/store"
	"comity/store/evidencetest"
)

func TestEvidenceFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "evidence")
	e, err := store.OpenEvidence(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	evidencetest.Test(t, evidencetest.Case{
		Evidence: e, Locks: true,
		Pass: func() { time.Sleep(2100 * time.Millisecond) },
		Damage: func(t *testing.T, d store.Digest) {
			path := filepath.Join(dir, d.String()[:2], d.String())
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)/2] ^= 1
			if err := os.Chmod(path, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		},
	})
}

// What a crash left half-written is gone at the next start, what was
// acknowledged is there, and what another server writes meanwhile stays.
func TestEvidenceAfterACrash(t *testing.T) {
	dir := t.TempDir()
	e, err := store.OpenEvidence(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	o, err := e.Put(t.Context(), strings.NewReader("kept"), store.Digest{})
	if err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"part-crashed": 61 * time.Minute, "part-in-flight": 59 * time.Minute} {
		path, touched := filepath.Join(dir, "new", name), time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, []byte("half"), 0o400), os.Chtimes(path, touched, touched)); err != nil {
			t.Fatal(err)
		}
	}
	if e, err = store.OpenEvidence(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "new")); len(left) != 1 || left[0].Name() != "part-in-flight" {
		t.Errorf("half-written files that stayed: %v", left)
	}
	if n, found, err := store.CheckEvidence(t.Context(), e); n != 1 || len(found) != 0 || err != nil {
		t.Errorf("check = %d, %v, %v", n, found, err)
	}
	// A lock that cannot be read must not turn into no lock.
	if err := e.Lock(t.Context(), o.Digest, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, o.Digest.String()[:2], o.Digest.String()+".kept"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := e.Remove(t.Context(), o.Digest); err == nil {
		t.Error("an object with a damaged lock was removed")
	}
}

func TestEvidenceAddresses(t *testing.T) {
	for _, c := range []struct{ place, want string }{
		{"s3://key:secret@b/p?endpoint=h", "credentials belong"},
		{"s3:///p?endpoint=h", "names no bucket"},
		{"s3://b/p", "names no endpoint"},
		{"s3://b/p?endpoint=h&secret=x", "unknown part, secret"},
		{"s3://b/%zz", "not an address"},
	} {
		_, err := store.OpenEvidence(context.Background(), c.place)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.place, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "secret@") || strings.Contains(err.Error(), "=x")) {
			t.Errorf("%s: the error repeats a secret: %v", c.place, err)
		}
	}
}

func FuzzParseDigest(f *testing.F) {
	f.Add(strings.Repeat("ab", 32))
	f.Add(strings.Repeat("AB", 32))
	f.Add("../../etc/passwd")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := store.ParseDigest(s)
		if err == nil && d.String() != s {
			t.Fatalf("%q was read as %s", s, d)
		}
		if err != nil && !bytes.Equal(d[:], make([]byte, len(d))) {
			t.Fatal("a refused digest is not zero")
		}
	})
}
