package law

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity"
)

// TestBegin: a pack just begun loads at every layer, has the canonical form,
// and its tests pass where no other law speaks.
func TestBegin(t *testing.T) {
	files := fstest.MapFS{"vocabulary.yaml": {Data: vocabularyText(t)}}
	for _, name := range []string{"states", "counties", "cities"} {
		text, err := os.ReadFile("../data/places/" + name + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		files["places/"+name+".csv"] = &fstest.MapFile{Data: text}
	}
	empty, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]string{"federal": "us", "state": "us-il", "county": "us-il-cook", "city": "us-il-chicago", "policy": "us-il-cook", "agreement": "us-il-cook"}
	for _, layer := range layerNames {
		text, err := empty.Begin(Scaffold{ID: "us/il/new", Place: places[layer], Title: `The "New" Act: part 1`, Layer: comity.Layer(layer), Today: "2025-06-01"})
		if err != nil {
			t.Fatalf("%s: %v", layer, err)
		}
		if ok, err := Formatted("new.yaml", text); !ok || err != nil {
			out, _ := Format("new.yaml", text)
			t.Errorf("%s: not canonical: %v %s", layer, err, firstDifference(text, out))
		}
		b, err := Load(files, fstest.MapFS{"us/il/new.yaml": {Data: text}})
		if err != nil {
			t.Fatalf("%s: %v", layer, err)
		}
		b.Now = func() time.Time { return time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC) }
		results := b.Test()
		if len(results) < 4 {
			t.Errorf("%s: only %d tests", layer, len(results))
		}
		for _, r := range results {
			if len(r.Failures) > 0 {
				t.Errorf("%s: %s: %v", layer, r.Test.Name, r.Failures)
			}
		}
		for _, w := range b.Warnings() {
			t.Errorf("%s: %v", layer, w)
		}
	}
}

func TestBeginRefuses(t *testing.T) {
	b, err := Load(oneFile(t, goodPack))
	if err != nil {
		t.Fatal(err)
	}
	good := Scaffold{ID: "us/il/new", Place: "us-il", Title: "An Act", Layer: comity.State, Today: "2025-06-01"}
	for want, change := range map[string]func(*Scaffold){
		"is no id of a pack":          func(s *Scaffold) { s.ID = "../../x" },
		"no id of a pack":             func(s *Scaffold) { s.ID = "" },
		"is no layer":                 func(s *Scaffold) { s.Layer = "village" },
		"the title is missing":        func(s *Scaffold) { s.Title = " " },
		"not in the table of places":  func(s *Scaffold) { s.Place = "us-yy" },
		"the layer is city but us-il": func(s *Scaffold) { s.Layer = comity.City },
	} {
		s := good
		change(&s)
		if _, err := b.Begin(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
