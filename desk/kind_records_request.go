package desk

import "comity/record"

// recordsRequest is somebody's request for public records. Its deadline is
// typed with its source: no pack of law speaks to it.
var recordsRequest = Kind{
	Name:   "records-request",
	Record: record.Kind{Name: "records-request", Commitments: 32, Release: record.Totals, Series: "request"},
	Fields: append([]Field{
		{Name: "from", Type: Choice, Required: true, Key: "f", Group: "what",
			Values: []string{"resident", "press", "organisation", "counsel", "public-body", "federal-agency", "without-name"}},
		{Name: "received_at", Type: Instant, Required: true, Group: "what"},
		{Name: "scope", Type: Ticks, Required: true, Key: "s", Group: "what", Values: recordsScopes},
		{Name: "since", Type: Day, Group: "what"},
		{Name: "until", Type: Day, Group: "what"},
		{Name: "reference", Type: Text, Code: true, Group: "what"},
		{Name: "owner", Type: Choice, Required: true, Key: "o", Group: "what", Values: caretakers},
	}, append(dueFields("", ""),
		Field{Name: "why", Type: Text, Personal: true, Most: longestWords, Group: "words"},
		Field{Name: "pointer", Type: Text, Personal: true, Group: "words"})...),
	check: needsZone,
}

// recordsScopes are what a request may ask for, in the words of requesters.
var recordsScopes = []string{"custody", "help", "databases", "agreements", "joint-work", "complaints", "demands", "certification", "costs", "anything-else"}

// recordsKinds are the kinds of entries behind such a word.
func recordsKinds(scope string) []string {
	return map[string][]string{
		"custody":       {"detainer", "act", "notice", "correction", "delegated"},
		"help":          {"assistance", "informal", "call", "equipment", "misidentification", "unattributed", "attribution", "military-support"},
		"databases":     {"database-access", "automatic-flow"},
		"agreements":    {"instrument", "instrument-event", "no-instrument", "designation", "designation-end"},
		"joint-work":    {"deconfliction", "deconfliction-check", "joint-operation", "joint-step", "joint-statement", "after-action", "minutes", "minutes-action", "statement", "statement-step"},
		"complaints":    {"complaint", "complaint-outcome", "contest", "rebuttal"},
		"demands":       {"demand", "demand-step", "records-request", "records-step"},
		"certification": {"certification", "certification-step", "shield"},
		"costs":         {"cost"},
	}[scope]
}

// recordsStep is what was done about a request. The steps that withhold are the
// exemption log: what, how much, and the section relied on.
var recordsStep = Kind{
	Name:    "records-step",
	Record:  record.Kind{Name: "records-step", Commitments: 32, Release: record.Totals, Series: "request"},
	Follows: true,
	Of:      []string{"records-request"},
	Fields: append([]Field{
		{Name: "result", Type: Choice, Required: true, Key: "r", Group: "what",
			Values: []string{"acknowledged", "clarified", extended, "exempted", "redacted", "answered", "refused", "appealed", "withdrawn"}},
		{Name: "scope", Type: Choice, Need: withheld, When: withheld, Group: "what", Values: recordsScopes},
		{Name: "count", Type: Number, Need: withheld, When: withheld, Group: "what"},
		{Name: "parts", Type: Ticks, Need: "result=redacted", When: "result=redacted", Group: "what",
			Values: []string{"names", "booking-numbers", "incident-numbers", "free-text", "days-and-hours", "officers", "other"}},
		{Name: "exemption", Type: Text, Need: withheld + "|refused", When: withheld + "|refused", Group: "what"},
		{Name: "given", Type: Choice, Need: "result=answered", When: "result=answered", Group: "what", Values: []string{"all", "partly", "nothing-held"}},
		{Name: "appeal", Type: Text, When: "result=answered|refused", Group: "what"},
	}, append(dueFields("result="+extended+"|appealed", "result="+extended),
		Field{Name: "why", Type: Text, Personal: true, Most: longestWords, Group: "words"})...),
	check: needsZone,
}

const withheld = "result=exempted|redacted"
