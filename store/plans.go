package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"comity/seal"
)

const planPart = "plan"

// A PlanQuery is one question of deconfliction, as the cap counts it. Peer is
// empty for a question of the agency's own.
type PlanQuery struct {
	Agency, Peer, ID, Digest string
	At                       time.Time
}

// planQueryMemory is how long a question is remembered.
const planQueryMemory = 48 * time.Hour

// SavePlan keeps a planned operation outside the record, sealed, until it
// expires. Revision 0 is a new plan; another must be the one that was read.
func (s *Store) SavePlan(ctx context.Context, agency, id string, rev int, text []byte, entry string, expires time.Time) error {
	if len(text) > maxDraft {
		return problem("too-large", "plan", "", "a plan has at most %d bytes", maxDraft)
	}
	day, box, err := s.sealToday(ctx, agency, id, planPart, text)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if rev == 0 {
			n, err := t.execCount(`INSERT INTO plan (agency, id, rev, entry, expires, day, key, text) VALUES (?, ?, 1, ?, ?, ?, ?, ?) ON CONFLICT (agency, id) DO NOTHING`,
				agency, id, entry, expires.Unix(), day, box.Key, box.Text)
			return changedMeanwhile(n, err, id)
		}
		n, err := t.execCount(`UPDATE plan SET rev = rev + 1, entry = ?, expires = ?, day = ?, key = ?, text = ? WHERE agency = ? AND id = ? AND rev = ?`,
			entry, expires.Unix(), day, box.Key, box.Text, agency, id, rev)
		return changedMeanwhile(n, err, id)
	})
}

func changedMeanwhile(n int64, err error, id string) error {
	if err == nil && n == 0 {
		return problem("plan-changed", "id "+id, "open it again and make your change once more", "somebody changed this plan meanwhile")
	}
	return err
}

// ReadPlan returns a plan and its revision.
func (s *Store) ReadPlan(ctx context.Context, agency, id string) ([]byte, int, error) {
	p := storedPlan{id: id}
	err := s.read.QueryRowContext(ctx, `SELECT rev, day, key, text FROM plan WHERE agency = ? AND id = ?`, agency, id).
		Scan(&p.rev, &p.day, &p.box.Key, &p.box.Text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, notFound("plan")
	}
	if err != nil {
		return nil, 0, explain("read plan", err)
	}
	text, err := s.openOf(ctx, agency, p.id, planPart, p.day, p.box)
	return text, p.rev, err
}

// ReadPlans returns every plan of an agency with its revision.
func (s *Store) ReadPlans(ctx context.Context, agency string) ([][]byte, []int, error) {
	var all []storedPlan
	err := s.each(ctx, func(r *sql.Rows) error {
		var p storedPlan
		err := r.Scan(&p.id, &p.rev, &p.day, &p.box.Key, &p.box.Text)
		all = append(all, p)
		return err
	}, `SELECT id, rev, day, key, text FROM plan WHERE agency = ? ORDER BY id`, agency)
	if err != nil {
		return nil, nil, err
	}
	var texts [][]byte
	var revs []int
	for _, p := range all {
		text, err := s.openOf(ctx, agency, p.id, planPart, p.day, p.box)
		if err != nil {
			return nil, nil, err
		}
		texts, revs = append(texts, text), append(revs, p.rev)
	}
	return texts, revs, nil
}

type storedPlan struct {
	id, day string
	rev     int
	box     seal.Box
}

// CountPlanQuery remembers a question and returns how many there were since,
// this one included, in one transaction: two at once never both count as the
// last that is allowed. The same question counts once.
func (s *Store) CountPlanQuery(ctx context.Context, q PlanQuery, since time.Time) (n int, again bool, err error) {
	err = s.writeAgain(ctx, func(t *tx) error {
		var digest string
		n, again = 0, false
		found := t.row(`SELECT digest FROM plan_query WHERE agency = ? AND peer = ? AND id = ?`, q.Agency, q.Peer, q.ID).scan(&digest)
		switch {
		case errors.Is(found, sql.ErrNoRows):
			if err := t.exec(`INSERT INTO plan_query (agency, peer, id, digest, at) VALUES (?, ?, ?, ?, ?)`, q.Agency, q.Peer, q.ID, q.Digest, q.At.Unix()); err != nil {
				return err
			}
		case found != nil:
			return found
		case digest != q.Digest:
			return problem("conflict-id", "query", "a new question has a new id", "this question was asked before with other content")
		default:
			again = true
		}
		return t.row(`SELECT COUNT(*) FROM plan_query WHERE agency = ? AND peer = ? AND at > ?`, q.Agency, q.Peer, since.Unix()).scan(&n)
	})
	return n, again, err
}

// PlanQueries lists the questions since, the latest first.
func (s *Store) PlanQueries(ctx context.Context, agency string, since time.Time) ([]PlanQuery, error) {
	var out []PlanQuery
	err := s.each(ctx, func(r *sql.Rows) error {
		q := PlanQuery{Agency: agency}
		var at int64
		err := r.Scan(&q.Peer, &q.ID, &q.Digest, &at)
		q.At = time.Unix(at, 0).UTC()
		out = append(out, q)
		return err
	}, `SELECT peer, id, digest, at FROM plan_query WHERE agency = ? AND at > ? ORDER BY at DESC, id`, agency, since.Unix())
	return out, err
}

// sweepPlans destroys plans whose time is over and forgets old questions. A
// litigation hold on any entry about a plan keeps the plan.
func (t *tx) sweepPlans(now time.Time) error {
	return errors.Join(
		t.exec(`DELETE FROM plan WHERE expires <= ? AND NOT EXISTS (
			SELECT 1 FROM held JOIN entry AS kept ON kept.n = held.n JOIN entry AS own ON own.thread = kept.thread WHERE own.id = plan.entry)`, now.Unix()),
		t.exec(`DELETE FROM plan_query WHERE at < ?`, now.Add(-planQueryMemory).Unix()))
}
