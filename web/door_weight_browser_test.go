package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"comity/door"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// doorBytes is the most that a page of the door may send, with all it needs.
const doorBytes = 60_000

// The lines of Chromium's own tools (DevTools, front_end/core/sdk/NetworkManager.ts,
// Slow3GConditions and Fast3GConditions): latency in ms, bytes a second down and up.
var (
	slow3G = [3]float64{400 * 5, 500e3 / 8 * .8, 500e3 / 8 * .8}
	fast3G = [3]float64{150 * 3.75, 1.6e6 / 8 * .9, 750e3 / 8 * .9}
)

func onLine(line [3]float64) chromedp.Action {
	return network.EmulateNetworkConditions(false, line[0], line[1], line[2])
}

// A weightHall gives each answer for a group of its own; its photograph is as
// heavy as one may be.
type weightHall struct {
	*hall
	stopped door.Visit
	letter  door.Letter
}

const downGroup = "DW"

func newWeightHall(t *testing.T) *weightHall {
	t.Helper()
	noise, random := image.NewRGBA(image.Rect(0, 0, 480, 480)), rand.New(rand.NewPCG(1, 2))
	for n := range noise.Pix {
		noise.Pix[n] = byte(n>>9) + byte(random.IntN(70))
	}
	noise.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, noise, nil); err != nil {
		t.Fatal(err)
	}
	photo, err := smallPhoto(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	first, second := newHall(t, "nobody"), newHall(t, "nobody")
	for group := func(h *hall) string { return h.visit.Keys[door.Screen].Group }; group(second) == group(first) || group(second) == downGroup || group(first) == downGroup; {
		first, second = newHall(t, "nobody"), newHall(t, "nobody")
	}
	first.card.Photo, second.visit.Stopped = photo, true
	return &weightHall{first, second.visit, second.letter}
}

func (h *weightHall) VisitsOf(ctx context.Context, agency string, ch door.Channel, group string, now time.Time) ([]door.Visit, error) {
	switch group {
	case downGroup:
		return nil, errors.New("the database is locked")
	case h.stopped.Keys[ch].Group:
		return []door.Visit{h.stopped}, nil
	}
	return h.hall.VisitsOf(ctx, agency, ch, group, now)
}

// A wire hears what goes over the network.
type wire struct {
	mu      sync.Mutex
	bytes   float64
	asked   []string
	cookies int
}

func listenToWire(t *testing.T, ctx context.Context) *wire {
	t.Helper()
	w := &wire{}
	chromedp.ListenTarget(ctx, func(ev any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			w.asked = append(w.asked, ev.Request.URL)
		case *network.EventLoadingFinished:
			w.bytes += ev.EncodedDataLength
		case *network.EventResponseReceivedExtraInfo:
			for name := range ev.Headers {
				if strings.EqualFold(name, "Set-Cookie") {
					w.cookies++
				}
			}
		}
	})
	if err := chromedp.Run(ctx, network.Enable(), network.SetCacheDisabled(true), network.ClearBrowserCookies(), emulation.SetFocusEmulationEnabled(true)); err != nil {
		t.Fatal(err)
	}
	return w
}

// taken is what went over it since it was asked last.
func (w *wire) taken() (float64, []string, int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b, asked, cookies := w.bytes, w.asked, w.cookies
	w.bytes, w.asked, w.cookies = 0, nil, 0
	return b, asked, cookies
}

// Every page of the door on the narrowest phone, over 3G and with nothing in the
// cache: light, from one address, without a script or a cookie, and no wider than
// the screen, also with letters twice as large. With -v it says what each weighs
// and when it is painted.
func TestDoorWeightInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	ctx := newBrowser(t)
	h := newWeightHall(t)
	server := listen(t, newOfficeWith(t, func(c *Config) { c.Door = h }))
	w := listenToWire(t, ctx)
	at := "/door/" + h.visit.Agency
	icon := doorIcon(t, server.URL)
	if err := chromedp.Run(ctx, chromedp.EmulateViewport(320, 568), onLine(fast3G)); err != nil {
		t.Fatal(err)
	}
	look := func(name, base string) {
		t.Helper()
		weighPage(t, ctx, w, name, base, icon)
		fitsTwiceAsLarge(t, ctx, name)
	}
	n := 0
	for l, prefix := range []string{"", "/es", "/ar"} {
		base := server.URL + prefix
		inTurn := func() bool { n++; return n%3 == l || *everyLook } // each in one language, with -every in all
		for _, path := range []string{"", "/vehicle", "/name", "/name/c-1", "/name/c-2"} {
			if inTurn() {
				goTo(t, ctx, w, base+at+path, "#main")
				look(prefix+at+path, server.URL)
			}
		}
		for _, x := range [][2]string{{"ZZ-ZZZZ", "no"}, {h.letter.Screen.String(), "call-us"}, {downGroup + "-ZZZZ", "cannot-confirm"}} {
			if inTurn() {
				answerByKeys(t, ctx, w, base+at, x[0]+" 412", x[1])
				look(prefix+at+" "+x[1], server.URL)
			}
		}
		if inTurn() {
			answerByKeys(t, ctx, w, base+at+"/vehicle", "0412"+kb.Tab+"7K3", "no")
			look(prefix+at+"/vehicle no", server.URL)
		}
		n = 0
		answerByKeys(t, ctx, w, base+at, h.hall.letter.Screen.String()+" 412", "yes")
		look(prefix+at+" yes", server.URL)
		if prefix == "/ar" {
			readsFromTheRight(t, ctx)
		}
	}
	// The slowest line: the form, and then the yes with its photograph.
	if err := chromedp.Run(ctx, onLine(slow3G)); err != nil {
		t.Fatal(err)
	}
	goTo(t, ctx, w, server.URL+"/es"+at, "#line")
	weighPage(t, ctx, w, "slow 3G: /es"+at, server.URL, icon)
	answerByKeys(t, ctx, w, server.URL+"/es"+at, h.hall.letter.Screen.String()+" 412", "yes")
	weighPage(t, ctx, w, "slow 3G: /es"+at+" yes", server.URL, icon)
}

// How to tell our staff is read at a door too.
func TestTellWeightInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	c := shippedConfig(t)
	site, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, server := newBrowser(t), listen(t, site)
	w := listenToWire(t, ctx)
	icon := doorIcon(t, server.URL)
	if err := chromedp.Run(ctx, chromedp.EmulateViewport(320, 568), onLine(fast3G)); err != nil {
		t.Fatal(err)
	}
	paths := []string{"/tell", "/es/tell"}
	for _, one := range c.Tell {
		paths = append(paths, "/tell/"+one.ID, "/es/tell/"+one.ID) // the sheet is for a printer, and keeps its letters
	}
	for _, path := range paths {
		goTo(t, ctx, w, server.URL+path, "#main")
		weighPage(t, ctx, w, path, server.URL, icon)
	}
}

// doorIcon is what the icon weighs: a browser without a window does not ask for it.
func doorIcon(t *testing.T, base string) float64 {
	t.Helper()
	r, err := http.Get(base + "/static/mark.svg")
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatal(err, r)
	}
	r.Body.Close()
	return float64(r.ContentLength) + 500 // with its headers
}

func goTo(t *testing.T, ctx context.Context, w *wire, address, await string) {
	t.Helper()
	w.taken()
	if err := chromedp.Run(ctx, chromedp.Navigate(address), chromedp.WaitVisible(await, chromedp.ByQuery)); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// answerByKeys comes to the first field with the Tab key, types, and sends with
// Enter. What is counted is the answer's page alone.
func answerByKeys(t *testing.T, ctx context.Context, w *wire, address, typed, want string) {
	t.Helper()
	goTo(t, ctx, w, address, "form")
	tabTo(t, ctx, "main input[type=text]")
	w.taken()
	var class string
	err := chromedp.Run(ctx, chromedp.KeyEvent(typed+kb.Enter), chromedp.WaitVisible(".answer", chromedp.ByQuery), painted, chromedp.AttributeValue(".answer", "class", &class, nil))
	if err != nil || class != "answer "+want {
		t.Fatalf("%s: %q, want %s; %v", address, class, want, err)
	}
	tabTo(t, ctx, "a.again")
}

// tabTo presses Tab until what is meant has the focus, and a ring that is seen.
func tabTo(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	for range 25 {
		var there, ringed bool
		err := chromedp.Run(ctx, chromedp.KeyEvent(kb.Tab),
			chromedp.Evaluate(fmt.Sprintf(`document.activeElement.matches(%q)`, selector), &there),
			chromedp.Evaluate(`(s => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2)(getComputedStyle(document.activeElement))`, &ringed))
		if err != nil {
			t.Fatal(err)
		}
		if there {
			if !ringed {
				t.Errorf("%s: the focus is not seen", selector)
			}
			return
		}
	}
	t.Errorf("%s is not reached with the Tab key", selector)
}

var painted = chromedp.Poll(`document.readyState === "complete" && performance.getEntriesByName("first-contentful-paint").length > 0`, nil)

func weighPage(t *testing.T, ctx context.Context, w *wire, name, base string, icon float64) {
	t.Helper()
	var is struct {
		Painted           float64
		Wider, Scripts    int
		Cookie, Languages string
	}
	err := chromedp.Run(ctx, painted, chromedp.Evaluate(`({Painted: performance.getEntriesByName("first-contentful-paint")[0].startTime, Wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
			Scripts: document.scripts.length, Cookie: document.cookie})`, &is))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	sent, asked, cookies := w.taken()
	sent += icon
	t.Logf("%-40s %6.1f kB, painted after %.1f s, %d addresses", name, sent/1000, is.Painted/1000, len(asked))
	if sent > doorBytes || sent < 2000 {
		t.Errorf("%s: %.0f bytes, at most %d: %s", name, sent, doorBytes, asked)
	}
	for _, address := range asked {
		if !strings.HasPrefix(address, base+"/") && !strings.HasPrefix(address, "data:image/jpeg;base64,") {
			t.Errorf("%s asks %s", name, address)
		}
	}
	if is.Wider > 0 || is.Cookie != "" || cookies > 0 {
		t.Errorf("%s: %d px wider than the screen, %d cookies", name, is.Wider, cookies)
	}
	if strings.Contains(name, "/door/") && is.Scripts > 0 {
		t.Errorf("%s has %d scripts", name, is.Scripts)
	}
}

// fitsTwiceAsLarge doubles the letters.
func fitsTwiceAsLarge(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	var wider, cut int
	err := chromedp.Run(ctx, chromedp.Evaluate(`document.documentElement.style.fontSize = "200%"; document.documentElement.scrollWidth - document.documentElement.clientWidth`, &wider),
		chromedp.Evaluate(`[...document.querySelectorAll("main *:not(input)")].filter(e => getComputedStyle(e).overflow === "hidden" && e.scrollWidth > e.clientWidth + 1).length`, &cut),
		chromedp.Evaluate(`document.documentElement.style.fontSize = ""; 0`, nil))
	if err != nil || wider > 0 || cut > 0 {
		t.Errorf("%s with letters twice as large: %d px wider than the screen, %d cut, %v", name, wider, cut, err)
	}
}

// readsFromTheRight looks where the words of an Arabic page stand; numbers and
// codes keep their own order.
func readsFromTheRight(t *testing.T, ctx context.Context) {
	t.Helper()
	var right, code bool
	err := chromedp.Run(ctx, emulation.SetDeviceMetricsOverride(640, 568, 1, false), chromedp.Evaluate(`(() => {
		const words = document.createRange(); words.selectNodeContents(document.querySelector("header .city"));
		const shape = document.querySelector(".shape").getBoundingClientRect(), said = document.querySelector(".answer h1").getBoundingClientRect();
		const text = words.getBoundingClientRect(), page = document.querySelector("header").getBoundingClientRect();
		return getComputedStyle(document.documentElement).direction === "rtl" && page.right - text.right < text.left - page.left && shape.left >= said.right;
	})()`, &right), chromedp.Click("a.again", chromedp.ByQuery), chromedp.WaitVisible("main input", chromedp.ByQuery),
		chromedp.Evaluate(`getComputedStyle(document.querySelector("main input[type=text]")).direction === "ltr"`, &code),
		chromedp.EmulateViewport(320, 568))
	if err != nil || !right || !code {
		t.Errorf("Arabic is not laid out from the right: %v, codes from the left: %v; %v", right, code, err)
	}
}
