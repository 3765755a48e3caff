package record

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// This file is what a cosigner does, as c2sp.org/tlog-witness describes it:
// pure, so that every answer can be tested. Package store gives it a disk and
// an address.

// An Addition asks a cosigner to sign a checkpoint: body of add-checkpoint.
type Addition struct {
	Old        int64 // what the cosigner signed last
	Proof      tlog.TreeProof
	Checkpoint []byte
}

// MaxAddition is the longest body of add-checkpoint that is read.
const MaxAddition = 64 << 10

const maxProof = 63

// ParseAddition reads the body of add-checkpoint.
func ParseAddition(body []byte) (Addition, error) {
	bad := func(why string) (Addition, error) {
		return Addition{}, problem("bad-request", "add-checkpoint", "the request cannot be read: %s", why)
	}
	if len(body) > MaxAddition {
		return bad("it is too long")
	}
	head, checkpoint, ok := bytes.Cut(body, []byte("\n\n"))
	if !ok || len(checkpoint) == 0 {
		return bad("the empty line before the checkpoint is missing")
	}
	lines := strings.Split(string(head), "\n")
	size, ok := strings.CutPrefix(lines[0], "old ")
	old, valid := parseSize(size)
	if !ok || !valid {
		return bad("its first line is not old SIZE")
	}
	a := Addition{Old: old, Checkpoint: checkpoint}
	if lines = lines[1:]; len(lines) > maxProof {
		return bad("the proof has more than 63 lines")
	}
	for _, line := range lines {
		h, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(h) != tlog.HashSize {
			return bad("a line of the proof is not a hash in base64")
		}
		a.Proof = append(a.Proof, tlog.Hash(h))
	}
	return a, nil
}

// Marshal writes the body of add-checkpoint.
func (a Addition) Marshal() []byte {
	b := fmt.Appendf(nil, "old %d\n", a.Old)
	for _, h := range a.Proof {
		b = fmt.Appendf(b, "%s\n", h)
	}
	return append(append(b, '\n'), a.Checkpoint...)
}

// Origin is the log that the checkpoint says it is of; nothing is checked.
func (a Addition) Origin() string {
	origin, _, _ := strings.Cut(string(a.Checkpoint), "\n")
	return origin
}

// A Watch decides what one cosigner signs.
type Watch struct {
	keys []CosignKey
	logs map[string][]note.Verifier // by origin
}

// NewWatch watches these logs, each given by its verifier key, whose name is
// the origin. A log may have several keys.
func NewWatch(keys []CosignKey, logs []string) (*Watch, error) {
	w := &Watch{keys: keys, logs: map[string][]note.Verifier{}}
	seen := map[string]bool{}
	for _, text := range logs {
		if seen[text] {
			return nil, problem("bad-key", "logs", "the key of the log %.60q is given twice", text)
		}
		seen[text] = true
		list, err := logVerifiers(text)
		if err != nil {
			return nil, err
		}
		origin := list[0].Name()
		w.logs[origin] = append(w.logs[origin], list...)
	}
	if len(w.logs) == 0 {
		return nil, problem("bad-key", "logs", "no log is given: there is nothing to watch")
	}
	return w, nil
}

// logVerifiers are those of all signatures that one key of a log may make. A
// plain Ed25519 key may stamp too, as our logs do.
func logVerifiers(text string) ([]note.Verifier, error) {
	if k, err := ParseKey(text); err == nil {
		return []note.Verifier{k.plain, k.stamp}, nil
	}
	c, err := ParseCosigner(text)
	if err != nil {
		return nil, problem("bad-key", "logs", "this is not the public key of a log: %.60q", text)
	}
	return []note.Verifier{c.line}, nil
}

// Public are the public halves of its keys.
func (w *Watch) Public() []Cosigner {
	var out []Cosigner
	for _, k := range w.keys {
		out = append(out, k.public)
	}
	return out
}

// Origins are the logs that are watched.
func (w *Watch) Origins() []string { return slices.Sorted(maps.Keys(w.logs)) }

// A Judged checkpoint is one that may be signed. Kept must be on the disk
// before Lines leave.
type Judged struct {
	Kept  []byte // the checkpoint with the log's signatures and ours
	Lines []byte // ours
}

// OtherSize is the answer to an old size that is not what was signed last.
type OtherSize int64

func (o OtherSize) Error() string {
	return fmt.Sprintf("the last checkpoint signed here has %d entries", int64(o))
}

// Judge decides about an addition. last is what was kept for its origin, nil
// if nothing was.
func (w *Watch) Judge(a Addition, last []byte, now time.Time) (Judged, error) {
	verifiers := w.logs[a.Origin()]
	if verifiers == nil {
		return Judged{}, problem("unknown-log", "checkpoint", "the log %.100q is not watched here", a.Origin())
	}
	n, err := note.Open(a.Checkpoint, note.VerifierList(verifiers...))
	if err != nil {
		return Judged{}, notSigned(err)
	}
	c, ok := parseCheckpoint(n.Text)
	if !ok {
		return Judged{}, problem("bad-request", "checkpoint", "what the log signed is not a checkpoint")
	}
	if a.Old > c.Size {
		return Judged{}, problem("bad-request", "add-checkpoint", "the old size is larger than that of the checkpoint")
	}
	before, err := w.Kept(last)
	if err != nil {
		return Judged{}, err
	}
	if a.Old != before.Size {
		return Judged{}, OtherSize(before.Size)
	}
	if err := grown(before, c, a.Proof); err != nil {
		return Judged{}, err
	}
	return w.sign(n, now)
}

func notSigned(err error) error {
	var none *note.UnverifiedNoteError
	var wrong *note.InvalidSignatureError
	if errors.As(err, &none) || errors.As(err, &wrong) {
		return problem("not-signed", "checkpoint", "the checkpoint is not signed by a key of its log that is known here, or the signature is wrong")
	}
	return problem("bad-request", "checkpoint", "the checkpoint is not a signed note")
}

// grown refuses what is not the log seen before with entries added.
func grown(before, now Checkpoint, proof tlog.TreeProof) error {
	switch {
	case now.Size == 0 && now.Root != emptyRoot():
		return problem("bad-proof", "checkpoint", "a log without entries has one root only, and this is another")
	case before.Size == 0 || before.Size == now.Size:
		if len(proof) > 0 {
			return problem("bad-proof", "proof", "no proof belongs here")
		}
		if before.Size == now.Size && before.Root != now.Root {
			return problem("bad-proof", "checkpoint", "the log shows two different histories of %d entries", now.Size)
		}
		return nil
	}
	if tlog.CheckTree(proof, now.Size, now.Root, before.Size, before.Root) != nil {
		return problem("bad-proof", "proof", "the proof does not lead from the %d entries signed before to these %d", before.Size, now.Size)
	}
	return nil
}

func (w *Watch) sign(n *note.Note, now time.Time) (Judged, error) {
	var lines string
	for _, k := range w.keys {
		line, err := k.cosign(n.Text, now)
		if err != nil {
			return Judged{}, err
		}
		lines += line
	}
	kept := n.Text + "\n"
	for _, s := range n.Sigs {
		kept += sigLine(s.Name, s.Base64)
	}
	return Judged{Kept: []byte(kept + lines), Lines: []byte(lines)}, nil
}

// Kept reads what was kept; nil is a log of which nothing was signed yet. It
// must carry our own signature: a state that another wrote is no state.
func (w *Watch) Kept(last []byte) (Checkpoint, error) {
	if last == nil {
		return Checkpoint{Root: emptyRoot()}, nil
	}
	_, sigs, err := cosignatures(last, w.Public())
	c, ok := parseCheckpoint(noteText(last))
	if err != nil || len(sigs) == 0 || !ok {
		return Checkpoint{}, problem("damaged", "state", "what this cosigner kept of a log does not carry its own signature: the file was damaged, or the key exchanged")
	}
	c.At = sigs[0].At
	return c, nil
}

// noteText is the text of a signed note, unchecked.
func noteText(signed []byte) string {
	return string(signed[:bytes.LastIndex(signed, []byte("\n\n"))+1])
}

func parseSize(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && strconv.FormatInt(n, 10) == s
}
