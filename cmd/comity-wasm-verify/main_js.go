// Command comity-wasm-verify checks receipts in a browser with the code of
// `comity verify`: compiled for js/wasm it sets one function,
// comityVerify(inquiry, language), from JSON to JSON. It asks nobody and keeps
// nothing. It is a module of its own because it needs no law: a person on a
// slow line loads a third less.
package main

import (
	"encoding/json"
	"fmt"
	"syscall/js"

	"comity"
	"comity/record"
)

func main() {
	js.Global().Set("comityVerify", js.FuncOf(verify))
	select {} // the function lives as long as the page
}

// verify answers a record.Inquiry with a record.Finding. A fault in one call
// must not end the module.
func verify(_ js.Value, args []js.Value) (out any) {
	defer func() {
		if fault := recover(); fault != nil {
			out = refusal("our-fault", fmt.Sprint(fault))
		}
	}()
	var q record.Inquiry
	if len(args) != 2 || json.Unmarshal([]byte(args[0].String()), &q) != nil {
		return refusal("bad-json", "the question is no JSON object with key and receipt")
	}
	return encode(q.Answer(args[1].String()))
}

func refusal(code, message string) string {
	return encode(record.Finding{Sentences: []string{}, Problem: &comity.Problem{Code: code, Message: message}})
}

func encode(f record.Finding) string {
	text, err := json.Marshal(f)
	if err != nil { // texts and lists of texts always marshal
		panic(err)
	}
	return string(text)
}
