package atlas

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The first acceptance set: the questions people ask first.
func TestFirstAnswers(t *testing.T) {
	as := shipped(t)
	var got []string
	for _, a := range as.All() {
		got = append(got, a.ID)
	}
	want := []string{"at-an-ice-scene", "check-i247a", "film-officers", "give-person-copy", "how-long-hold",
		"log-and-report-requests", "must-jail-honour-detainer", "open-the-door", "perimeter-help", "police-ask-status",
		"release-date-vs-1373", "sign-287g", "somebody-was-taken", "verify-visitor", "which-paper-is-a-warrant"}
	if !slices.Equal(got, want) {
		t.Errorf("answers %q, want %q", got, want)
	}
}

// texts lists every sentence of an answer, in both languages.
func texts(a Answer) []Text {
	out := []Text{a.Question}
	for _, s := range a.Statements {
		out = append(out, s.Says)
	}
	for _, p := range a.Places {
		out = append(out, p.Says)
	}
	for _, p := range a.Positions {
		out = append(out, p.Holder, p.View)
	}
	return append(append(out, a.Changes...), a.Gaps...)
}

var (
	badEnglish = regexp.MustCompile(`(?i)\b(illegal|alien|sanctuary list|force is needed|resist physically)\b|—`)
	badSpanish = regexp.MustCompile(`(?i)\b(ilegal(es)?|orden de retención|tú|debes|puedes|tienes|tu casa|ustedes deben)\b|—`)
)

func TestAnswersUseOurWords(t *testing.T) {
	for _, a := range shipped(t).All() {
		for _, s := range texts(a) {
			if w := badEnglish.FindString(s.EN); w != "" {
				t.Errorf("%s says %q: %s", a.ID, w, s.EN)
			}
			if w := badSpanish.FindString(s.ES); w != "" {
				t.Errorf("%s dice %q: %s", a.ID, w, s.ES)
			}
		}
	}
}

// "May" alone reads as encouragement in Spanish: a permission for an agency
// says that it is none of its duties.
func TestSpanishMayIsNoDuty(t *testing.T) {
	for _, a := range shipped(t).All() {
		for _, r := range a.Places {
			if strings.HasPrefix(r.Says.EN, "May") && !strings.Contains(r.Says.ES, "no está obligado") {
				t.Errorf("%s in %s: %s", a.ID, r.Place, r.Says.ES)
			}
		}
	}
}

// Wordings that were found dangerous once must not come back.
func TestHarm_H29_dangerous_wordings_stay_out(t *testing.T) {
	as := shipped(t)
	door, _ := as.Get("open-the-door")
	want := "You may keep it closed unless they show a warrant signed by a judge. ICE claims more for form I-205; courts are divided. Never block or push."
	if door.Short("en") != want {
		t.Errorf("open-the-door says %q", door.Short("en"))
	}
	visitor, _ := as.Get("verify-visitor")
	if s := visitor.Short("en"); !strings.Contains(s, "does not mean the person is false") || !strings.Contains(s, "may be genuine") {
		t.Errorf("a negative answer stands alone: %q", s)
	}
	scene, _ := as.Get("at-an-ice-scene")
	if !slices.ContainsFunc(scene.Gaps, func(g Text) bool { return strings.Contains(g.EN, "must intervene") }) {
		t.Error("the missing research on the duty to intervene is not shown")
	}
	perimeter, _ := as.Get("perimeter-help")
	for place, seen := range map[string]bool{"us-il": false, "us-il-chicago": true, "us-or": true, "us-mn-minneapolis": false, "us-tx": true} {
		i := slices.IndexFunc(perimeter.Places, func(r PlaceRow) bool { return r.Place == place })
		if i < 0 || perimeter.Places[i].TextSeen != seen {
			t.Errorf("perimeter-help: %s, text seen should be %v", place, seen)
		}
	}
	for _, stale := range []string{"must-ice-identify", "interfering-ice-vs-police"} {
		if _, ok := as.Get(stale); ok {
			t.Errorf("%s rests on dates or words that were found wrong", stale)
		}
	}
}

func TestAnswersNameRealPlacesAndActs(t *testing.T) {
	places := map[string]bool{}
	for _, file := range []string{"states", "counties", "cities"} {
		data, err := os.ReadFile("../data/places/" + file + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			id, _, _ := strings.Cut(line, ",")
			places[id] = true
		}
	}
	data, err := os.ReadFile("../data/vocabulary.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var vocabulary struct {
		Actors map[string]any `yaml:"actors"`
		Acts   map[string]any `yaml:"acts"`
	}
	if err := yaml.Unmarshal(data, &vocabulary); err != nil {
		t.Fatal(err)
	}
	for _, a := range shipped(t).All() {
		for _, r := range a.Places {
			if !places[r.Place] {
				t.Errorf("%s: there is no place %s", a.ID, r.Place)
			}
		}
		for _, s := range a.Statements {
			for _, p := range s.About {
				if !places[p] {
					t.Errorf("%s: there is no place %s", s.ID, p)
				}
			}
		}
		if i := a.Interview; i != nil {
			_, actor := vocabulary.Actors[i.Actor]
			_, act := vocabulary.Acts[i.Act]
			if !actor || !act {
				t.Errorf("%s: the interview asks %s about %s", a.ID, i.Actor, i.Act)
			}
		}
	}
}

// A source that is our own law names the rule that states it, so that pages
// link the two.
func TestAnswersNameRealRules(t *testing.T) {
	form := regexp.MustCompile(`(?m)^\s*- \{?\s*id: (us/[^\s,]+#[^\s,]+)`)
	rules := map[string]bool{}
	err := fs.WalkDir(os.DirFS("../data"), "law", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile("../data/" + name)
		for _, m := range form.FindAllStringSubmatch(string(data), -1) {
			rules[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	as, linked := shipped(t), 0
	for _, s := range as.sources {
		if s.Rule == "" {
			continue
		}
		if linked++; !rules[s.Rule] {
			t.Errorf("the source %s names the rule %s, which does not exist", s.Key, s.Rule)
		}
	}
	if linked < 25 {
		t.Errorf("only %d sources are linked to our law", linked)
	}
}
