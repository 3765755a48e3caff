package law

import (
	"fmt"
	"slices"

	"comity"
)

// A Wish is a case that a reader wants to see: what each of some layers says.
type Wish struct {
	Act, Actor string // empty: any
	Says       map[comity.Layer]comity.Voice
}

// An Example is a case in which the layers speak as wished.
type Example struct {
	Place, Act string
	CounterExample
}

// ReadWish reads "state prohibits, city permits [ACT] [for ACTOR]". The error
// says which word is wrong.
func (b *Book) ReadWish(text string) (*Wish, error) {
	r := &claimReader{v: b.vocabulary, words: claimWords(text)}
	w := &Wish{Says: map[comity.Layer]comity.Voice{}}
	words := map[string]comity.Voice{
		"prohibits": comity.Voice(comity.Prohibited), "requires": comity.Voice(comity.Required), "permits": comity.Voice(comity.Permitted), "silent": comity.Silent,
	}
	for r.bad == nil {
		layer := comity.Layer(r.oneOf("a layer", layerNames))
		w.Says[layer] = words[r.oneOf("what the layer says", []string{"prohibits", "requires", "permits", "silent"})]
		if len(r.words) == 0 || r.words[0] != "," {
			break
		}
		r.next()
	}
	if r.bad == nil && len(r.words) > 0 && r.words[0] != "for" {
		w.Act = r.oneOf("an act", b.vocabulary.names.acts)
	}
	if r.bad == nil && len(r.words) > 0 {
		r.oneOf("for", []string{"for"})
		w.Actor = r.oneOf("an actor", b.vocabulary.names.actors)
	}
	if r.bad == nil && len(r.words) > 0 {
		r.bad = problem("bad-wish", "example", fmt.Sprintf("%.40q is one word too many", r.words[0]), "write  state prohibits, city permits ACT for ACTOR")
	}
	if r.bad != nil {
		return nil, r.bad
	}
	return w, nil
}

// Examples finds cases at a place, or at every place with law of its own: one
// for each act, the one in which the fewest facts are unusual.
func (b *Book) Examples(w *Wish, place, on string) ([]Example, error) {
	places := []string{place}
	if place == "" {
		places = sortedNames(b.placesWithLaw())
	}
	var out []Example
	for _, in := range places {
		for _, act := range b.vocabulary.Acts {
			if w.Act != "" && w.Act != act.Name {
				continue
			}
			x, err := b.exampleOf(w, in, on, act.Name)
			if err != nil {
				return nil, err
			}
			if x != nil {
				out = append(out, Example{in, act.Name, *x})
			}
		}
	}
	return out, nil
}

func (b *Book) exampleOf(w *Wish, place, on, act string) (*CounterExample, error) {
	var best *CounterExample
	err := b.eachActor(place, on, act, w.Actor, func(c *asked) error {
		if !c.mayVoice(w) {
			return nil
		}
		s, err := c.analyse()
		if err != nil {
			return err
		}
		root := s.possible
		for layer, want := range w.Says {
			i := slices.Index(comity.Layers, layer)
			root = s.and(root, s.relabel(s.ofLayer[i], func(v int) int {
				if voiceWords[s.spokens.list[v].voice] == want {
					return 1
				}
				return 0
			}))
		}
		if s.over || root == isFalse {
			return nil
		}
		facts, _ := s.shortest(root, nil)
		if best == nil || len(facts) < len(best.Facts) {
			x, err := c.example(facts)
			if err != nil {
				return err
			}
			best = x
		}
		return nil
	})
	return best, err
}

// mayVoice skips what no rule in play can say.
func (c *asked) mayVoice(w *Wish) bool {
	rules, _ := c.inPlay()
	for layer, want := range w.Says {
		if want != comity.Silent && !slices.ContainsFunc(rules, func(p played) bool {
			return p.rule.pack.Layer == layer && comity.Voice(p.rule.Verdict) == want
		}) {
			return false
		}
	}
	return true
}
