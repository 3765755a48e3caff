package webhook

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"comity/record"
)

// The vector that the libraries of Standard Webhooks are tested with.
func TestSignatureVector(t *testing.T) {
	key, err := ParseKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got := key.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if key.String() != "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" {
		t.Errorf("written back as %s", key)
	}
	for _, bad := range []string{"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_!", "whsec_" + strings.Repeat("QUFB", 22)} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("%q is taken for a secret", bad)
		}
	}
}

// A message goes to public addresses over TLS, and elsewhere only where the
// configuration says so.
func TestReachable(t *testing.T) {
	for at, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true,
		"127.0.0.1": false, "::1": false, "0.0.0.0": false, "::": false, "10.1.2.3": false, "172.16.0.1": false, "172.32.0.1": true,
		"192.168.1.1": false, "169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "fd00::1": false, "fd00:ec2::254": false,
		"100.64.0.1": false, "100.128.0.1": true, "224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "240.0.0.1": false,
		"::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "::ffff:93.184.216.34": true, "64:ff9b::a9fe:a9fe": false, "2002:7f00:1::": false,
		"192.0.2.7": false, "198.18.0.1": false, "198.51.100.7": false, "203.0.113.7": false, "2001:db8::1": false, "2001::1": false,
	} {
		if got := reachable(netip.MustParseAddr(at), nil, true); got != want {
			t.Errorf("%s: %v, want %v", at, got, want)
		}
		if reachable(netip.MustParseAddr(at), nil, false) {
			t.Errorf("%s is reached without TLS", at)
		}
	}
	allowed := []netip.Prefix{netip.MustParsePrefix("10.20.0.0/16")}
	for at, want := range map[string]bool{"10.20.3.4": true, "::ffff:10.20.3.4": true, "10.21.0.1": false, "169.254.169.254": false} {
		if got := reachable(netip.MustParseAddr(at), allowed, false); got != want {
			t.Errorf("with 10.20.0.0/16: %s is %v", at, got)
		}
	}
}

func TestCheck(t *testing.T) {
	good := Address{Name: "jms", Agency: "IL0160000", URL: "https://jms.county.example/x", Keys: []Key{make(Key, 32)}, Kinds: []string{"detainer"}}
	if err := good.Check(); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for name, change := range map[string]func(*Address){
		"http":            func(a *Address) { a.URL = "http://jms.county.example/x" },
		"another kind":    func(a *Address) { a.URL = "file:///etc/passwd" },
		"a user":          func(a *Address) { a.URL = "https://a:b@jms.county.example/x" },
		"no host":         func(a *Address) { a.URL = "https:///x" },
		"no secret":       func(a *Address) { a.Keys = nil },
		"no agency":       func(a *Address) { a.Agency = "" },
		"no kinds":        func(a *Address) { a.Kinds = nil },
		"a plan":          func(a *Address) { a.Kinds = []string{"detainer", "joint-operation"} },
		"a deconfliction": func(a *Address) { a.Kinds = []string{"deconfliction"} },
		"a bad name":      func(a *Address) { a.Name = "JMS 1" },
	} {
		a := good
		change(&a)
		if a.Check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// box is an outbox in memory, on the clock of the test.
type box struct {
	mu    sync.Mutex
	place int64
	list  []*Message
}

func (b *box) Place(context.Context, string, string) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.place, nil
}

func (b *box) Queue(_ context.Context, _, _ string, from, upto int64, list []Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.place != from {
		return nil
	}
	b.place = upto
	for _, m := range list {
		m.State, m.Due = Waiting, time.Now()
		b.list = append(b.list, &m)
	}
	return nil
}

func (b *box) Claim(_ context.Context, _, _ string, lease time.Duration, most int) ([]Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Message
	for _, m := range b.list {
		if m.State == Waiting && !m.Due.After(time.Now()) && len(out) < most {
			m.Tries++
			m.Due = time.Now().Add(lease)
			out = append(out, *m)
		}
	}
	return out, nil
}

func (b *box) Settle(_ context.Context, m Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, was := range b.list {
		if was.ID == m.ID {
			*was = m
		}
	}
	return nil
}

func (b *box) Recover(context.Context, string, string) error { return nil }

func (b *box) states() (out []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.list {
		out = append(out, strings.TrimSpace(m.State+" "+m.Why))
	}
	return out
}

func entriesOf(list ...record.Entry) func(context.Context, string, int64, int) ([]record.Entry, error) {
	return func(_ context.Context, agency string, after int64, most int) (out []record.Entry, _ error) {
		for _, e := range list {
			if e.Index > after && e.Agency == agency && len(out) < most {
				out = append(out, e)
			}
		}
		return out, nil
	}
}

const ori = "IL0160000"

func entry(index int64, kind string) record.Entry {
	n := strconv.FormatInt(index, 10)
	return record.Entry{Index: index, ULID: "01J" + n, Stored: time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC), Draft: record.Draft{
		ID: "jail-" + n, Agency: ori, Kind: kind,
		Fields: []record.Field{{Name: "form.name", Value: "CANARY-NAME", Personal: true}, {Name: "form.office", Value: "CANARY-OFFICE"}},
	}}
}

func address(url string) Address {
	return Address{Name: "jms", Agency: ori, URL: url, Keys: []Key{make(Key, 32), append(make(Key, 31), 1)}, Kinds: []string{"detainer", "act"},
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
}

// What arrives carries ids, kinds and due times, signed with both secrets, and
// only of the kinds that were asked for.
func TestMessage(t *testing.T) {
	var got []string
	var mu sync.Mutex
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seconds, _ := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
		var want []string
		for _, k := range address("").Keys {
			want = append(want, k.Sign(r.Header.Get("webhook-id"), time.Unix(seconds, 0), body))
		}
		if r.Header.Get("webhook-signature") != strings.Join(want, " ") {
			t.Errorf("signed %q", r.Header.Get("webhook-signature"))
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Header.Get("webhook-id")+" "+string(body))
	}))
	defer receiver.Close()
	b := &box{place: 0}
	s := &Sender{Outbox: b, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Entries: entriesOf(entry(0, "detainer"), entry(1, "detainer"), entry(2, "joint-operation"), entry(3, "act")),
		Due: func(e record.Entry) []Due {
			if e.Kind == "detainer" {
				return []Due{{"release", "2026-11-21T17:00:00-06:00"}}
			}
			return nil
		}}
	a := address(receiver.URL)
	if _, err := s.step(t.Context(), newClient(a), a); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	want := []string{
		`msg_01J1_jms {"type":"entry.recorded","timestamp":"2026-11-21T15:00:00Z","data":{"agency":"IL0160000","entry":"jail-1","index":1,"kind":"detainer","due":[{"clock":"release","due":"2026-11-21T17:00:00-06:00"}]}}`,
		`msg_01J3_jms {"type":"entry.recorded","timestamp":"2026-11-21T15:00:00Z","data":{"agency":"IL0160000","entry":"jail-3","index":3,"kind":"act","due":[]}}`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
	if states := b.states(); !slices.Equal(states, []string{Delivered, Delivered}) {
		t.Errorf("%v", states)
	}
}

// Answers other than 2xx are tried again on the schedule, 410 is not, and the
// last failure makes the message dead. Time is the test's.
func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			answer func(n int) (int, error)
			tries  int
			want   string
			within time.Duration
		}{
			"at once":  {func(int) (int, error) { return 204, nil }, 1, Delivered, time.Second},
			"third":    {func(n int) (int, error) { return map[bool]int{true: 503, false: 200}[n < 3], nil }, 3, Delivered, 10 * time.Minute},
			"gone":     {func(int) (int, error) { return 410, nil }, 1, Dead + " " + whyGone, time.Second},
			"redirect": {func(int) (int, error) { return 302, nil }, 10, Dead + " " + whyRedirect, 90 * time.Hour},
			"never":    {func(int) (int, error) { return 0, io.ErrUnexpectedEOF }, 10, Dead + " " + whyNoAnswer, 90 * time.Hour},
		} {
			start, tries := time.Now(), 0
			client := &http.Client{
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
				Transport:     answering(func() (int, error) { tries++; return c.answer(tries) })}
			b := &box{place: 0}
			s := &Sender{Outbox: b, Now: time.Now, Log: slog.New(slog.DiscardHandler), Entries: entriesOf(entry(1, "detainer")), Due: func(record.Entry) []Due { return nil }}
			a := address("https://jms.county.example/x")
			for len(b.list) == 0 || b.list[0].State == Waiting {
				if _, err := s.step(t.Context(), client, a); err != nil {
					t.Fatal(err)
				}
				time.Sleep(every)
				if time.Since(start) > 200*time.Hour {
					t.Fatalf("%s: still waiting", name)
				}
			}
			if got := b.states()[0]; got != c.want || tries != c.tries || time.Since(start) > c.within+2*time.Second {
				t.Errorf("%s: %s after %d tries and %s", name, got, tries, time.Since(start))
			}
		}
	})
}

type answering func() (int, error)

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) {
	status, err := f()
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Location": {"https://elsewhere.example/"}}, Body: http.NoBody, Request: r}, nil
}

// A name that leads into the server's own network is not followed, whatever
// the name is.
func TestOwnNetworkIsNotReached(t *testing.T) {
	reached := false
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer receiver.Close()
	for _, host := range []string{receiver.URL, strings.Replace(receiver.URL, "127.0.0.1", "localhost", 1), strings.Replace(receiver.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1)} {
		a := address(host)
		a.Allow = nil
		s := &Sender{Now: time.Now}
		if took, why := s.post(t.Context(), newClient(a), a, Message{ID: "m", Body: "{}"}); took || why != whyNotAllowed {
			t.Errorf("%s: %v, %s", host, took, why)
		}
	}
	a := address(receiver.URL)
	if took, why := (&Sender{Now: time.Now}).post(t.Context(), newClient(a), a, Message{ID: "m", Body: "{}"}); took || why != whyTLS {
		t.Errorf("a certificate that nobody trusts: %v, %s", took, why)
	}
	if reached {
		t.Error("the server's own network was reached")
	}
}

// The page for integrators lists exactly the kinds that may be told.
func TestPageListsKinds(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "integration.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(page), "These kinds may be told: ")
	list, _, _ = strings.Cut(list, ". ")
	if got := strings.Split(strings.Join(strings.Fields(list), " "), ", "); !slices.Equal(got, Kinds()) {
		t.Errorf("the page lists %q, told may be %q", got, Kinds())
	}
}

// The words of an event have these keys and no more (docs/integration.md).
func TestEventKeys(t *testing.T) {
	m, err := Test(address("https://x.example"), "test_1", time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal([]byte(m.Body), &e); err != nil || e["type"] != "test" || len(e) != 3 {
		t.Errorf("%s, %v", m.Body, err)
	}
}
