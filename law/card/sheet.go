package card

import (
	"cmp"
	"encoding/json"

	"comity"
	"comity/law"
)

// A Sheet is a decision with what a card shows beside it, in both languages, for
// a page that has no templates of ours.
type Sheet struct {
	Decision  json.RawMessage `json:"decision"`
	Carrier   string          `json:"carrier"` // the rule whose words stand beside the verdict
	Rules     []RuleText      `json:"rules"`   // that carry it, may carry it, or were set aside
	Stale     []Bilingual     `json:"stale"`   // titles of packs that were due to be checked again
	Missing   []string        `json:"missing"` // facts that a person can find out
	Change    []string        `json:"change"`  // assumed facts that may be offered as what could change it
	Assumed   []string        `json:"assumed"` // other assumed facts
	Nearest   []FactIs        `json:"nearest"` // the smallest change that would give another answer
	Then      comity.Verdict  `json:"then"`    // that answer
	Gaps      []Bilingual     `json:"gaps"`
	Protected bool            `json:"protected"` // no boundary is described
}

// A FactIs is a fact with a value.
type FactIs struct {
	Fact  string `json:"fact"`
	Value string `json:"value"`
}

// A Bilingual text is empty in a language that it was not written in, but for
// titles and gaps, which then stand in English.
type Bilingual struct {
	EN string `json:"en"`
	ES string `json:"es"`
}

// A RuleText is one rule and where it stands.
type RuleText struct {
	ID       string            `json:"id"`
	How      string            `json:"how"` // carries, may-carry, overridden, defeated, suspended, replaced
	By       []string          `json:"by"`  // citations of what set it aside
	Verdict  comity.Verdict    `json:"verdict"`
	Layer    comity.Layer      `json:"layer"`
	Title    Bilingual         `json:"title"`
	Says     Bilingual         `json:"says"`
	Cites    []comity.Citation `json:"cites"`
	Reviewed bool              `json:"reviewed"`
	Contest  string            `json:"contested"`
}

// Sheet gives the texts of the rules that the decision names; decided is the
// decision as it was written.
func (r Reader) Sheet(decided []byte) Sheet {
	why, err := r.Book.Account(r.Question, r.Decision)
	if err != nil {
		why.Why = law.Why{} // too large to explain whole: the rules must do
	}
	doubts := r.Doubts()
	s := Sheet{Decision: decided, Rules: r.texts(why.Aside), Stale: []Bilingual{}, Missing: doubts.Missing, Change: doubts.Change,
		Assumed: doubts.Assumed, Nearest: []FactIs{}, Gaps: []Bilingual{}, Protected: r.Protected()}
	if rule, _ := r.Carrier(); rule != nil {
		s.Carrier = rule.ID
	}
	for _, id := range r.Decision.Stale {
		title := Bilingual{id, id}
		if p, ok := r.Book.Pack(id); ok {
			title = titleOf(p)
		}
		s.Stale = append(s.Stale, title)
	}
	for _, g := range r.Book.Gaps(r.Question) {
		s.Gaps = append(s.Gaps, Bilingual{g.Why, cmp.Or(g.WhyES, g.Why)})
	}
	if !s.Protected {
		for _, f := range why.Nearest {
			s.Nearest = append(s.Nearest, FactIs{f.Fact, f.Value})
			s.Then = why.Then
		}
	}
	return s
}

func (r Reader) texts(aside []law.Aside) []RuleText {
	out := []RuleText{}
	add := func(id, how string, by []string) {
		rule, pack, ok := r.Rule(id)
		if !ok {
			return
		}
		out = append(out, RuleText{ID: id, How: how, By: by, Verdict: rule.Verdict, Layer: pack.Layer, Title: titleOf(pack),
			Says: Bilingual{rule.Says.EN, rule.Says.ES}, Cites: r.citations(rule), Reviewed: pack.IsReviewed(), Contest: rule.Contested})
	}
	for _, id := range r.Decision.Rules {
		add(id, "carries", []string{})
	}
	for _, id := range r.Decision.MayCarry {
		add(id, "may-carry", []string{})
	}
	for _, x := range aside {
		add(x.Rule, string(x.How), r.Refs(x.By))
	}
	return out
}

func (r Reader) citations(rule *law.Rule) []comity.Citation {
	out := []comity.Citation{}
	for _, c := range r.Cites(rule) {
		out = append(out, comity.Citation{Rule: rule.ID, Ref: c.Ref, Quote: c.Quote, Source: c.Source, Checked: c.Checked, Grade: cmp.Or(c.Grade, comity.GradeC)})
	}
	return out
}

func titleOf(p *law.Pack) Bilingual { return Bilingual{p.Title, cmp.Or(p.TitleES, p.Title)} }
