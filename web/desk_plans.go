package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"comity/access"
	"comity/desk"
	"comity/desk/deconflict"
)

// A jointView is the watch commander's page: plans, overlaps, alarms, reviews
// and actions that are due.
type jointView struct {
	deskPage
	Plans   []planLine
	Duties  []dutyLine
	Tally   deconflict.Tally
	Peers   bool
	Reviews []planLine
	Counsel []planLine
}

func (jointView) template() string { return "desk_joint" }

// A planLine is one plan in a list.
type planLine struct {
	ID, Title, When, State string
	Overlaps               []overlapLine
	Review                 string
	Late                   bool
}

// An overlapLine says whom to call.
type overlapLine struct {
	Name, Desk, Phone string
}

type dutyLine struct {
	What, Owner, Due, Minutes, Number string
	Overdue                           bool
}

// planner lets in who plans, approves, reviews or advises; a plan that is not
// over is nobody else's business.
func (s *site) planner(next staffHandler) staffHandler {
	return func(w http.ResponseWriter, r *http.Request, who Account) error {
		if s.Deconflict == nil {
			return s.missing(r, "no-desk")
		}
		if !slices.ContainsFunc([]access.Action{access.Plan, access.ApprovePlan, access.ReviewPlan, access.Advise}, who.May) {
			return s.problem(r, http.StatusForbidden, "not-yours")
		}
		return next(w, r, who)
	}
}

// joint is the watch commander's page.
func (s *site) joint(w http.ResponseWriter, r *http.Request, who Account) error {
	l, office := s.langOf(r), s.Deconflict
	v := jointView{deskPage: s.deskPage(who, "joint")}
	all, err := office.All(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	for _, p := range all {
		standing, err := office.Stand(r.Context(), p)
		if err != nil {
			return err
		}
		line := s.planLine(l, standing)
		if !standing.Review.IsZero() && !standing.Reviewed() {
			line.Review, line.Late = s.when(l, standing.Review.In(s.zone(v.Home.Place))), standing.Late(s.Now())
			v.Reviews = append(v.Reviews, line)
		}
		if slices.ContainsFunc(standing.Lines, func(c deconflict.Check) bool { return c.Name == "counsel" && c.State == deconflict.Red }) && !standing.Over {
			v.Counsel = append(v.Counsel, line)
		}
		v.Plans = append(v.Plans, line)
	}
	if v.Tally, err = office.Tally(r.Context(), who.Agency, all); err != nil {
		return err
	}
	v.Peers = len(v.Tally.Peers) > 0
	duties, err := office.Duties(r.Context(), who.Agency, office.Today(who.Agency))
	for _, d := range duties {
		v.Duties = append(v.Duties, dutyLine{d.What, l.option("desk.minutes.attended", d.Owner), l.day(d.Due), d.Minutes, d.Number, d.Overdue})
	}
	if err != nil {
		return err
	}
	return s.show(w, r, v)
}

func (s *site) planLine(l *lang, st deconflict.Standing) planLine {
	p := st.Plan
	out := planLine{ID: p.ID, Title: p.Form["title"], State: l.say("plans.state." + planState(st)), Overlaps: s.overlaps(p)}
	if begins, err := time.Parse(time.RFC3339, p.Form["begins"]); err == nil {
		out.When = s.when(l, begins)
	}
	return out
}

// planState is the one word for where a plan stands.
func planState(st deconflict.Standing) string {
	switch {
	case st.Over:
		return "over"
	case st.Gone == desk.StepEmergency:
		return "emergency"
	case st.Gone != "":
		return "go"
	case len(st.Missing) == 0:
		return "ready"
	case !st.Checked:
		return "draft"
	case !st.Green():
		return "red"
	}
	return "waiting"
}

func (s *site) overlaps(p *deconflict.Plan) []overlapLine {
	var out []overlapLine
	line := s.Deconflict.Line(p.Agency)
	add := func(agency string, c deconflict.Contact) {
		one := overlapLine{Name: agency, Desk: c.Desk, Phone: c.Phone}
		if peer, ok := line.Peer(agency); ok {
			one.Name = peer.Name
		}
		if !slices.ContainsFunc(out, func(o overlapLine) bool { return o.Name == one.Name }) {
			out = append(out, one)
		}
	}
	for _, a := range p.Peers {
		if a.State == deconflict.Overlap {
			add(a.Agency, a.Contact)
		}
	}
	for _, t := range p.Told {
		add(t.Agency, t.Contact)
	}
	return out
}

// A planFormView is any form about plans: the plan itself, a step, a statement,
// what came of it.
type planFormView struct {
	formView
	Rev    int
	Back   string
	Button string
}

func (planFormView) template() string { return "desk_plan_form" }

// planForm is the form of a kind, filled with values, without a moment of its
// own.
func (s *site) planForm(r *http.Request, who Account, kind string, values url.Values, skip func(desk.Field) bool) planFormView {
	k, _ := desk.KindOf(kind)
	l := s.langOf(r)
	v := planFormView{formView: formView{deskPage: s.deskPage(who, "joint"), Kind: k.Name, ID: newID(), Action: r.URL.Path}, Button: l.say("desk.record"), Back: "/desk/joint"}
	if id := values.Get("id"); id != "" {
		v.ID = id
	}
	for _, f := range k.Fields {
		if f.Computed || skip != nil && skip(f) {
			continue
		}
		if len(v.Groups) == 0 || v.Groups[len(v.Groups)-1].Name != f.Group {
			g := formGroup{Name: f.Group}
			if f.Group != "" {
				g.Title = l.say("desk." + k.Name + ".group." + f.Group)
			}
			v.Groups = append(v.Groups, g)
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Fields = append(g.Fields, l.formField(k.Name, f, values))
	}
	return v
}

// wrong puts what was wrong beside its field.
func (s *site) wrong(r *http.Request, v *planFormView, err error) error {
	problems := formProblems(err)
	if problems == nil {
		return err
	}
	for _, p := range problems {
		v.Problems = append(v.Problems, s.langOf(r).formProblem(v.Kind, p))
	}
	for i := range v.Groups {
		for j := range v.Groups[i].Fields {
			for _, p := range v.Problems {
				if f := &v.Groups[i].Fields[j]; p.Field == f.Name {
					f.Problem = p.Text
				}
			}
		}
	}
	return nil
}

// valuesOf is a stored form as a page fills it in: local times, ticks apart.
func (s *site) valuesOf(kind, place string, f desk.Form) url.Values {
	k, _ := desk.KindOf(kind)
	out := url.Values{}
	for _, field := range k.Fields {
		value := f[field.Name]
		switch at, err := time.Parse(time.RFC3339, value); {
		case value == "":
		case field.Type == desk.Ticks:
			out[field.Name] = strings.Fields(value)
		case field.Type == desk.Instant && err == nil:
			out.Set(field.Name, at.In(s.zone(place)).Format("2006-01-02T15:04"))
		default:
			out.Set(field.Name, value)
		}
	}
	return out
}

// editPlan shows and saves a plan, whole or not.
func (s *site) editPlan(w http.ResponseWriter, r *http.Request, who Account) error {
	if !who.May(access.Plan) {
		return s.problem(r, http.StatusForbidden, "not-yours")
	}
	id, l := r.PathValue("id"), s.langOf(r)
	place := s.deskPage(who, "").Home.Place
	values, rev := url.Values{}, 0
	if id != "" {
		p, err := s.Deconflict.Plan(r.Context(), who.Agency, id)
		if err != nil {
			return s.noPlan(r, err)
		}
		values, rev = s.valuesOf(desk.JointOperation, place, p.Form), p.Rev
	}
	if r.Method == http.MethodPost {
		if err := s.readForm(r); err != nil {
			return err
		}
		values = r.PostForm
		if rev > 0 {
			rev = atoi(r.PostFormValue("rev"))
		}
	}
	v := s.planForm(r, who, desk.JointOperation, values, nil)
	v.Title, v.Lead, v.Button, v.Rev = l.say("desk.joint-operation.title"), l.say("desk.joint-operation.lead"), l.say("plans.save"), rev
	if id == "" {
		v.ID = deconflict.NewPlanID()
		if sent := values.Get("id"); deconflict.IDForm.MatchString(sent) {
			v.ID = sent
		}
		id = v.ID
	} else {
		v.Back = planPath(id)
	}
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	k, _ := desk.KindOf(desk.JointOperation)
	_, err := s.Deconflict.Save(r.Context(), who.Agency, id, rev, readForm(k, r.PostForm), s.zone(place))
	if err != nil {
		if err := s.wrong(r, &v, err); err != nil {
			return err
		}
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	http.Redirect(w, r, l.link(planPath(id)), http.StatusSeeOther)
	return nil
}

func atoi(s string) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' || n > 1<<20 {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func planPath(id string) string { return "/desk/joint/plans/" + url.PathEscape(id) }

// noPlan turns "not found" into the page for it.
func (s *site) noPlan(r *http.Request, err error) error {
	if ps := formProblems(err); len(ps) > 0 && ps[0].Code == "not-found" {
		return s.missing(r, "no-entry")
	}
	return err
}

// stepActions is what each step takes.
var stepActions = map[string]access.Action{
	desk.StepPanel: access.ReviewPlan, desk.StepReviewed: access.ReviewPlan,
	desk.StepCommander: access.ApprovePlan, desk.StepSecond: access.ApprovePlan, desk.StepLocal: access.ApprovePlan,
	desk.StepGo: access.ApprovePlan, desk.StepEmergency: access.ApprovePlan, desk.StepPublished: access.ApprovePlan,
	desk.StepFederal: access.Plan, desk.StepCancelled: access.Plan, desk.StepCounsel: access.Advise,
}

// stepForm shows and records one step.
func (s *site) stepForm(w http.ResponseWriter, r *http.Request, who Account) error {
	step, id, l := r.PathValue("kind"), r.PathValue("id"), s.langOf(r)
	may, ok := stepActions[step]
	if !ok {
		return s.missing(r, "no-page")
	}
	if !who.May(may) {
		return s.problem(r, http.StatusForbidden, "not-yours")
	}
	record := func(entry string, form desk.Form) error {
		form["step"] = step
		return s.Deconflict.Step(r.Context(), who.Agency, id, entry, deconflict.Signer{Account: who.ID, Role: who.Role}, form)
	}
	skip := func(f desk.Field) bool {
		return f.Name == "step" || f.When != "" && !strings.Contains("|"+strings.TrimPrefix(f.When, "step=")+"|", "|"+step+"|") ||
			f.Name == "why" && !slices.Contains([]string{desk.StepPanel, desk.StepReviewed, desk.StepEmergency, desk.StepCounsel}, step)
	}
	return s.aboutPlan(w, r, who, "joint-step", l.say("desk.joint-step.step."+step), l.say("plans.step-says."+step), skip, record)
}

// statementForm shows and records one side's version.
func (s *site) statementForm(w http.ResponseWriter, r *http.Request, who Account) error {
	l := s.langOf(r)
	return s.aboutPlan(w, r, who, "joint-statement", l.say("desk.joint-statement.title"), l.say("plans.statement-says"), nil, func(entry string, form desk.Form) error {
		return s.Deconflict.State(r.Context(), who.Agency, r.PathValue("id"), entry, deconflict.Signer{Account: who.ID, Role: who.Role}, form)
	})
}

// afterForm shows and records what came of an operation.
func (s *site) afterForm(w http.ResponseWriter, r *http.Request, who Account) error {
	l := s.langOf(r)
	zone := s.zone(s.deskPage(who, "").Home.Place)
	return s.aboutPlan(w, r, who, "after-action", l.say("desk.after-action.title"), l.say("desk.after-action.lead"), nil, func(entry string, form desk.Form) error {
		return s.Deconflict.After(r.Context(), who.Agency, r.PathValue("id"), entry, deconflict.Signer{Account: who.ID, Role: who.Role}, form, zone)
	})
}

// aboutPlan is a page with one form about a plan. Nothing typed is lost.
func (s *site) aboutPlan(w http.ResponseWriter, r *http.Request, who Account, kind, title, lead string, skip func(desk.Field) bool, record func(entry string, form desk.Form) error) error {
	id := r.PathValue("id")
	if kind != "joint-step" && !who.May(access.Plan) {
		return s.problem(r, http.StatusForbidden, "not-yours")
	}
	if _, err := s.Deconflict.Plan(r.Context(), who.Agency, id); err != nil {
		return s.noPlan(r, err)
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	v := s.planForm(r, who, kind, r.PostForm, skip)
	v.Title, v.Lead, v.Back = title, lead, planPath(id)
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	k, _ := desk.KindOf(kind)
	if err := record(v.ID, readForm(k, r.PostForm)); err != nil {
		if err := s.wrong(r, &v, err); err != nil {
			return err
		}
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	http.Redirect(w, r, s.langOf(r).link(planPath(id)), http.StatusSeeOther)
	return nil
}

// askPeers asks the other agencies; checkPlan puts the plan to the law.
func (s *site) askPeers(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.withPlan(w, r, who, func(id string) error {
		_, err := s.Deconflict.Ask(r.Context(), who.Agency, id, who.Role)
		return err
	})
}

func (s *site) checkPlan(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.withPlan(w, r, who, func(id string) error {
		_, err := s.Deconflict.Checked(r.Context(), who.Agency, id, who.Role)
		return err
	})
}

// withPlan does something to a plan and goes back to its page, which says what
// was wrong.
func (s *site) withPlan(w http.ResponseWriter, r *http.Request, who Account, do func(id string) error) error {
	if !who.May(access.Plan) {
		return s.problem(r, http.StatusForbidden, "not-yours")
	}
	id := r.PathValue("id")
	if err := do(id); err != nil {
		v, viewErr := s.planView(r, who, id)
		problems := formProblems(err)
		if viewErr != nil || problems == nil {
			return s.noPlan(r, err)
		}
		for _, p := range problems {
			v.Problems = append(v.Problems, s.langOf(r).formProblem(desk.JointOperation, p))
		}
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	http.Redirect(w, r, s.langOf(r).link(planPath(id)), http.StatusSeeOther)
	return nil
}
