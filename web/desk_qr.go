package web

import (
	"image"
	"image/color"
	"image/draw"
)

// framed puts an empty margin round a code: on a dark page a reader would not
// find its edge.
func framed(code image.Image, margin int) image.Image {
	size := code.Bounds()
	out := image.NewPaletted(image.Rect(0, 0, size.Dx()+2*margin, size.Dy()+2*margin), color.Palette{color.White, color.Black})
	draw.Draw(out, image.Rect(margin, margin, margin+size.Dx(), margin+size.Dy()), code, size.Min, draw.Src)
	return out
}
