package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"comity"
	"comity/access"
)

// ProviderConfig says how an agency's own identity provider is asked who
// somebody is (OpenID Connect).
type ProviderConfig struct {
	Issuer      string                 // address of the provider, as its tokens name it
	Client      string                 // what this server is called there
	Secret      string                 // that it shares with the provider; empty: none
	Agency      string                 // ORI whose people it knows
	Groups      map[string]access.Role // what a group comes to; other groups come to nothing
	GroupsClaim string                 // where the token lists groups; empty: groups
	LabelClaim  string                 // a post or staff number to show; empty: none is read
	Scopes      []string               // asked for beside openid
	Now         func() time.Time
}

// A Provider is the agency's own identity provider. It is asked for the first
// time when somebody signs in: a provider that is down keeps no server from
// starting, and those with passkeys go on.
type Provider struct {
	config ProviderConfig
	client *http.Client

	mu    sync.Mutex
	found *oidc.Provider // once it answered
}

// NewProvider checks what can be checked without asking.
func NewProvider(c ProviderConfig) (*Provider, error) {
	u, err := url.Parse(c.Issuer)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && !local:
		return nil, badProvider("issuer", "the address of the provider must begin with https://")
	case c.Client == "":
		return nil, badProvider("client", "the provider's name for this server is missing")
	case len(c.Groups) == 0:
		return nil, badProvider("groups", "no group gives a role")
	}
	for group, role := range c.Groups {
		if group == "" || !slices.Contains(access.Given(), role) || role.OfProgram() {
			return nil, badProvider("groups", fmt.Sprintf("the group %q has no role that people have: %q", group, role))
		}
	}
	if c.GroupsClaim == "" {
		c.GroupsClaim = "groups"
	}
	return &Provider{config: c, client: &http.Client{Timeout: 10 * time.Second}}, nil
}

func badProvider(where, says string) error {
	return &comity.Problem{Code: "bad-provider", Message: says, Where: where, Hint: "docs/access.md shows such a file"}
}

// Reach asks the provider what it offers, unless it answered before.
func (p *Provider) Reach(ctx context.Context) error {
	_, err := p.reach(ctx)
	return err
}

func (p *Provider) reach(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.config.Issuer)
	if err != nil {
		return nil, &comity.Problem{Code: "provider-down", Message: "the identity provider does not answer as it should: " + firstLine(err), Where: p.config.Issuer,
			Hint: "open " + strings.TrimSuffix(p.config.Issuer, "/") + "/.well-known/openid-configuration from this machine: it must answer, and name the same issuer. Until then people sign in with passkeys or one-time links"}
	}
	p.found = found
	return found, nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line[:min(len(line), 200)]
}

// A waiting sign-in: what the answer must fit.
type pending struct {
	Browser  []byte `json:"browser"` // digest of the cookie that the browser was given
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"` // of PKCE
}

func (p *Provider) flow(found *oidc.Provider, back string) *oauth2.Config {
	return &oauth2.Config{ClientID: p.config.Client, ClientSecret: p.config.Secret, Endpoint: found.Endpoint(), RedirectURL: back,
		Scopes: append([]string{oidc.ScopeOpenID}, p.config.Scopes...)}
}

// ask is the address at the provider to which the browser goes.
func (p *Provider) ask(ctx context.Context, back, state string, w pending) (string, error) {
	found, err := p.reach(ctx)
	if err != nil {
		return "", err
	}
	return p.flow(found, back).AuthCodeURL(state, oidc.Nonce(w.Nonce), oauth2.S256ChallengeOption(w.Verifier)), nil
}

// A vouched person is what is taken from the provider's answer, and no more.
type vouched struct {
	Subject, Label string
	Roles          []string
}

// errNotVouched is an answer that proves nothing.
var errNotVouched = errors.New("the provider's answer proves nothing")

// answered exchanges the code, and checks the signed answer: who issued it, for
// whom, until when, and that it answers this question.
func (p *Provider) answered(ctx context.Context, back, code string, w pending) (vouched, error) {
	found, err := p.reach(ctx)
	if err != nil {
		return vouched{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := p.flow(found, back).Exchange(ctx, code, oauth2.VerifierOption(w.Verifier))
	if err != nil {
		return vouched{}, exchangeFailed(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.config.Client, Now: p.config.Now}).Verify(ctx, raw)
	if err != nil {
		return vouched{}, fmt.Errorf("%w: %s", errNotVouched, firstLine(err))
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return vouched{}, fmt.Errorf("%w: its claims are not readable", errNotVouched)
	}
	party, named := claims["azp"]
	switch {
	case id.Nonce != w.Nonce:
		return vouched{}, fmt.Errorf("%w: it answers another question", errNotVouched)
	case id.Subject == "":
		return vouched{}, fmt.Errorf("%w: it names nobody", errNotVouched)
	case named && party != p.config.Client || !named && len(id.Audience) > 1:
		return vouched{}, fmt.Errorf("%w: it was made for another server", errNotVouched)
	}
	if _, ok := claims[p.config.GroupsClaim]; !ok {
		p.addGroups(ctx, found, token, id.Subject, claims)
	}
	return p.read(id, claims), nil
}

// exchangeFailed tells a provider that cannot be asked from one that refuses.
// What it wrote is not kept: it may name somebody.
func exchangeFailed(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError {
		return fmt.Errorf("%w: it refused the code (%.40q)", errNotVouched, refused.ErrorCode)
	}
	return &comity.Problem{Code: "provider-down", Message: "the identity provider did not answer", Hint: "comity doctor -oidc FILE says more"}
}

// addGroups asks for groups where the token itself lists none. Without an
// answer there are none, and so no role.
func (p *Provider) addGroups(ctx context.Context, found *oidc.Provider, token *oauth2.Token, subject string, claims map[string]any) {
	if found.UserInfoEndpoint() == "" {
		return
	}
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil || info.Subject != subject {
		return
	}
	var more map[string]any
	if info.Claims(&more) == nil {
		claims[p.config.GroupsClaim] = more[p.config.GroupsClaim]
	}
}

func (p *Provider) read(id *oidc.IDToken, claims map[string]any) vouched {
	v := vouched{Subject: id.Issuer + "|" + id.Subject}
	if label, ok := claims[p.config.LabelClaim].(string); ok {
		v.Label = label[:min(len(label), 60)]
	}
	var groups []any
	switch listed := claims[p.config.GroupsClaim].(type) {
	case []any:
		groups = listed
	case string:
		groups = []any{listed}
	}
	for _, role := range access.Given() {
		if slices.ContainsFunc(groups, func(g any) bool {
			name, ok := g.(string)
			return ok && name != "" && p.config.Groups[name] == role
		}) {
			v.Roles = append(v.Roles, string(role))
		}
	}
	return v
}

// Vouched keeps the accounts of people whom a provider vouches for.
type Vouched interface {
	// FromDirectory makes or finds the account and gives it these roles; with
	// none its access ends.
	FromDirectory(ctx context.Context, agency, subject, label string, roles []string) (Account, error)
	OpenVouched(ctx context.Context, a Account) (secret string, err error) // a session; others of the account end
}

// The ceremony of a sign-in through the provider, and its cookie: an answer
// counts only in the browser that asked.
const (
	providerCeremony = "oidc"
	browserCookie    = "comity-enter"
)

func (s *site) backFromProvider(r *http.Request) string { return s.address(r) + "/desk/enter/back" }

func (s *site) browserCookie(r *http.Request, value string, age int) *http.Cookie {
	name := browserCookie
	if secure(r) {
		name = "__Host-" + name
	}
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure(r)}
}

// toProvider sends the browser to the agency's provider.
func (s *site) toProvider(w http.ResponseWriter, r *http.Request) error {
	if s.Provider == nil || s.Vouched == nil || s.Passkeys == nil {
		return s.missing(r, "no-provider")
	}
	browser := oauth2.GenerateVerifier()
	asked := sha256.Sum256([]byte(browser))
	wait := pending{asked[:], oauth2.GenerateVerifier(), oauth2.GenerateVerifier()}
	data, err := json.Marshal(wait)
	if err != nil {
		return err
	}
	if err := s.Provider.Reach(r.Context()); err != nil {
		return s.notVouched(w, r, err)
	}
	state, err := s.Passkeys.BeginCeremony(r.Context(), providerCeremony, data)
	if err != nil {
		return err
	}
	to, err := s.Provider.ask(r.Context(), s.backFromProvider(r), state, wait)
	if err != nil {
		return s.notVouched(w, r, err)
	}
	http.SetCookie(w, s.browserCookie(r, browser, 300))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// fromProvider is where the provider sends the browser back to.
func (s *site) fromProvider(w http.ResponseWriter, r *http.Request) error {
	if s.Provider == nil || s.Vouched == nil || s.Passkeys == nil {
		return s.missing(r, "no-provider")
	}
	w.Header().Set("Cache-Control", "no-store")
	wait, err := s.pendingOf(r)
	http.SetCookie(w, s.browserCookie(r, "", -1))
	if err != nil {
		return s.notVouched(w, r, err)
	}
	said, err := s.Provider.answered(r.Context(), s.backFromProvider(r), r.URL.Query().Get("code"), wait)
	if err != nil {
		return s.notVouched(w, r, err)
	}
	who, err := s.Vouched.FromDirectory(r.Context(), s.Provider.config.Agency, said.Subject, said.Label, said.Roles)
	if err != nil {
		return s.notVouched(w, r, err)
	}
	who.policies, who.By = s.policies, access.ByOIDC
	secret, err := s.Vouched.OpenVouched(r.Context(), who)
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(r, secret, 0))
	home := homeOf(who)
	w.Header().Set("Refresh", "0; url="+s.langOf(r).link(home)) // a step from this site: the browser sends the session's cookie
	return s.render(w, r, http.StatusOK, signInView{Why: "continue", Continue: home})
}

// pendingOf is the sign-in that this answer belongs to. It answers once, and
// only in the browser that asked.
func (s *site) pendingOf(r *http.Request) (pending, error) {
	var wait pending
	account, data, err := s.Passkeys.EndCeremony(r.Context(), r.URL.Query().Get("state"))
	if refused(err) {
		return wait, fmt.Errorf("%w: nobody waits for it", errNotVouched)
	}
	if err != nil {
		return wait, err
	}
	if err := json.Unmarshal(data, &wait); err != nil || account != providerCeremony {
		return wait, fmt.Errorf("%w: nobody waits for it", errNotVouched)
	}
	cookie, err := r.Cookie(s.browserCookie(r, "", 0).Name)
	if err != nil {
		return wait, fmt.Errorf("%w: another browser asked", errNotVouched)
	}
	if asked := sha256.Sum256([]byte(cookie.Value)); !bytes.Equal(asked[:], wait.Browser) {
		return wait, fmt.Errorf("%w: another browser asked", errNotVouched)
	}
	if r.URL.Query().Get("code") == "" {
		return wait, fmt.Errorf("%w: it says %.40q", errNotVouched, r.URL.Query().Get("error"))
	}
	return wait, nil
}

// notVouched says on the page of signing in why nobody came in.
func (s *site) notVouched(w http.ResponseWriter, r *http.Request, err error) error {
	v := signInView{Key: s.keysWork(r), Provider: s.Provider != nil, Why: "not-vouched"}
	status := http.StatusForbidden
	var p *comity.Problem
	switch {
	case errors.Is(err, errNotVouched):
		s.Log.Warn("a sign-in through the identity provider was refused", "why", err)
	case errors.As(err, &p) && p.Code == "provider-down":
		s.Log.Error(p.Message, "at", p.Where, "do", p.Hint)
		v.Why, status = p.Code, http.StatusBadGateway
	case errors.As(err, &p) && (p.Code == "no-role" || p.Code == "access-ended"):
		v.Why = p.Code
	default:
		return err
	}
	return s.render(w, r, status, v)
}
