package law

import (
	"strings"
	"testing"

	"comity"
)

func claimBook(t testing.TB) *Book {
	return bookOf(t, map[string]string{
		"us/none": federalSilence,
		"us/il/a": "place: us-il\nlayer: state\nrules:\n" +
			ruleText("us/il/a#may", "permitted", "hold-on-detainer", `"2018-01-01"`, ", when: {document.judge_signed: true}") +
			ruleText("us/il/a#ban", "prohibited", "hold-on-detainer", `"2018-01-01"`, ", unless: {document.judge_signed: true}") +
			ruleText("us/il/a#late", "prohibited", "transport", `"2018-01-01"`, ", when: {clock.hours_past_release: {gt: 48}}"),
	})
}

func TestProve(t *testing.T) {
	b := claimBook(t)
	for _, c := range []struct {
		claim  string
		proved bool
		facts  string // of the counter-example
	}{
		{"never permitted hold-on-detainer for county-jail unless document.signed_by = federal-judge|federal-magistrate|state-judge", true, ""},
		{"never permitted hold-on-detainer for county-jail", false, "document.judicial document.signed_by"},
		{"always prohibited hold-on-detainer for county-jail when document.judicial = none", true, ""},
		{"always prohibited hold-on-detainer", false, ""},
		{"never required hold-on-detainer", true, ""},
		{"always prohibited transport for county-jail when clock.hours_past_release = 60", true, ""},
		{"never prohibited transport for county-jail when clock.hours_past_release = 0", true, ""},
		{"never prohibited transport for county-jail", false, "clock.hours_past_release"},
		{"never prohibited transport for county-jail when person.role = victim", false, "clock.hours_past_release person.role"},
		{"never prohibited transport for county-jail when person.role = victim, clock.hours_past_release = 0", true, ""},
	} {
		claim, err := b.ReadClaim(c.claim)
		if err != nil {
			t.Fatal(err)
		}
		x, err := b.Prove(claim, "us-il", "2025-06-01")
		if err != nil {
			t.Fatal(err)
		}
		if (x == nil) != c.proved {
			t.Errorf("%s: %+v", c.claim, x)
			continue
		}
		if x == nil {
			continue
		}
		if holds := x.Decision.Verdict == claim.Verdict; holds == claim.Always {
			t.Errorf("%s: the counter-example is none: %s on %v", c.claim, x.Decision.Verdict, x.Facts)
		}
		for _, name := range strings.Fields(c.facts) {
			if !strings.Contains(factNames(x.Facts), name) {
				t.Errorf("%s: %s is missing among %s", c.claim, name, factNames(x.Facts))
			}
		}
	}
}

func factNames(list []Row) string {
	var out []string
	for _, f := range list {
		out = append(out, f.Fact)
	}
	return strings.Join(out, " ")
}

func TestReadClaimRefuses(t *testing.T) {
	b := claimBook(t)
	for _, text := range []string{
		"", "sometimes permitted transport", "never allowed transport", "never permitted fly", "never permitted transport for pilots",
		"never permitted transport when", "never permitted transport when document.judicial", "never permitted transport when document.judicial = magic",
		"never permitted transport when person.booked_at = 2025-01-01T00:00:00Z", "never permitted transport and so on",
	} {
		if c, err := b.ReadClaim(text); err == nil {
			t.Errorf("%q was read as %+v", text, c)
		}
	}
	if _, err := b.Prove(&Claim{Verdict: comity.Permitted, Act: "transport", when: always, unless: never}, "us-nowhere", "2025-01-01"); err == nil {
		t.Error("a proof about nowhere")
	}
}

// What is proved of the shipped law is what the twelve examples and the
// scenarios show one by one.
func TestShippedProofs(t *testing.T) {
	b := shipped(t)
	for claim, place := range map[string]string{
		"never permitted hold-on-detainer for county-jail when request.legal_duty = none unless document.signed_by = federal-judge|federal-magistrate|state-judge": "us-il",
		"never required hold-on-detainer": "us",
		"never required hold-on-detainer for county-jail when person.citizenship_proof = us-citizen-document": "us-tx",
		"never permitted sign-287g for sheriff": "us-il",
	} {
		c, err := b.ReadClaim(claim)
		if err != nil {
			t.Fatal(err)
		}
		if x, err := b.Prove(c, place, "2026-11-21"); err != nil || x != nil {
			t.Errorf("%s in %s: %v %+v", claim, place, err, x)
		}
	}
}

func FuzzClaim(f *testing.F) {
	b := claimBook(f)
	f.Add("never permitted hold-on-detainer for county-jail when document.judicial = none, person.role = victim|witness unless charge.class = felony")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := b.ReadClaim(text); err == nil && (c.Act == "" || c.Verdict == "") {
			t.Errorf("%q is half a claim", text)
		}
	})
}
