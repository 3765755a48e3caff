package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"comity"
	"comity/law"
)

// lawSchema prints the JSON Schema with which editors complete a pack.
func lawSchema(e env, args []string) error {
	f := newLawFlags("schema")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	text, err := book.Vocabulary().SchemaJSON()
	if err != nil {
		return err
	}
	_, err = e.out.Write(text)
	return err
}

// lawFmt writes packs in the canonical form. A file that cannot be read as
// YAML is told, and the others are still done.
func lawFmt(e env, args []string) error {
	f := newFlags("law fmt")
	write := f.Bool("w", false, "write the files, instead of showing the form")
	check := f.Bool("check", false, "only list the files that differ")
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 10000); err != nil {
		return err
	}
	files, err := packFiles(f.Args())
	if err != nil {
		return err
	}
	var faults law.Problems
	changed := []string{}
	for _, name := range files {
		text, err := readPackFile(e.in, name)
		if err != nil {
			return err
		}
		out, err := law.Format(name, text)
		if list, ok := err.(law.Problems); ok {
			faults = append(faults, list...)
			continue
		}
		if !*write && !*check && !*asJSON {
			if _, err := e.out.Write(out); err != nil {
				return err
			}
		}
		if bytes.Equal(out, text) {
			continue
		}
		changed = append(changed, name)
		if *write {
			if err := replaceFile(name, out); err != nil {
				return err
			}
		}
	}
	switch {
	case *asJSON:
		err = writeJSON(e, struct {
			Files   int      `json:"files"`
			Changed []string `json:"changed"`
		}{len(files), changed})
	case *write || *check:
		for _, name := range changed {
			fmt.Fprintln(e.out, name)
		}
	}
	switch {
	case err != nil:
		return err
	case len(faults) > 0:
		return faults
	case *check && len(changed) > 0:
		return errFinding
	}
	return nil
}

// packFiles are the files named, and the packs in the folders named.
func packFiles(names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, &comity.Problem{Code: "missing-argument", Message: "no file is named", Hint: "comity law fmt -w law/us/il/act.yaml, a folder, or - for standard input"}
	}
	var out []string
	for _, name := range names {
		info, err := os.Stat(name)
		switch {
		case name == "-":
			out = append(out, name)
			continue
		case err != nil:
			return nil, noSuchFile(name)
		case !info.IsDir():
			out = append(out, name)
			continue
		}
		err = filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && filepath.Ext(path) == ".yaml" {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			return nil, noSuchFile(name)
		}
	}
	return out, nil
}

func noSuchFile(name string) *comity.Problem {
	return &comity.Problem{Code: "bad-file", Message: "the file or folder cannot be read", Where: name}
}

func readPackFile(in io.Reader, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(in)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, noSuchFile(name)
	}
	return text, nil
}

// replaceFile puts a whole new text in the place of the old one, or leaves it.
func replaceFile(name string, text []byte) error {
	if name == "-" {
		return &comity.Problem{Code: "bad-argument", Message: "standard input cannot be written", Hint: "leave -w out"}
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	part, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part")
	if err != nil {
		return notWritten(name)
	}
	defer os.Remove(part.Name())
	_, err = part.Write(text)
	if err == nil {
		err = part.Sync()
	}
	if shut := part.Close(); err == nil {
		err = shut
	}
	if err == nil {
		err = os.Chmod(part.Name(), mode)
	}
	if err == nil {
		err = os.Rename(part.Name(), name)
	}
	if err != nil {
		return notWritten(name)
	}
	return nil
}

// lawNew begins a pack in a folder that -law DIR can take.
func lawNew(e env, args []string) error {
	f := newLawFlags("new")
	s := law.Scaffold{Today: time.Now().Format(time.DateOnly)}
	f.StringVar(&s.Place, "place", "", "the place, such as us-il")
	layer := f.String("layer", "", "federal, state, county, city, policy or agreement")
	f.StringVar(&s.Title, "title", "", "the name of the instrument")
	into := f.String("o", ".", "the folder of packs to write into")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	s.ID, s.Layer = f.Arg(0), comity.Layer(*layer)
	for _, n := range [][3]string{{"place", s.Place, "us-il"}, {"layer", *layer, "state"}, {"title", s.Title, `"An Act"`}} {
		if err := need(n[0], n[1], n[2]); err != nil {
			return err
		}
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	text, err := book.Begin(s)
	if err != nil {
		return err
	}
	name := filepath.Join(*into, filepath.FromSlash(s.ID)+".yaml")
	if _, err := os.Stat(filepath.Join(*into, "law")); err == nil {
		name = filepath.Join(*into, "law", filepath.FromSlash(s.ID)+".yaml")
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return notWritten(name)
	}
	if err := writeNew(name, text, 0o644); err != nil {
		return err
	}
	if f.asJSON {
		return writeJSON(e, struct {
			File string `json:"file"`
			Pack string `json:"pack"`
		}{name, s.ID})
	}
	fmt.Fprintf(e.out, "%s\nnow: comity law test -watch -law %s\n", name, *into)
	return nil
}

// lawView shows a pack for readers, reviewers and other engines.
func lawView(e env, args []string) error {
	f := newLawFlags("view")
	as := f.String("as", "text", strings.Join(law.Views, ", "))
	lang := f.String("lang", "en", "en or es")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if err := need("PACK", f.Arg(0), "us/il/trust-act"); err != nil {
		return err
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	p, ok := book.Pack(f.Arg(0))
	if !ok {
		return noSuchPack(book, f.Arg(0))
	}
	text, err := book.View(p, *as, *lang)
	if err != nil {
		return err
	}
	if f.asJSON {
		return writeJSON(e, struct {
			Pack string `json:"pack"`
			As   string `json:"as"`
			Text string `json:"text"`
		}{p.ID, *as, text})
	}
	_, err = io.WriteString(e.out, text)
	return err
}

// watchTests runs the tests of the packs in a folder whenever a file of it
// changes, until it is interrupted. It ends as the last run did.
func watchTests(e env, dir string, packs []string) error {
	if dir == "" {
		return &comity.Problem{Code: "missing-flag", Message: "-law is missing", Hint: "the built-in law does not change; -watch needs -law DIR"}
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(stop)
	beat := time.NewTicker(500 * time.Millisecond)
	defer beat.Stop()
	seen, failed := "", false
	for {
		if now := folderState(dir); now != seen {
			seen = now
			failed = watchOnce(e, dir, packs)
		}
		select {
		case <-stop:
			if failed {
				return errFinding
			}
			return nil
		case <-beat.C:
		}
	}
}

// folderState changes when a file of the folder does.
func folderState(dir string) string {
	var b strings.Builder
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // what cannot be read is told when it is loaded
		}
		if info, err := d.Info(); err == nil {
			fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return b.String()
}

// watchOnce prints what fails and one line of summary.
func watchOnce(e env, dir string, packs []string) (failed bool) {
	began := time.Now()
	at := began.Format(time.TimeOnly)
	book, err := openBook(dir)
	if err != nil {
		list, ok := err.(law.Problems)
		if !ok {
			list = law.Problems{{Code: "bad-folder", Message: err.Error()}}
		}
		for _, p := range list {
			fmt.Fprintln(e.out, law.Problems{p}.Error())
		}
		fmt.Fprintf(e.out, "%s: %d faults, no test was run\n", at, len(list))
		return true
	}
	if len(packs) == 0 {
		packs = packsIn(dir)
	}
	r := runTests(book, func(p *law.Pack) bool { return slices.Contains(packs, p.ID) })
	for _, t := range r.Failed {
		t.print(e)
	}
	fmt.Fprintf(e.out, "%s: %v (%d ms)\n", at, r, time.Since(began).Milliseconds())
	return len(r.Failed) > 0
}

// packsIn are the ids of the packs in a folder, as the loader makes them.
func packsIn(dir string) []string {
	if info, err := os.Stat(filepath.Join(dir, "law")); err == nil && info.IsDir() {
		dir = filepath.Join(dir, "law")
	}
	var out []string
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if rel, bad := filepath.Rel(dir, path); err == nil && bad == nil && filepath.Ext(path) == ".yaml" {
			out = append(out, strings.TrimSuffix(filepath.ToSlash(rel), ".yaml"))
		}
		return nil
	})
	return out
}
