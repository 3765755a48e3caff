package desk

import "comity/record"

// What may have been done about a request.
const (
	Honoured    = "honoured"
	Declined    = "declined"
	Transferred = "transferred"
	Released    = "released"
	Overridden  = "overridden"
	Cancelled   = "cancelled" // by the federal agency
	Replaced    = "replaced"  // by the federal agency, with another paper
)

// act is what was really done, pointing back to the request.
var act = Kind{
	Name:    "act",
	Record:  record.Kind{Name: "act", Commitments: 48, Release: record.Monthly, Series: "custody"},
	Follows: true,
	Fields: []Field{
		{Name: "done", Type: Choice, Required: true, Key: "d",
			Values: []string{Honoured, Declined, Transferred, Released, Overridden, Cancelled, Replaced}},
		{Name: "about", Type: Text},
		{Name: "compared", Type: Choice, Values: []string{yes, no}, When: "done=honoured"},
		{Name: "ground", Type: Choice, When: "done=" + Released, // custody facts only (R11)
			Values: []string{"bond-posted", "charges-ended", "sentence-served", "court-order", "no-basis-to-hold", "hours-ended"}},
		{Name: "reason", Type: Text, Personal: true, Need: "done=overridden", Key: "e"},
		{Name: "rank", Type: Text, Need: "done=overridden", Key: "r"},
		{Name: "override", Type: Choice, Values: []string{yes}, Computed: true},
	},
}
