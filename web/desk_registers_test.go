package web

import (
	"encoding/csv"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"comity/access"
	"comity/desk"
)

// fields makes the form of a page.
func fields(pairs ...string) url.Values {
	form := url.Values{"step": {"2"}}
	for i := 0; i < len(pairs); i += 2 {
		form[pairs[i]] = strings.Fields(pairs[i+1])
		if strings.HasPrefix(pairs[i], "why") || pairs[i] == "source" || pairs[i] == "exemption" || pairs[i] == "appeal" {
			form[pairs[i]] = []string{pairs[i+1]}
		}
	}
	return form
}

// matterForms opens a matter in every register, and takes a step in some.
func matterForms() []struct {
	path string
	form url.Values
} {
	type f = struct {
		path string
		form url.Values
	}
	return []f{
		{"/desk/registers/demand/new", fields("id", "dem-1", "what", "letter", "from", "federal-agency", "received_at", "2026-11-20T10:00", "reference", "26-1", "owner", "counsel",
			"due", "2026-12-01T17:00", "zone", "eastern", "source", "page 2 of the letter", "why", "CANARY words", "pointer", "CANARY-FILE")},
		{"/desk/registers/demand/new", fields("id", "dem-2", "what", "suit", "from", "federal-court", "received_at", "2026-11-20T10:00", "owner", "counsel")},
		{"/desk/registers/demand/step", fields("id", "dem-2-a", "ref", "dem-2", "result", "court-event", "event", "dismissed")},
		{"/desk/registers/records-request/new", fields("id", "req-1", "from", "press", "received_at", "2026-11-10T10:00", "scope", "custody help", "owner", "records",
			"due", "2026-11-20T17:00", "zone", "here", "source", "our statute, section 3", "why", "CANARY words")},
		{"/desk/registers/records-request/step", fields("id", "req-1-a", "ref", "req-1", "result", "redacted", "scope", "custody", "count", "4", "parts", "names booking-numbers", "exemption", "our statute, section 7", "why", "CANARY")},
		{"/desk/registers/certification/new", fields("id", "cert-1", "form", "i-918b", "stage", "first", "sent_by", "counsel", "received_at", "2026-11-10T10:00", "owner", "records", "incident", "CANARY-R-1", "pointer", "CANARY-FILE")},
		{"/desk/registers/shield/new", fields("id", "sh-1", "flag", "set", "part", "victim", "incident", "CANARY-R-1")},
		{"/desk/registers/military-support/new", fields("id", "mil-1", "duty", "title-10", "ordered_by", "president", "authority", "federal-agency-request", "asked_by", "ice", "support", "arrest", "purpose", "civil-immigration", "owner", "counsel")},
		{"/desk/registers/statement/new", fields("id", "st-0", "about", "policy", "role", "not-known-yet", "did", "nothing", "did_not", "anything")},
		{"/desk/registers/cost/new", fields("id", "cost-1", "what", "overtime-hours", "for", "detainers", "units", "12", "dollars", "600", "measured", "payroll")},
	}
}

func fillRegisters(t *testing.T, c *clerkAt) {
	t.Helper()
	for _, f := range matterForms() {
		if w := c.post(f.path, f.form); w.Code != http.StatusSeeOther {
			t.Fatalf("%s %s: %d\n%s", f.path, f.form.Get("id"), w.Code, w.Body)
		}
	}
}

func registerPaths() []string {
	paths := []string{"/desk/registers"}
	for _, r := range desk.Dockets() {
		paths = append(paths, "/desk/registers/"+r.Name(), "/desk/registers/"+r.Name()+"/new")
		if r.Step != nil {
			paths = append(paths, "/desk/registers/"+r.Name()+"/step")
		}
	}
	return paths
}

// Every register has its pages in both languages, empty and filled; lists and
// files hold nothing that is sealed, and the deadline of another zone stands in
// both.
func TestRegisterPages(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	look := func(filled bool) {
		for _, prefix := range []string{"", "/es"} {
			for _, path := range registerPaths() {
				w := c.get(prefix + path)
				if w.Code != http.StatusOK {
					t.Errorf("%s%s: %d", prefix, path, w.Code)
				}
				if strings.Contains(w.Body.String(), "CANARY") {
					t.Errorf("%s%s shows what is sealed (filled: %t)", prefix, path, filled)
				}
			}
		}
	}
	look(false)
	fillRegisters(t, c)
	look(true)
	page := c.get("/desk/registers").Body.String()
	first, second := strings.Index(page, "req-1"), strings.Index(page, "dem-1")
	if first < 0 || second < first || strings.Contains(page, "dem-2") {
		t.Errorf("the order of the deadlines: %d, %d", first, second)
	}
	for _, want := range []string{"1 December 2026, 17:00 EST", "here: 1 December 2026, 16:00 CST", "overdue", "Some open matters have no deadline"} {
		if !strings.Contains(page, want) {
			t.Errorf("the deadlines lack %q", want)
		}
	}
	entry := c.get("/desk/entries/dem-1").Body.String()
	if !strings.Contains(entry, "/desk/registers/demand/step?of=dem-1") || strings.Contains(entry, "/desk/entries/dem-1/acts") {
		t.Error("the page of a demand does not lead on")
	}
	if over := c.get("/desk/registers/demand").Body.String(); !strings.Contains(over, "A court ended it") {
		t.Error("what is over is not shown as over")
	}
	if mil := c.get("/desk/entries/mil-1").Body.String(); !strings.Contains(mil, "1385") {
		t.Error("the answer on armed forces has no section")
	}
	for _, path := range []string{"/desk/registers/none", "/desk/registers/none/new", "/desk/registers/cost/step", "/desk/registers/none/list.csv"} {
		if w := c.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// The file for counsel gives each deadline in its own zone and in UTC, and no
// file holds a name, a number or words that are sealed.
func TestRegisterFiles(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	fillRegisters(t, c)
	names := []string{"deadlines"}
	for _, r := range desk.Dockets() {
		names = append(names, r.Name())
	}
	for _, name := range names {
		w := c.get("/desk/registers/" + name + "/list.csv")
		rows, err := csv.NewReader(strings.NewReader(w.Body.String())).ReadAll()
		if err != nil || w.Code != http.StatusOK || len(rows) < 2 || strings.Contains(w.Body.String(), "CANARY") {
			t.Fatalf("%s: %d, %d rows, %v", name, w.Code, len(rows), err)
		}
	}
	rows, _ := csv.NewReader(c.get("/desk/registers/demand/list.csv").Body).ReadAll()
	if row := rows[1]; row[1] != "dem-1" || row[6] != "2026-12-01T17:00:00-05:00" || row[7] != "2026-12-01T22:00:00Z" || row[8] != "page 2 of the letter" {
		t.Errorf("%q", row)
	}
	if row := rows[2]; row[3] != "court-event" || row[4] != "yes" || !strings.HasPrefix(row[11], "court-event@") {
		t.Errorf("%q", row)
	}
}

// Who may read registers reads them; who may not write writes nothing (H20:
// oversight sees that contacts are shielded, and of none the number).
func TestHarm_H20_oversight_sees_no_number_of_a_shield(t *testing.T) {
	o, _, _, as := newBench(t)
	fillRegisters(t, as(access.Clerk))
	board := as(access.Board)
	if w := board.get("/desk/registers/shield"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "CANARY") || strings.Contains(w.Body.String(), "/new") {
		t.Errorf("the board: %d", w.Code)
	}
	if w := board.get("/desk/entries/sh-1"); strings.Contains(w.Body.String(), "CANARY") {
		t.Error("the board reads the number")
	}
	kept := len(o.shelf.Kept)
	for _, f := range matterForms() {
		f.form.Set("id", "board-"+f.form.Get("id"))
		if w := board.post(f.path, f.form); w.Code != http.StatusForbidden {
			t.Errorf("the board writes %s: %d", f.path, w.Code)
		}
	}
	if len(o.shelf.Kept) != kept {
		t.Error("the board wrote something")
	}
	clerk := as(access.Clerk)
	joined := fields("id", "join", "asked", "perimeter", "how", "telephone", "by", "ice", "purpose", "civil-immigration", "paper", "none", "incident", "canary-r-1")
	if w := clerk.post("/desk/informal", joined); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "victim or a witness") {
		t.Errorf("a request under a shielded number by the page: %d", w.Code)
	}
	body := `{"id":"join","agency":"TX2270000","kind":"informal","in":"us-tx-travis","actor":"sheriff","fields":{"asked":"perimeter","how":"telephone","by":"ice","purpose":"civil-immigration","paper":"none","incident":"CANARY R/1"}}`
	if w := o.call("POST", "/api/v1/requests", "tx", body); w.Code < 400 || !strings.Contains(w.Body.String(), `"shielded"`) || strings.Contains(w.Body.String(), "CANARY") {
		t.Errorf("by the API: %d %s", w.Code, w.Body)
	}
	for _, path := range []string{"/desk/export/shield.csv", "/desk/export/certification.csv", "/desk/export/informal.csv"} {
		if w := clerk.get(path); w.Code != http.StatusOK || strings.Contains(strings.ToUpper(w.Body.String()), "CANARY") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// What a result does not ask for is hidden by the style sheet.
func TestRegisterStepsHideWhatIsNotAsked(t *testing.T) {
	css, err := fs.ReadFile(staticFiles, "static/desk.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range desk.Dockets() {
		for _, k := range []*desk.Kind{r.Opens, r.Step} {
			if k == nil {
				continue
			}
			for _, f := range k.Fields {
				if f.When == "" {
					continue
				}
				classes := strings.Fields(whenClass(f))
				if !slices.ContainsFunc(classes, func(c string) bool {
					return strings.Contains(string(css), " ."+c+",") || strings.Contains(string(css), " ."+c+" {")
				}) {
					t.Errorf("%s: nothing hides %s (%v)", k.Name, f.Name, classes)
				}
			}
		}
	}
}
