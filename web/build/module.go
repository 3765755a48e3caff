package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A module is one program for browsers.
type module struct {
	name, program string
	most          int // bytes it may have, packed, on its way to a browser
}

// modules are apart because who checks a receipt or a badge needs no law.
func modules() []module {
	return []module{
		{"law", "comity/cmd/comity-wasm", 3_000_000},
		{"verify", "comity/cmd/comity-wasm-verify", 1_500_000},
		{"badge", "comity/cmd/comity-wasm-badge", 1_800_000},
	}
}

// buildModules compiles the law engine and both verifiers for browsers and puts
// them, packed, beside the script of Go's own distribution that starts them. It
// needs no Node.
func buildModules(web string) error {
	dist := filepath.Join(web, "dist")
	folder, err := os.MkdirTemp("", "comity-module")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(folder)
	for _, m := range modules() {
		if err := m.build(absolute(web), filepath.Join(folder, m.name+".wasm"), filepath.Join(dist, m.name+".wasm.gz")); err != nil {
			return fmt.Errorf("%s: %w", m.program, err)
		}
	}
	return copyStarter(dist)
}

func (m module) build(web, file, to string) error {
	compile := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", file, m.program)
	compile.Dir = web
	// Flags and levels of the builder's own program are not the module's.
	compile.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=", "GOWASM=")
	if out, err := compile.CombinedOutput(); err != nil {
		return fmt.Errorf("compile: %w\n%s", err, out)
	}
	plain, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the module: %w", err)
	}
	packed, err := pack(plain)
	if err != nil {
		return fmt.Errorf("pack the module: %w", err)
	}
	if len(packed) > m.most {
		return fmt.Errorf("%d bytes packed, more than %d", len(packed), m.most)
	}
	if err := os.WriteFile(to, packed, 0o644); err != nil {
		return fmt.Errorf("write the module: %w", err)
	}
	return nil
}

// copyStarter takes wasm_exec.js of the Go that compiled the module, with its
// licence: another version would not fit it.
func copyStarter(dist string) error {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("find Go: %w", err)
	}
	for from, to := range map[string]string{"lib/wasm/wasm_exec.js": "wasm_exec.js", "LICENSE": "LICENCE-go.txt"} {
		text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), filepath.FromSlash(from)))
		if err != nil {
			return fmt.Errorf("read the script that starts the module: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dist, to), text, 0o644); err != nil {
			return fmt.Errorf("write the script that starts the module: %w", err)
		}
	}
	return nil
}

// pack compresses without a name or a time: the same module is the same bytes.
func pack(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	err = z.Close()
	return out.Bytes(), err
}
