package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/access"
	"comity/door"
)

// A visitsView is the desk's list of visits with the form that books one.
type visitsView struct {
	deskPage
	Form     url.Values
	Problems []*comity.Problem
	Purposes []string
	Tongues  []string
	Cards    []door.Card
	Visits   []visitRow
	Outcomes []string
	Claims   []claimRow
}

func (visitsView) template() string { return "desk_visits" }

// A visitRow is a visit in the desk's language.
type visitRow struct {
	door.Visit
	When   string
	Open   bool   // its code answers now
	Over   bool   // its window is over
	Word   string // while it is open and who was sent is on shift
	Number string
}

type claimRow struct {
	door.Claim
	When   string
	Record string // where it is written down, with the minute filled in and nothing else known
}

// takenForm is the form of an event in which somebody was taken for somebody else.
func takenForm(c door.Claim, zone *time.Location) string {
	if c.Answer != door.No {
		return ""
	}
	return "/desk/taken-for-ice?" + url.Values{"side": {"resident"}, "happened_at": {c.At.In(zone).Format("2006-01-02T15:04")}}.Encode()
}

// visits lists, and books: the letter is shown once and kept nowhere.
func (s *site) visits(w http.ResponseWriter, r *http.Request, who Account) error {
	if s.Door == nil {
		return s.missing(r, "no-page")
	}
	v := visitsView{deskPage: s.deskPage(who, "visits"), Form: url.Values{}}
	if r.Method != http.MethodPost {
		if kind := door.Purpose(r.URL.Query().Get("purpose")); kind != "" {
			v.Form.Set("purpose", string(kind)) // another time for a door that stayed closed
			v.Form.Set("unit", r.URL.Query().Get("unit"))
		}
		return s.showVisits(w, r, http.StatusOK, v)
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	visit, letter, err := s.book(r, v.deskPage)
	if problems := mended(err); problems != nil {
		v.Form, v.Problems = r.PostForm, problems
		return s.showVisits(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.showVisitLetter(w, r, v.deskPage, visit, letter)
}

func (s *site) book(r *http.Request, p deskPage) (door.Visit, door.Letter, error) {
	form, zone := r.PostForm, s.Desk.Zone(p.Home.Place, p.Who.Agency)
	at := func(name string) (time.Time, error) {
		t, err := time.ParseInLocation("2006-01-02T15:04", form.Get("day")+"T"+form.Get(name), zone)
		if err != nil {
			return t, &comity.Problem{Code: "bad-window", Where: name, Message: "the day or the time is missing", Hint: "a day, from when and until when"}
		}
		return t, nil
	}
	from, errFrom := at("from")
	until, errUntil := at("until")
	house, errHouse := door.ParseHouse(form.Get("house"))
	people, _ := strconv.Atoi(form.Get("people")) // none is refused below
	if err := errors.Join(errFrom, errUntil, errHouse); err != nil {
		return door.Visit{}, door.Letter{}, err
	}
	visit, letter, err := door.Book(door.Booking{
		Agency: p.Who.Agency, Unit: form.Get("unit"), Purpose: door.Purpose(form.Get("purpose")), From: from, Until: until, People: people,
		Vehicle: strings.ToUpper(strings.TrimSpace(form.Get("vehicle"))), Card: form.Get("card"), Language: form.Get("language"), House: house,
	}, s.Now(), rand.Reader)
	if err == nil && visit.Card != "" {
		err = s.cardInForce(r.Context(), visit)
	}
	if err == nil && s.tongue(visit.Language) == nil {
		err = &comity.Problem{Code: "bad-language", Where: "language", Message: "the letter's language is missing"}
	}
	if err == nil {
		err = s.Door.SaveVisit(r.Context(), visit)
	}
	return visit, letter, err
}

// mended is what whoever filled a form can mend, field by field; visits.wrong.<code>
// says it in words. Nothing else is of theirs to mend.
func mended(err error) []*comity.Problem {
	var one *comity.Problem
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*comity.Problem
		for _, e := range many.Unwrap() {
			out = append(out, mended(e)...)
		}
		return out
	}
	if errors.As(err, &one) && one.Where != "" {
		return []*comity.Problem{one}
	}
	return nil
}

func (s *site) cardInForce(ctx context.Context, v door.Visit) error {
	c, err := s.Door.Card(ctx, v.Agency, v.Card)
	if err != nil || !c.Revoked.IsZero() {
		return &comity.Problem{Code: "no-card", Where: "card", Message: "this card is not in force", Hint: "choose another, or none"}
	}
	return nil
}

// tongue is one of the languages of the door.
func (s *site) tongue(tag string) *lang {
	if l, ok := s.langs[tag]; ok {
		return l
	}
	return s.alone[tag]
}

func (s *site) showVisits(w http.ResponseWriter, r *http.Request, status int, v visitsView) error {
	v.Tongues = append(append(v.Tongues, tags...), doorTags...)
	for _, p := range door.Purposes {
		v.Purposes = append(v.Purposes, string(p))
	}
	for _, o := range door.Outcomes {
		v.Outcomes = append(v.Outcomes, string(o))
	}
	cards, err := s.Door.Cards(r.Context(), v.Who.Agency)
	if err != nil {
		return err
	}
	for _, c := range cards {
		if c.Revoked.IsZero() {
			v.Cards = append(v.Cards, c)
		}
	}
	if v.Visits, err = s.visitRows(r, v.deskPage, cards, func(door.Visit) bool { return true }); err != nil {
		return err
	}
	claims, err := s.Door.Claims(r.Context(), v.Who.Agency)
	for _, c := range claims {
		v.Claims = append(v.Claims, claimRow{c, s.when(s.langOf(r), c.At), takenForm(c, s.Desk.Zone(v.Home.Place, v.Who.Agency))})
	}
	if err != nil {
		return err
	}
	return s.render(w, r, status, v)
}

// visitRows puts visits in words. Word and number are shown while a visit is
// open and whoever is sent is on shift: to dispatch too, which reads them out to
// somebody without a smartphone.
func (s *site) visitRows(r *http.Request, p deskPage, cards []door.Card, which func(door.Visit) bool) ([]visitRow, error) {
	all, err := s.Door.Visits(r.Context(), p.Who.Agency)
	if err != nil {
		return nil, err
	}
	now, zone := s.Now(), s.Desk.Zone(p.Home.Place, p.Who.Agency)
	onShift := map[string]bool{"": true}
	for _, c := range cards {
		onShift[c.ID] = c.OnShift(now)
	}
	var out []visitRow
	for _, visit := range all {
		if !which(visit) {
			continue
		}
		row := visitRow{
			Visit: visit, When: s.langOf(r).day(visit.From.In(zone).Format(time.DateOnly)) + ", " + window(visit, zone),
			Open: visit.Open(now) && visit.Seed != nil && visit.Outcome == "", Over: !now.Before(visit.Closes()),
		}
		if row.Open && !visit.Stopped && onShift[visit.Card] {
			row.Word, row.Number = s.words(visit), visit.Number(now)
		}
		out = append(out, row)
	}
	return out, nil
}

// words is the visit's word in the letter's language, with the English one.
func (s *site) words(v door.Visit) string {
	en := s.langs[tags[0]].doorWord(v.Word())
	if l := s.tongue(v.Language); l != nil && l.tag != tags[0] {
		return l.doorWord(v.Word()) + " (" + en + ")"
	}
	return en
}

// A visitLetterView is the letter with its texts for telephone and post: shown once.
type visitLetterView struct {
	deskPage
	Visit      door.Visit
	Tongue     string
	Written    string
	Letter     []string // paragraphs
	Screen     string
	Telephone  string
	Word       string
	SMS, Email string
	Address    string
}

func (visitLetterView) template() string { return "desk_visit_letter" }

func (s *site) showVisitLetter(w http.ResponseWriter, r *http.Request, p deskPage, visit door.Visit, letter door.Letter) error {
	l := s.tongue(visit.Language)
	zone := s.Desk.Zone(p.Home.Place, visit.Agency)
	v := visitLetterView{
		deskPage: p, Visit: visit, Tongue: l.tag, Written: l.direction(), Screen: letter.Screen.String(), Telephone: letter.Telephone.String(),
		Word: l.doorWord(letter.Word), Address: s.Site + "/door/" + visit.Agency,
	}
	args := []any{
		"Unit", visit.Unit, "Day", l.day(visit.From.In(zone).Format(time.DateOnly)), "Window", window(visit, zone),
		"Purpose", l.say("door.purpose." + string(visit.Purpose)), "Code", v.Screen, "Digits", v.Telephone, "Word", v.Word,
		"Address", v.Address, "Number", p.Home.CallBack, "City", p.Home.Name,
	}
	for _, part := range []string{"comes", "closed", "check", "ring", "word", "never", "refuse"} {
		v.Letter = append(v.Letter, l.say("door.letter."+part, args...))
	}
	v.SMS = l.say("door.letter.sms", args...)
	v.Email = strings.Join(v.Letter, "\n\n")
	return s.show(w, r, v)
}

// changeVisit ends a visit, or stops one whose worker says that it is not them.
func (s *site) changeVisit(w http.ResponseWriter, r *http.Request, who Account) error {
	if s.Door == nil {
		return s.missing(r, "no-page")
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	visit, err := s.Door.Visit(r.Context(), who.Agency, r.PathValue("id"))
	if err != nil {
		return s.missing(r, "no-page")
	}
	back := "/desk/visits"
	if !who.May(access.BookVisits) {
		if back = "/desk/shift"; !s.isSent(r.Context(), who, visit) {
			return s.problem(r, http.StatusForbidden, "not-yours")
		}
	}
	if r.PostFormValue("do") == "not-me" {
		if err := s.Door.StopVisit(r.Context(), who.Agency, visit.ID); err != nil {
			return err
		}
		if _, err := s.Door.SaveClaim(r.Context(), who.Agency, door.NotMe); err != nil {
			return err
		}
		http.Redirect(w, r, s.langOf(r).link(back), http.StatusSeeOther)
		return nil
	}
	outcome, err := door.ParseOutcome(r.PostFormValue("outcome"))
	if err != nil {
		return err
	}
	if err := s.Door.EndVisit(r.Context(), who.Agency, visit.ID, outcome); err != nil {
		return err
	}
	page := s.deskPage(who, "visits")
	s.counted(r.Context(), doorPage{ORI: who.Agency, Home: page.Home}, "visit", door.Answer(outcome))
	if outcome.Closed() && who.May(access.BookVisits) {
		back += "?" + url.Values{"purpose": {string(visit.Purpose)}, "unit": {visit.Unit}}.Encode() + "#book"
	}
	http.Redirect(w, r, s.langOf(r).link(back), http.StatusSeeOther)
	return nil
}

// isSent says whether the visit is on a card of this person.
func (s *site) isSent(ctx context.Context, who Account, v door.Visit) bool {
	c, err := s.Door.Card(ctx, who.Agency, v.Card)
	return err == nil && c.Account == who.ID
}

// openClaims is how many reports wait for this person's yes or no.
func (s *site) openClaims(ctx context.Context, who Account) (int, error) {
	if s.Door == nil || !who.May(access.Supervise) || !who.May(access.BookVisits) {
		return 0, nil
	}
	all, err := s.Door.Claims(ctx, who.Agency)
	n := 0
	for _, c := range all {
		if c.Answer == "" {
			n++
		}
	}
	return n, err
}

// answerClaim keeps the watch commander's yes or no; it names nobody.
func (s *site) answerClaim(w http.ResponseWriter, r *http.Request, who Account) error {
	if s.Door == nil {
		return s.missing(r, "no-page")
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	answer, err := door.ParseAnswer(r.PostFormValue("answer"))
	if err != nil {
		return err
	}
	if err := s.Door.AnswerClaim(r.Context(), who.Agency, r.PathValue("id"), answer); err != nil {
		return err
	}
	http.Redirect(w, r, s.langOf(r).link("/desk/visits#claims"), http.StatusSeeOther)
	return nil
}

// A visitCheckView is a check by telephone: a clerk types the digits.
type visitCheckView struct {
	deskPage
	Lang   string
	Wrong  string
	Answer door.Answer
	Lines  []string // read aloud
}

func (visitCheckView) template() string { return "desk_visit_check" }

// visitCheck answers somebody who rings: digits only, any telephone.
func (s *site) visitCheck(w http.ResponseWriter, r *http.Request, who Account) error {
	if s.Door == nil {
		return s.missing(r, "no-page")
	}
	v := visitCheckView{deskPage: s.deskPage(who, "visits"), Lang: s.langOf(r).tag}
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	if l := s.tongue(r.PostFormValue("say")); l != nil {
		v.Lang = l.tag
	}
	code, errCode := door.ParseCode(door.Telephone, r.PostFormValue("code"))
	house, errHouse := door.ParseHouse(r.PostFormValue("house"))
	switch {
	case errCode != nil:
		v.Wrong = "code"
	case errHouse != nil:
		v.Wrong = "house"
	}
	if v.Wrong != "" {
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	page := doorPage{ORI: who.Agency, Home: v.Home}
	answer, visit, _, _ := s.checkCode(r.Context(), who.Agency, door.Try{Code: code, House: house, At: s.Now()}) // logged; the clerk reads out that there is none
	v.Answer, v.Lines = answer, s.spoken(s.tongue(v.Lang), page, answer, visit, byClerk)
	s.counted(r.Context(), page, "telephone", v.Answer)
	return s.show(w, r, v)
}
