package law

import (
	"slices"
	"strings"
	"testing"

	"comity"
)

// The scenarios of docs/users that the law decides, each against the packs
// that ship. A step says what must come out, and what must never.
func TestScenarios(t *testing.T) {
	b := shipped(t)
	texas := comity.Facts{"document.detainer": "i-247a", "document.detainer_shows": "probable-cause", "document.admin_warrant": "i-200",
		"document.served_on_person": "true", "person.custody": "jailed", "person.release_due": "true", "person.release_due_at": "2026-11-20T17:00:00-06:00"}
	for _, s := range []struct {
		name, in, at, actor, act string
		facts                    comity.Facts
		more                     comity.Facts
		want, never              []comity.Verdict
		cites                    string
		open                     []string
	}{
		{"1 Saturday: the plain hours run", "us-tx", "2026-11-21T09:00:00-06:00", "county-jail", "hold-on-detainer", texas, nil, v("required"), nil, "2A.060", nil},
		{"1 Monday: the form's own time is over", "us-tx", "2026-11-23T09:00:00-06:00", "county-jail", "hold-on-detainer", texas, nil, v("permitted", "needs-counsel"), v("required"), "", nil},
		{"1 Tuesday: the federal time is over too", "us-tx", "2026-11-24T18:00:00-06:00", "county-jail", "hold-on-detainer", texas, nil, v("prohibited"), nil, "287.7", nil},
		{"1 tell the person", "us-tx", "2026-11-21T09:00:00-06:00", "county-jail", "notify-person", texas, comity.Facts{"event.kind": "detainer-received"}, v("required"), nil, "2A.060", nil},
		{"1 a passport is shown", "us-tx", "2026-11-21T09:00:00-06:00", "county-jail", "hold-on-detainer", texas, comity.Facts{"person.citizenship_proof": "us-citizen-document"}, nil, v("required"), "", nil},
		{"1 a passport is shown in Florida", "us-fl", "2026-11-21T09:00:00-05:00", "county-jail", "hold-on-detainer", texas, comity.Facts{"person.citizenship_proof": "us-citizen-document", "person.release_due_at": "2026-11-20T17:00:00-05:00"}, nil, v("required"), "", nil},
		{"2 a perimeter in Chicago", "us-il-chicago", "2026-11-21T10:00:00-06:00", "municipal-police", "scene-support",
			comity.Facts{"request.by": "ice", "request.kind": "scene-support", "request.purpose": "civil-immigration", "document.admin_warrant": "i-205"}, nil, v("prohibited"), nil, "2-173-020", nil},
		{"2 shots are fired", "us-il-chicago", "2026-11-21T10:00:00-06:00", "municipal-police", "ordinary-policing",
			comity.Facts{"request.by": "ice", "request.exigent": "true"}, nil, nil, v("prohibited"), "", nil},
		{"2 a magistrate signed", "us-il-chicago", "2026-11-21T10:00:00-06:00", "municipal-police", "scene-support",
			comity.Facts{"request.by": "ice", "request.kind": "scene-support", "request.purpose": "criminal-immigration", "document.judicial": "arrest-warrant", "document.signed_by": "federal-magistrate", "document.charge": "federal-felony"}, nil, nil, v("prohibited"), "", nil},
		{"4 a release date after a violent felony", "us-ca", "2026-11-21T10:00:00-08:00", "county-jail", "notify-release",
			comity.Facts{"request.by": "ice", "request.kind": "release-notice", "conviction.category": "ca-violent-felony"}, nil, v("permitted"), v("required"), "7284.6(a)(1)(C)", nil},
		{"4 the same notice to the person", "us-ca", "2026-11-21T10:00:00-08:00", "county-jail", "notify-person",
			comity.Facts{"event.kind": "release-notice-given"}, nil, v("required"), nil, "7283.1(b)", nil},
		{"4 held to answer: notice", "us-ca", "2026-11-21T10:00:00-08:00", "county-jail", "notify-release",
			comity.Facts{"request.by": "ice", "request.kind": "release-notice", "charge.class": "felony", "charge.held_to_answer": "true", "charge.list": "ca-prison-eligible"}, nil, v("permitted"), nil, "7282.5", nil},
		{"4 held to answer: no transfer", "us-ca", "2026-11-21T10:00:00-08:00", "county-jail", "transfer-custody",
			comity.Facts{"request.by": "ice", "request.kind": "transfer", "charge.class": "felony", "charge.held_to_answer": "true", "charge.list": "ca-prison-eligible"}, nil, v("prohibited"), nil, "7284.6(a)(4)", nil},
		{"4 an interview needs the written form", "us-ca", "2026-11-21T10:00:00-08:00", "county-jail", "jail-interview-access",
			comity.Facts{"request.by": "ice", "request.kind": "interview"}, nil, v("prohibited"), nil, "7283.1(a)", nil},
		{"5 held 65 plain hours", "us-nc", "2025-11-10T10:00:00-05:00", "county-jail", "hold-on-detainer",
			comity.Facts{"document.detainer": "i-247a", "document.detainer_shows": "probable-cause", "document.admin_warrant": "i-200", "person.release_due": "true", "person.release_due_at": "2025-11-07T17:00:00-05:00", "charge.class": "felony", "person.custody": "jailed"}, nil, v("prohibited"), nil, "162-62", nil},
		{"7 the jailer who released on time", "us-il", "2026-03-05T10:00:00-06:00", "county-jail", "hold-on-detainer",
			comity.Facts{"document.detainer": "i-247a", "document.detainer_shows": "probable-cause"}, nil, v("prohibited"), nil, "805/15(a)", nil},
		{"8 the deputy's two years are over", "us", "2027-03-03T00:00:00-05:00", "sheriff", "act-as-immigration-officer",
			comity.Facts{"agreement.model": "tfm", "agreement.officer_certified": "true", "agreement.ice_supervised": "true", "agreement.credentials": "true", "agreement.authorized_on": "2025-03-03", "place.kind": "street"}, nil, v("prohibited"), nil, "MOA", nil},
		{"8 the day before", "us", "2027-03-02T23:59:00-05:00", "sheriff", "act-as-immigration-officer",
			comity.Facts{"agreement.model": "tfm", "agreement.officer_certified": "true", "agreement.ice_supervised": "true", "agreement.credentials": "true", "agreement.authorized_on": "2025-03-03", "place.kind": "street"}, nil, nil, v("prohibited"), "", nil},
	} {
		facts := comity.Facts{}
		for _, m := range []comity.Facts{s.facts, s.more} {
			for k, value := range m {
				if _, ok := b.Vocabulary().Fact(k); ok {
					facts[k] = value
				} else if k != "document.detainer_signed" {
					t.Errorf("%s: no fact %s", s.name, k)
				}
			}
		}
		d, err := b.Decide(comity.Question{In: s.in, On: s.at[:10], At: s.at, Known: "2026-11-21", Actor: s.actor, Act: s.act, Facts: facts, Closed: true})
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		if len(s.want) > 0 && !slices.Contains(s.want, d.Verdict) || slices.Contains(s.never, d.Verdict) || s.cites != "" && !Cites(d, s.cites) {
			t.Errorf("%s: %s by %s, flags %v", s.name, d.Verdict, strings.Join(d.Rules, " "), d.Flags)
		}
	}
}

func v(words ...comity.Verdict) []comity.Verdict { return words }
