package papers

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // a scan
	_ "image/png"  // a scan
	"math"

	"comity"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/tiff" // a fax
)

// pageWidth is how wide a page is made before it is read: letter paper at 200
// dots an inch.
const (
	pageWidth = 1700
	maxPixels = 60 << 20
)

// readPictures reads one picture, or each page of a TIFF, as faxes come.
func readPictures(data []byte) ([]*image.Gray, error) {
	var out []*image.Gray
	for _, page := range tiffPages(data) {
		config, _, err := image.DecodeConfig(bytes.NewReader(page))
		if err != nil {
			return nil, notAPaper()
		}
		if config.Width < 200 || config.Height < 200 || config.Width*config.Height > maxPixels {
			return nil, &comity.Problem{Code: "bad-paper", Message: "the picture is too small or too large to be a page", Hint: "scan at 200 dots an inch", Where: "paper"}
		}
		picture, _, err := image.Decode(bytes.NewReader(page))
		if err != nil {
			return nil, notAPaper()
		}
		out = append(out, normal(picture))
		if len(out) > maxPages {
			break
		}
	}
	return out, nil
}

func notAPaper() error {
	return &comity.Problem{Code: "bad-paper", Message: "this file is no PDF, PNG, JPEG or TIFF that can be read", Hint: "scan the paper again, or type the form in; nothing is lost", Where: "paper"}
}

// tiffPages gives each page of a TIFF a heading of its own; another file comes
// back as it is.
func tiffPages(data []byte) [][]byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return [][]byte{data}
	}
	var out [][]byte
	seen := map[uint32]bool{}
	at := order.Uint32(append(data[4:min(8, len(data))], 0, 0, 0, 0)[:4])
	for at != 0 && !seen[at] && len(out) <= maxPages && int64(at)+2 <= int64(len(data)) {
		seen[at] = true
		page := bytes.Clone(data)
		order.PutUint32(page[4:], at)
		out = append(out, page)
		next := int64(at) + 2 + 12*int64(order.Uint16(data[at:]))
		if next+4 > int64(len(data)) {
			break
		}
		at = order.Uint32(data[next:])
	}
	if out == nil {
		out = [][]byte{data}
	}
	return out
}

// normal makes a picture grey, upright as far as its sides tell, straight, and
// as wide as all others.
func normal(in image.Image) *image.Gray {
	size := in.Bounds()
	w, h := float64(size.Dx()), float64(size.Dy())
	if size.Dx() == 1728 && h < 0.85*w { // a fax in standard mode has half the lines
		h *= 2
	}
	height := int(math.Round(h / w * pageWidth))
	out := image.NewGray(image.Rect(0, 0, pageWidth, min(max(height, 1), 3*pageWidth)))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Bounds(), in, size, draw.Over, nil)
	if w > 1.9*pageWidth { // more than two dots for one: the mean of all keeps thin lines
		draw.CatmullRom.Scale(out, out.Bounds(), in, size, draw.Over, nil)
	}
	return straight(out)
}

// straight turns a page that lies askew by up to four degrees.
func straight(in *image.Gray) *image.Gray {
	angle := skew(in)
	if math.Abs(angle) < 0.15 {
		return in
	}
	return turned(in, angle)
}

// skew is the angle, in degrees, at which lines of text stand out most.
func skew(in *image.Gray) float64 {
	const small = 425
	b := in.Bounds()
	height := b.Dy() * small / b.Dx()
	thumb := image.NewGray(image.Rect(0, 0, small, height))
	draw.BiLinear.Scale(thumb, thumb.Bounds(), in, b, draw.Src, nil)
	var dark [][2]float64
	limit := threshold(thumb)
	for y := range height {
		for x := range small {
			if thumb.GrayAt(x, y).Y < limit {
				dark = append(dark, [2]float64{float64(x), float64(y)})
			}
		}
	}
	best, angle := -1.0, 0.0
	try := func(a float64) {
		rows := make([]float64, height+2*small)
		slope := math.Tan(a * math.Pi / 180)
		for _, d := range dark {
			rows[int(d[1]-d[0]*slope)+small]++
		}
		sum := 0.0
		for i := 1; i < len(rows); i++ {
			d := rows[i] - rows[i-1]
			sum += d * d
		}
		if sum > best {
			best, angle = sum, a
		}
	}
	for a := -4.0; a <= 4; a += 0.25 {
		try(a)
	}
	for a, end := angle-0.2, angle+0.2; a <= end; a += 0.05 {
		try(a)
	}
	return angle
}

func turned(in *image.Gray, degrees float64) *image.Gray {
	b := in.Bounds()
	out := image.NewGray(b)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(b.Dx())/2, float64(b.Dy())/2
	for y := range b.Dy() {
		for x := range b.Dx() {
			dx, dy := float64(x)-cx, float64(y)-cy
			out.Pix[y*out.Stride+x] = blend(in, cx+dx*cos-dy*sin, cy+dx*sin+dy*cos)
		}
	}
	return out
}

// blend is the grey between four dots; beside the page it is white.
func blend(in *image.Gray, x, y float64) uint8 {
	x0, y0 := int(math.Floor(x)), int(math.Floor(y))
	fx, fy := x-float64(x0), y-float64(y0)
	at := func(x, y int) float64 {
		if !(image.Point{X: x, Y: y}).In(in.Rect) {
			return 255
		}
		return float64(in.Pix[y*in.Stride+x])
	}
	top := at(x0, y0)*(1-fx) + at(x0+1, y0)*fx
	low := at(x0, y0+1)*(1-fx) + at(x0+1, y0+1)*fx
	return uint8(top*(1-fy) + low*fy)
}

func upsideDown(in *image.Gray) *image.Gray {
	out := image.NewGray(in.Bounds())
	for i, n := 0, len(in.Pix); i < n; i++ {
		out.Pix[n-1-i] = in.Pix[i]
	}
	return out
}

// threshold parts ink from paper (Otsu).
func threshold(in *image.Gray) uint8 {
	var count [256]float64
	total, sum := 0.0, 0.0
	for _, p := range in.Pix {
		count[p]++
		total++
		sum += float64(p)
	}
	best, limit := -1.0, uint8(128)
	below, belowSum := 0.0, 0.0
	for level, n := range count {
		below += n
		belowSum += n * float64(level)
		above := total - below
		if below == 0 || above == 0 {
			continue
		}
		d := belowSum/below - (sum-belowSum)/above
		if v := below * above * d * d; v > best {
			best, limit = v, uint8(min(level+1, 255))
		}
	}
	return min(max(limit, 90), 200)
}

// readPGM reads the pages that pdftoppm draws, one behind the other.
func readPGM(data []byte) ([]*image.Gray, error) {
	var out []*image.Gray
	for len(data) > 0 {
		var w, h, most int
		n, err := fmt.Sscanf(string(data[:min(len(data), 40)]), "P5\n%d %d\n%d", &w, &h, &most)
		if err != nil || n != 3 || most != 255 || w < 1 || h < 1 || w > 10000 || h > 20000 {
			return nil, fmt.Errorf("read drawn pages: not a picture")
		}
		head := 0
		for line := 0; line < 3; line++ {
			i := bytes.IndexByte(data[head:], '\n')
			if i < 0 {
				return nil, fmt.Errorf("read drawn pages: cut off")
			}
			head += i + 1
		}
		if head+w*h > len(data) {
			return nil, fmt.Errorf("read drawn pages: cut off")
		}
		g := &image.Gray{Pix: bytes.Clone(data[head : head+w*h]), Stride: w, Rect: image.Rect(0, 0, w, h)}
		out = append(out, g)
		data = data[head+w*h:]
	}
	return out, nil
}

// pgm writes a picture as tesseract reads it.
func pgm(in *image.Gray) []byte {
	b := in.Bounds()
	out := fmt.Appendf(nil, "P5\n%d %d\n255\n", b.Dx(), b.Dy())
	for y := range b.Dy() {
		out = append(out, in.Pix[y*in.Stride:y*in.Stride+b.Dx()]...)
	}
	return out
}

// dots is the part of a picture that a box covers.
func (s *sheet) dots(b Box) image.Rectangle {
	unit := float64(s.pixels.Rect.Dx()) / 1000
	r := image.Rect(int(b.X0*unit), int(b.Y0*unit), int(math.Ceil(b.X1*unit)), int(math.Ceil(b.Y1*unit)))
	return r.Intersect(s.pixels.Rect)
}

// crop is the picture of a place, a copy of its own.
func (s *sheet) crop(b Box) *image.Gray {
	if s.pixels == nil {
		return nil
	}
	r := s.dots(b)
	if r.Dx() < 4 || r.Dy() < 4 {
		return nil
	}
	out := image.NewGray(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(out, out.Rect, s.pixels, r.Min, draw.Src)
	return out
}

// blank paints a place over, so that it is on no crop.
func (s *sheet) blank(b Box) {
	if s.pixels != nil {
		draw.Draw(s.pixels, s.dots(b), image.NewUniform(color.Gray{Y: 235}), image.Point{}, draw.Src)
	}
}
