package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// An acknowledged request: what was sent and what the first 201 or 200 said.
type acknowledged struct {
	id, body string
	index    int64
	receipt  []byte
}

// A crowd writes to whatever server stands, and sends again what was not
// answered, as a jail's own program would.
type crowd struct {
	target atomic.Pointer[server]
	done   atomic.Bool
	wait   sync.WaitGroup

	mu   sync.Mutex
	acks []acknowledged
	bad  []string
}

func (c *crowd) start(writers int) {
	for w := range writers {
		c.wait.Go(func() {
			for n := 0; !c.done.Load(); n++ {
				id := fmt.Sprintf("writer-%d-%d", w, n)
				body := detainer(id, `,"sealed":{"booking":"`+id+`"}`)
				if n%2 == 1 {
					body = assistance(id, "")
				}
				c.writeOne(id, body)
			}
		})
	}
}

// writeOne sends one request until it is acknowledged or the test ends.
func (c *crowd) writeOne(id, body string) {
	for !c.done.Load() {
		r, err := c.target.Load().send(http.MethodPost, "/api/v1/requests", body)
		if err != nil {
			time.Sleep(10 * time.Millisecond) // it was killed; another comes
			continue
		}
		var a answered
		err = json.Unmarshal(r.body, &a)
		c.mu.Lock()
		defer c.mu.Unlock()
		if err != nil || r.status != http.StatusCreated && r.status != http.StatusOK || a.Entry.ID != id {
			c.bad = append(c.bad, fmt.Sprintf("%s: %d %.200s %v", id, r.status, r.body, err))
			return
		}
		c.acks = append(c.acks, acknowledged{id, body, a.Entry.Index, a.Receipt})
		return
	}
}

func (c *crowd) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.acks)
}

// TestKillServer kills the real server under load at random moments (-kills
// says how often) and then looks at everything that it had acknowledged.
func TestKillServer(t *testing.T) {
	t.Parallel()
	dir, token := newRecord(t)
	start := func() *server {
		s, err := startServer(context.Background(), mustProgram(t), dir)
		if err != nil {
			t.Fatal(err)
		}
		s.token = token
		return s
	}
	s := start()
	t.Cleanup(func() { _ = s.stop() })
	var c crowd
	t.Cleanup(func() { c.done.Store(true); c.wait.Wait() })
	c.target.Store(s)
	c.start(8)
	for range *kills {
		before := c.count()
		for end := time.Now().Add(20 * time.Second); c.count() == before; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("nothing is acknowledged; %v %s", c.bad, s.log)
			}
		}
		time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
		if err := s.kill(); err != nil {
			t.Fatalf("it had ended before it was killed: %v %s", err, s.log)
		}
		s = start()
		c.target.Store(s)
	}
	c.done.Store(true)
	c.wait.Wait()
	if len(c.bad) > 0 {
		t.Fatalf("%d requests were answered wrongly: %v", len(c.bad), c.bad[:min(3, len(c.bad))])
	}
	standing := indexes(t, s)
	for _, a := range c.acks {
		if got := standing[a.id]; !slices.Equal(got, []int64{a.index}) {
			t.Errorf("%s was acknowledged as entry %d and stands at %v", a.id, a.index, got)
		}
	}
	for i := 0; i < len(c.acks); i += 1 + len(c.acks)/100 {
		a := c.acks[i]
		r := s.post(t, "/api/v1/requests", a.body)
		if again := read[answered](t, r); r.status != http.StatusOK || again.Entry.Index != a.index || !bytes.Equal(again.Receipt, a.receipt) {
			t.Errorf("%s sent again: %d %.300s", a.id, r.status, r.body)
		}
	}
	mustVerify(t, dir, s.url)
	if err := s.stop(); err != nil {
		t.Errorf("stop: %v %s", err, s.log)
	}
	mustVerify(t, dir, dir)
	if out, said, code := comityRun(t, "doctor", "-dir", dir); code != 0 {
		t.Errorf("doctor: %d %s%s", code, out, said)
	}
	if !t.Failed() {
		t.Logf("counted: fault=kill-server kills=%d acknowledged=%d lost=0 doubled=0", *kills, len(c.acks))
	}
}

// indexes reads the whole record over HTTP: at which indexes each id stands.
// The index has no gap.
func indexes(t *testing.T, s *server) map[string][]int64 {
	t.Helper()
	out := map[string][]int64{}
	next := int64(0)
	for {
		page := read[struct {
			Entries []struct {
				Index int64
				ID    string
			}
		}](t, s.get(t, fmt.Sprintf("/api/v1/entries?limit=1000&after=%d", next-1)))
		if len(page.Entries) == 0 {
			return out
		}
		for _, e := range page.Entries {
			if e.Index != next {
				t.Fatalf("a gap: entry %d stands where %d should", e.Index, next)
			}
			out[e.ID] = append(out[e.ID], e.Index)
			next++
		}
	}
}
