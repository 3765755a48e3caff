package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"time"

	"comity/door"
)

const (
	keepClaim  = 48 * time.Hour
	mostClaims = 200 // open ones of an agency; more are a flood, and stand for themselves
)

// SaveClaim keeps that somebody used the agency's name, as a task.
func (s *Store) SaveClaim(ctx context.Context, agency, what string) (door.Claim, error) {
	c := door.Claim{ID: rand.Text(), What: what, At: s.config.Now().UTC().Truncate(time.Minute)}
	err := s.write(ctx, func(t *tx) error {
		var open int
		if err := t.row(`SELECT COUNT(*) FROM door_claim WHERE agency = ? AND answer = ''`, agency).scan(&open); err != nil {
			return err
		}
		if open >= mostClaims && what != door.NotMe {
			return problem("too-many-claims", "", "ring the agency at the number on your bill", "more reports are open than the watch commander can answer")
		}
		return t.exec(`INSERT INTO door_claim (agency, id, what, at) VALUES (?, ?, ?, ?)`, agency, c.ID, what, c.At.Unix())
	})
	return c, err
}

// Claims lists them, the open ones first.
func (s *Store) Claims(ctx context.Context, agency string) ([]door.Claim, error) {
	return s.claims(ctx, agency, `1 = 1`)
}

// Claim returns one.
func (s *Store) Claim(ctx context.Context, agency, id string) (door.Claim, error) {
	all, err := s.claims(ctx, agency, `id = ?`, id)
	if err == nil && len(all) == 0 {
		err = notFound("report")
	}
	return append(all, door.Claim{})[0], err
}

func (s *Store) claims(ctx context.Context, agency, where string, args ...any) ([]door.Claim, error) {
	var out []door.Claim
	err := s.each(ctx, func(r *sql.Rows) error {
		var c door.Claim
		var at, answered int64
		err := r.Scan(&c.ID, &c.What, &at, &c.Answer, &answered)
		c.At, c.Answered = fromUnix(at), zeroOr(answered)
		out = append(out, c)
		return err
	}, `SELECT id, what, at, answer, answered FROM door_claim WHERE agency = ? AND `+where+` ORDER BY answered > 0, at, id`, append([]any{agency}, args...)...)
	return out, err
}

// AnswerClaim keeps the watch commander's yes or no. The first answer stands.
func (s *Store) AnswerClaim(ctx context.Context, agency, id string, a door.Answer) error {
	if _, err := door.ParseAnswer(string(a)); err != nil {
		return err
	}
	now := s.config.Now().UTC().Truncate(time.Minute).Unix()
	return s.write(ctx, func(t *tx) error {
		n, err := t.execCount(`UPDATE door_claim SET answer = ?, answered = ? WHERE agency = ? AND id = ? AND answer = ''`, string(a), now, agency, id)
		if err == nil && n == 0 {
			return notFound("report")
		}
		return err
	})
}
