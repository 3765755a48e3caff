package comity_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What harms_rules_test.go reads the program with.

var createTable = regexp.MustCompile(`(?is)create table (?:if not exists )?(\w+)\s*\((.*?)\n\s*\)`)

// tagsIn lists the JSON and YAML keys of the structs in a folder, by place.
func tagsIn(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for file, f := range goFiles(t, folder) {
		ast.Inspect(f, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil {
				return true
			}
			tag, err := strconv.Unquote(field.Tag.Value)
			if err != nil {
				return true
			}
			for _, format := range []string{"json", "yaml"} {
				if key, _, _ := strings.Cut(reflect.StructTag(tag).Get(format), ","); key != "" && key != "-" {
					out[fmt.Sprintf("%s:%s:%d", file, format, field.Pos())] = key
				}
			}
			return true
		})
	}
	return out
}

// routePatterns lists the addresses that web serves, read from its source.
func routePatterns(t *testing.T) []string {
	t.Helper()
	form := regexp.MustCompile(`^((GET|POST|PUT|DELETE|PATCH|HEAD) )?/`)
	var out []string
	for file, f := range goFiles(t, "web") {
		if !strings.Contains(path.Base(file), "route") && !strings.Contains(path.Base(file), "api") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && form.MatchString(s) {
					out = append(out, s)
				}
			}
			return true
		})
	}
	if len(out) < 10 {
		t.Errorf("only %d addresses were found", len(out))
	}
	return out
}

// roleValue finds the string given to something called Role or of that type.
func roleValue(n ast.Node) (bool, string) {
	var value ast.Expr
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if name, ok := n.Key.(*ast.Ident); ok && strings.EqualFold(name.Name, "role") {
			value = n.Value
		}
	case *ast.ValueSpec:
		if len(n.Values) == 1 && strings.HasPrefix(strings.ToLower(n.Names[0].Name), "role") {
			value = n.Values[0]
		}
	}
	lit, ok := value.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return false, ""
	}
	s, err := strconv.Unquote(lit.Value)
	return err == nil, s
}

func takes(fn *ast.FuncDecl, parameter string) bool {
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			if strings.EqualFold(name.Name, parameter) {
				return true
			}
		}
	}
	return false
}

// goFiles parses the Go files of one folder and those below it, without tests.
func goFiles(t *testing.T, folder string) map[string]*ast.File {
	t.Helper()
	out := map[string]*ast.File{}
	for file, text := range textsBelow(t, folder) {
		if path.Ext(file) != ".go" {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		out[file] = f
	}
	return out
}

// textsBelow reads the Go and SQL files of a folder, tests left out; of the
// root only its own files.
func textsBelow(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS("."), folder, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != folder && (folder == "." || slices.Contains([]string{"testdata", "node_modules", "dist"}, d.Name())):
			return fs.SkipDir
		case d.IsDir() || strings.HasSuffix(name, "_test.go") || !slices.Contains([]string{".go", ".sql"}, path.Ext(name)):
			return nil
		}
		data, err := os.ReadFile(name)
		out[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The words that betray a harm are found in every spelling, and only those.
func TestHarmWords(t *testing.T) {
	for _, w := range []string{"citizenship", "us_citizen", "person.nationality", "birth_date", "dob", "a_number", "anumber", "immigration_status", "home_address", "employer", "photo", "scan_id", "country-of-birth"} {
		if !demanded.MatchString(w) {
			t.Errorf("%s is not found", w)
		}
	}
	for _, w := range []string{"status", "title", "says", "sections", "facts", "homepage", "interface", "printed", "sexton", "scanned", "number", "checked_on"} {
		if demanded.MatchString(w) {
			t.Errorf("%s is found", w)
		}
	}
	schema := "CREATE TABLE a (\n  id TEXT,\n  home TEXT -- x\n) STRICT;\ncreate table if not exists b (\n  ip TEXT\n);"
	if got := createTable.FindAllStringSubmatch(schema, -1); len(got) != 2 || got[0][1] != "a" || !strings.Contains(got[0][2], "home TEXT") || got[1][1] != "b" {
		t.Errorf("tables read as %q", got)
	}
}
