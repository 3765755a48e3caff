package main

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"comity/access"
	"comity/atlas"
	"comity/data"
	"comity/door"
	"comity/store"
	"comity/web"
)

// A doorTest is a whole copy of the program with a clock that the test moves:
// the real store, the real pages, signed-in staff.
type doorTest struct {
	t     testing.TB
	dir   string
	clock *movableClock
	store *store.Store
	url   string
	log   *bytes.Buffer
	staff map[access.Role]*http.Client
	known map[access.Role]store.Account
	down  bool // the test closed the store
	quit  func()
}

const sampleHouse = "41276"

func newDoorTest(t testing.TB) *doorTest {
	t.Helper()
	book, err := openBook("")
	if err != nil {
		t.Fatal(err)
	}
	d := &doorTest{t: t, clock: &movableClock{now: time.Date(2026, 3, 4, 18, 0, 0, 0, time.UTC)}, log: &bytes.Buffer{}, staff: map[access.Role]*http.Client{}, known: map[access.Role]store.Account{}}
	log := slog.New(slog.NewTextHandler(d.log, nil))
	config := recordConfig(log, time.Minute)
	config.Now = d.clock.Now
	d.dir = filepath.Join(t.TempDir(), "record")
	if d.store, err = store.Create(t.Context(), d.dir, store.Identity{Origin: testOrigin, Agency: testAgency}, config); err != nil {
		t.Fatal(err)
	}
	agreements, err := atlas.LoadAgreements(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	keeper := newDoorkeeper(d.store, log)
	named := map[string]web.Home{testAgency: {Name: "Sample City (sample)", Place: "us-il-chicago", Actor: "municipal-police", CallBack: "555-0100 (sample)"}}
	handler, err := newSite(book, nil, d.store, agreements, log, named, allParts, "", keeper.at(allParts), func(c *web.Config) { c.Now, c.Desk.Now = d.clock.Now, d.clock.Now })
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() { keeper.run(running) })
	server := httptest.NewServer(handler)
	d.url = server.URL
	d.quit = sync.OnceFunc(func() {
		server.Close()
		stop()
		ended.Wait()
		if err := d.store.Close(); err != nil && !d.down {
			t.Error(err)
		}
	})
	t.Cleanup(d.quit)
	for _, role := range []access.Role{access.Dispatcher, access.WatchCommander, access.FieldWorker} {
		d.signIn(role)
	}
	return d
}

func (d *doorTest) signIn(role access.Role) {
	account, ok := d.known[role]
	if !ok {
		var err error
		if account, err = d.store.AddAccount(d.t.Context(), store.Account{Agency: testAgency, Role: string(role), Name: "sample " + string(role), Sample: true}); err != nil {
			d.t.Fatal(err)
		}
		d.known[role] = account
	}
	link, err := d.store.NewLink(d.t.Context(), account, 100*24*time.Hour)
	if err != nil {
		d.t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	d.staff[role] = &http.Client{Jar: jar}
	d.get(d.staff[role], "/desk/enter?token="+link)
}

// get and post return status and page; a nil client is a resident.
func (d *doorTest) get(c *http.Client, path string) (int, string) {
	d.t.Helper()
	return d.read(d.client(c).Get(d.url + path))
}

func (d *doorTest) post(c *http.Client, path string, form url.Values) (int, string) {
	d.t.Helper()
	return d.read(d.client(c).PostForm(d.url+path, form))
}

func (d *doorTest) client(c *http.Client) *http.Client {
	if c == nil {
		return http.DefaultClient
	}
	return c
}

func (d *doorTest) read(r *http.Response, err error) (int, string) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if r.Request.URL.Path != "" && !strings.Contains(r.Request.URL.Path, "/desk") && len(r.Cookies()) > 0 {
		d.t.Errorf("%s sets a cookie", r.Request.URL.Path)
	}
	return r.StatusCode, html.UnescapeString(string(body))
}

// later moves the clock; staff sign in again.
func (d *doorTest) later(by time.Duration) {
	d.clock.set(d.clock.Now().Add(by))
	for role := range d.known {
		d.signIn(role)
	}
}

// A letter is what the resident gets, read off the page that shows it once.
type letter struct{ code, digits, word string }

var (
	codeOf   = regexp.MustCompile(`code ([0-9A-Z]{2}-[0-9A-Z]{4})`)
	digitsOf = regexp.MustCompile(`digits ([0-9]{4}-[0-9]{4})`)
	wordOf   = regexp.MustCompile(`say this word: ([a-z]+)\.`)
	numberOf = regexp.MustCompile(`<bdi>([0-9]{2})</bdi>`)
)

// book books a visit of now, as dispatch does.
func (d *doorTest) book(change func(url.Values)) letter {
	d.t.Helper()
	local := d.clock.Now().In(chicago(d.t))
	form := url.Values{
		"unit": {"Sample City Water"}, "purpose": {"meter"}, "day": {local.Format(time.DateOnly)}, "from": {local.Format("15:04")},
		"until": {local.Add(2 * time.Hour).Format("15:04")}, "people": {"1"}, "vehicle": {"0412"}, "language": {"en"}, "house": {sampleHouse},
	}
	if change != nil {
		change(form)
	}
	status, page := d.post(d.staff[access.Dispatcher], "/desk/visits", form)
	code, digits, word := codeOf.FindStringSubmatch(page), digitsOf.FindStringSubmatch(page), wordOf.FindStringSubmatch(page)
	if status != 200 || code == nil || digits == nil || word == nil {
		d.t.Fatalf("book: %d %.3000s", status, page)
	}
	return letter{code[1], digits[1], word[1]}
}

func chicago(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

const doorPath = "/door/" + testAgency

var answerOf = regexp.MustCompile(`class="answer ([a-z-]+)"`)

// answer is what a resident's check says: yes, no, call-us, cannot-confirm.
func (d *doorTest) answer(code, house string) (string, string) {
	d.t.Helper()
	_, page := d.post(nil, doorPath, url.Values{"code": {code}, "house": {house}})
	m := answerOf.FindStringSubmatch(page)
	if m == nil {
		d.t.Fatalf("no answer: %.2000s", page)
	}
	return m[1], page
}

// ring is what a clerk reads to somebody who rings and says digits.
func (d *doorTest) ring(digits, house string) string {
	d.t.Helper()
	status, page := d.post(d.staff[access.Dispatcher], "/desk/visits/check", url.Values{"code": {digits}, "house": {house}, "say": {"en"}})
	if status != 200 {
		d.t.Fatalf("by telephone: %d %.1500s", status, page)
	}
	return page
}

func (d *doorTest) expect(what, want, code, house string) string {
	d.t.Helper()
	got, page := d.answer(code, house)
	if got != want {
		d.t.Errorf("%s: %s, want %s", what, got, want)
	}
	return page
}

func TestBookedVisit(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	l := d.book(nil)
	page := d.expect("the letter's code", "yes", l.code, sampleHouse)
	for _, want := range []string{"Sample City Water", "12:00–14:00", "Vehicle 0412", "One person", l.word, "A yes does not mean that you must open"} {
		if !strings.Contains(page, want) {
			t.Errorf("a yes lacks %q", want)
		}
	}
	if _, spanish := d.post(nil, "/es"+doorPath, url.Values{"code": {l.code}, "house": {sampleHouse}}); !strings.Contains(spanish, "Sí. De parte nuestra") {
		t.Error("no yes in Spanish")
	}
	if _, arabic := d.post(nil, "/ar"+doorPath, url.Values{"code": {l.code}, "house": {sampleHouse}}); !strings.Contains(arabic, `dir="rtl"`) || !strings.Contains(arabic, "نعم") {
		t.Error("no yes in Arabic")
	}
	if status, page := d.post(nil, doorPath, url.Values{"code": {"nonsense"}, "house": {"9"}}); status != 422 || !strings.Contains(page, "AB-C123") {
		t.Errorf("a code that is none: %d", status)
	}
	// By telephone, the clerk types digits and reads out what the page says.
	for _, want := range []string{"Yes. From us: Sample City Water", "12:00–14:00", "Vehicle 0412", "One person", l.word} {
		if page := d.ring(l.digits, sampleHouse); !strings.Contains(page, want) {
			t.Errorf("by telephone a yes lacks %q: %.1500s", want, page)
		}
	}
	// A door that stays closed leads to another time, and nothing else.
	visits, err := d.store.Visits(t.Context(), testAgency)
	if err != nil || len(visits) != 1 {
		t.Fatal(len(visits), err)
	}
	if status, page := d.post(d.staff[access.Dispatcher], "/desk/visits/"+visits[0].ID, url.Values{"outcome": {"refused-doubt"}}); status != 200 || !strings.Contains(page, "The door stayed closed") || !strings.Contains(page, `value="Sample City Water"`) {
		t.Errorf("refused: %d", status)
	}
	d.expect("after the visit", "no", l.code, sampleHouse)
}

// comity door badge checks with files what the page on a phone checks.
func TestDoorBadgeCommand(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	if _, err := d.store.SaveCard(t.Context(), door.Card{Agency: testAgency, Title: "Sample meter technician", Account: d.known[access.FieldWorker].ID}); err != nil {
		t.Fatal(err)
	}
	d.post(d.staff[access.FieldWorker], "/desk/shift", url.Values{"do": {"begin"}})
	file := func(name, path string) string {
		t.Helper()
		status, text := d.get(nil, path)
		to := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil || status != 200 {
			t.Fatalf("%s: %d %v", path, status, err)
		}
		return to
	}
	keys, list := file("keys.json", "/.well-known/jwt-vc-issuer"+doorPath), file("status.jwt", doorPath+"/status")
	status, credential := d.post(d.staff[access.FieldWorker], "/desk/shift/badge", nil)
	if status != 200 {
		t.Fatal(status, credential)
	}
	at := d.clock.Now().UTC().Format(time.RFC3339)
	for name, c := range map[string]struct {
		typed string
		args  []string
		code  int
		says  string
	}{
		"genuine":           {credential, []string{"-keys", keys, "-status", list, "-at", at}, 0, "less than a booked visit"},
		"as JSON":           {credential, []string{"-keys", keys, "-status", list, "-at", at, "-json"}, 0, `{"answer":"genuine","title":"Sample meter technician"`},
		"without its list":  {credential, []string{"-keys", keys, "-at", at}, 1, "give -status"},
		"tomorrow":          {credential, []string{"-keys", keys, "-status", list, "-at", d.clock.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)}, 1, "not of this minute"},
		"an address":        {"https://springfield-gov.example/x", []string{"-keys", keys}, 1, "springfield-gov.example"},
		"nothing":           {"", []string{"-keys", keys}, 1, "Nothing was given"},
		"keys that are not": {credential, []string{"-keys", list}, 2, "no keys of an agency"},
		"no keys":           {credential, nil, 2, "-keys is missing"},
		"no such file":      {credential, []string{"-keys", list + "x"}, 2, "cannot be read"},
		"no moment":         {credential, []string{"-keys", keys, "-at", "now"}, 2, "no moment"},
	} {
		var out, said bytes.Buffer
		if code := run(t.Context(), env{strings.NewReader(c.typed), &out, &said}, append([]string{"door", "badge"}, c.args...)); code != c.code || !strings.Contains(out.String()+said.String(), c.says) {
			t.Errorf("%s: %d %s%s", name, code, &out, &said)
		}
	}
}

// What could not be read is told beside its own field.
func TestDoorFormsSayWhichFieldIsWrong(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	for _, x := range []struct{ path, form, wrong string }{
		{"", "code=x&house=7", "code"}, {"", "code=AB-C123&house=x", "house"},
		{"/vehicle", "fleet=%21&plate=7K3", "fleet"}, {"/vehicle", "fleet=0412&plate=7", "plate"},
	} {
		form, err := url.ParseQuery(x.form)
		if err != nil {
			t.Fatal(err)
		}
		status, page := d.post(nil, doorPath+x.path, form)
		field := regexp.MustCompile(`<input id="` + x.wrong + `"[^>]* aria-invalid="true" aria-describedby="([a-z-]+)"`).FindStringSubmatch(page)
		if status != 422 || field == nil || !strings.Contains(page, `id="`+field[1]+`"`) || strings.Count(page, "aria-invalid") != 1 {
			t.Errorf("%s with %s: %d, and not the field %s alone is called wrong", x.path, x.form, status, x.wrong)
		}
	}
}

// The service is down: the answer is "cannot confirm", never a no.
func TestDoorWithoutItsStore(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	l := d.book(nil)
	d.down = true
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	status, page := d.post(nil, doorPath, url.Values{"code": {l.code}, "house": {sampleHouse}})
	if status < 500 || strings.Contains(page, "no city visit") {
		t.Errorf("%d %.500s", status, page)
	}
}

// Scenario 6 of users.md: at night, form I-205 under the door, in Spanish, with
// no script. What she reads says that it is contested, with both sides, and
// what never to do; a judge's search warrant is told apart; nothing is kept.
func TestScenarioSixResidentAtTheDoor(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	status, page := d.get(nil, "/es/answers/open-the-door")
	words := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]+>`).ReplaceAllString(page, " ")), " ")
	for _, want := range []string{
		"Usted puede dejarla cerrada salvo que muestren una orden firmada por un juez", "los tribunales están divididos", "287.8(f)", "Nunca bloquee ni empuje", "18 USC 111",
		"Memorando de ICE del 12 de mayo de 2025", "Dos jueces federales", "orden de registro de un tribunal para esta dirección, firmada por un juez, no se niegue",
	} {
		if status != 200 || !strings.Contains(words, want) {
			t.Errorf("the answer lacks %q: %d", want, status)
		}
	}
	if strings.Contains(page, "<form method=\"post\" action=\"http") {
		t.Error("the answer sends her elsewhere")
	}
	for _, step := range []string{"/es/tell", "/es" + doorPath} {
		if status, page := d.get(nil, step); status != 200 || !strings.Contains(page, "juez") {
			t.Errorf("%s: %d", step, status)
		}
	}
	d.post(nil, "/es/ask", url.Values{"in": {"us-il-chicago"}, "actor": {"resident"}, "act": {"refuse-entry"}, "fact.document.admin_warrant": {"i-205"}})
	d.quit()
	for _, asked := range []string{"refuse-entry", "admin_warrant", "open-the-door"} {
		if strings.Contains(d.log.String(), asked) {
			t.Errorf("the log holds %q", asked)
		}
	}
	if found := filesWith(t, d.dir, "refuse-entry", "open-the-door"); len(found) > 0 {
		t.Errorf("kept in %v", found)
	}
}

// D8: an agency writes its page on the whole program; after as many days as it
// chose every reader sees that it is out of date, until somebody checks it.
func TestTellOnTheWholeProgram(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	form := url.Values{"uniforms-en": {"Blue shirts with a round patch."}, "uniforms-es": {"Camisas azules con un parche redondo."}, "vehicles-en": {"White cars."}, "vehicles-es": {"Autos blancos."},
		"never-en": {"We never ask for money."}, "never-es": {"Nunca pedimos dinero."}, "number-0": {"555-555-0100"}, "label-en-0": {"Check a visit"}, "label-es-0": {"Comprobar una visita"},
		"when-en-0": {"Day and night"}, "when-es-0": {"Día y noche"}, "stale": {"60"}, "do": {"keep"}}
	if status, _ := d.post(d.staff[access.Dispatcher], "/desk/tell", form); status != http.StatusForbidden {
		t.Errorf("a dispatcher wrote the page: %d", status)
	}
	const stale, read = "may be out of date", "/tell/" + testAgency
	if status, _ := d.get(nil, read); status != http.StatusNotFound {
		t.Errorf("there is a page before one was written: %d", status)
	}
	if status, page := d.post(d.staff[access.WatchCommander], "/desk/tell", form); status != http.StatusOK || !strings.Contains(page, "residents see it") {
		t.Fatalf("%d %s", status, page)
	}
	if status, page := d.get(nil, read); status != http.StatusOK || !strings.Contains(page, "Blue shirts") || !strings.Contains(page, "5 ILCS 805/15(a)") || !strings.Contains(page, "/door/"+testAgency) || strings.Contains(page, stale) {
		t.Errorf("the page: %d %s", status, page)
	}
	d.clock.set(d.clock.Now().AddDate(0, 0, 59))
	if _, page := d.get(nil, read+"/sheet"); strings.Contains(page, stale) {
		t.Error("out of date a day early")
	}
	d.clock.set(d.clock.Now().AddDate(0, 0, 1))
	if _, page := d.get(nil, read+"/sheet"); !strings.Contains(page, stale) {
		t.Error("nobody is told that the page is out of date")
	}
	d.signIn(access.WatchCommander)
	d.post(d.staff[access.WatchCommander], "/desk/tell", url.Values{"do": {"checked"}})
	if _, page := d.get(nil, read); strings.Contains(page, stale) {
		t.Error("checked today, and still out of date")
	}
}
