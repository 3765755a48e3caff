package desk

import "comity/record"

// instrument is one written agreement under which somebody of the agency has
// federal powers, or powers of a state immigration law (L23): an agency has as
// many as it signed, each with its own dates (K13, K14). The paper itself stays
// in the agency's file; its hash and where it lies stand here, and no person.
var instrument = Kind{
	Name:   "instrument",
	Record: record.Kind{Name: "instrument", Commitments: 32, Release: record.AtOnce, Series: "agreement"},
	Fields: []Field{
		{Name: "model", Type: Choice, Required: true, Group: "what", Values: Models},
		{Name: "parties", Type: Text, Required: true, Group: "what"},
		{Name: "signed", Type: Day, Group: "days"},
		{Name: "from", Type: Day, Group: "days"},
		{Name: "last_day", Type: Day, Group: "days"},
		{Name: "renewal", Type: Choice, Group: "days", Values: []string{"by-itself", "by-new-signature", "none", cannotTell}},
		{Name: "notice_days", Type: Number, Group: "days"},
		{Name: "scope", Type: Text, Group: "terms", Most: longestWords},
		{Name: "cost", Type: Text, Group: "terms"},
		{Name: "reporting", Type: Text, Group: "terms"},
		{Name: "edition", Type: Text, Group: "paper"},
		{Name: "sha256", Type: Text, Group: "paper"},
		{Name: "link", Type: Text, Group: "paper"},
		{Name: "kept_at", Type: Text, Group: "paper"},
	},
}

// Models are the sorts of instrument: those of 287(g) now and by their older
// names, and what a state's own law makes of a local officer.
var Models = []string{"tfm", "wso", "jem", "older-task-force", "older-jail", "older-joint", "state-deputisation", "other"}

// What may happen to an instrument.
const (
	Requested          = "requested"
	PendingIt          = "pending"
	InForce            = "in-force"
	Suspended          = "suspended"
	TerminatedByAgency = "terminated-by-agency"
	TerminatedByICE    = "terminated-by-federal-side"
	Superseded         = "superseded"
	Expired            = "expired"
	Renewed            = "renewed"
)

// instrumentEvent is a step in the life of an instrument, with its evidence.
// That a list does not name an agreement is no such evidence (K16).
var instrumentEvent = Kind{
	Name:    "instrument-event",
	Record:  record.Kind{Name: "instrument-event", Commitments: 16, Release: record.AtOnce, Series: "agreement"},
	Follows: true,
	Of:      []string{"instrument"},
	Fields: []Field{
		{Name: "event", Type: Choice, Required: true,
			Values: []string{Requested, PendingIt, InForce, Suspended, Renewed, TerminatedByAgency, TerminatedByICE, Superseded, Expired}},
		{Name: "effective", Type: Day, Required: true},
		{Name: "last_day", Type: Day, When: "event=" + Renewed},
		{Name: "evidence", Type: Text, Required: true},
		{Name: "sha256", Type: Text},
	},
}

// noInstrument is a fact that there is none, with its evidence: declined,
// a vote taken back, a request withdrawn, barred by law (K17). Without one,
// "none on file" is all that can be said.
var noInstrument = Kind{
	Name:   "no-instrument",
	Record: record.Kind{Name: "no-instrument", Commitments: 16, Release: record.AtOnce, Series: "agreement"},
	Fields: []Field{
		{Name: "fact", Type: Choice, Required: true, Values: []string{"declined", "vote-rescinded", "request-withdrawn", "barred-by-law"}},
		{Name: "model", Type: Choice, Values: append([]string{"any"}, Models...)},
		{Name: "effective", Type: Day, Required: true},
		{Name: "evidence", Type: Text, Required: true},
		{Name: "rule", Type: Text, Need: "fact=barred-by-law"},
	},
}
