package desk

import "comity/record"

// deconfliction is one call in which somebody's planned operation was checked
// against another's: one-sided, as this agency's watch desk heard it. Federal
// units get no account and tell no plan; what is kept is the number that was
// called back, the system in which they checked, and its number there.
var deconfliction = Kind{
	Name:   "deconfliction",
	Record: record.Kind{Name: "deconfliction", Commitments: 24, Release: record.AfterEnd, Series: "joint"},
	Fields: []Field{
		{Name: "with", Type: Choice, Required: true, Group: "call", Key: "w",
			Values: []string{"ero", "hsi", "cbp", "other-federal-agency", "military", "local-agency", cannotTell}},
		{Name: "called_back", Type: Choice, Required: true, Group: "call", Key: "b", Values: []string{yes, no, "not-yet"}},
		{Name: "number", Type: Text, Group: "call", Key: "n", Need: "called_back=yes", Code: true},
		{Name: "system", Type: Choice, Required: true, Group: "call", Key: "s",
			Values: []string{"rissafe", "safetnet", "case-explorer", "other", "none"}},
		{Name: "reference", Type: Text, Group: "call", Key: "r", Need: "system=rissafe|safetnet|case-explorer|other", Code: true},
		{Name: "outcome", Type: Choice, Required: true, Group: "call", Key: "o",
			Values: []string{"no-conflict", "conflict", "no-answer"}},
	},
}

// deconflictionCheck is one question that two agencies' servers settled by
// tokens under the key they share: who asked whom, and whether anything
// overlapped. No place, no time of the plan and no token is in it.
var deconflictionCheck = Kind{
	Name:   "deconfliction-check",
	Record: record.Kind{Name: "deconfliction-check", Commitments: 24, Release: record.AfterEnd, Series: "joint"},
	Fields: []Field{
		{Name: "direction", Type: Choice, Required: true, Values: []string{"asked", "answered"}},
		{Name: "agencies", Type: Text, Required: true},
		{Name: "query", Type: Text, Required: true, Code: true},
		{Name: "outcome", Type: Choice, Required: true, Values: []string{CheckNone, CheckOverlap, CheckWaiting, CheckStopped}},
	},
}

// Outcomes of a check between servers.
const (
	CheckNone    = "no-overlap"
	CheckOverlap = "overlap"
	CheckWaiting = "no-answer" // somebody could not be reached, and is telephoned
	CheckStopped = "stopped"   // by the probe alarm
)
