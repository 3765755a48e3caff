package web

import (
	"slices"
	"testing"

	"comity/law"
)

// A section is named once; several rules about it are read side by side.
func TestCitesOfACell(t *testing.T) {
	rule := func(id, ref string) *law.Rule { return &law.Rule{ID: id, Cites: []law.Cite{{Ref: ref}}} }
	for name, c := range map[string]struct {
		rules []*law.Rule
		want  []coverCite
	}{
		"nothing": {nil, nil},
		"one rule, whole": {
			[]*law.Rule{rule("us/x/a#1", "Code 1 (of 2025)")},
			[]coverCite{{"Code 1 (of 2025)", "/law/rule/us/x/a/1"}}},
		"the same words twice": {
			[]*law.Rule{rule("us/x/a#1", "Code 1 (of 2025)"), rule("us/x/a#2", "Code 1 (of 2025)")},
			[]coverCite{{"Code 1 (of 2025)", "/law/us/x/a#1"}}},
		"one section in several words": {
			[]*law.Rule{rule("us/x/a#1-force", "Code 1 (force)"), rule("us/x/a#1", "Code 1")},
			[]coverCite{{"Code 1", "/law/us/x/a#1"}}},
		"the same section of two packs": {
			[]*law.Rule{rule("us/x/b#1", "Code 1"), rule("us/x/a#1", "Code 1")},
			[]coverCite{{"Code 1", "/law/rule/us/x/a/1"}, {"Code 1", "/law/rule/us/x/b/1"}}},
		"two versions of a rule": {
			[]*law.Rule{rule("us/x/a#1", "Code 1"), rule("us/x/a#1", "Code 1")},
			[]coverCite{{"Code 1", "/law/rule/us/x/a/1"}}},
	} {
		if got := citesOf(c.rules); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A reason for silence stands once, with every act that it explains.
func TestSilencesAreGrouped(t *testing.T) {
	why, other := &law.Silence{Kind: "searched"}, &law.Silence{Kind: "gap"}
	var v coveragePlaceView
	for _, c := range []law.Cell{
		{Act: "a", Is: law.CellSearched, AsOf: "2026-01-01", Silences: []*law.Silence{why}},
		{Act: "b", Is: law.CellUnread, AsOf: "2026-01-01", Silences: []*law.Silence{other}},
		{Act: "c", Is: law.CellSearched, AsOf: "2026-01-01", Silences: []*law.Silence{why}},
		{Act: "d", Is: law.CellSearched, AsOf: "2026-02-01", Silences: []*law.Silence{why}},
	} {
		v.addSilence(coverCell{Cell: c})
	}
	want := [][]string{{"a", "c"}, {"b"}, {"d"}}
	for i, r := range v.Reasons {
		if i >= len(want) || !slices.Equal(r.Acts, want[i]) {
			t.Errorf("reason %d explains %v, want %v", i, r.Acts, want)
		}
	}
	if len(v.Reasons) != len(want) {
		t.Errorf("%d reasons, want %d", len(v.Reasons), len(want))
	}
}
