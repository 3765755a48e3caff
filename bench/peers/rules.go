// Package peers asks policy engines that others use the same questions of law
// as Comity, and measures them. It is a module of its own, so that none of them
// is a dependency of the product.
//
// Every engine gets the same rules, read from the packs: rules.go reads them,
// render.go writes them as Rego, Cedar and CEL, and combine.go draws the
// verdict from the rules that an engine says have fired. It is the same few
// nanoseconds for all. Nothing is measured before 10,000 random fact patterns
// had the verdict of law.Decide from every engine.
package peers

import (
	"fmt"
	"io/fs"
	"slices"

	"go.yaml.in/yaml/v3"

	"comity"
	"comity/law"
)

// A stack is the law of one place on one day: every rule in force, its
// condition in one form that all engines can be given.
type stack struct {
	book  *law.Book
	rules []rule
}

type rule struct {
	id           string
	acts, actors []string
	layer        int
	verdict      comity.Verdict
	yields       bool
	shields      bool
	counsel      bool // cannot be put exactly in these terms
	defeats      []string
	fires        *node
}

// readStack reads the packs that apply at a place for a question that names no
// agency. Dates are settled here, so that no engine has to compare them.
func readStack(book *law.Book, files fs.FS, place, on string) (*stack, error) {
	s := &stack{book: book}
	for _, p := range book.PacksAt(place) {
		if len(p.Agencies) > 0 {
			continue
		}
		src, err := fs.ReadFile(files, p.File)
		if err != nil {
			return nil, fmt.Errorf("read pack %s: %w", p.ID, err)
		}
		var doc struct {
			Define map[string]yaml.Node
			Rules  []struct {
				ID           string
				When, Unless yaml.Node
				OnlyIf       string `yaml:"only_if"`
				From         string
			}
		}
		if err := yaml.Unmarshal(src, &doc); err != nil {
			return nil, fmt.Errorf("read pack %s: %w", p.ID, err)
		}
		r := &reader{vocabulary: book.Vocabulary(), defined: doc.Define}
		next := 0
		for _, written := range doc.Rules {
			when, unless := r.mapping(&written.When), never
			if written.Unless.Kind != 0 {
				unless = r.mapping(&written.Unless)
			}
			halves := 1
			if written.OnlyIf != "" {
				halves = 2
			}
			for half := range halves {
				is := p.Rules[next]
				next++
				if is.ID != written.ID || is.Opens() != (half == 1) {
					return nil, fmt.Errorf("pack %s: rule %s stands where %s was expected", p.ID, is.ID, written.ID)
				}
				fires := allOf(when, unless.negated())
				switch key := written.OnlyIf; {
				case key != "" && half == 0:
					fires = allOf(fires, r.named(key).negated())
				case key != "":
					fires = allOf(fires, r.named(key))
				}
				if is.InForce(on) && is.Withdrawn == "" && len(is.Agencies) == 0 {
					s.rules = append(s.rules, newRule(p, is, fires))
				}
			}
		}
		if r.err != nil {
			return nil, fmt.Errorf("pack %s: %w", p.ID, r.err)
		}
	}
	return s, nil
}

func newRule(p *law.Pack, is *law.Rule, fires *node) rule {
	return rule{
		id: is.ID, acts: is.Acts, actors: is.Actors, layer: slices.Index(comity.Layers, p.Layer), verdict: is.Verdict,
		yields: is.Lower == "yields", shields: is.Lower == "shields", counsel: is.Untranslatable != "", defeats: is.Defeats, fires: fires,
	}
}

// inPlay keeps the rules that can matter to one actor's act.
func (s *stack) inPlay(actor, act string) *stack {
	out := &stack{book: s.book}
	for _, r := range s.rules {
		if slices.Contains(r.acts, act) && slices.Contains(r.actors, actor) {
			r.fires = r.fires.forActor(actor)
			r.acts, r.actors = []string{act}, []string{actor}
			out.rules = append(out.rules, r)
		}
	}
	return out
}

// A reader reads conditions as packs write them.
type reader struct {
	vocabulary *law.Vocabulary
	defined    map[string]yaml.Node
	err        error
}

func (r *reader) fail(format string, args ...any) *node {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	return never
}

func (r *reader) named(name string) *node {
	d, ok := r.defined[name]
	if !ok {
		return r.fail("%s is not defined", name)
	}
	return r.mapping(&d)
}

// mapping reads a mapping: all its rows hold.
func (r *reader) mapping(n *yaml.Node) *node {
	if n.Kind == 0 || n.Tag == "!!null" {
		return always
	}
	if n.Kind != yaml.MappingNode {
		return r.fail("line %d: a condition is no mapping", n.Line)
	}
	rows := make([]*node, 0, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		rows = append(rows, r.row(n.Content[i].Value, n.Content[i+1]))
	}
	return allOf(rows...)
}

func (r *reader) row(key string, n *yaml.Node) *node {
	switch key {
	case "any", "all":
		kids := make([]*node, len(n.Content))
		for i, k := range n.Content {
			kids[i] = r.mapping(k)
		}
		if key == "any" {
			return anyOf(kids...)
		}
		return allOf(kids...)
	case "not":
		return r.mapping(n).negated()
	case "is":
		return r.named(words(n)[0])
	case "actor":
		return &node{kind: isActor, words: r.actors(words(n))}
	}
	f, ok := r.vocabulary.Fact(key)
	if !ok {
		return r.fail("line %d: the fact %s is not in the vocabulary", n.Line, key)
	}
	if p, ok := paper(r.vocabulary, key); ok {
		if n.Value == "true" {
			return p
		}
		return p.negated()
	}
	switch {
	case f.Type == law.Bool || f.Type == law.Enum:
		return &node{kind: isOneOf, fact: f, words: words(n)}
	case f.Type == law.Int:
		return r.number(f, n)
	}
	return r.fail("line %d: %s cannot be compared", n.Line, key)
}

func (r *reader) number(f *law.Fact, n *yaml.Node) *node {
	rows := map[string]int{}
	if n.Kind != yaml.MappingNode {
		n = &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "eq"}, n}}
	}
	if err := n.Decode(&rows); err != nil {
		return r.fail("line %d: %w", n.Line, err)
	}
	var all []*node
	for _, op := range []string{"eq", "lt", "le", "gt", "ge"} {
		if x, ok := rows[op]; ok {
			all = append(all, &node{kind: compares, fact: f, op: op, number: x})
		}
	}
	return allOf(all...)
}

func (r *reader) actors(names []string) []string {
	var out []string
	for _, name := range names {
		if d, ok := r.defined[name]; ok {
			out = append(out, r.actors(words(&d))...)
		} else if i := slices.IndexFunc(r.vocabulary.ActorGroups, func(g law.ActorGroup) bool { return g.Name == name }); i >= 0 {
			out = append(out, r.vocabulary.ActorGroups[i].Actors...)
		} else {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// words reads one word or a list of them.
func words(n *yaml.Node) []string {
	if n.Kind != yaml.SequenceNode {
		return []string{n.Value}
	}
	out := make([]string, len(n.Content))
	for i, k := range n.Content {
		out[i] = k.Value
	}
	return out
}
