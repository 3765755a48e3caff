package desk

import (
	"slices"
	"time"

	"comity/record"
)

// unattributed is a detention on the agency's streets of which nobody knows yet
// who made it. It stays on the desk, with a clock, until an [attribution] says
// whose it was or why no more can be learned. It asks what was seen of the
// officers' marks and never who they, or the person, are: no name, no face, no
// plate.
var unattributed = Kind{
	Name:   "unattributed",
	Record: record.Kind{Name: "unattributed", Commitments: 24, Release: record.Monthly, Series: "incident"},
	Fields: []Field{
		{Name: "told_by", Type: Choice, Required: true, Key: "t", Group: "what", Values: []string{"emergency-call", "own-officer", "person-at-desk", "other-agency", "video-or-news", "other"}},
		{Name: "setting", Type: Choice, Required: true, Key: "s", Group: "what", Values: append(slices.Clone(settings), cannotTell)},
		{Name: "taken", Type: Number, Group: "what"},
		{Name: "faces", Type: Choice, Required: true, Key: "f", Group: "marks", Values: []string{"all-covered", "some-covered", "none-covered", cannotTell}},
		{Name: "marking", Type: Choice, Required: true, Key: "m", Group: "marks", Values: []string{"agency-named", "word-police-only", "none", cannotTell}},
		{Name: "badge", Type: Choice, Required: true, Key: "b", Group: "marks", Values: []string{"shown", "not-shown", cannotTell}},
		{Name: "asked_who", Type: Choice, Required: true, Key: "a", Group: "marks", Values: []string{"not-asked", "asked-and-told", "asked-and-refused", "asked-no-reply", cannotTell}},
		{Name: "vehicle_marking", Type: Choice, Required: true, Key: "v", Group: "marks", Values: []string{"agency-named", "word-police-only", "unmarked", "no-vehicle", cannotTell}},
		{Name: "incident", Type: Text, Personal: true, Key: "n", Group: "own"},
	},
}

// attribution is one step towards knowing who it was: a call to the federal
// field office, the answer, or the end of the search with its reason.
var attribution = Kind{
	Name:    "attribution",
	Record:  record.Kind{Name: "attribution", Commitments: 16, Release: record.Monthly, Series: "incident"},
	Follows: true,
	Of:      []string{"unattributed"},
	Fields: []Field{
		{Name: "result", Type: Choice, Required: true, Key: "s", Group: "what", Values: []string{"called-no-answer", "called-will-answer", "called-not-theirs", Attributed, Closed}},
		{Name: "agency", Type: Choice, Key: "a", Group: "what", Need: "result=" + Attributed, When: "result=" + Attributed,
			Values: []string{"ice", "cbp", "other-federal-agency", "local-agency", "state-agency", "other"}},
		{Name: "known_from", Type: Choice, Key: "k", Group: "what", Need: "result=" + Attributed, When: "result=" + Attributed,
			Values: []string{"field-office", "custody-list", "court", "officers-themselves", "own-officers"}},
		{Name: "why", Type: Choice, Key: "w", Group: "what", Need: "result=" + Closed, When: "result=" + Closed,
			Values: []string{"no-detention", "same-as-another", "crime-investigated", "nothing-more-to-learn"}},
		{Name: "number_from", Type: Choice, Group: "what", Values: []string{"own-directory", "given-by-caller"}},
		{Name: "family_told", Type: Choice, Group: "family", Values: []string{yes, no, "nobody-asked"}},
	},
}

// Steps of an attribution that end it.
const (
	Attributed = "attributed"
	Closed     = "closed"
)

// How long staff may leave a detention without asking whose it is: until the
// first call, and from one call to the next. No law that we know sets these
// hours; they are our choice and short, because a person is gone.
const (
	firstCall = time.Hour
	nextCall  = 4 * time.Hour
)
