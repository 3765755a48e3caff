package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Papers reads forms and warrants off files. It keeps nothing.
type Papers interface {
	Read(ctx context.Context, addressee string, files ...[]byte) (PaperReading, error)
}

// A PaperReading is what was made out of some papers. It says what kind each
// page is and what the form may be filled in with; of a person it says nothing.
type PaperReading struct {
	Kind      string          `json:"kind" doc:"of the first page that is known"`
	Digests   []string        `json:"digests" doc:"sha256 of each file; all that stays"`
	Pages     []PaperPage     `json:"pages"`
	Proposals []PaperProposal `json:"proposals" doc:"for the form of a detainer; a person confirms signatures and issuers"`
	Notes     []string        `json:"notes" doc:"what was not read, and why"`
}

// A PaperPage is one page.
type PaperPage struct {
	Kind       string  `json:"kind"`
	Issuer     string  `json:"issuer" enum:"court,immigration-agency,immigration-court,"`
	Confidence float64 `json:"confidence" minimum:"0" maximum:"1"`
	Edition    string  `json:"edition,omitempty" example:"2017-02"`
	Read       string  `json:"read" enum:"form,text,scan,nothing"`
}

// A PaperProposal is what one field may be.
type PaperProposal struct {
	Field      string   `json:"field" example:"signed"`
	Value      string   `json:"value" doc:"empty: only the place is known"`
	Confidence float64  `json:"confidence" minimum:"0" maximum:"1"`
	Page       int      `json:"page" doc:"from 1; 0: it rests on no place"`
	Box        PaperBox `json:"box"`
	Confirm    bool     `json:"confirm" doc:"a signature or an issuer: a person must look before it counts"`
	Crop       []byte   `json:"-"` // PNG
}

// A PaperBox is a place in thousandths of the page's width, from its top left.
type PaperBox struct {
	X0 float64 `json:"x0"`
	Y0 float64 `json:"y0"`
	X1 float64 `json:"x1"`
	Y1 float64 `json:"y1"`
}

// paperTime is how long the pictures of places are kept at most.
const (
	paperTime  = 15 * time.Minute
	mostDrafts = 64
)

// paperDrafts hold what was read off papers while a clerk fills in the form: in
// memory only, for the session that sent them, until the form is recorded or
// the time is over.
type paperDrafts struct {
	mu   sync.Mutex
	kept map[string]paperDraft
}

type paperDraft struct {
	owner   [32]byte
	until   time.Time
	reading PaperReading
}

// sessionOf is what a draft is bound to.
func sessionOf(r *http.Request) [32]byte {
	var secrets strings.Builder
	for _, c := range r.Cookies() {
		if strings.HasSuffix(c.Name, sessionCookie) {
			secrets.WriteString(c.Value + "\n")
		}
	}
	return sha256.Sum256([]byte(secrets.String()))
}

// keep gives the draft an id that nobody can guess. Where too many are kept,
// the oldest goes: its form stays filled in, only its pictures are gone.
func (d *paperDrafts) keep(owner [32]byte, reading PaperReading, now time.Time) string {
	id := strings.ToLower(rand.Text())
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sweep(now)
	for len(d.kept) >= mostDrafts {
		oldest := ""
		for other, draft := range d.kept {
			if oldest == "" || draft.until.Before(d.kept[oldest].until) {
				oldest = other
			}
		}
		delete(d.kept, oldest)
	}
	if d.kept == nil {
		d.kept = map[string]paperDraft{}
	}
	d.kept[id] = paperDraft{owner, now.Add(paperTime), reading}
	time.AfterFunc(paperTime, func() { d.drop(id) })
	return id
}

func (d *paperDrafts) get(id string, owner [32]byte, now time.Time) (PaperReading, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sweep(now)
	draft, ok := d.kept[id]
	if !ok || draft.owner != owner {
		return PaperReading{}, false
	}
	return draft.reading, true
}

func (d *paperDrafts) drop(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.kept, id)
}

func (d *paperDrafts) sweep(now time.Time) {
	for id, draft := range d.kept {
		if !now.Before(draft.until) {
			delete(d.kept, id)
		}
	}
}
