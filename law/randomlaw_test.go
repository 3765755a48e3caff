package law

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing/fstest"

	"comity"
)

// A randomLaw is a small vocabulary and packs of four layers, as text.
func randomLaw(r *rand.Rand) fstest.MapFS {
	const vocabulary = `
vocabulary: comity
modules: [m]
actors: {police: {is: a}, jail: {is: b}, ice: {is: c}}
actor_groups: {local: [police, jail], federal-immigration-officer: [ice]}
act_groups: [g]
acts: {hold: {by: local, group: g, is: x}, tell: {by: any, group: g, is: y}}
facts:
  a.kind: {type: enum, module: m, values: [none, one, two, three], question: q}
  b.paper: {type: enum, module: m, values: [none, judge, clerk], default: none, question: q}
  c.public: {type: bool, module: m, neutral: false, question: q}
  d.hours: {type: int, module: m, min: 0, max: 99, thresholds: [0, 48], question: q, neutral: 0}
  e.urgent: {type: bool, module: m, default: false, question: q}
  f.secret: {type: bool, module: m, sensitive: never-stored, question: q}
  g.judged: {type: bool, module: m, derived: "b.paper == 'judge' && a.kind != 'none'", question: q}
impossible:
  - "a.kind == 'none' && c.public"
  - "b.paper == 'clerk' && d.hours > 48"
`
	files := fstest.MapFS{
		"vocabulary.yaml": {Data: []byte(vocabulary)},
		"places/p.csv":    {Data: []byte("id,name,kind,parents,fips,zone,districts,searched\nus,US,nation,,,America/New_York,,\nus-aa,AA,state,us,,America/Chicago,,\nus-aa-x,X,city,us-aa,,America/Chicago,,true\n")},
	}
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	atom := func() string {
		return pick("a.kind: one", "a.kind: [two, three]", "b.paper: judge", "b.paper: [none, clerk]", "c.public: true", "d.hours: {lt: 48}",
			"d.hours: {ge: 48}", "d.hours: {le: 0}", "e.urgent: true", "f.secret: false", "g.judged: true", "g.judged: false", "actor: [police]")
	}
	cond := func() string {
		switch r.IntN(5) {
		case 0:
			return "{" + atom() + "}"
		case 1:
			return "{any: [{" + atom() + "}, {" + atom() + "}]}"
		case 2:
			return "{all: [{" + atom() + "}, {not: {" + atom() + "}}]}"
		case 3:
			return "{any: [{" + atom() + "}, {all: [{" + atom() + "}, {" + atom() + "}]}]}"
		}
		return "{not: {any: [{" + atom() + "}, {" + atom() + "}]}}"
	}
	for k, layer := range []string{"federal", "state", "city", "policy"} {
		if r.IntN(6) == 0 {
			continue
		}
		id := "us/" + layer
		var b strings.Builder
		fmt.Fprintf(&b, "pack: %s\nplace: %s\nlayer: %s\ntitle: t\n", id, []string{"us", "us-aa", "us-aa-x", "us-aa-x"}[k], layer)
		if layer == "policy" {
			b.WriteString("agency: any\n")
		}
		b.WriteString("rules:\n")
		n := 1 + r.IntN(4)
		for i := range n {
			verdict := pick("required", "prohibited", "permitted")
			fmt.Fprintf(&b, "  - id: %s#%d\n    act: hold\n    verdict: %s\n    binds: [local]\n    from: \"2000-01-01\"\n    says: {en: a, es: b}\n", id, i, verdict)
			fmt.Fprintf(&b, "    cite: [{ref: x, source: s, checked: \"2020-01-01\", grade: %s}]\n", pick("A", "C"))
			if r.IntN(4) > 0 {
				b.WriteString("    when: " + cond() + "\n")
			}
			if r.IntN(3) == 0 {
				b.WriteString("    unless: " + cond() + "\n")
			}
			if r.IntN(5) == 0 {
				b.WriteString("    contested: doubt\n")
			}
			if r.IntN(9) == 0 {
				b.WriteString("    untranslatable: doubt\n")
			}
			if verdict == "permitted" && r.IntN(2) == 0 {
				b.WriteString("    lower: shields\n")
			} else if r.IntN(4) == 0 {
				b.WriteString("    lower: yields\n")
			}
			if i > 0 && r.IntN(2) == 0 {
				fmt.Fprintf(&b, "    defeats: [%s#%d]\n", id, r.IntN(i))
			}
		}
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "orders:\n  - {id: %s#o, suspends: [%s#%d], for: [police], from: \"2001-01-01\", when: %s, %s cite: [{ref: x, source: s, checked: \"2020-01-01\", grade: A}]}\n",
				id, id, r.IntN(n), cond(), pick("", "unsettled: maybe,"))
		}
		files["law/"+id+".yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return files
}

func randomQuestion(r *rand.Rand) comity.Question {
	q := comity.Question{In: "us-aa-x", On: "2025-01-01", Known: "2025-01-01", Actor: []string{"police", "jail"}[r.IntN(2)], Act: "hold", Facts: comity.Facts{}, Closed: r.IntN(6) == 0}
	for name, values := range map[string][]string{
		"a.kind": {"none", "one", "two", "three"}, "b.paper": {"none", "judge", "clerk"}, "c.public": {"true", "false"},
		"d.hours": {"0", "10", "48", "60"}, "e.urgent": {"true", "false"}, "f.secret": {"true", "false"}, "g.judged": {"true", "false"},
	} {
		if r.IntN(3) == 0 && (name != "g.judged" || r.IntN(3) == 0) {
			q.Facts[name] = values[r.IntN(len(values))]
		} else if r.IntN(4) == 0 {
			q.Open = append(q.Open, name)
		}
	}
	return q
}
