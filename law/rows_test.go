package law

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"comity"
)

// L2: with one layer turned round, the answer and the layer that decides
// change, and nothing else does.
func TestRowL2LayerFlip(t *testing.T) {
	layers := []struct{ id, place, layer, more string }{
		{"us/a", "us", "federal", ""}, {"us/il/a", "us-il", "state", ""}, {"us/il/chicago/a", "us-il-chicago", "city", ""},
		{"us/il/chicago/policy", "us-il-chicago", "policy", "agency: [IL0160000]\n"}, {"us/il/chicago/agreement", "us-il-chicago", "agreement", "agency: [IL0160000]\n"},
	}
	build := func(says map[string]string) *Book {
		packs := map[string]string{}
		for _, l := range layers {
			text := "place: " + l.place + "\nlayer: " + l.layer + "\nknown_from: \"2010-01-01\"\n" + l.more + "rules:\n" +
				ruleText(l.id+"#other", "prohibited", "lend-equipment", `"2015-01-01"`, "")
			if says[l.layer] != "" {
				text += ruleText(l.id+"#transport", says[l.layer], "transport", `"2015-01-01"`, "")
			}
			packs[l.id] = text
		}
		return bookOf(t, packs)
	}
	question := func(act string) comity.Question {
		return comity.Question{In: "us-il-chicago", On: "2025-06-01", Actor: "county-jail", Act: act, Agency: "IL0160000", Closed: true}
	}
	for _, c := range []struct {
		name   string
		before map[string]string
		flip   string // the layer that is turned round
		to     string
		was    comity.Verdict
		is     comity.Verdict
		by     string // the layer that then decides
		over   []string
	}{
		{"a city forbids what the state permits", map[string]string{"federal": "permitted", "state": "permitted"}, "city", "prohibited", comity.Permitted, comity.Prohibited, "city", nil},
		{"the state forbids above a city that permits", map[string]string{"federal": "permitted", "city": "permitted"}, "state", "prohibited", comity.Permitted, comity.Prohibited, "state", []string{"city"}},
		{"the state demands above a city that forbids", map[string]string{"federal": "permitted", "city": "prohibited"}, "state", "required", comity.Prohibited, comity.Required, "state", []string{"city"}},
		{"federal law forbids above a state that demands", map[string]string{"state": "required"}, "federal", "prohibited", comity.Required, comity.Prohibited, "federal", []string{"state"}},
		{"a policy forbids what nobody above forbids", map[string]string{"federal": "permitted"}, "policy", "prohibited", comity.Permitted, comity.Prohibited, "policy", nil},
		{"an agreement opens nothing that the state closes", map[string]string{"state": "prohibited", "policy": "prohibited"}, "agreement", "permitted", comity.Prohibited, comity.Prohibited, "state", []string{"agreement"}},
	} {
		after := maps.Clone(c.before)
		after[c.flip] = c.to
		a, b := build(c.before), build(after)
		x, y := ask(t, a, question("transport")), ask(t, b, question("transport"))
		if x.Verdict != c.was || y.Verdict != c.is {
			t.Errorf("%s: %s, then %s", c.name, x.Verdict, y.Verdict)
		}
		if len(y.Rules) == 0 || !strings.HasSuffix(y.Rules[0], "#transport") || deciding(t, b, y) != c.by {
			t.Errorf("%s: decided by %v, want the %s layer", c.name, y.Rules, c.by)
		}
		for _, l := range c.over {
			if !slices.ContainsFunc(y.Overridden, func(id string) bool { r, p, _ := b.Rule(id); return r != nil && string(p.Layer) == l }) {
				t.Errorf("%s: the %s layer is not said to be overridden: %v", c.name, l, y.Overridden)
			}
		}
		for _, l := range layers { // no other layer says anything else than before
			want := x.Layers[comity.Layer(l.layer)]
			if l.layer == c.flip {
				want = comity.Voice(c.to)
			}
			if y.Layers[comity.Layer(l.layer)] != want {
				t.Errorf("%s: layer %s says %s, want %s", c.name, l.layer, y.Layers[comity.Layer(l.layer)], want)
			}
		}
		p, q := ask(t, a, question("lend-equipment")), ask(t, b, question("lend-equipment"))
		if p.Verdict != q.Verdict || !slices.Equal(p.Rules, q.Rules) {
			t.Errorf("%s: another act changed from %s by %v to %s by %v", c.name, p.Verdict, p.Rules, q.Verdict, q.Rules)
		}
	}
}

// deciding is the highest layer of the rules that carry the answer.
func deciding(t *testing.T, b *Book, d comity.Decision) string {
	t.Helper()
	first := len(comity.Layers)
	for _, id := range d.Rules {
		_, p, ok := b.Rule(id)
		if !ok {
			t.Fatalf("no rule %s", id)
		}
		first = min(first, slices.Index(comity.Layers, p.Layer))
	}
	return string(comity.Layers[first])
}

// L4: Illinois refuses help to civil enforcement by default; a federal criminal
// warrant opens exactly the acts that the TRUST Act lists, each by a rule with
// its own citation, and only if every part of it is shown.
func TestRowL4CriminalWarrant(t *testing.T) {
	b := shipped(t)
	// The acts of 805/15(h), which the warrant makes permitted, and of 15(a) and
	// (b), whose ban ends before a judge's paper.
	opened := []string{"allow-nonpublic-access", "arrest-in-protected-place", "grant-database-access", "jail-interview-access", "joint-operation", "lend-equipment", "notify-release",
		"provide-facility", "refer-to-immigration", "scene-support", "share-custody-roster", "share-personal-info", "support-enforcement", "transfer-custody", "transport"}
	ended := []string{"arrest-civil-without-warrant", "arrest-on-admin-warrant", "delay-release", "hold-for-status-check", "hold-on-detainer", "stop-or-arrest-on-status"}
	civil := comity.Facts{"request.by": "ice", "request.purpose": "civil-immigration", "document.detainer": "i-247a", "document.detainer_shows": "probable-cause", "document.admin_warrant": "i-200", "person.custody": "jailed"}
	proof := comity.Facts{"document.judicial": "arrest-warrant", "document.signed_by": "federal-magistrate", "document.charge": "federal-felony"}
	decide := func(actor, act string, more comity.Facts) comity.Decision {
		facts := maps.Clone(civil)
		maps.Copy(facts, more)
		return ask(t, b, comity.Question{In: "us-il", On: shippedDay, Actor: actor, Act: act, Facts: facts, Closed: true})
	}
	byAct := func(d comity.Decision) bool {
		return slices.ContainsFunc(d.Rules, func(id string) bool { return strings.HasPrefix(id, "us/il/trust-act#15") })
	}
	for _, actor := range []string{"county-jail", "municipal-police", "sheriff"} {
		var gotOpened, gotEnded []string
		for _, act := range b.vocabulary.names.acts {
			before, after := decide(actor, act, nil), decide(actor, act, proof)
			if before.Verdict != comity.Prohibited || !byAct(before) || after.Verdict == comity.Prohibited {
				continue
			}
			if byAct(after) {
				gotOpened = append(gotOpened, act)
				if !Cites(after, "805/15(h)") {
					t.Errorf("%s, %s: opened without a citation of its own: %v", actor, act, after.Citations)
				}
			} else {
				gotEnded = append(gotEnded, act)
			}
			// Without any one part of the proof the ban stands.
			for _, lacking := range []comity.Facts{
				{"document.judicial": "none", "document.signed_by": "none", "document.charge": "none"}, {"document.signed_by": "court-clerk"}, {"document.signed_by": "immigration-judge"}, {"document.signed_by": "immigration-officer"},
			} {
				weaker := maps.Clone(proof)
				maps.Copy(weaker, lacking)
				if d := decide(actor, act, weaker); d.Verdict != comity.Prohibited {
					t.Errorf("%s, %s: %s opens it: %s by %v", actor, act, lacking, d.Verdict, d.Rules)
				}
			}
		}
		for _, act := range gotOpened { // a judge's paper on a civil matter is no criminal warrant
			weaker := maps.Clone(proof)
			weaker["document.charge"] = "civil"
			if d := decide(actor, act, weaker); d.Verdict != comity.Prohibited {
				t.Errorf("%s, %s: a civil charge opens it: %s by %v", actor, act, d.Verdict, d.Rules)
			}
		}
		slices.Sort(gotOpened)
		slices.Sort(gotEnded)
		if !slices.Equal(gotOpened, opened) || !slices.Equal(gotEnded, ended) {
			t.Errorf("%s:\nopened %v\nwant   %v\nended  %v\nwant   %v", actor, gotOpened, opened, gotEnded, ended)
		}
	}
	// Who signed is asked for, not assumed.
	facts := maps.Clone(civil)
	maps.Copy(facts, comity.Facts{"document.judicial": "arrest-warrant", "document.charge": "federal-felony"})
	d := ask(t, b, comity.Question{In: "us-il", On: shippedDay, Actor: "county-jail", Act: "transfer-custody", Facts: facts, Closed: true, Open: []string{"document.signed_by"}})
	if d.Verdict != comity.NeedsFacts || !slices.Equal(d.Missing, []string{"document.signed_by"}) {
		t.Errorf("unsigned: %s, missing %v", d.Verdict, d.Missing)
	}
	// The exception is a rule object beside the ban, with citations of its own.
	halves := 0
	for _, r := range b.byRule["us/il/trust-act#15h2"] {
		if r.OnlyIf != "il.keys" || len(r.Cites) == 0 {
			t.Errorf("%s: %q %v", r.ID, r.OnlyIf, r.Cites)
		}
		if r.Opens() && r.Verdict == comity.Permitted {
			halves++
		}
	}
	if halves != 1 {
		t.Errorf("the exception to 15(h)(2) is %d rules", halves)
	}
}

// L6: the same detainer, three directions, each with its own citation.
func TestRowL6OneDetainerThreeStates(t *testing.T) {
	b := shipped(t)
	facts := comity.Facts{"document.detainer": "i-247a", "document.detainer_shows": "probable-cause", "document.admin_warrant": "i-200", "request.by": "ice",
		"document.served_on_person": "true", "person.custody": "jailed", "person.release_due": "true"}
	for _, c := range []struct {
		in    string
		want  comity.Verdict
		cites string
		layer comity.Layer
	}{
		{"us-il", comity.Prohibited, "5 ILCS 805/15(a)", comity.State},
		{"us-wy", comity.Permitted, "8 CFR 287.7(d)", comity.Federal},
		{"us-tx", comity.Required, "2A.060", comity.State},
	} {
		d := ask(t, b, comity.Question{In: c.in, On: shippedDay, Actor: "county-jail", Act: "hold-on-detainer", Facts: facts, Closed: true})
		if d.Verdict != c.want || !Cites(d, c.cites) {
			t.Errorf("%s: %s by %v", c.in, d.Verdict, d.Rules)
		}
		for _, id := range d.Rules {
			if _, p, _ := b.Rule(id); p.Layer != c.layer {
				t.Errorf("%s: carried by %s of the %s layer", c.in, id, p.Layer)
			}
		}
		for _, cite := range d.Citations {
			if cite.Source == "" || cite.Checked == "" {
				t.Errorf("%s: %s has no source or day", c.in, cite.Ref)
			}
		}
	}
}

// L9: at least these kinds of request, as the row lists them, each an act.
var requestTaxonomy = map[string][]string{
	"hold": {"hold-on-detainer", "delay-release"}, "notify": {"notify-release"}, "transfer": {"transfer-custody"}, "interview": {"jail-interview-access"},
	"facility": {"provide-facility", "contract-detention"}, "database": {"grant-database-access"}, "equipment": {"lend-equipment"}, "personnel": {"support-enforcement", "act-as-immigration-officer"},
	"transport": {"transport"}, "perimeter": {"scene-support"}, "courthouse": {"arrest-in-protected-place", "allow-nonpublic-access"}, "joint op": {"joint-operation"},
	"information": {"share-immigration-status", "share-personal-info", "share-custody-roster"}, "subpoena": {"execute-judicial-warrant", "verify-warrant"},
}

// L9: every act has, in every state and the District, a rule, a reason why
// there is none, or a gap that is named; and its decision says so.
func TestRowL9EveryActInEveryState(t *testing.T) {
	b := shipped(t)
	states, cells, gaps := 0, 0, 0
	for _, place := range b.Places() {
		if place.Kind != "state" {
			continue
		}
		states++
		table := b.Table(place.ID, shippedDay)
		if len(table) != len(b.vocabulary.Acts) {
			t.Fatalf("%s: %d of %d acts", place.ID, len(table), len(b.vocabulary.Acts))
		}
		for i, c := range table {
			cells++
			if c.Is == CellOpen || c.Is == CellNoPack {
				t.Errorf("%s says nothing about %s, and not why", place.ID, c.Act)
			}
			act := b.vocabulary.Acts[i]
			actor := "county-jail"
			if act.By == "federal" {
				actor = "ice-ero"
			} else if act.By == "public" {
				actor = "resident"
			}
			d := ask(t, b, comity.Question{In: place.ID, On: shippedDay, Actor: actor, Act: c.Act, Closed: true})
			switch d.Verdict {
			case comity.Required, comity.Prohibited, comity.Permitted:
				if len(d.Citations) == 0 {
					t.Errorf("%s, %s: %s without a citation", place.ID, c.Act, d.Verdict)
				}
			case comity.NoRule:
				if c.HasGap() && len(b.Gaps(comity.Question{In: place.ID, On: shippedDay, Actor: actor, Act: c.Act, Closed: true})) > 0 {
					t.Errorf("%s, %s: no rule although a gap is declared", place.ID, c.Act)
				}
			case comity.NeedsCounsel:
				gaps++
				if len(d.Uncovered) == 0 && d.Believed == nil {
					t.Errorf("%s, %s: counsel, and not why", place.ID, c.Act)
				}
			default:
				t.Errorf("%s, %s: %s in a closed case", place.ID, c.Act, d.Verdict)
			}
		}
	}
	if states != 51 {
		t.Errorf("%d states and the District, want 51", states)
	}
	for kind, acts := range requestTaxonomy {
		for _, act := range acts {
			if _, ok := b.vocabulary.Act(act); !ok {
				t.Errorf("%s: the act %s is not in the vocabulary", kind, act)
			}
		}
	}
	t.Logf("%d states, %d cells, %d of them sent to counsel", states, cells, gaps)
}

// L9: one mixed request is as many questions as it has parts, each with its own
// decision and citation.
func TestRowL9MixedRequest(t *testing.T) {
	b := shipped(t)
	common := comity.Facts{"request.by": "ice", "request.purpose": "mixed", "document.detainer": "i-247a", "document.detainer_shows": "probable-cause", "person.custody": "jailed"}
	seen := map[string]string{}
	for _, part := range []struct {
		act   string
		facts comity.Facts
		want  comity.Verdict
		cites string
	}{
		{"hold-on-detainer", nil, comity.Prohibited, "805/15(a)"},
		{"share-immigration-status", comity.Facts{"info.kind": "immigration-status"}, comity.Permitted, "805/5"},
		{"notify-release", comity.Facts{"info.kind": "release-date"}, comity.Prohibited, "805/15"},
		{"jail-interview-access", nil, comity.Prohibited, "805/15(h)(2)"},
		{"provide-facility", nil, comity.Prohibited, "805/15(h)(4)"},
		{"ordinary-policing", comity.Facts{"request.exigent": "true"}, comity.Permitted, ""},
	} {
		facts := maps.Clone(common)
		maps.Copy(facts, part.facts)
		d := ask(t, b, comity.Question{In: "us-il", On: shippedDay, Actor: "county-jail", Act: part.act, Facts: facts, Closed: true})
		if d.Verdict != part.want || part.cites != "" && !Cites(d, part.cites) {
			t.Errorf("%s: %s by %v", part.act, d.Verdict, d.Rules)
		}
		seen[part.act] = fmt.Sprint(d.Verdict, d.Rules)
	}
	if len(seen) != 6 || seen["hold-on-detainer"] == seen["notify-release"] {
		t.Errorf("the parts are not decided one by one: %v", seen)
	}
}

// L7: an order as it was learned. A stay that is learned late is in the law of
// its day, and not in what was known on that day.
func TestRowL7KnownAndInForce(t *testing.T) {
	order := func(id, suspends, actors, from, until, learned, more string) string {
		quoted := func(s string) string {
			if s == "" {
				return "null"
			}
			return `"` + s + `"`
		}
		return "  - {id: " + id + ", suspends: [" + suspends + "], for: [" + actors + "], from: " + quoted(from) + ", until: " + quoted(until) + ", learned: " + quoted(learned) + more +
			", cite: [{ref: \"A v. B, No. 1\", source: s, checked: \"2026-01-01\", grade: A}]}\n"
	}
	b := bookOf(t, map[string]string{"us/none": federalSilence,
		"us/il/a": "place: us-il\nlayer: state\nknown_from: \"2010-01-01\"\nadded: \"2024-01-01\"\nrules:\n" +
			ruleText("us/il/a#ban", "prohibited", "transport", `"2024-01-01"`, "") +
			ruleText("us/il/a#two", "prohibited", "lend-equipment", `"2024-01-01"`, "") +
			ruleText("us/il/a#tro", "prohibited", "joint-operation", `"2025-03-01"`, `, learned: "2025-03-01"`) + // an order that makes a ban is a rule
			"orders:\n" +
			order("us/il/a#injunction", "us/il/a#ban", "state-or-local", "2025-06-01", "2025-09-01", "2025-06-01", ", unsettled: under appeal") + // stayed on appeal from 1 September
			order("us/il/a#affirmed", "us/il/a#ban", "state-or-local", "2026-01-15", "", "2026-02-20", "") + // the appeal; learned five weeks late
			order("us/il/a#sheriffs", "us/il/a#two", "sheriff", "2025-06-01", "", "2025-06-01", "") +
			order("us/il/a#district", "us/il/a#two", "state-or-local", "2025-07-01", "", "2025-07-01", ", when: {place.federal_district: nd-ill}"),
	})
	for _, c := range []struct {
		name, in, actor, act, on, known string
		want                            comity.Verdict
		unsettled                       bool
	}{
		{"the day before the injunction", "us-il", "county-jail", "transport", "2025-05-31", "2025-05-31", comity.Prohibited, false},
		{"the day of it", "us-il", "county-jail", "transport", "2025-06-01", "2025-06-01", comity.NoRule, true},
		{"the day before the stay of the injunction", "us-il", "county-jail", "transport", "2025-08-31", "2025-08-31", comity.NoRule, true},
		{"the day of the stay", "us-il", "county-jail", "transport", "2025-09-01", "2025-09-01", comity.Prohibited, false},
		{"affirmed, and nobody here knew", "us-il", "county-jail", "transport", "2026-01-20", "2026-01-20", comity.Prohibited, false},
		{"the same day, as known when it was learned", "us-il", "county-jail", "transport", "2026-01-20", "2026-02-20", comity.NoRule, false},
		{"what was known then stays what was known then", "us-il", "county-jail", "transport", "2026-01-20", "2026-02-19", comity.Prohibited, false},
		{"a class of actors", "us-il", "sheriff", "lend-equipment", "2025-06-02", "", comity.NoRule, false},
		{"outside the class", "us-il", "county-jail", "lend-equipment", "2025-06-02", "", comity.Prohibited, false},
		{"a district", "us-il-chicago", "municipal-police", "lend-equipment", "2025-07-02", "", comity.NeedsCounsel, false}, // Chicago's own law is not in this book
		{"the day before, in the district", "us-il-chicago", "municipal-police", "lend-equipment", "2025-06-30", "", comity.Prohibited, false},
		{"a ban that a court made, before it", "us-il", "county-jail", "joint-operation", "2025-02-28", "", comity.NoRule, false},
		{"and on its day", "us-il", "county-jail", "joint-operation", "2025-03-01", "", comity.Prohibited, false},
		{"before anything was known", "us-il", "county-jail", "transport", "2025-05-31", "2023-12-31", comity.NeedsCounsel, false},
	} {
		d := ask(t, b, comity.Question{In: c.in, On: c.on, Known: c.known, Actor: c.actor, Act: c.act, Closed: true})
		if d.Verdict != c.want || d.Has(comity.Unsettled) != c.unsettled {
			t.Errorf("%s: %s %v by %v", c.name, d.Verdict, d.Flags, d.Rules)
		}
	}
	// The same on the law that ships: the day before and the day of each order.
	shippedBook := shipped(t)
	tried := 0
	for _, o := range shippedBook.orders {
		if o.lasts.from.day <= firstDay || o.lasts.from.exact {
			continue
		}
		for _, i := range o.rules {
			r := shippedBook.rules[i]
			for _, actor := range o.actors.members() {
				if !r.actors.has(actor) || !r.lasts.coversDay(o.lasts.from.day-1) || !r.lasts.coversDay(o.lasts.from.day) {
					continue
				}
				q := comity.Question{In: r.pack.Place, Actor: shippedBook.vocabulary.Actors[actor].Name, Act: r.Acts[0], Closed: true}
				if len(r.pack.Agencies) > 0 {
					q.Agency = r.pack.Agencies[0]
				}
				suspended := func(d day) bool {
					q.On = d.String()
					answer := ask(t, shippedBook, q)
					return slices.ContainsFunc(answer.Suspended, func(s comity.Suspension) bool { return s.Order == o.ID })
				}
				if suspended(o.lasts.from.day - 1) {
					t.Errorf("%s suspends %s before its day", o.ID, r.ID)
				}
				if o.WhenText() == "" && r.WhenText() == "" && !suspended(o.lasts.from.day) {
					t.Errorf("%s does not suspend %s for %s on its day", o.ID, r.ID, q.Actor)
				}
				tried++
			}
		}
	}
	if tried == 0 {
		t.Error("no order that ships was tried")
	}
}

// Two times, as a property: between two change days of a place every answer is
// the same on every day, and a question with an instant agrees with its day.
func TestRowL7NothingChangesBetweenChangeDays(t *testing.T) {
	b := shipped(t)
	r := rand.New(rand.NewPCG(7, 7))
	places := sortedNames(b.placesWithLaw())
	decided := 0
	for _, place := range places {
		days := b.ChangeDays(place)
		questions := questionsAt(b, r, place, 3)
		for i := range days {
			first := mustDay(t, days[i])
			end := first + 400
			if i+1 < len(days) {
				end = mustDay(t, days[i+1])
			}
			others := []day{end - 1, first + day(r.IntN(int(end-first)))}
			for _, q := range questions {
				q.On = days[i]
				want := standsOn(t, b, q)
				for _, d := range others {
					q.On = d.String()
					if got := standsOn(t, b, q); got != want {
						t.Fatalf("%s, %s by %s: on %s %s\non %s %s\nbut no change day lies between", place, q.Act, q.Actor, days[i], want, q.On, got)
					}
					decided++
				}
			}
		}
	}
	t.Logf("%d places, %d decisions", len(places), decided)
}

// questionsAt are closed questions about rules that apply at a place.
func questionsAt(b *Book, r *rand.Rand, place string, n int) []comity.Question {
	l, _ := b.lawOf(place)
	var rules []*Rule
	for _, list := range l.byAct {
		rules = append(rules, list...)
	}
	var out []comity.Question
	for range n {
		rule := rules[r.IntN(len(rules))]
		actors := rule.actors.members()
		q := comity.Question{In: place, Act: rule.Acts[r.IntN(len(rule.Acts))], Actor: b.vocabulary.Actors[actors[r.IntN(len(actors))]].Name, Known: shippedDay, Closed: true, Facts: comity.Facts{}}
		for _, i := range rule.reads {
			switch f := b.vocabulary.Facts[i]; {
			case f.Derives() || f.Name == districtFact:
			case f.Type == Enum:
				q.Facts[f.Name] = f.Values[r.IntN(len(f.Values))]
			case f.Type == Bool:
				q.Facts[f.Name] = fmt.Sprint(r.IntN(2) == 0)
			}
		}
		q.On = "2025-01-01"
		if _, err := b.Decide(q); err == nil { // facts that cannot stand together are no question
			out = append(out, q)
		}
	}
	return out
}

func standsOn(t *testing.T, b *Book, q comity.Question) string {
	t.Helper()
	d, err := b.Decide(q)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(d.Verdict, d.Rules, d.Flags, d.Layers, d.Suspended, d.Uncovered)
}

// L8: every rule of Illinois that differs between two days is listed with its
// citation, its day and the kind of act that changed it.
func TestRowL8Events(t *testing.T) {
	b := shipped(t)
	const from, to = "2024-01-01", "2026-01-01"
	list, err := b.Events("us-il", from, to)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, e := range list {
		if e.Cite.Ref == "" || e.On <= from || e.On > to || e.By == "" || e.By == ByOther {
			t.Errorf("%s %s %s: %q by %q", e.On, e.Rule.ID, e.What, e.Cite.Ref, e.By)
		}
		listed[e.Rule.ID] = true
	}
	l, _ := b.lawOf("us-il")
	for _, p := range l.packs {
		for _, r := range p.Rules {
			differs := r.InForce(from) != r.InForce(to)
			if differs && !listed[r.ID] {
				t.Errorf("%s changed between the days and is not listed", r.ID)
			}
		}
	}
	for _, want := range []struct {
		rule, on string
		by       EventKind
		what     EventIs
	}{
		{"us/il/pa104-0440#", "2025-12-09", ByLaw, Begins},
	} {
		if !slices.ContainsFunc(list, func(e Event) bool {
			return strings.HasPrefix(e.Rule.ID, want.rule) && e.On == want.on && e.By == want.by && e.What == want.what
		}) {
			t.Errorf("no event %+v", want)
		}
	}
	// Every kind that the row names is told apart.
	for ref, want := range map[string]EventKind{
		"5 ILCS 805/15(a)": ByLaw, "HB 1312 of 2025": ByLaw, "8 CFR 287.7(d)": ByRule, "Tincher v. Noem, No. 26-1": ByCourt, "Proposition 314 (2024)": ByBallot, "Measure 105": ByBallot,
		"Executive Order 650": ByExecutive, "MOA, section VIII": ByMOA, "Sheriff's policy 5": ByAgency, "U.S. Const. am. IV": ByTheConstitution,
	} {
		if got := kindOfEvent(&Pack{Layer: comity.State}, ref); got != want {
			t.Errorf("%s is %s, want %s", ref, got, want)
		}
	}
	if got := kindOfEvent(&Pack{Layer: comity.City}, "Municipal Code 2-173-020"); got != ByLocalLaw {
		t.Errorf("a city's code is %s", got)
	}
	if _, err := b.Events("us-nowhere", from, to); err == nil {
		t.Error("a place that does not exist has events")
	}
	kinds := map[EventKind]int{}
	all, err := b.Events("", "2010-01-01", "2027-01-01")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		kinds[e.By]++
	}
	for _, k := range []EventKind{ByLaw, ByRule, ByCourt, ByMOA, ByAgency} {
		if kinds[k] == 0 {
			t.Errorf("no event of the law that ships is a %s: %v", k, kinds)
		}
	}
	t.Logf("%d events in Illinois; all by kind: %v", len(list), kinds)
}
