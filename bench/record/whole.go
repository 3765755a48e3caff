package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"comity/record"
	"comity/store"
)

// sealing commits to and seals detainers, without the database.
func (p plan) sealing(ctx context.Context) error {
	s, err := store.Create(ctx, filepath.Join(p.dir, "sealing"), store.Identity{Origin: "record.bench.example/log", Agency: agency}, config())
	if err != nil {
		return err
	}
	for _, cores := range slices.Compact([]int{1, runtime.GOMAXPROCS(0)}) {
		const each = 20_000
		errs := make([]error, cores)
		var wait sync.WaitGroup
		began := time.Now()
		for c := range cores {
			wait.Go(func() {
				for i := range each {
					d := draft(drawEntry("s", i))
					if _, err := s.Seal(ctx, d.Agency, d.ID, d.At, d.Fields, 68); err != nil {
						errs[c] = err
						return
					}
				}
			})
		}
		wait.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		say(fmt.Sprintf("sealing, 8 fields among 68 digests, %d cores", cores), float64(cores*each)/time.Since(began).Seconds(), "entries/s", "20000", "")
	}
	return s.Close()
}

// whole publishes, verifies and rebuilds a log whose entries were laid into the
// database directly.
func (p plan) whole(ctx context.Context) error {
	if p.sample == 0 {
		return nil
	}
	dir := filepath.Join(p.dir, "whole")
	if _, err := lay(ctx, dir, p.sample); err != nil {
		return err
	}
	s, err := store.Open(ctx, dir, config())
	if err != nil {
		return err
	}
	defer s.Close()
	n := float64(p.sample)
	rate := func(name, goal string, do func() error) error {
		began := time.Now()
		err := do()
		say(fmt.Sprintf("%s, %d entries", name, p.sample), n/time.Since(began).Seconds(), "entries/s", goal, "")
		return err
	}
	if err := rate("publish all at one beat", "", func() error { _, err := s.Publish(ctx); return err }); err != nil {
		return err
	}
	if err := rate("rebuild the public log", "40000", func() error { return s.Rebuild(ctx) }); err != nil {
		return err
	}
	log, err := store.Remote(filepath.Join(dir, "log"))
	if err != nil {
		return err
	}
	err = rate("verify the whole log", "300000", func() error {
		r, err := record.Verify(ctx, s.Key(), log)
		if err == nil && r.Checkpoint.Size != int64(p.sample)+1 {
			err = fmt.Errorf("%d entries were verified", r.Checkpoint.Size)
		}
		return err
	})
	if err != nil {
		return err
	}
	return receipts(ctx, s)
}

// receipts checks a receipt that was just written and completed.
func receipts(ctx context.Context, s *store.Store) error {
	if _, err := s.Append(ctx, draft(drawEntry("receipt", 1))); err != nil {
		return err
	}
	if _, err := s.Publish(ctx); err != nil {
		return err
	}
	data, err := s.Receipt(ctx, "receipt-1")
	if err != nil {
		return err
	}
	var waits []time.Duration
	for range 1000 {
		began := time.Now()
		if p, err := s.Key().Receipt(data); err != nil || !p.Receipt.Complete() {
			return fmt.Errorf("the receipt is refused: %w", err)
		}
		waits = append(waits, time.Since(began))
	}
	say("verify one receipt, p50", ms(at(waits, 0.5)), "ms", "1", "%d bytes", len(data))
	return nil
}
