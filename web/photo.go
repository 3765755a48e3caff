package web

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // photographs come as either

	"comity"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

const (
	photoLimit = 12 << 20 // bytes of an upload
	photoSide  = 240      // pixels of what is kept
	photoBytes = 24 << 10 // of it: the page stays light
	photoMost  = 25e6     // pixels of what comes: some 300 MB while it is read
)

// smallPhoto is the middle square of a photograph, small, upright, and without
// anything that a camera writes beside the picture: place, time, device.
func smallPhoto(data []byte) ([]byte, error) {
	bad := &comity.Problem{Code: "bad-photo", Where: "photo", Message: "this is not a photograph that can be read", Hint: "a JPEG or PNG file"}
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || size.Width < 16 || size.Height < 16 || float64(size.Width)*float64(size.Height) > photoMost {
		return nil, bad
	}
	from, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, bad
	}
	to := image.NewRGBA(image.Rect(0, 0, photoSide, photoSide))
	b := from.Bounds()
	side := min(b.Dx(), b.Dy())
	square := image.Rect(0, 0, side, side).Add(b.Min).Add(image.Pt((b.Dx()-side)/2, (b.Dy()-side)/2))
	draw.CatmullRom.Scale(to, to.Bounds(), from, square, draw.Over, nil)
	to = upright(to, turnOf(data))
	for quality := 85; quality > 20; quality -= 15 {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, to, &jpeg.Options{Quality: quality}); err != nil {
			return nil, fmt.Errorf("write photograph: %w", err)
		}
		if out.Len() <= photoBytes {
			return out.Bytes(), nil
		}
	}
	return nil, bad
}

// upright turns a square as the camera says that it was held (Exif 2.32, tag
// 0x0112: 1 to 8, how the picture's first row and column lie).
func upright(from *image.RGBA, turn uint16) *image.RGBA {
	const n = photoSide
	how, ok := map[uint16]f64.Aff3{
		2: {-1, 0, n, 0, 1, 0}, 3: {-1, 0, n, 0, -1, n}, 4: {1, 0, 0, 0, -1, n},
		5: {0, 1, 0, 1, 0, 0}, 6: {0, -1, n, 1, 0, 0}, 7: {0, -1, n, -1, 0, n}, 8: {0, 1, 0, -1, 0, n},
	}[turn]
	if !ok {
		return from
	}
	to := image.NewRGBA(from.Bounds())
	draw.NearestNeighbor.Transform(to, how, from, from.Bounds(), draw.Src, nil)
	return to
}

// turnOf reads that tag from a JPEG's Exif segment, and is 0 where there is none.
func turnOf(data []byte) uint16 {
	for at := 2; at+4 <= len(data) && data[at] == 0xff && data[at+1] != 0xda; {
		end := at + 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		if end > len(data) || end < at+4 {
			return 0
		}
		if exif, ok := bytes.CutPrefix(data[at+4:end], []byte("Exif\x00\x00")); ok && data[at+1] == 0xe1 {
			return turnIn(exif)
		}
		at = end
	}
	return 0
}

// turnIn reads it from the TIFF header and the entries of its first directory.
func turnIn(tiff []byte) uint16 {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(tiff, []byte("II")) {
		order = binary.LittleEndian
	}
	if len(tiff) < 8 {
		return 0
	}
	first := int64(order.Uint32(tiff[4:]))
	if first+2 > int64(len(tiff)) {
		return 0
	}
	for at, n := first+2, order.Uint16(tiff[first:]); n > 0 && at+12 <= int64(len(tiff)); at, n = at+12, n-1 {
		if order.Uint16(tiff[at:]) == 0x0112 {
			return order.Uint16(tiff[at+8:])
		}
	}
	return 0
}
