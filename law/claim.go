package law

import (
	"fmt"
	"slices"
	"strings"

	"comity"
)

// A Claim is a sentence about the law that can be proved or refuted:
//
//	never|always VERDICT ACT [for ACTOR] [when FACT = A|B, …] [unless FACT = A|B, …]
//
// Rows after when all hold; those after unless do not all hold.
type Claim struct {
	Always  bool
	Verdict comity.Verdict
	Act     string
	Actor   string // empty: every actor

	when, unless *condition
}

// A CounterExample is a case in which a claim does not hold.
type CounterExample struct {
	Actor    string
	Facts    []FactIs
	Decision comity.Decision // on exactly these facts, all others as usual
}

// ReadClaim reads a claim. The error is a *comity.Problem that says which word
// is wrong and what may stand there.
func (b *Book) ReadClaim(text string) (*Claim, error) {
	r := &claimReader{v: b.vocabulary, words: claimWords(text)}
	c := r.claim()
	if r.bad != nil {
		return nil, r.bad
	}
	return c, nil
}

// Prove searches a case in which the claim does not hold, at a place on a day,
// the one in which the fewest facts are unusual. None means that it is proved
// for every possible combination of facts.
func (b *Book) Prove(c *Claim, place, on string) (*CounterExample, error) {
	var found *CounterExample
	var cheapest int
	err := b.eachActor(place, on, c.Act, c.Actor, func(a *asked) error {
		s, err := a.analyse(c.when, c.unless)
		if err != nil {
			return err
		}
		want := slices.Index(verdictTerminals, c.Verdict)
		against := s.relabel(s.verdicts(), func(v int) int {
			if v != 0 && (v == want) != c.Always {
				return 1
			}
			return 0
		})
		against = s.and(against, s.and(s.condition(c.when), s.not(s.condition(c.unless))))
		if s.over {
			return problem("too-many-facts", "-in", "the search for a counter-example grew too large", "name more facts after when")
		}
		if against == isFalse {
			return nil
		}
		facts, _ := s.shortest(against, b.vocabulary.reads(c.when, c.unless))
		if found == nil || len(facts) < cheapest {
			x, err := a.example(facts)
			if err != nil {
				return err
			}
			found, cheapest = x, len(facts)
		}
		return nil
	})
	return found, err
}

// eachActor asks a closed question for one actor or for each.
func (b *Book) eachActor(place, on, act, actor string, visit func(*asked) error) error {
	for _, name := range b.vocabulary.names.actors {
		if actor != "" && name != actor {
			continue
		}
		c, err := b.askOn(place, act, name, on)
		if err != nil {
			return err
		}
		if err := visit(c); err != nil {
			return err
		}
	}
	return nil
}

// analyse draws the whole answer over every fact that is not fixed by the
// place, and over the facts of the conditions in point.
func (c *asked) analyse(inPoint ...*condition) (*search, error) {
	rules, _ := c.inPlay()
	p := c.newPlan(rules, len(c.uncovered()) > 0, inPoint...)
	s := p.newSearch(c, c.freed(p), nodeBudget)
	if s.over {
		return nil, problem("too-many-facts", "act", "the law on this act is too large to search whole", "")
	}
	return s, nil
}

// freed are the facts of a closed question that nobody gave and no place fixes.
func (c *asked) freed(p *plan) []int {
	var out []int
	for _, f := range p.vars {
		if c.source[f] == byDefault || c.source[f] == neutral || c.source[f] == unknown {
			out = append(out, f)
		}
	}
	return out
}

// example decides the case: the facts found, all others as usual.
func (c *asked) example(facts []FactIs) (*CounterExample, error) {
	q := *c.q
	q.Facts = comity.Facts{}
	for _, f := range facts {
		q.Facts[f.Fact] = f.Value
	}
	d, err := c.book.Decide(q)
	if err != nil {
		return nil, fmt.Errorf("decide the case that was found: %w", err)
	}
	return &CounterExample{q.Actor, facts, d}, nil
}

type claimReader struct {
	v     *Vocabulary
	words []string
	bad   *comity.Problem
}

// claimWords splits at spaces and keeps = | and , as words of their own.
func claimWords(text string) []string {
	for _, mark := range []string{"=", "|", ","} {
		text = strings.ReplaceAll(text, mark, " "+mark+" ")
	}
	return strings.Fields(text)
}

func (r *claimReader) next() string {
	if len(r.words) == 0 {
		return ""
	}
	w := r.words[0]
	r.words = r.words[1:]
	return w
}

// oneOf takes a word of a list, or notes what is wrong with it.
func (r *claimReader) oneOf(what string, list []string) string {
	w := r.next()
	if !slices.Contains(list, w) && r.bad == nil {
		got := fmt.Sprintf("%.40q", w)
		if w == "" {
			got = "nothing"
		}
		r.bad = problem("bad-claim", "claim", "there is "+got+" where "+what+" should stand", didYouMean(w, list))
	}
	return w
}

func (r *claimReader) claim() *Claim {
	c := &Claim{when: always, unless: never}
	c.Always = r.oneOf("never or always", []string{"never", "always"}) == "always"
	c.Verdict = comity.Verdict(r.oneOf("a verdict", []string{"required", "prohibited", "permitted", "no-rule", "needs-counsel"}))
	c.Act = r.oneOf("an act", r.v.names.acts)
	for r.bad == nil && len(r.words) > 0 {
		switch r.oneOf("for, when or unless", []string{"for", "when", "unless"}) {
		case "for":
			c.Actor = r.oneOf("an actor", r.v.names.actors)
		case "when":
			c.when = r.rows()
		case "unless":
			c.unless = r.rows()
		}
	}
	return c
}

// rows reads FACT = A|B, FACT = C: all of them hold.
func (r *claimReader) rows() *condition {
	out := always
	for r.bad == nil {
		out = allOf(out, r.row())
		if len(r.words) == 0 || r.words[0] != "," {
			break
		}
		r.next()
	}
	return out
}

func (r *claimReader) row() *condition {
	name := r.oneOf("a fact", r.v.names.facts)
	r.oneOf("the sign =", []string{"="})
	if r.bad != nil {
		return always
	}
	f, _ := r.v.Fact(name)
	k := &condition{op: opFact, fact: f.index}
	for {
		val, bad := f.read(r.next())
		if bad != nil {
			r.bad = bad
			return always
		}
		if f.Type == Instant || f.Type == Date {
			r.bad = problem("bad-claim", "claim", name+" is a moment, not one of a few values", "name the fact that is computed from it, such as clock.hours_past_release")
			return always
		}
		k.cells.add(val.cell)
		if len(r.words) == 0 || r.words[0] != "|" {
			return k
		}
		r.next()
	}
}
