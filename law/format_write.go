package law

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// A layout is a pack as it will be written: entries with their comments.
type layout struct {
	head, foot []string // comments before the first and after the last entry
	top        []*entry
	all        []*entry // in the order of the text
}

// An entry is a row of a mapping or of a list that stands on its own line.
type entry struct {
	key, value *yaml.Node // no key in a list
	line, col  int
	head, foot []string // foot: after its kids
	tail       string
	parent     *entry
	kids       []*entry
	shape      *shape
}

func newLayout(root *yaml.Node, scan scanned) *layout {
	l := &layout{}
	l.top = l.entries(root, nil, packShape, scan)
	return l
}

func (l *layout) entries(n *yaml.Node, parent *entry, s *shape, scan scanned) []*entry {
	var out []*entry
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	for i := 0; i+step <= len(n.Content); i += step {
		e := &entry{value: n.Content[i+step-1], parent: parent, shape: s}
		first := n.Content[i]
		e.line, e.col = first.Line, first.Column
		if step == 2 {
			e.key, e.shape = first, s.of(first.Value)
		} else if n.Style&yaml.FlowStyle == 0 {
			e.col -= 2 // the dash
		}
		out = append(out, e)
		l.all = append(l.all, e)
		if isBlock(e.value, scan) {
			e.kids = l.entries(e.value, e, e.shape, scan)
		}
	}
	return out
}

// isBlock: one row a line. A flow collection is kept where it fits on its line.
func isBlock(n *yaml.Node, scan scanned) bool {
	if n.Kind == yaml.ScalarNode || len(n.Content) == 0 {
		return false
	}
	return n.Style&yaml.FlowStyle == 0 || scan.ends[n] > n.Line
}

// arrange puts keys in order and lifts comments to where they can stand.
func (l *layout) arrange() {
	l.top = sorted(l.top, packShape)
	var lift func(list []*entry)
	lift = func(list []*entry) {
		for _, e := range list {
			if len(e.kids) == 0 {
				continue
			}
			e.kids = sorted(e.kids, e.shape)
			lift(e.kids)
			if e.key != nil {
				continue
			}
			// The first row stands beside the dash: its comments go above.
			if e.tail != "" {
				e.head = append(e.head, e.tail)
			}
			e.head = append(e.head, e.kids[0].head...)
			e.tail, e.kids[0].head = "", nil
		}
	}
	lift(l.top)
}

func sorted(list []*entry, s *shape) []*entry {
	if len(list) > 0 && list[0].key != nil {
		slices.SortStableFunc(list, func(a, b *entry) int { return s.rank(a.key.Value) - s.rank(b.key.Value) })
	}
	return list
}

func (l *layout) write() []byte {
	w := &writer{}
	w.comments(l.head, "")
	w.entries(l.top, "", "")
	w.comments(l.foot, "")
	if len(l.top) == 0 {
		w.line("{}")
	}
	return w.b.Bytes()
}

type writer struct {
	b     bytes.Buffer
	blank bool // an empty line is due before the next
}

// line never ends in a space, and never follows two empty lines.
func (w *writer) line(s string) {
	if w.blank && w.b.Len() > 0 {
		w.b.WriteByte('\n')
	}
	w.blank = false
	w.b.WriteString(s)
	w.b.WriteByte('\n')
}

func (w *writer) comments(list []string, indent string) {
	for _, c := range list {
		if c == "" {
			w.blank = true
			continue
		}
		w.line(indent + c)
	}
}

// entries writes rows at an indent; lead, where there is one, stands before
// the first row in place of the indent.
func (w *writer) entries(list []*entry, indent, lead string) {
	for i, e := range list {
		w.comments(e.head, indent)
		start := indent
		if i == 0 && lead != "" {
			start = lead
		}
		switch {
		case e.key == nil && len(e.kids) > 0:
			w.entries(e.kids, indent+"  ", start+"- ")
			w.comments(e.foot, indent+"  ")
		case len(e.kids) > 0:
			w.line(start + scalar(e.key) + ":" + tailOf(e))
			w.entries(e.kids, indent+"  ", "")
			w.comments(e.foot, indent+"  ")
		default:
			if e.key == nil {
				start += "-"
			} else {
				start += scalar(e.key) + ":"
			}
			w.value(e, start, indent)
		}
	}
}

func (w *writer) value(e *entry, start, indent string) {
	if e.value.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		w.line(start + " " + flow(e.value, e.shape) + tailOf(e))
		return
	}
	text, end := strings.TrimRight(e.value.Value, "\n"), "-"
	switch extra := len(e.value.Value) - len(text); {
	case extra == 1 && text != "":
		end = ""
	case extra > 0:
		end = "+"
	}
	w.line(start + " |" + end + tailOf(e))
	if end == "+" {
		text = strings.TrimSuffix(e.value.Value, "\n")
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" {
			line = indent + "  " + line
		}
		w.line(line)
	}
}

func tailOf(e *entry) string {
	if e.tail == "" {
		return ""
	}
	return "  " + e.tail
}

// flow writes a value on one line.
func flow(n *yaml.Node, s *shape) string {
	switch n.Kind {
	case yaml.MappingNode:
		var rows []*entry
		for i := 0; i+1 < len(n.Content); i += 2 {
			rows = append(rows, &entry{key: n.Content[i], value: n.Content[i+1]})
		}
		var out []string
		for _, r := range sorted(rows, s) {
			out = append(out, scalar(r.key)+": "+flow(r.value, s.of(r.key.Value)))
		}
		return "{" + strings.Join(out, ", ") + "}"
	case yaml.SequenceNode:
		var out []string
		for _, c := range n.Content {
			out = append(out, flow(c, s))
		}
		return "[" + strings.Join(out, ", ") + "]"
	}
	if isNull(n) {
		return "null"
	}
	return scalar(n)
}

// scalar keeps plain words plain and quotes the rest in one way.
func scalar(n *yaml.Node) string {
	if n.Style == 0 && n.Value != "" && !isDate(n.Value) && !strings.Contains(n.Value, "\n") {
		return n.Value
	}
	return quote(n.Value)
}

// quote uses double quotes, or single ones where that spares a backslash.
func quote(s string) string {
	plain := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
	if plain && strings.ContainsAny(s, `"\`) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString("\\" + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String() + `"`
}
