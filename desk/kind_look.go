package desk

import "comity/record"

// Steps of a disclosure.
const (
	Asked   = "asked"
	Granted = "granted"
	Denied  = "denied"
	Opened  = "opened"
)

// look is one step on the way to a sealed field of one entry: somebody
// asks, somebody of another role answers, and every opening is written down.
// The account is a device's id, never a name.
var look = Kind{
	Name:    "look",
	Record:  record.Kind{Name: "look", Commitments: 16, Release: record.Totals, Series: "record"},
	Follows: true,
	Fields: []Field{
		{Name: "step", Type: Choice, Required: true, Values: []string{Asked, Granted, Denied, Opened}},
		{Name: "fields", Type: Text, Need: "step=asked"},
		{Name: "account", Type: Text, Required: true},
		{Name: "reason", Type: Text, Personal: true, Need: "step=asked|granted|denied"},
	},
}
