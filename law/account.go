package law

import (
	"slices"

	"comity"
)

// An Account is everything behind one answer, as data: what a lawyer would put
// into one paragraph.
type Account struct {
	Decision comity.Decision
	Why              // what forces the answer and what would alter it; empty without the law that gave it
	Aside    []Aside // rules that spoke and do not decide
	For      []AuthorityFor
	Against  []AuthorityFor // the strongest first, like For
	Disputed []string       // what is said against the rules that decide, by rule
	Risks    []Risk
	// OnlyLaw: no fact that can still change would alter the answer, only a
	// change of law.
	OnlyLaw bool
	Next    string // the fact to find out first, where some are missing
}

// An Aside is a rule that was set aside, how, and by what.
type Aside struct {
	Rule string
	How  AsideHow
	By   []string // rules; of a suspended rule, the order
}

// AsideHow says why a rule does not decide.
type AsideHow string

const (
	AsideOverridden AsideHow = "overridden" // higher or stronger law
	AsideDefeated   AsideHow = "defeated"   // another provision of its layer
	AsideSuspended  AsideHow = "suspended"  // an order of a court
	AsideReplaced   AsideHow = "replaced"   // it lets other law decide
)

// A Risk is one reason why the answer could turn out wrong though its facts
// are right. The words of flags are used for what flags tell.
type Risk string

const (
	RiskConflict   Risk = "conflict"
	RiskUnsettled  Risk = "unsettled"
	RiskUnverified Risk = "unverified"
	RiskIncomplete Risk = "incomplete"
	RiskStale      Risk = "stale"
	RiskAssumed    Risk = "assumed"    // something taken as usual could turn out otherwise
	RiskInexact    Risk = "inexact"    // too many open facts to try them all
	RiskUnreviewed Risk = "unreviewed" // no lawyer signed the law that decides
)

// Account gives the reasons of a decision. Of a decision that this book would
// not give, because its law is another, only what the decision itself tells.
func (b *Book) Account(q comity.Question, d comity.Decision) (Account, error) {
	a := Account{Decision: d, Aside: asides(d), Risks: b.risks(d)}
	if now, err := b.Decide(q); err == nil && now.Verdict == d.Verdict && now.Law == d.Law {
		why, err := b.Why(q)
		if err != nil {
			return a, err
		}
		a.Why = why
		replaced, err := b.replaced(q)
		if err != nil {
			return a, err
		}
		a.Aside = append(a.Aside, replaced...)
		if d.Verdict == comity.NeedsFacts {
			if i, err := b.Interview(q, nil); err == nil && i.Next != nil {
				a.Next = i.Next.Fact.Name
			}
		}
		a.OnlyLaw = d.Verdict != comity.NeedsFacts && !why.Guarded && len(why.Nearest) == 0 && len(d.CouldChange) == 0
	}
	ground := d.Rules
	if len(ground) == 0 {
		ground = d.MayCarry
	}
	a.For = b.authorities(ground, d.On)
	a.Against = b.authorities(a.contrary(b), d.On)
	for _, x := range b.Explain(d) {
		if x.Rule.Contested != "" {
			a.Disputed = append(a.Disputed, x.Rule.Contested)
		}
	}
	return a, nil
}

func asides(d comity.Decision) []Aside {
	out := []Aside{}
	for _, id := range d.Overridden {
		out = append(out, Aside{id, AsideOverridden, d.Rules})
	}
	for _, x := range d.Defeated {
		out = append(out, Aside{x.Rule, AsideDefeated, x.By})
	}
	for _, x := range d.Suspended {
		out = append(out, Aside{x.Rule, AsideSuspended, []string{x.Order}})
	}
	return out
}

// replaced are rules that stand and let other law decide: a permission that
// yields to a ban or duty below it, or that stands beside a duty.
func (b *Book) replaced(q comity.Question) ([]Aside, error) {
	c, bad := b.ask(&q)
	if bad != nil {
		return nil, bad
	}
	rules, _ := c.inPlay()
	p := c.planFor(rules, len(c.uncovered()) > 0)
	r := p.solve(c)
	if r.verdict == comity.NeedsFacts {
		return nil, nil // nothing decides yet
	}
	var out []Aside
	for i, s := range p.stand(c.pattern) {
		id := p.rules[i].ID
		if s.stands != yes || slices.Contains(r.rules, id) || slices.Contains(r.mayCarry, id) || slices.Contains(r.overridden, id) {
			continue
		}
		out = append(out, Aside{id, AsideReplaced, r.rules})
	}
	slices.SortFunc(out, func(a, b Aside) int { return compareText(a.Rule, b.Rule) })
	return slices.CompactFunc(out, func(a, b Aside) bool { return a.Rule == b.Rule }), nil
}

// contrary are the rules set aside that say something else than the answer.
func (a *Account) contrary(b *Book) []string {
	said := a.Decision.Verdict
	if a.Decision.Believed != nil {
		said = *a.Decision.Believed
	}
	var out []string
	for _, x := range a.Aside {
		for _, r := range b.Reasons([]string{x.Rule}, a.Decision.On) {
			if r.Rule.Verdict != said {
				out = append(out, x.Rule)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (b *Book) risks(d comity.Decision) []Risk {
	out := []Risk{}
	for _, f := range d.Flags {
		out = append(out, Risk(f))
	}
	add := func(is bool, r Risk) {
		if is {
			out = append(out, r)
		}
	}
	add(len(d.Stale) > 0, RiskStale)
	add(len(d.CouldChange) > 0, RiskAssumed)
	add(!d.Exact, RiskInexact)
	signed := func(x Reason) bool { return x.Pack.IsReviewed() }
	ground := b.Reasons(slices.Concat(d.Rules, d.MayCarry), d.On)
	add(len(ground) > 0 && !slices.ContainsFunc(ground, signed), RiskUnreviewed)
	return out
}
