package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/law"
	"comity/law/card"
)

// An askView is one step of the interview: place, actor, act, one fact after
// the other, and the answer.
type askView struct {
	Step    string // place, actor, act, fact, answer
	Form    *askForm
	Hidden  []Line // what is carried to the next page
	SoFar   []askLine
	Summary string
	Problem *comity.Problem

	Found  []comity.Place
	Groups []choiceGroup
	Fact   *law.Fact
	Values []string
	Lists  string // where a section of code is found on the lists behind the fact
	Guess  bool   // the fact has a usual value, which is not taken for granted
	Usual  string
	Left   *law.Interview // how many questions may remain
	Back   string         // the answer given last, which the back button takes back
	Card   *Card
}

// An askLine is an answer given so far, with the name of the button that takes
// it back.
type askLine struct{ Change, Label, Text string }

// A choiceGroup is a heading with what may be chosen under it.
type choiceGroup struct {
	Name    string // key of the heading
	Choices []string
}

func (askView) template() string { return "ask" }

// ask leads from a place to an answer. Nothing is recorded.
func (s *site) ask(w http.ResponseWriter, r *http.Request) error {
	f, err := s.readAsk(r)
	if err != nil {
		return err
	}
	if t := topics[f.Topic]; t.page != "" {
		http.Redirect(w, r, s.langOf(r).link(t.page), http.StatusSeeOther)
		return nil
	}
	v, err := s.askStep(s.langOf(r), f)
	if err != nil {
		return err
	}
	return s.show(w, r, v)
}

func (s *site) askStep(l *lang, f *askForm) (askView, error) {
	v := askView{Form: f}
	if !s.askPlace(f, &v) {
		return s.askFrame(l, v), nil
	}
	vocabulary := s.Law.Vocabulary()
	actor, known := vocabulary.Actor(f.q.Actor)
	if !known {
		v.Step, v.Groups = "actor", actorGroups(vocabulary)
		return s.askFrame(l, v), nil
	}
	if _, known := vocabulary.Act(f.q.Act); !known {
		v.Step, v.Groups = "act", actGroups(vocabulary, actor.Name)
		return s.askFrame(l, v), nil
	}
	if err := s.askFacts(l, f, &v); err != nil {
		return v, err
	}
	return s.askFrame(l, v), nil
}

// askPlace settles where, or says what to ask.
func (s *site) askPlace(f *askForm, v *askView) bool {
	if _, ok := s.Law.Place(f.q.In); ok {
		return true
	}
	f.q.In = ""
	v.Step = "place"
	if f.Where == "" {
		return false
	}
	v.Found = s.find.find(f.Where)
	if len(v.Found) != 1 {
		return false
	}
	f.q.In = v.Found[0].ID
	v.Step = ""
	return true
}

// askFacts decides with what is known; if a fact that can matter is open it is
// asked, else this is the answer.
func (s *site) askFacts(l *lang, f *askForm, v *askView) error {
	now := s.setTime(f)
	d, err := s.Law.Decide(f.q)
	var problem *comity.Problem
	if errors.As(err, &problem) {
		// An answer that cannot be used is asked again, with the reason.
		name, ok := factNamed(problem.Where)
		if _, given := f.q.Facts[name]; !ok || !given {
			return err
		}
		f.change(name)
		v.Problem = problem
		s.askOne(l, v, name, "")
		return nil
	}
	if err != nil {
		return err
	}
	if !f.done {
		i, err := s.Law.Interview(f.q, func(fact *law.Fact) bool { return s.mayAsk(f, fact.Name) })
		if err != nil {
			return err
		}
		if i.Next != nil {
			v.Left = &i
			s.askOne(l, v, i.Next.Fact.Name, i.Next.Assumed)
			v.Values = i.Next.Values
			return nil
		}
	}
	c := newCard(l, s.Law, f.q, d, now)
	if f.known != "" {
		c.Link += "&known=" + url.QueryEscape(f.known)
	}
	v.Step, v.Card = "answer", &c
	return nil
}

// setTime asks about this moment unless a day was named: clocks need an instant.
// It gives the moment by which clocks are late, zero for another day.
func (s *site) setTime(f *askForm) time.Time {
	now := s.Now().In(s.zone(f.q.In))
	today := now.Format(time.DateOnly)
	f.q.Known = cmp.Or(f.known, now.UTC().Format(time.DateOnly)) // packs are dated in no zone
	if f.q.On != "" && f.q.On != today {
		return time.Time{}
	}
	f.q.On, f.q.At = today, now.Format(time.RFC3339)
	return now
}

func factNamed(where string) (string, bool) {
	const prefix = "facts."
	if len(where) > len(prefix) && where[:len(prefix)] == prefix {
		return where[len(prefix):], true
	}
	return "", false
}

func (s *site) askOne(l *lang, v *askView, name, usual string) {
	fact, _ := s.Law.Vocabulary().Fact(name)
	v.Step, v.Fact = "fact", fact
	switch fact.Type {
	case law.Bool:
		v.Values = []string{"true", "false"}
	case law.Enum:
		v.Values = fact.Values
	}
	if q := v.Form.q; s.hasTable(q, name) {
		v.Lists = "/law/offences/" + q.In + "?on=" + q.On
	}
	if usual != "" {
		v.Guess = true
		v.Usual = (&cardWriter{Reader: card.Reader{Book: s.Law}, lang: l}).factValue(fact, usual)
	}
}

func (s *site) mayAsk(f *askForm, name string) bool {
	fact, ok := s.Law.Vocabulary().Fact(name)
	return ok && card.MayAsk(s.Law.Vocabulary(), f.q.Act, fact)
}

// askFrame adds the answers so far and what the next form carries.
func (s *site) askFrame(l *lang, v askView) askView {
	f := v.Form
	carry := func(name, value string) {
		if value != "" {
			v.Hidden = append(v.Hidden, Line{name, value})
		}
	}
	soFar := func(change, label, text string) { v.SoFar = append(v.SoFar, askLine{change, label, text}) }
	carry("topic", f.Topic)
	if f.q.In != "" {
		carry("in", f.q.In)
		soFar("place", l.say("ask.place"), s.placeName(l, f.q.In))
	}
	if a, ok := s.Law.Vocabulary().Actor(f.q.Actor); ok {
		carry("actor", a.Name)
		soFar("actor", l.say("ask.actor"), capital(l.words.actor(a.Name)))
	}
	if a, ok := s.Law.Vocabulary().Act(f.q.Act); ok {
		carry("act", a.Name)
		soFar("act", l.say("ask.act"), capital(l.words.act(a.Name)))
	}
	v.Summary = s.summary(l, f)
	if f.q.On != "" && f.q.At == "" {
		carry("on", f.q.On)
	}
	carry("known", f.known)
	w := &cardWriter{Reader: card.Reader{Book: s.Law}, lang: l, zone: s.zone(f.q.In).String()}
	v.Back = f.last()
	carry("order", strings.Join(f.order, " "))
	for _, name := range f.order {
		fact, _ := s.Law.Vocabulary().Fact(name)
		value, text := cannotTell, l.say("ask.cannot-tell")
		if given, ok := f.q.Facts[name]; ok {
			value, text = given, w.factValue(fact, given)
		}
		carry(factPrefix+name, value)
		soFar(name, l.words.question(name), text)
	}
	return v
}

// summary says in one line what is being asked about.
func (s *site) summary(l *lang, f *askForm) string {
	place, who, act := s.placeName(l, f.q.In), l.words.actor(f.q.Actor), l.words.act(f.q.Act)
	switch {
	case f.q.Actor == "":
		return place
	case f.q.Act == "":
		return l.say("ask.summary", "Place", place, "Who", who)
	}
	return l.say("ask.summary-act", "Place", place, "Who", who, "Act", act)
}

// actorGroups are the actors under headings that people recognise themselves in.
func actorGroups(v *law.Vocabulary) []choiceGroup {
	groups := []choiceGroup{
		{"local", []string{"municipal-police", "sheriff", "county-jail", "city-jail", "school-police", "campus-police", "state-police", "tribal-police", "state-prison", "probation-parole", "court-security"}},
		{"civil", []string{"city-agency", "county-agency", "state-agency", "school-staff", "health-facility", "court-staff", "judge", "prosecutor", "attorney-general", "governing-body", "elected-official", "agency-head", "contractor"}},
		{"federal", []string{"ice-ero", "ice-hsi", "cbp", "dhs", "other-federal-officer"}},
		{"people", []string{"resident", "bystander", "employer", "religious-organization", "bail-agent"}},
	}
	var listed []string
	for _, g := range groups {
		listed = append(listed, g.Choices...)
	}
	rest := choiceGroup{Name: "military"}
	for _, a := range v.Actors {
		if !slices.Contains(listed, a.Name) {
			rest.Choices = append(rest.Choices, a.Name)
		}
	}
	return append(groups, rest)
}

// actGroups are the acts that this actor may be asked about, by the groups of
// the vocabulary.
func actGroups(v *law.Vocabulary, actor string) []choiceGroup {
	by := performer(v, actor)
	var out []choiceGroup
	for _, name := range v.ActGroups {
		g := choiceGroup{Name: name}
		for _, a := range v.Acts {
			if a.Group == name && (a.By == by || a.By == "any") {
				g.Choices = append(g.Choices, a.Name)
			}
		}
		if len(g.Choices) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// performer says on which side an actor stands: local, federal or public.
func performer(v *law.Vocabulary, actor string) string {
	for _, g := range v.ActorGroups {
		if !slices.Contains(g.Actors, actor) {
			continue
		}
		switch g.Name {
		case "federal-officer":
			return "federal"
		case "public":
			return "public"
		}
	}
	if actor == "dhs" || actor == "president" {
		return "federal"
	}
	return "local"
}
