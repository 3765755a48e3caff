package web

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"comity/access"
	"comity/door"
)

// shelfOfTells keeps pages in memory.
type shelfOfTells map[string]door.Tell

func (s shelfOfTells) TellPages(context.Context) ([]door.Tell, error) {
	var out []door.Tell
	for _, t := range s {
		out = append(out, t)
	}
	return out, nil
}

func (s shelfOfTells) TellPage(_ context.Context, agency string) (door.Tell, bool, error) {
	t, ok := s[agency]
	return t, ok, nil
}

func (s shelfOfTells) KeepTellPage(_ context.Context, t door.Tell) error { s[t.ORI] = t; return nil }

func (s shelfOfTells) DropTellPage(_ context.Context, agency string) error {
	delete(s, agency)
	return nil
}

// wholeTell is the form of a page, filled.
func wholeTell(also ...string) url.Values {
	f := url.Values{
		"uniforms-en": {"Blue shirts.\nDetectives show a card first."}, "uniforms-es": {"Camisas azules.\nLos detectives muestran antes una credencial."},
		"vehicles-en": {"White cars with our name."}, "vehicles-es": {"Autos blancos con nuestro nombre."},
		"fleet-en": {"The fleet number is on both front doors."}, "fleet-es": {"El número está en las dos puertas delanteras."},
		"never-en": {"We never ask for money."}, "never-es": {"Nunca pedimos dinero."},
		"number-1": {"555-555-0100"}, "label-en-1": {"Check a visit"}, "label-es-1": {"Comprobar una visita"}, "when-en-1": {"Day and night"}, "when-es-1": {"Día y noche"},
		"address": {"https://City.example.gov/door-check/"}, "stale": {"30"}, "do": {"keep"},
	}
	for i := 0; i+1 < len(also); i += 2 {
		f.Set(also[i], also[i+1])
	}
	return f
}

// tellOffice is an office whose agency may write its page.
func tellOffice(t *testing.T) (*clerkAt, shelfOfTells) {
	t.Helper()
	shelf := shelfOfTells{}
	o := newOfficeWith(t, func(c *Config) { c.Tells = shelf })
	o.badges.sessions["describer"] = Account{ID: "describer", Agency: "IL0160000", Role: string(access.WatchCommander), Name: "Sample watch commander", By: access.ByPasskey}
	return &clerkAt{office: o, t: t, cookie: "describer"}, shelf
}

func said(body string) string {
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, ""))
}

// D8: an agency writes, previews, publishes, confirms and takes down its page.
func TestTellIsWrittenAtTheDesk(t *testing.T) {
	c, shelf := tellOffice(t)
	if w := c.get("/desk/tell"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "has no page yet") {
		t.Fatalf("%d", w.Code)
	}
	if w := c.post("/desk/tell", wholeTell("do", "preview")); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Nothing is kept yet") || !strings.Contains(w.Body.String(), "Blue shirts.") || len(shelf) != 0 {
		t.Fatalf("preview: %d, kept %d", w.Code, len(shelf))
	}
	if w := c.post("/desk/tell", wholeTell()); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, regexp.MustCompile(`(?s)role="alert".*?</div>`).FindString(w.Body.String()))
	}
	kept := shelf["IL0160000"]
	if kept.Place == "" || kept.Actor == "" || kept.Name == "" || kept.Address != "city.example.gov/door-check" || kept.StaleAfter != 30 || kept.CheckedOn != staffNow.Format("2006-01-02") || len(kept.Numbers) != 1 {
		t.Errorf("kept %+v", kept)
	}
	for path, want := range map[string][]string{
		"/tell":                 {kept.Name},
		"/tell/il0160000":       {"Blue shirts.", "555-555-0100", "What the law lets us do here", "We must not", "city dot example dot gov slash door dash check", "front doors", "Out of date from"},
		"/es/tell/IL0160000":    {"Camisas azules.", "No debemos", "city punto example punto gov barra door guion check"},
		"/tell/IL0160000/sheet": {"Blue shirts.", "Signed by a judge.", "We must not"},
	} {
		w := get(c.Handler, path)
		text := said(w.Body.String())
		for _, words := range want {
			if w.Code != http.StatusOK || !strings.Contains(text, words) {
				t.Errorf("%s: %d, lacks %q", path, w.Code, words)
			}
		}
	}
	old := kept
	old.CheckedOn = staffNow.AddDate(0, 0, -31).Format("2006-01-02")
	shelf["IL0160000"] = old
	for _, path := range []string{"/tell/IL0160000", "/tell/IL0160000/sheet"} {
		if !strings.Contains(get(c.Handler, path).Body.String(), "may be out of date") {
			t.Errorf("%s shows no banner", path)
		}
	}
	if !strings.Contains(c.get("/desk/tell").Body.String(), "Out of date since") {
		t.Error("the desk does not say that the page is out of date")
	}
	c.post("/desk/tell", url.Values{"do": {"checked"}})
	if strings.Contains(get(c.Handler, "/tell/IL0160000").Body.String(), "may be out of date") || shelf["IL0160000"].CheckedOn != kept.CheckedOn {
		t.Error("checked today, and still out of date")
	}
	if c.post("/desk/tell", url.Values{"do": {"drop"}}); len(shelf) != 0 || get(c.Handler, "/tell/IL0160000").Code != http.StatusNotFound {
		t.Error("the page was not taken down")
	}
	if w := c.post("/desk/tell", url.Values{"do": {"checked"}}); w.Code != http.StatusNotFound || len(shelf) != 0 {
		t.Errorf("what does not exist was confirmed: %d", w.Code)
	}
}

// What a page must not say is refused with the field and the line, and nothing
// is kept or lost; who may not write it does not see the form.
func TestTellAtTheDeskRefuses(t *testing.T) {
	c, shelf := tellOffice(t)
	for _, prefix := range []string{"", "/es"} {
		w := c.post(prefix+"/desk/tell", wholeTell("uniforms-en", "Blue shirts.\nOfficer Smith shows a card.", "never-es", "", "number-1", "12", "stale", "x", "address", "me@city.example"))
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity || len(shelf) != 0 {
			t.Fatalf("%d, kept %d", w.Code, len(shelf))
		}
		for _, want := range []string{`href="#uniforms-en"`, `href="#never-en"`, `href="#number-0"`, `href="#stale"`, `href="#address"`, "Officer Smith"} {
			if !strings.Contains(body, want) {
				t.Errorf("lacks %s", want)
			}
		}
	}
	codes, err := catalogueCodes(t)
	if err != nil {
		t.Fatal(err)
	}
	en := catalogue(t, "en")
	for _, code := range codes {
		if en["desk-tell.wrong."+code] == "" {
			t.Errorf("no words for %s", code)
		}
	}
	c.badges.sessions["clerk-of-it"] = Account{ID: "clerk-of-it", Agency: "IL0160000", Role: RoleClerk, Name: "Sample clerk", By: access.ByPasskey}
	if w := (&clerkAt{office: c.office, t: t, cookie: "clerk-of-it"}).get("/desk/tell"); w.Code != http.StatusForbidden {
		t.Errorf("a clerk sees the form: %d", w.Code)
	}
}

// H8, H9: no page and no form of this part takes or shows a picture of anybody.
func TestHarm_H08_no_picture_of_anybody(t *testing.T) {
	c, _ := tellOffice(t)
	c.post("/desk/tell", wholeTell())
	for _, path := range []string{"/desk/tell", "/tell/IL0160000", "/tell/IL0160000/sheet", "/tell/sample-police"} {
		body := c.get(path).Body.String()
		if strings.Contains(body, "<img") || strings.Contains(body, `type="file"`) || strings.Contains(body, "multipart") {
			t.Errorf("%s has room for a picture", path)
		}
	}
}

// What the law lets the agency do is asked of the rules of its place: each line
// names a rule of the book, and another place gives other lines.
func TestTellAsksTheLaw(t *testing.T) {
	c := testConfig(t)
	page := c.Tell[0]
	page.ORI, page.ID, page.Sample = "TX2270000", "", false
	page.Place = "us-tx"
	shelf := shelfOfTells{page.ORI: page}
	c.Tells = shelf
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	rule := regexp.MustCompile(`href="/law/rule/([^"]+)"`)
	il, tx := get(h, "/tell/sample-police").Body.String(), get(h, "/tell/TX2270000").Body.String()
	for name, body := range map[string]string{"us-il": il, "us-tx": tx} {
		found := rule.FindAllStringSubmatch(body, -1)
		if len(found) == 0 {
			t.Errorf("%s: only %d lines name a rule", name, len(found))
		}
		for _, m := range found {
			if w := get(h, "/law/rule/"+m[1]); w.Code != http.StatusOK {
				t.Errorf("%s: %s is no rule here", name, m[1])
			}
		}
	}
	if !strings.Contains(il, "5 ILCS 805/15(a)") || strings.Contains(tx, "ILCS") || !strings.Contains(tx, "2A.060") {
		t.Error("the places are not told apart")
	}
	page.Place = "us-nowhere"
	shelf[page.ORI] = page
	if body := get(h, "/tell/TX2270000").Body.String(); !strings.Contains(body, "cannot be asked here") {
		t.Error("a place without law is not said to be one")
	}
}

// D3: eight steps that somebody else can see, for whoever is sent.
func TestProtocolHasEightSteps(t *testing.T) {
	o := newOfficeWith(t, func(c *Config) { c.Door = newHall(t, "worker") })
	o.badges.sessions["worker"] = Account{ID: "worker", Agency: "IL9999902", Role: string(access.FieldWorker), Name: "Sample worker", By: access.ByPasskey}
	c := &clerkAt{office: o, t: t, cookie: "worker"}
	for _, prefix := range []string{"", "/es"} {
		w := c.get(prefix + "/desk/shift/protocol")
		if n := strings.Count(w.Body.String(), `scope="row"`); w.Code != http.StatusOK || n != 8 {
			t.Errorf("%s: %d, %d steps", prefix, w.Code, n)
		}
		if !strings.Contains(c.get(prefix+"/desk/shift").Body.String(), `/desk/shift/protocol"`) {
			t.Error("the shift does not lead to the card")
		}
	}
}

// The family's page says where to look and whom to ask, dated and cited; it asks
// nothing, sets no cookie, and the general page and the door lead to it.
func TestFamilyPageIsWholeAndAsksNothing(t *testing.T) {
	h := testSite(t)
	for prefix, words := range map[string][]string{
		"":    {"locator.ice.gov", "consulate", "free lawyer", "The public record here names nobody", "If there are children", "What you ask is not recorded"},
		"/es": {"locator.ice.gov", "consulado", "abogado gratuito", "El registro público de aquí no nombra a nadie", "Si hay niños"},
	} {
		w := get(h, prefix+"/answers/somebody-was-taken")
		body := regexp.MustCompile(`(?s)<main.*</main>`).FindString(w.Body.String())
		for _, want := range words {
			if !strings.Contains(said(body), want) {
				t.Errorf("%s lacks %q", prefix, want)
			}
		}
		if strings.Contains(body, "<form") || w.Header().Get("Set-Cookie") != "" || strings.Count(body, `id="s-`) < 6 {
			t.Errorf("%s asks something, keeps something or cites too little", prefix)
		}
		if !strings.Contains(get(h, prefix+"/tell").Body.String(), prefix+`/answers/somebody-was-taken"`) {
			t.Errorf("%s/tell does not lead there", prefix)
		}
	}
	hall := newHall(t, "nobody")
	o := newOfficeWith(t, func(c *Config) { c.Door = hall })
	if !strings.Contains(get(o.Handler, "/es/door/"+hall.visit.Agency).Body.String(), `/es/answers/somebody-was-taken"`) {
		t.Error("the door does not lead to the family's page")
	}
}

// Plain words: an American school grade of eight at most, counted the
// Flesch-Kincaid way over the English pages. What the law says stays in its own
// words and is counted apart.
func TestTellReadsEasily(t *testing.T) {
	h := testSite(t)
	for _, c := range []struct {
		path string
		most float64
	}{{"/tell", 8}, {"/tell/sample-police", 8}, {"/tell/sample-police/sheet", 9}} {
		body := regexp.MustCompile(`(?s)<main.*</main>`).FindString(get(h, c.path).Body.String())
		body = regexp.MustCompile(`(?s)<svg.*?</svg>|<ul class="tell-acts">.*?</ul>|<span class="cited".*?</span>`).ReplaceAllString(body, "")
		var sentences []string
		for _, m := range regexp.MustCompile(`(?s)<(?:p|li)\b[^>]*>(.*?)</(?:p|li)>`).FindAllStringSubmatch(body, -1) {
			if text := strings.TrimSpace(said(m[1])); len(strings.Fields(text)) > 3 { // a heading or a number is no sentence
				sentences = append(sentences, strings.TrimRight(text, ".")+".")
			}
		}
		grade, words := schoolGrade(strings.Join(sentences, " "))
		t.Logf("%s: grade %.1f over %d words", c.path, grade, words)
		if grade > c.most || words < 60 {
			t.Errorf("%s reads like school grade %.1f over %d words", c.path, grade, words)
		}
	}
	var card []string
	for key, text := range catalogue(t, "en") {
		if strings.HasPrefix(key, "protocol.") {
			card = append(card, strings.TrimRight(text, ".")+".")
		}
	}
	slices.Sort(card)
	if grade, words := schoolGrade(strings.Join(card, " ")); grade > 8 {
		t.Errorf("the card of eight steps reads like school grade %.1f over %d words", grade, words)
	}
}

// schoolGrade counts syllables as groups of vowels, less a silent e at the end.
func schoolGrade(text string) (grade float64, words int) {
	sentences := len(regexp.MustCompile(`[.?](\s|$)`).FindAllString(text, -1))
	syllables := 0
	for _, word := range strings.Fields(text) {
		word = strings.ToLower(strings.Trim(word, `.,;:?"“”()`))
		n := len(regexp.MustCompile(`[aeiouy]+`).FindAllString(word, -1))
		if n > 1 && strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") {
			n--
		}
		words, syllables = words+1, syllables+max(n, 1)
	}
	return 0.39*float64(words)/float64(max(sentences, 1)) + 11.8*float64(syllables)/float64(max(words, 1)) - 15.59, words
}

// catalogueCodes are the codes with which the door refuses a page.
func catalogueCodes(t *testing.T) ([]string, error) {
	t.Helper()
	bad := door.Tell{Uniforms: make([]door.Text, door.MaxSentences+1), Numbers: []door.Number{{Number: "1"}}, Sample: true, Address: "@", CheckedOn: "x"}
	bad.Uniforms[0] = door.Text{EN: "ICE 4 a@b 312 555 0100 Officer Smith " + strings.Repeat("x", 140), ES: ""}
	var out []string
	for _, p := range mended(bad.Check()) {
		out = append(out, p.Code)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
