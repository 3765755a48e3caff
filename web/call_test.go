package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func callForm(changes ...string) url.Values {
	f := url.Values{"id": {"call-1"}, "sent": {"abduction-in-progress"}, "danger": {"cannot-tell"}, "now": {"still-there"}, "marking": {"none"}, "asked_who": {"not-asked"}, "vehicle_marking": {"unmarked"}, "incident": {"CANARY-4711"}}
	for i := 0; i < len(changes); i += 2 {
		f.Set(changes[i], changes[i+1])
	}
	return f
}

// Scenario 3 of users.md through the pages: from the address of the dispatch
// system to a detention with a clock, a second call merged, nothing public.
func TestCallThroughThePages(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "sergeant")
	page := c.get("/desk/call?incident=CANARY-4711").Body.String()
	for _, want := range []string{"Send first: as abduction in progress.", `value="CANARY-4711"`, "I do not know who they are", "civil or a criminal matter", "2-173-020(a)(3)", "never lowers the priority"} {
		if !strings.Contains(page, want) {
			t.Errorf("the card lacks %q", want)
		}
	}
	if at, first := strings.Index(page, "Send first"), strings.Index(page, `name="sent"`); at < 0 || first < at || strings.Index(page, `name="danger"`) < first {
		t.Error("dispatch does not come first")
	}
	for _, carried := range []string{"plate=ABC", "description=tall", "name=X", "incident=1&narrative=y"} {
		if w := c.get("/desk/call?" + carried); w.Code != http.StatusBadRequest || strings.Contains(w.Body.String(), "ABC") {
			t.Errorf("?%s: %d", carried, w.Code)
		}
	}
	w := c.post("/desk/call", callForm())
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "/desk/entries/call-1.unattributed") {
		t.Fatalf("written: %d %s", w.Code, w.Body)
	}
	c.post("/desk/call", callForm()) // the key pressed twice
	if len(o.shelf.Kept) != 2 {
		t.Fatalf("%d entries", len(o.shelf.Kept))
	}
	if w := c.post("/desk/call", callForm("id", "call-2", "ref", "call-1")); !strings.Contains(w.Body.String(), "Merged") || len(o.shelf.Kept) != 3 {
		t.Errorf("merged: %d, %d entries", w.Code, len(o.shelf.Kept))
	}
	if w := c.post("/desk/call", callForm("id", "call-3", "ref", "nothing")); w.Code != http.StatusNotFound {
		t.Errorf("merged with nothing: %d", w.Code)
	}
	if w := c.post("/desk/call", callForm("id", "call-4", "sent", "low")); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("sent lower: %d", w.Code)
	}
	if wall := c.get("/desk/calls"); wall.Code != http.StatusOK || !strings.Contains(wall.Body.String(), "CANARY-4711") || wall.Header().Get("Refresh") == "" {
		t.Errorf("the wall: %d", wall.Code)
	}
	if task := c.get("/desk").Body.String(); !strings.Contains(task, "call-1.unattributed") {
		t.Error("the detention is no task")
	}
}

// H5, H12: nothing of a call or of a scene is on a page that anyone may read.
func TestHarm_H5_nothing_live_is_public(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "sergeant")
	c.post("/desk/call", callForm())
	c.post("/desk/scene", url.Values{"id": {"scene-1"}, "asked": {"perimeter"}, "danger": {"no"}, "called_back": {"yes"}, "by": {"ice"}, "purpose": {"civil-immigration"}, "paper": {"i-205"}, "incident": {"CANARY-4711"}})
	if len(o.shelf.Kept) != 3 {
		t.Fatalf("%d entries", len(o.shelf.Kept))
	}
	outsider := &clerkAt{office: o, t: t}
	for _, path := range []string{"/", "/record", "/record/entries.csv", "/feeds/entries.atom", "/replay", "/desk/calls", "/desk/call?incident=1", "/desk/scene", "/desk/scene/cards/scene-1", "/desk/scene/worker.js?law=us-il", "/desk/scene/manifest.json"} {
		w := outsider.get(path)
		if body := w.Body.String(); strings.Contains(body, "CANARY") || strings.Contains(body, "call-1") || strings.Contains(strings.ReplaceAll(body, path, ""), "scene-1") {
			t.Errorf("%s shows what is live", path)
		}
	}
	if w := outsider.get("/desk/calls"); w.Code != http.StatusUnauthorized {
		t.Errorf("the wall to anyone: %d", w.Code)
	}
}
