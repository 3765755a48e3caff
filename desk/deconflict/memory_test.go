package deconflict

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/data"
	"comity/desk"
	"comity/desk/desktest"
	"comity/law"
)

// shipped is the law as it ships.
var shipped = sync.OnceValues(func() (*law.Book, error) { return law.Load(data.FS) })

// shelf keeps plans in memory, as the store does.
type shelf struct {
	mu      sync.Mutex
	texts   map[string][]byte
	revs    map[string]int
	queries []Query
}

func (s *shelf) SavePlan(_ context.Context, agency, id string, rev int, text []byte, _ string, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := agency + " " + id
	if s.revs[key] != rev {
		return Changed(id)
	}
	s.revs[key]++
	s.texts[key] = slices.Clone(text)
	return nil
}

func (s *shelf) ReadPlan(_ context.Context, agency, id string) ([]byte, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := agency + " " + id
	if s.revs[key] == 0 {
		return nil, 0, &comity.Problem{Code: "not-found"}
	}
	return s.texts[key], s.revs[key], nil
}

func (s *shelf) ReadPlans(_ context.Context, agency string) (texts [][]byte, revs []int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, text := range s.texts {
		if bytes.HasPrefix([]byte(key), []byte(agency+" ")) {
			texts, revs = append(texts, text), append(revs, s.revs[key])
		}
	}
	return texts, revs, nil
}

func (s *shelf) CountQuery(_ context.Context, q Query, since time.Time) (n int, again bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, was := range s.queries {
		if was.Agency == q.Agency && was.Peer == q.Peer && was.ID == q.ID {
			if again = true; was.Digest != q.Digest {
				return 0, true, &comity.Problem{Code: "conflict-id"}
			}
		}
	}
	if !again {
		s.queries = append(s.queries, q)
	}
	for _, was := range s.queries {
		if was.Agency == q.Agency && was.Peer == q.Peer && was.At.After(since) {
			n++
		}
	}
	return n, again, nil
}

func (s *shelf) ReadQueries(_ context.Context, agency string, since time.Time) ([]Query, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.queries), func(q Query) bool { return q.Agency != agency || !q.At.After(since) }), nil
}

// A circle is three agencies, each with a server of its own; each pair shares a
// key.
type circle struct {
	now     time.Time
	mu      sync.Mutex
	offices map[string]*Office
	kept    map[string]*desktest.Shelf
	plans   map[string]*shelf
	wire    map[string][][]byte // what each server received
	down    map[string]bool
}

const (
	cook   = "IL0160000"
	police = "ILCPD0000"
	third  = "IL0990000"
)

func newCircle(t testing.TB) *circle {
	t.Helper()
	book, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	c := &circle{
		now: time.Date(2026, 11, 21, 15, 30, 0, 0, time.UTC), offices: map[string]*Office{}, kept: map[string]*desktest.Shelf{},
		plans: map[string]*shelf{}, wire: map[string][][]byte{}, down: map[string]bool{},
	}
	now := func() time.Time { return c.now }
	names := []string{cook, police, third}
	for _, ori := range names {
		if c.kept[ori], err = desktest.New(desk.RecordKinds(), now); err != nil {
			t.Fatal(err)
		}
		c.plans[ori] = &shelf{texts: map[string][]byte{}, revs: map[string]int{}}
		line := Line{Agency: ori, Desk: Contact{"Watch desk " + ori, "555-" + ori}}
		for _, other := range names {
			if other != ori {
				line.Peers = append(line.Peers, Peer{Agency: other, Name: "Agency " + other, Phone: "555-0100", Key: pairKey(ori, other)})
			}
		}
		c.offices[ori] = &Office{
			Desk: &desk.Desk{Law: book, Record: c.kept[ori], Now: now}, Plans: c.plans[ori], Lines: []Line{line}, Now: now, Send: c.send,
			Home: func(string) (string, string) { return "us-il-chicago", "municipal-police" },
		}
	}
	return c
}

func (c *circle) send(ctx context.Context, to Peer, message []byte) ([]byte, error) {
	c.mu.Lock()
	down := c.down[to.Agency]
	if !down {
		c.wire[to.Agency] = append(c.wire[to.Agency], message)
	}
	c.mu.Unlock()
	if down {
		return nil, errors.New("connection refused")
	}
	return c.offices[to.Agency].Answer(ctx, message)
}

func pairKey(a, b string) Key {
	var k Key
	copy(k[:], min(a, b)+"-"+max(a, b)+"-0123456789")
	return k
}

// planForm is a whole plan, as a form sends it.
func planForm(changes ...string) desk.Form {
	f := desk.Form{
		"title": "CANARY-TITLE", "kind": "arrest-or-search", "by": "ice", "purpose": "other-crime", "danger": "no", "cells": "41.8781,-87.6298",
		"begins": "2026-11-22T04:00:00-06:00", "ends": "2026-11-22T07:00:00-06:00", "setting": "street", "lead": "Unit 3",
		"paper": "arrest-warrant", "paper_signed": "federal-magistrate", "paper_charge": "federal-felony", "model": "none",
		"people": "2", "custody": "District 1", "cameras": "all-officers", "medical": "Ambulance near", "children": "1", "children_care": "A relative is called",
		"pets": "1", "pets_care": "Shelter told", "vehicles": "1", "vehicles_care": "Stays locked", "interpreter": "Spanish", "reunification": "Before noon",
	}
	for i := 0; i < len(changes); i += 2 {
		f[changes[i]] = changes[i+1]
	}
	return f
}

func (c *circle) plan(t testing.TB, ori string, changes ...string) *Plan {
	t.Helper()
	p, err := c.offices[ori].Save(t.Context(), ori, NewPlanID(), 0, planForm(changes...), time.UTC)
	if err != nil {
		t.Fatalf("save: %v", err)
	}
	return p
}

func (c *circle) ask(t testing.TB, ori, id string) *Plan {
	t.Helper()
	p, err := c.offices[ori].Ask(t.Context(), ori, id, "watch-commander")
	if err != nil {
		t.Fatalf("ask: %v", err)
	}
	return p
}

func (c *circle) again(t testing.TB, ori, id string) *Plan {
	t.Helper()
	p, err := c.offices[ori].Plan(t.Context(), ori, id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
