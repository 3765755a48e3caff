package web

import (
	"net/http"
	"time"

	"comity"
)

type startView struct {
	Topics   []string
	Cards    []Card
	Question string
	Given    []Line
	On       string
}

func (startView) template() string { return "start" }

// start asks first. Below the question it shows one answer in three places
// with the same facts: a state that forbids, one that is silent, one that
// commands (harms: neither direction stands alone).
func (s *site) start(w http.ResponseWriter, r *http.Request) error {
	l := s.langOf(r)
	v := startView{Topics: topicNames, On: s.Now().UTC().Format(time.DateOnly)}
	for _, place := range triptych {
		q := triptychQuestion(place, v.On)
		d, err := s.Law.Decide(q)
		if err != nil {
			continue // a place that this copy has no table for
		}
		c, _ := briefCard(l, s.Law, q, d, time.Time{})
		c.Link = askPath(q)
		v.Cards = append(v.Cards, c)
		v.Given = c.Given
	}
	v.Question = l.words.act(triptychAct)
	return s.show(w, r, v)
}

// triptych are the three places of every example, and triptychAct what they are asked.
var triptych = []string{"us-il", "us-wy", "us-tx"}

const triptychAct = "hold-on-detainer"

func triptychQuestion(place, on string) comity.Question {
	return comity.Question{
		In: place, On: on, Known: on, Actor: "county-jail", Act: triptychAct, Closed: true,
		Facts: comity.Facts{
			"document.detainer":       "i-247a",
			"document.detainer_shows": "probable-cause",
			"document.admin_warrant":  "i-200",
			"document.judicial":       "none",
			"person.release_due":      "true",
			"person.custody":          "jailed",
		},
	}
}

func (s *site) robots(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("User-agent: *\nDisallow: /desk/\nDisallow: /es/desk/\nDisallow: /api/\n"))
	return nil
}
