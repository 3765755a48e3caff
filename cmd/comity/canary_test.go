package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/papers/paperstest"
)

// TestCanary writes names and bookings that would be found anywhere, and facts
// that are never stored, and looks for them in everything that the server
// leaves behind or shows to anyone.
func TestCanary(t *testing.T) {
	t.Parallel()
	s, dir := serve(t)
	n := 0
	canary := func(what string) string { n++; return fmt.Sprintf("CANARY-%s-%d", what, n) }
	sealed := func() string {
		return fmt.Sprintf(`,"sealed":{"booking":%q,"name":%q,"pointer":%q}`, canary("BOOKING"), canary("NAME"), canary("POINTER"))
	}
	ok := func(path, body string) {
		t.Helper()
		if r := s.post(t, path, body); r.status != 201 {
			t.Fatalf("%s: %d %s", path, r.status, r.body)
		}
	}
	ok("/api/v1/requests", strings.Replace(detainer("c1", sealed()), `"facts":{`, `"facts":{"person.citizenship_proof":"`+neverStored+`","person.record_contradicts":true,`, 1))
	ok("/api/v1/requests", fmt.Sprintf(`{"id":"c2","agency":%q,"kind":"detainer","in":"us-il-cook","at":"2026-10-07T03:17:41-05:00","actor":"county-jail","fields":{
		"booking":%q,"name":%q,"form":"i-247a","by":"ice","received_at":"2026-10-07T03:17:41-05:00","addressed":"yes","box":"box-1","signed":"yes","dated":"yes","served":"no",
		"attached":"none","court":"none","custody":"jailed","other_reason":"yes","contradicts":"yes","shown":"us-citizen-document"}}`, testAgency, canary("BOOKING"), canary("NAME")))
	ok("/api/v1/requests", assistance("c3", fmt.Sprintf(`,"sealed":{"incident":%q}`, canary("INCIDENT"))))
	form := func(id, kind, fields string) string {
		return fmt.Sprintf(`{"id":%q,"agency":%q,"kind":%q,"in":"us-il-cook","at":"2026-10-07T03:17:41-05:00","actor":"county-jail","fields":{%s}}`, id, testAgency, kind, fields)
	}
	ok("/api/v1/requests", form("k1", "informal", fmt.Sprintf(`"asked":"hold","how":"telephone","by":"ice","purpose":"civil-immigration","paper":"none","booking":%q,"incident":%q`, canary("BOOKING"), canary("INCIDENT"))))
	ok("/api/v1/requests", form("k2", "unattributed", fmt.Sprintf(`"told_by":"own-officer","setting":"school","faces":"all-covered","marking":"none","badge":"not-shown","asked_who":"not-asked","vehicle_marking":"unmarked","incident":%q`, canary("INCIDENT"))))
	ok("/api/v1/requests", form("k3", "database-access", fmt.Sprintf(`"what":"account-opened","system":"jail","by":"ice","users":"program","purpose":"audit","basis":"none","incident":%q`, canary("CASE"))))
	ok("/api/v1/requests", form("k4", "equipment", fmt.Sprintf(`"what":"used","type":"drone","count":"1","for":"ice","purpose":"mixed","reason":"crowd","approved":"not","incident":%q`, canary("INCIDENT"))))
	ok("/api/v1/requests", form("k5", "complaint", fmt.Sprintf(`"about":"force","against":"this-agency","from":"counsel","why":%q`, canary("WORDS"))))
	ok("/api/v1/requests", form("k6", "demand", fmt.Sprintf(`"what":"letter","from":"federal-agency","received_at":"2026-10-07T03:17:41-05:00","owner":"counsel","why":%q,"pointer":%q`, canary("WORDS"), canary("POINTER"))))
	ok("/api/v1/requests", form("k7", "records-request", fmt.Sprintf(`"from":"press","scope":"custody","received_at":"2026-10-07T03:17:41-05:00","owner":"records","why":%q,"pointer":%q`, canary("WORDS"), canary("POINTER"))))
	ok("/api/v1/requests", form("k8", "certification", fmt.Sprintf(`"form":"i-918b","stage":"first","sent_by":"counsel","received_at":"2026-10-07T03:17:41-05:00","owner":"records","incident":%q,"pointer":%q`, canary("REPORT"), canary("POINTER"))))
	ok("/api/v1/requests", form("k9", "shield", fmt.Sprintf(`"flag":"set","part":"victim","incident":%q`, canary("REPORT"))))
	custody := func(id, kind, fields string) string {
		return strings.Replace(form(id, kind, fields), `"in":`, `"ref":"c2","in":`, 1)
	}
	ok("/api/v1/requests", custody("h1", "custody", fmt.Sprintf(`"event":"other-hold","reason":"parole","pointer":%q`, paperNumber("h1"))))
	ok("/api/v1/requests", custody("h2", "release-call", fmt.Sprintf(`"result":"no-answer","called":"field-office","number_from":"own-directory","reason":%q,"rank":"captain"`, canary("REASON"))))
	ok("/api/v1/requests", custody("h3", "notice", `"language":"es","how":"handed-over","served_at":"2026-10-07T04:17:41-05:00","by":"records-clerk","copy":"yes","counsel":"no","signature":"signed"`))
	ok("/api/v1/requests", custody("h4", "transfer", fmt.Sprintf(`"basis":"i-200","pointer":%q,"to":"ice","taker":"credential-seen","giver":"badge-shown","person":"wristband","papers":"request","place":"jail-lobby",
		"receipt_person":"given","receipt_counsel":"sent","contradicts":"no","shown":"%s","reason":%q,"rank":"captain"`, paperNumber("h4"), neverStored, canary("REASON"))))
	booked := canary("BOOKING")
	ok("/api/v1/requests", detainer("h5", fmt.Sprintf(`,"sealed":{"booking":%q}`, booked)))
	event := fmt.Sprintf(`{"id":"h6","booking":%q,"event":"rebooked","at":"2026-10-07T05:00:00-05:00","new_booking":%q}`, booked, canary("BOOKING"))
	ok("/api/v1/bookings", event)
	ok("/api/v1/requests", form("k10", "statement", `"about":"rumour","role":"not-there","rumour":"UNRELEASED","did":"UNRELEASED","did_not":"UNRELEASED"`)) // nobody released it
	for _, register := range []string{"settings", "funnel", "equipment", "unapproved", "access", "access-ended", "complaints"} {
		r := s.get(t, "/api/v1/registers/"+register)
		if r.status != 200 {
			t.Errorf("%s: %d %s", register, r.status, r.body)
		}
		noCanary(t, register, r.body)
	}
	ok("/api/v1/requests/c1/acts", fmt.Sprintf(`{"id":"c4","done":"overridden","at":"2026-10-07T04:00:00-05:00","reason":%q,"rank":"captain"}`, canary("REASON")))

	paper := paperstest.Usual()
	paper.Name, paper.Country, paper.Birth, paper.File = canary("PERSON"), canary("COUNTRY"), "01/02/1983 "+canary("BIRTH"), "A987654321 "+canary("FILE")
	read := s.post(t, "/api/v1/papers", string(paperstest.PDF(true, paperstest.Detainer(paper), paperstest.Immigration("i-200", paper))))
	if read.status != 200 || !strings.Contains(read.text(), `"kind":"i-247a"`) {
		t.Fatalf("read a paper: %d %s", read.status, read.body)
	}
	noCanary(t, "what was read off a paper", read.body)

	// The staff of the agency still read what is sealed, so the canaries live;
	// nobody reads what is never stored.
	if r := s.get(t, "/api/v1/entries/c1"); strings.Count(r.text(), "CANARY") != 3 {
		t.Fatalf("the sealed fields of c1: %s", r.body)
	}
	for _, path := range []string{"/api/v1/entries/c1", "/api/v1/entries/c2", "/api/v1/entries", "/api/v1/receipts/c1", "/api/v1/receipts/c2"} {
		r := s.get(t, path)
		if r.status != 200 {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
		noWord(t, path, neverStored, r.body)
		if !strings.HasSuffix(path, "c1") && !strings.HasSuffix(path, "c2") && bytes.Contains(r.body, []byte("CANARY")) {
			t.Errorf("a list shows what is sealed: %s", path)
		}
	}
	canariesInErrors(t, s, canary, sealed)
	time.Sleep(1500 * time.Millisecond) // a beat

	token := s.token
	s.token = ""
	for path, r := range walk(t, s) {
		noCanary(t, "GET "+path, r.body)
		noWord(t, "GET "+path, "UNRELEASED", r.body)
	}
	s.token = token
	filesWithoutCanary(t, "while it is served", dir)
	if err := s.stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	filesWithoutCanary(t, "after it", dir)
	noCanary(t, "the server's log", []byte(s.log.String()))
	noWord(t, "the server's log", neverStored, []byte(s.log.String()))
	for _, args := range [][]string{{"verify", "-key", filepath.Join(dir, "log.vkey"), dir}, {"replay", "-json", dir}, {"doctor", "-dir", dir}} {
		out, said, _ := comityRun(t, args...)
		noCanary(t, args[0], []byte(out+said))
		noWord(t, args[0], neverStored, []byte(out+said))
	}
}

// paperNumber is a canary that has the form of another office's number.
func paperNumber(id string) string { return "CANARY-" + id }

// neverStored is a value of person.citizenship_proof. Pages and forms name it
// as a choice; nothing that is kept does.
const neverStored = "us-citizen-document"

// canariesInErrors makes every kind of refusal with canaries in the request.
func canariesInErrors(t *testing.T, s *server, canary func(string) string, sealed func() string) {
	t.Helper()
	long := canary("LONG") + strings.Repeat("x", 400)
	for name, c := range map[string]struct{ path, body string }{
		"same id":         {"requests", detainer("c1", sealed())},
		"cut off":         {"requests", strings.TrimSuffix(detainer("e1", sealed()), "}")},
		"unknown key":     {"requests", detainer("e2", sealed()+fmt.Sprintf(`,"remark":%q`, canary("REMARK")))},
		"unknown field":   {"requests", detainer("e3", fmt.Sprintf(`,"sealed":{"remark":%q}`, canary("REMARK")))},
		"refused field":   {"requests", detainer("e4", fmt.Sprintf(`,"sealed":{"citizenship":%q}`, canary("STATUS")))},
		"too long":        {"requests", detainer("e5", fmt.Sprintf(`,"sealed":{"name":%q}`, long))},
		"two lines":       {"requests", detainer("e6", fmt.Sprintf(`,"sealed":{"name":%q}`, canary("NAME")+"\nx"))},
		"a wrong type":    {"requests", detainer("e7", fmt.Sprintf(`,"sealed":[%q]`, canary("NAME")))},
		"a wrong choice":  {"requests", detainer("e8", fmt.Sprintf(`,"fields":{"form":%q,"name":%q}`, canary("FORM"), canary("NAME")))},
		"a wrong instant": {"requests", detainer("e9", fmt.Sprintf(`,"fields":{"received_at":%q}`, canary("TIME")))},
		"a bad place":     {"requests", strings.Replace(detainer("e10", sealed()), "us-il-cook", "us-zz", 1)},
		"no case":         {"requests/none/acts", fmt.Sprintf(`{"id":"e11","done":"released","reason":%q}`, canary("REASON"))},
		"contrary":        {"requests/c1/acts", fmt.Sprintf(`{"id":"e12","done":"honoured","reason":%q}`, canary("REASON"))},
		"bad outcome":     {"requests/c1/acts", fmt.Sprintf(`{"id":"e13","done":%q}`, canary("DONE"))},
	} {
		r := s.post(t, "/api/v1/"+c.path, c.body)
		if r.status < 400 || r.problem().Code == "" {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
		noCanary(t, "the refusal of "+name, r.body)
	}
	token := s.token
	s.token = canary("TOKEN")
	r := s.post(t, "/api/v1/requests", detainer("e14", sealed()))
	noCanary(t, "the refusal of a token", r.body)
	s.token = token
}

func noCanary(t *testing.T, where string, data []byte) {
	t.Helper()
	noWord(t, where, "CANARY", data)
}

func noWord(t *testing.T, where, word string, data []byte) {
	t.Helper()
	if i := bytes.Index(data, []byte(word)); i >= 0 {
		t.Errorf("%s: %q stands there: …%.120q…", where, word, data[max(0, i-60):])
	}
}

// filesWithoutCanary reads every byte below dir: what is sealed is there, but
// not to be read.
func filesWithoutCanary(t *testing.T, when, dir string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files++
		noCanary(t, fmt.Sprintf("%s, %s", filepath.Base(path), when), data)
		noWord(t, fmt.Sprintf("%s, %s", filepath.Base(path), when), neverStored, data)
		return err
	})
	if err != nil || files < 5 {
		t.Errorf("%d files were read, %v", files, err)
	}
}
