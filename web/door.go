package web

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"comity/door"
)

// Door keeps visits of an agency's own staff until they are over, their cards,
// its marked vehicles, and claims that somebody used its name.
type Door interface {
	door.Visits
	Serves(ctx context.Context, agency string) (bool, error)
	SaveVisit(ctx context.Context, v door.Visit) error
	Visits(ctx context.Context, agency string) ([]door.Visit, error)
	Visit(ctx context.Context, agency, id string) (door.Visit, error)
	StopVisit(ctx context.Context, agency, id string) error
	EndVisit(ctx context.Context, agency, id string, o door.Outcome) error
	VisitOutcomes(ctx context.Context, agency string) ([]door.DayOutcome, error)
	FirstCard(ctx context.Context, agency string) (time.Time, error) // zero: none was made yet
	SaveCard(ctx context.Context, c door.Card) (door.Card, error)
	Cards(ctx context.Context, agency string) ([]door.Card, error)
	Card(ctx context.Context, agency, id string) (door.Card, error)
	RevokeCard(ctx context.Context, agency, id string) error
	Shift(ctx context.Context, agency, id string, until time.Time) error
	BadgeKey(agency, period string) (*ecdsa.PrivateKey, error)
	BadgeSecret(agency string) ([]byte, error)
	GiveBadge(ctx context.Context, agency, card string, until time.Time) (place int, err error)
	RevokedBadges(ctx context.Context, agency string, now time.Time) ([]int, error)
	Vehicles(ctx context.Context, agency string) (key []byte, kept [][]byte, err error)
	SetVehicles(ctx context.Context, agency string, list []door.Vehicle) error
	SaveClaim(ctx context.Context, agency, what string) (door.Claim, error)
	Claim(ctx context.Context, agency, id string) (door.Claim, error)
	Claims(ctx context.Context, agency string) ([]door.Claim, error)
	AnswerClaim(ctx context.Context, agency, id string, a door.Answer) error
}

// A doorPage is what every page at a resident's door shows: who the city is and
// its number. Such a page has a layout of its own, without a menu.
type doorPage struct {
	ORI  string
	Home Home
	Here string // its address
}

func (doorPage) atTheDoor() {}

// A doorSaying names a page of the door that says the same to everybody.
type doorSaying struct {
	page   doorPage
	lang   string
	view   string
	answer door.Answer
}

// Languages are those of the door, each with its address.
func (p doorPage) Languages() []doorLanguage {
	out := []doorLanguage{}
	for _, tag := range append(append([]string{}, tags...), doorTags...) {
		prefix := "/" + tag
		if tag == tags[0] {
			prefix = ""
		}
		out = append(out, doorLanguage{tag, prefix + p.Here})
	}
	return out
}

type doorLanguage struct{ Tag, Address string }

// doorPage is of an agency that this copy serves; others have no such page.
func (s *site) doorPage(r *http.Request) (doorPage, error) {
	typed := r.PathValue("ori")
	p := doorPage{ORI: strings.ToUpper(typed)}
	if s.Door == nil || s.Homes == nil {
		return p, s.missing(r, "no-page")
	}
	p.Here = strings.Replace(r.URL.Path, "/door/"+typed, "/door/"+p.ORI, 1)
	home, known := s.Homes.Home(p.ORI)
	if !known {
		return p, s.missing(r, "no-page")
	}
	p.Home = home
	served, err := askStore(r.Context(), s.checking, func(ctx context.Context) (bool, error) { return s.Door.Serves(ctx, p.ORI) })
	if err != nil {
		return p, s.unanswered(r.Context(), p, err)
	}
	if !served {
		return p, s.missing(r, "no-page")
	}
	return p, nil
}

// A doorCodeView is the check of a visit: two fields, or one answer.
type doorCodeView struct {
	doorPage
	Code, House string // as typed, where they could not be read
	Wrong       string // field that could not be read
	Answer      door.Answer
	Visit       door.Visit
	Card        door.Card
	Photo       string
	Window      string
	Word        string
	Number      string
	Now         string
}

func (doorCodeView) template() string { return "door" }

func (v doorCodeView) saying() (doorSaying, view) {
	if v.Wrong != "" || v.Answer == door.Yes {
		return doorSaying{}, nil
	}
	return doorSaying{page: v.doorPage, answer: v.Answer}, doorCodeView{doorPage: v.doorPage, Answer: v.Answer}
}

// door answers a code. Nothing that was typed stands in an address, a cookie, a
// log or the store; a day total is all that is kept.
func (s *site) door(w http.ResponseWriter, r *http.Request) error {
	page, err := s.doorPage(r)
	if err != nil {
		return err
	}
	v := doorCodeView{doorPage: page}
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	try := v.read(r)
	if v.Wrong != "" {
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	try.At = s.Now()
	v.Code, v.House = "", ""
	if v.Answer, v.Visit, v.Card, err = s.checkCode(r.Context(), page.ORI, try); err != nil {
		return &doorDown{page}
	}
	s.fillAnswer(w, r, &v)
	s.counted(r.Context(), page, "code", v.Answer)
	return s.show(w, r, v)
}

// read takes what was typed in one line, or in two fields: those are shown where
// the line could not be read, with what is right already.
func (v *doorCodeView) read(r *http.Request) (try door.Try) {
	line := r.PostFormValue("line")
	v.Code, v.House = cmp.Or(line, r.PostFormValue("code")), r.PostFormValue("house")
	var err error
	if line != "" {
		if try.Code, try.House, err = door.ParseMessage(line); err == nil {
			return try
		}
	}
	if try.Code, err = door.ParseCode(door.Screen, v.Code); err != nil {
		v.Wrong = "code"
	} else if try.House, err = door.ParseHouse(v.House); err != nil {
		v.Wrong = "house"
	}
	return try
}

// fillAnswer puts the visit in words for a yes, and nothing for any other answer.
func (s *site) fillAnswer(w http.ResponseWriter, r *http.Request, v *doorCodeView) {
	if v.Answer != door.Yes {
		return
	}
	zone := s.Desk.Zone(v.Home.Place, v.ORI)
	v.Window = window(v.Visit, zone)
	v.Word = s.wordIn(s.langOf(r), v.Visit)
	v.Number, v.Now = v.Visit.Number(s.Now()), s.Now().In(zone).Format("15:04")
	if len(v.Card.Photo) > 0 {
		v.Photo = base64.StdEncoding.EncodeToString(v.Card.Photo)
		w.Header().Set("Content-Security-Policy", strings.Replace(policy, "img-src 'self'", "img-src 'self' data:", 1))
	}
}

func window(v door.Visit, zone *time.Location) string {
	return v.From.In(zone).Format("15:04") + "–" + v.Until.In(zone).Format("15:04")
}

// doorWord is a word of the language by its place.
func (l *lang) doorWord(n int) string { return strings.Fields(l.say("door.words"))[n] }

// counted adds one to a day total. A total that cannot be kept is no reason to
// leave somebody at the door without an answer.
func (s *site) counted(ctx context.Context, p doorPage, kind string, a door.Answer) {
	if s.Counts == nil {
		return
	}
	if err := s.Counts.AddDayTotal(ctx, p.ORI, kind, s.Desk.Today(p.Home.Place, p.ORI), string(a), 1); err != nil {
		s.Log.Error("a check at the door was not counted", "error", err)
	}
}

// A doorVehicleView is the check of a marked vehicle.
type doorVehicleView struct {
	doorPage
	Fleet, Plate string
	Wrong        string
	Answer       door.Answer
}

func (doorVehicleView) template() string { return "door_vehicle" }

func (v doorVehicleView) saying() (doorSaying, view) {
	if v.Wrong != "" {
		return doorSaying{}, nil
	}
	return doorSaying{page: v.doorPage, answer: v.Answer}, doorVehicleView{doorPage: v.doorPage, Answer: v.Answer}
}

// doorVehicle says whether fleet number and end of the plate belong together.
func (s *site) doorVehicle(w http.ResponseWriter, r *http.Request) error {
	page, err := s.doorPage(r)
	if err != nil {
		return err
	}
	v := doorVehicleView{doorPage: page}
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	v.Fleet, v.Plate = r.PostFormValue("fleet"), r.PostFormValue("plate")
	vehicle, err := door.ParseVehicle(v.Fleet, v.Plate)
	if err != nil {
		v.Wrong = mended(err)[0].Where
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	v.Answer, err = atBeat(r.Context(), s.checking, func(ctx context.Context) (door.Answer, error) {
		key, kept, err := s.Door.Vehicles(ctx, page.ORI)
		if err != nil {
			return "", err
		}
		return s.vehicles.Check(page.ORI, key, kept, vehicle, s.Now()), nil
	})
	if err != nil {
		return s.unanswered(r.Context(), page, err)
	}
	v.Fleet, v.Plate = "", ""
	s.counted(r.Context(), page, "vehicle", v.Answer)
	return s.show(w, r, v)
}

// A doorNameView is "somebody used your name": what, and then the answer.
type doorNameView struct {
	doorPage
	What  []string
	Claim door.Claim
	Wrong bool
}

func (doorNameView) template() string { return "door_name" }

// doorName takes such a report as a task for the watch commander. It asks for
// nothing but what used the name.
func (s *site) doorName(w http.ResponseWriter, r *http.Request) error {
	page, err := s.doorPage(r)
	if err != nil {
		return err
	}
	v := doorNameView{doorPage: page, What: door.Claims[:]}
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	what, err := door.ParseClaim(r.PostFormValue("what"))
	if err != nil {
		v.Wrong = true
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	claim, err := askStore(r.Context(), s.checking, func(ctx context.Context) (door.Claim, error) { return s.Door.SaveClaim(ctx, page.ORI, what) })
	if hasCode(err, "too-many-claims") {
		return err
	}
	if err != nil {
		return s.unanswered(r.Context(), page, err)
	}
	s.counted(r.Context(), page, "name-used", door.Answer(what))
	http.Redirect(w, r, s.langOf(r).link("/door/"+page.ORI+"/name/"+claim.ID), http.StatusSeeOther)
	return nil
}

// doorNameAnswer shows whoever told us what the watch commander answered.
func (s *site) doorNameAnswer(w http.ResponseWriter, r *http.Request) error {
	page, err := s.doorPage(r)
	if err != nil {
		return err
	}
	claim, err := askStore(r.Context(), s.checking, func(ctx context.Context) (door.Claim, error) {
		return s.Door.Claim(ctx, page.ORI, r.PathValue("id"))
	})
	if hasCode(err, "not-found") {
		return s.missing(r, "no-page")
	}
	if err != nil {
		return s.unanswered(r.Context(), page, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, doorNameView{doorPage: page, Claim: claim})
}
