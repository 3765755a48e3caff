package comity_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The program on the page about the library runs as it stands there, in a
// module of its own, and prints what its comment says.
func TestDocsLibraryExample(t *testing.T) {
	page, err := os.ReadFile("docs/library.md")
	if err != nil {
		t.Fatal(err)
	}
	program := regexp.MustCompile("(?s)```go\n(.*?)```").FindSubmatch(page)
	if program == nil {
		t.Fatal("the page has no program")
	}
	want := regexp.MustCompile(`Println\(.*\) // (.*)`).FindSubmatch(program[1])
	if want == nil {
		t.Fatal("the program does not say what it prints")
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, text := range map[string]string{
		"main.go": string(program[1]), "go.sum": string(sums),
		"go.mod": "module example\n\ngo 1.26\n\nrequire comity v0.0.0\n\nreplace comity => " + here + "\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command("go", "run", "-mod=mod", ".")
	run.Dir = folder
	run.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	var complaint strings.Builder
	run.Stderr = &complaint
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaint.String())
	}
	if got := strings.TrimSpace(string(out)); got != string(want[1]) {
		t.Errorf("printed %q, the page says %q", got, want[1])
	}
}
