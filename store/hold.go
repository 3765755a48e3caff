package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"comity/record"
)

// Hold sets a litigation hold on an entry and its whole chain: until it is
// lifted nothing in it can be erased, by no order and by no clock, and its
// evidence cannot be removed. The hold is itself an entry and names its
// authority. Several holds on one entry are each lifted by themselves.
func (s *Store) Hold(ctx context.Context, id string, o record.HoldOrder) (record.Appended, error) {
	target, err := s.holdTarget(ctx, id, o)
	if err != nil {
		return record.Appended{}, err
	}
	d, err := s.holdDraft(ctx, target, o, "set")
	if err != nil {
		return record.Appended{}, err
	}
	done, err := s.appendWith(ctx, d, func(t *tx) error {
		return t.exec(`INSERT INTO held (by, n) VALUES (?, ?)`, o.ID, target.n)
	})
	if err != nil {
		return record.Appended{}, err
	}
	return done, s.holdEvidence(ctx, target)
}

// LiftHold ends one litigation hold, by an entry that names its authority.
func (s *Store) LiftHold(ctx context.Context, holdID string, o record.HoldOrder) (record.Appended, error) {
	held, err := s.heldBy(ctx, holdID)
	if err != nil {
		return record.Appended{}, err
	}
	target, err := s.holdTarget(ctx, held, o)
	if err != nil {
		return record.Appended{}, err
	}
	d, err := s.holdDraft(ctx, target, o, "lifted")
	if err != nil {
		return record.Appended{}, err
	}
	d.Fields = append(d.Fields, record.Field{Name: "lifts", Value: holdID})
	done, err := s.appendWith(ctx, d, func(t *tx) error {
		n, err := t.execCount(`DELETE FROM held WHERE by = ?`, holdID)
		if err == nil && n == 0 {
			err = notHeld(holdID)
		}
		return err
	})
	if err != nil {
		return record.Appended{}, err
	}
	return done, s.releaseEvidence(ctx, target)
}

// Holds lists the holds in force on the chain of an entry, the oldest first.
func (s *Store) Holds(ctx context.Context, id string) ([]record.Hold, error) {
	target, err := s.find(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []record.Hold
	err = s.each(ctx, func(r *sql.Rows) error {
		var h record.Hold
		err := r.Scan(&h.ID, &h.Entry)
		out = append(out, h)
		return err
	}, `SELECT held.by, entry.id FROM held JOIN entry USING (n) WHERE thread = ? ORDER BY held.by`, target.thread)
	if err != nil {
		return nil, err
	}
	for i, h := range out {
		e, err := s.Entry(ctx, h.ID)
		if err != nil {
			return nil, err
		}
		out[i].Since, out[i].Authority = e.Stored, fieldOf(e, "authority")
	}
	return out, nil
}

func fieldOf(e record.Entry, name string) string {
	for _, f := range e.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func (s *Store) holdTarget(ctx context.Context, id string, o record.HoldOrder) (target, error) {
	if err := record.CheckAuthority("a litigation hold", o.Authority); err != nil {
		return target{}, err
	}
	return s.target(ctx, id)
}

func (s *Store) holdDraft(ctx context.Context, t target, o record.HoldOrder, what string) (record.Draft, error) {
	at, err := s.firstTime(ctx, o.ID)
	d := record.Draft{
		ID: o.ID, Agency: t.agency, Kind: "hold", Ref: t.id, At: at,
		Fields: []record.Field{{Name: "authority", Value: o.Authority}, {Name: "hold", Value: what}},
	}
	if o.Role != "" {
		d.Fields = append(d.Fields, record.Field{Name: "role", Value: o.Role})
	}
	return d, err
}

// firstTime is now, or the moment of an entry that is there already: an order
// that is sent again is the same order.
func (s *Store) firstTime(ctx context.Context, id string) (time.Time, error) {
	e, err := s.Entry(ctx, id)
	if code(err) == "not-found" {
		return s.config.Now(), nil
	}
	return e.At, err
}

// heldBy is the id of the entry that a hold was set on. A hold that was lifted
// is found by its entry, so that lifting it may be sent again.
func (s *Store) heldBy(ctx context.Context, holdID string) (string, error) {
	var id string
	err := s.read.QueryRowContext(ctx, `SELECT ref FROM entry WHERE id = ? AND kind = 'hold'`, holdID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", notHeld(holdID)
	}
	return id, explain("find the hold", err)
}

func notHeld(holdID string) error {
	return problem("no-hold", "hold "+holdID, "the holds in force are listed with the entry", "there is no such hold in force")
}

// holdEvidence keeps the objects that the chain of an entry names.
func (s *Store) holdEvidence(ctx context.Context, t target) error {
	return s.eachObject(ctx, t, func(d Digest) error { return s.config.Evidence.Hold(ctx, d, true) })
}

// releaseEvidence lets go of those objects that no held chain names any more.
func (s *Store) releaseEvidence(ctx context.Context, t target) error {
	return s.eachObject(ctx, t, func(d Digest) error {
		key, err := s.evidenceKey()
		if err != nil {
			return err
		}
		var held int
		err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM term JOIN entry USING (n)
			WHERE term = ? AND thread IN (SELECT kept.thread FROM held JOIN entry AS kept ON kept.n = held.n)`, digestOf(key, d.String())).Scan(&held)
		if err != nil || held > 0 {
			return explain("look for other holds", err)
		}
		return s.config.Evidence.Hold(ctx, d, false)
	})
}

func (s *Store) eachObject(ctx context.Context, t target, do func(Digest) error) error {
	if s.config.Evidence == nil {
		return nil
	}
	chain, err := s.chain(ctx, t.thread)
	if err != nil {
		return err
	}
	for _, member := range chain {
		digests, err := s.evidenceNamed(ctx, member)
		if err != nil {
			return err
		}
		for _, d := range digests {
			if err := do(d); err != nil && code(err) != "not-found" {
				return err
			}
		}
	}
	return nil
}
