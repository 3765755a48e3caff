package law

import (
	"testing"

	"comity"
)

func TestTable(t *testing.T) {
	b := bookOf(t, map[string]string{
		"us/none": federalSilence,
		"us/il/a": "place: us-il\nlayer: state\nas_of: \"2026-02-01\"\nknown_from: \"2015-01-01\"\nrules:\n" + ruleText("us/il/a#1", "prohibited", "transport", `"2018-01-01"`, "") +
			ruleText("us/il/a#2", "permitted", "transport", `"2018-01-01"`, ", contested: a suit") + `
silent:
  - {acts: [transport, lend-equipment], kind: gap, why: section 9 was not read}
  - {acts: [joint-operation], kind: meant, why: left to cities}
  - {acts: [provide-facility, joint-operation], why: the code was searched}
`})
	cell := func(place, act, on string) Cell {
		for _, c := range b.Table(place, on) {
			if c.Act == act {
				return c
			}
		}
		t.Fatal("no cell for", act)
		return Cell{}
	}
	for _, c := range []struct {
		place, act, on string
		is             CellKind
	}{
		{"us-il", "transport", "2025-01-01", CellRule},
		{"us-il", "transport", "2017-01-01", CellUnread},
		{"us-il", "lend-equipment", "2025-01-01", CellUnread},
		{"us-il", "joint-operation", "2025-01-01", CellMeant},
		{"us-il", "provide-facility", "2025-01-01", CellSearched},
		{"us-il", "cover-face", "2025-01-01", CellOpen},
		{"us-il", "transport", "2014-12-31", CellNoPack},
		{"us-zz", "transport", "2025-01-01", CellNoPack},
	} {
		if got := cell(c.place, c.act, c.on); got.Is != c.is {
			t.Errorf("%s %s %s: %s, want %s", c.place, c.act, c.on, got.Is, c.is)
		}
	}
	if c := cell("us-il", "transport", "2025-01-01"); !c.HasGap() || !c.Contested || c.Grade != comity.GradeA || len(c.Rules) != 2 || c.AsOf != "2026-02-01" {
		t.Errorf("%+v", c)
	}
	if b.Table("us-nowhere", "2025-01-01") != nil || b.Table("us-il", "soon") != nil {
		t.Error("a table of nothing")
	}
	if places := b.CoveredPlaces(); len(places) < 4 || places[0].ID != "us" {
		t.Error(places)
	}
}
