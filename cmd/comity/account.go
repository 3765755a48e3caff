package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/access"
	"comity/store"
)

// runAccount is the administrator's way to people's access where no page is at
// hand.
func runAccount(ctx context.Context, e env, args []string) error {
	verbs := map[string]func(context.Context, env, *accountFlags) error{"add": accountAdd, "list": accountList, "link": accountLink, "end": accountEnd, "readmit": accountReadmit, "review": accountReview}
	f := newAccountFlags()
	if len(args) == 0 || verbs[args[0]] == nil {
		if len(args) > 0 {
			if err := f.parse(e, args, 1); err != nil {
				return err
			}
		}
		return &comity.Problem{Code: "bad-argument", Message: "say what to do", Hint: "comity account add, list, link, end, readmit or review"}
	}
	if err := f.parse(e, args[1:], 0); err != nil {
		return err
	}
	if err := need("dir", f.dir, "./record"); err != nil {
		return err
	}
	return verbs[args[0]](ctx, e, f)
}

type accountFlags struct {
	*flags
	dir, db, agency, id, label, basis, until, overlay string
	roles                                             list
	token, asJSON                                     bool
}

func newAccountFlags() *accountFlags {
	f := &accountFlags{flags: newFlags("account")}
	f.StringVar(&f.dir, "dir", "", "folder of the record")
	f.StringVar(&f.db, "db", "", databaseHelp)
	f.StringVar(&f.agency, "agency", "", "ORI; default the record's own")
	f.StringVar(&f.id, "id", "", "id of the account, as list shows it")
	f.StringVar(&f.label, "label", "", "post or staff number, never a person's name")
	f.Var(&f.roles, "role", "role, given many times or with commas; docs/access.md lists them")
	f.StringVar(&f.basis, "basis", "", "id of the rule that access rests on; access ends with it")
	f.StringVar(&f.until, "until", "", "last day of access, UTC")
	f.StringVar(&f.overlay, "law", "", "a folder of packs laid over the built-in law, as the server uses it")
	f.BoolVar(&f.token, "token", false, "make a token for a program, not a link for a person")
	f.BoolVar(&f.asJSON, "json", false, "as JSON")
	return f
}

func (f *accountFlags) open(ctx context.Context) (*store.Store, error) {
	config := recordConfig(slog.New(slog.DiscardHandler), 0)
	config.Database = databaseOf(f.dir, f.db)
	s, err := store.Open(ctx, f.dir, config)
	if err == nil && f.agency == "" {
		f.agency = s.Identity().Agency
	}
	return s, err
}

func accountAdd(ctx context.Context, e env, f *accountFlags) error {
	if err := need("label", f.label, "'records 4'"); err != nil {
		return err
	}
	if len(f.roles) == 0 {
		return need("role", "", "clerk")
	}
	for _, r := range f.roles {
		if !slices.Contains(access.Given(), access.Role(r)) {
			return &comity.Problem{Code: "bad-role", Message: fmt.Sprintf("there is no role %q", r), Where: "-role", Hint: "docs/access.md lists them"}
		}
	}
	a := store.Account{Role: f.roles[0], Roles: strings.Join(f.roles, " "), Name: f.label, Basis: f.basis}
	if f.until != "" {
		if err := needDay("until", f.until); err != nil {
			return err
		}
		day, err := time.Parse(time.DateOnly, f.until)
		if err != nil {
			return err
		}
		a.Until = day.AddDate(0, 0, 1)
	}
	if f.basis != "" {
		book, err := openBook(f.overlay)
		if err != nil {
			return err
		}
		if !stands(book, time.Now)(f.basis) {
			return &comity.Problem{Code: "no-basis", Message: "no rule of this id is in force today", Where: "-basis", Hint: "comity law explain shows the ids"}
		}
	}
	s, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	a.Agency = f.agency
	if a, err = s.AddAccount(ctx, a); err != nil {
		return err
	}
	if err := s.Tell(ctx, store.Event{Agency: a.Agency, Account: a.ID, What: "added", Note: a.Role}); err != nil {
		return err
	}
	return f.handOver(ctx, e, s, a, store.LinkNew)
}

// handOver makes the way in, which is shown once.
func (f *accountFlags) handOver(ctx context.Context, e env, s *store.Store, a store.Account, reason string) error {
	out := map[string]string{"id": a.ID}
	var words string
	if f.token {
		secret, err := s.NewToken(ctx, a)
		if err != nil {
			return err
		}
		out["token"], words = secret, "token (shown once): "+secret
	} else {
		secret, err := s.NewLinkFor(ctx, a, reason, linkFirst)
		if err == nil {
			err = s.Tell(ctx, store.Event{Agency: a.Agency, Account: a.ID, What: "invited", Note: reason})
		}
		if err != nil {
			return err
		}
		out["link"], words = "/desk/enter?token="+secret, "sign-in link, works once within a day: /desk/enter?token="+secret
	}
	if f.asJSON {
		return writeJSON(e, out)
	}
	_, err := fmt.Fprintf(e.out, "account %s\n%s\n", a.ID, words)
	return err
}

// openFor opens the record to do something about the account that is named.
func (f *accountFlags) openFor(ctx context.Context) (*store.Store, error) {
	if err := need("id", f.id, "01JDCK…"); err != nil {
		return nil, err
	}
	return f.open(ctx)
}

func accountLink(ctx context.Context, e env, f *accountFlags) error {
	s, err := f.openFor(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	a, err := s.AccountOf(ctx, f.agency, f.id)
	if err != nil {
		return err
	}
	return f.handOver(ctx, e, s, a, store.LinkLost)
}

func accountEnd(ctx context.Context, e env, f *accountFlags) error {
	s, err := f.openFor(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.EndAccount(ctx, f.agency, f.id, store.EndLeft, ""); err != nil {
		return err
	}
	if f.asJSON {
		return writeJSON(e, map[string]string{"id": f.id, "ended": store.EndLeft})
	}
	_, err = fmt.Fprintf(e.out, "ended: %s, with its sessions, links, tokens and devices\n", f.id)
	return err
}

// accountReadmit lets the directory sign somebody in again whose access was
// ended here.
func accountReadmit(ctx context.Context, e env, f *accountFlags) error {
	s, err := f.openFor(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Readmit(ctx, f.agency, f.id, ""); err != nil {
		return err
	}
	if f.asJSON {
		return writeJSON(e, map[string]string{"id": f.id, "readmitted": "yes"})
	}
	_, err = fmt.Fprintln(e.out, "readmitted: a new account is made when the directory signs this person in")
	return err
}

func accountList(ctx context.Context, e env, f *accountFlags) error {
	s, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	all, err := s.Accounts(ctx, f.agency)
	if err != nil {
		return err
	}
	return f.tellAccounts(e, all)
}

// accountReview ends what rests on a rule that is over, and lists it: exit 1
// where there was any, or where a review is open.
func accountReview(ctx context.Context, e env, f *accountFlags) error {
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	s, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := endOver(ctx, s, book); err != nil {
		return err
	}
	all, err := s.Accounts(ctx, f.agency)
	if err != nil {
		return err
	}
	over := slices.DeleteFunc(all, func(a store.Account) bool {
		return a.Why != store.EndBasis && a.Why != store.EndUntil && a.Why != store.EndDirectory
	})
	reviews, err := s.Reviews(ctx, f.agency)
	if err != nil {
		return err
	}
	if err := f.tellAccounts(e, over); err != nil {
		return err
	}
	open := slices.ContainsFunc(reviews, func(r store.Review) bool { return r.Closed.IsZero() })
	if open && !f.asJSON {
		fmt.Fprintln(e.out, "the law changed or a backup was restored, and the accounts were not gone through yet: the page of people shows until when")
	}
	if len(over) > 0 || open {
		return errFinding
	}
	return nil
}

func (f *accountFlags) tellAccounts(e env, list []store.Account) error {
	day := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.Format(time.RFC3339)
	}
	if f.asJSON {
		out := []map[string]string{}
		for _, a := range list {
			out = append(out, map[string]string{"id": a.ID, "agency": a.Agency, "label": a.Name, "roles": rolesOf(a), "basis": a.Basis, "until": day(a.Until), "ended": day(a.Ended), "why": a.Why})
		}
		return writeJSON(e, map[string]any{"accounts": out})
	}
	for _, a := range list {
		line := fmt.Sprintf("%s  %s (%s)", a.ID, a.Name, rolesOf(a))
		if a.Basis != "" {
			line += ", rests on " + a.Basis
		}
		if !a.Until.IsZero() {
			line += ", until " + day(a.Until)
		}
		if !a.Ended.IsZero() {
			line += fmt.Sprintf(", ended %s (%s)", day(a.Ended), a.Why)
		}
		fmt.Fprintln(e.out, line)
	}
	if len(list) == 0 {
		fmt.Fprintln(e.out, "none")
	}
	return nil
}
