package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/access"
	"comity/desk"
)

// Counts keeps the day totals of call-back checks, and nothing else of them.
type Counts interface {
	AddDayTotal(ctx context.Context, agency, kind, day, answer string, n int) error
}

// Homes tells where an agency is and what its pages say about it.
type Homes interface {
	Home(ori string) (Home, bool)
}

// Viewings remembers who looked at what is sealed, before it is shown.
type Viewings interface {
	Viewed(ctx context.Context, account, role, how string, ids ...string) error
}

// viewed is called before what is sealed is shown. Who cannot be remembered
// sees nothing.
func (s *site) viewed(ctx context.Context, who Account, how string, ids ...string) error {
	if s.Viewings == nil || !who.MayOpen() {
		return nil
	}
	return s.Viewings.Viewed(ctx, who.ID, who.Role, how, ids...)
}

// A Home is one agency as its own pages know it.
type Home struct {
	Name     string // of the agency
	Place    string // where it acts
	Actor    string // what it is: county-jail, municipal-police, …
	CallBack string // published number for call-back checks
	Referral string // where a person may find a lawyer
	Phone    string // of the referral
}

// A deskPage is what every page of the desk shows around its own.
type deskPage struct {
	Who  Account
	Home Home
	Here string // which entry of the desk's menu this is
}

// May lets templates leave out what is not for this account.
func (p deskPage) May(do string) bool { return p.Who.May(access.Action(do)) }

// MayWrite says whether it records anything.
func (p deskPage) MayWrite() bool { return p.Who.MayWrite() }

func (s *site) deskPage(who Account, here string) deskPage {
	p := deskPage{Who: who, Here: here, Home: Home{Name: who.Agency, Place: "us", Actor: "county-jail"}}
	if s.Homes != nil {
		if h, ok := s.Homes.Home(who.Agency); ok {
			p.Home = h
		}
	}
	return p
}

// The session's cookie. Over TLS its name binds it to this host: no other
// address of the domain can set one.
const (
	sessionCookie = "comity-desk"
	hostCookie    = "__Host-" + sessionCookie
)

func secure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}

func (s *site) cookieName(r *http.Request) string {
	if secure(r) {
		return hostCookie
	}
	return sessionCookie
}

// A staffHandler answers one address of the desk to somebody who signed in.
type staffHandler func(w http.ResponseWriter, r *http.Request, who Account) error

// refused tells a secret that opens nothing from a fault of ours.
func refused(err error) bool {
	var p *comity.Problem
	return errors.As(err, &p) && problemStatus[p.Code] < http.StatusInternalServerError
}

type signInView struct {
	Key      bool   // passkeys work at this address
	Provider bool   // people sign in through the agency's own
	Why      string // "", ended, used, continue, not-vouched, no-role, access-ended, provider-down
	Continue string // the address asked for, when the browser kept the cookie back
}

func (signInView) template() string { return "desk_enter" }

// signIn says how to get in. A browser that came from another site keeps the
// session's cookie back; one more step from here sends it.
func (s *site) signIn(w http.ResponseWriter, r *http.Request, why string) error {
	v := signInView{Why: why, Key: s.keysWork(r), Provider: s.Provider != nil}
	status := http.StatusUnauthorized
	if r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		v.Why, v.Continue, status = "continue", r.URL.Path, http.StatusOK
	}
	return s.render(w, r, status, v)
}

func (s *site) keysWork(r *http.Request) bool {
	_, err := s.relying(r)
	return err == nil
}

// enter uses a sign-in link. It works once.
func (s *site) enter(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil || s.Accounts == nil {
		return s.missing(r, "no-desk")
	}
	token := r.URL.Query().Get("token")
	if token == "" {
		return s.render(w, r, http.StatusOK, signInView{Key: s.keysWork(r), Provider: s.Provider != nil})
	}
	who, err := s.Accounts.UseLink(r.Context(), token)
	if refused(err) {
		return s.render(w, r, http.StatusForbidden, signInView{Why: "used", Key: s.keysWork(r), Provider: s.Provider != nil})
	}
	if err != nil {
		return err
	}
	secret, err := s.Accounts.NewSession(r.Context(), who)
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(r, secret, 0))
	w.Header().Set("Cache-Control", "no-store")
	who.policies = s.policies
	http.Redirect(w, r, s.langOf(r).link(homeOf(who)), http.StatusSeeOther)
	return nil
}

func (s *site) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(r), Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: secure(r),
	}
}

// leave ends the session.
func (s *site) leave(w http.ResponseWriter, r *http.Request) error {
	if cookie, err := r.Cookie(s.cookieName(r)); err == nil && s.Accounts != nil {
		if err := s.Accounts.EndSession(r.Context(), cookie.Value); err != nil && !refused(err) {
			return err
		}
	}
	http.SetCookie(w, s.cookie(r, "", -1))
	http.Redirect(w, r, s.langOf(r).link("/desk/enter"), http.StatusSeeOther)
	return nil
}

type deskHomeView struct {
	deskPage
	Tasks  []deskTask
	Writes []deskWrite
	Search string
	Found  []deskEntry // of a search, else the latest entries

	Purposes  []string // codes that a search names one of; none: it need not
	Purpose   string
	NoPurpose bool   // the search was not made
	Typed     string // what it looked for
	Claims    int    // that somebody used our name, and nobody has answered
	Questions int    // whether one of ours is at a door, which a caller waits for
}

func (deskHomeView) template() string { return "desk" }

// A deskTask is one open case in the column of tasks.
type deskTask struct {
	ID, Booking, Name string
	Title             string // of what has no person in it
	Follow            string // address of the form that goes on with it
	FollowWords       string
	State, StateWords string
	Verdict           comity.Verdict
	Word              string
	Clock, Due, Left  string
	Overdue, Unserved bool
	Last              string
}

// A deskEntry is one line of a list of entries.
type deskEntry struct {
	ID, Kind, When, Booking, Name string
	Verdict                       comity.Verdict
	Word                          string
}

// latest is how many entries the desk lists unasked.
const latest = 12

// desk shows the column of tasks. A search comes by POST: a name never stands
// in an address.
func (s *site) desk(w http.ResponseWriter, r *http.Request, who Account) error {
	v := deskHomeView{deskPage: s.deskPage(who, "tasks"), Writes: deskWrites()}
	if err := s.readForm(r); err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		v.Search = strings.TrimSpace(r.PostFormValue("search"))
	}
	if ok, err := s.lookedUp(r, who, &v); err != nil || !ok {
		v.Search = ""
		if err != nil {
			return err
		}
	}
	tasks, err := s.Desk.Tasks(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	if v.Claims, err = s.openClaims(r.Context(), who); err != nil {
		return err
	}
	v.Questions = len(s.openQuestions(who))
	l := s.langOf(r)
	var shown []string
	for _, t := range tasks {
		v.Tasks = append(v.Tasks, s.deskTask(l, t, who))
		shown = append(shown, t.Card.ID)
	}
	cards, err := s.Desk.Find(r.Context(), who.Agency, v.Search, latest)
	if err != nil {
		return err
	}
	for _, c := range cards {
		v.Found = append(v.Found, s.deskEntry(l, c, who))
		shown = append(shown, c.ID)
	}
	if err := s.viewed(r.Context(), who, "list", shown...); err != nil {
		return err
	}
	return s.show(w, r, v)
}

// lookedUp keeps a search before its result is shown: for what, never for whom.
// One without a purpose is not made.
func (s *site) lookedUp(r *http.Request, who Account, v *deskHomeView) (bool, error) {
	if s.People == nil {
		return true, nil
	}
	v.Purposes = access.Purposes()
	if v.Search == "" {
		return true, nil
	}
	v.Purpose = r.PostFormValue("purpose")
	if !slices.Contains(v.Purposes, v.Purpose) {
		v.NoPurpose, v.Typed = true, v.Search
		return false, nil
	}
	linked := strings.TrimSpace(r.PostFormValue("linked"))
	if len(linked) > 100 {
		linked = ""
	}
	return true, s.People.LookedUp(r.Context(), who.Agency, Lookup{Account: who.ID, Role: who.Role, Purpose: v.Purpose, Linked: linked})
}

func (s *site) deskTask(l *lang, t desk.Task, who Account) deskTask {
	out := deskTask{
		ID: t.Card.ID, State: string(t.State), StateWords: l.say("desk.state." + string(t.State)), Verdict: t.Verdict,
		Overdue: t.Overdue, Unserved: t.Unserved,
	}
	if t.Verdict != "" {
		out.Word = l.say("verdict." + string(t.Verdict) + ".word")
	}
	if follows := following(t.Card.Kind); follows != "" {
		out.Title, out.Follow = s.followTitle(l, t.Card), follows+"?of="+url.QueryEscape(t.Card.ID)
		out.FollowWords = l.say("desk.followed." + string(t.State))
	}
	if who.MayOpen() {
		out.Booking, out.Name = t.Card.Form["booking"], t.Card.Form["name"]
	}
	if t.Last != "" {
		out.Last = l.say("desk.act.done." + t.Last)
	}
	if t.Next.Name != "" {
		out.Clock, out.Due = l.say("desk.clock."+t.Next.Name), s.when(l, t.Next.Due)
		out.Left = l.left(t.Next.Due.Sub(s.Now()))
	}
	return out
}

func (s *site) deskEntry(l *lang, c desk.Card, who Account) deskEntry {
	out := deskEntry{ID: c.ID, Kind: l.say("desk.kind." + c.Kind), When: s.when(l, c.Happened.In(s.zone(c.In)))}
	if who.MayOpen() {
		out.Booking, out.Name = c.Form["booking"], c.Form["name"]
	}
	if len(c.Decisions) > 0 {
		out.Verdict = c.Decisions[0].Verdict
		out.Word = l.say("verdict." + string(out.Verdict) + ".word")
	}
	return out
}

// when writes an instant in the zone it already carries.
func (s *site) when(l *lang, at time.Time) string {
	return l.say("date.moment", "Day", l.day(at.Format(time.DateOnly)), "Time", at.Format("15:04"), "Zone", zoneName(at))
}

func zoneName(at time.Time) string {
	name, _ := at.Zone()
	if name == "" {
		return at.Format("-07:00")
	}
	return name
}

// left says how long until a clock rings, or since when it has.
func (l *lang) left(d time.Duration) string {
	key := "desk.left"
	if d < 0 {
		key, d = "desk.since", -d
	}
	minutes := int(d / time.Minute)
	return l.say(key, "Hours", minutes/60, "Minutes", minutes%60)
}

// newID is the id of an entry that a page will send; it makes a second press
// of the button harmless.
func newID() string { return "desk-" + strings.ToLower(rand.Text()) }
