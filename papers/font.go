package papers

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/text/encoding/charmap"
)

// A font turns the bytes of a string into letters and widths.
type font struct {
	wide   bool // two bytes a letter
	text   map[int]string
	widths map[int]float64
	usual  float64
}

type glyph struct {
	text  string
	width float64
	space bool
}

func (f *font) glyphs(raw []byte) []glyph {
	step := 1
	if f.wide {
		step = 2
	}
	var out []glyph
	for i := 0; i+step <= len(raw); i += step {
		code := int(raw[i])
		if f.wide {
			code = code<<8 | int(raw[i+1])
		}
		width, ok := f.widths[code]
		if !ok {
			width = f.usual
		}
		out = append(out, glyph{f.text[code], width, !f.wide && code == ' '})
	}
	return out
}

func (d *document) font(key string, resources types.Dict) *font {
	fonts, err := d.ctx.DereferenceDict(resources["Font"])
	if err != nil || fonts == nil {
		return nil
	}
	id := ""
	if ref, ok := fonts[key].(types.IndirectRef); ok {
		id = ref.String()
		if known, ok := d.fonts[id]; ok {
			return known
		}
	}
	dict, err := d.ctx.DereferenceDict(fonts[key])
	if err != nil || dict == nil {
		return nil
	}
	f := d.readFont(dict)
	if id != "" {
		d.fonts[id] = f
	}
	return f
}

func (d *document) readFont(dict types.Dict) *font {
	f := &font{text: map[int]string{}, widths: map[int]float64{}, usual: 500}
	if name(d, dict["Subtype"]) == "Type0" {
		f.wide = true
		f.usual = 1000
		d.wideWidths(dict, f)
	} else {
		d.simpleText(dict, f)
		d.simpleWidths(dict, f)
	}
	if stream, _, err := d.ctx.DereferenceStreamDict(dict["ToUnicode"]); err == nil && stream != nil && stream.DecodeWithLimit(4<<20) == nil {
		readMap(stream.Content, f.text)
	}
	return f
}

func (d *document) simpleWidths(dict types.Dict, f *font) {
	first, err := d.ctx.DereferenceInteger(dict["FirstChar"])
	list, listErr := d.ctx.DereferenceArray(dict["Widths"])
	if err != nil || listErr != nil || first == nil {
		return
	}
	for i, o := range list {
		if w, err := d.ctx.DereferenceNumber(o); err == nil && i < 256 {
			f.widths[first.Value()+i] = w
		}
	}
}

func (d *document) wideWidths(dict types.Dict, f *font) {
	below, err := d.ctx.DereferenceArray(dict["DescendantFonts"])
	if err != nil || len(below) == 0 {
		return
	}
	cid, err := d.ctx.DereferenceDict(below[0])
	if err != nil || cid == nil {
		return
	}
	if w, err := d.ctx.DereferenceNumber(cid["DW"]); err == nil && w > 0 {
		f.usual = w
	}
	list, err := d.ctx.DereferenceArray(cid["W"])
	if err != nil {
		return
	}
	for i := 0; i+1 < len(list); {
		first, err := d.ctx.DereferenceNumber(list[i])
		if err != nil {
			return
		}
		if each, err := d.ctx.DereferenceArray(list[i+1]); err == nil && each != nil {
			for j, o := range each {
				f.widths[int(first)+j], _ = d.ctx.DereferenceNumber(o) // a broken width only moves a box
			}
			i += 2
			continue
		}
		if i+2 >= len(list) {
			return
		}
		last, err1 := d.ctx.DereferenceNumber(list[i+1])
		w, err2 := d.ctx.DereferenceNumber(list[i+2])
		if err1 != nil || err2 != nil || last-first > 65535 {
			return
		}
		for c := int(first); c <= int(last); c++ {
			f.widths[c] = w
		}
		i += 3
	}
}

// simpleText takes the letters of the usual table, and those that the font
// names otherwise.
func (d *document) simpleText(dict types.Dict, f *font) {
	table := charmap.Windows1252
	base := name(d, dict["Encoding"])
	encoding, _ := d.ctx.DereferenceDict(dict["Encoding"]) // a name is no dictionary
	if encoding != nil {
		base = name(d, encoding["BaseEncoding"])
	}
	if base == "MacRomanEncoding" {
		table = charmap.Macintosh
	}
	for c := range 256 {
		f.text[c] = string(table.DecodeByte(byte(c)))
	}
	if strings.Contains(name(d, dict["BaseFont"]), "ZapfDingbats") {
		for c, text := range map[int]string{'3': "✓", '4': "✓", '5': "✗", '6': "✗", '7': "✗", '8': "✗", 'o': "☐", 'q': "☐", 'n': "■"} {
			f.text[c] = text
		}
	}
	if encoding == nil {
		return
	}
	list, err := d.ctx.DereferenceArray(encoding["Differences"])
	if err != nil {
		return
	}
	code := 0
	for _, o := range list {
		if n, err := d.ctx.DereferenceNumber(o); err == nil {
			if _, isName := o.(types.Name); !isName {
				code = int(n)
				continue
			}
		}
		f.text[code] = letterNamed(name(d, o))
		code++
	}
}

var letterNames = map[string]string{
	"space": " ", "period": ".", "comma": ",", "colon": ":", "semicolon": ";", "hyphen": "-", "minus": "-", "endash": "–", "emdash": "—", "slash": "/",
	"parenleft": "(", "parenright": ")", "bracketleft": "[", "bracketright": "]", "quotesingle": "'", "quoteright": "’", "quoteleft": "‘",
	"quotedblleft": "“", "quotedblright": "”", "quotedbl": "\"", "section": "§", "ampersand": "&", "numbersign": "#", "underscore": "_", "at": "@",
	"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
	"fi": "fi", "fl": "fl", "ff": "ff", "ffi": "ffi", "bullet": "•", "asterisk": "*", "plus": "+", "equal": "=", "percent": "%", "dollar": "$", "question": "?", "exclam": "!",
	"a20": "✓", "a19": "✓", "a21": "✗", "a22": "✗", "a23": "✗", "a24": "✗",
}

func letterNamed(n string) string {
	if len(n) == 1 {
		return n
	}
	if hex, ok := strings.CutPrefix(n, "uni"); ok && len(hex) == 4 {
		if c, err := strconv.ParseUint(hex, 16, 16); err == nil {
			return string(rune(c))
		}
	}
	return letterNames[n]
}

// readMap reads which letters the codes of a font stand for.
func readMap(data []byte, into map[int]string) {
	in := scanner{data: data}
	var held []operand
	for range 400_000 {
		o, ok := in.next()
		if !ok {
			return
		}
		if o.operator == "" {
			held = append(held, o)
			continue
		}
		switch o.operator {
		case "endbfchar":
			for i := 0; i+1 < len(held); i += 2 {
				into[codeOf(held[i].text)] = lettersOf(held[i+1].text)
			}
		case "endbfrange":
			for i := 0; i+2 < len(held); i += 3 {
				readRange(held[i], held[i+1], held[i+2], into)
			}
		}
		held = held[:0]
	}
}

func readRange(from, to, letters operand, into map[int]string) {
	first, last := codeOf(from.text), codeOf(to.text)
	if last-first > 65535 {
		return
	}
	for c := first; c <= last; c++ {
		switch {
		case letters.list != nil && c-first < len(letters.list):
			into[c] = lettersOf(letters.list[c-first].text)
		case len(letters.text) > 0:
			next := bytes.Clone(letters.text)
			for i, more := len(next)-1, c-first; i >= 0 && more > 0; i-- {
				more += int(next[i])
				next[i] = byte(more)
				more >>= 8
			}
			into[c] = lettersOf(next)
		}
	}
}

func codeOf(raw []byte) int {
	n := 0
	for _, b := range raw[:min(len(raw), 2)] {
		n = n<<8 | int(b)
	}
	return n
}

func lettersOf(raw []byte) string {
	var units []uint16
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units))
}
