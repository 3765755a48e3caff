// Package law decides: what the law in force at a place and moment prohibits,
// permits or requires of an actor. It loads packs of dated, cited rules, checks
// them, and answers questions with every reason. It is pure: it reads an fs.FS
// once, keeps no clock, and writes nothing.
//
// The meaning of every step is fixed by the semantics, version 1, whose section
// numbers stand in the comments; this file follows it from question to answer. Facts are completed in asked.go, rules selected in
// select.go, evaluated in standing.go (and faster in matrix.go), combined in
// combine.go, and where facts are open, in unknown.go.
package law

import (
	"cmp"
	"slices"
	"strings"

	"comity"
)

// Decide answers one question. A legal "no" or "unclear" is a Decision; the
// error, always a *comity.Problem, says what is wrong with the question.
func (b *Book) Decide(q comity.Question) (comity.Decision, error) {
	c, bad := b.ask(&q)
	if bad != nil {
		return comity.Decision{ID: q.ID}, bad
	}
	return c.decide(), nil
}

// decide selects the rules in play, solves them for the facts, and says what
// follows at this moment: citations, duties, clocks, assumptions.
func (c *asked) decide() comity.Decision {
	rules, unnamed := c.inPlay()
	uncovered := c.uncovered()
	p := c.planFor(rules, len(uncovered) > 0)
	r := p.solve(c)

	d := comity.Decision{
		ID: c.q.ID, In: c.q.In, On: c.q.On, Known: c.known.String(), Law: c.lawDigest(),
		Verdict: r.verdict, Possible: list(r.possible), Flags: list(r.flags),
		Rules: list(r.rules), MayCarry: list(r.mayCarry), Overridden: list(r.overridden),
		Defeated: list(r.defeated), Suspended: list(r.suspended),
		Missing: list(r.missing), CouldChange: list(r.could), Withheld: list(c.law.withheld[c.act]),
		Exact: r.exact,
	}
	if r.verdict == comity.NeedsCounsel && r.believed != "" {
		d.Believed = &r.believed
	}
	if r.next >= 0 {
		d.Next = c.askable(r.next)
	}
	d.Uncovered = sortedLayers(append(uncovered, unnamed...))
	if len(d.Uncovered) > 0 {
		d.Flags = append(d.Flags, comity.Incomplete)
		slices.Sort(d.Flags)
	}
	d.Layers = make(map[comity.Layer]comity.Voice, len(comity.Layers))
	for i, l := range comity.Layers {
		d.Layers[l] = r.layers[i]
	}
	d.Stale = c.stale(p, r)
	d.Citations = c.citations(p, r)
	d.Duties = c.duties(p, r)
	d.Clocks = c.clocks(p, r)
	d.Assumed = c.assumed(p)
	d.Binds = c.binds(r)
	return d
}

// list copies, so that a caller may change what it was given, and makes
// nothing an empty list.
func list[T any](s []T) []T { return append(make([]T, 0, len(s)), s...) }

func sortedLayers(s []comity.Layer) []comity.Layer {
	slices.Sort(s)
	return list(slices.Compact(s))
}

// askable gives what to ask a person for a fact: the instant behind an hour
// count, where that is still open.
func (c *asked) askable(fact int) *string {
	f := c.book.vocabulary.Facts[fact]
	for _, i := range f.inputs {
		if in := c.book.vocabulary.Facts[i]; f.logic == nil && c.source[i] == unknown && !slices.Contains(c.q.Open, in.Name) {
			return &in.Name
		}
	}
	return &f.Name
}

// stale lists the packs of carrying rules that were due to be checked again.
func (c *asked) stale(p *plan, r *result) []string {
	out := []string{}
	for _, i := range r.carrying {
		if pack := p.rules[i].pack; pack.nextCheck < c.known && !slices.Contains(out, pack.ID) {
			out = append(out, pack.ID)
		}
	}
	slices.Sort(out)
	return out
}

// citations in force at T, of the rules that carry the answer.
func (c *asked) citations(p *plan, r *result) []comity.Citation {
	out := make([]comity.Citation, 0, 2*len(r.carrying))
	for _, i := range r.carrying {
		rule := p.rules[i].Rule
		for k := range rule.Cites {
			if t := &rule.Cites[k]; t.in.covers(c.moment) {
				out = append(out, comity.Citation{Rule: rule.ID, Ref: t.Ref, Quote: t.Quote, Source: t.Source, Checked: t.Checked, Grade: t.grade()})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b comity.Citation) int {
		return cmp.Or(strings.Compare(a.Rule, b.Rule), strings.Compare(a.Ref, b.Ref))
	})
	return slices.Compact(out)
}

// grade: none counts as from memory.
func (t *Cite) grade() comity.Grade {
	if t.Grade == "" {
		return comity.GradeC
	}
	return t.Grade
}

func (c *asked) duties(p *plan, r *result) []comity.Duty {
	out := make([]comity.Duty, 0, 2)
	for _, i := range r.carrying {
		for _, d := range p.rules[i].Duties {
			if d.lasts.covers(c.moment) {
				out = append(out, c.duty(d))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b comity.Duty) int {
		return cmp.Or(strings.Compare(a.Act, b.Act), strings.Compare(a.To, b.To), strings.Compare(a.Event, b.Event), strings.Compare(a.Cite, b.Cite))
	})
	return slices.Compact(out)
}

// clocks of carrying rules, earliest alarm first. Clocks of the same length
// and another start or calendar stay side by side.
func (c *asked) clocks(p *plan, r *result) []comity.Clock {
	out := make([]comity.Clock, 0, 2)
	for _, i := range r.carrying {
		if p.rules[i].Clock != nil {
			out = append(out, c.clock(p.rules[i].Rule))
		}
	}
	if len(out) > 1 {
		slices.SortStableFunc(out, func(a, b comity.Clock) int {
			return cmp.Or(c.alarm(a).Compare(c.alarm(b)), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Kind, b.Kind))
		})
	}
	return slices.Compact(out)
}

// assumed lists defaults and neutral values that some rule in play read, and
// the zone where the place did not settle it.
func (c *asked) assumed(p *plan) comity.Facts {
	out := comity.Facts{}
	for _, i := range p.reads {
		f := c.book.vocabulary.Facts[i]
		switch c.source[i] {
		case byDefault:
			out[f.Name] = f.Default
		case neutral:
			out[f.Name] = f.Neutral
		}
	}
	if c.guessed != "" {
		out["zone"] = c.guessed
	}
	return out
}

// binds says whom the carrying rules reach, and which others a reader may
// wonder about: actors bound by some rule on the same act, and federal
// immigration officers always.
func (c *asked) binds(r *result) comity.Reach {
	if len(r.rules) == 0 {
		return comity.Reach{Actors: []string{}, Not: []string{}}
	}
	v := c.book.vocabulary
	others := c.law.bound[c.act].union(v.groups[federalOfficers])
	return comity.Reach{Actors: v.actorNames(r.binds), Not: v.actorNames(others.minus(r.binds))}
}

const federalOfficers = "federal-immigration-officer"
