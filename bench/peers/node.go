package peers

import (
	"slices"

	"comity/law"
)

// A node is a condition without "not": a negation is carried down to the
// comparisons, which every engine can write.
type node struct {
	kind   kind
	fact   *law.Fact
	words  []string // isOneOf, isActor
	out    bool     // isOneOf, isActor: none of the words
	op     string   // compares: eq, ne, lt, le, gt, ge
	number int
	kids   []*node
}

type kind int

const (
	and kind = iota // of nothing: always
	or              // of nothing: never
	isOneOf
	isActor
	compares
)

var (
	always = &node{kind: and}
	never  = &node{kind: or}
)

// paper gives the condition behind a fact that is derived from other facts: an
// engine is not given it but must derive it, as Comity does. That these say
// what the vocabulary says is part of what the 10,000 patterns compare.
func paper(v *law.Vocabulary, name string) (*node, bool) {
	is := func(fact string, words ...string) *node {
		f, _ := v.Fact(fact)
		return &node{kind: isOneOf, fact: f, words: words}
	}
	switch name {
	case "document.judge_signed":
		return allOf(is("document.judicial", "none").negated(), is("document.signed_by", "federal-magistrate", "federal-judge", "state-judge")), true
	case "document.federal_criminal_warrant":
		return allOf(is("document.judicial", "arrest-warrant"), is("document.signed_by", "federal-magistrate", "federal-judge"),
			is("document.charge", "federal-immigration-crime", "federal-felony", "other-federal-crime")), true
	}
	return nil, false
}

func allOf(kids ...*node) *node { return joined(and, kids) }
func anyOf(kids ...*node) *node { return joined(or, kids) }

func joined(k kind, kids []*node) *node {
	out := &node{kind: k}
	for _, n := range kids {
		switch {
		case n.kind == k:
			out.kids = append(out.kids, n.kids...)
		case (n.kind == and || n.kind == or) && len(n.kids) == 0:
			return n // the other constant decides
		default:
			out.kids = append(out.kids, n)
		}
	}
	if len(out.kids) == 1 {
		return out.kids[0]
	}
	return out
}

var opposite = map[string]string{"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}

func (n *node) negated() *node {
	not := *n
	switch n.kind {
	case and, or:
		kids := make([]*node, len(n.kids))
		for i, k := range n.kids {
			kids[i] = k.negated()
		}
		return joined(and+or-n.kind, kids)
	case compares:
		not.op = opposite[n.op]
	default:
		not.out = !n.out
	}
	return &not
}

// forActor puts the actor in.
func (n *node) forActor(actor string) *node {
	switch n.kind {
	case isActor:
		if slices.Contains(n.words, actor) != n.out {
			return always
		}
		return never
	case and, or:
		kids := make([]*node, len(n.kids))
		for i, k := range n.kids {
			kids[i] = k.forActor(actor)
		}
		return joined(n.kind, kids)
	}
	return n
}
