package desk

import (
	"slices"
	"testing"
)

func TestColumnsComeFromTheFields(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	handle(t, d, texas())
	for _, k := range Kinds() {
		columns := k.Columns()
		for _, f := range k.Fields {
			if slices.Contains(columns, f.Name) && (f.Personal || f.Never || f.Type == Instant || f.Type == Text) {
				t.Errorf("%s: %s is a column of the export", k.Name, f.Name)
			}
		}
		if row := k.Row(Card{}); len(row) != len(columns) {
			t.Errorf("%s: %d columns and %d cells", k.Name, len(columns), len(row))
		}
	}
	row, columns := detainer.Row(ReadCard(s.Kept[0])), detainer.Columns()
	for column, want := range map[string]string{"month": "2026-11", "form": "i-247a", "hold-on-detainer": "required", "place": "us-tx-travis"} {
		if got := row[slices.Index(columns, column)]; got != want {
			t.Errorf("%s is %q, want %q", column, got, want)
		}
	}
}
