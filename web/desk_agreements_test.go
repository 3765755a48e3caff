package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/access"
)

// Counsel enters an agreement, a letter and its end, and asks which letter
// gave an officer a power; a clerk reads and keeps nothing.
func TestAgreements(t *testing.T) {
	o := newOffice(t)
	o.badges.links["counsel"] = Account{Agency: "TX2270000", Role: string(access.Counsel), Name: "Sample counsel"}
	c := o.signIn(t, "counsel")
	if page := c.get("/desk/agreements").Body.String(); !strings.Contains(page, "No agreement is on file") || !strings.Contains(page, "days left") {
		t.Error("an empty register, or the countdown to the day by which a sheriff must ask, is not shown")
	}
	post := func(path string, form url.Values) {
		t.Helper()
		if w := c.post(path, form); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	post("/desk/agreements/new", url.Values{"id": {"agr-1"}, "model": {"tfm"}, "parties": {"ICE; Sample County"}, "signed": {"2025-02-20"}})
	post("/desk/agreements/letter", url.Values{"id": {"let-1"}, "ref": {"agr-1"}, "officer": {"S-104"}, "functions": {"serve-warrants"},
		"authorized": {"2025-03-03"}, "last_day": {"2026-11-21"}, "letter": {"yes"}})
	page := c.get("/desk/agreements").Body.String()
	for _, want := range []string{"287(g) Task Force Model", "In force", "S-104", "Valid", "1 letter ends tonight"} {
		if !strings.Contains(page, want) {
			t.Errorf("the register does not say %q", want)
		}
	}
	asked := func(officer, function, on string) string {
		return c.post("/desk/agreements", url.Values{"officer": {officer}, "function": {function}, "on": {on}}).Body.String()
	}
	for _, want := range []struct{ officer, function, on, says string }{
		{"s104", "serve-warrants", "2026-11-21", "On 21 November 2026 this was authorised under"},
		{"S-104", "serve-warrants", "2026-11-22", "its last day has passed"},
		{"S-104", "issue-detainers", "2026-11-21", "the letter does not name this power"},
		{"S-105", "serve-warrants", "2026-11-21", "None. No letter on file gave this officer that power"},
		{"S-104", "serve-warrants", "soon", "and a day"},
	} {
		if page := asked(want.officer, want.function, want.on); !strings.Contains(page, want.says) {
			t.Errorf("%s, %s on %s: the page does not say %q", want.officer, want.function, want.on, want.says)
		}
	}
	if es := c.get("/es/desk/agreements").Body.String(); !strings.Contains(es, "Acuerdos y designaciones") || !strings.Contains(es, "En vigor") {
		t.Error("the Spanish page is not Spanish")
	}

	clerk := o.signIn(t, "clerk")
	if page := clerk.get("/desk/agreements"); page.Code != http.StatusOK || strings.Contains(page.Body.String(), "/desk/agreements/new") {
		t.Errorf("a clerk: %d, and may keep the register", page.Code)
	}
	if w := clerk.post("/desk/agreements/new", url.Values{"id": {"agr-2"}, "model": {"wso"}, "parties": {"x"}}); w.Code != http.StatusForbidden {
		t.Errorf("a clerk keeps the register: %d", w.Code)
	}
}

func TestCompareAgreements(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	one := "I. PARTIES\nThe LEA and ICE.\nII. REPORTING\nThe LEA shall report within 24 hours.\n"
	two := strings.Replace(one, "within 24 hours", "at once", 1)
	page := c.post("/desk/agreements/compare", url.Values{"first": {one}, "second": {two}}).Body.String()
	for _, want := range []string{"1 clause says the same", "<del>The LEA shall report within 24 hours.</del>", "<ins>The LEA shall report at once.</ins>", "duty"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if w := c.post("/desk/agreements/compare", url.Values{"first": {"no headings"}, "second": {two}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "no headings") {
		t.Errorf("a text without clauses: %d, or what was pasted is lost", w.Code)
	}
}
