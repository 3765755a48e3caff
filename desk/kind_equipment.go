package desk

import (
	"comity"
	"comity/record"
)

// equipment is one line of what was used, lent or borrowed where federal
// officers worked, with who approved it by rank and why (K20).
var equipment = Kind{
	Name:   "equipment",
	Acts:   []string{"lend-equipment"},
	Record: record.Kind{Name: "equipment", Commitments: 48, Release: record.AfterEnd, Series: "assistance"},
	Fields: []Field{
		{Name: "what", Type: Choice, Required: true, Key: "w", Group: "what", Values: []string{"used", "lent", "borrowed", "asked-not-used"}},
		{Name: "type", Type: Choice, Required: true, Key: "t", Group: "what",
			Values: []string{"vehicle", "armoured-vehicle", "aircraft", "drone", "plate-reader", "camera", "radio", "barrier", "lights", "restraints", "chemical-agent", "impact-munition", "breaching-tool", "dog", "translation", "other"}},
		{Name: "count", Type: Number, Required: true, Key: "n", Group: "what"},
		{Name: "for", Type: Choice, Required: true, Key: "f", Group: "what", Values: []string{"ice", "cbp", "other-federal-agency", "military", "joint-operation", "own-work-beside"}},
		{Name: "purpose", Type: Choice, Required: true, Key: "p", Group: "why", Values: purposes},
		{Name: "reason", Type: Choice, Required: true, Key: "r", Group: "why", Values: []string{"life-safety", "traffic", "crowd", "arrest", "search", "transport", "communication", "other"}},
		{Name: "approved", Type: Choice, Required: true, Key: "a", Group: "why", Values: []string{"before", "after", "not"}},
		{Name: "rank", Type: Text, Need: "approved=before|after", When: "approved=before|after", Group: "why"},
		{Name: "incident", Type: Text, Personal: true, Group: "why"},
	},
	asks: equipmentItems,
}

func equipmentItems(f Form) []Item {
	if f["what"] != "lent" && f["what"] != "asked-not-used" {
		return nil
	}
	facts := comity.Facts{"request.kind": "equipment", "document.detainer": "none", "document.detainer_shows": "none"}
	if by := f["for"]; by != "joint-operation" && by != "own-work-beside" {
		facts["request.by"] = by
	}
	if f["purpose"] != cannotTell {
		facts["request.purpose"] = f["purpose"]
	}
	return []Item{{Act: "lend-equipment", Facts: facts}}
}
