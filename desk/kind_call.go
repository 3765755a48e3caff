package desk

import (
	"comity"
	"comity/record"
)

// call is a 911 call about people who take somebody. Officers are sent before
// anything here is asked, and nothing here lowers that before an officer is
// there. What was seen, plate and description stay in the dispatch system: this
// has no field for them.
var call = Kind{
	Name:   "call",
	Acts:   []string{"deconflict"},
	Record: record.Kind{Name: "call", Commitments: 40, Release: record.Totals, Series: "incident"},
	Fields: []Field{
		{Name: "sent", Type: Choice, Required: true, Key: "s", Group: "first", Values: []string{SentAbduction, "officer-there"}},
		{Name: "danger", Type: Choice, Required: true, Key: "d", Group: "five", Values: yesNo},
		{Name: "now", Type: Choice, Required: true, Key: "n", Group: "five", Values: []string{"still-there", "driven-off", cannotTell}},
		{Name: "marking", Type: Choice, Required: true, Key: "m", Group: "five", Values: []string{"agency-named", "word-police-only", "none", cannotTell}},
		{Name: "asked_who", Type: Choice, Required: true, Key: "a", Group: "five", Values: []string{"not-asked", "asked-and-told", "asked-and-refused", "asked-no-reply", cannotTell}},
		{Name: "vehicle_marking", Type: Choice, Required: true, Key: "v", Group: "five", Values: []string{"agency-named", "word-police-only", "unmarked", "no-vehicle", cannotTell}},
		{Name: "caller", Type: Choice, Key: "c", Group: "call", Values: []string{"witness", "family", callerTeam, "other"}},
		{Name: "channel", Type: Choice, Key: "t", Group: "call", Values: []string{"voice", "text", "tty", "hung-up"}},
		{Name: "verify", Type: Choice, Key: "y", Group: "call", Values: []string{"not-yet", "no-answer", "civil", "criminal", "not-theirs"}},
		{Name: "incident", Type: Text, Personal: true, Group: "call"},
	},
	asks: func(Form) []Item {
		// Who calls the federal desk is a dispatcher, who holds no delegated power.
		return []Item{{Act: "deconflict", Facts: comity.Facts{"request.kind": "deconfliction", "agreement.model": "none"}}}
	},
}

// SentAbduction is how such a call goes out while nobody knows whose it is.
const SentAbduction = "abduction-in-progress"

const callerTeam = "federal-team"

// Unattributed is the entry that a call opens while nobody knows whose the
// detention is; nothing where an agency owns it, or where the call is the
// same as another. Who calls for a team is believed once called back.
func Unattributed(r Request) (Request, bool) {
	verified := r.Form["verify"] == "civil" || r.Form["verify"] == "criminal"
	if r.Kind != call.Name || r.Ref != "" || verified {
		return Request{}, false
	}
	out := r
	out.ID, out.Kind, out.Ref, out.Items = r.ID+".unattributed", unattributed.Name, "", nil
	out.Form = Form{"told_by": "emergency-call", "setting": cannotTell, "faces": cannotTell, "badge": cannotTell, "marking": r.Form["marking"],
		"asked_who": r.Form["asked_who"], "vehicle_marking": r.Form["vehicle_marking"], "incident": r.Form["incident"]}
	return out, true
}
