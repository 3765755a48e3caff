package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"time"

	"comity"
	"comity/law"
	"comity/law/card"
)

// A device answers from the law that it opened. It speaks JSON: questions and
// decisions are those of `comity decide -batch`, and what cannot be answered is
// {"id","error"} as there. It sends nothing and keeps no question.
type device struct {
	book *law.Book
	now  func() time.Time
}

// An outline says what law was opened.
type outline struct {
	Law    string       `json:"law"`    // digest of everything that was opened
	Newest string       `json:"newest"` // the day on which the newest pack was added
	Packs  int          `json:"packs"`
	Places []placeOffer `json:"places"`
}

// A placeOffer is a place that can be asked about.
type placeOffer struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"`
	In   string `json:"in"`  // the state that it lies in, by name
	Own  bool   `json:"own"` // it has law of its own
}

// open takes the law in place of what was open before.
func (d *device) open(compiled []byte) (outline, error) {
	book, err := law.ReadCompiled(string(compiled))
	if err != nil {
		return outline{}, err
	}
	book.Now = d.now
	d.book = book
	o := outline{Law: book.Digest(), Packs: len(book.Packs())}
	own := map[string]bool{}
	for _, p := range book.Packs() {
		own[p.Place] = true
		o.Newest = max(o.Newest, p.Added)
	}
	for _, p := range book.Places() {
		o.Places = append(o.Places, placeOffer{p.ID, p.Name, p.Kind, d.stateOf(p), own[p.ID]})
	}
	return o, nil
}

// stateOf names the state or territory that a place lies in.
func (d *device) stateOf(p comity.Place) string {
	for _, id := range p.Parents {
		up, ok := d.book.Place(id)
		switch {
		case ok && (up.Kind == "state" || up.Kind == "territory"):
			return up.Name
		case ok && up.Kind != "nation":
			return d.stateOf(up)
		}
	}
	return ""
}

var errNothingOpen = &comity.Problem{Code: "no-law", Message: "no law is open", Hint: "call open first"}

// decide gives the same bytes for a question as every other way of asking it.
func (d *device) decide(question []byte) []byte {
	if d.book == nil {
		return refusal(errNothingOpen)
	}
	out, _ := d.book.DecideJSON(question) // the answer holds the error
	return out
}

// A prompt is the question to put to a person next; Fact is empty when no
// answer that a person could give would change anything.
type prompt struct {
	Fact    string   `json:"fact"`
	Values  []string `json:"values"`
	Assumed string   `json:"assumed"` // the usual value that is used so far
	Most    int      `json:"most"`    // questions that are left at most
	Often   int      `json:"often"`   // enough for half of all ways to answer; 0: not counted
	Exact   bool     `json:"exact"`   // no order of questions could promise fewer
}

// next is the question that leads to an answer in the fewest. Facts listed as
// open are "I cannot tell" and are not asked again; of the acts of the public
// and of identity, none is asked that a person could not still change.
func (d *device) next(question []byte) []byte {
	q, bad := d.read(question)
	if bad != nil {
		return refusal(bad)
	}
	i, err := d.book.Interview(q, func(f *law.Fact) bool { return card.MayAsk(d.book.Vocabulary(), q.Act, f) })
	if err != nil {
		return refusal(err)
	}
	p := prompt{Values: []string{}, Most: i.Most, Often: i.Often, Exact: i.Exact}
	if n := i.Next; n != nil {
		p.Fact, p.Values, p.Assumed = n.Fact.Name, append(p.Values, n.Values...), n.Assumed
	}
	return encode(p)
}

// answer decides and gives the texts of the rules that the decision names.
func (d *device) answer(question []byte) []byte {
	q, bad := d.read(question)
	if bad != nil {
		return refusal(bad)
	}
	n, err := d.book.Decide(q)
	if err != nil {
		return refusal(err)
	}
	return encode(card.Reader{Book: d.book, Question: q, Decision: n}.Sheet(d.decide(question)))
}

// A localTime is an instant as a person at a place reads it.
type localTime struct {
	On   string `json:"on"`
	At   string `json:"at"` // RFC 3339 with the offset of the place
	Zone string `json:"zone"`
}

// local gives the day and the instant at a place.
func (d *device) local(place string, at time.Time) localTime {
	at = at.In(d.zone(place)).Truncate(time.Second)
	zone, _ := at.Zone()
	return localTime{at.Format(time.DateOnly), at.Format(time.RFC3339), zone}
}

// instant joins a day and a time as they are read at a place; what is no time
// comes back as it is and is refused by decide.
func (d *device) instant(place, day, clock string) string {
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, d.zone(place))
	if err != nil {
		return day + " " + clock
	}
	return at.Format(time.RFC3339)
}

func (d *device) zone(place string) *time.Location {
	if d.book != nil {
		p, _ := d.book.Place(place)
		if z, err := time.LoadLocation(cmp.Or(card.Zone(d.book.Places(), p), "Local")); err == nil {
			return z
		}
	}
	return d.now().Location()
}

func (d *device) read(question []byte) (comity.Question, error) {
	var q comity.Question
	if d.book == nil {
		return q, errNothingOpen
	}
	if err := json.NewDecoder(bytes.NewReader(question)).Decode(&q); err != nil {
		return q, &comity.Problem{Code: "bad-json", Message: "the question is no JSON object", Hint: "see the contract of decide"}
	}
	return q, nil
}

// refusal is {"error":{…}} as contracts give it.
func refusal(err error) []byte {
	var p *comity.Problem
	if !errors.As(err, &p) {
		p = &comity.Problem{Code: "our-fault", Message: err.Error()}
	}
	return encode(map[string]any{"error": map[string]string{"code": p.Code, "message": p.Message, "hint": p.Hint, "where": p.Where}})
}

func encode(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil { // texts and lists of texts always marshal
		panic(err)
	}
	return out
}
