package web

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
)

// The desk for public records: what would be given out is counted by kind, a
// row holds nothing personal, of certifications there is none, and the letter
// names what was withheld under which section.
func TestPublicRecordsDesk(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	c.post("/desk/detainers/new", texasForm("step", "2"))
	fillRegisters(t, c)
	ask := fields("id", "req-2", "from", "press", "received_at", "2026-11-20T10:00", "scope", "custody certification anything-else", "since", "2026-11-01", "until", "2026-11-30", "owner", "records")
	if w := c.post("/desk/registers/records-request/new", ask); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	for _, prefix := range []string{"", "/es"} {
		for _, path := range []string{"/desk/holdings", "/desk/entries/req-1/disclosure", "/desk/entries/req-2/disclosure", "/desk/entries/req-1/letter", "/desk/entries/req-2/letter"} {
			w := c.get(prefix + path)
			if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "CANARY") || strings.Contains(w.Body.String(), "Canary Person") {
				t.Errorf("%s%s: %d, or it shows what is sealed", prefix, path, w.Code)
			}
		}
	}
	page := c.get("/desk/entries/req-2/disclosure").Body.String()
	for _, want := range []string{"1 November 2026 to 30 November 2026", "/desk/entries/req-2/disclosure/detainer", "Look in your other systems", "no total: fewer than 11"} {
		if !strings.Contains(page, want) {
			t.Errorf("the preview lacks %q", want)
		}
	}
	w := c.get("/desk/entries/req-2/disclosure/detainer")
	rows, err := csv.NewReader(strings.NewReader(w.Body.String())).ReadAll()
	if err != nil || len(rows) != 2 || strings.Contains(w.Body.String(), "Canary") || strings.Contains(w.Body.String(), "B-1001") || strings.Contains(w.Body.String(), "2026-11-2") {
		t.Errorf("the rows: %v %q", err, rows)
	}
	for _, none := range []string{"certification", "shield", "cost", "none", "assistance"} {
		if w := c.get("/desk/entries/req-2/disclosure/" + none); w.Code != http.StatusNotFound {
			t.Errorf("rows of %s are given: %d", none, w.Code)
		}
	}
	letter := c.get("/desk/entries/req-1/letter").Body.String()
	if !strings.Contains(letter, "our statute, section 7") || !strings.Contains(letter, "This letter is not ready") {
		t.Error("the letter does not say what was withheld, or that it is not ready")
	}
	c.post("/desk/registers/records-request/step", fields("id", "req-1-b", "ref", "req-1", "result", "answered", "given", "partly", "appeal", "the board, within 30 days"))
	letter = c.get("/desk/entries/req-1/letter").Body.String()
	if strings.Contains(letter, "not ready") || !strings.Contains(letter, "a part of what you asked for") || !strings.Contains(letter, "the board, within 30 days") {
		t.Error("the letter does not give the answer")
	}
	if w := c.get("/desk/entries/dem-1/letter"); w.Code != http.StatusNotFound {
		t.Errorf("a letter about a demand: %d", w.Code)
	}
	held := c.get("/desk/holdings").Body.String()
	for _, want := range []string{"citizenship", "scans of papers"} {
		if !strings.Contains(held, want) {
			t.Errorf("what is held lacks %q", want)
		}
	}
}
