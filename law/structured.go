package law

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A scope resolves the names that one pack defines: conditions and actor groups.
type scope struct {
	v       *Vocabulary
	entries map[string]item
	groups  map[string]set
	done    map[string]*condition
	busy    []string
	used    map[string]bool
}

func newScope(v *Vocabulary, defines item) *scope {
	s := &scope{v: v, entries: map[string]item{}, groups: map[string]set{}, done: map[string]*condition{}, used: map[string]bool{}}
	if defines.node == nil || defines.isNull() {
		return s
	}
	if defines.node.Kind != yaml.MappingNode {
		defines.fail("bad-shape", "define is a mapping of names to conditions or lists of actors", "")
		return s
	}
	for name, it := range defines.rows() {
		if _, taken := v.facts[name]; taken || name == "actor" {
			it.fail("name-taken", name+" is the name of a fact", "choose another name")
			continue
		}
		if _, taken := v.actorSet(name); taken {
			it.fail("name-taken", name+" is the name of an actor or group", "choose another name")
			continue
		}
		s.entries[name] = it
	}
	for name, it := range s.entries {
		if it.node.Kind == yaml.SequenceNode {
			s.actorGroup(name)
		}
	}
	for name, it := range defines.rows() {
		if _, ok := s.entries[name]; ok && it.node.Kind != yaml.SequenceNode {
			s.defined(name)
		}
	}
	return s
}

// warnUnused tells what is defined for nothing, when all was read.
func (s *scope) warnUnused() {
	for name, it := range s.entries {
		if !s.used[name] {
			it.warning(it.line(), it.path, "unused-define", name+" is defined but not used", "remove it, or use it with  is: "+name)
		}
	}
}

// actorGroup resolves a defined group; groups may name other groups.
func (s *scope) actorGroup(name string) set {
	if g, ok := s.groups[name]; ok {
		return g
	}
	it := s.entries[name]
	if slices.Contains(s.busy, name) {
		it.fail("circular-define", "the group "+name+" is defined by itself", "")
		return set{}
	}
	s.busy = append(s.busy, name)
	g := s.actors(it)
	s.busy = s.busy[:len(s.busy)-1]
	s.groups[name] = g
	return g
}

// actors reads a list of actors and groups.
func (s *scope) actors(it item) set {
	var out set
	for _, w := range it.list() {
		name := w.text()
		if m, ok := s.v.actorSet(name); ok {
			out = out.union(m)
		} else if e, ok := s.entries[name]; ok && e.node.Kind == yaml.SequenceNode {
			s.used[name] = true
			out = out.union(s.actorGroup(name))
		} else {
			w.fail("unknown-actor", fmt.Sprintf("%.60q is no actor or group", name), didYouMean(name, s.actorNames()))
		}
	}
	return out
}

func (s *scope) actorNames() []string {
	names := s.v.groupNames()
	for name, e := range s.entries {
		if e.node.Kind == yaml.SequenceNode {
			names = append(names, name)
		}
	}
	return names
}

// defined resolves a defined condition.
func (s *scope) defined(name string) (*condition, bool) {
	if c, ok := s.done[name]; ok {
		return c, true
	}
	it, ok := s.entries[name]
	if !ok || it.node.Kind == yaml.SequenceNode {
		return nil, false
	}
	if slices.Contains(s.busy, name) {
		it.fail("circular-define", "the condition "+name+" is defined by itself: "+strings.Join(append(s.busy, name), " → "), "write one of them out")
		s.done[name] = never
		return never, true
	}
	s.busy = append(s.busy, name)
	c := s.condition(it)
	s.busy = s.busy[:len(s.busy)-1]
	s.done[name] = c
	return c, true
}

func (s *scope) named(it item) *condition {
	name := it.text()
	c, ok := s.defined(name)
	if !ok {
		var known []string
		for n, e := range s.entries {
			if e.node.Kind != yaml.SequenceNode {
				known = append(known, n)
			}
		}
		slices.Sort(known)
		hint := didYouMean(name, known)
		if len(known) == 0 {
			hint = "this pack defines no condition; add it under define"
		}
		it.fail("unknown-condition", fmt.Sprintf("%.60q is not defined in this pack", name), hint)
		return never
	}
	s.used[name] = true
	return &condition{op: opNamed, name: name, kids: []*condition{c}}
}

// condition reads a mapping; all its rows hold.
func (s *scope) condition(it item) *condition {
	if it.node == nil || it.isNull() {
		return always
	}
	if it.node.Kind != yaml.MappingNode {
		it.fail("bad-condition", "a condition is a mapping of facts to values", "write  fact.name: value, one row each")
		return never
	}
	if strings.Count(it.path, ".any[")+strings.Count(it.path, ".all[")+strings.Count(it.path, ".not") > maxDepth {
		it.fail("bad-condition", "the condition is nested too deeply", "name a part of it under define")
		return never
	}
	if len(it.node.Content) == 0 {
		it.fail("bad-condition", "the condition is empty", "leave the key out: an absent when is always true")
		return never
	}
	var rows []*condition
	for key, val := range it.rows() {
		rows = append(rows, s.row(key, val, it))
	}
	return allOf(rows...)
}

func (s *scope) row(key string, val, parent item) *condition {
	switch key {
	case "any", "all":
		parts := val.sequence()
		if len(parts) == 0 {
			val.fail("bad-condition", key+" needs a list of conditions", "")
			return never
		}
		kids := make([]*condition, len(parts))
		for i, p := range parts {
			kids[i] = s.condition(p)
		}
		if key == "any" {
			return anyOf(kids...)
		}
		return allOf(kids...)
	case "not":
		return negation(s.condition(val))
	case "is":
		names := val.list()
		if len(names) != 1 {
			val.fail("bad-condition", "is: takes one defined condition", "for either write any: [{is: a}, {is: b}]; for both write all: [{is: a}, {is: b}]")
			return never
		}
		return s.named(names[0])
	case "actor":
		return &condition{op: opActor, actors: s.actors(val)}
	}
	f, ok := s.v.Fact(key)
	if !ok {
		known := append(slices.Clone(s.v.names.facts), "any", "all", "not", "is", "actor")
		val.problem(val.keyLine(parent), val.path, "unknown-fact", "the fact "+key+" is not in the vocabulary", didYouMean(key, known))
		return never
	}
	return s.factRow(f, val)
}

func (s *scope) factRow(f *Fact, val item) *condition {
	c := &condition{op: opFact, fact: f.index}
	switch f.Type {
	case Bool:
		if val.flag() {
			c.cells = setOf(1)
		} else {
			c.cells = setOf(0)
		}
	case Enum:
		for _, w := range val.list() {
			text := w.text()
			if i, ok := f.word[text]; ok {
				if c.cells.has(i) {
					w.fail("duplicate-value", "the value "+text+" stands here twice", "")
				}
				c.cells.add(i)
			} else {
				w.fail("unknown-value", fmt.Sprintf("%.60q is not a value of %s", text, f.Name), didYouMean(text, f.Values))
			}
		}
		if c.cells.empty() {
			return never
		}
	case Int:
		c.cells = s.numberRow(f, val)
	default:
		val.fail("bad-condition", f.Name+" is a date or instant and cannot be compared in a pack", "use the fact derived from it")
		return never
	}
	return c
}

var comparisons = map[string]string{"lt": "<", "le": "<=", "gt": ">", "ge": ">="}

// numberRow reads {lt: 48}; several comparisons in one row all hold.
func (s *scope) numberRow(f *Fact, val item) set {
	if val.node.Kind != yaml.MappingNode {
		if n, ok := val.number(); ok {
			cells, err := f.compareNumber("==", n)
			if err != nil {
				val.fail("bad-threshold", err.Error(), "compare with a declared threshold, or add the threshold to the vocabulary")
			}
			return cells
		}
		return set{}
	}
	cells := f.domain
	for key, it := range val.fields(numberKeys...) {
		n, ok := it.number()
		if !ok {
			continue
		}
		more, err := f.compareNumber(comparisons[key], n)
		if err != nil {
			it.fail("bad-threshold", err.Error(), "compare with a declared threshold, or add the threshold to the vocabulary")
		}
		cells = cells.meet(more)
	}
	return cells
}
