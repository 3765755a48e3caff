package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"comity"
	"comity/data"
	"comity/law"
)

// openTwo loads two laws with the words of the second, so that a vocabulary
// that grew does not stand between them. No name is the built-in law.
func openTwo(first, second string) (a, b *law.Book, err error) {
	fa, err := lawFiles(first)
	if err != nil {
		return nil, nil, err
	}
	fb, err := lawFiles(second)
	if err != nil {
		return nil, nil, err
	}
	if b, err = loadBook(fb.base, fb.over); err != nil {
		return nil, nil, err
	}
	words := fs.FS(lawOf{packs: fa.base, words: fb.base})
	if fa.base == fb.base {
		words = fa.base
	}
	if a, err = loadBook(words, fa.over); err != nil {
		return nil, nil, err
	}
	a.Now, b.Now = time.Now, time.Now
	return a, b, nil
}

// A lawSource is a data folder, and packs laid over it.
type lawSource struct {
	base fs.FS
	over []fs.FS
}

// lawOf takes packs from one place and all else from another.
type lawOf struct{ packs, words fs.FS }

func (l lawOf) Open(name string) (fs.File, error) {
	if name == "law" || strings.HasPrefix(name, "law/") {
		return l.packs.Open(name)
	}
	return l.words.Open(name)
}

// lawFiles finds a data folder, a folder of packs, or a git revision.
func lawFiles(name string) (lawSource, error) {
	if name == "" {
		return lawSource{base: data.FS}, nil
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		dir := os.DirFS(name)
		if _, err := os.Stat(filepath.Join(name, "vocabulary.yaml")); err == nil {
			return lawSource{base: dir}, nil
		}
		return lawSource{data.FS, []fs.FS{dir}}, nil
	}
	if strings.HasPrefix(name, "-") {
		return lawSource{}, &comity.Problem{Code: "bad-argument", Message: fmt.Sprintf("%q is neither a folder nor a git revision", name)}
	}
	// A revision is read as git stores it; nothing is checked out.
	out, err := exec.Command("git", "archive", "--format=zip", name, "data").Output()
	if err != nil {
		return lawSource{}, &comity.Problem{Code: "bad-argument", Message: fmt.Sprintf("%q is neither a folder nor a git revision with a folder data", name), Hint: "comity law diff HEAD~1 HEAD, or two folders"}
	}
	z, err := zip.NewReader(bytes.NewReader(out), int64(len(out)))
	if err != nil {
		return lawSource{}, fmt.Errorf("read the revision: %w", err)
	}
	base, err := fs.Sub(z, "data")
	return lawSource{base: base}, err
}
