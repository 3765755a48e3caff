package record_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"comity"
	"comity/record"
	"comity/record/recordtest"
)

// An outsider is a cosigner in memory: what the network and the disk of a real
// one do is tested in store.
type outsider struct {
	watch *record.Watch
	kept  []byte
	down  bool // does not answer
	blind bool // does not show what it keeps
}

func newOutsider(t testing.TB, name string, quantum bool, logs ...record.Key) *outsider {
	t.Helper()
	secret, err := record.NewCosignKey(name, false)
	if err != nil {
		t.Fatal(err)
	}
	if quantum {
		second, err := record.NewCosignKey(name, true)
		if err != nil {
			t.Fatal(err)
		}
		secret += "\n" + second + "\n"
	}
	keys, err := record.ParseCosignKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, k := range logs {
		texts = append(texts, k.String())
	}
	watch, err := record.NewWatch(keys, texts)
	if err != nil {
		t.Fatal(err)
	}
	return &outsider{watch: watch}
}

func (o *outsider) add(a record.Addition, now time.Time) ([]byte, error) {
	j, err := o.watch.Judge(a, o.kept, now)
	if err == nil {
		o.kept = j.Kept
	}
	return j.Lines, err
}

// outsiders are the cosigners of one log.
type outsiders struct {
	list   []*outsider
	policy record.Policy
	now    func() time.Time
}

func newOutsiders(t testing.TB, w *world, need int, list ...*outsider) *outsiders {
	t.Helper()
	var keys []record.PolicyCosigner
	for _, o := range list {
		for _, c := range o.watch.Public() {
			keys = append(keys, record.PolicyCosigner{Key: c})
		}
	}
	p, err := record.NewPolicy(keys, need)
	if err != nil {
		t.Fatal(err)
	}
	return &outsiders{list, p, func() time.Time { return w.now }}
}

func (o *outsiders) Policy() record.Policy { return o.policy }

func (o *outsiders) Ask(_ context.Context, signed []byte, size int64, prove func(int64) (tlog.TreeProof, error)) []record.Answer {
	var out []record.Answer
	for _, c := range o.list {
		a := record.Answer{From: c.watch.Public()[0].Name()}
		a.Lines, a.Err = c.ask(signed, size, prove, o.now())
		var other record.OtherSize
		if errors.As(a.Err, &other) && int64(other) > size {
			a.Knows = int64(other)
		}
		if a.Err != nil && !c.down && !c.blind {
			a.Seen = c.kept
		}
		out = append(out, a)
	}
	return out
}

func (o *outsider) ask(signed []byte, size int64, prove func(int64) (tlog.TreeProof, error), now time.Time) ([]byte, error) {
	if o.down {
		return nil, recordtest.ErrBroken
	}
	old := int64(0)
	for range 2 {
		proof, err := prove(old)
		if err != nil {
			return nil, err
		}
		lines, err := o.add(record.Addition{Old: old, Proof: proof, Checkpoint: signed}, now)
		var other record.OtherSize
		if !errors.As(err, &other) || int64(other) > size {
			return lines, err
		}
		old = int64(other)
	}
	return nil, recordtest.ErrBroken
}

func (o *outsider) addition(t testing.TB, w *world, old int64) record.Addition {
	t.Helper()
	head, err := w.memory.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a := record.Addition{Old: old, Checkpoint: head.Checkpoint}
	if old > 0 && old < head.Size {
		tree := tlog.Tree{N: head.Size, Hash: head.Root}
		if a.Proof, err = tlog.ProveTree(head.Size, old, tlog.TileHashReader(tree, tiles{t, w.memory})); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// tiles reads a log with x/mod alone.
type tiles struct {
	t testing.TB
	*recordtest.Memory
}

func (r tiles) Height() int                         { return 8 }
func (r tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r tiles) ReadTiles(list []tlog.Tile) (out [][]byte, err error) {
	for _, tile := range list {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := r.ReadFile(context.Background(), path)
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func TestCosignerSignsWhatGrewAndNothingElse(t *testing.T) {
	w := newWorld(t)
	o := newOutsider(t, "cosigner.auditor.example/w1", true, w.key)
	w.append(t, 300)
	w.publish(t)
	first := o.addition(t, w, 0)
	lines, err := o.add(first, w.now)
	if err != nil || strings.Count(string(lines), "\n") != 2 {
		t.Fatalf("the first checkpoint: %q, %v", lines, err)
	}
	c, sigs, err := w.key.Cosigned(append(bytes.Clone(first.Checkpoint), lines...), o.watch.Public())
	if err != nil || c.Size != 300 || len(sigs) != 2 || !sigs[0].At.Equal(w.now) || sigs[0].By.Algorithm() != "Ed25519" || sigs[1].By.Algorithm() != "ML-DSA-44" {
		t.Fatalf("Cosigned = %+v, %+v, %v", c, sigs, err)
	}
	if again, err := o.add(o.addition(t, w, 300), w.now); err != nil || len(again) == 0 {
		t.Errorf("the same once more: %v", err)
	}
	w.append(t, 400)
	w.publish(t)

	fork := newWorld(t)
	fork.Log.Signer, fork.key = w.Signer, w.key
	fork.append(t, 300)
	fork.publish(t)
	sameSize := o.addition(t, fork, 300)
	fork.append(t, 500)
	fork.publish(t)
	grownFork := o.addition(t, fork, 300)
	stranger := newWorld(t)
	stranger.append(t, 300)
	stranger.publish(t)

	good := o.addition(t, w, 300)
	wrongProof := good
	wrongProof.Proof = slices.Clone(good.Proof)
	wrongProof.Proof[0][3] ^= 1
	longProof := good
	longProof.Proof = append(slices.Clone(good.Proof), tlog.Hash{})
	proofFromNothing := o.addition(t, w, 0)
	proofFromNothing.Proof = tlog.TreeProof{{}}
	wrongSig := good
	wrongSig.Checkpoint = bytes.Replace(good.Checkpoint, []byte("\n700\n"), []byte("\n701\n"), 1)
	unknown := good
	unknown.Checkpoint = bytes.ReplaceAll(good.Checkpoint, []byte("record.example"), []byte("record.elsewhere"))
	kept := bytes.Clone(o.kept)
	for _, c := range []struct {
		name string
		a    record.Addition
		code string
	}{
		{"a wrong old size", o.addition(t, w, 200), "the last checkpoint signed here has 300 entries"},
		{"from nothing, as after a lost memory", o.addition(t, w, 0), "the last checkpoint signed here has 300 entries"},
		{"rolled back", record.Addition{Old: 0, Checkpoint: firstOf(t, w, 100)}, "the last checkpoint signed here has 300 entries"},
		{"rolled back, and says so", record.Addition{Old: 300, Checkpoint: firstOf(t, w, 100)}, "bad-request"},
		{"a fork of the same size", sameSize, "bad-proof"},
		{"a fork that grew", grownFork, "bad-proof"},
		{"a wrong proof", wrongProof, "bad-proof"},
		{"a proof too long", longProof, "bad-proof"},
		{"a log of another key", o.addition(t, stranger, 300), "not-signed"},
		{"a changed checkpoint", wrongSig, "not-signed"},
		{"a log that nobody watches", unknown, "unknown-log"},
		{"no note", record.Addition{Checkpoint: []byte(origin + "\n1\n")}, "bad-request"},
	} {
		lines, err := o.add(c.a, w.now)
		if code(err) != c.code || lines != nil || !bytes.Equal(o.kept, kept) {
			t.Errorf("%s: %q, %v, want %s", c.name, lines, err, c.code)
		}
	}
	if _, err := newOutsider(t, "other.example", false, w.key).add(proofFromNothing, w.now); code(err) != "bad-proof" {
		t.Errorf("a proof from nothing: %v", err)
	}
	if _, err := o.add(good, w.now); err != nil {
		t.Errorf("after all that, what grew rightly: %v", err)
	}
	if _, err := newOutsider(t, "other.example", false, w.key).watch.Judge(good, o.kept, w.now); code(err) != "damaged" {
		t.Errorf("a state signed by another: %v", err)
	}
}

// firstOf is a checkpoint of the first n entries, signed by the log.
func firstOf(t *testing.T, w *world, n int) []byte {
	t.Helper()
	small := newWorld(t)
	small.Log.Signer = w.Signer
	for _, e := range w.memory.Entries()[:n] {
		if _, err := small.memory.Commit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	return small.publish(t).Checkpoint
}

// What x/mod and the text of the formats say, computed apart from our code.
func TestCosignatureFormats(t *testing.T) {
	w := newWorld(t)
	o := newOutsider(t, "cosigner.auditor.example/w1", true, w.key)
	w.append(t, 3)
	w.publish(t)
	a := o.addition(t, w, 0)
	lines, err := o.add(a, w.now)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSuffix(string(lines), "\n"), "\n") {
		key := o.watch.Public()[i]
		raw, err := base64.StdEncoding.DecodeString(line[strings.LastIndex(line, " ")+1:])
		if err != nil || len(raw) != []int{4 + 8 + 64, 4 + 8 + 2420}[i] {
			t.Fatalf("line %d has %d bytes, %v", i, len(raw), err)
		}
		public, err := base64.StdEncoding.DecodeString(strings.SplitN(key.String(), "+", 3)[2])
		if err != nil || public[0] != []byte{0x04, 0x06}[i] {
			t.Errorf("the algorithm byte of key %d is %#x", i, public[0])
		}
		if got := fmt.Sprintf("%x", raw[:4]); got != key.ID() || !strings.HasPrefix(line, "— cosigner.auditor.example/w1 ") {
			t.Errorf("line %d: %.60s, key %s", i, line, key.ID())
		}
	}
	// A checkpoint with these lines is still a plain note of the log.
	verifier, err := note.NewVerifier(w.key.String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(append(a.Checkpoint, lines...), note.VerifierList(verifier)); err != nil {
		t.Error(err)
	}
}

func TestPublishWithCosigners(t *testing.T) {
	w := newWorld(t)
	auditor := newOutsider(t, "cosigner.auditor.example/w1", true, w.key)
	paper := newOutsider(t, "cosigner.paper.example", false, w.key)
	all := newOutsiders(t, w, 2, auditor, paper)
	w.Cosigners = all
	w.append(t, 300)
	first := w.publish(t)
	w.append(t, 5)
	w.now = w.now.Add(5 * 24 * time.Hour)
	paper.down = true
	head := w.publish(t)
	served, err := w.memory.ReadFile(t.Context(), "checkpoint")
	if err != nil || !bytes.Equal(served, head.Checkpoint) {
		t.Fatalf("the head and the file differ, %v", err)
	}
	// One cosigner is down: the beat is public, and shows who is missing.
	v, err := record.Vouch(t.Context(), w.key, w.memory, served, nil, all.policy)
	if code(err) != "bad-proof" || len(v.By) != 1 || len(v.Missing) != 1 || !strings.Contains(err.Error(), "cosigner.paper.example") {
		t.Errorf("a quorum of two with one missing: %+v, %v", v, err)
	}
	one := newOutsiders(t, w, 1, auditor, paper).policy
	v, err = record.Vouch(t.Context(), w.key, w.memory, served, nil, one)
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(v.Sentences(), "\n")
	for _, want := range []string{
		"Nothing has been removed or changed since 3 March 2026, says the cosigner cosigner.auditor.example/w1, which signed this on 8 March 2026, 14:05 UTC, with Ed25519 and ML-DSA-44.",
		"The cosigner cosigner.paper.example has not signed this.",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("said %s\nwant %s", said, want)
		}
	}
	// The first checkpoint kept for a cosigner must lead to this one.
	fork := newWorld(t)
	fork.Log.Signer = w.Signer
	fork.append(t, 300)
	fork.publish(t)
	lines, err := newOutsiderOf(auditor).add(auditor.addition(t, fork, 0), w.now)
	if err != nil {
		t.Fatal(err)
	}
	forked, _ := fork.memory.ReadFile(t.Context(), "checkpoint")
	lying := instead{w.memory, record.FirstPath(auditor.watch.Public()[0]), append(forked, lines...)}
	if _, err := record.Vouch(t.Context(), w.key, lying, served, nil, one); code(err) != "bad-proof" {
		t.Errorf("a first checkpoint of another history: %v", err)
	}
	if _, err := record.Verify(t.Context(), w.key, w.memory); err != nil {
		t.Error(err)
	}
	if _, err := record.Consistent(t.Context(), w.key, w.memory, first.Checkpoint, head.Checkpoint); err != nil {
		t.Error(err)
	}

	// A receipt carries the Ed25519 line alone and stays small.
	p, err := w.key.Receipt(ptr(w.receipt(t, 7)).Marshal())
	if err != nil {
		t.Fatal(err)
	}
	offline, err := p.Vouch(one)
	if err != nil || len(offline.By) != 1 || !slices.Equal(offline.By[0].Algorithms, []string{"Ed25519"}) {
		t.Errorf("the receipt says %+v, %v", offline, err)
	}
	if n := len(p.Receipt.Marshal()); n >= 2000 {
		t.Errorf("a cosigned receipt has %d bytes", n)
	}
	// Every bit of it counts, the cosigner's line included.
	tamper(t, "cosigned receipt", bytes.TrimSpace(p.Receipt.Marshal()), func(b []byte) error {
		p, err := w.key.Receipt(b)
		if err == nil {
			_, err = p.Vouch(one)
		}
		return err
	})
}

// newOutsiderOf is the same cosigner with its memory lost.
func newOutsiderOf(o *outsider) *outsider { return &outsider{watch: o.watch} }

func TestReceiptCarriesAsManyCosignersAsFit(t *testing.T) {
	w := newWorld(t)
	var list []*outsider
	for i := range 6 {
		list = append(list, newOutsider(t, fmt.Sprintf("cosigner-%d.example/w1", i), true, w.key))
	}
	all := newOutsiders(t, w, 1, list...)
	w.Cosigners = all
	w.append(t, 300)
	w.publish(t)
	r := w.receipt(t, 0)
	p, err := w.key.Receipt(r.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Vouch(all.policy)
	if n := len(r.Marshal()); err != nil || n >= 2000 || n < 1850 || len(v.By) < 3 {
		t.Errorf("%d bytes with %d cosigners, %v", n, len(v.By), err)
	} else {
		t.Logf("%d bytes with %d of 6 cosigners in a log of 300 entries", n, len(v.By))
	}
}

// An old backup is restored. Whatever it does then, its log signs nothing:
// the cosigner has seen more, or something else.
func TestRestoredBackupSignsNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		blind bool
		grows int
		beats bool // it publishes while the cosigner is away
	}{
		{"as it was", false, 0, false},
		{"and grew a little", false, 2, false},
		{"and grew beyond what the cosigner saw", false, 9, false},
		{"and published beyond it while the cosigner was away", false, 9, true},
		{"as it was, and the cosigner shows nothing", true, 0, false},
		{"and grew, and the cosigner shows nothing", true, 9, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			auditor := newOutsider(t, "cosigner.auditor.example/w1", false, w.key)
			w.Cosigners = newOutsiders(t, w, 1, auditor)
			w.append(t, 5)
			head := w.publish(t)
			backup := copyOf(t, w, head)
			w.append(t, 3)
			w.publish(t)

			w.memory = backup
			w.Log = w.restart(w.Signer)
			if c.beats {
				w.append(t, c.grows)
				w.publish(t) // without cosigners: as if they had been switched off
				w.Log = w.restart(w.Signer)
			}
			auditor.blind = c.blind
			w.Cosigners = newOutsiders(t, w, 1, auditor)
			if err := w.Open(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !c.beats {
				for i := range c.grows {
					if _, err := w.Append(t.Context(), w.draft(fmt.Sprintf("new-%d", i))); !c.blind && code(err) != "restored-backup" {
						t.Errorf("Append promised: %v", err)
					}
				}
				backup.Commit(t.Context(), recordtest.Prepare("from another program"))
			}
			before, err := w.memory.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Publish(t.Context()); code(err) != "restored-backup" {
				t.Errorf("Publish signed: %v", err)
			} else if p := err.(*comity.Problem); !strings.Contains(p.Message, "nothing is signed: cosigner.auditor.example/w1") || p.Hint == "" {
				t.Errorf("it says %q", p.Message)
			}
			after, err := w.memory.Head(t.Context())
			if err != nil || !bytes.Equal(before.Checkpoint, after.Checkpoint) {
				t.Errorf("the head moved, %v", err)
			}
		})
	}
}

// copyOf is a backup of the database and of the public files.
func copyOf(t *testing.T, w *world, head record.Head) *recordtest.Memory {
	t.Helper()
	m := recordtest.NewMemory()
	for _, e := range w.memory.Entries() {
		if _, err := m.Commit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range w.memory.Paths() {
		data, err := w.memory.ReadFile(t.Context(), path)
		if err != nil || m.WriteFile(t.Context(), path, data) != nil {
			t.Fatal(err)
		}
	}
	if err := m.SetHead(t.Context(), record.Head{}, head); err != nil {
		t.Fatal(err)
	}
	return m
}

// Cosigners who do not answer hold up the first checkpoint after a start until
// the quorum has spoken; they never hold up an entry, and later no checkpoint.
func TestSilentCosigners(t *testing.T) {
	w := newWorld(t)
	w.append(t, 5)
	w.publish(t)
	a, b := newOutsider(t, "a.example", false, w.key), newOutsider(t, "b.example", false, w.key)
	a.down, b.down = true, true
	w.Log = w.restart(w.Signer)
	w.Cosigners = newOutsiders(t, w, 1, a, b)
	w.append(t, 1)
	if _, err := w.Publish(t.Context()); code(err) != "cosigners-silent" || !strings.Contains(err.Error(), "a.example") || !strings.Contains(err.Error(), "b.example") {
		t.Errorf("nobody has answered: %v", err)
	}
	b.down = false
	w.publish(t)
	b.down = true
	w.append(t, 1)
	if head := w.publish(t); head.Size != 7 {
		t.Errorf("the head has %d entries", head.Size)
	}
	w.Log = w.restart(w.Signer)
	w.Cosigners = newOutsiders(t, w, 0, a, b)
	w.publish(t)
}

// The failure matrix of a beat with a cosigner: see TestPublishSurvivesEveryFailure.
func TestCosignedPublishSurvivesEveryFailure(t *testing.T) {
	for _, persists := range []bool{false, true} {
		for step := 0; ; step++ {
			w := newWorld(t)
			auditor := newOutsider(t, "cosigner.auditor.example/w1", false, w.key)
			w.Cosigners = newOutsiders(t, w, 1, auditor)
			w.append(t, 250)
			w.publish(t)
			w.append(t, 300)
			n := 0
			w.memory.Fail = func(string) (bool, bool) { n++; return n == step+1, persists }
			_, err := w.Publish(t.Context())
			w.memory.Fail = nil
			if err == nil {
				if step < 7 {
					t.Fatalf("only %d writes in a beat: the matrix tests nothing", step)
				}
				break
			}
			if _, err := record.Verify(t.Context(), w.key, w.memory); err != nil {
				t.Errorf("write %d, persists %v: the public log is broken after the crash: %v", step, persists, err)
			}
			w.Log = w.restart(w.Signer)
			w.Cosigners = newOutsiders(t, w, 1, auditor)
			if err := w.Open(t.Context()); err != nil {
				t.Fatalf("write %d, persists %v: open: %v", step, persists, err)
			}
			after := w.publish(t)
			v, err := record.Vouch(t.Context(), w.key, w.memory, after.Checkpoint, nil, newOutsiders(t, w, 1, auditor).policy)
			if err != nil || v.Checkpoint.Size != 550 {
				t.Errorf("write %d, persists %v: %+v, %v", step, persists, v, err)
			}
		}
	}
}

func TestLogSignsWithMLDSAToo(t *testing.T) {
	w := newWorld(t)
	secret, err := record.NewCosignKey(origin, true)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := record.ParseCosignKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Signer.Second(keys[0]); err != nil {
		t.Fatal(err)
	}
	other, _ := record.NewCosignKey(origin, false)
	if ed, err := record.ParseCosignKeys(other); err != nil || w.Signer.Second(ed[0]) == nil {
		t.Errorf("took an Ed25519 key as the second, %v", err)
	}
	w.append(t, 3)
	head := w.publish(t)
	_, sigs, err := w.key.Cosigned(head.Checkpoint, []record.Cosigner{keys[0].Public()})
	if err != nil || len(sigs) != 1 || !sigs[0].At.Equal(w.now) {
		t.Errorf("%+v, %v", sigs, err)
	}
	p, err := w.key.Receipt(ptr(w.receipt(t, 0)).Marshal())
	if err != nil || len(p.Receipt.Marshal()) >= 2000 {
		t.Errorf("the receipt has %d bytes, %v", len(p.Receipt.Marshal()), err)
	}
	if n := len(head.Checkpoint); n < 3300 {
		t.Errorf("the checkpoint has %d bytes", n)
	}
}

func TestBackDatedEntryIsFlagged(t *testing.T) {
	w := newWorld(t)
	w.append(t, 3)
	old := w.publish(t)
	seen, err := w.key.Checkpoint(old.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	honest := w.now
	w.now = honest.Add(-time.Hour) // the log's clock is set back to write
	w.append(t, 1)
	w.now = honest.Add(2 * time.Minute)
	w.publish(t)
	p, err := w.key.Receipt(ptr(w.receipt(t, 3)).Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.BackDated(seen.Size, seen.At, "the log"); code(err) != "bad-proof" || !strings.Contains(err.Error(), "back-dated") {
		t.Errorf("an entry back-dated by an hour: %v", err)
	}
	for i := range 3 {
		p, err := w.key.Receipt(ptr(w.receipt(t, i)).Marshal())
		if err != nil || p.BackDated(seen.Size, seen.At, "the log") != nil {
			t.Errorf("entry %d is right: %v", i, err)
		}
	}
}

func TestFollow(t *testing.T) {
	w := newWorld(t)
	w.append(t, 3)
	first := w.publish(t).Checkpoint
	began := w.now
	w.append(t, 300)
	w.now = began.Add(time.Minute)
	second := w.publish(t).Checkpoint
	fork := newWorld(t)
	fork.Log.Signer = w.Signer
	fork.append(t, 400)
	fork.now = began.Add(2 * time.Minute)
	forked := fork.publish(t).Checkpoint
	late := began.Add(3 * time.Minute)
	for _, c := range []struct {
		name         string
		files        *recordtest.Memory
		last, served []byte
		now          time.Time
		says         string
	}{
		{"the first look", w.memory, nil, first, began, ""},
		{"grown", w.memory, first, second, began.Add(time.Minute), ""},
		{"just in time", w.memory, first, second, began.Add(2*time.Minute + 10*time.Second), ""},
		{"late", w.memory, first, second, late, "the beat is late"},
		{"late at the first look", w.memory, nil, second, late, "the beat is late"},
		{"shrunk", w.memory, second, first, began.Add(time.Minute), "entries were removed"},
		{"forked", fork.memory, second, forked, began.Add(2 * time.Minute), "an entry was removed or changed"},
	} {
		_, err := record.Follow(t.Context(), w.key, c.files, c.last, c.served, c.now, time.Minute)
		if c.says == "" && err != nil || c.says != "" && (code(err) != "bad-proof" || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
	// An empty beat replayed.
	w.now = began.Add(2 * time.Minute)
	third := w.publish(t).Checkpoint
	if _, err := record.Follow(t.Context(), w.key, w.memory, third, second, w.now, time.Minute); code(err) != "bad-proof" || !strings.Contains(err.Error(), "not fresh") {
		t.Errorf("an old checkpoint shown again: %v", err)
	}

	// Two cosigners see the same history, or it is told.
	now, err := w.key.Checkpoint(third)
	if err != nil {
		t.Fatal(err)
	}
	for _, view := range [][]byte{first, second, third} {
		if _, err := record.SameView(t.Context(), w.key, w.memory, now, view); err != nil {
			t.Error(err)
		}
	}
	if _, err := record.SameView(t.Context(), w.key, w.memory, now, forked); !errors.Is(err, record.ErrAhead) {
		t.Errorf("a longer view: %v", err)
	}
	fork2 := newWorld(t)
	fork2.Log.Signer = w.Signer
	fork2.append(t, 100)
	if _, err := record.SameView(t.Context(), w.key, w.memory, now, fork2.publish(t).Checkpoint); code(err) != "bad-proof" || !strings.Contains(err.Error(), "two histories") {
		t.Errorf("another view: %v", err)
	}
}

func TestPolicy(t *testing.T) {
	w := newWorld(t)
	var keys []record.Cosigner
	text := "# who watches\nlog " + w.key.String() + " https://record.example/log\n\n"
	for i, name := range []string{"x1", "x2", "x3", "y1", "y2"} {
		o := newOutsider(t, name+".example", false, w.key)
		keys = append(keys, o.watch.Public()[0])
		text += fmt.Sprintf("\twitness %s %s https://%s.example/%d\n", name, keys[i], name, i)
	}
	text += "group X 2 x1 x2 x3\ngroup Y any y1 y2\ngroup both all X Y\nquorum both\n"
	p, err := record.ParsePolicy([]byte(text))
	if err != nil || len(p.Cosigners) != 5 || p.Cosigners[4].URL != "https://y2.example/4" || p.Logs[0].URL != "https://record.example/log" {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, c := range []struct {
		by   []int
		want bool
	}{{nil, false}, {[]int{0, 1}, false}, {[]int{0, 3}, false}, {[]int{0, 2, 4}, true}, {[]int{0, 1, 2, 3}, true}, {[]int{3, 4}, false}} {
		var by []record.Cosignature
		for _, i := range c.by {
			by = append(by, record.Cosignature{By: keys[i]})
		}
		if p.Satisfied(by) != c.want || len(p.Missing(by)) != 5-len(c.by) {
			t.Errorf("%v: satisfied %v, %d missing", c.by, p.Satisfied(by), len(p.Missing(by)))
		}
	}
	x1 := "witness x1 " + keys[0].String() + "\n"
	for name, bad := range map[string]string{
		"no quorum":              x1,
		"two quorums":            x1 + "quorum x1\nquorum x1\n",
		"an unknown name":        x1 + "quorum x2\n",
		"a name twice":           x1 + "witness x1 " + keys[1].String() + "\nquorum x1\n",
		"a key twice":            x1 + "witness x2 " + keys[0].String() + "\nquorum x1\n",
		"a member twice":         x1 + "group a any x1\ngroup b any x1\nquorum b\n",
		"more than there are":    x1 + "group a 2 x1\nquorum a\n",
		"none of them":           x1 + "group a 0 x1\nquorum a\n",
		"a log's key":            "witness x1 " + w.key.String() + "\nquorum x1\n",
		"a cosigner called none": "witness none " + keys[0].String() + "\nquorum none\n",
		"another word":           "cosigner x1 " + keys[0].String() + "\nquorum none\n",
		"not text":               "quorum none\n\xff",
	} {
		if _, err := record.ParsePolicy([]byte(bad)); code(err) != "bad-policy" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := record.ParsePolicy([]byte("quorum none\n")); err != nil || !p.Satisfied(nil) {
		t.Errorf("no quorum needed: %v", err)
	}
	if _, err := record.NewPolicy([]record.PolicyCosigner{{Key: keys[0]}}, 2); code(err) != "bad-policy" {
		t.Errorf("a quorum of two of one: %v", err)
	}
}

func TestCosignerKeys(t *testing.T) {
	for _, quantum := range []bool{false, true} {
		secret, err := record.NewCosignKey("c.example", quantum)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := record.ParseCosignKeys(secret + "\n")
		if err != nil || len(keys) != 1 {
			t.Fatal(err)
		}
		c, err := record.ParseCosigner(keys[0].Public().String() + "\n")
		if err != nil || c.String() != keys[0].Public().String() || c.Name() != "c.example" {
			t.Errorf("%v, %v", c, err)
		}
		if _, err := record.ParseCosignKeys(secret + "\n" + secret); err == nil {
			t.Error("took one key twice")
		}
		for i := range secret {
			bad := []byte(secret)
			bad[i] ^= 1
			if keys, err := record.ParseCosignKeys(string(bad)); err == nil && keys[0].Public().String() == c.String() {
				t.Errorf("took a secret with byte %d changed", i)
			}
		}
	}
	a, _ := record.NewCosignKey("a.example", false)
	b, _ := record.NewCosignKey("b.example", true)
	for _, bad := range []string{"", a + "\n" + b, goldenKey(t).String(), "PRIVATE+KEY+a+00000000+AA=="} {
		if _, err := record.ParseCosignKeys(bad); err == nil {
			t.Errorf("took %.40q", bad)
		}
	}
	for _, bad := range []string{"", "a b", "a+b", strings.Repeat("x", 101)} {
		if _, err := record.NewCosignKey(bad, false); code(err) != "bad-name" {
			t.Errorf("took the name %.20q", bad)
		}
	}
}

func FuzzAddition(f *testing.F) {
	w := newWorld(f)
	w.append(f, 300)
	w.publish(f)
	o := newOutsider(f, "c.example", false, w.key)
	a := o.addition(f, w, 0)
	if _, err := o.add(a, w.now); err != nil {
		f.Fatal(err)
	}
	f.Add(a.Marshal())
	w.append(f, 400)
	w.publish(f)
	f.Add(o.addition(f, w, 300).Marshal())
	f.Add([]byte("old 0\n\n"))
	f.Add([]byte("old 9223372036854775807\nAAAA\n\n" + origin + "\n9223372036854775807\n\n— x AAAAAAAA\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := record.ParseAddition(body)
		expectProblem(t, err)
		if err != nil {
			return
		}
		if !bytes.Equal(a.Marshal(), body) {
			t.Errorf("does not survive a round trip: %q", body)
		}
		j, err := o.watch.Judge(a, o.kept, w.now)
		var other record.OtherSize
		if err != nil && !errors.As(err, &other) {
			expectProblem(t, err)
		}
		if err == nil {
			if c, err := o.watch.Kept(j.Kept); err != nil || c.Size != 300 && c.Size != 700 {
				t.Errorf("signed %+v, %v", c, err)
			}
		}
	})
}

func FuzzCosigned(f *testing.F) {
	w := newWorld(f)
	o := newOutsider(f, "c.example", true, w.key)
	w.append(f, 3)
	w.publish(f)
	a := o.addition(f, w, 0)
	lines, err := o.add(a, w.now)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(lines)
	f.Add([]byte("— c.example AAAAAAAA\n"))
	f.Fuzz(func(t *testing.T, more []byte) {
		c, sigs, err := w.key.Cosigned(append(bytes.Clone(a.Checkpoint), more...), o.watch.Public())
		expectProblem(t, err)
		for _, s := range sigs {
			if !s.At.Equal(w.now) || c.Size != 3 {
				t.Errorf("took a cosignature that nobody made: %+v", s)
			}
		}
	})
}

func FuzzPolicy(f *testing.F) {
	f.Add([]byte("quorum none\n"))
	f.Add([]byte("witness a k u\ngroup g all a\nquorum g\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, err := record.ParsePolicy(text)
		expectProblem(t, err)
	})
}

func BenchmarkJudge(b *testing.B) {
	for _, quantum := range []bool{false, true} {
		b.Run(fmt.Sprintf("ML-DSA=%v", quantum), func(b *testing.B) {
			w := newWorld(b)
			o := newOutsider(b, "cosigner.auditor.example/w1", quantum, w.key)
			w.append(b, 300)
			w.publish(b)
			a := o.addition(b, w, 0)
			if _, err := o.add(a, w.now); err != nil {
				b.Fatal(err)
			}
			w.append(b, 400)
			w.publish(b)
			a = o.addition(b, w, 300)
			for b.Loop() {
				if _, err := o.watch.Judge(a, o.kept, w.now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReceiptWithCosigners(b *testing.B) {
	w := newWorld(b)
	all := newOutsiders(b, w, 2, newOutsider(b, "a.example", true, w.key), newOutsider(b, "b.example", true, w.key))
	w.Cosigners = all
	w.append(b, 300)
	w.publish(b)
	data := ptr(w.receipt(b, 7)).Marshal()
	for b.Loop() {
		p, err := w.key.Receipt(data)
		if err == nil {
			_, err = p.Vouch(all.policy)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
