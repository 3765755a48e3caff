package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"maps"
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

	"github.com/chromedp/chromedp"

	"comity/atlas"
	"comity/data"
	"comity/store"
	"comity/web"
)

// A provider is an identity provider as agencies run them: discovery, keys, an
// authorisation endpoint that asks for PKCE, and signed tokens.
type provider struct {
	*httptest.Server
	now func() time.Time
	key *ecdsa.PrivateKey

	mu     sync.Mutex
	codes  map[string]url.Values // what each was asked with
	claims map[string]any        // of whoever signs in there now
	wrong  func(claims, header map[string]any)
	signer *ecdsa.PrivateKey // nil: its own
	later  map[string]any    // claims only told at the userinfo endpoint
}

const providerSecret = "sample-secret"

func newProvider(t *testing.T, now func() time.Time) *provider {
	t.Helper()
	p := &provider{now: now, key: newSigner(t), codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		writeTo(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys", "userinfo_endpoint": p.URL + "/userinfo",
			"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"ES256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		point, err := p.key.PublicKey.Bytes() // 4, x, y
		if err != nil {
			panic(err)
		}
		writeTo(w, map[string]any{"keys": []any{map[string]string{"kty": "EC", "crv": "P-256", "kid": "1", "alg": "ES256", "use": "sig", "x": b64(point[1:33]), "y": b64(point[33:])}}})
	})
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.later == nil || r.Header.Get("Authorization") != "Bearer sample-access" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		writeTo(w, p.later)
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func newSigner(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func writeTo(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the reader may have left
}

func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != "comity" || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 ||
		q.Get("nonce") == "" || q.Get("state") == "" || !strings.Contains(" "+q.Get("scope")+" ", " openid ") {
		http.Error(w, "not asked as it must be", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	code := fmt.Sprintf("code-%d", len(p.codes))
	p.codes[code] = q
	p.mu.Unlock()
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if !known || id != "comity" || secret != providerSecret || b64(sum[:]) != asked.Get("code_challenge") || r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		writeTo(w, map[string]string{"error": "invalid_grant", "error_description": "CANARY-DESCRIPTION"})
		return
	}
	header := map[string]any{"alg": "ES256", "kid": "1", "typ": "JWT"}
	claims := map[string]any{"iss": p.URL, "aud": "comity", "nonce": asked.Get("nonce"), "iat": p.now().Unix(), "exp": p.now().Add(5 * time.Minute).Unix(),
		"name": "CANARY-NAME", "email": "CANARY-MAIL@county.example"}
	maps.Copy(claims, p.claims)
	if p.wrong != nil {
		p.wrong(claims, header)
	}
	key := p.signer
	if key == nil {
		key = p.key
	}
	writeTo(w, map[string]any{"access_token": "sample-access", "token_type": "Bearer", "id_token": signed(key, header, claims)})
}

// signed is a JSON web token (RFC 7519); with alg none it has no signature.
func signed(key *ecdsa.PrivateKey, header, claims map[string]any) string {
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	text := b64(h) + "." + b64(c)
	if header["alg"] == "none" {
		return text + "."
	}
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

func (p *provider) set(claims map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.claims, p.wrong, p.signer, p.later = claims, nil, nil, nil
}

// An oidcOffice is a record whose people sign in through a provider.
type oidcOffice struct {
	*releaseTest
	t    *testing.T
	at   *provider
	base string
	log  *locked
}

func newOIDCOffice(t *testing.T) *oidcOffice {
	t.Helper()
	r := newReleaseTest(t)
	o := &oidcOffice{releaseTest: r, t: t, at: newProvider(t, r.clock.Now), log: &locked{}}
	book, err := openBook("")
	if err != nil {
		t.Fatal(err)
	}
	agreements, err := atlas.LoadAgreements(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	file := o.providerFile(o.at.URL)
	p, err := readProvider(file, testAgency, r.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(nil)
	o.base = "http://" + strings.Replace(s.Listener.Addr().String(), "127.0.0.1", "localhost", 1) // another site than the provider's
	s.Config.Handler, err = newSite(book, nil, r.store, agreements, slog.New(slog.NewTextHandler(o.log, nil)), nil, allParts, "", func(c *web.Config) {
		c.Site, c.Provider, c.Vouched, c.Now = o.base, p, vouched{r.store}, r.clock.Now
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Close)
	return o
}

func (o *oidcOffice) providerFile(issuer string) string {
	folder := o.t.TempDir()
	text := "issuer: " + issuer + "\nclient: comity\nsecret: secret.txt\nlabel_claim: post\ngroups:\n  jail-records: clerk\n  \"41b0-it\": administrator\n  jail-lieutenants: supervisor\n"
	for name, body := range map[string]string{"oidc.yaml": text, "secret.txt": providerSecret + "\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(body), 0o600); err != nil {
			o.t.Fatal(err)
		}
	}
	return filepath.Join(folder, "oidc.yaml")
}

// A person's browser: it keeps cookies and follows redirects.
type person struct {
	*http.Client
	o *oidcOffice
}

func (o *oidcOffice) browser() person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return person{&http.Client{Jar: jar, Timeout: 20 * time.Second}, o}
}

func (p person) read(res *http.Response, err error) reply {
	p.o.t.Helper()
	if err != nil {
		p.o.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.o.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, body}
}

func (p person) get(path string) reply {
	p.o.t.Helper()
	return p.read(p.Get(p.o.base + path))
}

func (p person) post(path string, form url.Values) reply {
	p.o.t.Helper()
	return p.read(p.PostForm(p.o.base+path, form))
}

// signIn goes to the provider and comes back.
func (p person) signIn() reply { p.o.t.Helper(); return p.get("/desk/enter/oidc") }

// answer is the address with which the provider would send this browser back.
func (p person) answer() string {
	p.o.t.Helper()
	stay := *p.Client
	stay.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/desk/enter/back" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	r := p.read(stay.Get(p.o.base + "/desk/enter/oidc"))
	return strings.TrimPrefix(r.header.Get("Location"), p.o.base)
}

func (o *oidcOffice) people() []store.Account {
	o.t.Helper()
	list, err := o.store.Accounts(o.t.Context(), testAgency)
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

func sample(groups ...string) map[string]any {
	return map[string]any{"sub": "CANARY-SUBJECT", "groups": groups, "post": "records 4"}
}

// Whoever the agency's provider vouches for comes in with the roles of the
// groups, and goes with them.
func TestSignInThroughTheProvider(t *testing.T) {
	t.Parallel()
	o := newOIDCOffice(t)
	o.at.set(sample("jail-records", "somebody-elses"))
	clerk := o.browser()
	if r := clerk.get("/desk"); r.status != 401 || !strings.Contains(r.text(), `href="/desk/enter/oidc"`) {
		t.Fatalf("before: %d %s", r.status, r.body)
	}
	if r := clerk.signIn(); r.status != 200 || r.header.Get("Refresh") != "0; url=/desk" {
		t.Fatalf("signed in: %d %v %s", r.status, r.header, r.body)
	}
	if r := clerk.get("/desk"); r.status != 200 {
		t.Fatalf("the desk: %d", r.status)
	}
	one := o.people()
	if len(one) != 1 || one[0].Roles != "clerk" || one[0].Name != "records 4" || !one[0].Vouched {
		t.Fatalf("accounts: %+v", one)
	}

	// No key of one's own, no link: they would open after the directory let go.
	if r := clerk.post("/desk/me", url.Values{"do": {"another"}}); r.status != 400 || !strings.Contains(r.text(), "directory signs this account in") {
		t.Errorf("a link for another device: %d %s", r.status, r.body)
	}
	if err := o.store.AddPasskey(t.Context(), one[0], store.Passkey{ID: []byte("k"), Label: "desk", Public: []byte("{}")}); code(err) != "signs-in-there" {
		t.Errorf("a passkey of one's own: %v", err)
	}
	if r := clerk.get("/desk/me"); strings.Contains(r.text(), "passkey.js") && strings.Contains(r.text(), "data-new") || !strings.Contains(r.text(), "signs you in") {
		t.Error("the page of one's own access offers a passkey")
	}

	// Another group: other roles, one account; the earlier session ends.
	o.at.set(sample("41b0-it", "jail-lieutenants"))
	again := o.browser()
	again.signIn()
	if got := o.people(); len(got) != 1 || got[0].ID != one[0].ID || got[0].Roles != "supervisor administrator" || got[0].Role != "supervisor" {
		t.Errorf("other groups: %+v", got)
	}
	if r := clerk.get("/desk"); r.status != 401 {
		t.Errorf("the session with the old roles: %d", r.status)
	}

	// Told only when asked for more, under one name and as one word.
	o.at.set(map[string]any{"sub": "CANARY-SUBJECT"})
	o.at.later = map[string]any{"sub": "CANARY-SUBJECT", "groups": "jail-records"}
	if r := o.browser().signIn(); r.status != 200 || o.people()[0].Roles != "clerk" {
		t.Errorf("groups at the userinfo endpoint: %d %+v", r.status, o.people())
	}
	o.at.later = map[string]any{"sub": "somebody else", "groups": "jail-records"}
	if r := o.browser().signIn(); r.status != 403 || o.people()[0].Why != store.EndDirectory {
		t.Errorf("somebody else's groups: %d %+v", r.status, o.people())
	}

	for name, claims := range map[string]map[string]any{"no group": sample(), "unknown groups": sample("clerk", "jail-record", "JAIL-RECORDS"), "groups of another shape": {"sub": "other", "groups": map[string]string{"jail-records": "yes"}}} {
		o.at.set(claims)
		who := o.browser()
		if r := who.signIn(); r.status != 403 || !strings.Contains(r.text(), "gives you no role here") {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
		if r := who.get("/desk"); r.status != 401 {
			t.Errorf("%s: the desk answers %d", name, r.status)
		}
	}
	if got := o.people(); len(got) != 1 {
		t.Errorf("accounts without a role: %+v", got)
	}

	// Back in a group: in again. Ended here: out, whatever the directory says.
	o.at.set(sample("jail-records"))
	back := o.browser()
	if r := back.signIn(); r.status != 200 {
		t.Errorf("back in the group: %d", r.status)
	}
	var open store.Account
	for _, a := range o.people() {
		if a.Ended.IsZero() {
			open = a
		}
	}
	o.clock.set(o.clock.Now().Add(time.Minute))
	if err := o.store.EndAccount(t.Context(), testAgency, open.ID, store.EndLeft, ""); err != nil {
		t.Fatal(err)
	}
	if r := back.get("/desk"); r.status != 401 {
		t.Errorf("a leaver at the desk: %d", r.status)
	}
	if r := back.signIn(); r.status != 403 || !strings.Contains(r.text(), "Your access was ended here") {
		t.Errorf("a leaver signs in: %d %s", r.status, r.body)
	}
	if err := o.store.Readmit(t.Context(), testAgency, open.ID, ""); err != nil {
		t.Fatal(err)
	}
	if r := back.signIn(); r.status != 200 {
		t.Errorf("readmitted: %d", r.status)
	}
	o.nothingPersonal()
}

func (o *oidcOffice) nothingPersonal() {
	o.t.Helper()
	if strings.Contains(o.log.String(), "CANARY") {
		o.t.Errorf("the log names somebody: %s", o.log)
	}
	err := filepath.WalkDir(o.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("CANARY")) {
			o.t.Errorf("%s names somebody", path)
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// An answer that proves nothing lets nobody in and makes no account.
func TestProviderAnswersThatProveNothing(t *testing.T) {
	o := newOIDCOffice(t)
	refused := func(name string, who person, r reply) {
		t.Helper()
		if r.status != 403 || !strings.Contains(r.text(), "no answer that can be checked") {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
		if d := who.get("/desk"); d.status != 401 {
			t.Errorf("%s: the desk answers %d", name, d.status)
		}
	}
	for name, wrong := range map[string]func(c, h map[string]any){
		"another audience":     func(c, _ map[string]any) { c["aud"] = "payroll" },
		"two, and no party":    func(c, _ map[string]any) { c["aud"] = []string{"comity", "payroll"} },
		"another party":        func(c, _ map[string]any) { c["azp"] = "payroll" },
		"another issuer":       func(c, _ map[string]any) { c["iss"] = "https://login.other.example" },
		"expired":              func(c, _ map[string]any) { c["exp"] = o.clock.Now().Add(-time.Minute).Unix() },
		"no expiry":            func(c, _ map[string]any) { delete(c, "exp") },
		"not valid yet":        func(c, _ map[string]any) { c["nbf"] = o.clock.Now().Add(time.Hour).Unix() },
		"another nonce":        func(c, _ map[string]any) { c["nonce"] = "another" },
		"no nonce":             func(c, _ map[string]any) { delete(c, "nonce") },
		"nobody":               func(c, _ map[string]any) { delete(c, "sub") },
		"no signature":         func(_, h map[string]any) { h["alg"] = "none" },
		"a shared-key forgery": func(_, h map[string]any) { h["alg"] = "HS256" },
		"another key by name":  func(_, h map[string]any) { h["kid"] = "2" },
	} {
		o.at.set(sample("jail-records"))
		o.at.wrong = wrong
		who := o.browser()
		refused(name, who, who.signIn())
	}
	o.at.set(sample("jail-records"))
	o.at.signer = newSigner(t)
	forged := o.browser()
	refused("another signer", forged, forged.signIn())

	o.at.set(sample("jail-records"))
	victim, other := o.browser(), o.browser()
	mine, theirs := victim.answer(), other.answer()
	state := func(address string) url.Values { u, _ := url.Parse(address); return u.Query() }
	refused("another browser's answer", victim, victim.get(theirs))
	// PKCE: a code that was asked for elsewhere is worth nothing here.
	theirs = other.answer()
	refused("another's code with one's own state", victim, victim.get("/desk/enter/back?"+url.Values{"code": {state(theirs).Get("code")}, "state": {state(mine).Get("state")}}.Encode()))
	mine = victim.answer()
	if r := victim.get(mine); r.status != 200 {
		t.Fatalf("the right answer: %d %s", r.status, r.body)
	}
	late, twice := o.browser(), o.browser()
	used := twice.answer()
	twice.get(used)
	twice.get("/desk/enter/oidc") // its cookie is there again
	if r := twice.get(used); r.status != 403 {
		t.Errorf("the same answer again: %d", r.status)
	}
	old := late.answer()
	o.clock.set(o.clock.Now().Add(6 * time.Minute))
	refused("after five minutes", late, late.get(old))
	for name, query := range map[string]string{"nothing": "", "an invented state": "?state=x&code=y", "a refusal": "?error=access_denied&state=" + state(late.answer()).Get("state")} {
		refused(name, late, late.get("/desk/enter/back"+query))
	}
	if list := o.people(); len(list) != 1 {
		t.Errorf("accounts: %+v", list)
	}
	o.nothingPersonal()
}

// A locked desk keeps what was typed for whoever typed it, and for nobody else.
func TestLockedAndUnlockedThroughTheProvider(t *testing.T) {
	o := newOIDCOffice(t)
	o.at.set(sample("jail-lieutenants"))
	who := o.browser()
	who.signIn()
	o.clock.set(o.clock.Now().Add(31 * time.Minute))
	typed := url.Values{"do": {"nothing-known"}, "words": {"<typed>"}}
	r := who.post("/desk/me", typed)
	kept := regexp.MustCompile(`<form id="kept" method="post" action="([^"]+)">(.*?)</form>`).FindStringSubmatch(r.text())
	if r.status != 401 || kept == nil || !strings.Contains(kept[2], `value="&lt;typed&gt;"`) || !strings.Contains(r.text(), `href="/desk/enter/oidc" target="_blank"`) {
		t.Fatalf("locked: %d %s", r.status, r.body)
	}
	to := html.UnescapeString(kept[1])
	o.at.set(map[string]any{"sub": "another", "groups": []string{"jail-lieutenants"}})
	who.signIn()
	if r := who.post(to, typed); r.status != 200 || strings.Contains(r.text(), "nothing was chosen") {
		t.Errorf("another person sends what was typed: %d %s", r.status, r.body)
	}
	o.at.set(sample("jail-lieutenants"))
	who.signIn()
	if r := who.post(to, typed); r.status != 400 || !strings.Contains(r.text(), "nothing was chosen") {
		t.Errorf("the same person goes on: %d %s", r.status, r.body)
	}
	o.clock.set(o.clock.Now().Add(13 * time.Hour))
	if r := who.get("/desk"); r.status != 401 || strings.Contains(r.text(), `id="kept"`) {
		t.Errorf("after 13 hours: %d", r.status)
	}
}

// In a browser the answer comes from another site, which keeps a strict cookie
// back; the desk opens all the same, without a press.
func TestProviderInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	o := newOIDCOffice(t)
	o.at.set(sample("jail-records"))
	err := chromedp.Run(browser(t), chromedp.Navigate(o.base+"/desk/enter"), press(`a[href="/desk/enter/oidc"]`), chromedp.WaitVisible("nav.desk-bar", chromedp.ByQuery))
	if err != nil {
		t.Fatal(err)
	}
}

// A provider that is down: words on the page, in the log and by doctor.
func TestProviderDown(t *testing.T) {
	o := newOIDCOffice(t)
	o.at.Close()
	r := o.browser().signIn()
	if r.status != 502 || !strings.Contains(r.text(), "does not answer now") || !strings.Contains(o.log.String(), "openid-configuration") {
		t.Errorf("%d %s; %s", r.status, r.body, o.log)
	}
	file := o.providerFile(o.at.URL)
	down, err := examineProvider(t.Context(), file) // program.txt has the command
	if err != nil || down.Grade != store.Wrong || !strings.Contains(down.Do, "/.well-known/openid-configuration from this machine") {
		t.Errorf("doctor: %+v, %v", down, err)
	}
	if strings.Contains(down.Says+down.Do+o.log.String(), providerSecret) {
		t.Error("the secret is told")
	}
	up := newProvider(t, time.Now)
	for issuer, want := range map[string]string{up.URL: store.Fine, up.URL + "/": store.Wrong, up.URL + "/other": store.Wrong} {
		if got, err := examineProvider(t.Context(), o.providerFile(issuer)); err != nil || got.Grade != want {
			t.Errorf("%s: %+v, %v", issuer, got, err)
		}
	}

	// The server starts all the same, and says what to do.
	dir, _ := newRecord(t)
	s, err := startServer(t.Context(), mustProgram(t), dir, "-oidc", file, "-site", "http://localhost:8080")
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	for wait := time.Now().Add(15 * time.Second); !strings.Contains(s.log.String(), "nobody signs in through the identity provider"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(wait) {
			t.Fatalf("the log: %s", s.log)
		}
	}
	if r := s.get(t, "/desk/enter/oidc"); r.status != 502 {
		t.Errorf("of the server: %d", r.status)
	}
}

func TestProviderFileRefused(t *testing.T) {
	good := "issuer: https://login.county.example\nclient: comity\ngroups: {a: clerk}\n"
	for name, text := range map[string]string{
		"plain http":      strings.Replace(good, "https", "http", 1),
		"no client":       strings.Replace(good, "client: comity\n", "", 1),
		"no group":        strings.Replace(good, "groups: {a: clerk}\n", "", 1),
		"no such role":    strings.Replace(good, "clerk", "king", 1),
		"everything":      strings.Replace(good, "clerk", "admin", 1),
		"a program":       strings.Replace(good, "clerk", "integrator", 1),
		"a gateway":       strings.Replace(good, "clerk", "gateway", 1),
		"an unknown word": good + "group: {a: clerk}\n",
		"no secret there": good + "secret: nowhere.txt\n",
		"no YAML":         "{",
		"nothing":         "",
	} {
		file := filepath.Join(t.TempDir(), "oidc.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readProvider(file, testAgency, time.Now); code(err) != "bad-provider" {
			t.Errorf("%s: %v", name, err)
		}
	}
	file := filepath.Join(t.TempDir(), "oidc.yaml")
	if err := os.WriteFile(file, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readProvider(file, testAgency, time.Now); err != nil {
		t.Error(err)
	}
	if _, said, ended := comityRun(t, "serve", "-dir", t.TempDir(), "-oidc", file); ended == 0 || !strings.Contains(said, "-oidc needs -site") {
		t.Errorf("without -site: %d %s", ended, said)
	}
}
