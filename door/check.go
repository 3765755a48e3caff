package door

import (
	"context"
	"crypto/subtle"
	"hash/maphash"
	"sync"
	"time"
)

// CallUs is said where a code can no longer be trusted: too many tries, or
// whoever was sent says that it is not them. A person at the number that the
// resident finds herself answers then.
const CallUs Answer = "call-us"

const (
	mostWrong      = 5 // tries at a visit that are half right
	mostWrongCodes = 3 // of them with its house number

	sweepEvery = time.Hour
)

// mostOfHouse is how many tries with one house number are answered in an hour,
// whichever codes they carry: who knows a house and not its code goes through
// the groups no further than that.
func (ch Channel) mostOfHouse() int {
	if ch == Telephone {
		return 60
	}
	return 100
}

// A Try is what a resident typed or said.
type Try struct {
	Code  Code
	House House
	At    time.Time
}

// A Wrong is which half of a try was wrong.
type Wrong string

const (
	WrongCode  Wrong = "code"
	WrongHouse Wrong = "house"
)

// Visits is where visits are kept until they are over.
type Visits interface {
	// VisitsOf gives the agency's visits whose code has the group and answers now.
	VisitsOf(ctx context.Context, agency string, ch Channel, group string, now time.Time) ([]Visit, error)
	// Tried is told of half-right tries and of yes, and does not make anybody wait.
	Tried(agency, visit string, w Wrong)
}

// A Checker answers codes. A try that has neither the code nor the house number
// of any visit counts against no visit, so that nobody can lock a city's visits
// by typing at random; a try that has one of them does. Answers never say which.
type Checker struct {
	visits Visits
	sweeps map[Channel]*Counter

	mu    sync.Mutex
	wrong map[string]*tally // of this process, beside what is kept
}

type tally struct {
	codes, houses int
	closes        time.Time
}

// NewChecker checks against the visits.
func NewChecker(visits Visits) *Checker {
	c := &Checker{visits: visits, sweeps: map[Channel]*Counter{}, wrong: map[string]*tally{}}
	for _, ch := range Channels {
		c.sweeps[ch] = NewCounter(ch.mostOfHouse(), sweepEvery)
	}
	return c
}

// Check answers one try: yes with the visit, no, or call us.
func (c *Checker) Check(ctx context.Context, agency string, t Try) (Answer, Visit, error) {
	house := t.House.as(t.Code.Channel)
	swept := c.sweeps[t.Code.Channel].Over(agency+" "+string(house), t.At)
	found, err := c.visits.VisitsOf(ctx, agency, t.Code.Channel, t.Code.Group, t.At)
	if err != nil {
		return CannotConfirm, Visit{}, err
	}
	if swept {
		return CallUs, Visit{}, nil // whatever was typed: the answer says nothing
	}
	answer, visit := No, Visit{}
	for _, v := range found {
		code, number := v.fits(t.Code, house)
		switch {
		case !v.Open(t.At):
		case code && number:
			answer, visit = Yes, v
			if v.Stopped || c.locked(v) {
				answer, visit = CallUs, Visit{}
			}
		case code:
			c.count(v, WrongHouse)
		case number:
			c.count(v, WrongCode)
		}
	}
	if answer == Yes {
		c.visits.Tried(agency, visit.ID, "")
	}
	return answer, visit, nil
}

// fits compares both halves, each in constant time and always both.
func (v Visit) fits(code Code, house House) (bool, bool) {
	k := v.Keys[code.Channel]
	a := subtle.ConstantTimeCompare(k.Code, v.keyed("code", code.text()))
	b := subtle.ConstantTimeCompare(k.House, v.keyed("house", string(house)))
	return a == 1, b == 1
}

func (c *Checker) locked(v Visit) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tallyOf(v).over()
}

func (t *tally) over() bool { return t.codes >= mostWrongCodes || t.codes+t.houses >= mostWrong }

// count is done before the answer leaves, in memory, so that many tries at once
// are counted and the answer to a half-right one takes no longer; what is kept
// follows.
func (c *Checker) count(v Visit, w Wrong) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.tallyOf(v)
	if t.over() {
		return
	}
	if w == WrongCode {
		t.codes++
	} else {
		t.houses++
	}
	c.visits.Tried(v.Agency, v.ID, w)
}

// tallyOf is the count of a visit: of this process, or what is kept where that
// is more, for another server counts too.
func (c *Checker) tallyOf(v Visit) *tally {
	t := c.wrong[v.ID]
	if t == nil {
		c.forget(v.From)
		t = &tally{closes: v.Closes()}
		c.wrong[v.ID] = t
	}
	t.codes, t.houses = max(t.codes, v.WrongCodes), max(t.houses, v.WrongHouses)
	return t
}

// forget drops visits that were over long before the one that is asked about.
func (c *Checker) forget(from time.Time) {
	for id, t := range c.wrong {
		if t.closes.Before(from.Add(-answersBefore - longestWindow)) {
			delete(c.wrong, id)
		}
	}
}

// A Counter counts what comes too often: at most limit of one key in every
// span. It keeps neither keys nor times, only how often a keyed digest came
// within two spans, in memory.
type Counter struct {
	limit int
	every time.Duration
	seed  maphash.Seed

	mu       sync.Mutex
	now, old map[uint64]int
	began    time.Time
}

// mostCounted bounds a counter's memory: keys beyond share one count.
const mostCounted = 1 << 20

// NewCounter allows limit of one key in every span.
func NewCounter(limit int, every time.Duration) *Counter {
	return &Counter{limit: limit, every: every, seed: maphash.MakeSeed(), now: map[uint64]int{}}
}

// Over counts the key and says whether it came more often than allowed.
func (c *Counter) Over(key string, at time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn(at)
	h := c.digest(key)
	if c.now[h]+c.old[h] >= c.limit {
		return true
	}
	c.now[h]++
	return false
}

// Back takes one count of the key back: that one was right.
func (c *Counter) Back(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h := c.digest(key); c.now[h] > 0 {
		c.now[h]--
	}
}

func (c *Counter) digest(key string) uint64 {
	h := maphash.String(c.seed, key)
	if _, known := c.now[h]; !known && len(c.now) >= mostCounted {
		return 0
	}
	return h
}

// turn begins a new span where the last is over, and where the clock was put far
// back. Tries at once come a little out of order, which begins none.
func (c *Counter) turn(at time.Time) {
	since := at.Sub(c.began)
	if since.Abs() < c.every {
		return
	}
	c.old, c.now = c.now, map[uint64]int{}
	if since >= 2*c.every {
		c.old = nil
	}
	c.began = at
}
