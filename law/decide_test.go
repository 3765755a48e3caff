package law

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity"
)

// bookOf loads packs written as text, by id.
func bookOf(t testing.TB, packs map[string]string) *Book {
	t.Helper()
	files := fstest.MapFS{
		"vocabulary.yaml": {Data: vocabularyText(t)},
		"places/us.csv": {Data: []byte(samplePlaces + "us-zz,Zz,state,us,,,,\nus-il-cook,Cook County,county,us-il,,America/Chicago,,true\n" +
			"us-il-chicago,Chicago,city,us-il us-il-cook,,America/Chicago,nd-ill,true\n")},
	}
	for id, text := range packs {
		files["law/"+id+".yaml"] = &fstest.MapFile{Data: []byte("pack: " + id + "\ntitle: t\n" + text)}
	}
	b, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	b.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	return b
}

// rule writes one rule; more is further keys.
func ruleText(id, verdict, act, from, more string) string {
	return "  - {id: " + id + ", act: " + act + ", verdict: " + verdict + ", binds: [state-or-local], from: " + from +
		", until: null, says: {en: e, es: s}, cite: [{ref: " + id[strings.IndexByte(id, '#')+1:] + ", source: s, checked: \"2026-01-01\", grade: A}]" + more + "}\n"
}

func ask(t testing.TB, b *Book, q comity.Question) comity.Decision {
	t.Helper()
	if q.On == "" {
		q.On = "2025-06-01"
	}
	if q.Actor == "" {
		q.Actor = "county-jail"
	}
	if q.Act == "" {
		q.Act = "transport"
	}
	d, err := b.Decide(q)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const federalSilence = "place: us\nlayer: federal\nknown_from: \"1990-01-01\"\nrules: []\n"

func TestCoverage(t *testing.T) {
	b := bookOf(t, map[string]string{
		"us/none":    federalSilence,
		"us/il/a":    "place: us-il\nlayer: state\nknown_from: \"2015-01-01\"\nrules:\n" + ruleText("us/il/a#1", "permitted", "transport", `"2018-01-01"`, "") + ruleText("us/il/a#2", "permitted", "lend-equipment", `"2018-01-01"`, ", lower: shields") + ruleText("us/il/a#3", "prohibited", "joint-operation", `"2018-01-01"`, ""),
		"us/il/cook": "place: us-il-cook\nlayer: county\nrules:\n" + ruleText("us/il/cook#1", "prohibited", "provide-facility", `"2019-01-01"`, ""),
	})
	for _, c := range []struct {
		name, in, on, act string
		want              comity.Verdict
		believed          string
		uncovered         string
	}{
		{"all loaded", "us-il", "", "", comity.Permitted, "-", ""},
		{"no state pack", "us-zz", "", "", comity.NeedsCounsel, "no-rule", "state"},
		{"before it is known", "us-il", "2014-12-31", "", comity.NeedsCounsel, "no-rule", "state"},
		{"known, before the rule", "us-il", "2015-01-01", "", comity.NoRule, "-", ""},
		{"searched city without a pack", "us-il-chicago", "", "", comity.NeedsCounsel, "permitted", "city"},
		{"a shield stays", "us-il-chicago", "", "lend-equipment", comity.Permitted, "-", "city"},
		{"a ban stays", "us-il-chicago", "", "joint-operation", comity.Prohibited, "-", "city"},
		{"county law does not bind its cities", "us-il-chicago", "", "provide-facility", comity.NeedsCounsel, "no-rule", "city"},
		{"but its own agencies", "us-il-cook", "", "provide-facility", comity.Prohibited, "-", ""},
		{"the nation alone", "us", "", "", comity.NoRule, "-", ""},
	} {
		d := ask(t, b, comity.Question{In: c.in, On: c.on, Act: c.act})
		var layers []string
		for _, l := range d.Uncovered {
			layers = append(layers, string(l))
		}
		if d.Verdict != c.want || believed(d.Believed) != c.believed || strings.Join(layers, " ") != c.uncovered || d.Has(comity.Incomplete) != (c.uncovered != "") {
			t.Errorf("%s: %s believed %s uncovered %v flags %v", c.name, d.Verdict, believed(d.Believed), d.Uncovered, d.Flags)
		}
	}
}

func TestCountyPackReachesCities(t *testing.T) {
	b := bookOf(t, map[string]string{"us/none": federalSilence,
		"us/il/cook": "place: us-il-cook\nlayer: county\nreach: cities\nrules:\n" + ruleText("us/il/cook#1", "prohibited", "transport", `"2019-01-01"`, "")})
	if d := ask(t, b, comity.Question{In: "us-il-chicago"}); d.Verdict != comity.Prohibited {
		t.Error(d.Verdict)
	}
}

func TestAgencies(t *testing.T) {
	b := bookOf(t, map[string]string{"us/none": federalSilence, "us/il/none": strings.NewReplacer("us\n", "us-il\n", "federal", "state").Replace(federalSilence),
		"us/il/policy": "place: us-il\nlayer: policy\nagency: [IL0160000]\nrules:\n" + ruleText("us/il/policy#1", "prohibited", "transport", `"2019-01-01"`, "")})
	if d := ask(t, b, comity.Question{In: "us-il", Agency: "IL0160000"}); d.Verdict != comity.Prohibited || d.Has(comity.Incomplete) {
		t.Error(d)
	}
	if d := ask(t, b, comity.Question{In: "us-il", Agency: "IL0990000"}); d.Verdict != comity.NoRule || d.Has(comity.Incomplete) {
		t.Error(d)
	}
	d := ask(t, b, comity.Question{In: "us-il"})
	if d.Verdict != comity.NoRule || !slices.Equal(d.Uncovered, []comity.Layer{comity.Policy}) || !d.Has(comity.Incomplete) {
		t.Error(d)
	}
	if d := ask(t, b, comity.Question{In: "us-il", Act: "lend-equipment"}); d.Has(comity.Incomplete) {
		t.Error("a policy on another act cannot touch the answer")
	}
	if a, b := ask(t, b, comity.Question{In: "us-il", Agency: "IL0160000"}).Law, ask(t, b, comity.Question{In: "us-il"}).Law; a == b {
		t.Error("the digest must name the packs used")
	}
}

// Two times: in force on a day, and known on a day.
func TestTwoTimes(t *testing.T) {
	b := bookOf(t, map[string]string{"us/a": "place: us\nlayer: federal\nknown_from: \"2000-01-01\"\nadded: \"2026-01-10\"\nrules:\n" +
		ruleText("us/a#1", "prohibited", "transport", `"2020-01-01"`, `, learned: "2020-02-01"`) +
		ruleText("us/a#2", "required", "lend-equipment", `"2020-01-01"`, "") +
		"orders:\n  - {id: us/a#o, suspends: [us/a#1], for: [county-jail], from: \"2025-09-02T09:00:00-07:00\", until: \"2025-09-12T12:00:00-07:00\", learned: \"2025-09-20\", unsettled: appeal, cite: [{ref: o, source: s, checked: \"2026-01-01\", grade: A}]}\n"})
	for _, c := range []struct {
		on, at, known, act string
		want               comity.Verdict
		unsettled          bool
	}{
		{"2019-12-31", "", "", "transport", comity.NoRule, false},
		{"2020-01-01", "", "", "transport", comity.Prohibited, false},
		{"2020-01-15", "", "2020-01-15", "transport", comity.NeedsCounsel, false}, // nothing of the pack was known yet, so it covers nothing
		{"2020-01-15", "", "2020-02-01", "transport", comity.Prohibited, false},
		{"2025-06-01", "", "2025-06-01", "lend-equipment", comity.NoRule, false}, // the pack was added later
		{"2025-06-01", "", "2026-01-10", "lend-equipment", comity.Required, false},
		{"2025-09-02", "2025-09-02T08:59:59-07:00", "", "transport", comity.Prohibited, false},
		{"2025-09-02", "2025-09-02T09:00:00-07:00", "", "transport", comity.NoRule, true},
		{"2025-09-02", "", "", "transport", comity.NoRule, true}, // noon in New York is 09:00 in California
		{"2025-09-12", "2025-09-12T11:59:59-07:00", "", "transport", comity.NoRule, true},
		{"2025-09-12", "2025-09-12T12:00:00-07:00", "", "transport", comity.Prohibited, false},
		{"2025-09-05", "", "2025-09-19", "transport", comity.Prohibited, false}, // a late-learned order does not rewrite what was known then
		{"2025-09-05", "", "2025-09-20", "transport", comity.NoRule, true},
	} {
		d := ask(t, b, comity.Question{In: "us", On: c.on, At: c.at, Known: c.known, Act: c.act})
		if d.Verdict != c.want || d.Has(comity.Unsettled) != c.unsettled {
			t.Errorf("%+v: got %s %v", c, d.Verdict, d.Flags)
		}
	}
}

func TestFlags(t *testing.T) {
	memory := `, cite: [{ref: m, source: s, checked: "2026-01-01", grade: C}]`
	b := bookOf(t, map[string]string{"us/a": "place: us\nlayer: federal\nrules:\n" +
		ruleText("us/a#contested", "prohibited", "transport", `"2020-01-01"`, ", contested: doubt") +
		strings.Replace(ruleText("us/a#memory", "prohibited", "delay-release", `"2020-01-01"`, ""), `, cite: [{ref: memory, source: s, checked: "2026-01-01", grade: A}]`, memory, 1) +
		ruleText("us/a#both1", "prohibited", "lend-equipment", `"2020-01-01"`, "") +
		ruleText("us/a#both2", "required", "lend-equipment", `"2020-01-01"`, "") +
		ruleText("us/a#vague", "prohibited", "scene-support", `"2020-01-01"`, ", untranslatable: the text says reasonable")})
	for act, want := range map[string]string{"transport": "prohibited [unsettled]", "delay-release": "prohibited [unverified]", "lend-equipment": "prohibited [conflict]", "scene-support": "needs-counsel []"} {
		d := ask(t, b, comity.Question{In: "us", Act: act})
		if got := string(d.Verdict) + " " + strings.ReplaceAll(strings.Trim(strings.Join(strings.Fields(flagText(d)), " "), " "), "  ", " "); got != want {
			t.Errorf("%s: %s, want %s", act, got, want)
		}
	}
	if d := ask(t, b, comity.Question{In: "us", Act: "scene-support"}); believed(d.Believed) != "prohibited" {
		t.Error(believed(d.Believed))
	}
	if d := ask(t, b, comity.Question{In: "us", Act: "lend-equipment"}); !slices.Equal(d.Overridden, []string{"us/a#both2"}) {
		t.Error(d.Overridden)
	}
}

func flagText(d comity.Decision) string {
	var out []string
	for _, f := range d.Flags {
		out = append(out, string(f))
	}
	return "[" + strings.Join(out, " ") + "]"
}

func TestOnlyIf(t *testing.T) {
	b := bookOf(t, map[string]string{"us/a": "place: us\nlayer: federal\ndefine: {x.key: {request.legal_duty: [federal-law]}}\nrules:\n" +
		ruleText("us/a#1", "prohibited", "transport", `"2020-01-01"`, ", only_if: x.key")})
	for duty, want := range map[string]comity.Verdict{"none": comity.Prohibited, "federal-law": comity.Permitted} {
		d := ask(t, b, comity.Question{In: "us", Facts: comity.Facts{"request.legal_duty": duty}})
		if d.Verdict != want || !slices.Equal(d.Rules, []string{"us/a#1"}) || len(d.Citations) != 1 {
			t.Errorf("%s: %s %v", duty, d.Verdict, d.Rules)
		}
	}
	d := ask(t, b, comity.Question{In: "us"})
	if d.Assumed["request.legal_duty"] != "none" || !slices.Equal(d.CouldChange, []string{"request.legal_duty"}) || d.Assumed["zone"] != "America/New_York" {
		t.Errorf("%v %v", d.Assumed, d.CouldChange)
	}
	d = ask(t, b, comity.Question{In: "us", Open: []string{"request.legal_duty"}})
	if d.Verdict != comity.NeedsFacts || !slices.Equal(d.Missing, []string{"request.legal_duty"}) || !slices.Equal(d.MayCarry, []string{"us/a#1"}) {
		t.Errorf("%+v", d)
	}
}

func TestQuestionErrors(t *testing.T) {
	b := loadSamples(t)
	good := comity.Question{In: "us-il", On: "2025-06-01", Actor: "county-jail", Act: "hold-on-detainer", Facts: comity.Facts{}}
	for name, c := range map[string]struct {
		change           func(*comity.Question)
		code, hint, here string
	}{
		"place":        {func(q *comity.Question) { q.In = "us-li" }, "unknown-place", "us-il", "in"},
		"act":          {func(q *comity.Question) { q.Act = "hold-on-detainers" }, "unknown-act", "hold-on-detainer?", "act"},
		"actor":        {func(q *comity.Question) { q.Actor = "county-jale" }, "unknown-actor", "county-jail?", "actor"},
		"group":        {func(q *comity.Question) { q.Actor = "custodian" }, "unknown-actor", "not a group", "actor"},
		"day":          {func(q *comity.Question) { q.On = "2025-02-30" }, "bad-date", "YYYY-MM-DD", "on"},
		"year":         {func(q *comity.Question) { q.On = "20026-02-03" }, "bad-date", "YYYY-MM-DD", "on"},
		"instant":      {func(q *comity.Question) { q.At = "2025-06-01T10:00:00" }, "bad-date", "offset", "at"},
		"other day":    {func(q *comity.Question) { q.At = "2025-06-01T02:00:00Z" }, "bad-date", "local date", "at"},
		"known":        {func(q *comity.Question) { q.Known = "yesterday" }, "bad-date", "YYYY-MM-DD", "known"},
		"fact":         {func(q *comity.Question) { q.Facts["document.detaner"] = "none" }, "unknown-fact", "document.detainer?", "facts.document.detaner"},
		"open fact":    {func(q *comity.Question) { q.Open = []string{"x"} }, "unknown-fact", "", "open"},
		"value":        {func(q *comity.Question) { q.Facts["document.detainer"] = "i247a" }, "unknown-value", "i-247a?", "facts.document.detainer"},
		"bool":         {func(q *comity.Question) { q.Facts["info.public"] = "maybe" }, "unknown-value", "true or false", "facts.info.public"},
		"number":       {func(q *comity.Question) { q.Facts["clock.hours_past_release"] = "-1" }, "unknown-value", "0 to 9999", "facts.clock.hours_past_release"},
		"never stored": {func(q *comity.Question) { q.Facts["person.citizenship_proof"] = "passport of A B" }, "unknown-value", "one of the values", "facts.person.citizenship_proof"},
		"impossible": {func(q *comity.Question) {
			q.Facts["document.judicial"] = "none"
			q.Facts["document.signed_by"] = "federal-judge"
		}, "impossible-pattern", "", "facts"},
		"derived": {func(q *comity.Question) {
			q.Facts["document.judge_signed"] = "true"
			q.Facts["document.judicial"] = "none"
		}, "inconsistent-fact", "computed", "facts.document.judge_signed"},
		"given derived": {func(q *comity.Question) {
			q.Facts["document.federal_criminal_warrant"] = "true"
			q.Facts["document.charge"] = "civil"
		}, "inconsistent-fact", "", "facts.document.federal_criminal_warrant"},
		"no completion": {func(q *comity.Question) {
			q.Facts["document.federal_criminal_warrant"] = "true"
			q.Facts["document.judge_signed"] = "false"
		}, "impossible-pattern", "", "facts"},
		"hours": {func(q *comity.Question) {
			q.At = "2025-06-01T10:00:00-05:00"
			q.Facts["person.release_due_at"] = "2025-06-01T08:00:00-05:00"
			q.Facts["clock.hours_past_release"] = "5"
		}, "inconsistent-fact", "computed", "facts.clock.hours_past_release"},
	} {
		q := good
		q.Facts = comity.Facts{}
		c.change(&q)
		_, err := b.Decide(q)
		var p *comity.Problem
		if !errors.As(err, &p) || p.Code != c.code || !strings.Contains(p.Hint, c.hint) || p.Where != c.here {
			t.Errorf("%s: %#v", name, err)
		}
		if p != nil && strings.Contains(p.Message+p.Hint, "passport") {
			t.Errorf("%s: the error repeats a fact that must never be stored", name)
		}
	}
	b.Now = nil
	if _, err := b.Decide(good); err == nil {
		t.Error("without a clock the question must say as of when")
	}
}

// H: the list of withheld facts is the same whatever the facts are.
func TestWithheldTellsNothing(t *testing.T) {
	b := loadSamples(t)
	q := comity.Question{In: "us-tx", On: "2025-06-01", Actor: "county-jail", Act: "hold-on-detainer"}
	a := ask(t, b, q)
	q.Facts = comity.Facts{"person.citizenship_proof": "us-citizen-document"}
	c := ask(t, b, q)
	q.Actor, q.On = "resident", "2010-01-01"
	d := ask(t, b, q)
	if want := []string{"person.citizenship_proof"}; !slices.Equal(a.Withheld, want) || !slices.Equal(c.Withheld, want) || !slices.Equal(d.Withheld, want) {
		t.Errorf("%v %v %v", a.Withheld, c.Withheld, d.Withheld)
	}
	for _, p := range b.plans.all {
		if p.secret && len(p.memo) > 1 {
			t.Error("an answer that used a never-stored fact was kept")
		}
	}
}

func TestClosedCase(t *testing.T) {
	b := loadSamples(t)
	q := comity.Question{In: "us-fl", On: "2025-06-01", Actor: "sheriff", Act: "hold-on-detainer", Closed: true, Facts: comity.Facts{"document.detainer": "i-247a", "document.detainer_shows": "probable-cause"}}
	d := ask(t, b, q)
	if d.Verdict != comity.Permitted || d.Assumed["document.admin_warrant"] != "none" || d.Assumed["clock.counted_hours_past_release"] != "0" {
		t.Errorf("%s %v", d.Verdict, d.Assumed)
	}
	q.Open = []string{"document.admin_warrant"}
	if d = ask(t, b, q); d.Verdict != comity.NeedsFacts || *d.Next != "document.admin_warrant" {
		t.Errorf("%s %v", d.Verdict, d.Missing)
	}
	// A neutral value that cannot stand beside the facts given is not used.
	q.Facts["document.signed_by"] = "federal-judge"
	if d = ask(t, b, q); d.Assumed["document.judicial"] != "" {
		t.Error(d.Assumed)
	}
}

func TestClocksAndDuties(t *testing.T) {
	b := bookOf(t, map[string]string{"us/a": "place: us\nlayer: federal\nrules:\n" +
		ruleText("us/a#plain", "permitted", "hold-on-detainer", `"2020-01-01"`, ", clock: {kind: limit, starts: person.release_due_at, length: 48h, after: no-rule}, duties: [{act: notify-person, event: detainer-received, within: 24h, cite: x}]") +
		ruleText("us/a#counted", "permitted", "hold-on-detainer", `"2020-01-01"`, `, clock: {kind: limit, starts: person.release_due_at, length: 48h, excludes: "sat,sun,federal-holidays", after: no-rule}`) +
		ruleText("us/a#day", "permitted", "hold-on-detainer", `"2020-01-01"`, `, clock: {kind: limit, starts: person.release_due_at, length: "23:59 same day", after: no-rule}`) +
		ruleText("us/a#report", "permitted", "hold-on-detainer", `"2020-01-01"`, `, clock: {kind: due, by: "03-01", period: calendar-year, nil: certify, to: attorney-general}`)})
	q := comity.Question{In: "us", On: "2025-11-07", At: "2025-11-07T18:00:00-05:00", Act: "hold-on-detainer",
		Facts: comity.Facts{"person.release_due_at": "2025-11-07T17:00:00-05:00", "request.received_at": "2025-11-06T09:30:00-05:00"}}
	d := ask(t, b, q)
	var got []string
	for _, c := range d.Clocks {
		got = append(got, c.Rule[5:]+" "+c.Due)
	}
	want := []string{"day 2025-11-07T23:59:00-05:00", "plain 2025-11-09T17:00:00-05:00", "counted 2025-11-12T17:00:00-05:00", "report 2026-03-01"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(d.Duties) != 1 || d.Duties[0].Due != "2025-11-07T09:30:00-05:00" {
		t.Errorf("%+v", d.Duties)
	}
	q.Facts = nil
	if d = ask(t, b, q); d.Clocks[0].Rule != "us/a#report" || d.Clocks[1].Due != "" || d.Duties[0].Due != "" {
		t.Errorf("an unknown start has no end, and comes last: %+v", d.Clocks)
	}
}

func TestReach(t *testing.T) {
	b := loadSamples(t)
	d := ask(t, b, comity.Question{In: "us-il", Act: "hold-on-detainer", Facts: comity.Facts{"document.detainer": "i-247a", "document.judicial": "none"}})
	if !slices.Contains(d.Binds.Actors, "county-jail") || !slices.Contains(d.Binds.Not, "ice-ero") || slices.Contains(d.Binds.Actors, "ice-ero") {
		t.Errorf("%+v", d.Binds)
	}
}

func TestAsk(t *testing.T) {
	b := loadSamples(t)
	prompts, err := b.Ask(comity.Question{In: "us-tx", On: "2025-06-01", Actor: "county-jail", Act: "hold-on-detainer", Facts: comity.Facts{}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range prompts {
		names = append(names, p.Fact.Name)
	}
	if len(names) < 3 || names[0] == "person.citizenship_proof" || !slices.Contains(names, "person.citizenship_proof") || !slices.Contains(names, "person.release_due_at") || slices.Contains(names, "clock.counted_hours_past_release") {
		t.Errorf("%v", names)
	}
	if i, j := slices.Index(names, "person.citizenship_proof"), slices.Index(names, "request.legal_duty"); j >= 0 && j < i {
		t.Errorf("defaults come after missing facts: %v", names)
	}
}

func TestRuleText(t *testing.T) {
	b := loadSamples(t)
	for id, want := range map[string]string{
		"us/sample/us-federal-core#us.287-7-d.hold":  "document detainer is i-247a or older-form and document detainer shows is probable-cause or probable-cause-by-attachment and clock counted hours past release is less than 48",
		"us/sample/us-federal-core#us.287-7-d.limit": "document detainer is not none and clock counted hours past release is 48 or more",
		"us/sample/us-ca-values-act#ca.a1D":          "(the actor is local-law-enforcement or the actor is probation-parole or state-police) and not info public and info kind is not criminal-history",
		"us/sample/us-tx-sb4-sb8#tx.sb8":             "agency operates jail and agreement model is none",
		"us/sample/us-il-trust-act#il.15a":           "",
	} {
		r, _, ok := b.Rule(id)
		if !ok {
			t.Fatal(id)
		}
		if got := r.WhenText(); got != want {
			t.Errorf("%s:\n%s\n%s", id, got, want)
		}
	}
}

// An answer names the packs that were due for a check on the day of knowledge.
func TestStale(t *testing.T) {
	b := bookOf(t, map[string]string{"us/none": federalSilence,
		"us/il/a": "place: us-il\nlayer: state\nadded: \"2020-01-01\"\nnext_check: \"2025-06-01\"\nrules:\n" + ruleText("us/il/a#1", "prohibited", "transport", `"2019-01-01"`, "")})
	for known, want := range map[string]int{"2025-06-01": 0, "2025-06-02": 1} {
		if d := ask(t, b, comity.Question{In: "us-il", Known: known}); len(d.Stale) != want || want == 1 && d.Stale[0] != "us/il/a" {
			t.Errorf("known %s: %v", known, d.Stale)
		}
	}
}
