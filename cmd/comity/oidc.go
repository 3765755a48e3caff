package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"comity"
	"comity/access"
	"comity/store"
	"comity/web"

	"go.yaml.in/yaml/v3"
)

const providerHelp = "`file` of the agency's own identity provider (OpenID Connect) and of what its groups come to"

// A providerFile says how the agency's own identity provider is asked.
// docs/access.md describes it.
type providerFile struct {
	Issuer      string                 `yaml:"issuer"`
	Client      string                 `yaml:"client"`
	Secret      string                 `yaml:"secret"` // file, beside this one unless it is an absolute path
	Agency      string                 `yaml:"agency"` // none: the record's own
	GroupsClaim string                 `yaml:"groups_claim"`
	LabelClaim  string                 `yaml:"label_claim"`
	Scopes      []string               `yaml:"scopes"`
	Groups      map[string]access.Role `yaml:"groups"`
}

// readProvider reads the file and the secret that it names.
func readProvider(file, agency string, now func() time.Time) (*web.Provider, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, badProviderFile(file, err.Error())
	}
	var f providerFile
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, badProviderFile(file, oneLine(err))
	}
	c := web.ProviderConfig{Issuer: f.Issuer, Client: f.Client, Agency: f.Agency, Groups: f.Groups, GroupsClaim: f.GroupsClaim, LabelClaim: f.LabelClaim, Scopes: f.Scopes, Now: now}
	if c.Agency == "" {
		c.Agency = agency
	}
	if f.Secret != "" {
		if !filepath.IsAbs(f.Secret) {
			f.Secret = filepath.Join(filepath.Dir(file), f.Secret)
		}
		secret, err := os.ReadFile(f.Secret)
		if err != nil {
			return nil, badProviderFile(file, "its secret: "+err.Error())
		}
		c.Secret = strings.TrimSpace(string(secret))
	}
	p, err := web.NewProvider(c)
	if wrong := new(comity.Problem); errors.As(err, &wrong) {
		return nil, badProviderFile(file, wrong.Where+": "+wrong.Message)
	}
	return p, err
}

func badProviderFile(file, what string) error {
	return &comity.Problem{Code: "bad-provider", Message: what, Where: file, Hint: "docs/access.md shows such a file"}
}

// vouch lets people sign in through the provider of a file. One that does not
// answer now is told, and asked again when somebody signs in: the public log and
// those with passkeys do not wait for it.
func vouch(s *store.Store, file string, log *slog.Logger) (set func(*web.Config), work func(context.Context), err error) {
	if file == "" {
		return func(*web.Config) {}, func(context.Context) {}, nil
	}
	p, err := readProvider(file, s.Identity().Agency, time.Now)
	if err != nil {
		return nil, nil, err
	}
	first := func(ctx context.Context) {
		down := new(comity.Problem)
		if err := p.Reach(ctx); errors.As(err, &down) && ctx.Err() == nil {
			log.Error("nobody signs in through the identity provider until it answers", "why", down.Message, "do", down.Hint)
		}
	}
	return func(c *web.Config) { c.Provider, c.Vouched = p, vouched{s} }, first, nil
}

// examineProvider asks the provider, as a sign-in would.
func examineProvider(ctx context.Context, file string) (store.Remark, error) {
	p, err := readProvider(file, "", time.Now)
	if err != nil {
		return store.Remark{}, err
	}
	if err := p.Reach(ctx); err != nil {
		down := new(comity.Problem)
		if !errors.As(err, &down) {
			return store.Remark{}, err
		}
		return store.Remark{About: "identity provider", Grade: store.Wrong, Says: down.Message, Do: down.Hint}, nil
	}
	return store.Remark{About: "identity provider", Grade: store.Fine, Says: "it answers; whether it lets people in is seen only when somebody signs in"}, nil
}
