package law

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Vocabulary is the contract between law, interview, API and test cases: the
// acts, actors and facts that may be named at all. Names are added, never changed.
type Vocabulary struct {
	Acts        []Act
	ActGroups   []string
	Actors      []Actor
	ActorGroups []ActorGroup
	Facts       []*Fact

	acts, actors, facts map[string]int
	groups              map[string]set // actor groups
	impossible          []limit        // patterns that never occur
	names               struct{ acts, actors, facts []string }
	byName              []int // actors in order of name
	digest              [32]byte
}

// An Act is something an actor may do.
type Act struct{ Name, By, Group, Is, IsES string }

// An Actor is a kind of person or body that law can bind.
type Actor struct{ Name, Is, IsES string }

// An ActorGroup names several actors at once in `binds`, `for` and `actor:`.
type ActorGroup struct {
	Name   string
	Actors []string
}

// A FactType says how a fact is written.
type FactType string

const (
	Bool    FactType = "bool"
	Enum    FactType = "enum"
	Int     FactType = "int"
	Date    FactType = "date"
	Instant FactType = "instant"
)

// A Fact is one thing a question may state, with the question that asks for it.
type Fact struct {
	Name        string
	Type        FactType
	Values      []string // enum only
	Default     string   // used, and listed as assumed, when nobody answers; empty is none
	Neutral     string   // used only in closed cases; empty is none
	Question    string
	QuestionES  string
	Help        string
	HelpES      string
	Changeable  bool // false: a state of mind, a past fact or an offence; never varied in advice
	KnownBy     string
	Module      string
	NeverStored bool // used to decide, never written anywhere
	Thresholds  []int
	Min, Max    int
	Unit        string
	Derived     string // the expression that computes it
	Deprecated  bool

	index  int
	cells  []span      // what a condition can tell apart
	domain set         // the cells that hold a value at all
	expr   *expression // of a derived fact
	logic  *condition  // of a fact derived from other facts alone
	inputs []int       // facts its expression reads
	word   map[string]int

	byDefault, neutral value
}

// A span is a range of whole numbers, both ends included.
type span struct{ lo, hi int }

// Derives says that the fact is computed from instants, dates or other facts.
func (f *Fact) Derives() bool { return f.Derived != "" }

// Fact returns the fact of that name.
func (v *Vocabulary) Fact(name string) (*Fact, bool) {
	i, ok := v.facts[name]
	if !ok {
		return nil, false
	}
	return v.Facts[i], true
}

// Act returns the act of that name.
func (v *Vocabulary) Act(name string) (Act, bool) {
	i, ok := v.acts[name]
	if !ok {
		return Act{}, false
	}
	return v.Acts[i], true
}

// Actor returns the actor of that name.
func (v *Vocabulary) Actor(name string) (Actor, bool) {
	i, ok := v.actors[name]
	if !ok {
		return Actor{}, false
	}
	return v.Actors[i], true
}

// ActsIn lists the acts of one group.
func (v *Vocabulary) ActsIn(group string) []string {
	var out []string
	for _, a := range v.Acts {
		if a.Group == group {
			out = append(out, a.Name)
		}
	}
	return out
}

// actorNames lists a set of actors in order of name.
func (v *Vocabulary) actorNames(s set) []string {
	out := make([]string, 0, s.size())
	for _, i := range v.byName {
		if s.has(i) {
			out = append(out, v.Actors[i].Name)
		}
	}
	return out
}

func (v *Vocabulary) groupNames() []string {
	out := slices.Clone(v.names.actors)
	for _, g := range v.ActorGroups {
		out = append(out, g.Name)
	}
	return out
}

// cellOf returns the cell of a number: below, at or between the thresholds.
func (f *Fact) cellOf(n int) int {
	for k, t := range f.Thresholds {
		if n < t {
			return 2 * k
		}
		if n == t {
			return 2*k + 1
		}
	}
	return 2 * len(f.Thresholds)
}

// valueText writes a cell as the vocabulary writes the value.
func (f *Fact) valueText(cell int) string {
	switch f.Type {
	case Enum:
		return f.Values[cell]
	case Bool:
		return strconv.FormatBool(cell == 1)
	case Int:
		c := f.cells[cell]
		if c.lo == c.hi {
			return strconv.Itoa(c.lo)
		}
		return fmt.Sprintf("%d to %d", c.lo, c.hi)
	}
	return ""
}

func loadVocabulary(s *source, data []byte) *Vocabulary {
	v := &Vocabulary{
		acts: map[string]int{}, actors: map[string]int{}, facts: map[string]int{}, groups: map[string]set{},
	}
	root, ok := s.parse(data)
	if !ok {
		return v
	}
	top := root.fields("vocabulary", "version", "dated", "verdicts", "flags", "layers", "modules", "performers",
		"actors", "actor_groups", "act_groups", "acts", "facts", "impossible", "functions")
	v.readActors(top["actors"], top["actor_groups"])
	v.readActs(top["acts"], top["act_groups"])
	v.readFacts(top["facts"], top["modules"].words())
	v.readDerived(s, top["facts"])
	v.readImpossible(top["impossible"])
	v.impossible = append(v.impossible, v.numberPatterns()...)
	return v
}

func (v *Vocabulary) readActors(actors, groups item) {
	if actors.node == nil {
		return
	}
	for name, row := range actors.rows() {
		f := row.fields("is", "is_es", "deprecated")
		v.actors[name] = len(v.Actors)
		v.Actors = append(v.Actors, Actor{name, f["is"].text(), f["is_es"].text()})
		v.names.actors = append(v.names.actors, name)
	}
	if len(v.Actors) > setSize {
		actors.fail("too-many", fmt.Sprintf("more than %d actors", setSize), "")
		v.Actors = v.Actors[:setSize]
	}
	for i := range v.Actors {
		v.byName = append(v.byName, i)
	}
	slices.SortFunc(v.byName, func(a, b int) int { return strings.Compare(v.Actors[a].Name, v.Actors[b].Name) })
	if groups.node == nil {
		return
	}
	for name, row := range groups.rows() {
		g := ActorGroup{Name: name}
		for _, w := range row.sequence() {
			a := w.choice(v.names.actors...)
			if i, ok := v.actors[a]; ok {
				g.Actors = append(g.Actors, a)
				v.groups[name] = v.groups[name].union(setOf(i))
			}
		}
		v.ActorGroups = append(v.ActorGroups, g)
	}
}

func (v *Vocabulary) readActs(acts, groups item) {
	v.ActGroups = groups.words()
	if acts.node == nil {
		return
	}
	for name, row := range acts.rows() {
		f := row.fields("by", "group", "is", "is_es", "deprecated")
		v.acts[name] = len(v.Acts)
		v.Acts = append(v.Acts, Act{name, f["by"].choice("local", "federal", "public", "any"), f["group"].choice(v.ActGroups...), f["is"].text(), f["is_es"].text()})
		v.names.acts = append(v.names.acts, name)
	}
}

func (v *Vocabulary) readFacts(facts item, modules []string) {
	if facts.node == nil {
		return
	}
	for name, row := range facts.rows() {
		k := row.fields("type", "values", "default", "neutral", "question", "question_es", "help", "help_es",
			"changeable", "known_by", "module", "sensitive", "thresholds", "min", "max", "unit", "derived", "deprecated")
		f := &Fact{
			Name: name, Type: FactType(k["type"].choice("bool", "enum", "int", "date", "instant")),
			Values: k["values"].words(), Question: k["question"].text(), QuestionES: k["question_es"].text(),
			Help: k["help"].text(), HelpES: k["help_es"].text(), Changeable: k["changeable"].text() != "no",
			KnownBy: k["known_by"].text(), Module: k["module"].choice(modules...), Unit: k["unit"].text(),
			NeverStored: k["sensitive"].choice("never-stored") != "", Derived: k["derived"].text(),
			Default: k["default"].text(), Neutral: k["neutral"].text(), index: len(v.Facts),
		}
		if d := k["deprecated"]; d.node != nil {
			f.Deprecated = d.flag()
		}
		for _, t := range k["thresholds"].list() {
			if n, ok := t.number(); ok {
				f.Thresholds = append(f.Thresholds, n)
			}
		}
		f.Min, f.Max = 0, 1<<30
		for key, at := range map[string]*int{"min": &f.Min, "max": &f.Max} {
			if it, ok := k[key]; ok {
				*at, _ = it.number()
			}
		}
		f.makeCells(row)
		for _, key := range []string{"default", "neutral"} {
			if it, ok := k[key]; ok {
				val, bad := f.read(it.text())
				if bad != nil {
					it.fail("unknown-value", bad.Message, bad.Hint)
				}
				if key == "default" {
					f.byDefault = val
				} else {
					f.neutral = val
				}
			}
		}
		v.facts[name] = f.index
		v.Facts = append(v.Facts, f)
		v.names.facts = append(v.names.facts, name)
	}
}

// makeCells divides the values into what a condition can tell apart: each
// word; false and true; numbers below, at and between the thresholds.
func (f *Fact) makeCells(row item) {
	switch f.Type {
	case Enum:
		if len(f.Values) == 0 || len(f.Values) > setSize {
			row.fail("bad-fact", fmt.Sprintf("an enum needs 1 to %d values", setSize), "")
			f.Values = append(f.Values, "none")[:1]
		}
		f.word = make(map[string]int, len(f.Values))
		for i, w := range f.Values {
			if _, twice := f.word[w]; twice {
				row.fail("bad-fact", "the value "+w+" stands here twice", "")
			}
			f.word[w] = i
		}
		f.domain = setUpTo(len(f.Values))
	case Bool:
		f.domain = setUpTo(2)
	case Int:
		if len(f.Thresholds)*2+1 > setSize || !slices.IsSorted(f.Thresholds) {
			row.fail("bad-fact", "thresholds must rise and be at most 63", "")
			f.Thresholds = nil
		}
		lo := f.Min
		for _, t := range f.Thresholds {
			f.cells = append(f.cells, span{lo, t - 1}, span{t, t})
			lo = t + 1
		}
		f.cells = append(f.cells, span{lo, f.Max})
		for i, c := range f.cells {
			if c.lo <= c.hi && c.hi >= f.Min && c.lo <= f.Max {
				f.domain.add(i)
			}
		}
	}
}

func (v *Vocabulary) readDerived(s *source, facts item) {
	if facts.node == nil {
		return
	}
	for name, row := range facts.rows() {
		f, ok := v.Fact(name)
		if !ok || f.Derived == "" {
			continue
		}
		where := row.under("derived", row.node)
		expr, err := parseExpression(f.Derived)
		if err != nil {
			where.fail("bad-expression", err.Error(), "")
			continue
		}
		f.expr = expr
		if expr.calls() {
			f.inputs, err = expr.calendarInputs(v)
		} else {
			f.logic, err = v.compile(expr, nil)
			if f.logic != nil {
				f.inputs = f.logic.facts()
			}
		}
		if err != nil {
			where.fail("bad-expression", err.Error(), "")
		}
		if f.logic != nil && f.Type != Bool {
			where.fail("bad-expression", "a fact derived from other facts must be bool", "")
			f.logic = nil
		}
		if i := slices.IndexFunc(f.inputs, func(i int) bool { return v.Facts[i].Derived != "" }); i >= 0 {
			where.fail("bad-expression", "a derived fact cannot read another derived fact", "write out "+v.Facts[f.inputs[i]].Name)
		}
	}
}

func (v *Vocabulary) readImpossible(list item) {
	for _, it := range list.sequence() {
		expr, err := parseExpression(it.text())
		if err == nil {
			var c *condition
			if c, err = v.compile(expr, nil); err == nil {
				c = v.expand(c)
				v.impossible = append(v.impossible, limit{condition: c, reads: c.facts()})
				continue
			}
		}
		it.fail("bad-expression", err.Error(), "")
	}
}

// hasDefault and hasNeutral: an empty text is none, for no value is empty.
func (f *Fact) hasDefault() bool { return f.Default != "" }
func (f *Fact) hasNeutral() bool { return f.Neutral != "" }

func (f *Fact) valueList() []string {
	switch f.Type {
	case Bool:
		return []string{"true", "false"}
	case Enum:
		return f.Values
	}
	return nil
}

func (f *Fact) thresholdText() string {
	if len(f.Thresholds) == 0 {
		return "this number has no thresholds, so no condition can read it"
	}
	words := make([]string, len(f.Thresholds))
	for i, t := range f.Thresholds {
		words[i] = strconv.Itoa(t)
	}
	return "declared thresholds: " + strings.Join(words, ", ")
}
