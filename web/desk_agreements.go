package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/access"
	"comity/atlas"
	"comity/desk"
)

// An agreementsView is the agency's register of agreements and officers' letters.
type agreementsView struct {
	deskPage
	Today       string
	Instruments []instrumentLine
	None        []noInstrumentLine
	Tonight     int // letters that end tonight
	Law         []agreementLaw
	Functions   []formOption
	Ask         *powersAnswer
	Officer     string // as asked, never in an address
	On          string
	Problem     string
}

func (agreementsView) template() string { return "desk_agreements" }

// MayKeep lets the page leave out what the account cannot do.
func (v agreementsView) MayKeep() bool { return v.Who.May(access.KeepRegisters) }

type instrumentLine struct {
	ID, Model, Parties string
	State, StateWords  string
	Since, Last        string
	Letters            []letterLine
}

type letterLine struct {
	ID, Officer, Functions string
	Authorized, Last, Why  string
	Tonight                bool
}

type noInstrumentLine struct{ ID, Words, Day, Evidence string }

// An agreementLaw is what the law says today about seeking, signing or ending
// an agreement.
type agreementLaw struct {
	As     string
	Answer deskAnswer
	Left   int // days until the first clock of it; -1: none runs
}

// A powersAnswer says which letter gave a power on a day, and no more of the
// officer than that.
type powersAnswer struct {
	Day   string
	Valid []powerLine
	Other []powerLine
}

type powerLine struct{ Model, State, Authorized, Last, Why, Instrument string }

// agreements shows the register; a posted question asks which letter gave an
// officer a power on a day. The officer's number comes by POST only.
func (s *site) agreements(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	register, err := s.Desk.Register(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	l := s.langOf(r)
	v := agreementsView{deskPage: s.deskPage(who, "agreements")}
	v.Today = s.Desk.Today(v.Home.Place, who.Agency)
	v.On = v.Today
	var opened []string
	for _, i := range register.Instruments {
		line := s.instrumentLine(l, who, i, v.Today)
		for _, letter := range line.Letters {
			if letter.Tonight {
				v.Tonight++
			}
			opened = append(opened, letter.ID)
		}
		v.Instruments = append(v.Instruments, line)
	}
	for _, c := range register.None {
		v.None = append(v.None, noInstrumentLine{c.ID, l.option("desk.no-instrument.fact", c.Form["fact"]), l.day(c.Form["effective"]), c.Form["evidence"]})
	}
	for _, f := range desk.Functions {
		v.Functions = append(v.Functions, formOption{Value: f, Label: l.option("desk.designation.functions", f), Checked: f == r.PostFormValue("function")})
	}
	if v.Law, err = s.agreementLaw(l, v.Home, register, v.Today); err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		v.askPowers(l, register, r)
	}
	if len(opened) > 0 {
		if err := s.viewed(r.Context(), who, "list", opened...); err != nil {
			return err
		}
	}
	return s.show(w, r, v)
}

func (v *agreementsView) askPowers(l *lang, register desk.Register, r *http.Request) {
	v.Officer = strings.TrimSpace(r.PostFormValue("officer"))
	if on := r.PostFormValue("on"); on != "" {
		v.On = on
	}
	if _, err := time.Parse(time.DateOnly, v.On); err != nil || v.Officer == "" {
		v.Problem = l.say("agreements.ask-problem")
		return
	}
	v.Ask = &powersAnswer{Day: l.day(v.On)}
	for _, p := range register.Powers(v.Officer, r.PostFormValue("function"), v.On) {
		line := powerLine{
			Model: l.option("desk.instrument.model", p.Instrument.Card.Form["model"]), Instrument: p.Instrument.Card.ID,
			State: l.say("agreements.state." + p.Instrument.On(v.On).State), Authorized: l.day(p.Designation.Card.Form["authorized"]),
		}
		if last := p.Designation.LastDay(); last != "" {
			line.Last = l.day(last)
		}
		if p.Invalid == "" {
			v.Ask.Valid = append(v.Ask.Valid, line)
			continue
		}
		line.Why = l.say("agreements.why." + p.Invalid)
		v.Ask.Other = append(v.Ask.Other, line)
	}
}

func (s *site) instrumentLine(l *lang, who Account, i desk.Instrument, today string) instrumentLine {
	standing := i.On(today)
	out := instrumentLine{
		ID: i.Card.ID, Model: l.option("desk.instrument.model", i.Card.Form["model"]), Parties: i.Card.Form["parties"],
		State: standing.State, StateWords: l.say("agreements.state." + standing.State),
	}
	if standing.Since != "" {
		out.Since = l.day(standing.Since)
	}
	if last := i.LastDay(); last != "" {
		out.Last = l.day(last)
	}
	for _, d := range i.Designations {
		letter := letterLine{ID: d.Card.ID, Authorized: l.day(d.Card.Form["authorized"])}
		if who.MayOpen() {
			letter.Officer = d.Card.Form["officer"]
		}
		var words []string
		for _, f := range strings.Fields(d.Card.Form["functions"]) {
			words = append(words, l.option("desk.designation.functions", f))
		}
		letter.Functions = l.list(words)
		if last := d.LastDay(); last != "" {
			letter.Last, letter.Tonight = l.day(last), last == today
		}
		if why := d.Invalid(i, "", today); why != "" {
			letter.Why = l.say("agreements.why." + why)
			letter.Tonight = false
		}
		out.Letters = append(out.Letters, letter)
	}
	return out
}

// agreementLaw decides for today what the agency must, may or must not do about
// agreements, on what is on file: one model in force, or none.
func (s *site) agreementLaw(l *lang, home Home, register desk.Register, today string) ([]agreementLaw, error) {
	model := "none"
	for _, i := range register.Instruments {
		if m := i.Card.Form["model"]; i.On(today).State == desk.InForce && slices.Contains([]string{"tfm", "wso", "jem"}, m) {
			model = m
		}
	}
	actors := []string{home.Actor}
	facts := comity.Facts{"agreement.model": model}
	if home.Actor == "county-jail" {
		actors = []string{"sheriff", home.Actor} // whose jail it is, in most counties
		facts["agency.operates_jail"] = "true"
	}
	var out []agreementLaw
	for _, actor := range actors {
		for _, act := range []string{"seek-287g", "sign-287g", "end-287g"} {
			q := comity.Question{In: home.Place, On: today, Actor: actor, Act: act, Facts: facts}
			d, err := s.Law.Decide(q)
			if err != nil {
				return nil, err
			}
			card := newCard(l, s.Law, q, d, s.Now())
			out = append(out, agreementLaw{
				As:     l.words.actor(actor),
				Answer: deskAnswer{Act: capital(l.words.act(act)), Card: card},
				Left:   daysLeft(d, today),
			})
		}
	}
	return out, nil
}

// daysLeft counts the days to the first clock of a decision that has not run
// out, -1 if there is none.
func daysLeft(d comity.Decision, today string) int {
	from, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return -1
	}
	left := -1
	for _, c := range d.Clocks {
		due, err := time.Parse(time.DateOnly, c.Due[:min(len(c.Due), len(time.DateOnly))])
		if err != nil || due.Before(from) {
			continue
		}
		if days := int(due.Sub(from).Hours() / 24); left < 0 || days < left {
			left = days
		}
	}
	return left
}

// A compareView lays two texts of an agreement beside each other. Nothing of
// them is kept.
type compareView struct {
	deskPage
	First, Second string
	Problem       string
	Done          bool
	Same          int
	Changes       []atlas.ClauseChange
}

func (compareView) template() string { return "desk_compare" }

func (s *site) compareAgreements(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	v := compareView{deskPage: s.deskPage(who, "agreements"), First: r.PostFormValue("first"), Second: r.PostFormValue("second")}
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	first, second := atlas.ReadClauses(v.First), atlas.ReadClauses(v.Second)
	if len(first) == 0 || len(second) == 0 {
		v.Problem = s.langOf(r).say("compare.no-clauses")
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	v.Done = true
	v.Changes, v.Same = atlas.CompareClauses(first, second)
	return s.show(w, r, v)
}
