package web

import (
	"net/http"
	"strings"
	"time"

	"comity"
	"comity/desk"
)

// An entryView is one case: the answers as they stood, what is wrong with the
// paper, the clocks side by side, what was done, and what may be done now.
type entryView struct {
	deskPage
	Card      desk.Card
	Now       *deskTask // what the case needs now, where it is open
	NoBasis   bool      // the clocks run, and give nobody a right to keep the person
	Kind      string    // in words
	When      string
	Written   string
	Late      bool
	Fields    []Line
	Sealed    []Line
	Checks    []deskCheck
	Answers   []deskAnswer
	Stopped   bool     // a supervisor looks before anything is done
	Identity  bool     // nobody was called back
	Explains  []string // which rule explains what nobody here decided
	CardThen  string   // where the card of that day is read
	OtherLaw  bool     // the law loaded now is not the law of that day
	Alarms    []deskAlarm
	History   []deskEvent
	Contested []contestView
	Holds     []string // litigation holds in force, in words
	Served    bool
	Matter    *matterLine // how it stands in its register
	Followed  *followedView
	Counsel   string    // id of the question that one click sends to counsel; empty: this copy keeps none
	Act       *formView // the form "what was done", where something can be done
	Released  string    // local form of the release moment, to correct it
	Held      *heldView // custody of the person, of a detainer
	ReceiptID string
}

func (entryView) template() string { return "desk_entry" }

type deskAnswer struct {
	Act  string // the act in words
	Card Card
	Main bool
}

// A deskCheck is one line of the checklist of a paper.
type deskCheck struct {
	Label, Says string
	State       string // order, defect, note, unknown
}

type deskAlarm struct {
	Name, Says, Due, Left, Cite string
	Late                        bool
}

type deskEvent struct {
	What, When, Who, Text string
	Path                  string
}

// entry shows a case from the record alone.
func (s *site) entry(w http.ResponseWriter, r *http.Request, who Account) error {
	card, err := s.Desk.Case(r.Context(), r.PathValue("id"), who.Agency)
	if err != nil {
		return s.notOurs(r, err)
	}
	v, err := s.entryView(r, who, card)
	if err != nil {
		return err
	}
	return s.show(w, r, v)
}

// notOurs turns "no such entry" into the page for it.
func (s *site) notOurs(r *http.Request, err error) error {
	if ps := formProblems(err); len(ps) > 0 {
		return s.missing(r, "no-entry")
	}
	return err
}

func (s *site) entryView(r *http.Request, who Account, card desk.Card) (entryView, error) {
	l := s.langOf(r)
	v := entryView{
		deskPage: s.deskPage(who, ""), Card: card, Kind: l.say("desk.kind." + card.Kind), When: s.when(l, card.Happened.In(s.zone(card.In))),
		Written: s.when(l, card.Stored.In(s.zone(card.In))), Late: card.Late > 0, ReceiptID: card.ID,
		Identity: desk.Unconfirmed(card), Explains: l.explains(card),
		OtherLaw: card.Law != "" && !s.sameLaw(card),
	}
	v.Answers, v.CardThen = s.deskAnswers(l, card), s.cardThen(card)
	s.formLines(l, who, card, &v)
	v.Checks = l.checks(card)
	task, open, err := s.Desk.Task(r.Context(), card)
	if err != nil {
		return v, err
	}
	if open {
		now := s.deskTask(l, task, who)
		v.Now = &now
	}
	v.NoBasis = task.Verdict == comity.Prohibited
	for _, a := range s.Desk.Alarms(card) {
		alarm := s.deskAlarm(l, a)
		alarm.Late = alarm.Late && (a.Name != "release" || task.Overdue)
		v.Alarms = append(v.Alarms, alarm)
	}
	if err := s.history(r, l, who, card, &v); err != nil {
		return v, err
	}
	if err := s.beside(r, l, who, card, &v); err != nil {
		return v, err
	}
	if s.Notes != nil && !card.Erased {
		v.Counsel = newID()
	}
	if v.Matter, err = s.matterOf(r, l, who, card); err != nil {
		return v, err
	}
	if v.Followed, err = s.followed(r, l, card); err != nil {
		return v, err
	}
	if kind, ok := desk.KindOf("act"); ok && len(card.Questions) > 0 && who.MayWrite() && v.Matter == nil {
		form := s.form(r, who, kind, "")
		form.Action = entryPath(card.ID) + "/acts"
		v.Act = &form
	}
	if v.Held, err = s.held(r, l, who, card, task); err != nil {
		return v, err
	}
	if at, err := time.Parse(time.RFC3339, card.Form["release_at"]); err == nil {
		v.Released = at.In(s.zone(card.In)).Format("2006-01-02T15:04")
	}
	return v, nil
}

// sameLaw reports whether the law of the place is still what it was.
func (s *site) sameLaw(card desk.Card) bool {
	if len(card.Questions) == 0 {
		return card.Law == s.Law.Digest()
	}
	q := card.Questions[0]
	q.Known = card.Decisions[0].Known
	now, err := s.Law.Decide(q)
	return err == nil && now.Law == card.Law
}

func (s *site) deskAnswers(l *lang, card desk.Card) []deskAnswer {
	var out []deskAnswer
	for i, q := range card.Questions {
		if i < len(card.Decisions) {
			c := newCard(l, s.Law, q, card.Decisions[i], s.Now())
			out = append(out, deskAnswer{Act: capital(l.words.act(q.Act)), Card: c, Main: i == 0})
		}
	}
	return out
}

// formLines lists what was filled in. What is sealed stands apart, for those
// who may open it.
func (s *site) formLines(l *lang, who Account, card desk.Card, v *entryView) {
	kind, ok := desk.KindOf(card.Kind)
	if !ok {
		return
	}
	for _, f := range kind.Fields {
		value := card.Form[f.Name]
		if value == "" {
			continue
		}
		line := Line{l.say("desk." + card.Kind + "." + f.Name + ".ask"), s.fieldWords(l, card, f, value)}
		switch {
		case !f.Personal:
			v.Fields = append(v.Fields, line)
		case who.MayOpen():
			v.Sealed = append(v.Sealed, line)
		}
	}
}

func (s *site) fieldWords(l *lang, card desk.Card, f desk.Field, value string) string {
	key := "desk." + card.Kind + "." + f.Name
	switch f.Type {
	case desk.Choice:
		return l.option(key, value)
	case desk.Ticks:
		var words []string
		for _, one := range strings.Fields(value) {
			words = append(words, l.option(key, one))
		}
		return l.list(words)
	case desk.Instant:
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			return s.when(l, at.In(s.zone(card.In)))
		}
	case desk.Day:
		return l.day(value)
	}
	return value
}

// checkedFields is the checklist of a detainer in the order of the paper.
var checkedFields = []string{"form", "addressed", "box", "cause", "signed", "dated", "served", "attached", "attached_signed", "court_signed"}

func (l *lang) checks(card desk.Card) []deskCheck {
	if card.Kind != "detainer" || len(card.Form) == 0 {
		return nil
	}
	var out []deskCheck
	for _, field := range checkedFields {
		label := l.say("desk.check." + field)
		found := false
		for _, d := range card.Defects {
			if d.Field != field {
				continue
			}
			found = true
			check := deskCheck{Label: label, Says: l.say("desk.defect." + d.Code), State: "note"}
			if d.Stops {
				check.State = "defect"
			}
			out = append(out, check)
		}
		switch value := card.Form[field]; {
		case found:
		case value == "cannot-tell":
			out = append(out, deskCheck{label, l.say("desk.check.unknown"), "unknown"})
		case value != "":
			out = append(out, deskCheck{label, l.say("desk.check.order"), "order"})
		}
	}
	return out
}

func (s *site) deskAlarm(l *lang, a desk.Alarm) deskAlarm {
	out := deskAlarm{Name: l.say("desk.clock." + a.Name), Due: s.when(l, a.Due), Cite: a.Cite, Late: a.Late(s.Now())}
	if a.Day {
		out.Due = l.day(a.Due.Format(time.DateOnly))
	}
	out.Left = l.left(a.Due.Sub(s.Now()))
	switch {
	case a.Name == "release":
		out.Says = l.say("desk.clock.release-says")
	case a.Excludes != "":
		out.Says = l.say("desk.clock.counted-says", "Length", a.Length)
	case a.Length != "":
		out.Says = l.say("desk.clock.plain-says", "Length", a.Length)
	}
	return out
}

// history lists what points back to the case, oldest first.
func (s *site) history(r *http.Request, l *lang, who Account, card desk.Card, v *entryView) error {
	later, err := s.Desk.Record.Follow(r.Context(), card.ID)
	if err != nil {
		return err
	}
	shown := []string{card.ID}
	for _, e := range later {
		c := desk.ReadCard(e)
		v.Served = v.Served || c.Kind == "notice"
		if c.Kind == "contest" {
			continue // stands by itself
		}
		shown = append(shown, c.ID)
		v.History = append(v.History, s.event(l, who, card, c))
	}
	return s.viewed(r.Context(), who, "page", shown...)
}

func (s *site) event(l *lang, who Account, card, c desk.Card) deskEvent {
	out := deskEvent{What: l.say("desk.kind." + c.Kind), When: s.when(l, c.Happened.In(s.zone(card.In))), Who: c.Role, Path: entryPath(c.ID) + "/receipt"}
	switch c.Kind {
	case "act":
		out.What = l.say("desk.act.done." + c.Form["done"])
		if c.Form["override"] != "" {
			out.What += " · " + l.say("desk.act.override")
		}
		out.Text = c.Form["rank"]
		if ground := c.Form["ground"]; ground != "" {
			out.Text = strings.TrimSpace(l.option("desk.act.ground", ground) + " " + out.Text)
		}
		if who.MayOpen() && c.Form["reason"] != "" {
			out.Text = strings.TrimSpace(out.Text + " " + c.Form["reason"])
		}
	case "attribution":
		out.Text = l.option("desk.attribution.result", c.Form["result"])
	case "complaint-outcome":
		out.Text = l.option("desk.complaint-outcome.outcome", c.Form["outcome"])
		if c.Form["known"] != "" {
			out.Text += " · " + l.say("followed.known", "Day", l.day(c.Form["known"])) + " · " + l.say("followed.digest") + " " + shortDigest(c.Form["card"])
		}
	case "look":
		out.Text = l.option("desk.look.step", c.Form["step"]) + ": " + c.Form["fields"]
	case "notice":
		out.Text = l.option("desk.notice.language", c.Form["language"])
	case "statement-step", "demand-step", "records-step", "certification-step", "military-step":
		out.Text = l.option("desk."+c.Kind+".result", c.Form["result"])
	case "custody", "release-call", "transfer":
		out.Text = s.heldText(l, c)
	case "correction":
		out.Text = l.say("desk.correction.of", "Field", c.Form["field"])
		if key := "desk." + card.Kind + "." + c.Form["field"] + ".ask"; l.known(key) {
			out.Text = l.say(key)
		}
	}
	return out
}

// act records what was really done. A refusal brings the page back with what
// was typed.
func (s *site) act(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	id := r.PathValue("id")
	done := desk.Done{
		ID: r.PostFormValue("id"), Agency: who.Agency, Done: r.PostFormValue("done"), At: r.PostFormValue("at"), Reason: r.PostFormValue("reason"),
		Rank: r.PostFormValue("rank"), Ground: r.PostFormValue("ground"), Compared: r.PostFormValue("compared"), Ended: r.PostFormValue("ended"), Role: who.Role,
	}
	err := s.compared(r, who, id, done)
	if err == nil {
		_, err = s.Desk.Act(r.Context(), id, done)
	}
	if err != nil {
		return s.refusedAct(w, r, who, id, err)
	}
	http.Redirect(w, r, s.langOf(r).link(entryPath(id)), http.StatusSeeOther)
	return nil
}

// compared keeps a hold from starting before a supervisor has laid the agency's
// own record beside the form. It is asked of every hold, so that the answer
// tells nothing about this one (H31).
func (s *site) compared(r *http.Request, who Account, id string, done desk.Done) error {
	if done.Done != desk.Honoured || done.Compared == "yes" {
		return nil
	}
	card, err := s.Desk.Case(r.Context(), id, who.Agency)
	if err != nil {
		return err
	}
	if _, hold := card.Decision("hold-on-detainer"); !hold {
		return nil
	}
	return &comity.Problem{Code: "not-compared", Message: "a supervisor compares our own record with the form before any hold", Where: "compared"}
}

func (s *site) refusedAct(w http.ResponseWriter, r *http.Request, who Account, id string, err error) error {
	problems := formProblems(err)
	card, caseErr := s.Desk.Case(r.Context(), id, who.Agency)
	if problems == nil || caseErr != nil {
		return s.notOurs(r, err)
	}
	v, viewErr := s.entryView(r, who, card)
	if viewErr != nil {
		return viewErr
	}
	if v.Act != nil {
		for _, p := range problems {
			v.Act.Problems = append(v.Act.Problems, s.langOf(r).formProblem("act", p))
		}
	}
	return s.render(w, r, http.StatusUnprocessableEntity, v)
}

// moved records that the moment of release is another than was written.
func (s *site) moved(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	id := r.PathValue("id")
	_, err := s.Desk.Correct(r.Context(), id, desk.Correction{
		ID: r.PostFormValue("id"), Agency: who.Agency, Role: who.Role, Field: "release_at", Value: r.PostFormValue("value"), Why: r.PostFormValue("why"),
	})
	if err != nil {
		return s.refusedAct(w, r, who, id, err)
	}
	http.Redirect(w, r, s.langOf(r).link(entryPath(id)), http.StatusSeeOther)
	return nil
}

// export is the agency's own entries of one kind as CSV, with the columns of
// the kind's field list: nothing personal, the month and not the day.
func (s *site) export(w http.ResponseWriter, r *http.Request, who Account) error {
	kind, ok := desk.KindOf(strings.TrimSuffix(r.PathValue("kind"), ".csv"))
	if !ok {
		return s.missing(r, "no-page")
	}
	contests, err := s.Desk.Contests(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	out := csvFile(w, kind.Name+".csv")
	if err := out.Write(kind.Columns()); err != nil {
		return nil // the reader left
	}
	for after := int64(-1); ; {
		page, err := s.Desk.Record.Entries(r.Context(), who.Agency, after, 500)
		if err != nil {
			return err
		}
		for _, e := range page {
			after = e.Index
			if e.Kind == kind.Name {
				card := desk.ReadCard(e)
				card.Contested = desk.ContestState(contests[e.ID])
				_ = out.Write(kind.Row(card)) // the writer keeps its first error
			}
		}
		if len(page) < 500 {
			break
		}
	}
	out.Flush()
	return nil
}
