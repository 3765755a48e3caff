package atlas

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"comity"
	"comity/law"
)

const correctionsFile = "corrections.yaml"

// A Correction is one statement of this law that was found wrong, what is
// right, and the tests that fail if it ever becomes wrong again.
type Correction struct {
	ID       string           `yaml:"id" json:"id"`
	Reported Day              `yaml:"reported" json:"reported"`
	Fixed    Day              `yaml:"fixed" json:"fixed"`
	Said     Text             `yaml:"said" json:"said"`
	Right    Text             `yaml:"right" json:"right"`
	Source   string           `yaml:"source" json:"source"` // what shows it
	Rules    []string         `yaml:"rules" json:"rules"`
	Tests    []CorrectionTest `yaml:"tests" json:"tests"`
}

// A CorrectionTest names one test of one pack.
type CorrectionTest struct {
	Pack string `yaml:"pack" json:"pack"`
	Name string `yaml:"name" json:"name"`
}

// LoadCorrections reads the public log of corrections, newest first. With a
// book it also wants every rule and every test to exist there; without one, as
// beside a law that was updated apart, it does not look. The error names each fault.
func LoadCorrections(fsys fs.FS, book *law.Book) ([]Correction, error) {
	data, err := fs.ReadFile(fsys, correctionsFile)
	if err != nil {
		return nil, &comity.Problem{Code: "no-corrections", Message: "the log of corrections cannot be read", Where: correctionsFile}
	}
	var doc struct {
		Corrections []Correction `yaml:"corrections"`
	}
	f := readStrict(correctionsFile, data, &doc)
	seen := map[string]bool{}
	for _, c := range doc.Corrections {
		for _, fault := range c.faults(book) {
			f.fail(0, "bad-correction", c.ID+": "+fault, "docs/law-updates.md says what an entry holds")
		}
		if seen[c.ID] {
			f.fail(0, "bad-correction", c.ID+" stands twice", "")
		}
		seen[c.ID] = true
	}
	slices.SortStableFunc(doc.Corrections, func(a, b Correction) int { return cmp.Compare(b.Fixed, a.Fixed) })
	return doc.Corrections, errors.Join(f.problems...)
}

func (c *Correction) faults(book *law.Book) []string {
	var out []string
	if c.ID == "" || c.Said.EN == "" || c.Said.ES == "" || c.Right.EN == "" || c.Right.ES == "" || c.Source == "" || !c.Fixed.valid() || !c.Reported.valid() {
		out = append(out, "id, reported, fixed, said, right (en and es) and source are all needed")
	}
	if c.Fixed < c.Reported {
		out = append(out, "it was fixed before it was reported")
	}
	if len(c.Rules) == 0 || len(c.Tests) == 0 {
		out = append(out, "a correction names its rules and the tests that keep it")
	}
	if book == nil {
		return out
	}
	for _, id := range c.Rules {
		if _, _, ok := book.Rule(id); !ok {
			out = append(out, fmt.Sprintf("there is no rule %s", id))
		}
	}
	for _, t := range c.Tests {
		if !t.exists(book) {
			out = append(out, fmt.Sprintf("%s has no test %q", t.Pack, t.Name))
		}
	}
	return out
}

// exists: a test asked on several days is named without its days.
func (t CorrectionTest) exists(book *law.Book) bool {
	p, ok := book.Pack(t.Pack)
	return ok && slices.ContainsFunc(p.Tests(), func(x law.Test) bool {
		return x.Name == t.Name || strings.HasPrefix(x.Name, t.Name+" (")
	})
}
