package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"comity/record"
)

// A Directory watches the logs of others and writes into its own record what
// it saw of each (record/directory_look.go says what that is). One log's
// failure is an answer about that log and holds up no other.
type Directory struct {
	store  *Store
	list   []record.Listed
	client *http.Client

	mu    sync.Mutex
	known map[string]record.Watched // guarded by mu, by key
}

const (
	looksAtOnce = 256
	lookTime    = 30 * time.Second // for all files of one log
	fileTime    = 10 * time.Second
)

// OpenDirectory reads what the record s knows of the logs on the list, and of
// those that stood on it before.
func OpenDirectory(ctx context.Context, s *Store, list []record.Listed) (*Directory, error) {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: fileTime, ResponseHeaderTimeout: fileTime,
		DialContext: (&net.Dialer{Timeout: fileTime}).DialContext, MaxIdleConns: looksAtOnce, IdleConnTimeout: fileTime, MaxResponseHeaderBytes: 16 << 10,
	}
	d := &Directory{
		store: s, list: list, known: map[string]record.Watched{},
		// A log that sends its readers elsewhere could send this program
		// anywhere in its operator's network.
		client: &http.Client{Transport: transport, Timeout: fileTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	err := s.each(ctx, func(r *sql.Rows) error {
		var raw sql.RawBytes
		if err := r.Scan(&raw); err != nil {
			return err
		}
		var w record.Watched
		if err := json.Unmarshal(raw, &w); err != nil {
			return damaged("what the directory knows of a log cannot be read")
		}
		w.Struck = true
		d.known[w.Key] = w
		return nil
	}, `SELECT state FROM watched WHERE agency = ?`, s.identity.Agency)
	if err != nil {
		return nil, explain("open directory", err)
	}
	for _, l := range list {
		w := d.known[l.Key.String()]
		w.Listed(l)
		d.known[w.Key] = w
	}
	return d, nil
}

// A Round is what one look at every log came to.
type Round struct {
	Looked int           `json:"looked"`
	Wrote  int           `json:"wrote"` // entries
	Took   time.Duration `json:"-"`
}

// Look looks at every log once and writes what is new. The error is of the
// directory's own record; it comes after all logs were looked at.
func (d *Directory) Look(ctx context.Context) (Round, error) {
	began := time.Now()
	var mu sync.Mutex
	round := Round{}
	var failed error
	next := make(chan record.Listed)
	var wait sync.WaitGroup
	for range min(looksAtOnce, len(d.list)) {
		wait.Go(func() {
			for l := range next {
				wrote, err := d.lookAt(ctx, l)
				mu.Lock()
				round.Looked++
				if wrote {
					round.Wrote++
				}
				if failed == nil {
					failed = err
				}
				mu.Unlock()
			}
		})
	}
	for _, l := range d.list {
		if ctx.Err() != nil {
			break
		}
		next <- l
	}
	close(next)
	wait.Wait()
	round.Took = time.Since(began)
	return round, errors.Join(failed, ctx.Err())
}

// Run looks at every log, again and again, until ctx ends.
func (d *Directory) Run(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		round, err := d.Look(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			d.store.config.Log.Error("what the directory saw could not be written", "error", err)
		case round.Took > every:
			d.store.config.Log.Warn("a look at all logs takes longer than the time between two", "took", round.Took, "every", every)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// lookAt looks at one log; what changed is an entry, and what is known is
// stored with it.
func (d *Directory) lookAt(ctx context.Context, l record.Listed) (wrote bool, err error) {
	base, err := url.Parse(l.URL)
	if err != nil {
		return false, explain("look at "+l.Key.Origin(), err)
	}
	was := d.of(l.Key.String())
	timed, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	now := d.store.config.Now().UTC().Truncate(time.Second) // as entries carry it
	is, notes, err := record.Look{Log: l, Files: plain{site{base, d.client}}, View: d.view(l), Now: now}.At(timed, was)
	if err != nil || ctx.Err() != nil {
		return false, err
	}
	draft, worth := is.Draft(d.store.identity.Agency, was, now)
	if worth {
		if err := d.write(ctx, &is, draft, notes); err != nil {
			return false, err
		}
	}
	d.mu.Lock()
	d.known[is.Key] = is
	d.mu.Unlock()
	return worth, nil
}

func (d *Directory) of(key string) record.Watched {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known[key]
}

func (d *Directory) view(l record.Listed) func(context.Context, record.PolicyCosigner) ([]byte, error) {
	return func(ctx context.Context, c record.PolicyCosigner) ([]byte, error) {
		base, err := url.Parse(c.URL)
		if err != nil {
			return nil, err
		}
		return site{base, d.client}.ReadFile(ctx, originPath(l.Key.Origin())+"/checkpoint")
	}
}

// write makes the entry, the notes that it names and what is known durable
// together.
func (d *Directory) write(ctx context.Context, is *record.Watched, draft record.Draft, notes map[string][]byte) error {
	is.Entry, is.Wrote = draft.ID, draft.At
	state, err := json.Marshal(is)
	if err != nil {
		return err
	}
	agency := d.store.identity.Agency
	_, err = d.store.appendWith(ctx, draft, func(t *tx) error {
		for digest, note := range notes {
			if err := t.exec(`INSERT INTO watched_note (agency, digest, note) VALUES (?, ?, ?) ON CONFLICT (agency, digest) DO NOTHING`, agency, digest, note); err != nil {
				return err
			}
		}
		return t.exec(`INSERT INTO watched (agency, key, state) VALUES (?, ?, ?)
			ON CONFLICT (agency, key) DO UPDATE SET state = excluded.state`, agency, is.Key, state)
	})
	return explain("write what was seen of "+is.Origin, err)
}

// Logs are all logs that are or were watched, in order of their origin.
func (d *Directory) Logs() []record.Watched {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]record.Watched, 0, len(d.known))
	for _, w := range d.known {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b record.Watched) int {
		return cmp.Or(strings.Compare(a.Origin, b.Origin), strings.Compare(a.Key, b.Key))
	})
	return out
}

// Note returns a checkpoint that proves something, by its digest.
func (d *Directory) Note(ctx context.Context, digest string) ([]byte, error) {
	var note []byte
	err := d.store.read.QueryRowContext(ctx, `SELECT note FROM watched_note WHERE agency = ? AND digest = ?`, d.store.identity.Agency, digest).Scan(&note)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("note")
	}
	return note, explain("read a note", err)
}

// Receipt proves what the directory last wrote about a log, every field of it
// shown.
func (d *Directory) Receipt(ctx context.Context, key string) ([]byte, error) {
	id := d.of(key).Entry
	if id == "" {
		return nil, notFound("entry")
	}
	e, err := d.store.Entry(ctx, id)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range e.Fields {
		names = append(names, f.Name)
	}
	return d.store.Disclose(ctx, id, names...)
}

// plain says in words for everybody why a file cannot be read: no address, no
// port, nothing of the directory's own network.
type plain struct{ site }

func (p plain) ReadFile(ctx context.Context, path string) ([]byte, error) {
	data, err := p.site.ReadFile(ctx, path)
	var failed *url.Error
	var late net.Error
	switch {
	case err == nil:
		return data, nil
	case ctx.Err() != nil, errors.As(err, &late) && late.Timeout():
		return nil, errors.New("it did not answer in time")
	case errors.As(err, &failed):
		return nil, errors.New("it cannot be reached")
	}
	return nil, err
}
