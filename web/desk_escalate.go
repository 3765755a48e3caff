package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/desk"
)

// A counselPack is what goes to counsel with a question (K28): the facts and
// the trace of the rules as they were recorded. What is sealed is in it only
// where whoever asks chose it.
type counselPack struct {
	Entry     string            `json:"entry"`
	Kind      string            `json:"kind"`
	In        string            `json:"in"`
	At        string            `json:"at"`
	Actor     string            `json:"actor"`
	Law       string            `json:"law"`
	Fields    map[string]string `json:"fields"`
	Sealed    map[string]string `json:"sealed,omitempty"`
	Questions []comity.Question `json:"questions"`
	Decisions []comity.Decision `json:"decisions"`
}

func packOf(card desk.Card, chosen []string) counselPack {
	p := counselPack{Entry: card.ID, Kind: card.Kind, In: card.In, At: card.At, Actor: card.Actor, Law: card.Law, Fields: map[string]string{}, Sealed: map[string]string{},
		Questions: card.Questions, Decisions: card.Decisions}
	kind, ok := desk.KindOf(card.Kind)
	if !ok {
		return p
	}
	for _, f := range kind.Fields {
		switch value := card.Form[f.Name]; {
		case value == "":
		case !f.Personal:
			p.Fields[f.Name] = value
		case slices.Contains(chosen, f.Name):
			p.Sealed[f.Name] = value
		}
	}
	return p
}

// An askedCounsel is one question of staff with its answers.
type askedCounsel struct {
	ID, Entry, Kind, When, Role, Text string
	Fields, Sealed                    []Line
	Answered                          []deskAnswer // what the law answered, as it was sent
	Answers                           []noteLine   // of counsel
	Waits                             bool
}

type escalateView struct {
	deskPage
	ID, Kind, When, New string
	Kept                bool
	Offer               []formOption // sealed fields that may go with it
	Text                string
	Asked               []askedCounsel
	Sent                []Line // what goes by itself
	Rules               []string
	Problems            []formProblem
}

func (escalateView) template() string { return "desk_escalate" }

// keepQuestion is how long a question waits in counsel's store at most: as long
// as the answer to it would, and a year before.
const keepQuestion = 365 * 24 * time.Hour

// askCounsel sends a case to counsel in one click, and shows staff what counsel
// answered to what they asked; counsel's other notes stay counsel's.
func (s *site) askCounsel(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.withCounsel(w, r, who, "/counsel", s.sendToCounsel, func(card desk.Card, problems []formProblem) (view, error) {
		v, err := s.escalateView(r, who, card)
		v.Problems = problems
		return v, err
	})
}

func (s *site) sendToCounsel(r *http.Request, who Account, card desk.Card) error {
	text := strings.TrimSpace(r.PostFormValue("text"))
	if len(text) > longestNote {
		return &comity.Problem{Code: "too-large", Message: "the note is too long", Where: "text"}
	}
	var chosen []string
	if who.MayOpen() {
		chosen = r.PostForm["sealed"]
	}
	if len(chosen) > 0 {
		if err := s.viewed(r.Context(), who, "counsel", card.ID); err != nil {
			return err
		}
	}
	pack, err := json.Marshal(packOf(card, chosen))
	if err != nil {
		return err
	}
	now := s.Now().Truncate(time.Second)
	return s.Notes.Add(r.Context(), who.Agency, Note{ID: r.PostFormValue("id"), Entry: card.ID, Author: who.Role, Text: text, Written: now, Expires: now.Add(keepQuestion), Pack: pack})
}

func (s *site) escalateView(r *http.Request, who Account, card desk.Card) (escalateView, error) {
	l, zone := s.langOf(r), s.zone(card.In)
	v := escalateView{
		deskPage: s.deskPage(who, ""), ID: card.ID, Kind: l.say("desk.kind." + card.Kind), When: s.when(l, card.Happened.In(zone)),
		New: newID(), Kept: s.Notes != nil, Text: r.PostFormValue("text"),
	}
	if who.MayOpen() {
		for _, name := range card.Sealed() {
			v.Offer = append(v.Offer, formOption{Value: name, Label: l.say("desk." + card.Kind + "." + name + ".ask")})
		}
	}
	v.Sent = s.packLines(l, packOf(card, nil), false)
	for _, d := range card.Decisions {
		v.Rules = append(v.Rules, d.Rules...)
	}
	slices.Sort(v.Rules)
	v.Rules = slices.Compact(v.Rules)
	if !v.Kept {
		return v, nil
	}
	list, err := s.Notes.Of(r.Context(), who.Agency, card.ID)
	v.Asked = s.askedOf(l, who, list)
	return v, err
}

// askedOf lists the questions among notes, what waits first, each with its
// answers; advice that answers none is left out.
func (s *site) askedOf(l *lang, who Account, list []Note) []askedCounsel {
	var waits, done []askedCounsel
	for _, n := range list {
		var p counselPack
		if n.Pack == nil || json.Unmarshal(n.Pack, &p) != nil {
			continue
		}
		card := desk.Card{Kind: p.Kind, In: p.In, Questions: p.Questions, Decisions: p.Decisions}
		one := askedCounsel{
			ID: n.ID, Entry: n.Entry, Kind: l.say("desk.kind." + p.Kind), When: s.when(l, n.Written.In(s.zone(p.In))), Role: l.say("desk.role." + n.Author), Text: n.Text,
			Fields: s.packLines(l, p, false), Answered: s.deskAnswers(l, card), Waits: true,
		}
		if who.MayOpen() {
			one.Sealed = s.packLines(l, p, true)
		}
		for _, a := range list {
			if a.Answers == n.ID {
				one.Answers = append(one.Answers, s.noteLines(l, []Note{a})...)
				one.Waits = false
			}
		}
		if one.Waits {
			waits = append(waits, one)
		} else {
			done = append(done, one)
		}
	}
	return append(waits, done...)
}

func (s *site) packLines(l *lang, p counselPack, sealed bool) []Line {
	kind, ok := desk.KindOf(p.Kind)
	if !ok {
		return nil
	}
	values := p.Fields
	if sealed {
		values = p.Sealed
	}
	var out []Line
	for _, f := range kind.Fields {
		if value := values[f.Name]; value != "" {
			out = append(out, Line{l.say("desk." + p.Kind + "." + f.Name + ".ask"), s.fieldWords(l, desk.Card{Kind: p.Kind, In: p.In}, f, value)})
		}
	}
	return out
}
