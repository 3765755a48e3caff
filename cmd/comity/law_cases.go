package main

import (
	"fmt"
	"slices"
	"strings"

	"comity"
	"comity/law"
)

// A shownRow is a row of a pattern as commands give it: the question that a
// lawyer would ask, and the answers that do.
type shownRow struct {
	Fact     string   `json:"fact"`
	Values   []string `json:"values"`
	Question string   `json:"question"`
	Answer   string   `json:"answer"`
}

func showRows(p law.Pattern) []shownRow {
	out := []shownRow{}
	for _, r := range p {
		out = append(out, shownRow{r.Fact, r.Values, r.Ask, r.Is})
	}
	return out
}

// printRows writes one row a line; none is the usual case.
func printRows(e env, indent string, rows []shownRow) {
	for _, r := range rows {
		fmt.Fprintf(e.out, "%s%s %s\n", indent, r.Question, r.Answer)
	}
	if len(rows) == 0 {
		fmt.Fprintf(e.out, "%sin the usual case\n", indent)
	}
}

// usualSays tells what the cases above leave out.
const usualSays = "Facts that are not named are as usual, such as no paper, no request and no charge."

// A shownCase is a case that was found, as commands give it. Facts, asked as a
// closed question, give the same verdict again.
type shownCase struct {
	Place   string                        `json:"place"`
	On      string                        `json:"on"`
	Act     string                        `json:"act"`
	Actor   string                        `json:"actor"`
	Facts   comity.Facts                  `json:"facts"`
	When    []shownRow                    `json:"when"`
	Verdict comity.Verdict                `json:"verdict"`
	Flags   []comity.Flag                 `json:"flags"`
	Layers  map[comity.Layer]comity.Voice `json:"layers"`
	Rules   []string                      `json:"rules"`
	Refs    []string                      `json:"refs"`

	means string // the act in words
	heard []heard
}

// A heard layer is what one layer says, and by which sections.
type heard struct {
	layer comity.Layer
	voice comity.Voice
	refs  []string
	beats bool // it does not carry the answer
}

func showCase(book *law.Book, place, act string, x *law.CounterExample) *shownCase {
	if x == nil {
		return nil
	}
	d := &x.Decision
	out := &shownCase{place, d.On, act, x.Actor, x.Facts.Facts(), showRows(x.Facts), d.Verdict, d.Flags, d.Layers, d.Rules, []string{}, meansOf(book, act), heardOf(book, d)}
	for _, c := range d.Citations {
		if !slices.Contains(out.Refs, c.Ref) {
			out.Refs = append(out.Refs, c.Ref)
		}
	}
	return out
}

func meansOf(book *law.Book, act string) string {
	a, _ := book.Vocabulary().Act(act)
	return strings.TrimSuffix(a.Is, ".")
}

// heardOf sorts the rules that speak by layer, the highest first.
func heardOf(book *law.Book, d *comity.Decision) []heard {
	var out []heard
	for _, layer := range comity.Layers {
		voice, ok := d.Layers[layer]
		if !ok || voice == comity.Silent {
			continue
		}
		h := heard{layer: layer, voice: voice, beats: true}
		for i, id := range slices.Concat(d.Rules, d.Overridden) {
			r, p, ok := book.Rule(id)
			if !ok || p.Layer != layer {
				continue
			}
			if i < len(d.Rules) {
				h.beats = false
			}
			if len(r.Cites) > 0 && !slices.Contains(h.refs, r.Cites[0].Ref) {
				h.refs = append(h.refs, r.Cites[0].Ref)
			}
		}
		out = append(out, h)
	}
	return out
}

func (c *shownCase) print(e env) {
	fmt.Fprintf(e.out, "  %s, %s, %s: %s\n    (%s)\n", c.Place, c.Actor, c.Act, c.Verdict, c.means)
	printRows(e, "    - ", c.When)
	for _, h := range c.heard {
		line := "    " + string(h.layer) + map[bool]string{true: ": ", false: " law: "}[h.layer == comity.Policy || h.layer == comity.Agreement] + string(h.voice)
		if h.beats {
			line += ", set aside"
		}
		if len(h.refs) > 0 {
			line += " (" + strings.Join(h.refs, "; ") + ")"
		}
		fmt.Fprintln(e.out, line)
	}
	if len(c.Flags) > 0 {
		fmt.Fprintf(e.out, "    marked %s\n", strings.Join(flagList(c.Flags), ", "))
	}
}

func flagList(flags []comity.Flag) []string {
	var out []string
	for _, f := range flags {
		out = append(out, string(f))
	}
	return out
}

// plural counts things in words: "1 case", "2 cases".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
