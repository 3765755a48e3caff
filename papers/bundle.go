package papers

import (
	"context"
	"image"
)

// A bundle is all pages of one upload, while they are read.
type bundle struct {
	reader *Reader
	ctx    context.Context
	sheets []*sheet
	notes  map[Note]bool
}

func (b *bundle) note(n Note) { b.notes[n] = true }

// add reads the words of one file.
func (b *bundle) add(file []byte) error {
	if isPDF(file) {
		return b.addPDF(file)
	}
	pictures, err := readPictures(file)
	if err != nil {
		return err
	}
	for _, p := range pictures {
		if len(b.sheets) >= maxPages {
			b.note(NoteMorePages)
			break
		}
		s := &sheet{height: heightOf(p), pixels: p, read: unread}
		b.sheets = append(b.sheets, s)
		b.scan(s)
	}
	return nil
}

func heightOf(p *image.Gray) float64 {
	return 1000 * float64(p.Rect.Dy()) / float64(p.Rect.Dx())
}

// enough words make a page of text; a scan may carry a line or two.
const enough = 25

func (b *bundle) addPDF(file []byte) error {
	sheets, more, err := readPDF(file)
	if err != nil {
		return err
	}
	var drawn []*image.Gray
	if b.reader.Draw == "" {
		b.note(NoteNoPicture)
	} else if drawn, err = b.reader.draw(b.ctx, file); err != nil {
		b.note(NoteNoPicture) // what the program met is not known here; the text still is
	}
	for i, s := range sheets {
		if len(b.sheets) >= maxPages {
			more = true
			break
		}
		b.sheets = append(b.sheets, s)
		if i < len(drawn) {
			s.pixels = drawn[i]
		}
		if len(s.words) >= enough && !s.hidden {
			continue
		}
		s.read = unread
		if s.pixels != nil && len(s.marks) == 0 {
			s.pixels = straight(s.pixels) // the text layer, where there is one, is not used
		}
		if s.pixels == nil {
			continue
		}
		typed := s.words
		if b.scan(s); s.read == unread && len(typed) > 0 {
			s.words = typed
		}
	}
	if more {
		b.note(NoteMorePages)
	}
	return nil
}

// scan reads the words off a page's picture, upside down too where that reads
// better.
func (b *bundle) scan(s *sheet) {
	switch {
	case b.reader.Scan == "":
		b.note(NoteNoScanner)
		return
	case b.ctx.Err() != nil:
		b.note(NoteTime)
		return
	}
	words, err := b.reader.scan(b.ctx, s.pixels)
	if err != nil {
		b.failed()
		return
	}
	s.words, s.read = words, "scan"
	if len(words) >= enough && s.sure() > 0.6 {
		return
	}
	turned := upsideDown(s.pixels)
	again, err := b.reader.scan(b.ctx, turned)
	if err != nil {
		b.failed()
		return
	}
	if other := (&sheet{words: again}); float64(len(again))*other.sure() > 1.3*float64(len(words))*s.sure() {
		s.words, s.pixels, s.ink = again, turned, 0
	}
	if len(s.words) < 5 {
		s.read = unread
	}
}

func (b *bundle) failed() {
	if b.ctx.Err() != nil {
		b.note(NoteTime)
		return
	}
	b.note(NoteUnreadable)
}

// judge says what each page is, each alone; then takes off it what is forbidden.
func (b *bundle) judge() {
	inAgreement := false
	for _, s := range b.sheets {
		s.page = s.classify()
		if s.page.Judicial() && s.read != "scan" {
			s.page = b.confirmed(s)
		}
		switch {
		case s.page.Kind == Agreement:
			inAgreement = true
		case s.page.Kind != Unknown && s.page.Kind != immigrationAny, s.page.Issuer == Court:
			inAgreement = false
		case inAgreement: // what follows the first page of an agreement, and is nothing else
			s.page.Kind, s.page.Issuer, s.page.Confidence = Agreement, ImmigrationAgency, 0.6
		}
		if s.read == unread {
			b.note(NoteUnreadable)
		}
		s.redact()
	}
}

// confirmed lets a page be a court's only if what is drawn says so too: a text
// layer can say anything.
func (b *bundle) confirmed(s *sheet) Page {
	if s.pixels != nil && b.reader.Scan != "" {
		drawn := &sheet{height: s.height, pixels: s.pixels, read: unread}
		b.scan(drawn)
		if p := drawn.classify(); p.Judicial() && p.Kind == s.page.Kind {
			return s.page
		}
	}
	b.note(NoteUnchecked)
	return Page{Kind: Unknown, Read: s.read}
}

// into fills in the reading.
func (b *bundle) into(out *Reading, addressee string) {
	detainers := 0
	for _, s := range b.sheets {
		out.Pages = append(out.Pages, s.page)
		if out.Kind == Unknown {
			out.Kind = s.page.Kind
		}
	}
	out.Proposals = append(out.Proposals, b.propose(addressee)...)
	seen := Unknown
	for _, s := range b.sheets {
		if isDetainer(s.page.Kind) && s.page.Kind != seen {
			seen = s.page.Kind
			detainers++
		}
	}
	if detainers > 1 {
		b.note(NoteSeveral)
	}
	for _, n := range []Note{NoteNoScanner, NoteNoPicture, NoteMorePages, NoteTime, NoteUnreadable, NoteUnchecked, NoteSeveral} {
		if b.notes[n] {
			out.Notes = append(out.Notes, n)
		}
	}
}
