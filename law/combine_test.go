package law

import (
	"testing"

	"comity"
)

// Kleene's tables (semantics 3.3).
func TestKleene(t *testing.T) {
	for _, c := range []struct{ a, b, and, or truth }{
		{no, no, no, no}, {no, yes, no, yes}, {no, maybe, no, maybe},
		{yes, no, no, yes}, {yes, yes, yes, yes}, {yes, maybe, maybe, yes},
		{maybe, no, no, maybe}, {maybe, yes, maybe, yes}, {maybe, maybe, maybe, maybe},
	} {
		facts := pattern{truthSet(c.a), truthSet(c.b)}
		a, b := &condition{op: opFact, fact: 0, cells: setOf(1)}, &condition{op: opFact, fact: 1, cells: setOf(1)}
		if got := (&condition{op: opAnd, kids: []*condition{a, b}}).holds(0, facts); got != c.and || both(c.a, c.b) != c.and {
			t.Errorf("%v and %v: %v", c.a, c.b, got)
		}
		if got := (&condition{op: opOr, kids: []*condition{a, b}}).holds(0, facts); got != c.or || either(c.a, c.b) != c.or {
			t.Errorf("%v or %v: %v", c.a, c.b, got)
		}
	}
	for a, want := range map[truth]truth{no: yes, yes: no, maybe: maybe} {
		if a.not() != want {
			t.Errorf("not %v", a)
		}
	}
}

func truthSet(t truth) set {
	return map[truth]set{no: setOf(0), yes: setOf(1), maybe: setOf(0, 1)}[t]
}

// TestCombiningTable holds join to the table of semantics 6, cell by cell.
// Each row: the answer so far, then for P, R and W below: the answer, whether
// the lower rules carry (c), are overridden (o) or ignored (-), and whether
// doubt on either side makes a conflict (!).
func TestCombiningTable(t *testing.T) {
	type side struct {
		v             voice
		yields, shuts bool
	}
	P, R, W := side{prohibits, false, false}, side{requires, false, false}, side{permits, true, false}
	yieldingP, yieldingR, shield := side{prohibits, true, false}, side{requires, true, false}, side{permits, false, true}
	for _, row := range []struct {
		above         side
		p, r, w       comity.Verdict
		fateP, fateR  string
		fateW, fateSh string
	}{
		{side{}, comity.Prohibited, comity.Required, comity.Permitted, "c", "c", "c", "c"},
		{P, comity.Prohibited, comity.Prohibited, comity.Prohibited, "c", "o!", "o", "o"},
		{yieldingP, comity.Prohibited, comity.Required, comity.Permitted, "c", "c", "c", "c"},
		{R, comity.Required, comity.Required, comity.Required, "o!", "c", "-", "-"},
		{yieldingR, comity.Prohibited, comity.Required, comity.Permitted, "c", "c", "c", "c"},
		{W, comity.Prohibited, comity.Required, comity.Permitted, "c", "c", "c", "c"},
		{shield, comity.Permitted, comity.Required, comity.Permitted, "o!", "c", "c", "c"},
	} {
		for _, below := range []struct {
			side
			want comity.Verdict
			fate string
		}{{P, row.p, row.fateP}, {R, row.r, row.fateR}, {W, row.w, row.fateW}, {shield, row.w, row.fateSh}} {
			for _, contested := range []int{0, 1, 2} {
				var a joint
				if row.above.v != silent {
					a = a.join(0, spoken{chorus: chorus{voice: row.above.v, yields: row.above.yields, shields: row.above.shuts, contested: contested == 1}})
				}
				got := a.join(1, spoken{chorus: chorus{voice: below.v, yields: below.yields, shields: below.shuts, contested: contested == 2}})
				v, _ := got.verdict(false)
				carries, aside := got.carrying&2 != 0, got.overridden&2 != 0
				fate := map[bool]string{true: "c", false: "-"}[carries]
				if aside {
					fate = "o"
				}
				conflict := contested > 0 && len(below.fate) == 2
				if v != below.want || fate != below.fate[:1] || got.conflict != conflict {
					t.Errorf("%+v over %+v, contested %d: %s %s conflict %v; want %s %s", row.above, below.side, contested, v, fate, got.conflict, below.want, below.fate)
				}
			}
		}
	}
}

func TestVoiceOfALayer(t *testing.T) {
	p, r, w := chorus{voice: prohibits}, chorus{voice: requires}, chorus{voice: permits, yields: true}
	for name, c := range map[string]struct {
		rules    []chorus
		voice    voice
		conflict bool
	}{
		"nothing": {nil, silent, false}, "ban and duty": {[]chorus{p, r}, prohibits, true}, "duty and ban": {[]chorus{r, p}, prohibits, true},
		"ban and permission": {[]chorus{w, p}, prohibits, false}, "duty and permission": {[]chorus{w, r}, requires, false}, "permission": {[]chorus{w, w}, permits, false},
		"all": {[]chorus{w, r, p}, prohibits, true},
	} {
		var s spoken
		for _, k := range c.rules {
			s = s.hear(k)
		}
		if s.voice != c.voice || s.conflict != c.conflict {
			t.Errorf("%s: %+v", name, s)
		}
	}
}
