package law

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"comity"
)

func TestWhy(t *testing.T) {
	b := claimBook(t)
	q := comity.Question{In: "us-il", On: "2025-06-01", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: comity.Facts{"document.detainer": "i-247a", "person.role": "victim"}}
	w, err := b.Why(q)
	if err != nil {
		t.Fatal(err)
	}
	// One fact forces the ban: no judge's paper. What would alter it: one.
	if len(w.Forced) != 1 || !w.Exact || len(w.Nearest) == 0 || w.Then != comity.Permitted || w.Guarded {
		t.Errorf("%+v", w)
	}
	q.Facts["document.judicial"] = "arrest-warrant"
	q.Facts["document.signed_by"] = "state-judge"
	if w, err = b.Why(q); err != nil || len(w.Nearest) != 1 || w.Then != comity.Prohibited {
		t.Errorf("%v %+v", err, w)
	}
	if w, err = b.Why(comity.Question{In: "us-il", On: "2025-06-01", Actor: "county-jail", Act: "lend-equipment", Closed: true}); err != nil || len(w.Forced) != 0 || len(w.Nearest) != 0 || w.Then != "" {
		t.Errorf("silence: %v %+v", err, w)
	}
	if w, err = b.Why(comity.Question{In: "us-il", On: "2025-06-01", Actor: "county-jail", Act: "hold-on-detainer"}); err != nil || len(w.Forced) != 0 {
		t.Errorf("needs facts: %v %+v", err, w)
	}
	if _, err = b.Why(comity.Question{In: "us-nowhere"}); err == nil {
		t.Error("a reason for nowhere")
	}
}

// Banned acts of the public are not mapped for anybody.
func TestWhyNeverCoaches(t *testing.T) {
	b := bookOf(t, map[string]string{"us/none": "place: us\nlayer: federal\nrules:\n  - {id: us/none#1, act: block-or-touch, verdict: prohibited, binds: [bystander], when: {bystander.distance_feet: {lt: 25}}, from: null, says: {en: e, es: s}, cite: [{ref: 18 USC 111, source: s, checked: \"2026-01-01\", grade: A}]}\n"})
	w, err := b.Why(comity.Question{In: "us", On: "2025-06-01", Actor: "bystander", Act: "block-or-touch", Closed: true, Facts: comity.Facts{"bystander.distance_feet": "10"}})
	if err != nil || !w.Guarded || len(w.Nearest) != 0 || w.Then != "" {
		t.Errorf("%v %+v", err, w)
	}
}

// Of every shipped test: the forcing facts force (200 random fillings of all
// others), each is needed, and the nearest change changes what it says and
// varies nothing that cannot change.
func TestWhyOfShippedTests(t *testing.T) {
	b := shipped(t)
	r := rand.New(rand.NewPCG(3, 5))
	results := b.Test()
	checked, near := 0, 0
	for range 250 {
		x := results[r.IntN(len(results))]
		if len(x.Failures) > 0 || x.Decision.Verdict == comity.NeedsFacts || x.Test.Question.At != "" {
			continue
		}
		q := x.Test.Question
		w, err := b.Why(q)
		if err != nil {
			t.Fatal(err)
		}
		checked++
		if msg := forces(b, r, q, x.Decision.Verdict, w.Forced); msg != "" {
			t.Errorf("%s %s: %s; forced by %v", x.Pack.ID, x.Test.Name, msg, w.Forced)
		}
		if len(w.Nearest) == 0 {
			continue
		}
		near++
		changed := q
		changed.Facts = comity.Facts{}
		for k, v := range q.Facts {
			changed.Facts[k] = v
		}
		for _, f := range w.Nearest {
			fact, _ := b.Vocabulary().Fact(f.Fact)
			if !fact.Changeable || fact.NeverStored {
				t.Errorf("%s %s: varies %s", x.Pack.ID, x.Test.Name, f.Fact)
			}
			changed.Facts[f.Fact] = f.Value
		}
		d, err := b.Decide(changed)
		if err == nil && d.Verdict != w.Then && d.Verdict != comity.NeedsFacts {
			t.Errorf("%s %s: with %v it is %s, not %s", x.Pack.ID, x.Test.Name, w.Nearest, d.Verdict, w.Then)
		}
	}
	if checked < 100 || near < 50 {
		t.Errorf("only %d explained, %d with a change", checked, near)
	}
}

// forces asks with the forcing facts and random others.
func forces(b *Book, r *rand.Rand, q comity.Question, want comity.Verdict, forced []FactIn) string {
	c, bad := b.ask(&q)
	if bad != nil {
		return bad.Error()
	}
	rules, _ := c.inPlay()
	p := c.newPlan(rules, len(c.uncovered()) > 0)
	v := b.Vocabulary()
	for range 200 {
		facts := comity.Facts{}
		for _, f := range p.vars {
			fact := v.Facts[f]
			if fact.Type == Instant || fact.Type == Date || c.fixedByPlace(f) || c.pattern[f].size() != 1 {
				continue
			}
			members := fact.domain.members()
			facts[fact.Name] = fact.sample(members[r.IntN(len(members))])
		}
		for _, f := range forced {
			facts[f.Fact] = f.Value
		}
		d, err := b.Decide(comity.Question{In: q.In, On: q.On, Agency: q.Agency, Actor: q.Actor, Act: q.Act, Facts: facts, Closed: true, Open: q.Open})
		if err == nil && d.Verdict != want && d.Verdict != comity.NeedsFacts {
			return fmt.Sprintf("%s is not forced: %s on %v", want, d.Verdict, facts)
		}
	}
	return ""
}

// The nearest change is nearest: on small random laws no variation of fewer
// changeable facts alters the verdict (every one is tried).
func TestNearestIsNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 17))
	values := map[string][]string{
		"document.judicial": {"none", "arrest-warrant", "court-order"}, "info.public": {"true", "false"}, "request.exigent": {"true", "false"},
		"person.role": {"none", "victim", "suspect"}, "place.kind": {"none", "jail", "street"},
	}
	names := []string{"document.judicial", "info.public", "person.role", "place.kind", "request.exigent"}
	row := func() string {
		f := names[r.IntN(len(names))]
		return f + ": " + values[f][r.IntN(len(values[f]))]
	}
	compared := 0
	for range 25 {
		text := "place: us-il\nlayer: state\nrules:\n"
		for i := range 2 + r.IntN(3) {
			text += ruleText(fmt.Sprintf("us/il/a#%d", i), []string{"permitted", "prohibited", "required"}[r.IntN(3)], "transport", `"2018-01-01"`, fmt.Sprintf(", when: {all: [{%s}, {%s}]}", row(), row()))
		}
		b := bookOf(t, map[string]string{"us/none": federalSilence, "us/il/a": text})
		q := comity.Question{In: "us-il", On: "2025-01-01", Actor: "county-jail", Act: "transport", Closed: true, Facts: comity.Facts{}}
		for _, f := range names {
			q.Facts[f] = values[f][r.IntN(len(values[f]))]
		}
		d, err := b.Decide(q)
		if err != nil {
			continue // an impossible pattern
		}
		w, err := b.Why(q)
		if err != nil {
			t.Fatal(err)
		}
		least := len(names) + 1
		var try func(i, changed int, facts comity.Facts)
		try = func(i, changed int, facts comity.Facts) {
			if i == len(names) {
				x := q
				x.Facts = facts
				if got, err := b.Decide(x); err == nil && got.Verdict != d.Verdict {
					least = min(least, changed)
				}
				return
			}
			f, _ := b.Vocabulary().Fact(names[i])
			for _, v := range values[names[i]] {
				if v != q.Facts[names[i]] && !f.mayVary() {
					continue
				}
				next := comity.Facts{}
				for k, old := range facts {
					next[k] = old
				}
				next[names[i]] = v
				step := 0
				if v != q.Facts[names[i]] {
					step = 1
				}
				try(i+1, changed+step, next)
			}
		}
		try(0, 0, q.Facts)
		switch {
		case least > len(names) && len(w.Nearest) > 0:
			t.Errorf("nothing alters it, but %v is said to", w.Nearest)
		case least <= len(names) && len(w.Nearest) != least:
			t.Errorf("%d changes do, but %v is said to", least, w.Nearest)
		}
		if least <= len(names) {
			compared++
		}
	}
	if compared < 10 {
		t.Errorf("only %d compared", compared)
	}
}

// The facts that force a verdict are enough and as few as can be: on small
// random laws every set of facts is tried with every value of the others.
func TestForcedIsSmallest(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 31))
	values := map[string][]string{
		"agreement.terms": {"complete", "not-in-writing", "terms-missing"}, "consent.counsel": {"present", "waived", "neither"},
		"info.public": {"true", "false"}, "transport.out_of_state": {"true", "false"},
	}
	names := []string{"agreement.terms", "consent.counsel", "info.public", "transport.out_of_state"}
	row := func() string {
		f := names[r.IntN(len(names))]
		return f + ": " + values[f][r.IntN(len(values[f]))]
	}
	sizes := map[int]int{}
	for range 40 {
		text := "place: us-il\nlayer: state\nrules:\n"
		for i := range 2 + r.IntN(4) {
			text += ruleText(fmt.Sprintf("us/il/a#%d", i), []string{"permitted", "prohibited", "required"}[r.IntN(3)], "transport", `"2018-01-01"`, fmt.Sprintf(", when: {all: [{%s}, {%s}]}", row(), row()))
		}
		b := bookOf(t, map[string]string{"us/none": federalSilence, "us/il/a": text})
		q := comity.Question{In: "us-il", On: "2025-01-01", Actor: "county-jail", Act: "transport", Facts: comity.Facts{}}
		for _, f := range names {
			q.Facts[f] = values[f][r.IntN(len(values[f]))]
		}
		d, err := b.Decide(q)
		if err != nil {
			t.Fatal(err)
		}
		// forces: with these facts fixed, all values of the others agree.
		var forces func(keep, i int, facts comity.Facts) bool
		forces = func(keep, i int, facts comity.Facts) bool {
			if i == len(names) {
				x := q
				x.Facts = facts
				got, err := b.Decide(x)
				return err == nil && got.Verdict == d.Verdict
			}
			if keep>>i&1 == 1 {
				return forces(keep, i+1, withFact(facts, names[i], q.Facts[names[i]]))
			}
			return !slices.ContainsFunc(values[names[i]], func(v string) bool { return !forces(keep, i+1, withFact(facts, names[i], v)) })
		}
		least := len(names)
		for keep := range 1 << len(names) {
			if bits.OnesCount(uint(keep)) < least && forces(keep, 0, comity.Facts{}) {
				least = bits.OnesCount(uint(keep))
			}
		}
		w, err := b.Why(q)
		if err != nil {
			t.Fatal(err)
		}
		mine := 0
		for _, f := range w.Forced {
			mine |= 1 << slices.Index(names, f.Fact)
			if f.Value != q.Facts[f.Fact] {
				t.Errorf("%s is said to be %s", f.Fact, f.Value)
			}
		}
		if !w.Exact || len(w.Forced) != least || !forces(mine, 0, comity.Facts{}) {
			t.Errorf("%d facts force it, but %v (exact: %v) is said to", least, w.Forced, w.Exact)
		}
		sizes[least]++
	}
	if len(sizes) < 3 {
		t.Errorf("the laws are too alike: %v", sizes)
	}
}
