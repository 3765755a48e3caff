package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"time"
)

// A Passkey is a key in one device of one person. Public is the key and its
// counter as the sign-in library writes them; nothing here is secret.
type Passkey struct {
	ID     []byte
	Label  string // as its owner calls it
	Public []byte
	Made   time.Time
	Used   time.Time // to the day
}

// AddPasskey keeps a passkey of an account.
func (s *Store) AddPasskey(ctx context.Context, a Account, k Passkey) error {
	if k.Label == "" || len(k.Label) > 60 || len(k.ID) == 0 || len(k.Public) > 16<<10 {
		return problem("bad-passkey", "label", "name it after the device, such as: desk 2", "a passkey needs a short name")
	}
	now := s.config.Now()
	return s.write(ctx, func(t *tx) error {
		if err := t.ownDevices(a.ID); err != nil {
			return err
		}
		return errors.Join(
			t.exec(`INSERT INTO passkey (id, account, label, public, made, used) VALUES (?, ?, ?, ?, ?, ?)`, k.ID, a.ID, k.Label, k.Public, now.Unix(), dayOf(now)),
			t.event(Event{Agency: a.Agency, Account: a.ID, What: "passkey", By: a.ID, At: now}))
	})
}

// ownDevices refuses somebody whom the agency's directory signs in: a key of
// one's own would still open after the directory let its owner go.
func (t *tx) ownDevices(account string) error {
	var vouched int
	err := t.row(`SELECT count(*) FROM account WHERE id = ? AND subject IS NOT NULL`, account).scan(&vouched)
	if err == nil && vouched > 0 {
		return problem("signs-in-there", "", "sign in through it on any device", "the agency's directory signs this account in")
	}
	return err
}

func dayOf(at time.Time) int64 { return at.UTC().Truncate(24 * time.Hour).Unix() }

// Passkeys lists the passkeys of an account, the oldest first.
func (s *Store) Passkeys(ctx context.Context, account string) ([]Passkey, error) {
	var out []Passkey
	err := s.each(ctx, func(r *sql.Rows) error {
		var k Passkey
		var made, used int64
		err := r.Scan(&k.ID, &k.Label, &k.Public, &made, &used)
		k.Made, k.Used = fromUnix(made), fromUnix(used)
		out = append(out, k)
		return err
	}, `SELECT id, label, public, made, used FROM passkey WHERE account = ? ORDER BY made, id`, account)
	return out, err
}

// PasskeyOwner returns the account of a passkey while its access goes on.
func (s *Store) PasskeyOwner(ctx context.Context, id []byte) (Account, error) {
	a, err := scanAccount(s.read.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM passkey JOIN account ON account.id = passkey.account WHERE passkey.id = ? AND `+inForce,
		id, s.config.Now().Unix()).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, problem("bad-passkey", "", "ask the administrator for a sign-in link", "this passkey opens nothing here")
	}
	return a, explain("read passkey", err)
}

// UsedPasskey keeps the new counter of a passkey.
func (s *Store) UsedPasskey(ctx context.Context, id, public []byte) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`UPDATE passkey SET public = ?, used = ? WHERE id = ?`, public, dayOf(s.config.Now()), id)
	})
}

// DropPasskey takes a passkey from an account and ends what was opened with it.
func (s *Store) DropPasskey(ctx context.Context, a Account, id []byte, by string) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.execCount(`DELETE FROM passkey WHERE id = ? AND account = ?`, id, a.ID)
		if err == nil && n == 0 {
			return notFound("passkey")
		}
		return errors.Join(err, t.exec(`DELETE FROM session WHERE account = ? AND passkey = ?`, a.ID, id),
			t.event(Event{Agency: a.Agency, Account: a.ID, What: "passkey-dropped", By: by, At: s.config.Now()}))
	})
}

// ceremonyLasts is how long a challenge waits for its answer.
const ceremonyLasts = 5 * time.Minute

// BeginCeremony keeps a challenge until it is answered, once.
func (s *Store) BeginCeremony(ctx context.Context, account string, data []byte) (string, error) {
	var raw [32]byte
	rand.Read(raw[:])
	secret := base64.RawURLEncoding.EncodeToString(raw[:])
	return secret, s.write(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO ceremony (hash, account, data, expires) VALUES (?, ?, ?, ?)`, hashOf("ceremony", secret), account, data, s.config.Now().Add(ceremonyLasts).Unix())
	})
}

// EndCeremony returns the challenge; it answers once.
func (s *Store) EndCeremony(ctx context.Context, secret string) (account string, data []byte, err error) {
	hash := hashOf("ceremony", secret)
	err = s.write(ctx, func(t *tx) error {
		err := t.row(`SELECT account, data FROM ceremony WHERE hash = ? AND expires > ?`, hash, s.config.Now().Unix()).scan(&account, &data)
		if errors.Is(err, sql.ErrNoRows) {
			return problem("ceremony-over", "", "begin again", "this sign-in took too long, or was answered before")
		}
		if err != nil {
			return err
		}
		return t.exec(`DELETE FROM ceremony WHERE hash = ?`, hash)
	})
	return account, data, err
}
