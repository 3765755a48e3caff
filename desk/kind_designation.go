package desk

import (
	"strings"

	"comity"
	"comity/record"
)

// designation is the letter by which one officer has powers under an
// instrument, to which it points back (K12). The officer stands in it by the
// agency's own number, sealed; others only ever see valid or not valid.
var designation = Kind{
	Name:    "designation",
	Record:  record.Kind{Name: "designation", Commitments: 24, Release: record.Totals, Series: "designation"},
	Follows: true,
	Of:      []string{"instrument"},
	Fields: []Field{
		{Name: "officer", Type: Text, Required: true, Personal: true, Group: "who"},
		{Name: "functions", Type: Ticks, Required: true, Group: "what", Values: Functions},
		{Name: "trained", Type: Day, Group: "days"},
		{Name: "authorized", Type: Day, Required: true, Group: "days"},
		{Name: "last_day", Type: Day, Group: "days"},
		{Name: "letter", Type: Choice, Required: true, Group: "paper", Values: yesNo},
		{Name: "supervisor", Type: Text, Group: "paper"},
	},
}

// Functions are the powers as the appendices of the agreements of 2019 to 2025
// list them.
var Functions = []string{"interrogate", "serve-warrants", "serve-removal-warrants", "arrest-without-warrant", "arrest-for-felonies",
	"oaths-and-processing", "charging-documents", "issue-detainers", "custody-and-transport"}

// designationEnd ends a designation, to which it points back.
var designationEnd = Kind{
	Name:    "designation-end",
	Record:  record.Kind{Name: "designation-end", Commitments: 16, Release: record.Totals, Series: "designation"},
	Follows: true,
	Of:      []string{"designation"},
	Fields: []Field{
		{Name: "why", Type: Choice, Required: true,
			Values: []string{"revoked-by-federal-side", "withdrawn-by-agency", "left-the-agency", "agreement-ended", "renewed-by-new-letter"}},
		{Name: "effective", Type: Day, Required: true},
	},
}

// delegated is what an officer with a designation is about to do under it: a
// warrant served at release, an arrest (the deputy's day). What the register
// holds on the officer's designation goes into the question by itself.
var delegated = Kind{
	Name:   "delegated",
	Acts:   []string{"arrest-on-admin-warrant", "arrest-civil-without-warrant", "issue-detainer", "transport", "act-as-immigration-officer"},
	Record: record.Kind{Name: "delegated", Commitments: 48, Release: record.Monthly, Series: "custody"},
	Fields: []Field{
		{Name: "officer", Type: Text, Required: true, Personal: true, Group: "who"},
		{Name: "booking", Type: Text, Personal: true, Group: "who"},
		{Name: "function", Type: Choice, Required: true, Group: "what", Values: Functions},
		{Name: "paper", Type: Choice, Required: true, Group: "what", Values: []string{"i-200", "i-205", "other-ice-form", "none", cannotTell}},
		{Name: "setting", Type: Choice, Group: "what", Values: []string{"jail", "street", "vehicle", "home", "courthouse", "business"}},
		{Name: "release_due", Type: Choice, Group: "what", Values: yesNo},
		{Name: "carries", Type: Choice, Required: true, Group: "power", Values: yesNo},
		{Name: "supervised", Type: Choice, Required: true, Group: "power", Values: yesNo},
		contradicts,
		shown,
	},
	asks: delegatedItems,
}

// functionActs is the act by which the law knows a function; for the others
// the general power is asked about.
var functionActs = map[string]string{
	"serve-warrants": "arrest-on-admin-warrant", "serve-removal-warrants": "arrest-on-admin-warrant",
	"arrest-without-warrant": "arrest-civil-without-warrant", "issue-detainers": "issue-detainer", "custody-and-transport": "transport",
}

// actOf is the act that a function is asked about as.
func actOf(function string) string {
	if act := functionActs[function]; act != "" {
		return act
	}
	return "act-as-immigration-officer"
}

func delegatedItems(f Form) []Item {
	facts := comity.Facts{"document.detainer": "none", "document.judicial": "none"}
	set := func(fact, value string) {
		if value != "" && value != cannotTell {
			facts[fact] = value
		}
	}
	set("document.admin_warrant", f["paper"])
	set("place.kind", f["setting"])
	set("person.release_due", trueFalse(f["release_due"]))
	set("agreement.credentials", trueFalse(f["carries"]))
	set("agreement.ice_supervised", trueFalse(f["supervised"]))
	set("person.record_contradicts", trueFalse(f["contradicts"]))
	set("person.citizenship_proof", f["shown"])
	if strings.HasPrefix(f["paper"], "i-20") {
		set("document.signed_by", "immigration-officer")
	}
	return []Item{{Act: actOf(f["function"]), Facts: facts}}
}
