// Command comity-wasm is the law engine for a browser: compiled for js/wasm it
// sets one object, comity, and answers from a file of compiled law without a
// server. docs/library.md names its functions; cmd/comity-wasm/device.go is
// what they do.
package main

import (
	"fmt"
	"syscall/js"
	"time"
	_ "time/tzdata" // a browser has no zone files
)

func main() {
	d := &device{now: time.Now}
	js.Global().Set("comity", map[string]any{
		"open": function(func(args []js.Value) []byte {
			compiled := make([]byte, args[0].Get("byteLength").Int())
			js.CopyBytesToGo(compiled, args[0])
			o, err := d.open(compiled)
			if err != nil {
				return refusal(err)
			}
			return encode(o)
		}),
		"decide": function(func(args []js.Value) []byte { return d.decide([]byte(args[0].String())) }),
		"next":   function(func(args []js.Value) []byte { return d.next([]byte(args[0].String())) }),
		"answer": function(func(args []js.Value) []byte { return d.answer([]byte(args[0].String())) }),
		"scene":  function(func(args []js.Value) []byte { return d.scene([]byte(args[0].String())) }),
		"local": function(func(args []js.Value) []byte {
			return encode(d.local(args[0].String(), time.UnixMilli(int64(args[1].Float()))))
		}),
		"instant": function(func(args []js.Value) []byte {
			return encode(d.instant(args[0].String(), args[1].String(), args[2].String()))
		}),
	})
	select {} // the functions live as long as the page
}

// function gives text to the page. A fault in one call must not end the module.
func function(call func(args []js.Value) []byte) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) (out any) {
		defer func() {
			if fault := recover(); fault != nil {
				out = string(refusal(fmt.Errorf("%v", fault)))
			}
		}()
		return string(call(args))
	})
}
