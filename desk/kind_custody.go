package desk

import "comity/record"

// What the booking system tells about a person whom a detainer concerns.
const (
	Rebooked    = "rebooked" // came back under another number: what was counted before does not count on
	ChargeAdded = "charge-added"
	ChargeEnded = "charge-ended"
	OtherHold   = "other-hold" // another county, the state prison, parole, a condition of bond …
	HoldEnded   = "other-hold-ended"
	NoReason    = "no-other-reason" // every reason but the detainer has ended
	Freed       = "released"
)

// Booked tells nothing new: it asks what stands about a booking, and leaves no
// trace.
const Booked = "booked"

const localCharge = "local-charge"

const reasonNamed = "event=" + ChargeAdded + "|" + ChargeEnded + "|" + OtherHold + "|" + HoldEnded

// custody is one change of the reasons for which a person is held, pointing
// back to the detainer. The hours of a detainer count from the last other
// reason, so each reason is kept apart. It tells nothing else of the person.
var custody = Kind{
	Name:    "custody",
	Record:  record.Kind{Name: "custody", Commitments: 16, Release: record.Monthly, Series: "custody"},
	Follows: true,
	Of:      []string{"detainer"},
	Fields: []Field{
		{Name: "event", Type: Choice, Required: true, Key: "e", Group: "what",
			Values: []string{ChargeAdded, ChargeEnded, OtherHold, HoldEnded, NoReason, Rebooked, Freed}},
		{Name: "reason", Type: Choice, Key: "r", Group: "what", When: reasonNamed, Need: "event=" + OtherHold + "|" + HoldEnded,
			Values: []string{localCharge, "other-county", "state-prison", "parole", "bond-conditions", "federal-criminal", "other-court", "other"}},
		{Name: "pointer", Also: "number", Type: Text, Code: true, Personal: true, Key: "n", Group: "what", When: reasonNamed},
		{Name: "booking", Also: "new_booking", Type: Text, Personal: true, Key: "b", Group: "what", When: "event=" + Rebooked, Need: "event=" + Rebooked},
		{Name: "source", Type: Choice, Group: "what", Values: []string{"booking-system", "staff"}},
	},
}

// releaseCall is a call to the requesting office about a person's release, or
// its not having come: who was called, when, and what was answered.
var releaseCall = Kind{
	Name:    "release-call",
	Record:  record.Kind{Name: "release-call", Commitments: 24, Release: record.Monthly, Series: "custody"},
	Follows: true,
	Of:      []string{"detainer"},
	Fields: []Field{
		{Name: "result", Type: Choice, Required: true, Key: "s", Group: "what",
			Values: []string{WillCome, "will-not-come", "no-answer", "message-left", "cancels", DidNotCome, "came"}},
		{Name: "called", Type: Choice, Key: "c", Group: "what", When: called, Need: called,
			Values: []string{"field-office", "sub-office", "duty-officer", "support-center", "other"}},
		{Name: "number_from", Type: Choice, Key: "n", Group: "what", When: called, Need: called, Values: []string{"own-directory", "on-the-form", "given-by-caller"}},
		{Name: "expected_at", Type: Instant, Key: "x", Group: "what", When: "result=" + WillCome, Need: "result=" + WillCome},
		{Name: "papers", Type: Choice, Group: "what", When: "result=came", Need: "result=came", Values: yesNo},
		{Name: "reason", Type: Text, Personal: true, Group: "supervisor"},
		{Name: "rank", Type: Text, Group: "supervisor"},
	},
}

// Results of a release call. DidNotCome is no call: it says that nobody came.
const (
	WillCome   = "will-come"
	DidNotCome = "did-not-come"

	called = "result=" + WillCome + "|will-not-come|no-answer|message-left|cancels"
)
