package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"comity"
	"comity/desk"
)

// Notes are counsel's own, outside the record: no entry, no header, no export.
// What counsel answers is a dated note with author and end, and never law (K28).
type Notes interface {
	Add(ctx context.Context, agency string, n Note) error
	// Of lists the notes of a case, the oldest first.
	Of(ctx context.Context, agency, entry string) ([]Note, error)
	// All lists the notes of an agency, the latest first.
	All(ctx context.Context, agency string) ([]Note, error)
	Drop(ctx context.Context, agency, entry, id string) error
}

// A Note is one of them.
type Note struct {
	ID, Entry, Author, Text string
	Written, Expires        time.Time
	Pack                    []byte // of a question of staff: what was sent with it, JSON
	Answers                 string // id of the question that it answers
}

const longestNote = 20_000

type notesView struct {
	deskPage
	ID, Kind, When string // of the case; empty: of all
	New            string
	Text, Until    string // as typed
	Least          string // first day on which a note may run out
	Notes          []noteLine
	Asked          []askedCounsel // what staff put before counsel, what waits for an answer first
	Problems       []formProblem
	Kept           bool // this copy keeps notes
}

func (notesView) template() string { return "desk_notes" }

type noteLine struct {
	ID, Entry, Author, Text, Written, Expires string
	Over                                      bool
}

// notes lists all of counsel's notes.
func (s *site) notes(w http.ResponseWriter, r *http.Request, who Account) error {
	v := notesView{deskPage: s.deskPage(who, "notes"), Kept: s.Notes != nil}
	if v.Kept {
		list, err := s.Notes.All(r.Context(), who.Agency)
		if err != nil {
			return err
		}
		v.Notes, v.Asked = s.noteLines(s.langOf(r), list), s.askedOf(s.langOf(r), who, list)
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, v)
}

// notesOf lists the notes of a case, adds one, or destroys one.
func (s *site) notesOf(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.withCounsel(w, r, who, "/notes", s.changeNotes, func(card desk.Card, problems []formProblem) (view, error) {
		v, err := s.notesView(r, who, card)
		v.Problems = problems
		return v, err
	})
}

// withCounsel is a page of a case that writes to counsel's store: what was posted
// is done, and leads back to the page; what is wrong with it stands on the page.
func (s *site) withCounsel(w http.ResponseWriter, r *http.Request, who Account, path string,
	change func(*http.Request, Account, desk.Card) error, page func(desk.Card, []formProblem) (view, error)) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	card, err := s.Desk.Case(r.Context(), r.PathValue("id"), who.Agency)
	if err != nil {
		return s.notOurs(r, err)
	}
	status, problems := http.StatusOK, []formProblem(nil)
	if r.Method == http.MethodPost && s.Notes != nil {
		err := change(r, who, card)
		if err == nil {
			http.Redirect(w, r, s.langOf(r).link(entryPath(card.ID)+path), http.StatusSeeOther)
			return nil
		}
		if problems = s.orderProblems(r, err); problems == nil {
			return err
		}
		status = http.StatusUnprocessableEntity
	}
	v, err := page(card, problems)
	if err != nil {
		return err
	}
	return s.render(w, r, status, v)
}

func (s *site) changeNotes(r *http.Request, who Account, card desk.Card) error {
	if id := r.PostFormValue("drop"); id != "" {
		return s.Notes.Drop(r.Context(), who.Agency, card.ID, id)
	}
	text := strings.TrimSpace(r.PostFormValue("text"))
	until, err := time.ParseInLocation(time.DateOnly, r.PostFormValue("until"), s.zone(card.In))
	now := s.Now()
	switch {
	case text == "":
		return &comity.Problem{Code: "missing-field", Message: "the note says nothing", Where: "text"}
	case len(text) > longestNote:
		return &comity.Problem{Code: "too-large", Message: "the note is too long", Where: "text"}
	case err != nil || !until.After(now):
		return &comity.Problem{Code: "bad-date", Message: "give a day after today on which the note runs out", Where: "until"}
	}
	author := who.Name
	if author == "" {
		author = who.Role
	}
	return s.Notes.Add(r.Context(), who.Agency, Note{ID: r.PostFormValue("id"), Entry: card.ID, Author: author, Text: text, Written: now.Truncate(time.Second), Expires: until,
		Answers: r.PostFormValue("answers")})
}

func (s *site) notesView(r *http.Request, who Account, card desk.Card) (notesView, error) {
	l, zone := s.langOf(r), s.zone(card.In)
	v := notesView{
		deskPage: s.deskPage(who, "notes"), ID: card.ID, Kind: l.say("desk.kind." + card.Kind), When: s.when(l, card.Happened.In(zone)), New: newID(),
		Text: r.PostFormValue("text"), Until: r.PostFormValue("until"), Least: s.Now().In(zone).AddDate(0, 0, 1).Format(time.DateOnly), Kept: s.Notes != nil,
	}
	if !v.Kept {
		return v, nil
	}
	list, err := s.Notes.Of(r.Context(), who.Agency, card.ID)
	v.Notes, v.Asked = s.noteLines(l, list), s.askedOf(l, who, list)
	return v, err
}

func (s *site) noteLines(l *lang, list []Note) []noteLine {
	var out []noteLine
	for _, n := range list {
		if n.Pack != nil {
			continue // a question
		}
		out = append(out, noteLine{n.ID, n.Entry, n.Author, n.Text, s.when(l, n.Written), l.day(n.Expires.Format(time.DateOnly)), !s.Now().Before(n.Expires)})
	}
	return out
}
