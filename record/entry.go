// Package record is the append-only record of contacts: what an entry is, how
// it becomes a leaf of a public log, and how anyone checks that log.
//
// A leaf says nothing: it is the salted hash of a header, and a header holds
// only agency, kind, month, the digest of the law used and salted commitments
// to the sealed fields. So a court can have any content taken away and every
// proof given before still holds.
//
// The package is pure. Where entries are kept is behind [Storage] and [Files];
// how fields are sealed is behind [Sealer]. Read append.go first.
package record

import (
	"time"
)

// A Draft is an entry before it is written.
type Draft struct {
	ID     string    `json:"id"`     // the caller's id, unique in the log: same id and bytes give the first receipt again, other bytes are refused
	Agency string    `json:"agency"` // ORI
	Kind   string    `json:"kind"`   // a name from the list of kinds
	Ref    string    `json:"ref"`    // id of the entry it points back to, or empty
	At     time.Time `json:"at"`     // when it happened; the public header carries the month only
	Ended  time.Time `json:"ended"`  // when the contact ended, zero while it lasts or where that is not known; kinds released after their end count from it
	Law    string    `json:"law"`    // digest of the law used, "sha256:…", or empty
	Fields []Field   `json:"fields"` // named; each committed with its own 256-bit salt
}

// A Field is one named value of an entry. Personal fields (a name, a booking
// number, a pointer to papers) are sealed apart, under a key of their own.
type Field struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Personal bool   `json:"personal,omitempty"`
}

// A Kind is one sort of entry.
type Kind struct {
	Name        string  // e.g. "detainer"
	Commitments int     // how many fields an entry may have; every entry commits to this many, decoys fill the rest
	Release     Release // when its headers may become public
	Series      string  // record series of the retention schedule, e.g. "custody"
}

// A Release says when the headers of a kind may become public. The zero value
// is the strictest.
type Release int

const (
	Totals   Release = iota // never a header, only totals: victim, certification, complaint kinds
	Monthly                 // once the month is over, and not while agency × kind × month stands below 11: custody kinds
	AfterEnd                // 24 hours after the recorded end: scene help, transport, joint work, deconfliction
	AtOnce                  // concerns no person and no operation: changes of the record's own schema
)

// A Header is what the public may learn of an entry. Its canonical form is
// JSON with sorted keys and no spaces.
type Header struct {
	Version     int      `json:"version"`
	Agency      string   `json:"agency"`
	Kind        string   `json:"kind"`
	Month       string   `json:"month"` // 2006-01
	Law         string   `json:"law"`
	Commitments []string `json:"commitments"` // sorted digests; as many for every entry of a kind
}

// An Entry is a written Draft as staff of its agency see it.
type Entry struct {
	Index int64  `json:"index"` // place in the log, from 0, without gaps
	ULID  string `json:"ulid"`
	Draft
	Stored    time.Time `json:"stored"`    // when it was written, by the record's clock
	Published bool      `json:"published"` // a signed checkpoint covers it
	Erased    bool      `json:"erased"`    // its content was destroyed by an order; no fields remain
}

// LateAfter is how long after the event an entry may be written before it is
// shown as written late.
const LateAfter = 30 * time.Minute

// Late says how long after the event the entry was written, or zero where that
// is within [LateAfter].
func (e *Entry) Late() time.Duration {
	return late(e.At, e.Stored)
}

func late(at, stored time.Time) time.Duration {
	if d := stored.Sub(at); !at.IsZero() && d > LateAfter {
		return d
	}
	return 0
}

// An Appended is the answer to a caller whose entry is durable.
type Appended struct {
	Index       int64
	ID          string
	ULID        string
	Receipt     []byte    // signed promise, see [Receipt]
	PublishedBy time.Time // the promise: a public checkpoint covers the entry by then
	Again       bool      // the same entry had been written before; this is the first answer
}

// Fill puts opened fields into the entry: the record's own into At and Ended,
// the caller's into Fields.
func (e *Entry) Fill(fields []Field) {
	for _, f := range fields {
		switch f.Name {
		case fieldAt:
			e.At = parseInstant(f.Value)
		case fieldEnded:
			e.Ended = parseInstant(f.Value)
		case fieldID, fieldRef: // stand in columns of their own
		default:
			e.Fields = append(e.Fields, f)
		}
	}
}

func parseInstant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
