package desk

import (
	"time"

	"comity/record"
)

// complaint is what somebody says went wrong in a contact. It has a class, its
// words are sealed, and nobody is named. It may point to the case that it is
// about. Of complaints only totals are public.
var complaint = Kind{
	Name:   "complaint",
	Record: record.Kind{Name: "complaint", Commitments: 16, Release: record.Totals, Series: "complaint"},
	Fields: []Field{
		{Name: "about", Type: Choice, Required: true, Key: "a", Group: "what",
			Values: []string{"held-too-long", "no-notice", "help-given", "help-refused", "stop-or-question", "force", "records-or-privacy", "conduct", "other"}},
		{Name: "against", Type: Choice, Required: true, Key: "g", Group: "what", Values: []string{"this-agency", "other-local-agency", "federal-agency", cannotTell}},
		{Name: "from", Type: Choice, Required: true, Key: "f", Group: "what", Values: []string{"person-concerned", "counsel", "family", "organisation", "own-staff", "without-name"}},
		{Name: "why", Type: Text, Personal: true, Most: longestWords, Key: "w", Group: "words"},
	},
}

// complaintOutcome ends a complaint with a class. A complaint that has none
// after [complaintOpen] runs out: it was not proven, and is counted so (H32).
// That the card was followed is not somebody's word: the case behind the
// complaint is replayed, and which card it was stands in the entry.
var complaintOutcome = Kind{
	Name:    "complaint-outcome",
	Record:  record.Kind{Name: "complaint-outcome", Commitments: 16, Release: record.Totals, Series: "complaint"},
	Follows: true,
	Of:      []string{"complaint"},
	Fields: []Field{
		{Name: "outcome", Type: Choice, Required: true, Key: "o", Group: "what",
			Values: []string{Sustained, "not-sustained", "unfounded", "within-policy", FollowedCard, "policy-at-fault", "sent-to-another-body", "withdrawn"}},
		{Name: "decided_by", Type: Choice, Required: true, Key: "d", Group: "what", Values: []string{"supervisor", "internal-review", "review-board", "court", "other-body"}},
		{Name: "measure", Type: Choice, Group: "what", Need: "outcome=" + Sustained, When: "outcome=" + Sustained, Values: []string{"training", "discipline", "policy-change", "none"}},
		{Name: "why", Type: Text, Personal: true, Most: longestWords, Group: "what"},
		{Name: "card", Type: Digest, Computed: true},
		{Name: "known", Type: Day, Computed: true},
	},
}

// Sustained says that a complaint was proven; a complaint that ran out no
// longer can be.
const Sustained = "sustained"

// FollowedCard says that what was done followed the card shown that day.
const FollowedCard = "followed-the-card"

// complaintOpen is how long a complaint may stand without an outcome. It is our
// choice; where a law or an agreement sets another limit, that one counts.
const complaintOpen = 365 * 24 * time.Hour
