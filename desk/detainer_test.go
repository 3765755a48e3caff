package desk

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Row K1: defective forms are each flagged with the defect, and with no other.
func TestDefects(t *testing.T) {
	fixtures := []struct {
		name    string
		changes []string
		want    []string
		shows   string // what the law is told that the form shows
	}{
		{"in order", nil, nil, "probable-cause"},
		{"not signed", []string{"signed", "no"}, []string{"not-signed"}, "incomplete"},
		{"not dated", []string{"dated", "no"}, []string{"not-dated"}, "incomplete"},
		{"no box ticked", []string{"box", "none"}, []string{"no-box"}, "incomplete"},
		{"both boxes ticked", []string{"box", "both"}, []string{"both-boxes"}, "incomplete"},
		{"no cause ticked", []string{"cause", ""}, []string{"no-cause"}, "no-probable-cause"},
		{"no warrant attached", []string{"attached", "none", "attached_signed", ""}, []string{"no-warrant"}, "probable-cause"},
		{"warrant not signed", []string{"attached_signed", "no"}, []string{"warrant-not-signed"}, "probable-cause"},
		{"another paper", []string{"form", "other-paper", "box", "", "cause", ""}, []string{"wrong-form"}, "none"},
		{"older form", []string{"form", "i-247d", "box", ""}, []string{"older-form"}, "probable-cause"},
		{"I-247N treated as a hold", []string{"form", "i-247n", "box", ""}, []string{"older-form", "notice-only"}, "probable-cause"},
		{"not served on the person", []string{"served", "no"}, []string{"not-served"}, "probable-cause"},
		{"no institution addressed", []string{"addressed", "no"}, []string{"not-addressed"}, "probable-cause"},
		{"box 2", []string{"box", "box-2", "cause", ""}, []string{"box-2"}, "none"},
		{"administrative form called judicial", []string{"court", "arrest-warrant", "court_signed", "immigration-officer"}, []string{"administrative-called-judicial"}, "probable-cause"},
		{"immigration judge called a court", []string{"court", "court-order", "court_signed", "immigration-judge"}, []string{"administrative-called-judicial"}, "probable-cause"},
		{"affidavit makes up for no cause", []string{"cause", "", "affidavit", "yes"}, []string{"no-cause"}, "probable-cause-by-attachment"},
	}
	for _, f := range fixtures {
		t.Run(f.name, func(t *testing.T) {
			form := texas().but("x", f.changes...).Form
			var got []string
			for _, d := range detainerDefects(form) {
				got = append(got, d.Code)
			}
			if !slices.Equal(got, f.want) {
				t.Errorf("defects %v, want %v", got, f.want)
			}
			if got := detainerFacts(form)["document.detainer_shows"]; got != f.shows {
				t.Errorf("shows %q, want %q", got, f.shows)
			}
		})
	}
}

// Every form that a fixture can make is one the law accepts: no pattern that
// cannot occur, no value that the vocabulary lacks.
func TestEveryFormCanBeDecided(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	n := 0
	for _, field := range detainer.Fields {
		for _, value := range append(slices.Clone(field.Values), "") {
			if field.Type == Text || field.Type == Instant || value == "" && field.Required {
				continue
			}
			n++
			r := texas().but("form-"+field.Name+"-"+value, field.Name, value)
			r.Form = onlyShown(r.Form)
			if _, err := d.Handle(t.Context(), r); err != nil && code(err) != "missing-field" {
				t.Errorf("%s=%s: %v", field.Name, value, err)
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d forms were tried", n)
	}
}

// onlyShown drops fields whose question is not on the form any more.
func onlyShown(f Form) Form {
	for _, field := range detainer.Fields {
		if field.When != "" && !holds(field.When, f) {
			delete(f, field.Name)
		}
	}
	return f
}

// Row L3: an administrative form is never taken for a judge's paper.
func TestAdministrativeFormsAreNeverJudicial(t *testing.T) {
	for _, attached := range []string{"none", "i-200", "i-205", "other-ice-form", "ncic-civil-hit"} {
		for _, court := range []string{"none", "arrest-warrant", "search-warrant", "court-order", "probable-cause-finding"} {
			for _, signer := range []string{"immigration-officer", "immigration-judge"} {
				form := texas().but("x", "attached", attached, "court", court, "court_signed", signer).Form
				facts := detainerFacts(form)
				if facts["document.judicial"] != "none" {
					t.Errorf("%s called %s, signed by %s: taken for a court's paper", attached, court, signer)
				}
				if signed := facts["document.signed_by"]; strings.HasPrefix(signed, "federal") || signed == "state-judge" {
					t.Errorf("%s called %s: signed by %s", attached, court, signed)
				}
			}
		}
	}
}

func TestRequiredFields(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	for _, k := range []*Kind{&detainer, &assistance, &misidentification, &notice, &correction} {
		_, err := d.Handle(t.Context(), Request{ID: "empty-" + k.Name, Agency: "TX2270000", Kind: k.Name, In: "us-tx", Actor: "county-jail"})
		for _, f := range k.Fields {
			if got, want := asked(err, f.Name), f.Required && f.When == ""; got != want {
				t.Errorf("%s.%s: asked for %v, want %v", k.Name, f.Name, got, want)
			}
		}
	}
	if len(s.Kept) != 0 {
		t.Errorf("%d refused forms were recorded", len(s.Kept))
	}
}

func asked(err error, field string) bool {
	all, _ := err.(Problems)
	for _, p := range all {
		if p.Where == field && p.Code == "missing-field" {
			return true
		}
	}
	return false
}

// H1, H11, H22 of the schema: no field of ours takes these, and one that is
// sent is refused, not dropped.
func TestRefusedFields(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	for _, name := range []string{"citizenship", "date_of_birth", "dob", "sex", "gender", "a_number", "alien_number", "immigration_status", "country_of_birth", "nationality", "home_address", "employer"} {
		if _, err := d.Handle(t.Context(), texas().but("bad", name, "x")); code(err) != "refused-field" {
			t.Errorf("form %s: %v", name, err)
		}
		r := texas()
		r.Sealed = Form{name: "x"}
		if _, err := d.Handle(t.Context(), r); code(err) != "refused-field" {
			t.Errorf("sealed %s: %v", name, err)
		}
		for _, k := range Kinds() {
			if _, ok := k.Field(name); ok {
				t.Errorf("%s has a field %s", k.Name, name)
			}
		}
	}
	if len(s.Kept) != 0 {
		t.Error("a refused form was recorded")
	}
}

func TestInstants(t *testing.T) {
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ in, want string }{
		{"2026-11-20T17:00", "2026-11-20T17:00:00-06:00"},
		{"2026-07-01T17:00", "2026-07-01T17:00:00-05:00"},
		{"2026-11-20T17:00:00-06:00", "2026-11-20T17:00:00-06:00"},
		{"2026-11-01T01:30", "2026-11-01T01:30:00-05:00"}, // comes twice: the earlier
		{"2026-03-08T02:30", ""},                          // does not exist
		{"20026-11-20T17:00", ""},
		{"0026-11-20T17:00", ""},
		{"yesterday", ""},
	} {
		at, problem := readInstant(c.in, chicago)
		if c.want == "" {
			if problem == "" {
				t.Errorf("%s is read as %s", c.in, at)
			}
			continue
		}
		if got := at.Format(time.RFC3339); got != c.want {
			t.Errorf("%s is read as %s, want %s", c.in, got, c.want)
		}
	}
}
