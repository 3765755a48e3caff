package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"comity"
	"comity/record"
	"comity/record/stamp"
	"comity/store"
)

// A verdict on a record, as `verify -json` gives it.
type verified struct {
	Good      bool            `json:"good"`
	Sentences []string        `json:"sentences"`
	Problem   *comity.Problem `json:"problem,omitempty"`
	Cosigners []shownCosigner `json:"cosigners,omitempty"`
	Missing   []string        `json:"missing,omitempty"` // cosigners who did not sign
	Stamps    []shownStamp    `json:"stamps,omitempty"`
}

type shownCosigner struct {
	Name       string     `json:"name"`
	Algorithms []string   `json:"algorithms"`
	At         time.Time  `json:"at"`
	Since      *time.Time `json:"since,omitempty"`
}

type shownStamp struct {
	Authority string    `json:"authority"`
	At        time.Time `json:"at"`
	Size      int64     `json:"size"`
}

// A verification is what is to be checked, and against whom.
type verification struct {
	key      record.Key
	where    string
	receipt  string
	from, to string
	policy   record.Policy
	roots    *x509.CertPool
	lang     string // en or es
}

// runVerify checks a whole record, a receipt, or that one checkpoint grew into
// another. Exit 0 good, 1 bad proof, 2 bad input.
func runVerify(ctx context.Context, e env, args []string) error {
	f := newFlags("verify")
	keyFlag := f.String("key", "", "the log's verifier key, or a file that holds it")
	var v verification
	f.StringVar(&v.receipt, "receipt", "", "check this receipt")
	f.StringVar(&v.from, "from", "", "an earlier checkpoint that was kept")
	f.StringVar(&v.to, "to", "", "a later checkpoint; empty is the one served now")
	var cosigners cosignerList
	f.Var(&cosigners, "cosigner", "`[WHO=][URL=]VKEY` of a cosigner that must have signed, or a file for VKEY; with URL, what it keeps is compared too")
	quorum := f.Int("quorum", -1, "so many of the cosigners must have signed; all by default")
	policy := f.String("policy", "", "`file` of logs, cosigners and quorum (c2sp.org/tlog-policy)")
	stampRoot := f.String("stamp-root", "", "`file` of root certificates of time-stamp authorities: check the stamps")
	watch := f.String("watch", "", "`file` that keeps the last checkpoint: follow the log and say what is wrong")
	beat := f.Duration("beat", time.Minute, "with -watch: how often the log promises a checkpoint")
	looks := f.Int("looks", 0, "with -watch: end after so many looks; 0: only when something is wrong")
	lang := f.String("lang", "en", "en or es")
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if v.lang = *lang; v.lang != "en" && v.lang != "es" {
		return &comity.Problem{Code: "bad-flag", Message: "-lang must be en or es", Where: "-lang"}
	}
	if err := need("key", *keyFlag, "log.vkey"); err != nil {
		return err
	}
	v.where = f.Arg(0)
	if v.where == "" && v.receipt == "" {
		return &comity.Problem{Code: "bad-argument", Message: "say what to verify", Hint: "an address, a folder, or -receipt FILE"}
	}
	var err error
	if v.key, err = readKey(*keyFlag); err != nil {
		return err
	}
	if v.policy, err = readPolicy(cosigners, *quorum, *policy); err != nil {
		return err
	}
	if v.roots, err = readRoots(*stampRoot); err != nil {
		return err
	}
	if *watch != "" {
		return v.watch(ctx, e, *watch, *beat, *looks, *asJSON)
	}
	said, err := v.verify(ctx)
	return v.show(e, said, err, *asJSON)
}

// readPolicy takes cosigners from flags or from a file.
func readPolicy(cosigners cosignerList, quorum int, file string) (record.Policy, error) {
	if file == "" {
		if quorum == -1 {
			quorum = cosigners.names()
		}
		if quorum > 0 && len(cosigners) == 0 {
			return record.Policy{}, &comity.Problem{Code: "bad-flag", Message: "a quorum needs cosigners", Where: "-quorum", Hint: "name each with -cosigner"}
		}
		return cosigners.policy(quorum)
	}
	if len(cosigners) > 0 || quorum != -1 {
		return record.Policy{}, &comity.Problem{Code: "bad-flag", Message: "cosigners and quorum stand in the policy already", Where: "-policy", Hint: "give -policy alone"}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return record.Policy{}, noFile(file, "")
	}
	return record.ParsePolicy(text)
}

func readRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, noFile(file, "")
	}
	return stamp.Roots(text)
}

func (q verification) verify(ctx context.Context) (verified, error) {
	var v verified
	var p *record.Proved
	if q.receipt != "" {
		data, err := os.ReadFile(q.receipt)
		if err != nil {
			return v, noFile(q.receipt, "")
		}
		if isPacket(data) {
			v.Sentences, err = verifyPacket(q.key, data)
			return v, err
		}
		proved, err := q.key.Receipt(data)
		if err != nil {
			return v, err
		}
		p = &proved
		v.Sentences = append(v.Sentences, p.Sentences()...)
	}
	if q.where == "" {
		return v, q.offline(&v, *p)
	}
	files, err := logAt(q.where)
	if err != nil {
		return v, err
	}
	signed, kept, err := q.log(ctx, &v, files)
	if err != nil {
		return v, err
	}
	now, err := q.key.Checkpoint(signed)
	if err != nil {
		return v, err
	}
	known, err := q.outside(ctx, &v, files, now, signed, kept)
	if err != nil {
		return v, err
	}
	if p != nil {
		err = q.belongs(ctx, files, now, *p, known)
	}
	return v, err
}

// offline asks nobody: what stands in the receipt must do.
func (q verification) offline(v *verified, p record.Proved) error {
	if len(q.policy.Cosigners) == 0 {
		return nil
	}
	vouched, err := p.Vouch(q.policy)
	v.vouched(vouched, err)
	return err
}

// log checks the log itself, and returns its checkpoint and the one that the
// reader kept.
func (q verification) log(ctx context.Context, v *verified, files record.Fetcher) (signed, kept []byte, err error) {
	if q.from == "" {
		r, err := record.Verify(ctx, q.key, files)
		v.Sentences = append(v.Sentences, sentences(r.Sentences, err)...)
		return r.Signed, nil, err
	}
	if kept, err = os.ReadFile(q.from); err != nil {
		return nil, nil, noFile(q.from, "")
	}
	if q.to == "" {
		signed, err = files.ReadFile(ctx, "checkpoint")
	} else {
		signed, err = os.ReadFile(q.to)
	}
	if err != nil {
		return nil, nil, &comity.Problem{Code: "unreadable", Message: "the later checkpoint cannot be read", Where: q.to}
	}
	g, err := record.Consistent(ctx, q.key, files, kept, signed)
	v.Sentences = append(v.Sentences, sentences(g.Sentences, err)...)
	return signed, kept, err
}

func sentences(of func() []string, err error) []string {
	if err != nil {
		return nil
	}
	return of()
}

// A sighting is a moment that somebody vouches for, and how many entries the
// log had then.
type sighting struct {
	size int64
	at   time.Time
	who  string
}

// outside checks what cosigners and time-stamp authorities say.
func (q verification) outside(ctx context.Context, v *verified, files record.Fetcher, now record.Checkpoint, signed, kept []byte) ([]sighting, error) {
	var known []sighting
	if kept != nil {
		if c, err := q.key.Checkpoint(kept); err == nil {
			known = append(known, sighting{c.Size, c.At, "its own checkpoint"})
		}
	}
	if len(q.policy.Cosigners) > 0 {
		vouched, err := record.Vouch(ctx, q.key, files, signed, kept, q.policy)
		v.vouched(vouched, err)
		if err != nil {
			return nil, err
		}
		for _, b := range vouched.By {
			if !b.Since.IsZero() {
				known = append(known, sighting{b.SinceSize, b.Since, "the cosigner " + b.Cosigner.Name()})
			}
		}
		if err := q.views(ctx, v, files, now); err != nil {
			return nil, err
		}
	}
	if q.roots != nil {
		list, err := stamp.Read(ctx, q.key, files, now, q.roots)
		if err != nil {
			return nil, err
		}
		v.Sentences = append(v.Sentences, stamp.Sentences(list)...)
		for _, s := range list {
			v.Stamps = append(v.Stamps, shownStamp{s.Authority, s.At, s.Checkpoint.Size})
			known = append(known, sighting{s.Checkpoint.Size, s.At, s.Authority})
		}
	}
	return known, nil
}

// belongs checks that a receipt is of the log that was read, and not dated
// before a moment at which others saw the log without it.
func (q verification) belongs(ctx context.Context, files record.Fetcher, now record.Checkpoint, p record.Proved, known []sighting) error {
	if !p.Receipt.Complete() {
		return nil
	}
	err := record.SameHistory(ctx, files, now, p.Checkpoint)
	if errors.Is(err, record.ErrAhead) {
		return &comity.Problem{Code: "bad-proof", Where: "receipt", Message: fmt.Sprintf("entries were removed, or an old log is shown: the receipt is of a log of %d entries, here are %d", p.Checkpoint.Size, now.Size)}
	}
	if err != nil {
		return err
	}
	for _, s := range known {
		if err := p.BackDated(s.size, s.at, s.who); err != nil {
			return err
		}
	}
	return nil
}

// views compares what each cosigner keeps with what the log shows: nobody may
// be shown another history.
func (q verification) views(ctx context.Context, v *verified, files record.Fetcher, now record.Checkpoint) error {
	asked := map[string]bool{}
	for _, c := range q.policy.Cosigners {
		if c.URL == "" || asked[c.URL] {
			continue
		}
		asked[c.URL] = true
		seen, err := q.view(ctx, files, now, c)
		if err != nil {
			return err
		}
		v.Sentences = append(v.Sentences, fmt.Sprintf("The cosigner %s keeps the same history: it has seen %d entries.", c.Key.Name(), seen.Size))
	}
	return nil
}

// patience is how long a log may take to show what its cosigners have seen.
const (
	patience    = 8 * time.Second
	betweenAsks = 2 * time.Second
)

func (q verification) view(ctx context.Context, files record.Fetcher, now record.Checkpoint, c record.PolicyCosigner) (record.Checkpoint, error) {
	data, err := store.CosignerView(ctx, c.URL, q.key.Origin())
	if err != nil {
		return record.Checkpoint{}, &comity.Problem{Code: "unreadable", Where: c.URL, Message: "what the cosigner " + c.Key.Name() + " keeps cannot be read: " + err.Error(), Hint: "leave its address out to check its signature only"}
	}
	for began := time.Now(); ; {
		seen, err := record.SameView(ctx, q.key, files, now, data)
		if !errors.Is(err, record.ErrAhead) {
			var p *comity.Problem
			if errors.As(err, &p) {
				return seen, &comity.Problem{Code: p.Code, Where: c.URL, Message: p.Message, Hint: "keep both checkpoints: they prove it"}
			}
			return seen, err
		}
		if time.Since(began) > patience {
			return seen, &comity.Problem{Code: "bad-proof", Where: c.URL, Message: fmt.Sprintf("the cosigner %s has seen %d entries, the log shows %d: entries were removed, or an old log is shown here", c.Key.Name(), seen.Size, now.Size)}
		}
		// The log shows a checkpoint to its cosigners first.
		if err := sleep(ctx, betweenAsks); err != nil {
			return seen, err
		}
		signed, err := files.ReadFile(ctx, "checkpoint")
		if err != nil {
			continue
		}
		if newer, err := q.key.Checkpoint(signed); err == nil && newer.Size >= now.Size {
			now = newer
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// vouched puts what cosigners say into the answer.
func (v *verified) vouched(vouched record.Vouched, err error) {
	for _, b := range vouched.By {
		s := shownCosigner{Name: b.Cosigner.Name(), Algorithms: b.Algorithms, At: b.At}
		if !b.Since.IsZero() {
			s.Since = &b.Since
		}
		v.Cosigners = append(v.Cosigners, s)
	}
	for _, c := range vouched.Missing {
		v.Missing = append(v.Missing, c.Name())
	}
	if err == nil {
		v.Sentences = append(v.Sentences, vouched.Sentences()...)
	}
}

func (q verification) show(e env, v verified, err error, asJSON bool) error {
	v.Sentences, err = q.said(v.Sentences), q.refused(err)
	if !asJSON {
		if err == nil {
			fmt.Fprintln(e.out, strings.Join(v.Sentences, "\n"))
		}
		return err
	}
	v.Good = err == nil
	if v.Sentences = append([]string{}, v.Sentences...); err != nil {
		v.Sentences = []string{}
	}
	if p, ok := err.(*comity.Problem); ok {
		v.Problem = p
	}
	if encodeErr := json.NewEncoder(e.out).Encode(v); encodeErr != nil {
		return encodeErr
	}
	return err
}

// readKey takes a verifier key itself or the file it lies in.
func readKey(text string) (record.Key, error) {
	if data, err := os.ReadFile(text); err == nil {
		text = strings.TrimSpace(string(data))
	}
	return record.ParseKey(text)
}

// logAt reads the files of a log in a folder or at an address; the address may
// be the site's, with the log at /log.
func logAt(where string) (record.Fetcher, error) {
	if isAddress(where) && !strings.HasSuffix(strings.TrimSuffix(where, "/"), "/log") {
		where = strings.TrimSuffix(where, "/") + "/log"
	}
	return store.Remote(where)
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}
