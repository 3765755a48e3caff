package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkDoorChecks sends checks at the pace of 2,000 a second, whatever the
// server answers, to a whole copy with 200 open visits, and measures each from
// the moment at which it was due: one in ten is right, one in ten half right,
// the rest wrong. All limits are on. Generator and server share the machine.
//
//	go test ./cmd/comity -run xxx -bench DoorChecks -benchtime 20000x
func BenchmarkDoorChecks(b *testing.B) {
	const pace, clients, visits = 2000, 256, 200
	d := newDoorTest(b)
	var forms []string
	for n := range visits {
		house := fmt.Sprint(1000 + n)
		l := d.book(func(f url.Values) { f.Set("house", house) })
		forms = append(forms, url.Values{"code": {l.code}, "house": {house}}.Encode())
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	took := make([]time.Duration, b.N)
	due := make(chan int, b.N)
	start := time.Now()
	b.ResetTimer()
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for n := range due {
				at := start.Add(time.Duration(n) * time.Second / pace)
				time.Sleep(time.Until(at))
				body := fmt.Sprintf("code=ZZ-%04d&house=%d", n%10000, 5000+n%90000)
				switch n % 10 {
				case 0:
					body = forms[n/10%visits]
				case 1:
					body = strings.Split(forms[n/10%visits], "&")[0] + fmt.Sprintf("&house=%d", 5000+n)
				}
				r, err := client.Post(d.url+doorPath, "application/x-www-form-urlencoded", strings.NewReader(body))
				if err != nil {
					b.Error(err)
					return
				}
				if r.StatusCode != http.StatusOK {
					b.Errorf("%d", r.StatusCode)
				}
				r.Body.Close()
				took[n] = time.Since(at)
			}
		})
	}
	for n := range b.N {
		due <- n
	}
	close(due)
	all.Wait()
	spent := time.Since(start)
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/spent.Seconds(), "checks/s")
	b.ReportMetric(float64(took[b.N/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[b.N*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}
