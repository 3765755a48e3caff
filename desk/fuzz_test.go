package desk

import (
	"strings"
	"testing"
	"time"
)

// A form in any shape is read or refused; what is read has only our fields and
// reads again as the same.
func FuzzForm(f *testing.F) {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"form=i-247a\nbox=both", "release_at=2026-11-01T01:30\nsigned=yes", "cause=biometric biometric\nreceived_at=2026-03-08T02:30", "citizenship=x", "name=\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		form := Form{}
		for line := range strings.SplitSeq(text, "\n") {
			name, value, _ := strings.Cut(line, "=")
			form[name] = value
		}
		for _, k := range Kinds() {
			read, err := k.Read(form, zone, true)
			if err != nil {
				continue
			}
			for name := range read {
				if field, ok := k.Field(name); !ok || field.Name != name {
					t.Errorf("%s: read a field %q", k.Name, name)
				}
			}
			again, err := k.Read(read, zone, true)
			if err != nil || len(again) != len(read) {
				t.Fatalf("%s: %v does not read again: %v", k.Name, read, err)
			}
			for name := range read {
				if again[name] != read[name] {
					t.Errorf("%s: %s is %q, then %q", k.Name, name, read[name], again[name])
				}
			}
		}
	})
}
