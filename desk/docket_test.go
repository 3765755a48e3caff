package desk

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func step(d *Desk, t *testing.T, kind, id, ref string, pairs ...string) error {
	t.Helper()
	r := cook(id, kind, pairs...)
	r.At, r.Ref = "", ref
	_, err := d.Handle(t.Context(), r)
	return err
}

func demanded(id, due, zone string, more ...string) Request {
	return cook(id, "demand", append([]string{"what", "letter", "from", "federal-agency", "received_at", "2026-11-20T10:00", "owner", "counsel",
		"due", due, "zone", zone, "source", "the letter, page 2"}, more...)...)
}

func matters(t *testing.T, d *Desk, names ...string) []Matter {
	t.Helper()
	list, err := d.Matters(t.Context(), "IL0160000", names...)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func ids(list []Matter) string {
	var out []string
	for _, m := range list {
		out = append(out, m.Card.ID)
	}
	return strings.Join(out, " ")
}

// The same reading of the clock in five zones comes due in the order of the
// sun, whatever order it was written in, and over the end of daylight time
// (K27).
func TestDeadlinesAcrossTimeZones(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	for _, zone := range []string{"pacific", "eastern", "hawaii", "central", "mountain", "here"} {
		handle(t, d, demanded("to-"+zone, "2026-12-01T17:00", zone))
	}
	handle(t, d, demanded("program", "2026-12-01T23:30:00Z", "eastern")) // an offset of its own counts, not the zone
	handle(t, d, demanded("summer", "2027-07-01T17:00", "arizona"))
	want := "to-eastern to-central to-here program to-mountain to-pacific to-hawaii summer"
	list := matters(t, d, "demand")
	if got := ids(list); got != want {
		t.Errorf("deadlines in the order\n%s, want\n%s", got, want)
	}
	for _, m := range list {
		if m.Late {
			t.Errorf("%s is late before its time", m.Card.ID)
		}
	}
	if got := list[6].Due.Due.UTC().Format(time.RFC3339); got != "2026-12-02T03:00:00Z" {
		t.Errorf("17:00 in Honolulu is %s", got)
	}
	d.move(t, "2026-12-01T16:30:00-06:00")
	for _, m := range matters(t, d, "demand") {
		if want := m.Card.ID == "to-eastern"; m.Late != want {
			t.Errorf("at 16:30 in Chicago %s: late %t", m.Card.ID, m.Late)
		}
	}
	if err := step(d, t, "demand", "no-zone", "", "what", "suit", "from", "state-court", "received_at", "2026-11-20T10:00", "owner", "counsel", "due", "2026-12-01T17:00"); code(err) != "missing-field" {
		t.Errorf("a deadline on nobody's clock: %v", err)
	}
}

// A demand stays until an answer or an event of the court; nothing else ends
// it, and what is over stays over (K27, H38).
func TestHarm_H38_demands_end_with_an_answer_or_a_court(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	for _, id := range []string{"d1", "d2"} {
		handle(t, d, demanded(id, "2026-12-01T17:00", "eastern"))
	}
	for i, other := range demandStep.Fields[0].Values {
		if other == "answered" || other == "court-event" {
			continue
		}
		form := []string{"result", other, "owner", "commander", "due", "2026-12-15T12:00", "zone", "here", "source", "their letter"}
		if err := step(d, t, "demand-step", "s"+string(rune('a'+i)), "d1", form...); err != nil {
			t.Fatalf("%s: %v", other, err)
		}
		if m := matters(t, d, "demand"); slices.ContainsFunc(m, func(m Matter) bool { return m.Over }) {
			t.Errorf("%s ends a demand", other)
		}
	}
	moved := matters(t, d, "demand")
	if one := moved[slices.IndexFunc(moved, func(m Matter) bool { return m.Card.ID == "d1" })]; one.Owner != "commander" || !one.Due.Due.IsZero() {
		t.Errorf("passed on, extended and then stayed: %+v", one)
	}
	for _, form := range [][]string{{"result", "answered"}, {"result", "court-event"}, {"result", "answered", "answer", "refused-with-reasons"}} {
		if err := step(d, t, "demand-step", "bad", "d1", form...); code(err) != "missing-field" {
			t.Errorf("%v: %v", form, err)
		}
	}
	if err := step(d, t, "demand-step", "end1", "d1", "result", "answered", "answer", "refused-with-reasons", "rule", "us/il/trust-act#15a"); err != nil {
		t.Fatal(err)
	}
	if err := step(d, t, "demand-step", "end2", "d2", "result", "court-event", "event", "quashed"); err != nil {
		t.Fatal(err)
	}
	if err := step(d, t, "demand-step", "after", "d2", "result", "acknowledged"); err != nil {
		t.Fatal(err)
	}
	for _, m := range matters(t, d) {
		if !m.Over || m.Late || m.State == "acknowledged" {
			t.Errorf("%s is not over: %+v", m.Card.ID, m)
		}
	}
	if k, _ := KindOf("demand"); slices.Contains(k.Columns(), "why") || slices.Contains(k.Columns(), "pointer") {
		t.Error("the words of a demand leave with an export")
	}
}

// One matter alone stands as it does in the list.
func TestMatterOfOneIsMatterOfAll(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	handle(t, d, demanded("d1", "2026-12-01T17:00", "pacific"))
	if err := step(d, t, "demand-step", "s1", "d1", "result", extended, "due", "2026-12-20T17:00", "zone", "pacific", "source", "order"); err != nil {
		t.Fatal(err)
	}
	want := matters(t, d)[0]
	got, ok, err := d.MatterOf(t.Context(), want.Card)
	if err != nil || !ok || got.State != want.State || !got.Due.Due.Equal(want.Due.Due) || got.Due.Due.Format("15:04 MST") != "17:00 PST" {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

// Clocks of victim certification come from the law of the place and day, with
// its section; where no law sets one there is none (K24).
func TestCertificationClocks(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	for _, c := range []struct{ place, due, cite string }{
		{"us-ne-lancaster", "2026-10-08", "29-217"},   // 90 business days: Juneteenth, Independence Day and Labor Day fall out
		{"us-nj-essex", "2026-09-29", "120 days"},     // 120 days
		{"us-ca-los-angeles", "2026-07-01", "679.10"}, // 30 days
		{"us-il-cook", "2026-08-30", "825/10"},        // 90 days
		{"us-tx-travis", "", ""},                      // nothing says how long
		{"us-or-multnomah", "", ""},                   // a duty whose days were not seen
	} {
		r := cook("u-"+c.place, "certification", "form", "i-918b", "stage", "first", "sent_by", "counsel", "received_at", "2026-06-01T10:00", "owner", "records", "incident", "R-"+c.place)
		r.In, r.Actor, r.At = c.place, "municipal-police", "2026-06-01T12:00:00-05:00"
		r.Agency = "X" + strings.ToUpper(strings.ReplaceAll(c.place, "-", ""))[:8]
		handle(t, d, r)
		list, err := d.Matters(t.Context(), r.Agency, "certification")
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %d, %v", c.place, len(list), err)
		}
		due := ""
		if !list[0].Due.Due.IsZero() {
			due = list[0].Due.Due.Format(time.DateOnly)
		}
		if due != c.due || !strings.Contains(list[0].Due.Cite, c.cite) {
			t.Errorf("%s: due %q by %q, want %q by %q", c.place, due, list[0].Due.Cite, c.due, c.cite)
		}
	}
}

// A refusal without its reasons, its words and who decided is not taken.
func TestDenialNeedsReasons(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	handle(t, d, cook("u1", "certification", "form", "i-918b", "stage", "first", "sent_by", "counsel", "received_at", "2026-11-20T10:00", "owner", "records", "incident", "R-1"))
	whole := []string{"result", "denied", "reasons", "did-not-help", "why", "words", "decided_by", "supervisor", "told", "yes"}
	for i := 2; i < len(whole); i += 2 {
		form := append(slices.Clone(whole[:i]), whole[i+2:]...)
		if err := step(d, t, "certification-step", "no", "u1", form...); code(err) != "missing-field" {
			t.Errorf("denied without %s: %v", whole[i], err)
		}
	}
	if err := step(d, t, "certification-step", "denied", "u1", whole...); err != nil {
		t.Fatal(err)
	}
	if m := matters(t, d, "certification"); !m[0].Over || m[0].State != "denied" {
		t.Errorf("%+v", m[0])
	}
	for _, name := range []string{"certification", "certification-step"} {
		k, _ := KindOf(name)
		for _, column := range k.Columns() {
			if slices.Contains([]string{"incident", "pointer", "name", "why"}, column) {
				t.Errorf("the export of %s has the column %s", name, column)
			}
		}
		if k.Record.Release != 0 {
			t.Errorf("headers of %s may become public", name)
		}
	}
}

// Forces answer in the status that was shown: Title 10 may not arrest, the
// Guard with a task force agreement goes to counsel or is asked for more, and
// what no pack speaks to is a gap and not an answer (L16, L17).
func TestMilitarySupport(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	asked := func(id string, pairs ...string) Answer {
		r := cook(id, "military-support", append([]string{"duty", "title-10", "ordered_by", "president", "authority", "federal-agency-request", "asked_by", "ice", "support", "arrest", "purpose", "civil-immigration", "owner", "counsel"}, pairs...)...)
		r.In, r.Agency = "us-tx-travis", "TX2270000"
		return handle(t, d, r)
	}
	if v := decisionOn(t, asked("m1"), "military-support"); v.Verdict != "prohibited" || !cites(v, "1385") {
		t.Errorf("Title 10 arrests: %s %v", v.Verdict, refs(v))
	}
	if v := decisionOn(t, asked("m2", "support", "base-access"), "military-support"); v.Verdict != "permitted" || !cites(v, "10 USC 272") {
		t.Errorf("a base: %s %v", v.Verdict, refs(v))
	}
	guard := asked("m3", "duty", "state-active-duty", "ordered_by", "governor", "powers", "tfm")
	if v := decisionOn(t, guard, "act-as-immigration-officer"); v.Verdict == "required" || v.Verdict == "permitted" {
		t.Errorf("a Guard under a task force agreement: %s", v.Verdict)
	}
	decisionOn(t, guard, "military-support")
	for _, gap := range []Answer{asked("m4", "support", "vetting"), asked("m5", "duty", "state-guard")} {
		if len(gap.Decisions) != 0 {
			t.Errorf("a gap was answered: %v", gap.Acts)
		}
	}
	if card, err := d.Case(t.Context(), "m1", "TX2270000"); err != nil || card.Questions[0].Actor != "title-10-military" || card.Actor != "county-jail" {
		t.Errorf("who acts: %+v, %v", card.Questions, err)
	}
}
