package web

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"comity/law"
	"comity/oversight"

	"go.yaml.in/yaml/v3"
)

// catalogue reads the texts of a language flat, by key.
func catalogue(t *testing.T, tag string) map[string]string {
	t.Helper()
	out := map[string]string{}
	names, err := catalogues(tag)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(textFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		var root yaml.Node
		if err := yaml.Unmarshal(b, &root); err != nil {
			t.Fatal(err)
		}
		part := map[string]string{}
		flatten(part, "", root.Content[0])
		for key, text := range part {
			if _, twice := out[key]; twice {
				t.Errorf("%s stands in %s and in another catalogue", key, name)
			}
			out[key] = text
		}
	}
	return out
}

func flatten(out map[string]string, prefix string, n *yaml.Node) {
	plural := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		plural = plural || n.Content[i].Value == "one"
	}
	if n.Kind != yaml.MappingNode || plural {
		text := n.Value
		for _, c := range n.Content {
			text += " " + c.Value
		}
		out[prefix] = text
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if prefix != "" {
			key = prefix + "." + key
		}
		flatten(out, key, n.Content[i+1])
	}
}

func TestCataloguesHaveTheSameKeys(t *testing.T) {
	en, es := catalogue(t, "en"), catalogue(t, "es")
	hole := regexp.MustCompile(`\{\{\.\w+\}\}`)
	for key, text := range en {
		other, ok := es[key]
		if !ok {
			t.Errorf("text/es.yaml lacks %s", key)
			continue
		}
		a, b := hole.FindAllString(text, -1), hole.FindAllString(other, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%s is filled in with %v in English and %v in Spanish", key, a, b)
		}
		if strings.TrimSpace(text) == "" || strings.TrimSpace(other) == "" {
			t.Errorf("%s is empty", key)
		}
	}
	for key := range es {
		if _, ok := en[key]; !ok {
			t.Errorf("text/en.yaml lacks %s", key)
		}
	}
}

// Every key that templates and code name is there, and every key that is there
// is named. Keys that are put together count by their beginning.
func TestCatalogueKeysAreUsed(t *testing.T) {
	whole, begun := usedKeys(t)
	en := catalogue(t, "en")
	for key, where := range whole {
		if _, ok := en[key]; !ok {
			t.Errorf("%s names the text %s, which is not in the catalogue", where, key)
		}
	}
	for key := range en {
		if _, ok := whole[key]; ok {
			continue
		}
		if !slices.ContainsFunc(begun, func(p string) bool { return strings.HasPrefix(key, p) }) {
			t.Errorf("no page uses the text %s", key)
		}
	}
}

func usedKeys(t *testing.T) (whole map[string]string, begun []string) {
	t.Helper()
	whole = map[string]string{}
	files, err := fs.Glob(htmlFiles, "*.html")
	if err != nil {
		t.Fatal(err)
	}
	direct := regexp.MustCompile(`[{(]-? *t "([^"]+)"`)
	inside := regexp.MustCompile(`t \(print "([^"]+)"`)
	for _, name := range files {
		b, err := fs.ReadFile(htmlFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range direct.FindAllStringSubmatch(string(b), -1) {
			whole[m[1]] = name
		}
		for _, m := range inside.FindAllStringSubmatch(string(b), -1) {
			begun = append(begun, m[1])
		}
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		if !strings.HasSuffix(name, "_test.go") {
			begun = append(begun, keysInGo(t, name, whole)...)
		}
	}
	return whole, begun
}

// keysInGo finds the first argument of say, t, known, orPlain and the code of a
// problem. Other strings that stand in front of a plus are beginnings of keys.
func keysInGo(t *testing.T, name string, whole map[string]string) (begun []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := func(e ast.Expr) (string, bool) {
		l, ok := e.(*ast.BasicLit)
		if !ok || l.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(l.Value)
		return s, err == nil
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if s, ok := text(n.X); ok && n.Op == token.ADD && strings.HasSuffix(s, ".") || ok && s == "date.m" {
				begun = append(begun, s)
			}
		case *ast.CallExpr:
			call, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || len(n.Args) == 0 {
				return true
			}
			for i, arg := range n.Args {
				s, ok := text(arg)
				if !ok {
					continue
				}
				switch {
				case i == 0 && (call.Sel.Name == "say" || call.Sel.Name == "t") && strings.Contains(s, "."):
					whole[s] = name
				case i == 0 && call.Sel.Name == "orPlain":
					begun = append(begun, s)
				case (call.Sel.Name == "problem" && i == 2) || (call.Sel.Name == "missing" && i == 1):
					whole["problem."+s+".message"], whole["problem."+s+".hint"] = name, name
				case i == 0 && strings.Contains(s, ".") && slices.Contains([]string{"head", "lines", "words", "named", "tasks", "reasons"}, call.Sel.Name):
					whole[s] = name
				}
			}
		}
		return true
	})
	return begun
}

// Keys that are put together from words of the nouns must all be there.
func TestEveryFamilyIsComplete(t *testing.T) {
	en := catalogue(t, "en")
	need := func(format string, args ...any) {
		if key := fmt.Sprintf(format, args...); en[key] == "" {
			t.Errorf("the catalogue lacks %s", key)
		}
	}
	for _, v := range []string{"prohibited", "required", "permitted", "no-rule", "needs-facts", "needs-counsel"} {
		need("verdict.%s.word", v)
		need("verdict.%s.says", v)
		need("verdict.%s.means", v)
	}
	for _, f := range []string{"conflict", "unsettled", "unverified", "incomplete"} {
		need("flag.%s.label", f)
		need("flag.%s.says", f)
	}
	for _, l := range []string{"federal", "state", "county", "city", "policy", "agreement"} {
		need("layer.%s", l)
	}
	for _, g := range testBook(t).Vocabulary().ActGroups {
		need("acts.%s", g)
	}
	for _, g := range actorGroups(testBook(t).Vocabulary()) {
		need("actors.%s", g.Name)
	}
	for _, u := range lengthUnits {
		need("length.%s", u)
	}
	for _, name := range topicNames {
		need("topic.%s", name)
	}
	l := testCards(t).langs["es"]
	for _, a := range oversight.Answers {
		l.answerWord(a) // panics where a word is missing
	}
	for _, o := range oversight.Outcomes {
		l.outcomeWord(o)
	}
}

// lacks lists what this language does not say and would have to borrow.
func lacks(w *words) []string {
	var out []string
	miss := func(s, format string, args ...any) {
		if s == "" {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	for _, a := range w.vocabulary.Acts {
		miss(w.Acts[a.Name]+a.IsES, "acts: %s", a.Name)
	}
	for _, a := range w.vocabulary.Actors {
		miss(w.Actors[a.Name].One, "actors: %s: who", a.Name)
		miss(w.Actors[a.Name].Many, "actors: %s: group", a.Name)
	}
	for _, f := range w.vocabulary.Facts {
		miss(w.Facts[f.Name].Ask+f.QuestionES, "facts: %s: ask", f.Name)
		if f.Type == law.Instant {
			miss(w.Starts[f.Name], "starts: %s", f.Name)
		}
		for _, v := range f.Values {
			miss(w.Of[f.Name][v]+w.Values[v], "values: %s (of %s)", v, f.Name)
		}
	}
	return out
}

// Words of the law: Spanish says every act, actor, question and value itself.
func TestSpanishSaysTheWholeVocabulary(t *testing.T) {
	w := testCards(t).langs["es"].words
	for _, missing := range lacks(w) {
		t.Errorf("text/law.es.yaml lacks %s", missing)
	}
}

var (
	actions  = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	tagsOnly = regexp.MustCompile(`(?s)<[^>]*>`)
	spoken   = regexp.MustCompile(`(?:aria-label|title|alt|placeholder)="([^"]*)"`)
	letters  = regexp.MustCompile(`\pL{2,}`)
	entities = regexp.MustCompile(`&[a-z]+;`)
	inCode   = regexp.MustCompile(`(?s)<pre>.*?</pre>`)
)

// No word of prose stands in a template: it could not be translated.
func TestTemplatesHoldNoText(t *testing.T) {
	files, err := fs.Glob(htmlFiles, "*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		b, err := fs.ReadFile(htmlFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		text := inCode.ReplaceAllString(actions.ReplaceAllString(string(b), ""), "")
		for _, m := range spoken.FindAllStringSubmatch(text, -1) {
			if letters.MatchString(m[1]) {
				t.Errorf("%s: %s", name, m[0])
			}
		}
		bare := entities.ReplaceAllString(tagsOnly.ReplaceAllString(text, ""), "")
		if m := letters.FindString(bare); m != "" {
			t.Errorf("%s holds the word %q", name, m)
		}
	}
}

// The words that look.md forbids or fixes.
func TestWords(t *testing.T) {
	for _, tag := range tags {
		files, err := catalogues(tag)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range append(files, "text/law."+tag+".yaml") {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text := regexp.MustCompile(`(?m)^\s*#.*$`).ReplaceAllString(string(b), "")
			text = strings.ReplaceAll(text, "Warrant for Arrest of Alien", "") // what form I-200 calls itself
			if i := strings.IndexAny(text, "!¡"); i >= 0 {
				t.Errorf("%s shouts near %q", file, text[max(0, i-30):i])
			}
			for _, bad := range []string{"ilegal", "illegal", "alien", "orden de retención"} { // whole words
				if regexp.MustCompile(`(?i)\b` + bad + `\b`).MatchString(text) {
					t.Errorf("%s says %q", file, bad)
				}
			}
		}
	}
	es := catalogue(t, "es")
	for key, want := range map[string]string{"verdict.prohibited.word": "No debe", "verdict.required.word": "Debe", "verdict.permitted.word": "Puede, pero no está obligado"} {
		if es[key] != want {
			t.Errorf("%s is %q, want %q", key, es[key], want)
		}
	}
	if got := testCards(t).langs["es"].day("2025-06-01"); got != "1 de junio de 2025" {
		t.Errorf("the first of June is %q", got)
	}
	if got := testCards(t).langs["en"].moment("2025-06-01T19:05:00Z", "America/Chicago"); got != "1 June 2025, 14:05 CDT" {
		t.Errorf("five past two is %q", got)
	}
	if got := testCards(t).langs["en"].num(59839); got != "59,839" {
		t.Errorf("the number is %q", got)
	}
}
