package desk

import "comity/record"

// correction says what an earlier entry should have said. The earlier entry
// stays as it is; what is shown is both.
var correction = Kind{
	Name:    "correction",
	Record:  record.Kind{Name: "correction", Commitments: 16, Release: record.Monthly, Series: "record"},
	Follows: true,
	Fields: []Field{
		{Name: "field", Type: Text, Required: true},
		{Name: "value", Type: Text, Required: true, Personal: true},
		{Name: "why", Type: Text, Required: true, Personal: true},
	},
}
