package papers

import (
	"bytes"
	"strconv"
)

// An operand is one value before an operator of a page's drawing, or the
// operator itself.
type operand struct {
	operator string
	name     string
	number   float64
	text     []byte
	isText   bool
	list     []operand
}

// A scanner reads the drawing of a page word by word. Whatever it does not
// know it steps over.
type scanner struct {
	data []byte
	at   int
}

func (s *scanner) next() (operand, bool) { return s.value(0) }

func (s *scanner) value(depth int) (operand, bool) {
	for {
		s.space()
		if s.at >= len(s.data) {
			return operand{}, false
		}
		switch c := s.data[s.at]; {
		case c == '(':
			return operand{text: s.quoted(), isText: true}, true
		case c == '<' && s.peek(1) == '<':
			s.at += 2 // a dictionary: its values fall in as operands that no text operator takes
		case c == '>' || c == ']' || c == '{' || c == '}' || c == ')':
			s.at++
			if c == ']' && depth > 0 {
				return operand{operator: "]"}, true
			}
		case c == '<':
			return operand{text: s.hex(), isText: true}, true
		case c == '[':
			s.at++
			if depth > 0 {
				continue // no list of lists in a drawing
			}
			return s.array(depth)
		case c == '/':
			s.at++
			return operand{name: unescaped(s.bare())}, true
		default:
			word := s.bare()
			if len(word) == 0 {
				s.at++
				continue
			}
			if n, err := strconv.ParseFloat(string(word), 64); err == nil && n == n && n < 1e9 && n > -1e9 {
				return operand{number: n}, true
			}
			return operand{operator: string(word)}, true
		}
	}
}

func (s *scanner) array(depth int) (operand, bool) {
	var out operand
	for len(out.list) < 20000 {
		o, ok := s.value(depth + 1)
		if !ok || o.operator == "]" {
			return out, ok
		}
		if o.operator == "" {
			out.list = append(out.list, o)
		}
	}
	return out, true
}

func (s *scanner) peek(n int) byte {
	if s.at+n < len(s.data) {
		return s.data[s.at+n]
	}
	return 0
}

func (s *scanner) space() {
	for s.at < len(s.data) {
		switch c := s.data[s.at]; {
		case c <= ' ':
			s.at++
		case c == '%':
			for s.at < len(s.data) && s.data[s.at] != '\n' && s.data[s.at] != '\r' {
				s.at++
			}
		default:
			return
		}
	}
}

func (s *scanner) bare() []byte {
	start := s.at
	for s.at < len(s.data) && s.data[s.at] > ' ' && bytes.IndexByte([]byte("()<>[]{}/%"), s.data[s.at]) < 0 {
		s.at++
	}
	return s.data[start:s.at]
}

func unescaped(name []byte) string {
	if bytes.IndexByte(name, '#') < 0 {
		return string(name)
	}
	var out []byte
	for i := 0; i < len(name); i++ {
		if name[i] == '#' && i+2 < len(name) {
			if n, err := strconv.ParseUint(string(name[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, name[i])
	}
	return string(out)
}

// quoted reads (text), with its escapes.
func (s *scanner) quoted() []byte {
	var out []byte
	depth := 0
	for ; s.at < len(s.data); s.at++ {
		c := s.data[s.at]
		switch c {
		case '(':
			if depth++; depth == 1 {
				continue
			}
		case ')':
			if depth--; depth == 0 {
				s.at++
				return out
			}
		case '\\':
			s.at++
			out = s.escape(out)
			continue
		}
		out = append(out, c)
	}
	return out
}

func (s *scanner) escape(out []byte) []byte {
	c := s.peek(0)
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b', 'f', '\n':
		return out
	case '\r':
		if s.peek(1) == '\n' {
			s.at++
		}
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	n := 0
	for i := 0; i < 3 && s.peek(0) >= '0' && s.peek(0) <= '7'; i++ {
		n = n*8 + int(s.peek(0)-'0')
		s.at++
	}
	s.at--
	return append(out, byte(n))
}

func (s *scanner) hex() []byte {
	s.at++
	var out []byte
	half, n := false, byte(0)
	for ; s.at < len(s.data); s.at++ {
		c := s.data[s.at]
		if c == '>' {
			s.at++
			break
		}
		d, err := strconv.ParseUint(string(c), 16, 8)
		if err != nil || c >= 0x80 {
			continue
		}
		if half {
			out = append(out, n<<4|byte(d))
		}
		n, half = byte(d), !half
	}
	if half {
		out = append(out, n<<4)
	}
	return out
}

// skipImage steps over a picture that is drawn in place.
func (s *scanner) skipImage() {
	for s.at < len(s.data) {
		i := bytes.Index(s.data[s.at:], []byte("EI"))
		if i < 0 {
			s.at = len(s.data)
			return
		}
		s.at += i + 2
		if before := s.data[s.at-3]; before <= ' ' && s.peek(0) <= ' ' {
			return
		}
	}
}
