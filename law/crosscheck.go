package law

import (
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"comity"
)

// A CrossCheck says what came of asking the three forms of the law the same:
// the plain evaluator, the bit matrix, and the diagrams of the layers, joined
// by their table of verdicts and, where that is not too large, ahead.
type CrossCheck struct {
	Questions int          // sets of rules in play
	Patterns  int          // of facts, each asked of every form
	Forms     map[Form]int // how the questions are compiled
	Nodes     int          // of the diagrams of all layers of all questions
	Largest   int          // of one layer
	Apart     []Apart
}

// Apart is a case on which the forms give different verdicts: a fault of the
// program, never of a pack.
type Apart struct {
	In, On, Agency, Actor, Act string
	Facts                      comity.Facts
	Verdicts                   map[string]comity.Verdict // by form; empty: the facts are impossible
}

// CrossCheck compares the forms on random patterns of facts, most of them
// possible, for every set of rules that is in play for some actor on the first
// day of a rule of the packs chosen. The same book is always asked the same.
func (b *Book) CrossCheck(chosen func(*Pack) bool) CrossCheck {
	todo := b.distinctQuestions(chosen)
	results := make([]CrossCheck, len(todo))
	next := make(chan int, len(todo))
	for i := range todo {
		next <- i
	}
	close(next)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range next {
				results[i] = newChecker(todo[i]).check(rand.New(rand.NewPCG(1, uint64(i))))
			}
		})
	}
	wait.Wait()
	out := CrossCheck{Forms: map[Form]int{}}
	for _, r := range results {
		out.add(r)
	}
	return out
}

func (x *CrossCheck) add(o CrossCheck) {
	x.Questions += o.Questions
	x.Patterns += o.Patterns
	x.Nodes += o.Nodes
	x.Largest = max(x.Largest, o.Largest)
	for form, n := range o.Forms {
		x.Forms[form] += n
	}
	x.Apart = append(x.Apart, o.Apart...)
}

// lastKnown serves a book without a clock: all that was ever learned.
const lastKnown = "2199-12-31"

// distinctQuestions asks for one actor of those for whom the same rules are in play.
func (b *Book) distinctQuestions(chosen func(*Pack) bool) []*asked {
	var out []*asked
	seen := map[string]bool{}
	for _, p := range b.packs {
		if !chosen(p) {
			continue
		}
		var agency string
		if len(p.Agencies) > 0 {
			agency = p.Agencies[0]
		}
		for on, acts := range p.firstDays() {
			for _, act := range slices.Sorted(maps.Keys(acts)) {
				for _, actor := range acts[act].members() {
					q := comity.Question{In: p.Place, On: on.String(), Agency: agency, Closed: true, Act: b.vocabulary.Acts[act].Name, Actor: b.vocabulary.Actors[actor].Name}
					if b.Now == nil {
						q.Known = lastKnown
					}
					c, bad := b.ask(&q)
					if bad != nil {
						continue // a pack of no place
					}
					rules, _ := c.inPlay()
					key := string(c.planKey(rules, len(c.uncovered()) > 0, false))
					if len(rules) > 0 && !seen[key] {
						seen[key] = true
						out = append(out, c)
					}
				}
			}
		}
	}
	return out
}

// firstDays gives, in order, the days on which rules begin, and the actors
// that they bind by act.
func (p *Pack) firstDays() func(yield func(day, map[int]set) bool) {
	days := map[day]map[int]set{}
	for _, r := range p.Rules {
		on := max(r.lasts.from.day, p.knownFrom, dayOf(1950, 1, 1))
		if days[on] == nil {
			days[on] = map[int]set{}
		}
		for _, a := range r.acts {
			days[on][a] = days[on][a].union(r.actors)
		}
	}
	return func(yield func(day, map[int]set) bool) {
		for _, on := range slices.Sorted(maps.Keys(days)) {
			if !yield(on, days[on]) {
				return
			}
		}
	}
}

// Patterns asked of each question: those drawn as possible, and those drawn
// without regard to what is.
const (
	possiblePatterns = 12
	anyPatterns      = 4
)

// A checker holds the forms of one question.
type checker struct {
	c        *asked
	p        *plan
	layers   *layers
	limits   []*condition
	deciders []*Decider
}

func newChecker(c *asked) *checker {
	rules, _ := c.inPlay()
	k := &checker{c: c, p: c.newPlan(rules, len(c.uncovered()) > 0)}
	k.p.matrix = newMatrix(k.p)
	k.layers = k.p.draw(c)
	k.limits = k.layers.limits()
	k.deciders = append(k.deciders, k.layers.decider(ByLayer))
	if d := k.layers.decider(Joined); d.form == Joined {
		k.deciders = append(k.deciders, d)
	}
	return k
}

func (k *checker) check(r *rand.Rand) CrossCheck {
	out := CrossCheck{Questions: 1, Forms: map[Form]int{k.deciders[len(k.deciders)-1].form: 1}}
	for _, n := range k.deciders[0].nodes {
		out.Nodes += n
		out.Largest = max(out.Largest, n)
	}
	for i := range possiblePatterns + anyPatterns {
		out.Patterns++
		within := isTrue
		if i < possiblePatterns {
			within = k.layers.possible
		}
		if facts, verdicts := k.ask(k.layers.random(r, within)); !agree(verdicts) {
			out.Apart = append(out.Apart, Apart{k.c.q.In, k.c.q.On, k.c.q.Agency, k.c.q.Actor, k.c.q.Act, facts, verdicts})
		}
	}
	return out
}

func agree(verdicts map[string]comity.Verdict) bool {
	var first comity.Verdict
	for _, first = range verdicts {
		break
	}
	for _, v := range verdicts {
		if v != first {
			return false
		}
	}
	return true
}

// random draws a pattern that reaches true.
func (l *layers) random(r *rand.Rand, within ref) pattern {
	facts := slices.Clone(l.c.pattern)
	for level, f := range l.facts {
		var choices []int
		for i := range l.choices[level] {
			if l.kid(within, level, i) != isFalse {
				choices = append(choices, i)
			}
		}
		choice := choices[r.IntN(len(choices))]
		within = l.kid(within, level, choice)
		cells := l.cells(level, choice).members()
		facts[f] = setOf(cells[r.IntN(len(cells))])
	}
	return facts
}

// ask gives the verdict of every form.
func (k *checker) ask(whole pattern) (comity.Facts, map[string]comity.Verdict) {
	k.p.deriveLogic(whole)
	facts := comity.Facts{}
	for _, f := range k.layers.facts {
		fact := k.p.book.vocabulary.Facts[f]
		facts[fact.Name] = fact.sample(whole[f].first())
	}
	out := map[string]comity.Verdict{"plain": "", "matrix": ""}
	if !slices.ContainsFunc(k.limits, func(c *condition) bool { return c.holds(k.p.actor, whole) == yes }) {
		out["plain"], _ = k.p.conclude(k.p.stand(whole)).answer.verdict(k.p.uncovered)
		out["matrix"], _ = k.p.conclude(k.p.matrix.stand(k.p, whole)).answer.verdict(k.p.uncovered)
	}
	for _, d := range k.deciders {
		if row, err := d.Encode(facts, nil); err == nil {
			out[string(d.form)] = d.Verdict(row)
		} else {
			out[string(d.form)] = comity.Verdict(err.Error())
		}
	}
	return facts, out
}
