package main

import (
	"testing"

	"comity"
	"comity/atlas"
)

// Open point of the law: 8 CFR 236.6 and agreement clauses gate every release.
func TestWithheldFromRelease(t *testing.T) {
	agreements := atlas.NewAgreements([]atlas.Agreement{{SignedAgreement: comity.SignedAgreement{ORI: "TX0000001", Model: "jem", Status: atlas.Unconfirmed}}}, nil)
	withheld := withholder(agreements, []string{"TX0000002"})
	for _, c := range []struct {
		agency, kind string
		want         bool
	}{
		{"TX0000001", "detainer", true},  // an agreement, even one that a later list does not name
		{"TX0000002", "detainer", true},  // holds people under contract
		{"TX0000003", "detainer", false}, // neither
		{"TX0000001", "assistance", false},
		{"TX0000002", "assistance", false},
	} {
		if got := withheld(c.agency, c.kind); got != c.want {
			t.Errorf("withheld(%s, %s) = %v, want %v", c.agency, c.kind, got, c.want)
		}
	}
}
