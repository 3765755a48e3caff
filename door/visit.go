package door

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"comity"
)

// A Booking is what an agency plans: who of its own comes, when and for what.
type Booking struct {
	Agency   string    // ORI
	Unit     string    // as residents know it: Springfield Water (sample)
	Purpose  Purpose   //
	From     time.Time // the window
	Until    time.Time //
	People   int       // who come
	Vehicle  string    // fleet number of a marked vehicle; empty: none
	Card     string    // id of the card whose photo is shown; empty: none
	Language string    // of the letter
	House    House
}

// A Purpose is what a visit is for, from a list that can name no crime, no
// police work and nobody else's business.
type Purpose string

// Purposes lists them as forms show them.
var Purposes = [...]Purpose{"inspection", "meter", "repair", "water-test", "delivery", "survey", "appointment"}

const (
	// A code answers from before the window to after it, and at no other time.
	answersBefore = time.Hour
	answersAfter  = 30 * time.Minute

	longestWindow = 4 * time.Hour
	farthest      = 60 * 24 * time.Hour
	mostPeople    = 9
	longestUnit   = 60
	seedBytes     = 32

	// Words is how many words a letter's word is drawn from.
	Words = 64
)

// A Visit is a booking as it is kept until it is over. The house number and the
// codes are kept only under a seed that dies with the visit.
type Visit struct {
	ID       string
	Agency   string
	Unit     string
	Purpose  Purpose
	From     time.Time
	Until    time.Time
	People   int
	Vehicle  string
	Card     string
	Language string
	Seed     []byte
	Keys     map[Channel]Key

	WrongCodes  int  `json:"-"` // tries with its house number and another code
	WrongHouses int  `json:"-"` // tries with its code and another house number
	Stopped     bool `json:"-"` // whoever was sent says that it is not them
	Checks      int  `json:"-"` // that were answered yes

	Outcome Outcome `json:"-"` // empty: not said yet
}

// A Key is what is kept of a code and a house number for one channel.
type Key struct {
	Group       string
	Code, House []byte
}

// A Letter is what only the resident gets.
type Letter struct {
	Screen, Telephone Code
	Word              int // its place among the words
}

// Book makes a visit and what its letter says. Nothing that was typed wrong is
// booked: the error joins *comity.Problem values, one for each field.
func Book(b Booking, now time.Time, random io.Reader) (Visit, Letter, error) {
	if err := b.check(now); err != nil {
		return Visit{}, Letter{}, err
	}
	seed := make([]byte, seedBytes+8)
	if _, err := io.ReadFull(random, seed); err != nil {
		return Visit{}, Letter{}, fmt.Errorf("book a visit: %w", err)
	}
	v := Visit{
		ID: hex.EncodeToString(seed[seedBytes:]), Agency: b.Agency, Unit: strings.TrimSpace(b.Unit), Purpose: b.Purpose, From: b.From, Until: b.Until,
		People: b.People, Vehicle: b.Vehicle, Card: b.Card, Language: b.Language, Seed: seed[:seedBytes], Keys: map[Channel]Key{},
	}
	var letter Letter
	for _, ch := range Channels {
		code, err := NewCode(ch, random)
		if err != nil {
			return Visit{}, Letter{}, err
		}
		v.Keys[ch] = Key{code.Group, v.keyed("code", code.text()), v.keyed("house", string(b.House.as(ch)))}
		if ch == Telephone {
			letter.Telephone = code
		} else {
			letter.Screen = code
		}
	}
	letter.Word = v.Word()
	return v, letter, nil
}

// as is a house number as the channel can carry it.
func (h House) as(ch Channel) House {
	if ch == Telephone {
		return h.Number()
	}
	return h
}

func (b Booking) check(now time.Time) error {
	var problems []error
	need := func(ok bool, field, code, message, hint string) {
		if !ok {
			problems = append(problems, &comity.Problem{Code: code, Message: message, Hint: hint, Where: field})
		}
	}
	unit := strings.TrimSpace(b.Unit)
	need(unit != "" && len(unit) <= longestUnit && !strings.ContainsAny(unit, "\r\n"), "unit", "bad-unit", "the visit does not say which office comes", "name it as residents know it, in at most 60 characters")
	need(!others.MatchString(unit), "unit", "not-ours", "only this agency's own visits are booked here", "another agency's visit is not ours to confirm")
	need(b.Purpose.known(), "purpose", "bad-purpose", "the visit does not say what it is for", "choose one of the list")
	need(b.Until.After(b.From) && b.Until.Sub(b.From) <= longestWindow, "until", "bad-window", "the window is not between one minute and four hours", "give the resident a window that she can wait for")
	need(b.Until.After(now) && b.From.Before(now.Add(farthest)), "from", "bad-day", "the window is over or more than 60 days away", "")
	need(b.People >= 1 && b.People <= mostPeople, "people", "bad-people", "the visit does not say how many come", "one to nine")
	need(b.House != "", "house", "bad-house", "the house number is missing", "the number only, without the street")
	need(b.Vehicle == "" || fleetForm.MatchString(b.Vehicle), "vehicle", "bad-vehicle", "that is not a fleet number", "letters and digits as they stand on the vehicle")
	return errors.Join(problems...)
}

func (p Purpose) known() bool {
	for _, k := range Purposes {
		if p == k {
			return true
		}
	}
	return false
}

// Opens and Closes are when the visit's code begins and ends to answer.
func (v Visit) Opens() time.Time  { return v.From.Add(-answersBefore) }
func (v Visit) Closes() time.Time { return v.Until.Add(answersAfter) }

// Open says whether its code answers at that moment.
func (v Visit) Open(at time.Time) bool { return !at.Before(v.Opens()) && at.Before(v.Closes()) }

// Word is the place of the word that the visitor must say.
func (v Visit) Word() int {
	return int(binary.BigEndian.Uint32(v.keyed("word", ""))) % Words
}

// Number is the number of this minute, two digits, shown to the resident with a
// yes and to whoever was sent. A photograph of yesterday's page does not have it.
func (v Visit) Number(at time.Time) string {
	var minute [8]byte
	binary.BigEndian.PutUint64(minute[:], uint64(at.Unix()/60))
	return fmt.Sprintf("%02d", binary.BigEndian.Uint32(v.keyed("number", string(minute[:])))%100)
}

// keyed is HMAC-SHA-256 under the visit's seed.
func (v Visit) keyed(purpose, text string) []byte {
	h := hmac.New(sha256.New, v.Seed)
	io.WriteString(h, purpose+"\x00"+text)
	return h.Sum(nil)
}
