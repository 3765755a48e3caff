package desk

import "comity/record"

// Steps on the way of a plan.
const (
	StepPanel     = "panel"          // the panel's review before the event, with its vote
	StepCommander = "commander"      // the watch commander approves
	StepSecond    = "second"         // a second person approves
	StepLocal     = "local-signed"   // this agency signs the checklist
	StepFederal   = "federal-signed" // the other side signed it, as heard on the telephone
	StepCounsel   = "counsel"        // counsel has answered what the law left open
	StepGo        = "go"
	StepEmergency = "emergency-go" // without the panel, which reviews it within 72 hours
	StepReviewed  = "reviewed"     // the panel's review after the event
	StepCancelled = "cancelled"
	StepPublished = "published" // the statement on it went out
)

const voted = "step=" + StepPanel + "|" + StepReviewed

// jointStep is one approval, signature or order about a plan that was checked.
// It points back to the check, so that a plan changed since needs it anew.
var jointStep = Kind{
	Name:    "joint-step",
	Record:  record.Kind{Name: "joint-step", Commitments: 32, Release: record.AfterEnd, Series: "joint"},
	Follows: true,
	Of:      []string{JointOperation},
	Fields: []Field{
		{Name: "step", Type: Choice, Required: true,
			Values: []string{StepPanel, StepCommander, StepSecond, StepLocal, StepFederal, StepCounsel, StepGo, StepEmergency, StepReviewed, StepCancelled, StepPublished}},
		{Name: "outcome", Type: Choice, Values: []string{"approved", "refused"},
			When: "step=" + StepPanel + "|" + StepReviewed + "|" + StepCommander + "|" + StepSecond + "|" + StepCounsel,
			Need: "step=" + StepPanel + "|" + StepReviewed + "|" + StepCommander + "|" + StepSecond + "|" + StepCounsel},
		{Name: "votes_for", Type: Number, When: voted, Need: voted},
		{Name: "votes_against", Type: Number, When: voted, Need: voted},
		{Name: "votes_abstaining", Type: Number, When: voted, Need: voted},
		{Name: "sunset", Type: Instant, When: "step=" + StepPanel, Need: "step=" + StepPanel},
		{Name: "rank", Type: Text, When: "step=" + StepCommander + "|" + StepSecond + "|" + StepLocal + "|" + StepGo + "|" + StepEmergency,
			Need: "step=" + StepCommander + "|" + StepSecond + "|" + StepGo + "|" + StepEmergency},
		{Name: "number", Type: Text, Code: true, When: "step=" + StepFederal, Need: "step=" + StepFederal},
		{Name: "why", Type: Text, Personal: true, Most: longestWords, Need: "step=" + StepEmergency},
		{Name: "account", Type: Text, Computed: true},
		{Name: "agreed", Type: Choice, Values: []string{yes, no}, Computed: true},
		{Name: "versions", Type: Text, Computed: true},
	},
	check: checkVote,
}

// checkVote refuses an outcome that the votes do not carry.
func checkVote(f Form) Problems {
	if f["votes_for"] == "" || f["votes_against"] == "" {
		return nil
	}
	carried := number(f["votes_for"]) > number(f["votes_against"])
	if carried == (f["outcome"] == "approved") {
		return nil
	}
	return Problems{{Code: "vote-differs", Message: "the votes do not carry this outcome", Hint: "approved needs more votes for than against", Where: "outcome"}}
}

// jointStatement is what one side says about an operation, and whether it
// signs it. It is agreed only where both sides signed the same words.
var jointStatement = Kind{
	Name:    "joint-statement",
	Record:  record.Kind{Name: "joint-statement", Commitments: 16, Release: record.AfterEnd, Series: "joint"},
	Follows: true,
	Of:      []string{JointOperation},
	Fields: []Field{
		{Name: "side", Type: Choice, Required: true, Values: []string{"ours", "theirs"}},
		{Name: "version", Type: Text, Required: true, Most: longestWords},
		{Name: "speaker", Type: Choice, Required: true, Values: []string{"our-press-office", "our-commander", "their-press-office", "both-together", "nobody"}},
		{Name: "embargo", Type: Instant},
		{Name: "signed", Type: Choice, Required: true, Values: []string{yes, no}},
		{Name: "how", Type: Choice, Required: true, Values: []string{"in-person", "telephone", "writing"}},
	},
}
