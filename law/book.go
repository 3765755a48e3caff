package law

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"comity"
)

// A Book is all law that was loaded: the packs, the places and the vocabulary.
// It does not change after Load and may be used by many at once.
type Book struct {
	// Now gives the day for a question that does not say as of when the law
	// shall be known. Without it every question must say.
	Now func() time.Time
	// AgencyZone gives the IANA zone of an agency, for places that lie in
	// several zones; it may be nil.
	AgencyZone func(ori string) string

	vocabulary *Vocabulary
	places     places
	holidays   holidayTables
	packs      []*Pack
	rules      []*Rule
	orders     []*Order
	byRule     map[string][]*Rule
	ordersFor  [][]*Order // by rule
	warnings   Problems
	digest     string
	texts      struct{ vocabulary, holidays string } // as they were read

	mu    sync.RWMutex
	local map[string]*localLaw // by place, made when first asked for
	plans planCache
	zones sync.Map // IANA name → *time.Location
}

// Vocabulary returns the words that questions and packs may use.
func (b *Book) Vocabulary() *Vocabulary { return b.vocabulary }

// Packs lists the packs in order of id.
func (b *Book) Packs() []*Pack { return b.packs }

// Places lists the table of places as it was read.
func (b *Book) Places() []comity.Place { return b.places.list }

// Digest is the digest of the vocabulary and of every pack.
func (b *Book) Digest() string { return b.digest }

// Warnings are faults that do not stop the law from being used.
func (b *Book) Warnings() Problems { return b.warnings }

// Place returns the place of that id.
func (b *Book) Place(id string) (comity.Place, bool) {
	i, ok := b.places.byID[id]
	if !ok {
		return comity.Place{}, false
	}
	return b.places.list[i], true
}

// Pack returns the pack of that id.
func (b *Book) Pack(id string) (*Pack, bool) {
	i, ok := slices.BinarySearchFunc(b.packs, id, func(p *Pack, id string) int { return strings.Compare(p.ID, id) })
	if !ok {
		return nil, false
	}
	return b.packs[i], true
}

// Rule returns the rule of that id; where its text changed, the latest one.
func (b *Book) Rule(id string) (*Rule, *Pack, bool) {
	list := b.byRule[id]
	if len(list) == 0 {
		return nil, nil, false
	}
	r := list[0]
	for _, o := range list {
		if o.lasts.from.day > r.lasts.from.day && !o.opens {
			r = o
		}
	}
	return r, r.pack, true
}

// Order returns the order of that id.
func (b *Book) Order(id string) (*Order, bool) {
	for _, p := range b.packs {
		for _, o := range p.Orders {
			if o.ID == id {
				return o, true
			}
		}
	}
	return nil, false
}

// Load reads vocabulary.yaml, places/, law/ and, where there is one, the table
// of state holidays in calendars/ from a file system. Each
// overlay adds packs or replaces those of the same path; it holds law/ or is
// itself that folder. The error, if any, is Problems.
func Load(fsys fs.FS, overlays ...fs.FS) (*Book, error) {
	return load(fsys, overlays, nil, nil)
}

// load reads the packs that are wanted, all where nothing says which; those
// that a compiled form holds, from there.
func load(fsys fs.FS, overlays []fs.FS, wanted func(id string) bool, form *compiledLaw) (*Book, error) {
	b := newBook()
	text, err := fs.ReadFile(fsys, "vocabulary.yaml")
	if err != nil {
		return nil, Problems{{Code: "no-vocabulary", Message: "vocabulary.yaml cannot be read: " + reason(err), Hint: "the folder must hold vocabulary.yaml, places/ and law/"}}
	}
	if found := b.readVocabulary(string(text)); len(found) > 0 {
		return nil, sortFindings(found) // packs can only be judged by a sound vocabulary
	}
	found := b.loadPlaces(fsys)
	found = append(found, b.loadHolidays(fsys)...)
	files, err := packFiles(fsys, overlays)
	if err != nil {
		return nil, Problems{{Code: "bad-folder", Message: "law/ cannot be read: " + reason(err)}}
	}
	if wanted != nil {
		files = slices.DeleteFunc(files, func(f packFile) bool { return !wanted(f.id()) })
	}
	files, warned := b.takeCompiled(form, fsys, files)
	b.packs = append(b.packs, readPacks(files, b.vocabulary)...)
	slices.SortFunc(b.packs, func(p, q *Pack) int { return strings.Compare(p.ID, q.ID) })
	warned = append(warned, b.check()...)
	for _, p := range b.packs {
		p.refuseDraft()
		found = append(found, p.src.problems...)
		warned = append(warned, p.src.warnings...)
	}
	if len(found) > 0 {
		return nil, sortFindings(found)
	}
	b.finish(warned)
	return b, nil
}

func newBook() *Book {
	b := &Book{byRule: map[string][]*Rule{}, local: map[string]*localLaw{}}
	b.places.byID = map[string]int{}
	return b
}

func (b *Book) readVocabulary(text string) []finding {
	s := &source{file: "vocabulary.yaml"}
	b.texts.vocabulary = text
	b.vocabulary = loadVocabulary(s, []byte(text))
	b.vocabulary.digest = sha256.Sum256([]byte(text))
	return s.problems
}

func (b *Book) finish(warned []finding) {
	b.warnings = sortFindings(warned)
	b.digest = b.digestOf(b.packs, b.holidays.digestLines()...)
}

func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

func (b *Book) loadPlaces(fsys fs.FS) []finding {
	files, _ := fs.Glob(fsys, "places/*.csv")
	var found []finding
	s := &source{file: "places"}
	for _, name := range files {
		s.file = name
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			s.problem(1, "", "bad-file", reason(err), "")
			continue
		}
		b.places.read(s, bytes.NewReader(text))
	}
	b.places.link(s)
	if len(b.places.list) == 0 {
		s.problem(1, "", "no-places", "no place is known", "add places/us.csv with the columns "+strings.Join(placeColumns, ","))
	}
	found = append(found, s.problems...)
	return found
}

// A packFile is the text of one pack and where it stands.
type packFile struct {
	root string // law/ or drafts/
	path string
	text []byte
	err  error
	base bool // not of an overlay
}

func (f packFile) id() string { return strings.TrimSuffix(f.path, ".yaml") }

func packFiles(fsys fs.FS, overlays []fs.FS) ([]packFile, error) {
	byPath := map[string]packFile{}
	for i, from := range append([]fs.FS{fsys}, overlays...) {
		root := "law"
		if _, err := fs.Stat(from, "law"); err != nil {
			if i == 0 {
				continue // no law at all is a book that answers nothing
			}
			root = "."
		}
		err := fs.WalkDir(from, root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
				return err
			}
			rel := strings.TrimPrefix(name, "law/")
			text, err := fs.ReadFile(from, name)
			byPath[rel] = packFile{root: "law/", path: rel, text: text, err: err, base: i == 0}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("walk %s: %w", root, err)
		}
	}
	out := make([]packFile, 0, len(byPath))
	for _, f := range byPath {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b packFile) int { return strings.Compare(a.id(), b.id()) })
	return out, nil
}

// readPacks parses the files side by side; the order of the result is that of the ids.
func readPacks(files []packFile, v *Vocabulary) []*Pack {
	out := make([]*Pack, len(files))
	var wait sync.WaitGroup
	turn := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, f := range files {
		wait.Add(1)
		turn <- struct{}{}
		go func() {
			defer func() { <-turn; wait.Done() }()
			s := &source{file: f.root + f.path}
			if f.err != nil {
				s.problem(1, "", "bad-file", reason(f.err), "")
				f.text = []byte("{}")
			}
			out[i] = readPack(s, f.id(), f.text, v)
		}()
	}
	wait.Wait()
	return out
}

// digestOf covers the vocabulary, the packs, whatever their order, and the
// tables of holidays that move their clocks.
func (b *Book) digestOf(packs []*Pack, tables ...string) string {
	lines := slices.Clone(tables)
	for _, p := range packs {
		lines = append(lines, p.ID+" "+hex.EncodeToString(p.digest[:])+"\n")
	}
	slices.Sort(lines)
	h := sha256.New()
	h.Write([]byte("vocabulary " + hex.EncodeToString(b.vocabulary.digest[:]) + "\n"))
	for _, l := range lines {
		h.Write([]byte(l))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func (b *Book) location(name string) *time.Location {
	if z, ok := b.zones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		z = time.UTC // names were checked at load
	}
	b.zones.Store(name, z)
	return z
}
