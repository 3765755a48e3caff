package record

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"comity"
)

// mostProofs is as many as are kept of one log: the first of them say it all.
const mostProofs = 32

// A Look is how a directory looks at one log.
type Look struct {
	Log   Listed
	Files Fetcher // its files
	// View reads what a cosigner keeps of the log; nil: cosigners are not asked.
	View func(ctx context.Context, c PolicyCosigner) ([]byte, error)
	Now  time.Time
}

// At compares what the log shows now with what was known of it. It returns
// what is known then, and the notes that new proofs name, by digest. Whatever
// the log does is an answer, not an error; the error is that ctx ended.
func (k Look) At(ctx context.Context, was Watched) (Watched, map[string][]byte, error) {
	is := k.carry(was)
	found := &looking{Look: k, is: &is, notes: map[string][]byte{}}
	found.look(ctx, was)
	if err := ctx.Err(); err != nil && errors.Is(err, context.Canceled) {
		return was, nil, err
	}
	slices.SortFunc(is.Faults, func(a, b Fault) int {
		return slices.Index(AllFaults(), a) - slices.Index(AllFaults(), b)
	})
	return is, found.notes, nil
}

// carry begins with what stays from look to look.
func (k Look) carry(was Watched) Watched {
	is := was
	is.Listed(k.Log)
	is.Looked, is.Faults, is.Why, is.Need = k.Now, []Fault{}, "", k.Log.Policy.quorum != nil
	is.Proofs = append([]Proof{}, was.Proofs...)
	is.Signers = []SeenCosigner{}
	for _, c := range k.Log.Policy.Cosigners {
		if !slices.ContainsFunc(is.Signers, func(s SeenCosigner) bool { return s.Name == c.Key.Name() }) {
			is.Signers = append(is.Signers, SeenCosigner{Label: c.Key.label, Name: c.Key.Name()})
		}
	}
	if slices.ContainsFunc(is.Proofs, func(p Proof) bool { return p.What == Forked }) {
		is.Faults = append(is.Faults, Forked)
	}
	return is
}

// Listed puts in what the list says of the log.
func (w *Watched) Listed(l Listed) {
	w.Origin, w.Key, w.Agency, w.URL, w.Beat, w.Struck = l.Key.Origin(), l.Key.String(), l.Agency, l.URL, int64(l.Beat.Seconds()), false
}

// looking is one look under way.
type looking struct {
	Look
	is    *Watched
	notes map[string][]byte
}

func (l *looking) fault(f Fault, why string) {
	if !l.is.Has(f) {
		l.is.Faults = append(l.is.Faults, f)
	}
	if why != "" {
		l.is.Why = why
	}
}

func (l *looking) look(ctx context.Context, was Watched) {
	served, err := l.Files.ReadFile(ctx, "checkpoint")
	if err != nil {
		l.fault(Unreachable, err.Error())
	}
	c, sigs, bad := l.Log.Key.Cosigned(served, l.Log.Policy.Keys())
	if err == nil && bad != nil {
		l.fault(Refused, words(bad))
	}
	if err != nil || bad != nil {
		if was.Has(Shrunk) { // it stays short until it shows that it is not
			l.fault(Shrunk, "")
		}
		return
	}
	l.is.Reached, l.is.At, l.is.Shown = l.Now, c.At, c.Size
	l.signed(sigs)
	if c.Overdue(l.Now, l.Log.Beat) > 0 {
		l.fault(Late, "")
	}
	if c.At.Sub(l.Now) > clockSlack {
		l.fault(Ahead, "")
	}
	if !l.Log.Policy.Satisfied(sigs) {
		l.fault(Uncosigned, "")
	}
	l.against(ctx, c, served)
	if l.View != nil && l.is.Why == "" {
		l.views(ctx, c, served)
	}
	if !l.is.Has(Shrunk) && l.is.Why == "" {
		l.over()
	}
}

func words(err error) string {
	var p *comity.Problem
	if errors.As(err, &p) {
		return p.Message
	}
	return err.Error()
}

func (l *looking) signed(sigs []Cosignature) {
	for _, s := range sigs {
		for i := range l.is.Signers {
			if l.is.Signers[i].Name == s.By.Name() {
				l.is.Signers[i].At = s.At
			}
		}
	}
}

// against holds what the log shows against the largest checkpoint seen before.
func (l *looking) against(ctx context.Context, c Checkpoint, served []byte) {
	if l.is.Note == "" {
		l.is.First = l.Now
		l.accept(c, served)
		return
	}
	last, err := l.Log.Key.Checkpoint([]byte(l.is.Note))
	if err != nil {
		l.fault(Refused, "what was kept of this log is damaged: "+words(err))
		return
	}
	if c.Size < last.Size && !c.At.After(last.At) {
		// An older checkpoint once more, from a cache on the way: no proof.
		l.is.Shown = last.Size
		return
	}
	if c.Size < last.Size {
		l.shrank(last, c, []byte(l.is.Note), served, "")
		return
	}
	switch proof, err := l.compare(ctx, last, c); {
	case errors.Is(err, errUnread):
		l.fault(Unreachable, words(err))
	case err != nil:
		l.fault(Refused, words(err))
	case proof != nil:
		l.forked(*proof, []byte(l.is.Note), served, "")
	case c.Size > last.Size || c.At.After(last.At):
		l.accept(c, served)
	}
}

// accept takes what the log shows as its history.
func (l *looking) accept(c Checkpoint, served []byte) {
	l.is.Size, l.is.Root, l.is.Note = c.Size, c.Root.String(), string(served)
}

// shrank keeps both notes, once for each time that the log falls short.
func (l *looking) shrank(was, c Checkpoint, from, to []byte, keeper string) {
	l.fault(Shrunk, "")
	open := func(p Proof) bool { return p.What == Shrunk && p.Over.IsZero() }
	if !slices.ContainsFunc(l.is.Proofs, open) {
		l.prove(Proof{What: Shrunk, Sizes: [2]int64{was.Size, c.Size}, Keeper: keeper}, from, to)
	}
}

// over: the log has grown back to what it was.
func (l *looking) over() {
	for i := range l.is.Proofs {
		if p := &l.is.Proofs[i]; p.What == Shrunk && p.Over.IsZero() {
			p.Over = l.Now
		}
	}
}

// forked keeps the first proof that the log signed two histories.
func (l *looking) forked(p Proof, from, to []byte, keeper string) {
	if !l.is.Has(Forked) {
		p.Keeper = keeper
		l.prove(p, from, to)
	}
	l.fault(Forked, "")
}

func (l *looking) prove(p Proof, from, to []byte) {
	if len(l.is.Proofs) >= mostProofs {
		return
	}
	p.Found, p.From, p.To = l.Now, NoteDigest(from), NoteDigest(to)
	l.notes[p.From], l.notes[p.To] = from, to
	l.is.Proofs = append(l.is.Proofs, p)
}

// NoteDigest is the name under which a directory keeps a checkpoint.
func NoteDigest(note []byte) string {
	sum := sha256.Sum256(note)
	return hex.EncodeToString(sum[:])
}

// compare looks whether the entries of a begin those of b, which the log shows
// now, so that its files are of b. It returns a proof if they do not, and an
// error if the files cannot say.
func (l *looking) compare(ctx context.Context, a, b Checkpoint) (*Proof, error) {
	p := &Proof{What: Forked, Sizes: [2]int64{a.Size, b.Size}}
	switch {
	case a.Size == b.Size && a.Root == b.Root, a.Size == 0 && a.Root == emptyRoot():
		return nil, nil
	case a.Size == b.Size, a.Size == 0:
		return p, nil
	}
	files := &noting{files: l.Files}
	tree := treeReader(ctx, files, tlog.Tree{N: b.Size, Hash: b.Root})
	root, err := tlog.TreeHash(a.Size, tree)
	if err == nil && root == a.Root {
		return nil, nil
	}
	var path tlog.TreeProof
	if err == nil {
		path, err = tlog.ProveTree(b.Size, a.Size, tree)
	}
	if files.err != nil {
		return nil, fmt.Errorf("%w: %w", errUnread, files.err)
	}
	if err != nil {
		return nil, errors.New("its files do not add up to the checkpoint that it signed")
	}
	p.Root = root.String()
	for _, h := range path {
		p.Path = append(p.Path, h.String())
	}
	return p, nil
}

var errUnread = errors.New("a file that proves its growth cannot be read")

// noting remembers that a file could not be read.
type noting struct {
	files Fetcher
	err   error
}

func (n *noting) ReadFile(ctx context.Context, path string) ([]byte, error) {
	data, err := n.files.ReadFile(ctx, path)
	if err != nil {
		n.err = err
	}
	return data, err
}

// views asks cosigners what they keep: a log may show this directory one
// history and them another. A cosigner that does not answer says nothing about
// the log.
func (l *looking) views(ctx context.Context, c Checkpoint, served []byte) {
	asked := map[string]bool{}
	for _, w := range l.Log.Policy.Cosigners {
		if w.URL == "" || asked[w.URL] {
			continue
		}
		asked[w.URL] = true
		view, err := l.View(ctx, w)
		if err != nil {
			continue
		}
		seen, err := l.Log.Key.Checkpoint(view)
		if err != nil {
			continue
		}
		if seen.Size > c.Size {
			// Of a cosigner that is right for a few seconds of every beat: it
			// sees checkpoints first. But the log signed the smaller one later.
			if seen.At.Before(c.At) {
				l.shrank(seen, c, view, served, w.Key.Name())
			}
			continue
		}
		if proof, err := l.compare(ctx, seen, c); err == nil && proof != nil {
			l.forked(*proof, view, served, w.Key.Name())
		}
	}
}

// Check checks a proof against the log with nothing but its key and the two
// notes.
func (p Proof) Check(key Key, from, to []byte) error {
	bad := func(why string) error {
		return problem("bad-proof", "proof", "the proof against %s is refused: %s", key.Origin(), why)
	}
	if NoteDigest(from) != p.From || NoteDigest(to) != p.To {
		return bad("its notes are not those that it names")
	}
	a, err := key.Checkpoint(from)
	if err != nil {
		return in(err, "first note")
	}
	b, err := key.Checkpoint(to)
	if err != nil {
		return in(err, "second note")
	}
	switch {
	case p.Sizes != [2]int64{a.Size, b.Size}:
		return bad("its notes have other sizes")
	case p.What == Shrunk && b.Size < a.Size && b.At.After(a.At):
		return nil
	case p.What == Forked && a.Size == b.Size && a.Root != b.Root:
		return nil
	case p.What == Forked && a.Size == 0 && a.Root != emptyRoot():
		return nil
	case p.What == Forked && a.Size > 0 && a.Size < b.Size && p.leads(a, b):
		return nil
	}
	return bad("both notes can be true")
}

// leads reports whether the larger tree begins with another root than the
// smaller one has.
func (p Proof) leads(a, b Checkpoint) bool {
	root, err := tlog.ParseHash(p.Root)
	if err != nil || root == a.Root {
		return false
	}
	var path tlog.TreeProof
	for _, text := range p.Path {
		h, err := tlog.ParseHash(text)
		if err != nil {
			return false
		}
		path = append(path, h)
	}
	return tlog.CheckTree(path, b.Size, b.Root, a.Size, root) == nil
}

// KindSeen are the entries in which a directory writes down what it saw.
const KindSeen = "log-seen"

// writeAnyway is how long a directory may see the same before it writes so.
const writeAnyway = 24 * time.Hour

// Draft is the entry that writes down what is known of the log now, as agency
// of the directory; ok is false where nothing changed since was worth one.
// Empty beats are not written: at twenty thousand logs they would be 29 million
// entries a day.
func (w Watched) Draft(agency string, was Watched, now time.Time) (d Draft, ok bool) {
	same := w.Size == was.Size && w.Root == was.Root && w.Key == was.Key && slices.Equal(w.Faults, was.Faults) &&
		len(w.Proofs) == len(was.Proofs)
	if same && now.Sub(was.Wrote) < writeAnyway {
		return Draft{}, false
	}
	fields := w.fields()
	h := sha256.New()
	for _, f := range fields {
		fmt.Fprintf(h, "%s=%s\n", f.Name, f.Value)
	}
	fmt.Fprintf(h, "%d\n", now.Unix())
	return Draft{ID: "log-seen-" + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18]), Agency: agency, Kind: KindSeen, At: now, Fields: fields}, true
}

func (w Watched) fields() []Field {
	fields := []Field{
		{Name: "log.origin", Value: w.Origin}, {Name: "log.key", Value: w.Key}, {Name: "log.agency", Value: w.Agency},
		{Name: "log.entries", Value: strconv.FormatInt(w.Size, 10)}, {Name: "log.root", Value: w.Root}, {Name: "log.shown", Value: strconv.FormatInt(w.Shown, 10)},
		{Name: "log.signed", Value: instantOr(w.At)}, {Name: "log.faults", Value: joined(w.Faults)}, {Name: "log.missing", Value: missing(w)},
	}
	if n := len(w.Proofs); n > 0 {
		last := w.Proofs[n-1]
		fields = append(fields, Field{Name: "proof.what", Value: string(last.What)}, Field{Name: "proof.from", Value: last.From}, Field{Name: "proof.to", Value: last.To})
	}
	return fields
}

// Says reports whether an entry of a directory, given by its fields, says of
// the log what w says. What changes without an entry is left out: the time of
// the last checkpoint, and who is missing from it.
func (w Watched) Says(written []Field) bool {
	for _, want := range w.fields() {
		if want.Name != "log.signed" && want.Name != "log.missing" && want.Name != "log.shown" && !slices.Contains(written, want) {
			return false
		}
	}
	return true
}

func instantOr(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return instant(t)
}

func joined(list []Fault) string {
	var out []string
	for _, f := range list {
		out = append(out, string(f))
	}
	return strings.Join(out, ",")
}

func missing(w Watched) string {
	var out []string
	for _, s := range w.Missing() {
		out = append(out, s.Name)
	}
	return strings.Join(out, ",")
}
