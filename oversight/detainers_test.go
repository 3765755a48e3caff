package oversight

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"comity"
	"comity/data"
)

var shared = flag.String("shared", "", "folder with the published source files; without it only small fixtures are read")
var update = flag.Bool("update", false, "write golden files anew; with -shared also data/detainers")

// places reads the shipped table of places.
func places(t testing.TB) []comity.Place {
	t.Helper()
	var out []comity.Place
	for _, name := range []string{"states", "counties", "cities"} {
		f, err := data.FS.Open("places/" + name + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows[1:] {
			out = append(out, comity.Place{ID: r[0], Name: r[1], Kind: r[2], Parents: strings.Fields(r[3]), FIPS: r[4]})
		}
	}
	return out
}

func TestFind(t *testing.T) {
	g := NewGazetteer(places(t))
	cities := "city,state,county_fips\nSHERIDAN,OR,41071\nCHICAGO,IL,17031\nCHICAGO,IL,17043\nHOLBROOK,AZ,04017\nLOS ANGELES,CA,06037\n"
	if err := g.AddCities(strings.NewReader(cities)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		facility, state, city string
		class                 Class
		place                 string
		grade                 Grade
	}{
		{"COOK COUNTY JAIL", "IL", "CHICAGO", CountyJail, "us-il-cook", ByName},
		{"FRANKLIN COUNTY JAIL", "IA", "HAMPTON", CountyJail, "us-ia-franklin", ByName},
		{"FRANKLIN COUNTY JAIL", "NY", "MALONE", CountyJail, "us-ny-franklin", ByName},
		{"FRANKLIN COUNTY JAIL", "PA", "CHAMBERSBURG", CountyJail, "us-pa-franklin", ByName},
		{"FRANKLIN COUNTY JAIL", "HI", "HILO", CountyJail, "us-hi", ByState}, // Hawaii has no such county: no other state's is taken
		{"FRANKLIN COUNTY JAIL", "", "", CountyJail, "", NotPlaced},
		{"FRANKLIN COUNTY JAIL", "UTAHJ", "", CountyJail, "", NotPlaced},
		{"SANTA CLARA CO MAIN JAIL/", "CA", "SAN JOSE", CountyJail, "us-ca-santa-clara", ByName},
		{"MARICOPA CO LOWER BUCKEYE JAIL", "AZ", "PHOENIX", CountyJail, "us-az-maricopa", ByName},
		{"INDIO JAIL - RIVERSIDE COUNTY", "CA", "INDIO", CountyJail, "us-ca-riverside", ByName},
		{"SAN FRANCISCO CO JAIL", "CA", "SAN FRANCISCO", CountyJail, "us-ca-san-francisco", ByName},
		{"PRINCE GEORGES CO DET CEN", "MD", "UPPER MARLBORO", CountyJail, "us-md-prince-georges", ByName},
		{"TERREBONNE PARISH PRISON", "LA", "HOUMA", CountyJail, "us-la-terrebonne", ByName},
		{"RICHMOND CITY JAIL", "VA", "RICHMOND", CityJail, "us-va-richmond", ByName},
		{"RICHMOND COUNTY JAIL", "VA", "WARSAW", CountyJail, "us-va-richmond-county", ByName},
		{"BALTIMORE COUNTY DET. CENTER", "MD", "TOWSON", CountyJail, "us-md-baltimore-county", ByName},
		{"LOS ANGELES CITY JAIL", "CA", "LOS ANGELES", CityJail, "us-ca-los-angeles", ByCity},
		{"LOS ANGELES COUNTY JAIL-TWIN TOWER", "CA", "LOS ANGELES", CountyJail, "us-ca-los-angeles-county", ByName},
		{"NOWHERE JAIL", "AZ", "HOLBROOK", CountyJail, "us-az-navajo", ByCity},
		{"CICERO POLICE DEPT.", "IL", "CICERO", CityJail, "us-il", ByState},
		{"SHERIDAN FED.CORR.INST.", "OR", "SHERIDAN", NotLocal, "us-or-yamhill", ByCity},
		{"US MARSHALS, S. DIST.,TX", "TX", "LAREDO", NotLocal, "us-tx", ByState},
		{"WASCO STATE PRISON", "CA", "WASCO", StatePrison, "us-ca", ByState},
		{"OTHER-OTHER FACILITY", "", "", ClassUnknown, "", NotPlaced},
	} {
		got := g.Find(c.facility, c.state, c.city)
		if want := (Custodian{c.facility, c.state, c.city, c.class, c.place, c.grade}); got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

const detainerHead = "prepare_date,form,facility,state,city,lift_reason\n"

func TestImportDetainersRefuses(t *testing.T) {
	good := "2014-10-01,I-247 (03/2013),COOK COUNTY JAIL,IL,CHICAGO,\n"
	for _, c := range []struct{ name, text, code, where string }{
		{"empty", "", "empty-file", "detainers:1"},
		{"no rows", detainerHead, "no-rows", "detainers:1"},
		{"missing column", "prepare_date,form,facility,state,city\n", "missing-column", "detainers:1, column lift_reason"},
		{"cut off", detainerHead + good + "2014-10-01,I-247 (03/2", "unreadable-row", "detainers:3"},
		{"day", detainerHead + good + "20026-10-01,I-247,X,IL,Y,\n", "bad-day", "detainers:3, column prepare_date"},
		{"status", "status," + detainerHead, "refused-column", "detainers:1, column status"},
		{"citizenship", "Citizenship Country," + detainerHead, "refused-column", "detainers:1, column Citizenship Country"},
		{"birth", "birth_date," + detainerHead, "refused-column", "detainers:1, column birth_date"},
		{"sex", "Sex," + detainerHead, "refused-column", "detainers:1, column Sex"},
		{"number", "A-Number," + detainerHead, "refused-column", "detainers:1, column A-Number"},
	} {
		_, err := ImportDetainers(strings.NewReader(c.text), NewGazetteer(nil))
		var p *comity.Problem
		if !errors.As(err, &p) || p.Code != c.code || p.Where != c.where {
			t.Errorf("%s: got %v, want %s at %s", c.name, err, c.code, c.where)
		}
	}
}

// files is a folder in memory.
type files map[string]*bytes.Buffer

func (f files) create(name string) (io.WriteCloser, error) {
	f[name] = &bytes.Buffer{}
	return nopCloser{f[name]}, nil
}

func (f files) fs() fstest.MapFS {
	out := fstest.MapFS{}
	for name, b := range f {
		out[name] = &fstest.MapFile{Data: b.Bytes()}
	}
	return out
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func TestDetainersRoundTrip(t *testing.T) {
	text := detainerHead + "2014-10-01,I-247 (03/2013),COOK COUNTY JAIL,IL,CHICAGO,\n" +
		"2014-10-01,I-247D,OTHER-OTHER FACILITY,,,Detainer Declined by LEA\n" +
		"2014-10-02,I-247N,COOK COUNTY JAIL,IL,CHICAGO,Booked into Detention\n"
	d, err := ImportDetainers(strings.NewReader(text), NewGazetteer(places(t)))
	if err != nil {
		t.Fatal(err)
	}
	out := files{}
	if err := d.Write(out.create); err != nil {
		t.Fatal(err)
	}
	again, err := LoadDetainers(out.fs())
	if err != nil || !reflect.DeepEqual(d, again) {
		t.Errorf("what is written does not come back: %v\n%+v\n%+v", err, d, again)
	}
}

func FuzzImportDetainers(f *testing.F) {
	f.Add(detainerHead + "2014-10-01,I-247 (03/2013),COOK COUNTY JAIL,IL,CHICAGO,\n")
	f.Add(detainerHead + "2014-10-01,I-247N,,,,\"Lifted\"\n")
	g := NewGazetteer(places(f))
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ImportDetainers(strings.NewReader(text), g)
		if err != nil {
			return
		}
		out := files{}
		if err := d.Write(out.create); err != nil {
			t.Fatal(err)
		}
		again, err := LoadDetainers(out.fs())
		if err != nil || len(again.Rows) != len(d.Rows) {
			t.Fatalf("%d rows do not come back: %v", len(d.Rows), err)
		}
		for _, c := range d.Custodians {
			if c.Place != "" && !strings.HasPrefix(c.Place, "us-"+strings.ToLower(c.State)) {
				t.Fatalf("joined across states: %+v", c)
			}
		}
	})
}

// The shipped rows come to the published figures.
func TestShippedDetainers(t *testing.T) {
	d, err := LoadDetainers(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Rows) != 59839 || d.Rows[0].Day != "2014-10-01" || d.Rows[len(d.Rows)-1].Day != "2015-04-30" {
		t.Fatalf("%d rows from %s to %s", len(d.Rows), d.Rows[0].Day, d.Rows[len(d.Rows)-1].Day)
	}
	reasons, forms, all, declined := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	grades := map[Grade]int{}
	for _, r := range d.Rows {
		c := d.Custodians[r.Custodian]
		reasons[d.Reasons[r.Reason]]++
		forms[d.Forms[r.Form]]++
		all[c.State]++
		grades[c.Grade]++
		if d.Reasons[r.Reason] == "Detainer Declined by LEA" {
			declined[c.State]++
		}
		if c.Place != "" && c.Place != "us-"+strings.ToLower(c.State) && !strings.HasPrefix(c.Place, "us-"+strings.ToLower(c.State)+"-") {
			t.Fatalf("joined across states: %+v", c)
		}
	}
	if reasons[""] != 39784 || reasons["Booked into Detention"] != 11855 || reasons["Detainer Declined by LEA"] != 4586 || reasons["Lifted"] != 2440 {
		t.Errorf("reasons: %v", reasons)
	}
	if forms["I-247 (03/2013)"] != 59621 || forms["I-247 (before 03/2013)"] != 169 || forms["I-247D"] != 33 || forms["I-247N"] != 16 {
		t.Errorf("forms: %v", forms)
	}
	for state, want := range map[string][2]int{"TX": {35, 13199}, "CO": {327, 1046}, "CA": {1748, 10290}, "": {1063, 6900}} {
		if got := [2]int{declined[state], all[state]}; got != want {
			t.Errorf("%q: %v declined of all, want %v", state, got, want)
		}
	}
	if grades[NotPlaced] != 6900 {
		t.Errorf("grades: %v", grades)
	}
}

func sharedFile(t testing.TB, name string) io.Reader {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(*shared, "data", name))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b)
}

// columns cuts a table down: the list of agencies has a column of its own
// called status (open or closed), which no import takes.
func columns(t testing.TB, r io.Reader, names ...string) io.Reader {
	t.Helper()
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for _, row := range rows {
		var cut []string
		for _, n := range names {
			cut = append(cut, row[slices.Index(rows[0], n)])
		}
		if err := w.Write(cut); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	return &out
}

// TestSharedDetainers imports the published list and compares with what ships.
func TestSharedDetainers(t *testing.T) {
	if *shared == "" {
		t.Log("not run: -shared is not given")
		return
	}
	all := places(t)
	g := NewGazetteer(all)
	if err := g.AddCities(columns(t, sharedFile(t, "agencies/hifld_agencies_2008_2019.csv"), "city", "state", "county_fips")); err != nil {
		t.Fatal(err)
	}
	hand, err := os.Open("../data/detainers/by-hand.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer hand.Close()
	known, err := ReadByHand(hand)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range known {
		if !slices.ContainsFunc(all, func(p comity.Place) bool { return p.ID == c.Place }) {
			t.Errorf("by hand: no place %s", c.Place)
		}
	}
	g.AddKnown(known)
	d, err := ImportDetainers(sharedFile(t, "detainers/ice_detainers_2014-10_2015-04.csv"), g)
	if err != nil {
		t.Fatal(err)
	}
	out := files{}
	if err := d.Write(out.create); err != nil {
		t.Fatal(err)
	}
	for name, b := range out {
		path := filepath.Join("..", "data", name)
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, b.Bytes()) {
			t.Errorf("data/%s is not what its source gives (%v)", name, err)
		}
	}
	count := map[string]int{}
	rows := map[string]int{}
	for _, c := range d.Custodians {
		count["grade "+string(c.Grade)]++
		count["class "+string(c.Class)]++
	}
	for _, r := range d.Rows {
		c := d.Custodians[r.Custodian]
		rows["grade "+string(c.Grade)]++
		rows["class "+string(c.Class)]++
	}
	t.Log(fmt.Sprint("facilities ", count, " rows ", rows))
}
