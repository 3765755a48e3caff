package web

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"comity"
	"comity/access"
)

// Passkeys keeps the keys of people's devices and the challenges that wait for
// their answer. Nothing in it is secret but what stands for a challenge.
type Passkeys interface {
	BeginCeremony(ctx context.Context, account string, data []byte) (secret string, err error)
	EndCeremony(ctx context.Context, secret string) (account string, data []byte, err error) // works once
	AddPasskey(ctx context.Context, a Account, k Passkey) error
	Passkeys(ctx context.Context, account string) ([]Passkey, error)
	PasskeyOwner(ctx context.Context, id []byte) (Account, error) // whose access goes on
	UsedPasskey(ctx context.Context, id, public []byte) error
	DropPasskey(ctx context.Context, a Account, id []byte, by string) error
	OpenWith(ctx context.Context, a Account, passkey []byte) (secret string, err error) // a session; others of the account end
	Unlock(ctx context.Context, secret string, passkey []byte) error
	ActAs(ctx context.Context, secret, role string) error
	Tell(ctx context.Context, agency, account, what, note, by string) error
}

// A Passkey is a key in one device of one person.
type Passkey struct {
	ID     []byte
	Label  string
	Public []byte // the key and its counter, as the sign-in library writes them
	Made   time.Time
	Used   time.Time
}

// keyHolder is an account as the sign-in library asks about it. Its handle is
// the account's random id; its name is a label, never a person's.
type keyHolder struct {
	Account
	keys []webauthn.Credential
}

func (h keyHolder) WebAuthnID() []byte                         { return []byte(h.ID) }
func (h keyHolder) WebAuthnName() string                       { return h.Name }
func (h keyHolder) WebAuthnDisplayName() string                { return h.Name }
func (h keyHolder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (s *site) keyHolder(ctx context.Context, a Account) (keyHolder, error) {
	keys, err := s.Passkeys.Passkeys(ctx, a.ID)
	h := keyHolder{Account: a}
	for _, k := range keys {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Public, &c); err != nil {
			return h, err
		}
		h.keys = append(h.keys, c)
	}
	return h, err
}

// relying is this site as passkeys know it: the configured address, or
// localhost where none is.
func (s *site) relying(r *http.Request) (*webauthn.WebAuthn, error) {
	if s.Passkeys == nil {
		return nil, s.missing(r, "no-passkeys")
	}
	origin := s.Site
	if origin == "" {
		origin = "http://" + r.Host
	}
	u, err := url.Parse(origin)
	if err != nil || s.Site == "" && u.Hostname() != "localhost" {
		return nil, s.missing(r, "no-passkeys")
	}
	return webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "Comity", RPOrigins: []string{origin}})
}

// A challenge goes to the script, an answer comes back.
type challenge struct {
	Ceremony string `json:"ceremony"`
	Options  any    `json:"options"`
}

type keyAnswer struct {
	Ceremony   string          `json:"ceremony"`
	Label      string          `json:"label"`
	Credential json.RawMessage `json:"credential"`
}

func writeJSON(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v) // the reader may have left
	return nil
}

func (s *site) challenge(w http.ResponseWriter, r *http.Request, account string, session *webauthn.SessionData, options any) error {
	data, err := json.Marshal(session)
	if err != nil {
		return err
	}
	secret, err := s.Passkeys.BeginCeremony(r.Context(), account, data)
	if err != nil {
		return err
	}
	return writeJSON(w, challenge{secret, options})
}

// keyAnswer reads what the script sent and the challenge that it answers.
func (s *site) keyAnswer(r *http.Request) (keyAnswer, string, webauthn.SessionData, error) {
	var in keyAnswer
	var session webauthn.SessionData
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return in, "", session, s.problem(r, http.StatusBadRequest, "bad-form")
	}
	account, data, err := s.Passkeys.EndCeremony(r.Context(), in.Ceremony)
	if err == nil {
		err = json.Unmarshal(data, &session)
	}
	return in, account, session, err
}

// beginKey asks a device of whoever is signed in for a new key.
func (s *site) beginKey(w http.ResponseWriter, r *http.Request, who Account) error {
	party, err := s.relying(r)
	if err != nil {
		return err
	}
	h, err := s.keyHolder(r.Context(), who)
	if err != nil {
		return err
	}
	var known []protocol.CredentialDescriptor
	for _, k := range h.keys {
		known = append(known, k.Descriptor())
	}
	options, session, err := party.BeginRegistration(h, webauthn.WithExclusions(known),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}))
	if err != nil {
		return err
	}
	return s.challenge(w, r, who.ID, session, options.Response)
}

// addKey keeps the new key.
func (s *site) addKey(w http.ResponseWriter, r *http.Request, who Account) error {
	party, err := s.relying(r)
	if err != nil {
		return err
	}
	in, account, session, err := s.keyAnswer(r)
	if err != nil {
		return err
	}
	parsed, parseErr := protocol.ParseCredentialCreationResponseBytes(in.Credential)
	h, err := s.keyHolder(r.Context(), who)
	if err != nil {
		return err
	}
	if parseErr != nil || account != who.ID {
		return s.problem(r, http.StatusBadRequest, "bad-key")
	}
	key, err := party.CreateCredential(h, session, parsed)
	if err != nil {
		return s.problem(r, http.StatusBadRequest, "bad-key")
	}
	public, err := json.Marshal(key)
	if err != nil {
		return err
	}
	label := strings.TrimSpace(in.Label)
	if label == "" {
		label = s.langOf(r).say("people.device")
	}
	if err := s.Passkeys.AddPasskey(r.Context(), who, Passkey{ID: key.ID, Label: label, Public: public}); err != nil {
		return err
	}
	return writeJSON(w, map[string]string{"to": s.langOf(r).link("/desk/me")})
}

// beginEntry asks any device for a key that it has for this site.
func (s *site) beginEntry(w http.ResponseWriter, r *http.Request) error {
	party, err := s.relying(r)
	if err != nil {
		return err
	}
	options, session, err := party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return err
	}
	return s.challenge(w, r, "", session, options.Response)
}

// finishEntry opens a session for the owner of the key, or unlocks the one that
// this browser has.
func (s *site) finishEntry(w http.ResponseWriter, r *http.Request) error {
	party, err := s.relying(r)
	if err != nil {
		return err
	}
	in, _, session, err := s.keyAnswer(r)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(in.Credential)
	if err != nil {
		return s.problem(r, http.StatusBadRequest, "bad-key")
	}
	var owner Account
	_, key, err := party.ValidatePasskeyLogin(func(id, handle []byte) (webauthn.User, error) {
		var err error
		if owner, err = s.Passkeys.PasskeyOwner(r.Context(), id); err != nil {
			return nil, err
		}
		if !bytes.Equal(handle, []byte(owner.ID)) {
			return nil, errors.New("the key is another account's")
		}
		return s.keyHolder(r.Context(), owner)
	}, session, parsed)
	if err != nil {
		return s.problem(r, http.StatusForbidden, "bad-key")
	}
	if key.Authenticator.CloneWarning { // its counter went back: two devices hold one key
		if err := s.Passkeys.Tell(r.Context(), owner.Agency, owner.ID, "copied-key", "", ""); err != nil {
			return err
		}
		return s.problem(r, http.StatusForbidden, "bad-key")
	}
	public, err := json.Marshal(key)
	if err != nil {
		return err
	}
	if err := s.Passkeys.UsedPasskey(r.Context(), key.ID, public); err != nil {
		return err
	}
	owner.policies, owner.By = s.policies, access.ByPasskey
	return s.enterWith(w, r, owner, key.ID)
}

func (s *site) enterWith(w http.ResponseWriter, r *http.Request, owner Account, key []byte) error {
	to := map[string]string{"to": s.langOf(r).link(homeOf(owner))}
	if cookie, err := r.Cookie(s.cookieName(r)); err == nil {
		was, err := s.Accounts.Session(r.Context(), cookie.Value)
		if err == nil && was.ID == owner.ID && s.Passkeys.Unlock(r.Context(), cookie.Value, key) == nil {
			return writeJSON(w, to)
		}
	}
	secret, err := s.Passkeys.OpenWith(r.Context(), owner, key)
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(r, secret, 0))
	return writeJSON(w, to)
}

// homeOf is the first page of somebody who signed in.
func homeOf(a Account) string {
	switch {
	case a.May(access.SeeTasks):
		return "/desk"
	case a.May(access.Visit):
		return "/desk/shift"
	case a.May(access.SeePeople):
		return "/desk/accounts"
	case a.May(access.Teach):
		return "/desk/training"
	}
	return "/desk/me"
}

// A lockView stands in place of any page of the desk while the session is
// locked. What was being sent is kept in it and sent on after unlocking.
type lockView struct {
	Who     Account
	Path    string
	Post    bool
	There   bool // unlocked through the agency's provider, not by a passkey
	Carried []Line
}

func (lockView) template() string { return "desk_lock" }

func (s *site) locked(w http.ResponseWriter, r *http.Request, who Account) error {
	v := lockView{Who: who, Path: r.URL.Path, Post: r.Method == http.MethodPost, There: who.By == access.ByOIDC}
	if v.Post {
		if err := s.readForm(r); err != nil {
			return err
		}
		for name, values := range r.PostForm {
			for _, value := range values {
				v.Carried = append(v.Carried, Line{name, value})
			}
		}
		slices.SortFunc(v.Carried, func(a, b Line) int { return strings.Compare(a.Label+"\x00"+a.Text, b.Label+"\x00"+b.Text) })
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.render(w, r, http.StatusUnauthorized, v)
}

// A meView is what somebody sees of the own access.
type meView struct {
	deskPage
	Roles []string
	Keys  []Passkey
	Can   bool   // passkeys work at this address
	Link  string // made just now, for another device
}

func (meView) template() string { return "desk_me" }

func (s *site) me(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.mePage(w, r, who, "")
}

func (s *site) mePage(w http.ResponseWriter, r *http.Request, who Account, link string) error {
	v := meView{deskPage: s.deskPage(who, "me"), Roles: strings.Fields(who.Roles), Link: link}
	if _, err := s.relying(r); err == nil {
		v.Can = true
	}
	if s.Passkeys != nil {
		var err error
		if v.Keys, err = s.Passkeys.Passkeys(r.Context(), who.ID); err != nil {
			return err
		}
	}
	return s.show(w, r, v)
}

// changeMe takes a role, drops a device, or makes a link for another device of
// the same person: the first device answers for the second.
func (s *site) changeMe(w http.ResponseWriter, r *http.Request, who Account) error {
	if s.Passkeys == nil {
		return s.missing(r, "no-passkeys")
	}
	if err := s.readForm(r); err != nil {
		return err
	}
	var err error
	switch r.PostFormValue("do") {
	case "role":
		var cookie *http.Cookie
		if cookie, err = r.Cookie(s.cookieName(r)); err == nil {
			err = s.Passkeys.ActAs(r.Context(), cookie.Value, r.PostFormValue("role"))
		}
	case "drop":
		var key []byte
		if key, err = hex.DecodeString(r.PostFormValue("key")); err == nil {
			err = s.Passkeys.DropPasskey(r.Context(), who, key, who.ID)
		}
	case "another":
		if s.People == nil {
			return s.missing(r, "no-page")
		}
		secret, err := s.People.Invite(r.Context(), who, "invited", "another", who.ID)
		if err != nil {
			return err
		}
		return s.mePage(w, r, who, s.address(r)+"/desk/enter?token="+secret)
	default:
		err = &comity.Problem{Code: "bad-form", Message: "nothing was chosen", Where: "do"}
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, s.langOf(r).link("/desk/me"), http.StatusSeeOther)
	return nil
}

// address is where this site is reached from outside.
func (s *site) address(r *http.Request) string {
	if s.Site != "" {
		return strings.TrimSuffix(s.Site, "/")
	}
	if secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
