//go:build !js

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "comity-wasm-badge: this is a module for browsers; at the command line it is comity door badge")
	fmt.Fprintln(os.Stderr, "hint: go generate ./web builds it; or GOOS=js GOARCH=wasm go build -o verify.wasm ./cmd/comity-wasm-badge")
	os.Exit(2)
}
