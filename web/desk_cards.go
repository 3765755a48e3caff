package web

import (
	"io"
	"net/http"
	"strings"
	"time"

	"comity"
	"comity/door"
)

// A cardsView is the cards of those who are sent.
type cardsView struct {
	deskPage
	Form     map[string]string
	Problems []*comity.Problem
	Cards    []door.Card
	People   []Person
	Vehicles int
	Saved    bool
	Bad      []string // lines of the vehicles that could not be read
}

func (cardsView) template() string { return "desk_cards" }

// cards lists them, makes one, or ends one that was lost.
func (s *site) cards(w http.ResponseWriter, r *http.Request, who Account) error {
	if s.Door == nil {
		return s.missing(r, "no-page")
	}
	v := cardsView{deskPage: s.deskPage(who, "visits"), Form: map[string]string{}, Saved: r.URL.Query().Has("saved")}
	if r.Method != http.MethodPost {
		return s.showCards(w, r, http.StatusOK, v)
	}
	if err := s.readUpload(r); err != nil {
		return err
	}
	if id := r.FormValue("lost"); id != "" {
		if err := s.Door.RevokeCard(r.Context(), who.Agency, id); err != nil {
			return err
		}
		http.Redirect(w, r, s.langOf(r).link("/desk/visits/cards"), http.StatusSeeOther)
		return nil
	}
	v.Form["title"], v.Form["account"] = r.FormValue("title"), r.FormValue("account")
	card := door.Card{Agency: who.Agency, Title: strings.TrimSpace(v.Form["title"]), Account: v.Form["account"]}
	if r.FormValue("agreed") != "" {
		card.Agreed = s.Now()
	}
	photo, err := s.uploadedPhoto(r)
	if err == nil {
		card.Photo = photo
		_, err = s.Door.SaveCard(r.Context(), card)
	}
	if problems := mended(err); problems != nil {
		v.Problems = problems
		return s.showCards(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, s.langOf(r).link("/desk/visits/cards?saved"), http.StatusSeeOther)
	return nil
}

func (s *site) readUpload(r *http.Request) error {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return s.readForm(r)
	}
	if err := r.ParseMultipartForm(photoLimit); err != nil {
		return s.problem(r, http.StatusBadRequest, "bad-form")
	}
	return nil
}

// uploadedPhoto is the photograph as it is kept. A small file can unfold to
// hundreds of megabytes, so one is read at a time.
func (s *site) uploadedPhoto(r *http.Request) ([]byte, error) {
	f, _, err := r.FormFile("photo")
	if err != nil {
		return nil, nil // none was chosen
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, photoLimit))
	if err != nil || len(data) == 0 {
		return nil, nil
	}
	select {
	case s.photos <- struct{}{}:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	defer func() { <-s.photos }()
	return smallPhoto(data)
}

func (s *site) showCards(w http.ResponseWriter, r *http.Request, status int, v cardsView) error {
	var err error
	if v.Cards, err = s.Door.Cards(r.Context(), v.Who.Agency); err != nil {
		return err
	}
	if s.People != nil {
		all, err := s.People.People(r.Context(), v.Who.Agency)
		if err != nil {
			return err
		}
		for _, p := range all {
			if p.EndedAt.IsZero() {
				v.People = append(v.People, p)
			}
		}
	}
	_, kept, err := s.Door.Vehicles(r.Context(), v.Who.Agency)
	if err != nil {
		return err
	}
	v.Vehicles = len(kept)
	return s.render(w, r, status, v)
}

// fleet replaces the marked vehicles: one line each, fleet number and plate. The
// list itself is not kept and cannot be shown again.
func (s *site) fleet(w http.ResponseWriter, r *http.Request, who Account) error {
	if s.Door == nil {
		return s.missing(r, "no-page")
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	v := cardsView{deskPage: s.deskPage(who, "visits"), Form: map[string]string{}}
	var list []door.Vehicle
	for _, line := range strings.Split(r.PostFormValue("vehicles"), "\n") {
		fleet, plate, _ := strings.Cut(strings.TrimSpace(line), ",")
		if fleet == "" {
			continue
		}
		vehicle, err := door.ParseVehicle(fleet, plate)
		if err != nil {
			v.Bad = append(v.Bad, strings.TrimSpace(line))
			continue
		}
		list = append(list, vehicle)
	}
	if len(v.Bad) > 0 {
		return s.showCards(w, r, http.StatusUnprocessableEntity, v)
	}
	if err := s.Door.SetVehicles(r.Context(), who.Agency, list); err != nil {
		return err
	}
	http.Redirect(w, r, s.langOf(r).link("/desk/visits/cards#vehicles"), http.StatusSeeOther)
	return nil
}

// A shiftView is the page of somebody who is sent, on a phone or on a desk.
type shiftView struct {
	deskPage
	Cards    []door.Card
	On       bool
	Until    string
	Visits   []visitRow
	Outcomes []string
}

func (shiftView) template() string { return "desk_shift" }

// shift shows word and number of the visits of this person's cards while the
// shift lasts. It knows no place.
func (s *site) shift(w http.ResponseWriter, r *http.Request, who Account) error {
	if s.Door == nil {
		return s.missing(r, "no-page")
	}
	all, err := s.Door.Cards(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	v := shiftView{deskPage: s.deskPage(who, "shift")}
	mine := map[string]bool{}
	for _, c := range all {
		if c.Account == who.ID && c.Revoked.IsZero() {
			v.Cards, mine[c.ID], v.On = append(v.Cards, c), true, v.On || c.OnShift(s.Now())
			if c.OnShift(s.Now()) {
				v.Until = c.Shift.In(s.Desk.Zone(v.Home.Place, who.Agency)).Format("15:04")
			}
		}
	}
	if r.Method == http.MethodPost {
		return s.changeShift(w, r, who, v.Cards)
	}
	for _, o := range door.Outcomes {
		v.Outcomes = append(v.Outcomes, string(o))
	}
	if v.On {
		if v.Visits, err = s.visitRows(r, v.deskPage, v.Cards, func(x door.Visit) bool { return mine[x.Card] && x.Outcome == "" }); err != nil {
			return err
		}
	}
	return s.show(w, r, v)
}

func (s *site) changeShift(w http.ResponseWriter, r *http.Request, who Account, cards []door.Card) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	until := time.Time{}
	if r.PostFormValue("do") == "begin" {
		until = door.ShiftUntil(s.Now())
	}
	for _, c := range cards {
		var err error
		if r.PostFormValue("do") == "lost" {
			err = s.Door.RevokeCard(r.Context(), who.Agency, c.ID)
		} else {
			err = s.Door.Shift(r.Context(), who.Agency, c.ID, until)
		}
		if err != nil {
			return err
		}
	}
	http.Redirect(w, r, s.langOf(r).link("/desk/shift"), http.StatusSeeOther)
	return nil
}
