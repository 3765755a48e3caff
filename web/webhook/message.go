package webhook

import (
	"encoding/json"
	"slices"
	"time"

	"comity/record"
)

// The kinds of entry that an address may be told of: what happens to people in
// custody and on patrol, as the agency's own systems know it anyway. Not those
// that say where an operation will be, who helped the police as a victim, or
// what a court ordered.
var kinds = []string{
	"detainer", "act", "correction", "notice", "assistance", "informal", "call", "unattributed", "attribution",
	"automatic-flow", "misidentification", "contest", "rebuttal", "custody", "release-call", "transfer",
}

// Kinds lists the kinds of entry that an address may be told of.
func Kinds() []string { return slices.Clone(kinds) }

// A Due is one clock that an entry started.
type Due struct {
	Clock string `json:"clock"` // release, form, federal, law
	Due   string `json:"due"`   // instant
}

// An event is what is sent: nothing personal, and nothing that is not the
// agency's own. Who may read the entry asks for it by its id.
type event struct {
	Type      string    `json:"type"`
	Timestamp string    `json:"timestamp"`
	Data      eventData `json:"data"`
}

type eventData struct {
	Agency string `json:"agency"`
	Entry  string `json:"entry,omitempty"`
	Index  *int64 `json:"index,omitempty"`
	Kind   string `json:"kind,omitempty"`
	Ref    string `json:"ref,omitempty"`
	Due    []Due  `json:"due"`
}

// Types of event.
const (
	typeRecorded = "entry.recorded"
	typeTest     = "test"
)

// recorded is the message that an entry stands in the record.
func recorded(a Address, e record.Entry, due []Due) (Message, error) {
	body, err := json.Marshal(event{typeRecorded, e.Stored.UTC().Format(time.RFC3339), eventData{
		Agency: e.Agency, Entry: e.ID, Index: &e.Index, Kind: e.Kind, Ref: e.Ref, Due: orNone(due),
	}})
	return Message{ID: "msg_" + e.ULID + "_" + a.Name, Agency: a.Agency, Name: a.Name, Entry: e.ID, Body: string(body)}, err
}

// Test is a message that tells of no entry, to try an address.
func Test(a Address, id string, at time.Time) (Message, error) {
	body, err := json.Marshal(event{typeTest, at.UTC().Format(time.RFC3339), eventData{Agency: a.Agency, Due: []Due{}}})
	return Message{ID: "msg_" + id, Agency: a.Agency, Name: a.Name, Body: string(body)}, err
}

func orNone(due []Due) []Due {
	if due == nil {
		return []Due{}
	}
	return due
}
