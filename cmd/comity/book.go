package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"
	_ "time/tzdata" // zones also where the machine has no zone files

	"comity"
	"comity/data"
	"comity/law"
)

// openBook loads the built-in law, with the folder that -law names: packs in
// it are laid over the law, an installed release in it takes the law's place.
func openBook(folder string) (*law.Book, error) {
	var base fs.FS = data.FS
	var over []fs.FS
	if folder != "" {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return nil, &comity.Problem{Code: "bad-folder", Message: "there is no such folder", Where: folder, Hint: "-law takes a folder of packs, or of installed releases"}
		}
		release, err := installed(folder)
		if err != nil {
			return nil, err
		}
		if release != nil {
			base = release
		} else {
			over = append(over, os.DirFS(folder))
		}
		if _, err := os.Stat(filepath.Join(folder, "law")); err == nil && release != nil {
			over = append(over, os.DirFS(folder))
		}
	}
	b, err := loadBook(base, over)
	if err != nil {
		return nil, err
	}
	b.Now = time.Now
	return b, nil
}

// loadBook takes the built-in law from its compiled form, which is quicker.
func loadBook(base fs.FS, over []fs.FS) (*law.Book, error) {
	if base == fs.FS(data.FS) {
		return law.LoadCompiled(data.Law, base, over...)
	}
	return law.Load(base, over...)
}
