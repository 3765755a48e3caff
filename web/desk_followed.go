package web

import (
	"net/http"

	"comity/desk"
)

// A followedView says of a complaint whether the card shown that day was
// followed, by the law as it was then known.
type followedView struct {
	ID        string // of the complaint
	Case      string // address; empty: it points to none
	CardThen  string // where the card of that day is read
	Digest    string // of the answers as they were given
	Known     string
	Why       string // why nobody may say so; empty: it was followed
	NoCard    bool   // there is none to follow
	Corrected string // acts that the law as known today answers otherwise
	Immunity  []CiteLine
}

// followed is nil for what is no complaint.
func (s *site) followed(r *http.Request, l *lang, card desk.Card) (*followedView, error) {
	if card.Kind != "complaint" || card.Erased {
		return nil, nil
	}
	f, err := s.Desk.Followed(r.Context(), card)
	if err != nil {
		return nil, err
	}
	out := &followedView{ID: card.ID, Digest: f.Card, NoCard: f.Why == desk.NoCard, CardThen: s.cardThen(f.Case)}
	if f.Case.ID != "" {
		out.Case = entryPath(f.Case.ID)
	}
	if f.Known != "" {
		out.Known = l.day(f.Known)
	}
	if f.Why != "" {
		out.Why = l.say("desk.problem." + string(f.Why))
	}
	var acts []string
	for _, act := range f.Corrected {
		acts = append(acts, l.words.act(act))
	}
	if len(acts) > 0 {
		out.Corrected = l.list(acts)
	}
	for _, c := range f.Immunity {
		out.Immunity = append(out.Immunity, l.cite(c))
	}
	return out, nil
}

// A compelledView is the sheet that an officer gets before a statement that the
// officer is ordered to give. Nothing of the statement is kept here.
type compelledView struct {
	deskPage
	ID, When string
}

func (compelledView) template() string { return "desk_compelled" }

func (s *site) compelled(w http.ResponseWriter, r *http.Request, who Account) error {
	card, err := s.Desk.Case(r.Context(), r.PathValue("id"), who.Agency)
	if err != nil {
		return s.notOurs(r, err)
	}
	if card.Kind != "complaint" {
		return s.missing(r, "no-entry")
	}
	return s.show(w, r, compelledView{s.deskPage(who, ""), card.ID, s.when(s.langOf(r), card.Happened.In(s.zone(card.In)))})
}
