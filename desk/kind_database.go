package desk

import (
	"comity"
	"comity/record"
)

// databaseAccess is one line of the ledger of non-public databases: an account,
// queries or a share, by or for federal users, with its purpose as a code and
// what it rests on in law.
var databaseAccess = Kind{
	Name:   "database-access",
	Acts:   []string{"grant-database-access", "share-personal-info"},
	Record: record.Kind{Name: "database-access", Commitments: 48, Release: record.Monthly, Series: "assistance"},
	Fields: []Field{
		{Name: "what", Type: Choice, Required: true, Key: "w", Group: "what", Values: []string{"account-opened", "account-closed", "queries", "share"}},
		{Name: "system", Type: Choice, Required: true, Key: "s", Group: "what", Values: Systems},
		{Name: "by", Type: Choice, Required: true, Key: "b", Group: "what", Values: []string{"ice", "cbp", "other-federal-agency", "military", cannotTell}},
		{Name: "users", Type: Choice, Required: true, Key: "u", Group: "what", Values: []string{"federal-officer", "own-staff-for-them", "task-force", "program"}},
		{Name: "account", Type: Text, Group: "what"},
		{Name: "count", Type: Number, Need: "what=queries|share", When: "what=queries|share", Group: "what"},
		{Name: "purpose", Type: Choice, Required: true, Key: "p", Group: "basis", Values: LookupPurposes},
		{Name: "incident", Type: Text, Personal: true, Group: "basis"},
		{Name: "basis", Type: Choice, Required: true, Key: "l", Group: "basis", Values: LookupBases},
		{Name: "instrument", Type: Text, Group: "basis"},
		{Name: "basis_until", Type: Day, Group: "basis"},
	},
	asks: databaseItems,
}

// Systems are non-public databases that local agencies keep.
var Systems = []string{"jail", "police-records", "dispatch", "plate-readers", "cameras", "warrants", "prints", "intelligence", "permits-and-licences", "other"}

// LookupPurposes are the codes of what a look-up is for. "none-given" is one.
var LookupPurposes = []string{"civil-immigration", "criminal-immigration", "mixed", "other-crime", "public-safety", "deconfliction", "audit", "other", "none-given"}

// LookupBases are what an account or a share can rest on.
var LookupBases = []string{"court-order", "court-warrant", "statute", "agreement", "own-policy", "public-information", "none"}

func databaseItems(f Form) []Item {
	if f["what"] == "account-closed" {
		return nil
	}
	facts := comity.Facts{"request.kind": "database", "info.kind": "other-nonpublic", "document.detainer": "none", "document.detainer_shows": "none"}
	set := func(fact, value string) {
		if value != "" && value != cannotTell {
			facts[fact] = value
		}
	}
	set("request.by", f["by"])
	switch f["purpose"] {
	case "none-given", "audit", "deconfliction":
	default:
		set("request.purpose", f["purpose"])
	}
	set("info.public", trueFalse(map[bool]string{true: yes, false: no}[f["basis"] == "public-information"]))
	switch f["basis"] {
	case "court-order":
		set("document.judicial", "court-order")
	case "court-warrant": // whose signature, and what for, a later question asks
	default:
		set("document.judicial", "none")
	}
	if f["what"] == "share" {
		return []Item{{Act: "share-personal-info", Facts: with(facts, comity.Facts{"request.kind": "information"})}}
	}
	return []Item{{Act: "grant-database-access", Facts: facts}}
}
