package web

import (
	"comity"
	"comity/law"
)

// doubts writes what would change the answer and what is not known.
func (w *cardWriter) doubts(c *Card) {
	c.Protected = w.Protected()
	c.Inexact = !w.Decision.Exact
	found := w.Doubts()
	for _, name := range found.Missing {
		c.Missing = append(c.Missing, Line{Label: w.words.question(name)})
	}
	for _, name := range found.Change {
		line := w.assumed(name)
		line.Text = w.say("card.taken", "Value", line.Text)
		c.Change = append(c.Change, line)
	}
	for _, name := range found.Assumed {
		c.Assumed = append(c.Assumed, w.assumed(name))
	}
	for _, name := range w.Decision.Withheld {
		c.Withheld = append(c.Withheld, w.words.question(name))
	}
	for _, layer := range w.Decision.Uncovered {
		c.Uncovered = append(c.Uncovered, w.say("layer."+string(layer)))
	}
	for _, g := range w.Book.Gaps(w.Question) {
		text, foreign := w.says(law.Says{EN: g.Why, ES: g.WhyES})
		c.Gaps = append(c.Gaps, Side{text, foreign})
	}
	w.sides(c)
}

func (w *cardWriter) assumed(name string) Line {
	f, _ := w.Book.Vocabulary().Fact(name)
	return Line{w.words.question(name), w.factValue(f, w.Decision.Assumed[name])}
}

// account opens the reasons with a paragraph and says what would alter the
// answer soonest, if the law that gave it is the law at hand.
func (w *cardWriter) account(c *Card) {
	a, err := w.Book.Account(w.Question, w.Decision)
	if err != nil {
		return // too large to explain whole: the rules below must do
	}
	c.Account = w.paragraph(&a)
	for _, x := range a.Aside {
		if x.How == law.AsideReplaced {
			r := w.reason(x.Rule, w.say("card.replaced", "By", w.list(w.Refs(x.By))))
			r.Unreviewed = r.Unreviewed && !c.Unreviewed // said once for all
			c.SetAside = append(c.SetAside, r)
		}
	}
	if c.Protected {
		return
	}
	for _, n := range a.Nearest {
		f, _ := w.Book.Vocabulary().Fact(n.Fact)
		c.Nearest = append(c.Nearest, Line{w.words.question(f.Name), w.say("card.if", "Value", w.factValue(f, n.Value))})
	}
	if len(c.Nearest) > 0 {
		c.Then = w.say("verdict." + string(a.Then) + ".word")
	}
}

// sides gives both sides where the law is contested or two laws collide.
func (w *cardWriter) sides(c *Card) {
	for _, id := range w.Decision.Rules {
		if r, _, ok := w.Rule(id); ok && r.Contested != "" {
			c.Sides = append(c.Sides, Side{r.Contested, w.words.spanish})
		}
	}
	if !w.Decision.Has(comity.Conflict) {
		return
	}
	for _, id := range w.Decision.Overridden {
		r, _, ok := w.Rule(id)
		if !ok {
			continue
		}
		says, foreign := w.says(r.Says)
		word := w.say("verdict." + string(r.Verdict) + ".word")
		c.Sides = append(c.Sides, Side{w.say("card.other-side", "Word", word, "Says", says, "Ref", w.list(w.Refs([]string{id}))), foreign})
	}
}
