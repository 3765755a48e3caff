package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"comity/door"
)

// KeepTellPage writes an agency's page "how to tell it is us", or writes it anew.
// It describes no person and is public, so it is not sealed and has no clock:
// it stands until the agency takes it down.
func (s *Store) KeepTellPage(ctx context.Context, t door.Tell) error {
	body, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("keep how to tell: %w", err)
	}
	return s.write(ctx, func(tx *tx) error {
		return tx.exec(`INSERT INTO tell (agency, at, body) VALUES (?, ?, ?) ON CONFLICT (agency) DO UPDATE SET at = excluded.at, body = excluded.body`,
			t.ORI, s.config.Now().Unix(), body)
	})
}

// DropTellPage takes it down.
func (s *Store) DropTellPage(ctx context.Context, agency string) error {
	return s.write(ctx, func(tx *tx) error { return tx.exec(`DELETE FROM tell WHERE agency = ?`, agency) })
}

// TellPage returns an agency's page, and whether there is one.
func (s *Store) TellPage(ctx context.Context, agency string) (door.Tell, bool, error) {
	all, err := s.tells(ctx, `agency = ?`, agency)
	if err != nil || len(all) == 0 {
		return door.Tell{}, false, err
	}
	return all[0], true, nil
}

// TellPages lists the pages of all agencies.
func (s *Store) TellPages(ctx context.Context) ([]door.Tell, error) { return s.tells(ctx, `1 = 1`) }

func (s *Store) tells(ctx context.Context, where string, args ...any) ([]door.Tell, error) {
	var out []door.Tell
	err := s.each(ctx, func(r *sql.Rows) error {
		var body []byte
		if err := r.Scan(&body); err != nil {
			return err
		}
		var t door.Tell
		if err := json.Unmarshal(body, &t); err != nil {
			return fmt.Errorf("read how to tell: %w", err)
		}
		out = append(out, t)
		return nil
	}, `SELECT body FROM tell WHERE `+where+` ORDER BY agency`, args...)
	return out, err
}
