package law

import (
	"encoding/json"
	"fmt"

	"comity"
)

// readQuestion reads one line of a batch. It is written by hand because a
// batch is mostly reading; a fuzz test holds it to what encoding/json reads.
// A key that stands twice is refused: which one was meant cannot be known.
func readQuestion(line []byte, q *comity.Question) *comity.Problem {
	facts := q.Facts
	clear(facts)
	*q = comity.Question{Facts: facts, Open: q.Open[:0]}
	if q.Facts == nil {
		q.Facts = comity.Facts{}
	}
	s := &jsonScanner{text: line}
	s.question(q)
	s.space()
	if s.bad == nil && s.at < len(s.text) {
		s.fail("something follows the object")
	}
	return s.bad
}

type jsonScanner struct {
	text []byte
	at   int
	bad  *comity.Problem
}

func (s *jsonScanner) fail(what string) {
	if s.bad == nil {
		s.bad = problem("bad-json", fmt.Sprintf("byte %d", s.at+1), "the line is not a JSON question: "+what, `send {"in":…,"on":…,"actor":…,"act":…,"facts":{…}}`)
	}
}

func (s *jsonScanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// next takes one character of structure.
func (s *jsonScanner) next(c byte) bool {
	s.space()
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}

// object reads an object and calls back at each value.
func (s *jsonScanner) object(member func(key string)) {
	if !s.next('{') {
		s.fail("an object is needed")
		return
	}
	if s.next('}') {
		return
	}
	for s.bad == nil {
		s.space()
		key := s.str()
		if s.bad == nil && !s.next(':') {
			s.fail("a colon is missing")
		}
		if s.bad != nil {
			return
		}
		s.space()
		member(key)
		if s.bad != nil || s.next('}') {
			return
		}
		if !s.next(',') {
			s.fail("a comma or } is missing")
		}
	}
}

func (s *jsonScanner) question(q *comity.Question) {
	seen := 0
	s.object(func(key string) {
		bit := 0
		switch key {
		case "id":
			bit = 1
			q.ID = s.optional()
		case "in":
			bit = 2
			q.In = s.optional()
		case "on":
			bit = 4
			q.On = s.optional()
		case "at":
			bit = 8
			q.At = s.optional()
		case "known":
			bit = 16
			q.Known = s.optional()
		case "agency":
			bit = 32
			q.Agency = s.optional()
		case "actor":
			bit = 64
			q.Actor = s.optional()
		case "act":
			bit = 128
			q.Act = s.optional()
		case "facts":
			bit = 256
			s.facts(q.Facts)
		case "closed":
			bit = 512
			q.Closed = s.truth()
		case "open":
			bit = 1024
			q.Open = s.strings(q.Open)
		default:
			s.skip(0)
		}
		if seen&bit != 0 {
			s.fail("the key " + key + " stands twice")
		}
		seen |= bit
	})
}

func (s *jsonScanner) word(w string) bool {
	if len(s.text)-s.at >= len(w) && string(s.text[s.at:s.at+len(w)]) == w {
		s.at += len(w)
		return true
	}
	return false
}

// optional reads a text; null is none.
func (s *jsonScanner) optional() string {
	if s.word("null") {
		return ""
	}
	return s.str()
}

func (s *jsonScanner) truth() bool {
	switch {
	case s.word("true"):
		return true
	case s.word("false"), s.word("null"):
		return false
	}
	s.fail("true or false is needed")
	return false
}

func (s *jsonScanner) strings(out []string) []string {
	if s.word("null") {
		return out
	}
	if !s.next('[') {
		s.fail("a list is needed")
		return out
	}
	if s.next(']') {
		return out
	}
	for s.bad == nil {
		s.space()
		out = append(out, s.str())
		if s.bad != nil || s.next(']') {
			break
		}
		if !s.next(',') {
			s.fail("a comma or ] is missing")
		}
	}
	return out
}

// facts reads words, booleans and whole numbers; null leaves a fact out.
func (s *jsonScanner) facts(out comity.Facts) {
	if s.word("null") {
		return
	}
	s.object(func(name string) {
		if _, twice := out[name]; twice {
			s.fail("the fact " + clip(name) + " stands twice")
			return
		}
		switch {
		case s.at < len(s.text) && s.text[s.at] == '"':
			out[name] = s.str()
		case s.word("true"):
			out[name] = "true"
		case s.word("false"):
			out[name] = "false"
		case s.word("null"):
		default:
			start := s.at
			s.skip(0)
			if s.bad != nil {
				return
			}
			if n := string(s.text[start:s.at]); wholeNumber(n) {
				out[name] = n
				return
			}
			s.bad = problem("bad-value", "facts."+clip(name), "the value is not a word, true, false or a whole number", "write the value as the vocabulary lists it")
		}
	})
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:60]
	}
	return s
}

// wholeNumber: digits, a minus before them, no leading zero, and at most 18.
func wholeNumber(s string) bool {
	if s == "0" {
		return true
	}
	if len(s) > 1 && s[0] == '-' {
		s = s[1:]
	}
	if s == "" || len(s) > 18 || s[0] < '1' || s[0] > '9' {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// str reads a string. Plain ones are taken as they stand; the rest, with
// escapes or letters beyond ASCII, goes to encoding/json.
func (s *jsonScanner) str() string {
	if s.at >= len(s.text) || s.text[s.at] != '"' {
		s.fail("a text in quotes is needed")
		return ""
	}
	start, plain := s.at, true
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			if plain {
				return string(s.text[start+1 : s.at-1])
			}
			var out string
			if err := json.Unmarshal(s.text[start:s.at], &out); err != nil {
				s.fail("a text is not well formed")
			}
			return out
		case c == '\\':
			plain = false
			s.at++
		case c < ' ':
			s.fail("a text holds a control character")
			return ""
		case c >= 0x80:
			plain = false
		}
	}
	s.fail("a text does not end")
	return ""
}

// skip passes over any value.
func (s *jsonScanner) skip(depth int) {
	if depth > maxDepth {
		s.fail("it is nested too deeply")
		return
	}
	if s.at >= len(s.text) {
		s.fail("it ends too early")
		return
	}
	switch c := s.text[s.at]; {
	case c == '"':
		s.str()
	case c == '{':
		s.object(func(string) { s.skip(depth + 1) })
	case c == '[':
		s.skipList(depth)
	case s.word("true"), s.word("false"), s.word("null"):
	default:
		start := s.at
		for s.at < len(s.text) && isNumberByte(s.text[s.at]) {
			s.at++
		}
		if !json.Valid(s.text[start:s.at]) {
			s.fail("a value is not well formed")
		}
	}
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

func (s *jsonScanner) skipList(depth int) {
	s.at++
	if s.next(']') {
		return
	}
	for s.bad == nil {
		s.space()
		s.skip(depth + 1)
		if s.bad != nil || s.next(']') {
			return
		}
		if !s.next(',') {
			s.fail("a comma or ] is missing")
		}
	}
}
