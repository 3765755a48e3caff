package door

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func shippedTell(t testing.TB) (Tell, string) {
	t.Helper()
	list, err := LoadTell(os.DirFS("../data"))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 {
		t.Fatalf("%d pages, want the one sample", len(list))
	}
	data, err := os.ReadFile("../data/tell/sample-police.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return list[0], string(data)
}

func TestTellGrowsStale(t *testing.T) {
	tell, _ := shippedTell(t)
	if tell.Stale("2027-02-18") || !tell.Stale("2027-02-19") || tell.StaleFrom() != "2027-02-19" {
		t.Errorf("stale from %s", tell.StaleFrom())
	}
}

func TestTellRefuses(t *testing.T) {
	_, sample := shippedTell(t)
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown key", "never_ask:", "never_say:", "bad-yaml"},
		{"a second document", "stale_after_days: 90", "stale_after_days: 90\n---\nid: x", "several-documents"},
		{"other id", "id: sample-police", "id: other", "wrong-id"},
		{"a sample that hides it", " (sample data)\n", "\n", "bad-sample"},
		{"a sample with an ORI", `ori: ""`, "ori: IL0160000", "bad-sample"},
		{"a real agency without an ORI", "\nsample: true", "\nsample: false", "bad-ori"},
		{"other people's uniforms", "dark blue shirt with our round patch", "dark blue shirt, ICE officers wear vests", "describes-others"},
		{"a plate", "white with a blue stripe", "white, plates M 123 456", "singles-out"},
		{"a real number in a sample", "555-555-0100", "312-746-6000", "real-number"},
		{"no number form", `"911"`, "nine one one", "bad-number"},
		{"the law typed by hand", "never_ask:", "limits: []\nnever_ask:", "bad-yaml"},
		{"a federal uniform", "dark blue shirt with", "dark blue shirt, federal vests with", "describes-others"},
		{"no kind of agency", "actor: municipal-police", "actor: \"\"", "bad-actor"},
		{"an address that is none", "police.sample.example/door", "mailto:a", "bad-address"},
		{"day", `checked_on: "2026-11-21"`, `checked_on: "2026-13-21"`, "bad-day"},
		{"never stale", "stale_after_days: 90", "stale_after_days: 0", "bad-stale"},
		{"no Spanish", ", es: Día y noche", "", "bad-text"},
		{"exclamation", "money or gift cards at the door.", "money or gift cards at the door!", "bad-text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(sample, c.old) {
				t.Fatalf("the sample has no %q", c.old)
			}
			text := strings.Replace(sample, c.old, c.new, 1)
			list, err := LoadTell(fstest.MapFS{"tell/sample-police.yaml": {Data: []byte(text)}})
			if err == nil || !strings.Contains(codes(err), c.want) {
				t.Errorf("loaded %d, error %v, want %s", len(list), codes(err), c.want)
			}
		})
	}
}

// typed is a page as an agency writes it at its desk.
func typed(t testing.TB) Tell {
	tell, _ := shippedTell(t)
	tell.ID, tell.Sample, tell.ORI = "", false, "IL0160000"
	if err := tell.Check(); err != nil {
		t.Fatal(err)
	}
	return tell
}

// H8, H9: what is typed names nobody, describes nobody else, and shows no picture.
func TestHarm_H08_a_page_describes_own_staff_and_names_nobody(t *testing.T) {
	both := func(s string) Text { return Text{s, s} }
	long := strings.Repeat("blue ", 40)
	for _, c := range []struct {
		text  Text
		codes string // where it stands among uniforms
		never string // and among what is never asked
	}{
		{both("We wear blue."), "", ""},
		{both("Sheriff Department patches are round."), "", ""},
		{both("Our Chief Deputy wears gold."), "", ""},
		{Text{"Ask about status.", "Preguntar por la situación migratoria."}, "describes-others", ""},
		{both("ICE agents wear vests."), "describes-others", "describes-others"},
		{both("Not like the Border Patrol."), "describes-others", "describes-others"},
		{Text{"Others wear green.", "La migra viste de verde."}, "describes-others", "describes-others"},
		{Text{"Others wear green.", "Los agentes federales visten de verde."}, "describes-others", "describes-others"},
		{both("Officer Smith wears blue."), "names-staff", "names-staff"},
		{both("Ask for Chief Deputy O’Hara."), "names-staff", "names-staff"},
		{Text{"Ask for the captain.", "Pregunte por la capitana o el Sr. Núñez."}, "names-staff", "names-staff"},
		{both("Write to desk@city.example."), "holds-address", "holds-address"},
		{both("See www.city.example."), "holds-address", "holds-address"},
		{both("Ring (312) 555 0100."), "singles-out holds-number", "holds-number"},
		{both("Badge 4711."), "singles-out", ""},
		{Text{"Only English.", ""}, "bad-text", "bad-text"},
		{both("Never!"), "bad-text", "bad-text"},
		{both(strings.TrimSpace(long)), "too-long", "too-long"},
	} {
		for _, part := range []struct{ name, want string }{{"uniforms", c.codes}, {"never_ask", c.never}} {
			tell := typed(t)
			if part.name == "uniforms" {
				tell.Uniforms = []Text{c.text}
			} else {
				tell.NeverAsk = []Text{c.text}
			}
			found := map[string]bool{}
			for _, code := range strings.Fields(codes(tell.Check())) {
				found[code] = true
			}
			want := strings.Fields(part.want)
			for _, code := range want {
				if !found[code] {
					t.Errorf("%s %q: found %v, want %s", part.name, c.text.EN, found, code)
				}
			}
			if len(want) != len(found) {
				t.Errorf("%s %q: found %v, want %s", part.name, c.text.EN, found, part.want)
			}
		}
	}
}

func TestTypedPageHasBounds(t *testing.T) {
	for want, change := range map[string]func(*Tell){
		"missing":     func(x *Tell) { x.NeverAsk = nil },
		"too-many":    func(x *Tell) { x.Vehicles = make([]Text, MaxSentences+1) },
		"bad-number":  func(x *Tell) { x.Numbers[0].Number = "0100" },
		"bad-stale":   func(x *Tell) { x.StaleAfter = 400 },
		"bad-address": func(x *Tell) { x.Address = "Officer@city.example" },
		"bad-ori":     func(x *Tell) { x.ORI = "" },
		"real-number": func(x *Tell) { x.Sample, x.Numbers[0].Number = true, "312-746-6000" },
		"bad-place":   func(x *Tell) { x.Place = "" },
		"bad-day":     func(x *Tell) { x.CheckedOn = "" },
	} {
		tell := typed(t)
		change(&tell)
		if got := codes(tell.Check()); !strings.Contains(got, want) {
			t.Errorf("found %q, want %s", got, want)
		}
	}
}

func TestSentencesPairLines(t *testing.T) {
	got := Sentences(" One.\r\n\nTwo.\n", "Uno.")
	if len(got) != 2 || got[0] != (Text{"One.", "Uno."}) || got[1] != (Text{"Two.", ""}) {
		t.Errorf("%+v", got)
	}
	if len(Sentences(" \n", "")) != 0 {
		t.Error("nothing became something")
	}
}

func TestFingerprintsAreCited(t *testing.T) {
	prints, err := LoadFingerprints(os.DirFS("../data"))
	if err != nil || len(prints.Cite) == 0 || prints.ES == "" {
		t.Fatalf("%+v %v", prints, err)
	}
	data, err := os.ReadFile("../data/tell/fingerprints.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"grade: B", "grade: x", "bad-grade"}, {"http://www.ice.gov", "ice.gov", "no-citation"}, {"es: Las", "es: Las !", "bad-text"}, {`"2026-11-21"`, `"x"`, "bad-day"},
	} {
		text := strings.Replace(string(data), c.old, c.new, 1)
		if _, err := LoadFingerprints(fstest.MapFS{"tell/fingerprints.yaml": {Data: []byte(text)}}); !strings.Contains(codes(err), c.want) {
			t.Errorf("%s: %v, want %s", c.new, err, c.want)
		}
	}
}

func TestHarm_H09_no_field_could_hold_a_roster(t *testing.T) {
	_, sample := shippedTell(t)
	for _, key := range []string{"staff", "officers", "names", "badges", "photos", "units", "plates", "roster", "home", "address"} {
		text := sample + key + ": [x]\n"
		if _, err := LoadTell(fstest.MapFS{"tell/sample-police.yaml": {Data: []byte(text)}}); !strings.Contains(codes(err), "bad-yaml") {
			t.Errorf("the page takes the key %s", key)
		}
	}
}

func FuzzLoadTell(f *testing.F) {
	_, sample := shippedTell(f)
	f.Add([]byte(sample))
	f.Add([]byte("id: [1]"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := LoadTell(fstest.MapFS{"tell/sample-police.yaml": {Data: data}})
		if err != nil {
			if codes(err) == "" {
				t.Fatalf("an error that is no Problem: %v", err)
			}
			return
		}
		if len(list) != 1 || list[0].StaleFrom() <= list[0].CheckedOn {
			t.Fatalf("a page that never grows stale: %+v", list)
		}
	})
}
