package web

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

const (
	moduleSide = 4 // pixels of one module of a code
	quietZone  = 4 // modules of empty margin that readers need

	largestCode = 177 // modules a side of the largest, version 40
	badgeSide   = 53  // of version 9, which an old phone reads at arm's length
)

// sendCode sends a text as a QR code of at most so many modules a side, with the
// first redundancy that fits. No cache keeps it.
func (s *site) sendCode(w http.ResponseWriter, r *http.Request, text string, mode qr.Encoding, most int, levels ...qr.ErrorCorrectionLevel) error {
	var code barcode.Barcode
	for _, level := range levels {
		var err error
		if code, err = qr.Encode(text, level, mode); err == nil && code.Bounds().Dx() <= most {
			break
		}
		code = nil
	}
	if code == nil {
		return s.missing(r, "no-page") // too long for a code
	}
	side := code.Bounds().Dx() * moduleSide
	code, err := barcode.Scale(code, side, side)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, framed(code, quietZone*moduleSide)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = b.WriteTo(w) // the reader may have left
	return nil
}

// framed puts an empty margin round a code: on a dark page a reader would not
// find its edge.
func framed(code image.Image, margin int) image.Image {
	size := code.Bounds()
	out := image.NewPaletted(image.Rect(0, 0, size.Dx()+2*margin, size.Dy()+2*margin), color.Palette{color.White, color.Black})
	draw.Draw(out, image.Rect(margin, margin, margin+size.Dx(), margin+size.Dy()), code, size.Min, draw.Src)
	return out
}
