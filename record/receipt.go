package record

import "time"

// A Receipt proves one entry to whoever holds it. It is given signed at once
// as a promise and completed with index, proof and checkpoint after the next
// beat. As JSON it stays under 2 kB.
type Receipt struct {
	Format      string    `json:"comity"` // "receipt/1"
	Log         string    `json:"log"`    // origin
	ID          string    `json:"id"`
	Stored      time.Time `json:"stored"`
	PublishedBy time.Time `json:"published_by"`
}
