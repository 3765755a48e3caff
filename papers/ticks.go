package papers

import (
	"image"
	"math"
	"unicode"
	"unicode/utf8"
)

// A tick is what a box beside a line says.
type tick struct {
	on    bool
	known bool
	sure  float64
	box   Box
}

// tickBefore looks at the box that stands before a line of text: the state of a
// PDF field, else the ink in the square left of the first word.
func (s *sheet) tickBefore(p place) tick {
	line := s.words[p.first].Box
	h := max(line.height(), 9)
	near := Box{line.X0 - 6*h, line.middle() - 1.3*h, line.X0 + 0.2*h, line.middle() + 1.3*h}
	if first, _ := utf8.DecodeRuneInString(s.words[p.first].Text); !unicode.IsLetter(first) {
		near.X1 = line.X0 + 2.2*h // the scan took the square for a sign of the word
	}
	for _, m := range s.marks {
		if near.centres(m.Box) {
			return tick{m.On, true, 0.99, m.Box}
		}
	}
	if s.pixels == nil {
		return s.typedTick(near)
	}
	square, ok := s.square(near, h)
	if !ok {
		return tick{box: near}
	}
	ink := s.inkIn(square.grown(-0.22*square.width(), -0.22*square.height()))
	t := tick{box: square.grown(0.3*h, 0.3*h)}
	switch {
	case ink >= 0.10:
		t.on, t.known, t.sure = true, true, min(0.6+ink*2, 0.97)
	case ink <= 0.045:
		t.known, t.sure = true, 0.93-4*ink
	}
	return t
}

// typedTick reads an X or a check mark that stands as text before the line.
func (s *sheet) typedTick(near Box) tick {
	for _, w := range s.words {
		if near.centres(w.Box) && len([]rune(w.Text)) <= 3 {
			switch w.Text {
			case "X", "x", "[X]", "[x]", "☒", "☑", "✓", "✔", "✗", "✘", "(X)", "(x)":
				return tick{true, true, 0.8, w.Box}
			case "☐", "□", "[]", "()":
				return tick{false, true, 0.8, w.Box}
			}
		}
	}
	return tick{box: near}
}

// square finds the outline of a tick box by its four sides. A tick that runs
// over the sides does not hide it.
func (s *sheet) square(near Box, h float64) (Box, bool) {
	r := s.dots(near)
	if r.Empty() {
		return Box{}, false
	}
	unit := float64(s.pixels.Rect.Dx()) / 1000
	rows, cols := s.sides(r)
	best, found := 0.0, image.Rectangle{}
	for side := int(0.55 * h * unit); side <= int(2.1*h*unit); side++ {
		for y := 0; y+side < r.Dy(); y++ {
			for x := 0; x+side < r.Dx(); x++ {
				top, low := rows.share(x, y, side), rows.share(x, y+side, side)
				left, right := cols.share(y, x, side), cols.share(y, x+side, side)
				whole := top + low + left + right
				if min(top, low, left, right) < 0.6 || whole < 3.1 {
					continue
				}
				score := whole * (1 + 0.002*float64(side))
				if score > best {
					best, found = score, image.Rect(x, y, x+side, y+side)
				}
			}
		}
	}
	if best == 0 {
		return Box{}, false
	}
	found = found.Add(r.Min)
	return Box{float64(found.Min.X) / unit, float64(found.Min.Y) / unit, float64(found.Max.X) / unit, float64(found.Max.Y) / unit}, true
}

// lines holds running sums of ink along rows, or along columns.
type lines [][]int32

func (l lines) share(from, at, length int) float64 {
	return float64(l[at][from+length]-l[at][from]) / float64(length)
}

// sides sums the ink of a part of the page; a dot counts for its neighbours
// across the line, since lines of a scan are never quite straight.
func (s *sheet) sides(r image.Rectangle) (rows, cols lines) {
	limit := s.limit()
	dark := func(x, y int) bool {
		p := image.Point{X: x, Y: y}
		return p.In(s.pixels.Rect) && s.pixels.Pix[y*s.pixels.Stride+x] < limit
	}
	rows, cols = make(lines, r.Dy()+1), make(lines, r.Dx()+1)
	for y := range rows {
		rows[y] = make([]int32, r.Dx()+1)
		for x := range r.Dx() {
			px, py := r.Min.X+x, r.Min.Y+y
			rows[y][x+1] = rows[y][x] + bit(dark(px, py-1) || dark(px, py) || dark(px, py+1))
		}
	}
	for x := range cols {
		cols[x] = make([]int32, r.Dy()+1)
		for y := range r.Dy() {
			px, py := r.Min.X+x, r.Min.Y+y
			cols[x][y+1] = cols[x][y] + bit(dark(px-1, py) || dark(px, py) || dark(px+1, py))
		}
	}
	return rows, cols
}

func bit(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// limit parts ink from paper on this page.
func (s *sheet) limit() uint8 {
	if s.ink == 0 {
		s.ink = threshold(s.pixels)
	}
	return s.ink
}

// inkIn is the share of dark dots in a box.
func (s *sheet) inkIn(b Box) float64 {
	r := s.dots(b)
	if r.Empty() {
		return 0
	}
	limit, n := s.limit(), 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if s.pixels.Pix[y*s.pixels.Stride+x] < limit {
				n++
			}
		}
	}
	return float64(n) / float64(r.Dx()*r.Dy())
}

// writing looks for ink that is no ruled line: a row or a column that is dark
// from end to end does not count, and single dots are dust.
func (s *sheet) writing(b Box) (found bool, sure float64) {
	for _, field := range s.signed {
		if b.holds(field) {
			return true, 0.9
		}
	}
	if s.pixels == nil {
		return len(s.text(b)) > 2, 0.6
	}
	r := s.dots(b)
	if r.Dx() < 20 || r.Dy() < 8 {
		return false, 0
	}
	limit := s.limit()
	dark := func(x, y int) bool { return s.pixels.Pix[y*s.pixels.Stride+x] < limit }
	ink := 0
	touched := make([]bool, r.Dx()/8+1)
	for y := r.Min.Y + 1; y < r.Max.Y-1; y++ {
		if s.ruled(r, y, dark) {
			continue
		}
		for x := r.Min.X + 1; x < r.Max.X-1; x++ {
			if dark(x, y) && (bit(dark(x-1, y))+bit(dark(x+1, y))+bit(dark(x, y-1))+bit(dark(x, y+1)) >= 2) {
				ink++
				touched[(x-r.Min.X)/8] = true
			}
		}
	}
	share := float64(ink) / float64(r.Dx()*r.Dy())
	wide := 0.0
	for _, t := range touched {
		if t {
			wide++
		}
	}
	wide /= float64(len(touched))
	switch {
	case share > 0.006 && wide > 0.12:
		return true, min(0.65+5*share, 0.93)
	case share < 0.003 || wide < 0.05:
		return false, math.Max(0.5, 0.9-60*share)
	}
	return share > 0.0045, 0.4
}

// ruled reports a row that belongs to a line drawn across.
func (s *sheet) ruled(r image.Rectangle, y int, dark func(x, y int) bool) bool {
	run, longest := 0, 0
	for x := r.Min.X; x < r.Max.X; x++ {
		if dark(x, y) || dark(x, y-1) || dark(x, y+1) {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest > r.Dx()*2/5
}
