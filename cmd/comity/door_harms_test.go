package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity/access"
	"comity/door"
	"comity/door/badge"
	"comity/store"
)

// H9: nobody is found by name or badge, covert staff have no record, and other
// agencies' staff are neither confirmed nor denied.
func TestHarm_H9_no_roster_and_no_enumeration(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	l := d.book(nil)
	for _, path := range []string{doorPath + "/cards", doorPath + "/staff", doorPath + "?name=smith", doorPath + "?badge=12", doorPath + "/vehicles", "/door", "/api/v1/door"} {
		if _, page := d.get(nil, path); strings.Contains(page, "Sample meter") || strings.Contains(page, "Sample City Water") || strings.Contains(page, "0412") {
			t.Errorf("%s lists staff or vehicles", path)
		}
	}
	_, wrong := d.answer("ZZ-ZZZZ", sampleHouse)
	_, half := d.answer(l.code, "7")
	if number := regexp.MustCompile(`v=[0-9a-z]+`); number.ReplaceAllString(wrong, "") != number.ReplaceAllString(half, "") {
		t.Error("an answer says which half was wrong")
	}
	if status, page := d.post(d.staff[access.Dispatcher], "/desk/visits", url.Values{"unit": {"ICE"}, "purpose": {"meter"}, "day": {"2026-03-05"}, "from": {"09:00"}, "until": {"10:00"}, "people": {"1"}, "house": {"1"}, "language": {"en"}}); status != 422 || !strings.Contains(page, "Only this agency's own") {
		t.Errorf("a visit of a federal agency: %d", status)
	}
	if status, _ := d.get(nil, "/door/IL0160100"); status != 404 {
		t.Errorf("the page of an agency that is not served: %d", status)
	}
}

// H8: what stands on a card is what somebody does, and a photograph only with
// that person's consent; it is seen with a yes alone.
func TestHarm_H8_a_card_has_no_name_and_no_photo_without_consent(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	send := func(agreed bool) (int, string) {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		_ = m.WriteField("title", "Sample meter technician")
		if agreed {
			_ = m.WriteField("agreed", "yes")
		}
		part, _ := m.CreateFormFile("photo", "face.jpg")
		_, _ = part.Write(cameraPhoto(t))
		m.Close()
		return d.read(d.staff[access.Dispatcher].Post(d.url+"/desk/visits/cards", m.FormDataContentType(), &b))
	}
	if status, page := send(false); status != 422 || !strings.Contains(page, "own consent") {
		t.Errorf("without consent: %d", status)
	}
	if status, _ := send(true); status != 200 {
		t.Fatalf("with consent: %d", status)
	}
	cards, err := d.store.Cards(t.Context(), testAgency)
	if err != nil || len(cards) != 1 || bytes.Contains(cards[0].Photo, []byte("EXIF-PLACE")) || len(cards[0].Photo) > 24<<10 {
		t.Fatalf("%d cards, %v", len(cards), err)
	}
	l := d.book(func(f url.Values) { f.Set("card", cards[0].ID) })
	if page := d.expect("with a card", "yes", l.code, sampleHouse); !strings.Contains(page, "data:image/jpeg") || len(page) > 60_000 {
		t.Errorf("a yes of %d bytes", len(page))
	}
	if page := d.expect("a wrong code", "no", "ZZ-ZZZZ", sampleHouse); strings.Contains(page, "data:image") {
		t.Error("a no shows a face")
	}
	// H14: a lost card says yes to nobody, at once.
	if status, _ := d.post(d.staff[access.Dispatcher], "/desk/visits/cards", url.Values{"lost": {cards[0].ID}}); status != 200 {
		t.Fatal(status)
	}
	d.expect("a stolen card", "call-us", l.code, sampleHouse)
	if page := d.ring(l.digits, sampleHouse); strings.Contains(page, "Yes. From us") || strings.Contains(page, l.word) || !strings.Contains(page, "We cannot say.") {
		t.Errorf("a stolen card by telephone: %.1500s", page)
	}
}

// cameraPhoto is a picture with what a camera writes beside it.
func cameraPhoto(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 900, 600))
	for y := range 600 {
		for x := range 900 {
			img.Set(x, y, color.RGBA{byte(x), byte(y), byte(x * y), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	place := []byte("Exif\x00\x00EXIF-PLACE 41.88N 87.63W")
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1, byte((len(place) + 2) >> 8), byte(len(place) + 2)}, place...)
	return append(head, b.Bytes()[2:]...)
}

// H14: what a resident meets at the door: guesses, an old letter, a relay, a
// stolen code without the word. None of them is a yes that she could trust
// further than it says.
func TestHarm_H14_attacks_on_a_booked_visit(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	l := d.book(nil)
	// Guessing at the right house.
	for n := range 3 {
		d.expect("a guess", "no", fmt.Sprintf("%s-%04d", l.code[:2], n), sampleHouse)
	}
	d.expect("the right code after three guesses", "call-us", l.code, sampleHouse)
	// Enumerating houses with a code that was overheard.
	m := d.book(nil)
	for n := range 5 {
		d.expect("another house", "no", m.code, fmt.Sprint(100+n))
	}
	d.expect("the right house after five", "call-us", m.code, sampleHouse)
	// A relay: the impostor knows that a visit is booked and has the code, but
	// neither the word nor this minute's number. Both stand on the resident's
	// page, and she is told to ask for them.
	k := d.book(nil)
	page := d.expect("the code alone", "yes", k.code, sampleHouse)
	if !strings.Contains(page, "If they cannot say the word and the number, keep the door closed") {
		t.Error("a yes does not say what to do about an impostor")
	}
	before := numberOf.FindStringSubmatch(page)
	d.later(3 * time.Minute)
	after := numberOf.FindStringSubmatch(d.expect("later", "yes", k.code, sampleHouse))
	d.later(2 * time.Minute)
	last := numberOf.FindStringSubmatch(d.expect("later still", "yes", k.code, sampleHouse))
	if before == nil || after == nil || last == nil || before[1] == after[1] && after[1] == last[1] {
		t.Errorf("the number stands still: %v %v %v", before, after, last)
	}
	// A photograph of the letter, used the next day; a clock that was put forward.
	d.later(24 * time.Hour)
	d.expect("a letter of yesterday", "no", k.code, sampleHouse)
}

// H18: word and number are shown on shift only, while the visit is open.
func TestHarm_H18_codes_rotate_and_expired_ones_answer_nothing(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	if status, _ := d.post(d.staff[access.Dispatcher], "/desk/visits/cards", url.Values{"title": {"Sample meter technician"}, "account": {d.known[access.FieldWorker].ID}}); status != 200 {
		t.Fatal(status)
	}
	cards, _ := d.store.Cards(t.Context(), testAgency)
	l := d.book(func(f url.Values) { f.Set("card", cards[0].ID) })
	if _, page := d.get(d.staff[access.FieldWorker], "/desk/shift"); strings.Contains(page, l.word) {
		t.Error("the word is shown off shift")
	}
	if _, page := d.get(d.staff[access.Dispatcher], "/desk/visits"); strings.Contains(page, "<strong>"+l.word) || !strings.Contains(page, "Whoever was sent has not begun a shift.") {
		t.Error("dispatch reads the word of somebody who is off shift")
	}
	if status, page := d.post(d.staff[access.FieldWorker], "/desk/shift", url.Values{"do": {"begin"}}); status != 200 || !strings.Contains(page, l.word) {
		t.Errorf("on shift: %d %.1500s", status, page)
	}
	d.expect("a check", "yes", l.code, sampleHouse)
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, page := d.get(d.staff[access.FieldWorker], "/desk/shift"); strings.Contains(page, "Checked once.") {
			break
		} else if time.Now().After(end) {
			t.Fatal("the worker's page does not count the check")
		}
	}
	d.later(3 * time.Hour)
	if _, page := d.get(d.staff[access.FieldWorker], "/desk/shift"); strings.Contains(page, l.word) {
		t.Error("the word is shown after the visit")
	}
	d.expect("after the visit", "no", l.code, sampleHouse)
	// "Not me": somebody comes in this person's name.
	m := d.book(func(f url.Values) { f.Set("card", cards[0].ID) })
	visits, _ := d.store.Visits(t.Context(), testAgency)
	for _, v := range visits {
		if v.Open(d.clock.Now()) {
			if status, _ := d.post(d.staff[access.FieldWorker], "/desk/visits/"+v.ID, url.Values{"do": {"not-me"}}); status != 200 {
				t.Errorf("not me: %d", status)
			}
		}
	}
	d.expect("after \"not me\"", "call-us", m.code, sampleHouse)
	if _, page := d.get(d.staff[access.WatchCommander], "/desk/visits"); !strings.Contains(page, "Whoever we sent says that it is not them") {
		t.Error("the watch commander is not told")
	}
	// Whoever is sent sees no case and books nothing.
	for _, path := range []string{"/desk", "/desk/visits", "/desk/visits/cards"} {
		if status, _ := d.get(d.staff[access.FieldWorker], path); status != 403 {
			t.Errorf("%s: %d", path, status)
		}
	}
	o := d.book(nil)
	visits, _ = d.store.Visits(t.Context(), testAgency)
	for _, v := range visits {
		if v.Card == "" {
			if status, _ := d.post(d.staff[access.FieldWorker], "/desk/visits/"+v.ID, url.Values{"do": {"not-me"}}); status != 403 {
				t.Errorf("another's visit is stopped: %d", status)
			}
		}
	}
	d.expect("another's visit", "yes", o.code, sampleHouse)
}

// H18: nobody can be followed by a badge. Two codes of one card have nothing in
// common but what the card says, and end with the minute, the shift and the card.
func TestHarm_H18_a_badge_cannot_be_followed(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	worker := d.known[access.FieldWorker]
	card, err := d.store.SaveCard(t.Context(), door.Card{Agency: testAgency, Title: "Sample meter technician", Account: worker.ID})
	if err != nil {
		t.Fatal(err)
	}
	d.post(d.staff[access.FieldWorker], "/desk/shift", url.Values{"do": {"begin"}})
	key, err := d.store.BadgeKey(testAgency, d.clock.Now().Format("2006"))
	if err != nil {
		t.Fatal(err)
	}
	secret, err := d.store.BadgeSecret(testAgency)
	if err != nil {
		t.Fatal(err)
	}
	code := func() (string, []byte) { // as the worker's page makes it
		at := d.clock.Now().Truncate(time.Second)
		handle := badge.Handle(secret, card.ID, at)
		text, err := badge.Issuer{Agency: testAgency, Key: key}.Compact(badge.Badge{Title: card.Title, Issued: at, Handle: handle})
		if err != nil {
			t.Fatal(err)
		}
		return text, handle
	}
	expect := func(when, text string, want badge.Answer) {
		t.Helper()
		if _, page := d.post(nil, doorPath+"/badge", url.Values{"badge": {text}}); !strings.Contains(page, `class="answer `+string(want)+`"`) {
			t.Errorf("%s: not %s: %.400s", when, want, page)
		}
	}
	first, one := code()
	expect("shown", first, badge.Genuine)
	d.later(time.Minute)
	expect("a minute later", first, badge.Over)
	second, two := code()
	expect("shown again", second, badge.Genuine)
	if bytes.Equal(one, two) || strings.Contains(first+second, card.ID) || strings.Contains(first+second, worker.ID) {
		t.Error("a code holds what stays the same")
	}
	d.post(d.staff[access.FieldWorker], "/desk/shift", url.Values{"do": {"end"}})
	expect("off shift", second, badge.Revoked)
	d.post(d.staff[access.FieldWorker], "/desk/shift", url.Values{"do": {"begin"}})
	d.post(d.staff[access.FieldWorker], "/desk/shift", url.Values{"do": {"lost"}})
	third, _ := code()
	expect("lost", third, badge.Revoked)
}

// H15: "yes" and "genuine" never mean that she must open; every page says so.
func TestHarm_H15_every_door_page_says_the_first_thing_first(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	l := d.book(nil)
	_, yes := d.answer(l.code, sampleHouse)
	_, no := d.answer("ZZ-ZZZZ", "7")
	_, vehicle := d.post(nil, doorPath+"/vehicle", url.Values{"fleet": {"0412"}, "plate": {"7K3"}})
	_, name := d.post(nil, doorPath+"/name", url.Values{"what": {"person"}})
	_, empty := d.get(nil, doorPath)
	for what, page := range map[string]string{"yes": yes, "no": no, "vehicle": vehicle, "name": name, "empty": empty} {
		_, main, _ := strings.Cut(page, "<main")
		if i, j := strings.Index(main, "You may keep the door closed while you check. A judge's warrant or an emergency is different."), strings.Index(main, "<h1"); i < 0 || i > j {
			t.Errorf("%s does not begin with what she may do", what)
		}
		if !strings.Contains(page, "911") || strings.Contains(page, "ICE") || strings.Contains(page, "must open") && !strings.Contains(page, "does not mean that you must open") {
			t.Errorf("%s: 911 is missing, or a federal agency is named", what)
		}
	}
}

// H15 holds on what goes wrong too, in each language of the door: an address that
// is none, a form of another site, one that is broken or far too long.
func TestHarm_H15_a_door_page_that_fails_says_the_first_thing_first(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	first := map[string]string{
		"":    "You may keep the door closed while you check. A judge's warrant or an emergency is different.",
		"/es": "Puede dejar la puerta cerrada mientras comprueba. Una orden de un juez o una emergencia es distinto.",
		"/ar": "يمكنك إبقاء الباب مغلقًا أثناء التحقق. أمر قضائي من قاضٍ أو حالة طوارئ أمر مختلف.",
	}
	for lang, words := range first {
		for _, x := range []struct {
			method, path, body, origin string
			status                     int
		}{
			{"GET", "/door/ZZ0000000", "", "", 404},
			{"GET", doorPath + "/nothing", "", "", 404},
			{"GET", doorPath + "/name/0", "", "", 404},
			{"PUT", doorPath, "", "", 405},
			{"POST", doorPath, "code=1", "https://springfield-gov.example", 403},
			{"POST", doorPath, "code=%zz", "", 400},
			{"POST", doorPath, strings.Repeat("a", 300_000), "", 413},
		} {
			req, err := http.NewRequest(x.method, d.url+lang+x.path, strings.NewReader(x.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if x.origin != "" {
				req.Header.Set("Origin", x.origin)
			}
			status, page := d.read(http.DefaultClient.Do(req))
			_, main, _ := strings.Cut(page, "<main")
			if i := strings.Index(main, words); status != x.status || i < 0 || i > strings.Index(main, "<h1") || !strings.Contains(main, "911") {
				t.Errorf("%s %s%s: %d, want %d and what she may do first: %.600s", x.method, lang, x.path, status, x.status, page)
			}
		}
	}
}

// H16: a letter and a card lead nowhere but to the city's own address, which
// is the server's own setting and nothing that a visitor can bring.
func TestHarm_H16_nothing_opens_another_address(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	l := d.book(nil)
	req, err := http.NewRequest(http.MethodPost, d.url+doorPath, strings.NewReader(url.Values{"code": {l.code}, "house": {sampleHouse}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://springfield-gov.example") // a page that looks like ours
	if status, _ := d.read(http.DefaultClient.Do(req)); status != 403 {
		t.Errorf("a form of another site: %d", status)
	}
	_, page := d.answer(l.code, sampleHouse)
	_, scanned := d.post(nil, doorPath+"/badge", url.Values{"badge": {"https://springfield-gov.example/badge"}})
	if !strings.Contains(scanned, ">springfield-gov.example<") {
		t.Errorf("the domain that was scanned is not shown in words: %.400s", scanned)
	}
	page += scanned
	for _, m := range regexp.MustCompile(`(?:href|src|action)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "/") {
			t.Errorf("the page leads to %s", m[1])
		}
	}
}

// H17: of a hundred checks there are day totals, in every byte that was kept,
// logged or sent.
func TestHarm_H17_checks_leave_no_trace(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	l := d.book(nil)
	d.expect("the right one", "yes", l.code, sampleHouse)
	for n := range 20 {
		d.answer(fmt.Sprintf("ZZ-%04d", n), fmt.Sprint(70001+n))
	}
	d.post(nil, doorPath+"/vehicle", url.Values{"fleet": {"FLEET9"}, "plate": {"ZZ9"}})
	d.quit()
	secrets := []string{sampleHouse, strings.ReplaceAll(l.code, "-", ""), strings.ReplaceAll(l.digits, "-", ""), "FLEET9", "127.0.0.1"}
	for n := range 20 {
		secrets = append(secrets, fmt.Sprint(70001+n))
	}
	for _, s := range secrets {
		if strings.Contains(d.log.String(), s) {
			t.Errorf("the log holds %q", s)
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
	if err != nil || got["code yes"] != 1 || got["code no"] != 20 || got["vehicle no"] != 1 {
		t.Errorf("day totals %v, %v", got, err)
	}
}

// H19: where the answer is no, or there is none, nobody is called false.
func TestHarm_H19_no_answer_at_the_door_accuses(t *testing.T) {
	t.Parallel()
	d := newDoorTest(t)
	beside := map[string]string{
		"": "Officers of another agency may be genuine.", "/vehicle": "The vehicle may belong to another agency.",
		"/es": "Los agentes de otra agencia pueden ser auténticos.", "/es/vehicle": "El vehículo puede ser de otra agencia.",
	}
	for _, lang := range []string{"", "/es"} {
		for what, form := range map[string]url.Values{"": {"code": {"ZZ-ZZZZ"}, "house": {"7"}}, "/vehicle": {"fleet": {"99"}, "plate": {"AAA"}}} {
			_, page := d.post(nil, lang+doorPath+what, form)
			if _, main, _ := strings.Cut(page, "<main"); !strings.Contains(main, beside[lang+what]) {
				t.Errorf("%s%s: a no stands alone", lang, what)
			}
			for _, word := range []string{"impostor", "fake", "fraud", "falso.", "ICE", "federal agent"} {
				if strings.Contains(page, word) {
					t.Errorf("%s%s says %q", lang, what, word)
				}
			}
		}
	}
	if _, page := d.post(nil, doorPath+"/name", url.Values{"what": {"person"}}); !strings.Contains(page, "has been told") {
		t.Error("no answer that the report was taken")
	}
	claims, err := d.store.Claims(t.Context(), testAgency)
	if err != nil || len(claims) != 1 {
		t.Fatal(len(claims), err)
	}
	if _, page := d.get(d.staff[access.WatchCommander], "/desk"); !strings.Contains(page, "One report that somebody used our name waits for you.") {
		t.Error("the watch commander's tasks do not name it")
	}
	if status, _ := d.post(d.staff[access.Dispatcher], "/desk/visits/claims/"+claims[0].ID, url.Values{"answer": {"no"}}); status != 403 {
		t.Errorf("a dispatcher answers for the watch commander: %d", status)
	}
	if status, _ := d.post(d.staff[access.WatchCommander], "/desk/visits/claims/"+claims[0].ID, url.Values{"answer": {"no"}}); status != 200 {
		t.Errorf("the watch commander: %d", status)
	}
	_, page := d.get(nil, doorPath+"/name/"+claims[0].ID)
	if !strings.Contains(page, "That was not ours") || !strings.Contains(page, "Officers of another agency may be genuine") {
		t.Errorf("the reply: %.1500s", page)
	}
}
