package door

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
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

func TestTellSampleSaysSo(t *testing.T) {
	tell, _ := shippedTell(t)
	day := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	fresh, old := tell.Banner(day), tell.Banner(day.AddDate(0, 0, 90))
	if len(fresh) != 1 || !strings.Contains(fresh[0].EN, "sample data") || !strings.Contains(fresh[0].ES, "muestra") {
		t.Errorf("banner %v", fresh)
	}
	if len(old) != 2 || !strings.Contains(old[1].EN, "last checked on 2026-11-21") {
		t.Errorf("banner after 90 days %v", old)
	}
	if tell.Stale(day.AddDate(0, 0, 89)) || !tell.Stale(day.AddDate(0, 0, 90)) || tell.StaleFrom() != "2027-02-19" {
		t.Errorf("stale from %s", tell.StaleFrom())
	}
	if got := strings.Join(tell.Rules(), " "); got != "us/il/trust-act#15a us/il/trust-act#15e" {
		t.Errorf("rules %s", got)
	}
	tell.Sample = false
	if len(tell.Banner(day)) != 0 {
		t.Error("a fresh page of a real agency has a banner")
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
		{"no rule id", "us/il/trust-act#15e", "5 ILCS 805/15(e)", "bad-rule"},
		{"no grade", "      grade: B\n    - ref", "    - ref", "bad-grade"},
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

// Plain words: an average American school grade of eight at most, counted the
// Flesch-Kincaid way over the whole English page.
func TestTellReadsEasily(t *testing.T) {
	tell, _ := shippedTell(t)
	var all []string
	for _, list := range [][]Text{tell.Uniforms, tell.Vehicles, tell.NeverAsk, {tell.Fingerprints.Text}} {
		for _, s := range list {
			all = append(all, s.EN)
		}
	}
	for _, l := range tell.Limits {
		all = append(all, l.EN)
	}
	text := strings.Join(all, " ")
	sentences := len(regexp.MustCompile(`[.?](\s|$)`).FindAllString(text, -1))
	words := len(strings.Fields(text))
	syllables := len(regexp.MustCompile(`(?i)[aeiouy]+`).FindAllString(text, -1))
	grade := 0.39*float64(words)/float64(sentences) + 11.8*float64(syllables)/float64(words) - 15.59
	if grade > 8 {
		t.Errorf("the page reads like school grade %.1f", grade)
	}
	t.Logf("grade %.1f over %d words", grade, words)
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

func TestTellNamesRealRules(t *testing.T) {
	tell, _ := shippedTell(t)
	pack, err := os.ReadFile("../data/law/us/il/trust-act.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range tell.Rules() {
		if !strings.Contains(string(pack), "- id: "+r+"\n") {
			t.Errorf("the page names the rule %s, which does not exist", r)
		}
	}
}
