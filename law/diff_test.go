package law

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity"
)

func TestDiffOfTwoDays(t *testing.T) {
	b := bookOf(t, map[string]string{
		"us/none": federalSilence,
		"us/il/a": "place: us-il\nlayer: state\nknown_from: \"2010-01-01\"\nrules:\n" +
			ruleText("us/il/a#old", "permitted", "transport", `"2018-01-01"`, "") +
			ruleText("us/il/a#new", "prohibited", "transport", `"2020-01-01"`, ", unless: {document.judge_signed: true}") +
			ruleText("us/il/a#same", "prohibited", "lend-equipment", `"2015-01-01"`, ""),
	})
	list, err := Diff(b, "2019-12-31", b, "2020-01-01", "us-il")
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %+v", err, list)
	}
	c := list[0]
	if c.From != comity.Permitted || c.To != comity.Prohibited || c.Act != "transport" || len(c.Actors) < 10 || c.Before[0] != "us/il/a#old" || c.After[0] != "us/il/a#new" || len(c.Facts) != 0 && c.Facts[0].Fact != "document.judicial" && c.Facts[0].Fact != "document.signed_by" {
		t.Errorf("%+v", c)
	}
	if list, err := Diff(b, "2020-01-01", b, "2025-01-01", ""); err != nil || len(list) != 0 {
		t.Errorf("nothing changed: %v %v", err, list)
	}
	if _, err := Diff(b, "soon", b, "2020-01-01", ""); err == nil {
		t.Error("no day, no fault")
	}
	if _, err := Diff(b, "2020-01-01", b, "2020-01-01", "us-nowhere"); err == nil {
		t.Error("no place, no fault")
	}
}

// Two random laws, every actor and every combination of facts that can occur:
// the patterns listed are those on which the answer changes, and no others.
func TestDiffListsEveryChangedPatternAndNoOther(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	all := everyRandomPattern()
	asked, changed := 0, 0
	enough := 200_000
	if testing.Short() {
		enough = 20_000
	}
	for asked < enough {
		a, err := Load(randomLaw(r))
		if err != nil {
			continue // two rules of a random law may not stand together
		}
		b, err := Load(randomLaw(r))
		if err != nil {
			continue
		}
		a.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
		b.Now = a.Now
		list, err := Diff(a, "2025-01-01", b, "2025-01-01", "us-aa-x")
		if err != nil {
			t.Fatal(err)
		}
		for _, actor := range []string{"police", "jail"} {
			for _, facts := range all {
				x, y, ok := decideBoth(a, b, comity.Question{In: "us-aa-x", On: "2025-01-01", Actor: actor, Act: "hold", Facts: facts, Closed: true})
				if !ok {
					continue // these facts never occur together
				}
				asked++
				if x != y {
					changed++
				}
				sameAsListed(t, a, list, actor, "hold", facts, x, y)
			}
		}
	}
	t.Logf("%d patterns, of which %d change", asked, changed)
	if changed < asked/10 {
		t.Error("few patterns change: the test shows little")
	}
}

func decideBoth(a, b *Book, q comity.Question) (x, y comity.Verdict, ok bool) {
	q.Known = "2026-11-21"
	before, err := a.Decide(q)
	if err != nil {
		return "", "", false
	}
	after, err := b.Decide(q)
	return before.Verdict, after.Verdict, err == nil
}

// sameAsListed wants one pattern of a change, if the verdicts differ, that the
// facts fit, and none otherwise.
func sameAsListed(t *testing.T, b *Book, list []Change, actor, act string, facts comity.Facts, x, y comity.Verdict) {
	t.Helper()
	for _, c := range list {
		if c.Act != act || !slices.Contains(c.Actors, actor) {
			continue
		}
		fits := slices.ContainsFunc(c.Patterns, func(p Pattern) bool { return b.fits(p, facts) })
		if is := c.From == x && c.To == y; fits && !is {
			t.Fatalf("%s %s %v: %s became %s, listed as %s to %s", actor, act, facts, x, y, c.From, c.To)
		} else if fits {
			return
		}
	}
	if x != y {
		t.Fatalf("%s %s %v: %s became %s, and it is not listed", actor, act, facts, x, y)
	}
}

// fits says whether facts that are all given fit a pattern.
func (b *Book) fits(p Pattern, facts comity.Facts) bool {
	return !slices.ContainsFunc(p, func(row Row) bool {
		f := b.vocabulary.Facts[row.fact]
		value, bad := f.read(facts[row.Fact])
		return bad != nil || !row.cells.has(value.cell)
	})
}

// everyRandomPattern is every combination of what conditions of a random law
// can tell apart.
func everyRandomPattern() []comity.Facts {
	out := []comity.Facts{{}}
	for name, values := range map[string][]string{
		"a.kind": {"none", "one", "two", "three"}, "b.paper": {"none", "judge", "clerk"}, "c.public": {"true", "false"},
		"d.hours": {"0", "10", "48", "60"}, "e.urgent": {"true", "false"}, "f.secret": {"true", "false"},
	} {
		var longer []comity.Facts
		for _, facts := range out {
			for _, v := range values {
				more := maps.Clone(facts)
				more[name] = v
				longer = append(longer, more)
			}
		}
		out = longer
	}
	return out
}

// The same of the shipped law of Illinois since before the reform of 2021, on
// random patterns of the facts that its changes turn on; and each smallest
// case, asked as it stands, changes as it says.
func TestDiffOfShippedLaw(t *testing.T) {
	b := shipped(t)
	const before, after = "2021-08-01", "2026-11-20"
	list, err := Diff(b, before, b, after, "us-il")
	if err != nil || len(list) == 0 {
		t.Fatal(len(list), err)
	}
	ask := func(c Change, actor string, facts comity.Facts) (x, y comity.Verdict, ok bool) {
		q := comity.Question{In: "us-il", Known: "2026-11-21", Actor: actor, Act: c.Act, Facts: facts, Closed: true}
		for on, v := range map[string]*comity.Verdict{before: &x, after: &y} {
			q.On = on
			d, err := b.Decide(q)
			if err != nil || d.Verdict == comity.NeedsFacts {
				return "", "", false
			}
			*v = d.Verdict
		}
		return x, y, true
	}
	r := rand.New(rand.NewPCG(20, 21))
	asked := 0
	for _, c := range list {
		if x, y, ok := ask(c, c.Actors[0], c.Facts.Facts()); !ok || x != c.From || y != c.To {
			t.Errorf("%s %s %v: in fact %s and %s, listed as %s to %s", c.Act, c.Actors[0], c.Facts.Facts(), x, y, c.From, c.To)
		}
		for range 60 {
			facts := comity.Facts{}
			for _, f := range b.vocabulary.Facts {
				if f.Type != Instant && f.Type != Date && f.logic == nil && f.Name != districtFact {
					facts[f.Name] = f.sample(f.domain.members()[r.IntN(f.domain.size())])
					if usual := cmp.Or(f.Default, f.Neutral); usual != "" && r.IntN(3) > 0 {
						facts[f.Name] = usual
					}
				}
			}
			for _, row := range c.Patterns[r.IntN(len(c.Patterns))] {
				if r.IntN(8) > 0 { // near the border, within and without
					facts[row.Fact] = b.vocabulary.Facts[row.fact].sample(row.cells.members()[r.IntN(row.cells.size())])
				}
			}
			actor := c.Actors[r.IntN(len(c.Actors))]
			if x, y, ok := ask(c, actor, facts); ok {
				asked++
				sameAsListed(t, b, list, actor, c.Act, facts, x, y)
			}
		}
	}
	if asked < len(list) {
		t.Errorf("only %d random patterns can occur: the test shows little", asked)
	}
	t.Logf("%d changes, %d random patterns", len(list), asked)
}

func TestDiffWantsOneVocabulary(t *testing.T) {
	a := bookOf(t, map[string]string{"us/none": federalSilence})
	text := strings.Replace(string(vocabularyText(t)), "  request.exigent:", "  request.sample:\n    {type: bool, neutral: false, module: request, known_by: agency, question: q, help: h}\n  request.exigent:", 1)
	b, err := Load(fstest.MapFS{"vocabulary.yaml": {Data: []byte(text)}, "places/us.csv": {Data: []byte(samplePlaces)}, "law/us/none.yaml": {Data: []byte("pack: us/none\ntitle: t\n" + federalSilence)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Diff(a, "2025-01-01", b, "2025-01-01", ""); err == nil {
		t.Error("laws with other facts were compared")
	}
}
