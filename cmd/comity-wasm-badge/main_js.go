// Command comity-wasm-badge checks badges in a browser with the code of the
// server: compiled for js/wasm it sets one function, comityBadge(inquiry), from
// JSON to JSON. It asks nobody, opens nothing and keeps nothing.
package main

import (
	"encoding/json"
	"syscall/js"

	"comity/door/badge"
)

func main() {
	js.Global().Set("comityBadge", js.FuncOf(check))
	select {} // the function lives as long as the page
}

// check answers a badge.Inquiry with a badge.Finding. A fault in one call must
// not end the module, and is never an answer that confirms.
func check(_ js.Value, args []js.Value) (out any) {
	defer func() {
		if recover() != nil {
			out = encode(badge.Finding{Answer: badge.NotOurs})
		}
	}()
	var q badge.Inquiry
	if len(args) != 1 || json.Unmarshal([]byte(args[0].String()), &q) != nil {
		return encode(badge.Finding{Answer: badge.Nothing})
	}
	return encode(q.Answer())
}

func encode(f badge.Finding) string {
	text, err := json.Marshal(f)
	if err != nil { // texts always marshal
		panic(err)
	}
	return string(text)
}
