package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// States of a message.
const (
	MessageWaiting   = "waiting"
	MessageDelivered = "delivered"
	MessageDead      = "dead"
)

const (
	keepDelivered   = 7 * 24 * time.Hour
	keepUndelivered = 30 * 24 * time.Hour // since the last change of it
)

// A WebhookMessage is one message of the outbox. It carries nothing personal.
type WebhookMessage struct {
	ID           string // the same at every try
	Agency, Name string // of whom, to which address
	Entry        string
	Body         string
	Tries        int
	Due          time.Time // of the next try
	State, Why   string
	At           time.Time // of the last change
}

// WebhookPlace is the index of the last entry for which messages to an address
// were made. An address that was never seen begins at the end of the log: it is
// not told what happened before.
func (s *Store) WebhookPlace(ctx context.Context, agency, name string) (upto int64, err error) {
	const place = `SELECT upto FROM webhook_place WHERE agency = ? AND name = ?`
	err = s.read.QueryRowContext(ctx, place, agency, name).Scan(&upto)
	if !errors.Is(err, sql.ErrNoRows) {
		return upto, explain("read how far messages were made", err)
	}
	err = s.writeAgain(ctx, func(t *tx) error {
		if err := t.exec(`INSERT INTO webhook_place (agency, name, upto) SELECT ?, ?, coalesce(max(idx), -1) FROM log WHERE true ON CONFLICT (agency, name) DO NOTHING`, agency, name); err != nil {
			return err
		}
		return t.row(place, agency, name).scan(&upto)
	})
	return upto, err
}

// QueueWebhooks puts messages into the outbox and moves the place from one
// entry to another, in one transaction: after a crash either both happened or
// neither. Where another server moved it meanwhile, nothing is done.
func (s *Store) QueueWebhooks(ctx context.Context, agency, name string, from, upto int64, list []WebhookMessage) error {
	return s.writeAgain(ctx, func(t *tx) error {
		n, err := t.execCount(`UPDATE webhook_place SET upto = ? WHERE agency = ? AND name = ? AND upto = ?`, upto, agency, name, from)
		if err != nil || n == 0 {
			return err
		}
		return t.addWebhooks(agency, name, list, s.config.Now())
	})
}

// AddWebhook puts a message that tells of no entry into the outbox.
func (s *Store) AddWebhook(ctx context.Context, m WebhookMessage) error {
	return s.writeAgain(ctx, func(t *tx) error {
		return t.addWebhooks(m.Agency, m.Name, []WebhookMessage{m}, s.config.Now())
	})
}

func (t *tx) addWebhooks(agency, name string, list []WebhookMessage, now time.Time) error {
	for _, m := range list {
		err := t.exec(`INSERT INTO webhook_message (id, agency, name, entry, body, tries, due, state, why, at) VALUES (?, ?, ?, ?, ?, 0, ?, ?, '', ?) ON CONFLICT (id) DO NOTHING`,
			m.ID, agency, name, m.Entry, m.Body, now.Unix(), MessageWaiting, now.Unix())
		if err != nil {
			return err
		}
	}
	return nil
}

// ClaimWebhooks takes messages whose time has come, the oldest first. For the
// length of the lease no other server takes them; if this one dies, they come
// again afterwards.
func (s *Store) ClaimWebhooks(ctx context.Context, agency, name string, lease time.Duration, most int) ([]WebhookMessage, error) {
	now := s.config.Now()
	var waiting int
	err := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM webhook_message WHERE agency = ? AND name = ? AND state = ? AND due <= ?`, agency, name, MessageWaiting, now.Unix()).Scan(&waiting)
	if err != nil || waiting == 0 {
		return nil, explain("look for messages", err)
	}
	var out []WebhookMessage
	err = s.write(ctx, func(t *tx) error {
		out = nil
		err := t.each(func(r *sql.Rows) error {
			m := WebhookMessage{Agency: agency, Name: name, State: MessageWaiting}
			err := r.Scan(&m.ID, &m.Entry, &m.Body, &m.Tries)
			m.Tries++
			out = append(out, m)
			return err
		}, `SELECT id, entry, body, tries FROM webhook_message WHERE agency = ? AND name = ? AND state = ? AND due <= ? ORDER BY due, id LIMIT ?`,
			agency, name, MessageWaiting, now.Unix(), most)
		for i := 0; i < len(out) && err == nil; i++ {
			err = t.exec(`UPDATE webhook_message SET tries = ?, due = ?, at = ? WHERE id = ?`, out[i].Tries, now.Add(lease).Unix(), now.Unix(), out[i].ID)
		}
		return err
	})
	return out, err
}

// RecoverWebhooks lets first tries that were never settled go out at once: the
// server that made them ended. Where another is making one just now, the message
// comes twice.
func (s *Store) RecoverWebhooks(ctx context.Context, agency, name string) error {
	return s.writeAgain(ctx, func(t *tx) error {
		return t.exec(`UPDATE webhook_message SET due = ? WHERE agency = ? AND name = ? AND state = ? AND tries > 0 AND why = ''`,
			s.config.Now().Unix(), agency, name, MessageWaiting)
	})
}

// SettleWebhook writes down how a try ended: delivered, dead, or waiting until
// the next.
func (s *Store) SettleWebhook(ctx context.Context, m WebhookMessage) error {
	return s.writeAgain(ctx, func(t *tx) error {
		return t.exec(`UPDATE webhook_message SET state = ?, why = ?, due = ?, at = ? WHERE id = ? AND agency = ? AND state = ?`,
			m.State, m.Why, m.Due.Unix(), s.config.Now().Unix(), m.ID, m.Agency, MessageWaiting)
	})
}

// Webhooks lists an agency's messages that are not delivered, dead ones first,
// the latest first.
func (s *Store) Webhooks(ctx context.Context, agency string, most int) ([]WebhookMessage, error) {
	var out []WebhookMessage
	err := s.each(ctx, func(r *sql.Rows) error {
		m := WebhookMessage{Agency: agency}
		var due, at int64
		err := r.Scan(&m.ID, &m.Name, &m.Entry, &m.Tries, &due, &m.State, &m.Why, &at)
		m.Due, m.At = fromUnix(due), fromUnix(at)
		out = append(out, m)
		return err
	}, `SELECT id, name, entry, tries, due, state, why, at FROM webhook_message WHERE agency = ? AND state <> ? ORDER BY state, at DESC, id LIMIT ?`, agency, MessageDelivered, most)
	return out, err
}

// CountWebhooks counts an agency's messages by address and state.
func (s *Store) CountWebhooks(ctx context.Context, agency string) (map[string]map[string]int, error) {
	out := map[string]map[string]int{}
	err := s.each(ctx, func(r *sql.Rows) error {
		var name, state string
		var n int
		err := r.Scan(&name, &state, &n)
		if out[name] == nil {
			out[name] = map[string]int{}
		}
		out[name][state] = n
		return err
	}, `SELECT name, state, COUNT(*) FROM webhook_message WHERE agency = ? GROUP BY name, state`, agency)
	return out, err
}

// ResendWebhook puts a dead message back into the queue.
func (s *Store) ResendWebhook(ctx context.Context, agency, id string) error {
	now := s.config.Now().Unix()
	return s.write(ctx, func(t *tx) error {
		n, err := t.execCount(`UPDATE webhook_message SET state = ?, tries = 0, due = ?, at = ? WHERE id = ? AND agency = ? AND state = ?`, MessageWaiting, now, now, id, agency, MessageDead)
		if err == nil && n == 0 {
			return notFound("message")
		}
		return err
	})
}

// sweepWebhooks forgets what was delivered, and what nobody took for a month:
// the dead, and what waits for an address that is no longer told anything.
func (t *tx) sweepWebhooks(now time.Time) error {
	return errors.Join(
		t.exec(`DELETE FROM webhook_message WHERE state = ? AND at < ?`, MessageDelivered, now.Add(-keepDelivered).Unix()),
		t.exec(`DELETE FROM webhook_message WHERE at < ?`, now.Add(-keepUndelivered).Unix()))
}
