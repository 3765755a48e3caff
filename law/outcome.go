package law

import (
	"slices"

	"comity"
)

// An outcome is the whole answer for facts that leave nothing open.
type outcome struct {
	answer     joint
	layers     [6]spoken
	carrying   []int // positions in the plan
	overridden []int
	defeated   [][2]int // rule, by
	suspended  [][2]int // rule, order of that rule
	unsettled  bool     // by an order
}

// conclude combines standing rules to the answer (semantics 5 to 7).
func (p *plan) conclude(all []status) outcome {
	var o outcome
	for i := range p.rules {
		r, s := &p.rules[i], &all[i]
		if s.stands == yes {
			o.layers[r.layer] = o.layers[r.layer].hear(r.alone())
		}
		for k, t := range s.orders {
			if t == yes {
				o.suspended = append(o.suspended, [2]int{i, k})
				o.unsettled = o.unsettled || r.orders[k].Unsettled != "" && s.met == yes
			}
		}
		for _, d := range r.defeaters {
			if s.fires == yes && all[d].stands == yes {
				o.defeated = append(o.defeated, [2]int{i, d})
			}
		}
	}
	for layer := range o.layers {
		o.answer = o.answer.join(layer, o.layers[layer])
	}
	for i := range p.rules {
		if all[i].stands == yes {
			o.place(p, i)
		}
	}
	return o
}

// place puts a standing rule among those that carry the answer or were set aside.
func (o *outcome) place(p *plan, i int) {
	r := &p.rules[i]
	bit, v := uint8(1)<<r.layer, voiceOf(r.Verdict)
	heard := o.layers[r.layer].voice
	switch {
	case v == requires && heard == prohibits, v == heard && o.answer.overridden&bit != 0:
		o.overridden = append(o.overridden, i)
	case v == heard && o.answer.carrying&bit != 0:
		o.carrying = append(o.carrying, i)
	}
}

func (p *plan) flags(a joint, byOrder bool) []comity.Flag {
	var out []comity.Flag
	speaks := a.voice != silent
	if a.conflict {
		out = append(out, comity.Conflict)
	}
	if byOrder || speaks && a.contested {
		out = append(out, comity.Unsettled)
	}
	if speaks && a.fromMind {
		out = append(out, comity.Unverified)
	}
	return out
}

// A result is what a plan answers for some facts: the part of a decision that
// does not depend on day or place. It is shared and never changed.
type result struct {
	verdict    comity.Verdict
	believed   comity.Verdict
	possible   []comity.Verdict
	flags      []comity.Flag
	layers     [6]comity.Voice
	carrying   []int // positions of rules common to all completions
	rules      []string
	mayCarry   []string
	overridden []string
	defeated   []comity.Defeat
	suspended  []comity.Suspension
	missing    []string
	could      []string
	next       int // fact, or -1
	exact      bool
	binds      set
}

// settled turns an outcome into a result.
func (p *plan) settled(o outcome) *result {
	r := &result{next: -1, exact: true, carrying: o.carrying}
	r.verdict, r.believed = o.answer.verdict(p.uncovered)
	r.flags = p.flags(o.answer, o.unsettled)
	for i, l := range o.layers {
		r.layers[i] = voiceWords[l.voice]
	}
	r.rules = p.ids(o.carrying)
	r.overridden = p.ids(o.overridden)
	r.defeated = p.defeatList(o.defeated)
	r.suspended = p.suspensionList(o.suspended)
	return r
}

func (p *plan) ids(list []int) []string {
	out := make([]string, 0, len(list))
	for _, i := range list {
		out = append(out, p.rules[i].ID)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (p *plan) defeatList(pairs [][2]int) []comity.Defeat {
	by := map[string][]int{}
	for _, d := range pairs {
		id := p.rules[d[0]].ID
		by[id] = append(by[id], d[1])
	}
	out := make([]comity.Defeat, 0, len(by))
	for id, list := range by {
		out = append(out, comity.Defeat{Rule: id, By: p.ids(list)})
	}
	slices.SortFunc(out, func(a, b comity.Defeat) int { return compareText(a.Rule, b.Rule) })
	return out
}

func (p *plan) suspensionList(pairs [][2]int) []comity.Suspension {
	out := make([]comity.Suspension, 0, len(pairs))
	for _, s := range pairs {
		r := &p.rules[s[0]]
		out = append(out, comity.Suspension{Rule: r.ID, Order: r.orders[s[1]].ID})
	}
	slices.SortFunc(out, func(a, b comity.Suspension) int {
		if c := compareText(a.Rule, b.Rule); c != 0 {
			return c
		}
		return compareText(a.Order, b.Order)
	})
	return slices.Compact(out)
}
