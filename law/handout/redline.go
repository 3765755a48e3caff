package handout

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"comity"
)

// digest covers what is said and to whom, not the day on which it is asked: two
// handouts of one digest say the same.
func (h *Handout) digest() string {
	sum := sha256.Sum256([]byte(text(struct {
		Place, Agency, Actor string
		Lines                []Line
		Rules                []Rule
		Silent               []string
		Uncovered            []comity.Layer
	}{h.Place, h.Agency, h.Actor, h.Lines, h.Rules, h.Silent, h.Uncovered})))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Intact says whether a handout that was kept still has the digest that it names.
func (h *Handout) Intact() bool { return h.Digest == h.digest() }

// A Change is one act on which two handouts differ; a side that says nothing of
// the act is nil.
type Change struct {
	Act      string `json:"act"`
	From     *Line  `json:"from"`
	To       *Line  `json:"to"`
	Gone     []Rule `json:"gone"`     // that stood only in the first
	New      []Rule `json:"new"`      // and only in the second
	Reworded []Rule `json:"reworded"` // as the second has them
}

// Redline lists the acts on which two handouts differ, in the order of the
// second, and then those that only the first has.
func Redline(a, b Handout) []Change {
	out := []Change{}
	for i := range b.Lines {
		if c, differs := compare(a, b, b.Lines[i].Act); differs {
			out = append(out, c)
		}
	}
	for i := range a.Lines {
		if b.line(a.Lines[i].Act) == nil {
			c, _ := compare(a, b, a.Lines[i].Act)
			out = append(out, c)
		}
	}
	return out
}

func (h *Handout) line(act string) *Line {
	for i := range h.Lines {
		if h.Lines[i].Act == act {
			return &h.Lines[i]
		}
	}
	return nil
}

func compare(a, b Handout, act string) (c Change, differs bool) {
	c = Change{Act: act, From: a.line(act), To: b.line(act), Gone: []Rule{}, New: []Rule{}, Reworded: []Rule{}}
	before, after := a.rulesOf(c.From), b.rulesOf(c.To)
	for _, r := range before {
		if !slices.ContainsFunc(after, func(x Rule) bool { return x.ID == r.ID }) {
			c.Gone = append(c.Gone, r)
		}
	}
	for _, r := range after {
		i := slices.IndexFunc(before, func(x Rule) bool { return x.ID == r.ID })
		if i < 0 {
			c.New = append(c.New, r)
		} else if text(before[i]) != text(r) {
			c.Reworded = append(c.Reworded, r)
		}
	}
	return c, len(c.Reworded) > 0 || text(c.From) != text(c.To)
}

func (h *Handout) rulesOf(l *Line) []Rule {
	var out []Rule
	if l == nil {
		return out
	}
	for _, id := range l.Rules {
		if r, ok := h.Rule(id); ok {
			out = append(out, r)
		}
	}
	return out
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain texts always marshal
	}
	return string(b)
}
