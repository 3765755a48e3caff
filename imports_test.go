package comity_test

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// levels orders the folders: a package imports only from folders with a lower
// number. The root folder is package comity, the nouns.
var levels = map[string]int{
	".": 0, "data": 0,
	"law": 1, "record": 1, "seal": 1,
	"access": 2, "desk": 2, "door": 2, "witness": 2, "atlas": 2, "oversight": 2,
	"papers": 3, "store": 3, "web": 3,
	"cmd": 4, "bench": 4, ".ci": 4, "examples": 4,
}

const (
	module     = "comity"
	outerLevel = 3 // the lowest level that may touch disk, net, database, log or clock
)

// never lists imports that are wrong although their levels would allow them.
var never = map[[2]string]string{
	{"law", "data"}:  "books are built in cmd from data.FS",
	{".", "data"}:    "the nouns know no facts",
	{"web", "store"}: "web declares the interface it needs",
}

// The test parses the files itself: one that runs the go command is fooled by
// the test cache.
func TestImports(t *testing.T) {
	found, files := breaches(t, os.DirFS("."))
	for _, b := range found {
		t.Error(b)
	}
	if files < 20 {
		t.Errorf("only %d files were read", files)
	}
}

func TestImportsCanFail(t *testing.T) {
	for _, c := range []struct{ name, file, src, want string }{
		{"upward", "law/a.go", `package law; import _ "comity/desk"`, "law/a.go: imports comity/desk of level 2"},
		{"sideways", "desk/a.go", `package desk; import _ "comity/atlas"`, "desk/a.go: imports comity/atlas of the same level 2"},
		{"sideways from a folder below", "desk/training/a.go", `package training; import _ "comity/atlas"`, "the same level 2"},
		{"sideways at the bottom", "data/a.go", `package data; import _ "comity"`, "data/a.go: imports comity of the same level 0"},
		{"web to store", "web/a.go", `package web; import _ "comity/store"`, "the same level 3"},
		{"law to data", "law/a.go", `package law; import _ "comity/data"`, "books are built in cmd"},
		{"nouns to data", "a.go", `package comity; import _ "comity/data"`, "a.go: imports comity/data"},
		{"os", "record/a.go", `package record; import "os"; var _ = os.Args`, "record/a.go: imports os below level 3"},
		{"os/exec", "atlas/a.go", `package atlas; import _ "os/exec"`, "imports os/exec below"},
		{"net/http", "desk/a.go", `package desk; import _ "net/http"`, "imports net/http below"},
		{"net", "seal/a.go", `package seal; import _ "net"`, "imports net below"},
		{"database", "desk/a.go", `package desk; import _ "database/sql"`, "imports database/sql below"},
		{"log", "witness/a.go", `package witness; import _ "log/slog"`, "imports log/slog below"},
		{"old log", "witness/a.go", `package witness; import _ "log"`, "imports log below"},
		{"clock", "door/a.go", `package door; import "time"; var t = time.Now()`, "door/a.go:1: uses time.Now below"},
		{"clock as a value", "door/a.go", `package door; import "time"; var now = time.Now`, "uses time.Now below"},
		{"clock by another name", "door/a.go", `package door; import clock "time"; var d = clock.Since(clock.Time{})`, "uses time.Since below"},
		{"clock without a name", "door/a.go", `package door; import . "time"; var t = Now()`, "dot import"},
		{"test code in a program", "store/a.go", `package store; import _ "comity/record/recordtest"`, "which is for tests"},
		{"testing in a program", "store/a.go", `package store; import _ "testing"`, "which is for tests"},
		{"folder name", "desk/util/a.go", `package util`, "says nothing"},
		{"package name", "desk/words/a.go", `package helpers`, "says nothing"},
		{"file name", "desk/types.go", `package desk`, "says nothing"},
		{"new folder", "engine/a.go", `package engine`, "has no level"},
		{"no Go", "law/a.go", `packag law`, "expected 'package'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, _ := breaches(t, fstest.MapFS{c.file: {Data: []byte(c.src)}})
			if len(found) == 0 || !strings.Contains(strings.Join(found, "\n"), c.want) {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
	for _, c := range []struct{ name, file, src string }{
		{"downward", "desk/a.go", `package desk; import (_ "comity"; _ "comity/law"; _ "comity/data")`},
		{"own folder below", "desk/a.go", `package desk; import _ "comity/desk/training"`},
		{"clock where it may be", "store/a.go", `package store; import ("os"; "time"); var t, a = time.Now(), os.Args`},
		{"clock in a test", "law/a_test.go", `package law; import ("os"; "time"); var t, a = time.Now(), os.Args`},
		{"a shared test", "record/recordtest/a.go", `package recordtest; import ("testing"; "time"); var t = time.Now(); var _ testing.TB`},
		{"a local called time", "law/a.go", `package law; type c struct{ Now int }; func f(time c) int { return time.Now }`},
		{"an address is no net", "desk/a.go", `package desk; import _ "net/url"`},
		{"a generator", "law/gen.go", "//go:build ignore\n\npackage main; import _ \"os\""},
		{"everything", "cmd/comity/a.go", `package main; import (_ "comity/web"; _ "comity/store"; _ "comity/law"; _ "os")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if found, _ := breaches(t, fstest.MapFS{c.file: {Data: []byte(c.src)}}); len(found) > 0 {
				t.Errorf("found %q", found)
			}
		})
	}
}

// breaches reads every Go file below fsys and says which rule each one breaks.
func breaches(t *testing.T, fsys fs.FS) (found []string, files int) {
	t.Helper()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"testdata", "node_modules", ".git", "dist"}, d.Name()):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		files++
		found = append(found, fileBreaches(name, src)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, files
}

func fileBreaches(name string, src []byte) []string {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, src, parser.ParseComments)
	if err != nil {
		return []string{err.Error()}
	}
	top, _, inFolder := strings.Cut(name, "/")
	if !inFolder {
		top = "."
	}
	level, known := levels[top]
	if !known {
		return []string{fmt.Sprintf("%s: the folder %s has no level in imports_test.go", name, top)}
	}
	out := emptyNames(name, f.Name.Name)
	if strings.HasSuffix(name, "_test.go") || ignored(f) || forTests(path.Dir(name)) {
		return out
	}
	for _, spec := range f.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value) // a parsed import is a quoted string
		if b := importBreach(top, level, imported); b != "" {
			out = append(out, name+": "+b)
		}
	}
	if level < outerLevel {
		out = append(out, clockBreaches(set, name, f)...)
	}
	return out
}

// forTests reports whether a folder holds what tests of other packages share,
// as net/http/httptest does; no program imports it.
func forTests(folder string) bool { return strings.HasSuffix(folder, "test") }

func importBreach(top string, level int, imported string) string {
	folder, ours := folderOf(imported)
	switch {
	case !ours && level < outerLevel && outside(imported):
		return fmt.Sprintf("imports %s below level %d", imported, outerLevel)
	case imported == "testing" || ours && forTests(imported):
		return fmt.Sprintf("imports %s, which is for tests", imported)
	case !ours || folder == top:
		return ""
	case never[[2]string{top, folder}] != "" && levels[folder] < level:
		return fmt.Sprintf("imports %s: %s", imported, never[[2]string{top, folder}])
	case levels[folder] == level:
		return fmt.Sprintf("imports %s of the same level %d", imported, level)
	case levels[folder] > level:
		return fmt.Sprintf("imports %s of level %d", imported, levels[folder])
	}
	return ""
}

// folderOf gives the top folder of an import path of this module.
func folderOf(imported string) (string, bool) {
	if imported == module {
		return ".", true
	}
	rest, ours := strings.CutPrefix(imported, module+"/")
	folder, _, _ := strings.Cut(rest, "/")
	return folder, ours
}

// outside reports whether a package of the standard library reaches out of the
// program: to disk, net, database, other programs or the operational log.
func outside(imported string) bool {
	if slices.Contains([]string{"net/url", "net/netip", "net/mail", "net/textproto"}, imported) {
		return false
	}
	top, _, _ := strings.Cut(imported, "/")
	return slices.Contains([]string{"os", "net", "log", "syscall", "plugin"}, top) || strings.HasPrefix(imported, "database/sql") || imported == "io/ioutil"
}

// clockBreaches finds every use of the clock, by whatever name time is imported.
func clockBreaches(set *token.FileSet, name string, f *ast.File) []string {
	clock := ""
	for _, spec := range f.Imports {
		if spec.Path.Value != `"time"` {
			continue
		}
		clock = "time"
		if spec.Name != nil {
			clock = spec.Name.Name
		}
	}
	if clock == "." {
		return []string{name + ": a dot import of time hides the clock"}
	}
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if ok && clock != "" && x.Name == clock && x.Obj == nil && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTicker", "NewTimer", "AfterFunc"}, sel.Sel.Name) {
			out = append(out, fmt.Sprintf("%s:%d: uses time.%s below level %d; a clock is a field", name, set.Position(sel.Pos()).Line, sel.Sel.Name, outerLevel))
		}
		return true
	})
	return out
}

// emptyNames refuses names that say nothing about what is inside.
func emptyNames(name, pkg string) []string {
	parts := append(strings.Split(strings.TrimSuffix(name, ".go"), "/"), strings.TrimSuffix(pkg, "_test"))
	for _, p := range parts {
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "types", "misc", "shared", "base", "lib", "pkg"}, p) {
			return []string{fmt.Sprintf("%s: the name %s says nothing", name, p)}
		}
	}
	return nil
}

// ignored reports whether a file is left out of every build: a generator.
func ignored(f *ast.File) bool {
	for _, group := range f.Comments {
		if group.Pos() > f.Package {
			return false
		}
		for _, c := range group.List {
			if x, err := constraint.Parse(c.Text); err == nil && !x.Eval(func(tag string) bool { return tag != "ignore" }) {
				return true
			}
		}
	}
	return false
}
