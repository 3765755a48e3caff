package web

import (
	"net/http"

	"comity/desk"
)

// A contestView is what somebody contests of an entry, with the answers.
type contestView struct {
	ID, Who, Of, About, When string
	Words                    string // empty for who may not open what is sealed
	Answers                  []rebuttalView
}

type rebuttalView struct {
	Outcome, When, Role, Words string
}

// MayContest lets the page offer a contest of entries that stand by themselves.
func (v entryView) MayContest() bool {
	kind, ok := desk.KindOf(v.Card.Kind)
	return ok && !kind.Follows && v.MayWrite()
}

// beside lays beside an entry what is contested of it, and the holds that keep
// it.
func (s *site) beside(r *http.Request, l *lang, who Account, card desk.Card, v *entryView) error {
	contests, err := s.Desk.ContestsOf(r.Context(), card.ID)
	if err != nil {
		return err
	}
	words := func(c desk.Card) string {
		if !who.MayOpen() {
			return ""
		}
		return c.Form["why"]
	}
	zone := s.zone(card.In)
	var shown []string
	for _, c := range contests {
		shown = append(shown, c.Card.ID)
		one := contestView{
			ID: c.Card.ID, Who: l.option("desk.contest.who", c.Card.Form["who"]), Of: l.option("desk.contest.of", c.Card.Form["of"]),
			About: c.Card.Form["about"], When: s.when(l, c.Card.Happened.In(zone)), Words: words(c.Card),
		}
		for _, a := range c.Answers {
			shown = append(shown, a.ID)
			one.Answers = append(one.Answers, rebuttalView{l.option("desk.rebuttal.outcome", a.Form["outcome"]), s.when(l, a.Happened.In(zone)), a.Role, words(a)})
		}
		v.Contested = append(v.Contested, one)
	}
	if err := s.viewed(r.Context(), who, "page", shown...); err != nil {
		return err
	}
	if s.Desk.Keeper == nil {
		return nil
	}
	holds, err := s.Desk.Holds(r.Context(), who.Agency, card.ID)
	for _, h := range holds {
		v.Holds = append(v.Holds, l.say("desk.hold.since", "When", s.when(l, h.Since.In(zone)), "Authority", h.Authority))
	}
	return err
}

// contestBody is a contest as programs read it.
type contestBody struct {
	ID      string         `json:"id"`
	Who     string         `json:"who"`
	Of      string         `json:"of"`
	About   string         `json:"about"`
	Why     string         `json:"why,omitempty" doc:"sealed; only for roles that may open it, and not in lists"`
	Answers []rebuttalBody `json:"answers"`
}

type rebuttalBody struct {
	ID      string `json:"id"`
	Outcome string `json:"outcome"`
	Why     string `json:"why,omitempty" doc:"sealed; only for roles that may open it, and not in lists"`
}

func contestBodies(list []desk.Contest, open bool) []contestBody {
	out := []contestBody{}
	for _, c := range list {
		b := contestBody{ID: c.Card.ID, Who: c.Card.Form["who"], Of: c.Card.Form["of"], About: c.Card.Form["about"], Answers: []rebuttalBody{}}
		for _, a := range c.Answers {
			answer := rebuttalBody{ID: a.ID, Outcome: a.Form["outcome"]}
			if open {
				answer.Why = a.Form["why"]
			}
			b.Answers = append(b.Answers, answer)
		}
		if open {
			b.Why = c.Card.Form["why"]
		}
		out = append(out, b)
	}
	return out
}
