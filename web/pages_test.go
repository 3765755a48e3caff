package web

import (
	"context"
	"embed"
	"errors"
	"flag"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"comity/atlas"
	"comity/data"
	"comity/door"
	"comity/law"
	"comity/oversight"
	"comity/record"
)

var update = flag.Bool("update", false, "write golden files")

//go:embed testdata/law testdata/drafts
var testdata embed.FS

// now is the moment of every test: a Saturday morning in Chicago.
var now = time.Date(2026, 11, 21, 15, 30, 0, 0, time.UTC)

// sampleBook is the real vocabulary and places with the few packs of
// testdata/law, so that pages do not change with the law.
var sampleBook = sync.OnceValues(func() (*law.Book, error) {
	files, err := sampleFiles()
	if err != nil {
		return nil, err
	}
	book, err := law.Load(files)
	if err != nil {
		return nil, err
	}
	book.Now = func() time.Time { return now }
	return book, nil
})

func sampleFiles() (fstest.MapFS, error) {
	files := fstest.MapFS{}
	for _, dir := range []string{"vocabulary.yaml", "places"} {
		err := fs.WalkDir(data.FS, dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := fs.ReadFile(data.FS, name)
			files[name] = &fstest.MapFile{Data: b}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, fs.WalkDir(testdata, "testdata/law", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(testdata, name)
		files[strings.TrimPrefix(name, "testdata/")] = &fstest.MapFile{Data: b}
		return err
	})
}

func testBook(t testing.TB) *law.Book {
	t.Helper()
	b, err := sampleBook()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func testConfig(t testing.TB) Config {
	t.Helper()
	answers, err := atlas.LoadAnswers(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	agencies, err := atlas.LoadAgencies(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	agreements, err := atlas.LoadAgreements(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	tell, err := door.LoadTell(os.DirFS("../data"))
	if err != nil {
		t.Fatal(err)
	}
	prints, err := door.LoadFingerprints(os.DirFS("../data"))
	if err != nil {
		t.Fatal(err)
	}
	corrections, err := atlas.LoadCorrections(data.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Drafts:      testDrafts(t),
		Corrections: corrections, Contact: "records@sample.example",
		Law: testBook(t), Agencies: agencies, Agreements: agreements, Answers: answers, Tell: tell, Fingerprints: prints,
		Record: &sampleRecord{}, Figures: sampleFigures{}, Logs: theSampleLogs, Replay: sampleReplay, Now: func() time.Time { return now },
		Log: slog.New(slog.NewTextHandler(testWriter{t}, nil)),
	}
}

// testDrafts lays a sample bill over the sample law.
func testDrafts(t testing.TB) []*law.Draft {
	t.Helper()
	files, err := fs.Sub(testdata, "testdata/drafts")
	if err != nil {
		t.Fatal(err)
	}
	drafts, err := testBook(t).Drafts(files)
	if err != nil {
		t.Fatal(err)
	}
	return drafts
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

func testSite(t testing.TB) http.Handler {
	t.Helper()
	h, err := New(testConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// sampleRecord shows two released headers and one total.
type sampleRecord struct{ broken bool }

func (s *sampleRecord) PublicHeaders(_ context.Context, after int64, limit int) ([]oversight.PublicEntry, error) {
	if s.broken {
		return nil, errors.New("disk is gone")
	}
	var out []oversight.PublicEntry
	for i := range int64(60) {
		if i > after && len(out) < limit {
			h := record.Salted{Header: record.Header{Version: 1, Agency: "IL0160000", Kind: "detainer", Month: "2026-09",
				Law: "sha256:" + strings.Repeat("1f", 32), Commitments: []string{strings.Repeat("A", 43)}}, Salt: make([]byte, 32)}
			h.Salt[0] = byte(i)
			out = append(out, oversight.PublicEntry{Index: i, Leaf: h.Leaf().Name(), Header: h})
		}
	}
	return out, nil
}

func (s *sampleRecord) Checkpoint(context.Context) (record.Checkpoint, error) {
	return record.Checkpoint{Origin: "example.org/log", Size: 1234, At: now}, nil
}

func (s *sampleRecord) Counts(context.Context) ([]oversight.PublicCount, error) {
	return []oversight.PublicCount{{Agency: "IL0160000", Kind: "detainer", Period: "2026-09", Count: 60}}, nil
}

func (s *sampleRecord) Key() record.Key { return record.Key{} }

func cell(state, month string, a oversight.Answer, o oversight.Outcome, rows int) oversight.Cell {
	return oversight.Cell{State: state, Month: month, Answer: a, Outcome: o, Rows: rows}
}

func sampleReplay() *oversight.DetainerReplay {
	r := &oversight.DetainerReplay{From: "2014-10-01", To: "2015-04-30", Known: "2026-11-21", Law: "sha256:" + strings.Repeat("2e", 32),
		Cells: []oversight.Cell{
			cell("TX", "2014-10", oversight.May, oversight.Declined, 5), cell("TX", "2014-10", oversight.May, oversight.NotKnown, 1800),
			cell("TX", "2014-11", oversight.Depends, oversight.Booked, 310), cell("IL", "2014-10", oversight.NoPack, oversight.NotKnown, 200),
			cell("CO", "2014-12", oversight.May, oversight.Declined, 40), cell("", "2014-10", oversight.NoPlace, oversight.NotKnown, 900),
			cell("CA", "2014-10", oversight.MustNot, oversight.Booked, 77), cell("CA", "2014-11", oversight.Counsel, oversight.Other, 12),
			cell("NY", "2014-11", oversight.NoRule, oversight.Closed, 9), cell("NY", "2014-11", oversight.NotTheir, oversight.Closed, 2), cell("NY", "2014-11", oversight.Must, oversight.Closed, 1),
		},
		Missing: []oversight.Tally{{Name: "document.detainer_shows", Rows: 310}, {Name: "person.release_due_at", Rows: 200}},
	}
	for _, c := range r.Cells {
		r.Total += c.Rows
	}
	return r
}

// pages is every public page, as the tests and the browser visit them.
var pages = []string{
	"/", "/ask", "/ask/here", "/ask?where=Chicago", "/ask?where=Franklin", "/ask?in=us-il&actor=county-jail",
	"/ask?in=us-il&actor=county-jail&act=hold-on-detainer", "/law", "/law?where=Cook", "/law/in/us-il", "/law/in/us-il-chicago",
	"/law/us/il/trust-act", "/law/rule/us/il/trust-act/15a", "/law/offences/us-ca", "/law/offences/us-ca?section=Pen.+Code+217.1&on=2026-01-10", "/law/offences/us-ca?section=x", "/law/handout/us-il", "/law/handout/us-il-cook?actor=county-jail", "/law/handout/us-il-cook?actor=county-jail&sheet=procedure&on=2019-03-03&known=then",
	"/law/handout/us-il-cook?actor=county-jail&sheet=public&from=2019-03-03", "/law/handout/us-pr?actor=municipal-police", "/drafts", "/drafts/us/il/hb-1-sample", "/answers", "/answers/open-the-door", "/answers/how-long-hold",
	"/agencies", "/agencies?q=Chicago&state=IL", "/agencies/AK0010500", "/tell", "/tell/sample-police", "/tell/sample-police/sheet",
	"/record", "/verify", "/replay", "/replay?state=TX", "/coverage", "/coverage?act=hold-on-detainer", "/coverage/us-il", "/coverage/us-pr", "/corrections", "/corrections?about=us/il/trust-act%2315a", "/about",
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func post(h http.Handler, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryPage(t *testing.T) {
	h := testSite(t)
	for _, prefix := range []string{"", "/es"} {
		for _, path := range pages {
			t.Run(prefix+path, func(t *testing.T) {
				w := get(h, prefix+path)
				if w.Code != http.StatusOK {
					t.Fatalf("status %d: %s", w.Code, regexp.MustCompile(`(?s)class="lead".*?</p>`).FindString(w.Body.String()))
				}
				checkPage(t, w, strings.TrimPrefix(prefix, "/"))
			})
		}
	}
}

const mostBytes = 60_000

// checkPage holds what every page must keep.
func checkPage(t *testing.T, w *httptest.ResponseRecorder, lang string) {
	t.Helper()
	body, header := w.Body.String(), w.Header()
	if got := header.Get("Content-Security-Policy"); got != policy && got != modulePolicy || strings.Contains(got, "'unsafe") {
		t.Errorf("policy %q", got)
	}
	if len(header.Values("Set-Cookie")) > 0 {
		t.Error("a public page sets a cookie")
	}
	if header.Get("Referrer-Policy") != "no-referrer" || header.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("security headers are missing")
	}
	if len(body) > mostBytes {
		t.Errorf("%d bytes, more than %d", len(body), mostBytes)
	}
	if lang == "" {
		lang = "en"
	}
	if !strings.Contains(body, `<html lang="`+lang+`">`) {
		t.Error("the page does not say its language")
	}
	if n := strings.Count(body, "<h1"); n != 1 {
		t.Errorf("%d headings of level 1", n)
	}
	checkHeadings(t, body)
	checkLabels(t, body)
	if m := regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+="|<style|javascript:`).FindString(body); m != "" {
		t.Errorf("inline style or script: %s", m)
	}
	if m := regexp.MustCompile(`(?:href|src|action)="(https?://[^"]*)"`).FindAllStringSubmatch(body, -1); m != nil {
		for _, x := range m {
			if strings.Contains(x[0], "src=") {
				t.Errorf("loads from elsewhere: %s", x[1])
			}
		}
	}
	if i := strings.Index(body, "<no value>"); i >= 0 || strings.Contains(body, "%!") {
		t.Error("a hole in the template shows")
	}
}

func checkHeadings(t *testing.T, body string) {
	t.Helper()
	level := 0
	for _, m := range regexp.MustCompile(`<h([1-6])`).FindAllStringSubmatch(body, -1) {
		n := int(m[1][0] - '0')
		if n > level+1 {
			t.Errorf("heading of level %d follows one of level %d", n, level)
		}
		level = n
	}
}

var controls = regexp.MustCompile(`<(?:input|select|textarea)[^>]*>`)

// checkLabels sees that each control has a label, its own or round it.
func checkLabels(t *testing.T, body string) {
	t.Helper()
	for _, at := range controls.FindAllStringIndex(body, -1) {
		tag := body[at[0]:at[1]]
		if strings.Contains(tag, `type="hidden"`) {
			continue
		}
		id := regexp.MustCompile(`\sid="([^"]+)"`).FindStringSubmatch(tag)
		inside := strings.LastIndex(body[:at[0]], "<label") > strings.LastIndex(body[:at[0]], "</label")
		if !inside && (id == nil || !strings.Contains(body, `for="`+id[1]+`"`)) {
			t.Errorf("no label: %s", tag)
		}
	}
}

func TestMissingAndForbidden(t *testing.T) {
	h := testSite(t)
	for _, c := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/nothing", 404, "There is no page at this address."},
		{"GET", "/es/nothing", 404, "No hay ninguna página en esta dirección."},
		{"GET", "/law/in/us-xx", 404, "There is no place with this id."},
		{"GET", "/law/us/none", 404, "There is no law with this id."},
		{"GET", "/drafts/us/none", 404, "There is no bill with this name."},
		{"GET", "/law/rule/us/il/trust-act/99", 404, "There is no rule with this id."},
		{"GET", "/answers/none", 404, "There is no answer with this name."},
		{"GET", "/agencies/XX0000000", 404, "There is no agency with this ORI."},
		{"GET", "/tell/XX0000000", 404, "This agency has not described its staff here."},
		{"GET", "/record?after=x", 404, "There is no page at this address."},
		{"DELETE", "/law", 405, "This address cannot be used in this way."},
		{"POST", "/es/law", 405, "Esta dirección no se puede usar de esta manera."},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s: %d, want %d and %q", c.method, c.path, w.Code, c.status, c.says)
		}
		if c.status == 405 && w.Header().Get("Allow") == "" {
			t.Errorf("%s %s: no Allow", c.method, c.path)
		}
		checkPage(t, w, strings.TrimPrefix(regexp.MustCompile(`^/es`).FindString(c.path), "/"))
	}
}

func TestRedirects(t *testing.T) {
	h := testSite(t)
	for path, want := range map[string]string{
		"/es":                             "/es/",
		"/law?where=us-il":                "/law/in/us-il",
		"/es/law?where=Illinois":          "/es/law/in/us-il",
		"/ask?topic=door&where=Chicago":   "/answers/open-the-door",
		"/es/ask?topic=door":              "/es/answers/open-the-door",
		"/law/rule/us/il/trust-act%2315a": "",
	} {
		w := get(h, path)
		if got := w.Header().Get("Location"); got != want {
			t.Errorf("%s goes to %q, want %q (status %d)", path, got, want, w.Code)
		}
	}
}

// endless claims to be two gigabytes and fails the test if it is read.
type endless struct{ t *testing.T }

func (e endless) Read([]byte) (int, error) {
	e.t.Error("the body was read")
	return 0, io.EOF
}

func TestUploadOfTwoGigabytesIsRefusedUnread(t *testing.T) {
	h := testSite(t)
	r := httptest.NewRequest("POST", "/ask", endless{t})
	r.ContentLength = 2 << 30
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), "larger than this page takes") {
		t.Errorf("status %d", w.Code)
	}
}

func TestBodyWithoutLengthIsCut(t *testing.T) {
	h := testSite(t)
	r := httptest.NewRequest("POST", "/ask", io.MultiReader(strings.NewReader("where="+strings.Repeat("a", formLimit+10))))
	r.ContentLength = -1
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", w.Code)
	}
}

func TestPostFromAnotherSiteIsRefused(t *testing.T) {
	h := testSite(t)
	r := httptest.NewRequest("POST", "/ask", strings.NewReader("where=Chicago"))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "sent from another site") {
		t.Errorf("status %d", w.Code)
	}
}

// What goes wrong inside is a page, and neither it nor the log tells the address.
func TestOurFaultIsAPageAndTheLogIsSilent(t *testing.T) {
	c := testConfig(t)
	var log strings.Builder
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	c.Record = &sampleRecord{broken: true}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	for path, prepare := range map[string]func(){
		"/es/record?after=7": func() {},
		"/record?after=8":    func() { c.Record = nil },
	} {
		prepare()
		w := get(h, path)
		if w.Code != 500 || strings.Contains(w.Body.String(), "disk is gone") {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if !strings.Contains(log.String(), "disk is gone") || strings.Contains(log.String(), "after") || strings.Contains(log.String(), "/record") {
		t.Errorf("log: %s", log.String())
	}
}

func TestPanicIsAPage(t *testing.T) {
	c := testConfig(t)
	var log strings.Builder
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	s := &site{Config: c}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	_ = h
	s.parts, _ = loadParts(nil)
	s.langs, _ = loadLangs(c.Law)
	if s.pages, err = s.loadPages(); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.languages(s.recovered(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }))).ServeHTTP(w, httptest.NewRequest("GET", "/es/ask?in=secret", nil))
	if w.Code != 500 || !strings.Contains(w.Body.String(), "Algo falló de nuestro lado") || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("status %d", w.Code)
	}
	if !strings.Contains(log.String(), "boom") || strings.Contains(log.String(), "secret") {
		t.Errorf("log: %s", log.String())
	}
}

// A copy without any part but the law still shows every page.
func TestEmptyPartsAreDesigned(t *testing.T) {
	h, err := New(Config{Law: testBook(t), Now: func() time.Time { return now }, Dist: fstest.MapFS{"README.md": {}}})
	if err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		"/record": "This copy keeps no record.", "/replay": "This copy has no replay loaded.", "/answers": "This copy has no answers loaded.",
		"/agencies": "This copy has no list of agencies.", "/tell": "No agency has described its staff in this copy yet.", "/": "The same facts in three places",
	} {
		w := get(h, path)
		if w.Code != 200 || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: %d, want %q", path, w.Code, says)
		}
		if strings.Contains(w.Body.String(), "fonts.css") {
			t.Errorf("%s asks for fonts that are not built", path)
		}
		checkPage(t, w, "")
	}
}

func TestStatic(t *testing.T) {
	h := testSite(t)
	body := get(h, "/").Body.String()
	address := regexp.MustCompile(`/static/style\.css\?v=[0-9a-f]+`).FindString(body)
	r := httptest.NewRequest("GET", address, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 200 || w.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%s: %d %v", address, w.Code, w.Header())
	}
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	w = httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusNotModified {
		t.Errorf("status %d", w.Code)
	}
	if w := get(h, "/static/../web.go"); w.Code == 200 {
		t.Error("a file outside static is served")
	}
}

// What a first visit loads, fonts aside, stays small.
func TestWeightOfAPage(t *testing.T) {
	c := testConfig(t)
	p, err := loadParts(c.Dist)
	if err != nil {
		t.Fatal(err)
	}
	h := testSite(t)
	own := len(p.files["style.css"].zipped) + len(p.files["card.js"].body) + len(p.files["fonts.css"].body)
	for _, path := range pages {
		if n := get(h, path).Body.Len() + own; n > mostBytes {
			t.Errorf("%s: %d bytes with style and script", path, n)
		}
	}
}

func TestReplayCSVReconciles(t *testing.T) {
	w := get(testSite(t), "/replay.csv")
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	if w.Code != 200 || len(lines) != len(sampleReplay().Cells)+1 || lines[0] != "state,month,law,happened,rows" {
		t.Errorf("%d: %d lines, %s", w.Code, len(lines), lines[0])
	}
}

func TestLanguageSwitchKeepsThePage(t *testing.T) {
	h := testSite(t)
	for path, want := range map[string]string{"/law/in/us-il": `href="/es/law/in/us-il"`, "/es/law/in/us-il": `href="/law/in/us-il"`, "/es/": `href="/" hreflang="en"`} {
		if !strings.Contains(get(h, path).Body.String(), want) {
			t.Errorf("%s does not link %s", path, want)
		}
	}
}

// Stale and withdrawn answers say so before anything else.
func TestStaleAnswerIsNotUsed(t *testing.T) {
	c := testConfig(t)
	c.Now = func() time.Time { return now.AddDate(1, 0, 0) }
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	body := get(h, "/answers/open-the-door").Body.String()
	lead := regexp.MustCompile(`(?s)<h1>.*?</h1>\s*(<p[^>]*>.*?</p>)`).FindStringSubmatch(body)
	if lead == nil || !strings.Contains(lead[1], "check overdue") {
		t.Errorf("the page begins with %v", lead)
	}
}

func TestPlacesAreFound(t *testing.T) {
	p := newPlaces(testBook(t).Places())
	for text, want := range map[string][]string{
		"Chicago": {"us-il-chicago"}, "chicago, il": {"us-il-chicago"}, "Cook, IL": {"us-il-cook"}, "TX": {"us-tx"}, "texas": {"us-tx"},
		"us-wy": {"us-wy"}, "": nil, "Zzyzx": nil, "San Francisco": {"us-ca-san-francisco"},
	} {
		var got []string
		for _, x := range p.find(text) {
			got = append(got, x.ID)
		}
		if len(want) == 1 && (len(got) == 0 || got[0] != want[0]) || want == nil && got != nil {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if n := len(p.find("Franklin")); n < 2 {
		t.Errorf("Franklin is %d places; one must be chosen", n)
	}
	if got := p.find("Franklin, IA"); len(got) != 1 || got[0].ID != "us-ia-franklin" {
		t.Errorf("Franklin, IA is %v", got)
	}
}
