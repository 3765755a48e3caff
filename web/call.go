package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/desk"
)

// A callView is the card for a 911 call about people who take somebody. The
// dispatch system opens it with the number of the incident and nothing else.
type callView struct {
	formView
	First, Five, Rest []formField
	Open              []openCall // with which this one may be merged
	Ask               Card       // what the law here says about calling the federal desk
	Answered          *answeredCall
}

func (callView) template() string { return "call" }

type openCall struct {
	ID, Incident, When string
	Same               int // calls merged with it
	Owner              string
	Unattributed       string // address of the detention that it opened
}

type answeredCall struct {
	Merged       bool
	Unattributed string // address
	Team         bool
}

// callParameters are what an address of the card may carry. Plate, description
// and narrative stay in the dispatch system.
var callParameters = []string{"incident", "channel", "caller"}

func (s *site) call(w http.ResponseWriter, r *http.Request, who Account) error {
	kind, _ := desk.KindOf("call")
	if r.Method == http.MethodPost {
		return s.callPosted(w, r, who, kind)
	}
	for name := range r.URL.Query() {
		if !slices.Contains(callParameters, name) {
			return s.problem(r, http.StatusBadRequest, "stays-in-cad")
		}
	}
	r.PostForm = r.URL.Query()
	return s.showCall(w, r, who, kind, http.StatusOK, nil, nil)
}

func (s *site) callPosted(w http.ResponseWriter, r *http.Request, who Account, kind *desk.Kind) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	request := s.requestOf(r, who, kind)
	done := &answeredCall{Merged: request.Ref != "", Team: request.Form["caller"] == "federal-team"}
	if request.Ref != "" {
		if first, err := s.Desk.Case(r.Context(), request.Ref, who.Agency); err != nil || first.Kind != kind.Name {
			return s.missing(r, "no-entry")
		}
	}
	answer, err := s.Desk.Handle(r.Context(), request)
	if err != nil {
		problems := formProblems(err)
		if problems == nil {
			return err
		}
		return s.showCall(w, r, who, kind, http.StatusUnprocessableEntity, problems, nil)
	}
	if card, err := s.Desk.Case(r.Context(), answer.ID, who.Agency); err == nil {
		request.At = card.At // the moment that was chosen, also for a second press
	}
	if detention, ok := desk.Unattributed(request); ok {
		opened, err := s.Desk.Handle(r.Context(), detention)
		if err != nil {
			return err
		}
		done.Unattributed = entryPath(opened.ID)
	}
	return s.showCall(w, r, who, kind, http.StatusOK, nil, done)
}

func (s *site) showCall(w http.ResponseWriter, r *http.Request, who Account, kind *desk.Kind, status int, problems []*comity.Problem, done *answeredCall) error {
	l := s.langOf(r)
	v := callView{formView: s.form(r, who, kind, "call"), Answered: done}
	v.Title = l.say("call.title")
	for _, p := range problems {
		v.Problems = append(v.Problems, l.formProblem(kind.Name, p))
	}
	for _, g := range v.Groups {
		switch g.Name {
		case "first":
			v.First = g.Fields
		case "five":
			v.Five = g.Fields
		default:
			v.Rest = append(v.Rest, g.Fields...)
		}
	}
	wall, err := s.wall(r, who)
	if err != nil {
		return err
	}
	v.Open = wall.Open
	if v.Ask, err = s.mayAskFederal(l, v.Home); err != nil {
		return err
	}
	return s.render(w, r, status, v)
}

// mayAskFederal is what the law here says about asking the federal desk whether
// a matter is civil or criminal. It is a question without a case.
func (s *site) mayAskFederal(l *lang, home Home) (Card, error) {
	now := s.Now().In(s.zone(home.Place))
	kind, _ := desk.KindOf("call")
	q := comity.Question{In: home.Place, On: now.Format(time.DateOnly), Known: now.UTC().Format(time.DateOnly), Actor: home.Actor}
	for _, item := range kind.Asks(nil) {
		q.Act, q.Facts = item.Act, item.Facts
	}
	d, err := s.Law.Decide(q)
	if err != nil {
		return Card{}, err
	}
	c, _ := briefCard(l, s.Law, q, d, time.Time{})
	return c, nil
}

// A wallView is the wall of a dispatch floor: calls of the last hours, merged,
// whether they are a wave, and the one answer that is given to everybody.
type wallView struct {
	deskPage
	Open  []openCall
	Wave  desk.Wave
	Usual string
}

func (wallView) template() string { return "call_wall" }

// wallHours is how long a call stays on the wall.
const wallHours = 12 * time.Hour

func (s *site) callWall(w http.ResponseWriter, r *http.Request, who Account) error {
	v, err := s.wall(r, who)
	if err != nil {
		return err
	}
	w.Header().Set("Refresh", "30")
	return s.show(w, r, v)
}

func (s *site) wall(r *http.Request, who Account) (wallView, error) {
	v := wallView{deskPage: s.deskPage(who, "wall")}
	entries, err := s.Desk.Record.Latest(r.Context(), who.Agency, []string{"call"}, 2000)
	if err != nil {
		return v, err
	}
	l, now := s.langOf(r), s.Now()
	var times []time.Time
	var seen []string
	same := map[string]int{}
	for _, e := range entries {
		if e.At.Before(now.Add(-desk.WaveReach)) {
			continue
		}
		times = append(times, e.At)
		same[e.Ref]++
		if e.Ref != "" || e.At.Before(now.Add(-wallHours)) {
			continue
		}
		c := desk.ReadCard(e)
		open := openCall{ID: e.ID, When: s.when(l, e.At.In(s.zone(c.In)))}
		if who.MayOpen() {
			open.Incident = c.Form["incident"]
			seen = append(seen, e.ID)
		}
		open.Owner = l.say("call.owner." + callOwner(c))
		if callOwner(c) == "unknown" {
			open.Unattributed = entryPath(e.ID + ".unattributed")
		}
		v.Open = append(v.Open, open)
	}
	for i := range v.Open {
		v.Open[i].Same = same[v.Open[i].ID]
	}
	v.Wave = desk.WaveOf(times, now, desk.WaveHour)
	v.Usual = strings.TrimSuffix(l.numbers.Sprintf("%.1f", v.Wave.Usual), ".0")
	return v, s.viewed(r.Context(), who, "list", seen...)
}

// callOwner says what is known of whose it is; never more than was verified.
func callOwner(c desk.Card) string {
	switch c.Form["verify"] {
	case "civil", "criminal":
		return "federal"
	case "not-theirs":
		return "not-theirs"
	}
	return "unknown"
}
