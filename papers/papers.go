// Package papers reads documents that reach a desk: forms, warrants and
// agreements as PDF or as scans. It says what each page is and proposes what a
// form of the desk asks, each with a confidence and the place on the page.
//
// Nothing is kept: bytes come in, a Reading goes out. What a Reading can hold is
// closed: kinds, choices of the desk's form, an issuing office, a day and hour
// printed by a fax machine, and pictures of those places. A number, a birth date,
// a sex, a country and a name on the paper are taken out of words and picture
// before anything else looks at them (redact.go).
//
// A paper of an immigration agency is never taken for a court's, whatever is
// stapled to it: each page is judged alone, a court's paper needs all its marks
// and no mark of an agency, and what is in doubt is unknown (classify.go).
package papers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"time"

	"comity"
)

// A Kind is what a page is, by its number, issuer and signature block.
type Kind string

const (
	Unknown        Kind = "unknown"
	I247A          Kind = "i-247a"
	I247D          Kind = "i-247d"
	I247N          Kind = "i-247n"
	I247           Kind = "i-247-older"
	I200           Kind = "i-200"
	I203           Kind = "i-203"
	I205           Kind = "i-205"
	ArrestWarrant  Kind = "arrest-warrant"
	SearchWarrant  Kind = "search-warrant"
	Subpoena       Kind = "subpoena"
	Agreement      Kind = "agreement" // under 8 U.S.C. 1357(g)
	immigrationAny Kind = "immigration-paper"
)

// Kinds lists them all, in the order of the documentation.
func Kinds() []Kind {
	return []Kind{I247A, I247D, I247N, I247, I200, I203, I205, ArrestWarrant, SearchWarrant, Subpoena, Agreement, immigrationAny, Unknown}
}

// An Issuer is who a page says it comes from.
type Issuer string

const (
	NoIssuer          Issuer = ""
	Court             Issuer = "court"
	ImmigrationAgency Issuer = "immigration-agency"
	ImmigrationCourt  Issuer = "immigration-court" // of the Department of Justice; no court in the sense of the law here
)

// A Page is what was made out of one page.
type Page struct {
	Kind       Kind    `json:"kind"`
	Issuer     Issuer  `json:"issuer"`
	Confidence float64 `json:"confidence"` // 0 to 1, of the kind
	Edition    string  `json:"edition,omitempty"`
	Read       string  `json:"read"` // form, text, scan, nothing
}

// Judicial reports whether the page is a court's paper.
func (p Page) Judicial() bool {
	return p.Issuer == Court && (p.Kind == ArrestWarrant || p.Kind == SearchWarrant || p.Kind == Subpoena)
}

// A Proposal is what one field of the desk's form may be. It is never more: a
// person looks at the place and decides.
type Proposal struct {
	Field      string      `json:"field"`
	Value      string      `json:"value"` // empty: only the place is known
	Confidence float64     `json:"confidence"`
	Page       int         `json:"page"` // from 1; 0: it rests on no place
	Box        Box         `json:"box"`
	Crop       *image.Gray `json:"-"` // the place; nil where no picture could be made
}

// A Reading is everything that is known of some papers.
type Reading struct {
	Kind      Kind       `json:"kind"`    // of the first page that is known
	Digests   []string   `json:"digests"` // sha256:… of each file
	Pages     []Page     `json:"pages"`
	Proposals []Proposal `json:"proposals"`
	Notes     []Note     `json:"notes"`
}

// A Note says what was not read, and why.
type Note string

const (
	NoteNoScanner  Note = "no-scanner"  // the program that reads scans is not installed
	NoteNoPicture  Note = "no-picture"  // the program that draws PDF pages is not installed
	NoteMorePages  Note = "more-pages"  // only the first pages were read
	NoteTime       Note = "time"        // time ran out before the last page
	NoteUnreadable Note = "unreadable"  // a page had nothing that could be read
	NoteUnchecked  Note = "text-only"   // a court's paper by its text alone; not believed
	NoteSeveral    Note = "two-at-once" // two detainers in one upload; the first was read
)

// Limits on what is read. A server answers others meanwhile.
const (
	MaxBytes = 20 << 20
	MaxFiles = 8
	maxPages = 12
	maxTime  = 75 * time.Second
)

// A Reader reads papers. Its programs are optional: without them PDF forms and
// text are still read.
type Reader struct {
	Draw string        // pdftoppm, draws pages of a PDF; empty: no pictures of them
	Scan string        // tesseract, reads words off a picture; empty: scans are not read
	busy chan struct{} // how many papers are read at once
}

// NewReader looks for the programs on this machine.
func NewReader() *Reader {
	return &Reader{Draw: lookFor("pdftoppm"), Scan: lookFor("tesseract"), busy: make(chan struct{}, 2)}
}

// Read reads the files as one bundle, in their order. addressee is the name of
// the agency that got them, to find it under TO; it may be empty.
func (r *Reader) Read(ctx context.Context, addressee string, files ...[]byte) (*Reading, error) {
	if err := check(files); err != nil {
		return nil, err
	}
	select {
	case r.busy <- struct{}{}:
		defer func() { <-r.busy }()
	default:
		return nil, &comity.Problem{Code: "busy", Message: "other papers are being read just now", Hint: "try again in a minute, or type the form in", Where: "paper"}
	}
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	b := &bundle{reader: r, ctx: ctx, notes: map[Note]bool{}}
	out := &Reading{Kind: Unknown, Pages: []Page{}, Proposals: []Proposal{}, Notes: []Note{}}
	for _, file := range files {
		sum := sha256.Sum256(file)
		out.Digests = append(out.Digests, "sha256:"+hex.EncodeToString(sum[:]))
		if err := b.add(file); err != nil {
			return nil, err
		}
	}
	b.judge()
	b.into(out, addressee)
	return out, nil
}

func check(files [][]byte) error {
	total := 0
	for _, f := range files {
		total += len(f)
		if len(f) == 0 {
			return &comity.Problem{Code: "empty-paper", Message: "the file is empty", Hint: "choose the file again", Where: "paper"}
		}
	}
	switch {
	case len(files) == 0:
		return &comity.Problem{Code: "no-paper", Message: "no file came", Hint: "choose a PDF or a picture of each page", Where: "paper"}
	case len(files) > MaxFiles:
		return &comity.Problem{Code: "too-large", Message: fmt.Sprintf("more than %d files came", MaxFiles), Hint: "send the pages as one PDF", Where: "paper"}
	case total > MaxBytes:
		return &comity.Problem{Code: "too-large", Message: "the papers are larger than 20 MB", Hint: "scan at 200 dots an inch, in grey", Where: "paper"}
	}
	return nil
}

// MustConfirm reports a field that counts only after a person looked: who issued
// a paper, whether it is signed, and the hour from which a clock may run,
// whatever the confidence.
func MustConfirm(field string) bool {
	switch field {
	case "by", "received_at", "signed", "attached_signed", "court", "court_signed":
		return true
	}
	return false
}
