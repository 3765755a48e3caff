package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"comity/law"
	"comity/store"
	"comity/web"
)

// How long a sign-in link works.
const (
	linkFirst   = 24 * time.Hour   // handed over in person
	linkAnother = 15 * time.Minute // from one device to the next
)

// people and passkeys are the store as the pages use it.
type people struct{ *store.Store }

func personOf(a store.Account) web.Person {
	return web.Person{Account: accountOf(a), Basis: a.Basis, Until: a.Until, EndedAt: a.Ended, Why: a.Why}
}

func storedPerson(p web.Person) store.Account {
	a := storedAccount(p.Account)
	a.Basis, a.Until = p.Basis, p.Until
	return a
}

func storedAccount(w web.Account) store.Account {
	return store.Account{ID: w.ID, Agency: w.Agency, Role: w.Role, Name: w.Name, Sample: w.Sample, Roles: w.Roles}
}

func (p people) People(ctx context.Context, agency string) ([]web.Person, error) {
	list, err := p.Accounts(ctx, agency)
	var out []web.Person
	for _, a := range list {
		out = append(out, personOf(a))
	}
	return out, err
}

func (p people) AddPerson(ctx context.Context, w web.Person, by string) (web.Account, error) {
	a, err := p.AddAccount(ctx, storedPerson(w))
	if err == nil {
		err = p.Store.Tell(ctx, store.Event{Agency: a.Agency, Account: a.ID, What: "added", Note: a.Role, By: by})
	}
	return accountOf(a), err
}

func (p people) ChangePerson(ctx context.Context, w web.Person, by string) error {
	return p.ChangeAccount(ctx, storedPerson(w), by)
}

func (p people) EndPerson(ctx context.Context, agency, id, by string) error {
	return p.EndAccount(ctx, agency, id, store.EndLeft, by)
}

func (p people) Invite(ctx context.Context, w web.Account, what, reason, by string) (string, error) {
	ttl := linkFirst
	if reason == store.LinkAnother {
		ttl = linkAnother
	}
	if err := p.Store.Tell(ctx, store.Event{Agency: w.Agency, Account: w.ID, What: what, Note: reason, By: by}); err != nil {
		return "", err
	}
	return p.NewLinkFor(ctx, storedAccount(w), reason, ttl)
}

func (p people) AccessEvents(ctx context.Context, agency string, most int) ([]web.AccessEvent, error) {
	list, err := p.Events(ctx, agency, most)
	var out []web.AccessEvent
	for _, e := range list {
		out = append(out, web.AccessEvent{Account: e.Account, What: e.What, Note: e.Note, By: e.By, At: e.At})
	}
	return out, err
}

func (p people) Reviews(ctx context.Context, agency string) ([]web.AccessReview, error) {
	list, err := p.Store.Reviews(ctx, agency)
	var out []web.AccessReview
	for _, v := range list {
		out = append(out, web.AccessReview(v))
	}
	return out, err
}

func (p people) LookedUp(ctx context.Context, agency string, l web.Lookup) error {
	return p.Store.LookedUp(ctx, agency, store.Lookup(l))
}

func (p people) Lookups(ctx context.Context, agency string, most int) ([]web.Lookup, error) {
	list, err := p.Store.Lookups(ctx, agency, most)
	var out []web.Lookup
	for _, l := range list {
		out = append(out, web.Lookup(l))
	}
	return out, err
}

func (p people) Looks(ctx context.Context, agency string, most int) ([]web.Look, error) {
	list, err := p.Viewings(ctx, agency, "", most)
	var out []web.Look
	for _, v := range list {
		out = append(out, web.Look{Entry: v.Entry, Account: v.Account, Role: v.Role, How: v.How, At: v.At})
	}
	return out, err
}

func (p people) DrawChecks(ctx context.Context, agency, seed string, most int) ([]web.LookCheck, error) {
	list, err := p.Store.DrawChecks(ctx, agency, seed, most)
	var out []web.LookCheck
	for _, c := range list {
		out = append(out, web.LookCheck(c))
	}
	return out, err
}

type passkeys struct{ *store.Store }

func (p passkeys) AddPasskey(ctx context.Context, a web.Account, k web.Passkey) error {
	return p.Store.AddPasskey(ctx, storedAccount(a), store.Passkey(k))
}

func (p passkeys) Passkeys(ctx context.Context, account string) ([]web.Passkey, error) {
	list, err := p.Store.Passkeys(ctx, account)
	var out []web.Passkey
	for _, k := range list {
		out = append(out, web.Passkey(k))
	}
	return out, err
}

func (p passkeys) PasskeyOwner(ctx context.Context, id []byte) (web.Account, error) {
	a, err := p.Store.PasskeyOwner(ctx, id)
	return accountOf(a), err
}

func (p passkeys) DropPasskey(ctx context.Context, a web.Account, id []byte, by string) error {
	return p.Store.DropPasskey(ctx, storedAccount(a), id, by)
}

func (p passkeys) OpenWith(ctx context.Context, a web.Account, key []byte) (string, error) {
	return p.NewSessionBy(ctx, storedAccount(a), store.ByPasskey, key)
}

// vouched is the store as sign-in through a provider uses it.
type vouched struct{ *store.Store }

func (v vouched) FromDirectory(ctx context.Context, agency, subject, label string, roles []string) (web.Account, error) {
	a, err := v.Store.FromDirectory(ctx, agency, subject, label, roles)
	return accountOf(a), err
}

func (v vouched) OpenVouched(ctx context.Context, a web.Account) (string, error) {
	return v.NewSessionBy(ctx, storedAccount(a), store.ByOIDC, nil)
}

func (p passkeys) Tell(ctx context.Context, agency, account, what, note, by string) error {
	return p.Store.Tell(ctx, store.Event{Agency: agency, Account: account, What: what, Note: note, By: by})
}

// stands reports whether the rule that access rests on is in force on a day and
// no order suspends it for everybody. A rule that is not in the book does not.
func stands(book *law.Book, now func() time.Time) func(basis string) bool {
	return func(basis string) bool {
		rule, _, ok := book.Rule(basis)
		if !ok {
			return false
		}
		day := now().UTC().Format(time.DateOnly)
		if !within(day, rule.From, rule.Until) || rule.Withdrawn != "" && rule.Withdrawn <= day {
			return false
		}
		for _, pack := range book.Packs() {
			if slices.ContainsFunc(pack.Orders, func(o *law.Order) bool {
				whole := len(o.For) == 0 && len(o.Agencies) == 0
				return whole && slices.Contains(o.Suspends, basis) && within(day, o.From, o.Until) && (o.Withdrawn == "" || day < o.Withdrawn)
			}) {
				return false
			}
		}
		return true
	}
}

// within reports whether a day lies in a period of the law, which ends before
// the day until.
func within(day, from, until string) bool { return from <= day && (until == "" || day < until) }

// watchAccess ends access with what it rests on and opens reviews when the law
// changed: at the start and every hour, so by the night at the latest (H23).
func watchAccess(s *store.Store, book *law.Book, log *slog.Logger) func(context.Context) {
	return func(ctx context.Context) {
		tick := time.NewTicker(time.Hour)
		defer tick.Stop()
		for {
			over, err := endOver(ctx, s, book)
			if err != nil && ctx.Err() == nil {
				log.Error("access was not gone through", "err", err)
			}
			if len(over) > 0 {
				log.Info("access ended with what it rested on", "accounts", len(over))
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}
}

func endOver(ctx context.Context, s *store.Store, book *law.Book) ([]store.Account, error) {
	inForce := stands(book, time.Now)
	over, err := s.EndOver(ctx, func(_, basis string) bool { return inForce(basis) })
	return over, errors.Join(err, s.OpenReviews(ctx, book.Digest()))
}

// rolesOf are the roles of an account, the one acted in first.
func rolesOf(a store.Account) string {
	if a.Roles == "" {
		return a.Role
	}
	return strings.ReplaceAll(a.Roles, " ", ", ")
}
