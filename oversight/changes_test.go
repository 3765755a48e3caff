package oversight_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"comity/oversight"
)

// H10: whoever releases an export is shown each row that came or went, and a
// file or a column that nobody listed stops it, in every format.
func TestHarm_H10_changes_are_shown_before_a_release(t *testing.T) {
	export := func(counts ...oversight.PublicCount) fstest.MapFS {
		out := fstest.MapFS{"key": {Data: []byte("k\n")}}
		for _, f := range oversight.Formats() {
			var b bytes.Buffer
			if err := oversight.WriteCounts(&b, f, counts); err != nil {
				t.Fatal(err)
			}
			out["counts."+string(f)] = &fstest.MapFile{Data: b.Bytes()}
		}
		return out
	}
	one := oversight.PublicCount{Agency: "IL0160000", Kind: "detainer", Period: "2026-03", Count: 12}
	two := oversight.PublicCount{Agency: "IL0160000", Kind: "detainer", Period: "2026-04", Count: 14}
	three := oversight.PublicCount{Agency: "IL0160000", Kind: "notice", Period: "2026-04", Count: 11}
	got, err := oversight.Changes(export(one, two), export(two, three))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"counts: 2 rows, 1 of them new; 1 are gone", "+ IL0160000,notice,2026-04,11", "- IL0160000,detainer,2026-03,12"} {
		if !slices.Contains(got, want) {
			t.Errorf("the changes lack %q: %q", want, got)
		}
	}
	if first, err := oversight.Changes(nil, export(one)); err != nil || !slices.Contains(first, "counts: 1 rows, 1 of them new; 0 are gone") {
		t.Errorf("a first release: %q %v", first, err)
	}

	var parquet bytes.Buffer
	if err := oversight.WriteEntries(&parquet, oversight.Parquet, each(sampleEntries()[:1])); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"officers.csv":    "name\nCANARY\n",
		"counts.xlsx":     "PK",
		"counts.csv":      "agency,kind,period,count,officer\n",
		"figures.csv":     "agency,month,kind,field,answer,count,of\nIL0160000,2026-03,act,override,yes,11,12,CANARY\n",
		"counts.jsonl":    `{"agency":"a","kind":"b","period":"c","count":11}` + "\n" + `{"agency":"a","officer":"CANARY"}` + "\n",
		"counts.parquet":  parquet.String(), // another table's columns
		"figures.parquet": "no parquet",
	} {
		bad := export(one)
		bad[name] = &fstest.MapFile{Data: []byte(data)}
		_, err := oversight.Changes(export(one), bad)
		if err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s is released: %v", name, err)
		}
	}
}
