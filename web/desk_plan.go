package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/desk"
	"comity/desk/deconflict"
)

// A planView is one plan: what it says, the list to go through, who was asked,
// who approved, what each side says, what came of it.
type planView struct {
	deskPage
	ID, Title, State string
	Fields           []Line
	Lines            []checkLine
	Checked          bool
	Entry            string // of the check
	Asked            bool
	Stopped          string
	Peers            []peerLine
	Overlaps         []overlapLine
	Steps            []stepLine
	Next             []stepLine // steps that may be taken by this account
	Missing          []string
	Versions         []versionLine
	Agreed           bool
	After            []Line
	Differs          []string
	Released         string // from when the header of its entries may be public
	Kept             string // until when the plan stays
	Over             bool
	Problems         []formProblem
}

func (planView) template() string { return "desk_plan" }

type checkLine struct {
	State, What, Says string
	Verdict           comity.Verdict
	Word              string
	Cites             []string
}

type peerLine struct {
	Name, State, Words, Phone, Desk string
}

type stepLine struct {
	Step, Word, When, Text, Who string
	Done                        bool
}

type versionLine struct {
	Side, Words, Speaker, Signed, When, Embargo string
}

// plan shows one plan.
func (s *site) plan(w http.ResponseWriter, r *http.Request, who Account) error {
	v, err := s.planView(r, who, r.PathValue("id"))
	if err != nil {
		return s.noPlan(r, err)
	}
	return s.show(w, r, v)
}

func (s *site) planView(r *http.Request, who Account, id string) (planView, error) {
	l := s.langOf(r)
	p, err := s.Deconflict.Plan(r.Context(), who.Agency, id)
	if err != nil {
		return planView{}, err
	}
	st, err := s.Deconflict.Stand(r.Context(), p)
	if err != nil {
		return planView{}, err
	}
	v := planView{deskPage: s.deskPage(who, "joint"), ID: id, Title: p.Form["title"], State: planState(st), Checked: st.Checked, Entry: p.Entry,
		Asked: p.Asked(), Overlaps: s.overlaps(p), Agreed: st.Agreed(), Over: st.Over}
	zone := s.zone(v.Home.Place)
	if !p.Stopped.IsZero() {
		v.Stopped = s.when(l, p.Stopped.In(zone))
	}
	v.Fields = s.formWords(l, v.Home.Place, desk.JointOperation, p.Form)
	for _, c := range st.Lines {
		v.Lines = append(v.Lines, s.checkLine(l, p.Agency, c))
	}
	for _, a := range p.Peers {
		v.Peers = append(v.Peers, s.peerLine(l, p.Agency, a))
	}
	for _, m := range st.Missing {
		v.Missing = append(v.Missing, l.say("plans.missing."+m))
	}
	s.steps(l, who, st, &v)
	s.sides(l, st, &v)
	if st.After.ID != "" {
		v.After = s.formWords(l, v.Home.Place, "after-action", st.After.Form)
		for _, d := range strings.Fields(st.After.Form["differs"]) {
			v.Differs = append(v.Differs, differs(l, d))
		}
		v.Released = s.when(l, p.Ended.In(zone).Add(24*time.Hour))
		v.Kept = s.when(l, p.Ended.In(zone).Add(deconflict.KeepPlan))
	}
	return v, nil
}

func differs(l *lang, what string) string {
	if equipment, ok := strings.CutPrefix(what, "unapproved-"); ok {
		return l.say("plans.differs.unapproved", "What", l.option("desk.after-action.equipment_used", equipment))
	}
	return l.say("plans.differs." + what)
}

func (s *site) formWords(l *lang, place, kind string, f desk.Form) []Line {
	k, _ := desk.KindOf(kind)
	var out []Line
	for _, field := range k.Fields {
		if value := f[field.Name]; value != "" && !field.Computed {
			out = append(out, Line{l.say("desk." + kind + "." + field.Name + ".ask"), s.fieldWords(l, desk.Card{Kind: kind, In: place}, field, value)})
		}
	}
	return out
}

// checkLine is a line of the list in words.
func (s *site) checkLine(l *lang, agency string, c deconflict.Check) checkLine {
	about := make([]string, len(c.About))
	for i, a := range c.About {
		about[i] = a
		if peer, ok := s.Deconflict.Line(agency).Peer(a); ok {
			about[i] = peer.Name + ", " + peer.Phone
			continue
		}
		for _, key := range []string{"desk.joint-operation.city_marks." + a, "desk.value." + a} {
			if l.known(key) {
				about[i] = l.say(key)
				break
			}
		}
		if _, err := time.Parse(time.DateOnly, a); err == nil {
			about[i] = l.day(a)
		}
	}
	out := checkLine{State: c.State, Verdict: c.Verdict, Cites: c.Cites, What: l.say("plans.check." + c.Name),
		Says: l.say("plans.why."+c.Name+"."+c.Why, "About", l.list(about))}
	if c.Act != "" {
		out.What = capital(l.words.act(c.Act))
		out.Word = l.say("verdict." + string(c.Verdict) + ".word")
	}
	return out
}

func (s *site) peerLine(l *lang, agency string, a deconflict.Answered) peerLine {
	out := peerLine{Name: a.Agency, State: a.State, Words: l.say("plans.peer." + a.State), Desk: a.Contact.Desk, Phone: a.Contact.Phone}
	if peer, ok := s.Deconflict.Line(agency).Peer(a.Agency); ok {
		out.Name = peer.Name
		if out.Phone == "" && a.State != deconflict.Clear {
			out.Phone = peer.Phone
		}
	}
	return out
}

// stepOrder is the order in which steps are shown.
var stepOrder = []string{desk.StepCounsel, desk.StepLocal, desk.StepFederal, desk.StepCommander, desk.StepSecond, desk.StepPanel, desk.StepGo,
	desk.StepEmergency, desk.StepReviewed, desk.StepCancelled}

func (s *site) steps(l *lang, who Account, st deconflict.Standing, v *planView) {
	for _, step := range stepOrder {
		word := l.say("desk.joint-step.step." + step)
		if card, ok := st.Steps[step]; ok {
			line := stepLine{Step: step, Word: word, Done: true, When: s.when(l, card.Happened.In(s.zone(card.In))), Who: l.orPlain("desk.role.", card.Role), Text: stepText(l, card)}
			v.Steps = append(v.Steps, line)
		}
		if who.May(stepActions[step]) && st.Plan.Entry != "" && stepOffered(step, st) {
			v.Next = append(v.Next, stepLine{Step: step, Word: word})
		}
	}
}

// stepOffered leaves out what could only be refused.
func stepOffered(step string, st deconflict.Standing) bool {
	needsCounsel := slices.ContainsFunc(st.Lines, func(c deconflict.Check) bool { return c.Name == "counsel" && c.State == deconflict.Red })
	missing := func(name string) bool { return slices.Contains(st.Missing, name) }
	switch step {
	case desk.StepReviewed:
		return st.Gone == desk.StepEmergency && !st.Reviewed()
	case desk.StepCancelled:
		return !st.Over
	case desk.StepCounsel:
		return st.Checked && needsCounsel && !st.Over
	case desk.StepGo:
		return len(st.Missing) == 0 && st.Gone == "" && !st.Over
	case desk.StepEmergency:
		return slices.Equal(st.Missing, []string{desk.StepPanel}) && st.Gone == "" && !st.Over
	}
	return st.Green() && !st.Over && missing(step)
}

func stepText(l *lang, card desk.Card) string {
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	if o := card.Form["outcome"]; o != "" {
		add(l.option("desk.joint-step.outcome", o))
	}
	if f := card.Form; f["votes_for"] != "" {
		add(l.say("plans.votes", "For", f["votes_for"], "Against", f["votes_against"], "Abstaining", f["votes_abstaining"]))
	}
	if at, err := time.Parse(time.RFC3339, card.Form["sunset"]); err == nil {
		add(l.say("plans.until", "Day", l.day(at.Format(time.DateOnly)), "Time", at.Format("15:04")))
	}
	if card.Form["number"] != "" {
		add(l.say("plans.heard", "Number", card.Form["number"]))
	}
	add(card.Form["rank"])
	add(card.Form["why"])
	return strings.Join(parts, " · ")
}

func (s *site) sides(l *lang, st deconflict.Standing, v *planView) {
	for _, side := range []string{"ours", "theirs"} {
		card := st.Version(side)
		if card.ID == "" {
			continue
		}
		line := versionLine{Side: l.option("desk.joint-statement.side", side), Words: card.Form["version"], Speaker: l.option("desk.joint-statement.speaker", card.Form["speaker"]),
			When: s.when(l, card.Happened.In(s.zone(card.In))), Signed: l.say("plans.signed." + card.Form["signed"])}
		if at, err := time.Parse(time.RFC3339, card.Form["embargo"]); err == nil {
			line.Embargo = s.when(l, at)
		}
		v.Versions = append(v.Versions, line)
	}
	if card, ok := st.Steps[desk.StepPublished]; ok {
		v.Steps = append(v.Steps, stepLine{Step: desk.StepPublished, Word: l.say("desk.joint-step.step.published"), Done: true,
			When: s.when(l, card.Happened.In(s.zone(card.In))), Text: l.say("plans.published." + card.Form["agreed"])})
	}
}
