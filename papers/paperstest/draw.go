package paperstest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Looks are the ways in which a paper arrives.
var Looks = []string{"clean", "skewed", "faxed", "noisy", "hand"}

const wide, tall = 1700, 2199

// Picture draws a paper as it would come from a scanner, in one of the looks.
func (p Paper) Picture(look string, seed uint64) *image.Gray {
	r := rand.New(rand.NewPCG(seed, 7))
	out := p.drawn(look == "hand", r)
	switch look {
	case "skewed":
		out = rotated(out, 1.7)
	case "faxed":
		out = faxed(rotated(out, -0.6), r)
	case "noisy":
		out = noisy(out, r)
	case "hand":
		out = rotated(out, 0.4)
	}
	return out
}

func (p Paper) drawn(hand bool, r *rand.Rand) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, wide, tall))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	k := float64(wide) / 1000
	faces := map[string]font.Face{}
	for _, i := range p.Items {
		switch i.What {
		case "text":
			key := fmt.Sprint(i.Size, i.Bold)
			if faces[key] == nil {
				faces[key] = face(i.Size*k, i.Bold)
			}
			d := font.Drawer{Dst: out, Src: image.Black, Face: faces[key], Dot: fixed.P(int(i.X*k), int(i.Y*k))}
			d.DrawString(i.Text)
		case "rule":
			line(out, i.X*k, i.Y*k, (i.X+i.Width)*k, i.Y*k, 1.6)
		case "box":
			box(out, i, k, hand, r)
		case "ink":
			scribble(out, i.X*k, i.Y*k, i.Width*k, r)
		}
	}
	return out
}

func face(size float64, bold bool) font.Face {
	data := goregular.TTF
	if bold {
		data = gobold.TTF
	}
	f, err := opentype.Parse(data)
	if err != nil {
		panic(err) // the font is part of the module
	}
	out, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		panic(err)
	}
	return out
}

func box(out *image.Gray, i Item, k float64, hand bool, r *rand.Rand) {
	x0, y0, x1, y1 := i.X*k, i.Y*k, (i.X+i.Size)*k, (i.Y+i.Size)*k
	for _, l := range [][4]float64{{x0, y0, x1, y0}, {x0, y1, x1, y1}, {x0, y0, x0, y1}, {x1, y0, x1, y1}} {
		line(out, l[0], l[1], l[2], l[3], 1.7)
	}
	if !i.On {
		return
	}
	if hand { // a check mark that runs over the sides
		j := func(most float64) float64 { return (r.Float64() - 0.5) * most }
		mx, my := (x0+x1)/2+j(6), y1-3+j(4)
		line(out, x0+3+j(5), (y0+y1)/2+j(5), mx, my, 3)
		line(out, mx, my, x1+8+j(8), y0-9+j(8), 3)
		return
	}
	line(out, x0+3, y0+3, x1-3, y1-3, 2.4)
	line(out, x0+3, y1-3, x1-3, y0+3, 2.4)
}

// line draws a stroke of some width.
func line(out *image.Gray, x0, y0, x1, y1, w float64) {
	n := int(math.Hypot(x1-x0, y1-y0)*2) + 1
	for i := range n + 1 {
		t := float64(i) / float64(n)
		dot(out, x0+(x1-x0)*t, y0+(y1-y0)*t, w/2)
	}
}

func dot(out *image.Gray, x, y, radius float64) {
	for dy := -math.Ceil(radius); dy <= math.Ceil(radius); dy++ {
		for dx := -math.Ceil(radius); dx <= math.Ceil(radius); dx++ {
			if math.Hypot(dx, dy) <= radius+0.3 {
				out.SetGray(int(math.Round(x+dx)), int(math.Round(y+dy)), color.Gray{Y: 15})
			}
		}
	}
}

func scribble(out *image.Gray, x, y, width float64, r *rand.Rand) {
	px, py := x, y
	for i := 1; i <= 60; i++ {
		t := float64(i) / 60
		nx := x + width*t + 12*math.Sin(t*40+r.Float64())
		ny := y - 14 - 18*math.Sin(t*26+2*r.Float64())*(1-0.5*t)
		line(out, px, py, nx, ny, 2.6)
		px, py = nx, ny
	}
}

func rotated(in *image.Gray, degrees float64) *image.Gray {
	out := image.NewGray(in.Rect)
	sin, cos := math.Sincos(-degrees * math.Pi / 180)
	cx, cy := float64(in.Rect.Dx())/2, float64(in.Rect.Dy())/2
	for y := range in.Rect.Dy() {
		for x := range in.Rect.Dx() {
			dx, dy := float64(x)-cx, float64(y)-cy
			fx, fy := cx+dx*cos-dy*sin, cy+dx*sin+dy*cos
			v := uint8(250)
			if q := (image.Point{X: int(fx), Y: int(fy)}); q.In(in.Rect) && fx > 0 && fy > 0 {
				x0, y0 := int(fx), int(fy)
				x1, y1 := min(x0+1, in.Rect.Dx()-1), min(y0+1, in.Rect.Dy()-1)
				a, b := fx-float64(x0), fy-float64(y0)
				v = uint8((1-b)*((1-a)*float64(in.GrayAt(x0, y0).Y)+a*float64(in.GrayAt(x1, y0).Y)) + b*((1-a)*float64(in.GrayAt(x0, y1).Y)+a*float64(in.GrayAt(x1, y1).Y)))
			}
			out.Pix[y*out.Stride+x] = v
		}
	}
	return out
}

// faxed is fine mode (204 by 196 dots an inch), black or white, with dust and a
// dropped line.
func faxed(in *image.Gray, r *rand.Rand) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, 1728, int(float64(in.Rect.Dy())*1728/float64(in.Rect.Dx())*196/204)))
	draw.BiLinear.Scale(out, out.Rect, in, in.Rect, draw.Src, nil)
	for i, v := range out.Pix {
		switch {
		case r.IntN(900) == 0:
			out.Pix[i] = 0
		case int(v) < 150+r.IntN(40):
			out.Pix[i] = 0
		default:
			out.Pix[i] = 255
		}
	}
	for range 2 {
		y := r.IntN(out.Rect.Dy())
		for x := range out.Rect.Dx() {
			out.Pix[y*out.Stride+x] = 255
		}
	}
	return out
}

// noisy is a poor copy: uneven light, grain, a soft focus.
func noisy(in *image.Gray, r *rand.Rand) *image.Gray {
	half := image.NewGray(image.Rect(0, 0, in.Rect.Dx()*7/10, in.Rect.Dy()*7/10))
	draw.BiLinear.Scale(half, half.Rect, in, in.Rect, draw.Src, nil)
	out := image.NewGray(in.Rect)
	draw.BiLinear.Scale(out, out.Rect, half, half.Rect, draw.Src, nil)
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			i := y*out.Stride + x
			shade := 30 * float64(x) / float64(out.Rect.Dx())
			out.Pix[i] = uint8(min(max(float64(out.Pix[i])*0.8+30-shade+r.NormFloat64()*16, 0), 255))
		}
	}
	return out
}

// PNG and JPEG write a picture as a file.
func PNG(in image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, in); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

func JPEG(in image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, in, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// PDF writes papers as pages of text, with boxes drawn or, where form is true,
// as fields of a form.
func PDF(form bool, papers ...Paper) []byte {
	w := &pdfWriter{}
	var kids []string
	fonts := fmt.Sprintf("<< /R %s /B %s >>", w.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"), w.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>"))
	parent := fmt.Sprintf("%d 0 R", len(w.objects)+2*len(papers)+countBoxes(form, papers)+1)
	var fields []string
	for _, p := range papers {
		var annots []string
		content := p.content(form)
		if form {
			for _, i := range p.Items {
				if i.What == "box" {
					state := map[bool]string{true: "/Yes", false: "/Off"}[i.On]
					annots = append(annots, w.add(fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Btn /T (b%d) /V %s /AS %s /Rect [%.1f %.1f %.1f %.1f] >>",
						len(annots), state, state, i.X*.612, 792-(i.Y+i.Size)*.612, (i.X+i.Size)*.612, 792-i.Y*.612)))
				}
			}
		}
		fields = append(fields, annots...)
		stream := w.add(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content))
		kids = append(kids, w.add(fmt.Sprintf("<< /Type /Page /Parent %s /MediaBox [0 0 612 792] /Resources << /Font %s >> /Contents %s /Annots [%s] >>", parent, fonts, stream, strings.Join(annots, " "))))
	}
	pages := w.add(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids)))
	return w.end(fmt.Sprintf("<< /Type /Catalog /Pages %s /AcroForm << /Fields [%s] >> >>", pages, strings.Join(fields, " ")))
}

func countBoxes(form bool, papers []Paper) int {
	n := 0
	for _, p := range papers {
		for _, i := range p.Items {
			if form && i.What == "box" {
				n++
			}
		}
	}
	return n
}

func (p Paper) content(form bool) string {
	var b strings.Builder
	const k = .612
	for _, i := range p.Items {
		x, y := i.X*k, 792-i.Y*k
		switch i.What {
		case "text":
			font := map[bool]string{true: "B", false: "R"}[i.Bold]
			fmt.Fprintf(&b, "BT /%s %.2f Tf %.2f %.2f Td (%s) Tj ET\n", font, i.Size*k, x, y, strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(i.Text))
		case "rule":
			fmt.Fprintf(&b, "%.2f %.2f m %.2f %.2f l S\n", x, y, x+i.Width*k, y)
		case "box":
			s := i.Size * k
			fmt.Fprintf(&b, "%.2f %.2f %.2f %.2f re S\n", x, y-s, s, s)
			if i.On && !form {
				fmt.Fprintf(&b, "%.2f %.2f m %.2f %.2f l S %.2f %.2f m %.2f %.2f l S\n", x+1, y-1, x+s-1, y-s+1, x+1, y-s+1, x+s-1, y-1)
			}
		case "ink":
			fmt.Fprintf(&b, "1.4 w %.2f %.2f m", x, y+4)
			for n := 1; n <= 12; n++ {
				fmt.Fprintf(&b, " %.2f %.2f l", x+i.Width*k*float64(n)/12, y+4+8*math.Sin(float64(n)*2.3))
			}
			b.WriteString(" S 1 w\n")
		}
	}
	return b.String()
}

// ScanPDF writes pictures as pages of a PDF without text.
func ScanPDF(pictures ...*image.Gray) []byte {
	w := &pdfWriter{}
	var kids []string
	parent := fmt.Sprintf("%d 0 R", 3*len(pictures)+1)
	for _, p := range pictures {
		data := JPEG(p, 80)
		img := w.add(fmt.Sprintf("<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream", p.Rect.Dx(), p.Rect.Dy(), len(data), data))
		h := 612 * float64(p.Rect.Dy()) / float64(p.Rect.Dx())
		content := fmt.Sprintf("612 0 0 %.1f 0 0 cm /I Do", h)
		stream := w.add(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content))
		kids = append(kids, w.add(fmt.Sprintf("<< /Type /Page /Parent %s /MediaBox [0 0 612 %.1f] /Resources << /XObject << /I %s >> >> /Contents %s >>", parent, h, img, stream)))
	}
	pages := w.add(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids)))
	return w.end(fmt.Sprintf("<< /Type /Catalog /Pages %s >>", pages))
}

// A pdfWriter writes objects one behind the other.
type pdfWriter struct{ objects []string }

func (w *pdfWriter) add(object string) string {
	w.objects = append(w.objects, object)
	return fmt.Sprintf("%d 0 R", len(w.objects))
}

func (w *pdfWriter) end(catalog string) []byte {
	root := w.add(catalog)
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n")
	var at []int
	for i, o := range w.objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root %s >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, root, start)
	return b.Bytes()
}
