package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"comity"
)

// A PDF is made by Chromium from the page, without scripts.
func TestPrintPDFInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	book, err := openBook("")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "card.pdf")
	p := &printing{q: comity.Question{In: "us-il-cook", On: "2026-03-03", Known: "2026-03-03", Actor: "county-jail"}, sheet: "card", lang: "es", pdf: file, browser: []string{"--no-sandbox"}}
	if err := p.writePDF(t.Context(), book); err != nil {
		t.Fatal(err)
	}
	pdf, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Fatalf("%v: %.20q", err, pdf)
	}
	p.q.Actor = "bystander"
	if err := p.writePDF(t.Context(), book); err == nil {
		t.Error("a sheet was printed for a bystander")
	}
}
