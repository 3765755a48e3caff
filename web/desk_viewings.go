package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/access"
	"comity/desk"
	"comity/record"
	"comity/seal"
)

// Who asks to see a sealed field, who lets them, and who looked: rows O2, H24.

const (
	looksAtOnce    = 50
	viewingsAtOnce = 500
)

// Looked lists who looked at what is sealed of an agency's entries, the latest
// first: of one entry, or of all where the id is empty.
type Looked interface {
	Looked(ctx context.Context, agency, entry string, most int) ([]Viewing, error)
}

// A Viewing says that an account saw what is sealed of an entry.
type Viewing struct {
	Entry   string
	Account string
	Role    string
	How     string // page, list, notice, api, packet, …: what it was looked at for
	At      time.Time
}

// A lookLine is one request to see sealed fields, in words.
type lookLine struct {
	ID, About, Role, Fields, State, When string
	Waits                                bool
}

func (s *site) lookLine(ctx context.Context, l *lang, k desk.Look) (lookLine, error) {
	about, err := s.Desk.Record.Entry(ctx, k.Asked.Ref)
	if err != nil {
		return lookLine{}, err
	}
	var fields []string
	for _, name := range strings.Fields(k.Asked.Form["fields"]) {
		fields = append(fields, l.say("desk."+about.Kind+"."+name+".ask"))
	}
	return lookLine{
		ID: k.Asked.ID, About: k.Asked.Ref, Role: l.orPlain("desk.role.", k.Asked.Role), Fields: l.list(fields), When: s.when(l, k.Asked.Stored),
		State: l.say("orders.look." + k.State), Waits: k.State == desk.Asked,
	}, nil
}

type askLookView struct {
	deskPage
	ID, Kind, When string
	New            string
	Fields         []formOption
	Reason         string
	Problems       []formProblem
}

func (askLookView) template() string { return "desk_ask_look" }

// askLook asks to see sealed fields of one entry, with a reason.
func (s *site) askLook(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	card, err := s.Desk.Case(r.Context(), r.PathValue("id"), who.Agency)
	if err != nil {
		return s.notOurs(r, err)
	}
	l := s.langOf(r)
	v := askLookView{deskPage: s.deskPage(who, "orders"), ID: card.ID, Kind: l.say("desk.kind." + card.Kind),
		When: s.when(l, card.Happened.In(s.zone(card.In))), New: newID(), Reason: r.PostFormValue("reason")}
	for _, name := range card.Sealed() {
		v.Fields = append(v.Fields, formOption{name, l.say("desk." + card.Kind + "." + name + ".ask"), slices.Contains(r.PostForm["fields"], name)})
	}
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	step := disclosing(who, disclosureBody{ID: r.PostFormValue("id"), Reason: strings.TrimSpace(v.Reason)})
	step.Fields = r.PostForm["fields"]
	a, err := s.Desk.AskDisclosure(r.Context(), card.ID, step)
	if v.Problems = s.orderProblems(r, err); v.Problems != nil {
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, l.link("/desk/looks/"+a.ID), http.StatusSeeOther)
	return nil
}

type lookView struct {
	deskPage
	Look     lookLine
	Reason   string // for whoever asked and whoever decides
	Steps    []deskEvent
	New      string
	MayGive  bool // this account decides
	MayOpen  bool // it was granted to this account
	Shown    []Line
	Receipt  string
	Problems []formProblem
}

func (lookView) template() string { return "desk_look" }

// look shows one request and what came of it.
func (s *site) look(w http.ResponseWriter, r *http.Request, who Account) error {
	v, err := s.lookView(r, who)
	if err != nil {
		return s.notOurs(r, err)
	}
	return s.show(w, r, v)
}

func (s *site) lookView(r *http.Request, who Account) (lookView, error) {
	l := s.langOf(r)
	k, err := s.Desk.LookOf(r.Context(), who.Agency, r.PathValue("id"))
	if err != nil {
		return lookView{}, err
	}
	asked := k.Asked
	mine := asked.Form["account"] == who.ID
	line, err := s.lookLine(r.Context(), l, k)
	if err != nil {
		return lookView{}, err
	}
	v := lookView{
		deskPage: s.deskPage(who, "orders"), Look: line, New: newID(),
		MayGive: k.State == desk.Asked && !mine && asked.Role != who.Role && who.May(access.AnswerDisclosure),
		MayOpen: k.State == desk.Granted && mine,
	}
	if mine || who.May(access.AnswerDisclosure) {
		v.Reason = asked.Form["reason"]
		if err := s.viewed(r.Context(), who, "disclosure", asked.ID); err != nil {
			return v, err
		}
	}
	for _, c := range append([]desk.Card{asked}, k.Steps...) {
		v.Steps = append(v.Steps, deskEvent{What: l.option("desk.look.step", c.Form["step"]), When: s.when(l, c.Stored), Who: c.Role, Path: entryPath(c.ID) + "/receipt"})
	}
	return v, nil
}

// answerLook grants or denies it, as the second person.
func (s *site) answerLook(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	id, answer := r.PathValue("id"), r.PostFormValue("answer")
	err := error(&comity.Problem{Code: "missing-field", Message: "grant or deny it", Where: "answer"})
	if answer == desk.Granted || answer == desk.Denied {
		step := disclosing(who, disclosureBody{ID: r.PostFormValue("id"), Reason: strings.TrimSpace(r.PostFormValue("reason"))})
		_, err = s.Desk.AnswerDisclosure(r.Context(), id, answer == desk.Granted, step)
	}
	return s.afterLook(w, r, who, err)
}

// afterLook goes back to the request, or shows it with what is wrong.
func (s *site) afterLook(w http.ResponseWriter, r *http.Request, who Account, err error) error {
	problems := s.orderProblems(r, err)
	if err != nil && problems == nil {
		return err
	}
	if problems == nil {
		http.Redirect(w, r, s.langOf(r).link("/desk/looks/"+r.PathValue("id")), http.StatusSeeOther)
		return nil
	}
	v, err := s.lookView(r, who)
	if err != nil {
		return s.notOurs(r, err)
	}
	v.Problems = problems
	return s.render(w, r, http.StatusUnprocessableEntity, v)
}

// openLook shows what was granted, or hands it out as a file with its proof.
// Every opening is an entry, written first.
func (s *site) openLook(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	receipt, err := s.Desk.OpenDisclosure(r.Context(), r.PathValue("id"), disclosing(who, disclosureBody{ID: r.PostFormValue("id")}))
	if err != nil {
		return s.afterLook(w, r, who, err)
	}
	if r.PostFormValue("as") == "file" {
		handOut(w, "receipt.json", "application/json", receipt)
		return nil
	}
	v, err := s.lookView(r, who)
	if err != nil {
		return err
	}
	v.Receipt = string(receipt)
	v.Shown, err = s.langOf(r).shownFields(receipt)
	if err != nil {
		return err
	}
	return s.show(w, r, v)
}

// shownFields reads off a receipt of our own what it shows.
func (l *lang) shownFields(receipt []byte) ([]Line, error) {
	parsed, err := record.ParseReceipt(receipt)
	if err != nil {
		return nil, err
	}
	var out []Line
	for _, shown := range parsed.Shown {
		name, value, err := seal.Disclosure(shown.Field).Field()
		if err != nil {
			return nil, err
		}
		form, _ := desk.FormField(name)
		out = append(out, Line{l.say("desk." + parsed.Header.Kind + "." + form + ".ask"), value})
	}
	return out, nil
}

type viewingsView struct {
	deskPage
	Entry string // of one entry only
	Lines []viewingLine
	More  bool
	Kept  bool // this copy keeps who looked
}

func (viewingsView) template() string { return "desk_viewings" }

type viewingLine struct{ Entry, Account, Role, How, When string }

// viewings lists who looked at what is sealed.
func (s *site) viewings(w http.ResponseWriter, r *http.Request, who Account) error {
	l := s.langOf(r)
	v := viewingsView{deskPage: s.deskPage(who, "orders"), Entry: r.URL.Query().Get("entry"), Kept: s.Looked != nil}
	if !v.Kept {
		return s.show(w, r, v)
	}
	list, err := s.Looked.Looked(r.Context(), who.Agency, v.Entry, viewingsAtOnce+1)
	if err != nil {
		return err
	}
	if v.More = len(list) > viewingsAtOnce; v.More {
		list = list[:viewingsAtOnce]
	}
	for _, x := range list {
		v.Lines = append(v.Lines, viewingLine{x.Entry, x.Account, l.orPlain("desk.role.", x.Role), l.orPlain("orders.how.", x.How), s.when(l, x.At)})
	}
	return s.show(w, r, v)
}
