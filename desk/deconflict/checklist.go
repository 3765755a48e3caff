package deconflict

import (
	"slices"
	"strings"

	"comity"
	"comity/desk"
)

// States of a line of the checklist.
const (
	Ready  = "ready"
	Red    = "red"    // blocks approval
	Remark = "remark" // to be known, blocks nothing
)

// A Check is one line of the list to go through before anything is done. What it
// rests on is the law's answer, the lists of agreements, or what was done.
type Check struct {
	Name    string // basis, help, powers, marks, paper, agreement, peers, call, counsel, equipment
	Act     string // of a line that the law answers
	State   string
	Why     string // which of the reasons of Name it is
	Verdict comity.Verdict
	Cites   []string
	About   []string // ORIs, models, marks or equipment that the reason names
}

// checklist is generated from the law's answers about the plan, the lists of
// agreements and what was asked of others. card is the check in the record.
func checklist(p *Plan, card desk.Card, calls []desk.Card, counselled bool, agreements []Agreement) []Check {
	var out []Check
	for i, q := range card.Questions {
		if i < len(card.Decisions) {
			out = append(out, lawLine(q, card.Decisions[i], card.Form, calls))
		}
	}
	out = append(out, paperLine(p.Form), agreementLine(p.Form, agreements), peersLine(p, calls))
	if p.Form["by"] != "local-agencies" && !slices.ContainsFunc(out, func(c Check) bool { return c.Name == "call" && c.State == Red }) {
		out = append(out, callLine(calls))
	}
	if marks := strings.Fields(p.Form["city_marks"]); len(marks) > 0 {
		out = append(out, counselLine("marks", marks, counselled))
	} else if asksCounsel(card) {
		out = append(out, counselLine("open", nil, counselled))
	}
	if asked := desk.EquipmentOf(p.Form); len(asked) > 0 {
		out = append(out, Check{Name: "equipment", State: Remark, Why: "asked", About: asked})
	}
	return out
}

// lawLine is red where the law forbids the act or gives no basis for it.
func lawLine(q comity.Question, d comity.Decision, form desk.Form, calls []desk.Card) Check {
	c := Check{Name: "law", Act: q.Act, State: Red, Verdict: d.Verdict, Why: "no-basis"}
	for _, cite := range d.Citations {
		c.Cites = append(c.Cites, cite.Ref)
	}
	if q.Act == "deconflict" {
		c.Name = "call"
		return deconflictLine(c, calls)
	}
	usesMarks := q.Act == "lend-equipment" && (form.Has("city_marks", "uniform") || form.Has("city_marks", "insignia") || form.Has("city_marks", "vehicle")) ||
		q.Act == "provide-facility" && form.Has("city_marks", "premises")
	if usesMarks {
		c.Name = "marks"
	}
	switch d.Verdict {
	case comity.Prohibited:
		c.Why = "forbidden"
	case comity.Permitted, comity.Required:
		if len(d.Citations) > 0 {
			c.State, c.Why = Ready, "basis"
		}
	case comity.NeedsFacts, comity.NeedsCounsel:
		c.Why = string(d.Verdict)
	}
	return c
}

// deconflictLine: where an agreement or a law demands it, a call that found no
// conflict stands in the record first.
func deconflictLine(c Check, calls []desk.Card) Check {
	switch {
	case called(calls):
		c.State, c.Why = Ready, "logged"
	case c.Verdict == comity.Required:
		c.Why = "demanded"
	case c.Verdict == comity.Prohibited:
		c.Why = "forbidden"
	default:
		c.State, c.Why = Remark, "not-logged"
	}
	return c
}

func called(calls []desk.Card) bool {
	return slices.ContainsFunc(calls, func(c desk.Card) bool {
		return c.Form["outcome"] == "no-conflict" && c.Form["called_back"] == "yes" && c.Form["with"] != "local-agency"
	})
}

// paperLine: civil immigration work needs a paper or delegated powers.
func paperLine(f desk.Form) Check {
	c := Check{Name: "paper", State: Ready, Why: "named", About: []string{f["paper"]}}
	civil := f["purpose"] == "civil-immigration" || f["purpose"] == "mixed"
	switch {
	case f["paper"] != "none":
	case f["powers"] == "yes":
		c.Why = "delegated"
	case civil:
		c.State, c.Why = Red, "none"
	default:
		c.State, c.Why = Remark, "none-criminal"
	}
	return c
}

// agreementLine compares the model that the plan names with the lists.
func agreementLine(f desk.Form, list []Agreement) Check {
	c := Check{Name: "agreement", State: Ready, Why: "none"}
	i := slices.IndexFunc(list, func(a Agreement) bool { return a.Model == f["model"] })
	switch {
	case f["model"] == "none" && len(list) > 0:
		c.State, c.Why = Remark, "not-named"
		for _, a := range list {
			c.About = append(c.About, a.Model)
		}
	case f["model"] == "none":
	case i < 0:
		c.State, c.Why, c.About = Red, "not-on-lists", []string{f["model"]}
	default:
		c.Why, c.About = "on-lists", []string{list[i].Model, list[i].Signed, list[i].Seen}
		if !list[i].Listed {
			c.State, c.Why = Red, "unconfirmed"
		}
	}
	return c
}

// peersLine: every peer has answered, or was telephoned; an overlap was talked
// about.
func peersLine(p *Plan, calls []desk.Card) Check {
	c := Check{Name: "peers", State: Ready, Why: "clear"}
	byPhone := slices.ContainsFunc(calls, func(call desk.Card) bool {
		return call.Form["with"] == "local-agency" && call.Form["called_back"] == "yes" && call.Form["outcome"] == "no-conflict"
	})
	var silent, met []string
	for _, a := range p.Peers {
		switch a.State {
		case Overlap:
			met = append(met, a.Agency)
		case Clear:
		default:
			silent = append(silent, a.Agency)
		}
	}
	for _, t := range p.Told {
		if !slices.Contains(met, t.Agency) {
			met = append(met, t.Agency)
		}
	}
	switch {
	case !p.Stopped.IsZero():
		c.State, c.Why = Red, "stopped"
	case !p.Asked():
		c.State, c.Why = Red, "not-asked"
	case len(met)+len(p.Own) > 0:
		c.State, c.Why, c.About = Red, "overlap", met
	case len(silent) > 0:
		c.State, c.Why, c.About = Red, "silent", silent
	case len(p.Peers) == 0:
		c.State, c.Why = Remark, "no-peers"
	}
	if c.State == Red && byPhone && c.Why != "not-asked" {
		c.State, c.Why = Ready, "settled-by-telephone"
	}
	return c
}

func callLine(calls []desk.Card) Check {
	if called(calls) {
		return Check{Name: "federal", State: Ready, Why: "logged"}
	}
	return Check{Name: "federal", State: Remark, Why: "not-logged"}
}

func counselLine(why string, about []string, answered bool) Check {
	c := Check{Name: "counsel", State: Red, Why: why, About: about}
	if answered {
		c.State, c.Why = Ready, "answered"
	}
	return c
}

// asksCounsel reports whether the law sends any of it to counsel.
func asksCounsel(card desk.Card) bool {
	return slices.ContainsFunc(card.Decisions, func(d comity.Decision) bool { return d.Verdict == comity.NeedsCounsel })
}
