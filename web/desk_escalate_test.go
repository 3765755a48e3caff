package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/access"
)

// One press sends facts and rules to counsel and nothing that is sealed; what
// counsel answers comes back with author and end, and counsel's other notes do
// not. Nothing of it is an entry (K28).
func TestEscalateToCounsel(t *testing.T) {
	o, _, drawer, as := newBench(t)
	clerk, counsel := as(access.Clerk), as(access.Counsel)
	clerk.post("/desk/detainers/new", texasForm("step", "2"))
	page := clerk.get("/desk/entries/desk-1").Body.String()
	if !strings.Contains(page, `action="/desk/entries/desk-1/counsel"`) {
		t.Fatal("the case has no way to counsel")
	}
	kept := len(o.shelf.Kept)
	if w := clerk.post("/desk/entries/desk-1/counsel", url.Values{"id": {"q-1"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("one click: %d %s", w.Code, w.Body)
	}
	if len(drawer.notes) != 1 || strings.Contains(string(drawer.notes[0].Pack), "Canary") || !strings.Contains(string(drawer.notes[0].Pack), "2A.060") {
		t.Fatalf("what was sent: %s", drawer.notes[0].Pack)
	}
	clerk.post("/desk/entries/desk-1/counsel", url.Values{"id": {"q-2"}, "text": {"Must we wait?"}, "sealed": {"name"}})
	if pack := string(drawer.notes[1].Pack); !strings.Contains(pack, "Canary Person") || strings.Contains(pack, "B-1001") {
		t.Errorf("what was chosen: %s", pack)
	}
	queue := counsel.get("/desk/notes").Body.String()
	for _, want := range []string{"Waits for an answer", "Must we wait?", "2A.060(a)(1)", "desk-1"} {
		if !strings.Contains(queue, want) {
			t.Errorf("counsel's queue lacks %q", want)
		}
	}
	own := url.Values{"id": {"n-1"}, "text": {"for counsel alone"}, "until": {"2027-01-31"}}
	answer := url.Values{"id": {"n-2"}, "text": {"Hold no longer than the form says."}, "until": {"2027-01-31"}, "answers": {"q-2"}}
	for _, form := range []url.Values{own, answer} {
		if w := counsel.post("/desk/entries/desk-1/notes", form); w.Code != http.StatusSeeOther {
			t.Fatalf("counsel writes: %d %s", w.Code, w.Body)
		}
	}
	for _, prefix := range []string{"", "/es"} {
		back := clerk.get(prefix + "/desk/entries/desk-1/counsel").Body.String()
		if !strings.Contains(back, "Hold no longer") || !strings.Contains(back, "Sample counsel") || !strings.Contains(back, "2027") || strings.Contains(back, "for counsel alone") {
			t.Errorf("%s what comes back: %s", prefix, back)
		}
	}
	if strings.Contains(counsel.get("/desk/entries/desk-1/notes").Body.String(), "q-2") {
		t.Error("an answered question is still offered")
	}
	for _, role := range []access.Role{access.Auditor, access.Board} {
		if w := as(role).get("/desk/entries/desk-1/counsel"); w.Code != http.StatusForbidden {
			t.Errorf("%s reads what staff asked: %d", role, w.Code)
		}
	}
	if w := clerk.get("/desk/notes"); w.Code != http.StatusForbidden {
		t.Errorf("the clerk reads counsel's notes: %d", w.Code)
	}
	if len(o.shelf.Kept) != kept {
		t.Error("a question to counsel is an entry")
	}
}

// A copy that keeps no notes offers no way to send any.
func TestNoCounselNoButton(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	c.post("/desk/detainers/new", texasForm("step", "2"))
	if strings.Contains(c.get("/desk/entries/desk-1").Body.String(), "/counsel") {
		t.Error("the button is there")
	}
	if w := c.get("/desk/entries/desk-1/counsel"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "keeps no notes") {
		t.Errorf("%d", w.Code)
	}
}
