package store

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"comity/record"
	"comity/record/recordtest"
)

// BenchmarkDirectory looks at many logs that one server in this process shows:
//
//	go test ./store -run '^$' -bench Directory -benchtime 1x
//
// "beat" is a look at logs of which nothing is new but the time, "grown" one at
// logs that each have an entry more, which is a proof, and an entry of the
// directory's own. The processor time is of both sides.
func BenchmarkDirectory(b *testing.B) {
	for _, n := range []int{1000, 20000} {
		b.Run(fmt.Sprintf("logs=%d", n), func(b *testing.B) {
			c := newClock()
			own, _ := create(b, c)
			farm := newLogFarm(b, c, n)
			list := must(record.ParseDirectory([]byte(farm.list.String())))
			d := must(OpenDirectory(b.Context(), own, list))
			look := func(what string, wrote int) {
				bytes, requests, cpu, began := farm.bytes.Load(), farm.requests.Load(), processorTime(b), time.Now()
				round := must(d.Look(b.Context()))
				if round.Wrote != wrote {
					b.Errorf("%s: %+v, want %d entries", what, round, wrote)
				}
				per := func(x float64) float64 { return x / float64(n) }
				b.ReportMetric(per(float64(farm.bytes.Load()-bytes)), what+"-B/log")
				b.ReportMetric(per(float64(farm.requests.Load()-requests)), what+"-requests/log")
				b.ReportMetric(per(float64((processorTime(b) - cpu).Microseconds())), what+"-cpu-µs/log")
				b.ReportMetric(time.Since(began).Seconds(), what+"-s")
			}
			look("first", n)
			c.add(time.Minute)
			farm.beat(b, 0)
			look("beat", 0)
			c.add(time.Minute)
			farm.beat(b, 1)
			size := databaseSize(b, own)
			look("grown", n)
			b.ReportMetric(float64(databaseSize(b, own)-size)/float64(n), "disk-B/entry")
		})
	}
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func databaseSize(b *testing.B, s *Store) int64 {
	b.Helper()
	var pages, size int64
	if err := s.read.QueryRowContext(b.Context(), `SELECT page_count, page_size FROM pragma_page_count, pragma_page_size`).Scan(&pages, &size); err != nil {
		b.Fatal(err)
	}
	return pages * size
}

// A logFarm is many logs in memory.
type logFarm struct {
	logs            []*record.Log
	memory          []*recordtest.Memory
	list            strings.Builder
	bytes, requests atomic.Int64
	added           int
}

func newLogFarm(b *testing.B, c *clock, n int) *logFarm {
	b.Helper()
	f := &logFarm{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.requests.Add(1)
		number, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		i, _ := strconv.Atoi(number)
		data, err := f.memory[i].ReadFile(r.Context(), path)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Write(data)
	}))
	server.Listener = countedListener{server.Listener, &f.bytes}
	server.Start()
	b.Cleanup(server.Close)
	for i := range n {
		signer := must(record.ParseSigner(must(record.NewSigner(fmt.Sprintf("log-%05d.example/log", i)))))
		m := recordtest.NewMemory()
		f.memory = append(f.memory, m)
		f.logs = append(f.logs, &record.Log{
			Storage: m, Files: m, Sealer: recordtest.PlainSealer{}, Signer: signer, Kinds: testKinds, Beat: time.Minute, Now: c.now,
			ULID: func(time.Time) string { return "01" }, Same: func(b []byte) []byte { return b },
		})
		fmt.Fprintf(&f.list, "log %s %s/%d\nagency X\n", signer.Key(), server.URL, i)
	}
	f.beat(b, 3)
	return f
}

// beat has every log append some entries and publish.
func (f *logFarm) beat(b *testing.B, entries int) {
	b.Helper()
	for _, l := range f.logs {
		for n := range entries {
			if _, err := l.Append(b.Context(), draft(fmt.Sprintf("e-%d-%d", f.added, n), l.Now())); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := l.Publish(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	f.added++
}

// A countedListener counts what goes over a listener, both ways.
type countedListener struct {
	net.Listener
	n *atomic.Int64
}

func (c countedListener) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	return countingConn{conn, c.n}, err
}

type countingConn struct {
	net.Conn
	n *atomic.Int64
}

func (c countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func (c countingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.n.Add(int64(n))
	return n, err
}
