package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity/papers"
	"comity/papers/paperstest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// realPapers is the reader of the program, as cmd/comity joins it to the pages.
// It uses no program beside it, so that these tests run anywhere.
type realPapers struct{ *papers.Reader }

func (p realPapers) Read(ctx context.Context, addressee string, files ...[]byte) (PaperReading, error) {
	read, err := p.Reader.Read(ctx, addressee, files...)
	if err != nil {
		return PaperReading{}, err
	}
	data, err := json.Marshal(read)
	if err != nil {
		return PaperReading{}, err
	}
	var out PaperReading
	if err := json.Unmarshal(data, &out); err != nil {
		return PaperReading{}, err
	}
	for i, one := range read.Proposals {
		out.Proposals[i].Confirm = papers.MustConfirm(one.Field)
		if one.Crop != nil {
			var b bytes.Buffer
			if err := png.Encode(&b, one.Crop); err != nil {
				return PaperReading{}, err
			}
			out.Proposals[i].Crop = b.Bytes()
		}
	}
	return out, nil
}

func paperOffice(t testing.TB) *office {
	t.Helper()
	return newOfficeWith(t, func(c *Config) {
		r := papers.NewReader()
		r.Scan = ""
		c.Papers = realPapers{r}
	})
}

func (c *clerkAt) upload(path string, files ...[]byte) *httptest.ResponseRecorder {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i, f := range files {
		part, err := w.CreateFormFile("paper", fmt.Sprintf("page-%d.pdf", i))
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := part.Write(f); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		c.t.Fatal(err)
	}
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return c.do(r)
}

func formPDF() []byte {
	f := paperstest.Usual()
	f.To = "Travis County Sheriff, Jail Records"
	return paperstest.PDF(true, paperstest.Detainer(f), paperstest.Immigration("i-200", f))
}

// answersOn reads what a page's form would send.
func answersOn(page string) url.Values {
	out := url.Values{}
	for _, tag := range regexp.MustCompile(`<input [^>]*>`).FindAllString(page[strings.Index(page, "desk-form"):], -1) {
		attr := func(name string) string {
			m := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(tag)
			if m == nil {
				return ""
			}
			return html.UnescapeString(m[1])
		}
		kind, ticked := attr("type"), strings.Contains(tag, " checked")
		if (kind == "radio" || kind == "checkbox") && !ticked || attr("value") == "" {
			continue
		}
		out.Add(attr("name"), attr("value"))
	}
	return out
}

// Read, check, record: the digest stays and nothing else of the paper does.
func TestAPaperFillsTheFormAndIsDropped(t *testing.T) {
	o := paperOffice(t)
	c := o.signIn(t, "clerk")
	w := c.upload("/desk/papers", formPDF())
	page := w.Body.String()
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d: %s", w.Code, page)
	}
	for _, canary := range paperstest.Canaries() {
		if strings.Contains(page, canary) {
			t.Errorf("the page shows %q", canary)
		}
	}
	if !strings.Contains(page, "Page 2: warrant for arrest, form I-200. An immigration agency&#39;s paper, not a judge&#39;s") {
		t.Error("the page does not say what the second paper is")
	}
	form := answersOn(page)
	for field, want := range map[string]string{"form": "i-247a", "edition": "2017-02", "by": "ice", "box": "box-1", "served": "yes", "attached": "i-200", "court": "none"} {
		if form.Get(field) != want {
			t.Errorf("%s is filled in with %q, want %q", field, form.Get(field), want)
		}
	}
	if len(form["cause"]) != 2 || !strings.HasPrefix(form.Get("paper_digest"), "sha256:") || len(form["seen"]) != 0 {
		t.Errorf("cause %v, digest %q, seen %v", form["cause"], form.Get("paper_digest"), form["seen"])
	}
	rest := texasForm()
	for _, own := range []string{"booking", "name", "received_at", "addressed", "signed", "dated", "attached_signed", "custody", "other_reason", "release_at", "contradicts", "shown"} {
		if form.Get(own) == "" {
			form.Set(own, rest.Get(own))
		}
	}
	form.Set("id", "desk-1")
	refused := c.post("/desk/detainers/new", form)
	if refused.Code != http.StatusUnprocessableEntity || !strings.Contains(refused.Body.String(), "tick that you did") || len(o.shelf.Kept) != 0 {
		t.Fatalf("unseen signatures: %d", refused.Code)
	}
	again := answersOn(refused.Body.String())
	if len(again["read"]) == 0 || again.Get("paper_digest") != form.Get("paper_digest") || again.Get("box") != "box-1" {
		t.Errorf("what was read is lost: %v", again)
	}
	form["seen"] = form["read"]
	crop := regexp.MustCompile(`/desk/papers/[a-z0-9]+/\d+`).FindString(page)
	if crop != "" && c.get(crop).Code != http.StatusOK {
		t.Error("the picture of a place cannot be seen")
	}
	if w := c.post("/desk/detainers/new", form); w.Code != http.StatusSeeOther {
		t.Fatalf("recorded: %d %s", w.Code, w.Body)
	}
	if crop != "" && c.get(crop).Code != http.StatusNotFound {
		t.Error("the picture outlives the form")
	}
	kept, err := json.Marshal(o.shelf.Kept)
	if err != nil || !bytes.Contains(kept, []byte(form.Get("paper_digest"))) {
		t.Errorf("the digest is not kept: %v", err)
	}
}

// A clerk who chooses another answer than the paper's still looks: the tick is
// asked of every signature and issuer that was read.
func TestEverySignatureThatWasReadIsConfirmed(t *testing.T) {
	o := paperOffice(t)
	c := o.signIn(t, "clerk")
	form := texasForm("paper_digest", "sha256:"+strings.Repeat("0", 64))
	form["read"] = []string{"by", "signed", "court"}
	for _, seen := range [][]string{nil, {"by"}, {"by", "signed"}} {
		form["seen"] = seen
		if w := c.post("/desk/detainers/new", form); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("with %v seen: %d", seen, w.Code)
		}
	}
	form["seen"] = form["read"]
	if w := c.post("/desk/detainers/new", form); w.Code != http.StatusSeeOther {
		t.Errorf("all seen: %d", w.Code)
	}
}

func TestPaperDraftsAreBoundAndRunOut(t *testing.T) {
	d, now := &paperDrafts{}, time.Now()
	mine, other := [32]byte{1}, [32]byte{2}
	id := d.keep(mine, PaperReading{Kind: "i-247a"}, now)
	if _, ok := d.get(id, mine, now); !ok {
		t.Error("it is not kept")
	}
	if _, ok := d.get(id, other, now); ok {
		t.Error("another session sees it")
	}
	if _, ok := d.get(id, mine, now.Add(paperTime)); ok {
		t.Error("it outlives its time")
	}
	for range 2 * mostDrafts {
		d.keep(mine, PaperReading{}, now)
	}
	if len(d.kept) != mostDrafts {
		t.Errorf("%d drafts are kept", len(d.kept))
	}
}

func TestPapersThatCannotBeReadLoseNothing(t *testing.T) {
	o := paperOffice(t)
	c := o.signIn(t, "clerk")
	for _, prefix := range []string{"", "/es"} {
		for name, files := range map[string][][]byte{"no file": nil, "text": {[]byte("hello")}, "empty": {{}}, "many": make([][]byte, 9), "half a PDF": {formPDF()[:300]}} {
			w := c.upload(prefix+"/desk/papers", files...)
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="paper"`) {
				t.Errorf("%s%s: %d", prefix, name, w.Code)
			}
		}
	}
	if w := c.post("/desk/papers", url.Values{"paper": {"x"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a form without a file: %d", w.Code)
	}
	if w := c.get("/desk/papers/none/0"); w.Code != http.StatusNotFound {
		t.Errorf("no such picture: %d", w.Code)
	}
}

// Row L22: no name of a field that the API or the form gives of a paper has to
// do with status, birth or country; and programs get no more than people do.
func TestPapersByProgram(t *testing.T) {
	o := paperOffice(t)
	post := func(token, kind string, body []byte) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/api/v1/papers", bytes.NewReader(body))
		r.Header.Set("Content-Type", kind)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		o.ServeHTTP(w, r)
		return w
	}
	w := post("tx", "application/pdf", formPDF())
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	got := decode[PaperReading](t, w)
	if got.Kind != "i-247a" || len(got.Pages) != 2 || got.Pages[1].Issuer != "immigration-agency" || len(got.Digests) != 1 {
		t.Errorf("%+v", got)
	}
	confirm := 0
	for _, p := range got.Proposals {
		if p.Confirm {
			confirm++
		}
	}
	if confirm < 4 {
		t.Errorf("%d proposals are to be confirmed", confirm)
	}
	for _, canary := range append(paperstest.Canaries(), "citizenship", "birth", "nationality", "country", "alien") {
		if strings.Contains(w.Body.String(), canary) {
			t.Errorf("the answer has %q: %s", canary, w.Body)
		}
	}
	if len(o.shelf.Kept) != 0 {
		t.Error("reading was recorded")
	}
	for name, c := range map[string]struct {
		token string
		body  []byte
		want  int
	}{"no token": {"", formPDF(), 401}, "an auditor": {"audit", formPDF(), 403}, "text": {"tx", []byte("x"), 400}, "nothing": {"tx", nil, 400}} {
		if w := post(c.token, "application/pdf", c.body); w.Code != c.want {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

// The form after a paper was read, at two widths in two languages.
func TestPapersInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	axe, ctx := readAxe(t), newBrowser(t)
	o := paperOffice(t)
	server := listen(t, o)
	folder := shotFolder(t)
	file := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(file, formPDF(), 0o600); err != nil {
		t.Fatal(err)
	}
	enterDesk(t, ctx, server.URL, o)
	for width, prefix := range looks(320) {
		checkInBrowser(t, ctx, axe, server.URL+prefix+"/desk/detainers/new", width, shotName(folder, prefix+"/desk-paper-empty", width))
		err := chromedp.Run(ctx, chromedp.SetUploadFiles("#paper", []string{file}, chromedp.ByQuery),
			chromedp.Click(".paper-file button", chromedp.ByQuery), chromedp.WaitReady(".from-paper h3", chromedp.ByQuery))
		if err != nil {
			t.Fatalf("upload: %v", err)
		}
		inspectPage(t, ctx, axe, prefix+" paper read", shotName(folder, prefix+"/desk-paper", width))
	}
}

// Row K1 from a paper, with a keyboard alone, by the model of
// TestIntakeByKeyboard; 15 s for a fax of two pages to be read by OCR, and 5 s
// to look at each place that is to be confirmed.
func TestPaperIntakeByKeyboard(t *testing.T) {
	if !*inBrowser {
		return
	}
	ctx := newBrowser(t)
	o := paperOffice(t)
	server := listen(t, o)
	file := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(file, formPDF(), 0o600); err != nil {
		t.Fatal(err)
	}
	enterDesk(t, ctx, server.URL, o)
	err := chromedp.Run(ctx, chromedp.Navigate(server.URL+"/desk/detainers/new"), chromedp.WaitReady("#paper"),
		chromedp.SetUploadFiles("#paper", []string{file}, chromedp.ByQuery), chromedp.Focus(".paper-file button"), chromedp.KeyEvent(kb.Enter),
		chromedp.WaitReady(".from-paper h3", chromedp.ByQuery), chromedp.Focus(".from-paper summary"))
	if err != nil {
		t.Fatal(err)
	}
	want := texasForm()
	want.Set("received_at", "11182026"+"1120A")
	want.Set("release_at", "11202026"+"0500P")
	w := &paperWalker{walker: walker{t: t, ctx: ctx, want: want}}
	for range 120 {
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
	const scan, choose = 15, 10
	seconds := scan + choose + float64(w.keys)*0.28 + float64(w.answered+w.looked)*5
	t.Logf("intake from a paper: %d questions answered, %d places looked at, %d keystrokes, about %.0f s", w.answered, w.looked, w.keys, seconds)
	if seconds > 240 {
		t.Errorf("the intake takes about %.0f s, more than 4 minutes", seconds)
	}
}

// A paperWalker passes over what the paper filled in, and ticks what it looked at.
type paperWalker struct {
	walker
	looked int
}

func (w *paperWalker) next() bool {
	w.press(kb.Tab)
	at := w.look()
	var set bool
	if err := chromedp.Run(w.ctx, chromedp.Evaluate(`(() => { const e = document.activeElement, f = e.form; if (!f || !f.classList.contains("desk-form") || !e.name) return false;
		return e.name !== "seen" && (e.type === "radio" || e.type === "checkbox") && [...f.querySelectorAll("[name='" + e.name + "']")].some(o => o.checked); })()`, &set)); err != nil {
		w.t.Fatal(err)
	}
	switch {
	case at.Submit:
		return true
	case at.Name == "seen":
		w.looked++
		w.press(" ")
		return false
	case set:
		return false
	}
	return w.answer(at)
}
