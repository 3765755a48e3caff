package desk

import "comity/record"

// transfer is the handing over of a person: on what paper, to whom, how each
// side knew the other, what went along, and what the person and the lawyer got.
// Officers are named by what they showed, never by name. It stands only where
// the notice to the person is on record (K3).
var transfer = Kind{
	Name:    "transfer",
	Record:  record.Kind{Name: "transfer", Commitments: 32, Release: record.Monthly, Series: "custody"},
	Follows: true,
	Of:      []string{"detainer"},
	Fields: []Field{
		{Name: "basis", Type: Choice, Required: true, Key: "b", Group: "basis",
			Values: []string{"i-200", "i-205", "i-247a", "judicial-arrest-warrant", "court-order", "prisoner-writ", "other-paper"}},
		{Name: "pointer", Also: "basis_number", Type: Text, Code: true, Required: true, Personal: true, Key: "n", Group: "basis"},
		{Name: "to", Type: Choice, Required: true, Key: "t", Group: "who", Values: []string{"ice", "cbp", "us-marshals", "other-federal-agency"}},
		{Name: "taker", Type: Ticks, Required: true, Key: "d", Group: "who",
			Values: []string{"credential-seen", "office-called-back", "known-to-staff", "order-to-detain-shown"}},
		{Name: "giver", Type: Ticks, Required: true, Key: "e", Group: "who", Values: []string{"badge-shown", "name-given", "in-uniform"}},
		{Name: "person", Type: Ticks, Required: true, Key: "p", Group: "who", Values: []string{"wristband", "photo", "fingerprints", "own-word"}},
		{Name: "papers", Type: Ticks, Required: true, Key: "l", Group: "papers",
			Values: []string{"request", "i-203", "warrant", "court-papers", "property-list", "medical-summary", "medicines", "none"}},
		{Name: "place", Type: Choice, Required: true, Key: "o", Group: "papers", Values: []string{"jail-sally-port", "jail-lobby", "courthouse", "federal-office", "elsewhere"}},
		{Name: "receipt_person", Type: Choice, Required: true, Key: "r", Group: "receipt", Values: []string{"given", "declined", "could-not"}},
		{Name: "receipt_counsel", Type: Choice, Required: true, Key: "c", Group: "receipt", Values: []string{"given", "sent", "no-counsel-known"}},
		contradicts, // asked once more: what speaks against the form may have come since (H31)
		shown,
		{Name: "reason", Type: Text, Personal: true, Group: "supervisor"},
		{Name: "rank", Type: Text, Group: "supervisor"},
		{Name: "notice", Type: Text, Computed: true}, // id of the notice that is on record
	},
}
