package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"comity/door"
	"comity/seal"
)

// keepVisit is how long a visit that is over is listed for staff, without its
// codes and house number: to say how it went and to book again.
const keepVisit = 7 * 24 * time.Hour

const visitColumns = `id, screen_group, call_group, opens, closes, card, wrong_codes, wrong_houses, checks, stopped, outcome, day, key, text`

// SaveVisit keeps a new visit.
func (s *Store) SaveVisit(ctx context.Context, v door.Visit) error {
	day, box, err := s.sealBeside(ctx, v.Agency, v.ID, "visit", v)
	if err != nil {
		return err
	}
	defer s.doors.changed(v.Agency)
	return s.write(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO door_visit (agency, id, screen_group, call_group, opens, closes, card, day, key, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.Agency, v.ID, v.Keys[door.Screen].Group, v.Keys[door.Telephone].Group, v.Opens().Unix(), v.Closes().Unix(), v.Card, day, box.Key, box.Text)
	})
}

// Visits lists an agency's visits that are not gone yet, the next first.
func (s *Store) Visits(ctx context.Context, agency string) ([]door.Visit, error) {
	return s.visits(ctx, agency, `1 = 1`)
}

// Visit returns one.
func (s *Store) Visit(ctx context.Context, agency, id string) (door.Visit, error) {
	all, err := s.visits(ctx, agency, `id = ?`, id)
	if err == nil && len(all) == 0 {
		err = notFound("visit")
	}
	if err != nil {
		return door.Visit{}, err
	}
	return all[0], nil
}

func (s *Store) visits(ctx context.Context, agency, where string, args ...any) ([]door.Visit, error) {
	rows, err := s.visitRows(ctx, agency, where, args...)
	if err != nil {
		return nil, err
	}
	out := make([]door.Visit, 0, len(rows))
	for _, x := range rows {
		v, err := s.openVisit(ctx, agency, x)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// A visitRow is a visit as the database has it, still sealed.
type visitRow struct {
	door.Visit
	groups map[door.Channel]string
	day    string
	box    seal.Box
}

func (s *Store) visitRows(ctx context.Context, agency, where string, args ...any) ([]visitRow, error) {
	var rows []visitRow
	err := s.each(ctx, func(r *sql.Rows) error {
		var x visitRow
		var screen, call string
		var opens, closes, stopped int64
		err := r.Scan(&x.ID, &screen, &call, &opens, &closes, &x.Card, &x.WrongCodes, &x.WrongHouses, &x.Checks, &stopped, &x.Outcome, &x.day, &x.box.Key, &x.box.Text)
		x.Stopped, x.groups = stopped != 0, map[door.Channel]string{door.Screen: screen, door.Telephone: call}
		rows = append(rows, x)
		return err
	}, `SELECT `+visitColumns+` FROM door_visit WHERE agency = ? AND `+where+` ORDER BY opens, id`, append([]any{agency}, args...)...)
	return rows, err
}

func (s *Store) openVisit(ctx context.Context, agency string, x visitRow) (door.Visit, error) {
	v := x.Visit
	err := s.openBeside(ctx, agency, v.ID, "visit", x.day, x.box, &v)
	v.Stopped = x.Stopped
	return v, err
}

// A VisitTry is a half-right try, or a yes, of a visit.
type VisitTry struct {
	Agency, ID string
	Wrong      door.Wrong
}

// VisitTried counts tries, in one transaction.
func (s *Store) VisitTried(ctx context.Context, tries ...VisitTry) error {
	columns := map[door.Wrong]string{door.WrongCode: "wrong_codes", door.WrongHouse: "wrong_houses", "": "checks"}
	for _, x := range tries {
		if columns[x.Wrong] == "" {
			return problem("bad-try", "", "", "a try is wrong in its code or in its house number")
		}
	}
	return s.write(ctx, func(t *tx) error {
		for _, x := range tries {
			if err := t.exec(`UPDATE door_visit SET `+columns[x.Wrong]+` = `+columns[x.Wrong]+` + 1 WHERE agency = ? AND id = ?`, x.Agency, x.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// StopVisit has its codes answer "call us" from now on.
func (s *Store) StopVisit(ctx context.Context, agency, id string) error {
	defer s.doors.changed(agency)
	return s.changeVisit(ctx, `UPDATE door_visit SET stopped = ? WHERE agency = ? AND id = ?`, s.config.Now().Unix(), agency, id)
}

// EndVisit says how a visit went, and destroys its codes and house number.
func (s *Store) EndVisit(ctx context.Context, agency, id string, o door.Outcome) error {
	defer s.doors.changed(agency)
	if err := s.changeVisit(ctx, `UPDATE door_visit SET outcome = ? WHERE agency = ? AND id = ? AND outcome = ''`, string(o), agency, id); err != nil {
		return err
	}
	v, err := s.Visit(ctx, agency, id)
	if err != nil {
		return err
	}
	return s.forgetVisit(ctx, v)
}

func (s *Store) changeVisit(ctx context.Context, query string, args ...any) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.execCount(query, args...)
		if err == nil && n == 0 {
			return notFound("visit")
		}
		return err
	})
}

// forgetVisit keeps what staff may still see and nothing that answers a check.
func (s *Store) forgetVisit(ctx context.Context, v door.Visit) error {
	v.Seed, v.Keys = nil, nil
	day, box, err := s.sealBeside(ctx, v.Agency, v.ID, "visit", v)
	if err != nil {
		return err
	}
	defer s.doors.changed(v.Agency)
	defer s.unclean.Store(true)
	return s.write(ctx, func(t *tx) error {
		return t.exec(`UPDATE door_visit SET screen_group = '', call_group = '', day = ?, key = ?, text = ? WHERE agency = ? AND id = ?`, day, box.Key, box.Text, v.Agency, v.ID)
	})
}

// sweepVisits forgets visits that are over, and drops what is older still.
func (s *Store) sweepVisits(ctx context.Context) error {
	now := s.config.Now()
	var agencies []string
	err := s.each(ctx, func(r *sql.Rows) error {
		var a string
		err := r.Scan(&a)
		agencies = append(agencies, a)
		return err
	}, `SELECT DISTINCT agency FROM door_visit WHERE screen_group <> '' AND closes <= ?`, now.Unix())
	for _, a := range agencies {
		over, readErr := s.visits(ctx, a, `screen_group <> '' AND closes <= ?`, now.Unix())
		err = errors.Join(err, readErr)
		for _, v := range over {
			err = errors.Join(err, s.forgetVisit(ctx, v))
		}
	}
	err = errors.Join(err, s.write(ctx, func(t *tx) error {
		return errors.Join(
			t.exec(`DELETE FROM door_visit WHERE closes <= ?`, now.Add(-keepVisit).Unix()),
			t.exec(`DELETE FROM door_claim WHERE at <= ?`, now.Add(-keepClaim).Unix()),
			t.exec(`DELETE FROM door_badge WHERE until <= ?`, now.Unix()))
	}))
	if s.unclean.Swap(false) {
		if settled := s.data.settle(ctx, s); settled != nil { // somebody reads: at the next beat
			s.unclean.Store(true)
			if code(settled) != "busy" {
				err = errors.Join(err, settled)
			}
		}
	}
	return err
}

// sealBeside seals a value that stands outside the record.
func (s *Store) sealBeside(ctx context.Context, agency, id, part string, what any) (string, seal.Box, error) {
	text, err := json.Marshal(what)
	if err != nil {
		return "", seal.Box{}, explain("keep "+part, err)
	}
	return s.sealToday(ctx, agency, id, part, text)
}

func (s *Store) openBeside(ctx context.Context, agency, id, part, day string, box seal.Box, into any) error {
	text, err := s.openOf(ctx, agency, id, part, day, box)
	if err != nil {
		return explain("open "+part, err)
	}
	return explain("read "+part, json.Unmarshal(text, into))
}

// SaveCard keeps a new card and gives it its number.
func (s *Store) SaveCard(ctx context.Context, c door.Card) (door.Card, error) {
	if err := c.Check(); err != nil {
		return door.Card{}, err
	}
	c.ID = rand.Text()[:10]
	day, box, err := s.sealBeside(ctx, c.Agency, c.ID, "card", c)
	if err != nil {
		return door.Card{}, err
	}
	return c, s.write(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO door_card (agency, id, account, made, day, key, text) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			c.Agency, c.ID, c.Account, s.config.Now().Unix(), day, box.Key, box.Text)
	})
}

// Cards lists an agency's cards, revoked ones too.
func (s *Store) Cards(ctx context.Context, agency string) ([]door.Card, error) {
	return s.cards(ctx, agency, `1 = 1`)
}

// Card returns one.
func (s *Store) Card(ctx context.Context, agency, id string) (door.Card, error) {
	one, err := s.cards(ctx, agency, `id = ?`, id)
	if err == nil && len(one) == 0 {
		err = notFound("card")
	}
	if err != nil {
		return door.Card{}, err
	}
	return one[0], nil
}

func (s *Store) cards(ctx context.Context, agency, where string, args ...any) ([]door.Card, error) {
	var days []string
	var boxes []seal.Box
	var out []door.Card
	err := s.each(ctx, func(r *sql.Rows) error {
		c := door.Card{Agency: agency}
		var day string
		var box seal.Box
		var revoked, until int64
		err := r.Scan(&c.ID, &c.Account, &revoked, &until, &day, &box.Key, &box.Text)
		c.Revoked, c.Shift = zeroOr(revoked), zeroOr(until)
		out, days, boxes = append(out, c), append(days, day), append(boxes, box)
		return err
	}, `SELECT id, account, revoked, until, day, key, text FROM door_card WHERE agency = ? AND `+where+` ORDER BY made, id`, append([]any{agency}, args...)...)
	for i := range out {
		if err == nil {
			err = s.openBeside(ctx, agency, out[i].ID, "card", days[i], boxes[i], &out[i])
		}
	}
	return out, err
}

// RevokeCard ends a card that was lost: no page shows its photograph, word or
// number from the next look on.
func (s *Store) RevokeCard(ctx context.Context, agency, id string) error {
	return s.changeVisit(ctx, `UPDATE door_card SET revoked = ? WHERE agency = ? AND id = ? AND revoked = 0`, s.config.Now().Unix(), agency, id)
}

// Shift begins or, with the zero time, ends the shift of a card.
func (s *Store) Shift(ctx context.Context, agency, id string, until time.Time) error {
	return s.changeVisit(ctx, `UPDATE door_card SET until = ? WHERE agency = ? AND id = ? AND revoked = 0`, unixOr0(until), agency, id)
}

// Serves says whether the agency has staff in this record.
func (s *Store) Serves(ctx context.Context, agency string) (bool, error) {
	n := 0
	err := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM account WHERE agency = ?`, agency).Scan(&n)
	return n > 0, explain("read agencies", err)
}

// SetVehicles replaces the marked vehicles of an agency.
func (s *Store) SetVehicles(ctx context.Context, agency string, list []door.Vehicle) error {
	key, err := s.vehicleKey(agency)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		err := t.exec(`DELETE FROM door_vehicle WHERE agency = ?`, agency)
		for _, v := range list {
			err = errors.Join(err, t.exec(`INSERT INTO door_vehicle (agency, digest) VALUES (?, ?) ON CONFLICT DO NOTHING`, agency, v.Digest(key)))
		}
		return err
	})
}

// Vehicles gives what a check of a vehicle compares with.
func (s *Store) Vehicles(ctx context.Context, agency string) (key []byte, kept [][]byte, err error) {
	if key, err = s.vehicleKey(agency); err != nil {
		return nil, nil, err
	}
	err = s.each(ctx, func(r *sql.Rows) error {
		var d []byte
		err := r.Scan(&d)
		kept = append(kept, d)
		return err
	}, `SELECT digest FROM door_vehicle WHERE agency = ?`, agency)
	return key, kept, err
}

func (s *Store) vehicleKey(agency string) ([]byte, error) {
	key, err := s.root.Derive("vehicles/" + agency)
	return key[:], err
}
