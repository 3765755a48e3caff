package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/law"
)

// A coverCell is a cell with what a page needs to show it.
type coverCell struct {
	law.Cell
	Cites []coverCite // of its rules
	More  []coverCite // those that few readers want
	Stale bool        // a pack it rests on is due for a check
	// Penalties are what its bans and duties threaten, as the packs say it;
	// Unpunished says that there are some and no penalty was found.
	Penalties  []string
	Unpunished bool
	Whole      string // where the cell is shown whole; empty: here
}

// A coverCite is a citation and where its rule, or its rules side by side, are read.
type coverCite struct{ Ref, Path string }

// mostCites stand in a cell before the others are folded away.
const mostCites = 5

func (s *site) coverCell(c law.Cell, on string) coverCell {
	out := coverCell{Cell: c}
	for _, r := range c.Rules {
		if _, pack, ok := s.Law.Rule(r.ID); ok && pack.Stale(on) {
			out.Stale = true
		}
		if r.Penalty != "" && !slices.Contains(out.Penalties, r.Penalty) {
			out.Penalties = append(out.Penalties, r.Penalty)
		}
		out.Unpunished = out.Unpunished || r.Verdict != comity.Permitted
	}
	out.Unpunished = out.Unpunished && len(out.Penalties) == 0
	out.Cites = citesOf(c.Rules)
	if len(out.Cites) > mostCites {
		out.Cites, out.More = out.Cites[:mostCites], out.Cites[mostCites:]
	}
	return out
}

// citesOf names each section once. Rules of one pack about the same section are
// read on the page of the pack, where they stand side by side.
func citesOf(rules []*law.Rule) []coverCite {
	rules = slices.SortedFunc(slices.Values(rules), func(a, b *law.Rule) int { return cmp.Compare(a.ID, b.ID) })
	rules = slices.CompactFunc(rules, func(a, b *law.Rule) bool { return a.ID == b.ID })
	type key struct{ pack, stem string }
	groups := map[key][]*law.Rule{}
	var order []key
	for _, r := range rules {
		pack, _, _ := strings.Cut(r.ID, "#")
		stem, _, _ := strings.Cut(refOf(r), " (")
		k := key{pack, stem}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], r)
	}
	var out []coverCite
	for _, k := range order {
		group := groups[k]
		first := group[0]
		cite := coverCite{refOf(first), rulePath(first.ID)}
		if len(group) > 1 {
			cite.Path = "/law/" + k.pack + "#" + url.PathEscape(section(first.ID))
		}
		if slices.ContainsFunc(group, func(r *law.Rule) bool { return refOf(r) != cite.Ref }) {
			cite.Ref = k.stem
		}
		out = append(out, cite)
	}
	return out
}

func refOf(r *law.Rule) string {
	if len(r.Cites) == 0 {
		return r.ID
	}
	return r.Cites[0].Ref
}

type coveragePlaceView struct {
	Place   comity.Place
	On      string
	Count   law.Tally
	Groups  []coverGroup // acts on which its law has a rule
	Reasons []coverReason
}

type coverGroup struct {
	Name  string
	Cells []coverCell
}

// A coverReason is one silence with every act that it explains.
type coverReason struct {
	Cell coverCell
	Acts []string
}

func (coveragePlaceView) template() string { return "coverage_place" }

// coverageOf shows every act at one place: its rules act by act, then each
// reason for a silence once.
func (s *site) coverageOf(w http.ResponseWriter, r *http.Request) error {
	p, ok := s.Law.Place(r.PathValue("place"))
	if !ok {
		return s.missing(r, "no-place")
	}
	v := coveragePlaceView{Place: p, On: s.Now().Format(time.DateOnly)}
	cells := map[string]coverCell{}
	for _, c := range s.Law.Table(p.ID, v.On) {
		v.Count.Add(c)
		cells[c.Act] = s.coverCell(c, v.On)
	}
	for _, g := range allActGroups(s.Law.Vocabulary()) {
		group := coverGroup{Name: g.Name}
		for _, act := range g.Choices {
			if cell := cells[act]; cell.Is == law.CellRule {
				group.Cells = append(group.Cells, cell)
			} else {
				v.addSilence(cell)
			}
		}
		if len(group.Cells) > 0 {
			v.Groups = append(v.Groups, group)
		}
	}
	rank := func(r coverReason) int { return slices.Index(law.CellKinds(), r.Cell.Is) }
	slices.SortStableFunc(v.Reasons, func(a, b coverReason) int { return cmp.Compare(rank(a), rank(b)) })
	return s.show(w, r, v)
}

func (v *coveragePlaceView) addSilence(c coverCell) {
	for i, r := range v.Reasons {
		if r.Cell.Is == c.Is && r.Cell.AsOf == c.AsOf && slices.Equal(r.Cell.Silences, c.Silences) {
			v.Reasons[i].Acts = append(r.Acts, c.Act)
			return
		}
	}
	v.Reasons = append(v.Reasons, coverReason{c, []string{c.Act}})
}
