package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"comity"

	"golang.org/x/mod/sumdb/note"
)

const told = `operator: Sample operator
funding: [none]
conflicts: [none]
reviewers:
  - {name: Sample reviewer one, role: city attorney, view: local government, key: one.example, conflicts: [none]}
  - {name: Sample reviewer two, role: sheriff's counsel, view: sheriffs, key: two.example, conflicts: [none]}
  - {name: Sample reviewer three, role: city attorney, view: Local government, key: three.example, conflicts: [none]}
`

var files = fstest.MapFS{
	"vocabulary.yaml":      {Data: []byte("acts: {}\n")},
	"places/us.csv":        {Data: []byte("id\nus\n")},
	"law/us/none.yaml":     {Data: []byte("pack: us/none\n")},
	"agencies/not-law.csv": {Data: []byte("x\n")},
}

// key is a throw-away signing key.
func key(t testing.TB, name string) (note.Signer, note.Verifier) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

func code(err error) string {
	var p *comity.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestRelease(t *testing.T) {
	s1, v1 := key(t, "one.example")
	s2, v2 := key(t, "two.example")
	s3, v3 := key(t, "three.example")
	s4, _ := key(t, "nobody.example")
	_, other := key(t, "one.example")

	var b bytes.Buffer
	for want, signers := range map[string][]note.Signer{
		"too-few-signatures": {s1, s4}, "one-view": {s1, s3},
	} {
		if err := Make(io.Discard, files, 2026112101, []byte(told), signers...); code(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for want, text := range map[string]string{
		"no-disclosure": " ", "bad-disclosure": "operator: x\nfunding: [none]\n",
	} {
		if err := Make(io.Discard, files, 2026112101, []byte(text), s1, s2); code(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := Make(io.Discard, files, 17, []byte(told), s1, s2); code(err) != "bad-version" {
		t.Error(err)
	}
	if err := Make(&b, files, 2026112101, []byte(told), s1, s2); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := Make(&again, files, 2026112101, []byte(told), s1, s2); err != nil || !bytes.Equal(again.Bytes(), b.Bytes()) {
		t.Error("the same law is not the same bytes", err)
	}

	open := func(data []byte, trusted ...note.Verifier) (*Release, error) {
		return Open(bytes.NewReader(data), int64(len(data)), trusted...)
	}
	r, err := open(b.Bytes(), v1, v2, v3)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := fs.ReadFile(r.Files, "law/us/none.yaml"); err != nil || string(text) != "pack: us/none\n" || r.Version != 2026112101 || len(r.Signers) != 2 {
		t.Errorf("%s %v %+v", text, err, r)
	}
	if _, err := fs.Stat(r.Files, "agencies"); err == nil {
		t.Error("a release holds what is not law")
	}
	for want, trusted := range map[string][]note.Verifier{
		"unsigned-release": {other}, "too-few-signatures": {v1},
	} {
		if _, err := open(b.Bytes(), trusted...); code(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := open([]byte("no zip"), v1, v2); code(err) != "bad-release" {
		t.Error(err)
	}
	for name, data := range map[string][]byte{
		"an altered file": repack(t, b.Bytes(), "law/us/none.yaml", []byte("pack: us/other\n")),
		"a file more":     repack(t, b.Bytes(), "law/us/new.yaml", []byte("x")),
		"a file less":     repack(t, b.Bytes(), "law/us/none.yaml", nil),
	} {
		if _, err := open(data, v1, v2); code(err) != "altered-release" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := open(repack(t, b.Bytes(), listName, []byte("x")), v1, v2); code(err) != "bad-release" {
		t.Error(err)
	}
	if _, err := open(repack(t, b.Bytes(), "../law.yaml", []byte("x")), v1, v2); code(err) != "bad-release" {
		t.Error(err)
	}
}

// repack changes one file of a release; nil takes it out.
func repack(t testing.TB, data []byte, name string, text []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	write := func(name string, data []byte) {
		f, err := out.CreateHeader(&zip.FileHeader{Name: name})
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range in.File {
		if f.Name != name {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			old, _ := io.ReadAll(r)
			write(f.Name, old)
		}
	}
	if text != nil {
		write(name, text)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func FuzzOpen(f *testing.F) {
	s1, v1 := key(f, "one.example")
	s2, v2 := key(f, "two.example")
	var b bytes.Buffer
	if err := Make(&b, files, 2026112101, []byte(told), s1, s2); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Open(bytes.NewReader(data), int64(len(data)), v1, v2)
		if err == nil && r.Version != 2026112101 {
			t.Error("a release that nobody signed")
		}
		if err != nil && code(err) == err.Error() && !strings.Contains(code(err), "-") {
			t.Errorf("an error that tells nothing: %v", err)
		}
	})
}

func FuzzDisclosure(f *testing.F) {
	f.Add([]byte(told))
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, err := ReadDisclosure(data); err == nil && d.Operator == "" {
			t.Error("no operator")
		}
	})
}
