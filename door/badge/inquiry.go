package badge

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"time"
)

// An Inquiry is what somebody at a door scanned, with what the page had kept of
// the agency.
type Inquiry struct {
	Text     string `json:"text"`
	Metadata string `json:"metadata"` // as the agency published it
	Fresh    bool   `json:"fresh"`    // it was fetched just now
	Status   string `json:"status"`   // status list token; empty: it could not be had
	Now      int64  `json:"now"`      // seconds
}

// A Finding is the answer to it.
type Finding struct {
	Answer  Answer `json:"answer"`
	Title   string `json:"title,omitempty"`
	Picture string `json:"picture,omitempty"` // JPEG in base64
	Host    string `json:"host,omitempty"`    // of the address that was scanned
}

// An Answer is how a badge was found.
type Answer string

// None of these says that anybody is false.
const (
	Genuine   Answer = "genuine"
	NotOurs   Answer = "not-ours"  // no badge of this agency that can be confirmed
	Over      Answer = "over"      // its time is past, or a clock is wrong
	Revoked   Answer = "revoked"   //
	Unchecked Answer = "unchecked" // whether it was revoked cannot be told now
	NoKey     Answer = "no-key"    // perhaps ours; this page knows older keys
	Address   Answer = "address"   // a web address, which nobody opens
	Nothing   Answer = "nothing"   // was given
)

// Answers lists them.
var Answers = [...]Answer{Genuine, NotOurs, Over, Revoked, Unchecked, NoKey, Address, Nothing}

// Answer checks what was scanned. It opens nothing and asks nobody.
func (q Inquiry) Answer() Finding {
	text := strings.TrimSpace(q.Text)
	if text == "" {
		return Finding{Answer: Nothing}
	}
	if host, is := address(text); is {
		return Finding{Answer: Address, Host: host}
	}
	m, err := ReadMetadata(q.Metadata)
	if err != nil {
		return Finding{Answer: NoKey}
	}
	v := Verifier{Keys: m.Key, Now: time.Unix(q.Now, 0), Skew: clockSkew, Type: Type, Status: func(string) string { return q.Status }}
	var b Badge
	if strings.HasPrefix(text, Prefix) {
		b, err = v.Compact(text)
	} else {
		b, err = v.badge(text)
	}
	if err == nil && b.Agency != m.Agency {
		err = ErrKey
	}
	if err != nil {
		return Finding{Answer: answerOf(err, q.Fresh)}
	}
	return Finding{Answer: Genuine, Title: b.Title, Picture: base64.StdEncoding.EncodeToString(b.Picture)}
}

func (v Verifier) badge(text string) (Badge, error) {
	found, err := v.SDJWT(text)
	if err != nil {
		return Badge{}, err
	}
	return found.Badge()
}

func answerOf(err error, fresh bool) Answer {
	switch {
	case errors.Is(err, ErrRevoked):
		return Revoked
	case errors.Is(err, ErrStatus):
		return Unchecked
	case errors.Is(err, ErrTime):
		return Over
	case errors.Is(err, ErrKey) && !fresh:
		return NoKey
	}
	return NotOurs
}

// address finds a web address or another link in what was scanned, as a domain
// that can be read aloud.
func address(text string) (string, bool) {
	if strings.HasPrefix(text, Prefix) {
		return "", false
	}
	u, err := url.Parse(text)
	if err == nil && u.Scheme != "" {
		return u.Hostname(), true
	}
	first, _, _ := strings.Cut(strings.ToLower(text), "/")
	if strings.HasPrefix(first, "www.") {
		return first, true
	}
	return "", false
}
