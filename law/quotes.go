package law

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// A QuoteCheck says where the quote of a citation was found.
type QuoteCheck struct {
	Pack  *Pack
	Rule  string // the rule's, order's or table's id
	Cite  Cite
	Found string // the file that holds it; empty: in none
	Wrong string // a file that should hold it, by its name, and does not

	wrong storedText
}

// Quotes looks for every quote of every citation in stored texts, one folder a
// place (us-fl/908.104.txt). Letters and digits must agree; spacing, case and
// punctuation need not, and "..." stands for words left out. A quote found in
// no file counts as not seen, unless a file of that very section lacks it.
func (b *Book) Quotes(texts fs.FS) ([]QuoteCheck, error) {
	shelf, err := readShelf(texts)
	if err != nil {
		return nil, fmt.Errorf("read the stored texts: %w", err)
	}
	var out []QuoteCheck
	for _, p := range b.packs {
		check := func(id, from, until string, cites []Cite) {
			for _, c := range cites {
				if c.Quote == "" {
					continue
				}
				q := shelf.check(p, id, c)
				if q.wrong.year <= year(from) || until != "" || c.Until != "" { // the shelf holds one text, of its year
					q.Wrong = ""
				}
				out = append(out, q)
			}
		}
		for _, r := range p.Rules {
			if !r.opens {
				check(r.ID, r.From, r.Until, r.Cites)
			}
		}
		for _, o := range p.Orders {
			check(o.ID, o.From, o.Until, o.Cites)
		}
		for _, t := range p.Tables {
			check(t.ID, t.From, t.Until, t.Cites)
		}
	}
	return out, nil
}

// A storedText is one file, stripped to what a quote is compared by.
type storedText struct {
	file, section, text string
	year                int
}

type shelf map[string][]storedText // by folder

func readShelf(texts fs.FS) (shelf, error) {
	out := shelf{}
	err := fs.WalkDir(texts, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(texts, name)
		if err != nil {
			return err
		}
		dir, file := path.Split(name)
		place := strings.Trim(dir, "/")
		out[place] = append(out[place], storedText{name, sectionOf(strings.TrimSuffix(file, path.Ext(file))), strip(string(data)), yearRead(string(data))})
		return nil
	})
	return out, err
}

// check looks first in the texts of the pack's own place, then in all others:
// a city may quote its state, and a state the nation.
func (s shelf) check(p *Pack, id string, c Cite) QuoteCheck {
	out := QuoteCheck{Pack: p, Rule: id, Cite: c}
	var parts []string
	for part := range strings.SplitSeq(strings.ReplaceAll(c.Quote, "…", "..."), "...") {
		if t := strip(part); t != "" {
			parts = append(parts, t)
		}
	}
	for _, t := range s[p.Place] {
		if t.holds(parts) {
			out.Found = t.file
			return out
		}
	}
	for place, list := range s {
		for _, t := range list {
			if place != p.Place && t.holds(parts) && (out.Found == "" || t.file < out.Found) {
				out.Found = t.file
			}
		}
	}
	first, _, _ := strings.Cut(c.Ref, "(")
	first, _, _ = strings.Cut(first, ",")
	for _, t := range s[p.Place] {
		if out.Found == "" && len(t.section) > 3 && len(t.text) > 200 && len(t.text) < wholeText && strings.HasSuffix(strip(first), t.section) {
			out.Wrong, out.wrong = t.file, t
		}
	}
	return out
}

// wholeText is the length from which a stored text may have been cut short.
const wholeText = 14000

// sectionOf reads the section off a file name: 908.104, 10.93.160_-_Heading,
// or t8_s1357 for 8 USC 1357.
func sectionOf(name string) string {
	name, _, _ = strings.Cut(name, "_-_")
	if title, section, ok := strings.Cut(name, "_s"); ok && strings.HasPrefix(title, "t") {
		name = title[1:] + "usc" + section
	}
	return strip(name)
}

// yearRead is the year that ends the line "read: stored copy of February 2026".
func yearRead(text string) int {
	_, line, ok := strings.Cut(text, "\nread:")
	if !ok {
		return 0
	}
	line, _, _ = strings.Cut(line, "\n")
	last := 0
	for _, w := range strings.FieldsFunc(line, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(w) == 4 {
			last, _ = strconv.Atoi(w)
		}
	}
	return last
}

// year of a day, or 0.
func year(day string) int {
	n, _ := strconv.Atoi(day[:min(4, len(day))])
	return n
}

// holds wants the parts of a quote in their order.
func (t storedText) holds(parts []string) bool {
	rest := t.text
	for _, p := range parts {
		_, after, ok := strings.Cut(rest, p)
		if !ok {
			return false
		}
		rest = after
	}
	return len(parts) > 0
}
