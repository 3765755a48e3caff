package law

import (
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"comity"
)

// The compiled form of a book is one text:
//
//	the line "comity law 1"
//	vocabulary.yaml, the table of places, the table of holidays
//	the number of packs, and for each its id, the SHA-256 of its file, and its
//	checked form as compiled_pack.go writes it
//	the SHA-256 of all that went before
//
// Texts and lists stand after their length, numbers are varints. Packs come
// without their tests. The same book gives the same bytes.
const compiledHead = "comity law 1\n"

// WriteCompiled writes the compiled form of the law that concerns one place:
// all packs of the place, of what lies in it, and of what these lie in, with
// those places. Without a place it is the whole book. ReadCompiled gives a book
// whose decisions at these places are those of this book, byte for byte.
func (b *Book) WriteCompiled(w io.Writer, place string) error {
	in, err := b.around(place)
	if err != nil {
		return err
	}
	c := &coder{v: b.vocabulary}
	c.put(compiledHead)
	for _, text := range []string{b.texts.vocabulary, b.placesTable(in), b.holidaysTable(in)} {
		c.text(&text)
	}
	packs := slices.DeleteFunc(slices.Clone(b.packs), func(p *Pack) bool { return !in[p.Place] })
	each(c, &packs, func(p **Pack) {
		body := writePack(*p, b.vocabulary)
		c.text(&(*p).ID)
		c.put(string((*p).digest[:]))
		c.text(&body)
	})
	sum := sha256.Sum256(c.out)
	if _, err := w.Write(append(c.out, sum[:]...)); err != nil {
		return fmt.Errorf("write compiled law: %w", err)
	}
	return nil
}

// ReadCompiled reads what WriteCompiled wrote. The text is not copied: the
// texts of the book are parts of it. Its packs have no tests.
//
// The form is not signed, and what the loader checks in a file is not checked
// again: read only what was written from law that Load accepted.
func ReadCompiled(text string) (*Book, error) {
	form, err := openCompiled(text)
	if err != nil {
		return nil, err
	}
	b := newBook()
	found := b.readVocabulary(form.vocabulary)
	if len(found) == 0 {
		s := &source{file: "places"}
		b.places.read(s, strings.NewReader(form.places))
		b.places.link(s)
		found = s.problems
		if form.holidays != "" {
			found = append(found, b.takeHolidays(form.holidays)...)
		}
	}
	if len(found) > 0 {
		return nil, sortFindings(found)
	}
	for _, f := range form.packs {
		p, err := f.read(b.vocabulary)
		if err != nil {
			return nil, err
		}
		b.packs = append(b.packs, p)
	}
	warned := b.check()
	for _, p := range b.packs {
		found = append(found, slices.DeleteFunc(p.src.problems, aboutOthers)...)
		warned = append(warned, p.src.warnings...)
	}
	if len(found) > 0 {
		return nil, sortFindings(found)
	}
	b.finish(warned)
	return b, nil
}

// aboutOthers: a rule of a place that was left out may be named, or be the one
// that speaks when a clock has ended.
func aboutOthers(f finding) bool { return f.Code == "unknown-rule" || f.Code == "clock-without-rule" }

// LoadCompiled is Load for a folder of which the compiled form is at hand. Every
// pack whose file has the digest that stands there is taken from it, its tests
// when they are first asked for, so the folder must not change; every other pack is
// read from its file, and a warning says so. Overlays are always read from files.
func LoadCompiled(compiled string, fsys fs.FS, overlays ...fs.FS) (*Book, error) {
	form, err := openCompiled(compiled)
	if err != nil {
		form = &compiledLaw{} // that it has none of the packs is told
	}
	return load(fsys, overlays, nil, form)
}

// takeCompiled adds the packs that the compiled form holds, and gives the files
// that are left to read.
func (b *Book) takeCompiled(form *compiledLaw, fsys fs.FS, files []packFile) (left []packFile, warned []finding) {
	if form == nil {
		return files, nil
	}
	held := map[string]compiledPack{}
	if form.vocabulary == b.texts.vocabulary { // by which words are numbered
		for _, f := range form.packs {
			held[f.id] = f
		}
	}
	stale := &source{}
	for _, f := range files {
		c, ok := held[f.id()]
		if digest := sha256.Sum256(f.text); f.base && ok && c.digest == string(digest[:]) {
			if p, err := c.read(b.vocabulary); err == nil {
				p.later = testsLater(fsys, f.path, p, b.vocabulary)
				b.packs = append(b.packs, p)
				continue
			}
		}
		if f.base && stale.file == "" {
			stale.file = f.root + f.path
		}
		left = append(left, f)
	}
	if stale.file != "" { // once: another vocabulary makes every pack another
		stale.warning(1, "", "stale-compiled", "the compiled law is not that of this file, and perhaps of more; they were read themselves", "write it again: go generate ./data")
	}
	return left, stale.warnings
}

// testsLater reads the tests of a pack when they are first asked for.
func testsLater(fsys fs.FS, path string, p *Pack, v *Vocabulary) func() ([]Test, error) {
	return sync.OnceValues(func() ([]Test, error) {
		text, err := fs.ReadFile(fsys, "law/"+path)
		if err != nil {
			return nil, fmt.Errorf("read the tests of %s: %w", p.ID, err)
		}
		if sha256.Sum256(text) != p.digest {
			return nil, fmt.Errorf("read the tests of %s: the file has changed since the law was loaded", p.ID)
		}
		return readPack(&source{file: p.File}, p.ID, text, v).tests, nil
	})
}

// around gives the ids of a place, of all that lies in it, and of all that
// these lie in. An empty id is every place.
func (b *Book) around(place string) (map[string]bool, error) {
	center, ok := b.places.byID[place]
	if !ok && place != "" {
		return nil, problem("unknown-place", "in", fmt.Sprintf("the place %.60q is not in the table of places", place), didYouMean(place, b.places.ids))
	}
	in := map[string]bool{}
	for i, p := range b.places.list {
		up := b.places.up[i]
		if place != "" && i != center && !slices.Contains(up, center) {
			continue
		}
		in[p.ID] = true
		for _, j := range up {
			in[b.places.ids[j]] = true
		}
	}
	return in, nil
}

func (b *Book) placesTable(in map[string]bool) string {
	return csvText(placeColumns, func(row func(...string)) {
		for _, p := range b.places.list {
			if !in[p.ID] {
				continue
			}
			searched := ""
			if p.Searched {
				searched = "true"
			}
			row(p.ID, p.Name, p.Kind, strings.Join(p.Parents, " "), p.FIPS, p.Zone, strings.Join(p.Districts, " "), searched)
		}
	})
}

// holidaysTable leaves out the states that are left out; empty where none is left.
func (b *Book) holidaysTable(in map[string]bool) string {
	rows, _ := csv.NewReader(strings.NewReader(b.texts.holidays)).ReadAll() // it was read before
	kept := slices.DeleteFunc(rows, func(row []string) bool { return !in[row[0]] })
	if len(kept) == 0 {
		return ""
	}
	return csvText(holidayColumns, func(row func(...string)) {
		for _, r := range kept {
			row(r...)
		}
	})
}

func csvText(columns []string, fill func(row func(...string))) string {
	var out strings.Builder
	w := csv.NewWriter(&out)
	row := func(cells ...string) { _ = w.Write(cells) } // a strings.Builder takes everything
	row(columns...)
	fill(row)
	w.Flush()
	return out.String()
}

// compiledLaw is the compiled form taken apart: texts, and packs not yet read.
type compiledLaw struct {
	vocabulary, places, holidays string
	packs                        []compiledPack
}

type compiledPack struct {
	id, digest, body string
}

func openCompiled(text string) (*compiledLaw, error) {
	body, ok := strings.CutPrefix(text, compiledHead)
	if !ok {
		return nil, badCompiled("it does not begin with the line " + strings.TrimSpace(compiledHead))
	}
	if len(body) < sha256.Size {
		return nil, badCompiled("it ends too early")
	}
	end := len(text) - sha256.Size
	if sum := sha256.Sum256([]byte(text[:end])); string(sum[:]) != text[end:] {
		return nil, badCompiled("it is not the text that was written: its digest is another")
	}
	return takeApart(body[:len(body)-sha256.Size])
}

func takeApart(body string) (*compiledLaw, error) {
	c := &coder{reading: true, in: body}
	form := &compiledLaw{}
	c.text(&form.vocabulary)
	c.text(&form.places)
	c.text(&form.holidays)
	each(c, &form.packs, func(p *compiledPack) {
		c.text(&p.id)
		p.digest = c.take(sha256.Size)
		c.text(&p.body)
	})
	return form, c.end()
}

// read gives the pack as its file would have given it, without tests.
func (f compiledPack) read(v *Vocabulary) (*Pack, error) {
	p := &Pack{ID: f.id, File: "law/" + f.id + ".yaml", digest: [sha256.Size]byte([]byte(f.digest)), scope: &scope{v: v}}
	p.src = &source{file: p.File}
	c := &coder{v: v, reading: true, in: f.body}
	c.conditions()
	c.pack(p)
	return p, c.end()
}

func badCompiled(why string) *comity.Problem {
	return problem("bad-compiled", "compiled law", "the compiled law cannot be read: "+why, "write it again from the files: go generate ./data")
}
