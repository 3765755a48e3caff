package desk

import "comity/record"

// cost is one line of what the work with federal agencies costs (O10): hours,
// bed-days, calls, or money that came back. A total opens its lines; the month
// is that of the entry. Of costs only totals are public.
var cost = Kind{
	Name:   "cost",
	Record: record.Kind{Name: "cost", Commitments: 24, Release: record.Totals, Series: "cost"},
	Fields: []Field{
		{Name: "what", Type: Choice, Required: true, Key: "w", Group: "what", Values: CostTypes},
		{Name: "for", Type: Choice, Required: true, Key: "f", Group: "what",
			Values: []string{"detainers", "scenes", "transport", "joint-work", "misidentification", "records-and-counsel", "crowds", "other"}},
		{Name: "units", Type: Number, Required: true, Key: "u", Group: "what"},
		{Name: "dollars", Type: Number, Key: "d", Group: "what"},
		{Name: "measured", Type: Choice, Required: true, Key: "m", Group: "what", Values: []string{"payroll", "timesheet", "invoice", "estimate"}},
		{Name: "reference", Type: Text, Code: true, Group: "what"},
	},
}

// CostTypes are what is counted.
var CostTypes = []string{"hours", "overtime-hours", "bed-days", "misidentification-calls", "reimbursement", "other"}
