// Package cosign holds our cosigner, and the lines our log gathers, to what
// another project makes of the same formats: Tessera as the log that asks our
// cosigner, and its library of formats for both kinds of signature. It is a
// module of its own, so that none of this is a dependency of the product.
package cosign

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"

	"comity/record"
	"comity/store"
)

const origin = "log.elsewhere.example/tessera"

// startCosigner runs ours for logs of those keys. Its own keys come from the
// other project: the secret text is the same.
func startCosigner(t *testing.T, name string, logs ...string) (url, edKey, quantumKey string) {
	t.Helper()
	ed, err := record.NewCosignKey(name, false)
	if err != nil {
		t.Fatal(err)
	}
	quantum, theirs, err := fnote.GenerateMLDSAKey(name)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := record.ParseCosignKeys(ed + "\n" + quantum)
	if err != nil {
		t.Fatal(err)
	}
	if ours := keys[1].Public().String(); ours != theirs {
		t.Errorf("the ML-DSA key is written %.60s by us and %.60s by them", ours, theirs)
	}
	watch, err := record.NewWatch(keys, logs)
	if err != nil {
		t.Fatal(err)
	}
	c, err := store.OpenCosigner(t.Context(), t.TempDir(), watch, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return server.URL, keys[0].Public().String(), theirs
}

// A log of Tessera, in a folder, asks our cosigner at every checkpoint and
// publishes only what it signed.
func TestTesseraAsksOurCosigner(t *testing.T) {
	secret, vkey, err := note.GenerateKey(nil, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	address, edKey, quantumKey := startCosigner(t, "cosigner.auditor.example/w1", vkey)
	policy := fmt.Sprintf("log %s\nwitness auditor %s %s\ngroup outside all auditor\nquorum outside\n", vkey, edKey, address)
	group, err := tessera.NewWitnessGroupFromPolicy([]byte(policy))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.ParsePolicy([]byte(policy)); err != nil {
		t.Errorf("their policy is not ours: %v", err)
	}
	dir := t.TempDir()
	driver, err := posix.New(t.Context(), posix.Config{Path: dir})
	if err != nil {
		t.Fatal(err)
	}
	appender, stop, _, err := tessera.NewAppender(t.Context(), driver, tessera.NewAppendOptions().
		WithCheckpointSigner(signer).WithBatching(64, 100*time.Millisecond).WithCheckpointInterval(time.Second).
		WithWitnesses(group, &tessera.WitnessOptions{Timeout: 10 * time.Second}))
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t.Context())
	size := 0
	for _, n := range []int{1, 300, 7} {
		var added []tessera.IndexFuture
		for range n {
			size++
			added = append(added, appender.Add(t.Context(), tessera.NewEntry(fmt.Appendf(nil, "entry %d", size))))
		}
		for _, f := range added {
			if _, err := f(); err != nil {
				t.Fatal(err)
			}
		}
		text := waitFor(t, filepath.Join(dir, "checkpoint"), fmt.Sprintf("\n%d\n", size))
		verifiers := []note.Verifier{}
		for _, v := range []func() (note.Verifier, error){
			func() (note.Verifier, error) { return note.NewVerifier(vkey) },
			func() (note.Verifier, error) { return fnote.NewVerifierForCosignatureV1(edKey) },
		} {
			verifier, err := v()
			if err != nil {
				t.Fatal(err)
			}
			verifiers = append(verifiers, verifier)
		}
		n, err := note.Open(text, note.VerifierList(verifiers...))
		if err != nil || len(n.Sigs) != 2 {
			t.Fatalf("of %d entries: %+v, %v\n%s", size, n, err, text)
		}
		if at, err := fnote.CoSigV1Timestamp(n.Sigs[1]); err != nil || time.Since(at).Abs() > time.Minute {
			t.Errorf("cosigned at %v, %v", at, err)
		}
		// What the cosigner keeps bears its ML-DSA-44 line too.
		view, err := store.CosignerView(t.Context(), address, origin)
		if err != nil {
			t.Fatal(err)
		}
		quantum, err := fnote.NewMLDSAVerifier(quantumKey)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := note.Open(view, note.VerifierList(quantum)); err != nil || len(n.Sigs) != 1 {
			t.Errorf("ML-DSA-44: %v", err)
		}
	}
}

func waitFor(t *testing.T, path, want string) []byte {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), want) {
			return text
		}
	}
	text, err := os.ReadFile(path)
	t.Fatalf("no checkpoint with %q: %s, %v", want, text, err)
	return nil
}

// Their signers sign our log's checkpoint, and our check takes both kinds; with
// one bit of them changed it does not.
func TestTheirCosignaturesUnderOurCheckpoint(t *testing.T) {
	s, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "record"), store.Identity{Origin: "record.example/log", Agency: "IL0160000"}, store.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const name = "cosigner.elsewhere.example"
	edSecret, _, err := note.GenerateKey(nil, name)
	if err != nil {
		t.Fatal(err)
	}
	ed, err := fnote.NewSignerForCosignatureV1(edSecret)
	if err != nil {
		t.Fatal(err)
	}
	quantumSecret, quantumKey, err := fnote.GenerateMLDSAKey(name)
	if err != nil {
		t.Fatal(err)
	}
	quantum, err := fnote.NewMLDSASigner(quantumSecret)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(head.Checkpoint, note.VerifierList(must(note.NewVerifier(s.Key().String()))))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(n, ed, quantum)
	if err != nil {
		t.Fatal(err)
	}
	var by []record.Cosigner
	edKey, err := fnote.VKeyToCosignatureV1(publicOf(t, edSecret))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{edKey, quantumKey} {
		c, err := record.ParseCosigner(key)
		if err != nil {
			t.Fatalf("%.60s: %v", key, err)
		}
		by = append(by, c)
	}
	_, sigs, err := s.Key().Cosigned(signed, by)
	if err != nil || len(sigs) != 2 || time.Since(sigs[0].At).Abs() > time.Minute || time.Since(sigs[1].At).Abs() > time.Minute {
		t.Fatalf("%+v, %v", sigs, err)
	}
	for _, i := range []int{len(signed) - 3000, len(signed) - 20} {
		bad := []byte(string(signed))
		if bad[i] = 'A'; signed[i] == 'A' {
			bad[i] = 'B'
		}
		if _, _, err := s.Key().Cosigned(bad, by); err == nil {
			t.Errorf("took a changed byte %d", i)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// publicOf is the verifier key of an Ed25519 secret of x/mod.
func publicOf(t *testing.T, secret string) string {
	t.Helper()
	signer, err := record.ParseSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer.Key().String()
}
