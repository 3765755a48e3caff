package web

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"comity/door"

	"go.yaml.in/yaml/v3"
)

// anyDoor: only what pages read is furnished.
type anyDoor interface{ Door }

// A hall stands for visits, cards and claims that are kept.
type hall struct {
	anyDoor
	visit  door.Visit
	letter door.Letter
	card   door.Card
	broken error          // what the store answers
	totals map[string]int // kind and answer

	outcomes []door.DayOutcome
	first    time.Time // card

	revoked []int // places of badges
}

func (h *hall) AddDayTotal(_ context.Context, _, kind, _, answer string, n int) error {
	if h.totals == nil {
		h.totals = map[string]int{}
	}
	h.totals[kind+" "+answer] += n
	return nil
}

func newHall(t *testing.T, worker string) *hall {
	t.Helper()
	h := &hall{outcomes: sampleOutcomes(), first: staffNow.AddDate(0, 0, -20), card: door.Card{ID: "SAMPLE0001", Title: "Sample meter technician", Account: worker, Shift: staffNow.Add(time.Hour)}}
	var err error
	h.visit, h.letter, err = door.Book(door.Booking{Agency: "TX2270000", Unit: "Sample City Water", Purpose: "meter", From: staffNow, Until: staffNow.Add(2 * time.Hour),
		People: 1, Vehicle: "0412", Card: h.card.ID, Language: "es", House: "412"}, staffNow.Add(-time.Hour), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// sampleOutcomes are eight weeks of visits, with fewer closed doors in the last.
func sampleOutcomes() (out []door.DayOutcome) {
	for week := range 8 {
		day := staffNow.AddDate(0, 0, -7*week).Format(time.DateOnly)
		out = append(out, door.DayOutcome{Day: day, Outcome: "done", Count: 30}, door.DayOutcome{Day: day, Outcome: door.Doubted, Count: 2 + 2*week}, door.DayOutcome{Day: day, Outcome: "nobody-home", Count: 7})
	}
	return out
}

func (h *hall) Serves(context.Context, string) (bool, error)            { return true, nil }
func (h *hall) Tried(string, string, door.Wrong)                        {}
func (h *hall) Cards(context.Context, string) ([]door.Card, error)      { return []door.Card{h.card}, nil }
func (h *hall) Card(context.Context, string, string) (door.Card, error) { return h.card, nil }
func (h *hall) Vehicles(context.Context, string) ([]byte, [][]byte, error) {
	return []byte("k"), nil, nil
}
func (h *hall) BadgeKey(agency, period string) (*ecdsa.PrivateKey, error) {
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32))
}
func (h *hall) BadgeSecret(string) ([]byte, error)                                { return []byte("s"), nil }
func (h *hall) GiveBadge(context.Context, string, string, time.Time) (int, error) { return 12, nil }
func (h *hall) RevokedBadges(context.Context, string, time.Time) ([]int, error) {
	return h.revoked, nil
}
func (h *hall) VisitOutcomes(context.Context, string) ([]door.DayOutcome, error) {
	return h.outcomes, nil
}

func (h *hall) FirstCard(context.Context, string) (time.Time, error) { return h.first, nil }

func (h *hall) SaveVisit(context.Context, door.Visit) error { return nil }

func (h *hall) Visits(context.Context, string) ([]door.Visit, error) {
	over := h.visit
	over.ID, over.Outcome, over.From = "over", "refused", staffNow.AddDate(0, 0, -1)
	return []door.Visit{over, h.visit}, nil
}

func (h *hall) VisitsOf(_ context.Context, _ string, ch door.Channel, group string, _ time.Time) ([]door.Visit, error) {
	if h.visit.Keys[ch].Group == group && h.broken == nil {
		return []door.Visit{h.visit}, nil
	}
	return nil, h.broken
}

func (h *hall) Claims(context.Context, string) ([]door.Claim, error) {
	return []door.Claim{{ID: "c-1", What: "person", At: staffNow}, {ID: "c-2", What: "letter", At: staffNow, Answer: door.No, Answered: staffNow}}, nil
}

func (h *hall) Claim(_ context.Context, _, id string) (door.Claim, error) {
	all, _ := h.Claims(context.Background(), "")
	for _, c := range all {
		if c.ID == id {
			return c, nil
		}
	}
	return door.Claim{}, errors.New("none")
}

// A language of the door alone has every text of the door, and none that is
// filled in otherwise than in English.
func TestDoorLanguagesAreWhole(t *testing.T) {
	en := map[string]string{}
	for key, text := range catalogue(t, "en") {
		if strings.HasPrefix(key, "door.") {
			en[key] = text
		}
	}
	for _, tag := range doorTags {
		b, err := fs.ReadFile(textFiles, "text/door."+tag+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var root yaml.Node
		if err := yaml.Unmarshal(b, &root); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		flatten(got, "", root.Content[0])
		for key, text := range en {
			if got[key] == "" {
				t.Errorf("%s lacks %s", tag, key)
			}
			if strings.Contains(text, "{{.") != strings.Contains(got[key], "{{.") {
				t.Errorf("%s: %s is filled in otherwise", tag, key)
			}
		}
		for key := range got {
			if _, ok := en[key]; !ok && !strings.HasPrefix(key, "date.") {
				t.Errorf("%s has %s, which the door does not", tag, key)
			}
		}
	}
}

// What is said first, and the answers, are the same words wherever they are read:
// on a page, in a letter, in a text message and by telephone.
func TestDoorSaysTheSameEverywhere(t *testing.T) {
	langs, err := loadLangs(testBook(t))
	if err != nil {
		t.Fatal(err)
	}
	alone, err := loadDoorLangs()
	if err != nil {
		t.Fatal(err)
	}
	for tag, l := range alone {
		langs[tag] = l
	}
	for tag, l := range langs {
		first := l.say("door.first")
		args := []any{"Unit", "", "Day", "", "Window", "", "Purpose", "(purpose)", "Code", "", "Digits", "", "Word", "", "Address", "", "Number", ""}
		sms := l.say("door.letter.sms", args...)
		if l.say("door.letter.closed") != first || !strings.Contains(sms, first) || !strings.Contains(sms, "(purpose)") {
			t.Errorf("%s: a letter or a message says otherwise what she may do, or not what for: %s", tag, sms)
		}
		if tag == "en" || tag == "es" {
			if script, err := door.Read(tag, door.No); err != nil || script.First != first {
				t.Errorf("%s: by telephone %q, %v", tag, script.First, err)
			}
		}
	}
	en := langs["en"]
	for said, want := range map[string]string{
		en.say("door.first"): "You may keep the door closed while you check. A judge's warrant or an emergency is different.",
		en.say("door.no") + " " + en.say("door.no-beside"): "We have no city visit on record for this. That does not mean the person is false. Keep the door closed, call 911 if you feel unsafe.",
		en.say("door.down"): "Our service is down: ask them to come back.",
	} {
		if said != want {
			t.Errorf("%q, want %q", said, want)
		}
	}
}

// A stuckHall does not answer, and does not stop when nobody waits any more, as
// a disk that hangs.
type stuckHall struct {
	*hall
	until chan struct{}
	fails error
}

func (h *stuckHall) Serves(context.Context, string) (bool, error) { return h.fails == nil, h.fails }

func (h *stuckHall) VisitsOf(ctx context.Context, agency string, ch door.Channel, group string, now time.Time) ([]door.Visit, error) {
	if h.until != nil {
		<-h.until
	}
	return h.hall.VisitsOf(ctx, agency, ch, group, now)
}

func (h *stuckHall) Vehicles(context.Context, string) ([]byte, [][]byte, error) {
	<-h.until
	return nil, nil, nil
}

// Whoever waits at a door is told after five seconds that our service is down,
// however many wait: never a no, and never nothing.
func TestDoorDoesNotHang(t *testing.T) {
	if _, err := staffLaw(); err != nil { // read before, by the real clock
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		h := &stuckHall{hall: newHall(t, "nobody"), until: make(chan struct{})}
		site := newOfficeWith(t, func(c *Config) { c.Door = h })
		down := func(path string, form url.Values) {
			began, r := time.Now(), knock(site, path, form)
			if took := time.Since(began); r.Code != 503 || !strings.Contains(r.Body.String(), "answer cannot-confirm") || took > doorWaits+answerBeat {
				t.Errorf("%s: %d after %v", path, r.Code, took)
			}
		}
		var all sync.WaitGroup
		for range 2 * atOnce {
			all.Go(func() { down("/door/TX2270000", url.Values{"code": {"ZZ-ZZZZ"}, "house": {"412"}}) })
		}
		all.Wait()
		all.Go(func() { down("/es/door/TX2270000/vehicle", url.Values{"fleet": {"0412"}, "plate": {"7K3"}}) })
		all.Wait()
		close(h.until)
		synctest.Wait()
		if r := knock(site, "/door/TX2270000", url.Values{"code": {"ZZ-ZZZZ"}, "house": {"412"}}); r.Code != 200 || !strings.Contains(r.Body.String(), `"answer no"`) {
			t.Errorf("when it answers again: %d", r.Code)
		}
		h.fails = errors.New("the database is locked")
		down("/door/TX2270000", nil)
		down("/ar/door/TX2270000/name", nil)
	})
}

// knock asks as a browser does; a nil form looks.
func knock(site http.Handler, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	if form != nil {
		r = httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	return w
}

// What is written once for everybody holds nothing that anybody typed, whatever
// letters the address has.
func TestDoorSaysTheSameToEverybody(t *testing.T) {
	h := newHall(t, "nobody")
	site := newOfficeWith(t, func(c *Config) { c.Door = h })
	first := knock(site, "/door/tx2270000", url.Values{"code": {"AB-1111"}, "house": {"17"}}).Body.String()
	for _, typed := range []string{"AB-1111", "AB1111", "17<", `"17"`, "tx2270000"} {
		if strings.Contains(first, typed) {
			t.Errorf("the answer holds %s", typed)
		}
	}
	if again := knock(site, "/door/TX2270000", url.Values{"code": {"ZZ-2222"}, "house": {"5"}}).Body.String(); again != first {
		t.Error("one no differs from another")
	}
	if spanish := knock(site, "/es/door/TX2270000", url.Values{"code": {"ZZ-2222"}, "house": {"5"}}).Body.String(); spanish == first || !strings.Contains(spanish, `lang="es"`) {
		t.Error("a Spanish no is that of another language")
	}
	knock(site, "/door/TX2270000", url.Values{"code": {"what she typed"}, "house": {"5"}})
	if form := knock(site, "/door/TX2270000", nil).Body.String(); strings.Contains(form, "what she typed") || strings.Contains(form, `class="answer`) {
		t.Error("the form shows what another typed")
	}
}

// One line has code and house number; what cannot be read is asked again in two
// fields, with what is right already, and is never answered by a guess.
func TestDoorLine(t *testing.T) {
	h := newHall(t, "nobody")
	site := newOfficeWith(t, func(c *Config) { c.Door = h })
	code := h.letter.Screen.String()
	for line, want := range map[string]string{
		code + " 412": `"answer yes"`, strings.ToLower(h.letter.Screen.Group+h.letter.Screen.Secret) + "  0412": `"answer yes"`, code + " 413": `"answer no"`,
		code: `id="house-wrong"`, code[:6] + " 412": `id="code-wrong"`, code + "412": `id="code-wrong"`, "412": `id="code-wrong"`,
	} {
		r := knock(site, "/door/TX2270000", url.Values{"line": {line}})
		page := r.Body.String()
		if !strings.Contains(page, want) || (r.Code == 200) != strings.HasPrefix(want, `"answer`) {
			t.Errorf("%q: %d, want %s", line, r.Code, want)
		}
		if r.Code != 200 && !strings.Contains(page, `name="code"`) || line == code && !strings.Contains(page, `value="`+code+`"`) {
			t.Errorf("%q: it is not asked again in two fields", line)
		}
	}
}

// Words are told apart in every language, and there are as many as are drawn.
func TestDoorWords(t *testing.T) {
	langs, err := loadLangs(testBook(t))
	if err != nil {
		t.Fatal(err)
	}
	alone, err := loadDoorLangs()
	if err != nil {
		t.Fatal(err)
	}
	for tag, l := range alone {
		langs[tag] = l
	}
	for tag, l := range langs {
		seen := map[string]bool{}
		for n := range door.Words {
			seen[l.doorWord(n)] = true
		}
		if all := len(strings.Fields(l.say("door.words"))); all != door.Words || len(seen) != door.Words {
			t.Errorf("%s: %d words, %d of them different, want %d", tag, all, len(seen), door.Words)
		}
	}
}

// A look that took longer, for its group has a visit, is not told apart by when
// its answer comes.
func TestAnswersLeaveAtABeat(t *testing.T) {
	c := newChecking(&hall{})
	for _, x := range []struct{ work, least time.Duration }{{0, answerBeat}, {answerBeat / 2, answerBeat}, {answerBeat + time.Millisecond, 2 * answerBeat}} {
		began := time.Now()
		if _, err := atBeat(t.Context(), c, func(context.Context) (bool, error) { time.Sleep(x.work); return true, nil }); err != nil || time.Since(began) < x.least {
			t.Errorf("work of %s is answered after %s, want %s: %v", x.work, time.Since(began), x.least, err)
		}
	}
}

func FuzzSmallPhoto(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe0"))
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if out, err := smallPhoto(data); (err == nil) == (len(out) == 0) || len(out) > photoBytes {
			t.Errorf("%d bytes, %v", len(out), err)
		}
	})
}
