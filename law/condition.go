package law

import (
	"slices"
	"strings"
)

// A condition is the one checked form of every `when`, `unless`, `define`,
// `impossible` and logical `derived`. All evaluators read it.
type condition struct {
	op     op
	fact   int          // opFact: this fact …
	cells  set          // … has one of these values
	actors set          // opActor
	name   string       // opNamed: the definition, kept for the explanation
	kids   []*condition // opAnd, opOr; opNot and opNamed have one
}

type op uint8

const (
	opTrue op = iota
	opFalse
	opFact
	opActor
	opAnd
	opOr
	opNot
	opNamed
)

var (
	always = &condition{op: opTrue}
	never  = &condition{op: opFalse}
)

// A truth is a value of Kleene's three-valued logic.
type truth uint8

const (
	no truth = iota
	yes
	maybe
)

func (t truth) not() truth {
	switch t {
	case yes:
		return no
	case no:
		return yes
	}
	return maybe
}

// A pattern says for each fact which of its values it may still have; a known
// fact has one.
type pattern []set

// holds evaluates by Kleene's tables: what the open facts cannot change is
// definite even while they are open.
func (c *condition) holds(actor int, p pattern) truth {
	switch c.op {
	case opTrue:
		return yes
	case opFact:
		have := p[c.fact]
		switch {
		case !have.touches(c.cells):
			return no
		case have.within(c.cells):
			return yes
		}
		return maybe
	case opActor:
		if c.actors.has(actor) {
			return yes
		}
		return no
	case opNot:
		return c.kids[0].holds(actor, p).not()
	case opNamed:
		return c.kids[0].holds(actor, p)
	case opAnd:
		out := yes
		for _, k := range c.kids {
			switch k.holds(actor, p) {
			case no:
				return no
			case maybe:
				out = maybe
			}
		}
		return out
	case opOr:
		out := no
		for _, k := range c.kids {
			switch k.holds(actor, p) {
			case yes:
				return yes
			case maybe:
				out = maybe
			}
		}
		return out
	}
	return no
}

// forActor puts the actor in and folds what has become constant, so that a
// branch for other actors asks this one nothing.
func (c *condition) forActor(actor int) *condition {
	switch c.op {
	case opActor:
		if c.actors.has(actor) {
			return always
		}
		return never
	case opNot:
		return negation(c.kids[0].forActor(actor))
	case opNamed:
		return c.kids[0].forActor(actor)
	case opAnd, opOr:
		kids := make([]*condition, len(c.kids))
		for i, k := range c.kids {
			kids[i] = k.forActor(actor)
		}
		if c.op == opAnd {
			return allOf(kids...)
		}
		return anyOf(kids...)
	}
	return c
}

func allOf(kids ...*condition) *condition { return join(opAnd, opFalse, opTrue, kids) }
func anyOf(kids ...*condition) *condition { return join(opOr, opTrue, opFalse, kids) }

// join drops what changes nothing and ends at what decides.
func join(o, decides, neutral op, kids []*condition) *condition {
	var kept []*condition
	for _, k := range kids {
		switch {
		case k.op == decides:
			return k
		case k.op == neutral:
		case k.op == o:
			kept = append(kept, k.kids...)
		default:
			kept = append(kept, k)
		}
	}
	switch len(kept) {
	case 0:
		return &condition{op: neutral}
	case 1:
		return kept[0]
	}
	return &condition{op: o, kids: kept}
}

func negation(c *condition) *condition {
	switch c.op {
	case opTrue:
		return never
	case opFalse:
		return always
	case opNot:
		return c.kids[0]
	}
	return &condition{op: opNot, kids: []*condition{c}}
}

// each visits every comparison of a fact.
func (c *condition) each(visit func(fact int, cells set)) {
	if c.op == opFact {
		visit(c.fact, c.cells)
	}
	for _, k := range c.kids {
		k.each(visit)
	}
}

// facts lists the facts that the condition names.
func (c *condition) facts() []int {
	var out []int
	c.each(func(f int, _ set) { out = append(out, f) })
	slices.Sort(out)
	return slices.Compact(out)
}

// text says the condition in plain English.
func (c *condition) text(v *Vocabulary) string { return c.write(v, false) }

func (c *condition) write(v *Vocabulary, inner bool) string {
	switch c.op {
	case opTrue:
		return "always"
	case opFalse:
		return "never"
	case opFact:
		return v.factText(c.fact, c.cells)
	case opActor:
		return "the actor is " + orList(v.shortActors(c.actors))
	case opNamed:
		return c.kids[0].write(v, inner)
	case opNot:
		if k := c.kids[0].plain(); k.op == opFact {
			return v.factText(k.fact, v.Facts[k.fact].domain.minus(k.cells))
		}
		return "not (" + c.kids[0].write(v, false) + ")"
	}
	word := " and "
	if c.op == opOr {
		word = " or "
	}
	parts := make([]string, len(c.kids))
	for i, k := range c.kids {
		parts[i] = k.write(v, true)
	}
	s := strings.Join(parts, word)
	if inner {
		return "(" + s + ")"
	}
	return s
}

func (c *condition) plain() *condition {
	for c.op == opNamed {
		c = c.kids[0]
	}
	return c
}

func (v *Vocabulary) factText(fact int, cells set) string {
	f := v.Facts[fact]
	name := f.plainName()
	switch f.Type {
	case Bool:
		if cells.has(1) {
			return name
		}
		return "not " + name
	case Int:
		return name + " is " + f.rangeText(cells)
	}
	rest := f.domain.minus(cells)
	if rest.size() < cells.size() && rest.size() <= 2 {
		return name + " is not " + orList(f.cellTexts(rest))
	}
	return name + " is " + orList(f.cellTexts(cells))
}

// plainName is the name in words.
func (f *Fact) plainName() string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(".-_", r) {
			return ' '
		}
		return r
	}, f.Name)
}

func (f *Fact) cellTexts(cells set) []string {
	var out []string
	for _, i := range cells.members() {
		out = append(out, f.valueText(i))
	}
	return out
}

// rangeText joins neighbouring cells of a number.
func (f *Fact) rangeText(cells set) string {
	var parts []string
	members := cells.meet(f.domain).members()
	for i := 0; i < len(members); {
		j := i
		for j+1 < len(members) && f.domain.meet(between(members[j], members[j+1])).empty() {
			j++
		}
		lo, hi := f.cells[members[i]].lo, f.cells[members[j]].hi
		switch {
		case lo == hi:
			parts = append(parts, itoa(lo))
		case lo <= f.Min:
			parts = append(parts, "less than "+itoa(hi+1))
		case hi >= f.Max:
			parts = append(parts, itoa(lo)+" or more")
		default:
			parts = append(parts, itoa(lo)+" to "+itoa(hi))
		}
		i = j + 1
	}
	return orList(parts)
}

func between(a, b int) set {
	var s set
	for i := a + 1; i < b; i++ {
		s.add(i)
	}
	return s
}

func orList(words []string) string {
	switch len(words) {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// shortActors names a set of actors by its groups where they cover it.
func (v *Vocabulary) shortActors(s set) []string {
	var out []string
	for {
		best := -1
		for i, g := range v.ActorGroups {
			if m := v.groups[g.Name]; m.within(s) && m.size() > 1 && (best < 0 || m.size() > v.groups[v.ActorGroups[best].Name].size()) {
				best = i
			}
		}
		if best < 0 {
			return append(out, v.actorNames(s)...)
		}
		out = append(out, v.ActorGroups[best].Name)
		s = s.minus(v.groups[v.ActorGroups[best].Name])
	}
}
