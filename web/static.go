package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed static
var staticFiles embed.FS

//go:embed all:dist
var distFiles embed.FS

// A part is one static file, ready to send.
type part struct {
	body, zipped []byte // zipped is nil where it would not be smaller
	kind         string
	version      string
}

// parts are the project's own static files and those built from npm, by name.
type parts struct {
	files map[string]part
	fonts bool // the built fonts are there; without them pages use the reader's
}

// loadParts reads static/ and the built files. An empty dist is no error.
func loadParts(dist fs.FS) (*parts, error) {
	own, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	if dist == nil {
		if dist, err = fs.Sub(distFiles, "dist"); err != nil {
			return nil, err
		}
	}
	p := &parts{files: map[string]part{}}
	for _, fsys := range []fs.FS{own, dist} {
		if err := p.add(fsys); err != nil {
			return nil, err
		}
	}
	_, p.fonts = p.files["fonts.css"]
	return p, nil
}

func (p *parts) add(fsys fs.FS) error {
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == "README.md" {
			return err
		}
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if plain, packed := strings.CutSuffix(name, ".gz"); packed {
			p.files[plain] = packedPart(plain, body)
			return nil
		}
		p.files[name] = newPart(name, body)
		return nil
	})
}

func newPart(name string, body []byte) part {
	sum := sha256.Sum256(body)
	f := part{body: body, kind: mime.TypeByExtension(path.Ext(name)), version: hex.EncodeToString(sum[:6])}
	if path.Ext(name) == ".woff2" {
		f.kind = "font/woff2" // already compressed, and not in every table of types
		return f
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid constant
	if _, err := z.Write(body); err == nil && z.Close() == nil && b.Len() < len(body) {
		f.zipped = b.Bytes()
	}
	return f
}

// packedPart is a file that was packed when it was built, because packing it
// takes too long for a start. It is unpacked only for who cannot read gzip.
func packedPart(name string, zipped []byte) part {
	sum := sha256.Sum256(zipped)
	return part{zipped: zipped, kind: mime.TypeByExtension(path.Ext(name)), version: hex.EncodeToString(sum[:6])}
}

// size of the file as it is read; gzip writes it at the end.
func (f part) size() int {
	if f.body != nil || len(f.zipped) < 4 {
		return len(f.body)
	}
	return int(binary.LittleEndian.Uint32(f.zipped[len(f.zipped)-4:]))
}

// plain is the file as it is read.
func (f part) plain() ([]byte, error) {
	if f.body != nil {
		return f.body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(f.zipped))
	if err != nil {
		return nil, fmt.Errorf("unpack a static file: %w", err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("unpack a static file: %w", err)
	}
	return body, nil
}

// address of a static file; its version makes it safe to keep for ever.
func (p *parts) address(name string) (string, error) {
	f, ok := p.files[name]
	if !ok {
		return "", errors.New("no static file " + name)
	}
	return "/static/" + name + "?v=" + f.version, nil
}

func (s *site) static(w http.ResponseWriter, r *http.Request) error {
	f, ok := s.parts.files[r.PathValue("name")]
	if !ok {
		return s.missing(r, "no-page")
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", `"`+f.version+`"`)
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == f.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.Contains(r.Header.Get("If-None-Match"), f.version) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return f.send(w, r)
}

// send writes the file as the reader can take it; its headers are the caller's.
func (f part) send(w http.ResponseWriter, r *http.Request) error {
	h, body := w.Header(), f.zipped
	if f.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
	} else {
		var err error
		if body, err = f.plain(); err != nil {
			return err
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return nil
	}
	_, _ = w.Write(body) // the reader may have left
	return nil
}
