package papers

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// then is m, followed by n.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

func (m matrix) at(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// A textReader follows the drawing of a page and notes where words fall.
type textReader struct {
	doc    *document
	view   view
	pieces []piece
	unseen int // letters that are not drawn
	letter int
	steps  int
}

// A piece is text without a gap.
type piece struct {
	text  string
	box   Box
	apart bool // a space stood before it
}

// Limits against a page that never ends.
const (
	mostSteps  = 2_000_000
	mostPieces = 60_000
	mostNested = 6
)

type textState struct {
	page                        matrix // of the drawing
	text, line                  matrix
	font                        *font
	size, chars, spaces, across float64
	leading, rise               float64
	mode                        float64
}

func (t *textReader) run(content []byte, resources types.Dict, page matrix, depth int) {
	state := textState{page: page, text: identity, line: identity, across: 1}
	var kept []textState
	var args []operand
	in := scanner{data: content}
	for t.steps < mostSteps && len(t.pieces) < mostPieces {
		t.steps++
		o, ok := in.next()
		if !ok {
			return
		}
		if o.operator == "" {
			if len(args) < 64 {
				args = append(args, o)
			}
			continue
		}
		switch o.operator {
		case "q":
			if len(kept) < 64 {
				kept = append(kept, state)
			}
		case "Q":
			if n := len(kept); n > 0 {
				state, kept = kept[n-1], kept[:n-1]
			}
		case "cm":
			if m, ok := asMatrix(args); ok {
				state.page = m.then(state.page)
			}
		case "Do":
			if depth < mostNested && len(args) == 1 {
				t.form(args[0].name, resources, state.page, depth)
			}
		case "BI":
			in.skipImage()
		default:
			t.textOperator(o.operator, args, resources, &state)
		}
		args = args[:0]
	}
}

// form draws a form that is kept apart and used on the page.
func (t *textReader) form(key string, resources types.Dict, page matrix, depth int) {
	forms, err := t.doc.ctx.DereferenceDict(resources["XObject"])
	if err != nil || forms == nil {
		return
	}
	stream, _, err := t.doc.ctx.DereferenceStreamDict(forms[key])
	if err != nil || stream == nil || name(t.doc, stream.Dict["Subtype"]) != "Form" {
		return
	}
	if stream.DecodeWithLimit(mostDecoded) != nil {
		return
	}
	if list, err := t.doc.ctx.DereferenceArray(stream.Dict["Matrix"]); err == nil && len(list) == 6 {
		var m matrix
		for i := range m {
			m[i], _ = t.doc.ctx.DereferenceNumber(list[i]) // a broken number leaves the text in a corner
		}
		page = m.then(page)
	}
	if own, err := t.doc.ctx.DereferenceDict(stream.Dict["Resources"]); err == nil && own != nil {
		resources = own
	}
	t.run(stream.Content, resources, page, depth+1)
}

func asMatrix(args []operand) (matrix, bool) {
	var m matrix
	if len(args) != 6 {
		return m, false
	}
	for i := range m {
		m[i] = args[i].number
	}
	return m, true
}

func (t *textReader) textOperator(op string, args []operand, resources types.Dict, s *textState) {
	n := func(i int) float64 {
		if i < len(args) {
			return args[i].number
		}
		return 0
	}
	switch op {
	case "BT":
		s.text, s.line = identity, identity
	case "Tf":
		if len(args) == 2 {
			s.font, s.size = t.doc.font(args[0].name, resources), n(1)
		}
	case "Tc":
		s.chars = n(0)
	case "Tw":
		s.spaces = n(0)
	case "Tz":
		s.across = n(0) / 100
	case "TL":
		s.leading = n(0)
	case "Ts":
		s.rise = n(0)
	case "Tr":
		s.mode = n(0)
	case "Td":
		s.move(n(0), n(1))
	case "TD":
		s.leading = -n(1)
		s.move(n(0), n(1))
	case "Tm":
		if m, ok := asMatrix(args); ok {
			s.text, s.line = m, m
		}
	case "T*":
		s.move(0, -s.leading)
	case "Tj", "'", `"`:
		if op == `"` {
			s.spaces, s.chars = n(0), n(1)
		}
		if op != "Tj" {
			s.move(0, -s.leading)
		}
		if len(args) > 0 {
			t.show(args[len(args)-1].text, s)
		}
	case "TJ":
		if len(args) != 1 {
			return
		}
		for _, part := range args[0].list {
			if part.isText {
				t.show(part.text, s)
			} else {
				s.text = matrix{1, 0, 0, 1, -part.number / 1000 * s.size * s.across, 0}.then(s.text)
			}
		}
	}
}

func (s *textState) move(x, y float64) {
	s.line = matrix{1, 0, 0, 1, x, y}.then(s.line)
	s.text = s.line
}

// show notes one string, broken where a space stands.
func (t *textReader) show(raw []byte, s *textState) {
	if s.font == nil {
		return
	}
	var b strings.Builder
	from := 0.0
	at, apart := 0.0, false
	flush := func() {
		if b.Len() > 0 {
			t.note(b.String(), from, at, apart, s)
			b.Reset()
		}
	}
	for _, g := range s.font.glyphs(raw) {
		wide := (g.width/1000*s.size + s.chars) * s.across
		if g.space {
			wide += s.spaces * s.across
		}
		if strings.TrimSpace(g.text) == "" {
			flush()
			apart = true
		} else {
			if b.Len() == 0 {
				from = at
			}
			b.WriteString(g.text)
			t.letter++
			if s.mode == 3 {
				t.unseen++
			}
		}
		at += wide
	}
	flush()
	s.text = matrix{1, 0, 0, 1, at, 0}.then(s.text)
}

func (t *textReader) note(text string, from, to float64, apart bool, s *textState) {
	m := s.text.then(s.page).then(t.view.m)
	x0, y0 := m.at(from, s.rise)
	x1, y1 := m.at(to, s.rise)
	if math.Abs(y1-y0) > 0.2*math.Abs(x1-x0) || x1 < x0 {
		return // a watermark across the page, or text that stands on its head
	}
	size := math.Hypot(m[2], m[3]) * s.size
	k := 1000 / t.view.width
	box := Box{x0 * k, (y0 - 0.74*size) * k, x1 * k, (y0 + 0.05*size) * k}
	if box.X1 < -50 || box.X0 > 1050 || box.Y1 < -50 || !(size > 0.5 && size < 300) {
		return
	}
	t.pieces = append(t.pieces, piece{text, box, apart})
}

// words joins pieces into words, line by line.
func (t *textReader) words() (out []word, hidden bool) {
	slices.SortStableFunc(t.pieces, func(a, b piece) int { return cmp.Compare(a.box.middle(), b.box.middle()) })
	for start := 0; start < len(t.pieces); {
		end := start + 1
		for end < len(t.pieces) && t.pieces[end].box.middle()-t.pieces[start].box.middle() < 0.55*max(t.pieces[start].box.height(), 6) {
			end++
		}
		out = append(out, joined(t.pieces[start:end])...)
		start = end
	}
	return out, t.letter > 0 && t.unseen*2 > t.letter
}

func joined(line []piece) []word {
	slices.SortStableFunc(line, func(a, b piece) int { return cmp.Compare(a.box.X0, b.box.X0) })
	var out []word
	for _, p := range line {
		if n := len(out); n > 0 && !p.apart {
			if gap := p.box.X0 - out[n-1].Box.X1; gap < 0.18*p.box.height() && gap > -0.6*p.box.height() && len(out[n-1].Text) < 200 {
				out[n-1].Text += p.text
				out[n-1].Box = out[n-1].Box.with(p.box)
				continue
			}
		}
		out = append(out, word{p.text, p.box, 1})
	}
	return out
}
