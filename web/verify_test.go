package web

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity/record"

	"github.com/chromedp/chromedp"
)

// paperFiles serve a few files of a log.
type paperFiles map[string][]byte

func (f paperFiles) LogFile(_ context.Context, path string) ([]byte, error) {
	if b, ok := f[path]; ok {
		return b, nil
	}
	return nil, fs.ErrNotExist
}

// verifySite is a copy with both modules and a record that two cosigners watch.
func verifySite(t *testing.T) http.Handler {
	t.Helper()
	c := testConfig(t)
	packed := newPart("x", bytes.Repeat([]byte("module "), 1000)).zipped
	c.Dist = fstest.MapFS{module + ".gz": {Data: packed}, verifier + ".gz": {Data: packed}, starter: {Data: []byte("// starts it")}, scanner: {Data: []byte("// reads codes")}}
	c.Files = paperFiles{"cosigners": []byte(`[{"name":"cosigner.auditor.example","keys":[],"url":"https://cosigner.auditor.example","last":"2026-11-21T15:29:00Z","size":1234},
		{"name":"cosigner.news.example","keys":[],"url":"https://cosigner.news.example","size":0,"missing":"it cannot be reached"}]`)}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestVerifyPage(t *testing.T) {
	h := verifySite(t)
	for _, prefix := range []string{"", "/es"} {
		w := get(h, prefix+"/verify")
		checkPage(t, w, strings.TrimPrefix(prefix, "/"))
		body := w.Body.String()
		for _, want := range []string{`id="verify-check"`, `id="verify-camera"`, `action="` + prefix + `/verify"`, "cosigner.auditor.example", "15:29 UTC", "1,234", "comity verify -key KEY -receipt"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s/verify lacks %q", prefix, want)
			}
		}
		if got := w.Header().Get("Content-Security-Policy"); got != modulePolicy {
			t.Errorf("policy %q", got)
		}
		if got := w.Header().Get("Permissions-Policy"); !strings.HasPrefix(got, "camera=(self), geolocation=(),") {
			t.Errorf("permissions %q", got)
		}
		if got := get(h, prefix+"/ask/here").Header().Get("Permissions-Policy"); got != permissions {
			t.Errorf("another page may use the camera: %q", got)
		}
	}
	plain := get(testSite(t), "/verify") // whatever parts this checkout has built
	checkPage(t, plain, "")
	c := testConfig(t)
	c.Dist = fstest.MapFS{}
	bare, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	w := get(bare, "/verify")
	checkPage(t, w, "")
	if body := w.Body.String(); strings.Contains(body, "verify.js") || !strings.Contains(body, "was built without") || !strings.Contains(body, `<form method="post" action="/verify"`) ||
		w.Header().Get("Content-Security-Policy") != policy || w.Header().Get("Permissions-Policy") != permissions {
		t.Error("a copy without the module offers it, or has lost the other ways")
	}
}

// A receipt that is posted is checked and forgotten: no log line, nothing kept
// by caches, nothing in the address.
func TestVerifyOnTheServer(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	c.post("/desk/detainers/new", texasForm())
	receipt := c.get("/desk/entries/desk-1/receipt.json").Body.String()
	key := o.shelf.Key().String()
	var logged bytes.Buffer
	config := testConfig(t)
	config.Log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	logged.Reset()
	for _, x := range []struct{ prefix, receipt, key, says string }{
		{"", receipt, key, "signed that entry desk-1"},
		{"/es", receipt, key, "firmó que la anotación desk-1"},
		{"", strings.Replace(receipt, "desk-1", "desk-2", 1), key, "The promise is refused"},
		{"/es", strings.Replace(receipt, "desk-1", "desk-2", 1), key, "La promesa se rechaza"},
		{"", "<script>alert(1)</script>", key, "This is not a receipt of the record"},
		{"", receipt, "", "This is not the public key of a log"},
	} {
		w := post(h, x.prefix+"/verify", url.Values{"receipt": {x.receipt}, "key": {x.key}})
		checkPage(t, w, strings.TrimPrefix(x.prefix, "/"))
		if !strings.Contains(w.Body.String(), x.says) || strings.Contains(w.Body.String(), "<script>alert") {
			t.Errorf("lacks %q", x.says)
		}
		if got := w.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("it may be kept: %q", got)
		}
	}
	if logged.Len() > 0 {
		t.Errorf("logged: %s", &logged)
	}
	// An address cannot carry a receipt.
	if w := get(h, "/verify?receipt="+url.QueryEscape(receipt)+"&key="+url.QueryEscape(key)); strings.Contains(w.Body.String(), "desk-1") {
		t.Error("a receipt in the address is read")
	}
	long := post(h, "/verify", url.Values{"receipt": {strings.Repeat("x", formLimit+1)}})
	if long.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a long one: %d", long.Code)
	}
}

// The module that is built answers as the server does, with the network cut
// once it is loaded: the receipt as text, as a picture of its code, changed, and
// in Spanish. Nothing is sent.
func TestVerifierInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	c.post("/desk/detainers/new", texasForm())
	receipt := c.get("/desk/entries/desk-1/receipt.json").Body.Bytes()
	picture := c.get("/desk/entries/desk-1/receipt.png").Body.Bytes()
	key := o.shelf.Key().String()
	config := testConfig(t)
	parts, err := loadParts(nil)
	if err != nil {
		t.Fatal(err)
	}
	const most = 1_500_000
	if n := len(parts.files[verifier].zipped); n == 0 || n > most || len(parts.files[scanner].body) == 0 {
		t.Fatalf("the module has %d bytes: run go generate ./web", n)
	}
	h, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	axe, ctx := readAxe(t), newBrowser(t)
	folder := shotFolder(t)
	photo := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(photo, onAPhoto(t, picture), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, prefix := range []string{"", "/es"} {
		lang := strings.TrimPrefix(prefix, "/")
		d := device{t, ctx}
		d.run(chromedp.EmulateViewport(390, 900), chromedp.Navigate(server.URL+prefix+"/verify"), chromedp.WaitVisible("#verify-load", chromedp.ByQuery),
			chromedp.Click("#verify-load", chromedp.ByQuery),
			chromedp.Poll(`typeof comityVerify === "function" && typeof comityScan === "function"`, nil, chromedp.WithPollingTimeout(time.Minute)))
		d.cut(true)
		sent := d.sending()
		for _, x := range []struct {
			name string
			q    record.Inquiry
		}{
			{"good", record.Inquiry{Key: key, Receipt: string(receipt)}},
			{"changed", record.Inquiry{Key: key, Receipt: strings.Replace(string(receipt), "desk-1", "desk-2", 1)}},
			{"an hour earlier", record.Inquiry{Key: key, Receipt: backDated(t, receipt)}},
			{"another key", record.Inquiry{Key: "x", Receipt: string(receipt)}},
			{"a cosigner's key that is none", record.Inquiry{Key: key, Receipt: string(receipt), Cosigners: "x"}},
			{"no checkpoint", record.Inquiry{Key: key, Receipt: string(receipt), Earlier: "x"}},
		} {
			got := readFinding(d, x.q)
			want := x.q.Answer(lang)
			if got.Good != want.Good || !slices.Equal(got.Said, spokenFinding(want)) {
				t.Errorf("%s in %q: the page says %v %q, the program %v %q", x.name, lang, got.Good, got.Said, want.Good, spokenFinding(want))
			}
			inspectPage(t, ctx, axe, "verify "+x.name, shotName(folder, "verify-"+strings.ReplaceAll(x.name, " ", "-")+prefix, 390))
		}
		// A photo of the printed code.
		d.run(chromedp.Evaluate(`document.getElementById("verify-receipt").value = ""; document.getElementById("verify-answer").hidden = true;
			for (const x of ["cosigners", "earlier"]) document.getElementById("verify-" + x).value = "";`, nil),
			chromedp.SetValue("#verify-key", key, chromedp.ByQuery), chromedp.SetUploadFiles("#verify-file", []string{photo}, chromedp.ByQuery))
		if got := awaitFinding(d); !got.Good || !slices.Equal(got.Said, (record.Inquiry{Key: key, Receipt: string(receipt)}).Answer(lang).Sentences) {
			t.Errorf("a photo of the code in %q: %+v", lang, got)
		}
		if all := sent(); len(all) > 0 {
			t.Errorf("sent while checking: %q", all)
		}
		d.cut(false)
	}
}

// A pageFinding is what the page shows.
type pageFinding struct {
	Good bool     `json:"good"`
	Said []string `json:"said"`
}

func readFinding(d device, q record.Inquiry) pageFinding {
	d.t.Helper()
	fields, err := json.Marshal(q)
	if err != nil {
		d.t.Fatal(err)
	}
	d.run(chromedp.Evaluate(`document.getElementById("verify-answer").hidden = true; for (const [name, text] of Object.entries(`+string(fields)+`)) document.getElementById("verify-" + name).value = text;`, nil),
		chromedp.Click("#verify-check", chromedp.ByQuery))
	return awaitFinding(d)
}

func awaitFinding(d device) (f pageFinding) {
	d.t.Helper()
	d.run(chromedp.Poll(`!document.getElementById("verify-answer").hidden`, nil, chromedp.WithPollingTimeout(30*time.Second)),
		chromedp.Evaluate(`({good: document.getElementById("verify-answer").dataset.good === "true", said: [...document.querySelectorAll("#verify-sentences li")].map(x => x.textContent)})`, &f))
	return f
}

// spokenFinding is what the page must say of a finding.
func spokenFinding(f record.Finding) []string {
	if f.Good {
		return f.Sentences
	}
	var out []string
	for _, s := range []string{f.Problem.Message, f.Problem.Hint} {
		if s != "" {
			out = append(out, capital(s)+".")
		}
	}
	return out
}

// backDated moves the signed moment of writing an hour back (R2).
func backDated(t *testing.T, receipt []byte) string {
	t.Helper()
	r, err := record.ParseReceipt(receipt)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339, r.Stored)
	if err != nil {
		t.Fatal(err)
	}
	r.Stored = at.Add(-time.Hour).Format(time.RFC3339)
	return string(r.Marshal())
}

// onAPhoto puts a code on a larger grey picture, as a photo of a screen has it.
func onAPhoto(t *testing.T, code []byte) []byte {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(code))
	if err != nil {
		t.Fatal(err)
	}
	size := img.Bounds()
	photo := image.NewRGBA(image.Rect(0, 0, size.Dx()+300, size.Dy()+200))
	draw.Draw(photo, photo.Bounds(), image.NewUniform(color.Gray{Y: 170}), image.Point{}, draw.Src)
	draw.Draw(photo, size.Add(image.Pt(120, 70)), img, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, photo); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
