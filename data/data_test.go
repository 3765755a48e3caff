package data_test

import (
	"crypto/sha256"
	"encoding/csv"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"comity/data"
)

var shared = flag.String("shared", "", "folder with the published source files; without it only small fixtures are read")
var update = flag.Bool("update", false, "write MANIFEST.sha256 anew")

// imported are the folders whose files come from elsewhere; the manifest names
// their bytes. Law, answers and vocabulary are written here and reviewed as text.
var imported = []string{"agencies", "agreements", "detainers", "places"}

func TestManifest(t *testing.T) {
	var b strings.Builder
	for _, dir := range imported {
		err := fs.WalkDir(data.FS, dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := fs.ReadFile(data.FS, name)
			fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(content), name)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if *update {
		if err := os.WriteFile("MANIFEST.sha256", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("MANIFEST.sha256")
	if err != nil || string(want) != b.String() {
		t.Errorf("a file is not the one that was reviewed (%v); see what changed, then run go test ./data -update", err)
	}
}

// Every file that ships is named where its source and its terms stand.
func TestProvenanceNamesEveryFile(t *testing.T) {
	provenance, err := os.ReadFile("PROVENANCE.md")
	if err != nil {
		t.Fatal(err)
	}
	licences, err := os.ReadFile("LICENCES.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range imported {
		files, err := fs.ReadDir(data.FS, dir)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", dir, err)
		}
		if !strings.Contains(string(licences), "`"+dir+"/") {
			t.Errorf("LICENCES.md does not name %s/", dir)
		}
		for _, f := range files {
			if !strings.Contains(string(provenance), "`"+dir+"/"+f.Name()+"`") {
				t.Errorf("PROVENANCE.md does not name %s/%s", dir, f.Name())
			}
		}
	}
}

func read(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := data.FS.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return rows(t, csv.NewReader(f))
}

func rows(t *testing.T, r *csv.Reader) []map[string]string {
	t.Helper()
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, column := range all[0] {
			m[column] = row[i]
		}
		out = append(out, m)
	}
	return out
}

func allPlaces(t *testing.T) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	for _, file := range []string{"states", "counties", "cities"} {
		for _, p := range read(t, "places/"+file+".csv") {
			if out[p["id"]] != nil {
				t.Errorf("the id %s stands twice", p["id"])
			}
			out[p["id"]] = p
		}
	}
	return out
}

func TestPlaces(t *testing.T) {
	all := allPlaces(t)
	fips := map[string]string{}
	districts := []string{"other", "cd-cal", "nd-cal", "d-minn", "md-la", "sd-ind", "nd-ill", "ndny"}
	for id, p := range all {
		parents := strings.Fields(p["parents"])
		if len(parents) == 0 && id != "us" {
			t.Errorf("%s has no parent", id)
		}
		for _, parent := range parents {
			if all[parent] == nil {
				t.Errorf("%s: no place %s", id, parent)
			}
		}
		if p["kind"] == "county" || p["kind"] == "city" {
			if state := id[:5]; !slices.Contains(parents, state) {
				t.Errorf("%s does not name its state", id)
			}
		}
		if _, err := time.LoadLocation(p["zone"]); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		for _, d := range strings.Fields(p["districts"]) {
			if !slices.Contains(districts, d) {
				t.Errorf("%s: %s is no value of place.federal_district", id, d)
			}
		}
		if p["districts"] == "" {
			t.Errorf("%s has no district", id)
		}
		if p["fips"] != "" {
			if fips[p["fips"]] != "" {
				t.Errorf("%s and %s share the code %s", id, fips[p["fips"]], p["fips"])
			}
			fips[p["fips"]] = id
		}
	}
	if n := len(read(t, "places/states.csv")); n != 57 {
		t.Errorf("%d of nation, states, District and territories, want 57", n)
	}
	if n := len(read(t, "places/counties.csv")); n != 3242 {
		t.Errorf("%d counties and what stands for one, want 3,242", n)
	}
}

func TestPlacesThatAreMistakenForOthers(t *testing.T) {
	all := allPlaces(t)
	for id, want := range map[string][3]string{
		"us-ia-franklin":           {"19069", "county", "America/Chicago"},
		"us-ny-franklin":           {"36033", "county", "America/New_York"},
		"us-pa-franklin":           {"42055", "county", "America/New_York"},
		"us-va-franklin":           {"51620", "city", "America/New_York"},
		"us-va-franklin-county":    {"51067", "county", "America/New_York"},
		"us-ca-los-angeles":        {"", "city", "America/Los_Angeles"},
		"us-ca-los-angeles-county": {"06037", "county", "America/Los_Angeles"},
		"us-ca-san-francisco":      {"06075", "city", "America/Los_Angeles"},
		"us-ca-san-diego":          {"06073", "county", "America/Los_Angeles"},
		"us-ca-santa-clara":        {"06085", "county", "America/Los_Angeles"},
		"us-az-maricopa":           {"04013", "county", "America/Phoenix"},
		"us-wi-milwaukee":          {"", "city", "America/Chicago"},
		"us-wi-milwaukee-county":   {"55079", "county", "America/Chicago"},
		"us-tx-houston":            {"", "city", "America/Chicago"},
		"us-tx-houston-county":     {"48225", "county", "America/Chicago"},
		"us-md-baltimore":          {"24510", "city", "America/New_York"},
		"us-md-baltimore-county":   {"24005", "county", "America/New_York"},
		"us-mo-st-louis-county":    {"29189", "county", "America/Chicago"},
		"us-ny-nyc":                {"", "city", "America/New_York"},
		"us-tx-el-paso":            {"48141", "county", "America/Denver"},
		"us-ky-warren":             {"21227", "county", "America/Chicago"},
		"us-nd-mckenzie":           {"38053", "county", ""},
		"us-fl":                    {"12", "state", ""},
		"us-pr":                    {"72", "territory", "America/Puerto_Rico"},
	} {
		p := all[id]
		if got := [3]string{p["fips"], p["kind"], p["zone"]}; got != want {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
	for id, want := range map[string]string{
		"us-ca-los-angeles": "cd-cal", "us-ca-san-francisco": "nd-cal", "us-ca-fresno": "other", "us-mn": "d-minn", "us-mn-hennepin": "d-minn",
		"us-ca": "other cd-cal nd-cal", "us-ny-albany": "ndny", "us-ny-nyc": "other", "us-in-marion": "sd-ind", "us-in-lake": "other",
		"us-il-cook": "nd-ill", "us-il-chicago": "nd-ill", "us-il-sangamon": "other", "us-la-east-baton-rouge": "md-la", "us-tx": "other",
	} {
		if got := all[id]["districts"]; got != want {
			t.Errorf("%s lies in %q, want %q", id, got, want)
		}
	}
	for _, county := range []string{"us-ny-bronx", "us-ny-kings", "us-ny-new-york", "us-ny-queens", "us-ny-richmond"} {
		if all[county]["parents"] != "us-ny us-ny-nyc" {
			t.Errorf("%s is a part of New York City", county)
		}
	}
}

// Local law was searched where the repository of research has a file for it.
func TestSharedPlaces(t *testing.T) {
	if *shared == "" {
		t.Log("not run: -shared is not given")
		return
	}
	all := allPlaces(t)
	files, err := filepath.Glob(filepath.Join(*shared, "law", "rules", "us-??-*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no rules: %v", err)
	}
	for _, f := range files {
		id := strings.TrimSuffix(filepath.Base(f), ".md")
		if all[id] == nil || all[id]["searched"] != "true" {
			t.Errorf("%s was searched", id)
		}
	}
	f, err := os.Open(filepath.Join(*shared, "data", "geo", "county_fips_aor.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	byFIPS := map[string]map[string]string{}
	for _, p := range all {
		byFIPS[p["fips"]] = p
	}
	source := rows(t, csv.NewReader(f))
	for _, r := range source {
		if p := byFIPS[r["fips"]]; p == nil || r["state"] != "" && !strings.HasPrefix(p["id"], "us-"+strings.ToLower(r["state"])+"-") {
			t.Errorf("%s %s %s is not in the table", r["fips"], r["state"], r["county"])
		}
	}
	if len(source) != 3242 {
		t.Errorf("%d rows", len(source))
	}
}
