package main

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"comity/access"
	"comity/door"
	"comity/store"
)

const (
	checkPace    = 2000 // a second, whatever the server answers
	checkClients = 256
	checkVisits  = 200
)

// BenchmarkDoorChecks sends checks at the pace of 2,000 a second, whatever the
// server answers, with 200 open visits, and measures each from the moment at
// which it was due to the last byte of its answer: one in ten is right, one in
// ten half right, the rest wrong. All limits are on. The generator shares the
// machine with the server, which is `comity serve` in a process of its own;
// beside the load a check costs both so much processor time.
//
// Connections are kept, as a proxy in front of the server keeps them, or there
// is a new one for each check. In one process the whole copy of the tests runs
// beside the generator.
//
//	go test ./cmd/comity -run xxx -bench DoorChecks -benchtime 20000x
func BenchmarkDoorChecks(b *testing.B) {
	b.Run("kept", func(b *testing.B) { checkServer(b, true) })
	b.Run("new", func(b *testing.B) { checkServer(b, false) })
	b.Run("one-process", func(b *testing.B) {
		d := newDoorTest(b)
		var forms []string
		for n := range checkVisits {
			house := fmt.Sprint(1000 + n)
			l := d.book(func(f url.Values) { f.Set("house", house) })
			forms = append(forms, url.Values{"code": {l.code}, "house": {house}}.Encode())
		}
		sendChecks(b, strings.TrimPrefix(d.url, "http://"), forms, false)
	})
}

// checkServer measures the program itself.
func checkServer(b *testing.B, keep bool) {
	dir := filepath.Join(b.TempDir(), "record")
	forms := checkRecord(b, dir)
	s, err := startServer(b.Context(), mustProgram(b), dir)
	if err != nil {
		b.Fatal(err)
	}
	server, own := processorTime(b, s.cmd.Process.Pid), processorTime(b, os.Getpid())
	sendChecks(b, strings.TrimPrefix(s.url, "http://"), forms, keep)
	each := func(spent time.Duration) float64 { return float64(spent.Microseconds()) / float64(b.N) }
	b.ReportMetric(each(processorTime(b, s.cmd.Process.Pid)-server), "server-us/check")
	b.ReportMetric(each(processorTime(b, os.Getpid())-own), "generator-us/check")
	if err := s.stop(); err != nil {
		b.Fatal(err)
	}
}

// checkRecord makes a record with staff and visits, and gives what is typed to
// be told yes.
func checkRecord(b *testing.B, dir string) []string {
	s, err := store.Create(b.Context(), dir, store.Identity{Origin: testOrigin, Agency: testAgency}, store.Config{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.AddAccount(b.Context(), store.Account{Agency: testAgency, Role: string(access.Dispatcher), Name: "sample dispatcher", Sample: true}); err != nil {
		b.Fatal(err)
	}
	var forms []string
	now := time.Now()
	for n := range checkVisits {
		house := fmt.Sprint(1000 + n)
		v, l, err := door.Book(door.Booking{Agency: testAgency, Unit: "Sample Water", Purpose: "meter", From: now, Until: now.Add(2 * time.Hour), People: 1, Vehicle: "0412", House: door.House(house)}, now, rand.Reader)
		if err == nil {
			err = s.SaveVisit(b.Context(), v)
		}
		if err != nil {
			b.Fatal(err)
		}
		forms = append(forms, url.Values{"code": {l.Screen.String()}, "house": {house}}.Encode())
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return forms
}

// sendChecks sends them and reports what was answered and when.
func sendChecks(b *testing.B, addr string, forms []string, keep bool) {
	took := make([]time.Duration, b.N)
	due := make(chan int, b.N)
	for n := range b.N {
		due <- n
	}
	close(due)
	start := time.Now()
	b.ResetTimer()
	var all sync.WaitGroup
	for range checkClients {
		all.Go(func() {
			c := checkClient{addr: addr, keep: keep}
			defer c.close()
			for n := range due {
				at := start.Add(time.Duration(n) * time.Second / checkPace)
				time.Sleep(time.Until(at))
				if err := c.send(checkForm(n, forms)); err != nil {
					b.Error(err)
					return
				}
				took[n] = time.Since(at)
			}
		})
	}
	all.Wait()
	spent := time.Since(start)
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/spent.Seconds(), "checks/s")
	b.ReportMetric(float64(took[b.N/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[b.N*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}

func checkForm(n int, forms []string) string {
	switch right := forms[n/10%len(forms)]; n % 10 {
	case 0:
		return right
	case 1:
		code, _, _ := strings.Cut(right, "&")
		return code + fmt.Sprintf("&house=%d", 5000+n)
	}
	return fmt.Sprintf("code=ZZ-%04d&house=%d", n%10000, 5000+n%90000)
}

// A checkClient is a client that costs little: it shares the processors.
type checkClient struct {
	addr string
	keep bool
	conn net.Conn
	in   *bufio.Reader
}

func (c *checkClient) send(form string) error {
	if c.conn == nil {
		conn, err := net.Dial("tcp", c.addr)
		if err != nil {
			return err
		}
		c.conn, c.in = conn, bufio.NewReader(conn)
	}
	if _, err := fmt.Fprintf(c.conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", doorPath, c.addr, len(form), form); err != nil {
		return err
	}
	r, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("a check is answered with %d", r.StatusCode)
	}
	if !c.keep {
		c.close()
	}
	return nil
}

func (c *checkClient) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// processorTime is what a process has had so far. The kernel tells it in ticks,
// which are a hundredth of a second on every Linux.
func processorTime(b *testing.B, pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	var user, system int64
	for i, field := range strings.Fields(rest) {
		switch i {
		case 11:
			_, err = fmt.Sscan(field, &user)
		case 12:
			_, err = fmt.Sscan(field, &system)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}
