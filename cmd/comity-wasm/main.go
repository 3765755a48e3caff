//go:build !js

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "comity-wasm: this is a module for browsers")
	fmt.Fprintln(os.Stderr, "hint: go generate ./web builds it; or GOOS=js GOARCH=wasm go build -o law.wasm ./cmd/comity-wasm")
	os.Exit(2)
}
