package store

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"comity/record"
	"comity/seal"
)

// The ledger of erasures is a file outside the database, one signed line for
// each erased entry. A backup of the database that is older than an order still
// holds what the order destroyed: whoever restores it brings the ledger of the
// day, and what it names is destroyed again before anybody can read it. The
// authority is sealed in it: a caption can name a person.
//
// Every start lays ledger and database over each other, both ways.
type ledger struct {
	path string
	mu   sync.Mutex
	has  map[string]bool // entries, and whether the header was withdrawn; guarded by mu
}

// A ledgerLine is one line before it is written.
type ledgerLine struct {
	entry  string // permanent id
	header bool
	at     time.Time
	signed []byte
}

func linesOf(work []erasing) []ledgerLine {
	var out []ledgerLine
	for _, e := range work {
		out = append(out, e.line)
	}
	return out
}

// ReplayErasures destroys again what a ledger says was destroyed, in a record
// that was restored from an older backup. Nothing of the ledger is trusted that
// this record's own key did not sign.
func (s *Store) ReplayErasures(ctx context.Context, path string) (Replayed, error) {
	lines, _, err := readLedger(path, s.Key())
	if err != nil {
		return Replayed{}, err
	}
	return s.replay(ctx, lines)
}

// Replayed says what came of a ledger.
type Replayed struct {
	Lines   int // in the ledger
	Erased  int // entries that were there with their content, or header, and are destroyed now
	Unknown int // entries that this record does not have
	Held    int // entries that a litigation hold keeps
}

func (s *Store) replay(ctx context.Context, lines []record.Erased) (Replayed, error) {
	out := Replayed{Lines: len(lines)}
	for _, e := range lines {
		list, err := s.targetRows(ctx, `WHERE ulid = ?`, e.Entry)
		switch {
		case err != nil:
			return out, err
		case len(list) == 0:
			out.Unknown++
			continue
		case list[0].erased && (list[0].withdrawn || !e.Header):
			continue
		}
		authority, err := s.openAuthority(e)
		if err != nil {
			return out, err
		}
		_, err = s.expunge(ctx, record.Order{Entry: list[0].id, Authority: authority, By: e.By, Header: e.Header}, list)
		switch {
		case code(err) == "on-hold":
			out.Held++
		case err != nil:
			return out, err
		default:
			out.Erased++
		}
	}
	return out, nil
}

// openLedger reads the ledger and lays it over the database: what the database
// erased and the ledger lacks (a crash came between) is added to it, what the
// ledger names and the database still has is destroyed.
func (s *Store) openLedger(ctx context.Context) error {
	path := s.config.Ledger
	if path == "" {
		path = filepath.Join(s.dir, "erasures")
	}
	lines, whole, err := readLedger(path, s.Key())
	if err != nil && code(err) != "no-ledger" {
		return err
	}
	s.ledger = &ledger{path: path, has: map[string]bool{}}
	if err == nil {
		if err := cutTo(path, whole); err != nil {
			return err
		}
	}
	for _, e := range lines {
		s.ledger.note(e.Entry, e.Header)
	}
	if err := s.completeLedger(ctx); err != nil {
		return err
	}
	done, err := s.replay(ctx, lines)
	if done.Erased > 0 || done.Held > 0 {
		s.config.Log.Warn("the database was older than the ledger of erasures", "erased again", done.Erased, "kept by a hold", done.Held)
	}
	return err
}

// completeLedger adds what the database erased and the ledger lacks.
func (s *Store) completeLedger(ctx context.Context) error {
	erased, err := s.targetRows(ctx, `WHERE entry.n IN (SELECT n FROM erasure) ORDER BY entry.n`)
	if err != nil {
		return err
	}
	var missing []ledgerLine
	for _, t := range erased {
		if s.ledger.knows(t.ulid, t.withdrawn) {
			continue
		}
		o, at, err := s.orderOf(ctx, t)
		if err != nil {
			return err
		}
		line, err := s.ledgerLine(o, t, at)
		if err != nil {
			return err
		}
		missing = append(missing, line)
	}
	return s.ledger.add(missing...)
}

// orderOf reads an order back from the entry that reports it.
func (s *Store) orderOf(ctx context.Context, t target) (record.Order, time.Time, error) {
	o := record.Order{Entry: t.id, By: record.ByCourt, Header: t.withdrawn}
	var by string
	if err := s.read.QueryRowContext(ctx, `SELECT by FROM erasure WHERE n = ?`, t.n).Scan(&by); err != nil {
		return o, time.Time{}, explain("read an erasure", err)
	}
	e, err := s.Entry(ctx, by)
	if err != nil {
		return o, time.Time{}, err
	}
	o.Authority = fieldOf(e, "authority")
	if by := fieldOf(e, "by"); by != "" {
		o.By = record.By(by)
	}
	return o, e.At, nil
}

func (s *Store) ledgerLine(o record.Order, t target, at time.Time) (ledgerLine, error) {
	key, err := s.root.Derive("erasures")
	if err != nil {
		return ledgerLine{}, err
	}
	box, err := seal.Seal(key, ledgerContext(t.ulid), []byte(o.Authority))
	if err != nil {
		return ledgerLine{}, err
	}
	text := base64.RawURLEncoding.EncodeToString(box.Key) + "." + base64.RawURLEncoding.EncodeToString(box.Text)
	signed, err := s.signer.Erased(record.Erased{Entry: t.ulid, By: o.By, At: at, Header: o.Header, Authority: text})
	return ledgerLine{entry: t.ulid, header: o.Header, at: at, signed: signed}, err
}

func (s *Store) openAuthority(e record.Erased) (string, error) {
	key, err := s.root.Derive("erasures")
	if err != nil {
		return "", err
	}
	wrapped, text, _ := strings.Cut(e.Authority, ".")
	var box seal.Box
	var errs [2]error
	box.Key, errs[0] = base64.RawURLEncoding.DecodeString(wrapped)
	box.Text, errs[1] = base64.RawURLEncoding.DecodeString(text)
	if err := errors.Join(errs[:]...); err != nil {
		return "", badLedger("the authority of a line cannot be read")
	}
	out, err := box.Open(key, ledgerContext(e.Entry))
	if err != nil {
		return "", badLedger("the authority of a line does not open under the seal key of this record")
	}
	return string(out), nil
}

func ledgerContext(entry string) string { return "comity erasure/1\x00" + entry }

func badLedger(why string) error {
	return problem("bad-ledger", "erasures", "bring the ledger of this record from where it is kept", "the ledger of erasures is refused: %s", why)
}

func (l *ledger) knows(entry string, header bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	withdrawn, ok := l.has[entry]
	return ok && (withdrawn || !header)
}

func (l *ledger) note(entry string, header bool) { l.has[entry] = l.has[entry] || header }

// add appends lines that are not there yet and returns when they are durable.
func (l *ledger) add(lines ...ledgerLine) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var text bytes.Buffer
	for _, line := range lines {
		if withdrawn, ok := l.has[line.entry]; ok && (withdrawn || !line.header) {
			continue
		}
		data, err := json.Marshal(string(line.signed))
		if err != nil {
			return err
		}
		text.Write(append(data, '\n'))
	}
	if text.Len() == 0 {
		return nil
	}
	if err := appendDurably(l.path, text.Bytes()); err != nil {
		return explain("write the ledger of erasures", err)
	}
	for _, line := range lines {
		l.note(line.entry, line.header)
	}
	return nil
}

func appendDurably(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// readLedger reads and checks every line. whole is the length up to the last
// line that was written to its end: a crash may leave a torn one behind it.
func readLedger(path string, key record.Key) (out []record.Erased, whole int64, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, problem("no-ledger", path, "bring the ledger of this record from where it is kept", "there is no ledger of erasures here")
	}
	if err != nil {
		return nil, 0, explain("read the ledger of erasures", err)
	}
	data = data[:bytes.LastIndexByte(data, '\n')+1]
	for line := range bytes.Lines(data) {
		var signed string
		if err := json.Unmarshal(line, &signed); err != nil {
			return nil, 0, badLedger("a line is not in its form")
		}
		e, err := key.Erased([]byte(signed))
		if err != nil {
			return nil, 0, err
		}
		out = append(out, e)
	}
	return out, int64(len(data)), nil
}

// cutTo takes a torn last line away.
func cutTo(path string, whole int64) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() == whole {
		return explain("read the ledger of erasures", err)
	}
	return explain("mend the ledger of erasures", os.Truncate(path, whole))
}
