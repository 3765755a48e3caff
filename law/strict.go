package law

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"comity"

	"go.yaml.in/yaml/v3"
)

// Problems is every fault found in the law, in order of file and line. It is
// returned whole, so that an author mends a file in one pass.
type Problems []*comity.Problem

func (p Problems) Error() string {
	lines := make([]string, 0, len(p))
	for _, q := range p {
		line := q.Error()
		if q.Hint != "" {
			line += " (" + q.Hint + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// maxFile bounds one file of law; the largest real one is a tenth of it.
const maxFile = 4 << 20

// A source reads one YAML file strictly: a key has a position, and whatever is
// not understood is a Problem and never skipped.
type source struct {
	file     string
	problems []finding
	warnings []finding
}

type finding struct {
	file string
	line int
	*comity.Problem
}

func sortFindings(list []finding) Problems {
	slices.SortStableFunc(list, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line), cmp.Compare(a.Where, b.Where), cmp.Compare(a.Message, b.Message))
	})
	var out Problems
	for _, f := range list {
		if n := len(out); n > 0 && *out[n-1] == *f.Problem {
			continue
		}
		out = append(out, f.Problem)
	}
	return out
}

func (s *source) find(line int, key, code, message, hint string) finding {
	where := s.file + ":" + strconv.Itoa(line)
	if key != "" {
		where += ": " + key
	}
	return finding{s.file, line, &comity.Problem{Code: code, Message: message, Hint: hint, Where: where}}
}

func (s *source) problem(line int, key, code, message, hint string) {
	s.problems = append(s.problems, s.find(line, key, code, message, hint))
}

func (s *source) warning(line int, key, code, message, hint string) {
	s.warnings = append(s.warnings, s.find(line, key, code, message, hint))
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// parse reads one document and refuses what makes YAML surprising: anchors,
// aliases, tags, second documents, repeated keys, and the words on, off, yes
// and no, which some readers take for true and false.
func (s *source) parse(data []byte) (item, bool) {
	if len(data) > maxFile {
		s.problem(1, "", "bad-file", "the file is larger than 4 MB", "split the instrument into several files")
		return item{}, false
	}
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		line := 1
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			line, _ = strconv.Atoi(m[1])
		}
		message := "the file is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")
		if errors.Is(err, io.EOF) {
			message = "the file is empty"
		}
		s.problem(line, "", "bad-yaml", message, "check indentation, colons and quotes on this line and the one above")
		return item{}, false
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		s.problem(max(more.Line, 1), "", "bad-yaml", "the file holds more than one YAML document", "keep one document a file and remove the line ---")
	}
	root := item{source: s, node: doc.Content[0]}
	before := len(s.problems)
	root.refuseSurprises()
	return root, len(s.problems) == before
}

// An item is one node of a file and the path of keys that led to it.
type item struct {
	*source
	node *yaml.Node
	path string
}

// fail tells a fault of the item. One that is absent has no line; that it is
// missing was told by whoever needs it.
func (v item) fail(code, message, hint string) {
	if v.node == nil {
		return
	}
	v.problem(v.node.Line, v.path, code, message, hint)
}

func (v item) line() int { return v.node.Line }

// lineOr gives another line where the key is absent.
func (v item) lineOr(other int) int {
	if v.node == nil {
		return other
	}
	return v.node.Line
}

func (v item) under(key string, n *yaml.Node) item {
	path := key
	if v.path != "" {
		path = v.path + "." + key
	}
	return item{v.source, n, path}
}

func (v item) at(i int, n *yaml.Node) item {
	return item{v.source, n, v.path + "[" + strconv.Itoa(i) + "]"}
}

func (v item) refuseSurprises() {
	n := v.node
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		v.fail("yaml-anchor", "anchors and aliases (& and *) are not allowed", "write the text out, or give the condition a name under define")
		return
	}
	if n.Style&yaml.TaggedStyle != 0 {
		v.fail("yaml-tag", "tags ("+n.Tag+") are not allowed", "write the plain value")
	}
	switch n.Kind {
	case yaml.MappingNode:
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, val := n.Content[i], n.Content[i+1]
			child := v.under(k.Value, val)
			item{v.source, k, child.path}.refuseSurprises()
			if k.Kind != yaml.ScalarNode {
				v.problem(k.Line, v.path, "bad-key", "a key must be one word", "")
				continue
			}
			if seen[k.Value] {
				v.problem(k.Line, child.path, "duplicate-key", "the key "+k.Value+" stands here twice", "remove one, or put both under all:")
			}
			seen[k.Value] = true
			child.refuseSurprises()
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			v.at(i, c).refuseSurprises()
		}
	case yaml.ScalarNode:
		switch strings.ToLower(n.Value) {
		case "on", "off", "yes", "no":
			if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
				v.fail("bare-word", fmt.Sprintf("the bare word %s is read as true or false by some programs", n.Value), fmt.Sprintf("write %q in quotes, or true or false", n.Value))
			}
		}
	}
}

// fields returns the values of a mapping by key; a key that is not among those
// allowed is a Problem.
func (v item) fields(allowed ...string) map[string]item {
	out := map[string]item{}
	if v.node.Kind != yaml.MappingNode {
		v.fail("bad-shape", "a mapping of keys and values is needed here", "keys: "+strings.Join(allowed, ", "))
		return out
	}
	for key, val := range v.rows() {
		if !slices.Contains(allowed, key) {
			v.problem(val.keyLine(v), val.path, "unknown-key", "the key "+key+" is not known here", didYouMean(key, allowed))
			continue
		}
		out[key] = val
	}
	return out
}

// rows ranges over a mapping in the order of the file.
func (v item) rows() func(yield func(string, item) bool) {
	return func(yield func(string, item) bool) {
		if v.node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(v.node.Content); i += 2 {
			if !yield(v.node.Content[i].Value, v.under(v.node.Content[i].Value, v.node.Content[i+1])) {
				return
			}
		}
	}
}

func (v item) keyLine(parent item) int {
	for i := 1; i < len(parent.node.Content); i += 2 {
		if parent.node.Content[i] == v.node {
			return parent.node.Content[i-1].Line
		}
	}
	return v.node.Line
}

// list ranges over a sequence; a single scalar or mapping counts as a list of one.
func (v item) list() []item {
	if v.isNull() {
		return nil
	}
	if v.node.Kind != yaml.SequenceNode {
		return []item{v}
	}
	out := make([]item, len(v.node.Content))
	for i, n := range v.node.Content {
		out[i] = v.at(i, n)
	}
	return out
}

// sequence is list for keys where only a list makes sense.
func (v item) sequence() []item {
	if v.node == nil || v.isNull() {
		return nil
	}
	if v.node.Kind != yaml.SequenceNode {
		v.fail("bad-shape", "a list is needed here", "put a dash before each entry")
		return nil
	}
	return v.list()
}

func (v item) isNull() bool {
	return v.node == nil || v.node.Kind == yaml.ScalarNode && v.node.Tag == "!!null"
}

// text reads one word or sentence; numbers and booleans are read as they are written.
func (v item) text() string {
	if v.node == nil {
		return ""
	}
	if v.node.Kind != yaml.ScalarNode {
		v.fail("bad-shape", "one word or sentence is needed here, not a list or mapping", "")
		return ""
	}
	if v.isNull() {
		return ""
	}
	return v.node.Value
}

func (v item) words() []string {
	if v.node == nil {
		return nil
	}
	var out []string
	for _, w := range v.list() {
		t := w.text()
		if t == "" {
			w.fail("empty-value", "a word is missing here", "")
			continue
		}
		out = append(out, t)
	}
	return out
}

func (v item) quoted() bool {
	return v.node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
}

// flag reads true or false, unquoted.
func (v item) flag() bool {
	if v.node == nil {
		return false
	}
	if v.node.Kind != yaml.ScalarNode || v.node.Tag != "!!bool" {
		v.fail("bad-value", "true or false is needed here", "write true or false without quotes")
		return false
	}
	return v.node.Value == "true"
}

func (v item) number() (int, bool) {
	if v.node.Kind == yaml.ScalarNode && !v.quoted() {
		if n, err := strconv.Atoi(v.node.Value); err == nil {
			return n, true
		}
	}
	v.fail("bad-value", "a whole number is needed here", "")
	return 0, false
}

// choice reads one word of a closed list.
func (v item) choice(allowed ...string) string {
	t := v.text()
	if t != "" && !slices.Contains(allowed, t) {
		v.fail("unknown-value", fmt.Sprintf("%.60q is not known here", t), didYouMean(t, allowed))
		return ""
	}
	return t
}
