package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every sentence that verify makes itself has its twin in Spanish: the
// functions are read, and each text of several words must stand in the table.
func TestVerifySaysEverythingInSpanish(t *testing.T) {
	makers := map[string][]string{
		"verify.go":       {"log", "belongs", "views", "view"},
		"verify_watch.go": {"look", "overdue"},
		"packet.go":       {"verifyPacket", "provedPacket", "unzipped"},
	}
	var all strings.Builder
	for _, twin := range verifyTwins() {
		all.WriteString(twin[0] + "\n")
		if strings.Count(twin[0], "%s") != strings.Count(twin[1], "%s") {
			t.Errorf("holes differ: %q", twin)
		}
	}
	holes, seen := regexp.MustCompile(`%[.0-9]*[dqvs]`), 0
	for file, names := range makers {
		src, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range src.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !slices.Contains(names, f.Name.Name) {
				continue
			}
			names = slices.DeleteFunc(names, func(n string) bool { return n == f.Name.Name })
			ast.Inspect(f, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				text, err := strconv.Unquote(lit.Value)
				if text = strings.TrimSpace(holes.ReplaceAllString(text, "%s")); err != nil || !strings.Contains(text, " ") {
					return true
				}
				if seen++; !strings.Contains(all.String(), text) {
					t.Errorf("%s: no Spanish for %q", file, text)
				}
				return true
			})
		}
		if len(names) > 0 {
			t.Errorf("%s has no %v", file, names)
		}
	}
	if seen < 20 {
		t.Errorf("only %d sentences were found", seen)
	}
}
