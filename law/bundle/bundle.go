// Package bundle makes and opens law releases: one file that holds the
// vocabulary, the places and every pack, what its makers disclose about
// themselves, and a list of all of it signed by reviewers of differing views.
// It can be carried to a machine without a network. Package bundle does no I/O.
package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"

	"golang.org/x/mod/sumdb/note"
)

const (
	listName       = "release.note"
	disclosureName = "disclosure.yaml"
	firstLine      = "comity law release 1"
	// mostBytes bounds what a release may unpack to, and mostFiles how many
	// files it may hold: a release is read into memory before it is trusted.
	mostBytes = 256 << 20
	mostFiles = 20000
	// leastSigners must have signed a release before anybody uses it.
	leastSigners = 2
)

// Parts of data that a release holds.
var parts = []string{"vocabulary.yaml", "places", "calendars", "law"}

// A Release is an opened bundle, every file of which is the one that was signed.
type Release struct {
	Version    int64 // day and number: 2026112101
	Disclosure Disclosure
	Signers    []string // names of the keys whose signatures are good and trusted
	Files      fs.FS
}

// Make writes a release of the law in files. It refuses without a disclosure
// and without two signatures by disclosed reviewers of differing views.
func Make(w io.Writer, files fs.FS, version int64, disclosure []byte, signers ...note.Signer) error {
	if err := checkVersion(version); err != nil {
		return err
	}
	d, err := ReadDisclosure(disclosure)
	if err != nil {
		return err
	}
	var names []string
	for _, s := range signers {
		names = append(names, s.Name())
	}
	if err := d.enough(names); err != nil {
		return err
	}
	held, err := collect(files)
	if err != nil {
		return err
	}
	held[disclosureName] = disclosure
	signed, err := note.Sign(&note.Note{Text: listOf(version, held)}, signers...)
	if err != nil {
		return fmt.Errorf("sign the release: %w", err)
	}
	z := zip.NewWriter(w)
	add := func(name string, data []byte) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate}) // no time: the same law is the same bytes
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return err
	}
	if err := add(listName, signed); err != nil {
		return fmt.Errorf("write the release: %w", err)
	}
	for _, name := range sortedNames(held) {
		if err := add(name, held[name]); err != nil {
			return fmt.Errorf("write the release: %w", err)
		}
	}
	return z.Close()
}

// Open checks a release against keys one trusts and gives what is in it. The
// error is a *comity.Problem if the file is damaged, altered or not signed by
// two trusted reviewers.
func Open(r io.ReaderAt, size int64, trusted ...note.Verifier) (*Release, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, problem("bad-release", "the file is no law release", "take the file again from whoever published it")
	}
	held, err := unzip(z)
	if err != nil {
		return nil, err
	}
	n, err := note.Open(held[listName], note.VerifierList(trusted...))
	if err != nil {
		var none *note.UnverifiedNoteError
		if errors.As(err, &none) {
			return nil, problem("unsigned-release", "no key you trust has signed this release", "compare the reviewers' keys with those they publish, and add them with -trust")
		}
		return nil, problem("bad-release", "the list of the release is damaged or altered", "take the file again from whoever published it")
	}
	delete(held, listName)
	version, err := readVersion(n.Text)
	if err != nil {
		return nil, err
	}
	if n.Text != listOf(version, held) {
		return nil, problem("altered-release", "the release holds other files than were signed", "take the file again from whoever published it")
	}
	out := &Release{Version: version, Files: fileSystem(held)}
	if out.Disclosure, err = ReadDisclosure(held[disclosureName]); err != nil {
		return nil, err
	}
	for _, s := range n.Sigs {
		out.Signers = append(out.Signers, s.Name)
	}
	return out, out.Disclosure.enough(out.Signers)
}

func problem(code, message, hint string) error {
	return &comity.Problem{Code: code, Message: message, Hint: hint}
}

// listOf is the text that is signed: the version and the digest of each file.
func listOf(version int64, held map[string][]byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nversion %d\n", firstLine, version)
	for _, name := range sortedNames(held) {
		sum := sha256.Sum256(held[name])
		fmt.Fprintf(&b, "%s %s\n", hex.EncodeToString(sum[:]), name)
	}
	return b.String()
}

func readVersion(text string) (int64, error) {
	lines := strings.SplitN(text, "\n", 3)
	if len(lines) == 3 && lines[0] == firstLine {
		if v, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "version "), 10, 64); err == nil {
			return v, checkVersion(v)
		}
	}
	return 0, problem("bad-release", "this program does not know this form of release", "update the program")
}

// checkVersion wants a day and a number of two digits.
func checkVersion(v int64) error {
	text := strconv.FormatInt(v, 10)
	if len(text) == 10 {
		if _, err := time.Parse("20060102", text[:8]); err == nil {
			return nil
		}
	}
	return problem("bad-version", fmt.Sprintf("%d is no version of a release", v), "write the day and a number of two digits, such as 2026112101")
}

// collect reads what a release holds.
func collect(files fs.FS) (map[string][]byte, error) {
	held := map[string][]byte{}
	for _, part := range parts {
		err := fs.WalkDir(files, part, func(name string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist) && name == part && part == "calendars":
				return nil
			case err != nil || d.IsDir():
				return err
			}
			held[name], err = fs.ReadFile(files, name)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read the law: %w", err)
		}
	}
	return held, nil
}

func unzip(z *zip.Reader) (map[string][]byte, error) {
	if len(z.File) > mostFiles {
		return nil, problem("bad-release", fmt.Sprintf("the release holds more than %d files", mostFiles), "")
	}
	held, left := map[string][]byte{}, int64(mostBytes)
	for _, f := range z.File {
		if _, twice := held[f.Name]; twice || !fs.ValidPath(f.Name) {
			return nil, problem("bad-release", fmt.Sprintf("the release holds a file of the name %.80q that cannot be", f.Name), "")
		}
		r, err := f.Open()
		if err != nil {
			return nil, problem("bad-release", "a file of the release cannot be unpacked", "take the file again from whoever published it")
		}
		data, err := io.ReadAll(io.LimitReader(r, left+1))
		r.Close()
		if err != nil || int64(len(data)) > left {
			return nil, problem("bad-release", "a file of the release is damaged or too large", "take the file again from whoever published it")
		}
		left -= int64(len(data))
		held[f.Name] = data
	}
	return held, nil
}

// fileSystem serves the files by packing them once more: archive/zip has a
// complete fs.FS and the standard library has no other for memory.
func fileSystem(held map[string][]byte) fs.FS {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range sortedNames(held) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = f.Write(held[name])
		}
		if err != nil { // a buffer takes every write
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		panic(err)
	}
	return r
}

func sortedNames(held map[string][]byte) []string {
	var out []string
	for name := range held {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
