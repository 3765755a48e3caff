package deconflict

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"comity"
	"comity/desk"
)

// ReviewWithin is how soon the panel reviews what went ahead without it.
const ReviewWithin = 72 * time.Hour

// Checked puts a whole plan to the law and writes the answer into the record.
// What is missing from the plan is refused here, so nothing later can approve a
// plan with an empty field.
func (o *Office) Checked(ctx context.Context, agency, id, role string) (*Plan, error) {
	p, err := o.Plan(ctx, agency, id)
	if err != nil {
		return nil, err
	}
	if err := p.Complete(); err != nil {
		return nil, err
	}
	place, actor := o.Home(agency)
	form := desk.Form{"plan": p.Digest()}
	for name, value := range p.Form {
		form[name] = value
	}
	done, err := o.Desk.Handle(ctx, desk.Request{
		ID: p.ID + "-" + p.Digest()[:16], Agency: agency, Kind: desk.JointOperation, In: place, Actor: actor, Role: role,
		On: begins(p).Format(time.DateOnly), Form: form,
	})
	if err != nil {
		return nil, err
	}
	digest := p.Digest()
	return o.change(ctx, agency, id, func(p *Plan) {
		if p.Digest() == digest {
			p.Entry = done.ID
		}
	})
}

// A Standing is where a plan stands now: what was checked, who approved, what
// is missing.
type Standing struct {
	Plan     *Plan
	Card     desk.Card   // of the check; empty where there is none
	Checked  bool        // and the plan is still the one that was checked
	Lines    []Check     // the list to go through before anything is done
	Calls    []desk.Card // telephone log of this plan
	Steps    map[string]desk.Card
	Missing  []string // what keeps it from "go", in order
	Gone     string   // step by which it went ahead
	Review   time.Time
	Over     bool
	After    desk.Card
	Versions []desk.Card // statements, oldest first
}

// Stand reads where a plan stands. Nothing of it is kept: it is read off the
// record whenever it is asked for.
func (o *Office) Stand(ctx context.Context, p *Plan) (Standing, error) {
	s := Standing{Plan: p, Steps: map[string]desk.Card{}}
	if p.Entry == "" {
		s.Lines = checklist(p, desk.Card{}, nil, false, o.agreements(p.Agency))
		s.Missing = []string{"check"}
		return s, nil
	}
	card, err := o.Desk.Case(ctx, p.Entry, p.Agency)
	if err != nil {
		return s, err
	}
	s.Card, s.Checked = card, card.Form["plan"] == p.Digest()
	later, err := o.Desk.Record.Follow(ctx, p.Entry)
	if err != nil {
		return s, fmt.Errorf("read what followed: %w", err)
	}
	for _, e := range later {
		s.read(desk.ReadCard(e))
	}
	s.Lines = checklist(p, card, s.Calls, s.approved(desk.StepCounsel), o.agreements(p.Agency))
	s.Missing = s.missing(o.Now())
	return s, nil
}

func (o *Office) agreements(ori string) []Agreement {
	if o.Agreements == nil {
		return nil
	}
	return o.Agreements(ori)
}

func (s *Standing) read(c desk.Card) {
	switch c.Kind {
	case "deconfliction":
		s.Calls = append(s.Calls, c)
	case "joint-statement":
		s.Versions = append(s.Versions, c)
	case "after-action":
		s.After, s.Over = c, true
	case "joint-step":
		step := c.Form["step"]
		s.Steps[step] = c
		switch step {
		case desk.StepGo:
			s.Gone = step
		case desk.StepEmergency:
			s.Gone, s.Review = step, c.Stored.Add(ReviewWithin)
		case desk.StepCancelled:
			s.Over = true
		}
	}
}

func (s *Standing) approved(step string) bool { return s.Steps[step].Form["outcome"] == "approved" }

func (s *Standing) has(step string) bool { return s.Steps[step].ID != "" }

// Green reports whether no line of the checklist is red.
func (s *Standing) Green() bool {
	return s.Checked && !slices.ContainsFunc(s.Lines, func(c Check) bool { return c.State == Red })
}

// Reviewed reports whether the panel has looked at what went ahead without it.
func (s *Standing) Reviewed() bool { return s.has(desk.StepReviewed) }

// missing lists what keeps the plan from going ahead.
func (s *Standing) missing(now time.Time) []string {
	var out []string
	need := func(name string, there bool) {
		if !there {
			out = append(out, name)
		}
	}
	need("check", s.Checked)
	need("green", s.Green())
	need(desk.StepLocal, s.has(desk.StepLocal))
	need(desk.StepFederal, s.has(desk.StepFederal) || s.Plan.Form["by"] == "local-agencies")
	need(desk.StepCommander, s.approved(desk.StepCommander))
	need(desk.StepSecond, s.approved(desk.StepSecond))
	need(desk.StepPanel, s.panel(now))
	return out
}

// panel reports whether the panel approved and its approval has not run out.
func (s *Standing) panel(now time.Time) bool {
	sunset, err := time.Parse(time.RFC3339, s.Steps[desk.StepPanel].Form["sunset"])
	return err == nil && s.approved(desk.StepPanel) && now.Before(sunset)
}

// Agreed reports whether both sides signed the same words. Otherwise both
// versions stand, each as its side states it.
func (s *Standing) Agreed() bool {
	ours, theirs := s.Version("ours"), s.Version("theirs")
	return ours.ID != "" && theirs.ID != "" && ours.Form["signed"] == "yes" && theirs.Form["signed"] == "yes" && ours.Form["version"] == theirs.Form["version"]
}

// Version is what a side said last.
func (s *Standing) Version(side string) desk.Card {
	for _, v := range slices.Backward(s.Versions) {
		if v.Form["side"] == side {
			return v
		}
	}
	return desk.Card{}
}

// A Signer is the account that takes a step: a device of a role.
type Signer struct{ Account, Role string }

// Step records an approval, a signature or an order, if it may be given now.
func (o *Office) Step(ctx context.Context, agency, id, entry string, who Signer, form desk.Form) error {
	p, err := o.Plan(ctx, agency, id)
	if err != nil {
		return err
	}
	s, err := o.Stand(ctx, p)
	if err != nil {
		return err
	}
	if p := s.refuses(form["step"], who, o.Now()); p != nil {
		return p
	}
	clean := desk.Form{"account": who.Account}
	for name, value := range form {
		if f, ok := stepKind().Field(name); ok && !f.Computed {
			clean[name] = value
		}
	}
	if form["step"] == desk.StepPublished {
		clean["agreed"], clean["versions"] = "no", strconv.Itoa(len(s.Versions))
		if s.Agreed() {
			clean["agreed"] = "yes"
		}
	}
	return o.follow(ctx, p, entry, who, "joint-step", clean, time.Time{})
}

func stepKind() *desk.Kind {
	kind, ok := desk.KindOf("joint-step")
	if !ok {
		panic("desk has no kind joint-step") // kinds.go lists it
	}
	return kind
}

// follow records what stands with the check of a plan.
func (o *Office) follow(ctx context.Context, p *Plan, entry string, who Signer, kind string, form desk.Form, ended time.Time) error {
	place, actor := o.Home(p.Agency)
	_, err := o.Desk.Handle(ctx, desk.Request{
		ID: entry, Agency: p.Agency, Kind: kind, Ref: p.Entry, In: place, Actor: actor, Role: who.Role, Form: form, Ended: ended,
	})
	return err
}

// refuses says why a step cannot be taken now, or nothing.
func (s *Standing) refuses(step string, who Signer, now time.Time) *comity.Problem {
	if step == desk.StepReviewed {
		if s.Gone != desk.StepEmergency {
			return refused("nothing-to-review", "only what went ahead without the panel is reviewed afterwards", step)
		}
		return nil
	}
	if step == desk.StepPublished {
		return s.refusesPublishing(now)
	}
	if s.Over {
		return refused("plan-over", "this operation is over or was called off", step)
	}
	if !s.Checked {
		return refused("not-checked", "the plan is not checked as it stands now", step)
	}
	return s.refusesApproval(step, who)
}

func (s *Standing) refusesApproval(step string, who Signer) *comity.Problem {
	switch step {
	case desk.StepCommander, desk.StepSecond, desk.StepLocal, desk.StepFederal, desk.StepPanel:
		if !s.Green() {
			return refused("red-line", "a line of the checklist is red, so nothing is approved or signed", step)
		}
	case desk.StepGo:
		if len(s.Missing) > 0 {
			return refused("not-approved", "something is missing before this may go ahead", s.Missing[0])
		}
	case desk.StepEmergency:
		if rest := slices.DeleteFunc(slices.Clone(s.Missing), func(m string) bool { return m == desk.StepPanel }); len(rest) > 0 {
			return refused("not-approved", "an emergency goes ahead without the panel, and without nothing else", rest[0])
		}
	}
	other := map[string]string{desk.StepSecond: desk.StepCommander, desk.StepCommander: desk.StepSecond}[step]
	if other != "" && s.has(other) && s.Steps[other].Form["account"] == who.Account {
		return refused("same-person", "the second approval comes from somebody else", step)
	}
	return nil
}

func (s *Standing) refusesPublishing(now time.Time) *comity.Problem {
	ours := s.Version("ours")
	embargo, err := time.Parse(time.RFC3339, ours.Form["embargo"])
	switch {
	case ours.Form["signed"] != "yes":
		return refused("not-signed", "our own side has not signed its words", "signed")
	case s.After.ID == "":
		return refused("not-over", "nothing is published before the end of the operation is recorded", "after")
	case err == nil && now.Before(embargo):
		return refused("embargo", "the embargo still runs", "embargo")
	}
	return nil
}

func refused(code, message, where string) *comity.Problem {
	return &comity.Problem{Code: code, Message: message, Hint: "the page of the plan lists what is missing", Where: where}
}

// State records what one side says about the operation.
func (o *Office) State(ctx context.Context, agency, id, entry string, who Signer, form desk.Form) error {
	p, err := o.checkedPlan(ctx, agency, id)
	if err != nil {
		return err
	}
	return o.follow(ctx, p, entry, who, "joint-statement", form, time.Time{})
}

// After records what came of it, with what differs from the plan, and ends the
// contact: from then on the day of delay runs before any header is public.
func (o *Office) After(ctx context.Context, agency, id, entry string, who Signer, form desk.Form, zone *time.Location) error {
	p, err := o.checkedPlan(ctx, agency, id)
	if err != nil {
		return err
	}
	kind, ok := desk.KindOf("after-action")
	if !ok {
		return fmt.Errorf("desk has no kind after-action")
	}
	clean, err := kind.Read(form, zone, false)
	if err != nil {
		return err
	}
	ended, err := time.Parse(time.RFC3339, clean["ended"])
	if err != nil {
		return fmt.Errorf("read the end: %w", err)
	}
	clean["differs"] = join(desk.Differences(p.Form, clean))
	if err := o.follow(ctx, p, entry, who, "after-action", clean, ended); err != nil {
		return err
	}
	_, err = o.change(ctx, agency, id, func(p *Plan) { p.Ended = ended })
	return err
}

func (o *Office) checkedPlan(ctx context.Context, agency, id string) (*Plan, error) {
	p, err := o.Plan(ctx, agency, id)
	if err == nil && p.Entry == "" {
		err = refused("not-checked", "the plan was never checked", "id")
	}
	return p, err
}
