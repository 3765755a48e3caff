package store

import (
	"testing"
	"time"
)

func message(id, entry string) WebhookMessage {
	return WebhookMessage{ID: id, Agency: cook, Name: "jms", Entry: entry, Body: `{"type":"entry.recorded"}`}
}

// Messages and the place in the log move together or not at all; an address
// that is new is not told what happened before.
func TestOutboxMovesWithTheLog(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	ctx := t.Context()
	before := mustAppend(t, s, draft("before", c.now()))
	place, err := s.WebhookPlace(ctx, cook, "jms")
	if err != nil || place < before.Index {
		t.Fatalf("a new address begins at %d, %v; the log ends at %d", place, err, before.Index)
	}
	after := mustAppend(t, s, draft("after", c.now()))
	if again, err := s.WebhookPlace(ctx, cook, "jms"); err != nil || again != place {
		t.Errorf("asked again: %d, %v, want %d", again, err, place)
	}
	list := []WebhookMessage{message("m-1", "after"), message("m-2", "after")}
	if err := s.QueueWebhooks(ctx, cook, "jms", place, after.Index, list); err != nil {
		t.Fatal(err)
	}
	other := []WebhookMessage{message("m-3", "after")}
	if err := s.QueueWebhooks(ctx, cook, "jms", place, after.Index, other); err != nil {
		t.Fatal(err)
	}
	if n, err := s.CountWebhooks(ctx, cook); err != nil || n["jms"][MessageWaiting] != 2 {
		t.Errorf("a server that came second put in its own: %v, %v", n, err)
	}
	if got, err := s.WebhookPlace(ctx, cook, "jms"); err != nil || got != after.Index {
		t.Errorf("the place is %d, %v", got, err)
	}
}

// A message that was taken comes again when the lease is over, unless it was
// settled; another agency sees none of it.
func TestOutboxLease(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	ctx := t.Context()
	claim := func() []WebhookMessage {
		t.Helper()
		list, err := s.ClaimWebhooks(ctx, cook, "jms", time.Minute, 8)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if err := s.AddWebhook(ctx, message("m-1", "")); err != nil {
		t.Fatal(err)
	}
	if got := claim(); len(got) != 1 || got[0].Tries != 1 || got[0].Body != message("", "").Body {
		t.Fatalf("first claim: %+v", got)
	}
	if got := claim(); len(got) != 0 {
		t.Errorf("taken twice within the lease: %+v", got)
	}
	if err := s.RecoverWebhooks(ctx, cook, "jms"); err != nil {
		t.Fatal(err)
	}
	if got := claim(); len(got) != 1 || got[0].Tries != 2 {
		t.Errorf("after a new start: %+v", got)
	}
	s = reopen(t, s, c)
	c.add(61 * time.Second)
	got := claim()
	if len(got) != 1 || got[0].Tries != 3 {
		t.Fatalf("after the lease: %+v", got)
	}
	m := got[0]
	m.State, m.Why, m.Due = MessageDead, "refused", c.now()
	if err := s.SettleWebhook(ctx, m); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Webhooks(ctx, cook, 10); err != nil || len(list) != 1 || list[0].Why != "refused" || list[0].State != MessageDead {
		t.Errorf("what is dead: %+v, %v", list, err)
	}
	if list, err := s.Webhooks(ctx, "TX0000000", 10); err != nil || len(list) != 0 {
		t.Errorf("another agency sees %+v, %v", list, err)
	}
	if err := s.ResendWebhook(ctx, "TX0000000", "m-1"); code(err) != "not-found" {
		t.Errorf("another agency sends it again: %v", err)
	}
	if err := s.ResendWebhook(ctx, cook, "m-1"); err != nil {
		t.Fatal(err)
	}
	if err := s.ResendWebhook(ctx, cook, "m-1"); code(err) != "not-found" {
		t.Errorf("sent again while it waits: %v", err)
	}
	if got = claim(); len(got) != 1 || got[0].Tries != 1 {
		t.Fatalf("sent again: %+v", got)
	}
	m.State, m.Why = MessageDelivered, ""
	if err := s.SettleWebhook(ctx, m); err != nil {
		t.Fatal(err)
	}
	m.State = MessageDead
	if err := s.SettleWebhook(ctx, m); err != nil {
		t.Fatal(err)
	}
	if n, err := s.CountWebhooks(ctx, cook); err != nil || n["jms"][MessageDelivered] != 1 {
		t.Errorf("what was delivered stays so: %v, %v", n, err)
	}
}

// Every message has a clock; an order that erases the entry ends it at once.
func TestOutboxForgets(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	ctx := t.Context()
	mustAppend(t, s, draft("erased", c.now()))
	for _, m := range []WebhookMessage{message("m-1", "erased"), message("m-2", "kept"), message("m-3", "kept")} {
		if err := s.AddWebhook(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Erase(ctx, "erased", "a court"); err != nil {
		t.Fatal(err)
	}
	m := message("m-2", "kept")
	m.State, m.Due = MessageDelivered, c.now()
	if err := s.SettleWebhook(ctx, m); err != nil {
		t.Fatal(err)
	}
	left := func(days time.Duration, want int) {
		t.Helper()
		c.add(days * 24 * time.Hour)
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		n, err := s.CountWebhooks(ctx, cook)
		if got := n["jms"][MessageWaiting] + n["jms"][MessageDelivered]; err != nil || got != want {
			t.Errorf("%d messages are left, want %d; %v", got, want, err)
		}
	}
	left(0, 2)
	left(8, 1)
	left(23, 0)
}
