package law

// A status is how far one rule in play got: suspended, firing, standing.
// Each step may be open while facts are missing.
type status struct {
	orders    []truth // of each order that may suspend it
	suspended truth
	met       truth // its conditions are met, orders aside
	fires     truth
	stands    truth
}

// stand is the plain evaluator (semantics 4), the oracle for the bit matrix:
// each rule in turn, defeaters before those they defeat.
func (p *plan) stand(facts pattern) []status {
	out := make([]status, len(p.rules))
	for i := range p.rules {
		r, s := &p.rules[i], &out[i]
		s.met = r.fires.holds(p.actor, facts)
		for _, o := range r.orders {
			t := o.when.holds(p.actor, facts)
			s.orders = append(s.orders, t)
			s.suspended = either(s.suspended, t)
		}
		s.fires = both(s.met, s.suspended.not())
		beaten := no
		for _, d := range r.defeaters {
			beaten = either(beaten, out[d].stands)
		}
		s.stands = both(s.fires, beaten.not())
	}
	return out
}

func both(a, b truth) truth {
	switch {
	case a == no || b == no:
		return no
	case a == yes && b == yes:
		return yes
	}
	return maybe
}

func either(a, b truth) truth { return both(a.not(), b.not()).not() }

// definite says whether open facts leave nothing open that the answer shows:
// then the plain evaluator alone decides. A rule that may or may not stand
// does no harm where its voice cannot be heard.
func (p *plan) definite(all []status) bool {
	var loudest [6]voice
	for i := range p.rules {
		r := &p.rules[i]
		if v := voiceOf(r.Verdict); all[i].stands == yes && (loudest[r.layer] == silent || v < loudest[r.layer]) {
			loudest[r.layer] = v
		}
	}
	for i := range p.rules {
		r, s := &p.rules[i], &all[i]
		if s.met != maybe && s.suspended != maybe && s.stands != maybe {
			continue
		}
		heard := loudest[r.layer]
		drowned := heard == prohibits && voiceOf(r.Verdict) == permits || heard == requires && voiceOf(r.Verdict) == permits
		if !drowned || len(r.orders) > 0 || len(r.defeaters) > 0 || p.defeats(i) {
			return false
		}
	}
	return true
}

func (p *plan) defeats(i int) bool {
	for k := range p.rules {
		for _, d := range p.rules[k].defeaters {
			if d == i {
				return true
			}
		}
	}
	return false
}
