package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"comity/access"
)

// A rumour comes in and a signed public answer goes out: two forms, by two
// people, and a page (K29). Until somebody who may sign releases it nobody
// outside sees a word; both agencies' versions are kept; what was released is
// never taken out.
func TestStatementGoesOut(t *testing.T) {
	o, k, _, as := newBench(t)
	clerk, chief := as(access.Clerk), as(access.Commander)
	stranger := &clerkAt{office: o, t: t}
	words := fields("id", "st-1", "about", "rumour", "role", "not-there")
	for name, text := range map[string]string{"rumour": "Police took people from the school.", "did": "Nothing: no officer of ours was there.", "did_not": "We took nobody.",
		"evidence": "https://record.example/record", "rumour_es": "La policía se llevó gente de la escuela.", "did_es": "Nada: no hubo agentes nuestros.", "did_not_es": "No nos llevamos a nadie."} {
		words.Set(name, text)
	}
	steps := 1
	if w := clerk.post("/desk/registers/statement/new", words); w.Code != http.StatusSeeOther {
		t.Fatalf("write it: %d\n%s", w.Code, w.Body)
	}
	release := fields("id", "st-1-a", "ref", "st-1", "result", "released")
	for _, path := range []string{"/statements/TX2270000", "/statements/TX2270000/st-1"} {
		if w := stranger.get(path); strings.Contains(w.Body.String(), "school") {
			t.Errorf("%s shows what nobody released", path)
		}
	}
	if w := clerk.post("/desk/registers/statement/step", release); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "may sign for the agency") {
		t.Errorf("a clerk releases it: %d", w.Code)
	}
	body := `{"id":"st-1-x","agency":"TX2270000","kind":"statement-step","ref":"st-1","in":"us-tx-travis","actor":"sheriff","fields":{"result":"released"}}`
	o.badges.tokens["clerk-token"] = Account{ID: "ct", Agency: "TX2270000", Role: string(access.Clerk), By: access.ByToken}
	if w := o.call("POST", "/api/v1/requests", "clerk-token", body); w.Code != http.StatusForbidden {
		t.Errorf("a clerk's program releases it: %d %s", w.Code, w.Body)
	}
	theirs := fields("id", "st-1-b", "ref", "st-1", "result", "their-version", "how", "published")
	theirs.Set("whose", "Another agency")
	theirs.Set("version", "We carried out a lawful operation.")
	if w := clerk.post("/desk/registers/statement/step", theirs); w.Code != http.StatusSeeOther {
		t.Fatalf("their version: %d\n%s", w.Code, w.Body)
	}
	steps++
	if w := chief.post("/desk/registers/statement/step", release); w.Code != http.StatusSeeOther {
		t.Fatalf("release it: %d\n%s", w.Code, w.Body)
	}
	if steps > 2 {
		t.Errorf("%d forms from the rumour to the answer", steps)
	}
	for path, want := range map[string][]string{
		"/statements/tx2270000":         {"Police took people", "We were not there", "We carried out a lawful operation.", "chief or sheriff", "receipt.json"},
		"/statements/TX2270000/st-1":    {"We took nobody.", "https://record.example/record"},
		"/es/statements/TX2270000/st-1": {"No nos llevamos a nadie.", "No estuvimos allí"},
	} {
		page := stranger.get(path)
		for _, one := range want {
			if page.Code != http.StatusOK || !strings.Contains(strings.ToLower(page.Body.String()), strings.ToLower(one)) {
				t.Errorf("%s: %d, it lacks %q", path, page.Code, one)
			}
		}
		if path[:3] == "/es" && strings.Contains(page.Body.String(), "en inglés") {
			t.Error("the Spanish words are called English")
		}
	}
	k.receipts = func(id string) ([]byte, error) { return o.shelf.Receipt(context.Background(), id) }
	if w := stranger.get("/statements/TX2270000/st-1/receipt.json"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"promise"`) {
		t.Errorf("the receipt: %d %s", w.Code, w.Body)
	}
	back := fields("id", "st-1-c", "ref", "st-1", "result", "withdrawn", "why", "it was not so")
	if w := chief.post("/desk/registers/statement/step", back); w.Code != http.StatusSeeOther {
		t.Fatalf("withdraw it: %d", w.Code)
	}
	if page := stranger.get("/statements/TX2270000").Body.String(); !strings.Contains(page, "withdrew this statement") || !strings.Contains(page, "Police took people") || strings.Contains(page, "it was not so") {
		t.Error("what was withdrawn is gone, or says why it was")
	}
	if w := stranger.get("/statements/IL0160000"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "school") {
		t.Errorf("another agency's page: %d", w.Code)
	}
}
