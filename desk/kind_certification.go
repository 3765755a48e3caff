package desk

import (
	"comity"
	"comity/record"
)

// certification is a victim's request to certify help given, for a U or T visa
// (K24). Nothing about the person stands in it but where the agency's own file
// is; the clock is that of the law in force here, and none where none was read.
var certification = Kind{
	Name:   "certification",
	Acts:   []string{"decide-visa-certification", "notify-person"},
	Record: record.Kind{Name: "certification", Commitments: 48, Release: record.Totals, Series: "victim"},
	Apart:  true,
	Fields: append([]Field{
		{Name: "form", Type: Choice, Required: true, Key: "f", Group: "what", Values: []string{"i-918b", "i-914b", "other"}},
		{Name: "stage", Type: Choice, Required: true, Key: "s", Group: "what", Values: []string{"first", "again", "appeal"}},
		{Name: "sent_by", Type: Choice, Required: true, Key: "b", Group: "what", Values: []string{"person-concerned", "counsel", "organisation", "family", "other-agency"}},
		{Name: "received_at", Type: Instant, Required: true, Key: "r", Group: "what"},
		{Name: "owner", Type: Choice, Required: true, Key: "o", Group: "what", Values: caretakers},
		{Name: "incident", Type: Text, Required: true, Personal: true, Group: "what"},
		{Name: "pointer", Type: Text, Personal: true, Group: "what"},
	}, dueFields("", "")...),
	asks:  certificationItems,
	check: needsZone,
}

func certificationItems(f Form) []Item {
	facts := comity.Facts{"event.kind": "request-received", "person.role": "victim", "inquiry.need": "visa-certification", "request.received_at": f["received_at"]}
	if f["stage"] == "appeal" {
		facts["event.kind"] = "certification-appeal"
	}
	return []Item{{Act: "decide-visa-certification", Facts: facts}, {Act: "notify-person", Facts: facts}}
}

// certificationStep goes on with such a request. Who refuses says why and who
// decided; who signs says who decided.
var certificationStep = Kind{
	Name:    "certification-step",
	Record:  record.Kind{Name: "certification-step", Commitments: 24, Release: record.Totals, Series: "victim"},
	Follows: true,
	Apart:   true,
	Of:      []string{"certification"},
	Fields: append([]Field{
		{Name: "result", Type: Choice, Required: true, Key: "r", Group: "what", Values: []string{"more-asked", "to-supervisor", extended, "signed", "denied", "withdrawn"}},
		{Name: "reasons", Type: Ticks, Need: "result=denied", When: "result=denied", Group: "what",
			Values: []string{"not-a-listed-crime", "not-the-victim", "did-not-help", "no-record-found", "another-agency-certifies", "form-not-complete", "other"}},
		{Name: "decided_by", Type: Choice, Need: "result=signed|denied", When: "result=signed|denied", Group: "what", Values: []string{"agency-head", "named-official", "supervisor"}},
		{Name: "told", Type: Choice, Need: "result=denied", When: "result=signed|denied", Group: "what", Values: yesNo},
		{Name: "why", Type: Text, Need: "result=denied", Personal: true, Most: longestWords, Group: "what"},
	}, dueFields("result="+extended, "result="+extended)...),
}
