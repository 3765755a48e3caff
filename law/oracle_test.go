package law

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"comity"
)

// The oracle answers a question by trying every completion of its unknown
// facts one by one, with its own reading of semantics 4 to 8. It shares with
// the product only the truth of one condition on known facts.

type verdictOfOne struct {
	verdict, believed comity.Verdict
	carrying          []string
	overridden        []string
	flags             []comity.Flag
	layers            [6]comity.Voice
	defeated          []string // "rule by"
	suspended         []string // "rule order"
}

func oracleOne(p *plan, facts pattern) verdictOfOne {
	var out verdictOfOne
	stands := map[int]bool{}
	fires := map[int]bool{}
	unsettled := false
	for i, r := range p.rules {
		met := r.Rule.when.holds(p.actor, facts) == yes && r.Rule.unless.holds(p.actor, facts) == no
		suspended := false
		for _, o := range r.orders {
			if o.Order.when.holds(p.actor, facts) == yes {
				suspended = true
				unsettled = unsettled || met && o.Unsettled != ""
				out.suspended = append(out.suspended, r.ID+" "+o.ID)
			}
		}
		fires[i] = met && !suspended
	}
	// A rule stands if it fires and no standing rule defeats it: repeat until nothing changes.
	maps.Copy(stands, fires)
	for range p.rules {
		for i, r := range p.rules {
			stands[i] = fires[i]
			for j, o := range p.rules {
				if j != i && stands[j] && slices.Contains(o.Defeats, r.ID) {
					stands[i] = false
				}
			}
		}
	}
	for i, r := range p.rules {
		for j, o := range p.rules {
			if fires[i] && stands[j] && slices.Contains(o.Defeats, r.ID) {
				out.defeated = append(out.defeated, r.ID+" "+o.ID)
			}
		}
	}
	conflict := false
	var answer comity.Verdict = comity.NoRule
	var carry []planRule
	all := func(list []planRule, ok func(planRule) bool) bool {
		return !slices.ContainsFunc(list, func(r planRule) bool { return !ok(r) })
	}
	some := func(list []planRule, ok func(planRule) bool) bool { return slices.ContainsFunc(list, ok) }
	yields := func(r planRule) bool { return r.Lower == "yields" }
	shields := func(r planRule) bool { return r.Lower == "shields" }
	contested := func(r planRule) bool { return r.Contested != "" }
	for layer := range 6 {
		by := map[comity.Verdict][]planRule{}
		for i, r := range p.rules {
			if stands[i] && r.layer == layer {
				by[r.Verdict] = append(by[r.Verdict], r)
			}
		}
		out.layers[layer] = comity.Silent
		v := comity.Verdict("")
		for _, try := range []comity.Verdict{comity.Prohibited, comity.Required, comity.Permitted} {
			if len(by[try]) > 0 {
				v = try
				break
			}
		}
		if v == "" {
			continue
		}
		out.layers[layer] = comity.Voice(v)
		if v == comity.Prohibited && len(by[comity.Required]) > 0 {
			conflict = true
			for _, r := range by[comity.Required] {
				out.overridden = append(out.overridden, r.ID)
			}
		}
		speak := by[v]
		override := func() {
			for _, r := range speak {
				out.overridden = append(out.overridden, r.ID)
			}
			if v != comity.Permitted && (some(carry, contested) || some(speak, contested)) {
				conflict = true
			}
		}
		switch {
		case answer == comity.NoRule:
			answer, carry = v, speak
		case answer == v:
			carry = append(slices.Clone(carry), speak...)
		case all(carry, yields):
			answer, carry = v, speak
		case answer == comity.Prohibited:
			override()
		case answer == comity.Required && v == comity.Prohibited:
			override()
		case answer == comity.Required:
		case answer == comity.Permitted && some(carry, shields) && v == comity.Prohibited:
			override()
		case answer == comity.Permitted && v == comity.Required:
			answer, carry = v, speak
		}
	}
	out.verdict = answer
	for _, r := range carry {
		out.carrying = append(out.carrying, r.ID)
	}
	if conflict {
		out.flags = append(out.flags, comity.Conflict)
	}
	if unsettled || some(carry, contested) {
		out.flags = append(out.flags, comity.Unsettled)
	}
	if len(carry) > 0 && all(carry, func(r planRule) bool { return r.fromMind }) {
		out.flags = append(out.flags, comity.Unverified)
	}
	if some(carry, func(r planRule) bool { return r.Untranslatable != "" }) ||
		p.uncovered && (answer == comity.NoRule || answer == comity.Permitted && !some(carry, shields)) {
		out.verdict, out.believed = comity.NeedsCounsel, answer
	}
	return out
}

// completions lists every possible pattern that agrees with the question.
func completions(c *asked, free []int) []pattern {
	v := c.book.vocabulary
	domain := make(pattern, len(v.Facts))
	for i, f := range v.Facts {
		domain[i] = c.pattern[i]
		if slices.Contains(free, i) {
			domain[i] = f.domain
		}
	}
	var out []pattern
	var walk func(i int, p pattern)
	walk = func(i int, p pattern) {
		if i < len(v.Facts) {
			if v.Facts[i].logic != nil {
				walk(i+1, p)
				return
			}
			for _, cell := range domain[i].members() {
				p[i] = setOf(cell)
				walk(i+1, p)
			}
			p[i] = domain[i]
			return
		}
		p = slices.Clone(p)
		for i, f := range v.Facts {
			if f.logic == nil {
				continue
			}
			p[i] = setOf(0)
			if f.logic.holds(c.actor, p) == yes {
				p[i] = setOf(1)
			}
			if c.source[i] == given && p[i] != c.pattern[i] {
				return
			}
		}
		for _, k := range c.law.impossible {
			if k.holds(c.actor, p) == yes {
				return
			}
		}
		out = append(out, p)
	}
	walk(0, slices.Clone(domain))
	return out
}

// oracle is the answer by definition.
func oracle(c *asked, p *plan) (comity.Decision, [6]comity.Voice) {
	v := c.book.vocabulary
	all := completions(c, nil)
	answers := make([]verdictOfOne, len(all))
	for i, f := range all {
		answers[i] = oracleOne(p, f)
	}
	var d comity.Decision
	d.Possible = verdictsIn(answers)
	d.Missing = []string{}
	d.Verdict = comity.NeedsFacts
	if len(d.Possible) == 1 {
		d.Verdict, d.Possible = d.Possible[0], []comity.Verdict{}
	}
	one := answers[0]
	d.Rules, d.MayCarry = commonAndRest(answers, func(a verdictOfOne) []string { return a.carrying })
	d.Overridden, _ = commonAndRest(answers, func(a verdictOfOne) []string { return a.overridden })
	flags, _ := commonAndRest(answers, func(a verdictOfOne) []string {
		var out []string
		for _, f := range a.flags {
			out = append(out, string(f))
		}
		return out
	})
	for _, f := range flags {
		d.Flags = append(d.Flags, comity.Flag(f))
	}
	layers := one.layers
	for _, a := range answers {
		for i := range layers {
			if a.layers[i] != layers[i] {
				layers[i] = comity.Unknown
			}
		}
	}
	if d.Verdict == comity.NeedsFacts {
		d.Missing = missingByDefinition(v, c, all, answers, nil)
	}
	if len(d.Possible) == 0 && d.Verdict == comity.NeedsCounsel {
		d.Believed = &one.believed
		for _, a := range answers {
			if a.believed != one.believed {
				d.Believed = nil
			}
		}
	}
	d.CouldChange = couldByDefinition(c, p)
	return d, layers
}

func couldByDefinition(c *asked, p *plan) []string {
	var defaults []int
	for i := range c.source {
		if c.source[i] == byDefault {
			defaults = append(defaults, i)
		}
	}
	out := []string{}
	if len(defaults) == 0 {
		return out
	}
	all := completions(c, defaults)
	answers := make([]verdictOfOne, len(all))
	for i, f := range all {
		answers[i] = oracleOne(p, f)
	}
	for _, i := range defaults {
		if differsAlone(c.book.vocabulary, all, answers, i) {
			out = append(out, c.book.vocabulary.Facts[i].Name)
		}
	}
	slices.Sort(out)
	return out
}

func verdictsIn(answers []verdictOfOne) []comity.Verdict {
	var out []comity.Verdict
	for _, a := range answers {
		out = append(out, a.verdict)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func commonAndRest(answers []verdictOfOne, of func(verdictOfOne) []string) (common, rest []string) {
	count := map[string]int{}
	for _, a := range answers {
		ids := slices.Clone(of(a))
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			count[id]++
		}
	}
	common, rest = []string{}, []string{}
	for _, id := range slices.Sorted(maps.Keys(count)) {
		if count[id] == len(answers) {
			common = append(common, id)
		} else {
			rest = append(rest, id)
		}
	}
	return common, rest
}

func differsAlone(v *Vocabulary, all []pattern, answers []verdictOfOne, fact int) bool {
	seen := map[string]comity.Verdict{}
	for i, p := range all {
		var key strings.Builder
		for k := range p {
			if k != fact && v.Facts[k].logic == nil {
				fmt.Fprint(&key, p[k], ";")
			}
		}
		if first, ok := seen[key.String()]; ok && first != answers[i].verdict {
			return true
		}
		seen[key.String()] = answers[i].verdict
	}
	return false
}

func missingByDefinition(v *Vocabulary, c *asked, all []pattern, answers []verdictOfOne, _ []int) []string {
	total := len(verdictsIn(answers))
	out := []string{}
	for i, f := range v.Facts {
		if f.logic != nil || c.pattern[i].size() < 2 {
			continue
		}
		is := differsAlone(v, all, answers, i)
		by := map[set][]verdictOfOne{}
		for k, p := range all {
			by[p[i]] = append(by[p[i]], answers[k])
		}
		for _, some := range by {
			is = is || len(verdictsIn(some)) < total
		}
		if is {
			out = append(out, f.Name)
		}
	}
	slices.Sort(out)
	return out
}

// TestSearchEqualsEnumeration compares every part of an answer under unknown
// facts with the answer by definition, on random law.
func TestSearchEqualsEnumeration(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	asked, refused, open, searched := 0, 0, 0, 0
	for round := range 120 {
		files := randomLaw(r)
		b, err := Load(files)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for range 12 {
			q := randomQuestion(r)
			asked++
			c, bad := b.ask(&q)
			if bad != nil {
				refused++
				checkRefusal(t, b, q, bad)
				continue
			}
			rules, _ := c.inPlay()
			p := c.planFor(rules, len(c.uncovered()) > 0)
			got, err := b.Decide(q)
			if err != nil {
				t.Fatal(err)
			}
			want, layers := oracle(c, p)
			if want.Verdict == comity.NeedsFacts {
				open++
			}
			if !p.complete(c) && !p.definite(p.stand(c.pattern)) {
				searched++
			}
			compareDecisions(t, got, want, layers)
			if !got.Exact {
				t.Error("a small search must be exact")
			}
			if t.Failed() {
				for _, name := range slices.Sorted(maps.Keys(files)) {
					if strings.HasPrefix(name, "law/") {
						t.Logf("%s\n%s", name, files[name].Data)
					}
				}
				t.Fatalf("question %+v\ngot  %+v\nwant %+v", q, got, want)
			}
		}
	}
	t.Logf("%d questions, %d refused, %d needed facts, %d needed the search", asked, refused, open, searched)
	if open < 200 || searched < 500 {
		t.Errorf("too few questions with open facts: %d, %d searched", open, searched)
	}
}

// checkRefusal: a refused question has no possible completion of its given facts.
func checkRefusal(t *testing.T, b *Book, q comity.Question, bad *comity.Problem) {
	t.Helper()
	if bad.Code != "impossible-pattern" && bad.Code != "inconsistent-fact" {
		t.Fatalf("refused: %v", bad)
	}
	c := &asked{book: b}
	c.begin(&q)
	c.findNames()
	c.readFacts()
	for i, f := range b.vocabulary.Facts {
		if c.source[i] == unknown {
			c.pattern[i] = f.domain
		}
	}
	if n := len(completions(c, nil)); n > 0 {
		t.Fatalf("%v was refused (%v) but %d completions are possible", q.Facts, bad, n)
	}
}

func compareDecisions(t *testing.T, got, want comity.Decision, layers [6]comity.Voice) {
	t.Helper()
	check := func(what string, a, b any) {
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%s: got %v, want %v", what, a, b)
		}
	}
	check("verdict", got.Verdict, want.Verdict)
	check("possible", got.Possible, want.Possible)
	check("missing", got.Missing, want.Missing)
	check("could_change", got.CouldChange, want.CouldChange)
	check("rules", got.Rules, want.Rules)
	check("may_carry", got.MayCarry, want.MayCarry)
	check("overridden", got.Overridden, want.Overridden)
	got.Flags = slices.DeleteFunc(slices.Clone(got.Flags), func(f comity.Flag) bool { return f == comity.Incomplete })
	slices.SortFunc(want.Flags, func(a, b comity.Flag) int { return cmp.Compare(a, b) })
	check("flags", got.Flags, want.Flags)
	check("believed", believed(got.Believed), believed(want.Believed))
	for i, l := range comity.Layers {
		check("layer "+string(l), got.Layers[l], layers[i])
	}
}
