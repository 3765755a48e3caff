package web

import (
	"context"
	"encoding/json"
	"net/http"

	"comity/access"

	"github.com/danielgtaylor/huma/v2"
)

// apiActions names what each operation with a token does. One that is not here
// is refused to everybody.
var apiActions = map[string]access.Action{
	"ask":               access.Record,
	"read-paper":        access.Record,
	"act":               access.Act,
	"training":          access.SeeRegisters,
	"entries":           access.SeeTasks,
	"entry":             access.SeeCase,
	"receipt":           access.SeeCase,
	"packet":            access.SeeCase, // what is sealed only with give-packet
	"hold":              access.Order,
	"erase":             access.Order,
	"holds":             access.SeeHolds,
	"ask-disclosure":    access.AskDisclosure,
	"answer-disclosure": access.AnswerDisclosure,
	"open-disclosure":   access.AskDisclosure,
	"register":          access.SeeRegisters,
	"booking":           access.Integrate,
	"check-visit":       access.AnswerDoor,
}

// May reports whether the account may do this in its own agency's matters.
func (a Account) May(do access.Action) bool {
	return a.policies.Allow(access.Person{ID: a.ID, Agency: a.Agency, Role: access.Role(a.Role), By: a.By, Ended: a.Ended}, do, a.Agency)
}

// MayWrite reports whether the account may ask and record.
func (a Account) MayWrite() bool { return a.May(access.Record) }

// MayOpen reports whether the account sees what is sealed.
func (a Account) MayOpen() bool { return a.May(access.Open) }

// staff lets in who has a session and may do this; others see how to sign in,
// or that it is not theirs.
func (s *site) staff(do access.Action, next staffHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s.Desk == nil || s.Accounts == nil {
			return s.missing(r, "no-desk")
		}
		who, ok, err := s.session(w, r)
		if err != nil || !ok {
			return err
		}
		if !s.keptByThem(r, who) {
			http.Redirect(w, r, s.langOf(r).link(homeOf(who)), http.StatusSeeOther)
			return nil
		}
		if !who.May(do) {
			return s.problem(r, http.StatusForbidden, "not-yours")
		}
		return next(w, r, who)
	}
}

// keptByThem reports whether what a locked page kept comes from the same person
// who unlocked it: at a shared desk nobody sends what somebody else typed.
func (s *site) keptByThem(r *http.Request, who Account) bool {
	query := r.URL.Query()
	if !query.Has("kept") {
		return true
	}
	by := query.Get("kept")
	query.Del("kept")
	r.URL.RawQuery = query.Encode()
	return by == who.ID
}

// session is whoever the browser signed in as. Where nobody is, the page that
// says how has been written.
func (s *site) session(w http.ResponseWriter, r *http.Request) (who Account, ok bool, err error) {
	cookie, err := r.Cookie(s.cookieName(r))
	if err != nil {
		return Account{}, false, s.signIn(w, r, "")
	}
	who, err = s.Accounts.Session(r.Context(), cookie.Value)
	switch {
	case refused(err):
		return Account{}, false, s.signIn(w, r, "ended")
	case err != nil:
		return Account{}, false, err
	}
	who.policies = s.policies
	if who.Locked {
		return Account{}, false, s.locked(w, r, who)
	}
	return who, true, nil
}

// tokens checks the token and the action of an operation before anything of
// the request is read.
func (s *site) tokens(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	if len(op.Security) == 0 {
		next(ctx)
		return
	}
	who, err := s.bearer(ctx.Context(), ctx.Header("Authorization"))
	if err == nil && !who.May(apiActions[op.OperationID]) {
		err = notYours("Authorization")
	}
	if err != nil {
		s.refuseOperation(ctx, err)
		return
	}
	next(huma.WithValue(ctx, bearerKey{}, who))
}

type bearerKey struct{}

func (s *site) refuseOperation(ctx huma.Context, err error) {
	p := s.apiError(err)
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(p) // the reader may have left
}

// authorised is the account of the operation's token.
func (s *site) authorised(ctx context.Context) (Account, error) {
	who, ok := ctx.Value(bearerKey{}).(Account)
	if !ok {
		return Account{}, noToken()
	}
	return who, nil
}
