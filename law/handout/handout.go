// Package handout draws from the rules what is handed out on paper: a standard
// procedure, a card for roll call and a page for everybody are three layouts of
// one Handout, so that a changed rule changes all three. It does no I/O.
package handout

import (
	"cmp"
	"fmt"
	"slices"

	"comity"
	"comity/law"
	"comity/law/card"
)

// A Sheet is one layout of a handout.
type Sheet string

// The sheets.
const (
	Procedure Sheet = "procedure" // every act, with rules, duties and what decides
	RollCall  Sheet = "card"      // one page to read aloud
	Public    Sheet = "public"    // what anybody may expect
)

// Sheets lists them in the order of their length.
func Sheets() []Sheet { return []Sheet{Procedure, RollCall, Public} }

// A Book is what a handout asks of the law.
type Book interface {
	card.Book
	Decide(comity.Question) (comity.Decision, error)
}

// A Handout is what the law of a day says to one kind of actor at a place, act
// by act, before any fact of a case is known.
type Handout struct {
	Place  string `json:"place"`
	Agency string `json:"agency"` // ORI; its own policy counts too; empty: none in particular
	Actor  string `json:"actor"`
	On     string `json:"on"`
	Known  string `json:"known"`  // the day whose knowledge of the law is meant
	Law    string `json:"law"`    // digest of the packs used
	Digest string `json:"digest"` // of what the sheets say, in both languages
	Lines  []Line `json:"lines"`
	Rules  []Rule `json:"rules"` // that any line names, once each
	// Silent are acts on which no rule was found, which is not the same as a
	// permission.
	Silent    []string       `json:"silent"`
	Uncovered []comity.Layer `json:"uncovered"` // layers of law that were expected and are not here
}

// A Line is one act.
type Line struct {
	Act      string           `json:"act"`
	Verdict  comity.Verdict   `json:"verdict"`
	Possible []comity.Verdict `json:"possible"` // where facts decide
	Flags    []comity.Flag    `json:"flags"`
	Facts    []string         `json:"facts"` // to find out first
	Rules    []string         `json:"rules"` // ids of those that carry it or, where facts decide, may
	Duties   []comity.Duty    `json:"duties"`
	Cases    []Answer         `json:"cases"` // of everyday acts; none for others
}

// An Answer is what the law says of an act in one of the cases.
type Answer struct {
	Case    string         `json:"case"`
	Verdict comity.Verdict `json:"verdict"`
	Flags   []comity.Flag  `json:"flags"`
	Rule    string         `json:"rule"` // whose words stand beside the verdict; empty where none does
	Duties  []comity.Duty  `json:"duties"`
}

// A Rule is one rule as it stood on the day.
type Rule struct {
	ID        string         `json:"id"`
	Verdict   comity.Verdict `json:"verdict"`
	Layer     comity.Layer   `json:"layer"`
	Says      card.Bilingual `json:"says"`
	Cites     []Cite         `json:"cites"`
	Contested string         `json:"contested"`
	Reviewed  bool           `json:"reviewed"` // by a lawyer
}

// A Cite is a citation with how its text is known.
type Cite struct {
	Ref   string       `json:"ref"`
	Quote string       `json:"quote"`
	Grade comity.Grade `json:"grade"`
}

// Serves says whether sheets are drawn for an actor: for state and local
// bodies, never for federal officers, forces or the public.
func Serves(v *law.Vocabulary, actor string) bool {
	if _, ok := v.Actor(actor); !ok || actor == "dhs" || actor == "president" {
		return false
	}
	return !slices.ContainsFunc(v.ActorGroups, func(g law.ActorGroup) bool {
		return slices.Contains([]string{"federal-officer", "public", "military"}, g.Name) && slices.Contains(g.Actors, actor)
	})
}

// Of asks every act of the actor of q, at its place, on its day, as known then,
// for its agency; whatever else q holds is left aside. Acts of the public and
// of identity are left out: no sheet coaches them.
func Of(book Book, q comity.Question) (Handout, error) {
	v := book.Vocabulary()
	if _, known := v.Actor(q.Actor); known && !Serves(v, q.Actor) {
		return Handout{}, &comity.Problem{Code: "no-sheet", Message: "there is no sheet for " + q.Actor, Where: "actor", Hint: "sheets are for state and local bodies, such as county-jail or municipal-police"}
	}
	h := Handout{Place: q.In, Agency: q.Agency, Actor: q.Actor, On: q.On, Lines: []Line{}, Rules: []Rule{}, Silent: []string{}, Uncovered: []comity.Layer{}}
	for _, act := range v.Acts {
		if card.PublicAct(v, act.Name) {
			continue
		}
		asked := comity.Question{In: q.In, On: q.On, Known: q.Known, Agency: q.Agency, Actor: q.Actor, Act: act.Name}
		d, err := book.Decide(asked)
		if err != nil {
			return Handout{}, fmt.Errorf("draw a handout: %w", err)
		}
		if err := h.add(book, card.Reader{Book: book, Question: asked, Decision: d}); err != nil {
			return Handout{}, err
		}
	}
	slices.SortFunc(h.Rules, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	h.Digest = h.digest()
	return h, nil
}

func (h *Handout) add(book Book, r card.Reader) error {
	d := r.Decision
	h.Law, h.Known = d.Law, d.Known
	for _, layer := range d.Uncovered {
		if !slices.Contains(h.Uncovered, layer) {
			h.Uncovered = append(h.Uncovered, layer)
		}
	}
	ids := slices.Concat(d.Rules, d.MayCarry)
	if len(ids) == 0 {
		h.Silent = append(h.Silent, r.Question.Act)
		return nil
	}
	line := Line{Act: r.Question.Act, Verdict: d.Verdict, Possible: notNil(d.Possible), Flags: notNil(d.Flags), Facts: r.Doubts().Missing, Rules: ids, Duties: duties(d)}
	for _, id := range ids {
		h.addRule(r, id)
	}
	var err error
	if line.Cases, err = h.cases(book, r.Question); err != nil {
		return err
	}
	h.Lines = append(h.Lines, line)
	return nil
}

// duties leaves out when each falls due: no sheet is about a moment.
func duties(d comity.Decision) []comity.Duty {
	out := []comity.Duty{}
	for _, duty := range d.Duties {
		if duty.Due = ""; !slices.Contains(out, duty) {
			out = append(out, duty)
		}
	}
	return out
}

func (h *Handout) addRule(r card.Reader, id string) {
	if _, here := h.Rule(id); here {
		return
	}
	rule, pack, ok := r.Rule(id)
	if !ok {
		return
	}
	out := Rule{ID: id, Verdict: rule.Verdict, Layer: pack.Layer, Says: card.Bilingual{EN: rule.Says.EN, ES: rule.Says.ES},
		Cites: []Cite{}, Contested: rule.Contested, Reviewed: pack.IsReviewed()}
	for _, c := range r.Cites(rule) {
		out.Cites = append(out.Cites, Cite{c.Ref, c.Quote, cmp.Or(c.Grade, comity.GradeC)})
	}
	h.Rules = append(h.Rules, out)
}

// Rule finds a rule by its id.
func (h *Handout) Rule(id string) (Rule, bool) {
	i := slices.IndexFunc(h.Rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return h.Rules[i], true
}

// Reviewed says whether a lawyer has reviewed every rule.
func (h *Handout) Reviewed() bool {
	return !slices.ContainsFunc(h.Rules, func(r Rule) bool { return !r.Reviewed })
}

func notNil[T any](list []T) []T { return append([]T{}, list...) }
