package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"comity"
	"comity/law"
	"comity/law/handout"
)

const cookCard = "/law/handout/us-il-cook?actor=county-jail&on=2026-11-21&sheet="

// One changed rule changes procedure, card and public page in one build, each
// with the sentence and the version (L21).
func TestL21_OneRuleChangesAllSheets(t *testing.T) {
	const is = "No officer shall hold anybody on a form alone."
	files, err := sampleFiles()
	if err != nil {
		t.Fatal(err)
	}
	const pack = "law/us/il/trust-act.yaml"
	rule := regexp.MustCompile(`(?s)(- id: us/il/trust-act#15a\n.*?      en: )[^\n]+`)
	if !rule.Match(files[pack].Data) {
		t.Fatal("the sample law has no such rule")
	}
	files[pack] = &fstest.MapFile{Data: rule.ReplaceAll(files[pack].Data, []byte("${1}"+is))}
	c := testConfig(t)
	book, err := law.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	book.Now = c.Now
	before := testSite(t)
	c.Law = book
	after, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]bool{}
	for _, sheet := range handout.Sheets() {
		for _, prefix := range []string{"", "/es"} {
			a, b := get(before, prefix+cookCard+string(sheet)).Body.String(), get(after, prefix+cookCard+string(sheet)).Body.String()
			if !strings.Contains(b, is) && prefix == "" || strings.Contains(a, is) {
				t.Errorf("%s%s: the new sentence does not stand where it should", prefix, sheet)
			}
			va, vb := version(t, a), version(t, b)
			if va == vb {
				t.Errorf("%s%s: one version for two texts", prefix, sheet)
			}
			versions[vb] = true
		}
	}
	if len(versions) != 1 {
		t.Errorf("%d versions of one law", len(versions))
	}
}

var versionText = regexp.MustCompile(`<code>(sha256:[0-9a-f]{64})</code>`)

func version(t *testing.T, page string) string {
	t.Helper()
	m := versionText.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the sheet has no version")
	}
	return m[1]
}

// Page and API give the card of a past day as it was known then under one hash.
func TestL21_WhatTheCardSaidThen(t *testing.T) {
	h := testSite(t)
	page := get(h, "/law/handout/us-il-cook?actor=county-jail&on=2026-03-03&known=then")
	if !strings.Contains(page.Body.String(), "Law of 3 March 2026, as it was known on that day") {
		t.Error("the page does not say as of when it was known")
	}
	w := get(h, "/api/v1/handouts/us-il-cook?actor=county-jail&on=2026-03-03&known=2026-03-03&from=2019-01-01")
	var body handoutBody
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %v %.200s", w.Code, err, w.Body)
	}
	if body.Digest != version(t, page.Body.String()) || body.Known != "2026-03-03" || !body.Intact() {
		t.Errorf("page %s, API %s known %s", version(t, page.Body.String()), body.Digest, body.Known)
	}
	if len(body.Changes) == 0 || body.From == "" || body.From == body.Digest {
		t.Errorf("since 2019: %d changes, from %s", len(body.Changes), body.From)
	}
}

func TestHandoutRefuses(t *testing.T) {
	h := testSite(t)
	for path, want := range map[string]int{
		"/law/handout/us-xx":                                          404,
		"/law/handout/us-il?actor=bystander":                          404,
		"/law/handout/us-il?actor=ice-ero":                            404,
		"/law/handout/us-il?actor=county-jail&sheet=poster":           404,
		"/law/handout/us-il?actor=county-jail&on=soon":                400,
		"/api/v1/handouts/us-xx?actor=county-jail":                    404,
		"/api/v1/handouts/us-il?actor=resident":                       400,
		"/api/v1/handouts/us-il?actor=county-jail&on=2026-13-01":      400,
		"/api/v1/handouts/us-il":                                      422,
		"/api/v1/handouts/us-il?actor=county-jail&from=the+beginning": 400,
	} {
		if w := get(h, path); w.Code != want {
			t.Errorf("%s: %d, want %d: %.200s", path, w.Code, want, w.Body)
		}
	}
}

// The card is one sheet of paper in both languages, also where the law is long.
func TestCardIsOneSheetInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	h, err := New(shippedConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/law/handout/us-il-cook?actor=county-jail", "/es/law/handout/us-ca-los-angeles?actor=sheriff"} {
		if n := sheetsOfPaper(t, h, path); n != 1 {
			t.Errorf("%s takes %d sheets", path, n)
		}
	}
}

func sheetsOfPaper(t *testing.T, h http.Handler, path string) int {
	t.Helper()
	file := filepath.Join(t.TempDir(), "card.pdf")
	browser, err := findChromium()
	if err != nil {
		t.Fatal("Chromium is not installed: run ./test -install")
	}
	server := httptest.NewServer(h)
	defer server.Close()
	out, err := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+t.TempDir(), "--no-pdf-header-footer", "--print-to-pdf="+file, server.URL+path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	pdf, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(pdf, -1))
}

// What is unsettled is shown so on the public sheet.
func TestPublicSheetShowsDoubt(t *testing.T) {
	o := newOfficeWith(t, func(*Config) {})
	book, err := staffLaw()
	if err != nil {
		t.Fatal(err)
	}
	langs, err := loadLangs(book)
	if err != nil {
		t.Fatal(err)
	}
	doubts := 0
	for _, id := range []string{"us-co", "us-wa", "us-ca", "us-ny", "us-fl"} {
		place, _ := book.Place(id)
		v := &handoutView{Place: place, Actor: "municipal-police", On: staffNow.Format("2006-01-02")}
		if err := v.draw(langs["en"], book); err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, p := range v.Points {
			for i, a := range p.Answers {
				if slices.Contains(a.Flags, comity.Unsettled) && a.Rule != nil && (i == 0 || !p.Same) {
					want++
				}
			}
		}
		page := get(o, "/law/handout/"+id+"?actor=municipal-police&sheet=public").Body.String()
		if shown := strings.Count(page, `<span class="tag">`+langs["en"].say("flag.unsettled.label")+`</span>`); shown < want {
			t.Errorf("%s: %d answers are unsettled, the page says so %d times", id, want, shown)
		}
		doubts += want
	}
	if doubts == 0 {
		t.Error("no answer is unsettled: this test sees nothing")
	}
}
