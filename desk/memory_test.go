package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/data"
	"comity/desk/desktest"
	"comity/law"
	"comity/record"
)

var shipped = sync.OnceValues(func() (*law.Book, error) { return law.Load(data.FS) })

// at opens a desk over the shipped law at a moment.
func at(t testing.TB, moment string) (*Desk, *desktest.Shelf) {
	t.Helper()
	return atWith(t, moment, RecordKinds())
}

// atWithOwnKinds is at, where the record writes of itself too.
func atWithOwnKinds(t testing.TB, moment string) (*Desk, *desktest.Shelf) {
	t.Helper()
	return atWith(t, moment, append(record.OwnKinds(), RecordKinds()...))
}

func atWith(t testing.TB, moment string, kinds []record.Kind) (*Desk, *desktest.Shelf) {
	t.Helper()
	book, err := shipped()
	if err != nil {
		t.Fatalf("load the shipped law: %v", err)
	}
	d := &Desk{Law: book}
	d.move(t, moment)
	s, err := desktest.New(kinds, func() time.Time { return d.Now() })
	if err != nil {
		t.Fatal(err)
	}
	s.Terms = Terms
	d.Record = s
	return d, s
}

func (d *Desk) move(t testing.TB, moment string) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		t.Fatal(err)
	}
	d.Now = func() time.Time { return now }
}

// written is every byte that an entry leaves behind.
func written(s *desktest.Shelf) string {
	var b strings.Builder
	for _, e := range s.Kept {
		fmt.Fprintf(&b, "%+v\n", e.Draft)
	}
	return b.String()
}

// texas is an I-247A with box 1, all in order, on a Friday evening in Travis County.
func texas() Request {
	return Request{
		ID: "tx-1", Agency: "TX2270000", Kind: "detainer", In: "us-tx-travis", Actor: "county-jail", Role: "clerk",
		At: "2026-11-21T09:00:00-06:00",
		Form: Form{
			"booking": "B-1001", "name": "Canary Person", "form": "i-247a", "edition": "2017-02", "by": "ice", "office": "San Antonio",
			"received_at": "2026-11-18T11:20", "addressed": "yes", "box": "box-1", "cause": "biometric", "signed": "yes",
			"dated": "yes", "served": "yes", "attached": "i-200", "attached_signed": "yes", "court": "none",
			"custody": "jailed", "other_reason": "no", "release_at": "2026-11-20T17:00", "contradicts": "no", "shown": "none",
		},
	}
}

func (r Request) but(id string, changes ...string) Request {
	form := Form{}
	for k, v := range r.Form {
		form[k] = v
	}
	for i := 0; i < len(changes); i += 2 {
		form[changes[i]] = changes[i+1]
	}
	r.ID, r.Form = id, form
	return r
}

func decisionOn(t testing.TB, a Answer, act string) comity.Decision {
	t.Helper()
	i := slices.Index(a.Acts, act)
	if i < 0 {
		t.Fatalf("nothing was asked about %s, only about %v", act, a.Acts)
	}
	return a.Decisions[i]
}

func handle(t testing.TB, d *Desk, r Request) Answer {
	t.Helper()
	a, err := d.Handle(context.Background(), r)
	if err != nil {
		t.Fatalf("handle %s: %v", r.ID, err)
	}
	return a
}

// code is the code of a Problem, or of the first of several.
func code(err error) string {
	var p *comity.Problem
	var all Problems
	switch {
	case errors.As(err, &all):
		return all[0].Code
	case errors.As(err, &p):
		return p.Code
	}
	return fmt.Sprint(err)
}
