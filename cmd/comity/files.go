package main

import (
	"io"
	"os"
	"path/filepath"

	"comity"
)

// create makes a file below dir, with the folders it needs.
func create(dir, name string) (*os.File, error) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, notWritten(path)
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, notWritten(path)
	}
	return f, nil
}

func createIn(dir string) func(string) (io.WriteCloser, error) {
	return func(name string) (io.WriteCloser, error) { return create(dir, name) }
}

func notWritten(path string) *comity.Problem {
	return &comity.Problem{Code: "read-only", Message: "the file cannot be written", Where: path, Hint: "choose another folder, or free space"}
}
