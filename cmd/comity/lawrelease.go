package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/data"
	"comity/law"
	"comity/law/bundle"

	"golang.org/x/mod/sumdb/note"
)

// runRelease makes a signed release of the law: one file to carry anywhere.
func runRelease(_ context.Context, e env, args []string) error {
	f := newFlags("release")
	out := f.String("o", "", "the file to write")
	disclosure := f.String("disclosure", "", "the file that names operator, funding, conflicts and reviewers")
	dir := f.String("from", "", "a whole data folder (vocabulary.yaml, places, law); the built-in one by default")
	version := f.Int64("version", 0, "day and number, such as 2026112101; today's first by default")
	newKey := f.String("new-key", "", "make a signing key of this name, write it to -o and print what to publish")
	var keys list
	f.Var(&keys, "key", "files of the reviewers' signing keys, with commas between")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	if err := need("o", *out, "law.release"); err != nil {
		return err
	}
	if *newKey != "" {
		return makeKey(e, *newKey, *out)
	}
	told, err := readNamed("disclosure", *disclosure)
	if err != nil {
		return err
	}
	signers, err := readSigners(keys)
	if err != nil {
		return err
	}
	var files fs.FS = data.FS
	if *dir != "" {
		files = os.DirFS(*dir)
	}
	book, err := law.Load(files)
	if err != nil {
		return err
	}
	book.Now = time.Now
	if failed := failing(book); failed > 0 {
		return &comity.Problem{Code: "failing-tests", Message: fmt.Sprintf("%d tests of the packs fail", failed), Hint: "comity law test names them; law that fails its tests is not released"}
	}
	if *version == 0 {
		*version, _ = strconv.ParseInt(time.Now().UTC().Format("20060102")+"01", 10, 64)
	}
	var b bytes.Buffer
	if err := bundle.Make(&b, files, *version, told, signers...); err != nil {
		return err
	}
	if err := writeNew(*out, b.Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "release %d: %d packs, law %s, %d bytes in %s\n", *version, len(book.Packs()), book.Digest(), b.Len(), *out)
	return nil
}

func failing(book *law.Book) int {
	failed := 0
	for _, t := range book.Test() {
		if len(t.Failures) > 0 {
			failed++
		}
	}
	return failed
}

func makeKey(e env, name, file string) error {
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err == nil {
		_, err = note.NewSigner(secret) // it alone looks at the name
	}
	if err != nil {
		return &comity.Problem{Code: "bad-key-name", Message: err.Error(), Where: "-new-key", Hint: "a name like counsel.county.example, without spaces or plus signs"}
	}
	if err := writeNew(file, []byte(secret+"\n"), 0o600); err != nil {
		return err
	}
	if err := writeNew(file+".pub", []byte(public+"\n"), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%s is secret; publish %s.pub:\n%s\n", file, file, public)
	return nil
}

// writeNew writes a file whole, or not at all, and never over another.
func writeNew(file string, text []byte, mode fs.FileMode) error {
	if _, err := os.Stat(file); err == nil {
		return &comity.Problem{Code: "file-exists", Message: "the file is there already", Where: file, Hint: "choose another name; nothing was written"}
	}
	half := file + ".part"
	err := os.WriteFile(half, text, mode)
	if err == nil {
		err = os.Rename(half, file)
	}
	if err != nil {
		os.Remove(half)
		return notWritten(file)
	}
	return nil
}

func readNamed(flag, file string) ([]byte, error) {
	if err := need(flag, file, "disclosure.yaml"); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, &comity.Problem{Code: "no-file", Message: "the file cannot be read", Where: file}
	}
	return text, nil
}

func readSigners(files []string) ([]note.Signer, error) {
	var out []note.Signer
	for _, file := range files {
		text, err := readNamed("key", file)
		if err != nil {
			return nil, err
		}
		s, err := note.NewSigner(strings.TrimSpace(string(text)))
		if err != nil {
			return nil, &comity.Problem{Code: "bad-key", Message: "the file holds no signing key", Where: file, Hint: "comity release -new-key NAME -o FILE makes one"}
		}
		out = append(out, s)
	}
	return out, nil
}

const (
	trustFile  = "trust"
	releaseExt = ".release"
)

// lawUpdate takes a release into a folder, which -law then names. Nothing is
// taken from a network, and older releases stay, so that old decisions replay.
func lawUpdate(e env, args []string) error {
	f := newFlags("law update")
	dir := f.String("into", "", "the folder of installed releases")
	var trust list
	f.Var(&trust, "trust", "reviewers' public keys or files of them, with commas between; kept for later updates")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if err := need("into", *dir, "./law"); err != nil {
		return err
	}
	text, err := readNamed("into DIR FILE", f.Arg(0))
	if err != nil {
		return err
	}
	for i, k := range trust {
		if text, err := os.ReadFile(k); err == nil {
			trust[i] = strings.TrimSpace(string(text))
		}
	}
	known, err := readTrust(*dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	verifiers, err := verifiersOf(append(known, trust...))
	if err != nil {
		return err
	}
	r, err := bundle.Open(bytes.NewReader(text), int64(len(text)), verifiers...)
	if err != nil {
		return err
	}
	newest, err := newestRelease(*dir)
	if err != nil {
		return err
	}
	if r.Version <= newest {
		return &comity.Problem{Code: "older-release", Message: fmt.Sprintf("release %d is not newer than %d, which is installed", r.Version, newest), Hint: "ask whoever gave you the file why it is old; nothing was changed"}
	}
	book, err := law.Load(r.Files)
	if err != nil {
		return err
	}
	book.Now = time.Now
	if failed := failing(book); failed > 0 {
		return &comity.Problem{Code: "failing-tests", Message: fmt.Sprintf("%d tests of the release fail with this program", failed), Hint: "update the program first; nothing was changed"}
	}
	if err := os.MkdirAll(*dir, 0o755); err != nil {
		return notWritten(*dir)
	}
	if err := keepTrust(*dir, known, trust); err != nil {
		return err
	}
	if err := writeNew(releasePath(*dir, r.Version), text, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "release %d is installed: %d packs, law %s, signed by %s\nserve it with -law %s\n", r.Version, len(book.Packs()), book.Digest(), strings.Join(r.Signers, " and "), *dir)
	return nil
}

func releasePath(dir string, version int64) string {
	return filepath.Join(dir, strconv.FormatInt(version, 10)+releaseExt)
}

// installed opens the newest release of a folder, or gives nil where the
// folder holds packs and no releases. Every start checks the signatures again.
func installed(dir string) (fs.FS, error) {
	newest, err := newestRelease(dir)
	if err != nil || newest == 0 {
		return nil, err
	}
	known, err := readTrust(dir)
	if err != nil {
		return nil, err
	}
	verifiers, err := verifiersOf(known)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(releasePath(dir, newest))
	if err != nil {
		return nil, fmt.Errorf("read the installed release: %w", err)
	}
	r, err := bundle.Open(bytes.NewReader(text), int64(len(text)), verifiers...)
	if err != nil {
		return nil, err
	}
	return r.Files, nil
}

func newestRelease(dir string) (int64, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"+releaseExt))
	if err != nil {
		return 0, fmt.Errorf("list the installed releases: %w", err)
	}
	newest := int64(0)
	for _, name := range names {
		if v, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(name), releaseExt), 10, 64); err == nil {
			newest = max(newest, v)
		}
	}
	return newest, nil
}

func readTrust(dir string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(dir, trustFile))
	if err != nil {
		return nil, fmt.Errorf("read the trusted keys: %w", err)
	}
	return strings.Fields(string(text)), nil
}

func keepTrust(dir string, known, more []string) error {
	all := append(slices.Clone(known), more...)
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == len(known) {
		return nil
	}
	file := filepath.Join(dir, trustFile)
	return replaceFile(file, []byte(strings.Join(all, "\n")+"\n"))
}

func verifiersOf(keys []string) ([]note.Verifier, error) {
	slices.Sort(keys)
	var out []note.Verifier
	for _, k := range slices.Compact(keys) {
		v, err := note.NewVerifier(k)
		if err != nil {
			return nil, &comity.Problem{Code: "bad-key", Message: fmt.Sprintf("%.60q is no public key", k), Where: "-trust", Hint: "write it as comity release -new-key printed it"}
		}
		out = append(out, v)
	}
	if len(out) == 0 {
		return nil, &comity.Problem{Code: "no-trust", Message: "no reviewer's key is trusted yet", Hint: "-trust KEY,KEY with keys that you compared with those the reviewers publish"}
	}
	return out, nil
}
