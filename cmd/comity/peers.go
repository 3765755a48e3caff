package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/atlas"
	"comity/desk/deconflict"
	"comity/store"
	"comity/web"

	"go.yaml.in/yaml/v3"
)

// runDeconflict makes the key that two agencies share.
func runDeconflict(_ context.Context, e env, args []string) error {
	f := newFlags("deconflict")
	asJSON := f.Bool("json", false, "say {key} as JSON")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if f.Arg(0) != "key" {
		return &comity.Problem{Code: "bad-argument", Message: "deconflict has one command: key", Hint: "comity deconflict key > FILE; give the same file to the other agency, by hand"}
	}
	var k deconflict.Key
	if _, err := rand.Read(k[:]); err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	if *asJSON {
		return json.NewEncoder(e.out).Encode(map[string]string{"key": k.String()})
	}
	_, err := fmt.Fprintln(e.out, k)
	return err
}

// A peersFile is what an agency says of its watch desk and of those it shares a
// key with. docs/deconfliction.md describes it.
type peersFile struct {
	Agency   string     `yaml:"agency"`
	Desk     deskLine   `yaml:"watch_desk"`
	PerWatch int        `yaml:"per_watch"`
	Peers    []peerLine `yaml:"peers"`
}

type deskLine struct {
	Name  string `yaml:"name"`
	Phone string `yaml:"phone"`
}

type peerLine struct {
	Agency string `yaml:"agency"`
	Name   string `yaml:"name"`
	Phone  string `yaml:"phone"`
	URL    string `yaml:"url"`
	Key    string `yaml:"key"` // file, beside this one unless it is an absolute path
}

// readPeers reads the file and the keys that it names.
func readPeers(file string) (deconflict.Line, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return deconflict.Line{}, badPeers(file, err.Error())
	}
	var p peersFile
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&p); err != nil {
		return deconflict.Line{}, badPeers(file, oneLine(err))
	}
	line := deconflict.Line{Agency: p.Agency, Desk: deconflict.Contact{Desk: p.Desk.Name, Phone: p.Desk.Phone}, PerWatch: p.PerWatch}
	if p.Agency == "" || p.Desk.Name == "" || p.Desk.Phone == "" || len(p.Desk.Name)+len(p.Desk.Phone) > 120 {
		return line, badPeers(file, "agency, and name and phone of the watch desk, must be given, together under 120 letters")
	}
	if p.PerWatch < 0 || p.PerWatch > deconflict.MostCap {
		return line, badPeers(file, fmt.Sprintf("per_watch is 1 to %d; left out it is %d", deconflict.MostCap, deconflict.UsualCap))
	}
	for _, peer := range p.Peers {
		one, err := readPeer(file, peer)
		if err != nil {
			return line, err
		}
		if one.Agency == p.Agency || slices.ContainsFunc(line.Peers, func(o deconflict.Peer) bool { return o.Agency == one.Agency || o.Key == one.Key }) {
			return line, badPeers(file, "each peer is another agency, named once, with a key of its own")
		}
		line.Peers = append(line.Peers, one)
	}
	return line, nil
}

func readPeer(file string, p peerLine) (deconflict.Peer, error) {
	out := deconflict.Peer{Agency: p.Agency, Name: p.Name, Phone: p.Phone, URL: strings.TrimSuffix(p.URL, "/")}
	at, err := url.Parse(p.URL)
	if p.Agency == "" || p.Name == "" || p.Phone == "" || err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" {
		return out, badPeers(file, "each peer has agency, name, phone, url and key")
	}
	name := p.Key
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(file), name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return out, badPeers(file, "the key of "+p.Agency+": "+err.Error())
	}
	if out.Key, err = deconflict.ParseKey(string(text)); err != nil {
		return out, badPeers(file, "the key of "+p.Agency+" is not one; make it with comity deconflict key")
	}
	return out, nil
}

// oneLine is an error of several lines in one, as errors are told.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

func badPeers(file, what string) error {
	return &comity.Problem{Code: "bad-peers", Message: what, Where: file, Hint: "docs/deconfliction.md describes the file"}
}

// retryEvery is the time between two questions to a peer that was not reached.
const retryEvery = 30 * time.Second

// retryPeers asks again, beside the server, whoever was not reached.
func retryPeers(o *deconflict.Office, log *slog.Logger) func(context.Context) {
	return func(ctx context.Context) {
		tick := time.NewTicker(retryEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := o.Retry(ctx); err != nil && ctx.Err() == nil {
					log.Error("ask peers again", "err", err)
				}
			}
		}
	}
}

// postPeer brings a question to another agency's server.
func postPeer(ctx context.Context, to deconflict.Peer, message []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL+"/api/v1/deconfliction", bytes.NewReader(message))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("reach a peer: %w", err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(io.LimitReader(w.Body, deconflict.MessageLimit))
	if err != nil {
		return nil, fmt.Errorf("read a peer's answer: %w", err)
	}
	if w.StatusCode == http.StatusOK {
		return body, nil
	}
	var p comity.Problem
	if json.Unmarshal(body, &p) == nil && slices.Contains([]string{"unknown-peer", "bad-message", "stale"}, p.Code) {
		return nil, &p
	}
	return nil, errors.New("a peer answered " + w.Status)
}

// plans keeps planned operations, as deconfliction uses the store.
type plans struct{ *store.Store }

func (p plans) CountQuery(ctx context.Context, q deconflict.Query, since time.Time) (int, bool, error) {
	return p.CountPlanQuery(ctx, store.PlanQuery(q), since)
}

func (p plans) ReadQueries(ctx context.Context, agency string, since time.Time) ([]deconflict.Query, error) {
	list, err := p.PlanQueries(ctx, agency, since)
	var out []deconflict.Query
	for _, q := range list {
		out = append(out, deconflict.Query(q))
	}
	return out, err
}

// listed are the agreements that the lists name for an agency.
func listed(agreements *atlas.Agreements) func(string) []deconflict.Agreement {
	return func(ori string) []deconflict.Agreement {
		var out []deconflict.Agreement
		for _, a := range agreements.Of(ori) {
			if a.Status != atlas.Pending {
				out = append(out, deconflict.Agreement{Model: a.Model, Signed: a.Signed, Seen: a.LastSeen, Listed: a.Status == atlas.Listed})
			}
		}
		return out
	}
}

// linesTo gives the office of a site its lines to other agencies.
func linesTo(lines []deconflict.Line) (set func(*web.Config), retry func(*slog.Logger) func(context.Context)) {
	var office *deconflict.Office
	set = func(c *web.Config) {
		if office = c.Deconflict; office != nil {
			office.Lines = lines
		}
	}
	retry = func(log *slog.Logger) func(context.Context) {
		if office == nil {
			return func(context.Context) {}
		}
		return retryPeers(office, log)
	}
	return set, retry
}
