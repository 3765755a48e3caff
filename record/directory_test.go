package record_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/record"
	"comity/record/recordtest"
)

const site = "https://record.example/log"

// A watcher is a directory's view of one log in memory.
type watcher struct {
	log   record.Listed
	files record.Fetcher
	views map[string][]byte // by name of the cosigner
	known record.Watched
	notes map[string][]byte
}

func newWatcher(t testing.TB, w *world, more ...string) *watcher {
	t.Helper()
	list, err := record.ParseDirectory([]byte(strings.Join(append([]string{"log " + w.key.String() + " " + site, "agency IL0160000"}, more...), "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return &watcher{log: list[0], files: w.memory, views: map[string][]byte{}, notes: map[string][]byte{}}
}

// look looks once and returns what is wrong, in order.
func (x *watcher) look(t testing.TB, now time.Time) string {
	t.Helper()
	view := func(_ context.Context, c record.PolicyCosigner) ([]byte, error) {
		if v := x.views[c.Key.Name()]; v != nil {
			return v, nil
		}
		return nil, errors.New("it keeps nothing")
	}
	is, notes, err := record.Look{Log: x.log, Files: x.files, View: view, Now: now}.At(t.Context(), x.known)
	if err != nil {
		t.Fatal(err)
	}
	x.known = is
	for digest, note := range notes {
		x.notes[digest] = note
	}
	return faults(is)
}

func faults(w record.Watched) string {
	var out []string
	for _, f := range w.Faults {
		out = append(out, string(f))
	}
	return strings.Join(out, ",")
}

// served shows one checkpoint over the files of a log.
type served struct {
	record.Fetcher
	checkpoint []byte
	gone       string // a path that begins so cannot be read
}

func (s served) ReadFile(ctx context.Context, path string) ([]byte, error) {
	switch {
	case s.gone != "" && strings.HasPrefix(path, s.gone):
		return nil, fs.ErrNotExist
	case path == "checkpoint":
		return s.checkpoint, nil
	}
	return s.Fetcher.ReadFile(ctx, path)
}

func (x *watcher) expect(t testing.TB, what string, now time.Time, want string) {
	t.Helper()
	if got := x.look(t, now); got != want {
		t.Errorf("%s: %q, want %q (%s)", what, got, want, x.known.Why)
	}
}

// A log that grows, is late, falls silent, shows junk, comes back.
func TestDirectoryTellsLateSilentAndUnsignedApart(t *testing.T) {
	w := newWorld(t)
	w.append(t, 3)
	first := w.publish(t).Checkpoint
	x := newWatcher(t, w)
	x.expect(t, "the first look", w.now, "")
	w.append(t, 300)
	w.now = w.now.Add(time.Minute)
	second := w.publish(t).Checkpoint
	x.expect(t, "grown", w.now, "")
	if x.known.Size != 303 || x.known.Shown != 303 || x.known.First.IsZero() || !x.known.At.Equal(w.now) {
		t.Errorf("known: %+v", x.known)
	}
	x.expect(t, "a little late is in time", w.now.Add(70*time.Second), "")
	x.expect(t, "no new checkpoint", w.now.Add(2*time.Minute), "late")
	x.expect(t, "a clock that is ahead", w.now.Add(-6*time.Minute), "ahead")

	x.files = served{w.memory, nil, "checkpoint"}
	x.expect(t, "no answer, long after", w.now.Add(time.Hour), "unreachable")
	if x.known.Size != 303 || x.known.Why == "" {
		t.Errorf("what was known is gone: %+v", x.known)
	}
	x.files = served{w.memory, []byte("<html>maintenance</html>"), ""}
	x.expect(t, "junk", w.now, "refused")
	other := newWorld(t)
	other.append(t, 3)
	x.files = served{w.memory, other.publish(t).Checkpoint, ""}
	x.expect(t, "signed by another", w.now, "refused")
	x.files = served{w.memory, first, ""}
	x.expect(t, "an older checkpoint out of a cache is no proof", w.now, "")
	x.expect(t, "an older checkpoint, for long", w.now.Add(10*time.Minute), "late")
	x.files = served{w.memory, second, ""}
	x.expect(t, "back", w.now, "")
	if len(x.known.Proofs) != 0 || len(x.notes) != 0 {
		t.Errorf("proofs of nothing: %+v", x.known.Proofs)
	}

	w.append(t, 300)
	w.now = w.now.Add(time.Minute)
	third := w.publish(t).Checkpoint
	x.files = served{w.memory, third, "tile/"}
	x.expect(t, "its tiles cannot be read", w.now, "unreachable")
	x.files = served{garbled{w.memory}, third, ""}
	x.expect(t, "its tiles do not add up", w.now, "refused")
	if x.known.Size != 303 {
		t.Errorf("a checkpoint that is not proved was taken: %d", x.known.Size)
	}
	x.files = w.memory
	x.expect(t, "proved", w.now, "")
}

// garbled turns one bit of every tile.
type garbled struct{ record.Fetcher }

func (g garbled) ReadFile(ctx context.Context, path string) ([]byte, error) {
	data, err := g.Fetcher.ReadFile(ctx, path)
	if err == nil && strings.HasPrefix(path, "tile/") {
		data = slices.Clone(data)
		data[0] ^= 1
	}
	return data, err
}

// A fork and a shrinkage are proved by what the log signed, and the proof does
// not go away.
func TestDirectoryProvesForksAndShrinkage(t *testing.T) {
	w := newWorld(t)
	w.append(t, 300)
	w.publish(t)
	x := newWatcher(t, w)
	x.expect(t, "the first look", w.now, "")

	restored := newWorld(t) // an old backup: the same entries, fewer
	restored.Log.Signer, restored.now = w.Signer, w.now.Add(time.Minute)
	for _, e := range w.memory.Entries()[:100] {
		restored.memory.Commit(t.Context(), e)
	}
	restored.publish(t)
	x.files = restored.memory
	x.expect(t, "restored and shorter", restored.now, "shrunk")
	restored.now = restored.now.Add(time.Minute)
	restored.publish(t)
	x.expect(t, "still shorter", restored.now, "shrunk")
	x.files = served{w.memory, nil, "checkpoint"}
	x.expect(t, "shorter, then silent", restored.now, "shrunk,unreachable")
	if len(x.known.Proofs) != 1 || x.known.Proofs[0].Sizes != [2]int64{300, 100} || x.known.Size != 300 || x.known.Shown != 100 {
		t.Fatalf("proofs: %+v", x.known)
	}
	x.check(t, w.key)

	x.files, w.now = w.memory, restored.now.Add(time.Minute)
	w.append(t, 10)
	w.publish(t)
	x.expect(t, "the newest backup was found", w.now, "")
	if x.known.Proofs[0].Over.IsZero() {
		t.Error("the shrinkage is not over")
	}

	x.files, restored.now = restored.memory, w.now.Add(time.Minute)
	restored.append(t, 400) // grown beyond, with other entries
	restored.publish(t)
	x.expect(t, "forked at another size", restored.now, "forked")
	x.files, w.now = w.memory, restored.now.Add(time.Minute)
	w.publish(t)
	x.expect(t, "the first history again", w.now, "forked")
	if len(x.known.Proofs) != 2 || x.known.Proofs[1].Root == "" || len(x.known.Proofs[1].Path) == 0 {
		t.Fatalf("proofs: %+v", x.known.Proofs)
	}
	x.check(t, w.key)

	// Neither the notes nor the path can be exchanged.
	p, from, to := x.known.Proofs[1], x.notes[x.known.Proofs[1].From], x.notes[x.known.Proofs[1].To]
	for what, bad := range map[string]func() error{
		"notes exchanged": func() error { return p.Check(w.key, to, from) },
		"another key":     func() error { return p.Check(newWorld(t).key, from, to) },
		"a path that leads elsewhere": func() error {
			q := p
			q.Path = slices.Clone(p.Path)
			q.Path[0] = q.Path[1]
			return q.Check(w.key, from, to)
		},
		"no path": func() error { q := p; q.Path = nil; return q.Check(w.key, from, to) },
		"the true root": func() error {
			q := p
			a, err := w.key.Checkpoint(from)
			if err != nil {
				return nil
			}
			q.Root = a.Root.String()
			return q.Check(w.key, from, to)
		},
		"a shrinkage that is growth": func() error {
			q := p
			q.What = record.Shrunk
			return q.Check(w.key, from, to)
		},
	} {
		if err := bad(); code(err) != "bad-proof" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func (x *watcher) check(t *testing.T, key record.Key) {
	t.Helper()
	for _, p := range x.known.Proofs {
		if err := p.Check(key, x.notes[p.From], x.notes[p.To]); err != nil {
			t.Errorf("%s: %v", p.What, err)
		}
	}
}

// Two checkpoints of one size.
func TestDirectoryProvesAForkOfOneSize(t *testing.T) {
	w, fork := newWorld(t), newWorld(t)
	fork.Log.Signer = w.Signer
	w.append(t, 5)
	w.publish(t)
	fork.append(t, 4)
	fork.Append(t.Context(), fork.draft("other"))
	fork.now = w.now.Add(time.Second)
	fork.publish(t)
	x := newWatcher(t, w)
	x.expect(t, "one", w.now, "")
	x.files = fork.memory
	x.expect(t, "two", fork.now, "forked")
	x.expect(t, "two again", fork.now, "forked")
	if len(x.known.Proofs) != 1 || x.known.Proofs[0].Sizes != [2]int64{5, 5} {
		t.Errorf("%+v", x.known.Proofs)
	}
	x.check(t, w.key)
}

// A log that shows the directory one history and its cosigner another.
func TestDirectoryComparesWithCosigners(t *testing.T) {
	w := newWorld(t)
	auditor, paper := newOutsider(t, "cosigner.auditor.example/w1", false, w.key), newOutsider(t, "paper.example", false, w.key)
	w.Cosigners = newOutsiders(t, w, 0, auditor, paper)
	w.append(t, 5)
	w.publish(t)
	x := newWatcher(t, w, "witness auditor "+auditor.watch.Public()[0].String()+" https://cosigner.auditor.example",
		"witness paper "+paper.watch.Public()[0].String(), "group both all auditor paper", "quorum both")
	x.views["cosigner.auditor.example/w1"] = auditor.kept
	x.expect(t, "both signed, one history", w.now, "")
	if len(x.known.Missing()) != 0 || len(x.known.Signers) != 2 || x.known.Signers[0].Label != "auditor" {
		t.Errorf("cosigners: %+v", x.known.Signers)
	}
	paper.down = true
	w.append(t, 1)
	w.now = w.now.Add(time.Minute)
	w.publish(t)
	x.expect(t, "one of two, and what the auditor keeps is older", w.now, "uncosigned")
	if m := x.known.Missing(); len(m) != 1 || m[0].Name != "paper.example" {
		t.Errorf("missing: %+v", m)
	}
	paper.down = false
	w.now = w.now.Add(time.Minute)
	w.publish(t)
	x.views["cosigner.auditor.example/w1"] = []byte("junk")
	x.expect(t, "a cosigner that shows junk says nothing about the log", w.now, "")

	fork := newWorld(t)
	fork.Log.Signer, fork.now = w.Signer, w.now
	fork.append(t, 3)
	fork.Append(t.Context(), fork.draft("other"))
	x.views["cosigner.auditor.example/w1"] = fork.publish(t).Checkpoint
	x.expect(t, "the auditor was shown another history", w.now, "forked")
	if len(x.known.Proofs) != 1 || x.known.Proofs[0].Keeper != "cosigner.auditor.example/w1" {
		t.Fatalf("%+v", x.known.Proofs)
	}
	x.check(t, w.key)
}

// The auditor saw more, and then the log signed less for the directory.
func TestDirectoryFindsWhatIsWithheld(t *testing.T) {
	w := newWorld(t)
	auditor := newOutsider(t, "auditor.example", false, w.key)
	w.append(t, 5)
	small := w.publish(t)
	w.append(t, 5)
	w.now = w.now.Add(time.Minute)
	large := w.publish(t).Checkpoint
	x := newWatcher(t, w, "witness auditor "+auditor.watch.Public()[0].String()+" https://auditor.example")
	x.files, x.views["auditor.example"] = served{w.memory, small.Checkpoint, ""}, large
	x.expect(t, "the cosigner sees first", w.now, "")
	short := newWorld(t) // the log holds the rest back
	short.Log.Signer, short.now = w.Signer, w.now.Add(time.Minute)
	for _, e := range w.memory.Entries()[:5] {
		short.memory.Commit(t.Context(), e)
	}
	short.publish(t)
	x.files = short.memory
	x.expect(t, "withheld", short.now, "shrunk")
	x.expect(t, "withheld still", short.now, "shrunk")
	if len(x.known.Proofs) != 1 || x.known.Proofs[0].Keeper != "auditor.example" {
		t.Fatalf("%+v", x.known.Proofs)
	}
	x.check(t, w.key)
}

// What is worth an entry: growth, what is wrong or is so no more, a day gone by.
func TestDirectoryWritesWhatChanged(t *testing.T) {
	w := newWorld(t)
	w.append(t, 1)
	w.publish(t)
	x := newWatcher(t, w)
	step := func(what string, want bool) {
		t.Helper()
		was := x.known
		x.look(t, w.now)
		d, ok := x.known.Draft("NEWSROOM", was, w.now)
		if ok != want {
			t.Errorf("%s: worth an entry: %v", what, ok)
		}
		if ok {
			x.known.Entry, x.known.Wrote = d.ID, w.now
			if !x.known.Says(d.Fields) || d.Kind != record.KindSeen {
				t.Errorf("%s: %+v", what, d)
			}
		}
	}
	step("first seen", true)
	w.now = w.now.Add(time.Minute)
	w.publish(t)
	step("an empty beat", false)
	w.append(t, 1)
	w.now = w.now.Add(time.Minute)
	w.publish(t)
	step("grown", true)
	w.now = w.now.Add(5 * time.Minute)
	step("late", true)
	w.now = w.now.Add(5 * time.Minute)
	step("late still", false)
	w.publish(t)
	step("in time again", true)
	w.now = w.now.Add(24*time.Hour + time.Minute)
	w.publish(t)
	step("a day gone by", true)
	if x.known.Says([]record.Field{{Name: "log.origin", Value: "other"}}) {
		t.Error("another entry says the same")
	}
}

func TestParseDirectory(t *testing.T) {
	w := newWorld(t)
	vkey := w.key.String()
	auditor := newOutsider(t, "auditor.example", true, w.key).watch.Public()
	other := newWorldOf(t, "city.example/log").key.String()
	good := fmt.Sprintf(`# two logs
log %s https://record.example/log/
agency IL0160000
beat 30s
witness auditor %s https://auditor.example
witness auditor-pq %s
group any-of any auditor auditor-pq
quorum any-of

log %s http://127.0.0.1:8080/log
  agency TX1010000
`, vkey, auditor[0], auditor[1], other)
	list, err := record.ParseDirectory([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].URL != site || list[0].Beat != 30*time.Second || len(list[0].Policy.Cosigners) != 2 || list[1].Beat != time.Minute || list[1].Agency != "TX1010000" {
		t.Errorf("%+v", list)
	}
	for says, text := range map[string]string{
		"names no log":                "# nothing\n",
		"before the first log":        "agency IL0160000\n",
		"a key and an address":        "log " + vkey + "\nagency IL0160000\n",
		"not the public key":          "log abc https://x.example\nagency IL0160000\n",
		"not an address":              "log " + vkey + " ftp://x.example\nagency IL0160000\n",
		"is not an address":           "log " + vkey + " https://user:secret@x.example/\nagency IL0160000\n",
		"listed twice":                good + "log " + vkey + " https://x.example\nagency IL0160000\n",
		"has no line agency":          "log " + vkey + " https://x.example\n",
		"not the ORI":                 "log " + vkey + " https://x.example\nagency a/b\n",
		"between 1s and 24h":          "log " + vkey + " https://x.example\nagency A\nbeat 1ms\n",
		"cannot be read":              "log " + vkey + " https://x.example\nagency A\nagency B\n",
		"is not the name of a line":   "log " + vkey + " https://x.example\nagency A\nquorum auditor\n",
		"such as https://cosigner":    "log " + vkey + " https://x.example\nagency A\nwitness a " + auditor[0].String() + " ftp://x\n",
		"too long or not text":        "\xff",
		"that begins with \"colour\"": "log " + vkey + " https://x.example\nagency A\ncolour blue\n",
	} {
		if _, err := record.ParseDirectory([]byte(text)); code(err) != "bad-list" || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q: %v", says, err)
		}
	}
}

// newWorldOf is a world under another origin.
func newWorldOf(t testing.TB, origin string) *world {
	t.Helper()
	secret, err := record.NewSigner(origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := record.ParseSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{memory: recordtest.NewMemory(), key: signer.Key(), now: time.Date(2026, 3, 3, 14, 5, 0, 0, time.UTC)}
	w.Log = w.restart(signer)
	return w
}

func FuzzDirectory(f *testing.F) {
	w := newWorld(f)
	f.Add([]byte("log " + w.key.String() + " https://x.example/log\nagency IL0160000\nbeat 60s\nquorum none\n"))
	f.Add([]byte("log a b\nwitness a b c\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := record.ParseDirectory(text)
		expectProblem(t, err)
		for _, l := range list {
			if l.Agency == "" || l.URL == "" || l.Beat < time.Second {
				t.Errorf("%+v", l)
			}
		}
	})
}
