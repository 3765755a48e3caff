package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/atlas"
	"comity/door"
)

type agenciesView struct {
	Query, State string
	States       []comity.Place
	Asked        bool
	Found        []comity.Agency
	More         bool
	Total        int
}

func (agenciesView) template() string { return "agencies" }

const agenciesShown = 50

// agencies finds an agency by name and state.
func (s *site) agencies(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := agenciesView{Query: strings.TrimSpace(q.Get("q")), State: strings.ToUpper(q.Get("state"))}
	for _, p := range s.Law.Places() {
		if p.Kind == "state" || p.Kind == "territory" {
			v.States = append(v.States, p)
		}
	}
	slices.SortFunc(v.States, func(a, b comity.Place) int { return cmp.Compare(a.Name, b.Name) })
	if s.Agencies != nil {
		v.Total = s.Agencies.Len()
		if v.Asked = v.Query != "" || v.State != ""; v.Asked {
			v.Found = s.Agencies.Search(v.Query, v.State, agenciesShown+1)
		}
	}
	if v.More = len(v.Found) > agenciesShown; v.More {
		v.Found = v.Found[:agenciesShown]
	}
	return s.show(w, r, v)
}

type agencyView struct {
	Page atlas.AgencyPage
	Ask  string // place to ask about
	Tell *door.Tell
	List string // day of the latest list of agreements
	Own  *ownAgreements
	Law  *deskAnswer // what the law of today says of signing one
}

// ownAgreements is what the agency itself has on file, where it keeps its
// record here: never a text that staff wrote, only what the paper is and how
// it stands (K16, K17).
type ownAgreements struct {
	Instruments []instrumentLine
	None        []noInstrumentLine
}

func (agencyView) template() string { return "agency" }

// agency is the page of one agency: where it is, its agreements as the dated
// lists show them, and where the law it is under may be read.
func (s *site) agency(w http.ResponseWriter, r *http.Request) error {
	if s.Agencies == nil {
		return s.missing(r, "no-agency")
	}
	page, ok := s.Agencies.Page(strings.ToUpper(r.PathValue("ori")), s.Agreements, s.Law.Places())
	if !ok {
		return s.missing(r, "no-agency")
	}
	v := agencyView{Page: page}
	var err error
	if v.Tell, err = s.tellOf(r.Context(), page.Agency.ORI); err != nil {
		return err
	}
	if len(page.Places) > 0 {
		v.Ask = page.Places[0].ID
	}
	if s.Agreements != nil {
		for _, l := range s.Agreements.Lists() {
			v.List = max(v.List, l.Day)
		}
	}
	if err := s.agreementsOf(r, &v); err != nil {
		return err
	}
	return s.show(w, r, v)
}

// agreementsOf adds what the agency has on file here, and what the law says of
// signing an agreement: "none on file" is neither "declined" nor "barred".
func (s *site) agreementsOf(r *http.Request, v *agencyView) error {
	if s.Homes == nil {
		return nil
	}
	ori := v.Page.Agency.ORI
	home, ok := s.Homes.Home(ori)
	if !ok || home.Place == "" {
		return nil
	}
	l, today := s.langOf(r), s.Now().In(s.zone(home.Place)).Format(time.DateOnly)
	q := comity.Question{In: home.Place, On: today, Actor: home.Actor, Act: "sign-287g"}
	d, err := s.Law.Decide(q)
	if err != nil {
		return err
	}
	card := newCard(l, s.Law, q, d, s.Now())
	v.Law = &deskAnswer{Act: capital(l.words.act(q.Act)), Card: card}
	if s.Desk == nil {
		return nil
	}
	register, err := s.Desk.Register(r.Context(), ori)
	if err != nil {
		return err
	}
	if len(register.Instruments)+len(register.None) == 0 {
		return nil
	}
	v.Own = &ownAgreements{}
	for _, i := range register.Instruments {
		line := s.instrumentLine(l, Account{}, i, today)
		v.Own.Instruments = append(v.Own.Instruments, instrumentLine{Model: line.Model, StateWords: line.StateWords, Since: line.Since, Last: line.Last})
	}
	for _, c := range register.None {
		v.Own.None = append(v.Own.None, noInstrumentLine{Words: l.option("desk.no-instrument.fact", c.Form["fact"]), Day: l.day(c.Form["effective"])})
	}
	return nil
}

// match says how the ORI of an agreement was found, or why it was not.
func (l *lang) match(how string) string {
	if strings.HasPrefix(how, "none") {
		return l.say("match.none")
	}
	return l.orPlain("match.", how)
}
