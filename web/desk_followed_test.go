package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Scenario 7 of users.md through the pages: the matter shows the card of that
// day, its digest and what the replay says; "followed" is refused where it shows
// something else; the sheet before a compelled statement says what nobody read.
func TestScenarioSevenThroughThePages(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "sergeant")
	write := func(path string, pairs ...string) *http.Response {
		form := url.Values{"step": {"2"}}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return c.post(path, form).Result()
	}
	intake := texasForm("id", "free", "release_at", "2026-11-21T08:30")
	intake.Set("step", "2")
	if w := c.post("/desk/detainers/new", intake); w.Code != http.StatusSeeOther {
		t.Fatalf("intake: %d %.400s", w.Code, w.Body)
	}
	if page := c.get("/desk/entries/free").Body.String(); !strings.Contains(page, "/desk/complaint?of=free") {
		t.Error("the case does not lead to a complaint about it")
	}
	if page := c.get("/desk/complaint?of=free").Body.String(); !strings.Contains(page, `name="ref" type="text" value="free"`) {
		t.Error("the complaint does not point to the case")
	}
	write("/desk/complaint", "id", "wrong-free", "ref", "free", "about", "held-too-long", "against", "this-agency", "from", "family", "why", "sample")
	end := []string{"id", "end-free", "ref", "wrong-free", "outcome", "followed-the-card", "decided_by", "internal-review"}
	if w := write("/desk/complaint-outcome", end...); w.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("followed, with nothing on record of what was done: %d", w.StatusCode)
	}
	if page := c.get("/es/desk/entries/wrong-free").Body.String(); !strings.Contains(page, "No consta qué se hizo en el caso") {
		t.Error("the matter does not say in Spanish what is missing")
	}
	write("/desk/entries/free/acts", "id", "free-1", "done", "declined", "at", "2026-11-21T08:20")
	write("/desk/entries/free/acts", "id", "free-2", "done", "released", "ground", "no-basis-to-hold", "at", "2026-11-21T08:30")
	page := c.get("/desk/entries/wrong-free").Body.String()
	for _, want := range []string{"followed the law as then known", "/law/handout/us-il-chicago?", "known=2026-11-21", "sha256:", "5 ILCS 805/15(d)", "shall have immunity", "/desk/entries/wrong-free/compelled"} {
		if !strings.Contains(page, want) {
			t.Errorf("the matter lacks %q", want)
		}
	}
	if w := write("/desk/complaint-outcome", end...); w.StatusCode != http.StatusSeeOther {
		t.Errorf("closed as followed: %d", w.StatusCode)
	}
	if page := c.get("/desk/entries/wrong-free").Body.String(); !strings.Contains(page, "The card shown that day was followed · Law as known on 21 November 2026") {
		t.Error("the outcome does not name the card")
	}
	for path, wants := range map[string][]string{
		"/desk/entries/wrong-free/compelled":    {"Garrity v. New Jersey, 385 U.S. 493 (1967)", "Field, unreviewed.", "No source was found", "by your role"},
		"/es/desk/entries/wrong-free/compelled": {"De la práctica, sin revisar.", "No se encontró fuente"},
	} {
		for _, want := range wants {
			if !strings.Contains(c.get(path).Body.String(), want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
	}
	if w := c.get("/desk/entries/free/compelled"); w.Code != http.StatusNotFound {
		t.Errorf("a sheet for what is no complaint: %d", w.Code)
	}
	write("/desk/contest", "id", "contest-free", "ref", "wrong-free", "who", "officer-concerned", "of", "this-entry", "why", "sample words")
	if page := c.get("/desk/entries/wrong-free").Body.String(); !strings.Contains(page, "The officer concerned") {
		t.Error("the officer's contest does not stand beside the matter")
	}
}
