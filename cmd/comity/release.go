package main

import (
	"slices"

	"comity/atlas"
	"comity/desk"
	"comity/record"
)

// withholder says which headers are never released, whatever their count. 8
// CFR 236.6 keeps anyone who holds people for ICE from disclosing who they
// are, and 287(g) agreements carry a clause to the same end. A header does not
// tell whom it is about, so every custody kind of such an agency stays back:
// those with an agreement on any list, and those named here because they hold
// people under contract.
func withholder(agreements *atlas.Agreements, named []string) func(agency, kind string) bool {
	custody := map[string]bool{}
	for _, k := range desk.RecordKinds() {
		custody[k.Name] = k.Release == record.Monthly
	}
	return func(agency, kind string) bool {
		return custody[kind] && (slices.Contains(named, agency) || len(agreements.Of(agency)) > 0)
	}
}
