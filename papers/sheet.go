package papers

import (
	"image"
	"slices"
	"strings"
)

// A Box is a place on a page, in thousandths of the page's width, from its top
// left corner.
type Box struct {
	X0 float64 `json:"x0"`
	Y0 float64 `json:"y0"`
	X1 float64 `json:"x1"`
	Y1 float64 `json:"y1"`
}

func (b Box) width() float64   { return b.X1 - b.X0 }
func (b Box) height() float64  { return b.Y1 - b.Y0 }
func (b Box) middle() float64  { return (b.Y0 + b.Y1) / 2 }
func (b Box) holds(o Box) bool { return o.X0 < b.X1 && o.X1 > b.X0 && o.Y0 < b.Y1 && o.Y1 > b.Y0 }

func (b Box) grown(x, y float64) Box { return Box{b.X0 - x, b.Y0 - y, b.X1 + x, b.Y1 + y} }

func (b Box) with(o Box) Box {
	return Box{min(b.X0, o.X0), min(b.Y0, o.Y0), max(b.X1, o.X1), max(b.Y1, o.Y1)}
}

// across is how much of o lies in b, by its middle.
func (b Box) centres(o Box) bool {
	x, y := (o.X0+o.X1)/2, o.middle()
	return x >= b.X0 && x <= b.X1 && y >= b.Y0 && y <= b.Y1
}

// A word is one word as it stands on the page.
type word struct {
	Text string  `json:"t"`
	Box  Box     `json:"b"`
	Sure float64 `json:"c"` // 0 to 1
}

// A mark is a box of a PDF form, which says itself whether it is ticked.
type mark struct {
	Box Box  `json:"b"`
	On  bool `json:"on"`
}

// A sheet is one page while it is read.
type sheet struct {
	height float64 // in thousandths of the width
	words  []word  // in reading order
	marks  []mark
	signed []Box       // filled signature fields of a PDF
	pixels *image.Gray // nil where no picture could be made
	ink    uint8       // what is darker is ink; 0: not measured yet
	read   string
	hidden bool // the text layer is not what is drawn

	nameLine float64 // where the part about the person begins, once it is off the page

	letters string // folded, of all words
	of      []int  // the word that each letter belongs to

	page Page
}

const unread = "nothing"

// index folds the words into one line of letters, so that a phrase is found
// whether or not a scan ran words together.
func (s *sheet) index() {
	var b strings.Builder
	s.of = s.of[:0]
	for i, w := range s.words {
		for _, r := range fold(w.Text) {
			b.WriteRune(r)
			s.of = append(s.of, i)
		}
	}
	s.letters = b.String()
}

// fold keeps letters and digits and makes those alike that scans mix up.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '0', 'O', 'o':
			return 'o'
		case '1', 'l', 'L', '|', '!', 'I', 'i':
			return 'i'
		case '5', 'S', 's':
			return 's'
		case '8', 'B', 'b':
			return 'b'
		}
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

// A place is where a phrase stands.
type place struct {
	box         Box
	first, last int // words
	errors      int
}

// find looks for a phrase, with one wrong letter in six.
func (s *sheet) find(phrase string) []place {
	want := fold(phrase)
	return s.search(want, len(want)/6)
}

// says reports whether the phrase stands anywhere in the box.
func (s *sheet) says(phrase string, within Box) bool {
	return slices.ContainsFunc(s.find(phrase), func(p place) bool { return within.centres(p.box) })
}

func (s *sheet) whole() Box { return Box{-1000, -1000, 2000, s.height + 1000} }

func (s *sheet) band(from, to float64) Box {
	return Box{-1000, from * s.height, 2000, to * s.height}
}

// search is Sellers' algorithm: the ends of substrings within some errors of
// want, each with the start of its best match.
func (s *sheet) search(want string, most int) []place {
	m := len(want)
	if m == 0 || len(s.letters) == 0 {
		return nil
	}
	cost, start := make([]int, m+1), make([]int, m+1)
	next, begun := make([]int, m+1), make([]int, m+1)
	for j := range cost {
		cost[j] = j
	}
	var found []place
	best, bestEnd, bestStart := most+1, -1, -1
	flush := func() {
		if bestEnd >= 0 {
			found = append(found, s.place(bestStart, bestEnd, best))
		}
		best, bestEnd = most+1, -1
	}
	for i := range len(s.letters) {
		next[0], begun[0] = 0, i+1
		for j := 1; j <= m; j++ {
			same := 1
			if s.letters[i] == want[j-1] {
				same = 0
			}
			next[j], begun[j] = cost[j-1]+same, start[j-1]
			if cost[j]+1 < next[j] {
				next[j], begun[j] = cost[j]+1, start[j]
			}
			if next[j-1]+1 < next[j] {
				next[j], begun[j] = next[j-1]+1, begun[j-1]
			}
		}
		if j := m; next[j] < best {
			best, bestEnd, bestStart = next[j], i, begun[j]
		}
		if bestEnd >= 0 && i-bestEnd > m/2 {
			flush()
		}
		cost, next, start, begun = next, cost, begun, start
	}
	flush()
	return found
}

func (s *sheet) place(from, to, errors int) place {
	from = min(from, to)
	p := place{first: s.of[from], last: s.of[to], errors: errors}
	p.box = s.words[p.first].Box
	line := p.box.middle()
	for _, w := range s.words[p.first : p.last+1] {
		if w.Box.middle()-line < 1.2*p.box.height() { // what runs on to the next line does not widen the place
			p.box = p.box.with(w.Box)
		}
	}
	return p
}

// text joins the words of a box as they are read.
func (s *sheet) text(within Box) string {
	var out []string
	for _, w := range s.words {
		if within.centres(w.Box) {
			out = append(out, w.Text)
		}
	}
	return strings.Join(out, " ")
}

// sure is how well the words were read, by their letters.
func (s *sheet) sure() float64 {
	sum, n := 0.0, 0.0
	for _, w := range s.words {
		sum += w.Sure * float64(len(w.Text))
		n += float64(len(w.Text))
	}
	if n == 0 {
		return 0
	}
	return sum / n
}
