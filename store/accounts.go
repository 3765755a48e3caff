package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"comity/record"
)

// An Account is someone who may sign in. Accounts, tokens, links and sessions
// stand outside the record. Name is a label such as a post or a staff number,
// never a person's name.
type Account struct {
	ID      string // empty: not stored yet
	Agency  string // ORI
	Role    string // clerk, sergeant, auditor, …; of a session: the one acted in
	Name    string // as shown on screen
	Sample  bool   // invented for a demonstration
	Vouched bool   // the agency's directory signs it in: it has no passkey

	Roles string    // that the person may take, separated by spaces; empty: the one
	Basis string    // id of the rule or instrument that access rests on; empty: none was named
	Until time.Time // access ends then; zero: no day was set
	Ended time.Time // when access ended; zero: it has not
	Why   string    // it ended: left, basis, until, directory

	By     string // of a session: how it was opened
	Locked bool   // of a session: idle too long, until the passkey opens it again
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
		return t.exec(`INSERT INTO account (id, agency, role, name, sample, roles, basis, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			a.ID, a.Agency, a.Role, a.Name, a.Sample, a.Roles, a.Basis, unixOr0(a.Until))
	})
	return a, err
}

// Accounts lists the accounts of an agency.
func (s *Store) Accounts(ctx context.Context, agency string) ([]Account, error) {
	var out []Account
	err := s.each(ctx, func(r *sql.Rows) error {
		a, err := scanAccount(r.Scan)
		out = append(out, a)
		return err
	}, `SELECT `+accountColumns+` FROM account WHERE agency = ? ORDER BY id`, agency)
	return out, err
}

const accountColumns = `account.id, account.agency, account.role, account.name, account.sample, account.roles, account.basis, account.until, account.ended, account.why, account.subject IS NOT NULL`

func scanAccount(scan func(...any) error, more ...any) (Account, error) {
	var a Account
	var until, ended int64
	err := scan(append([]any{&a.ID, &a.Agency, &a.Role, &a.Name, &a.Sample, &a.Roles, &a.Basis, &until, &ended, &a.Why, &a.Vouched}, more...)...)
	a.Until, a.Ended = zeroOr(until), zeroOr(ended)
	return a, err
}

func unixOr0(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.Unix()
}

func zeroOr(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return fromUnix(n)
}

// inForce is what a query asks of an account: that its access goes on.
const inForce = `account.ended = 0 AND (account.until = 0 OR account.until > ?)`

// RemoveAccount deletes an account and every way in that it has. EndAccount
// leaves it in the list of those that ended.
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
	a, err := s.bySecret(ctx, `token`, secret, inForce, s.config.Now().Unix())
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, problem("bad-token", "Authorization", "ask for a new token", "the token is not known")
	}
	return a, explain("read token", err)
}

// Why a sign-in link was made.
const (
	LinkNew     = "new"     // for somebody who has no device yet
	LinkAnother = "another" // for another device of the same person, who asked for it
	LinkLost    = "lost"    // a device is lost: the administrator lets its owner in
)

// NewLink makes a sign-in link that works once and not after ttl.
func (s *Store) NewLink(ctx context.Context, a Account, ttl time.Duration) (secret string, err error) {
	return s.NewLinkFor(ctx, a, LinkNew, ttl)
}

// NewLinkFor is NewLink with the reason that the list of events keeps.
func (s *Store) NewLinkFor(ctx context.Context, a Account, reason string, ttl time.Duration) (secret string, err error) {
	return s.newSecret(ctx, "link", a, func(t *tx, hash []byte, account string) error {
		if reason == LinkAnother {
			if err := t.ownDevices(account); err != nil {
				return err
			}
		}
		return t.exec(`INSERT INTO link (hash, account, expires, used, reason) VALUES (?, ?, ?, 0, ?)`, hash, account, s.config.Now().Add(ttl).Unix(), reason)
	})
}

// UseLink returns the account of a sign-in link, the first time it is used.
func (s *Store) UseLink(ctx context.Context, secret string) (Account, error) {
	hash, now := hashOf("link", secret), s.config.Now().Unix()
	var a Account
	err := s.write(ctx, func(t *tx) error {
		var used bool
		var expires int64
		var err error
		a, err = scanAccount(t.row(`SELECT `+accountColumns+`, used, expires FROM link JOIN account ON account.id = link.account WHERE hash = ? AND `+inForce, hash, now).scan, &used, &expires)
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

// Ways to open a session, as access names them.
const (
	ByPasskey = "passkey"
	ByOIDC    = "oidc"
	ByLink    = "link"
)

// NewSession begins a session.
func (s *Store) NewSession(ctx context.Context, a Account) (secret string, err error) {
	return s.NewSessionBy(ctx, a, ByLink, nil)
}

// twoDevices is how lately another session must have been used for the opening
// of one to be told as a second device in use (H22). No address is kept: that
// two are alive at once is known without one.
const twoDevices = 10 * time.Minute

// NewSessionBy begins a session and ends every other of the same account: one
// person works at one device at a time.
func (s *Store) NewSessionBy(ctx context.Context, a Account, means string, passkey []byte) (secret string, err error) {
	return s.newSecret(ctx, "session", a, func(t *tx, hash []byte, account string) error {
		now := s.config.Now()
		var alive int
		err := t.row(`SELECT count(*) FROM session WHERE account = ? AND seen > ? AND expires > ? AND (passkey IS NULL OR passkey <> ?)`,
			account, now.Add(-twoDevices).Unix(), now.Unix(), orNone(passkey)).scan(&alive)
		if err != nil {
			return err
		}
		if alive > 0 {
			if err := t.event(Event{Agency: a.Agency, Account: account, What: "two-devices", Note: means, At: now}); err != nil {
				return err
			}
		}
		if err := t.exec(`DELETE FROM session WHERE account = ?`, account); err != nil {
			return err
		}
		return t.exec(`INSERT INTO session (hash, account, expires, idle, means, passkey, seen) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			hash, account, now.Add(SessionAtMost).Unix(), now.Add(SessionIdle).Unix(), means, passkey, now.Unix())
	})
}

func orNone(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Session returns the account of a session and keeps it from going idle. One
// that a link opened ends when it was idle; others are locked.
func (s *Store) Session(ctx context.Context, secret string) (Account, error) {
	now := s.config.Now()
	hash := hashOf("session", secret)
	var role, means string
	var idle, seen int64
	a, err := scanAccount(s.read.QueryRowContext(ctx, `SELECT `+accountColumns+`, session.role, means, idle, seen FROM session JOIN account ON account.id = session.account
		WHERE hash = ? AND expires > ? AND `+inForce, hash, now.Unix(), now.Unix()).Scan, &role, &means, &idle, &seen)
	a.By, a.Locked = means, idle <= now.Unix()
	if errors.Is(err, sql.ErrNoRows) || err == nil && a.Locked && means == ByLink {
		return Account{}, problem("session-ended", "", "sign in again", "the session has ended")
	}
	if err != nil {
		return Account{}, explain("read session", err)
	}
	if role != "" {
		a.Role = role
	}
	if a.Locked || now.Unix()-seen < 60 && seen != 0 && idle-now.Unix() > int64(SessionIdle/time.Second)-60 {
		return a, nil
	}
	// At most one write a minute and session.
	err = s.write(ctx, func(t *tx) error {
		return t.exec(`UPDATE session SET idle = ?, seen = ? WHERE hash = ?`, now.Add(SessionIdle).Unix(), now.Unix(), hash)
	})
	return a, err
}

// Unlock opens an idle session again, for the passkey that it was opened with.
func (s *Store) Unlock(ctx context.Context, secret string, passkey []byte) error {
	now := s.config.Now()
	return s.write(ctx, func(t *tx) error {
		n, err := t.execCount(`UPDATE session SET idle = ?, seen = ? WHERE hash = ? AND passkey = ? AND expires > ?`,
			now.Add(SessionIdle).Unix(), now.Unix(), hashOf("session", secret), passkey, now.Unix())
		if err == nil && n == 0 {
			return problem("session-ended", "", "sign in again", "the session has ended, or another device opened it")
		}
		return err
	})
}

// ActAs changes the role that a session acts in, to one that its person has.
func (s *Store) ActAs(ctx context.Context, secret, role string) error {
	a, err := s.Session(ctx, secret)
	if err != nil {
		return err
	}
	if !slices.Contains(strings.Fields(a.Roles), role) {
		return problem("no-role", "role", "an administrator gives roles", "the account does not have this role")
	}
	return s.write(ctx, func(t *tx) error {
		return t.exec(`UPDATE session SET role = ? WHERE hash = ?`, role, hashOf("session", secret))
	})
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
	return scanAccount(s.read.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM `+table+` JOIN account ON account.id = `+table+`.account
		WHERE hash = ? AND `+condition, append([]any{hashOf(table, secret)}, args...)...).Scan)
}
