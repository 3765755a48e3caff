package law

import (
	"slices"

	"comity"
)

// A Wish is a case that a reader wants to see: what some layers say.
type Wish struct {
	Act, Actor string // empty: any; Actor may be a group
	Says       []Saying

	actors set
}

// A Saying is one layer, or one of several, with one voice. Silence is that of
// all of them.
type Saying struct {
	Layers []comity.Layer
	Voice  comity.Voice
}

// An Example is a case in which the layers speak as wished.
type Example struct {
	Place, Act string
	CounterExample
}

// local is what a county, a city or an agency says.
var local = []comity.Layer{comity.County, comity.City, comity.Policy}

// ReadWish reads "LAYER VOICE, LAYER VOICE… [ACT] [for ACTOR]", such as "state
// prohibits, city permits"; "local policy permits what state law prohibits" is
// read too. The error says which word is wrong.
func (b *Book) ReadWish(text string) (*Wish, error) {
	r := b.reader("wish", text)
	w := &Wish{actors: setUpTo(len(b.vocabulary.Actors))}
	for again := true; again; again = r.take(",") || r.take("what") {
		w.Says = append(w.Says, r.saying())
	}
	if r.more() && r.peek() != "for" {
		w.Act = r.oneOf("an act, a comma or for", b.vocabulary.names.acts)
	}
	if r.more() {
		r.oneOf("for", []string{"for"})
		w.Actor, w.actors = r.actor()
	}
	if r.more() {
		r.fault("nothing should stand", "write  state prohibits, city permits ACT for ACTOR")
	}
	if r.bad != nil {
		return nil, r.bad
	}
	return w, nil
}

func (r *claimReader) saying() Saying {
	name := r.oneOf("a layer", append([]string{"local"}, layerNames...))
	out := Saying{Layers: []comity.Layer{comity.Layer(name)}}
	if name == "local" {
		out.Layers = local
		r.take("policy")
	}
	r.take("law")
	says := []string{"prohibits", "requires", "permits", "silent"}
	voices := []comity.Voice{comity.Voice(comity.Prohibited), comity.Voice(comity.Required), comity.Voice(comity.Permitted), comity.Silent}
	if i := slices.Index(says, r.oneOf("what the layer says", says)); i >= 0 {
		out.Voice = voices[i]
	}
	return out
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
		of, err := b.surveyOf(in, on)
		if err != nil {
			return nil, err
		}
		for i, act := range b.vocabulary.Acts {
			if w.Act != "" && w.Act != act.Name {
				continue
			}
			x, err := of.example(w, i)
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

func (of *survey) example(w *Wish, act int) (*CounterExample, error) {
	actors := w.actors
	if !w.wantsSilence() {
		actors = actors.meet(of.base.law.bound[act])
	}
	circles, err := of.circles(act, actors)
	if err != nil {
		return nil, err
	}
	var best *CounterExample
	for _, c := range circles {
		if !c.mayVoice(w) {
			continue
		}
		s, err := c.analyse()
		if err != nil {
			return nil, err
		}
		root := s.possible
		for _, say := range w.Says {
			root = s.and(root, s.says(say))
		}
		if s.over {
			return nil, problem("too-many-facts", "-in", "the search for an example grew too large", "name an act and an actor")
		}
		if root == isFalse {
			continue
		}
		facts, _ := s.shortest(root)
		if best == nil || len(facts) < len(best.Facts) {
			if best, err = c.example(facts); err != nil {
				return nil, err
			}
		}
	}
	return best, nil
}

// says is where one of the layers speaks so, or all are silent.
func (s *search) says(say Saying) ref {
	silence := say.Voice == comity.Silent
	out := terminal(int(bit(silence)))
	for _, layer := range say.Layers {
		is := s.relabel(s.ofLayer[slices.Index(comity.Layers, layer)], func(v int) int {
			return int(bit(voiceWords[s.spokens.list[v].voice] == say.Voice))
		})
		if silence {
			out = s.and(out, is)
		} else {
			out = s.or(out, is)
		}
	}
	return out
}

// wantsSilence: only silence is asked for, which actors may meet whom no rule binds.
func (w *Wish) wantsSilence() bool {
	return !slices.ContainsFunc(w.Says, func(s Saying) bool { return s.Voice != comity.Silent })
}

// mayVoice skips what no rule in play can say.
func (c *circle) mayVoice(w *Wish) bool {
	for _, say := range w.Says {
		if say.Voice != comity.Silent && !slices.ContainsFunc(c.rules, func(p played) bool {
			return slices.Contains(say.Layers, p.rule.pack.Layer) && comity.Voice(p.rule.Verdict) == say.Voice
		}) {
			return false
		}
	}
	return true
}
