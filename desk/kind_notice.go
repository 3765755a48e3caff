package desk

import "comity/record"

// notice is the proof that the person was told, pointing back to the request.
var notice = Kind{
	Name:    "notice",
	Record:  record.Kind{Name: "notice", Commitments: 16, Release: record.Monthly, Series: "custody"},
	Follows: true,
	Fields: []Field{
		{Name: "about", Type: Choice, Values: []string{aboutRequest, aboutInterview, "release-told"}}, // empty: the request
		{Name: "choice", Type: Choice, When: "about=" + aboutInterview, Need: "about=" + aboutInterview, Values: []string{"no-interview", "with-lawyer", "agreed"}},
		{Name: "language", Type: Choice, Required: true, Values: []string{"en", "es", "zh", "tl", "vi", "ko", "other"}},
		{Name: "how", Type: Choice, Required: true, Values: []string{"handed-over", "read-aloud", "interpreter"}},
		{Name: "served_at", Type: Instant, Required: true},
		{Name: "by", Type: Choice, Required: true,
			Values: []string{"records-clerk", "booking-officer", "shift-supervisor", "other-staff"}},
		{Name: "copy", Type: Choice, Required: true, Values: []string{yes, no}},
		{Name: "counsel", Type: Choice, Required: true, Values: []string{yes, no}},
		{Name: "signature", Type: Choice, Required: true, Values: []string{"signed", "declined", "could-not"}},
	},
}

// What a paper for the person is about.
const (
	aboutRequest   = "request"
	aboutInterview = "interview"
)

// tellsOfRequest reports whether it is the notice of the request itself.
func (c *Card) tellsOfRequest() bool {
	return c.Kind == notice.Name && !c.Erased && (c.Form["about"] == "" || c.Form["about"] == aboutRequest)
}
