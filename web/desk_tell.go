package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"comity/door"
)

// usualStale is after how many days a page is out of date, where nobody says
// otherwise.
const usualStale = 90

// A deskTellView is where an agency writes its page "how to tell it is us".
type deskTellView struct {
	deskPage
	Form     url.Values
	Kept     *door.Tell // as residents see it; nil: there is none
	Stale    bool
	From     string // out of date from then
	Said     string // kept, checked, gone
	Problems []tellProblem
	Preview  *tellPage
	Rows     []int // of numbers to ring
	Most     int   // sentences in a field
}

func (deskTellView) template() string { return "desk_tell" }

// A tellProblem is something that the page must not say, and where it stands.
type tellProblem struct {
	Part string // field of the form
	Line int    // from 1; 0: the field as such
	Code string
}

// deskTell shows the form, previews, keeps, marks as checked and takes down.
func (s *site) deskTell(w http.ResponseWriter, r *http.Request, who Account) error {
	if s.Tells == nil {
		return s.missing(r, "no-page")
	}
	v := deskTellView{deskPage: s.deskPage(who, "tell"), Said: r.URL.Query().Get("said")}
	kept, ok, err := s.Tells.TellPage(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	if ok {
		v.Kept, v.Stale, v.From = &kept, kept.Stale(s.tellDay(kept)), kept.StaleFrom()
	}
	if r.Method != http.MethodPost {
		v.Form = tellForm(v.Kept, v.Home)
		return s.showDeskTell(w, r, http.StatusOK, v)
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	switch r.PostFormValue("do") {
	case "checked":
		if v.Kept == nil {
			return s.missing(r, "no-page")
		}
		kept.CheckedOn = s.tellDay(kept)
		return s.tellDone(w, r, "checked", s.Tells.KeepTellPage(r.Context(), kept))
	case "drop":
		return s.tellDone(w, r, "gone", s.Tells.DropTellPage(r.Context(), who.Agency))
	}
	return s.writeTell(w, r, v)
}

// writeTell previews what was typed, or keeps it.
func (s *site) writeTell(w http.ResponseWriter, r *http.Request, v deskTellView) error {
	v.Form = r.PostForm
	t := readTell(r.PostForm, v.Home)
	t.ORI, t.Sample = v.Who.Agency, s.Sandbox
	t.CheckedOn = s.tellDay(t)
	if v.Problems = tellProblems(t.Check()); len(v.Problems) > 0 {
		return s.showDeskTell(w, r, http.StatusUnprocessableEntity, v)
	}
	if r.PostFormValue("do") == "keep" {
		return s.tellDone(w, r, "kept", s.Tells.KeepTellPage(r.Context(), t))
	}
	page, err := s.tellPage(r, t)
	if err != nil {
		return err
	}
	v.Preview = &page
	return s.showDeskTell(w, r, http.StatusOK, v)
}

func (s *site) tellDone(w http.ResponseWriter, r *http.Request, what string, err error) error {
	if err == nil {
		http.Redirect(w, r, s.langOf(r).link("/desk/tell?said="+what), http.StatusSeeOther)
	}
	return err
}

func (s *site) showDeskTell(w http.ResponseWriter, r *http.Request, status int, v deskTellView) error {
	for n := range door.MaxNumbers {
		v.Rows = append(v.Rows, n)
	}
	v.Most = door.MaxSentences
	return s.render(w, r, status, v)
}

// tellDay is today where the agency is.
func (s *site) tellDay(t door.Tell) string { return s.Now().In(s.zone(t.Place)).Format(time.DateOnly) }

// readTell is the page as it was typed; who the agency is, is not typed.
func readTell(form url.Values, home Home) door.Tell {
	one := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	t := door.Tell{
		Name: home.Name, Place: home.Place, Actor: home.Actor,
		Uniforms: door.Sentences(form.Get("uniforms-en"), form.Get("uniforms-es")),
		Vehicles: door.Sentences(form.Get("vehicles-en"), form.Get("vehicles-es")),
		Fleet:    door.Text{EN: one("fleet-en"), ES: one("fleet-es")},
		NeverAsk: door.Sentences(form.Get("never-en"), form.Get("never-es")),
		Address:  strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(one("address")), "https://"), "/"),
	}
	t.StaleAfter, _ = strconv.Atoi(one("stale")) // what is no number is refused below
	for n := range door.MaxNumbers {
		row := func(name string) string { return one(fmt.Sprintf("%s-%d", name, n)) }
		number := door.Number{Number: row("number"), Label: door.Text{EN: row("label-en"), ES: row("label-es")}, When: door.Text{EN: row("when-en"), ES: row("when-es")}}
		if number != (door.Number{}) {
			t.Numbers = append(t.Numbers, number)
		}
	}
	return t
}

// tellForm fills the form with what is kept, or begins one.
func tellForm(kept *door.Tell, home Home) url.Values {
	form := url.Values{"stale": {strconv.Itoa(usualStale)}}
	if kept == nil {
		form.Set("number-0", usualNumber.FindString(home.CallBack))
		return form
	}
	both := func(name string, list []door.Text) {
		var en, es []string
		for _, t := range list {
			en, es = append(en, t.EN), append(es, t.ES)
		}
		form.Set(name+"-en", strings.Join(en, "\n"))
		form.Set(name+"-es", strings.Join(es, "\n"))
	}
	both("uniforms", kept.Uniforms)
	both("vehicles", kept.Vehicles)
	both("fleet", []door.Text{kept.Fleet})
	both("never", kept.NeverAsk)
	form.Set("address", kept.Address)
	form.Set("stale", strconv.Itoa(kept.StaleAfter))
	for n, number := range kept.Numbers {
		for name, value := range map[string]string{"number": number.Number, "label-en": number.Label.EN, "label-es": number.Label.ES, "when-en": number.When.EN, "when-es": number.When.ES} {
			form.Set(fmt.Sprintf("%s-%d", name, n), value)
		}
	}
	return form
}

var (
	usualNumber = regexp.MustCompile(`[0-9]{3}-[0-9]{3}-[0-9]{4}`)
	tellWhere   = regexp.MustCompile(`^(\w+?)(?:\[(\d+)\])?$`)
)

// tellProblems names each problem's field, once for each code and line.
func tellProblems(err error) []tellProblem {
	fields := map[string]string{"never_ask": "never", "stale_after_days": "stale"}
	var out []tellProblem
	for _, p := range mended(err) {
		m := tellWhere.FindStringSubmatch(p.Where)
		if m == nil {
			m = []string{p.Where, p.Where, ""}
		}
		one := tellProblem{Part: m[1], Code: p.Code}
		if field, ok := fields[one.Part]; ok {
			one.Part = field
		}
		if n, err := strconv.Atoi(m[2]); err == nil {
			one.Line = n + 1
		}
		out = append(out, one)
	}
	return out
}

// A protocolView is the card of those who are sent: what to do at a door, and
// eight things that somebody else can see.
type protocolView struct {
	deskPage
	Steps []string
}

func (protocolView) template() string { return "desk_protocol" }

func (s *site) protocol(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.show(w, r, protocolView{s.deskPage(who, "shift"), []string{"booked", "back", "say", "card", "ring", "wait", "word", "closed"}})
}
