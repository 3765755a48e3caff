package law

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"
)

// refuse walks a YAML value against the schema and says where it does not
// fit. It knows exactly the keywords that Schema has.
func refuse(root, s *Schema, n *yaml.Node, at string) []string {
	if s.Ref != "" {
		s = root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")]
	}
	var out []string
	bad := func(form string, args ...any) { out = append(out, at+": "+fmt.Sprintf(form, args...)) }
	if kind := jsonType(n); len(s.Type) > 0 && !slices.Contains(s.Type, kind) && !(kind == "integer" && slices.Contains(s.Type, "number")) {
		bad("%s is none of %v", kind, s.Type)
		return out
	}
	if len(s.Enum) > 0 && !slices.ContainsFunc(s.Enum, func(e json.RawMessage) bool { return n.Kind == yaml.ScalarNode && string(e) == jsonText(n) }) {
		bad("%.60s is not listed", n.Value)
	}
	if s.Pattern != "" && jsonType(n) == "string" && !regexp.MustCompile(s.Pattern).MatchString(n.Value) {
		bad("%.60q does not match %s", n.Value, s.Pattern)
	}
	if jsonType(n) == "string" && len(n.Value) < s.MinLength {
		bad("empty")
	}
	if i, err := strconv.Atoi(n.Value); err == nil && jsonType(n) == "integer" && (s.Minimum != nil && i < *s.Minimum || s.Maximum != nil && i > *s.Maximum) {
		bad("%d is out of range", i)
	}
	switch n.Kind {
	case yaml.MappingNode:
		out = append(out, refuseMapping(root, s, n, at)...)
	case yaml.SequenceNode:
		if len(n.Content) < s.MinItems {
			bad("fewer than %d entries", s.MinItems)
		}
		if s.MaxItems > 0 && len(n.Content) > s.MaxItems {
			bad("more than %d entries", s.MaxItems)
		}
		seen := map[string]bool{}
		for i, c := range n.Content {
			if s.UniqueItems && seen[c.Value] {
				bad("%s stands twice", c.Value)
			}
			seen[c.Value] = true
			if s.Items != nil {
				out = append(out, refuse(root, s.Items, c, fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	}
	if len(s.AnyOf) > 0 {
		var all []string
		fits := slices.ContainsFunc(s.AnyOf, func(a *Schema) bool {
			no := refuse(root, a, n, at)
			all = append(all, no...)
			return len(no) == 0
		})
		if !fits {
			bad("fits none: %s", strings.Join(all, " | "))
		}
	}
	if s.If != nil && len(refuse(root, s.If, n, at)) == 0 {
		out = append(out, refuse(root, s.Then, n, at)...)
	}
	return out
}

func refuseMapping(root, s *Schema, n *yaml.Node, at string) []string {
	var out, keys []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, path := n.Content[i].Value, at+"."+n.Content[i].Value
		keys = append(keys, key)
		p, known := s.Properties[key]
		switch {
		case known:
			out = append(out, refuse(root, p, n.Content[i+1], path)...)
		case s.Others != nil && s.Others.Of == nil:
			out = append(out, path+": no such key")
		case s.Others != nil:
			out = append(out, refuse(root, s.Others.Of, n.Content[i+1], path)...)
		}
	}
	for _, r := range s.Required {
		if !slices.Contains(keys, r) {
			out = append(out, at+": "+r+" is missing")
		}
	}
	if len(keys) < s.MinProperties {
		out = append(out, at+": too few keys")
	}
	return out
}

// jsonType is the type that a reader of YAML 1.2 gives a value: it knows no dates.
func jsonType(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "object"
	case yaml.SequenceNode:
		return "array"
	}
	switch n.Tag {
	case "!!null":
		return "null"
	case "!!bool":
		return "boolean"
	case "!!int":
		return "integer"
	case "!!float":
		return "number"
	}
	return "string"
}

func jsonText(n *yaml.Node) string {
	if jsonType(n) == "string" {
		return string(enumOf(n.Value)[0])
	}
	return n.Value
}

func schemaRefuses(t testing.TB, s *Schema, text []byte) []string {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return []string{err.Error()}
	}
	if len(doc.Content) == 0 {
		return []string{"the file is empty"}
	}
	return refuse(s, s, doc.Content[0], "")
}

// TestSchemaGolden: the whole schema of a small vocabulary.
func TestSchemaGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/schema.vocabulary.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := &source{file: "vocabulary.yaml"}
	v := loadVocabulary(s, text)
	if len(s.problems) > 0 {
		t.Fatal(sortFindings(s.problems))
	}
	got, err := v.SchemaJSON()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/schema.golden.json", string(got))
}

// TestSchemaTakesShippedPacks: every key and word of every pack is in it.
func TestSchemaTakesShippedPacks(t *testing.T) {
	b := shipped(t)
	s := b.Vocabulary().Schema()
	for _, p := range b.Packs() {
		text, err := os.ReadFile("../data/" + p.File)
		if err != nil {
			t.Fatal(err)
		}
		for _, no := range schemaRefuses(t, s, text) {
			t.Errorf("%s%s", p.ID, no)
		}
	}
}

// TestSchemaRefusesBadPacks: a fault of shape is refused by the schema. The
// faults listed here are none: they lie in how the YAML is written, or between
// two lines, and only the loader sees them.
func TestSchemaRefusesBadPacks(t *testing.T) {
	b, err := Load(oneFile(t, goodPack))
	if err != nil {
		t.Fatal(err)
	}
	s := b.Vocabulary().Schema()
	if no := schemaRefuses(t, s, []byte(goodPack)); len(no) > 0 {
		t.Fatalf("the good pack is refused: %v", no)
	}
	notOfShape := strings.Fields(`anchor ban-shields bare-word circular-defeat circular-define clock-without-rule
		defeats-nothing define-takes-name duplicate-key impossible-date only-if-permission order-of-nothing overlapping-dates
		permission-stands reach tag undefined unknown-actor unknown-place unquoted-date until-before-from wrong-layer wrong-pack-id`)
	files, _ := filepath.Glob("testdata/bad/*.yaml")
	if len(files) < 25 {
		t.Fatalf("only %d bad packs", len(files))
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		base := strings.TrimSuffix(filepath.Base(name), ".yaml")
		no := schemaRefuses(t, s, text)
		if skip := slices.Contains(notOfShape, base); skip != (len(no) == 0) {
			t.Errorf("%s: refused %v, and said to be a fault of shape: %v", base, no, !skip)
		}
	}
}

// TestKeyLists asks the loader for its keys: a mapping that is none is refused
// with the keys that could stand there.
func TestKeyLists(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		keys []string
	}{
		"pack":     {"x", packKeys},
		"draft":    {"draft: x", draftKeys},
		"status":   {"draft: {status: x}", statementKeys},
		"effect":   {"draft: {effect: x}", effectKeys},
		"party":    {"draft: {sponsors: [x]}", partyKeys},
		"reviewed": {"reviewed: [x]", reviewKeys},
		"rule":     {"rules: [x]", ruleKeys},
		"says":     {"rules: [{says: x}]", saysKeys},
		"cite":     {"rules: [{cite: [x]}]", citeKeys},
		"duty":     {"rules: [{duties: [x]}]", dutyKeys},
		"clock":    {"rules: [{clock: x}]", clockKeys},
		"order":    {"orders: [x]", orderKeys},
		"silence":  {"silent: [x]", silenceKeys},
		"table":    {"tables: [x]", tableKeys},
		"row":      {"tables: [{rows: [x]}]", rowKeys},
		"test":     {"tests: [x]", testKeys},
		"answer":   {`tests: [{days: {"2025-01-01": {"@@@@": x}}}]`, answerKeys},
		"number":   {`rules: [{when: {clock.hours_past_release: {"@@@@": 1}}}]`, numberKeys},
		"limit":    {"rules: [{clock: {kind: limit, to: x}}]", clockKinds[0].keys[1:]},
		"due":      {"rules: [{clock: {kind: due, after: required}}]", clockKinds[1].keys[1:]},
		"keep":     {"rules: [{clock: {kind: keep, after: required}}]", clockKinds[2].keys[1:]},
	} {
		s := loaderSays(t, c.text)
		hint := strings.Join(c.keys, ", ")
		if !slices.Contains(s, "keys: "+hint) && !slices.Contains(s, "write one of: "+hint) {
			t.Errorf("%s: the loader says %q, the list is %s", name, s, hint)
		}
	}
}

func loaderSays(t *testing.T, text string) []string {
	t.Helper()
	var list Problems
	_, err := Load(fstest.MapFS{
		"vocabulary.yaml":    {Data: vocabularyText(t)},
		"places/us.csv":      {Data: []byte(samplePlaces)},
		"law/us/il/act.yaml": {Data: []byte(text)},
	})
	list, _ = err.(Problems)
	var out []string
	for _, p := range list {
		out = append(out, p.Hint)
	}
	return out
}

// TestSchemaIsWhole: every key of every list is described, and every name
// referred to is there.
func TestSchemaIsWhole(t *testing.T) {
	b, err := Load(oneFile(t, goodPack))
	if err != nil {
		t.Fatal(err)
	}
	root := b.Vocabulary().Schema()
	var walk func(s *Schema, at string)
	walk = func(s *Schema, at string) {
		if s == nil {
			t.Errorf("%s is not described", at)
			return
		}
		if s.Ref != "" && root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")] == nil {
			t.Errorf("%s: %s is not there", at, s.Ref)
		}
		for k, p := range s.Properties {
			walk(p, at+"."+k)
		}
		for _, a := range s.AnyOf {
			walk(a, at)
		}
		if s.Items != nil {
			walk(s.Items, at+"[]")
		}
	}
	walk(root, "")
	for name, d := range root.Defs {
		walk(d, name)
	}
}
