package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/oversight"
	"comity/record"
)

// A public source is where what anyone may see of a record is read.
type publicSource struct {
	key        record.Key
	checkpoint []byte // signed
	counts     []oversight.PublicCount
	figures    func() ([]oversight.Figure, error) // counted or fetched when they are asked for
	entries    oversight.PublicEntries            // read again each time
	close      func() error
}

// runExport writes the whole public record into a folder.
func runExport(ctx context.Context, e env, args []string) error {
	f := newFlags("export")
	out := f.String("o", "", "the new folder")
	var formats list
	f.Var(&formats, "format", "csv, jsonl, parquet; all by default. Statistics are counted from jsonl")
	asJSON := f.Bool("json", false, "what was written, as JSON")
	release := f.String("release", "", "a `folder` that was exported: show what it would make public, and with -key sign it")
	since := f.String("since", "", "with -release: the `folder` that was released last")
	check := f.String("check", "", "a `folder` that was exported: did two people release it?")
	var keys list
	f.Var(&keys, "key", "with -release the `file` of the key of whoever looked; with -check the files of public keys")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	switch {
	case *check != "":
		return exportCheck(e, *check, keys)
	case *release != "":
		return exportRelease(e, *release, *since, keys)
	}
	if err := need("o", *out, "record-2026"); err != nil {
		return err
	}
	if len(formats) == 0 {
		for _, known := range oversight.Formats() {
			formats = append(formats, string(known))
		}
	}
	for _, name := range formats {
		if !slices.Contains(oversight.Formats(), oversight.Format(name)) {
			return &comity.Problem{Code: "bad-format", Where: "-format " + name, Message: "there is no export in this format", Hint: "csv, jsonl or parquet"}
		}
	}
	if names, err := os.ReadDir(*out); err == nil && len(names) > 0 {
		return &comity.Problem{Code: "exists", Where: *out, Message: "the folder is not empty", Hint: "choose another"}
	}
	src, err := openPublic(ctx, f.Arg(0))
	if err != nil {
		return err
	}
	written, err := writeExport(*out, formats, src)
	if err := errors.Join(err, src.close()); err != nil {
		return err
	}
	if *asJSON {
		return writeJSON(e, map[string]any{"folder": *out, "files": written})
	}
	fmt.Fprintf(e.out, "%s: %s\n", *out, strings.Join(written, " "))
	return nil
}

func writeExport(dir string, formats []string, src publicSource) ([]string, error) {
	c, err := src.key.Checkpoint(src.checkpoint)
	if err != nil {
		return nil, err
	}
	n, err := oversight.CountEntries(src.entries)
	if err != nil {
		return nil, err
	}
	figures, err := src.figures()
	if err != nil {
		return nil, err
	}
	files := []exportFile{
		{"checkpoint", writes(string(src.checkpoint))},
		{"key", writes(src.key.String() + "\n")},
		{"DATASHEET.md", writes(oversight.Datasheet(c, src.key.String(), n, src.counts))},
	}
	for _, name := range formats {
		format := oversight.Format(name)
		files = append(files,
			exportFile{"entries." + name, func(w io.Writer) error { return oversight.WriteEntries(w, format, src.entries) }},
			exportFile{"counts." + name, func(w io.Writer) error { return oversight.WriteCounts(w, format, src.counts) }},
			exportFile{"figures." + name, func(w io.Writer) error { return oversight.WriteFigures(w, format, figures) }})
	}
	var written []string
	for _, f := range files {
		w, err := create(dir, f.name)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(f.write(w), w.Sync(), w.Close()); err != nil {
			return nil, fmt.Errorf("write %s: %w", f.name, err)
		}
		written = append(written, f.name)
	}
	return written, nil
}

type exportFile struct {
	name  string
	write func(io.Writer) error
}

func writes(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

// openPublic finds what is public of a record: in its data folder, at its
// address, or in an export.
func openPublic(ctx context.Context, what string) (publicSource, error) {
	switch {
	case what == "":
		return publicSource{}, &comity.Problem{Code: "bad-argument", Message: "say which record", Hint: "its folder, its address, or the folder of an export"}
	case isAddress(what):
		return publicAt(ctx, strings.TrimSuffix(what, "/"))
	}
	if _, err := os.Stat(filepath.Join(what, "DATASHEET.md")); err == nil {
		return exportIn(what)
	}
	return publicOf(ctx, what)
}

func publicOf(ctx context.Context, dir string) (publicSource, error) {
	s, err := openStore(ctx, dir)
	if err != nil {
		return publicSource{}, err
	}
	p := publicRecord{s}
	head, err := s.Head(ctx)
	if err == nil && head.Checkpoint == nil {
		err = &comity.Problem{Code: "no-log", Where: dir, Message: "the record has published nothing yet", Hint: "serve it for one beat"}
	}
	counts, countErr := p.Counts(ctx)
	if err := errors.Join(err, countErr); err != nil {
		return publicSource{}, errors.Join(err, s.Close())
	}
	entries := oversight.Paged(func(after int64, limit int) ([]oversight.PublicEntry, error) {
		return p.PublicHeaders(ctx, after, limit)
	})
	figures := func() ([]oversight.Figure, error) { return countFigures(ctx, s) }
	return publicSource{s.Key(), head.Checkpoint, counts, figures, entries, s.Close}, nil
}

// exportIn reads the folder that runExport wrote.
func exportIn(dir string) (publicSource, error) {
	return readPublic(func(name string) (io.ReadCloser, error) {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return nil, noFile(filepath.Join(dir, name), "export again with the format jsonl")
		}
		return f, nil
	}, "key", "checkpoint", "")
}

// publicAt reads what a server gives to anyone.
func publicAt(ctx context.Context, address string) (publicSource, error) {
	client := &http.Client{Timeout: 10 * time.Minute}
	return readPublic(func(path string) (io.ReadCloser, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/"+path, nil)
		if err != nil {
			return nil, &comity.Problem{Code: "bad-address", Where: address, Message: "the address cannot be read", Hint: "for example https://record.example"}
		}
		resp, err := patient(client, req)
		if err != nil {
			return nil, &comity.Problem{Code: "unreachable", Where: address, Message: "the server does not answer", Hint: "check the address and try again"}
		}
		if resp.StatusCode != http.StatusOK {
			resp.Body.Close()
			return nil, &comity.Problem{Code: "unreadable", Where: address + "/" + path, Message: "the server answers " + resp.Status, Hint: "is it the address of a record?"}
		}
		return resp.Body, nil
	}, "log/key", "log/checkpoint", "record/")
}

// patient asks again where a server says when: what is being counted is ready
// soon.
func patient(client *http.Client, req *http.Request) (*http.Response, error) {
	const asks, longest = 20, 60
	for n := 1; ; n++ {
		resp, err := client.Do(req)
		if err != nil || resp.StatusCode != http.StatusServiceUnavailable || n == asks {
			return resp, err
		}
		wait, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if err != nil || wait < 1 || wait > longest {
			return resp, nil
		}
		resp.Body.Close()
		if err := sleep(req.Context(), time.Duration(wait)*time.Second); err != nil {
			return nil, err
		}
	}
}

// readPublic reads a record's public files, wherever they lie.
func readPublic(open func(name string) (io.ReadCloser, error), keyName, checkpoint, below string) (publicSource, error) {
	src := publicSource{close: func() error { return nil }}
	key, err := readSmall(open, keyName)
	if err != nil {
		return src, err
	}
	if src.key, err = record.ParseKey(string(key)); err != nil {
		return src, err
	}
	if src.checkpoint, err = readSmall(open, checkpoint); err != nil {
		return src, err
	}
	r, err := open(below + "counts.jsonl")
	if err != nil {
		return src, err
	}
	src.counts, err = oversight.ReadCounts(r)
	src.figures = func() ([]oversight.Figure, error) {
		r, err := open(below + "figures.jsonl")
		if err != nil {
			return nil, err
		}
		list, err := oversight.ReadFigures(r)
		return list, errors.Join(err, r.Close())
	}
	src.entries = func(yield func(oversight.PublicEntry, error) bool) {
		r, err := open(below + "entries.jsonl")
		if err != nil {
			yield(oversight.PublicEntry{}, err)
			return
		}
		defer r.Close()
		oversight.ReadEntries(r)(yield)
	}
	return src, errors.Join(err, r.Close())
}

func readSmall(open func(string) (io.ReadCloser, error), name string) ([]byte, error) {
	r, err := open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, 1<<20))
	return data, errors.Join(err, r.Close())
}
