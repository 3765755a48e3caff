package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"comity/record"
)

// cosignersFile in the folder of a record lists its cosigners, in the form of
// c2sp.org/tlog-policy. It lies there, and not in a flag alone, because a
// start that forgets whom to ask would sign after a restored backup.
const cosignersFile = "cosigners"

// A CosignerState is how one cosigner stands to this log, for everybody to see.
type CosignerState struct {
	Name string     `json:"name"`
	Keys []string   `json:"keys"`
	URL  string     `json:"url"`
	Last *time.Time `json:"last,omitempty"` // of its last signature since this program was started
	Size int64      `json:"size"`           // entries under that signature
	Why  string     `json:"missing,omitempty"`
}

// cosigners reads whom this record asks; nil: nobody.
func (s *Store) cosigners() (record.Cosigners, error) {
	policy := s.config.Cosigners
	path := filepath.Join(s.dir, cosignersFile)
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case len(policy.Cosigners) > 0:
		return nil, problem("bad-policy", path, "list all cosigners in the file, or remove it", "cosigners are given both as flags and in the file")
	default:
		if policy, err = record.ParsePolicy(text); err != nil {
			return nil, err
		}
	}
	if len(policy.Cosigners) == 0 {
		return nil, nil
	}
	a, err := newAsker(s.Key(), policy, s.config)
	if err != nil {
		return nil, err
	}
	s.asker = a
	return a, nil
}

// secondKey reads the log's ML-DSA-44 key, if it has one.
func (s *Store) secondKey() error {
	path := filepath.Join(keysDir(s.dir, s.config), "log-mldsa.key")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	keys, err := record.ParseCosignKeys(string(text))
	if err == nil {
		err = s.signer.Second(keys[0])
	}
	if err != nil || len(keys) != 1 {
		return problem("bad-key", path, "it is one line, made by: comity cosign -algorithm mldsa -new-key ORIGIN -o FILE", "the second key of the log cannot be read")
	}
	return nil
}

// secondPublic is its public half.
func (s *Store) secondPublic() ([]byte, error) {
	if c, ok := s.signer.SecondKey(); ok {
		return []byte(c.String() + "\n"), nil
	}
	return nil, notFound("file")
}

// firstCosigned is where the first checkpoint of each cosigner lies.
var firstCosigned = regexp.MustCompile(`^cosigned/[0-9a-f]{8}$`)

// Agree asks the cosigners whether they have seen more of this log than it
// knows; see [record.Log.Agree].
func (s *Store) Agree(ctx context.Context) error {
	return explain("ask cosigners", s.log.Agree(ctx))
}

// An asker asks cosigners as c2sp.org/tlog-witness describes it. What leaves
// is a public checkpoint and hashes of the tree.
type asker struct {
	key    record.Key
	policy record.Policy
	client *http.Client
	wait   time.Duration
	log    *slog.Logger

	addresses []string // in the order of the policy
	mu        sync.Mutex
	known     map[string]int64          // guarded by mu, by address: what it signed last
	states    map[string]*CosignerState // guarded by mu, by address
}

func newAsker(key record.Key, policy record.Policy, c Config) (*asker, error) {
	a := &asker{
		key: key, policy: policy, log: c.Log, known: map[string]int64{}, states: map[string]*CosignerState{},
		// A beat may take a sixth longer than promised; cosigners get half.
		wait:   min(5*time.Second, max(time.Second, c.Beat/12)),
		client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	for _, w := range policy.Cosigners {
		u, err := url.Parse(w.URL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, problem("bad-policy", "cosigner "+w.Key.Name(), "give the address at which it is asked, https://…", "the cosigner has no address")
		}
		at := strings.TrimSuffix(w.URL, "/")
		if a.states[at] == nil {
			a.addresses = append(a.addresses, at)
			a.states[at] = &CosignerState{Name: w.Key.Name(), URL: at, Why: "it was not asked yet"}
		}
		a.states[at].Keys = append(a.states[at].Keys, w.Key.String())
	}
	return a, nil
}

// Policy implements [record.Cosigners].
func (a *asker) Policy() record.Policy { return a.policy }

// Ask implements [record.Cosigners]: all at once, each with the same time.
func (a *asker) Ask(ctx context.Context, signed []byte, size int64, prove func(int64) (tlog.TreeProof, error)) []record.Answer {
	ctx, cancel := context.WithTimeout(ctx, a.wait)
	defer cancel()
	out := make([]record.Answer, len(a.addresses))
	var wait sync.WaitGroup
	for i, at := range a.addresses {
		wait.Go(func() {
			out[i] = a.askOne(ctx, at, signed, size, prove)
			a.note(out[i], signed, size)
		})
	}
	wait.Wait()
	return out
}

// askOne shows one cosigner a checkpoint: first with the size that it signed
// last as far as we know, then with the one it names.
func (a *asker) askOne(ctx context.Context, at string, signed []byte, size int64, prove func(int64) (tlog.TreeProof, error)) record.Answer {
	out := record.Answer{From: at}
	a.mu.Lock()
	old := a.known[at]
	a.mu.Unlock()
	for range 3 {
		if old > size { // known from a longer log than this: let it say so itself
			old = 0
		}
		proof, err := prove(old)
		if err != nil {
			out.Err = err
			return out
		}
		status, body, err := a.post(ctx, at+"/add-checkpoint", record.Addition{Old: old, Proof: proof, Checkpoint: signed}.Marshal())
		switch {
		case err != nil:
			out.Err = err
			return out
		case status == http.StatusOK:
			out.Lines = body
			a.mu.Lock()
			a.known[at] = size
			a.mu.Unlock()
			return out
		case status == http.StatusConflict:
			n, err := strconv.ParseInt(strings.TrimSuffix(string(body), "\n"), 10, 64)
			if err != nil || n < 0 || n == old {
				out.Err = errors.New("it answers that the size is another, and not which")
				return out
			}
			if n > size {
				out.Knows, out.Err = n, fmt.Errorf("it has seen %d entries, and was shown %d", n, size)
				out.Seen = a.view(ctx, at)
				return out
			}
			old = n
		case status == http.StatusUnprocessableEntity:
			out.Err = errors.New("it has seen another history of this log and refuses this one")
			out.Seen = a.view(ctx, at)
			return out
		default:
			out.Err = refusal(status)
			return out
		}
	}
	out.Err = errors.New("it names another size each time it is asked")
	return out
}

func refusal(status int) error {
	switch status {
	case http.StatusNotFound:
		return errors.New("it does not watch this log, or is not a cosigner: ask its operator to add the log's key")
	case http.StatusForbidden:
		return errors.New("it does not know this log's key: send its operator what is at /log/key")
	}
	return fmt.Errorf("it answers %d %s", status, http.StatusText(status))
}

// view reads what a cosigner keeps of this log; nil if it does not show it.
func (a *asker) view(ctx context.Context, at string) []byte {
	view, err := CosignerView(ctx, at, a.key.Origin())
	if err != nil {
		return nil
	}
	return view
}

func (a *asker) post(ctx context.Context, address string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	resp, err := a.client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return 0, nil, fmt.Errorf("it did not answer within %v", a.wait)
		}
		return 0, nil, errors.New("it cannot be reached")
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, record.MaxAddition))
	return resp.StatusCode, data, err
}

// note remembers how a cosigner stands, and tells the operator when that
// changes.
func (a *asker) note(answer record.Answer, signed []byte, size int64) {
	why, now := "", time.Time{}
	if answer.Err != nil {
		why = answer.Err.Error()
	} else if _, sigs, err := a.key.Cosigned(append(signed[:len(signed):len(signed)], answer.Lines...), a.policy.Keys()); err != nil || len(sigs) == 0 {
		why = "its answer carries no good signature of its key"
	} else {
		now = sigs[0].At
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.states[answer.From]
	switch {
	case why != "" && s.Why != why:
		a.log.Warn("a cosigner is missing", "cosigner", s.Name, "address", s.URL, "why", why)
	case why == "" && s.Why != "":
		a.log.Info("a cosigner signs", "cosigner", s.Name, "address", s.URL)
	}
	if s.Why = why; why == "" {
		s.Last, s.Size = &now, size
	}
}

// Cosigners says how each cosigner stands, in the order of the policy.
func (s *Store) Cosigners() []CosignerState {
	if s.asker == nil {
		return []CosignerState{}
	}
	s.asker.mu.Lock()
	defer s.asker.mu.Unlock()
	out := []CosignerState{}
	for _, at := range s.asker.addresses {
		out = append(out, *s.asker.states[at])
	}
	return out
}

// cosignersPage is what /log/cosigners serves.
func (s *Store) cosignersPage() ([]byte, error) {
	data, err := json.MarshalIndent(s.Cosigners(), "", "  ")
	return append(data, '\n'), err
}

// CosignerView reads the last checkpoint of a log that a cosigner keeps.
func CosignerView(ctx context.Context, address, origin string) ([]byte, error) {
	place, err := Remote(address)
	if err != nil {
		return nil, err
	}
	return place.ReadFile(ctx, originPath(origin)+"/checkpoint")
}

// originPath is where c2sp.org/tlog-witness puts what a cosigner keeps.
func originPath(origin string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(origin))) }
