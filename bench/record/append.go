package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A keeper makes one entry of 1 KiB durable and returns then.
type keeper interface {
	keep(ctx context.Context, e entry) error
	close(ctx context.Context) error
}

// An entry is an id and 1 KiB, the same for everybody.
type entry struct {
	id   string
	body string
}

// bodies are drawn before anything is measured, so that making an entry costs
// next to nothing.
var bodies = drawBodies(256)

// A peer is opened anew for every round.
type peer struct {
	name string
	open func(ctx context.Context, p plan, dir string, writers int) (keeper, error)
}

// A round is what one peer did in one round.
type round struct {
	rate, cores, share float64 // entries a second, processors used, of that by the load generator
	waits              []time.Duration
}

// appends lets every peer in turn keep entries for a while, with one writer and
// with 64, so that whatever else the machine does meets all of them.
func (p plan) appends(ctx context.Context, only, profile string) error {
	chosen := choose(p, only)
	for _, writers := range []int{1, 64} {
		done := map[string][]round{}
		for i := range p.rounds {
			for _, one := range chosen {
				name := fmt.Sprintf("%s-%d-%d", one.name, writers, i)
				err := profiled(profile, name, func() error {
					r, err := p.round(ctx, one, writers, strings.ReplaceAll(name, " ", "-"))
					done[one.name] = append(done[one.name], r)
					return err
				})
				if err != nil {
					return fmt.Errorf("%s, %d writers: %w", one.name, writers, err)
				}
			}
		}
		sayRounds(writers, chosen, done)
	}
	return nil
}

func choose(p plan, only string) []peer {
	all := []peer{
		{"comity sqlite", openComity}, {"raw sqlite", openSQLite}, {"tessera posix", openTessera},
		{"comity postgres", openComityPostgres}, {"raw postgres", openPostgres}, {"raw postgres batched", openPostgresBatched},
	}
	return slices.DeleteFunc(all, func(one peer) bool {
		return strings.Contains(one.name, "postgres") && p.postgres == "" ||
			only != "" && !slices.Contains(strings.Split(only, ","), one.name)
	})
}

func (p plan) round(ctx context.Context, one peer, writers int, dir string) (round, error) {
	k, err := one.open(ctx, p, filepath.Join(p.dir, dir), writers)
	if err != nil {
		return round{}, err
	}
	for i := range 32 { // connections, statements and keys are made at first use
		if err := k.keep(ctx, drawEntry("first", i)); err != nil {
			return round{}, err
		}
	}
	r, err := drive(ctx, k, writers, p.each)
	if err != nil {
		return round{}, err
	}
	return r, k.close(ctx)
}

// drive lets writers keep one entry after the other until the time is over.
func drive(ctx context.Context, k keeper, writers int, length time.Duration) (round, error) {
	waits := make([][]time.Duration, writers)
	var failed atomic.Pointer[error]
	var wait sync.WaitGroup
	began, used := time.Now(), processor()
	for w := range writers {
		wait.Go(func() {
			for i := 0; time.Since(began) < length && failed.Load() == nil; i++ {
				start := time.Now()
				if err := k.keep(ctx, drawEntry(fmt.Sprintf("w%d", w), i)); err != nil {
					failed.Store(&err)
				}
				waits[w] = append(waits[w], time.Since(start))
			}
		})
	}
	wait.Wait()
	took, used := time.Since(began), processor()-used
	if err := failed.Load(); err != nil {
		return round{}, *err
	}
	all := slices.Sorted(slices.Values(slices.Concat(waits...)))
	n := float64(len(all))
	return round{rate: n / took.Seconds(), cores: used.Seconds() / took.Seconds(), share: n * drawing().Seconds() / used.Seconds(), waits: all}, nil
}

// drawing is what the load generator itself needs for one entry.
var drawing = sync.OnceValue(func() time.Duration {
	const n = 100_000
	used := processor()
	for i := range n {
		e := drawEntry("w1", i)
		_ = draft(e)
	}
	return (processor() - used) / n
})

// processor is the time that this process has used.
func processor() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// sayRounds gives the middle round of each peer and, for ours, its ratio to the
// others, round by round.
func sayRounds(writers int, chosen []peer, done map[string][]round) {
	for _, one := range chosen {
		rounds := slices.SortedFunc(slices.Values(done[one.name]), func(a, b round) int { return cmp.Compare(a.rate, b.rate) })
		r := rounds[len(rounds)/2]
		name := fmt.Sprintf("%s, %d writers", one.name, writers)
		say(name, r.rate, "entries/s", "", "%.0f to %.0f; %.2f cores, the load generator %.1f %% of it", rounds[0].rate, rounds[len(rounds)-1].rate, r.cores, 100*r.share)
		goal := ""
		if strings.HasPrefix(one.name, "comity") {
			goal = "5"
		}
		say(name+", p50", ms(at(r.waits, 0.5)), "ms", goal, "p99 %.1f ms", ms(at(r.waits, 0.99)))
	}
	goals := map[[2]string]string{
		{"comity sqlite", "raw sqlite"}: "0.6", {"comity sqlite", "tessera posix"}: "1",
		{"comity postgres", "raw postgres"}: "0.6", {"comity postgres", "raw postgres batched"}: "",
	}
	for _, pair := range slices.SortedFunc(maps.Keys(goals), func(a, b [2]string) int { return cmp.Compare(a[0]+a[1], b[0]+b[1]) }) {
		var ratios []float64
		for i := range min(len(done[pair[0]]), len(done[pair[1]])) {
			ratios = append(ratios, done[pair[0]][i].rate/done[pair[1]][i].rate)
		}
		if len(ratios) == 0 {
			continue
		}
		slices.Sort(ratios)
		goal := goals[pair]
		if writers == 1 {
			goal = ""
		}
		say(fmt.Sprintf("%s over %s, %d writers", pair[0], pair[1], writers), ratios[len(ratios)/2], "x", goal, "%.2f to %.2f", ratios[0], ratios[len(ratios)-1])
	}
}

// at is the value that a share of the sorted or unsorted waits lies below.
func at(waits []time.Duration, share float64) time.Duration {
	sorted := slices.Sorted(slices.Values(waits))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
