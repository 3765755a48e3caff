package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"comity/oversight"
	"comity/record"
)

// Record is the public side of the record: what anyone may see of it.
type Record interface {
	// PublicHeaders lists released headers in the order of the log, those after
	// the given index.
	PublicHeaders(ctx context.Context, after int64, limit int) ([]oversight.PublicEntry, error)
	// Checkpoint is the head of the log as it was last signed.
	Checkpoint(ctx context.Context) (record.Checkpoint, error)
	// Counts are the published numbers of entries, those below the threshold
	// left out.
	Counts(ctx context.Context) ([]oversight.PublicCount, error)
	// Key is the public key of the log.
	Key() record.Key
}

type recordView struct {
	Kept       bool
	Checkpoint record.Checkpoint
	Signed     string
	Root       string
	Cosigners  []record.SeenCosigner
	Headers    []oversight.PublicEntry
	After      int64
	Next       int64
	Counts     []oversight.PublicCount // the newest
	AllCounts  int
	Figures    []recordFigure // the newest
	Counting   bool           // the figures are being counted
	Files      []recordFile
}

func (recordView) template() string { return "record" }

const (
	headersShown = 50
	countsShown  = 100 // years of many agencies do not fit on a page; the files hold all
)

// record shows the signed head, the released headers with the way to check
// them, and totals.
func (s *site) record(w http.ResponseWriter, r *http.Request) error {
	if s.Record == nil {
		return s.show(w, r, recordView{})
	}
	v := recordView{Kept: true, After: -1}
	if after := r.URL.Query().Get("after"); after != "" {
		n, err := strconv.ParseInt(after, 10, 64)
		if err != nil || n < 0 {
			return s.missing(r, "no-page")
		}
		v.After = n
	}
	ctx := r.Context()
	var err error
	if v.Checkpoint, err = s.Record.Checkpoint(ctx); err != nil {
		return err
	}
	if v.Headers, err = s.Record.PublicHeaders(ctx, v.After, headersShown+1); err != nil {
		return err
	}
	counts, err := s.Record.Counts(ctx)
	if err != nil {
		return err
	}
	v.Counts, v.AllCounts = newest(counts), len(counts)
	if v.Figures, v.Counting, err = s.recordFigures(ctx, s.langOf(r)); err != nil {
		return err
	}
	if len(v.Headers) > headersShown {
		v.Headers = v.Headers[:headersShown]
		v.Next = v.Headers[headersShown-1].Index
	}
	if s.Cosigners != nil {
		v.Cosigners = s.Cosigners()
	}
	v.Root, v.Files = v.Checkpoint.Root.String(), recordFiles()
	return s.show(w, r, v)
}

func newest(counts []oversight.PublicCount) []oversight.PublicCount {
	counts = slices.Clone(counts)
	slices.SortStableFunc(counts, func(a, b oversight.PublicCount) int { return cmp.Compare(b.Period, a.Period) })
	return counts[:min(len(counts), countsShown)]
}
