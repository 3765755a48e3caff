package desk

import "comity/record"

// misidentification is an encounter in which the agency's own people were
// taken for federal officers. The officer's side, the resident's side and what
// others saw are entries of their own; the later ones point to the first, so
// that one event counts once. Nobody is named.
var misidentification = Kind{
	Name:   "misidentification",
	Record: record.Kind{Name: "misidentification", Commitments: 24, Release: record.Monthly, Series: "incident"},
	Fields: []Field{
		{Name: "side", Type: Choice, Required: true, Group: "what", Values: []string{"officer", "resident"}},
		{Name: "happened_at", Type: Instant, Required: true, Group: "what"},
		{Name: "setting", Type: Choice, Required: true, Group: "what",
			Values: []string{"street", "vehicle", "home", "business", "courthouse", "school", "hospital", "place-of-worship", "other"}},
		{Name: "signs", Type: Ticks, Required: true, Group: "what",
			Values: []string{"plain-clothes", "word-police-only", "face-covered", "unmarked-vehicle", "several-officers", "rumour", "federal-officers-near", "language", "other", cannotTell}},
		{Name: "marking", Type: Choice, Group: "what", Values: []string{"agency-and-name", "agency-only", "none", cannotTell}},
		{Name: "asked_who", Type: Choice, Group: "what", Values: []string{"not-asked", "asked-and-told", "asked-and-refused", cannotTell}},
		{Name: "reaction", Type: Ticks, Group: "what",
			Values: []string{"words", "would-not-open", "called-911", "crowd", "followed", "vehicle-blocked", "object-thrown", "weapon-shown", "ran"}},
		{Name: "injured_officers", Type: Choice, Required: true, Group: "outcome", Values: injuries},
		{Name: "injured_others", Type: Choice, Required: true, Group: "outcome", Values: injuries},
		{Name: "delay_minutes", Type: Number, Required: true, Group: "outcome"},
		{Name: "staff_minutes", Type: Number, Group: "outcome"},
		{Name: "tied_to", Type: Choice, Group: "outcome", Values: []string{"federal-operation-here", "federal-operation-elsewhere", "not-attributable"}},
		{Name: "outcome", Type: Choice, Required: true, Group: "outcome",
			Values: []string{"cleared-by-card", "cleared-by-call-back", "supervisor-came", "left", "visit-moved", "force-used", "complaint", "other", cannotTell}},
	},
}

var injuries = []string{"none", "minor", "treated", cannotTell}
