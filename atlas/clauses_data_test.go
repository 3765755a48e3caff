package atlas

import (
	"strings"
	"testing"

	"comity/data"
)

// The published texts read back, and two of one form share their clauses.
func TestTexts(t *testing.T) {
	texts, err := LoadTexts(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) != 12 {
		t.Fatalf("%d texts", len(texts))
	}
	var a, b strings.Builder
	if err := WriteTexts(&a, &b, texts); err != nil {
		t.Fatal(err)
	}
	for name, wrote := range map[string]string{textsFile: a.String(), clausesFile: b.String()} {
		if was, err := data.FS.ReadFile(name); err != nil || string(was) != wrote {
			t.Errorf("%s does not read back as written: %v", name, err)
		}
	}
	of := func(name string) Text287g {
		for _, one := range texts {
			if strings.HasPrefix(one.Name, name) {
				return one
			}
		}
		t.Fatalf("no text %s", name)
		return Text287g{}
	}
	freeborn, hardee := of("Freeborn"), of("hardee")
	same := 0
	for _, h := range freeborn.Has {
		for _, o := range hardee.Has {
			if h.Hash == o.Hash {
				same++
			}
		}
	}
	if same < 18 {
		t.Errorf("two agreements of one form of 2025 share %d of %d clauses", same, len(freeborn.Has))
	}
	if len(of("Loudoun").Has) != 0 {
		t.Error("a picture has clauses")
	}
}

func TestWith(t *testing.T) {
	clauses := ReadClauses(firstAgreement)
	known := Texts{{Name: "form", Has: Hashed(ReadClauses(secondAgreement))}}
	in := 0
	for _, s := range known.With(clauses) {
		in += len(s.In)
	}
	if in != 4 {
		t.Errorf("%d clauses stand in the form, want 4", in)
	}
}
