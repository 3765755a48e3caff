package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"comity/seal"
)

// KeepCounselNotes is how long a note is kept after it ran out: a choice of
// this program, for no schedule of the record reaches these notes.
const KeepCounselNotes = 7 * 365 * 24 * time.Hour

// A CounselNote is what counsel answered about a case: dated, with its author
// and the day on which it runs out. It is advice, not law. A question of staff
// to counsel lies among them: it has a pack, and its answer names it.
type CounselNote struct {
	ID      string    `json:"id"`
	Entry   string    `json:"entry"`
	Author  string    `json:"author"`
	Text    string    `json:"text"`
	Written time.Time `json:"written"`
	Expires time.Time `json:"expires"`
	Pack    []byte    `json:"pack,omitempty"`    // of a question: facts and trace as they were sent, JSON
	Answers string    `json:"answers,omitempty"` // id of the question that it answers
}

// CounselNotes are what counsel writes for counsel. They have a folder and a key
// of their own, outside every database: no leaf, no header, no export, and no
// backup of the record holds them. The key lies where keys lie; without it the
// files say nothing, not even about which case they are.
//
//	DIR/HASH   the notes of one case, sealed; HASH is keyed too
type CounselNotes struct {
	dir string
	key seal.Key
	id  seal.Key
	mu  *sync.Mutex // one change at a time
}

// OpenCounselNotes opens the folder, and makes folder and key at the first use.
func OpenCounselNotes(dir, keyFile string) (*CounselNotes, error) {
	text, err := os.ReadFile(keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		root, makeErr := seal.NewRoot()
		if makeErr != nil {
			return nil, makeErr
		}
		text = []byte(root.Secret())
		err = writeNew(keyFile, root.Secret()+"\n")
	}
	if err != nil {
		return nil, explain("open counsel's notes", err)
	}
	root, err := seal.ParseRoot(string(text))
	if err != nil {
		return nil, err
	}
	n := &CounselNotes{dir: dir, mu: &sync.Mutex{}}
	var errs [2]error
	n.key, errs[0] = root.Derive("counsel's notes")
	n.id, errs[1] = root.Derive("counsel's cases")
	if err := errors.Join(append(errs[:], makeDirs(dir), os.Chmod(dir, 0o700))...); err != nil {
		return nil, explain("open counsel's notes", err)
	}
	return n, nil
}

// A counselCase is what a file holds once it is open.
type counselCase struct {
	Agency string        `json:"agency"`
	Entry  string        `json:"entry"`
	Notes  []CounselNote `json:"notes"`
}

func (n *CounselNotes) name(agency, entry string) string {
	return hex.EncodeToString(digestOf(n.id, agency+"\x00"+entry))
}

func (n *CounselNotes) context(name string) string { return "comity counsel/2\x00" + name }

// Add writes a note of a case. The same note again changes nothing.
func (n *CounselNotes) Add(ctx context.Context, agency string, note CounselNote) error {
	if note.ID == "" || note.Entry == "" || !note.Expires.After(note.Written) {
		return problem("bad-note", "note", "give the case, and a day after today on which it runs out", "a note says of which case it is and until when it holds")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	c, err := n.read(agency, note.Entry)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(c.Notes, func(was CounselNote) bool { return was.ID == note.ID }) {
		return nil
	}
	c.Notes = append(c.Notes, note)
	return n.write(ctx, c)
}

// Of lists the notes of a case, the oldest first.
func (n *CounselNotes) Of(_ context.Context, agency, entry string) ([]CounselNote, error) {
	c, err := n.read(agency, entry)
	return c.Notes, err
}

// All lists the notes of an agency, the latest first.
func (n *CounselNotes) All(_ context.Context, agency string) ([]CounselNote, error) {
	var out []CounselNote
	err := n.each(func(c counselCase) error {
		if c.Agency == agency {
			out = append(out, c.Notes...)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b CounselNote) int { return cmp.Or(b.Written.Compare(a.Written), cmp.Compare(a.ID, b.ID)) })
	return out, err
}

// Drop destroys one note of a case. No order to the record reaches here: what a
// held case needs of them is counsel's own to know.
func (n *CounselNotes) Drop(ctx context.Context, agency, entry, id string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	c, err := n.read(agency, entry)
	if err != nil {
		return err
	}
	return n.keep(ctx, c, func(was CounselNote) bool { return was.ID != id })
}

// Sweep destroys notes that ran out KeepCounselNotes ago, but none of a case
// that a litigation hold keeps.
func (n *CounselNotes) Sweep(ctx context.Context, now time.Time, held func(ctx context.Context, agency, entry string) (bool, error)) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	over := func(was CounselNote) bool { return was.Expires.Add(KeepCounselNotes).Before(now) }
	return n.each(func(c counselCase) error {
		if !slices.ContainsFunc(c.Notes, over) {
			return nil
		}
		if kept, err := held(ctx, c.Agency, c.Entry); kept || err != nil {
			return err
		}
		return n.keep(ctx, c, func(was CounselNote) bool { return !over(was) })
	})
}

// keep leaves the notes that are wanted, and no file where none is.
func (n *CounselNotes) keep(ctx context.Context, c counselCase, wanted func(CounselNote) bool) error {
	c.Notes = slices.DeleteFunc(c.Notes, func(was CounselNote) bool { return !wanted(was) })
	if len(c.Notes) > 0 {
		return n.write(ctx, c)
	}
	err := os.Remove(filepath.Join(n.dir, n.name(c.Agency, c.Entry)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return explain("destroy a note", errors.Join(err, syncDir(n.dir)))
}

func (n *CounselNotes) each(do func(counselCase) error) error {
	list, err := os.ReadDir(n.dir)
	if err != nil {
		return explain("read the notes", err)
	}
	for _, f := range list {
		if len(f.Name()) != hex.EncodedLen(sha256.Size) {
			continue // a file being written
		}
		data, err := os.ReadFile(filepath.Join(n.dir, f.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // destroyed meanwhile
		}
		if err != nil {
			return explain("read a note", err)
		}
		c, err := n.open(f.Name(), data)
		if err == nil {
			err = do(c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// read returns the notes of a case; none is an empty case.
func (n *CounselNotes) read(agency, entry string) (counselCase, error) {
	name := n.name(agency, entry)
	data, err := os.ReadFile(filepath.Join(n.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return counselCase{Agency: agency, Entry: entry}, nil
	}
	if err != nil {
		return counselCase{}, explain("read a note", err)
	}
	return n.open(name, data)
}

func (n *CounselNotes) write(ctx context.Context, c counselCase) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if len(plain) > maxDraft {
		return problem("too-large", "note", "", "the notes of a case have at most %d bytes", maxDraft)
	}
	name := n.name(c.Agency, c.Entry)
	box, err := seal.Seal(n.key, n.context(name), plain)
	if err != nil {
		return err
	}
	data := base64.StdEncoding.EncodeToString(box.Key) + "\n" + base64.StdEncoding.EncodeToString(box.Text) + "\n"
	return explain("write a note", files{n.dir}.WriteFile(ctx, name, []byte(data)))
}

func (n *CounselNotes) open(name string, data []byte) (c counselCase, err error) {
	bad := problem("damaged", "note", "bring the note and its key back from where they are kept", "the note does not open under counsel's key")
	var box seal.Box
	lines := [2]*[]byte{&box.Key, &box.Text}
	for _, into := range lines {
		line, rest := cutLine(data)
		if *into, err = base64.StdEncoding.DecodeString(line); err != nil {
			return c, bad
		}
		data = rest
	}
	plain, err := box.Open(n.key, n.context(name))
	if err != nil || json.Unmarshal(plain, &c) != nil {
		return c, bad
	}
	return c, nil
}

func cutLine(data []byte) (string, []byte) {
	line, rest, _ := bytes.Cut(data, []byte{'\n'})
	return string(line), rest
}
