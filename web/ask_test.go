package web

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"comity"
)

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	askedField  = regexp.MustCompile(`<input type="radio" name="([^"]+)" value="([^"]*)"`)
	askedDay    = regexp.MustCompile(`<input type="date" name="([^"]+)"`)
)

// walk answers the interview page by page as a browser without script does:
// pick chooses the value of each question. It returns the last page and the
// names of what was asked.
func walk(t *testing.T, h http.Handler, prefix string, start url.Values, pick func(name string, values []string) string) (string, []string) {
	t.Helper()
	form, asked := start, []string{}
	for range 40 {
		w := post(h, prefix+"/ask", form)
		body := w.Body.String()
		if w.Code != 200 {
			t.Fatalf("status %d after %v", w.Code, asked)
		}
		if strings.Contains(body, `<article class="card`) {
			return body, asked
		}
		page := body[:max(strings.Index(body, "answers-so-far"), strings.Index(body, "</form>"))]
		form = url.Values{}
		for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
			form.Set(m[1], html.UnescapeString(m[2]))
		}
		var values []string
		name := ""
		for _, m := range askedField.FindAllStringSubmatch(page, -1) {
			name = m[1]
			values = append(values, m[2])
		}
		if name == "" {
			m := askedDay.FindStringSubmatch(page)
			if m == nil {
				t.Fatalf("nothing is asked after %v", asked)
			}
			name = strings.TrimSuffix(m[1], ".day")
			values = []string{"", cannotTell}
		}
		if slices.Contains(asked, name) {
			t.Fatalf("%s is asked twice", name)
		}
		if strings.HasPrefix(name, factPrefix) && !slices.Contains(values, cannotTell) {
			t.Errorf("%s cannot be answered with “I cannot tell”", name)
		}
		asked = append(asked, name)
		form.Set(name, pick(name, values))
	}
	t.Fatalf("no end after %v", asked)
	return "", nil
}

func TestInterviewFromPlaceToCard(t *testing.T) {
	h := testSite(t)
	for _, prefix := range []string{"", "/es"} {
		body, asked := walk(t, h, prefix, url.Values{"where": {"Chicago"}}, func(name string, values []string) string {
			switch name {
			case "actor":
				return "county-jail"
			case "act":
				return "hold-on-detainer"
			case "f.document.judicial":
				return "none"
			}
			return values[0]
		})
		if !strings.Contains(body, "v-prohibited") {
			t.Errorf("no ban in Illinois after %v", asked)
		}
		if want := []string{"actor", "act", "f.document.judicial"}; !slices.Equal(asked, want) {
			t.Errorf("asked %v; only %v can matter", asked, want)
		}
	}
}

// Whoever cannot tell anything still ends at a card that says what is missing.
func TestCannotTellEnds(t *testing.T) {
	h := testSite(t)
	for _, place := range []string{"us-il", "us-tx", "us-wy", "us-co"} {
		start := url.Values{"in": {place}, "actor": {"county-jail"}, "act": {"hold-on-detainer"}}
		body, asked := walk(t, h, "", start, func(string, []string) string { return cannotTell })
		if !strings.Contains(body, "Facts to find out") || !strings.Contains(body, "treat it as open and ask a lawyer") {
			t.Errorf("%s: the card does not say what is missing and what to do; asked %v", place, asked)
		}
	}
}

func TestChangeTakesAnAnswerBack(t *testing.T) {
	h := testSite(t)
	form := cardCases[0].form()
	form.Set("change", "document.judicial")
	body := post(h, "/ask", form).Body.String()
	if strings.Contains(body, `<article class="card`) || !strings.Contains(body, `name="f.document.judicial" value="arrest-warrant"`) {
		t.Error("the fact taken back is not asked again")
	}
	form.Set("change", "place")
	if body := post(h, "/ask", form).Body.String(); !strings.Contains(body, `name="where"`) {
		t.Error("the place taken back is not asked again")
	}
}

var leftAtMost = regexp.MustCompile(`At most (\w+) more question`)

// The page says how many questions may remain, and keeps to it; back takes the
// answer given last.
func TestInterviewSaysHowManyRemain(t *testing.T) {
	h := testSite(t)
	form := url.Values{"in": {"us-tx"}, "actor": {"county-jail"}, "act": {"hold-on-detainer"}}
	before := 0
	var asked []string
	for range 10 {
		body := post(h, "/ask", form).Body.String()
		m := leftAtMost.FindStringSubmatch(body)
		if m == nil {
			break
		}
		left, err := strconv.Atoi(m[1])
		if err != nil {
			left = 1
		}
		if before > 0 && left >= before {
			t.Errorf("%d questions remain where %d did before %v", left, before, asked)
		}
		before = left
		if len(asked) > 0 && !strings.Contains(body, `name="change" value="`+asked[len(asked)-1]+`" formnovalidate`) {
			t.Errorf("back does not take %s", asked[len(asked)-1])
		}
		page := body[:strings.Index(body, "</form>")]
		form = url.Values{}
		for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
			form.Set(m[1], html.UnescapeString(m[2]))
		}
		value := cannotTell
		name := ""
		if m := askedDay.FindStringSubmatch(page); m != nil {
			name = strings.TrimSuffix(m[1], ".day")
		} else {
			m := askedField.FindAllStringSubmatch(page, 2)
			name, value = m[1][1], m[1][2]
		}
		form.Set(name, value)
		asked = append(asked, strings.TrimPrefix(name, factPrefix))
	}
	if len(asked) < 2 {
		t.Errorf("asked only %v", asked)
	}
}

// A conviction is asked for by its date and counted in full years.
func TestYearsAreCountedFromADate(t *testing.T) {
	s := &site{Config: testConfig(t)}
	s.find = newPlaces(s.Law.Places())
	for day, want := range map[string]string{"2021-11-21": "5", "2021-11-22": "4", "2026-11-20": "0", "2027-01-01": "2027-01-01", "then": "then"} {
		if got := s.yearsSince(comity.Question{In: "us-ca"}, day); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func TestBadAnswerIsAskedAgainWithTheReason(t *testing.T) {
	h := testSite(t)
	form := cardCases[0].form()
	form.Set("f.document.judicial", "napkin")
	w := post(h, "/ask", form)
	if w.Code != 200 || !strings.Contains(w.Body.String(), `role="alert"`) || !strings.Contains(w.Body.String(), `name="f.document.judicial"`) {
		t.Errorf("status %d", w.Code)
	}
}

// H17, contracts: facts of a case stand in no address, and an address that
// carries some is read without them.
func TestHarm_H17_facts_stand_in_no_address(t *testing.T) {
	h := testSite(t)
	form := cardCases[0].form()
	body := post(h, "/ask", form).Body.String()
	for _, m := range regexp.MustCompile(`(?:href|action)="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		if strings.Contains(m[1], "f.") && strings.Contains(m[1], "document") {
			t.Errorf("a link carries facts: %s", m[1])
		}
	}
	if strings.Contains(body, `method="get"`) {
		t.Error("a form on the answer page would put facts into the address")
	}
	if body := get(h, "/ask?"+form.Encode()).Body.String(); strings.Contains(body, "i-247a\"") && strings.Contains(body, `type="hidden" name="f.`) {
		t.Error("facts from an address were taken")
	}
}

// H1, semantics 3.6: no question of the public interview is about a person's
// status, and a watch list or a helper's mind is never asked.
func TestHarm_H1_nobody_is_asked_for_status(t *testing.T) {
	unasked := []string{"person.watchlist_match", "hide.knows_unlawful_presence"}
	l := testCards(t).langs
	for _, f := range testBook(t).Vocabulary().Facts {
		if slices.Contains(unasked, f.Name) {
			continue
		}
		for tag, words := range map[string]*regexp.Regexp{
			"en": regexp.MustCompile(`(?i)\b(is|are) (the person|you) .*(citizen|documented|legal|immigrant|lawfully)|your (immigration )?status`),
			"es": regexp.MustCompile(`(?i)(es|está) (usted|la persona) .*(ciudadan|indocumentad|legal)|su situación migratoria`),
		} {
			if q := l[tag].words.question(f.Name); words.MatchString(q) {
				t.Errorf("%s asks %q", f.Name, q)
			}
		}
	}
	s := &site{Config: testConfig(t)}
	s.find = newPlaces(s.Law.Places())
	for _, name := range unasked {
		if s.mayAsk(&askForm{}, name) {
			t.Errorf("%s may be asked", name)
		}
	}
}

// H29, open point 10: what the public must not do is said in the statute's own
// words; no fact is offered as a way round it.
func TestHarm_H29_no_boundary_is_described(t *testing.T) {
	h := testSite(t)
	for _, c := range cardCases {
		if c.name != "force" {
			continue
		}
		body := post(h, "/ask", c.form()).Body.String()
		if strings.Contains(body, "What would change the answer") || strings.Contains(body, "Facts to find out") {
			t.Error("the card describes how far one may go")
		}
		if !strings.Contains(body, "What is protected, and whom to ask") {
			t.Error("the card does not say what is protected")
		}
	}
	start := url.Values{"in": {"us-il"}, "actor": {"bystander"}, "act": {"block-or-touch"}}
	_, asked := walk(t, h, "", start, func(_ string, values []string) string { return values[0] })
	if slices.Contains(asked, "f.bystander.intent") {
		t.Error("a state of mind is asked as if it could be chosen")
	}
}

// H19: a negative answer never stands alone.
func TestHarm_H19_a_no_is_never_alone(t *testing.T) {
	h := testSite(t)
	for path, says := range map[string]string{"/tell": "federal officers may be genuine", "/es/tell": "los agentes federales pueden ser auténticos",
		"/tell/sample-police": "federal officers may be genuine"} {
		body := get(h, path).Body.String()
		if !strings.Contains(body, says) || !strings.Contains(body, "911") {
			t.Errorf("%s leaves out that federal officers may be genuine, or 911", path)
		}
	}
}

// H27: what is said of an agency carries its source, its day and a way to reply.
func TestHarm_H27_an_agency_can_reply(t *testing.T) {
	body := get(testSite(t), "/agencies/AK0010500").Body.String()
	for _, want := range []string{"right of reply", "How it was matched", "latest of 7 July 2025", "not proof that an agreement ended"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Whatever a form holds, the answer is a page for people and never our fault.
func FuzzAskForm(f *testing.F) {
	f.Add("where=Chicago", true)
	f.Add(cardCases[2].form().Encode(), true)
	f.Add("in=us-tx&actor=county-jail&act=hold-on-detainer&f.person.release_due_at.day=2026-02-30&f.person.release_due_at.time=25:61", true)
	f.Add("in=us-il&actor=x&act=y&on=20026-01-01&f.conviction.years_ago=-1&f.document.judicial=%00&change=f", true)
	f.Add("topic=door&in=us&on=1850-01-01", false)
	h, err := New(Config{Law: testBook(f), Now: func() time.Time { return now }})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string, posted bool) {
		r := httptest.NewRequest("POST", "/es/ask", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if !posted {
			r = httptest.NewRequest("GET", "/ask", nil)
			r.URL.RawQuery = body
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("status %d", w.Code)
		}
	})
}

func BenchmarkStart(b *testing.B) { benchmarkPage(b, "/") }
func BenchmarkRule(b *testing.B)  { benchmarkPage(b, "/law/rule/us/il/trust-act/15a") }

func benchmarkPage(b *testing.B, path string) {
	h := testSite(b)
	for b.Loop() {
		get(h, path)
	}
}

// A question names the day whose knowledge of the law it means, and keeps it.
func TestAskKeepsTheDayOfKnowledge(t *testing.T) {
	h := testSite(t)
	form := cardCases[0].form()
	form.Set("known", "2026-11-21")
	body := post(h, "/ask", form).Body.String()
	if !strings.Contains(body, `name="known" value="2026-11-21"`) || !strings.Contains(body, "known=2026-11-21") {
		t.Error("the day of knowledge is lost")
	}
	form.Set("known", "2026-11-02")
	if body := post(h, "/ask", form).Body.String(); !strings.Contains(body, "2 November 2026") {
		t.Error("the card does not say as of what knowledge it was decided")
	}
	form.Set("known", "yesterday")
	if r := post(h, "/ask", form); r.Code != 400 || strings.Contains(r.Body.String(), "v-prohibited") {
		t.Errorf("a day that is none: %d", r.Code)
	}
}
