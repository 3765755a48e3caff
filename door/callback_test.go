package door

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files")

func read(t *testing.T, lang string, a Answer) Script {
	t.Helper()
	s, err := Read(lang, a)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The words are reviewed as words: any change to them shows in this file.
func TestScriptGolden(t *testing.T) {
	var b strings.Builder
	for _, lang := range []string{"en", "es"} {
		b.WriteString("# " + lang + ", to the dispatcher\n" + Ask(lang) + "\n")
		for _, a := range Answers {
			b.WriteString("\n# " + lang + ", " + string(a) + "\n" + strings.Join(read(t, lang, a).Lines(), "\n") + "\n")
		}
		b.WriteString("\n")
	}
	const golden = "testdata/script.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the words changed; review them and run with -update:\n%s", b.String())
	}
}

func TestNoDefaultAnswer(t *testing.T) {
	for _, s := range []string{"", "YES", "true", "1", "y", "ok", " yes", "cannot", "sí"} {
		if a, err := ParseAnswer(s); err == nil || a != "" {
			t.Errorf("%q is read as %q", s, a)
		}
		if _, err := Read("en", Answer(s)); err == nil {
			t.Errorf("%q has words to read", s)
		}
		if _, err := One("IL0160000", time.Now(), Answer(s)); err == nil {
			t.Errorf("%q is counted", s)
		}
	}
	if _, err := One("", time.Now(), Yes); err == nil {
		t.Error("a check of no agency is counted")
	}
	if Answers[0] != CannotConfirm {
		t.Error("the first answer of a form is the one that claims nothing")
	}
}

// No answer says that a federal agency is, or is not, there.
func TestNeverNamesAnotherAgency(t *testing.T) {
	names := regexp.MustCompile(`(?i)\b(ICE|DHS|CBP|HSI|ERO|immigration|inmigración|border patrol|homeland)\b`)
	var others []string
	for _, lang := range []string{"en", "es"} {
		for _, a := range Answers {
			s := read(t, lang, a)
			for _, line := range s.Lines() {
				if w := names.FindString(line); w != "" {
					t.Errorf("%s %s names %s: %s", lang, a, w, line)
				}
			}
			others = append(others, s.Others)
		}
	}
	for i, o := range others {
		if o != others[i/len(Answers)*len(Answers)] {
			t.Errorf("what is said of others differs with the answer, and so tells something: %q", o)
		}
	}
}

func TestHarm_H14_the_resident_rings_a_number_she_finds_herself(t *testing.T) {
	for _, lang := range []string{"en", "es"} {
		for _, a := range Answers {
			if s := read(t, lang, a); regexp.MustCompile(`[0-9]`).MatchString(strings.ReplaceAll(strings.Join(s.Lines(), " "), "911", "")) {
				t.Errorf("%s %s: a script gives no number or code that a visitor could imitate", lang, a)
			}
		}
	}
}

func TestHarm_H15_genuine_never_means_you_must_open(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {"You may keep the door closed while you check.", "does not mean that you must open", "supervisor"},
		"es": {"Puede dejar la puerta cerrada mientras comprueba.", "no significa que usted deba abrir", "supervisor"},
	} {
		all := strings.Join(read(t, lang, Yes).Lines(), "\n")
		for _, w := range want {
			if !strings.Contains(all, w) {
				t.Errorf("%s: a yes lacks %q", lang, w)
			}
		}
	}
}

// A check leaves a count and nothing else: there is no field that could hold
// who asked, from where, about whom or when within the day.
func TestHarm_H17_a_check_leaves_a_day_total_only(t *testing.T) {
	at := time.Date(2026, 11, 21, 23, 41, 7, 9, time.FixedZone("CST", -6*3600))
	total, err := One("IL0160000", at, No)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(total)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"agency":"IL0160000","day":"2026-11-21","answer":"no","count":1}`; string(got) != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	again, err := One("IL0160000", at.Add(-20*time.Hour), No)
	if err != nil {
		t.Fatal(err)
	}
	if again != total {
		t.Error("two checks of one day can be told apart")
	}
	if n := reflect.TypeFor[DayTotal]().NumField(); n != 4 {
		t.Errorf("a day total has %d fields; agency, day, answer and count are all", n)
	}
}

func TestHarm_H19_a_no_never_says_false(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {"That does not mean the person is false.", "may be genuine", "call 911", "Do not push, block or confront"},
		"es": {"Eso no significa que la persona sea falsa.", "pueden ser auténticos", "llame al 911", "No empuje, no bloquee"},
	} {
		for _, a := range []Answer{No, CannotConfirm} {
			s := read(t, lang, a)
			all := strings.Join(s.Lines(), "\n")
			for _, w := range want {
				if !strings.Contains(all, w) {
					t.Errorf("%s %s lacks %q", lang, a, w)
				}
			}
			for _, accusing := range []string{"impersonat", "fake", "impostor", "criminal", "fals"} {
				said := strings.NewReplacer("That does not mean the person is false.", "", "Eso no significa que la persona sea falsa.", "").Replace(all)
				if strings.Contains(strings.ToLower(said), accusing) {
					t.Errorf("%s %s accuses: %q", lang, a, accusing)
				}
			}
		}
	}
}
