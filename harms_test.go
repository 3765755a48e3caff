package comity_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "write docs/harms.md anew")

// A harm is one way in which a person could be hurt, and the rule against it.
// now says that the rule must have a test today; the others wait for the part
// of the product that could do the harm.
type harm struct {
	id   string
	who  string
	rule string
	now  bool
}

var harms = []harm{
	{"H1", "a resident in custody", "no field for address, employer, status, nationality or scans of papers; what is personal is sealed", true},
	{"H2", "people who apply to a programme", "never collected rather than deleted later", false},
	{"H3", "a witness who uploads", "no account, no address or device log, a codename receipt", false},
	{"H4", "a subscriber", "no push list at all; pages and feeds are fetched, notices are signed", false},
	{"H5", "a neighbourhood", "nothing live and nothing unconfirmed is public", true},
	{"H6", "a person accused by a neighbour", "reports about officials' conduct only; nothing about a private person's status", false},
	{"H7", "a victim", "redaction at intake, two people release, every release is checked", true},
	{"H8", "an officer and the family", "no names, faces, homes, plates or routes", true},
	{"H9", "an undercover officer", "no roster and no enumeration", true},
	{"H10", "all staff", "exports only from listed columns, shown before release, second person", true},
	{"H11", "the operator", "no address field; takedown desk with a clock of ten days", false},
	{"H12", "officers in an operation", "no live data; plans stay with the parties and are released after a delay", true},
	{"H13", "officers of two agencies", "deconfliction with the least facts; identity before help", true},
	{"H14", "a resident at the door", "a number that she finds herself; call-back before trust", true},
	{"H15", "a lone person who is stopped", "genuine never means that you must open; supervisor call-back", true},
	{"H16", "a resident who scans", "the signature is checked offline; nothing is opened", true},
	{"H17", "a resident who checks", "no list of who checked; day totals only", true},
	{"H18", "an officer", "rotating codes; a code that ran out answers nothing", true},
	{"H19", "a federal officer", "a negative answer says only what is known, gives the next steps and accuses nobody", true},
	{"H20", "victims and witnesses", "a shield flag, no link to federal requests, totals only", false},
	{"H21", "everyone in the record", "no search for a person across agencies, no key to a person outside the sealed store, no federal accounts", true},
	{"H22", "an agency", "passkeys bound to one person and one device", true},
	{"H23", "people who are held", "accounts carry a legal basis; when it ends, access ends that night", true},
	{"H24", "a former partner", "access to a record is itself recorded and reviewed", true},
	{"H25", "drivers and victims of abuse", "counts and patterns are published; no plate and no free text", false},
	{"H26", "one person in a small county", "nothing below eleven; the month and not the day", true},
	{"H27", "an agency named wrongly", "place ids, two sources, pending until then, right of reply, correction beside the error", true},
	{"H28", "a reader of an answer", "rules and not generated text; cite or refuse; stale means refuse; each question can be withdrawn", false},
	{"H29", "a bystander", "reviewed words on safe observing; no call to go anywhere", false},
	{"H30", "a person held", "a hold clock, a copy of the papers, a code to keep", false},
	{"H31", "a citizen held by mistake", "a contradiction is flagged without storing status; a supervisor before any hold", false},
	{"H32", "an officer complained about", "classes of outcome, no names, contest, open items run out", false},
	{"H33", "bystanders in a video", "sealed by default; public only after blurring", false},
	{"H34", "a source", "sealed original and stripped copy, the hash of both", false},
	{"H35", "the service", "own domain, plain pages, mirrors, bulk export", false},
	{"H36", "operator and publisher", "after the event, neutral words, the agency publishes", false},
	{"H37", "the public", "a change of the record's form is itself an entry; old fields stay verifiable", true},
	{"H38", "an agency", "demands and deadlines are listed; the legal basis stands on each decision", false},
	{"H39", "the project", "no address for positions to fork; the gates are in data and contracts", false},
	{"H40", "staff under load", "static signed pages, proofs that can be cached, a fallback by telephone", false},
}

// TestHarms names the tests that prove each rule. A rule that must hold today
// and has no test fails here.
func TestHarms(t *testing.T) {
	found, problems := harmTests(t, os.DirFS("."))
	for _, p := range problems {
		t.Error(p)
	}
	var waiting []string
	for _, h := range harms {
		tests := found[h.id]
		switch {
		case len(tests) == 0 && h.now:
			t.Errorf("%s must have a test and has none: %s", h.id, h.rule)
		case len(tests) == 0:
			waiting = append(waiting, h.id)
		default:
			t.Logf("%s: %s", h.id, strings.Join(tests, ", "))
		}
		delete(found, h.id)
	}
	for id, tests := range found {
		t.Errorf("there is no harm %s: %s", id, strings.Join(tests, ", "))
	}
	t.Logf("without a test yet: %s", strings.Join(waiting, " "))
}

// TestHarmsPage keeps docs/harms.md in step with the tests that exist.
func TestHarmsPage(t *testing.T) {
	found, _ := harmTests(t, os.DirFS("."))
	want := harmsPage(found)
	const page = "docs/harms.md"
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/harms.md is not in step with the tests; run: go test . -run HarmsPage -update")
	}
}

func harmsPage(found map[string][]string) string {
	var b strings.Builder
	b.WriteString(`# Who could be hurt, and the test that keeps the rule

Written by ` + "`go test . -run HarmsPage -update`" + `. A test belongs to a rule by its
name: ` + "`TestHarm_H19_…`" + `, or a subtest ` + "`t.Run(\"H19 …\")`" + `. Rules marked **now** must
have one; the build fails when they do not. A rule without a test belongs to a
part that is not built yet, and that part does not ship without it.

| id | who | rule | | tests |
|---|---|---|---|---|
`)
	for _, h := range harms {
		now, tests := "", "none yet"
		if h.now {
			now = "**now**"
		}
		if len(found[h.id]) > 0 {
			tests = "`" + strings.Join(found[h.id], "`, `") + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", h.id, h.who, h.rule, now, tests)
	}
	return b.String()
}

var (
	harmFunc = regexp.MustCompile(`^(?:Test|Fuzz)Harm_H0?(\d+)_\w+$`)
	harmRun  = regexp.MustCompile(`^H0?(\d+)\b`)
)

// harmTests finds the tests that carry a harm's id. A test that skips proves
// nothing and is told as a problem.
func harmTests(t *testing.T, fsys fs.FS) (found map[string][]string, problems []string) {
	t.Helper()
	found = map[string][]string{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"testdata", "node_modules", ".git", "dist"}, d.Name()):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || fn.Body == nil {
				continue
			}
			ids := harmIDs(fn)
			if len(ids) > 0 && skips(fn) {
				problems = append(problems, fmt.Sprintf("%s: %s can be skipped, so it proves nothing", name, fn.Name.Name))
				continue
			}
			for _, id := range ids {
				found[id] = append(found[id], packageOf(name)+"."+fn.Name.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tests := range found {
		slices.Sort(tests)
	}
	return found, problems
}

// harmIDs lists the harms that a test names, in its own name or in a subtest's.
func harmIDs(fn *ast.FuncDecl) []string {
	var ids []string
	if m := harmFunc.FindStringSubmatch(fn.Name.Name); m != nil {
		ids = append(ids, "H"+m[1])
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 || called(call) != "Run" {
			return true
		}
		lit, ok := call.Args[0].(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if m := harmRun.FindStringSubmatch(text); err == nil && m != nil {
			ids = append(ids, "H"+m[1])
		}
		return true
	})
	slices.Sort(ids)
	return slices.Compact(ids)
}

func skips(fn *ast.FuncDecl) bool {
	found := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && strings.HasPrefix(called(call), "Skip") && called(call) != "SkipDir" {
			found = true
		}
		return true
	})
	return found
}

func called(call *ast.CallExpr) string {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		return sel.Sel.Name
	}
	return ""
}

func TestHarmsListIsWhole(t *testing.T) {
	var now []string
	for i, h := range harms {
		if h.id != fmt.Sprintf("H%d", i+1) || h.who == "" || h.rule == "" {
			t.Errorf("entry %d is %+v", i, h)
		}
		if h.now {
			now = append(now, h.id)
		}
	}
	if len(harms) != 40 || !slices.Equal(now, []string{"H1", "H5", "H7", "H8", "H9", "H10", "H12", "H13", "H14", "H15", "H16", "H17", "H18", "H19", "H21", "H22", "H23", "H24", "H26", "H27", "H37"}) {
		t.Errorf("%d harms, now %v", len(harms), now)
	}
}

func TestHarmTestsAreFound(t *testing.T) {
	found, problems := harmTests(t, fstest.MapFS{
		"desk/a_test.go": {Data: []byte(`package desk
import "testing"
func TestHarm_H05_nothing_live(t *testing.T) { t.Fatal("x") }
func FuzzHarm_H26_months(f *testing.F) { f.Fatal("x") }
func TestRules(t *testing.T) { t.Run("H1 no field", func(t *testing.T) { t.Fatal("x") }); t.Run("H10", nil) }
func TestHarm_H17_skipped(t *testing.T) { t.Skip("later") }
func TestHarmless(t *testing.T) { t.Run("Hello", nil) }
`)},
		"desk/testdata/b_test.go": {Data: []byte(`not Go`)},
		"desk/c.go":               {Data: []byte(`package desk; func TestHarm_H27_not_a_test() {}`)},
	})
	want := map[string]string{"H1": "desk.TestRules", "H5": "desk.TestHarm_H05_nothing_live", "H10": "desk.TestRules", "H26": "desk.FuzzHarm_H26_months"}
	for id, name := range want {
		if !slices.Equal(found[id], []string{name}) {
			t.Errorf("%s: %v, want %s", id, found[id], name)
		}
	}
	if len(found) != len(want) || len(problems) != 1 || !strings.Contains(problems[0], "H17") {
		t.Errorf("found %v, problems %v", found, problems)
	}
}

// packageOf is the package a test file lies in, as people name it.
func packageOf(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return "comity"
}
