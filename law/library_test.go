package law_test

import (
	"fmt"
	"os"

	"comity"
	"comity/law"
)

// A Go program asks the law in ten lines.
func ExampleBook_Decide() {
	book, err := law.Load(os.DirFS("../data"))
	if err != nil {
		panic(err)
	}
	d, err := book.Decide(comity.Question{
		In: "us-il", On: "2025-06-01", Known: "2026-11-21", Actor: "county-jail", Act: "hold-on-detainer", Closed: true,
		Facts: comity.Facts{"document.detainer": "i-247a", "document.detainer_shows": "probable-cause"},
	})
	fmt.Println(d.Verdict, d.Citations[0].Ref, err)
	// Output: prohibited 5 ILCS 805/15(a) <nil>
}
