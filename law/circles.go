package law

import (
	"encoding/binary"
	"slices"

	"comity"
)

// A circle is several actors who meet the very same law on one act: one answer
// serves them all.
type circle struct {
	*asked // of the first of them
	actors []string
	rules  []played
}

// askOn asks a closed question of which nothing but its subject is given.
func (b *Book) askOn(place, act, actor, on string) (*asked, error) {
	q := comity.Question{In: place, On: on, Act: act, Actor: actor, Closed: true}
	c, bad := b.ask(&q)
	if bad != nil {
		return nil, bad
	}
	return c, nil
}

// A survey asks about many acts and actors of one place and day.
type survey struct {
	base    *asked
	readers map[*Rule]bool // rules that ask who acts, as far as looked
	alike   bool           // the facts of a question are the same whoever acts
}

func (b *Book) surveyOf(place, on string) (*survey, error) {
	v := b.vocabulary
	base, err := b.askOn(place, v.Acts[0].Name, v.Actors[0].Name, on)
	if err != nil {
		return nil, err
	}
	s := &survey{base: base, readers: map[*Rule]bool{}}
	s.alike = !slices.ContainsFunc(base.law.impossible, func(k limit) bool { return k.readsActor() }) &&
		!slices.ContainsFunc(v.Facts, func(f *Fact) bool { return f.logic != nil && f.logic.readsActor() })
	return s, nil
}

// ask asks about one actor's act.
func (s *survey) ask(act, actor int) (*asked, error) {
	v := s.base.book.vocabulary
	if !s.alike {
		return s.base.book.askOn(s.base.q.In, v.Acts[act].Name, v.Actors[actor].Name, s.base.q.On)
	}
	c, q := *s.base, *s.base.q
	q.Act, q.Actor = v.Acts[act].Name, v.Actors[actor].Name
	c.q, c.act, c.actor, c.scratch = &q, act, actor, nil
	return &c, nil
}

// circles divides actors into those who meet the same law on an act. Actors
// whom nothing binds form a circle too.
func (s *survey) circles(act int, actors set) ([]circle, error) {
	var out []circle
	at := map[string]int{}
	for _, actor := range s.base.book.vocabulary.byName {
		if !actors.has(actor) {
			continue
		}
		c, err := s.ask(act, actor)
		if err != nil {
			return nil, err
		}
		rules, _ := c.inPlay()
		key := s.key(c, rules)
		if i, ok := at[key]; ok {
			out[i].actors = append(out[i].actors, c.q.Actor)
			continue
		}
		at[key] = len(out)
		out = append(out, circle{c, []string{c.q.Actor}, rules})
	}
	return out, nil
}

// key is the same for two actors only if they meet the same rules and orders,
// none of which asks who acts.
func (s *survey) key(c *asked, rules []played) string {
	key := []byte{byte(bit(len(c.uncovered()) > 0))}
	reader := !s.alike
	for _, r := range rules {
		key = binary.AppendUvarint(key, uint64(r.rule.index)<<1|bit(r.fromMind))
		key = binary.AppendUvarint(key, uint64(len(r.orders)))
		for _, o := range r.orders {
			key = binary.AppendUvarint(key, uint64(o.index))
			reader = reader || o.when.readsActor()
		}
		reader = reader || s.reads(r.rule)
	}
	if reader {
		key = append(key, 0xff, byte(c.actor))
	}
	return string(key)
}

func (s *survey) reads(r *Rule) bool {
	is, ok := s.readers[r]
	if !ok {
		is = r.when.readsActor() || r.unless.readsActor()
		s.readers[r] = is
	}
	return is
}

// readsActor says whether the condition asks who acts.
func (c *condition) readsActor() bool {
	return c.op == opActor || slices.ContainsFunc(c.kids, (*condition).readsActor)
}

// conditions are all that some rules and their orders read, for one actor.
func conditions(rules []played, actor int) []*condition {
	var out []*condition
	for _, r := range rules {
		out = append(out, allOf(r.rule.when.forActor(actor), negation(r.rule.unless.forActor(actor))))
		for _, o := range r.orders {
			out = append(out, o.when.forActor(actor))
		}
	}
	return out
}

// conditions are all that the rules of the plan and their orders read.
func (p *plan) conditions() []*condition {
	var out []*condition
	for _, r := range p.rules {
		out = append(out, r.fires)
		for _, o := range r.orders {
			out = append(out, o.when)
		}
	}
	return out
}
