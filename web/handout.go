package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"comity"
	"comity/desk"
	"comity/law"
	"comity/law/handout"
)

// A handoutView is one sheet drawn from the rules, or the form that asks which.
type handoutView struct {
	Place  comity.Place
	Groups []choiceGroup // of actors that have a sheet
	Actor  string
	Agency string
	Sheet  handout.Sheet
	Sheets []handout.Sheet
	On     string
	From   string // with a redline: the earlier day
	Known  string // the day whose knowledge of the law is meant; empty: today

	H        *handout.Handout // nil: nothing is chosen yet
	Points   []pointRow
	Chapters []lineGroup // of the procedure
	Rules    []handoutRule
	Facts    []string         // that any line asks to find out
	Before   *handout.Handout // of From
	Changes  []handout.Change

	New, Reworded, Gone []handoutRule // of the changes, once each
}

func (handoutView) template() string { return "handout" }

// A pointRow is an act on a short sheet, with what is answered in each case.
type pointRow struct {
	Act     string
	Answers []answerRow
	Same    bool // in every case
}

// An answerRow is one of these answers.
type answerRow struct {
	handout.Answer
	Rule *handoutRule // whose words it gives; nil: of none
}

// A lineGroup is the lines of one group of acts.
type lineGroup struct {
	Name  string
	Lines []lineRow
}

// A lineRow is an act in the procedure. Its rules and the facts to find out
// stand once, at the end, and are named here by their numbers.
type lineRow struct {
	handout.Line
	Rules, Facts []int
	Answers      []answerRow
}

// A handoutRule is a rule in the reader's language.
type handoutRule struct {
	handout.Rule
	Text    string
	Foreign bool
	Path    string
	N       int // in its list, from 1
}

// handout draws a procedure, a card for roll call or a page for everybody from
// the rules of a place.
func (s *site) handout(w http.ResponseWriter, r *http.Request) error {
	p, ok := s.Law.Place(r.PathValue("place"))
	if !ok {
		return s.missing(r, "no-place")
	}
	v, err := s.readHandout(r, p)
	if err != nil {
		return err
	}
	if v.Actor != "" {
		if err := v.draw(s.langOf(r), s.Law); err != nil {
			return err
		}
	}
	return s.show(w, r, v)
}

func (s *site) readHandout(r *http.Request, p comity.Place) (*handoutView, error) {
	q := r.URL.Query()
	v := &handoutView{Place: p, Groups: actorGroups(s.Law.Vocabulary())[:2], Actor: q.Get("actor"), Agency: q.Get("agency"), On: q.Get("on"), From: q.Get("from"),
		Known: q.Get("known"), Sheet: handout.Sheet(q.Get("sheet")), Sheets: handout.Sheets()}
	if v.On == "" {
		v.On = s.Now().In(s.zone(p.ID)).Format(time.DateOnly)
	}
	if v.Known == "then" {
		v.Known = v.On
	}
	if v.Sheet == "" {
		v.Sheet = handout.RollCall
	}
	if v.Actor != "" && !handout.Serves(s.Law.Vocabulary(), v.Actor) || !slices.Contains(v.Sheets, v.Sheet) {
		return nil, s.missing(r, "no-sheet")
	}
	return v, nil
}

// draw reads the law of the day, and that of the earlier day beside it.
func (v *handoutView) draw(l *lang, book Law) error {
	h, err := handout.Of(book, v.question(v.On))
	if err != nil {
		return err
	}
	v.fill(l, book.Vocabulary(), &h)
	if v.From == "" {
		return nil
	}
	before, err := handout.Of(book, v.question(v.From))
	if err != nil {
		return err
	}
	v.Before = &before
	v.Changes = handout.Redline(before, h)
	v.New, v.Reworded, v.Gone = l.changed(v.Changes, newRules), l.changed(v.Changes, rewordedRules), l.changed(v.Changes, goneRules)
	return nil
}

// fill lays a handout out for a reader.
func (v *handoutView) fill(l *lang, vocabulary *law.Vocabulary, h *handout.Handout) {
	v.H, v.Rules = h, l.handoutRules(h.Rules)
	for _, p := range h.Points() {
		v.Points = append(v.Points, v.point(p))
	}
	for _, f := range vocabulary.Facts {
		if slices.ContainsFunc(h.Lines, func(l handout.Line) bool { return slices.Contains(l.Facts, f.Name) }) {
			v.Facts = append(v.Facts, f.Name)
		}
	}
	v.Chapters = v.chapters(vocabulary)
}

func (v *handoutView) question(on string) comity.Question {
	q := comity.Question{In: v.Place.ID, On: on, Known: v.Known, Agency: v.Agency, Actor: v.Actor}
	if v.Then() {
		q.Known = on // of the earlier day too
	}
	return q
}

// Then says that the law is meant as it was known on its day.
func (v *handoutView) Then() bool { return v.Known == v.On }

func (v *handoutView) chapters(vocabulary *law.Vocabulary) []lineGroup {
	var out []lineGroup
	for _, name := range vocabulary.ActGroups {
		g := lineGroup{Name: name}
		for _, line := range v.H.Lines {
			if act, _ := vocabulary.Act(line.Act); act.Group != name {
				continue
			}
			row := lineRow{Line: line, Answers: v.answers(line)}
			for i, rule := range v.Rules {
				if slices.Contains(line.Rules, rule.ID) {
					row.Rules = append(row.Rules, i+1)
				}
			}
			for i, fact := range v.Facts {
				if slices.Contains(line.Facts, fact) {
					row.Facts = append(row.Facts, i+1)
				}
			}
			g.Lines = append(g.Lines, row)
		}
		if len(g.Lines) > 0 {
			out = append(out, g)
		}
	}
	return out
}

func (l *lang) handoutRules(rules []handout.Rule) []handoutRule {
	var out []handoutRule
	for i, r := range rules {
		row := handoutRule{Rule: r, Path: rulePath(r.ID), N: i + 1}
		row.Text, row.Foreign = l.says(law.Says{EN: r.Says.EN, ES: r.Says.ES})
		out = append(out, row)
	}
	return out
}

func newRules(c handout.Change) []handout.Rule      { return c.New }
func rewordedRules(c handout.Change) []handout.Rule { return c.Reworded }
func goneRules(c handout.Change) []handout.Rule     { return c.Gone }

// changed gathers rules of the changes, each once.
func (l *lang) changed(changes []handout.Change, of func(handout.Change) []handout.Rule) []handoutRule {
	var rules []handout.Rule
	for _, c := range changes {
		for _, r := range of(c) {
			if !slices.ContainsFunc(rules, func(x handout.Rule) bool { return x.ID == r.ID }) {
				rules = append(rules, r)
			}
		}
	}
	return l.handoutRules(rules)
}

// Refs are the sections that a rule cites, each once.
func (r handoutRule) Refs() []string {
	var out []string
	for _, c := range r.Cites {
		if !slices.Contains(out, c.Ref) {
			out = append(out, c.Ref)
		}
	}
	return out
}

// Short are the sections that a card has room for.
func (r handoutRule) Short() []string { refs := r.Refs(); return refs[:min(len(refs), 2)] }

// Unseen says that nobody has seen the text of the rule.
func (r handoutRule) Unseen() bool {
	return !slices.ContainsFunc(r.Cites, func(c handout.Cite) bool { return c.Grade != comity.GradeC })
}

// Direct are the points with this verdict on the papers of ICE alone.
func (v *handoutView) Direct(verdict comity.Verdict) []pointRow {
	var out []pointRow
	for _, p := range v.Points {
		if p.Answers[0].Verdict == verdict {
			out = append(out, p)
		}
	}
	return out
}

func (v *handoutView) point(line handout.Line) pointRow {
	p := pointRow{Act: line.Act, Answers: v.answers(line)}
	first := line.Cases[0]
	p.Same = !slices.ContainsFunc(line.Cases, func(a handout.Answer) bool { return a.Verdict != first.Verdict || a.Rule != first.Rule })
	return p
}

func (v *handoutView) answers(line handout.Line) []answerRow {
	var out []answerRow
	for _, a := range line.Cases {
		row := answerRow{Answer: a}
		if i := slices.IndexFunc(v.Rules, func(r handoutRule) bool { return r.ID == a.Rule }); i >= 0 {
			row.Rule = &v.Rules[i]
		}
		out = append(out, row)
	}
	return out
}

// cardThen is where the card is read that stood on the day of an entry, as the
// law was known when it was decided; empty for what asked nothing.
func (s *site) cardThen(c desk.Card) string {
	if len(c.Questions) == 0 || len(c.Decisions) == 0 || !handout.Serves(s.Law.Vocabulary(), c.Questions[0].Actor) {
		return ""
	}
	q, d := c.Questions[0], c.Decisions[0]
	v := url.Values{"actor": {q.Actor}, "sheet": {string(handout.RollCall)}, "on": {d.On}, "known": {d.Known}}
	if q.Agency != "" {
		v.Set("agency", q.Agency)
	}
	return "/law/handout/" + q.In + "?" + v.Encode()
}

// Address is the same sheet, with one thing altered.
func (v *handoutView) Address(name, value string) string {
	q := url.Values{"actor": {v.Actor}, "sheet": {string(v.Sheet)}, "on": {v.On}}
	for key, is := range map[string]string{"agency": v.Agency, "from": v.From, "known": v.Known} {
		if is != "" {
			q.Set(key, is)
		}
	}
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	return "/law/handout/" + v.Place.ID + "?" + q.Encode()
}
