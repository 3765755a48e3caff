package law

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An expression is the short form of semantics 3.1, used for `derived` and
// `impossible` in the vocabulary and for the worked examples; packs write
// conditions as mappings instead.
type expression struct {
	op   string // "name", "text", "number", "list", "call", or the operator
	text string // of a name, a text, or the function called
	num  int
	kids []*expression
}

const maxDepth = 100

// parseExpression reads one expression to its end.
func parseExpression(s string) (*expression, error) {
	p := &expressionParser{}
	if err := p.split(s); err != nil {
		return nil, err
	}
	e, err := p.either(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(p.tokens) {
		return nil, fmt.Errorf("%q was not expected after the end of the condition", p.tokens[p.at].text)
	}
	return e, nil
}

type token struct {
	kind byte // 'n' name, 't' text, '0' number, 'o' operator
	text string
}

type expressionParser struct {
	tokens []token
	at     int
}

var operators = [...]string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ","}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'
}

func (p *expressionParser) split(s string) error {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\n' || c == '\t':
			i++
			continue
		case c == '\'':
			end := strings.IndexByte(s[i+1:], '\'')
			if end < 0 {
				return fmt.Errorf("the quote before %.20q is not closed", s[i+1:])
			}
			p.tokens = append(p.tokens, token{'t', s[i+1 : i+1+end]})
			i += end + 2
			continue
		case isNameByte(c):
			j := i
			for j < len(s) && isNameByte(s[j]) {
				j++
			}
			kind := byte('n')
			if _, err := strconv.Atoi(s[i:j]); err == nil {
				kind = '0'
			}
			p.tokens = append(p.tokens, token{kind, s[i:j]})
			i = j
			continue
		}
		k := slices.IndexFunc(operators[:], func(o string) bool { return strings.HasPrefix(s[i:], o) })
		if k < 0 {
			return fmt.Errorf("the sign %q is not known here", s[i])
		}
		p.tokens = append(p.tokens, token{'o', operators[k]})
		i += len(operators[k])
	}
	return nil
}

func (p *expressionParser) next(op string) bool {
	if p.at < len(p.tokens) && p.tokens[p.at] == (token{'o', op}) {
		p.at++
		return true
	}
	return false
}

func (p *expressionParser) either(depth int) (*expression, error) {
	return p.chain("||", depth, p.both)
}

func (p *expressionParser) both(depth int) (*expression, error) {
	return p.chain("&&", depth, p.negated)
}

func (p *expressionParser) chain(op string, depth int, part func(int) (*expression, error)) (*expression, error) {
	e, err := part(depth)
	if err != nil {
		return nil, err
	}
	all := []*expression{e}
	for p.next(op) {
		if e, err = part(depth); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return &expression{op: op, kids: all}, nil
}

func (p *expressionParser) negated(depth int) (*expression, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("the condition is nested too deeply")
	}
	if p.next("!") {
		e, err := p.negated(depth + 1)
		if err != nil {
			return nil, err
		}
		return &expression{op: "!", kids: []*expression{e}}, nil
	}
	return p.comparison(depth)
}

func (p *expressionParser) comparison(depth int) (*expression, error) {
	left, err := p.operand(depth)
	if err != nil {
		return nil, err
	}
	op := ""
	for _, o := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if p.next(o) {
			op = o
			break
		}
	}
	if op == "" && p.at < len(p.tokens) && p.tokens[p.at] == (token{'n', "in"}) {
		p.at++
		op = "in"
	}
	if op == "" {
		return left, nil
	}
	right, err := p.operand(depth)
	if err != nil {
		return nil, err
	}
	return &expression{op: op, kids: []*expression{left, right}}, nil
}

func (p *expressionParser) operand(depth int) (*expression, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("the condition is nested too deeply")
	}
	if p.at >= len(p.tokens) {
		return nil, fmt.Errorf("the condition ends too early")
	}
	switch t := p.tokens[p.at]; {
	case p.next("("):
		e, err := p.either(depth + 1)
		if err == nil && !p.next(")") {
			err = fmt.Errorf("a closing parenthesis is missing")
		}
		return e, err
	case p.next("["):
		kids, err := p.list("]", depth+1)
		return &expression{op: "list", kids: kids}, err
	case t.kind == 't':
		p.at++
		return &expression{op: "text", text: t.text}, nil
	case t.kind == '0':
		p.at++
		n, err := strconv.Atoi(t.text)
		return &expression{op: "number", num: n}, err
	case t.kind == 'n':
		p.at++
		if p.next("(") {
			kids, err := p.list(")", depth+1)
			return &expression{op: "call", text: t.text, kids: kids}, err
		}
		return &expression{op: "name", text: t.text}, nil
	default:
		return nil, fmt.Errorf("%q was not expected here", t.text)
	}
}

func (p *expressionParser) list(end string, depth int) ([]*expression, error) {
	var out []*expression
	for !p.next(end) {
		if len(out) > 0 && !p.next(",") {
			return nil, fmt.Errorf("a comma or %s is missing in a list", end)
		}
		e, err := p.operand(depth)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// calls says whether the expression computes with instants or dates.
func (e *expression) calls() bool {
	return e.op == "call" || slices.ContainsFunc(e.kids, (*expression).calls)
}

// compile checks names and values and gives the checked form.
func (v *Vocabulary) compile(e *expression, defined func(string) (*condition, bool)) (*condition, error) {
	switch e.op {
	case "&&", "||":
		kids := make([]*condition, len(e.kids))
		for i, k := range e.kids {
			var err error
			if kids[i], err = v.compile(k, defined); err != nil {
				return nil, err
			}
		}
		if e.op == "&&" {
			return allOf(kids...), nil
		}
		return anyOf(kids...), nil
	case "!":
		c, err := v.compile(e.kids[0], defined)
		if err != nil {
			return nil, err
		}
		return negation(c), nil
	case "name":
		if f, ok := v.Fact(e.text); ok {
			if f.Type != Bool {
				return nil, fmt.Errorf("%s is not a yes-or-no fact and needs a comparison", f.Name)
			}
			return &condition{op: opFact, fact: f.index, cells: setOf(1)}, nil
		}
		if defined != nil {
			if c, ok := defined(e.text); ok {
				return &condition{op: opNamed, name: e.text, kids: []*condition{c}}, nil
			}
		}
		return nil, v.unknownFact(e.text)
	case "==", "!=", "in", "<", "<=", ">", ">=":
		return v.compileComparison(e)
	}
	return nil, fmt.Errorf("a comparison is needed, not a %s", e.op)
}

func (v *Vocabulary) unknownFact(name string) error {
	if hint := didYouMean(name, v.names.facts); hint != "" {
		return fmt.Errorf("the fact %s is not in the vocabulary: %s", name, hint)
	}
	return fmt.Errorf("the fact %s is not in the vocabulary", name)
}

func (v *Vocabulary) compileComparison(e *expression) (*condition, error) {
	left, right := e.kids[0], e.kids[1]
	if left.op != "name" {
		return nil, fmt.Errorf("a comparison begins with a fact")
	}
	if left.text == "actor" && e.op == "in" {
		var s set
		for _, k := range right.kids {
			m, ok := v.actorSet(k.text)
			if !ok {
				return nil, fmt.Errorf("the actor %s is not in the vocabulary", k.text)
			}
			s = s.union(m)
		}
		return &condition{op: opActor, actors: s}, nil
	}
	f, ok := v.Fact(left.text)
	if !ok {
		return nil, v.unknownFact(left.text)
	}
	operands := right.kids
	if right.op != "list" {
		operands = []*expression{right}
	}
	var cells set
	for _, k := range operands {
		more, err := f.compare(e.op, k)
		if err != nil {
			return nil, err
		}
		cells = cells.union(more)
	}
	return &condition{op: opFact, fact: f.index, cells: cells}, nil
}

// compare gives the cells for which `fact op operand` is true.
func (f *Fact) compare(op string, k *expression) (set, error) {
	if f.Type == Int {
		if k.op != "number" {
			return set{}, fmt.Errorf("%s is compared with a number", f.Name)
		}
		return f.compareNumber(op, k.num)
	}
	text := k.text
	if f.Type == Bool && k.op != "name" || f.Type == Enum && k.op != "text" || f.Type != Bool && f.Type != Enum {
		return set{}, fmt.Errorf("%s cannot be compared so", f.Name)
	}
	val, bad := f.read(text)
	if bad != nil {
		return set{}, fmt.Errorf("%s: %s", bad.Message, bad.Hint)
	}
	switch op {
	case "==", "in":
		return setOf(val.cell), nil
	case "!=":
		return f.domain.minus(setOf(val.cell)), nil
	}
	return set{}, fmt.Errorf("%s has no order, so %s cannot be used", f.Name, op)
}

// compareNumber allows declared thresholds only: the interview and the search
// over open facts know no other border.
func (f *Fact) compareNumber(op string, n int) (set, error) {
	at := slices.Index(f.Thresholds, n)
	if at < 0 {
		return set{}, fmt.Errorf("%d is not a declared threshold of %s: %s", n, f.Name, f.thresholdText())
	}
	at = 2*at + 1
	var out set
	for _, i := range f.domain.members() {
		if op == "<" && i < at || op == "<=" && i <= at || op == ">" && i > at || op == ">=" && i >= at ||
			(op == "==" || op == "in") && i == at || op == "!=" && i != at {
			out.add(i)
		}
	}
	return out, nil
}

// actorSet resolves the name of an actor or a group.
func (v *Vocabulary) actorSet(name string) (set, bool) {
	if i, ok := v.actors[name]; ok {
		return setOf(i), true
	}
	s, ok := v.groups[name]
	return s, ok
}
