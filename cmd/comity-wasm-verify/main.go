//go:build !js

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "comity-wasm-verify: this is a module for browsers; at the command line it is comity verify")
	fmt.Fprintln(os.Stderr, "hint: go generate ./web builds it; or GOOS=js GOARCH=wasm go build -o verify.wasm ./cmd/comity-wasm-verify")
	os.Exit(2)
}
