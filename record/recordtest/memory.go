// Package recordtest helps to test what stands around the record: storages in
// memory that can be made to fail, a sealer that hides nothing, and the
// conformance test that every [record.Storage] must pass.
package recordtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"comity/record"
)

// ErrBroken is what a storage that was told to fail returns.
var ErrBroken = errors.New("broken on purpose")

// Memory is a [record.Storage] and a [record.Files] in memory.
type Memory struct {
	mu      sync.Mutex
	entries []record.Prepared
	byID    map[string]int
	head    record.Head
	files   map[string][]byte

	// Fail is asked before every write with the name of what is written
	// (commit, head, or a path) and says whether it fails, and whether it does
	// so although the write happened.
	Fail func(what string) (fails, persists bool)
}

// NewMemory returns an empty storage.
func NewMemory() *Memory {
	return &Memory{byID: map[string]int{}, files: map[string][]byte{}}
}

func (m *Memory) write(what string, do func()) error {
	fails, persists := false, false
	if m.Fail != nil {
		fails, persists = m.Fail(what)
	}
	if !fails || persists {
		do()
	}
	if fails {
		return fmt.Errorf("write %s: %w", what, ErrBroken)
	}
	return nil
}

// Commit implements [record.Storage].
func (m *Memory) Commit(_ context.Context, p record.Prepared) (record.Committed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, again := m.byID[p.ID]
	if again {
		if !p.Repeats(m.entries[i].Same) {
			return record.Committed{}, record.Conflict(p.ID)
		}
	} else {
		i = len(m.entries)
		if err := m.write("commit", func() { m.entries, m.byID[p.ID] = append(m.entries, p), i }); err != nil {
			return record.Committed{}, err
		}
	}
	e := m.entries[i]
	return record.Committed{Index: int64(i), ULID: e.ULID, Receipt: e.Receipt, PublishedBy: e.PublishedBy, Again: again}, nil
}

// Leaves implements [record.Storage].
func (m *Memory) Leaves(_ context.Context, from int64, limit int) ([]record.Leaf, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []record.Leaf
	for _, e := range m.entries[min(int(from), len(m.entries)):] {
		if len(out) == limit {
			break
		}
		out = append(out, e.Leaf)
	}
	return out, nil
}

// Head implements [record.Storage].
func (m *Memory) Head(context.Context) (record.Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head, nil
}

// SetHead implements [record.Storage].
func (m *Memory) SetHead(_ context.Context, old, next record.Head) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.head.Size != old.Size || m.head.Root != old.Root || !bytes.Equal(m.head.Checkpoint, old.Checkpoint) {
		return record.ErrHeadMoved
	}
	return m.write("head", func() { m.head = next })
}

// ReadFile implements [record.Files].
func (m *Memory) ReadFile(_ context.Context, path string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.files[path]
	if !ok {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	}
	return bytes.Clone(data), nil
}

// WriteFile implements [record.Files].
func (m *Memory) WriteFile(_ context.Context, path string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.write(path, func() { m.files[path] = bytes.Clone(data) })
}

// Drop implements [record.Files].
func (m *Memory) Drop(_ context.Context, dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.write("drop "+dir, func() {
		maps.DeleteFunc(m.files, func(path string, _ []byte) bool { return strings.HasPrefix(path, dir+"/") })
	})
}

// Paths lists the files.
func (m *Memory) Paths() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.files))
}

// Entries returns what was committed, in order.
func (m *Memory) Entries() []record.Prepared {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.entries)
}

// PlainSealer commits as the real one does and seals nothing: part "case"
// holds the disclosures as a JSON list.
type PlainSealer struct{}

// Seal implements [record.Sealer].
func (PlainSealer) Seal(_ context.Context, _, _ string, stored time.Time, fields []record.Field, n int) (record.Sealed, error) {
	var s record.Sealed
	var disclosures []string
	for _, f := range fields {
		text, err := json.Marshal([3]string{random(), f.Name, f.Value})
		if err != nil {
			return s, err
		}
		d := base64.RawURLEncoding.EncodeToString(text)
		sum := sha256.Sum256([]byte(d))
		disclosures = append(disclosures, d)
		s.Commitments = append(s.Commitments, base64.RawURLEncoding.EncodeToString(sum[:]))
	}
	for len(s.Commitments) < n {
		s.Commitments = append(s.Commitments, random())
	}
	text, err := json.Marshal(disclosures)
	s.Parts = []record.Part{{Name: "case", Day: stored.UTC().Format("2006-01-02"), Key: []byte("none"), Text: text}}
	return s, err
}

func random() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
