package papers

import (
	"bytes"
	"fmt"
	"math"
	"sync"

	"comity"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// noConfigFolder keeps the PDF library from writing settings into a home folder.
var noConfigFolder = sync.OnceFunc(api.DisableConfigDir)

// mostDecoded is how far one stream of a PDF may unfold.
const mostDecoded = 64 << 20

func isPDF(data []byte) bool {
	return bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-"))
}

// readPDF reads the words and form fields of the first pages; more reports that
// there are further ones.
func readPDF(data []byte) (sheets []*sheet, more bool, err error) {
	defer func() {
		if reason := recover(); reason != nil { // the library met what it does not expect
			sheets, more, err = nil, false, notAPaper()
		}
	}()
	noConfigFolder()
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationRelaxed
	conf.Offline = true
	conf.Limits.MaxDecodeBytes = mostDecoded
	ctx, err := api.ReadContext(bytes.NewReader(data), conf)
	if err != nil {
		return nil, false, notAPaper()
	}
	if err := ctx.EnsurePageCount(); err != nil || ctx.PageCount < 1 {
		return nil, false, notAPaper()
	}
	doc := &document{ctx: ctx, fonts: map[string]*font{}}
	for n := 1; n <= min(ctx.PageCount, maxPages); n++ {
		s, err := doc.sheet(n)
		if err != nil {
			return nil, false, err
		}
		sheets = append(sheets, s)
	}
	return sheets, ctx.PageCount > maxPages, nil
}

type document struct {
	ctx   *model.Context
	fonts map[string]*font // by object number
}

func (d *document) sheet(n int) (*sheet, error) {
	page, _, inherited, err := d.ctx.PageDict(n, false)
	if err != nil || page == nil || inherited == nil || inherited.MediaBox == nil {
		return nil, &comity.Problem{Code: "bad-paper", Message: fmt.Sprintf("page %d of the PDF cannot be read", n), Hint: "print the page and scan it, or type the form in", Where: "paper"}
	}
	box := inherited.MediaBox
	if box.Width() < 36 || box.Height() < 36 || box.Width() > 15000 || box.Height() > 15000 {
		return nil, notAPaper()
	}
	view := upright(box, ((inherited.Rotate%360)+360)%360)
	s := &sheet{height: 1000 * view.height / view.width, read: "text"}
	content, err := d.ctx.PageContent(page, n)
	if err == nil {
		t := &textReader{doc: d, view: view}
		resources := inherited.Resources
		if own, err := d.ctx.DereferenceDict(page["Resources"]); err == nil && own != nil {
			resources = own
		}
		t.run(content, resources, identity, 0)
		s.words, s.hidden = t.words()
	}
	d.fields(page, view, s)
	return s, nil
}

// A view turns points of the PDF into places on the page as it is read.
type view struct {
	m             matrix
	width, height float64
}

func upright(b *types.Rectangle, rotate int) view {
	w, h := b.Width(), b.Height()
	base := matrix{1, 0, 0, 1, -b.LL.X, -b.LL.Y}
	switch rotate {
	case 90:
		return view{base.then(matrix{0, 1, 1, 0, 0, 0}), h, w}
	case 180:
		return view{base.then(matrix{-1, 0, 0, 1, w, 0}), w, h}
	case 270:
		return view{base.then(matrix{0, -1, -1, 0, h, w}), h, w}
	}
	return view{base.then(matrix{1, 0, 0, -1, 0, h}), w, h}
}

// box of four corners, in thousandths of the page's width.
func (v view) box(x0, y0, x1, y1 float64) Box {
	ax, ay := v.m.at(x0, y0)
	bx, by := v.m.at(x1, y1)
	k := 1000 / v.width
	return Box{min(ax, bx) * k, min(ay, by) * k, max(ax, bx) * k, max(ay, by) * k}
}

// fields reads the form fields of a page: what is typed counts as words, a box
// says whether it is ticked, a filled signature field is a signature.
func (d *document) fields(page types.Dict, v view, s *sheet) {
	annots, err := d.ctx.DereferenceArray(page["Annots"])
	if err != nil {
		return
	}
	for i, o := range annots {
		if i >= 2000 {
			return
		}
		widget, err := d.ctx.DereferenceDict(o)
		if err != nil || widget == nil || name(d, widget["Subtype"]) != "Widget" {
			continue
		}
		rect, err := d.ctx.DereferenceArray(widget["Rect"])
		if err != nil || len(rect) != 4 {
			continue
		}
		var r [4]float64
		for j := range r {
			r[j], _ = d.ctx.DereferenceNumber(rect[j]) // a corner that is no number lies at the edge
		}
		d.field(widget, v.box(r[0], r[1], r[2], r[3]), s)
	}
}

func (d *document) field(widget types.Dict, box Box, s *sheet) {
	switch name(d, d.inherited(widget, "FT")) {
	case "Btn":
		state := name(d, widget["AS"])
		if state == "" {
			state = name(d, d.inherited(widget, "V"))
		}
		s.marks = append(s.marks, mark{box, state != "" && state != "Off"})
		s.read = "form"
	case "Sig":
		if d.inherited(widget, "V") != nil {
			s.signed = append(s.signed, box)
			s.read = "form"
		}
	case "Tx", "Ch":
		text, err := d.ctx.DereferenceText(d.inherited(widget, "V"))
		if err != nil || text == "" || len(text) > 2000 {
			return
		}
		s.read = "form"
		s.words = append(s.words, spread(text, box)...)
	}
}

// inherited is an entry of a field or of the field that it is part of.
func (d *document) inherited(field types.Dict, key string) types.Object {
	for range 8 {
		if o, ok := field.Find(key); ok && o != nil {
			return o
		}
		parent, err := d.ctx.DereferenceDict(field["Parent"])
		if err != nil || parent == nil {
			return nil
		}
		field = parent
	}
	return nil
}

func name(d *document, o types.Object) string {
	o, err := d.ctx.Dereference(o)
	if err != nil {
		return ""
	}
	if n, ok := o.(types.Name); ok {
		return n.Value()
	}
	return ""
}

// spread lays the words of a field out over its box, as far as one can without
// its font.
func spread(text string, box Box) []word {
	var out []word
	rows := bytes.Split([]byte(text), []byte("\n"))
	h := math.Min(box.height()/float64(len(rows)), 22)
	for i, row := range rows {
		x, y := box.X0, box.Y0+float64(i)*h
		for _, w := range bytes.Fields(row) {
			wide := 0.5 * h * float64(len(w))
			out = append(out, word{string(w), Box{x, y, math.Min(x+wide, box.X1), y + h}, 1})
			x += wide + 0.3*h
		}
	}
	return out
}
