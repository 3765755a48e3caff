package web

import (
	"context"
	"net/http"

	"comity"

	"github.com/danielgtaylor/huma/v2"
)

type paperInput struct {
	RawBody []byte `contentType:"application/octet-stream"`
}

type paperOutput struct{ Body PaperReading }

// apiPapers reads one file for a program. Nothing of it is stored.
func (s *site) apiPapers(a huma.API) {
	file := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	huma.Register(a, huma.Operation{
		OperationID: "read-paper", Method: http.MethodPost, Path: "/api/v1/papers",
		Summary: "Read a form or a warrant off a PDF or a scan",
		Description: "Says what each page is and proposes fields of the detainer form, each with a confidence and its place. Nothing is stored or recorded. " +
			"Proposals with confirm are a signature or an issuer: show the place to a person before you send them on. No number, birth date, sex, country or name is ever returned.",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/pdf": file, "image/png": file, "image/jpeg": file, "image/tiff": file,
		}},
		Security: needsToken, Errors: append([]int{http.StatusServiceUnavailable}, errorsStaff...), SkipValidateBody: true, MaxBodyBytes: paperLimit,
	}, func(ctx context.Context, in *paperInput) (*paperOutput, error) {
		who, err := s.authorised(ctx)
		if err != nil {
			return nil, s.apiError(err)
		}
		if s.Papers == nil {
			return nil, s.apiError(&comity.Problem{Code: "not-found", Message: "this copy reads no papers", Hint: "send the fields"})
		}
		reading, err := s.Papers.Read(ctx, s.deskPage(who, "").Home.Name, in.RawBody)
		if err != nil {
			return nil, s.apiError(err)
		}
		return &paperOutput{reading}, nil
	})
}
