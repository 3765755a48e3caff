package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

var (
	noticeServed = url.Values{"id": {"notice-1"}, "language": {"es"}, "how": {"interpreter"}, "served_at": {"2026-11-21T08:00"}, "by": {"booking-officer"}, "copy": {"yes"}, "counsel": {"yes"}, "signature": {"signed"}}
	handOver     = url.Values{"id": {"over-1"}, "ref": {"desk-1"}, "basis": {"i-200"}, "pointer": {"JMS-4711"}, "to": {"ice"}, "taker": {"credential-seen", "office-called-back"},
		"giver": {"badge-shown"}, "person": {"wristband"}, "papers": {"request", "property-list"}, "place": {"jail-sally-port"}, "receipt_person": {"given"},
		"receipt_counsel": {"no-counsel-known"}, "contradicts": {"no"}, "shown": {"none"}}
)

// From a stacked hold to the hand-over, in a browser without scripts.
func TestCustodyThroughThePages(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	c.post("/desk/detainers/new", texasForm())
	see := func(path string, want ...string) string {
		t.Helper()
		w := c.get(path)
		page := w.Body.String()
		for _, one := range want {
			if w.Code != http.StatusOK || !strings.Contains(page, one) {
				t.Errorf("%s: %d, lacks %q", path, w.Code, one)
			}
		}
		return page
	}
	post := func(path string, form url.Values, want int) string {
		t.Helper()
		w := c.post(path, form)
		if w.Code != want {
			t.Errorf("%s: %d, want %d\n%s", path, w.Code, want, w.Body)
		}
		return w.Body.String()
	}
	see("/desk/custody?of=desk-1", "Another hold or reason began", `value="desk-1"`)
	hold := url.Values{"id": {"hold-1"}, "ref": {"desk-1"}, "event": {"other-hold"}, "pointer": {"W-9"}, "at": {"2026-11-20T16:00"}, "source": {"staff"}}
	if page := post("/desk/custody", hold, http.StatusUnprocessableEntity); !strings.Contains(page, "W-9") {
		t.Error("what was typed is lost")
	}
	hold.Set("reason", "other-county")
	post("/desk/custody", hold, http.StatusSeeOther)
	see("/desk/entries/desk-1", "A hold of another county", "W-9", "lasts", "What kept the person when the paper came", "/desk/hand-over?of=desk-1")
	post("/desk/custody", url.Values{"id": {"hold-2"}, "ref": {"desk-1"}, "event": {"other-hold-ended"}, "reason": {"other-county"}, "at": {"2026-11-21T07:00"}}, http.StatusSeeOther)
	see("/desk/entries/desk-1", "21 November 2026, 07:00 CST", "until")
	post("/desk/release-call", url.Values{"id": {"call-1"}, "ref": {"desk-1"}, "result": {"will-come"}, "called": {"duty-officer"}, "number_from": {"own-directory"}, "expected_at": {"2026-11-21T14:00"}}, http.StatusSeeOther)
	see("/desk/entries/desk-1", "They said that they would come", "14:00 CST")
	see("/desk/detainers", "None.")
	post("/desk/entries/desk-1/acts", url.Values{"id": {"act-1"}, "done": {"honoured"}, "compared": {"yes"}}, http.StatusSeeOther)
	see("/desk/detainers", "B-1001", "The target is none")
	if page := post("/desk/hand-over", handOver, http.StatusUnprocessableEntity); !strings.Contains(page, "before the notice to the person is on record") {
		t.Error("a hand-over without the notice is not explained")
	}
	see("/desk/entries/desk-1/print", "Booking B-1001", "2A.060(a)(1)", "Notice to the person: NOT on record", "The form&#39;s own hours")
	see("/desk/entries/desk-1/handed-over", "No hand-over is on record")
	post("/desk/entries/desk-1/notice", noticeServed, http.StatusSeeOther)
	against := url.Values{}
	for k, v := range handOver {
		against[k] = v
	}
	against.Set("contradicts", "yes")
	if page := post("/desk/hand-over", against, http.StatusUnprocessableEntity); !strings.Contains(page, "A supervisor looks first") {
		t.Error("a contradiction does not stop the hand-over")
	}
	post("/desk/hand-over", handOver, http.StatusSeeOther)
	post("/desk/hand-over", handOver, http.StatusSeeOther) // the button pressed twice
	receipt := see("/desk/entries/desk-1/handed-over?in=es", "Recibo de una entrega", "Canary Person", "JMS-4711", "Pertenencias, con lista", `lang="es"`)
	if strings.Contains(receipt, "Sally port") {
		t.Error("the receipt mixes languages")
	}
	if page := see("/desk"); strings.Contains(page, "Handed over: paper") {
		t.Error("a hand-over with everything on record stays open")
	}
	if len(o.shelf.Kept) != 8 {
		t.Errorf("%d entries, want 8", len(o.shelf.Kept))
	}
}

// Who may not open what is sealed sees no booking number on any of the pages.
func TestCustodyPagesSealed(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	c.post("/desk/detainers/new", texasForm())
	c.post("/desk/custody", url.Values{"id": {"hold-1"}, "ref": {"desk-1"}, "event": {"other-hold"}, "reason": {"parole"}, "pointer": {"P-77"}})
	o.badges.links["auditor"] = Account{Agency: "TX2270000", Role: RoleAuditor}
	a := o.signIn(t, "auditor")
	for path, code := range map[string]int{"/desk/entries/desk-1": 200, "/desk/entries/desk-1/print": 200, "/desk/detainers": 200, "/desk/entries/desk-1/handed-over": 403, "/desk/custody?of=desk-1": 403} {
		w := a.get(path)
		if w.Code != code || strings.Contains(w.Body.String(), "B-1001") || strings.Contains(w.Body.String(), "P-77") {
			t.Errorf("%s: %d, or a sealed field is shown", path, w.Code)
		}
	}
}

// The booking system tells, and prints back what stands.
func TestBookingEvents(t *testing.T) {
	o := newOffice(t)
	o.badges.tokens["jms"] = Account{Agency: "TX2270000", Role: "integrator"}
	tell := func(body string, want int) printedBack {
		t.Helper()
		w := o.call("POST", "/api/v1/bookings", "jms", body)
		var out printedBack
		if w.Code != want || w.Code < 300 && json.Unmarshal(w.Body.Bytes(), &out) != nil {
			t.Errorf("%s: %d, want %d: %s", body, w.Code, want, w.Body)
		}
		return out
	}
	const began = `{"id":"e1","booking":"B-1001","event":"other-hold","at":"2026-11-20T16:00:00-06:00","reason":"other-county","number":"W-9"}`
	if got := tell(began, 200); len(got.Cases) != 0 || len(o.shelf.Kept) != 0 {
		t.Errorf("a booking without a detainer: %+v", got)
	}
	c := o.signIn(t, "clerk")
	c.post("/desk/detainers/new", texasForm())
	first := tell(began, 201)
	again := tell(began, 200)
	if len(first.Cases) != 1 || len(again.Cases) != 1 || len(o.shelf.Kept) != 2 || *first.Cases[0].Recorded != *again.Cases[0].Recorded {
		t.Fatalf("%+v, then %+v, %d entries", first, again, len(o.shelf.Kept))
	}
	one := first.Cases[0]
	if one.Entry.ID != "desk-1" || one.OtherReasons != 1 || len(one.Clocks) != 0 || one.ReleaseDueAt != "" || one.NoticeServed || one.State != "decide" {
		t.Errorf("printed back: %+v", one)
	}
	tell(strings.Replace(began, "W-9", "W-8", 1), 409)
	tell(`{"id":"e2","booking":"B-1001","event":"no-other-reason","at":"2026-11-20T18:00:00-06:00"}`, 201)
	stands := tell(`{"id":"e3","booking":"b1001","event":"booked","at":"2026-11-21T09:00:00-06:00"}`, 200).Cases[0]
	if stands.Recorded != nil || stands.ReleaseDueAt != "2026-11-20T18:00:00-06:00" || stands.Verdict != "required" || len(stands.Clocks) < 3 || stands.Clocks[0].Name != "release" {
		t.Errorf("what stands: %+v", stands)
	}
	if !slices.ContainsFunc(stands.Lines, func(l string) bool { return strings.Contains(l, "2A.060(a)(1)") }) {
		t.Errorf("lines: %q", stands.Lines)
	}
	for body, code := range map[string]string{
		`{"id":"x","booking":"B-1001","event":"released","at":"2026-11-21T09:00:00-06:00","citizenship":"x"}`:    "refused-field",
		`{"id":"x","booking":"B-1001","event":"released","at":"2026-11-21T09:00:00-06:00","country_of_birth":1}`: "refused-field",
		`{"id":"x","booking":"B-1001","event":"released","at":"2026-11-21T09:00:00-06:00","name":"x"}`:           "unknown-key",
		`{"id":"x","booking":"nobody","event":"deported","at":"2026-11-21T09:00:00-06:00"}`:                      "bad-field",
		`{"id":"x","booking":"nobody","event":"released","at":"yesterday"}`:                                      "bad-date",
		`{"id":"x","event":"released","at":"2026-11-21T09:00:00-06:00"}`:                                         "missing-field",
	} {
		w := o.call("POST", "/api/v1/bookings", "jms", body)
		var p apiProblem
		if json.Unmarshal(w.Body.Bytes(), &p) != nil || w.Code != 400 || p.Code != code {
			t.Errorf("%s: %d %s, want %s", body, w.Code, w.Body, code)
		}
	}
	if w := o.call("POST", "/api/v1/bookings", "tx", began); w.Code != http.StatusForbidden {
		t.Errorf("a clerk's token: %d", w.Code)
	}
}

// A program hands nobody over past the notice either.
func TestHandOverByAProgram(t *testing.T) {
	o := newOffice(t)
	o.call("POST", "/api/v1/requests", "tx", jailRequest)
	body := `{"id":"t1","agency":"TX2270000","kind":"transfer","ref":"jail-1","in":"us-tx-travis","at":"2026-11-21T09:00:00-06:00","actor":"county-jail","fields":{"basis":"i-200","pointer":"JMS-1","to":"ice",
"taker":"credential-seen","giver":"badge-shown","person":"wristband","papers":"request","place":"jail-lobby","receipt_person":"given","receipt_counsel":"sent","contradicts":"no","shown":"none"}}`
	if w := o.call("POST", "/api/v1/requests", "tx", body); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "no-notice") {
		t.Errorf("without the notice: %d %s", w.Code, w.Body)
	}
	served := `{"id":"n1","agency":"TX2270000","kind":"notice","ref":"jail-1","in":"us-tx-travis","actor":"county-jail","fields":{"language":"es","how":"handed-over","served_at":"2026-11-21T08:00:00-06:00","by":"booking-officer","copy":"yes","counsel":"yes","signature":"signed"}}`
	if w := o.call("POST", "/api/v1/requests", "tx", served); w.Code != http.StatusCreated {
		t.Fatalf("notice: %d %s", w.Code, w.Body)
	}
	for _, want := range []int{http.StatusCreated, http.StatusOK} {
		if w := o.call("POST", "/api/v1/requests", "tx", body); w.Code != want {
			t.Errorf("hand-over: %d %s", w.Code, w.Body)
		}
	}
	if len(o.shelf.Kept) != 4 {
		t.Errorf("%d entries, want the request, the notice, the hand-over and the act", len(o.shelf.Kept))
	}
}

// A contradiction is no plain must for a program either: it is told to stop, and
// nothing of the reason comes back later (H31).
func TestHarm_H31_a_program_is_told_to_stop(t *testing.T) {
	o := newOffice(t)
	sent := strings.Replace(jailRequest, `"person.citizenship_proof":"none"`, `"person.citizenship_proof":"us-citizen-document","person.record_contradicts":true`, 1)
	w := o.call("POST", "/api/v1/requests", "tx", sent)
	var got answerBody
	if w.Code != http.StatusCreated || json.Unmarshal(w.Body.Bytes(), &got) != nil || len(got.Decisions) != 1 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if v := got.Decisions[0].Verdict; v == "required" || v == "permitted" || !slices.Contains(got.Stops, "contradiction") {
		t.Errorf("%s with the stops %v", v, got.Stops)
	}
	if entry := o.call("GET", "/api/v1/entries/jail-1", "tx", "").Body.String(); strings.Contains(entry, "us-citizen-document") || strings.Contains(entry, `record_contradicts":true`) {
		t.Errorf("the entry tells: %s", entry)
	}
}
