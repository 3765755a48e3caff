package door

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// An Odd is what one attacker gets out of the checker: a line of docs/door.md.
type Odd struct {
	Attacker string  `json:"attacker"`
	Channel  string  `json:"channel"` // screen, telephone, or both
	Tries    int     `json:"tries"`   // that are answered
	Odds     float64 `json:"odds"`    // of a yes, for one visit
	Goal     float64 `json:"goal"`
}

// Met says whether the goal is.
func (o Odd) Met() bool { return o.Odds <= o.Goal }

// String is the line of the table.
func (o Odd) String() string {
	met := "met"
	if !o.Met() {
		met = "missed"
	}
	return fmt.Sprintf("| %s | %s | %d | %.1e | %.0e, %s |", o.Attacker, o.Channel, o.Tries, o.Odds, o.Goal, met)
}

// goal is what a guess may reach, for one visit.
func (ch Channel) goal() float64 {
	if ch == Telephone {
		return 5e-6
	}
	return 1e-6
}

// Odds lets attackers who go as fast as they like try codes at the real checker
// for as long as it answers, and counts. Who does not know the code may use both
// channels of a visit, so that those two add up.
func Odds(random io.Reader) ([]Odd, error) {
	var out []Odd
	both := Odd{Attacker: "Anywhere, knows the house and that a visit is booked, goes through the codes of both channels", Channel: "both", Goal: Telephone.goal()}
	for _, ch := range Channels {
		atDoor := attacker{"At the door, without a letter: tells her codes to type until she stops, five of them", ch, 1, false}
		out = append(out, atDoor.after(mostWrong))
		for _, a := range []attacker{
			{"Anywhere, knows the house and that a visit is booked, goes through codes for as long as they answer", ch, 1, false},
			{"Saw the first half of the code, does not know the house (one number in a hundred)", ch, .01, true},
			{"Saw the first half of the code and knows the house", ch, 1, true},
		} {
			tries, err := a.answered(random)
			if err != nil {
				return nil, err
			}
			one := a.after(tries)
			out = append(out, one)
			if !a.group {
				both.Tries, both.Odds = both.Tries+one.Tries, both.Odds+one.Odds
			}
		}
	}
	return append(out, both), nil
}

// An attacker knows the house, or guesses it too.
type attacker struct {
	name   string
	ch     Channel
	factor float64 // that what he must know besides is right
	group  bool    // he knows the first half of the code
}

func (a attacker) after(tries int) Odd {
	space := float64(a.ch.Secrets())
	if !a.group {
		space *= float64(a.ch.Groups())
	}
	return Odd{a.name, string(a.ch), tries, float64(tries) / space * a.factor, a.ch.goal()}
}

// answered is how many of his tries a right code could have answered yes.
func (a attacker) answered(random io.Reader) (tries int, err error) {
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	v, l, err := Book(Booking{Agency: "IL0160000", Unit: "Sample", Purpose: "meter", From: noon, Until: noon.Add(longestWindow), People: 1, House: "412", Language: "en"}, noon, random)
	if err != nil {
		return 0, err
	}
	kept := &oneVisit{visit: v}
	c := NewChecker(kept)
	code := map[Channel]Code{Screen: l.Screen, Telephone: l.Telephone}[a.ch]
	if !a.group {
		code.Group = other(code.Group, "ZZ99"[:len(code.Group)])
	}
	right := code.Secret
	for at := v.Opens().Add(time.Minute); v.Open(at); at = at.Add(time.Hour) {
		for n := range 2 * a.ch.mostOfHouse() {
			code.Secret = other(right, fmt.Sprintf("%04d", n))
			answer, _, err := c.Check(context.Background(), v.Agency, Try{code, "412", at})
			if err != nil {
				return 0, err
			}
			if answer == No {
				tries++
			}
			if c.locked(kept.now()) {
				return tries, nil
			}
		}
	}
	return tries, nil
}

// other is a guess that is wrong: the right one itself would end the search.
func other(right, guess string) string {
	if guess == right {
		return "9999"[:len(right)]
	}
	return guess
}

// oneVisit is kept as a store keeps it.
type oneVisit struct {
	mu    sync.Mutex
	visit Visit
}

func (o *oneVisit) now() Visit {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.visit
}

// VisitsOf implements [Visits].
func (o *oneVisit) VisitsOf(_ context.Context, _ string, ch Channel, group string, now time.Time) ([]Visit, error) {
	v := o.now()
	if v.Keys[ch].Group != group || !v.Open(now) {
		return nil, nil
	}
	return []Visit{v}, nil
}

// Tried implements [Visits].
func (o *oneVisit) Tried(_, _ string, w Wrong) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch w {
	case WrongCode:
		o.visit.WrongCodes++
	case WrongHouse:
		o.visit.WrongHouses++
	}
}
