package door

import (
	"errors"
	"strings"
	"time"

	"comity"
)

// A Card is somebody who is sent: a title as residents read it and, where that
// person agreed, a photograph. It has no name. Whoever works covertly has none.
type Card struct {
	ID      string
	Agency  string
	Title   string
	Photo   []byte    // JPEG; empty: the person did not agree to one
	Agreed  time.Time // to the photograph, on the day
	Account string    `json:"-"` // whose page shows its visits; empty: dispatch reads word and number out
	Revoked time.Time `json:"-"`
	Shift   time.Time `json:"-"` // ends then
}

// Check says what is wrong with a card.
func (c Card) Check() error {
	var problems []error
	title := strings.TrimSpace(c.Title)
	if title == "" || len(title) > longestUnit || strings.ContainsAny(title, "\r\n") {
		problems = append(problems, &comity.Problem{Code: "bad-title", Where: "title", Message: "the card does not say what this person does", Hint: "what residents would call it, such as: water meter technician"})
	}
	if others.MatchString(title) {
		problems = append(problems, &comity.Problem{Code: "not-ours", Where: "title", Message: "only this agency's own staff have cards here"})
	}
	if len(c.Photo) > 0 && c.Agreed.IsZero() {
		problems = append(problems, &comity.Problem{Code: "no-consent", Where: "agreed", Message: "a photograph needs the person's own consent", Hint: "without it the card shows the title only; nothing else changes"})
	}
	return errors.Join(problems...)
}

// OnShift says whether the card shows words and numbers now.
func (c Card) OnShift(at time.Time) bool { return c.Revoked.IsZero() && at.Before(c.Shift) }

// longestShift is how long a shift lasts unless it is ended before.
const longestShift = 12 * time.Hour

// ShiftUntil is when a shift that begins now ends by itself.
func ShiftUntil(now time.Time) time.Time { return now.Add(longestShift) }

// An Outcome is how a visit went. A door that stayed closed is no fault of
// anybody's: it leads to another time, a visit to the office, or a video call.
type Outcome string

// Outcomes lists them as forms show them.
var Outcomes = [...]Outcome{"done", Doubted, "refused", "nobody-home", "cancelled"}

// Doubted is a door that stayed closed because whoever was behind it could not
// be sure who stood there.
const Doubted Outcome = "refused-doubt"

// Closed says whether the door stayed closed.
func (o Outcome) Closed() bool { return o == "refused" || o == Doubted }

// ParseOutcome reads one.
func ParseOutcome(s string) (Outcome, error) {
	for _, o := range Outcomes {
		if s == string(o) {
			return o, nil
		}
	}
	return "", &comity.Problem{Code: "no-outcome", Where: "outcome", Message: "the visit's outcome is missing", Hint: "choose one of the list"}
}

// A Claim is that somebody used the agency's name. It has no place for who says
// so, where, or about whom.
type Claim struct {
	ID       string
	What     string
	At       time.Time
	Answer   Answer // empty: nobody has answered yet
	Answered time.Time
}

// NotMe is the claim of whoever was sent: somebody comes in that person's name.
// Staff alone make it, so no flood of the others keeps it out.
const NotMe = "not-me"

// Claims lists what anybody can claim.
var Claims = [...]string{"person", "vehicle", "telephone", "letter"}

// ParseClaim reads what is claimed.
func ParseClaim(s string) (string, error) {
	for _, c := range Claims {
		if s == c {
			return c, nil
		}
	}
	return "", &comity.Problem{Code: "no-claim", Where: "what", Message: "what used the name is missing", Hint: "choose one of the list"}
}
