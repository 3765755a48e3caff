package peers

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	cedar "github.com/cedar-policy/cedar-go"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"comity"
	"comity/law"
)

// A typed map holds facts as the engines' own values are made from: words,
// yes or no, whole numbers.
type typed map[string]any

func typedFacts(v *law.Vocabulary, facts comity.Facts) typed {
	out := make(typed, len(facts))
	for name, text := range facts {
		f, _ := v.Fact(name)
		switch f.Type {
		case law.Bool:
			out[name] = text == "true"
		case law.Int:
			n, _ := strconv.ParseInt(text, 10, 64)
			out[name] = n
		default:
			out[name] = text
		}
	}
	return out
}

// An engine says which rules fire. It keeps a question in its own form, ready
// to be asked again and again, so that only deciding is measured.
type engine interface {
	// ready turns facts into the engine's own form.
	ready(actor, act string, facts typed) (any, error)
	// fired asks: a bit for each rule of the combiner of that act.
	fired(question any) (uint64, error)
}

// --- Open Policy Agent

type opa struct {
	query rego.PreparedEvalQuery
	bits  map[string][]int
	whole bool
}

// newOPA prepares one query. Partial evaluation settles what does not depend on
// the input, ahead of time.
func newOPA(s *stack, whole, partial bool) (*opa, error) {
	ctx := context.Background()
	options := []rego.PrepareOption{}
	if partial {
		options = append(options, rego.WithPartialEval())
	}
	query, err := rego.New(rego.Query("data.law.fires"), rego.Module("law.rego", regoModule(s.rules, !whole)), rego.StrictBuiltinErrors(true)).PrepareForEval(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare the Rego query: %w", err)
	}
	return &opa{query, bits(s.rules), whole}, nil
}

type opaQuestion struct {
	facts ast.Value
	bit   []int
}

func (o *opa) ready(actor, act string, facts typed) (any, error) {
	in := make(map[string]any, len(facts)+2)
	for name, v := range facts {
		in[plain(name)] = v
	}
	if o.whole {
		in["actor"], in["act"] = actor, act
	}
	value, err := ast.InterfaceToValue(in)
	return opaQuestion{value, o.bits[act]}, err
}

func (o *opa) fired(question any) (uint64, error) {
	q := question.(opaQuestion)
	results, err := o.query.Eval(context.Background(), rego.EvalParsedInput(q.facts), rego.EvalSortSets(false))
	if err != nil || len(results) != 1 {
		return 0, fmt.Errorf("evaluate Rego: %d results: %w", len(results), err)
	}
	var out uint64
	for _, n := range results[0].Expressions[0].Value.([]any) {
		i, err := strconv.Atoi(fmt.Sprint(n))
		if err != nil {
			return 0, err
		}
		out |= 1 << q.bit[i]
	}
	return out, nil
}

// --- Cedar

type cedarEngine struct {
	sets     map[string]*cedar.PolicySet // by act: the index
	bits     map[string]map[cedar.PolicyID]int
	entities cedar.EntityMap
}

func newCedar(s *stack, whole bool) (*cedarEngine, error) {
	e := &cedarEngine{sets: map[string]*cedar.PolicySet{}, bits: map[string]map[cedar.PolicyID]int{}, entities: cedar.EntityMap{}}
	groups := map[string]string{}
	members := map[string][]cedar.EntityUID{}
	for i, r := range s.rules {
		group := ""
		if whole {
			key := strings.Join(slices.Sorted(slices.Values(r.actors)), " ")
			if group = groups[key]; group == "" {
				group = fmt.Sprintf("group%d", len(groups))
				groups[key] = group
				for _, a := range r.actors {
					members[a] = append(members[a], cedar.NewEntityUID("Group", cedar.String(group)))
				}
			}
		}
		for _, act := range r.acts {
			var p cedar.Policy
			text := cedarPolicy(r, act, group)
			if err := p.UnmarshalCedar([]byte(text)); err != nil {
				return nil, fmt.Errorf("read %s: %w", text, err)
			}
			if e.sets[act] == nil {
				e.sets[act], e.bits[act] = cedar.NewPolicySet(), map[cedar.PolicyID]int{}
			}
			id := cedar.PolicyID(strconv.Itoa(i))
			e.sets[act].Add(id, &p)
			e.bits[act][id] = len(e.bits[act])
		}
	}
	for actor, parents := range members {
		uid := cedar.NewEntityUID("Actor", cedar.String(actor))
		e.entities[uid] = cedar.Entity{UID: uid, Parents: cedar.NewEntityUIDSet(parents...)}
	}
	return e, nil
}

type cedarQuestion struct {
	set     *cedar.PolicySet
	bit     map[cedar.PolicyID]int
	request cedar.Request
}

func (e *cedarEngine) ready(actor, act string, facts typed) (any, error) {
	in := make(cedar.RecordMap, len(facts)+1)
	for name, v := range facts {
		switch v := v.(type) {
		case bool:
			in[cedar.String(plain(name))] = cedar.Boolean(v)
		case int64:
			in[cedar.String(plain(name))] = cedar.Long(v)
		case string:
			in[cedar.String(plain(name))] = cedar.String(v)
		}
	}
	in["actor"] = cedar.String(actor)
	return cedarQuestion{e.sets[act], e.bits[act], cedar.Request{
		Principal: cedar.NewEntityUID("Actor", cedar.String(actor)), Action: cedar.NewEntityUID("Action", cedar.String(act)),
		Resource: cedar.NewEntityUID("Place", "us-il"), Context: cedar.NewRecord(in),
	}}, nil
}

func (e *cedarEngine) fired(question any) (uint64, error) {
	q := question.(cedarQuestion)
	_, said := cedar.Authorize(q.set, e.entities, q.request)
	if len(said.Errors) > 0 {
		return 0, fmt.Errorf("evaluate Cedar: %v", said.Errors)
	}
	var out uint64
	for _, r := range said.Reasons {
		out |= 1 << q.bit[r.PolicyID]
	}
	return out, nil
}

// --- CEL

type celEngine struct {
	programs map[string]cel.Program // by act
}

func newCEL(s *stack, whole bool) (*celEngine, error) {
	options := []cel.EnvOption{cel.Variable("actor", cel.StringType)}
	for _, f := range s.book.Vocabulary().Facts {
		switch f.Type {
		case law.Bool:
			options = append(options, cel.Variable(f.Name, cel.BoolType))
		case law.Int:
			options = append(options, cel.Variable(f.Name, cel.IntType))
		case law.Enum:
			options = append(options, cel.Variable(f.Name, cel.StringType))
		}
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("make the CEL environment: %w", err)
	}
	e := &celEngine{programs: map[string]cel.Program{}}
	for act, rules := range byAct(s.rules) {
		checked, issues := env.Compile(celProgram(rules, !whole))
		if err := issues.Err(); err != nil {
			return nil, fmt.Errorf("check the CEL of %s: %w", act, err)
		}
		if e.programs[act], err = env.Program(checked, cel.EvalOptions(cel.OptOptimize)); err != nil {
			return nil, fmt.Errorf("plan the CEL of %s: %w", act, err)
		}
	}
	return e, nil
}

type celQuestion struct {
	program cel.Program
	facts   cel.Activation
}

func (e *celEngine) ready(actor, act string, facts typed) (any, error) {
	facts["actor"] = actor
	in, err := cel.NewActivation(map[string]any(facts))
	return celQuestion{e.programs[act], in}, err
}

func (e *celEngine) fired(question any) (uint64, error) {
	q := question.(celQuestion)
	out, _, err := q.program.Eval(q.facts)
	if err != nil {
		return 0, fmt.Errorf("evaluate CEL: %w", err)
	}
	return uint64(out.Value().(int64)), nil
}

// byAct is the index by act. Rules stand in the order of the stack.
func byAct(rules []rule) map[string][]rule {
	out := map[string][]rule{}
	for _, r := range rules {
		for _, act := range r.acts {
			out[act] = append(out[act], r)
		}
	}
	return out
}

// bits gives for each act the place of every rule among the rules of that act.
func bits(rules []rule) map[string][]int {
	out, next := map[string][]int{}, map[string]int{}
	for i, r := range rules {
		for _, act := range r.acts {
			if out[act] == nil {
				out[act] = make([]int, len(rules))
			}
			out[act][i] = next[act]
			next[act]++
		}
	}
	return out
}
