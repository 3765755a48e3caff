package comity_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity/law"
)

// The example on the page about law packs is a pack: it loads and its tests pass.
func TestDocsLawPackExample(t *testing.T) {
	page, err := os.ReadFile("docs/law-packs.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(page)
	if example == nil {
		t.Fatal("the page has no example")
	}
	files := fstest.MapFS{"law/us/il/trust-act.yaml": {Data: example[1]}}
	err = fs.WalkDir(os.DirFS("data"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name != "vocabulary.yaml" && !strings.HasPrefix(name, "places/") {
			return err
		}
		data, err := os.ReadFile("data/" + name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	book, err := law.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	book.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	results := book.Test()
	if len(results) != 5 {
		t.Errorf("%d tests ran", len(results))
	}
	for _, r := range results {
		for _, f := range r.Failures {
			t.Errorf("%s: %s", r.Test.Name, f)
		}
	}
}
