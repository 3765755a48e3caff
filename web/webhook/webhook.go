// Package webhook tells an agency's own systems what was recorded.
//
// Messages are made from the record and wait in an outbox that outlives a power
// cut; they are signed as Standard Webhooks 1.0 describes, come at least once,
// in no promised order, and carry ids, kinds and due times only. An address that
// does not take one is tried again for three days; then the message is dead
// until somebody sends it again.
package webhook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"comity/record"
)

// An Address is one system that is told.
type Address struct {
	Name   string // short, unique for the agency
	Agency string // ORI
	URL    string
	Keys   []Key // every message is signed with each
	Kinds  []string
	Allow  []netip.Prefix // networks that are not public and may be reached all the same
}

func (a Address) secure() bool { return strings.HasPrefix(a.URL, "https://") }

var namePattern = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// Check says what is wrong with an address.
func (a Address) Check() error {
	at, err := url.Parse(a.URL)
	switch {
	case !namePattern.MatchString(a.Name):
		return errors.New("a name has small letters, digits and hyphens, at most 40")
	case a.Agency == "":
		return errors.New("agency is missing: the ORI whose entries are told")
	case err != nil || at.Host == "" || at.User != nil || at.Fragment != "":
		return errors.New("url is not an address such as https://jms.county.example/comity")
	case at.Scheme != "https" && (at.Scheme != "http" || len(a.Allow) == 0):
		return errors.New("url must begin with https; http only reaches networks that allow names")
	case len(a.Keys) == 0:
		return errors.New("a secret is missing: comity webhook key makes one")
	case len(a.Kinds) == 0:
		return errors.New("kinds is missing: the kinds of entry to tell")
	}
	for _, k := range a.Kinds {
		if !slices.Contains(kinds, k) {
			return fmt.Errorf("entries of kind %q are never told; these may be: %s", k, strings.Join(kinds, ", "))
		}
	}
	return nil
}

// Host is what a page may show of the address: a path may hold a secret.
func (a Address) Host() string {
	at, err := url.Parse(a.URL)
	if err != nil {
		return ""
	}
	return at.Host
}

// A Message is one message of the outbox.
type Message struct {
	ID           string // the same at every try
	Agency, Name string // of whom, to which address
	Entry        string
	Body         string
	Tries        int
	Due          time.Time // of the next try
	State, Why   string
	At           time.Time // of the last change
}

// States of a message.
const (
	Waiting   = "waiting"
	Delivered = "delivered"
	Dead      = "dead"
)

// An Outbox keeps messages. What it returns from is durable.
type Outbox interface {
	// Place is the index of the last entry for which messages were made.
	Place(ctx context.Context, agency, name string) (int64, error)
	// Queue adds messages and moves the place, both or neither.
	Queue(ctx context.Context, agency, name string, from, upto int64, list []Message) error
	// Claim takes messages that are due; nobody else takes them for the lease.
	Claim(ctx context.Context, agency, name string, lease time.Duration, most int) ([]Message, error)
	// Recover lets messages of a sender that ended go out at once.
	Recover(ctx context.Context, agency, name string) error
	// Settle writes down how a try ended.
	Settle(ctx context.Context, m Message) error
}

// A Sender makes messages from the record and sends them.
type Sender struct {
	Addresses []Address
	Outbox    Outbox
	Entries   func(ctx context.Context, agency string, after int64, limit int) ([]record.Entry, error)
	Due       func(record.Entry) []Due // the clocks that an entry started
	Now       func() time.Time
	Log       *slog.Logger // receives names of addresses and codes, never an address or a message
}

const (
	every    = time.Second      // between two looks
	patience = 10 * time.Second // with one address
	lease    = 20 * time.Second
	atOnce   = 8
	pageSize = 200
)

// pauses is how long after a try the next comes; after the last the message is
// dead. It is the schedule that Standard Webhooks proposes, without its end.
var pauses = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Run sends until it is told to stop. What was under way then comes again.
func (s *Sender) Run(ctx context.Context) {
	var wait sync.WaitGroup
	for _, a := range s.Addresses {
		wait.Go(func() { s.serve(ctx, a) })
	}
	wait.Wait()
}

func (s *Sender) serve(ctx context.Context, a Address) {
	client := newClient(a)
	defer client.CloseIdleConnections()
	tick := time.NewTicker(every)
	defer tick.Stop()
	if err := s.Outbox.Recover(ctx, a.Agency, a.Name); err != nil && ctx.Err() == nil {
		s.Log.Error("webhook", "name", a.Name, "err", err) // they come when their lease is over
	}
	for {
		more, err := s.step(ctx, client, a)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("webhook", "name", a.Name, "err", err)
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// step makes messages for new entries and sends what is due.
func (s *Sender) step(ctx context.Context, client *http.Client, a Address) (more bool, err error) {
	if more, err = s.make(ctx, a); err != nil {
		return false, err
	}
	list, err := s.Outbox.Claim(ctx, a.Agency, a.Name, lease, atOnce)
	if err != nil {
		return false, err
	}
	failed := make([]error, len(list))
	var wait sync.WaitGroup
	for i, m := range list {
		wait.Go(func() { failed[i] = s.send(ctx, client, a, m) })
	}
	wait.Wait()
	return more || len(list) == atOnce, errors.Join(failed...)
}

// make puts a message into the outbox for each entry after the place.
func (s *Sender) make(ctx context.Context, a Address) (more bool, err error) {
	place, err := s.Outbox.Place(ctx, a.Agency, a.Name)
	if err != nil {
		return false, err
	}
	entries, err := s.Entries(ctx, a.Agency, place, pageSize)
	if err != nil || len(entries) == 0 {
		return false, err
	}
	var list []Message
	for _, e := range entries {
		if !slices.Contains(a.Kinds, e.Kind) {
			continue
		}
		m, err := recorded(a, e, s.Due(e))
		if err != nil {
			return false, err
		}
		list = append(list, m)
	}
	err = s.Outbox.Queue(ctx, a.Agency, a.Name, place, entries[len(entries)-1].Index, list)
	return len(entries) == pageSize, err
}

// send tries one message and writes down how that ended.
func (s *Sender) send(ctx context.Context, client *http.Client, a Address, m Message) error {
	var took bool
	took, m.Why = s.post(ctx, client, a, m)
	if ctx.Err() != nil {
		return nil // we are being stopped; it comes again when the lease is over
	}
	switch {
	case took:
		m.State, m.Due = Delivered, s.Now()
	case m.Why == whyGone || m.Tries > len(pauses):
		m.State, m.Due = Dead, s.Now()
		s.Log.Warn("webhook: a message is dead", "name", a.Name, "why", m.Why)
	default:
		m.State, m.Due = Waiting, s.Now().Add(spread(pauses[m.Tries-1]))
	}
	return s.Outbox.Settle(ctx, m)
}

// spread adds up to a tenth, so that messages that failed together do not come
// back together.
func spread(d time.Duration) time.Duration { return d + rand.N(d/10+1) }

// Why a message was not taken.
const (
	whyNotAllowed = "not-allowed" // the network address
	whyTimeout    = "timeout"
	whyTLS        = "tls"
	whyNoAnswer   = "no-answer"
	whyGone       = "gone" // 410: the address wants no more of them
	whyRedirect   = "redirect"
	whyRefused    = "refused" // any other answer but 2xx
)

// Whys lists the codes.
func Whys() []string {
	return []string{whyNotAllowed, whyTimeout, whyTLS, whyNoAnswer, whyGone, whyRedirect, whyRefused}
}

func (s *Sender) post(ctx context.Context, client *http.Client, a Address, m Message) (took bool, why string) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader([]byte(m.Body)))
	if err != nil {
		return false, whyNoAnswer
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "comity-webhook/1")
	signAll(a.Keys, r.Header, m.ID, s.Now(), []byte(m.Body))
	w, err := client.Do(r)
	if err != nil {
		return false, cmp.Or(whyNot(err), whyNoAnswer)
	}
	defer w.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(w.Body, 64<<10)) // so that the connection can be used again
	switch {
	case w.StatusCode >= 200 && w.StatusCode < 300:
		return true, ""
	case w.StatusCode == http.StatusGone:
		return false, whyGone
	case w.StatusCode >= 300 && w.StatusCode < 400:
		return false, whyRedirect
	}
	return false, whyRefused
}

func whyNot(err error) string {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var slow interface{ Timeout() bool }
	switch {
	case errors.Is(err, errNotAllowed):
		return whyNotAllowed
	case errors.As(err, &certificate), errors.As(err, &record):
		return whyTLS
	case errors.As(err, &slow) && slow.Timeout():
		return whyTimeout
	}
	return ""
}
