package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"comity/access"
	"comity/store"
)

// gateway is a token of the city's own telephone system, as comity account
// makes one.
func (d *doorTest) gateway() string {
	d.t.Helper()
	account, err := d.store.AddAccount(d.t.Context(), store.Account{Agency: testAgency, Role: string(access.Gateway), Name: "sample telephone menu", Sample: true})
	if err != nil {
		d.t.Fatal(err)
	}
	token, err := d.store.NewToken(d.t.Context(), account)
	if err != nil {
		d.t.Fatal(err)
	}
	return token
}

// check asks as that system does and returns status and answer.
func (d *doorTest) check(token string, check map[string]string) (int, string, string) {
	d.t.Helper()
	body, err := json.Marshal(check)
	if err != nil {
		d.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.url+"/api/v1/door/"+testAgency+"/checks", strings.NewReader(string(body)))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	var got struct{ Answer, Code, Say string }
	if err := json.Unmarshal(text, &got); err != nil {
		d.t.Fatal(err, string(text))
	}
	if len(r.Cookies()) > 0 || r.Header.Get("Cache-Control") != "no-store" {
		d.t.Errorf("an answer that is kept: %v", r.Header)
	}
	return r.StatusCode, got.Answer + got.Code, got.Say
}

// Page, telephone and SMS count the same tries of the same visit.
func TestDoorLimitsAreShared(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	token := d.gateway()
	ask := func(check map[string]string) string {
		t.Helper()
		_, answer, _ := d.check(token, check)
		return answer
	}
	l := d.book(nil)
	if got := ask(map[string]string{"channel": "telephone", "code": l.digits, "house": sampleHouse}); got != "yes" {
		t.Fatalf("by telephone: %s", got)
	}
	if got := ask(map[string]string{"channel": "sms", "text": l.code + " " + sampleHouse, "language": "es"}); got != "yes" {
		t.Fatalf("by SMS: %s", got)
	}
	for n := range 3 {
		if got := ask(map[string]string{"channel": "telephone", "code": fmt.Sprintf("%s%04d", l.digits[:4], (n+1)*1111), "house": sampleHouse}); got != "no" {
			t.Errorf("a guess by telephone: %s", got)
		}
	}
	d.expect("on the page, after three wrong by telephone", "call-us", l.code, sampleHouse)
	if got := ask(map[string]string{"channel": "telephone", "code": l.digits, "house": sampleHouse}); got != "call-us" {
		t.Errorf("by telephone, after three wrong: %s", got)
	}
	// The other way round: two by SMS and one on the page.
	m := d.book(func(f url.Values) { f.Set("house", "977") })
	for n := range 2 {
		ask(map[string]string{"channel": "sms", "text": fmt.Sprintf("%s-%04d 977", m.code[:2], n)})
	}
	d.expect("a guess on the page", "no", m.code[:2]+"-9999", "977")
	if got := ask(map[string]string{"channel": "telephone", "code": m.digits, "house": "977"}); got != "call-us" {
		t.Errorf("by telephone, after two by SMS and one on the page: %s", got)
	}
	// A house number by telephone is answered 60 times an hour, with a clerk's.
	for range 60 {
		ask(map[string]string{"channel": "telephone", "code": "00000000", "house": "31"})
	}
	if got := ask(map[string]string{"channel": "telephone", "code": "00000001", "house": "31"}); got != "call-us" {
		t.Errorf("a house number for the 61st time: %s", got)
	}
	// The token of the telephone system opens nothing else.
	for _, path := range []string{"/api/v1/entries", "/api/v1/registers/settings", "/api/v1/training", "/desk"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		if status, _ := d.read(http.DefaultClient.Do(req)); status != 403 && status != 401 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// H17 by telephone and SMS: of every check, of every refusal and of the caller
// there is a day total, and nothing else in any byte that was kept or logged.
func TestHarm_H17_telephone_and_SMS_leave_no_trace(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	token := d.gateway()
	l := d.book(nil)
	const caller, house = "+15550177", "709113"
	d.check(token, map[string]string{"channel": "telephone", "code": l.digits, "house": sampleHouse})
	d.check(token, map[string]string{"channel": "telephone", "code": "9140-2217", "house": house})
	d.check(token, map[string]string{"channel": "sms", "text": "QZ-7W3K " + house})
	d.check(token, map[string]string{"channel": "sms", "text": "CANARY words that are no code"})
	if status, code, _ := d.check(token, map[string]string{"channel": "telephone", "code": "9140-2217", "house": house, "from": caller}); status != 422 || code != "unknown-key" {
		t.Errorf("the caller's number: %d %s", status, code)
	}
	d.quit()
	secrets := []string{sampleHouse, house, caller, "5550177", "91402217", "9140-2217", "QZ7W3K", "QZ-7W3K", "CANARY", strings.ReplaceAll(l.digits, "-", ""), l.digits, token}
	for _, s := range secrets {
		if strings.Contains(d.log.String(), s) {
			t.Errorf("the log holds %q: %s", s, d.log)
		}
	}
	if found := filesWith(t, d.dir, secrets...); len(found) > 0 {
		t.Errorf("kept in %v", found)
	}
	s, err := store.Open(t.Context(), d.dir, recordConfig(slog.New(slog.DiscardHandler), time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got := map[string]int{}
	totals, err := s.DayTotals(t.Context(), testAgency, "2026-03-04", "2026-03-04")
	for _, x := range totals {
		got[x.Kind+" "+x.Answer] = x.Count
	}
	if err != nil || len(got) != 3 || got["telephone yes"] != 1 || got["telephone no"] != 1 || got["sms no"] != 1 {
		t.Errorf("day totals %v, %v", got, err)
	}
}

// comity door check asks as a telephone menu or a gateway does.
func TestDoorCheckCommand(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	token, l := d.gateway(), d.book(nil)
	check := func(typed string, args ...string) (string, string, int) {
		var out, said bytes.Buffer
		code := run(t.Context(), env{strings.NewReader(typed + "\n"), &out, &said}, append([]string{"door", "check", "-agency", testAgency, "-token", token, d.url}, args...))
		return out.String(), said.String(), code
	}
	if out, said, code := check(strings.Replace(l.digits, "-", " ", 1) + " " + sampleHouse); code != exitRan || !strings.HasPrefix(out, "yes\n\nYou may keep the door closed") || !strings.Contains(out, l.word) {
		t.Errorf("by telephone: %d %s%s", code, out, said)
	}
	if out, said, code := check(l.code+" "+sampleHouse, "-channel", "sms", "-lang", "es", "-json"); code != exitRan || !strings.Contains(out, `"answer":"yes"`) || !strings.Contains(out, "Sí. De parte nuestra") {
		t.Errorf("by SMS: %d %s%s", code, out, said)
	}
	if out, said, code := check("12 "+sampleHouse, "-lang", "es"); code != exitInput || out != "" || !strings.Contains(said, "hint: Use los ocho dígitos") {
		t.Errorf("two digits: %d %s%s", code, out, said)
	}
	token = "none"
	if _, said, code := check("12345678 9"); code != exitInput || !strings.Contains(said, "token") {
		t.Errorf("no such token: %d %s", code, said)
	}
}
