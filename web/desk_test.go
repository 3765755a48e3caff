package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"comity/access"
	"comity/desk"
)

// A clerkAt is somebody at a browser: it keeps the cookie and follows the
// redirects of the site.
type clerkAt struct {
	*office
	t      testing.TB
	cookie string
}

func (o *office) signIn(t testing.TB, link string) *clerkAt {
	t.Helper()
	c := &clerkAt{office: o, t: t}
	w := c.get("/desk/enter?token=" + link)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk" {
		t.Fatalf("sign in: %d %s", w.Code, w.Header().Get("Location"))
	}
	cookie := w.Result().Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode {
		t.Errorf("the cookie is %+v", cookie)
	}
	c.cookie = cookie.Value
	return c
}

func (c *clerkAt) do(r *http.Request) *httptest.ResponseRecorder {
	if c.cookie != "" {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: c.cookie})
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

func (c *clerkAt) get(path string) *httptest.ResponseRecorder {
	return c.do(httptest.NewRequest("GET", path, nil))
}

func (c *clerkAt) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return c.do(r)
}

// texasForm is a detainer in order, as the page sends it.
func texasForm(changes ...string) url.Values {
	form := url.Values{"id": {"desk-1"}, "booking": {"B-1001"}, "name": {"Canary Person"}, "form": {"i-247a"}, "edition": {"2017-02"}, "by": {"ice"},
		"received_at": {"2026-11-18T11:20"}, "addressed": {"yes"}, "box": {"box-1"}, "cause": {"biometric", "statements"}, "signed": {"yes"}, "dated": {"yes"},
		"served": {"yes"}, "attached": {"i-200"}, "attached_signed": {"yes"}, "court": {"none"}, "custody": {"jailed"}, "other_reason": {"no"},
		"release_at": {"2026-11-20T17:00"}, "contradicts": {"no"}, "shown": {"none"}}
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

func TestSignInOnce(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	if w := c.get("/desk"); w.Code != http.StatusOK {
		t.Errorf("the desk: %d", w.Code)
	}
	other := &clerkAt{office: o, t: t}
	if w := other.get("/desk/enter?token=clerk"); w.Code != http.StatusForbidden || len(w.Result().Cookies()) != 0 || !strings.Contains(w.Body.String(), "used before") {
		t.Errorf("the link again: %d", w.Code)
	}
	if w := other.get("/desk"); w.Code != http.StatusUnauthorized {
		t.Errorf("without a session: %d", w.Code)
	}
	if w := c.post("/desk/leave", nil); w.Code != http.StatusSeeOther {
		t.Errorf("sign out: %d", w.Code)
	}
	if w := c.get("/desk"); w.Code != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", w.Code)
	}
}

// The whole way of a detainer through the pages.
func TestDetainerThroughThePages(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	if w := c.get("/desk/detainers/new"); w.Code != http.StatusOK {
		t.Fatalf("the form: %d", w.Code)
	}
	w := c.post("/desk/detainers/new", texasForm())
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk/entries/desk-1" {
		t.Fatalf("recorded: %d %s\n%s", w.Code, w.Header().Get("Location"), w.Body)
	}
	if again := c.post("/desk/detainers/new", texasForm()); again.Code != http.StatusSeeOther || len(o.shelf.Kept) != 1 {
		t.Errorf("the button pressed twice: %d, %d entries", again.Code, len(o.shelf.Kept))
	}
	page := c.get("/desk/entries/desk-1").Body.String()
	for _, want := range []string{"Must.", "2A.060(a)(1)", "48h from that moment, without Saturdays", "22 November 2026, 17:00 CST", "24 November 2026, 17:00 CST", "in order"} {
		if !strings.Contains(page, want) {
			t.Errorf("the case lacks %q", want)
		}
	}
	declined := url.Values{"id": {"act-1"}, "done": {"declined"}, "reason": {"a reason that I typed"}}
	if w := c.post("/desk/entries/desk-1/acts", declined); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "a reason that I typed") || !strings.Contains(w.Body.String(), "goes against the answer") {
		t.Errorf("against the answer: %d", w.Code)
	}
	held := url.Values{"id": {"act-2"}, "done": {"honoured"}}
	if w := c.post("/desk/entries/desk-1/acts", held); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a hold that no supervisor compared: %d", w.Code)
	}
	held.Set("compared", "yes")
	if w := c.post("/desk/entries/desk-1/acts", held); w.Code != http.StatusSeeOther {
		t.Errorf("the hold: %d %s", w.Code, w.Body)
	}
	for _, lang := range []string{"en", "es"} {
		paper := c.get("/desk/entries/desk-1/notice?in=" + lang)
		if paper.Code != http.StatusOK || !strings.Contains(paper.Body.String(), `lang="`+lang+`"`) || !strings.Contains(paper.Body.String(), "Canary Person") {
			t.Errorf("notice in %s: %d", lang, paper.Code)
		}
	}
	service := url.Values{"id": {"notice-1"}, "language": {"es"}, "how": {"interpreter"}, "served_at": {"2026-11-21T08:00"}, "by": {"booking-officer"}, "copy": {"yes"}, "counsel": {"yes"}, "signature": {"signed"}}
	if w := c.post("/desk/entries/desk-1/notice", service); w.Code != http.StatusSeeOther {
		t.Errorf("service: %d %s", w.Code, w.Body)
	}
	home := c.get("/desk").Body.String()
	if !strings.Contains(home, "Basis on file") || strings.Contains(home, "no notice on file") {
		t.Error("the task does not show basis and notice")
	}
	moved := url.Values{"id": {"fix-1"}, "value": {"2026-11-21T08:30"}, "why": {"bond posted later"}}
	if w := c.post("/desk/entries/desk-1/corrections", moved); w.Code != http.StatusSeeOther {
		t.Errorf("correction: %d %s", w.Code, w.Body)
	}
	if page := c.get("/desk/entries/desk-1").Body.String(); !strings.Contains(page, "21 November 2026, 08:30 CST") {
		t.Error("the clock does not follow the correction")
	}
	receipt := c.get("/desk/entries/desk-1/receipt")
	if receipt.Code != http.StatusOK || !strings.Contains(receipt.Body.String(), "receipt.png") {
		t.Errorf("receipt: %d", receipt.Code)
	}
	if code := c.get("/desk/entries/desk-1/receipt.png"); code.Code != http.StatusOK || !strings.HasPrefix(code.Body.String(), "\x89PNG") {
		t.Errorf("code: %d", code.Code)
	}
	csv := c.get("/desk/export/detainer.csv").Body.String()
	if !strings.HasPrefix(csv, "entry,kind,agency,month") || strings.Contains(csv, "Canary") || strings.Contains(csv, "11-21") {
		t.Errorf("export: %s", csv)
	}
}

// Nothing typed is lost, and every fault is told at once.
func TestRefusedFormKeepsWhatWasTyped(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	for _, prefix := range []string{"", "/es"} {
		w := c.post(prefix+"/desk/detainers/new", texasForm("signed", "", "received_at", "20026-01-01T00:00", "name", "Typed <Name>"))
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "Typed &lt;Name&gt;") || !strings.Contains(body, `value="box-1" checked`) {
			t.Errorf("%s: %d, or something typed is lost", prefix, w.Code)
		}
		for _, field := range []string{"f-signed", "f-received_at"} {
			if !strings.Contains(body, `href="#`+field+`"`) || !strings.Contains(body, `id="`+field+`"`) {
				t.Errorf("%s: no way to %s", prefix, field)
			}
		}
	}
	if len(o.shelf.Kept) != 0 {
		t.Error("a refused form was recorded")
	}
}

func TestFormThatCannotBeRead(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	for _, path := range []string{"/desk", "/desk/detainers/new", "/desk/door", "/desk/entries/x/acts", "/desk/entries/x/corrections", "/desk/entries/x/notice"} {
		r := httptest.NewRequest("POST", path, strings.NewReader("a=%X0"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if w := c.do(r); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", path, w.Code)
		}
		r = httptest.NewRequest("POST", path, strings.NewReader("a=b"))
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if w := c.do(r); w.Code != http.StatusForbidden {
			t.Errorf("%s from another site: %d", path, w.Code)
		}
	}
}

// Facts that could decide are asked once more, and "I cannot tell" is an answer.
func TestMoreIsAskedWhereItMatters(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "sergeant")
	form := url.Values{"id": {"scene-1"}, "asked": {"perimeter"}, "by": {"ice"}, "called_back": {"yes"}, "purpose": {"cannot-tell"}, "danger": {"no"}, "paper": {"cannot-tell"}, "setting": {"street"}}
	w := c.post("/desk/assist", form)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `name="step" value="2"`) || !strings.Contains(w.Body.String(), "I cannot tell") {
		t.Fatalf("no second step: %d %s", w.Code, w.Header().Get("Location"))
	}
	if len(o.shelf.Kept) != 0 {
		t.Error("asking on was recorded as an answer")
	}
}

// What rests on facts that are never kept is shown at once, and only then.
func TestContradictionStopsAndLeavesNoTrace(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	w := c.post("/desk/detainers/new", texasForm("contradicts", "yes"))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "A supervisor looks before anything is done") {
		t.Fatalf("%d: no stop", w.Code)
	}
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Error("the page may be kept")
	}
	if strings.Contains(c.get("/desk/entries/desk-1").Body.String(), "A supervisor looks before anything is done") {
		t.Error("the page of the case still tells")
	}
}

func TestAuditorReadsOnly(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	c.post("/desk/detainers/new", texasForm())
	o.badges.links["auditor"] = Account{Agency: "TX2270000", Role: RoleAuditor}
	a := o.signIn(t, "auditor")
	for _, path := range []string{"/desk", "/desk/entries/desk-1"} {
		if w := a.get(path); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "Canary") || strings.Contains(w.Body.String(), "B-1001") {
			t.Errorf("%s: %d, or a sealed field is shown", path, w.Code)
		}
	}
	for _, path := range []string{"/desk/detainers/new", "/desk/entries/desk-1/notice", "/desk/door"} {
		if w := a.get(path); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := a.post("/desk/entries/desk-1/acts", url.Values{"id": {"x"}, "done": {"released"}}); w.Code != http.StatusForbidden {
		t.Errorf("an auditor records: %d", w.Code)
	}
}

func TestNoEntryOfAnotherAgency(t *testing.T) {
	o := newOffice(t)
	o.signIn(t, "clerk").post("/desk/detainers/new", texasForm())
	other := o.signIn(t, "sergeant")
	for _, path := range []string{"", "/notice", "/receipt", "/receipt.json", "/receipt.png"} {
		if w := other.get("/desk/entries/desk-1" + path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if body := other.post("/desk", url.Values{"search": {"Canary"}}).Body.String(); strings.Contains(body, "Canary Person") {
		t.Error("a search finds another agency's person (H21)")
	}
}

// H14 to H19: the words are the door's own; only a day total is kept.
func TestDoorCheckKeepsOnlyADayTotal(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	if w := c.post("/desk/door", url.Values{"say": {"es"}}); w.Code != http.StatusUnprocessableEntity || len(o.badges.totals) != 0 {
		t.Errorf("no answer chosen: %d", w.Code)
	}
	w := c.post("/desk/door", url.Values{"answer": {"no"}, "say": {"es"}})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Eso no significa que la persona sea falsa") {
		t.Errorf("the words: %d", w.Code)
	}
	if len(o.badges.totals) != 1 || o.badges.totals[0] != "TX2270000 call-back 2026-11-21 no" {
		t.Errorf("kept: %v", o.badges.totals)
	}
	if len(o.shelf.Kept) != 0 {
		t.Error("a door check is in the record")
	}
	if regexp.MustCompile(`name="(name|address|phone|plate|caller)"`).MatchString(c.get("/desk/door").Body.String()) {
		t.Error("the page asks who calls")
	}
}

// A caller's question goes to dispatch's screen and comes back as words to read;
// nothing is kept of it but the day total, and only dispatch answers.
func TestDispatchAnswersOnItsScreen(t *testing.T) {
	o := newOffice(t)
	as := func(role access.Role, agency string) *clerkAt {
		name := "as-" + string(role) + agency
		o.badges.sessions[name] = Account{ID: name, Agency: agency, Role: string(role), Name: "Sample " + string(role), By: access.ByPasskey}
		return &clerkAt{office: o, t: t, cookie: name}
	}
	const agency = "TX2270000"
	clerk, dispatcher, elsewhere := as(access.Clerk, agency), as(access.Dispatcher, agency), as(access.Dispatcher, "ILCPD0000")
	if w := clerk.post("/desk/door", url.Values{"do": {"ask"}, "number": {"412 Main Street"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "No name and no address") {
		t.Errorf("an address is taken: %d", w.Code)
	}
	asked := clerk.post("/desk/door", url.Values{"do": {"ask"}, "number": {"cad-2026-7731"}, "say": {"es"}}).Header().Get("Location")
	path, _, _ := strings.Cut(asked, "?")
	if body := clerk.get(asked).Body.String(); !strings.Contains(body, "CAD-2026-7731") || strings.Contains(body, `class="aloud"`) {
		t.Errorf("%s is answered before dispatch did", asked)
	}
	if body := clerk.get("/desk/door").Body.String(); strings.Contains(body, path) {
		t.Error("a clerk is asked to answer")
	}
	for name, x := range map[string]struct {
		who  *clerkAt
		want int
	}{"a clerk": {clerk, http.StatusForbidden}, "dispatch of another agency": {elsewhere, http.StatusNotFound}} {
		if w := x.who.post(path, url.Values{"answer": {"yes"}}); w.Code != x.want {
			t.Errorf("%s answers: %d", name, w.Code)
		}
	}
	if w := elsewhere.get(path); w.Code != http.StatusNotFound {
		t.Errorf("another agency reads the question: %d", w.Code)
	}
	for _, at := range []string{"/desk", "/desk/door"} {
		if !strings.Contains(dispatcher.get(at).Body.String(), "your yes or no") {
			t.Errorf("dispatch is not told at %s", at)
		}
	}
	if w := dispatcher.post(path, url.Values{"answer": {""}}); w.Code == http.StatusSeeOther {
		t.Error("no answer is taken for one")
	}
	if w := dispatcher.post(path, url.Values{"answer": {"no"}}); w.Code != http.StatusSeeOther {
		t.Errorf("dispatch answers: %d", w.Code)
	}
	body := clerk.get(asked).Body.String()
	for _, want := range []string{"Eso no significa que la persona sea falsa", "Esta no es una visita de la ciudad. No podemos decirle más."} {
		if !strings.Contains(body, want) {
			t.Errorf("the clerk does not read %q", want)
		}
	}
	if strings.Contains(body, "2026-7731") || strings.Contains(dispatcher.get("/desk/door").Body.String(), "2026-7731") {
		t.Error("the number is kept after the answer")
	}
	if len(o.badges.totals) != 1 || o.badges.totals[0] != agency+" call-back 2026-11-21 no" || len(o.shelf.Kept) != 0 {
		t.Errorf("kept: %v, %v", o.badges.totals, o.shelf.Kept)
	}
	if w := clerk.get("/desk/door/asked/none"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "This question is gone") {
		t.Errorf("a question that is gone: %d", w.Code)
	}
}

func TestMisidentificationOnThePage(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "sergeant")
	form := url.Values{"id": {"mis-1"}, "side": {"officer"}, "happened_at": {"2026-11-20T20:00"}, "setting": {"street"}, "signs": {"unmarked-vehicle"},
		"injured_officers": {"none"}, "injured_others": {"none"}, "delay_minutes": {"12"}, "outcome": {"cleared-by-card"}}
	if w := c.post("/desk/taken-for-ice", form); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := c.get("/es/desk/entries/mis-1"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Confundidos con ICE") {
		t.Errorf("the entry in Spanish: %d", w.Code)
	}
}

// Every page of the desk in both languages, with each kind of entry on it: a
// text that is missing is an error of the page.
func TestDeskPagesInBothLanguages(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	for i, change := range [][]string{{}, {"form", "i-247n"}, {"box", "both"}, {"court", "arrest-warrant", "court_signed", "immigration-judge"}, {"release_at", "2026-11-10T10:00"}, {"form", "no-paper"}, {"other_reason", "yes", "release_at", ""}} {
		form := texasForm(append([]string{"id", "desk-" + string(rune('a'+i))}, change...)...)
		form.Set("step", "2")
		if w := c.post("/desk/detainers/new", form); w.Code != http.StatusSeeOther {
			t.Errorf("%v: %d", change, w.Code)
		}
	}
	for _, prefix := range []string{"", "/es"} {
		for _, path := range []string{"/desk", "/desk/enter", "/desk/detainers/new", "/desk/assist", "/desk/taken-for-ice", "/desk/door",
			"/desk/entries/desk-a", "/desk/entries/desk-b", "/desk/entries/desk-c", "/desk/entries/desk-d", "/desk/entries/desk-e", "/desk/entries/desk-f",
			"/desk/entries/desk-g", "/desk/entries/desk-a/notice", "/desk/entries/desk-a/receipt"} {
			w := c.get(prefix + path)
			if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "desk.") && regexp.MustCompile(`>[^<]*\bdesk\.[a-z]+\.[a-z]`).MatchString(w.Body.String()) {
				t.Errorf("%s%s: %d", prefix, path, w.Code)
			}
		}
	}
}

// Every field, value, defect and state of the desk has its words, in both
// languages, and no word is left over from a field that is gone.
func TestDeskWords(t *testing.T) {
	book, err := staffLaw()
	if err != nil {
		t.Fatal(err)
	}
	langs, err := loadLangs(book)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range langs {
		for _, k := range desk.Kinds() {
			for _, f := range k.Fields {
				if f.Computed || k.Name == "correction" {
					continue
				}
				key := "desk." + k.Name + "." + f.Name
				if !l.known(key + ".ask") {
					t.Errorf("%s: %s.ask is missing", l.tag, key)
				}
				for _, v := range f.Values {
					if !l.known(key+"."+v) && !l.known("desk.value."+v) {
						t.Errorf("%s: no word for %s.%s", l.tag, key, v)
					}
				}
			}
		}
	}
}
