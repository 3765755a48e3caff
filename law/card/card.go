// Package card settles what an answer card may show of a decision, before any
// word is chosen: whose sentence stands on it, which citations were in force,
// what would change the answer and what nobody is coached in. Pages of the
// server and the module on a phone read the same rules here.
package card

import (
	"cmp"
	"regexp"
	"slices"

	"comity"
	"comity/law"
)

// A Book is what a card asks of the law.
type Book interface {
	Vocabulary() *law.Vocabulary
	Place(id string) (comity.Place, bool)
	Pack(id string) (*law.Pack, bool)
	Rule(id string) (*law.Rule, *law.Pack, bool)
	Order(id string) (*law.Order, bool)
	Reasons(ids []string, on string) []law.Reason
	Gaps(comity.Question) []*law.Silence
	Account(comity.Question, comity.Decision) (law.Account, error)
}

var _ Book = (*law.Book)(nil)

// A Reader reads one decision beside the law that gave it.
type Reader struct {
	Book     Book
	Question comity.Question
	Decision comity.Decision
}

// Carrier is the rule whose words stand on the card: of the carrying rules
// with the verdict's own direction, that whose text is best known, of the
// highest layer.
func (r Reader) Carrier() (*law.Rule, *law.Pack) {
	var best *law.Rule
	var of *law.Pack
	for _, id := range r.Decision.Rules {
		rule, pack, ok := r.Rule(id)
		if !ok || rule.Verdict != r.Decision.Verdict {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(rule.BestGrade(), best.BestGrade()), layer(pack)-layer(of)) < 0 {
			best, of = rule, pack
		}
	}
	return best, of
}

func layer(p *law.Pack) int { return slices.Index(comity.Layers, p.Layer) }

// Rule is the rule as it stood on the day of the answer.
func (r Reader) Rule(id string) (*law.Rule, *law.Pack, bool) {
	if found := r.Book.Reasons([]string{id}, r.Decision.On); len(found) > 0 {
		return found[0].Rule, found[0].Pack, true
	}
	return r.Book.Rule(id)
}

// Cites lists the citations of a rule. Those of a carrying rule that the
// decision left out are left out: a renumbered section is cited by the number
// it had on that day.
func (r Reader) Cites(rule *law.Rule) []law.Cite {
	inForce := map[string]bool{}
	for _, c := range r.Decision.Citations {
		if c.Rule == rule.ID {
			inForce[c.Ref] = true
		}
	}
	var out []law.Cite
	for _, c := range rule.Cites {
		if len(inForce) == 0 || inForce[c.Ref] {
			out = append(out, c)
		}
	}
	return out
}

// Refs are the citations of rules and orders as one would say them, their ids
// where they are not in this book.
func (r Reader) Refs(ids []string) []string {
	out := []string{}
	for _, id := range ids {
		ref := OrderRef(r.Book, id)
		if rule, _, ok := r.Rule(id); ok {
			if cites := r.Cites(rule); len(cites) > 0 {
				ref = cites[0].Ref
			}
		}
		if !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out
}

// OrderRef is the citation of an order; what is none stands as it is.
func OrderRef(b Book, id string) string {
	if o, ok := b.Order(id); ok && len(o.Cites) > 0 {
		return o.Cites[0].Ref
	}
	return id
}

// PublicAct says whether an act is of the groups that must not be coached.
func PublicAct(v *law.Vocabulary, name string) bool {
	act, _ := v.Act(name)
	return act.Group == "public" || act.Group == "identity"
}

// unasked are facts that no public page asks: a watch-list answer belongs to
// counsel, a helper's own knowledge stands in explanations only.
var unasked = []string{"person.watchlist_match", "hide.knows_unlawful_presence"}

// MayAsk says whether a public page may ask a fact about an act: nobody is asked
// what is computed, what belongs to counsel, or, on acts of the public, what
// cannot be changed any more as if it could be chosen.
func MayAsk(v *law.Vocabulary, act string, f *law.Fact) bool {
	return !f.Derives() && !slices.Contains(unasked, f.Name) && (f.Changeable || !PublicAct(v, act))
}

// Protected says whether the answer could be read as a map of how far one may
// go: a ban, or a possible one, on an act of the public or of identity.
func (r Reader) Protected() bool {
	d := r.Decision
	return PublicAct(r.Book.Vocabulary(), r.Question.Act) && (d.Verdict == comity.Prohibited ||
		d.Verdict == comity.NeedsFacts && slices.Contains(d.Possible, comity.Prohibited) ||
		d.Believed != nil && *d.Believed == comity.Prohibited)
}

// Doubts are the facts that stand under an answer, in the order of the vocabulary.
type Doubts struct {
	Missing []string // that a person can find out
	Change  []string // assumed, and may be offered as what could change it
	Assumed []string // others that were assumed
}

// Doubts sorts what is missing and what was assumed, as far as a page for
// everybody may say it: never a state of mind, a past fact or an offence as a
// way to another answer, and for banned acts of the public and of identity no
// boundary at all (harms H29; semantics 9, nearest change).
func (r Reader) Doubts() Doubts {
	d, out := r.Decision, Doubts{[]string{}, []string{}, []string{}}
	v := r.Book.Vocabulary()
	missing, protected, public := r.Missing(), r.Protected(), PublicAct(v, r.Question.Act)
	for _, f := range v.Facts {
		offered := f.Changeable && !protected
		if slices.Contains(missing, f.Name) && (offered || d.Verdict == comity.NeedsFacts && !public) {
			out.Missing = append(out.Missing, f.Name)
		}
		_, assumed := d.Assumed[f.Name]
		switch {
		case assumed && offered && slices.Contains(d.CouldChange, f.Name):
			out.Change = append(out.Change, f.Name)
		case assumed && !protected:
			out.Assumed = append(out.Assumed, f.Name)
		}
	}
	return out
}

var factNames = regexp.MustCompile(`[a-z]+\.[a-z0-9_]+`)

// Missing names what a person can find out: dates and times instead of the
// hours that are computed from them.
func (r Reader) Missing() []string {
	var out []string
	for _, name := range r.Decision.Missing {
		f, ok := r.Book.Vocabulary().Fact(name)
		if !ok || !f.Derives() {
			out = append(out, name)
			continue
		}
		for _, input := range factNames.FindAllString(f.Derived, -1) {
			if _, given := r.Question.Facts[input]; !given {
				out = append(out, input)
			}
		}
	}
	return out
}

// Zone is the zone of a place or, where it lies in several, that of most places
// in it; empty where that tells nothing.
func Zone(list []comity.Place, of comity.Place) string {
	if of.Zone != "" {
		return of.Zone
	}
	count, best := map[string]int{}, ""
	for _, p := range list {
		if p.Zone == "" || !slices.Contains(p.Parents, of.ID) {
			continue
		}
		count[p.Zone]++
		if n := count[p.Zone]; n > count[best] || n == count[best] && p.Zone < best {
			best = p.Zone
		}
	}
	return best
}
