package atlas

import "time"

// A State says whether an answer may be used today.
type State string

const (
	Fresh     State = "fresh"     // checked and in time
	Stale     State = "stale"     // its check is overdue: shown with a badge, not used
	Withdrawn State = "withdrawn" // taken out of use
)

// StaleFrom is the first day on which the answer may no longer be used
// unchecked: the day after its next check, or 90 days after the last one.
func (a Answer) StaleFrom() Day {
	next, last := a.NextCheck.time().AddDate(0, 0, 1), a.CheckedOn.time().Add(CheckEvery)
	if last.Before(next) {
		return dayOf(last)
	}
	return dayOf(next)
}

// State says whether the answer may be used at now.
func (a Answer) State(now time.Time) State {
	switch {
	case a.Withdrawn != nil:
		return Withdrawn
	case dayOf(now) >= a.StaleFrom():
		return Stale
	}
	return Fresh
}

// A View is an answer as pages and the API give it on one day. Text is empty
// unless the answer is fresh; a stale answer's words stand in LastText, so that
// no reader of the API can use them without noticing.
type View struct {
	State     State    `json:"state"`
	StaleFrom Day      `json:"stale_from"`
	Badge     Text     `json:"badge"`
	Text      Text     `json:"text"`
	LastText  Text     `json:"last_text"`
	Grade     string   `json:"grade"`
	Answer    Answer   `json:"answer"`
	Sources   []Source `json:"sources"`
}

// Source returns the source with that key of the ones the view lists.
func (v View) Source(key string) Source {
	for _, s := range v.Sources {
		if s.Key == key {
			return s
		}
	}
	return Source{Key: key}
}

// View shows the answer with that id as it stands at now.
func (as *Answers) View(id string, now time.Time) (View, bool) {
	a, ok := as.Get(id)
	if !ok {
		return View{}, false
	}
	v := View{State: a.State(now), StaleFrom: a.StaleFrom(), Grade: string(a.Grade()), Answer: a, Sources: as.Sources(a)}
	text := Text{EN: a.Short("en"), ES: a.Short("es")}
	switch v.State {
	case Fresh:
		v.Text = text
		v.Badge = Text{EN: "Checked on " + a.CheckedOn.Long("en") + ".", ES: "Comprobado el " + a.CheckedOn.Long("es") + "."}
	case Stale:
		v.LastText = text
		v.Badge = Text{
			EN: "This answer was last checked on " + a.CheckedOn.Long("en") + " and its next check is overdue. Do not act on it before it is checked.",
			ES: "Esta respuesta se comprobó por última vez el " + a.CheckedOn.Long("es") + " y su próxima comprobación está atrasada. No actúe según ella hasta que se compruebe.",
		}
	case Withdrawn:
		v.Badge = a.Withdrawn.Why
		v.Answer = Answer{ID: a.ID, Question: a.Question, Withdrawn: a.Withdrawn, CheckedOn: a.CheckedOn, NextCheck: a.NextCheck, Notes: a.Notes}
		v.Sources = nil
	}
	return v, true
}
