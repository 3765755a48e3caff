package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"time"

	"github.com/oklog/ulid/v2"

	"comity/record"
)

// An Account is someone who may sign in. Accounts, tokens, links and sessions
// stand outside the record.
type Account struct {
	ID     string // empty: not stored yet
	Agency string // ORI
	Role   string // clerk, sergeant, auditor, …
	Name   string // as shown on screen
	Sample bool   // invented for a demonstration
}

// How long a session lasts.
const (
	SessionAtMost = 12 * time.Hour
	SessionIdle   = 30 * time.Minute
)

// AddAccount stores an account and returns it with its id.
func (s *Store) AddAccount(ctx context.Context, a Account) (Account, error) {
	if a.ID != "" {
		return a, nil
	}
	if err := record.CheckAgency(a.Agency); err != nil {
		return Account{}, err
	}
	if a.Role == "" || len(a.Role) > 64 || len(a.Name) > 200 {
		return Account{}, problem("bad-account", "role", "", "an account needs a role and a short name")
	}
	a.ID = ulid.MustNew(ulid.Timestamp(s.config.Now()), rand.Reader).String()
	err := s.write(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO account (id, agency, role, name, sample) VALUES (?, ?, ?, ?, ?)`, a.ID, a.Agency, a.Role, a.Name, a.Sample)
	})
	return a, err
}

// Accounts lists the accounts of an agency.
func (s *Store) Accounts(ctx context.Context, agency string) ([]Account, error) {
	var out []Account
	err := s.each(ctx, func(r *sql.Rows) error {
		var a Account
		err := r.Scan(&a.ID, &a.Agency, &a.Role, &a.Name, &a.Sample)
		out = append(out, a)
		return err
	}, `SELECT id, agency, role, name, sample FROM account WHERE agency = ? ORDER BY id`, agency)
	return out, err
}

// RemoveAccount ends an account and every way in that it has (H23).
func (s *Store) RemoveAccount(ctx context.Context, id string) error {
	return s.write(ctx, func(t *tx) error { return t.exec(`DELETE FROM account WHERE id = ?`, id) })
}

// NewToken makes a bearer token for the API. The secret is returned once and
// never stored. An account without id is added first.
func (s *Store) NewToken(ctx context.Context, a Account) (secret string, err error) {
	return s.newSecret(ctx, "token", a, func(t *tx, hash []byte, account string) error {
		return t.exec(`INSERT INTO token (hash, account, made) VALUES (?, ?, ?)`, hash, account, s.config.Now().Unix())
	})
}

// Token returns the account of a bearer token.
func (s *Store) Token(ctx context.Context, secret string) (Account, error) {
	a, err := s.bySecret(ctx, `token`, secret, `TRUE`)
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, problem("bad-token", "Authorization", "ask for a new token", "the token is not known")
	}
	return a, explain("read token", err)
}

// NewLink makes a sign-in link that works once and not after ttl.
func (s *Store) NewLink(ctx context.Context, a Account, ttl time.Duration) (secret string, err error) {
	return s.newSecret(ctx, "link", a, func(t *tx, hash []byte, account string) error {
		return t.exec(`INSERT INTO link (hash, account, expires, used) VALUES (?, ?, ?, 0)`, hash, account, s.config.Now().Add(ttl).Unix())
	})
}

// UseLink returns the account of a sign-in link, the first time it is used.
func (s *Store) UseLink(ctx context.Context, secret string) (Account, error) {
	hash, now := hashOf("link", secret), s.config.Now().Unix()
	var a Account
	err := s.write(ctx, func(t *tx) error {
		var used bool
		var expires int64
		err := t.row(`SELECT used, expires, account.id, agency, role, name, sample FROM link JOIN account ON account.id = link.account WHERE hash = ?`, hash).
			scan(&used, &expires, &a.ID, &a.Agency, &a.Role, &a.Name, &a.Sample)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return problem("bad-link", "", "ask for a new link", "the link is not known")
		case err != nil:
			return err
		case used:
			return problem("link-used", "", "ask for a new link; if you did not use this one, tell whoever runs the system", "the link was used before")
		case expires <= now:
			return problem("link-expired", "", "ask for a new link", "the link is too old")
		}
		return t.exec(`UPDATE link SET used = 1 WHERE hash = ?`, hash)
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// NewSession begins a session.
func (s *Store) NewSession(ctx context.Context, a Account) (secret string, err error) {
	return s.newSecret(ctx, "session", a, func(t *tx, hash []byte, account string) error {
		now := s.config.Now()
		return t.exec(`INSERT INTO session (hash, account, expires, idle) VALUES (?, ?, ?, ?)`,
			hash, account, now.Add(SessionAtMost).Unix(), now.Add(SessionIdle).Unix())
	})
}

// Session returns the account of a session and keeps it from going idle.
func (s *Store) Session(ctx context.Context, secret string) (Account, error) {
	now := s.config.Now()
	a, err := s.bySecret(ctx, `session`, secret, `expires > ? AND idle > ?`, now.Unix(), now.Unix())
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, problem("session-ended", "", "sign in again", "the session has ended")
	}
	if err != nil {
		return Account{}, explain("read session", err)
	}
	// At most one write a minute and session.
	err = s.touch(ctx, hashOf("session", secret), now)
	return a, err
}

func (s *Store) touch(ctx context.Context, hash []byte, now time.Time) error {
	var idle int64
	err := s.read.QueryRowContext(ctx, `SELECT idle FROM session WHERE hash = ?`, hash).Scan(&idle)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // ended meanwhile
	}
	if err != nil {
		return explain("read session", err)
	}
	next := now.Add(SessionIdle).Unix()
	if next-idle < 60 {
		return nil
	}
	return s.write(ctx, func(t *tx) error { return t.exec(`UPDATE session SET idle = ? WHERE hash = ?`, next, hash) })
}

// EndSession ends a session.
func (s *Store) EndSession(ctx context.Context, secret string) error {
	return s.write(ctx, func(t *tx) error { return t.exec(`DELETE FROM session WHERE hash = ?`, hashOf("session", secret)) })
}

// newSecret draws 256 bits and stores their hash.
func (s *Store) newSecret(ctx context.Context, kind string, a Account, insert func(t *tx, hash []byte, account string) error) (string, error) {
	a, err := s.AddAccount(ctx, a)
	if err != nil {
		return "", err
	}
	var raw [32]byte
	rand.Read(raw[:])
	secret := base64.RawURLEncoding.EncodeToString(raw[:])
	err = s.write(ctx, func(t *tx) error { return insert(t, hashOf(kind, secret), a.ID) })
	if err != nil {
		return "", err
	}
	return secret, nil
}

// hashOf is what is stored of a secret. The kind keeps a link from passing as
// a token.
func hashOf(kind, secret string) []byte {
	sum := sha256.Sum256([]byte("comity " + kind + "\x00" + secret))
	return sum[:]
}

func (s *Store) bySecret(ctx context.Context, table, secret, condition string, args ...any) (Account, error) {
	var a Account
	err := s.read.QueryRowContext(ctx, `SELECT account.id, agency, role, name, sample FROM `+table+` JOIN account ON account.id = `+table+`.account
		WHERE hash = ? AND `+condition, append([]any{hashOf(table, secret)}, args...)...).Scan(&a.ID, &a.Agency, &a.Role, &a.Name, &a.Sample)
	return a, err
}
