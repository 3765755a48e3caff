package law

import (
	"bytes"
	"slices"
	"strings"

	"comity"

	"go.yaml.in/yaml/v3"
)

// Format gives the canonical form of a pack: keys in the order of the
// contract, two spaces, dates in quotes, comments where they were. Flow and
// block stay as the author chose, but a flow collection of several lines
// becomes a block. It changes no meaning: what it wrote is read again and
// compared, and a text that cannot be written safely is refused.
func Format(file string, text []byte) ([]byte, error) {
	clean := strings.ReplaceAll(strings.TrimPrefix(string(text), "\ufeff"), "\r\n", "\n")
	s := &source{file: file}
	if i := strings.IndexAny(clean, "\r\u0085\u2028\u2029"); i >= 0 {
		s.problem(1+strings.Count(clean[:i], "\n"), "", "bad-file", "a line ends in an unusual character", "end lines with a line feed")
		return nil, sortFindings(s.problems)
	}
	root, ok := s.parse([]byte(clean))
	if !ok || len(s.problems) > 0 {
		return nil, sortFindings(s.problems)
	}
	if root.node.Kind != yaml.MappingNode {
		root.fail("bad-shape", "a pack is a mapping of keys and values", "keys: "+strings.Join(packKeys, ", "))
		return nil, sortFindings(s.problems)
	}
	scan := scanComments(clean, root.node)
	l := newLayout(root.node, scan)
	l.attach(scan)
	l.arrange()
	out := l.write()
	if bad := sameMeaning(file, root.node, out, scan); bad != nil {
		return nil, Problems{bad}
	}
	return out, nil
}

// sameMeaning reads what was written and compares it with what was read.
func sameMeaning(file string, was *yaml.Node, out []byte, scan scanned) *comity.Problem {
	no := func(line int) *comity.Problem {
		s := &source{file: file}
		return s.find(max(line, 1), "", "cannot-format", "this cannot be written in the canonical form without changing it", "write it in a simpler way: one line, plain or in double quotes").Problem
	}
	again, ok := (&source{file: file}).parse(out)
	if !ok {
		return no(1)
	}
	if line := differs(was, again.node); line > 0 {
		return no(line)
	}
	before, after := scan.comments, scanComments(string(out), again.node).comments
	if texts := commentTexts(before); !slices.Equal(texts, commentTexts(after)) {
		return no(1)
	}
	return nil
}

func commentTexts(list []comment) []string {
	var out []string
	for _, c := range list {
		if c.text != "" {
			out = append(out, c.text)
		}
	}
	slices.Sort(out)
	return out
}

// differs gives the line of the first node whose meaning is another; 0 is none.
// The order of keys has no meaning, and a date means the same in quotes.
func differs(a, b *yaml.Node) int {
	if a.Kind != b.Kind {
		return max(a.Line, 1)
	}
	switch a.Kind {
	case yaml.ScalarNode:
		if isNull(a) && isNull(b) || a.Value == b.Value && asText(a) == asText(b) && (asText(a) || a.Tag == b.Tag) {
			return 0
		}
		return max(a.Line, 1)
	case yaml.MappingNode:
		if len(a.Content) != len(b.Content) {
			return max(a.Line, 1)
		}
		of := map[string]*yaml.Node{}
		for i := 0; i+1 < len(b.Content); i += 2 {
			of[b.Content[i].Value] = b.Content[i+1]
		}
		for i := 0; i+1 < len(a.Content); i += 2 {
			val, ok := of[a.Content[i].Value]
			if !ok {
				return max(a.Content[i].Line, 1)
			}
			if line := differs(a.Content[i+1], val); line > 0 {
				return line
			}
		}
		return 0
	}
	if len(a.Content) != len(b.Content) {
		return max(a.Line, 1)
	}
	for i := range a.Content {
		if line := differs(a.Content[i], b.Content[i]); line > 0 {
			return line
		}
	}
	return 0
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// asText: the scalar is text and never a number, true or false.
func asText(n *yaml.Node) bool {
	return n.Style != 0 || isDate(n.Value) || strings.Contains(n.Value, "\n")
}

func isDate(s string) bool {
	if len(s) >= 20 && s[10] == 'T' {
		_, bad := readInstant(s)
		return bad == nil
	}
	return len(s) == 10 && s[4] == '-' && s[7] == '-' && strings.Trim(s, "0123456789-") == ""
}

// A shape gives the order of the keys of a mapping, and the shapes of what
// lies under them. In a list it is the shape of every entry.
type shape struct {
	keys  []string
	under map[string]*shape
	each  *shape // of every key that under does not name
}

// testOrder puts days beside what is expected, where packs write them.
var testOrder = []string{"name", "on", "day", "at", "agency", "actor", "act", "facts", "open", "days",
	"expect", "expect_not", "must_cite", "must_not_cite", "expect_flags", "believed", "why"}

var packShape = func() *shape {
	cites := &shape{keys: citeKeys}
	says := &shape{keys: saysKeys}
	statement := &shape{keys: statementKeys, under: map[string]*shape{"says": says}}
	party := &shape{keys: partyKeys}
	return &shape{keys: packKeys, under: map[string]*shape{
		"draft": {keys: draftKeys, under: map[string]*shape{
			"status": statement, "text": statement, "effect": {keys: effectKeys}, "sponsors": party, "supporters": party, "opponents": party, "left_out": says,
		}},
		"reviewed": {keys: reviewKeys},
		"rules": {keys: ruleKeys, under: map[string]*shape{
			"duties": {keys: dutyKeys}, "clock": {keys: clockKeys}, "says": says, "cite": cites,
		}},
		"orders": {keys: orderKeys, under: map[string]*shape{"says": says, "cite": cites}},
		"silent": {keys: silenceKeys},
		"tables": {keys: tableKeys, under: map[string]*shape{"rows": {keys: rowKeys}, "cite": cites}},
		"tests":  {keys: testOrder, under: map[string]*shape{"days": {each: &shape{keys: answerKeys}}}},
	}}
}()

func (s *shape) of(key string) *shape {
	if s == nil {
		return nil
	}
	if u, ok := s.under[key]; ok {
		return u
	}
	return s.each
}

// rank places a key; a key without a place keeps its own, after the others.
func (s *shape) rank(key string) int {
	if s == nil {
		return 0
	}
	if i := slices.Index(s.keys, key); i >= 0 {
		return i
	}
	return len(s.keys)
}

// Formatted says whether a pack already has the canonical form.
func Formatted(file string, text []byte) (bool, error) {
	out, err := Format(file, text)
	return bytes.Equal(out, text), err
}
