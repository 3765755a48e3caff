package main

import (
	"io/fs"
	"os"
	"time"
	_ "time/tzdata" // zones also where the machine has no zone files

	"comity"
	"comity/data"
	"comity/law"
)

// openBook loads the built-in law, with a folder laid over it where -law names
// one. today fixes the day as of which the law is known; empty is now.
func openBook(overlay string) (*law.Book, error) {
	var over []fs.FS
	if overlay != "" {
		if info, err := os.Stat(overlay); err != nil || !info.IsDir() {
			return nil, &comity.Problem{Code: "bad-folder", Message: "there is no such folder", Where: overlay, Hint: "-law takes a folder of packs"}
		}
		over = append(over, os.DirFS(overlay))
	}
	b, err := law.Load(data.FS, over...)
	if err != nil {
		return nil, err
	}
	b.Now = time.Now
	return b, nil
}
