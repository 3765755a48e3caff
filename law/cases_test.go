package law

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"comity"
)

var sharedDir = flag.String("shared", "", "the folder with the visible cases; without it TestVisibleCases checks nothing")

type visibleCase struct {
	comity.Question
	Expect      []comity.Verdict `json:"expect"`
	MustCite    string           `json:"must_cite"`
	MustNotCite string           `json:"must_not_cite"`
	ExpectFlags []comity.Flag    `json:"expect_flags"`
	Why         string           `json:"why"`
}

// TestVisibleCases scores cases from guidance and courts, at places whose
// state pack exists (semantics 10). They are closed cases.
func TestVisibleCases(t *testing.T) {
	if *sharedDir == "" {
		return
	}
	b := shipped(t)
	f, err := os.Open(filepath.Join(*sharedDir, "law", "cases-visible.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	scored, passed := 0, 0
	for lines.Scan() {
		var c visibleCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		c.Closed = true
		if !hasOwnLaw(b, c.In) {
			continue
		}
		scored++
		d, err := b.Decide(c.Question)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		if wrong := c.faults(d); len(wrong) > 0 {
			t.Errorf("%s %s %s %s: %s\n\tgot %s (believed %s) by %v; %s", c.ID, c.On, c.Actor, c.Act, strings.Join(wrong, "; "), d.Verdict, believed(d.Believed), d.Rules, c.Why)
			continue
		}
		passed++
		for _, want := range c.ExpectFlags {
			if !d.Has(want) {
				t.Logf("%s: flag %s is not set", c.ID, want)
			}
		}
	}
	if scored == 0 {
		t.Error("no case was scored")
	}
	t.Logf("%d of %d cases passed", passed, scored)
}

func (c *visibleCase) faults(d comity.Decision) []string {
	var out []string
	if !slices.Contains(c.Expect, d.Verdict) {
		out = append(out, "expected "+verdictList(c.Expect))
	}
	if c.MustCite != "" && !Cites(d, c.MustCite) {
		out = append(out, "must cite "+c.MustCite)
	}
	if c.MustNotCite != "" && Cites(d, c.MustNotCite) {
		out = append(out, "must not cite "+c.MustNotCite)
	}
	return out
}

// hasOwnLaw: some pack stands at the place itself.
func hasOwnLaw(b *Book, place string) bool {
	return slices.ContainsFunc(b.Packs(), func(p *Pack) bool { return p.Place == place })
}
