package atlas

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"comity"
	"comity/data"
)

var shared = flag.String("shared", "", "folder with the published source files; without it only small fixtures are read")
var update = flag.Bool("update", false, "with -shared: write data/agencies and data/agreements anew")

const agencyHead = "ori,name,short_name,type,state,county_names,county_fips,population\n"

func TestImportAgenciesFolds(t *testing.T) {
	list, report, err := ImportAgencies(strings.NewReader(agencyHead +
		"IA0350000,Franklin County Sheriff's Office,Franklin,County,IA,FRANKLIN,19069,1\n" +
		"NY0160000,Franklin County Sheriff's Office,Franklin,County,NY,FRANKLIN,36033,1\n" +
		"PA0280000,Franklin County Sheriff's Office,Franklin,County,PA,FRANKLIN,42055,1\n" +
		"AL0010200,\"Leeds  Police Department \",Leeds,City,AL,\"JEFFERSON, SHELBY, ST CLAIR\",01073;01117;01115,1\n" +
		"DC001015Y,\"Department of Labor,\",x,Federal,FS,NOT SPECIFIED,,\n" +
		"GU0010000,Guam Police Department,x,Other,GM,NOT SPECIFIED,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	as := NewAgencies(list)
	if leeds, _ := as.Get("al0010200"); leeds.Name != "Leeds Police Department" || !slices.Equal(leeds.Counties, []string{"01073", "01117", "01115"}) {
		t.Errorf("an agency serves all its counties: %+v", leeds)
	}
	if labor, _ := as.Get("DC001015Y"); labor.State != "" || labor.Name != "Department of Labor" {
		t.Errorf("a federal agency belongs to no state: %+v", labor)
	}
	if guam, _ := as.Get("GU0010000"); guam.State != "GU" {
		t.Errorf("Guam: %+v", guam)
	}
	if report.Read != 6 || report.Kept != 6 || report.Counts["no county"] != 2 {
		t.Errorf("report: %+v", report)
	}
	for state, county := range map[string]string{"IA": "19069", "NY": "36033", "PA": "42055"} {
		found := as.Search("franklin county", state, 9)
		if len(found) != 1 || found[0].Counties[0] != county {
			t.Errorf("Franklin County of %s: %+v", state, found)
		}
	}
}

func TestImportAgenciesRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, code, where string }{
		{"nothing", "", "empty-file", "agencies:1"},
		{"no rows", agencyHead, "no-rows", "agencies:1"},
		{"error page", "<!doctype html>\n", "missing-column", "agencies:1, column ori"},
		{"cut row", agencyHead + "IA0350000,Franklin", "unreadable-row", "agencies:2"},
		{"ori", agencyHead + "IA035,F,F,County,IA,F,19069,1\n", "bad-ori", "agencies:2, column ori"},
		{"state", agencyHead + "IA0350000,F,F,County,XX,F,19069,1\n", "bad-state", "agencies:2, column state"},
		{"county", agencyHead + "IA0350000,F,F,County,IA,F,9069,1\n", "bad-county", "agencies:2, column county_fips"},
		{"twice", agencyHead + strings.Repeat("IA0350000,F,F,County,IA,F,19069,1\n", 2), "double-ori", "agencies:3, column ori"},
		{"status", "ori,name,type,state,county_fips,immigration_status\n", "refused-column", "agencies:1, column immigration_status"},
	} {
		_, _, err := ImportAgencies(strings.NewReader(c.text))
		var p *comity.Problem
		if !errors.As(err, &p) || p.Code != c.code || p.Where != c.where {
			t.Errorf("%s: got %v, want %s at %s", c.name, err, c.code, c.where)
		}
	}
}

func TestSearch(t *testing.T) {
	as, err := LoadAgencies(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	if as.Len() != 18330 {
		t.Fatalf("%d agencies, want 18,330", as.Len())
	}
	for _, c := range []struct{ query, state, first string }{
		{"chicago police", "IL", "Chicago Police Department"},
		{"CHICAGO", "", "Chicago Heights Police Department"},
		{"sheriff cook", "IL", "Cook County Sheriff's Office"},
		{"o’fallon", "MO", "O'Fallon Police Department"},
		{"IL0160000", "", "Cook County Sheriff's Office"},
	} {
		found := as.Search(c.query, c.state, 5)
		if len(found) == 0 || found[0].Name != c.first {
			t.Errorf("%q in %q: %+v, want %s first", c.query, c.state, found, c.first)
		}
	}
	if found := as.Search("", "", 5); found != nil {
		t.Errorf("an empty search finds nothing, got %d", len(found))
	}
	if found := as.Search("sheriff", "", 3); len(found) != 3 {
		t.Errorf("the limit holds: %d", len(found))
	}
}

func TestPage(t *testing.T) {
	places := []comity.Place{
		{ID: "us-al", Name: "Alabama", Kind: "state", FIPS: "01", Parents: []string{"us"}},
		{ID: "us-al-jefferson", Name: "Jefferson County", Kind: "county", FIPS: "01073", Parents: []string{"us-al"}},
		{ID: "us-al-shelby", Name: "Shelby County", Kind: "county", FIPS: "01117", Parents: []string{"us-al"}},
		{ID: "us-al-hoover", Name: "Hoover", Kind: "city", Parents: []string{"us-al", "us-al-jefferson"}},
	}
	hoover := comity.Agency{ORI: "AL0010400", Name: "Hoover Police Department", Type: "City", State: "AL", Counties: []string{"01073", "01117"}}
	agreements := NewAgreements([]Agreement{
		{SignedAgreement: comity.SignedAgreement{ORI: hoover.ORI, Model: "jem"}},
		{SignedAgreement: comity.SignedAgreement{ORI: hoover.ORI, Model: "tfm"}},
	}, nil)
	page, ok := NewAgencies([]comity.Agency{hoover}).Page(hoover.ORI, agreements, places)
	var ids []string
	for _, p := range page.Places {
		ids = append(ids, p.ID)
	}
	if !ok || !slices.Equal(ids, []string{"us-al-hoover", "us-al-jefferson", "us-al-shelby", "us-al"}) {
		t.Errorf("places: %v", ids)
	}
	if len(page.Agreements) != 2 {
		t.Errorf("an agency keeps every agreement: %+v", page.Agreements)
	}
}

func BenchmarkSearch(b *testing.B) {
	as, err := LoadAgencies(data.FS)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		as.Search("jefferson county", "", 20)
	}
}

func FuzzImportAgencies(f *testing.F) {
	f.Add(agencyHead + "IA0350000,F,F,County,IA,F,19069;19071,1\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, report, err := ImportAgencies(strings.NewReader(text))
		if err != nil {
			return
		}
		if report.Read != report.Kept || len(list) == 0 {
			t.Fatalf("%d read, %d kept", report.Read, report.Kept)
		}
		var out bytes.Buffer
		if err := WriteAgencies(&out, list); err != nil {
			t.Fatal(err)
		}
		again, err := LoadAgencies(fstest.MapFS{agenciesFile: {Data: out.Bytes()}})
		if err != nil || again.Len() != len(list) {
			t.Fatalf("the list does not come back: %v", err)
		}
	})
}

// sharedFile opens a published source file.
func sharedFile(t *testing.T, name string) io.Reader {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(*shared, "data", name))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b)
}

// shippedIs compares what an import gives with the file that ships.
func shippedIs(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("..", "data", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || !bytes.Equal(want, got) {
		t.Errorf("data/%s is not what its source gives (%v)", name, err)
	}
}

// TestSharedSources imports the published files and compares with what ships.
func TestSharedSources(t *testing.T) {
	if *shared == "" {
		t.Log("not run: -shared is not given")
		return
	}
	list, report, err := ImportAgencies(sharedFile(t, "agencies/fbi_agencies.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if report.Read != 18330 || report.Counts["with county"] != 17848 {
		t.Errorf("figures: %+v", report)
	}
	types := map[string]int{}
	for _, a := range list {
		types[a.Type]++
	}
	for kind, n := range map[string]int{"City": 11638, "Other": 1148, "University or College": 937, "State Police": 419, "County": 2992, "Other State Agency": 918, "Tribal": 220, "Federal": 58} {
		if types[kind] != n {
			t.Errorf("%s: %d, want %d", kind, types[kind], n)
		}
	}
	var out bytes.Buffer
	if err := WriteAgencies(&out, list); err != nil {
		t.Fatal(err)
	}
	shippedIs(t, agenciesFile, out.Bytes())
	checkAgreementSources(t, NewAgencies(list))
}
