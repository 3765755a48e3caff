package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"comity/desk"
	"comity/record"
)

// A holdingsView is what the agency holds and what it does not: of everything,
// or of what one request for public records asks for.
type holdingsView struct {
	deskPage
	ID       string // of the request; empty: of everything
	Scope    string
	Period   string
	Other    bool // it asks for something that is not in this record
	Lines    []holdingLine
	Withheld []withheldLine
}

func (holdingsView) template() string { return "desk_holdings" }

type holdingLine struct {
	Kind, Name, Rule, Held, Public string
	Columns, Sealed                []string
	Rows                           bool // an export of rows can be given
}

// A withheldLine is one line of the log of exemptions.
type withheldLine struct {
	When, What, Of, Count, Parts, Section, Path string
}

// holdings shows what is held of every kind: what a subpoena or a request
// would find, and what was never asked (H1).
func (s *site) holdings(w http.ResponseWriter, r *http.Request, who Account) error {
	list, err := s.Desk.Holdings(r.Context(), who.Agency, desk.AllKinds(), time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	v := holdingsView{deskPage: s.deskPage(who, "registers"), Lines: holdingLines(s.langOf(r), list)}
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, v)
}

// disclosure shows what this record would give out for a request.
func (s *site) disclosure(w http.ResponseWriter, r *http.Request, who Account) error {
	m, err := s.recordsRequest(r, who)
	if err != nil {
		return err
	}
	kinds, since, until := s.Desk.Asked(m.Card)
	list, err := s.Desk.Holdings(r.Context(), who.Agency, kinds, since, until)
	if err != nil {
		return err
	}
	l := s.langOf(r)
	v := holdingsView{deskPage: s.deskPage(who, "registers"), ID: m.Card.ID, Lines: holdingLines(l, list), Scope: s.scopeWords(l, m.Card), Period: l.period(m.Card),
		Other: m.Card.Form.Has("scope", "anything-else"), Withheld: s.withheld(l, m)}
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, v)
}

// disclosureCSV gives the rows of one kind that a request asks for, as an
// export gives them, for somebody to go through before anything leaves.
func (s *site) disclosureCSV(w http.ResponseWriter, r *http.Request, who Account) error {
	m, err := s.recordsRequest(r, who)
	if err != nil {
		return err
	}
	kinds, since, until := s.Desk.Asked(m.Card)
	kind, ok := desk.KindOf(strings.TrimSuffix(r.PathValue("kind"), ".csv"))
	if !ok || !slices.Contains(kinds, kind.Name) || kind.Record.Release == record.Totals {
		return s.missing(r, "no-page")
	}
	rows, err := s.Desk.Rows(r.Context(), who.Agency, kind, since, until)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	out := csvFile(w, kind.Name+".csv")
	_ = out.Write(kind.Columns()) // the writer keeps its first error
	_ = out.WriteAll(rows)
	return nil
}

// recordsRequest is the request that an address names.
func (s *site) recordsRequest(r *http.Request, who Account) (desk.Matter, error) {
	card, err := s.Desk.Case(r.Context(), r.PathValue("id"), who.Agency)
	if err != nil {
		return desk.Matter{}, s.notOurs(r, err)
	}
	m, ok, err := s.Desk.MatterOf(r.Context(), card)
	if err != nil {
		return m, err
	}
	if !ok || card.Kind != "records-request" {
		return m, s.missing(r, "no-page")
	}
	return m, nil
}

func holdingLines(l *lang, list []desk.Holding) []holdingLine {
	var out []holdingLine
	for _, h := range list {
		line := holdingLine{Kind: h.Kind, Name: l.say("desk.kind." + h.Kind), Held: l.num(h.Entries), Public: l.num(h.Public), Rule: l.say("registers.release." + releaseName(h.Release)),
			Rows: h.Release != record.Totals && h.Entries > 0}
		if h.Release == record.Totals {
			line.Public = l.say("registers.few")
			if h.Entries >= record.MinCell {
				line.Public = l.say("registers.only-total", "N", h.Entries)
			}
		}
		for _, name := range h.Sealed {
			line.Sealed = append(line.Sealed, l.fieldLabel(h.Kind, name))
		}
		kind, _ := desk.KindOf(h.Kind)
		for _, name := range h.Columns {
			if _, ok := kind.Field(name); ok && h.Release != record.Totals {
				line.Columns = append(line.Columns, l.fieldLabel(h.Kind, name))
			}
		}
		out = append(out, line)
	}
	return out
}

// fieldLabel is the question of a field; one that the desk settles by itself
// has none and goes by its name.
func (l *lang) fieldLabel(kind, name string) string {
	if key := "desk." + kind + "." + name + ".ask"; l.known(key) {
		return l.say(key)
	}
	return name
}

func releaseName(r record.Release) string {
	return map[record.Release]string{record.Totals: "totals", record.AfterEnd: "after-end", record.Monthly: "monthly", record.AtOnce: "at-once"}[r]
}

func (s *site) scopeWords(l *lang, card desk.Card) string {
	kind, _ := desk.KindOf(card.Kind)
	field, _ := kind.Field("scope")
	return s.fieldWords(l, card, field, card.Form["scope"])
}

func (l *lang) period(card desk.Card) string {
	since, until := card.Form["since"], card.Form["until"]
	switch {
	case since != "" && until != "":
		return l.say("registers.between", "Since", l.day(since), "Until", l.day(until))
	case since != "":
		return l.say("registers.since-day", "Since", l.day(since))
	case until != "":
		return l.say("registers.until-day", "Until", l.day(until))
	}
	return l.say("registers.all-days")
}

// withheld is the log of exemptions of a request.
func (s *site) withheld(l *lang, m desk.Matter) []withheldLine {
	docket, _ := desk.DocketOf(m.Docket)
	words := func(step desk.Card, name string) string {
		field, _ := docket.Step.Field(name)
		if step.Form[name] == "" {
			return ""
		}
		return s.fieldWords(l, step, field, step.Form[name])
	}
	var out []withheldLine
	for _, step := range m.Steps {
		if step.Form["exemption"] == "" {
			continue
		}
		out = append(out, withheldLine{
			When: l.day(step.Happened.In(s.zone(m.Card.In)).Format(time.DateOnly)), What: words(step, "result"), Of: words(step, "scope"), Count: step.Form["count"],
			Parts: words(step, "parts"), Section: step.Form["exemption"], Path: entryPath(step.ID),
		})
	}
	return out
}

// A letterView is the answer to a request, to print, correct and sign.
type letterView struct {
	deskPage
	ID, Today, Received, Reference, Scope, Period string
	Given                                         string // what was given, in words; empty: not settled yet
	Refused                                       string // section of a refusal
	Appeal                                        string
	Withheld                                      []withheldLine
	Lines                                         []holdingLine
}

func (letterView) template() string { return "desk_letter" }

func (s *site) letter(w http.ResponseWriter, r *http.Request, who Account) error {
	m, err := s.recordsRequest(r, who)
	if err != nil {
		return err
	}
	kinds, since, until := s.Desk.Asked(m.Card)
	list, err := s.Desk.Holdings(r.Context(), who.Agency, kinds, since, until)
	if err != nil {
		return err
	}
	l, zone := s.langOf(r), s.zone(m.Card.In)
	v := letterView{deskPage: s.deskPage(who, "registers"), ID: m.Card.ID, Today: l.day(s.Now().In(zone).Format(time.DateOnly)), Reference: m.Card.Form["reference"],
		Scope: s.scopeWords(l, m.Card), Period: l.period(m.Card), Withheld: s.withheld(l, m), Lines: holdingLines(l, list)}
	if at, err := time.Parse(time.RFC3339, m.Card.Form["received_at"]); err == nil {
		v.Received = l.day(at.In(zone).Format(time.DateOnly))
	}
	for _, step := range m.Steps {
		switch step.Form["result"] {
		case "answered":
			v.Given, v.Refused = l.say("registers.letter.given."+step.Form["given"]), ""
		case "refused":
			v.Given, v.Refused = "", step.Form["exemption"]
		}
		if step.Form["appeal"] != "" {
			v.Appeal = step.Form["appeal"]
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, v)
}
