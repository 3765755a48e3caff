package web

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
)

// held is a photograph whose upper left quarter is white, as a camera that was
// held so writes it: the picture lies as its sensor did, and a tag says how.
func held(t *testing.T, order binary.AppendByteOrder, turn uint16, quarter image.Point) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 480, 480))
	for y := range 480 {
		for x := range 480 {
			img.Set(x, y, color.Black)
			if x/240 == quarter.X && y/240 == quarter.Y {
				img.Set(x, y, color.White)
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	tiff := []byte("MM\x00\x2a")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		tiff = []byte("II\x2a\x00")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 1)      // entries
	tiff = order.AppendUint16(tiff, 0x0112) // orientation
	tiff = order.AppendUint16(tiff, 3)      // short
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint16(tiff, turn)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	exif := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(exif)+2))
	return append(append(head, exif...), b.Bytes()[2:]...)
}

// Whatever way the telephone was held, a face stands upright on a card.
func TestPhotoIsUpright(t *testing.T) {
	for turn, quarter := range map[uint16]image.Point{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {0, 1}, 7: {1, 1}, 8: {1, 0}, 9: {0, 0}} {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			out, err := smallPhoto(held(t, order, turn, quarter))
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(out))
			if err != nil || bytes.Contains(out, []byte("Exif")) {
				t.Fatal(err, "or the camera's words are left")
			}
			light := func(x, y int) bool { r, _, _, _ := img.At(x, y).RGBA(); return r > 0x8000 }
			if !light(60, 60) || light(180, 60) || light(60, 180) || light(180, 180) {
				t.Errorf("held as %d, the picture stands otherwise", turn)
			}
		}
	}
}

// A small file that says it is huge is refused before it unfolds.
func TestPhotoThatUnfoldsIsRefused(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	if _, err := smallPhoto(b.Bytes()); err != nil {
		t.Fatal(err)
	}
	head := b.Bytes()[12:29] // IHDR
	binary.BigEndian.PutUint32(head[4:], 30_000)
	binary.BigEndian.PutUint32(head[8:], 30_000)
	binary.BigEndian.PutUint32(b.Bytes()[29:], crc32.ChecksumIEEE(head))
	if size, _, err := image.DecodeConfig(bytes.NewReader(b.Bytes())); err != nil || size.Width != 30_000 {
		t.Fatal(size, err)
	}
	if _, err := smallPhoto(b.Bytes()); err == nil {
		t.Errorf("a picture of 900 million pixels: %v", err)
	}
}

func FuzzTurnOf(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II\x2a\x00\xff\xff\xff\x7f"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) { turnOf(data) })
}
