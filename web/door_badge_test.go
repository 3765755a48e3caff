package web

import (
	"bytes"
	"context"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"comity/access"
	"comity/door"
	"comity/door/badge"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const badgePage = "/door/TX2270000/badge"

// badgeHall is a door whose worker is signed in and on shift, with a photograph.
func badgeHall(t *testing.T) (*hall, *office, *clerkAt) {
	t.Helper()
	h := newHall(t, "as-worker")
	h.card.Photo = []byte("\xff\xd8 sample photograph")
	o := newOfficeWith(t, func(c *Config) { c.Door, c.Site = h, "https://city.example" })
	o.badges.sessions["as-worker"] = Account{ID: "as-worker", Agency: "TX2270000", Role: string(access.FieldWorker), Name: "Sample worker", By: access.ByPasskey}
	return h, o, &clerkAt{office: o, t: t, cookie: "as-worker"}
}

// code is what the QR code of the card says at a moment.
func (h *hall) code(t *testing.T, at time.Time) string {
	t.Helper()
	key, err := h.BadgeKey("", "")
	if err != nil {
		t.Fatal(err)
	}
	text, err := badge.Issuer{Agency: "TX2270000", Key: key}.Compact(badge.Badge{Title: h.card.Title, Issued: at, Handle: badge.Handle([]byte("s"), h.card.ID, at)})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var badgeAnswer = regexp.MustCompile(`<div class="answer ([a-z-]+)">`)

func askedAtDoor(t *testing.T, o *office, text string) (string, *httptest.ResponseRecorder) {
	t.Helper()
	w := post(o, badgePage, url.Values{"badge": {text}})
	m := badgeAnswer.FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("no answer: %d %.300s", w.Code, w.Body)
	}
	return m[1], w
}

func TestBadgeAtTheDoor(t *testing.T) {
	h, o, _ := badgeHall(t)
	for name, c := range map[string]struct {
		text   string
		change func(*door.Card)
		want   badge.Answer
	}{
		"of this minute":   {h.code(t, staffNow), func(*door.Card) {}, badge.Genuine},
		"a picture of it":  {h.code(t, staffNow.Add(-time.Minute)), func(*door.Card) {}, badge.Over},
		"lost":             {h.code(t, staffNow), func(c *door.Card) { c.Revoked = staffNow }, badge.Revoked},
		"off shift":        {h.code(t, staffNow), func(c *door.Card) { c.Shift = staffNow }, badge.Revoked},
		"another's":        {h.code(t, staffNow), func(c *door.Card) { c.ID = "OTHER" }, badge.Revoked},
		"changed":          {strings.Replace(h.code(t, staffNow), "6", "7", 3), func(*door.Card) {}, badge.NotOurs},
		"a web address":    {"https://city.example.evil.test/door/TX2270000/badge", func(*door.Card) {}, badge.Address},
		"nothing":          {" ", func(*door.Card) {}, badge.Nothing},
		"the letter's own": {h.letter.Screen.String(), func(*door.Card) {}, badge.NotOurs},
	} {
		before := h.card
		c.change(&h.card)
		got, w := askedAtDoor(t, o, c.text)
		h.card = before
		if got != string(c.want) {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
		body := w.Body.String()
		if shown := strings.Contains(body, "data:image/jpeg;base64,"); shown != (c.want == badge.Genuine) {
			t.Errorf("%s: photograph shown %t", name, shown)
		}
		if strings.Contains(body, "evil.test") && regexp.MustCompile(`(href|src|action)="[^"]*evil`).MatchString(body) {
			t.Errorf("%s: the page leads to the address", name)
		}
		if len(w.Result().Cookies()) > 0 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: cookies or kept: %v", name, w.Header())
		}
	}
	asked := get(o, badgePage+"?badge="+url.QueryEscape(h.code(t, staffNow)))
	if asked.Code != http.StatusOK || strings.Contains(asked.Body.String(), h.card.Title) {
		t.Error("what stands in an address is answered")
	}
}

// A genuine badge is said to be less than a booked visit, in every language, and
// looks like less.
func TestBadgeIsLessThanAVisit(t *testing.T) {
	h, o, _ := badgeHall(t)
	_, w := askedAtDoor(t, o, h.code(t, staffNow))
	body := w.Body.String()
	for _, want := range []string{"The badge is genuine.", "less than a booked visit", "You may keep the door closed", h.card.Title} {
		if !strings.Contains(body, want) {
			t.Errorf("the answer lacks %q", want)
		}
	}
	for _, not := range []string{"<h1>Yes", "✓", "must say"} {
		if strings.Contains(body, not) {
			t.Errorf("the answer says %q", not)
		}
	}
}

func TestBadgeAsAFile(t *testing.T) {
	h, o, worker := badgeHall(t)
	w := worker.post("/desk/shift/badge", url.Values{})
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/dc+sd-jwt" || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	text := w.Body.String()
	if got, _ := askedAtDoor(t, o, text); got != string(badge.Genuine) {
		t.Errorf("the file is %s", got)
	}
	m, err := badge.ReadMetadata(get(o, "/.well-known/jwt-vc-issuer/door/TX2270000").Body.String())
	if err != nil || m.Issuer != "https://city.example/door/TX2270000" || len(m.Keys.Keys) != 3 {
		t.Fatalf("%+v, %v", m, err)
	}
	status := get(o, "/door/TX2270000/status")
	if status.Header().Get("Content-Type") != "application/statuslist+jwt" {
		t.Errorf("%v", status.Header())
	}
	v := badge.Verifier{Keys: m.Key, Now: staffNow, Type: badge.Type, Status: func(at string) string {
		if at != m.Issuer+"/status" {
			t.Errorf("the status stands at %s", at)
		}
		return status.Body.String()
	}}
	if _, err := v.SDJWT(text); err != nil {
		t.Error(err)
	}
	h.revoked = []int{12}
	if got, _ := askedAtDoor(t, o, text); got != string(badge.Revoked) {
		t.Errorf("a lost one is %s", got)
	}
	h.card.Shift = staffNow
	for _, path := range []string{"/desk/shift/badge", "/desk/shift/badge.png"} {
		if w := worker.get(path); w.Code != http.StatusSeeOther && w.Code != http.StatusNotFound {
			t.Errorf("%s off shift: %d", path, w.Code)
		}
	}
	if w := worker.post("/desk/shift/badge", url.Values{}); w.Code != http.StatusSeeOther {
		t.Errorf("a file off shift: %d", w.Code)
	}
	h.card.Shift, h.card.Account = staffNow.Add(time.Hour), "another"
	if w := worker.get("/desk/shift/badge.png"); w.Code != http.StatusNotFound {
		t.Errorf("another's code: %d", w.Code)
	}
}

// A resident scans a badge in Chromium: with a network the city answers; once the
// page was kept, the phone answers without one, and sends nothing.
func TestBadgeInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	_, o, worker := badgeHall(t)
	server, folder := listen(t, o), shotFolder(t)
	axe, ctx := readAxe(t), newBrowser(t)
	d := device{t, ctx}
	shown := worker.get("/desk/shift/badge.png")
	files := t.TempDir()
	picture := func(name string, code []byte) string {
		path := filepath.Join(files, name+".png")
		if err := os.WriteFile(path, onAPhoto(t, code), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, link := picture("good", shown.Body.Bytes()), picture("link", codeOf(t, "https://city.example.evil.test/badge"))
	clock := func(at time.Time) {
		d.run(chromedp.Evaluate(`Date.now = () => `+strconv.FormatInt(at.UnixMilli(), 10)+`; 0`, nil))
	}
	scan := func(file, want string) {
		t.Helper()
		d.run(chromedp.SetUploadFiles("#badge-file", []string{file}, chromedp.ByQuery), chromedp.WaitVisible("#badge-found .answer."+want, chromedp.ByQuery))
	}
	for _, prefix := range []string{"", "/es", "/ar"} {
		at := server.URL + prefix + badgePage
		checkInBrowser(t, ctx, axe, at, 320, shotName(folder, prefix+badgePage, 320))
		d.run(chromedp.EmulateViewport(390, 900), chromedp.Navigate(at), chromedp.SetUploadFiles("#badge-file", []string{good}, chromedp.ByQuery), chromedp.WaitVisible("main > .answer.genuine", chromedp.ByQuery))
		inspectPage(t, ctx, axe, prefix+" genuine, from the city", shotName(folder, prefix+badgePage+"-genuine", 390))
		d.run(chromedp.Navigate(at), chromedp.WaitVisible("#badge-keep", chromedp.ByQuery), chromedp.Click("#badge-keep", chromedp.ByQuery),
			chromedp.Poll(`typeof comityBadge === "function" && document.getElementById("badge-status").textContent === document.getElementById("badge").dataset.kept`, nil, chromedp.WithPollingTimeout(time.Minute)))
		clock(staffNow)
		d.cut(true)
		sent := d.sending()
		scan(good, "genuine")
		inspectPage(t, ctx, axe, prefix+" genuine, here", shotName(folder, prefix+badgePage+"-here", 390))
		scan(link, "address")
		inspectPage(t, ctx, axe, prefix+" address", shotName(folder, prefix+badgePage+"-address", 390))
		clock(staffNow.Add(61 * time.Second))
		scan(good, "over")
		for _, request := range sent() {
			if !strings.Contains(request, "/.well-known/jwt-vc-issuer/") {
				t.Errorf("sent while checking: %q", request)
			}
		}
		if prefix == "" { // the page itself opens without a network
			d.run(chromedp.ActionFunc(func(ctx context.Context) error {
				_, err := page.AddScriptToEvaluateOnNewDocument(`Date.now = () => ` + strconv.FormatInt(staffNow.UnixMilli(), 10)).Do(ctx)
				return err
			}), chromedp.Navigate(at), chromedp.Poll(`typeof comityBadge === "function"`, nil, chromedp.WithPollingTimeout(time.Minute)))
			scan(good, "genuine")
		}
		d.cut(false)
	}
}

func codeOf(t *testing.T, text string) []byte {
	t.Helper()
	code, err := qr.Encode(text, qr.L, qr.Unicode)
	if err != nil {
		t.Fatal(err)
	}
	side := code.Bounds().Dx() * moduleSide
	if code, err = barcode.Scale(code, side, side); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, framed(code, quietZone*moduleSide)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
