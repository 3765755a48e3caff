package web

import (
	"net/http"
	"strings"
	"time"

	"comity"
	"comity/access"
	"comity/desk"
)

// A docketView is one register of matters, or the deadlines of all of them.
type docketView struct {
	deskPage
	Name    string // of the register; empty: deadlines of all
	Links   []docketLink
	Columns []string
	Open    []matterLine
	Over    []matterLine
	NoClock bool // something is open that has no deadline
}

func (docketView) template() string { return "desk_registers" }

type docketLink struct {
	Name string
	Here bool
}

// A matterLine is a matter as a list shows it: no field that is sealed as
// personal stands in it.
type matterLine struct {
	ID, Register     string
	Agency           string
	Due, Left, Cite  string // empty: it has no deadline now
	Zone             string // that of the deadline, where it is another than the agency's
	Late             bool
	Cells            []string
	Owner, State     string
	Since, StepWords string
	Step             bool // something can follow
}

// dockets shows every open deadline of the agency, the earliest first.
func (s *site) dockets(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.showDocket(w, r, who, "")
}

// docket shows one register.
func (s *site) docket(w http.ResponseWriter, r *http.Request, who Account) error {
	if _, ok := desk.DocketOf(r.PathValue("kind")); !ok {
		return s.missing(r, "no-page")
	}
	return s.showDocket(w, r, who, r.PathValue("kind"))
}

func (s *site) showDocket(w http.ResponseWriter, r *http.Request, who Account, name string) error {
	list, err := s.matters(r, who, name)
	if err != nil {
		return err
	}
	l := s.langOf(r)
	v := docketView{deskPage: s.deskPage(who, "registers"), Name: name}
	for _, one := range desk.Dockets() {
		v.Links = append(v.Links, docketLink{one.Name(), one.Name() == name})
	}
	if one, ok := desk.DocketOf(name); ok {
		for _, field := range one.Shows {
			v.Columns = append(v.Columns, l.say("desk."+name+"."+field+".ask"))
		}
	}
	for _, m := range list {
		line := s.matterLine(l, m)
		dated := !m.Due.Due.IsZero()
		switch {
		case m.Over && name != "":
			v.Over = append(v.Over, line)
		case !m.Over && (dated || name != ""):
			v.Open = append(v.Open, line)
		}
		v.NoClock = v.NoClock || !m.Over && !dated
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, v)
}

func (s *site) matters(r *http.Request, who Account, name string) ([]desk.Matter, error) {
	if name == "" {
		return s.Desk.Matters(r.Context(), who.Agency)
	}
	return s.Desk.Matters(r.Context(), who.Agency, name)
}

func (s *site) matterLine(l *lang, m desk.Matter) matterLine {
	docket, _ := desk.DocketOf(m.Docket)
	out := matterLine{
		ID: m.Card.ID, Register: m.Docket, Agency: m.Card.Agency, Late: m.Late, Since: s.when(l, m.Card.Happened.In(s.zone(m.Card.In))),
		State: s.matterState(l, m), Step: docket.Step != nil,
	}
	for _, name := range docket.Shows {
		field, _ := docket.Opens.Field(name)
		out.Cells = append(out.Cells, s.fieldWords(l, m.Card, field, m.Card.Form[name]))
	}
	if m.Owner != "" {
		out.Owner = l.option("desk.demand.owner", m.Owner)
	}
	if docket.Step != nil {
		out.StepWords = l.say("registers.step." + m.Docket)
	}
	if !m.Due.Due.IsZero() && !m.Over {
		out.Due, out.Left, out.Cite = s.when(l, m.Due.Due), l.daysLeft(m.Due.Due.Sub(s.Now())), m.Due.Cite
		if m.Due.Day {
			out.Due = l.day(m.Due.Due.Format(time.DateOnly))
		}
		if own := m.Due.Due.In(s.zone(m.Card.In)); zoneName(own) != zoneName(m.Due.Due) {
			out.Zone = s.when(l, own)
		}
	}
	return out
}

// daysLeft tells what is far away in days.
func (l *lang) daysLeft(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d > 3*day:
		return l.say("registers.in-days", "Days", int(d/day))
	case d < -3*day:
		return l.say("registers.days-ago", "Days", int(-d/day))
	}
	return l.left(d)
}

func (s *site) matterState(l *lang, m desk.Matter) string {
	docket, _ := desk.DocketOf(m.Docket)
	switch {
	case docket.Step == nil:
		return ""
	case m.State == desk.Open:
		return l.say("registers.open")
	}
	return l.option("desk."+docket.Step.Name+".result", m.State)
}

// docketForm opens a matter, or records a step of one.
func (s *site) docketForm(w http.ResponseWriter, r *http.Request, who Account) error {
	docket, ok := desk.DocketOf(r.PathValue("kind"))
	if !ok {
		return s.missing(r, "no-page")
	}
	return s.askDesk(docket.Opens, "registers")(w, r, who)
}

func (s *site) docketStep(w http.ResponseWriter, r *http.Request, who Account) error {
	docket, ok := desk.DocketOf(r.PathValue("kind"))
	if !ok || docket.Step == nil {
		return s.missing(r, "no-page")
	}
	if r.Method == http.MethodPost {
		if err := s.readForm(r); err != nil {
			return err
		}
		if docket.Step.NeedsSigner(readForm(docket.Step, r.PostForm)) && !who.May(access.Sign) {
			return s.refusedForm(w, r, who, docket.Step, "registers", &comity.Problem{Code: "not-signer", Message: "only somebody who may sign for the agency does this", Where: "result"})
		}
	}
	return s.askDesk(docket.Step, "registers")(w, r, who)
}

// docketCSV is a register, or every deadline, for counsel: codes as they are
// recorded, each deadline in its own zone and in UTC, nothing personal.
func (s *site) docketCSV(w http.ResponseWriter, r *http.Request, who Account) error {
	name := r.PathValue("kind")
	if _, ok := desk.DocketOf(name); !ok && name != "deadlines" {
		return s.missing(r, "no-page")
	}
	list, err := s.matters(r, who, strings.TrimSuffix(name, "deadlines"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	out := csvFile(w, name+".csv")
	_ = out.Write([]string{"register", "entry", "opened", "state", "over", "owner", "due", "due_utc", "set_by", "late", "about", "steps"}) // the writer keeps its first error
	for _, m := range list {
		_ = out.Write(matterRow(m))
	}
	out.Flush()
	return nil
}

func matterRow(m desk.Matter) []string {
	docket, _ := desk.DocketOf(m.Docket)
	var about, steps []string
	for _, name := range docket.Shows {
		if m.Card.Form[name] != "" {
			about = append(about, name+"="+m.Card.Form[name])
		}
	}
	for _, step := range m.Steps {
		steps = append(steps, step.Form["result"]+"@"+step.Happened.UTC().Format(time.DateOnly))
	}
	due, utc := "", ""
	if !m.Due.Due.IsZero() {
		due, utc = m.Due.Due.Format(time.RFC3339), m.Due.Due.UTC().Format(time.RFC3339)
	}
	yes := map[bool]string{true: "yes", false: "no"}
	return []string{m.Docket, m.Card.ID, m.Card.Happened.Format("2006-01"), m.State, yes[m.Over], m.Owner, due, utc, m.Due.Cite, yes[m.Late],
		strings.Join(about, "; "), strings.Join(steps, " ")}
}

// matterOf is how an entry of a register stands, for its page.
func (s *site) matterOf(r *http.Request, l *lang, who Account, card desk.Card) (*matterLine, error) {
	m, ok, err := s.Desk.MatterOf(r.Context(), card)
	if err != nil || !ok {
		return nil, err
	}
	line := s.matterLine(l, m)
	line.Step = who.MayWrite() && line.Step && (!m.Over || m.Docket == "records-request" || m.Docket == "statement") // a requester may appeal, a statement be withdrawn
	return &line, nil
}
