package web

import (
	"context"
	"net/http"
	"strconv"

	"comity/record"
)

// Record is the public side of the record: what anyone may see of it.
type Record interface {
	// PublicHeaders lists released headers in the order of the log, those after
	// the given index.
	PublicHeaders(ctx context.Context, after int64, limit int) ([]Published, error)
	// Checkpoint is the head of the log as it was last signed.
	Checkpoint(ctx context.Context) (record.Checkpoint, error)
	// Totals are the day totals of agencies' door checks and of kinds whose
	// headers are never released, counts below the threshold left out.
	Totals(ctx context.Context) ([]Total, error)
}

// Published is a header that its kind's release rule has made public.
type Published struct {
	Index  int64
	Name   string // hash under which /log/header/ serves it
	Header record.Header
}

// A Total is a count for one agency, kind and month. Left is how many counts
// of the month were too small to be shown.
type Total struct {
	Agency, Kind, Month string
	Count, Left         int
}

type recordView struct {
	Kept       bool
	Checkpoint record.Checkpoint
	Signed     string
	Root       string
	Headers    []Published
	After      int64
	Next       int64
	Totals     []Total
}

func (recordView) template() string { return "record" }

const headersShown = 50

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
	if v.Totals, err = s.Record.Totals(ctx); err != nil {
		return err
	}
	if len(v.Headers) > headersShown {
		v.Headers = v.Headers[:headersShown]
		v.Next = v.Headers[headersShown-1].Index
	}
	v.Root = v.Checkpoint.Root.String()
	return s.show(w, r, v)
}
