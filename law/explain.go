package law

import (
	"cmp"
	"slices"
	"strings"

	"comity"
)

// WhenText says in plain English on which conditions the rule applies; empty
// is always.
func (r *Rule) WhenText() string { return conditionText(r.pack.scope.v, r.when, always.op) }

// UnlessText says the exceptions written in the rule; empty is none.
func (r *Rule) UnlessText() string { return conditionText(r.pack.scope.v, r.unless, never.op) }

// WhenText says on which conditions the order holds; empty is always.
func (o *Order) WhenText() string { return conditionText(o.pack.scope.v, o.when, always.op) }

// Pack returns the pack that holds the order.
func (o *Order) Pack() *Pack { return o.pack }

func conditionText(v *Vocabulary, c *condition, empty op) string {
	if c.op == empty {
		return ""
	}
	return c.text(v)
}

// Opens reports the permission half of a ban written with only_if.
func (r *Rule) Opens() bool { return r.opens }

// Reads lists the facts that the rule's conditions depend on.
func (r *Rule) Reads() []string { return r.pack.scope.v.factNames(r.reads) }

func (v *Vocabulary) factNames(facts []int) []string {
	out := make([]string, 0, len(facts))
	for _, f := range facts {
		out = append(out, v.Facts[f].Name)
	}
	slices.Sort(out)
	return out
}

// InForce reports whether the rule stands in the books on a day (2006-01-02).
func (r *Rule) InForce(on string) bool {
	d, bad := readDay(on)
	return bad == nil && r.lasts.coversDay(d)
}

// BestGrade is the best grade of the rule's citations.
func (r *Rule) BestGrade() comity.Grade {
	best := comity.GradeC
	for i := range r.Cites {
		best = min(best, r.Cites[i].grade())
	}
	return best
}

// Orders lists the orders that suspend the rule, whatever their dates.
func (b *Book) Orders(r *Rule) []*Order { return b.ordersFor[r.index] }

// DefeatedBy lists the rules that can set this one aside inside its layer.
func (b *Book) DefeatedBy(r *Rule) []*Rule {
	out := make([]*Rule, 0, len(r.defeaters))
	for _, d := range r.defeaters {
		out = append(out, b.rules[d])
	}
	return out
}

// Tests lists the tests of the rule's pack whose decision this rule carries.
func (b *Book) Tests(r *Rule) []Test {
	var out []Test
	for _, t := range r.pack.Tests() {
		if d, err := b.Decide(t.Question); err == nil && slices.Contains(d.Rules, r.ID) {
			out = append(out, t)
		}
	}
	return out
}

// Stale reports that the pack was due to be checked again before that day.
func (p *Pack) Stale(on string) bool { return p.NextCheck != "" && p.NextCheck < on }

// IsReviewed reports that a real person signed the pack.
func (p *Pack) IsReviewed() bool { return len(p.Reviewed) > 0 }

// PacksAt lists the packs that apply at a place, highest layer first.
func (b *Book) PacksAt(place string) []*Pack {
	l, ok := b.lawOf(place)
	if !ok {
		return nil
	}
	out := slices.Clone(l.packs)
	slices.SortStableFunc(out, func(a, b *Pack) int { return cmp.Compare(a.layer, b.layer) })
	return out
}

// A CoverageOf says, for one expected layer of a place, whether it is loaded.
type CoverageOf struct {
	Layer   comity.Layer
	Covered bool
	Packs   []*Pack // of that layer, known to be complete on the day
}

// Coverage lists the layers of law that a full answer at a place needs.
func (b *Book) Coverage(place, on string) []CoverageOf {
	l, ok := b.lawOf(place)
	d, bad := readDay(on)
	if !ok || bad != nil {
		return nil
	}
	out := make([]CoverageOf, 0, len(l.expected))
	for _, layer := range l.expected {
		c := CoverageOf{Layer: layer}
		for _, p := range l.packs {
			if p.Layer == layer && p.knownFrom <= d {
				c.Packs = append(c.Packs, p)
			}
		}
		c.Covered = len(c.Packs) > 0
		out = append(out, c)
	}
	return out
}

// A Reason is one carrying rule, ready to be shown.
type Reason struct {
	Rule *Rule
	Pack *Pack
	Says Says
}

// Explain gives the rules that carry a decision, in force on its day.
func (b *Book) Explain(d comity.Decision) []Reason { return b.Reasons(d.Rules, d.On) }

// Reasons gives the text of rules as it stood on a day.
func (b *Book) Reasons(ids []string, on string) []Reason {
	var out []Reason
	for _, id := range ids {
		for _, r := range b.byRule[id] {
			if !r.opens && r.InForce(on) {
				out = append(out, Reason{r, r.pack, r.Says})
				break
			}
		}
	}
	return out
}

// A FactPrompt is one question to put to a person.
type FactPrompt struct {
	Fact    *Fact
	Values  []string // of a bool or enum
	Assumed string   // the default used so far; empty where the fact is missing
}

// Ask lists what can still matter for a question: missing facts first, the
// most telling one at the head, then defaults that could change the answer.
// An hour count is asked for by its instants.
func (b *Book) Ask(q comity.Question) ([]FactPrompt, error) {
	c, bad := b.ask(&q)
	if bad != nil {
		return nil, bad
	}
	d := c.decide()
	var out []FactPrompt
	seen := map[string]bool{}
	add := func(name, assumed string) {
		f := b.vocabulary.Facts[b.vocabulary.facts[name]]
		if !seen[f.Name] {
			seen[f.Name] = true
			out = append(out, FactPrompt{f, c.valuesLeft(f), assumed})
		}
	}
	if d.Next != nil {
		add(*d.Next, "")
	}
	for _, secret := range []bool{false, true} {
		for _, name := range d.Missing {
			if f := b.vocabulary.facts[name]; b.vocabulary.Facts[f].NeverStored == secret {
				add(*c.askable(f), "")
			}
		}
	}
	for _, name := range d.CouldChange {
		add(name, d.Assumed[name])
	}
	return out, nil
}

// ParseFact reads name=value as a command line gives it.
func (v *Vocabulary) ParseFact(text string) (name, val string, err error) {
	name, val, ok := strings.Cut(text, "=")
	f, known := v.Fact(name)
	switch {
	case !ok:
		return "", "", problem("bad-value", "fact", "a fact is written name=value", "for example document.detainer=i-247a")
	case !known:
		return "", "", problem("unknown-fact", "facts."+clip(name), "the fact is not in the vocabulary", didYouMean(name, v.names.facts))
	}
	if _, bad := f.read(val); bad != nil {
		return "", "", bad
	}
	return name, val, nil
}
