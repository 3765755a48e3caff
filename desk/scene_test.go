package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/law/card"
)

func told(t *testing.T, d *Desk, r Request) Told {
	t.Helper()
	got, err := d.Tell(r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// What a device tells and what the record keeps later are the same bytes, also
// where it is recorded on another day than it was told.
func TestToldIsWhatIsRecorded(t *testing.T) {
	phone, _ := at(t, "2026-11-21T15:00:00Z")
	server, _ := at(t, "2026-11-23T15:00:00Z")
	for n, changes := range [][]string{nil, {"danger", "yes"}, {"asked", strings.Join(helpTicks, " ")},
		{"paper", "arrest-warrant", "paper_signed", "federal-magistrate", "paper_charge", "federal-felony"}, {"called_back", "not-yet", "signs", "asks-for-money"}} {
		r := chicago(fmt.Sprint("scene-", n), changes...)
		r.Known = "2026-11-21"
		shown := told(t, phone, r)
		a := handle(t, server, r)
		for i := range a.Decisions {
			if encode(a.Decisions[i]) != encode(shown.Decisions[i]) {
				t.Errorf("%v, answer %d:\nphone  %s\nserver %s", changes, i, encode(shown.Decisions[i]), encode(a.Decisions[i]))
			}
		}
		if !slices.Equal(a.Stops, shown.Stops) {
			t.Errorf("%v: stops %v and %v", changes, a.Stops, shown.Stops)
		}
		c, err := server.Case(t.Context(), r.ID, r.Agency)
		if err != nil || c.Digest != shown.Digest {
			t.Errorf("%v: the card %s is recorded as %s, %v", changes, shown.Digest, c.Digest, err)
		}
		again := TellAgain(c)
		if !slices.Equal(again.Help, shown.Help) || !slices.Equal(again.Stops, shown.Stops) || again.Digest != shown.Digest {
			t.Errorf("%v: read again %+v", changes, again)
		}
	}
}

func TestKnownIsADayThatCanBe(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	for known, good := range map[string]bool{"": true, "2026-11-21": true, "2026-11-01": true, "2026-11-22": false, "2026-10-01": false, "yesterday": false} {
		r := chicago("known-" + known)
		r.Known = known
		if _, err := d.Tell(r); (err == nil) != good {
			t.Errorf("known %q: %v", known, err)
		}
	}
}

func phrases(script []Phrase, to string) string {
	var keys []string
	for _, p := range script {
		if p.To == to {
			keys = append(keys, p.Key)
		}
	}
	return strings.Join(keys, " ")
}

// Row L19, row K22: what is said aloud follows the answers, each kind of help
// by itself, and claims no more than the rule gives.
func TestScript(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	book := d.Law.(card.Book)
	for _, c := range []struct {
		name                      string
		changes                   []string
		federal, crowd, commander string
	}{
		{"civil", nil, "prohibited", "apart", "asked prohibited card"},
		{"shots fired", []string{"danger", "yes"}, "danger", "danger", "asked"},
		{"nobody called back", []string{"called_back", "not-yet"}, "identity prohibited", "apart", "asked prohibited identity card"},
		{"signs", []string{"called_back", "no", "signs", "asks-for-money"}, "identity prohibited", "apart", "asked prohibited signs card"},
	} {
		script := told(t, d, chicago("script", c.changes...)).Script(book)
		if got := phrases(script, ToFederal); !strings.HasPrefix(got, c.federal) {
			t.Errorf("%s: to the federal lead %q", c.name, got)
		}
		if got := phrases(script, ToCrowd); got != c.crowd {
			t.Errorf("%s: to the crowd %q", c.name, got)
		}
		if got := phrases(script, ToCommander); !strings.HasPrefix(got, c.commander) {
			t.Errorf("%s: to the commander %q", c.name, got)
		}
	}
	texas := chicago("script-tx")
	texas.In, texas.Agency = "us-tx-travis", "TX2270000"
	if got := phrases(told(t, d, texas).Script(book), ToCrowd); got != "present" {
		t.Errorf("where help is allowed the crowd is told %q", got)
	}
	for _, p := range told(t, d, chicago("script-all", "asked", strings.Join(helpTicks, " "))).Script(book) {
		if p.To == ToFederal && strings.HasPrefix(p.Key, "prohibited") && (len(p.Help) == 0 || len(p.Refs) == 0) {
			t.Errorf("a refusal without what or why: %+v", p)
		}
	}
}

// A rule that nobody read, or that is contested, is never said plainly.
func TestDoubtIsSaid(t *testing.T) {
	plain := Told{Help: []string{"perimeter"}, Questions: make([]comity.Question, 1), Decisions: []comity.Decision{{Verdict: comity.Prohibited}}}
	unsure := plain
	unsure.Decisions = []comity.Decision{{Verdict: comity.Prohibited, Flags: []comity.Flag{comity.Unverified}}}
	d, _ := at(t, "2026-11-21T15:00:00Z")
	book := d.Law.(card.Book)
	if a, b := phrases(plain.Script(book), ToFederal), phrases(unsure.Script(book), ToFederal); a != "prohibited" || b != "prohibited-unsure" {
		t.Errorf("%q and %q", a, b)
	}
}

// K23, H13, H19: the gate cannot be skipped; what was not confirmed is a
// supervisor's decision; impersonation is named only with other signs.
func TestHarm_H13_and_H19_identity_gate(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	skipped := chicago("gate-skipped")
	delete(skipped.Form, "called_back")
	if _, err := d.Tell(skipped); err == nil || !strings.Contains(err.Error(), "called_back") {
		t.Errorf("the gate can be skipped: %v", err)
	}
	for _, c := range []struct {
		changes []string
		want    []Stop
	}{
		{[]string{"called_back", "yes"}, nil},
		{[]string{"called_back", "yes", "signs", "asks-for-money"}, nil},
		{[]string{"called_back", "no"}, []Stop{StopIdentity}},
		{[]string{"called_back", "not-yet", "signs", "office-knows-nothing"}, []Stop{StopIdentity, StopImpersonation}},
	} {
		if got := told(t, d, chicago("gate", c.changes...)).Stops; !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.changes, got, c.want)
		}
	}
}

func TestTellWithinATouch(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	r := chicago("quick", "asked", strings.Join(helpTicks, " "))
	told(t, d, r)
	start := time.Now()
	told(t, d, r)
	if took := time.Since(start); took > time.Second {
		t.Errorf("seven answers took %v", took)
	}
}
