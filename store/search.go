package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// search returns the first file below dir that holds any of the needles. It
// leaves out what may not be opened like any file.
func search(dir string, needles [][]byte, except ...string) (string, error) {
	found := ""
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || found != "" || slices.Contains(except, path) {
			return err
		}
		has, err := fileHas(path, needles)
		if has {
			found = path
		}
		return err
	})
	return found, err
}

func fileHas(path string, needles [][]byte) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	return has(f, needles)
}

func has(r io.Reader, needles [][]byte) (bool, error) {
	const overlap = 256 // longer than any needle
	buf := make([]byte, 1<<20)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		for _, needle := range needles {
			if bytes.Contains(buf[:kept+n], needle) {
				return true, nil
			}
		}
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("search for what was erased: %w", err)
		}
		keep := min(overlap, kept+n)
		copy(buf, buf[kept+n-keep:kept+n])
		kept = keep
	}
}
