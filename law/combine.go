package law

import "comity"

// A voice is what one layer, or the answer so far, says.
type voice uint8

const (
	silent voice = iota
	prohibits
	requires
	permits
)

func voiceOf(v comity.Verdict) voice {
	switch v {
	case comity.Prohibited:
		return prohibits
	case comity.Required:
		return requires
	}
	return permits
}

func (v voice) verdict() comity.Verdict {
	switch v {
	case prohibits:
		return comity.Prohibited
	case requires:
		return comity.Required
	case permits:
		return comity.Permitted
	}
	return comity.NoRule
}

// A chorus is a voice with what matters about the rules behind it. It says
// nothing about which rules they are, so that few differ.
type chorus struct {
	voice          voice
	yields         bool // all of them
	shields        bool // some
	contested      bool // some
	fromMind       bool // all: known from memory only
	untranslatable bool // some
}

// with adds one more rule of the same voice.
func (c chorus) with(o chorus) chorus {
	return chorus{
		voice: c.voice, yields: c.yields && o.yields, shields: c.shields || o.shields,
		contested: c.contested || o.contested, fromMind: c.fromMind && o.fromMind, untranslatable: c.untranslatable || o.untranslatable,
	}
}

func (r *planRule) alone() chorus {
	return chorus{
		voice: voiceOf(r.Verdict), yields: r.Lower == "yields", shields: r.Lower == "shields",
		contested: r.Contested != "", fromMind: r.fromMind, untranslatable: r.Untranslatable != "",
	}
}

// A spoken layer is the voice of one layer (semantics 5).
type spoken struct {
	chorus
	conflict bool // a duty stands beside the ban
}

// hear adds one standing rule to the voice of its layer: a ban speaks over a
// duty, a duty over a permission.
func (s spoken) hear(r chorus) spoken {
	switch {
	case s.voice == silent:
		s.chorus = r
	case s.voice == r.voice:
		s.chorus = s.with(r)
	case r.voice < s.voice:
		s.conflict = s.conflict || s.voice == requires
		s.chorus = r
	case s.voice == prohibits && r.voice == requires:
		s.conflict = true
	}
	return s
}

// A joint is the answer from the federal layer down to some layer.
type joint struct {
	chorus
	carrying   uint8 // layers whose rules carry the answer, one bit each
	overridden uint8 // layers whose rules were set aside
	conflict   bool
}

// join takes in the next lower layer by the table of semantics 6.
func (a joint) join(layer int, s spoken) joint {
	bit := uint8(1) << layer
	a.conflict = a.conflict || s.conflict
	switch {
	case s.voice == silent:
	case a.voice == silent:
		a.chorus, a.carrying = s.chorus, bit
	case a.voice == s.voice:
		a.chorus, a.carrying = a.with(s.chorus), a.carrying|bit
	case a.yields:
		a.chorus, a.carrying = s.chorus, bit
	case a.voice == requires && s.voice == permits:
		// ignored: a permission adds nothing to a duty
	case a.voice == permits && s.voice == requires:
		a.chorus, a.carrying = s.chorus, bit
	default:
		a.overridden |= bit
		if s.voice != permits && (a.contested || s.contested) {
			a.conflict = true
		}
	}
	return a
}

// verdict says what the answer is, and what it would be but for doubt that is
// counsel's to settle.
func (a joint) verdict(uncovered bool) (v comity.Verdict, believed comity.Verdict) {
	v = a.voice.verdict()
	open := v == comity.NoRule || v == comity.Permitted && !a.shields
	if a.voice != silent && a.untranslatable || uncovered && open {
		return comity.NeedsCounsel, v
	}
	return v, ""
}
