package web

import (
	"encoding/json"

	"comity"
)

// A niemName is a name of NIEM that a booking event may use in place of ours:
// the element, the element inside it where there is one, and our key.
// docs/integration.md has the table.
type niemName struct{ Outer, Inner, Key string }

func niemNames() []niemName {
	return []niemName{
		{"nc:ActivityIdentification", "nc:IdentificationID", "id"},
		{"j:BookingAgencyRecordIdentification", "nc:IdentificationID", "booking"},
		{"nc:ActivityCategoryText", "", "event"},
		{"nc:ActivityDate", "nc:DateTime", "at"},
	}
}

// plainKeys gives the names of NIEM in an object our keys. What it does not
// know stays, to be refused where the object is read.
func plainKeys(raw []byte) ([]byte, error) {
	var sent map[string]json.RawMessage
	if json.Unmarshal(raw, &sent) != nil {
		return raw, nil // told where it is read
	}
	changed := false
	for _, n := range niemNames() {
		value, there := sent[n.Outer]
		if !there {
			continue
		}
		if _, twice := sent[n.Key]; twice {
			return nil, &comity.Problem{Code: "double-key", Message: "the same is sent under two names", Hint: "send " + n.Key + " or " + n.Outer, Where: n.Outer}
		}
		if n.Inner != "" {
			var inner map[string]json.RawMessage
			if json.Unmarshal(value, &inner) != nil || len(inner) != 1 || inner[n.Inner] == nil {
				return nil, &comity.Problem{Code: "bad-json", Message: "this holds one element and nothing else", Hint: "send " + n.Inner + " inside it", Where: n.Outer}
			}
			value = inner[n.Inner]
		}
		sent[n.Key], changed = value, true
		delete(sent, n.Outer)
	}
	if !changed {
		return raw, nil // faults keep their line and column
	}
	return json.Marshal(sent)
}
