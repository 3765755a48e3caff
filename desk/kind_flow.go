package desk

import "comity/record"

// automaticFlow is what goes to the federal side by itself: nobody here decided
// it, and it is counted apart from what somebody did (R7). It tells how many,
// never of whom.
var automaticFlow = Kind{
	Name:   "automatic-flow",
	Record: record.Kind{Name: "automatic-flow", Commitments: 16, Release: record.Monthly, Series: "assistance"},
	Fields: []Field{
		{Name: "flow", Type: Choice, Required: true, Key: "f", Group: "what", Values: []string{"booking-prints", "ncic-hit", "court-disposition", "released-feed", "other"}},
		{Name: "count", Type: Number, Required: true, Key: "n", Group: "what"},
		{Name: "through", Type: Choice, Required: true, Key: "t", Group: "what", Values: []string{"state-bureau", "fbi", "vendor", "direct", cannotTell}},
		{Name: "can_stop", Type: Choice, Required: true, Key: "s", Group: "what", Values: yesNo},
		{Name: "rule", Type: Choice, Required: true, Key: "r", Group: "what", Values: []string{"28-usc-534", "state-law", "contract", "no-rule-known"}},
		{Name: "instrument", Type: Text, Need: "rule=state-law|contract", When: "rule=state-law|contract", Group: "what"},
	},
}
