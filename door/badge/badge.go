// Package badge makes and checks the credential that somebody who is sent
// shows at a door: an SD-JWT VC (RFC 9901) with a Token Status List for whoever
// can ask the network, and the code of this minute (COSE in base45) for whoever
// cannot. It holds no name, and the code of a minute no number that stays the
// same, so that nobody can be followed by it. A genuine badge is less than a booked visit: it says
// that the agency gave it to somebody of its own today, and not that anybody
// was sent to this house.
//
// The verifier takes ES256 only, and of every form only the one spelling that
// an issuer writes; what it does not know it refuses.
package badge

import (
	"crypto/ecdsa"
	"errors"
	"time"
)

// Type is the vct of a badge.
const Type = "urn:comity:badge:1"

// A Badge is what one says.
type Badge struct {
	Agency  string // ORI
	Title   string // what this person does, as residents read it
	Picture []byte // JPEG; empty: not agreed to, or not disclosed
	Issued  time.Time
	Expires time.Time
	Handle  []byte // of the code of this minute: the agency alone can tell whose it is
}

// What a verifier refuses. A caller tells them apart with errors.Is; each is
// wrapped with what was wrong.
var (
	ErrForm      = errors.New("not in the form of a badge")
	ErrKey       = errors.New("signed with a key that is not known here")
	ErrSignature = errors.New("the signature does not fit")
	ErrTime      = errors.New("not in force now")
	ErrRevoked   = errors.New("revoked")
	ErrStatus    = errors.New("whether it was revoked cannot be told")
	ErrBinding   = errors.New("not bound to whoever shows it")
	ErrType      = errors.New("another kind of credential")
)

// A Verifier checks credentials at one moment.
type Verifier struct {
	// Keys gives an issuer's key, or nil; kid is empty where a credential names none.
	Keys func(issuer, kid string) *ecdsa.PublicKey
	Now  time.Time
	Skew time.Duration // that a clock may be wrong by

	// Type is the vct that a credential must have; empty takes any SD-JWT.
	Type string

	// Audience and Nonce are what a key binding must be for. Where both are
	// empty none is wanted, and one that is there is refused.
	Audience, Nonce string

	// Status gives the status list token of an address, or nothing where it
	// cannot be had; nil refuses every credential that has a status.
	Status func(address string) string
}

// in says whether the verifier's moment lies from a to b, give or take the skew.
func (v Verifier) in(from, until time.Time) bool {
	return !v.Now.Add(v.Skew).Before(from) && v.Now.Add(-v.Skew).Before(until)
}
