package web

import (
	"strings"
	"testing"
)

// Every page and every answer of a sandbox says that it is one, in print too; a
// real record's say nothing of the kind.
func TestSandboxIsMarked(t *testing.T) {
	c := testConfig(t)
	c.Sandbox = true
	marked, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	real := testSite(t)
	for path, words := range map[string]string{"/": "made up", "/es/": "inventados", "/ask": "made up", "/record": "made up", "/no/such/page": "made up", "/api/openapi.json": ""} {
		w := get(marked, path)
		if w.Header().Get("Comity-Sandbox") != "1" || !strings.Contains(w.Body.String(), words) {
			t.Errorf("%s of a sandbox does not say so", path)
		}
		if words != "" && !strings.Contains(w.Body.String(), `<p class="sandbox" role="note">`) {
			t.Errorf("%s: the mark is hidden somewhere", path)
		}
		if w := get(real, path); w.Header().Get("Comity-Sandbox") != "" || strings.Contains(w.Body.String(), `class="sandbox"`) {
			t.Errorf("%s of a real record is marked as a sandbox", path)
		}
	}
}
