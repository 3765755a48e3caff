package store

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"comity/seal"
)

// CounselNotes are what counsel writes for counsel. They have a folder and a key
// of their own, outside every database: no leaf, no header, no export, and no
// backup of the record holds them. The key lies where keys lie; without it the
// files say nothing, not even about which case they are.
//
//	DIR/HASH   one note of one case, sealed; HASH is keyed too
type CounselNotes struct {
	dir string
	key seal.Key
	id  seal.Key
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
	n := &CounselNotes{dir: dir}
	var errs [2]error
	n.key, errs[0] = root.Derive("counsel's notes")
	n.id, errs[1] = root.Derive("counsel's cases")
	if err := errors.Join(append(errs[:], makeDirs(dir), os.Chmod(dir, 0o700))...); err != nil {
		return nil, explain("open counsel's notes", err)
	}
	return n, nil
}

// A counselNote is what a file holds once it is open.
type counselNote struct {
	Entry string `json:"entry"`
	Text  string `json:"text"`
}

func (n *CounselNotes) name(agency, entry string) string {
	return hex.EncodeToString(digestOf(n.id, agency+"\x00"+entry))
}

func (n *CounselNotes) context(name string) string { return "comity counsel/1\x00" + name }

// Write keeps the note of a case in place of the one before.
func (n *CounselNotes) Write(ctx context.Context, agency, entry, text string) error {
	if len(text) > maxDraft {
		return problem("too-large", "note", "", "a note has at most %d bytes", maxDraft)
	}
	name := n.name(agency, entry)
	plain, err := json.Marshal(counselNote{entry, text})
	if err != nil {
		return err
	}
	box, err := seal.Seal(n.key, n.context(name), plain)
	if err != nil {
		return err
	}
	data := base64.StdEncoding.EncodeToString(box.Key) + "\n" + base64.StdEncoding.EncodeToString(box.Text) + "\n"
	return explain("write a note", files{n.dir}.WriteFile(ctx, name, []byte(data)))
}

// Read returns the note of a case.
func (n *CounselNotes) Read(_ context.Context, agency, entry string) (string, error) {
	name := n.name(agency, entry)
	data, err := os.ReadFile(filepath.Join(n.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", notFound("note")
	}
	if err != nil {
		return "", explain("read a note", err)
	}
	note, err := n.open(name, data)
	return note.Text, err
}

func (n *CounselNotes) open(name string, data []byte) (note counselNote, err error) {
	bad := problem("damaged", "note", "bring the note and its key back from where they are kept", "the note does not open under counsel's key")
	var box seal.Box
	lines := [2]*[]byte{&box.Key, &box.Text}
	for _, into := range lines {
		line, rest := cutLine(data)
		if *into, err = base64.StdEncoding.DecodeString(line); err != nil {
			return note, bad
		}
		data = rest
	}
	plain, err := box.Open(n.key, n.context(name))
	if err != nil || json.Unmarshal(plain, &note) != nil {
		return note, bad
	}
	return note, nil
}

func cutLine(data []byte) (string, []byte) {
	for i, b := range data {
		if b == '\n' {
			return string(data[:i]), data[i+1:]
		}
	}
	return string(data), nil
}

// Drop destroys the note of a case. What a held case needs is counsel's own to
// know: no clock and no order to the record reaches here.
func (n *CounselNotes) Drop(_ context.Context, agency, entry string) error {
	err := os.Remove(filepath.Join(n.dir, n.name(agency, entry)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return explain("destroy a note", errors.Join(err, syncDir(n.dir)))
}
