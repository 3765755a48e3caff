package web

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// deskPages are those of a records clerk with three detainers.
var deskPages = []string{"/desk", "/desk/detainers/new", "/desk/assist", "/desk/taken-for-ice", "/desk/door", "/desk/entries/desk-open",
	"/desk/entries/desk-late", "/desk/entries/desk-bad", "/desk/entries/desk-open/notice", "/desk/entries/desk-open/receipt",
	"/desk/detainers", "/desk/custody?of=desk-open", "/desk/release-call?of=desk-open", "/desk/hand-over?of=desk-open", "/desk/entries/desk-open/print", "/desk/entries/desk-open/handed-over",
	"/desk/entries/desk-open/interview?in=ko"}

// docketPages are those of the registers, once each has a matter.
var docketPages = []string{"/desk/registers", "/desk/registers/demand/step?of=dem-1"}

// Every page of the desk at two widths in two languages, with an open case, an
// overdue one and a refused form.
func TestDeskInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	axe, ctx := readAxe(t), newBrowser(t)
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	for _, form := range []url.Values{
		texasForm("id", "desk-open"), texasForm("id", "desk-late", "release_at", "2026-11-13T10:00", "name", "Second Person", "booking", "B-1002"),
		texasForm("id", "desk-bad", "signed", "no", "served", "no", "attached", "none", "booking", "B-1003"),
	} {
		form.Set("step", "2")
		if w := c.post("/desk/detainers/new", form); w.Code != 303 {
			t.Fatalf("prepare: %d", w.Code)
		}
	}
	c.post("/desk/entries/desk-open/acts", url.Values{"id": {"act-1"}, "done": {"honoured"}, "compared": {"yes"}})
	c.post("/desk/custody", url.Values{"id": {"hold-1"}, "ref": {"desk-open"}, "event": {"other-hold"}, "reason": {"other-county"}, "pointer": {"W-9"}, "at": {"2026-11-20T16:00"}})
	c.post("/desk/custody", url.Values{"id": {"hold-2"}, "ref": {"desk-open"}, "event": {"other-hold-ended"}, "reason": {"other-county"}, "at": {"2026-11-21T07:00"}})
	c.post("/desk/entries/desk-open/notice", noticeServed)
	over := url.Values{}
	maps.Copy(over, handOver)
	over.Set("ref", "desk-open")
	if w := c.post("/desk/hand-over", over); w.Code != 303 {
		t.Fatalf("prepare a hand-over: %d", w.Code)
	}
	fillRegisters(t, c)
	server := listen(t, o)
	folder := shotFolder(t)
	enterDesk(t, ctx, server.URL, o)
	for width, prefix := range looks(390) {
		for n, path := range slices.Concat(deskPages, docketPages) {
			if !due(n, width == 390) {
				continue
			}
			checkInBrowser(t, ctx, axe, server.URL+prefix+path, width, shotName(folder, prefix+path, width))
		}
		submitted(t, ctx, server.URL+prefix+"/desk/detainers/new", width)
		inspectPage(t, ctx, axe, prefix+" refused form", shotName(folder, prefix+"/desk-refused", width))
		submitted(t, ctx, server.URL+prefix+"/desk/door", width)
		inspectPage(t, ctx, axe, prefix+" door answer", shotName(folder, prefix+"/desk-door-answer", width))
	}
}

// listen serves until the test ends. A browser may hold a connection open that
// it never uses; closing does not wait for it.
func listen(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

// enterDesk signs the browser in with a fresh link.
func enterDesk(t *testing.T, ctx context.Context, base string, o *office) {
	t.Helper()
	o.badges.mu.Lock()
	o.badges.links["browser"] = Account{Agency: "TX2270000", Role: RoleClerk, Name: "Records 1"}
	o.badges.mu.Unlock()
	if err := chromedp.Run(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(base+"/desk/enter?token=browser"), chromedp.WaitVisible("nav.desk-bar")); err != nil {
		t.Fatalf("sign in: %v", err)
	}
}

// submitted presses the first button of a page's form.
func submitted(t *testing.T, ctx context.Context, address string, width int64) {
	t.Helper()
	err := chromedp.Run(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(address),
		chromedp.Click(`main form:not(.desk-bar form) button`, chromedp.ByQuery), chromedp.WaitVisible(`.note[role=alert], .aloud`, chromedp.ByQuery))
	if err != nil {
		t.Fatalf("submit %s: %v", address, err)
	}
}

// A step is what the walker finds when it presses Tab.
type step struct {
	Name, Type, Value string
	Options           []string
	Submit            bool
}

const whereAmI = `(() => { const e = document.activeElement, f = e.form;
	return {Name: e.name || "", Type: e.type || "", Value: e.value || "", Submit: e.tagName === "BUTTON" && !!f && f.classList.contains("desk-form"),
	Options: e.name && f ? [...f.querySelectorAll("[name='" + e.name + "']")].map(o => o.value) : []}; })()`

// Row K1 with a keyboard alone. The time is a stand-in for people: 0.28 s a
// keystroke (keystroke-level model, average typist) and 5 s to read and decide
// each question that is answered.
func TestIntakeByKeyboard(t *testing.T) {
	if !*inBrowser {
		return
	}
	ctx := newBrowser(t)
	o := newOffice(t)
	server := listen(t, o)
	enterDesk(t, ctx, server.URL, o)
	if err := chromedp.Run(ctx, chromedp.Navigate(server.URL+"/desk/detainers/new"), chromedp.WaitReady("form.desk-form"), chromedp.Focus("nav.desk-bar button.plain")); err != nil {
		t.Fatal(err)
	}
	want := texasForm()
	want.Set("received_at", "11182026"+"1120A")
	want.Set("release_at", "11202026"+"0500P")
	w := &walker{t: t, ctx: ctx, want: want}
	for range 80 {
		if w.next() {
			break
		}
	}
	if err := chromedp.Run(ctx, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("article.card")); err != nil {
		t.Fatal(err)
	}
	if len(o.shelf.Kept) != 1 {
		t.Fatalf("%d entries", len(o.shelf.Kept))
	}
	for _, f := range o.shelf.Kept[0].Fields {
		if f.Name == "form.received_at" && f.Value != "2026-11-18T11:20:00-06:00" || f.Name == "form.release_at" && f.Value != "2026-11-20T17:00:00-06:00" {
			t.Errorf("%s is %s", f.Name, f.Value)
		}
	}
	seconds := float64(w.keys)*0.28 + float64(w.answered)*5
	t.Logf("intake: %d questions answered with %d keystrokes, about %.0f s", w.answered, w.keys, seconds)
	if seconds > 240 {
		t.Errorf("the intake takes about %.0f s, more than 4 minutes", seconds)
	}
}

// A walker fills a form as a clerk does who has no mouse.
type walker struct {
	t        *testing.T
	ctx      context.Context
	want     url.Values
	keys     int
	answered int
}

// next goes to the next question, answers it, and reports the end of the form.
func (w *walker) next() bool {
	w.press(kb.Tab)
	at := w.look()
	if at.Submit {
		return true
	}
	return w.answer(at)
}

// answer fills in the question that has the focus.
func (w *walker) answer(at step) bool {
	values := w.want[at.Name]
	if len(values) == 0 {
		return false
	}
	switch at.Type {
	case "radio":
		w.answered++
		w.press(" ")
		for at.Value != values[0] {
			w.press(kb.ArrowRight)
			if next := w.look(); next.Name != at.Name {
				w.t.Fatalf("%s has no choice %s", at.Name, values[0])
			} else {
				at = next
			}
		}
	case "checkbox":
		if strings.Contains(" "+strings.Join(values, " ")+" ", " "+at.Value+" ") {
			w.press(" ")
			if at.Value == values[0] {
				w.answered++
			}
		}
	default:
		if at.Value == "" {
			w.answered++
			w.press(values[0])
		}
	}
	return false
}

func (w *walker) press(keys string) {
	w.keys += len([]rune(keys))
	if err := chromedp.Run(w.ctx, chromedp.KeyEvent(keys)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *walker) look() step {
	var at step
	if err := chromedp.Run(w.ctx, chromedp.Evaluate(whereAmI, &at)); err != nil {
		w.t.Fatal(err)
	}
	return at
}

// The narrowest phone in the dark scheme, and the page that is shown once only.
func TestDeskAtTheEdges(t *testing.T) {
	if !*inBrowser {
		return
	}
	axe, ctx := readAxe(t), newBrowser(t)
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	if w := c.post("/desk/detainers/new", texasForm("release_at", "2026-11-13T10:00", "signed", "no")); w.Code != 303 {
		t.Fatalf("prepare: %d", w.Code)
	}
	server := listen(t, o)
	folder := shotFolder(t)
	enterDesk(t, ctx, server.URL, o)
	dark := emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}})
	if err := chromedp.Run(ctx, dark); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/desk", "/desk/detainers/new", "/desk/assist", "/desk/entries/desk-1", "/desk/entries/desk-1/notice", "/desk/entries/desk-1/receipt"} {
		checkInBrowser(t, ctx, axe, server.URL+path, 320, shotName(folder, "dark"+path, 320))
	}
	stopped := c.post("/desk/detainers/new", texasForm("id", "desk-2", "contradicts", "yes")).Body.String()
	once := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/once" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(stopped))
			return
		}
		o.ServeHTTP(w, r)
	}))
	checkInBrowser(t, ctx, axe, once.URL+"/once", 390, shotName(folder, "stopped", 390))
}
