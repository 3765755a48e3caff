package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"comity/desk"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A patchy line drops every connection while it is cut.
type patchy struct {
	http.Handler
	cut   atomic.Bool
	posts atomic.Int32
}

func (p *patchy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		p.posts.Add(1)
	}
	if p.cut.Load() {
		panic(http.ErrAbortHandler)
	}
	p.Handler.ServeHTTP(w, r)
}

// A phone is a browser of 390 by 844 pixels at the scene card.
type phone struct {
	device
	*office
	line   *patchy
	server *httptest.Server
	taps   int
}

func newPhone(t *testing.T) *phone {
	t.Helper()
	o := newOfficeWith(t, func(c *Config) { c.Now, c.Desk.Now = time.Now, time.Now }) // the phone has a clock of its own
	o.badges.links["phone"] = Account{ID: "account-phone", Agency: "ILCPD0000", Role: RoleSergeant, Name: "Car 12"}
	p := &phone{office: o, line: &patchy{Handler: o}, device: device{t, newBrowser(t)}}
	p.server = listen(t, p.line)
	p.run(chromedp.EmulateViewport(390, 844), chromedp.Navigate(p.server.URL+"/desk/enter?token=phone"), chromedp.WaitVisible("nav.desk-bar"))
	return p
}

func (p *phone) open(prefix string) {
	p.t.Helper()
	p.run(chromedp.Navigate(p.server.URL+prefix+"/desk/scene"), chromedp.WaitReady(`#scene[data-ready="yes"]`, chromedp.ByQuery),
		chromedp.Evaluate(`document.fonts.ready.then(() => 0)`, nil, awaitPromise)) // letters that come late move what stands below
}

// installed waits until everything is kept on the phone.
func (p *phone) installed() {
	p.t.Helper()
	p.run(chromedp.Evaluate(`navigator.serviceWorker.ready.then(() => 0)`, nil, awaitPromise))
}

func (p *phone) signal(on bool) {
	p.t.Helper()
	p.line.cut.Store(!on)
	p.run(network.Enable(), network.EmulateNetworkConditions(!on, 0, -1, -1))
}

// tap presses answers as a thumb does, "field=value".
func (p *phone) tap(answers ...string) {
	p.t.Helper()
	for _, a := range answers {
		name, value, _ := strings.Cut(a, "=")
		p.taps++
		at := `#scene-ask [name="` + name + `"][value="` + value + `"]`
		for range 3 { // a thumb that missed sees it, and taps again
			var checked bool
			p.run(chromedp.Evaluate("document.querySelector('"+at+"').scrollIntoView({block: 'center'})", nil), chromedp.Click(at, chromedp.ByQuery),
				chromedp.Evaluate("document.querySelector('"+at+"').checked", &checked))
			if checked {
				break
			}
		}
	}
}

func (p *phone) answer() {
	p.t.Helper()
	p.taps++
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		var asking, there bool
		p.run(chromedp.Evaluate(`document.querySelector("#scene-ask").offsetHeight > 0`, &asking))
		if asking {
			p.run(chromedp.Click(`#scene-ask button.first`, chromedp.ByQuery))
		}
		for range 20 {
			p.run(chromedp.Sleep(100*time.Millisecond), chromedp.Evaluate(`(document.querySelector("#scene-answers article.card") || {offsetHeight: 0}).offsetHeight > 0`, &there))
			if there {
				return
			}
		}
	}
	p.t.Fatalf("no answer comes: %s", p.read("main"))
}

func (p *phone) read(selector string) string {
	p.t.Helper()
	var out string
	p.run(chromedp.Text(selector, &out, chromedp.ByQuery))
	return out
}

func (p *phone) waiting(n string) {
	p.t.Helper()
	p.run(chromedp.WaitReady(`#scene[data-waiting="`+n+`"]`, chromedp.ByQuery))
}

// Scenario 2 of users.md and row L19: a sergeant in Chicago, a phone, no signal.
func TestScenarioSergeantWithoutSignalInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	p := newPhone(t)
	p.open("")
	p.installed()
	p.signal(false)
	p.open("") // from the phone itself
	status := p.read("#scene-status")
	if !strings.Contains(status, "No signal: answers come from the law on this phone. Law as of "+time.Now().UTC().Format("2 January 2006")) {
		t.Errorf("the page says %q", status)
	}

	start, before := time.Now(), p.taps
	p.tap("asked=perimeter", "danger=no", "called_back=yes", "by=ice", "purpose=civil-immigration", "paper=i-205")
	p.answer()
	took, taps := time.Since(start), p.taps-before
	// A stand-in for people: 1.1 s to point and tap (keystroke-level model), 2.5 s to read each question.
	if estimate := time.Duration(taps)*1100*time.Millisecond + 6*2500*time.Millisecond + took; estimate > 30*time.Second {
		t.Errorf("%d taps, %v on the machine: %v in all", taps, took, estimate)
	} else {
		t.Logf("%d taps, %v on the machine; estimated %v for a person", taps, took.Round(time.Millisecond), estimate.Round(time.Second/10))
	}
	federal, policing := p.read(".says .to-federal dd"), p.read("#scene-answers section.answers:last-of-type")
	for _, want := range []string{"I must decline a perimeter", "2-173-020(a)(6)", "binds us, not you"} {
		if !strings.Contains(federal, want) {
			t.Errorf("to the federal lead: %q lacks %q", federal, want)
		}
	}
	if !strings.Contains(policing, "May.") {
		t.Errorf("ordinary policing: %q", policing)
	}
	if body := p.read("#scene-card"); !strings.Contains(body, "5 ILCS 805/15(h)(1)") && !strings.Contains(body, "720 ILCS 5/7-16") {
		t.Errorf("the card lacks the state's law: %s", body)
	}
	p.run(chromedp.Evaluate(`document.querySelector('#scene-done [value="declined"]').scrollIntoView({block: "center"})`, nil), chromedp.Click(`#scene-done [value="declined"]`, chromedp.ByQuery), chromedp.Click(`#scene-done button.first`, chromedp.ByQuery))
	p.waiting("2")
	if len(p.shelf.Kept) != 0 {
		t.Fatalf("%d entries without a signal", len(p.shelf.Kept))
	}
	var digest string
	p.run(chromedp.AttributeValue("#scene-answers p.small code", "title", &digest, nil, chromedp.ByQuery))

	p.signal(true)
	p.waiting("0")
	if len(p.shelf.Kept) != 2 || p.shelf.Kept[0].Kind != "assistance" || p.shelf.Kept[1].Kind != "act" {
		t.Fatalf("%d entries: %+v", len(p.shelf.Kept), p.shelf.Kept)
	}
	if c := desk.ReadCard(p.shelf.Kept[0]); c.Digest != digest || c.Form["shown"] != digest || c.Form["signal"] != "none" {
		t.Errorf("the record holds %s, the phone showed %s; %v", c.Digest, digest, c.Form)
	}
	sent := p.line.posts.Load()
	p.open("")
	p.waiting("0")
	if len(p.shelf.Kept) != 2 || p.line.posts.Load() != sent {
		t.Errorf("sent again: %d entries, %d posts after %d", len(p.shelf.Kept), p.line.posts.Load(), sent)
	}

	// Shots are fired, and a magistrate's criminal warrant is shown.
	p.tap("asked=perimeter", "danger=yes", "called_back=yes", "by=ice", "purpose=other-crime", "paper=arrest-warrant", "paper_signed=federal-magistrate", "paper_charge=federal-felony")
	p.answer()
	if said := p.read(".says .to-federal dd"); !strings.HasPrefix(said, "If somebody is in danger we act on that now") || strings.Contains(said, "decline") {
		t.Errorf("to the federal lead: %q", said)
	}
	p.waiting("0")
	p.samePage(t)
}

// samePage compares what the phone showed with what the server shows of the record.
func (p *phone) samePage(t *testing.T) {
	t.Helper()
	const said = `[...document.querySelectorAll(".says dd, .answers .says")].map((e) => e.textContent.trim().replace(/\s+/g, " ")).join("\n")`
	var here, there, card string
	p.run(chromedp.Evaluate(said, &here), chromedp.WaitVisible(".outcome a", chromedp.ByQuery), chromedp.AttributeValue(".outcome a", "href", &card, nil, chromedp.ByQuery))
	p.run(chromedp.Navigate(p.server.URL+card), chromedp.WaitVisible("section.says dl", chromedp.ByQuery), chromedp.Evaluate(said, &there))
	if here != there || len(here) < 100 {
		t.Errorf("the phone says\n%s\nthe record says\n%s", here, there)
	}
}

// What waits is encrypted on the phone, and gone when somebody signs out.
func TestSceneQueueIsSealedAndClearedInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	p := newPhone(t)
	p.open("/es")
	p.installed()
	p.signal(false)
	p.tap("asked=transport", "danger=no", "called_back=not-yet", "signs=asks-for-money", "by=ice", "purpose=civil-immigration", "paper=none")
	p.run(chromedp.Evaluate(`document.querySelector("#scene-ask details").open = true; document.getElementById("f-incident").value = "CANARY-77"`, nil))
	p.answer()
	if stop := p.read("#scene-answers .note.stop"); !strings.Contains(stop, "devuelva la llamada") {
		t.Errorf("the gate: %q", stop)
	}
	p.waiting("1")
	const held = `(async () => {
		const opened = (r) => new Promise((good) => { r.onsuccess = () => good(r.result); });
		const db = await opened(indexedDB.open("comity-desk")), work = db.transaction(["keys", "waiting"]);
		const key = await opened(work.objectStore("keys").get("queue")), all = await opened(work.objectStore("waiting").getAll());
		const given = await crypto.subtle.exportKey("raw", key).then(() => "given out", () => "kept");
		const text = all.map((x) => JSON.stringify(x) + new TextDecoder("latin1").decode(x.sealed)).join();
		db.close();
		return [given, all.length, text.includes("CANARY"), text.includes("transport")].join(" ");
	})()`
	var got string
	p.run(chromedp.Evaluate(held, &got, awaitPromise))
	if got != "kept 1 false false" {
		t.Errorf("on the phone: %q", got)
	}
	p.signal(true)
	p.waiting("0")
	if len(p.shelf.Kept) != 1 || desk.ReadCard(p.shelf.Kept[0]).Form["incident"] != "CANARY-77" {
		t.Fatalf("%d entries", len(p.shelf.Kept))
	}
	var left string
	p.run(chromedp.Click(".desk-bar form button", chromedp.ByQuery), chromedp.WaitVisible("h1", chromedp.ByQuery), chromedp.WaitNotPresent("nav.desk-bar", chromedp.ByQuery),
		chromedp.Evaluate(`(async () => [(await indexedDB.databases()).length, (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length].join(" "))()`, &left, awaitPromise))
	if left != "0 0 0" {
		t.Errorf("left after signing out: %s", left)
	}
}

// What the record refuses is neither lost nor stuck: the officer mends it, or
// drops it.
func TestRefusedAtTheSceneIsMendedOrDroppedInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	axe, p := readAxe(t), newPhone(t)
	p.open("")
	p.installed()
	done := func(value string) {
		t.Helper()
		p.run(chromedp.Evaluate(`document.querySelector('#scene-done [value="`+value+`"]').click(); document.querySelector("#scene-done button.first").click()`, nil))
	}
	press := func(button string) {
		t.Helper()
		p.run(chromedp.WaitVisible(button, chromedp.ByQuery), chromedp.Focus(button, chromedp.ByQuery), chromedp.KeyEvent(kb.Enter))
	}
	request := func() {
		t.Helper()
		p.tap("asked=perimeter", "danger=no", "called_back=yes", "by=ice", "purpose=civil-immigration", "paper=i-205")
		p.answer()
	}
	request()
	p.waiting("0")
	done("overridden") // without the reason
	p.waiting("1")
	inspectPage(t, p.ctx, axe, "refused", filepath.Join(t.TempDir(), "refused.png"))
	press("#scene-refused [data-mend]")
	p.run(chromedp.SendKeys("#scene-rank", "lieutenant", chromedp.ByQuery), chromedp.SendKeys("#scene-reason", "Sample reason", chromedp.ByQuery))
	done("overridden")
	p.waiting("0")
	if n := len(p.shelf.Kept); n != 2 || p.shelf.Kept[1].Kind != "act" || p.shelf.Kept[1].Ref != p.shelf.Kept[0].ID {
		t.Fatalf("after mending: %d entries %+v", n, p.shelf.Kept)
	}

	// A request that the record refuses holds up what was done about it; mended,
	// it keeps its id, and both are taken.
	press("#scene-again") // by key: what was sent leaves the page, and all below moves up
	p.run(chromedp.WaitVisible("#scene-ask", chromedp.ByQuery), chromedp.Evaluate(`document.getElementById("scene").dataset.actor = "campus-police"`, nil))
	request()
	p.waiting("1")
	done("declined")
	p.waiting("2")
	if says := p.read("#scene-refused"); !strings.Contains(says, "did not take these") || !strings.Contains(says, "A perimeter") {
		t.Errorf("refused: %s", says)
	}
	p.run(chromedp.Evaluate(`document.getElementById("scene").dataset.actor = "municipal-police"`, nil))
	press("#scene-refused li:first-child [data-mend]")
	p.answer()
	p.waiting("0")
	if n := len(p.shelf.Kept); n != 4 || p.shelf.Kept[3].Kind != "act" || p.shelf.Kept[3].Ref != p.shelf.Kept[2].ID {
		t.Fatalf("after mending the request: %d entries", n)
	}
	done("overridden")
	p.waiting("1")
	press("#scene-refused [data-drop]")
	p.waiting("1")
	press("#scene-refused [data-drop]")
	p.waiting("0")
	p.run(chromedp.WaitNotVisible("#scene-refused", chromedp.ByQuery))
	if len(p.shelf.Kept) != 4 {
		t.Errorf("dropped, and recorded: %d entries", len(p.shelf.Kept))
	}
}

// The card at two widths in two languages, by axe and by eye: asked, answered
// on the phone, and read from the record.
func TestSceneInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	axe, p, folder := readAxe(t), newPhone(t), *shots
	if folder == "" {
		folder = t.TempDir()
	}
	c := p.signIn(t, "sergeant")
	form := url.Values{"id": {"scene-shown"}, "asked": {"perimeter", "transport"}, "danger": {"no"}, "called_back": {"not-yet"}, "signs": {"paper-altered"}, "by": {"ice"}, "purpose": {"civil-immigration"}, "paper": {"i-205"}}
	if w := c.post("/desk/scene", form); w.Code != http.StatusSeeOther {
		t.Fatalf("without the device: %d %s", w.Code, w.Body)
	}
	for width, prefix := range looks(390) {
		p.run(chromedp.EmulateViewport(width, 900))
		p.open(prefix)
		inspectPage(t, p.ctx, axe, prefix+" scene", shotName(folder, prefix+"/desk/scene", width))
		p.tap("asked=perimeter", "asked=transport", "danger=no", "called_back=not-yet", "by=ice", "purpose=civil-immigration", "paper=i-205")
		p.answer()
		inspectPage(t, p.ctx, axe, prefix+" scene answered", shotName(folder, prefix+"/desk/scene-answered", width))
		checkInBrowser(t, p.ctx, axe, p.server.URL+prefix+"/desk/scene/cards/scene-shown", width, shotName(folder, prefix+"/desk/scene-card", width))
	}
	var small string
	p.run(chromedp.EmulateViewport(390, 844))
	p.open("")
	p.run(chromedp.Evaluate(`[...document.querySelectorAll("#scene-ask .pick label, #scene-ask button, #scene-ask summary")].filter((e) => e.offsetHeight && e.offsetHeight < 48).map((e) => e.textContent.trim()).join("; ")`, &small))
	if small != "" {
		t.Errorf("targets under 48 px: %s", small)
	}
}
