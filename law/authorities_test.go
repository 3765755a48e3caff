package law

import (
	"testing"

	"comity"
)

// The strongest authority for and against stands first.
func TestAuthorities(t *testing.T) {
	b := shipped(t)
	d, err := b.Decide(comity.Question{In: "us-tx-houston", On: "2026-06-01", Actor: "municipal-police", Act: "jail-interview-access", Closed: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Rules) > 0 && len(b.authorities(d.Rules, d.On)) == 0 {
		t.Errorf("%s without an authority", d.Verdict)
	}
	for _, x := range []struct {
		in, actor, act string
		facts          comity.Facts
	}{
		{"us-fl", "county-jail", "hold-on-detainer", comity.Facts{"document.detainer": "i-247a", "document.detainer_shows": "probable-cause", "document.admin_warrant": "i-200", "person.solely_victim_or_witness": "true"}},
		{"us-il", "county-jail", "hold-on-detainer", comity.Facts{"document.detainer": "i-247a", "document.detainer_shows": "probable-cause"}},
	} {
		q := comity.Question{In: x.in, On: "2026-06-01", Actor: x.actor, Act: x.act, Facts: x.facts, Closed: true}
		d, err := b.Decide(q)
		if err != nil {
			t.Fatal(err)
		}
		a, err := b.Account(q, d)
		if err != nil {
			t.Fatal(err)
		}
		pro, con := a.For, a.Against
		if len(pro) == 0 {
			t.Errorf("%s: %s has no authority", x.in, d.Verdict)
		}
		for i := 1; i < len(pro); i++ {
			if stronger(pro[i-1], pro[i]) > 0 {
				t.Errorf("%s: %s stands before %s", x.in, pro[i-1].Cite.Ref, pro[i].Cite.Ref)
			}
		}
		if len(con) == 0 {
			t.Errorf("%s: something was set aside and no authority is named", x.in)
		}
	}
}
