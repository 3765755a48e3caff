package desk

import "comity/record"

// shield marks a contact as one with a victim or a witness (K25, H20). It
// stands apart: it points back to nothing, nothing points to it, no search
// finds it beside other entries, and no request of a federal agency is taken
// under its number (shield.go).
var shield = Kind{
	Name:   "shield",
	Record: record.Kind{Name: "shield", Commitments: 16, Release: record.Totals, Series: "victim"},
	Apart:  true,
	Fields: []Field{
		{Name: "flag", Type: Choice, Required: true, Key: "f", Group: "what", Values: []string{shieldSet, shieldLifted}},
		{Name: "part", Type: Choice, Required: true, Key: "p", Group: "what", Values: []string{"victim", "witness", "reporter"}},
		{Name: "incident", Type: Text, Required: true, Personal: true, Key: "i", Group: "what"},
		{Name: "rank", Type: Choice, Need: "flag=" + shieldLifted, When: "flag=" + shieldLifted, Group: "what", Values: []string{"supervisor", "commander", "counsel"}},
		{Name: "why", Type: Text, Personal: true, Need: "flag=" + shieldLifted, When: "flag=" + shieldLifted, Most: longestWords, Group: "what"},
	},
}

const (
	shieldSet    = "set"
	shieldLifted = "lifted"
)
