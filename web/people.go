package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/access"
)

// People is who has access in an agency and what became of it.
type People interface {
	People(ctx context.Context, agency string) ([]Person, error)
	AddPerson(ctx context.Context, p Person, by string) (Account, error)
	ChangePerson(ctx context.Context, p Person, by string) error
	EndPerson(ctx context.Context, agency, id, by string) error
	Invite(ctx context.Context, a Account, what, reason, by string) (secret string, err error) // a link that works once; what happened, and why
	AccessEvents(ctx context.Context, agency string, most int) ([]AccessEvent, error)
	Reviews(ctx context.Context, agency string) ([]AccessReview, error)
	CloseReview(ctx context.Context, agency, law, by string) error
	LookedUp(ctx context.Context, agency string, l Lookup) error
	Lookups(ctx context.Context, agency string, most int) ([]Lookup, error)
	Looks(ctx context.Context, agency string, most int) ([]Look, error)
	DrawChecks(ctx context.Context, agency, seed string, most int) ([]LookCheck, error)
	Checked(ctx context.Context, agency, seed, entry, account, found string) error
}

// A Person is an account with what it rests on.
type Person struct {
	Account
	Basis   string
	Until   time.Time
	EndedAt time.Time
	Why     string // it ended: left, basis, until, directory
}

// An AccessEvent is something that happened to somebody's access.
type AccessEvent struct {
	Account, What, Note, By string
	At                      time.Time
}

// An AccessReview goes through all accounts after the law changed, or after a
// backup was restored.
type AccessReview struct {
	Law                 string
	Restored            time.Time // when the backup was made; zero: the law changed
	Opened, Due, Closed time.Time
	By                  string
}

// A Lookup is a search: for what, never for whom.
type Lookup struct {
	Account, Role, Purpose, Linked string
	At                             time.Time
}

// A Look says who saw what is sealed of an entry.
type Look struct {
	Entry, Account, Role, How string
	At                        time.Time
}

// A LookCheck is a look that an auditor drew.
type LookCheck struct {
	Entry, Account, Role, Purpose string
	Looked                        time.Time
	Found                         string
}

type peopleView struct {
	deskPage
	People  []personRow
	Ended   []personRow
	Given   []string
	Reviews []reviewRow
	Events  []eventRow
	Reasons []string
	Problem string
	Link    string // made just now; shown once
	For     string
}

func (peopleView) template() string { return "desk_people" }

type personRow struct {
	Person
	RoleList    []string
	UntilWords  string
	EndedWords  string
	UntilDay    string
	BasisStands bool
}

type reviewRow struct {
	AccessReview
	OpenedWords, DueWords, ClosedWords string
	RestoredWords                      string
	Late                               bool
}

type eventRow struct {
	What, When, Who, Note string
	Alarm                 bool
}

// alarms are events that somebody looks into.
var alarms = []string{"two-devices", "copied-key", "break-glass", "link-beside-key"}

func (s *site) people(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.peoplePage(w, r, who, http.StatusOK, func(*peopleView) {})
}

func (s *site) peoplePage(w http.ResponseWriter, r *http.Request, who Account, status int, more func(*peopleView)) error {
	if s.People == nil {
		return s.missing(r, "no-page")
	}
	l := s.langOf(r)
	v := peopleView{deskPage: s.deskPage(who, "people"), Reasons: letInReasons}
	for _, role := range access.Given() {
		v.Given = append(v.Given, string(role))
	}
	list, err := s.People.People(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	zone := s.zone(v.Home.Place)
	names := map[string]string{}
	for _, p := range list {
		names[p.ID] = p.Name
		row := personRow{Person: p, RoleList: strings.Fields(p.Roles), BasisStands: p.Basis == "" || s.Stands == nil || s.Stands(p.Basis)}
		if !p.Until.IsZero() {
			row.UntilDay = p.Until.In(zone).Add(-time.Minute).Format(time.DateOnly)
			row.UntilWords = l.day(row.UntilDay)
		}
		if p.EndedAt.IsZero() {
			v.People = append(v.People, row)
			continue
		}
		row.EndedWords = s.when(l, p.EndedAt.In(zone))
		v.Ended = append(v.Ended, row)
	}
	reviews, err := s.People.Reviews(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	for _, one := range reviews {
		row := reviewRow{AccessReview: one, OpenedWords: s.when(l, one.Opened.In(zone)), DueWords: s.when(l, one.Due.In(zone)), Late: one.Closed.IsZero() && s.Now().After(one.Due)}
		if !one.Restored.IsZero() {
			row.RestoredWords = s.when(l, one.Restored.In(zone))
		}
		if !one.Closed.IsZero() {
			row.ClosedWords = s.when(l, one.Closed.In(zone))
		}
		v.Reviews = append(v.Reviews, row)
	}
	events, err := s.People.AccessEvents(r.Context(), who.Agency, 40)
	if err != nil {
		return err
	}
	for _, e := range events {
		v.Events = append(v.Events, eventRow{l.say("people.event." + e.What), s.when(l, e.At.In(zone)), orID(names, e.Account), e.Note, slices.Contains(alarms, e.What)})
	}
	more(&v)
	w.Header().Set("Cache-Control", "no-store")
	return s.render(w, r, status, v)
}

func orID(names map[string]string, id string) string {
	if name := names[id]; name != "" {
		return name
	}
	return id
}

// addPerson makes an account and the link by which its owner comes in once.
func (s *site) addPerson(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	p, err := s.personOf(r, who)
	if err != nil {
		return s.refusedPerson(w, r, who, err)
	}
	a, err := s.People.AddPerson(r.Context(), p, who.ID)
	if err != nil {
		return s.refusedPerson(w, r, who, err)
	}
	return s.invited(w, r, who, a, "invited", "new")
}

func (s *site) refusedPerson(w http.ResponseWriter, r *http.Request, who Account, err error) error {
	problems := formProblems(err)
	if problems == nil {
		return err
	}
	return s.peoplePage(w, r, who, http.StatusUnprocessableEntity, func(v *peopleView) { v.Problem = problems[0].Code })
}

func (s *site) invited(w http.ResponseWriter, r *http.Request, who, a Account, what, reason string) error {
	secret, err := s.People.Invite(r.Context(), a, what, reason, who.ID)
	if err != nil {
		return err
	}
	return s.peoplePage(w, r, who, http.StatusOK, func(v *peopleView) {
		v.Link, v.For = s.address(r)+"/desk/enter?token="+secret, a.Name
	})
}

// personOf reads the form of an account.
func (s *site) personOf(r *http.Request, who Account) (Person, error) {
	p := Person{Account: Account{ID: r.PathValue("id"), Agency: who.Agency, Name: strings.TrimSpace(r.PostFormValue("name"))}, Basis: strings.TrimSpace(r.PostFormValue("basis"))}
	roles := r.PostForm["role"]
	for _, role := range roles {
		if !slices.Contains(access.Given(), access.Role(role)) {
			return p, &comity.Problem{Code: "bad-role", Message: "there is no such role", Where: "role"}
		}
	}
	if len(roles) == 0 {
		return p, &comity.Problem{Code: "no-role", Message: "choose a role", Where: "role"}
	}
	p.Role, p.Roles = roles[0], strings.Join(roles, " ")
	if p.Name == "" && p.ID == "" || len(p.Name) > 60 {
		return p, &comity.Problem{Code: "no-label", Message: "give a short label", Where: "name"}
	}
	if p.Basis != "" && s.Stands != nil && !s.Stands(p.Basis) {
		return p, &comity.Problem{Code: "no-basis", Message: "no rule of this id is in force", Where: "basis"}
	}
	if day := r.PostFormValue("until"); day != "" {
		at, err := time.ParseInLocation(time.DateOnly, day, s.zone(s.deskPage(who, "").Home.Place))
		if err != nil {
			return p, &comity.Problem{Code: "bad-day", Message: "this is not a day", Where: "until"}
		}
		p.Until = at.AddDate(0, 0, 1) // it ends at that local midnight
	}
	return p, nil
}

// changePerson changes, invites or ends one account.
func (s *site) changePerson(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	id, do := r.PathValue("id"), r.PostFormValue("do")
	if do != "link" && !who.May(access.ChangePeople) {
		return s.problem(r, http.StatusForbidden, "not-yours")
	}
	var err error
	switch do {
	case "link":
		return s.letIn(w, r, who, id)
	case "end":
		err = s.People.EndPerson(r.Context(), who.Agency, id, who.ID)
	case "change":
		var p Person
		if p, err = s.personOf(r, who); err == nil {
			err = s.People.ChangePerson(r.Context(), p, who.ID)
		}
	default:
		err = &comity.Problem{Code: "bad-form", Message: "nothing was chosen", Where: "do"}
	}
	if err != nil {
		return s.refusedPerson(w, r, who, err)
	}
	http.Redirect(w, r, s.langOf(r).link("/desk/accounts"), http.StatusSeeOther)
	return nil
}

// letInReasons are the codes of why somebody is let in without a device.
var letInReasons = []string{"lost", "broken", "forgotten", "emergency"}

// letIn makes a link for somebody whose device is lost. Whoever is no
// administrator breaks the glass, and that is told.
func (s *site) letIn(w http.ResponseWriter, r *http.Request, who Account, id string) error {
	list, err := s.People.People(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(p Person) bool { return p.ID == id && p.EndedAt.IsZero() })
	if i < 0 {
		return s.missing(r, "no-person")
	}
	what, reason := "invited", r.PostFormValue("reason")
	if !slices.Contains(letInReasons, reason) {
		return s.refusedPerson(w, r, who, &comity.Problem{Code: "no-reason", Message: "say why", Where: "reason"})
	}
	if !who.May(access.ChangePeople) {
		if !who.May(access.BreakGlass) {
			return s.problem(r, http.StatusForbidden, "not-yours")
		}
		what = "break-glass"
	}
	return s.invited(w, r, who, list[i].Account, what, reason)
}

// reviewed closes the review that a change of the law opened.
func (s *site) reviewed(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	if err := s.People.CloseReview(r.Context(), who.Agency, r.PostFormValue("law"), who.ID); err != nil {
		return s.refusedPerson(w, r, who, err)
	}
	http.Redirect(w, r, s.langOf(r).link("/desk/accounts"), http.StatusSeeOther)
	return nil
}

// accessView is the access log for oversight: looks and searches, by account id.
type accessView struct {
	deskPage
	Looks    []lookRow
	Lookups  []lookRow
	Vague    int // of a hundred searches
	Searches int
	Seed     string
	Checks   []checkRow
}

func (accessView) template() string { return "desk_access" }

type lookRow struct{ Entry, Who, Role, How, When string }

type checkRow struct {
	LookCheck
	When string
}

const mostLooks = 200

func (s *site) accessLog(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.accessPage(w, r, who, nil, "")
}

func (s *site) accessPage(w http.ResponseWriter, r *http.Request, who Account, checks []LookCheck, seed string) error {
	if s.People == nil {
		return s.missing(r, "no-page")
	}
	l := s.langOf(r)
	v := accessView{deskPage: s.deskPage(who, "access"), Seed: seed}
	if v.Seed == "" {
		v.Seed = strings.ToLower(rand.Text())[:8]
	}
	zone := s.zone(v.Home.Place)
	looks, err := s.People.Looks(r.Context(), who.Agency, mostLooks)
	if err != nil {
		return err
	}
	for _, one := range looks {
		v.Looks = append(v.Looks, lookRow{one.Entry, one.Account, one.Role, one.How, s.when(l, one.At.In(zone))})
	}
	searches, err := s.People.Lookups(r.Context(), who.Agency, mostLooks)
	if err != nil {
		return err
	}
	vague := 0
	for _, one := range searches {
		if one.Purpose == access.Vague {
			vague++
		}
		v.Lookups = append(v.Lookups, lookRow{one.Linked, one.Account, one.Role, l.say("people.purpose." + one.Purpose), s.when(l, one.At.In(zone))})
	}
	if v.Searches = len(searches); v.Searches > 0 {
		v.Vague = 100 * vague / v.Searches
	}
	for _, c := range checks {
		v.Checks = append(v.Checks, checkRow{c, s.when(l, c.Looked.In(zone))})
	}
	return s.show(w, r, v)
}

// checks draws a sample of looks by a seed, and keeps what came of asking.
func (s *site) checks(w http.ResponseWriter, r *http.Request, who Account) error {
	if s.People == nil {
		return s.missing(r, "no-page")
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	seed := strings.TrimSpace(r.PostFormValue("seed"))
	if seed == "" || len(seed) > 60 {
		return s.problem(r, http.StatusBadRequest, "bad-form")
	}
	if found := r.PostFormValue("found"); found != "" {
		if err := s.People.Checked(r.Context(), who.Agency, seed, r.PostFormValue("entry"), r.PostFormValue("account"), found); err != nil {
			return err
		}
	}
	drawn, err := s.People.DrawChecks(r.Context(), who.Agency, seed, 10)
	if err != nil {
		return err
	}
	return s.accessPage(w, r, who, drawn, seed)
}

// hasRole reports whether a person has a role, the only one or one of several.
func hasRole(roles any, only, role string) bool {
	list, _ := roles.([]string) // nil for somebody new
	return only == role || slices.Contains(list, role)
}
