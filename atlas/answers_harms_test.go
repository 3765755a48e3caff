package atlas

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// A county is named by its place id, so that its namesakes in other states are
// never blamed; a claim about it needs two sources before it is more than
// pending; its reply and our correction stand beside the statement.
func TestHarm_H27_a_body_is_named_by_id_on_two_sources(t *testing.T) {
	counties, err := os.ReadFile("../data/places/counties.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"us-ia-franklin", "us-ny-franklin", "us-pa-franklin"} {
		if !strings.Contains(string(counties), "\n"+id+",Franklin County,") {
			t.Errorf("the namesake %s is not a place of its own", id)
		}
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"a name", "about: [us-wa-king]", "about: [Franklin County]", "bad-place"},
		{"one source", "sources: [reg, news]", "sources: [news]", "two-sources"},
		{"pending in the short answer", "part: detail\n    says: {en: An auditor reported it., es: Lo informó una auditora.}\n    sources: [reg, news]\n    grade: B\n    about: [us-wa-king]",
			"part: short\n    says: {en: An auditor reported it., es: Lo informó una auditora.}\n    sources: [news]\n    grade: B\n    about: [us-wa-king]\n    pending: true", "pending-short"},
		{"a reply by a namesake", "notes: []", "notes: [{kind: reply, statement: how-long#2, by: us-tx-king, \"on\": \"2026-12-01\", says: {en: No., es: No.}}]", "bad-note"},
		{"a correction that hides the error", "notes: []", "notes: [{kind: correction, statement: how-long#2, \"on\": \"2026-12-01\", says: {en: No., es: No.}}]", "bad-text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := sample(t, c.old, c.new); !strings.Contains(codes(err), c.want) {
				t.Errorf("got %s, want %s", codes(err), c.want)
			}
		})
	}
	notes := `notes:
  - {kind: correction, statement: how-long#2, "on": "2026-12-01", was: {en: It was 84 percent., es: Fue el 84 por ciento.}, says: {en: It was 48 percent., es: Fue el 48 por ciento.}}
  - {kind: reply, statement: how-long#2, by: us-wa-king, "on": "2026-12-02", says: {en: We changed it in 2019., es: Lo cambiamos en 2019.}}`
	as, err := sample(t, "notes: []", notes)
	if err != nil {
		t.Fatal(err)
	}
	v, _ := as.View("how-long", time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC))
	if len(v.Answer.Notes) != 2 || v.Answer.Notes[0].Was.EN != "It was 84 percent." || v.Answer.Notes[1].By != "us-wa-king" {
		t.Errorf("the correction and the reply are not shown: %+v", v.Answer.Notes)
	}
}

// Every shipped statement that names a local body says which, by id.
func TestHarm_H27_shipped_answers_name_bodies_by_id(t *testing.T) {
	want := map[string]string{"brown-v-ramsay": "us-fl-monroe", "king-county-audit": "us-wa-king", "miranda-olivares-news": "us-or-clackamas", "bucks-county": "us-pa-bucks"}
	for _, a := range shipped(t).All() {
		for _, s := range a.Statements {
			for key, place := range want {
				named := slices.Contains(s.Says.split(), "county") || slices.Contains(s.Says.split(), "sheriff")
				if slices.Contains(s.Sources, key) && named && !slices.Contains(s.About, place) {
					t.Errorf("%s rests on %s and does not say that it is about %s", s.ID, key, place)
				}
			}
			if s.Pending {
				t.Errorf("%s is pending", s.ID)
			}
		}
	}
}

func (t Text) split() []string { return strings.Fields(strings.ToLower(t.EN)) }

// Nothing in the search leads from words about a private person to an answer.
func TestHarm_H06_a_report_about_a_neighbor_leads_nowhere(t *testing.T) {
	as := shipped(t)
	for lang, list := range map[string][]string{
		"en": {"my neighbor is illegal, where do I report him", "I want to report an illegal worker", "my coworker has no papers", "how do I report someone to ICE", "the family next door is undocumented"},
		"es": {"mi vecino no tiene papeles, donde lo denuncio", "quiero denunciar a un indocumentado", "cómo denuncio a alguien a ICE"},
	} {
		for _, text := range list {
			if m := as.Match(text, lang); m.Kind == MatchAnswer {
				t.Errorf("%q is answered with %v", text, m.IDs)
			}
		}
	}
}
