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

// mostModule is the largest the law engine may be on its way to a browser.
const mostModule = 3_000_000

// buildModule compiles the law engine for browsers and puts it, packed, beside
// the script of Go's own distribution that starts it. It needs no Node.
func buildModule(web string) error {
	dist := filepath.Join(web, "dist")
	folder, err := os.MkdirTemp("", "comity-module")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "law.wasm")
	compile := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", file, "comity/cmd/comity-wasm")
	compile.Dir = absolute(web)
	// Flags and levels of the builder's own program are not the module's.
	compile.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=", "GOWASM=")
	if out, err := compile.CombinedOutput(); err != nil {
		return fmt.Errorf("compile the law engine: %w\n%s", err, out)
	}
	module, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the module: %w", err)
	}
	packed, err := pack(module)
	if err != nil {
		return fmt.Errorf("pack the module: %w", err)
	}
	if len(packed) > mostModule {
		return fmt.Errorf("the law engine is %d bytes packed, more than %d", len(packed), mostModule)
	}
	if err := os.WriteFile(filepath.Join(dist, "law.wasm.gz"), packed, 0o644); err != nil {
		return fmt.Errorf("write the module: %w", err)
	}
	return copyStarter(dist)
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
