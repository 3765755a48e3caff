package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
)

// runVersion prints the program's version and the digest of its law.
func runVersion(_ context.Context, e env, args []string) error {
	f := newFlags("version")
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	book, err := openBook("")
	if err != nil {
		return err
	}
	v := struct {
		Version string `json:"version"`
		Go      string `json:"go"`
		Law     string `json:"law"`
		Packs   int    `json:"packs"`
	}{"unreleased", runtime.Version(), book.Digest(), len(book.Packs())}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				v.Version += "+" + s.Value[:12]
			}
		}
	}
	if *asJSON {
		return json.NewEncoder(e.out).Encode(v)
	}
	fmt.Fprintf(e.out, "comity %s (%s)\nlaw %s, %d packs\n", v.Version, v.Go, v.Law, v.Packs)
	return nil
}
