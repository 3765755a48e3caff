package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"comity/door"
)

const (
	// atOnce is how many checks are answered at one time. More wait their turn:
	// none is refused, so that nobody can keep a city from answering.
	atOnce = 64

	// answerBeat is when answers leave: ten milliseconds after the question came, or
	// twenty, and so on. How long a look took says which half of a try was right.
	answerBeat = 10 * time.Millisecond

	// doorWaits is how long somebody at a door is left without an answer. Then
	// it is that our service is down.
	doorWaits = 5 * time.Second
)

// checking is what answers at the door. Its counts are in memory.
type checking struct {
	codes    *door.Checker
	vehicles *door.VehicleCheck
	line     chan struct{}
	said     *sayings
	photos   chan struct{} // that are read for a card
}

func newChecking(d Door) checking {
	return checking{door.NewChecker(d), door.NewVehicleCheck(), make(chan struct{}, atOnce), &sayings{pages: map[doorSaying][]byte{}}, make(chan struct{}, 1)}
}

// askStore asks when it is its turn, and gives up waiting in time, whether or
// not the store does: its place in the line stays taken until the store answers.
func askStore[T any](ctx context.Context, c checking, ask func(context.Context) (T, error)) (T, error) {
	ctx, stop := context.WithTimeout(ctx, doorWaits)
	defer stop()
	type answer struct {
		is  T
		err error
	}
	var none T
	select {
	case c.line <- struct{}{}:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	done := make(chan answer, 1)
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				done <- answer{err: fmt.Errorf("panic: %v\n%s", reason, debug.Stack())}
			}
			<-c.line
		}()
		is, err := ask(ctx)
		done <- answer{is, err}
	}()
	select {
	case a := <-done:
		return a.is, a.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// atBeat is askStore for what a resident checks: it returns at a beat.
func atBeat[T any](ctx context.Context, c checking, ask func(context.Context) (T, error)) (T, error) {
	came := time.Now()
	is, err := askStore(ctx, c, ask)
	beat := time.NewTimer(answerBeat - time.Since(came)%answerBeat)
	defer beat.Stop()
	select {
	case <-beat.C:
	case <-ctx.Done():
	}
	return is, err
}

// checkCode answers a code on any channel, when it is its turn: on a page, to a
// clerk, to the city's own telephone system. A yes comes with the visit and its
// card, any other answer with nothing; where there is none it says so.
func (s *site) checkCode(ctx context.Context, agency string, try door.Try) (door.Answer, door.Visit, door.Card, error) {
	type found struct {
		answer door.Answer
		visit  door.Visit
		card   door.Card
	}
	is, err := atBeat(ctx, s.checking, func(ctx context.Context) (is found, err error) {
		if is.answer, is.visit, err = s.codes.Check(ctx, agency, try); err != nil || is.answer != door.Yes || is.visit.Card == "" {
			return is, err
		}
		if is.card, err = s.Door.Card(ctx, agency, is.visit.Card); err != nil {
			return is, err
		}
		if !is.card.Revoked.IsZero() { // lost: whoever shows it may not be who was sent
			return found{answer: door.CallUs}, nil
		}
		return is, nil
	})
	if err != nil {
		return door.CannotConfirm, door.Visit{}, door.Card{}, s.unanswered(ctx, doorPage{ORI: agency}, err)
	}
	return is.answer, is.visit, is.card, nil
}

// doorDown is that a page of the door has no answer.
type doorDown struct{ page doorPage }

func (*doorDown) Error() string { return "a check at the door has no answer" }

// unanswered logs why, unless it is that the reader left.
func (s *site) unanswered(ctx context.Context, page doorPage, err error) error {
	if ctx.Err() == nil {
		s.Log.Error("a check at the door failed", "error", err)
	}
	return &doorDown{page}
}

// orDown says so in the door's own words. It is never a no.
func (s *site) orDown(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := next(w, r)
		var down *doorDown
		if !errors.As(err, &down) {
			return err
		}
		w.Header().Set("Retry-After", retryAfter)
		w.Header().Set("Cache-Control", "no-store")
		return s.render(w, r, http.StatusServiceUnavailable, doorCodeView{doorPage: down.page, Answer: door.CannotConfirm})
	}
}

// sayings are pages that were written once and say the same to everybody: the
// empty forms, and every answer but a yes. There are a few for each agency that
// is served and each language.
type sayings struct {
	mu    sync.RWMutex
	pages map[doorSaying][]byte
}

const mostSayings = 4096

// once gives the page, written by write if nobody asked for it before.
func (p *sayings) once(name doorSaying, write func() ([]byte, error)) ([]byte, error) {
	p.mu.RLock()
	page, ok := p.pages[name]
	p.mu.RUnlock()
	if ok {
		return page, nil
	}
	page, err := write()
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.pages) >= mostSayings {
		clear(p.pages)
	}
	p.pages[name] = page
	return page, nil
}
