package web

import (
	"regexp"
	"strings"
	"testing"
)

// A14: the page of a bill names its status, sponsors and opponents with their
// sources, the changes by verdict and what stays, and nothing that takes sides.
func TestDraftPages(t *testing.T) {
	c := shippedConfig(t)
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	loaded := regexp.MustCompile(`(?i)\b(unfortunately|dangerous|sanctuary|illegals?|radical|extreme|common.?sense|landmark)\b`)
	for prefix, words := range map[string][]string{"": {"This is not law.", "takes no position", "Sponsors", "Opponents on record", "What would not change"}, "/es": {"Esto no es ley.", "no toma posición", "Quienes lo proponen", "En contra, según consta", "Qué no cambiaría"}} {
		for _, d := range c.Drafts {
			w := get(h, prefix+"/drafts/"+d.Pack.ID)
			checkPage(t, w, strings.TrimPrefix(prefix, "/"))
			body := w.Body.String()
			for _, want := range words {
				if !strings.Contains(body, want) {
					t.Errorf("%s%s does not say %q", prefix, d.Pack.ID, want)
				}
			}
			for _, p := range append(append(d.Bill.Sponsors, d.Bill.Supporters...), d.Bill.Opponents...) {
				if !strings.Contains(body, p.Who[0]) || !strings.Contains(body, strings.ReplaceAll(p.Source, "&", "&amp;")) {
					t.Errorf("%s%s does not name %s with a source", prefix, d.Pack.ID, p.Who[0])
				}
			}
			if !strings.Contains(body, "→") {
				t.Errorf("%s%s shows no change", prefix, d.Pack.ID)
			}
			if m := loaded.FindString(body); m != "" {
				t.Errorf("%s%s is not neutral: %q", prefix, d.Pack.ID, m)
			}
		}
		w := get(h, prefix+"/drafts")
		checkPage(t, w, strings.TrimPrefix(prefix, "/"))
		for _, d := range c.Drafts {
			if !strings.Contains(w.Body.String(), "/drafts/"+d.Pack.ID) {
				t.Errorf("%s is not listed", d.Pack.ID)
			}
		}
	}
	// No other page knows of a bill.
	for _, path := range []string{"/law/in/us-wi", "/coverage/us-wi", "/law/in/us-de", "/ask?in=us-wi&actor=county-jail&act=hold-on-detainer"} {
		if body := get(h, path).Body.String(); strings.Contains(body, "ab-24-2025") || strings.Contains(body, "hb-94-2025") {
			t.Errorf("%s names a draft", path)
		}
	}
	if w := get(h, "/law/us/wi/ab-24-2025"); w.Code != 404 {
		t.Errorf("a draft is shown as law: %d", w.Code)
	}
}
