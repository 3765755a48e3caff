package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"comity"
	"comity/desk"
	"comity/record"
	"comity/store"
	"comity/web/webhook"

	"go.yaml.in/yaml/v3"
)

// runWebhook makes the secret of an address.
func runWebhook(_ context.Context, e env, args []string) error {
	f := newFlags("webhook")
	asJSON := f.Bool("json", false, "say {key} as JSON")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if f.Arg(0) != "key" {
		return &comity.Problem{Code: "bad-argument", Message: "webhook has one command: key", Hint: "comity webhook key > FILE; give the same secret to the system that is told"}
	}
	key := make(webhook.Key, 32)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("make a secret: %w", err)
	}
	if *asJSON {
		return json.NewEncoder(e.out).Encode(map[string]string{"key": key.String()})
	}
	_, err := fmt.Fprintln(e.out, key)
	return err
}

// A webhooksFile lists the systems that are told. docs/integration.md describes
// it.
type webhooksFile struct {
	Webhooks []webhookEntry `yaml:"webhooks"`
}

type webhookEntry struct {
	Name   string   `yaml:"name"`
	Agency string   `yaml:"agency"`
	URL    string   `yaml:"url"`
	Keys   []string `yaml:"keys"` // files, beside this one unless absolute
	Kinds  []string `yaml:"kinds"`
	Allow  []string `yaml:"allow"`
}

// readWebhooks reads the file and the secrets that it names.
func readWebhooks(file string) ([]webhook.Address, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, badWebhooks(file, err.Error())
	}
	var f webhooksFile
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, badWebhooks(file, err.Error())
	}
	var out []webhook.Address
	for _, w := range f.Webhooks {
		a, err := readWebhook(filepath.Dir(file), w)
		if err == nil {
			err = a.Check()
		}
		if err != nil {
			return nil, badWebhooks(file, fmt.Sprintf("%q: %v", w.Name, err))
		}
		if slices.ContainsFunc(out, func(o webhook.Address) bool { return o.Agency == a.Agency && o.Name == a.Name }) {
			return nil, badWebhooks(file, fmt.Sprintf("%q is there twice", a.Name))
		}
		out = append(out, a)
	}
	return out, nil
}

func readWebhook(dir string, w webhookEntry) (webhook.Address, error) {
	a := webhook.Address{Name: w.Name, Agency: w.Agency, URL: w.URL, Kinds: w.Kinds}
	for _, name := range w.Keys {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return a, err
		}
		key, err := webhook.ParseKey(string(text))
		if err != nil {
			return a, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		a.Keys = append(a.Keys, key)
	}
	for _, network := range w.Allow {
		p, err := netip.ParsePrefix(network)
		if err != nil {
			return a, fmt.Errorf("allow: %q is no network such as 10.20.0.0/16", network)
		}
		a.Allow = append(a.Allow, p.Masked())
	}
	return a, nil
}

func badWebhooks(file, what string) error {
	return &comity.Problem{Code: "bad-webhooks", Message: what, Where: file, Hint: "docs/integration.md describes the file"}
}

// newSender tells the addresses what this record holds.
func newSender(s *store.Store, d *desk.Desk, addresses []webhook.Address, log *slog.Logger) *webhook.Sender {
	return &webhook.Sender{
		Addresses: addresses, Outbox: outbox{s}, Entries: s.Entries, Now: time.Now, Log: log,
		Due: func(e record.Entry) []webhook.Due { return dueOf(d, e) },
	}
}

// dueOf is the clocks that an entry started.
func dueOf(d *desk.Desk, e record.Entry) []webhook.Due {
	if e.Erased {
		return nil
	}
	var out []webhook.Due
	for _, alarm := range d.Alarms(desk.ReadCard(e)) {
		out = append(out, webhook.Due{Clock: alarm.Name, Due: alarm.Due.Format(time.RFC3339)})
	}
	return out
}

// outbox is the store as the sender uses it.
type outbox struct{ *store.Store }

func (o outbox) Place(ctx context.Context, agency, name string) (int64, error) {
	return o.WebhookPlace(ctx, agency, name)
}

func (o outbox) Queue(ctx context.Context, agency, name string, from, upto int64, list []webhook.Message) error {
	var out []store.WebhookMessage
	for _, m := range list {
		out = append(out, store.WebhookMessage(m))
	}
	return o.QueueWebhooks(ctx, agency, name, from, upto, out)
}

func (o outbox) Claim(ctx context.Context, agency, name string, lease time.Duration, most int) ([]webhook.Message, error) {
	return messagesOf(o.ClaimWebhooks(ctx, agency, name, lease, most))
}

func (o outbox) Recover(ctx context.Context, agency, name string) error {
	return o.RecoverWebhooks(ctx, agency, name)
}

func (o outbox) Settle(ctx context.Context, m webhook.Message) error {
	return o.SettleWebhook(ctx, store.WebhookMessage(m))
}

func messagesOf(list []store.WebhookMessage, err error) ([]webhook.Message, error) {
	var out []webhook.Message
	for _, m := range list {
		out = append(out, webhook.Message(m))
	}
	return out, err
}

// webhooks is the addresses and the outbox as the administrator's page uses
// them.
type webhooks struct {
	*store.Store
	addresses []webhook.Address
}

func (w webhooks) Addresses(agency string) []webhook.Address {
	return slices.DeleteFunc(slices.Clone(w.addresses), func(a webhook.Address) bool { return a.Agency != agency })
}

func (w webhooks) Counts(ctx context.Context, agency string) (map[string]map[string]int, error) {
	return w.CountWebhooks(ctx, agency)
}

func (w webhooks) Undelivered(ctx context.Context, agency string, most int) ([]webhook.Message, error) {
	return messagesOf(w.Webhooks(ctx, agency, most))
}

func (w webhooks) Resend(ctx context.Context, agency, id string) error {
	return w.ResendWebhook(ctx, agency, id)
}

func (w webhooks) Test(ctx context.Context, a webhook.Address) error {
	m, err := webhook.Test(a, "test_"+rand.Text(), time.Now())
	if err != nil {
		return err
	}
	return w.AddWebhook(ctx, store.WebhookMessage(m))
}
