package store

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comity/record"
)

func benchDraft(n int64) record.Draft {
	d := draft(fmt.Sprintf("bench-%d", n), time.Date(2026, 3, 3, 14, 0, 0, 0, time.UTC))
	for i := range 12 {
		d.Fields = append(d.Fields, record.Field{Name: fmt.Sprintf("fact.%d", i), Value: "criminal-warrant"})
	}
	return d
}

// BenchmarkAppend: durable appends of an entry of sixteen fields and 28
// commitments. p50 and p99 are what a caller waits.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s, _ := create(b, newClock())
			var next atomic.Int64
			var mu sync.Mutex
			var waits []time.Duration
			b.ResetTimer()
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for {
						n := next.Add(1)
						if n > int64(b.N) {
							return
						}
						start := time.Now()
						if _, err := s.Append(b.Context(), benchDraft(n)); err != nil {
							b.Error(err)
							return
						}
						mu.Lock()
						waits = append(waits, time.Since(start))
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			slices.Sort(waits)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
			b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkPrepare: everything of an append but the database, on one core.
func BenchmarkPrepare(b *testing.B) {
	s, _ := create(b, newClock())
	for b.Loop() {
		if _, err := s.log.Prepare(b.Context(), benchDraft(1)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

// BenchmarkSeal: committing to and sealing sixteen fields, on one core.
func BenchmarkSeal(b *testing.B) {
	s, _ := create(b, newClock())
	d := benchDraft(1)
	for b.Loop() {
		if _, err := s.Seal(b.Context(), cook, d.ID, d.At, d.Fields, 28); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkLog(b *testing.B) {
	const size = 20_000
	s, dir := create(b, newClock())
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for n := next.Add(1); n < size; n = next.Add(1) {
				mustAppend(b, s, benchDraft(n))
			}
		})
	}
	wg.Wait()
	mustPublish(b, s)
	rate := func(b *testing.B) { b.ReportMetric(size*float64(b.N)/b.Elapsed().Seconds(), "entries/s") }
	b.Run("verify", func(b *testing.B) {
		log, err := Remote(filepath.Join(dir, "log"))
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if r, err := record.Verify(b.Context(), s.Key(), log); err != nil || r.Checkpoint.Size != size {
				b.Fatalf("%+v, %v", r, err)
			}
		}
		rate(b)
	})
	b.Run("rebuild", func(b *testing.B) {
		for b.Loop() {
			if err := s.Rebuild(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		rate(b)
	})
	b.Run("receipt", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Receipt(b.Context(), "bench-77"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify receipt", func(b *testing.B) {
		data, err := s.Receipt(b.Context(), "bench-77")
		if err != nil {
			b.Fatal(err)
		}
		key := s.Key()
		for b.Loop() {
			if _, err := key.Receipt(data); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(data)), "bytes")
	})
	b.Run("page of entries", func(b *testing.B) {
		for b.Loop() {
			if list, err := s.Entries(b.Context(), cook, size/2, 50); err != nil || len(list) != 50 {
				b.Fatal(len(list), err)
			}
		}
	})
	b.Run("page of headers", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.PublicHeaders(b.Context(), size-1000, 50); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			var err error
			if s, err = Open(b.Context(), dir, s.config); err != nil {
				b.Fatal(err)
			}
		}
	})
	s.Close()
}
