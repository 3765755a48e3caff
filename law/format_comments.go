package law

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A comment stands on a line of its own or after something. An empty text is
// an empty line.
type comment struct {
	line, col int
	text      string
	own       bool
}

// scanned is what the text holds beside its nodes: comments, and where each
// flow collection ends.
type scanned struct {
	comments []comment
	ends     map[*yaml.Node]int // line of the closing bracket
}

// scanComments finds the comments of a text whose nodes are known: quoted
// text, in which # has no meaning, begins where a node says so.
func scanComments(text string, root *yaml.Node) scanned {
	c := &scanner{lines: strings.Split(text, "\n"), at: map[[2]int]*yaml.Node{}, out: scanned{ends: map[*yaml.Node]int{}}}
	c.mark(root)
	for c.line < len(c.lines) {
		c.scanLine()
		c.line++
	}
	return c.out
}

type scanner struct {
	lines []string
	line  int                   // from 0
	at    map[[2]int]*yaml.Node // quoted text, text in blocks and flow collections by line and column
	open  []*yaml.Node          // flow collections
	quote rune                  // inside quoted text
	out   scanned
}

func (c *scanner) mark(n *yaml.Node) {
	const special = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle | yaml.FlowStyle
	if n.Style&special != 0 {
		if _, taken := c.at[[2]int{n.Line, n.Column}]; !taken {
			c.at[[2]int{n.Line, n.Column}] = n
		}
	}
	for _, k := range n.Content {
		c.mark(k)
	}
}

func (c *scanner) scanLine() {
	line := []rune(c.lines[c.line])
	inQuotes := c.quote != 0
	var block *yaml.Node
	for i := 0; i < len(line); i++ {
		r := line[i]
		if c.quote != 0 {
			switch {
			case r == '\\' && c.quote == '"':
				i++
			case r == c.quote && r == '\'' && i+1 < len(line) && line[i+1] == '\'':
				i++
			case r == c.quote:
				c.quote = 0
			}
			continue
		}
		if n := c.at[[2]int{c.line + 1, i + 1}]; n != nil && c.begin(n, r) {
			if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
				block = n
			}
			continue
		}
		if len(c.open) > 0 && (r == ']' || r == '}') {
			c.out.ends[c.open[len(c.open)-1]] = c.line + 1
			c.open = c.open[:len(c.open)-1]
			continue
		}
		if r == '#' && c.mayComment(line, i) {
			c.add(line, i)
			break
		}
	}
	if !inQuotes && c.quote == 0 && strings.TrimSpace(string(line)) == "" {
		c.out.comments = append(c.out.comments, comment{line: c.line + 1, own: true})
	}
	if block != nil {
		c.skipBlock()
	}
}

// begin notes what a node opens; false: it opens nothing that matters here.
func (c *scanner) begin(n *yaml.Node, r rune) bool {
	switch {
	case r == '"' || r == '\'':
		c.quote = r
	case r == '[' || r == '{':
		c.open = append(c.open, n)
	default:
		return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	}
	return true
}

// mayComment: # begins a comment at the beginning, after a space, and after
// what ends a token.
func (c *scanner) mayComment(line []rune, i int) bool {
	if i == 0 || line[i-1] == ' ' || line[i-1] == '\t' {
		return true
	}
	return strings.ContainsRune("\"'", line[i-1]) && c.endsQuoted(line, i-1) ||
		strings.ContainsRune("[]{}", line[i-1]) || line[i-1] == ',' && len(c.open) > 0
}

// endsQuoted is only asked outside of quotes: a quote just before closed one,
// unless it belongs to a plain word.
func (c *scanner) endsQuoted(line []rune, i int) bool {
	return i == 0 || !strings.ContainsRune(" \t", line[i-1])
}

func (c *scanner) add(line []rune, i int) {
	before := strings.TrimSpace(string(line[:i]))
	text := strings.TrimRight(string(line[i:]), " \t")
	// A dash alone says nothing yet: the comment belongs to what follows.
	c.out.comments = append(c.out.comments, comment{c.line + 1, i + 1, text, strings.Trim(before, "- ") == ""})
}

// skipBlock passes over the text of | and >: all that is indented as its first line.
func (c *scanner) skipBlock() {
	indent := -1
	for c.line+1 < len(c.lines) {
		next := c.lines[c.line+1]
		body := strings.TrimLeft(next, " ")
		if body != "" {
			if indent < 0 {
				indent = len(next) - len(body)
			}
			if len(next)-len(body) < max(indent, 1) {
				return
			}
		}
		c.line++
	}
}

// attach gives every comment to the entry that it stands at. A comment on its
// own line belongs to what follows, unless it is indented more deeply: then
// it closes what went before. One empty line is kept where there were some.
func (l *layout) attach(scan scanned) {
	blank := false
	for i, c := range scan.comments {
		next := l.after(c.line)
		switch {
		case c.text == "":
			last := i+1 == len(scan.comments) || !scan.comments[i+1].own || l.after(scan.comments[i+1].line) != next
			if last && next < len(l.all) {
				l.all[next].head = append(l.all[next].head, "")
			}
			blank = !last
			continue
		case !c.own && next > 0 && l.all[next-1].tail == "":
			l.all[next-1].tail = c.text
		default:
			at := l.place(c, next)
			if blank {
				*at = append(*at, "")
			}
			*at = append(*at, c.text)
		}
		blank = false
	}
}

// after is the first entry below a line.
func (l *layout) after(line int) int {
	i, _ := slices.BinarySearchFunc(l.all, line+1, func(e *entry, line int) int { return e.line - line })
	return i
}

// place finds where a comment on its own line goes.
func (l *layout) place(c comment, next int) *[]string {
	col := 1
	if next < len(l.all) {
		col = l.all[next].col
	}
	switch {
	case next == 0:
		return &l.head
	case next == len(l.all) && c.col <= 1:
		return &l.foot
	case next < len(l.all) && c.col <= col:
		return &l.all[next].head
	}
	e := l.all[next-1]
	for e.parent != nil && e.col > c.col {
		e = e.parent
	}
	if e.parent == nil {
		return &l.foot
	}
	return &e.parent.foot
}
