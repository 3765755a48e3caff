package law

import "testing"

func TestLook(t *testing.T) {
	cite := "cite: [{ref: x, source: s, checked: \"2026-01-01\", grade: "
	b := bookOf(t, map[string]string{
		"us/none": federalSilence,
		"us/il/a": "place: us-il\nlayer: state\nknown_from: \"2015-01-01\"\nrules: []\ntables:\n" +
			"  - {id: us/il/a#list, title: A list, fact: conviction.category, value: ca-listed-felony, from: \"2018-01-01\", rows: [{section: Pen. Code 217.1, is: assault}, {section: Pen. Code 240, is: battery, from: \"2020-01-01\"}], " + cite + "A}]}\n" +
			"  - {id: us/il/a#old, title: An older list, fact: conviction.category, value: ca-violent-felony, from: \"2010-01-01\", until: \"2018-01-01\", rows: [{section: Pen. Code 240, is: battery}], " + cite + "A}]}\n" +
			"  - {id: us/il/a#unread, title: Not read, fact: charge.list, value: impaired-driving, from: \"2018-01-01\", rows: [{section: 20-138.1, is: impaired driving}], " + cite + "C}]}\n",
	})
	for _, c := range []struct{ on, section, conviction, charge string }{
		{"2025-01-01", "Pen. Code 217.1", "ca-listed-felony", ""},
		{"2025-01-01", "PC 217.1(a)(2)", "ca-listed-felony", ""},
		{"2025-01-01", "§ 217.1 (a)", "ca-listed-felony", ""},
		{"2025-01-01", "Penal Code section 217.1.", "ca-listed-felony", ""},
		{"2025-01-01", "Health & Saf. Code 217.1", "none", ""},
		{"2025-01-01", "217.12", "none", ""},
		{"2025-01-01", "217", "none", ""},
		{"2019-12-31", "240", "none", ""},
		{"2020-01-01", "240", "ca-listed-felony", ""},
		{"2017-12-31", "240", "ca-violent-felony", "-"},
		{"2025-01-01", "G.S. 20-138.1", "none", "impaired-driving"},
	} {
		got := map[string]string{"charge.list": "-"}
		for _, l := range b.Look("us-il", c.on, c.section) {
			got[l.Fact] = l.Value
			if l.Fact == "charge.list" && len(l.Open) != 1 {
				t.Error("the list that nobody read is not told")
			}
		}
		if got["conviction.category"] != c.conviction || got["charge.list"] != c.charge {
			t.Errorf("%s on %s: %v", c.section, c.on, got)
		}
	}
	if b.Look("us-il", "2025-01-01", "assault") != nil || b.Look("us-il", "soon", "240") != nil || b.TablesAt("us-il", "soon") != nil {
		t.Error("a look at nothing found something")
	}
}

func FuzzSameSection(f *testing.F) {
	f.Add("PC 217.1(a)", "Pen. Code 217.1")
	f.Fuzz(func(t *testing.T, a, b string) {
		if sameSection(a, b) && sectionNumber(a) == "" {
			t.Error("a section without a number")
		}
		if n := sectionNumber(a); n != "" && !sameSection(a, a) {
			t.Errorf("%q is not itself", a)
		}
	})
}
