package web

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/data"
	"comity/desk"
	"comity/desk/desktest"
	"comity/law"
	"comity/record"
)

var updateAPI = flag.Bool("update-api", false, "write the golden vectors of the API")

var staffLaw = sync.OnceValues(func() (*law.Book, error) { return law.Load(data.FS) })

// staffNow is a Saturday morning in Texas and Illinois.
var staffNow = time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)

// badges are accounts by secret. Links work once.
type badges struct {
	mu       sync.Mutex
	tokens   map[string]Account
	links    map[string]Account
	sessions map[string]Account
	totals   []string
}

func refusedSecret(code string) error { return &comity.Problem{Code: code, Message: "no"} }

func (b *badges) find(m map[string]Account, secret, code string) (Account, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := m[secret]
	if !ok {
		return Account{}, refusedSecret(code)
	}
	return a, nil
}

func (b *badges) Token(_ context.Context, s string) (Account, error) {
	return b.find(b.tokens, s, "bad-token")
}

func (b *badges) Session(_ context.Context, s string) (Account, error) {
	return b.find(b.sessions, s, "session-ended")
}

func (b *badges) UseLink(_ context.Context, s string) (Account, error) {
	a, err := b.find(b.links, s, "bad-link")
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.links, s)
	return a, err
}

func (b *badges) NewSession(_ context.Context, a Account) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	secret := fmt.Sprintf("session-%d", len(b.sessions))
	b.sessions[secret] = a
	return secret, nil
}

func (b *badges) EndSession(_ context.Context, s string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.sessions, s)
	return nil
}

func (b *badges) AddDayTotal(_ context.Context, agency, kind, day, answer string, _ int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.totals = append(b.totals, strings.Join([]string{agency, kind, day, answer}, " "))
	return nil
}

func (b *badges) Home(ori string) (Home, bool) {
	switch ori {
	case "TX2270000":
		return Home{Name: "Travis County Sheriff", Place: "us-tx-travis", Actor: "county-jail", CallBack: "512-555-0100", Referral: "Public defender", Phone: "512-555-0101"}, true
	case "ILCPD0000":
		return Home{Name: "Chicago Police", Place: "us-il-chicago", Actor: "municipal-police"}, true
	}
	return Home{}, false
}

// An office is the whole site over a record in memory.
type office struct {
	http.Handler
	shelf  *desktest.Shelf
	badges *badges
}

func newOffice(t testing.TB) *office {
	t.Helper()
	return newOfficeWith(t, func(*Config) {})
}

func newOfficeWith(t testing.TB, change func(*Config)) *office {
	t.Helper()
	book, err := staffLaw()
	if err != nil {
		t.Fatalf("load the shipped law: %v", err)
	}
	now := func() time.Time { return staffNow }
	book.Now = now
	shelf, err := desktest.New(append(record.OwnKinds(), desk.RecordKinds()...), now)
	if err != nil {
		t.Fatal(err)
	}
	shelf.Terms = desk.Terms
	o := &office{shelf: shelf, badges: &badges{
		tokens: map[string]Account{
			"tx": {Agency: "TX2270000", Role: RoleClerk}, "il": {Agency: "ILCPD0000", Role: RoleSergeant},
			"audit": {Agency: "TX2270000", Role: RoleAuditor},
		},
		links:    map[string]Account{"clerk": {Agency: "TX2270000", Role: RoleClerk, Name: "Records 1"}, "sergeant": {Agency: "ILCPD0000", Role: RoleSergeant, Name: "Car 12"}},
		sessions: map[string]Account{},
	}}
	c := Config{
		Law: book, Now: now, Accounts: o.badges, Counts: o.badges, Homes: o.badges,
		Desk: &desk.Desk{Law: book, Record: o.shelf, Now: now},
	}
	change(&c)
	o.Handler, err = New(c)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) call(method, path, token, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	return w
}

const jailRequest = `{"id":"jail-1","agency":"TX2270000","kind":"detainer","in":"us-tx-travis","at":"2026-11-21T09:00:00-06:00","actor":"county-jail",
"items":[{"act":"hold-on-detainer","facts":{"document.detainer":"i-247a","document.detainer_shows":"probable-cause","document.served_on_person":true,
"document.admin_warrant":"i-200","document.judicial":"none","document.signed_by":"immigration-officer","document.charge":"civil","request.by":"ice","request.kind":"detainer",
"request.purpose":"civil-immigration","person.custody":"jailed","person.release_due":true,"person.release_due_at":"2026-11-20T17:00:00-06:00","person.citizenship_proof":"none"}}],
"sealed":{"name":"Canary Person","booking":"B-1"}}`

func decode[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return v
}

func TestAPIRequest(t *testing.T) {
	o := newOffice(t)
	first := o.call("POST", "/api/v1/requests", "tx", jailRequest)
	if first.Code != http.StatusCreated {
		t.Fatalf("%d %s", first.Code, first.Body)
	}
	a := decode[answerBody](t, first)
	if a.Entry.ID != "jail-1" || len(a.Decisions) != 1 || a.Decisions[0].Verdict != comity.Required || len(a.Receipt) == 0 {
		t.Errorf("answer %+v", a)
	}
	again := o.call("POST", "/api/v1/requests", "tx", jailRequest)
	if again.Code != http.StatusOK || again.Body.String() != first.Body.String() {
		t.Errorf("the same request again: %d\n%s\n%s", again.Code, first.Body, again.Body)
	}
	other := o.call("POST", "/api/v1/requests", "tx", strings.Replace(jailRequest, "i-200", "i-205", 1))
	if p := decode[apiProblem](t, other); other.Code != http.StatusConflict || p.Code != "conflict-id" {
		t.Errorf("other content: %d %+v", other.Code, p)
	}

	refused := o.call("POST", "/api/v1/requests/jail-1/acts", "tx", `{"id":"a1","done":"declined","at":"2026-11-21T10:00:00-06:00"}`)
	if p := decode[apiProblem](t, refused); refused.Code != http.StatusConflict || p.Code != "contrary-act" || p.Hint == "" {
		t.Errorf("an override without a reason: %d %+v", refused.Code, p)
	}
	act := o.call("POST", "/api/v1/requests/jail-1/acts", "tx", `{"id":"a1","done":"declined","at":"2026-11-21T10:00:00-06:00","reason":"proof shown","rank":"lieutenant"}`)
	if act.Code != http.StatusCreated {
		t.Errorf("an override: %d %s", act.Code, act.Body)
	}

	list := decode[entriesBody](t, o.call("GET", "/api/v1/entries?after=-1&limit=1", "tx", ""))
	if len(list.Entries) != 1 || list.Next != 0 || len(list.Entries[0].Sealed) != 0 {
		t.Errorf("the list is %+v", list)
	}
	if rest := decode[entriesBody](t, o.call("GET", "/api/v1/entries?after=0", "tx", "")); len(rest.Entries) != 1 || rest.Entries[0].Ref != "jail-1" {
		t.Errorf("the rest is %+v", rest)
	}
	one := decode[entryBody](t, o.call("GET", "/api/v1/entries/jail-1", "tx", ""))
	if one.Sealed["name"] != "Canary Person" || one.Decisions[0].Verdict != comity.Required {
		t.Errorf("the entry is %+v", one)
	}
	if audit := o.call("GET", "/api/v1/entries/jail-1", "audit", ""); strings.Contains(audit.Body.String(), "Canary") {
		t.Error("an auditor reads what is sealed")
	}
	if w := o.call("GET", "/api/v1/receipts/jail-1", "tx", ""); w.Code != http.StatusOK || !json.Valid(w.Body.Bytes()) {
		t.Errorf("receipt: %d %s", w.Code, w.Body)
	}
}

// Bad input: one clear problem each, the right code, nothing half-written.
func TestAPIRefusals(t *testing.T) {
	o := newOffice(t)
	for _, c := range []struct {
		name, method, path, token, body string
		status                          int
		code, where                     string
	}{
		{"no token", "POST", "/api/v1/requests", "", jailRequest, 401, "no-token", "Authorization"},
		{"wrong token", "POST", "/api/v1/requests", "nobody", jailRequest, 401, "no-token", "Authorization"},
		{"another agency's token", "POST", "/api/v1/requests", "il", jailRequest, 403, "not-yours", "agency"},
		{"auditor writes", "POST", "/api/v1/requests", "audit", jailRequest, 403, "not-yours", "Authorization"},
		{"not JSON", "POST", "/api/v1/requests", "tx", "{\n \"id\": oops", 400, "bad-json", "line 2 column 9"},
		{"ends early", "POST", "/api/v1/requests", "tx", `{"id":"x"`, 400, "bad-json", "line 1 column 10"},
		{"wrong shape", "POST", "/api/v1/requests", "tx", `{"id":7}`, 400, "bad-json", "id"},
		{"unknown key", "POST", "/api/v1/requests", "tx", `{"id":"x","citizenship":"?"}`, 400, "unknown-key", "citizenship"},
		{"unknown fact", "POST", "/api/v1/requests", "tx", strings.Replace(jailRequest, "person.custody", "person.hair", 1), 400, "unknown-fact", "items[0].facts.person.hair"},
		{"wrong value", "POST", "/api/v1/requests", "tx", strings.Replace(jailRequest, `"jailed"`, `"jaild"`, 1), 400, "unknown-value", "items[0].facts.person.custody"},
		{"refused field", "POST", "/api/v1/requests", "tx", strings.Replace(jailRequest, `"booking"`, `"date_of_birth"`, 1), 400, "refused-field", "sealed.date_of_birth"},
		{"no such place", "POST", "/api/v1/requests", "tx", strings.Replace(jailRequest, "us-tx-travis", "us-zz", 1), 400, "unknown-place", "in"},
		{"year 20026", "POST", "/api/v1/requests", "tx", strings.Replace(jailRequest, `"2026-11-21T09`, `"20026-11-21T09`, 1), 400, "bad-date", "at"},
		{"unknown kind", "POST", "/api/v1/requests", "tx", strings.Replace(jailRequest, `"detainer","in"`, `"visit","in"`, 1), 400, "unknown-kind", "kind"},
		{"too large", "POST", "/api/v1/requests", "tx", `{"id":"` + strings.Repeat("x", 300<<10) + `"}`, 413, "too-large", ""},
		{"act on nothing", "POST", "/api/v1/requests/none/acts", "tx", `{"id":"a","done":"released"}`, 404, "no-entry", "id none"},
		{"entry of nobody", "GET", "/api/v1/entries/none", "tx", "", 404, "no-entry", "id none"},
		{"bad limit", "GET", "/api/v1/entries?limit=x", "tx", "", 422, "bad-request", "query.limit"},
		{"no operation", "GET", "/api/v1/people", "tx", "", 404, "no-operation", ""},
		{"wrong method", "DELETE", "/api/v1/entries/jail-1", "tx", "", 405, "method", ""},
		{"decide nothing", "POST", "/api/v1/decide", "", ``, 400, "bad-json", ""},
		{"decide unknown act", "POST", "/api/v1/decide", "", `{"in":"us-il","on":"2026-11-21","actor":"county-jail","act":"hold","facts":{}}`, 400, "unknown-act", "act"},
	} {
		w := o.call(c.method, c.path, c.token, c.body)
		if w.Code != c.status || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %d\n%s", c.name, w.Code, w.Header().Get("Content-Type"), c.status, w.Body)
			continue
		}
		p := decode[apiProblem](t, w)
		if p.Code != c.code || c.where != "" && p.Where != c.where || p.Status != c.status {
			t.Errorf("%s: %+v, want code %s where %s", c.name, p, c.code, c.where)
		}
	}
	if len(o.shelf.Kept) != 0 {
		t.Errorf("%d refused requests were recorded", len(o.shelf.Kept))
	}
}

func TestAPIFullDisk(t *testing.T) {
	o := newOffice(t)
	o.shelf.Broken = &comity.Problem{Code: "disk-full", Message: "the disk is full: nothing was written"}
	if w := o.call("POST", "/api/v1/requests", "tx", jailRequest); w.Code != http.StatusInsufficientStorage {
		t.Errorf("full disk: %d %s", w.Code, w.Body)
	}
	o.shelf.Broken = errors.New("secret detail of the database")
	w := o.call("POST", "/api/v1/requests", "tx", jailRequest)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret detail") || strings.Contains(w.Body.String(), "verdict") {
		t.Errorf("a failure: %d %s", w.Code, w.Body)
	}
}

func TestAPIDecide(t *testing.T) {
	o := newOffice(t)
	one := `{"id":"q1","in":"us-tx-travis","on":"2026-11-21","actor":"county-jail","act":"notify-person","facts":{},"colour":"ignored"}`
	w := o.call("POST", "/api/v1/decide", "", one)
	if d := decode[comity.Decision](t, w); w.Code != http.StatusOK || d.ID != "q1" || d.Law == "" {
		t.Errorf("one: %d %s", w.Code, w.Body)
	}
	many := o.call("POST", "/api/v1/decide", "", "["+one+`,{"id":"q2","in":"us-zz"},`+strings.Replace(one, "q1", "q3", 1)+"]")
	list := decode[[]struct {
		ID    string
		Error *comity.Problem
	}](t, many)
	if len(list) != 3 || list[0].ID != "q1" || list[1].Error == nil || list[1].ID != "q2" || list[2].ID != "q3" {
		t.Errorf("many: %s", many.Body)
	}
	if empty := o.call("POST", "/api/v1/decide", "", "[]"); strings.TrimSpace(empty.Body.String()) != "[]" {
		t.Errorf("none: %s", empty.Body)
	}
	if len(o.shelf.Kept) != 0 {
		t.Error("a question without a case was recorded")
	}
}

// The description names every operation, and every key of an answer.
func TestOpenAPI(t *testing.T) {
	o := newOffice(t)
	w := o.call("GET", "/api/openapi.json", "", "")
	doc := decode[struct {
		OpenAPI    string
		Paths      map[string]map[string]any
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any
				Required   []string
			}
		}
	}](t, w)
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("OpenAPI %q", doc.OpenAPI)
	}
	for path, method := range map[string]string{
		"/api/v1/decide": "post", "/api/v1/requests": "post", "/api/v1/requests/{id}/acts": "post",
		"/api/v1/entries": "get", "/api/v1/entries/{id}": "get", "/api/v1/receipts/{id}": "get",
	} {
		if doc.Paths[path][method] == nil {
			t.Errorf("%s %s is not described", method, path)
		}
	}
	var keys []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[comity.Decision]()) {
		keys = append(keys, strings.Split(f.Tag.Get("json"), ",")[0])
	}
	decision := doc.Components.Schemas["Decision"]
	for _, key := range keys {
		if decision.Properties[key] == nil || !slices.Contains(decision.Required, key) {
			t.Errorf("the key %s of a decision is not described as always there", key)
		}
	}
	if *updateAPI {
		writeGolden(t, "testdata/openapi.json", w.Body.Bytes())
	}
	golden, err := os.ReadFile("testdata/openapi.json")
	if err != nil || string(golden) != w.Body.String() {
		t.Errorf("the description changed (%v); a contract changes by adding only: review, then run with -update-api", err)
	}
}

// A golden vector of the write contract, kept as it must stay.
func TestAPIGolden(t *testing.T) {
	o := newOffice(t)
	w := o.call("POST", "/api/v1/requests", "tx", jailRequest)
	var keys []string
	for key := range decode[map[string]json.RawMessage](t, w) {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	if want := []string{"decisions", "defects", "entry", "published_by", "receipt", "stops"}; !slices.Equal(keys, want) {
		t.Errorf("an answer has the keys %v, want %v", keys, want)
	}
}

func writeGolden(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
