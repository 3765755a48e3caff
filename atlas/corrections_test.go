package atlas

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity/law"
)

// Every correction that ships names rules and tests that exist, and the tests pass.
func TestShippedCorrections(t *testing.T) {
	book, err := law.Load(os.DirFS("../data"))
	if err != nil {
		t.Fatal(err)
	}
	book.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	list, err := LoadCorrections(os.DirFS("../data"), book)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Error("the log is empty")
	}
	for _, c := range list {
		for _, x := range c.Tests {
			p, _ := book.Pack(x.Pack)
			for _, test := range p.Tests() {
				if test.Name == x.Name || strings.HasPrefix(test.Name, x.Name+" (") {
					if r := book.RunTest(p, test); len(r.Failures) > 0 {
						t.Errorf("%s: %s: %v", c.ID, test.Name, r.Failures)
					}
				}
			}
		}
	}
	for name, text := range map[string]string{
		"no rule":        strings.Replace(loggedText, "us/orders#tincher", "us/orders#none", 1),
		"no test":        strings.Replace(loggedText, "Tincher paused", "Tincher forgotten", 1),
		"no tests":       loggedText[:strings.Index(loggedText, "    tests:")],
		"fixed first":    strings.Replace(loggedText, `reported: "2026-11-21"`, `reported: "2026-11-22"`, 1),
		"stands twice":   loggedText + strings.TrimPrefix(loggedText, "corrections:\n"),
		"one language":   strings.Replace(loggedText, "es: b", "es: ''", 1),
		"an unknown key": loggedText + "    who: me\n",
	} {
		if _, err := LoadCorrections(fstest.MapFS{correctionsFile: {Data: []byte(text)}}, book); err == nil {
			t.Errorf("%s: no fault", name)
		}
	}
	if list, err := LoadCorrections(fstest.MapFS{correctionsFile: {Data: []byte(loggedText)}}, book); err != nil || len(list) != 1 {
		t.Error(list, err)
	}
	if _, err := LoadCorrections(fstest.MapFS{}, book); err == nil {
		t.Error("no log, no fault")
	}
}

const loggedText = `corrections:
  - id: x
    reported: "2026-11-21"
    fixed: "2026-11-21"
    said: {en: a, es: b}
    right: {en: c, es: d}
    source: s
    rules: [us/orders#tincher]
    tests:
      - {pack: us/orders, name: Tincher paused}
`

func FuzzCorrections(f *testing.F) {
	f.Add([]byte(loggedText))
	book, err := law.Load(os.DirFS("../data"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := LoadCorrections(fstest.MapFS{correctionsFile: {Data: data}}, book)
		if err == nil {
			for _, c := range list {
				if len(c.Tests) == 0 {
					t.Error("a correction that no test keeps")
				}
			}
		}
	})
}
