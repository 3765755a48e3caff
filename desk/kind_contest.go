package desk

import "comity/record"

// contest says that an entry, or what somebody outside says about one, is
// wrong. An agency may write it, or a person or an officer, named by role only. It stands
// beside the entry in every view, and changes nothing in it (R11, H27).
var contest = Kind{
	Name:    "contest",
	Record:  record.Kind{Name: "contest", Commitments: 16, Release: record.Totals, Series: "complaint"},
	Follows: true,
	Fields: []Field{
		{Name: "who", Type: Choice, Required: true,
			Values: []string{"this-agency", "other-agency", "person-concerned", "person-counsel", "officer-concerned", "officer-representative", "federal-agency"}},
		{Name: "of", Type: Choice, Required: true, Values: []string{"this-entry", "outside-claim"}},
		{Name: "about", Type: Text},
		{Name: "why", Type: Text, Required: true, Personal: true, Most: longestWords},
	},
}

// rebuttal answers a contest. It points back to it and stands beside it.
var rebuttal = Kind{
	Name:    "rebuttal",
	Record:  record.Kind{Name: "rebuttal", Commitments: 16, Release: record.Totals, Series: "complaint"},
	Follows: true,
	Fields: []Field{
		{Name: "outcome", Type: Choice, Required: true, Values: []string{"stands", "corrected", "not-settled"}},
		{Name: "why", Type: Text, Required: true, Personal: true, Most: longestWords},
	},
}

const longestWords = 2000
