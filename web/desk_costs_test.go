package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Totals open their lines and are compared with payroll; each cell of what
// forces may do has a section or is a gap; the text for a victim stands in two
// languages and says that nobody reviewed it (O10, L17, K25).
func TestCostsForcesAndAssurance(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	fillRegisters(t, c)
	page := c.get("/desk/costs").Body.String()
	if !strings.Contains(page, "/desk/entries/cost-1") || !strings.Contains(page, "Hours of overtime") {
		t.Error("the totals do not open their lines")
	}
	for text, want := range map[string]string{
		"month,what,units\r\n2026-11,overtime-hours,12\r\n": "Every line agrees", "month,what,units\n2026-11,overtime-hours,13\n": "do not agree",
	} {
		if w := c.post("/desk/costs", url.Values{"payroll": {text}}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q: %d, not %q", text, w.Code, want)
		}
	}
	named := c.post("/desk/costs", url.Values{"payroll": {"month,what,units,name\n2026-11,hours,1,Sample Person\n"}})
	if named.Code != http.StatusUnprocessableEntity {
		t.Errorf("a payroll with names: %d", named.Code)
	}
	for path, wants := range map[string][]string{
		"/desk/military":    {"1385", "10 USC 272", "gap", "Title 10"},
		"/es/desk/military": {"vacío", "1385"},
		"/desk/assurance":   {"Usted puede denunciar", "Your report is safe", "No lawyer and no translator"},
		"/es/desk/costs":    {"Horas extra"},
	} {
		w := c.get(path)
		for _, want := range wants {
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %d, it lacks %q", path, w.Code, want)
			}
		}
	}
}
