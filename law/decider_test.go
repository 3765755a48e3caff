package law

import (
	"math/rand/v2"
	"strings"
	"testing"

	"comity"
)

// The compiled form agrees with Decide on random facts, wherever the facts are
// possible: shipped law, many places, days, actors and acts.
func TestDeciderAgrees(t *testing.T) {
	b := shipped(t)
	r := rand.New(rand.NewPCG(19, 23))
	places := b.CoveredPlaces()
	compared, possible := 0, 0
	for range 400 {
		place := places[r.IntN(len(places))].ID
		on := []string{"2015-03-01", "2019-06-01", "2025-06-01", "2026-11-21"}[r.IntN(4)]
		actor := b.vocabulary.Actors[r.IntN(len(b.vocabulary.Actors))].Name
		act := b.vocabulary.Acts[r.IntN(len(b.vocabulary.Acts))].Name
		d, err := b.Compile(place, on, "2026-11-21", "", actor, act)
		if err != nil {
			t.Fatalf("%s %s %s %s: %v", place, on, actor, act, err)
		}
		var row []byte
		for range 20 {
			facts := comity.Facts{}
			for _, name := range d.Columns() {
				f, _ := b.vocabulary.Fact(name)
				if f.Type != Date && f.Type != Instant && name != districtFact && r.IntN(3) > 0 {
					members := f.domain.members()
					facts[name] = f.sample(members[r.IntN(len(members))])
				}
			}
			if row, err = d.Encode(facts, row); err != nil {
				t.Fatal(err)
			}
			got := d.Verdict(row)
			compared++
			want, err := b.Decide(comity.Question{In: place, On: on, Known: "2026-11-21", Actor: actor, Act: act, Facts: facts, Closed: true})
			if err != nil || got == "" || want.Verdict == comity.NeedsFacts {
				continue // what never occurs, or what neutral values leave open
			}
			possible++
			if got != want.Verdict {
				t.Fatalf("%s %s %s %s: compiled %s, Decide %s on %v", place, on, actor, act, got, want.Verdict, facts)
			}
		}
	}
	if possible < compared/3 {
		t.Errorf("only %d of %d combinations could be compared", possible, compared)
	}
}

func TestDeciderRows(t *testing.T) {
	b := claimBook(t)
	d, err := b.Compile("us-il", "2025-06-01", "", "", "county-jail", "hold-on-detainer")
	if err != nil {
		t.Fatal(err)
	}
	var columns [][]byte
	for _, name := range d.Columns() {
		values := []string{"", "", ""}
		switch name {
		case "document.judicial":
			values = []string{"", "arrest-warrant", "arrest-warrant"}
		case "document.signed_by":
			values = []string{"", "state-judge", "immigration-officer"}
		}
		c, err := d.EncodeColumn(name, values)
		if err != nil {
			t.Fatal(err)
		}
		columns = append(columns, c)
	}
	out := make([]comity.Verdict, 3)
	if err := d.Rows(columns, out); err != nil || out[0] != comity.Prohibited || out[1] != comity.Permitted || out[2] != comity.Prohibited {
		t.Error(err, out)
	}
	if err := d.Rows(columns[1:], out); err == nil {
		t.Error("a column is missing and nobody said so")
	}
	if _, err := d.EncodeColumn("person.role", nil); err == nil {
		t.Error("a column that cannot matter")
	}
	if _, err := d.Encode(comity.Facts{"document.judicial": "magic"}, nil); err == nil {
		t.Error("a value that is none")
	}
	for range 20 {
		_, err := d.Encode(comity.Facts{"document.judicial": "magic", "document.signed_by": "magic"}, nil)
		if err == nil || !strings.Contains(err.Error(), "document.judicial") {
			t.Fatal("of two faults not always the same is told:", err)
		}
	}
	if _, err := b.Compile("us-nowhere", "2025-06-01", "", "", "county-jail", "transport"); err == nil {
		t.Error("a decider for nowhere")
	}
}

func BenchmarkDecider(b *testing.B) {
	book := shipped(b)
	d, err := book.Compile("us-tx-houston", "2026-11-21", "2026-11-21", "", "county-jail", "hold-on-detainer")
	if err != nil {
		b.Fatal(err)
	}
	facts := comity.Facts{"document.detainer": "i-247a", "document.detainer_shows": "probable-cause", "document.admin_warrant": "i-200"}
	row, err := d.Encode(facts, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encoded", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d.Verdict(row)
		}
	})
	b.Run("from a map", func(b *testing.B) {
		b.ReportAllocs()
		buf := make([]byte, 0, 64)
		for b.Loop() {
			r, _ := d.Encode(facts, buf)
			d.Verdict(r)
		}
	})
	b.Run("columns", func(b *testing.B) {
		const rows = 100_000
		r := rand.New(rand.NewPCG(1, 2))
		var columns [][]byte
		for _, name := range d.Columns() {
			f, _ := book.vocabulary.Fact(name)
			values := make([]string, rows)
			members := f.domain.members()
			for i := range values {
				if f.Type == Bool || f.Type == Enum {
					values[i] = f.sample(members[r.IntN(len(members))])
				}
			}
			c, err := d.EncodeColumn(name, values)
			if err != nil {
				b.Fatal(err)
			}
			columns = append(columns, c)
		}
		out := make([]comity.Verdict, rows)
		for b.Loop() {
			if err := d.Rows(columns, out); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
	})
	b.Run("compile", func(b *testing.B) {
		for b.Loop() {
			if _, err := book.Compile("us-tx-houston", "2026-11-21", "2026-11-21", "", "county-jail", "hold-on-detainer"); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(d.next)), "entries")
	})
}
