package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"comity"
	"comity/record"
)

// MinutesActions is how many actions one set of minutes may give out.
const MinutesActions = 4

// minutes are what a meeting with a federal agency decided: who came by role,
// the agenda, the decisions, and who does what until when. They are signed by
// being recorded; after that nothing in them can change.
var minutes = Kind{
	Name:   "minutes",
	Record: record.Kind{Name: "minutes", Commitments: 40, Release: record.Monthly, Series: "joint"},
	Fields: append([]Field{
		{Name: "held_at", Type: Instant, Required: true, Group: "meeting"},
		{Name: "attended", Type: Ticks, Required: true, Group: "meeting", Values: attendees},
		{Name: "agenda", Type: Text, Required: true, Group: "meeting", Most: longestWords},
		{Name: "decided", Type: Text, Required: true, Group: "meeting", Most: longestWords},
	}, append(actionFields(), Field{Name: "hash", Type: Text, Computed: true})...),
	check: checkMinutes,
}

var owners = []string{"watch-commander", "chief-or-sheriff", "records", "counsel", "training", "press-office", "ero", "hsi", "cbp", "other-agency"}

var attendees = append([]string{"board-member", "prosecutor"}, owners...)

func actionFields() []Field {
	var out []Field
	for n := 1; n <= MinutesActions; n++ {
		name := fmt.Sprintf("action_%d", n)
		out = append(out,
			Field{Name: name, Type: Text, Group: "actions"},
			Field{Name: name + "_owner", Type: Choice, Group: "actions", Values: owners},
			Field{Name: name + "_due", Type: Day, Group: "actions"})
	}
	return out
}

// checkMinutes asks who does an action and until when, and puts the digest of
// the whole into the form.
func checkMinutes(f Form) Problems {
	var bad Problems
	for n := 1; n <= MinutesActions; n++ {
		name := fmt.Sprintf("action_%d", n)
		for _, part := range []string{name, name + "_owner", name + "_due"} {
			begun := f[name] != "" || f[name+"_owner"] != "" || f[name+"_due"] != ""
			if begun && f[part] == "" {
				bad = append(bad, &comity.Problem{Code: "missing-field", Message: "this must be filled in", Hint: "an action has words, an owner and a day", Where: part})
			}
		}
	}
	f["hash"] = MinutesHash(f)
	return bad
}

// MinutesHash is the digest of minutes, by which two sides compare what they
// hold: SHA-256 over the fields as JSON with sorted keys.
func MinutesHash(f Form) string {
	said := map[string]string{}
	for name, value := range f {
		if name != "hash" && value != "" {
			said[name] = value
		}
	}
	b, err := json.Marshal(said)
	if err != nil {
		panic(err) // strings always marshal
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// minutesAction says what became of one action.
var minutesAction = Kind{
	Name:    "minutes-action",
	Record:  record.Kind{Name: "minutes-action", Commitments: 16, Release: record.Monthly, Series: "joint"},
	Follows: true,
	Of:      []string{"minutes"},
	Fields: []Field{
		{Name: "action", Type: Choice, Required: true, Group: "action", Values: []string{"1", "2", "3", "4"}},
		{Name: "outcome", Type: Choice, Required: true, Group: "action", Values: []string{"done", "dropped"}},
		{Name: "why", Type: Text, Personal: true, Group: "action", Need: "outcome=dropped"},
	},
}
