package store

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"comity/door"
)

// visitsStand is how long visits that were read are answered from. What staff do
// by this process counts at once; what another on the same database writes, when
// that time is over. Wrong tries are counted by [door.Checker] itself, before the
// answer: whoever makes many shall not have the visits read anew for each.
const visitsStand = time.Second

// openVisits are the visits of each agency whose codes answer now, so that a
// check reads no database. One is unsealed when its group is first asked for.
// All leave memory when nobody has checked for twice that time: no seed outlives
// its visit there by more.
type openVisits struct{ of sync.Map } // *agencyVisits by agency

type agencyVisits struct {
	turn    chan struct{} // held by the one that reads
	changes atomic.Int64
	kept    atomic.Pointer[visitsNow]
}

// visitsNow holds what answers from a moment on, for visitsStand.
type visitsNow struct {
	changes int64     // before it was read
	asked   time.Time // by the clock that windows go by
	read    time.Time // by the machine's
	groups  map[visitGroup][]*openVisit
}

type visitGroup struct {
	channel door.Channel
	group   string
}

type openVisit struct {
	row visitRow

	mu     sync.Mutex
	opened bool
	visit  door.Visit
}

func (o *openVisits) agency(name string) *agencyVisits {
	if a, ok := o.of.Load(name); ok {
		return a.(*agencyVisits)
	}
	a, _ := o.of.LoadOrStore(name, &agencyVisits{turn: make(chan struct{}, 1)})
	return a.(*agencyVisits)
}

// changed is told after everything that staff write of an agency's visits, also
// where it may have failed.
func (o *openVisits) changed(agency string) {
	a := o.agency(agency)
	a.changes.Add(1)
	a.kept.Store(nil)
}

// VisitsOf gives the visits whose code on that channel has the group and
// answers now. They are shared: the caller changes nothing in them.
func (s *Store) VisitsOf(ctx context.Context, agency string, ch door.Channel, group string, now time.Time) ([]door.Visit, error) {
	kept, err := s.visitsNow(ctx, agency, now)
	if err != nil {
		return nil, err
	}
	var out []door.Visit
	for _, one := range kept.groups[visitGroup{ch, group}] {
		v, err := s.unsealed(ctx, agency, one)
		if err != nil {
			return nil, err
		}
		if v.Open(now) {
			out = append(out, v)
		}
	}
	return out, nil
}

func (s *Store) visitsNow(ctx context.Context, agency string, now time.Time) (*visitsNow, error) {
	a := s.doors.agency(agency)
	if kept := a.fresh(now); kept != nil {
		return kept, nil
	}
	select {
	case a.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, explain("read visits", ctx.Err())
	}
	defer func() { <-a.turn }()
	if kept := a.fresh(now); kept != nil {
		return kept, nil
	}
	return s.readOpen(ctx, agency, a, now)
}

// fresh is what was read, if it is still what stands.
func (a *agencyVisits) fresh(now time.Time) *visitsNow {
	v := a.kept.Load()
	if v == nil || v.changes != a.changes.Load() || time.Since(v.read) >= visitsStand || now.Before(v.asked) || now.Sub(v.asked) >= visitsStand {
		return nil
	}
	return v
}

func (s *Store) readOpen(ctx context.Context, agency string, a *agencyVisits, now time.Time) (*visitsNow, error) {
	v := &visitsNow{changes: a.changes.Load(), asked: now, read: time.Now(), groups: map[visitGroup][]*openVisit{}}
	rows, err := s.visitRows(ctx, agency, `opens <= ? AND closes > ? AND outcome = '' AND screen_group <> ''`, now.Add(visitsStand).Unix(), now.Unix())
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		one := &openVisit{row: row}
		for ch, group := range row.groups {
			at := visitGroup{ch, group}
			v.groups[at] = append(v.groups[at], one)
		}
	}
	a.kept.Store(v)
	time.AfterFunc(2*visitsStand, func() { a.kept.CompareAndSwap(v, nil) })
	return v, nil
}

// unsealed opens a visit once.
func (s *Store) unsealed(ctx context.Context, agency string, one *openVisit) (door.Visit, error) {
	one.mu.Lock()
	defer one.mu.Unlock()
	if !one.opened {
		v, err := s.openVisit(ctx, agency, one.row)
		if err != nil {
			return door.Visit{}, err
		}
		one.visit, one.opened = v, true
	}
	return one.visit, nil
}
