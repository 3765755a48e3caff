package main

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"comity/door"
	"comity/store"
	"comity/web"
)

// doorkeeper keeps visits, and counts checks beside whoever waits for an answer:
// what it has not written yet is written when the program ends.
type doorkeeper struct {
	*store.Store
	log   *slog.Logger
	tries chan store.VisitTry

	mu     sync.Mutex
	totals map[dayTotal]int
	served map[string]bool // an agency that has staff here keeps its page
}

type dayTotal struct{ agency, kind, day, answer string }

const (
	triesWaiting = 4096
	triesEvery   = 50 * time.Millisecond
	totalsEvery  = 2 * time.Second
)

var _ web.Door = (*doorkeeper)(nil)

func newDoorkeeper(s *store.Store, log *slog.Logger) *doorkeeper {
	return &doorkeeper{Store: s, log: log, tries: make(chan store.VisitTry, triesWaiting), totals: map[dayTotal]int{}, served: map[string]bool{}}
}

// at opens the door's pages where both they and the desk are served.
func (d *doorkeeper) at(parts []string) func(*web.Config) {
	return func(c *web.Config) {
		if c.Desk != nil && slices.Contains(parts, "door") {
			c.Door, c.Counts = d, d
		}
	}
}

// Serves asks the store once for each agency that it serves.
func (d *doorkeeper) Serves(ctx context.Context, agency string) (bool, error) {
	d.mu.Lock()
	known := d.served[agency]
	d.mu.Unlock()
	if known {
		return true, nil
	}
	ok, err := d.Store.Serves(ctx, agency)
	if ok && err == nil {
		d.mu.Lock()
		d.served[agency] = true
		d.mu.Unlock()
	}
	return ok, err
}

// Tried hands a try over. Where very many wait it is dropped: this process has
// counted it already, and only a restart or another server would not know it.
func (d *doorkeeper) Tried(agency, id string, w door.Wrong) {
	select {
	case d.tries <- store.VisitTry{Agency: agency, ID: id, Wrong: w}:
	default:
	}
}

// AddDayTotal counts in memory; run writes.
func (d *doorkeeper) AddDayTotal(_ context.Context, agency, kind, day, answer string, n int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.totals[dayTotal{agency, kind, day, answer}] += n
	return nil
}

// run writes what was counted until ctx ends, and the rest then.
func (d *doorkeeper) run(ctx context.Context) {
	tick := time.NewTicker(totalsEvery)
	defer tick.Stop()
	for {
		select {
		case t := <-d.tries:
			select { // others come with it
			case <-time.After(triesEvery):
			case <-ctx.Done():
			}
			d.writeTries(context.WithoutCancel(ctx), t)
		case <-tick.C:
			d.flush(ctx)
		case <-ctx.Done():
			last, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer stop()
			d.writeTries(last)
			d.flush(last)
			return
		}
	}
}

// writeTries writes these and all that wait.
func (d *doorkeeper) writeTries(ctx context.Context, tries ...store.VisitTry) {
	for len(d.tries) > 0 {
		tries = append(tries, <-d.tries)
	}
	if len(tries) > 0 {
		d.write(d.VisitTried(ctx, tries...))
	}
}

func (d *doorkeeper) write(err error) {
	if err != nil {
		d.log.Error("a check at the door was not kept", "err", err)
	}
}

func (d *doorkeeper) flush(ctx context.Context) {
	d.mu.Lock()
	totals := d.totals
	d.totals = map[dayTotal]int{}
	d.mu.Unlock()
	for t, n := range totals {
		if err := d.Store.AddDayTotal(ctx, t.agency, t.kind, t.day, t.answer, n); err != nil {
			d.write(err)
			_ = d.AddDayTotal(ctx, t.agency, t.kind, t.day, t.answer, n) // again at the next tick
		}
	}
}
