package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"

	"comity/store"
)

// runDoctor checks everything that can be checked and says what to do.
func runDoctor(ctx context.Context, e env, args []string) error {
	f := newFlags("doctor")
	dir := f.String("dir", "", "folder of the record; without it only the program and its law")
	db := f.String("db", "", databaseHelp)
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	book, err := openBook("")
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "ok    law: %d packs load\n", len(book.Packs()))
	failed := failing(book)
	if failed > 0 {
		fmt.Fprintf(e.out, "WRONG %d tests of the law fail: comity law test lists them\n", failed)
	} else {
		fmt.Fprintln(e.out, "ok    law: its tests pass")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		fmt.Fprintln(e.out, "note  Chromium is not installed: pages print from the browser, not as PDF files")
	}
	if *dir != "" {
		if err := examine(ctx, e, *dir, *db); err != nil {
			return err
		}
	}
	if failed > 0 {
		return errFinding
	}
	return nil
}

func examine(ctx context.Context, e env, dir, db string) error {
	config := recordConfig(slog.New(slog.DiscardHandler), 0)
	config.Database = databaseOf(dir, db)
	s, err := store.Open(ctx, dir, config)
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := s.Check(ctx)
	if err != nil {
		return err
	}
	for _, line := range r.Sentences() {
		fmt.Fprintln(e.out, "ok    "+line)
	}
	return filepath.WalkDir(filepath.Join(dir, "keys"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			fmt.Fprintf(e.out, "WRONG others may read %s: chmod 600 it\n", path)
		}
		return err
	})
}
