package main

import (
	"context"
	"strings"
	"sync"

	"comity"
	"comity/atlas"
	"comity/law"
	"comity/oversight"
	"comity/record"
	"comity/store"
	"comity/web"
)

// The small interfaces of desk and web, satisfied by the store.

// accounts is who may sign in, as the pages use it.
type accounts struct{ *store.Store }

func (a accounts) Token(ctx context.Context, secret string) (web.Account, error) {
	found, err := a.Store.Token(ctx, secret)
	return accountOf(found), err
}

func (a accounts) UseLink(ctx context.Context, secret string) (web.Account, error) {
	found, err := a.Store.UseLink(ctx, secret)
	return accountOf(found), err
}

func (a accounts) NewSession(ctx context.Context, w web.Account) (string, error) {
	return a.Store.NewSession(ctx, storedAccount(w))
}

func accountOf(a store.Account) web.Account {
	return web.Account{ID: a.ID, Agency: a.Agency, Role: a.Role, Name: a.Name, Sample: a.Sample, Roles: a.Roles, By: a.By, Locked: a.Locked, Vouched: a.Vouched, Ended: !a.Ended.IsZero()}
}

func (a accounts) Session(ctx context.Context, secret string) (web.Account, error) {
	found, err := a.Store.Session(ctx, secret)
	return accountOf(found), err
}

// publicRecord is what anyone may see of the record.
type publicRecord struct{ *store.Store }

func (p publicRecord) PublicHeaders(ctx context.Context, after int64, limit int) ([]oversight.PublicEntry, error) {
	list, err := p.Store.PublicHeaders(ctx, after, limit)
	var out []oversight.PublicEntry
	for _, h := range list {
		out = append(out, oversight.PublicEntry{Index: h.Index, Leaf: h.Leaf, Header: record.Salted{Header: h.Header, Salt: h.Salt}})
	}
	return out, err
}

func (p publicRecord) Checkpoint(ctx context.Context) (record.Checkpoint, error) {
	head, err := p.Head(ctx)
	if err != nil {
		return record.Checkpoint{}, err
	}
	return p.Key().Checkpoint(head.Checkpoint)
}

func (p publicRecord) Counts(ctx context.Context) ([]oversight.PublicCount, error) {
	cells, err := p.Cells(ctx)
	var out []oversight.PublicCount
	for _, c := range cells {
		out = append(out, oversight.PublicCount(c))
	}
	return out, err
}

// cosignersOf is how the record's own cosigners stand: who signed the last
// checkpoint that they were shown, and who is missing from it.
func cosignersOf(s *store.Store) func() []record.SeenCosigner {
	return func() []record.SeenCosigner {
		var out []record.SeenCosigner
		for _, c := range s.Cosigners() {
			seen := record.SeenCosigner{Label: c.Name, Name: c.Name}
			if c.Why == "" && c.Last != nil {
				seen.At = *c.Last
			}
			out = append(out, seen)
		}
		return out
	}
}

// homes tells where an agency is: those that were named, else what the list of
// agencies says.
type homes struct {
	named    map[string]web.Home
	agencies *atlas.Agencies
	book     *law.Book
	found    *sync.Map // web.Home by ORI: to find a place is to go through all
}

func (h homes) Home(ori string) (web.Home, bool) {
	if home, ok := h.named[ori]; ok {
		return home, true
	}
	if home, ok := h.found.Load(ori); ok {
		return home.(web.Home), true
	}
	a, ok := h.agencies.Get(ori)
	if !ok {
		return web.Home{}, false
	}
	home := web.Home{Name: a.Name, Actor: actorOf(a)}
	if places := atlas.PlacesOf(a, h.book.Places()); len(places) > 0 {
		home.Place = places[0].ID
	}
	h.found.Store(ori, home)
	return home, true
}

// acts is where an agency acts and as what.
func (h homes) acts(ori string) (place, actor string) {
	home, ok := h.Home(ori)
	if !ok || home.Place == "" {
		return "us", "municipal-police"
	}
	return home.Place, home.Actor
}

// zone is that of the agency's own place, for questions about a whole state
// that lies in several.
func (h homes) zone(ori string) string {
	home, _ := h.Home(ori)
	place, _ := h.book.Place(home.Place)
	return place.Zone
}

// actorOf guesses what an agency is from its type, for a form that staff can
// change; the decision names the actor it was made for.
func actorOf(a comity.Agency) string {
	switch {
	case a.Type == "County" || strings.Contains(strings.ToLower(a.Name), "sheriff"):
		return "sheriff"
	case a.Type == "State Police":
		return "state-police"
	case a.Type == "University or College":
		return "campus-police"
	case a.Type == "Tribal":
		return "tribal-police"
	}
	return "municipal-police"
}
