package law

import (
	"slices"

	"comity"
)

// Kinds of silence.
const (
	Meant    = "meant"
	Searched = "searched"
	Gap      = "gap"
)

// Gaps lists the declared gaps that a question falls into: why its answer is
// incomplete although every layer is loaded. A faulty question has none.
func (b *Book) Gaps(q comity.Question) []*Silence {
	c, bad := b.ask(&q)
	if bad != nil {
		return nil
	}
	return c.gaps()
}

// Pack is the pack that declares the silence.
func (s *Silence) Pack() *Pack { return s.pack }

// covers says whether the silence speaks of an actor on a day.
func (s *Silence) covers(actor int, m moment) bool {
	return s.actors.has(actor) && s.lasts.covers(m)
}

func (c *asked) gaps() []*Silence {
	var out []*Silence
	for _, s := range c.law.gaps[c.act] {
		if s.covers(c.actor, c.moment) && s.pack.knownBy(c.known) && appliesTo(s.pack.Agencies, c.q.Agency) {
			out = append(out, s)
		}
	}
	return out
}

// addGaps sorts the gaps of a pack by act.
func (l *localLaw) addGaps(p *Pack) {
	for _, s := range p.Silent {
		if s.Kind != Gap {
			continue
		}
		for _, a := range s.acts {
			l.gaps[a] = append(l.gaps[a], s)
		}
	}
}

func (p *Pack) readSilence(it item) {
	f := it.fields(silenceKeys...)
	s := &Silence{pack: p, Kind: Searched, Why: it.need(f, "why"), WhyES: f["why_es"].text()}
	it.need2(f, "acts")
	s.Acts = p.actWords(f["acts"])
	for _, a := range s.Acts {
		s.acts = append(s.acts, p.scope.v.acts[a])
	}
	if k := f["kind"]; !k.isNull() {
		s.Kind = k.choice(Meant, Searched, Gap)
	}
	if f["binds"].isNull() {
		for a := range p.scope.v.Actors {
			s.actors.add(a)
		}
	} else {
		s.Binds, s.actors = f["binds"].words(), p.scope.actors(f["binds"])
	}
	s.From, s.Until, s.lasts = it.readPeriod(f, "from", "until")
	p.Silent = append(p.Silent, s)
}

// withGaps adds the layers of the gaps to the layers that are not loaded.
func withGaps(layers []comity.Layer, gaps []*Silence) []comity.Layer {
	for _, g := range gaps {
		if !slices.Contains(layers, g.pack.Layer) {
			layers = append(layers, g.pack.Layer)
		}
	}
	return layers
}
