package desk

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// No form collects what would have to be purged later: nothing about status is
// a field, whatever program sends it is refused before anything is written, and
// facts that are never stored leave no byte (H2). A clock that deletes is never
// the reason why a field may exist.
func TestHarm_H02_never_collected_rather_than_deleted_later(t *testing.T) {
	d, s := at(t, "2026-11-21T09:10:00-06:00")
	purge := regexp.MustCompile(`(?i)(delete|purge|expire|until_deleted|retain|temporary)`)
	for _, k := range Kinds() {
		for _, f := range k.Fields {
			if purge.MatchString(f.Name) {
				t.Errorf("%s: %s is made to be deleted later", k.Name, f.Name)
			}
		}
		for _, name := range []string{"citizenship", "nationality", "birth_date", "sex", "a_number", "immigration_status", "address", "country"} {
			r := cook("h2-"+k.Name+"-"+name, k.Name, name, "CANARY")
			if _, err := d.Handle(t.Context(), r); err == nil {
				t.Errorf("%s takes %s", k.Name, name)
			}
			r.Form, r.Sealed = Form{}, Form{name: "CANARY"}
			if _, err := d.Handle(t.Context(), r); err == nil {
				t.Errorf("%s seals %s", k.Name, name)
			}
		}
	}
	if len(s.Kept) != 0 || strings.Contains(written(s), "CANARY") {
		t.Error("something of a refused form was written")
	}
	seen := texas()
	seen.ID = "h2"
	seen = seen.but("h2", "shown", "us-citizen-document", "contradicts", "yes")
	handle(t, d, seen)
	if text := written(s); strings.Contains(text, "us-citizen-document") || strings.Contains(text, "form.contradicts") {
		t.Error("what is never stored was stored")
	}
}

// The person held gets the clocks, the copy of the papers and a code that finds
// the entry again without a name (H30).
func TestHarm_H30_clock_copy_and_a_code_to_keep(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	handle(t, d, texas())
	card, err := d.Case(t.Context(), "tx-1", "TX2270000")
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Alarms(card)) < 3 {
		t.Errorf("the clocks: %v", d.Alarms(card))
	}
	code := RemedyCode(card)
	for _, lang := range NoticeLangs {
		n := d.Notice(card, lang, Referral{}, func(at time.Time) string { return at.Format(time.RFC3339) })
		var text strings.Builder
		for _, p := range n.Parts {
			text.WriteString(strings.Join(p.Text, "\n") + "\n")
		}
		if !strings.Contains(text.String(), code) || !strings.Contains(text.String(), "2026-11-22T17:00:00-06:00") {
			t.Errorf("%s: the notice lacks the code or the clock:\n%s", lang, text.String())
		}
		copied := regexp.MustCompile(`(?i)copy of the request|copia de la solicitud`)
		if !copied.MatchString(text.String()) {
			t.Errorf("%s: the notice does not speak of the copy", lang)
		}
	}
	if strings.Contains(code, "Canary") || strings.Contains(code, "1001") {
		t.Error("the code tells who it is about")
	}
	for _, typed := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", " "), card.ULID} {
		found, err := d.Find(t.Context(), "TX2270000", typed, 5)
		if err != nil || !slices.ContainsFunc(found, func(c Card) bool { return c.ID == "tx-1" }) {
			t.Errorf("%q finds %d entries, %v", typed, len(found), err)
		}
		if other, err := d.Find(t.Context(), "IL0160000", typed, 5); err != nil || len(other) != 0 {
			t.Errorf("another agency finds it by the code: %v", err)
		}
	}
	if k, _ := KindOf("notice"); !slices.ContainsFunc(k.Fields, func(f Field) bool { return f.Name == "copy" && f.Required }) {
		t.Error("the proof of service does not ask for the copy")
	}
}

// What a subpoena to the agency would find of a person is a booking number, a
// name, an incident number, where its own file is and the digest of a paper, and
// of its own staff a number; all of it is sealed, and
// none of it stands in the clear in any kind of entry (H1).
func TestHarm_H01_what_a_subpoena_would_find(t *testing.T) {
	about := []string{"booking", "name", "pointer", "incident", "paper_digest", "officer"}
	words := []string{"reason", "value", "why"}
	for _, k := range Kinds() {
		for _, f := range k.Fields {
			switch {
			case slices.Contains(about, f.Name) || slices.Contains(words, f.Name) && f.Type == Text:
				if !f.Personal {
					t.Errorf("%s: %s is not sealed apart", k.Name, f.Name)
				}
			case f.Personal:
				t.Errorf("%s: %s is one more thing that is held", k.Name, f.Name)
			}
			if f.Personal && slices.Contains(k.Columns(), f.Name) {
				t.Errorf("%s: %s leaves with an export", k.Name, f.Name)
			}
		}
	}
}
