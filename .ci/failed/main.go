// Command failed reads the output of go test -json and prints what the failed
// tests printed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

type event struct{ Action, Package, Test, Output string }

func main() {
	printed := map[string][]string{}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var e event
		if json.Unmarshal(in.Bytes(), &e) != nil {
			continue
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "output":
			printed[key] = append(printed[key], e.Output)
		case "fail":
			fmt.Printf("--- %s\n", key)
			for _, line := range printed[key] {
				fmt.Print(line)
			}
		}
	}
}
