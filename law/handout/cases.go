package handout

import (
	"fmt"
	"maps"
	"slices"

	"comity"
	"comity/law/card"
)

// The cases on which the short sheets answer. Everything that they do not name
// is as usual.
const (
	OwnPapers = "own-papers" // a civil matter with the forms of ICE, and nothing that a judge signed
	Warrant   = "warrant"    // a crime, with an arrest warrant that a federal magistrate signed
)

// Cases lists them with their facts.
func Cases() []Case {
	return []Case{
		{OwnPapers, comity.Facts{
			"request.by": "ice", "request.purpose": "civil-immigration",
			"document.detainer": "i-247a", "document.detainer_shows": "probable-cause", "document.admin_warrant": "i-200", "document.judicial": "none",
		}},
		{Warrant, comity.Facts{
			"request.by": "ice", "request.purpose": "other-crime",
			"document.detainer": "none", "document.admin_warrant": "none",
			"document.judicial": "arrest-warrant", "document.signed_by": "federal-magistrate", "document.charge": "federal-felony",
		}},
	}
}

// A Case is one of them.
type Case struct {
	Name  string
	Facts comity.Facts
}

// everyday are the acts that officers are asked for; a card has room for no more.
func everyday() []string {
	return []string{
		"hold-on-detainer", "notify-release", "transfer-custody", "jail-interview-access", "share-immigration-status", "share-personal-info",
		"grant-database-access", "provide-facility", "lend-equipment", "transport", "scene-support", "joint-operation",
		"arrest-on-admin-warrant", "stop-or-arrest-on-status", "ask-immigration-status", "execute-judicial-warrant", "ordinary-policing",
	}
}

// inCustody are those of them that are about a person who is held and would
// otherwise go free.
func inCustody() []string {
	return []string{"hold-on-detainer", "notify-release", "transfer-custody", "jail-interview-access"}
}

// Points are the everyday lines, in the order of the short sheets, that a rule
// decides in at least one of the cases.
func (h *Handout) Points() []Line {
	out := []Line{}
	for _, act := range everyday() {
		line := h.line(act)
		if line != nil && slices.ContainsFunc(line.Cases, func(a Answer) bool { return a.Verdict != comity.NoRule }) {
			out = append(out, *line)
		}
	}
	return out
}

// cases asks the act of q in each case.
func (h *Handout) cases(book Book, q comity.Question) ([]Answer, error) {
	out := []Answer{}
	if !slices.Contains(everyday(), q.Act) {
		return out, nil
	}
	q.Closed = true
	for _, c := range Cases() {
		q.Facts = maps.Clone(c.Facts)
		if slices.Contains(inCustody(), q.Act) {
			q.Facts["person.custody"], q.Facts["person.release_due"] = "jailed", "true"
		}
		d, err := book.Decide(q)
		if err != nil {
			return nil, fmt.Errorf("draw a handout: %w", err)
		}
		answer := Answer{Case: c.Name, Verdict: d.Verdict, Flags: notNil(d.Flags), Duties: duties(d)}
		reader := card.Reader{Book: book, Question: q, Decision: d}
		if rule, _ := reader.Carrier(); rule != nil {
			answer.Rule = rule.ID
			h.addRule(reader, rule.ID)
		}
		out = append(out, answer)
	}
	return out, nil
}
