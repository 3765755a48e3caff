package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/record"
	"comity/store"
)

// runCosign watches the logs of others and signs their checkpoints, or makes
// the key for it.
func runCosign(ctx context.Context, e env, args []string) error {
	f := newFlags("cosign")
	newKey := f.String("new-key", "", "make a key of this `name`, write it to -o, and what to publish beside it")
	var algorithms list
	f.Var(&algorithms, "algorithm", "of the new key: ed25519, mldsa, or both with a comma; ed25519 by default")
	out := f.String("o", "", "`file` of the new key")
	dir := f.String("dir", "", "`folder` in which the cosigner remembers what it signed")
	key := f.String("key", "", "`file` of the secret key")
	var logs list
	f.Var(&logs, "log", "`VKEY` of a log to watch, or a file with one key a line; as often as needed")
	addr := f.String("addr", "127.0.0.1:8090", "address to listen on; put a TLS proxy before any other")
	asJSON := f.Bool("json", false, "say {addr,pid,keys} as JSON when ready")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	if *newKey != "" {
		return makeCosignKey(e, *newKey, algorithms, *out)
	}
	for _, want := range []struct{ name, value, example string }{{"dir", *dir, "./cosigner"}, {"key", *key, "cosigner.key"}, {"log", strings.Join(logs, ","), "record.vkey"}} {
		if err := need(want.name, want.value, want.example); err != nil {
			return err
		}
	}
	watch, err := newWatch(*key, logs)
	if err != nil {
		return err
	}
	l, err := listen(*addr)
	if err != nil {
		return err
	}
	defer l.Close()
	c, err := store.OpenCosigner(ctx, *dir, watch, time.Now)
	if err != nil {
		return err
	}
	defer c.Close()
	return serveUntilDone(ctx, l, c, func(at net.Addr) error { return tellCosigner(e, at, watch, *asJSON) })
}

func newWatch(key string, logs []string) (*record.Watch, error) {
	text, err := os.ReadFile(key)
	if err != nil {
		return nil, noFile(key, "make one with: comity cosign -new-key NAME -o FILE")
	}
	keys, err := record.ParseCosignKeys(string(text))
	if err != nil {
		return nil, &comity.Problem{Code: "bad-key", Message: err.Error(), Where: key, Hint: "it is the file that comity cosign -new-key wrote, not the one that ends in .pub"}
	}
	var vkeys []string
	for _, l := range logs {
		vkeys = append(vkeys, keyLines(l)...)
	}
	return record.NewWatch(keys, vkeys)
}

// keyLines takes a verifier key itself, or a file with one a line.
func keyLines(text string) []string {
	data, err := os.ReadFile(text)
	if err != nil {
		return []string{text}
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

func tellCosigner(e env, at net.Addr, watch *record.Watch, asJSON bool) error {
	var keys []string
	for _, k := range watch.Public() {
		keys = append(keys, k.String())
	}
	if asJSON {
		return json.NewEncoder(e.out).Encode(struct {
			Addr string   `json:"addr"`
			PID  int      `json:"pid"`
			Keys []string `json:"keys"`
		}{at.String(), os.Getpid(), keys})
	}
	_, err := fmt.Fprintf(e.out, "cosigning on http://%s for %s\nkeys to publish:\n%s\n", at, strings.Join(watch.Origins(), ", "), strings.Join(keys, "\n"))
	return err
}

func makeCosignKey(e env, name string, algorithms []string, out string) error {
	if err := need("o", out, "cosigner.key"); err != nil {
		return err
	}
	if len(algorithms) == 0 {
		algorithms = []string{"ed25519"}
	}
	var secret, public strings.Builder
	for i, a := range algorithms {
		if a != "ed25519" && a != "mldsa" || slices.Contains(algorithms[:i], a) {
			return &comity.Problem{Code: "bad-flag", Message: fmt.Sprintf("%q is not an algorithm, or is given twice", a), Where: "-algorithm", Hint: "ed25519, mldsa, or ed25519,mldsa"}
		}
		line, err := record.NewCosignKey(name, a == "mldsa")
		if err != nil {
			return err
		}
		keys, err := record.ParseCosignKeys(line)
		if err != nil {
			return err
		}
		fmt.Fprintln(&secret, line)
		fmt.Fprintln(&public, keys[0].Public())
	}
	if err := writeNew(out, []byte(secret.String()), 0o600); err != nil {
		return err
	}
	if err := writeNew(out+".pub", []byte(public.String()), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%s is secret; publish %s.pub:\n%s", out, out, public.String())
	return nil
}

// cosignerList collects -cosigner [WHO=][URL=]VKEY|FILE.
type cosignerList []record.PolicyCosigner

func (l *cosignerList) String() string { return "" }

func (l *cosignerList) Set(s string) error {
	who, address := "", ""
	for {
		head, rest, ok := strings.Cut(s, "=")
		if !ok || strings.Contains(head, "+") { // base64 ends in = too
			break
		}
		if isAddress(head) {
			address = head
		} else {
			who = head
		}
		s = rest
	}
	for _, line := range keyLines(s) {
		key, err := record.ParseCosigner(line)
		if err != nil {
			var p *comity.Problem
			if errors.As(err, &p) {
				return fmt.Errorf("%.60q: %s", s, p.Message)
			}
			return err
		}
		*l = append(*l, record.PolicyCosigner{Key: key.Called(who), URL: address})
	}
	return nil
}

// policy asks for so many of them; no cosigners, no policy.
func (l cosignerList) policy(need int) (record.Policy, error) {
	if len(l) == 0 {
		return record.Policy{}, nil
	}
	return record.NewPolicy(l, need)
}

// names counts the cosigners, whatever keys each has.
func (l cosignerList) names() int {
	seen := map[string]bool{}
	for _, c := range l {
		seen[c.Key.Name()] = true
	}
	return len(seen)
}

// agree lets a log that cosigners have seen further along not even start.
// Cosigners who are silent now are asked again before anything is signed.
func agree(ctx context.Context, s *store.Store, log *slog.Logger) error {
	err := s.Agree(ctx)
	var p *comity.Problem
	if errors.As(err, &p) && p.Code == "cosigners-silent" {
		log.Warn("no checkpoint is signed yet", "why", p.Message)
		return nil
	}
	return err
}
