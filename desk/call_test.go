package desk

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/record"
)

func emergency(id string, changes ...string) Request {
	return Request{
		ID: id, Agency: "ILCPD0000", Kind: "call", In: "us-il-chicago", Actor: "municipal-police", Role: "clerk", At: "2026-11-21T09:00:00-06:00",
		Form: Form{"sent": SentAbduction, "danger": "cannot-tell", "now": "still-there", "marking": "none", "asked_who": "not-asked", "vehicle_marking": "unmarked", "incident": "26-004711"},
	}.but(id, changes...)
}

// Scenario 3 of users.md: dispatch first, only civil or criminal is asked, and
// the law that allows that call stands on the card.
func TestScenarioDispatcher(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	a := handle(t, d, emergency("call-1"))
	ask := decisionOn(t, a, "deconflict")
	if ask.Verdict != comity.Permitted || !cites(ask, "2-173-020(a)(3)") {
		t.Errorf("asking civil or criminal is %s by %v, missing %v", ask.Verdict, refs(ask), ask.Missing)
	}
	open, ok := Unattributed(emergency("call-1"))
	if !ok {
		t.Fatal("nothing is opened")
	}
	handle(t, d, open)
	tasks, err := d.Tasks(t.Context(), "ILCPD0000")
	if err != nil || len(tasks) != 1 || tasks[0].Next.Due.IsZero() {
		t.Errorf("the desk has %+v, %v", tasks, err)
	}
	for name, r := range map[string]Request{"theirs": emergency("c", "verify", "civil"), "another kind": chicago("c")} {
		if _, ok := Unattributed(r); ok {
			t.Errorf("%s opens an unattributed detention", name)
		}
	}
	same := emergency("call-2")
	same.Ref = "call-1"
	if _, ok := Unattributed(same); ok {
		t.Error("a second call about the same opens a second detention")
	}
}

// H5, H8: dispatch is never lowered by an answer; plate and description have no
// field; nothing of a call is public but totals.
func TestCallHoldsNothingThatBelongsToDispatch(t *testing.T) {
	sent, _ := call.Field("sent")
	if !slices.Equal(sent.Values, []string{SentAbduction, "officer-there"}) {
		t.Errorf("a call may be sent as %v", sent.Values)
	}
	d, _ := at(t, "2026-11-21T15:00:00Z")
	for _, field := range []string{"plate", "description", "narrative", "address", "name", "phone"} {
		r := emergency("call-" + field)
		r.Form[field] = "x"
		if _, err := d.Handle(t.Context(), r); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if call.Record.Release != record.Totals {
		t.Errorf("a call is released as %v", call.Record.Release)
	}
	if f, _ := call.Field("incident"); !f.Personal {
		t.Error("the incident number is not sealed")
	}
}

// Row K11: three times the usual number is flagged within two intervals, on
// weeks of calls at several rates; the usual number is not.
func TestSpikeWithinTwoIntervals(t *testing.T) {
	start := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, rate := range []int{1, 2, 5, 12} {
		r := rand.New(rand.NewPCG(3, uint64(rate)))
		var calls []time.Time
		hour := func(i, n int) {
			for range n {
				calls = append(calls, start.Add(time.Duration(i)*time.Hour+time.Duration(r.IntN(3600))*time.Second))
			}
		}
		for i := range 500 {
			hour(i, rate)
		}
		end := start.Add(500*time.Hour - time.Second)
		if w := WaveOf(calls, end, WaveHour); w.Spike || w.Usual < float64(rate)*.9 || w.Usual > float64(rate)*1.1 {
			t.Errorf("rate %d: %+v", rate, w)
		}
		hour(500, 3*rate+1)
		hour(501, 3*rate+1)
		if w := WaveOf(calls, end.Add(2*time.Hour), WaveHour); !w.Spike {
			t.Errorf("rate %d, after two intervals: %+v", rate, w)
		}
	}
	if w := WaveOf(nil, start, WaveHour); w.Spike || w.Known != 0 {
		t.Errorf("without calls: %+v", w)
	}
	if w := WaveOf([]time.Time{start, start.Add(time.Hour)}, start, WaveHour); w.Now != 1 || w.Spike {
		t.Errorf("the future is counted: %+v", w)
	}
}
