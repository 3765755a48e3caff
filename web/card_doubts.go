package web

import (
	"regexp"
	"slices"

	"comity"
	"comity/law"
)

// doubts writes what would change the answer and what is not known. A page for
// everybody never offers a state of mind, a past fact or an offence as a way
// to another answer, and for banned acts of the public and of identity it
// describes no boundary at all (harms H29; semantics 9, nearest change).
func (w *cardWriter) doubts(c *Card) {
	c.Protected = w.guarded()
	c.Inexact = !w.d.Exact
	v := w.book.Vocabulary()
	missing := w.missing()
	for _, f := range v.Facts {
		offered := f.Changeable && !c.Protected
		line := Line{Label: w.words.question(f.Name)}
		if slices.Contains(missing, f.Name) && (offered || w.d.Verdict == comity.NeedsFacts && !w.publicAct()) {
			c.Missing = append(c.Missing, line)
		}
		value, assumed := w.d.Assumed[f.Name]
		if !assumed {
			continue
		}
		line.Text = w.factValue(f, value)
		if slices.Contains(w.d.CouldChange, f.Name) && offered {
			line.Text = w.say("card.taken", "Value", line.Text)
			c.Change = append(c.Change, line)
		} else if !c.Protected {
			c.Assumed = append(c.Assumed, line)
		}
	}
	for _, name := range w.d.Withheld {
		c.Withheld = append(c.Withheld, w.words.question(name))
	}
	for _, layer := range w.d.Uncovered {
		c.Uncovered = append(c.Uncovered, w.say("layer."+string(layer)))
	}
	for _, g := range w.book.Gaps(w.q) {
		text, foreign := w.says(law.Says{EN: g.Why, ES: g.WhyES})
		c.Gaps = append(c.Gaps, Side{text, foreign})
	}
	w.sides(c)
}

// account opens the reasons with a paragraph and says what would alter the
// answer soonest, if the law that gave it is the law at hand.
func (w *cardWriter) account(c *Card) {
	a, err := w.book.Account(w.q, w.d)
	if err != nil {
		return // too large to explain whole: the rules below must do
	}
	c.Account = w.paragraph(&a)
	for _, x := range a.Aside {
		if x.How == law.AsideReplaced {
			r := w.reason(x.Rule, w.say("card.replaced", "By", w.list(w.refs(x.By))))
			r.Unreviewed = r.Unreviewed && !c.Unreviewed // said once for all
			c.SetAside = append(c.SetAside, r)
		}
	}
	if c.Protected {
		return
	}
	for _, n := range a.Nearest {
		f, _ := w.book.Vocabulary().Fact(n.Fact)
		c.Nearest = append(c.Nearest, Line{w.words.question(f.Name), w.say("card.if", "Value", w.factValue(f, n.Value))})
	}
	if len(c.Nearest) > 0 {
		c.Then = w.say("verdict." + string(a.Then) + ".word")
	}
}

var factNames = regexp.MustCompile(`[a-z]+\.[a-z0-9_]+`)

// missing names what a person can find out: dates and times instead of the
// hours that are computed from them.
func (w *cardWriter) missing() []string {
	var out []string
	for _, name := range w.d.Missing {
		f, ok := w.book.Vocabulary().Fact(name)
		if !ok || !f.Derives() {
			out = append(out, name)
			continue
		}
		for _, input := range factNames.FindAllString(f.Derived, -1) {
			if _, given := w.q.Facts[input]; !given {
				out = append(out, input)
			}
		}
	}
	return out
}

// publicAct says whether the act is of the groups that must not be coached.
func (w *cardWriter) publicAct() bool {
	act, _ := w.book.Vocabulary().Act(w.q.Act)
	return act.Group == "public" || act.Group == "identity"
}

// guarded says whether the answer could be read as a map of how far one may go.
func (w *cardWriter) guarded() bool {
	if !w.publicAct() {
		return false
	}
	return w.d.Verdict == comity.Prohibited ||
		w.d.Verdict == comity.NeedsFacts && slices.Contains(w.d.Possible, comity.Prohibited) ||
		w.d.Believed != nil && *w.d.Believed == comity.Prohibited
}

// sides gives both sides where the law is contested or two laws collide.
func (w *cardWriter) sides(c *Card) {
	for _, id := range w.d.Rules {
		if r, _, ok := w.rule(id); ok && r.Contested != "" {
			c.Sides = append(c.Sides, Side{r.Contested, w.words.spanish})
		}
	}
	if !w.d.Has(comity.Conflict) {
		return
	}
	for _, id := range w.d.Overridden {
		r, _, ok := w.rule(id)
		if !ok {
			continue
		}
		says, foreign := w.says(r.Says)
		word := w.say("verdict." + string(r.Verdict) + ".word")
		c.Sides = append(c.Sides, Side{w.say("card.other-side", "Word", word, "Says", says, "Ref", w.list(w.refs([]string{id}))), foreign})
	}
}
