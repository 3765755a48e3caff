package desk

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"comity"
	"comity/record"
)

// What is never stored is in no byte of the record, and two requests that
// differ in nothing else and get the same verdict leave the same bytes (H31).
func TestNeverStored(t *testing.T) {
	never := []string{"us-citizen-document", "lawful-status-document", "qualifying-state-license", "other-id"}
	byVerdict := map[string]string{}
	for _, contradicts := range []string{"yes", "no", "cannot-tell"} {
		for _, shown := range append(never, "none") {
			d, s := at(t, "2026-11-21T15:00:00Z")
			a := handle(t, d, texas().but("same", "contradicts", contradicts, "shown", shown))
			text := written(s)
			for _, fact := range []string{"record_contradicts:", `record_contradicts":`, `citizenship_proof":`, "contradicts:", "shown:"} {
				if strings.Contains(text, fact) {
					t.Fatalf("%s/%s: %s is in the record", contradicts, shown, fact)
				}
			}
			for _, canary := range never {
				if strings.Contains(text, canary) {
					t.Fatalf("%s/%s: the record holds %s", contradicts, shown, canary)
				}
			}
			var verdicts []string
			for _, one := range a.Decisions {
				verdicts = append(verdicts, string(one.Verdict))
			}
			key := strings.Join(verdicts, " ")
			if first, ok := byVerdict[key]; ok && first != text {
				t.Errorf("%s/%s: the same verdicts leave other bytes:\n%s\n%s", contradicts, shown, first, text)
			}
			byVerdict[key] = text
		}
	}
	if len(byVerdict) < 2 {
		t.Error("no never-stored fact ever changed a verdict: the test shows nothing")
	}
}

// Facts that a program sends take the same way as those of the form.
func TestNeverStoredFromItems(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	r := Request{ID: "api-1", Agency: "TX2270000", Kind: "detainer", In: "us-tx", On: "2026-11-21", Actor: "county-jail",
		Items: []Item{{"hold-on-detainer", comity.Facts{"document.detainer": "i-247a", "document.detainer_shows": "probable-cause",
			"federal.finding": "final-order", "person.citizenship_proof": "other-id", "person.foreign_national": "true"}}},
		Sealed: Form{"name": "Canary Person"}}
	handle(t, d, r)
	for _, word := range []string{"final-order", "other-id", "foreign_national\":"} {
		if strings.Contains(written(s), word) {
			t.Errorf("the record holds %s", word)
		}
	}
}

// The withheld list is the same for one act and place, whatever was shown.
func TestWithheldTellsNothing(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	none := handle(t, d, texas().but("w1"))
	some := handle(t, d, texas().but("w2", "shown", "us-citizen-document", "contradicts", "yes"))
	for i := range none.Decisions {
		if !slices.Equal(none.Decisions[i].Withheld, some.Decisions[i].Withheld) {
			t.Errorf("%s: withheld %v and %v", none.Acts[i], none.Decisions[i].Withheld, some.Decisions[i].Withheld)
		}
	}
	if len(decisionOn(t, none, "hold-on-detainer").Withheld) == 0 {
		t.Error("nothing is withheld: the test shows nothing")
	}
}

func TestNamesAreSealed(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	handle(t, d, texas().but("sealed", "pointer", "Canary file 7"))
	for _, f := range s.Kept[0].Fields {
		if strings.Contains(f.Value, "Canary") && !f.Personal || f.Value == "B-1001" && !f.Personal {
			t.Errorf("%s is not sealed as personal", f.Name)
		}
	}
}

func TestSameRequestTwice(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	for _, r := range []Request{texas(), texas().but("now")} {
		if r.ID == "now" {
			r.At = "" // the desk chose the moment; the caller still sends the same bytes
		}
		first := handle(t, d, r)
		d.move(t, "2026-11-22T15:00:00Z") // another day, another known
		again := handle(t, d, r)
		d.move(t, "2026-11-21T15:00:00Z")
		if !again.Again || again.Index != first.Index || string(again.Receipt) != string(first.Receipt) {
			t.Errorf("%s: the second answer is %+v", r.ID, again)
		}
		for i := range first.Decisions {
			if first.Decisions[i].Verdict != again.Decisions[i].Verdict {
				t.Errorf("%s: another verdict the second time", first.Acts[i])
			}
		}
	}
	if len(s.Kept) != 2 {
		t.Errorf("%d entries, want 2", len(s.Kept))
	}
	for _, change := range [][]string{{"signed", "no"}, {"name", "Another"}, {"booking", "B-2"}} {
		if _, err := d.Handle(t.Context(), texas().but("tx-1", change...)); code(err) != "conflict-id" {
			t.Errorf("%v: %v, want conflict-id", change, err)
		}
	}
	other := texas()
	other.Agency = "TX2210000"
	if _, err := d.Handle(t.Context(), other); code(err) != "conflict-id" {
		t.Errorf("another agency with the same id: %v", err)
	}
}

func TestSameRequestOnTheSameDayIsTheSameAnswer(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	r := texas().but("full", "shown", "us-citizen-document")
	first, again := handle(t, d, r), handle(t, d, r)
	if !reflect.DeepEqual(first.Decisions, again.Decisions) {
		t.Error("the decisions differ though nothing changed")
	}
}

// No record, no answer.
func TestNoRecordNoAnswer(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	s.Broken = errors.New("the disk is full")
	a, err := d.Handle(t.Context(), texas())
	if !errors.Is(err, s.Broken) || len(a.Decisions) != 0 {
		t.Errorf("answer %v, error %v", a.Decisions, err)
	}
}

func TestRefusedRequests(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	change := func(f func(*Request)) Request { r := texas(); f(&r); return r }
	for want, r := range map[string]Request{
		"unknown-kind":   change(func(r *Request) { r.Kind = "visit" }),
		"unknown-place":  change(func(r *Request) { r.In = "us-zz" }),
		"unknown-actor":  change(func(r *Request) { r.Actor = "mayor" }),
		"bad-date":       change(func(r *Request) { r.At, r.On = "", "20026-01-01" }),
		"wrong-act":      change(func(r *Request) { r.Items = []Item{{Act: "scene-support"}} }),
		"too-many-items": change(func(r *Request) { r.Items = make([]Item, 13) }),
		"unknown-fact":   change(func(r *Request) { r.More = comity.Facts{"person.hair": "red"} }),
		"unknown-field":  texas().but("x", "hair", "red"),
		"bad-field":      texas().but("x", "form", "i-999"),
		"missing-field":  texas().but("x", "signed", ""),
	} {
		if _, err := d.Handle(t.Context(), r); code(err) != want {
			t.Errorf("want %s, got %v", want, err)
		}
	}
	if len(s.Kept) != 0 {
		t.Errorf("%d refused requests were recorded", len(s.Kept))
	}
}

// The card as it stood that day: from the record alone, unchanged by time.
func TestCardAsItStood(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	a := handle(t, d, texas())
	card := ReadCard(s.Kept[0])
	if len(card.Decisions) != len(a.Decisions) || card.Law == "" || !strings.HasPrefix(card.Digest, "sha256:") {
		t.Fatalf("the card lacks something: %d decisions, law %q, digest %q", len(card.Decisions), card.Law, card.Digest)
	}
	hold, _ := card.Decision("hold-on-detainer")
	if hold.Verdict != comity.Required || len(hold.Citations) == 0 || hold.Known != "2026-11-21" {
		t.Errorf("the kept answer is %s with %d citations, known %s", hold.Verdict, len(hold.Citations), hold.Known)
	}
	if card.Form["name"] != "Canary Person" || card.Form["form"] != "i-247a" {
		t.Errorf("the form is %v", card.Form)
	}
}

func TestKindsFitTheRecord(t *testing.T) {
	if err := record.CheckKinds(append(record.OwnKinds(), RecordKinds()...)); err != nil {
		t.Error(err)
	}
	for _, k := range Kinds() {
		fields := 6 + 2*mostItems // in, on, at, actor, role, defects, questions and decisions
		if len(k.Acts) == 0 && k != &act {
			fields = 6
		}
		for _, f := range k.Fields {
			if !f.Never {
				fields++
			}
		}
		if fields > k.Record.Commitments {
			t.Errorf("%s needs %d commitments and has %d", k.Name, fields, k.Record.Commitments)
		}
	}
}
