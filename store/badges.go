package store

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"time"

	"comity/door/badge"
)

// BadgeKey is the key with which an agency signs badges in a period. It is
// derived and kept nowhere: whoever restores the root key has it again.
func (s *Store) BadgeKey(agency, period string) (*ecdsa.PrivateKey, error) {
	for n := range 8 { // a draw is no scalar of the curve once in four billion
		key, err := s.root.Derive(fmt.Sprintf("badge/%s/%s/%d", agency, period, n))
		if err != nil {
			return nil, err
		}
		if signer, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), key[:]); err == nil {
			return signer, nil
		}
	}
	return nil, errors.New("derive a key for badges: no draw is on the curve")
}

// BadgeSecret is what handles of codes are made with.
func (s *Store) BadgeSecret(agency string) ([]byte, error) {
	key, err := s.root.Derive("handle/" + agency)
	return key[:], err
}

// mostDraws is how often a free place is looked for: a list has more than a
// hundred thousand.
const mostDraws = 64

// GiveBadge takes a place on the status list for a badge of the card.
func (s *Store) GiveBadge(ctx context.Context, agency, card string, until time.Time) (int, error) {
	place := -1
	err := s.write(ctx, func(t *tx) error {
		for range mostDraws {
			n, err := rand.Int(rand.Reader, big.NewInt(badge.Statuses))
			if err != nil {
				return err
			}
			taken, err := t.execCount(`INSERT INTO door_badge (agency, slot, card, until) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, agency, n.Int64(), card, until.Unix())
			if err != nil || taken == 1 {
				place = int(n.Int64())
				return err
			}
		}
		return problem("no-place", "", "try again when badges of today have ended", "the status list of badges is full")
	})
	return place, err
}

// RevokedBadges lists places of badges whose card was ended or whose shift is over.
func (s *Store) RevokedBadges(ctx context.Context, agency string, now time.Time) ([]int, error) {
	var out []int
	err := s.each(ctx, func(r *sql.Rows) error {
		var n int
		err := r.Scan(&n)
		out = append(out, n)
		return err
	}, `SELECT b.slot FROM door_badge b JOIN door_card c ON c.agency = b.agency AND c.id = b.card WHERE b.agency = ? AND (c.revoked <> 0 OR c.until <= ?) ORDER BY b.slot`, agency, now.Unix())
	return out, err
}
