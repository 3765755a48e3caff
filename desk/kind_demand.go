package desk

import "comity/record"

// demand is what somebody with power asks of the agency itself: a letter, a
// condition on money, a subpoena, a suit (K27, H38). It is not about a person,
// its words are sealed, and of demands only totals are public.
var demand = Kind{
	Name:   "demand",
	Record: record.Kind{Name: "demand", Commitments: 32, Release: record.Totals, Series: "demand"},
	Fields: append([]Field{
		{Name: "what", Type: Choice, Required: true, Key: "w", Group: "what",
			Values: []string{"letter", "funding-condition", "court-subpoena", "administrative-subpoena", "suit", "order-of-a-court", "records-demand", "preservation-letter", "other"}},
		{Name: "from", Type: Choice, Required: true, Key: "f", Group: "what",
			Values: []string{"federal-agency", "federal-prosecutor", "federal-court", "state-agency", "attorney-general", "state-court", "local-body", "private-party"}},
		{Name: "received_at", Type: Instant, Required: true, Group: "what"},
		{Name: "reference", Type: Text, Code: true, Group: "what"},
		{Name: "rule", Type: Text, Group: "what"},
		{Name: "owner", Type: Choice, Required: true, Key: "o", Group: "what", Values: caretakers},
	}, append(dueFields("", ""),
		Field{Name: "why", Type: Text, Personal: true, Most: longestWords, Group: "words"},
		Field{Name: "pointer", Type: Text, Personal: true, Group: "words"})...),
	check: needsZone,
}

// demandStep is what was done about a demand. It is over with an answer or an
// event of the court, and with nothing else.
var demandStep = Kind{
	Name:    "demand-step",
	Record:  record.Kind{Name: "demand-step", Commitments: 32, Release: record.Totals, Series: "demand"},
	Follows: true,
	Of:      []string{"demand"},
	Fields: append([]Field{
		{Name: "result", Type: Choice, Required: true, Key: "r", Group: "what", Values: []string{"acknowledged", "passed-on", extended, "stayed", "answered", "court-event"}},
		{Name: "answer", Type: Choice, Need: "result=answered", When: "result=answered", Group: "what",
			Values: []string{"complied", "complied-partly", "refused-with-reasons", "nothing-held", "sender-withdrew"}},
		{Name: "event", Type: Choice, Need: "result=court-event", When: "result=court-event", Group: "what",
			Values: []string{"dismissed", "quashed", "judgment", "settled", "order-obeyed"}},
		{Name: "rule", Type: Text, Need: "answer=refused-with-reasons", When: "result=answered", Group: "what"},
		{Name: "owner", Type: Choice, Need: "result=passed-on", When: "result=passed-on", Group: "what", Values: caretakers},
	}, append(dueFields("result="+extended, "result="+extended),
		Field{Name: "why", Type: Text, Personal: true, Most: longestWords, Group: "words"},
		Field{Name: "pointer", Type: Text, Personal: true, Group: "words"})...),
}

const extended = "extended"
