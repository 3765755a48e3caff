package main

import (
	"context"
	"iter"
	"log/slog"
	"sync"
	"time"

	"comity/oversight"
	"comity/record"
	"comity/store"
	"comity/web"
)

// figures counts what may be published beside headers and totals. The count of
// a month stands until the next: it is made once, beside the readers, and they
// do not wait long for it.
type figures struct {
	store *store.Store
	log   *slog.Logger

	mu   sync.Mutex
	cut  time.Time     // what is counted, or being counted
	from time.Time     // when that began
	done chan struct{} // closed when it is
	list []oversight.Figure
	err  error
}

const (
	figuresWait   = 300 * time.Millisecond // after the count began: a small record is counted by then
	figuresMonths = 24                     // that are published, at most
)

var _ web.Figures = (*figures)(nil)

// Figures gives the figures of the months that are over; ok is false while they
// are being counted.
func (f *figures) Figures(ctx context.Context) (list []oversight.Figure, ok bool, err error) {
	done, began := f.counting(record.Cutoff(f.store.Now()))
	if err := waited(ctx, done, time.Until(began.Add(figuresWait))); err != nil {
		return nil, false, err
	}
	select {
	case <-done:
	default:
		return nil, false, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done != done {
		return nil, false, nil // the month changed meanwhile
	}
	return f.list, f.err == nil, nil
}

// waited waits until it is done, for so long at most.
func waited(ctx context.Context, done <-chan struct{}, most time.Duration) error {
	select {
	case <-done:
	case <-time.After(most):
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// counting begins to count where this month's count was not begun, or failed.
func (f *figures) counting(cut time.Time) (chan struct{}, time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cut.Equal(cut) && f.err == nil {
		return f.done, f.from
	}
	done := make(chan struct{})
	f.cut, f.from, f.done, f.list, f.err = cut, time.Now(), done, nil, nil
	go func() {
		defer close(done)
		list, err := countFigures(context.Background(), f.store)
		if err != nil {
			f.log.Warn("the figures of the public record are not counted", "error", err)
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.done == done {
			f.list, f.err = list, err
		}
	}()
	return done, f.from
}

// countFigures counts what may be published of a record by now.
func countFigures(ctx context.Context, s *store.Store) ([]oversight.Figure, error) {
	now := s.Now()
	from := record.Cutoff(now).AddDate(0, -figuresMonths, 0).Format("2006-01")
	return oversight.Figures(figureEntries(ctx, s, from), now, s.Withholds)
}

func figureEntries(ctx context.Context, s *store.Store, from string) iter.Seq2[record.Entry, error] {
	return func(yield func(record.Entry, error) bool) {
		for after := int64(-1); ; {
			page, err := s.EntriesOf(ctx, oversight.FigureKinds(), from, after, pageOfEntries)
			if err != nil {
				yield(record.Entry{}, err)
				return
			}
			for _, e := range page {
				after = e.Index
				if !yield(e, nil) {
					return
				}
			}
			if len(page) < pageOfEntries {
				return
			}
		}
	}
}
