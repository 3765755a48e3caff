package law

import (
	"fmt"
	"slices"
	"strings"

	"comity"
)

// A Claim is a sentence about the law that can be proved or refuted:
//
//	never|always VERDICT ACT [for ACTOR|GROUP] [when FACT = A|B, …] [unless FACT = A|B, …]
//
// Rows after when all hold; those after unless do not all hold.
type Claim struct {
	Always  bool
	Verdict comity.Verdict
	Act     string
	Actor   string // or a group of actors; empty: every actor

	actors       set
	when, unless *condition
}

// A CounterExample is a case in which a claim does not hold.
type CounterExample struct {
	Actor    string
	Facts    Pattern
	Decision comity.Decision // on exactly these facts, all others as usual
}

// ReadClaim reads a claim. The error is a *comity.Problem that says which word
// is wrong and what may stand there.
func (b *Book) ReadClaim(text string) (*Claim, error) {
	r := b.reader("claim", text)
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
	of, err := b.surveyOf(place, on)
	if err != nil {
		return nil, err
	}
	circles, err := of.circles(b.vocabulary.acts[c.Act], c.actors)
	if err != nil {
		return nil, err
	}
	want := slices.Index(verdictTerminals, c.Verdict)
	var found *CounterExample
	for _, one := range circles {
		s, err := one.analyse(c.when, c.unless)
		if err != nil {
			return nil, err
		}
		against := s.relabel(s.verdicts(), func(v int) int {
			return int(bit(v != 0 && (v == want) != c.Always))
		})
		against = s.and(against, s.and(s.condition(c.when), s.not(s.condition(c.unless))))
		if s.over {
			return nil, problem("too-many-facts", "-in", "the search for a counter-example grew too large", "name more facts after when")
		}
		if against == isFalse {
			continue
		}
		facts, _ := s.shortest(against)
		if found == nil || len(facts) < len(found.Facts) {
			if found, err = one.example(facts); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// analyse draws the whole answer over every fact that is not fixed by the
// place, and over the facts of the conditions in point.
func (c *circle) analyse(inPoint ...*condition) (*search, error) {
	p := c.newPlan(c.rules, len(c.uncovered()) > 0, inPoint...)
	s := p.newSearch(c.asked, c.freed(p), nodeBudget)
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
func (c *circle) example(rows Pattern) (*CounterExample, error) {
	q := *c.q
	q.Facts = rows.Facts()
	d, err := c.book.Decide(q)
	if err != nil {
		return nil, fmt.Errorf("decide the case that was found: %w", err)
	}
	return &CounterExample{q.Actor, rows, d}, nil
}

// A claimReader takes a sentence word by word and notes the first fault.
type claimReader struct {
	v     *Vocabulary
	what  string // what is read, for faults
	words []string
	at    int
	bad   *comity.Problem
}

// reader splits at spaces and keeps = | and , as words of their own.
func (b *Book) reader(what, text string) *claimReader {
	for _, mark := range []string{"=", "|", ","} {
		text = strings.ReplaceAll(text, mark, " "+mark+" ")
	}
	return &claimReader{v: b.vocabulary, what: what, words: strings.Fields(text)}
}

func (r *claimReader) peek() string {
	if r.at == len(r.words) {
		return ""
	}
	return r.words[r.at]
}

func (r *claimReader) next() string {
	w := r.peek()
	r.at = min(r.at+1, len(r.words))
	return w
}

// take passes over a word if it stands here.
func (r *claimReader) take(word string) bool {
	if r.bad != nil || r.peek() != word {
		return false
	}
	r.at++
	return true
}

func (r *claimReader) more() bool { return r.bad == nil && r.at < len(r.words) }

// oneOf takes a word of a list, or notes what is wrong with it.
func (r *claimReader) oneOf(should string, list []string) string {
	w := r.peek()
	if !slices.Contains(list, w) {
		r.fault(should+" should stand", didYouMean(w, list))
	}
	return r.next()
}

// fault points at the word that comes next.
func (r *claimReader) fault(should, hint string) {
	if r.bad != nil {
		return
	}
	const around = 6
	show := slices.Clone(r.words[max(0, r.at-around):min(len(r.words), r.at+around)])
	message := "it ends where " + should
	if w := r.peek(); w != "" {
		message = fmt.Sprintf("word %d is %.40q, where %s", r.at+1, w, should)
		show[min(r.at, around)] = ">>" + w + "<<"
	}
	if len(show) > 0 {
		message += fmt.Sprintf(": %.200s", strings.Join(show, " "))
	}
	r.bad = problem("bad-"+r.what, r.what, message, hint)
}

// actor takes an actor, or a group of actors.
func (r *claimReader) actor() (string, set) {
	name := r.oneOf("an actor", r.v.groupNames())
	if group, ok := r.v.groups[name]; ok {
		return name, group
	}
	return name, setOf(r.v.actors[name])
}

func (r *claimReader) claim() *Claim {
	c := &Claim{when: always, unless: never, actors: setUpTo(len(r.v.Actors))}
	c.Always = r.oneOf("never or always", []string{"never", "always"}) == "always"
	c.Verdict = comity.Verdict(r.oneOf("a verdict", []string{"required", "prohibited", "permitted", "no-rule", "needs-counsel"}))
	c.Act = r.oneOf("an act", r.v.names.acts)
	parts := []string{"for", "when", "unless"}
	for r.more() {
		part := r.oneOf(orList(parts), parts)
		switch part {
		case "for":
			c.Actor, c.actors = r.actor()
		case "when":
			c.when = r.rows()
		case "unless":
			c.unless = r.rows()
		}
		parts = slices.DeleteFunc(parts, func(p string) bool { return p == part })
	}
	return c
}

// rows reads FACT = A|B, FACT = C: all of them hold.
func (r *claimReader) rows() *condition {
	out := always
	for again := true; again; again = r.take(",") {
		out = allOf(out, r.row())
	}
	return out
}

func (r *claimReader) row() *condition {
	f, ok := r.v.Fact(r.peek())
	if ok && (f.Type == Instant || f.Type == Date) {
		r.fault("one of a few values must be asked for, and this is a moment", "name the fact that is computed from it, such as clock.hours_past_release")
	}
	r.oneOf("a fact", r.v.names.facts)
	r.oneOf("the sign =", []string{"="})
	if r.bad != nil {
		return always
	}
	k := &condition{op: opFact, fact: f.index}
	for again := true; again; again = r.take("|") {
		val, bad := f.read(r.peek())
		if bad != nil {
			r.fault("a value of "+f.Name+" should stand", bad.Hint)
			return always
		}
		k.cells.add(val.cell)
		r.next()
	}
	return k
}
