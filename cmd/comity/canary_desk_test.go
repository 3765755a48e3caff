package main

import (
	"bytes"
	"io"
	"log/slog"
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

	"comity/access"
	"comity/atlas"
	"comity/data"
	"comity/papers/paperstest"
	"comity/store"
	"comity/web"
)

// A bureau is a desk with people of every role, whose log is read.
type bureau struct {
	*releaseTest
	t      *testing.T
	said   *locked
	apart  string // counsel's folder
	people map[access.Role]*station
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	b := &bureau{releaseTest: newReleaseTest(t), t: t, said: &locked{}, apart: filepath.Join(t.TempDir(), "counsel"), people: map[access.Role]*station{}}
	b.clock.set(time.Now())
	kept, err := store.OpenCounselNotes(b.apart, filepath.Join(b.dir, "keys", "counsel.key"))
	if err != nil {
		t.Fatal(err)
	}
	book, err := openBook("")
	if err != nil {
		t.Fatal(err)
	}
	agreements, err := atlas.LoadAgreements(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]web.Home{testAgency: {Name: "An agency", Place: "us-il-cook", Actor: "sheriff"}}
	handler, err := newSite(book, nil, b.store, agreements, slog.New(slog.NewTextHandler(b.said, nil)), named, allParts, "", func(c *web.Config) { c.Notes = notes{kept} })
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(handler)
	t.Cleanup(site.Close)
	b.site = &server{url: site.URL}
	for _, role := range []access.Role{access.Clerk, access.Counsel, access.Auditor, access.Supervisor, access.Sergeant, access.Administrator, access.WatchCommander} {
		session, err := b.store.NewSession(t.Context(), store.Account{Agency: testAgency, Role: string(role), Name: "CANARYLABEL " + string(role)})
		if err != nil {
			t.Fatal(err)
		}
		b.people[role] = &station{server: b.site, t: t, ori: testAgency, cookie: &http.Cookie{Name: "comity-desk", Value: session}}
	}
	return b
}

// done posts a form that is taken; refused one that is not, and whose refusal
// may show the form to its own writer only.
func (b *bureau) done(role access.Role, path string, form url.Values) {
	b.t.Helper()
	if w := b.people[role].do("POST", path, form); w.StatusCode != http.StatusSeeOther && w.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(w.Body)
		b.t.Fatalf("%s: %s %s", path, w.Status, regexp.MustCompile(`(?s)role="alert".*?</div>`).Find(body))
	}
}

func (b *bureau) refused(role access.Role, path string, form url.Values) {
	b.t.Helper()
	if w := b.people[role].do("POST", path, form); w.StatusCode < 400 || w.StatusCode >= 500 {
		b.t.Errorf("%s: %s", path, w.Status)
	}
}

// What staff write on the desk beside the forms of the API: notes and questions
// to counsel, letters of officers, reasons for a look, papers, the card at a
// scene, names of accounts. None of it is in a file, the log of the server, an
// address, what an outsider reads, the export or a backup.
func TestCanaryOnTheDesk(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.detainer(t, "desk-1", testAgency, b.clock.Now().Add(-time.Hour), 1)
	b.done(access.Counsel, "/desk/entries/desk-1/notes", url.Values{"id": {"n-1"}, "text": {"CANARY-NOTE"}, "until": {time.Now().AddDate(0, 3, 0).Format(time.DateOnly)}})
	b.refused(access.Counsel, "/desk/entries/desk-1/notes", url.Values{"id": {"n-2"}, "text": {"CANARY-NOTE " + strings.Repeat("x", 100_000)}, "until": {"CANARY-DAY"}})
	b.done(access.Clerk, "/desk/entries/desk-1/counsel", url.Values{"id": {"q-1"}, "text": {"CANARY-QUESTION"}})
	b.done(access.Counsel, "/desk/agreements/new", url.Values{"id": {"agr-1"}, "model": {"tfm"}, "parties": {"ICE; Sample County"}, "signed": {"2025-02-20"}})
	b.done(access.Counsel, "/desk/agreements/letter", url.Values{"id": {"let-1"}, "ref": {"agr-1"}, "officer": {"CANARY-77"}, "functions": {"serve-warrants"}, "authorized": {"2025-03-03"}, "last_day": {"2026-12-31"}, "letter": {"yes"}})
	b.refused(access.Counsel, "/desk/agreements/letter", url.Values{"id": {"let-2"}, "ref": {"agr-1"}, "officer": {"CANARY-78"}, "functions": {"CANARY-FUNCTION"}})
	b.done(access.Auditor, "/desk/entries/desk-1/look", url.Values{"id": {"ask-1"}, "fields": {"name"}, "reason": {"CANARY-REASON"}})
	b.done(access.Supervisor, "/desk/looks/ask-1/answer", url.Values{"id": {"a-1"}, "answer": {"granted"}, "reason": {"CANARY-ANSWER"}})
	b.done(access.Sergeant, "/desk/scene", url.Values{"id": {"scene-1"}, "asked": {"perimeter"}, "by": {"ice"}, "called_back": {"yes"}, "purpose": {"civil-immigration"}, "danger": {"no"},
		"paper": {"i-205"}, "setting": {"street"}, "incident": {"CANARY-4711"}, "step": {"2"}})
	b.refused(access.Sergeant, "/desk/scene/requests/none/acts", url.Values{"id": {"scene-2"}, "done": {"CANARY-DONE"}})
	b.refused(access.Administrator, "/desk/accounts", url.Values{"label": {"CANARYLABEL x"}, "roles": {"CANARY-ROLE"}, "basis": {"CANARY-BASIS"}})
	b.refused(access.Clerk, "/desk/detainers/new", url.Values{"id": {"desk-2"}, "name": {"CANARY-NAME"}, "booking": {"CANARY-BOOKING"}, "received_at": {"CANARY-HOUR"}, "step": {"2"}})
	b.paper()
	b.publish(t)

	outside := []string{"/record", "/record/entries.jsonl", "/record/counts.csv", "/record/figures.jsonl", "/feeds/entries.atom", "/log/checkpoint", "/log/tile/0/000", "/log/tile/entries/000", "/logs",
		"/agencies/" + testAgency, "/tell/" + testAgency, "/desk/entries/desk-1", "/desk/notes", "/desk/scene/cards/scene-1", "/api/v1/entries/desk-1"}
	for _, path := range outside {
		body := b.site.get(t, path).body
		noCanary(t, path, body)
	}
	for role, path := range map[access.Role]string{access.Administrator: "/desk/accounts", access.Clerk: "/desk/entries/desk-1/receipt.json", access.Supervisor: "/desk/export/detainer", access.Auditor: "/desk/access"} {
		body := strings.ReplaceAll(b.people[role].page(path), "CANARYLABEL", "")
		noCanary(t, string(role)+" at "+path, []byte(body))
	}
	noCanary(t, "the server's log", []byte(b.said.String()))
	export := filepath.Join(t.TempDir(), "export")
	if out, said, code := comityRun(t, "export", "-o", export, b.site.url); code != exitRan {
		t.Fatalf("export: %d %s%s", code, out, said)
	}
	backed := filepath.Join(t.TempDir(), "backup.tar")
	if err := os.WriteFile(backed, bytes.ReplaceAll(backUp(t, b.releaseTest).data, []byte("CANARYLABEL"), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{b.dir, b.apart, export, filepath.Dir(backed)} {
		for _, name := range filesWith(t, dir, "CANARY-") {
			t.Errorf("%s holds what was sealed", name)
		}
	}
	// They live: their own readers see them.
	for role, path := range map[access.Role]string{access.Counsel: "/desk/entries/desk-1/notes", access.Supervisor: "/desk/entries/scene-1", access.Clerk: "/desk/entries/desk-1/counsel"} {
		if !strings.Contains(b.people[role].page(path), "CANARY-") {
			t.Errorf("%s does not see on %s what was written", role, path)
		}
	}
}

// paper uploads papers full of what is never kept.
func (b *bureau) paper() {
	b.t.Helper()
	p := paperstest.Usual()
	p.Name, p.Country, p.Birth, p.File = "CANARY-PERSON", "CANARY-COUNTRY", "01/02/1983 CANARY-BIRTH", "A987654321 CANARY-FILE"
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("paper", "CANARY-FILE-NAME.pdf")
	if err == nil {
		_, err = part.Write(paperstest.PDF(true, paperstest.Detainer(p), paperstest.Immigration("i-200", p)))
	}
	if err != nil || form.Close() != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.site.url+"/desk/papers", &body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(b.people[access.Clerk].cookie)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w, err := client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer w.Body.Close()
	read, err := io.ReadAll(w.Body)
	if err != nil || w.StatusCode != http.StatusOK && w.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("a paper: %s %v", w.Status, err)
	}
	noCanary(b.t, "what was read off a paper", append(read, w.Header.Get("Location")...))
}
