package web

import (
	"context"
	"net/http"

	"comity"
	"comity/record"

	"github.com/danielgtaylor/huma/v2"
)

// logBody is a watched log as programs read it.
type logBody struct {
	ID string `json:"id" doc:"of the log's key; the page is /logs/ID, the last checkpoint taken /logs/ID/checkpoint, the receipt /logs/ID/receipt.json, a note /logs/ID/notes/SHA-256"`
	record.Watched
}

type logsBody struct {
	Logs []logBody `json:"logs" doc:"in order of origin; a log that is not here is not known, not zero"`
	Next string    `json:"next" doc:"send it as after to get the next logs; empty: there are no more"`
}

type logsInput struct {
	After string `query:"after" doc:"id of a log; only later ones are given"`
	Limit int    `query:"limit" default:"100" minimum:"1" maximum:"1000"`
	Fault string `query:"fault" doc:"only logs with this fault: forked, shrunk, refused, unreachable, late, ahead or uncosigned"`
}

// apiLogs tells programs what the page /logs tells people.
func (s *site) apiLogs(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "logs", Method: http.MethodGet, Path: "/api/v1/logs",
		Summary:     "The logs of many agencies, as a directory saw them",
		Description: "Size, last checkpoint, cosigners, what is wrong now, and every fork and shrinkage with the digests of both notes. Empty where this copy watches no logs.",
		Errors:      append([]int{http.StatusNotFound}, errorsAnybody...),
	}, func(_ context.Context, in *logsInput) (*struct{ Body logsBody }, error) {
		out, err := s.logsBody(in)
		if err != nil {
			return nil, s.apiError(err)
		}
		return &struct{ Body logsBody }{out}, nil
	})
}

func (s *site) logsBody(in *logsInput) (logsBody, error) {
	out := logsBody{Logs: []logBody{}}
	if s.Logs == nil {
		return out, nil
	}
	found := s.findLogs(s.Logs.Logs(), logsQuery{Show: in.Fault})
	page, next := logsAfter(found, in.After, in.Limit)
	if page == nil && in.After != "" {
		return out, &comity.Problem{Code: "not-found", Message: "there is no log with this id", Where: "after", Hint: "begin without after"}
	}
	out.Next = next
	for _, x := range page {
		out.Logs = append(out.Logs, logBody{x.ID(), x})
	}
	return out, nil
}
