//go:build unix

package store

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
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

// BenchmarkRawGroupCommit is what the database alone does: one table, one row of
// 1 KiB an entry, those that wait in one transaction.
func BenchmarkRawGroupCommit(b *testing.B) {
	owner, _ := newDatabase(b)
	data, err := Config{Database: owner}.database(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	read, write, err := data.open(b.Context(), true)
	if err != nil {
		b.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	c, err := write.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	script, err := data.script(b.Context(), c, "CREATE TABLE raw (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL) STRICT;")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := c.ExecContext(b.Context(), script[0]); err != nil {
		b.Fatal(err)
	}
	insert, err := c.PrepareContext(b.Context(), data.query(`INSERT INTO raw (n, id, body) VALUES (?, ?, ?)`))
	if err != nil {
		b.Fatal(err)
	}
	type row struct {
		n    int64
		done chan error
	}
	queue := make(chan row, 512)
	body := make([]byte, 1024)
	rand.Read(body)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for first := range queue {
			batch := []row{first}
			for more := true; more && len(batch) < maxBatch; {
				select {
				case r, ok := <-queue:
					if more = ok; ok {
						batch = append(batch, r)
					}
				default:
					more = false
				}
			}
			err := data.begin(b.Context(), c)
			for _, r := range batch {
				if err == nil {
					_, err = insert.Exec(r.n, fmt.Sprintf("bench-%d", r.n), body)
				}
			}
			if err == nil {
				err = data.commit(b.Context(), c)
			}
			for _, r := range batch {
				r.done <- err
			}
		}
	}()
	benchWriters(b, 64, func(n int64) error {
		r := row{n, make(chan error, 1)}
		queue <- r
		return <-r.done
	})
	close(queue)
	<-ended
}

// benchWriters lets so many writers write at once. p50 and p99 are what one
// waits.
func benchWriters(b *testing.B, writers int, write func(n int64) error) {
	var next atomic.Int64
	var mu sync.Mutex
	var waits []time.Duration
	before := cpuTime()
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
				if err := write(n); err != nil {
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
	b.ReportMetric(float64((cpuTime()-before).Microseconds())/float64(b.N), "cpu-us/entry")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99-ms")
}

// cpuTime is what this process has used of all cores; unlike the time that
// passes, it is little changed by what else the machine does.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkAppend: durable appends of an entry of sixteen fields and 28
// commitments.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s, _ := create(b, newClock())
			benchWriters(b, writers, func(n int64) error {
				_, err := s.Append(b.Context(), benchDraft(n))
				return err
			})
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
