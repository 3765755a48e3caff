package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"
)

// How long what concerns people's access is kept after it happened or ended:
// as long as who looked at what.
const keepPeople = KeepViewings

// Why access ended.
const (
	EndLeft      = "left"      // somebody left, or needs it no more
	EndBasis     = "basis"     // the rule or instrument that it rested on is over
	EndUntil     = "until"     // the day that was set has passed
	EndDirectory = "directory" // the agency's directory no longer names the person
)

// An Event is something that happened to people's access.
type Event struct {
	Agency, Account string
	What, Note, By  string
	At              time.Time
}

func (t *tx) event(e Event) error {
	return t.exec(`INSERT INTO access_event (agency, account, what, note, by, at) VALUES (?, ?, ?, ?, ?, ?)`,
		e.Agency, e.Account, e.What, e.Note, e.By, e.At.UTC().Truncate(time.Minute).Unix())
}

// Tell keeps an event.
func (s *Store) Tell(ctx context.Context, e Event) error {
	e.At = s.config.Now()
	return s.write(ctx, func(t *tx) error { return t.event(e) })
}

// Events lists what happened to the access of an agency's people, the latest first.
func (s *Store) Events(ctx context.Context, agency string, most int) ([]Event, error) {
	var out []Event
	err := s.each(ctx, func(r *sql.Rows) error {
		e := Event{Agency: agency}
		var at int64
		err := r.Scan(&e.Account, &e.What, &e.Note, &e.By, &at)
		e.At = fromUnix(at)
		out = append(out, e)
		return err
	}, `SELECT account, what, note, by, at FROM access_event WHERE agency = ? ORDER BY at DESC, account, what LIMIT ?`, agency, most)
	return out, err
}

// AccountOf returns an account of an agency.
func (s *Store) AccountOf(ctx context.Context, agency, id string) (Account, error) {
	a, err := scanAccount(s.read.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM account WHERE id = ? AND agency = ?`, id, agency).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, notFound("account")
	}
	return a, explain("read account", err)
}

// ChangeAccount sets roles, basis and day of an account. Its sessions end, so
// that nobody goes on with what was taken away.
func (s *Store) ChangeAccount(ctx context.Context, a Account, by string) error {
	if a.Role == "" || len(a.Role)+len(a.Roles)+len(a.Basis) > 1000 {
		return problem("bad-account", "role", "", "an account needs a role")
	}
	return s.write(ctx, func(t *tx) error {
		n, err := t.execCount(`UPDATE account SET role = ?, roles = ?, basis = ?, until = ? WHERE id = ? AND agency = ? AND ended = 0`,
			a.Role, a.Roles, a.Basis, unixOr0(a.Until), a.ID, a.Agency)
		if err == nil && n == 0 {
			err = notFound("account")
		}
		return errors.Join(err, t.exec(`DELETE FROM session WHERE account = ?`, a.ID),
			t.event(Event{Agency: a.Agency, Account: a.ID, What: "changed", Note: a.Role, By: by, At: s.config.Now()}))
	})
}

// EndAccount ends an account at once, with every way in that it has. It stays
// in the list of those that ended.
func (s *Store) EndAccount(ctx context.Context, agency, id, why, by string) error {
	now := s.config.Now()
	return s.write(ctx, func(t *tx) error {
		n, err := t.execCount(`UPDATE account SET ended = ?, why = ? WHERE id = ? AND agency = ? AND ended = 0`, now.Unix(), why, id, agency)
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("account")
		}
		return errors.Join(
			t.exec(`DELETE FROM session WHERE account = ?`, id), t.exec(`DELETE FROM token WHERE account = ?`, id),
			t.exec(`DELETE FROM link WHERE account = ?`, id), t.exec(`DELETE FROM passkey WHERE account = ?`, id),
			t.exec(`UPDATE door_card SET revoked = ? WHERE agency = ? AND account = ? AND revoked = 0`, now.Unix(), agency, id), // no door hears yes for them
			t.event(Event{Agency: agency, Account: id, What: "ended", Note: why, By: by, At: now}))
	})
}

// EndOver ends every account whose day has passed or whose basis stands no more
// (H23), and tells which they were. stands is asked for each rule once.
func (s *Store) EndOver(ctx context.Context, stands func(agency, basis string) bool) ([]Account, error) {
	var all []Account
	err := s.each(ctx, func(r *sql.Rows) error {
		a, err := scanAccount(r.Scan)
		all = append(all, a)
		return err
	}, `SELECT `+accountColumns+` FROM account WHERE ended = 0 AND (basis <> '' OR until > 0) ORDER BY id`)
	if err != nil {
		return nil, err
	}
	var over []Account
	for _, a := range all {
		switch {
		case !a.Until.IsZero() && !s.config.Now().Before(a.Until):
			a.Why = EndUntil
		case a.Basis != "" && !stands(a.Agency, a.Basis):
			a.Why = EndBasis
		default:
			continue
		}
		if err := s.EndAccount(ctx, a.Agency, a.ID, a.Why, ""); err != nil {
			return over, err
		}
		over = append(over, a)
	}
	return over, nil
}

// FromDirectory finds or makes the account of somebody whom the agency's own
// directory vouches for, and gives it the roles that its groups come to. With
// no role the account ends: whoever left the groups has left. An account that
// was ended here stays so, whatever the directory says, until it is readmitted.
func (s *Store) FromDirectory(ctx context.Context, agency, subject, label string, roles []string) (Account, error) {
	key, err := s.root.Derive("directory/" + agency)
	if err != nil {
		return Account{}, err
	}
	digest := digestOf(key, subject)
	a, err := scanAccount(s.read.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM account WHERE agency = ? AND subject = ?
		ORDER BY CASE WHEN ended = 0 THEN 0 ELSE 1 END, ended DESC, id LIMIT 1`, agency, digest).Scan)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Account{}, explain("read account", err)
	}
	known := err == nil && a.Ended.IsZero()
	over := known && !a.Until.IsZero() && !s.config.Now().Before(a.Until)
	switch {
	case err == nil && !known && a.Why != EndDirectory || over:
		return Account{}, problem("access-ended", "", "an administrator readmits the account", "the access of this account was ended here")
	case len(roles) == 0:
		if known {
			err = s.EndAccount(ctx, agency, a.ID, EndDirectory, "")
		} else {
			err = nil
		}
		return Account{}, errors.Join(err, problem("no-role", "", "ask whoever keeps the directory for a group of this system", "the directory gives this person no role here"))
	case !known:
		return s.vouch(ctx, agency, label, roles, digest)
	}
	joined := strings.Join(roles, " ")
	if a.Roles == joined {
		return a, nil
	}
	if a.Roles = joined; !slices.Contains(roles, a.Role) {
		a.Role = roles[0]
	}
	return a, s.ChangeAccount(ctx, a, "")
}

// vouch adds the account of somebody new.
func (s *Store) vouch(ctx context.Context, agency, label string, roles []string, digest []byte) (Account, error) {
	if label == "" {
		label = "directory"
	}
	a, err := s.AddAccount(ctx, Account{Agency: agency, Role: roles[0], Roles: strings.Join(roles, " "), Name: label})
	if err != nil {
		return Account{}, err
	}
	a.Vouched = true
	return a, s.write(ctx, func(t *tx) error {
		return errors.Join(t.exec(`UPDATE account SET subject = ? WHERE id = ?`, digest, a.ID),
			t.event(Event{Agency: agency, Account: a.ID, What: "added", Note: EndDirectory, At: s.config.Now()}))
	})
}

// Readmit lets the directory make a new account for somebody whose account was
// ended here. The old one stays in the list of those that ended.
func (s *Store) Readmit(ctx context.Context, agency, id, by string) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.execCount(`UPDATE account SET subject = NULL WHERE id = ? AND agency = ? AND ended > 0 AND subject IS NOT NULL`, id, agency)
		if err == nil && n == 0 {
			err = notFound("account")
		}
		return errors.Join(err, t.event(Event{Agency: agency, Account: id, What: "readmitted", By: by, At: s.config.Now()}))
	})
}

// A Lookup is a search of an agency's entries: for what, never for whom.
type Lookup struct {
	Account, Role   string
	Purpose, Linked string
	At              time.Time
}

// LookedUp keeps a search before its result is shown.
func (s *Store) LookedUp(ctx context.Context, agency string, l Lookup) error {
	at := s.config.Now().UTC().Truncate(time.Minute).Unix()
	return s.write(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO lookup (agency, account, role, purpose, linked, at) VALUES (?, ?, ?, ?, ?, ?)`, agency, l.Account, l.Role, l.Purpose, l.Linked, at)
	})
}

// Lookups lists the searches of an agency, the latest first.
func (s *Store) Lookups(ctx context.Context, agency string, most int) ([]Lookup, error) {
	var out []Lookup
	err := s.each(ctx, func(r *sql.Rows) error {
		var l Lookup
		var at int64
		err := r.Scan(&l.Account, &l.Role, &l.Purpose, &l.Linked, &at)
		l.At = fromUnix(at)
		out = append(out, l)
		return err
	}, `SELECT account, role, purpose, linked, at FROM lookup WHERE agency = ? ORDER BY at DESC, account LIMIT ?`, agency, most)
	return out, err
}

// A Check is one look that an auditor drew.
type Check struct {
	Entry, Account string
	Role, Purpose  string
	Looked         time.Time
	Found          string // in-order, not-explained; empty: not asked yet
}

// DrawChecks draws looks of an agency by a seed that anybody can draw again
// with, and keeps the sample. The same seed gives the same sample.
func (s *Store) DrawChecks(ctx context.Context, agency, seed string, most int) ([]Check, error) {
	type look struct {
		n, at   int64
		account string
	}
	var all []look
	err := s.each(ctx, func(r *sql.Rows) error {
		var l look
		err := r.Scan(&l.n, &l.account, &l.at)
		all = append(all, l)
		return err
	}, `SELECT n, account, max(at) FROM viewing JOIN entry USING (n) WHERE agency = ? GROUP BY n, account`, agency)
	if err != nil {
		return nil, err
	}
	place := func(l look) [32]byte {
		text := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64([]byte(seed+"\x00"+l.account+"\x00"), uint64(l.n)), uint64(l.at))
		return sha256.Sum256(text)
	}
	slices.SortFunc(all, func(a, b look) int {
		x, y := place(a), place(b)
		return slices.Compare(x[:], y[:])
	})
	err = s.write(ctx, func(t *tx) error {
		for _, l := range all[:min(most, len(all))] {
			err := t.exec(`INSERT INTO look_check (agency, seed, n, account, looked) SELECT ?, ?, ?, ?, ?
				WHERE (SELECT count(*) FROM look_check WHERE agency = ? AND seed = ?) < ? ON CONFLICT (agency, seed, n, account, looked) DO NOTHING`,
				agency, seed, l.n, l.account, l.at, agency, seed, most)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.Checks(ctx, agency, seed)
}

// Checks lists what was drawn with a seed.
func (s *Store) Checks(ctx context.Context, agency, seed string) ([]Check, error) {
	var out []Check
	err := s.each(ctx, func(r *sql.Rows) error {
		var c Check
		var at int64
		err := r.Scan(&c.Entry, &c.Account, &at, &c.Found, &c.Role, &c.Purpose)
		c.Looked = fromUnix(at)
		out = append(out, c)
		return err
	}, `SELECT entry.id, look_check.account, looked, found, max(viewing.role), max(viewing.purpose) FROM look_check JOIN entry USING (n)
		JOIN viewing ON viewing.n = look_check.n AND viewing.account = look_check.account AND viewing.at = looked
		WHERE look_check.agency = ? AND seed = ? GROUP BY entry.id, look_check.account, looked, found ORDER BY looked, entry.id, look_check.account`, agency, seed)
	return out, err
}

// Checked keeps what came of asking about a look.
func (s *Store) Checked(ctx context.Context, agency, seed, entry, account, found string) error {
	if found != "in-order" && found != "not-explained" {
		return problem("bad-check", "found", "in-order or not-explained", "say what was found")
	}
	return s.write(ctx, func(t *tx) error {
		return t.exec(`UPDATE look_check SET found = ? WHERE agency = ? AND seed = ? AND account = ? AND n = (SELECT n FROM entry WHERE id = ?)`, found, agency, seed, account, entry)
	})
}

// ReviewWithin is how long an agency has to go through its accounts after the
// law changed.
const ReviewWithin = 30 * 24 * time.Hour

// RestoredWithin is how long it has after a backup was restored: whoever left
// since the backup was made is let in again until then.
const RestoredWithin = 24 * time.Hour

// restoredReview begins the name of a review that a restore opened, in place of
// the digest of a law; when the backup was made follows.
const restoredReview = "backup of "

// A Review is opened when the law changes, or a backup was restored.
type Review struct {
	Law         string    // digest of the law that came
	Restored    time.Time // when the backup was made; zero: the law changed
	Opened, Due time.Time
	Closed      time.Time // zero: open
	By          string    // account that closed it
}

// OpenReviews opens a review for every agency with accounts, unless this law
// was reviewed or it is the first law that the record sees.
func (s *Store) OpenReviews(ctx context.Context, law string) error {
	var agencies []string
	err := s.each(ctx, func(r *sql.Rows) error {
		var one string
		err := r.Scan(&one)
		agencies = append(agencies, one)
		return err
	}, `SELECT DISTINCT agency FROM account WHERE ended = 0`)
	if err != nil {
		return err
	}
	now := s.config.Now()
	return s.write(ctx, func(t *tx) error {
		for _, agency := range agencies {
			var seen int
			if err := t.row(`SELECT count(*) FROM access_review WHERE agency = ? AND law NOT LIKE ?`, agency, restoredReview+"%").scan(&seen); err != nil {
				return err
			}
			closed := int64(0)
			if seen == 0 {
				closed = now.Unix() // nothing changed: accounts were made under this law
			}
			err := t.exec(`INSERT INTO access_review (agency, law, opened, due, closed) VALUES (?, ?, ?, ?, ?) ON CONFLICT (agency, law) DO NOTHING`,
				agency, law, now.Unix(), now.Add(ReviewWithin).Unix(), closed)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// closeDoors ends what was open when a backup was made: sessions, links that
// may have been used since, sign-ins that had begun. Accounts, tokens and
// passkeys of then count again, also of who left since: a review is opened for
// every agency, and how many accounts there are is returned.
func (s *Store) closeDoors(ctx context.Context, made time.Time) (accounts int, err error) {
	now := s.config.Now()
	err = s.write(ctx, func(t *tx) error {
		return errors.Join(
			t.exec(`DELETE FROM session`), t.exec(`DELETE FROM link`), t.exec(`DELETE FROM ceremony`),
			t.row(`SELECT count(*) FROM account WHERE `+inForce, now.Unix()).scan(&accounts),
			t.exec(`INSERT INTO access_review (agency, law, opened, due) SELECT DISTINCT agency, ?, CAST(? AS BIGINT), CAST(? AS BIGINT) FROM account WHERE ended = 0 ON CONFLICT (agency, law) DO NOTHING`,
				restoredReview+made.UTC().Format(time.RFC3339), now.Unix(), now.Add(RestoredWithin).Unix()))
	})
	return accounts, err
}

// Reviews lists an agency's reviews, the latest first.
func (s *Store) Reviews(ctx context.Context, agency string) ([]Review, error) {
	var out []Review
	err := s.each(ctx, func(r *sql.Rows) error {
		var v Review
		var opened, due, closed int64
		err := r.Scan(&v.Law, &opened, &due, &closed, &v.By)
		v.Opened, v.Due, v.Closed = fromUnix(opened), fromUnix(due), zeroOr(closed)
		if made, ok := strings.CutPrefix(v.Law, restoredReview); ok && err == nil {
			v.Restored, err = time.Parse(time.RFC3339, made)
		}
		out = append(out, v)
		return err
	}, `SELECT law, opened, due, closed, by FROM access_review WHERE agency = ? ORDER BY opened DESC, law`, agency)
	return out, err
}

// CloseReview says that the accounts were gone through.
func (s *Store) CloseReview(ctx context.Context, agency, law, by string) error {
	now := s.config.Now()
	return s.write(ctx, func(t *tx) error {
		n, err := t.execCount(`UPDATE access_review SET closed = ?, by = ? WHERE agency = ? AND law = ? AND closed = 0`, now.Unix(), by, agency, law)
		if err == nil && n == 0 {
			return notFound("review")
		}
		return errors.Join(err, t.event(Event{Agency: agency, Account: by, What: "reviewed", Note: law, By: by, At: now}))
	})
}

func (t *tx) sweepPeople(now time.Time) error {
	before := now.Add(-keepPeople).Unix()
	return errors.Join(
		t.exec(`DELETE FROM account WHERE ended > 0 AND ended < ?`, before),
		t.exec(`DELETE FROM access_event WHERE at < ?`, before),
		t.exec(`DELETE FROM lookup WHERE at < ?`, before),
		t.exec(`DELETE FROM look_check WHERE looked < ?`, before),
		t.exec(`DELETE FROM access_review WHERE closed > 0 AND closed < ?`, before))
}
