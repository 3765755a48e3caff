package record

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A Checkpoint is a log's signed statement: this many entries, this root, at
// this time (c2sp.org/tlog-checkpoint; the time stands in a timestamped
// signature, so that empty beats show too).
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	At     time.Time // when it was signed
}

// checkpoint writes the checkpoint as a signed note.
func (s *Signer) checkpoint(size int64, root tlog.Hash, at time.Time) ([]byte, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", s.key.Origin(), size, root)
	signed, err := s.sign(text, at)
	if err != nil || s.second == nil {
		return signed, err
	}
	line, err := s.second.cosign(text, at)
	return append(signed, line...), err
}

// Checkpoint checks a signed checkpoint.
func (k Key) Checkpoint(signed []byte) (Checkpoint, error) {
	o, err := k.open(signed)
	if err == nil && !o.plain {
		err = errors.New("it carries no plain signature by " + k.Origin())
	}
	return k.checkpoint(o, err)
}

// checkpoint reads what was signed.
func (k Key) checkpoint(o opened, err error) (Checkpoint, error) {
	if err != nil {
		return Checkpoint{}, problem("bad-proof", "checkpoint", "the checkpoint is refused: %v", err)
	}
	c, ok := parseCheckpoint(o.text)
	if !ok || c.Origin != k.Origin() {
		return Checkpoint{}, problem("bad-proof", "checkpoint", "the checkpoint is refused: its text is not a checkpoint of %s", k.Origin())
	}
	if o.at.IsZero() {
		return Checkpoint{}, problem("bad-proof", "checkpoint", "the checkpoint is refused: the log did not sign when it was made")
	}
	c.At = o.at
	return c, nil
}

// parseCheckpoint reads the three lines that every checkpoint has; further
// lines are allowed by the format and mean nothing to us.
func parseCheckpoint(text string) (Checkpoint, bool) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return Checkpoint{}, false
	}
	size, ok := parseSize(lines[1])
	if !ok || lines[0] == "" {
		return Checkpoint{}, false
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, false
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: tlog.Hash(root)}, true
}
